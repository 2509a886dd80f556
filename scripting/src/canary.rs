//! The self-test: scripts that each try one way out. A feature of Rhai that another crate of the build switches on
//! reaches this crate too; a sandbox that lets one of these out is not used.

use std::sync::Arc;

use chrono_tz::Tz;
use ringback_engine::center::{Center, Layout, Table};
use ringback_engine::protocol::{LineView, View};
use ringback_engine::{AgentId, Duration, Instant, Phone};

use crate::check::check;
use crate::diagnostic::Findings;
use crate::limits::{LOG_LINES, OPERATIONS, SOURCE_BYTES};
use crate::sandbox::Sandbox;

/// Ways out that Rhai itself must stop, without the dialect's checks: by not compiling or by a fault.
const HELD_BY_RHAI: [(&str, &str); 16] = [
    ("a loop without end", "fn canary() { loop {} }"),
    ("a counting loop without end", "fn canary() { let n = 0; while true { n += 1; } }"),
    ("deep recursion", "fn canary() { canary() }"),
    ("branching recursion", "fn canary() { canary() + canary() }"),
    ("a growing text", "fn canary() { let s = \"x\"; loop { s += s; } }"),
    ("arrays", "fn canary() { [1, 2] }"),
    ("indexes", "fn canary() { let s = \"abc\"; s[0] }"),
    ("object maps", "fn canary() { #{ a: 1 } }"),
    ("`eval`", "fn canary() { eval(\"1\") }"),
    ("closures", "fn canary() { let f = |x| x; 1 }"),
    ("function pointers", "fn canary() { Fn(\"canary\") }"),
    ("modules", "fn canary() { import \"x\" as x; 1 }"),
    ("the clock", "fn canary() { timestamp() }"),
    ("sleeping", "fn canary() { sleep(0) }"),
    ("comparing different kinds", "fn canary() { 1 == \"1\" }"),
    ("unchecked arithmetic", "fn canary() { 9223372036854775807 + 1 }"),
];

/// Ways out that the dialect's checks must stop.
const HELD_BY_CHECKS: [(&str, &str); 4] = [
    ("numbers with a point", "fn route(callback) { 1.5 }"),
    ("statements outside functions", "let x = 1; fn route(callback) { x }"),
    ("a function as a value", "fn f() { 1 } fn route(callback) { f }"),
    ("an unknown function", "fn route(callback) { sleep(1) }"),
];

/// Names the first way out that is open.
pub(crate) fn self_test(sandbox: &mut Sandbox) -> Result<(), String> {
    let view: Arc<dyn View> = Arc::new(Nowhere);
    for (name, source) in HELD_BY_RHAI {
        let escaped = sandbox
            .compile(source)
            .is_ok_and(|ast| sandbox.call(&ast, "canary", (), Arc::clone(&view)).is_ok());
        if escaped || sandbox.operations() > OPERATIONS.saturating_add(1) {
            return Err(name.into());
        }
    }
    let layout = Layout::new(Center::new("canary", Tz::UTC)).map_err(|_| "an empty center")?;
    let large = format!("fn route(callback) {{ {} }}", "1;".repeat(SOURCE_BYTES));
    for (name, source) in HELD_BY_CHECKS.into_iter().chain([("a source without bounds", large.as_str())]) {
        let mut findings = Findings::new(source);
        check(Some(&layout), &mut findings);
        if !findings.has_errors() {
            return Err(name.into());
        }
    }
    works(sandbox, &view)
}

/// What must go through does, and is counted: a sandbox that stops everything would pass the rest.
fn works(sandbox: &mut Sandbox, view: &Arc<dyn View>) -> Result<(), String> {
    let source = "fn canary() { let n = 0; for i in 0..100 { n += i; print(n); } n }";
    let ast = sandbox.compile(source).map_err(|_| "a script that is sound")?;
    let answer = sandbox.call(&ast, "canary", (), Arc::clone(view)).map_err(|fault| fault.message)?;
    let lines = sandbox.printed().take().len();
    if answer.as_int() != Ok(4950) {
        Err("a script that is sound".into())
    } else if !(300..OPERATIONS).contains(&sandbox.operations()) {
        Err("uncounted operations".into())
    } else if lines > LOG_LINES.saturating_add(1) {
        Err("printing without end".into())
    } else {
        Ok(())
    }
}

/// A center with nothing in it.
struct Nowhere;

impl View for Nowhere {
    fn now(&self) -> Instant {
        Instant::from_millis(0)
    }

    fn timezone(&self) -> Tz {
        Tz::UTC
    }

    fn is_open(&self, _: &str, _: Instant) -> Option<bool> {
        None
    }

    fn open_for(&self, _: &str, _: Instant) -> Option<Duration> {
        None
    }

    fn next_open(&self, _: &str, _: Instant) -> Option<Option<Instant>> {
        None
    }

    fn line(&self, _: &str) -> Option<LineView> {
        None
    }

    fn last_agent(&self, _: &Phone) -> Option<AgentId> {
        None
    }

    fn has_queue(&self, _: &str) -> bool {
        false
    }

    fn count(&self, _: &str, _: Duration) -> u32 {
        0
    }

    fn table(&self, _: &str) -> Option<&Table> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sandbox_holds() {
        assert_eq!(self_test(&mut Sandbox::new()), Ok(()));
    }
}
