//! A script behind the engine's port.

use std::sync::Arc;

use rhai::{AST, Dynamic, FuncArgs};
use ringback_engine::center::{Layout, Limit, Plan, Strategy};
use ringback_engine::protocol::{
    About, Acceptance, AgentView, Answer, Application, ApplicationText, CallbackView, Contact, Fault, Hook,
    RetentionAnswer, TimeoutAnswer, TimeoutKind, View,
};
use smol_str::SmolStr;
use xxhash_rust::xxh3::xxh3_128;

use crate::canary::self_test;
use crate::check::{Checked, LiteralQueues, check, slip, warn_of_dropped};
use crate::diagnostic::{Diagnostic, Findings};
use crate::files::{joined, told};
use crate::limits::runtime;
use crate::sandbox::Sandbox;
use crate::trace::Rerun;
use crate::words::{AgentValue, CallbackValue, EventValue, Limits, RequestValue, Verdict, wrong_answer};

/// The text of an application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Script {
    /// What people call it, as `app.rhai`.
    pub name: String,
    /// The text, in the dialect of this crate.
    pub source: String,
}

impl Script {
    /// The text of an application, under the name that people know it by.
    #[must_use]
    pub fn new(name: impl Into<String>, source: impl Into<String>) -> Self {
        Self { name: name.into(), source: source.into() }
    }

    /// The text of an application of several files, name and text of each: functions that applications share first,
    /// what is the application's own last.
    ///
    /// # Errors
    ///
    /// Why they can't be one, in words.
    pub fn of_files<N: AsRef<str>, T: AsRef<str>>(files: &[(N, T)]) -> Result<Self, String> {
        let names: Vec<&str> = files.iter().map(|(name, _)| name.as_ref()).collect();
        Ok(Self { name: names.join(" + "), source: joined(files)? })
    }
}

/// What one hook has cost so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HookCounts {
    /// Calls, faults included.
    pub calls: u64,
    /// Calls that gave no answer.
    pub faults: u64,
    /// Operations of all calls.
    pub operations: u64,
}

/// A Rhai application.
pub struct RhaiApplication {
    script: Script,
    sandbox: Sandbox,
    ast: AST,
    hooks: Vec<(Hook, u32)>,
    counts: [HookCounts; Hook::ALL.len()],
    warnings: Vec<Diagnostic>,
    queues: LiteralQueues,
    /// With marks in it, made when somebody asks for the first time which line gave an answer; `None` in it where that can't be.
    rerun: Option<Option<Box<Rerun>>>,
}

impl RhaiApplication {
    /// Checks a script against a center, tests the sandbox, and compiles the script.
    ///
    /// # Errors
    ///
    /// All findings, if at least one is an error.
    pub fn new(script: Script, layout: &Layout) -> Result<Self, Vec<Diagnostic>> {
        match compile(&script.source, Some(layout)) {
            (warnings, Some((sandbox, ast, checked))) => Ok(Self {
                script,
                sandbox,
                ast,
                hooks: checked.hooks,
                counts: [HookCounts::default(); Hook::ALL.len()],
                warnings,
                queues: checked.queues,
                rerun: None,
            }),
            (findings, None) => Err(findings),
        }
    }

    /// What is wrong with a script whatever its center: all that [`new`](Self::new) finds, but for the names that
    /// only a center knows.
    #[must_use]
    pub fn check_alone(script: &Script) -> Vec<Diagnostic> {
        compile(&script.source, None).0
    }

    /// What its author should know, though it can be run.
    #[must_use]
    pub fn warnings(&self) -> &[Diagnostic] {
        &self.warnings
    }

    /// What people call the script.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.script.name
    }

    /// Its text.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.script.source
    }

    /// The XXH3-128 of its text, in hexadecimal.
    #[must_use]
    pub fn hash(&self) -> String {
        format!("{:032x}", xxh3_128(self.script.source.as_bytes()))
    }

    /// The runtime and its limits, for a journal's header.
    #[must_use]
    pub fn runtime(&self) -> String {
        runtime()
    }

    /// The hooks it has; for the others the center's settings hold.
    #[must_use]
    pub fn hooks(&self) -> Vec<Hook> {
        self.hooks.iter().map(|(hook, _)| *hook).collect()
    }

    /// What a hook has cost so far.
    #[must_use]
    pub fn counts(&self, hook: Hook) -> HookCounts {
        self.counts.get(hook as usize).copied().unwrap_or_default()
    }

    /// The queues that its plans name.
    #[must_use]
    pub fn literal_queues(&self) -> &LiteralQueues {
        &self.queues
    }

    fn has(&self, hook: Hook) -> bool {
        self.line_of(hook).is_some()
    }

    fn line_of(&self, hook: Hook) -> Option<u32> {
        self.hooks.iter().find(|(had, _)| *had == hook).map(|(_, line)| *line)
    }

    /// Calls a hook and takes its answer for one of kind `T`; `instead` says how such answers are written.
    fn answer<T: Clone + Send + Sync + 'static>(
        &mut self,
        hook: Hook,
        arguments: impl FuncArgs,
        view: &Arc<dyn View>,
        instead: &str,
    ) -> Result<T, Fault> {
        let result = self.sandbox.call(&self.ast, hook.name(), arguments, Arc::clone(view)).and_then(
            |value: Dynamic| {
                value
                    .try_cast_result::<T>()
                    .map_err(|value| Fault::of_answer(wrong_answer(hook.name(), instead, &value)))
            },
        );
        let operations = self.sandbox.operations();
        if let Some(counts) = self.counts.get_mut(hook as usize) {
            counts.calls = counts.calls.saturating_add(1);
            counts.faults = counts.faults.saturating_add(u64::from(result.is_err()));
            counts.operations = counts.operations.saturating_add(operations);
        }
        // Rhai forgets where a limit was met; then the hook's own line is the nearest known.
        result.map_err(|fault| match fault.line {
            0 => told(&self.script.source, Fault { line: self.line_of(hook).unwrap_or(0), ..fault }),
            _ => told(&self.script.source, fault),
        })
    }
}

/// Checks and compiles a source; what it became only if no finding is an error.
fn compile(source: &str, layout: Option<&Layout>) -> (Vec<Diagnostic>, Option<(Sandbox, AST, Checked)>) {
    let mut findings = Findings::new(source);
    let mut sandbox = Sandbox::new();
    if let Err(way_out) = self_test(&mut sandbox) {
        findings.error_with_help(
            0..0,
            format!("the sandbox does not hold: {way_out}"),
            "look for a feature of Rhai that another crate of this build switches on",
        );
        return (findings.into_sorted(), None);
    }
    let Some(checked) = check(layout, &mut findings) else { return (findings.into_sorted(), None) };
    if let Some(layout) = layout {
        missing_score(layout, &checked, &mut findings);
    }
    let compiled = sandbox.compile(&checked.guarded.source);
    if let Err(error) = &compiled {
        let (line, column) = (error.1.line().unwrap_or(1), error.1.position().unwrap_or(1));
        let offset = checked.guarded.original(line, column);
        // What the checks refuse, Rhai often can't parse either; one finding is enough.
        if !findings.has_error_on_line_of(offset) {
            match slip(source, offset, &error.0) {
                (span, message, Some(instead)) => findings.error_with_help(span, message, instead),
                (span, message, None) => findings.error(span, message),
            }
        }
    }
    let sound = !findings.has_errors();
    if sound {
        warn_of_dropped(&mut findings);
    }
    let application = compiled.ok().filter(|_| sound).map(|ast| (sandbox, ast, checked));
    (findings.into_sorted(), application)
}

/// Warns of queues that leave the choice of the agent to a hook that the script does not have.
fn missing_score(layout: &Layout, checked: &Checked, findings: &mut Findings<'_>) {
    let scripted = layout.center().queues.iter().find(|queue| queue.strategy == Strategy::Script);
    if let Some(queue) = scripted.filter(|_| !checked.hooks.iter().any(|(hook, _)| *hook == Hook::Score)) {
        findings.warning(
            0..0,
            format!(
                "queue `{}` has the strategy `script`, and there is no hook `score`: the agent idle longest is \
                 chosen; write `fn score(callback, agent)`",
                queue.name
            ),
        );
    }
}

impl Application for RhaiApplication {
    fn accept(&mut self, contact: &Contact) -> Answer<Acceptance> {
        if !self.has(Hook::Accept) {
            return Ok(None);
        }
        let request = (RequestValue(contact.clone()),);
        let instead = "`accept()`, `reject(code)` or `defer(instant)`";
        self.answer(Hook::Accept, request, &contact.view, instead).map(Some)
    }

    fn throttle(&mut self, contact: &Contact) -> Answer<Vec<Limit>> {
        if !self.has(Hook::Throttle) {
            return Ok(None);
        }
        let request = (RequestValue(contact.clone()),);
        let instead = "`no_limit()` or `limit(key, max, per)`";
        self.answer(Hook::Throttle, request, &contact.view, instead).map(|limits: Limits| Some(limits.0))
    }

    fn route(&mut self, callback: &CallbackView) -> Answer<Plan> {
        if !self.has(Hook::Route) {
            return Ok(None);
        }
        let value = (CallbackValue(Arc::new(callback.clone())),);
        self.answer(Hook::Route, value, &callback.view, "a plan, as `queue(name)`").map(Some)
    }

    fn timeout(&mut self, callback: &CallbackView, kind: TimeoutKind) -> Answer<TimeoutAnswer> {
        if !self.has(Hook::Timeout) {
            return Ok(None);
        }
        let values = (CallbackValue(Arc::new(callback.clone())), EventValue(kind));
        let instead =
            "`retry(after)`, `requeue()`, `reroute()`, `schedule(instant)`, `complete(word)` or `standard()`";
        self.answer(Hook::Timeout, values, &callback.view, instead).map(|verdict: Verdict| verdict.0)
    }

    fn score(&mut self, callback: &CallbackView, agent: &AgentView) -> Answer<i64> {
        if !self.has(Hook::Score) {
            return Ok(None);
        }
        let values = (CallbackValue(Arc::new(callback.clone())), AgentValue(agent.clone()));
        self.answer(Hook::Score, values, &callback.view, "an integer, higher for who suits better").map(Some)
    }

    fn purge(&mut self, callback: &CallbackView) -> Answer<RetentionAnswer> {
        if !self.has(Hook::Purge) {
            return Ok(None);
        }
        let value = (CallbackValue(Arc::new(callback.clone())),);
        self.answer(Hook::Purge, value, &callback.view, "`purge()`, `keep(duration)` or `redact()`").map(Some)
    }

    fn take_log(&mut self) -> Vec<SmolStr> {
        self.sandbox.printed().take()
    }

    fn text(&self) -> ApplicationText {
        ApplicationText::new(runtime(), self.name(), self.source())
    }

    fn version(&self, name: &str, source: &str, layout: &Layout) -> Result<Self, Vec<String>> {
        let found = |found: &Diagnostic| format!("{name}: {found}");
        Self::new(Script::new(name, source), layout).map_err(|findings| findings.iter().map(found).collect())
    }

    fn line(&mut self, hook: Hook, about: About<'_>) -> u32 {
        if !self.has(hook) {
            return 0;
        }
        let Script { name, source } = &self.script;
        let rerun = self.rerun.get_or_insert_with(|| Rerun::new(name, source).ok().map(Box::new));
        rerun.as_mut().map_or(0, |rerun| rerun.line(hook, about))
    }
}

impl std::fmt::Debug for RhaiApplication {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RhaiApplication")
            .field("name", &self.script.name)
            .field("hash", &self.hash())
            .field("hooks", &self.hooks())
            .finish_non_exhaustive()
    }
}
