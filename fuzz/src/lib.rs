//! What is asserted of every decoder of Ringback, whatever bytes it is given.
//!
//! A decoder is whatever turns bytes from outside into values. Each has one function here, which decodes, and
//! asserts what holds of everything decoded: that it is written as it is read, that an engine told so keeps its
//! promises, that what is refused is refused at a place and with a reason. The fuzz targets call these functions
//! with bytes that a search makes up, and the tests of the repository with those of the corpora.

#![forbid(unsafe_code)]

mod center;
mod commands;
mod conditions;
mod journal;
mod laws;
mod requirement;
mod resolve;
mod script;
mod small;
mod snapshot;
mod streams;

pub use center::center;
pub use commands::{commands, seeds};
pub use conditions::conditions;
pub use journal::journal;
pub use requirement::requirement;
pub use resolve::resolve;
pub use script::script;
pub use snapshot::snapshot;
pub use streams::{changes, roster, traffic};

/// What a decoder made of its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// All of them were read.
    Read,
    /// Some were refused, with a reason.
    Refused,
}

/// A decoder: its name, which is that of its target and of its corpus, and what is asserted of it.
#[derive(Clone, Copy, Debug)]
pub struct Decoder {
    /// The name.
    pub name: &'static str,
    /// Decodes these bytes. Panics if something does not hold.
    pub run: fn(&[u8]) -> Verdict,
}

/// Every decoder.
pub const DECODERS: [Decoder; 11] = [
    Decoder { name: "center", run: center },
    Decoder { name: "changes", run: changes },
    Decoder { name: "commands", run: commands },
    Decoder { name: "conditions", run: conditions },
    Decoder { name: "journal", run: journal },
    Decoder { name: "requirement", run: requirement },
    Decoder { name: "resolve", run: resolve },
    Decoder { name: "roster", run: roster },
    Decoder { name: "script", run: script },
    Decoder { name: "snapshot", run: snapshot },
    Decoder { name: "traffic", run: traffic },
];

impl Verdict {
    fn of(read: bool) -> Self {
        if read { Self::Read } else { Self::Refused }
    }
}
