//! The first pass over a stream, before anything is played: every bad line is found, and the good ones counted.

use super::{BadLines, StreamError};

/// What the first pass over a stream found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Survey {
    /// Lines that can be used.
    pub good: u64,
    /// Those that can't.
    pub bad: BadLines,
}

/// Reads a stream to its end.
///
/// # Errors
///
/// The stream can't be read on.
pub fn survey<T>(stream: impl Iterator<Item = Result<T, StreamError>>) -> Result<Survey, StreamError> {
    let mut survey = Survey::default();
    for line in stream {
        match line {
            Ok(_) => survey.good += 1,
            Err(StreamError::Bad(bad)) => survey.bad.note(bad),
            Err(error) => return Err(error),
        }
    }
    Ok(survey)
}
