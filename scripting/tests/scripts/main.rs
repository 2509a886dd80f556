//! Scripts, from the outside: what they can say, what is refused, what stops the hostile ones.

mod dialect;
mod files;
mod findings;
mod hostile;
mod kinds;
mod reference;
mod runs;
mod support;
mod traces;
mod words;
