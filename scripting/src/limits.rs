//! Every limit of the sandbox. They are part of what a replay depends on: see [`runtime`].

/// The most bytes of a source.
pub const SOURCE_BYTES: usize = 16 * 1024;
/// The most operations of one call.
pub const OPERATIONS: u64 = 20_000;
/// The most levels of calls; the hook is the first.
pub const CALLS: usize = 8;
/// The levels of calls that a script has whatever its expressions.
pub const LEAST_CALLS: usize = 2;
/// Levels of calls times levels of expressions, which both use stack: a script with deep expressions has fewer
/// levels of calls, though never fewer than two. A level of expressions is what Rhai's parser counts: about three for an `if`, two for a pair of
/// parentheses, one for a word in a chain.
pub const NESTING: usize = 72;
/// Operations and nesting of a marked source: see [`trace`](crate::trace). It runs beside the plain one, whose limits
/// hold; these are so far that it is stopped later.
pub(crate) const MARKED_OPERATIONS: u64 = 10 * OPERATIONS;
/// See [`MARKED_OPERATIONS`].
pub(crate) const MARKED_NESTING: usize = 3 * NESTING;
/// How deep expressions nest outside functions, where there are none.
pub(crate) const OUTSIDE_DEPTH: usize = 32;
/// The most bytes of a text.
pub const TEXT_BYTES: usize = 1024;
/// The most variables at one time.
pub const VARIABLES: usize = 64;
/// The most functions of a script.
pub const FUNCTIONS: usize = 32;
/// The most lines that one call may print.
pub const LOG_LINES: usize = 16;
/// The most bytes of a printed line.
pub const LOG_LINE_BYTES: usize = 256;
/// The most tags that `accept` may give.
pub const TAGS: usize = 16;
/// The most characters of the word of `reject` and `complete`.
pub const WORD_LENGTH: usize = 64;
/// Parsed requirements that are kept from call to call, and the most bytes of each one's text.
pub(crate) const REQUIREMENTS_KEPT: usize = 256;
/// See [`REQUIREMENTS_KEPT`].
pub(crate) const REQUIREMENT_BYTES_KEPT: usize = 256;
/// Printed lines that are kept for a host that does not take them.
pub(crate) const LOG_LINES_KEPT: usize = 256;

/// The version of Rhai that the sandbox was proven with.
const RHAI: &str = "rhai/1.27.0";

/// The runtime and its limits, in one line for a journal's header. Counts of operations can differ between
/// runtimes, so a journal is replayed with the one it was written with.
#[must_use]
pub fn runtime() -> String {
    format!(
        "{RHAI} optimizer=none source={SOURCE_BYTES} operations={OPERATIONS} calls={CALLS} nesting={NESTING} \
         text={TEXT_BYTES} variables={VARIABLES} functions={FUNCTIONS} modules=0"
    )
}
