//! Scripts for simulated centers.

/// All of them. Each names queues and skills that every simulated center has.
pub(super) const SCRIPTS: [&str; 3] = [HELP_DESK, STORM, BROKEN];

/// What most centers do.
const HELP_DESK: &str = r#"
fn accept(request) {
    let waiting = line("alpha").waiting + line("beta").waiting;
    if waiting > 60 && request.kind == "immediate" { return reject("line_full", "Many customers are waiting."); }
    if waiting > 30 && request.kind == "immediate" { return defer(now() + minutes(9)); }
    accept().priority(if request.kind == "scheduled" { 9 } else { 0 })
}
fn throttle(request) { limit("number:" + request.phone, 9, minutes(5)) }
fn route(callback) {
    queue("alpha").need("billing >= 3").age(1, seconds(10))
        .after(seconds(20)).need("billing || sales")
        .after(seconds(40)).queue("gamma").need("true").priority(5)
}
fn timeout(callback, event) {
    switch event.kind {
        "busy"       => if callback.attempts < 5 { retry(seconds(12)) } else { complete("unreachable") },
        "no_answer"  => if callback.attempts < 3 { retry(minutes(1)) } else { complete("unreachable") },
        "queue_wait" => complete("waited_too_long"),
        _            => standard(),
    }
}
fn purge(callback) { keep(minutes(3)) }
"#;

/// What moves callbacks about.
const STORM: &str = r#"
fn accept(request) { accept().priority(request.priority + 1).ttl(minutes(20)) }
fn route(callback) {
    if callback.attempts % 2 == 1 { return queue("beta").after(seconds(5)).queue("gamma"); }
    queue("gamma").age(2, seconds(7)).after(seconds(9)).queue("beta").need("!tech")
}
fn timeout(callback, event) {
    if callback.attempts > 6 { return complete("enough"); }
    switch event.kind {
        "busy"      => reroute(),
        "no_answer" => requeue(),
        "fax"       => schedule(now() + minutes(4)),
        "error"     => retry(seconds(1)),
        _           => standard(),
    }
}
fn purge(callback) { redact() }
"#;

/// What fails now and then.
const BROKEN: &str = r#"
fn accept(request) { if request.priority == 2 { 1 / 0 } else { accept() } }
fn throttle(request) { limit("all", 1000 / (3 - request.priority), minutes(1)) }
fn route(callback) { if callback.priority == 1 { 1 / 0 } else { queue("beta").need("tech || billing") } }
fn timeout(callback, event) { if callback.attempts == 2 { 1 / 0 } else { standard() } }
"#;
