//! Conditions of overflow.

use ringback_engine::center::{Comparison, Condition};
use ringback_engine::{Duration, Instant};

use crate::Verdict;

/// Decodes the text of a condition.
pub fn conditions(data: &[u8]) -> Verdict {
    let Ok(text) = std::str::from_utf8(data) else { return Verdict::Refused };
    let parsed = text.parse::<Condition>();
    match &parsed {
        Ok(condition) => {
            let printed = condition.to_string();
            assert_eq!(printed.parse().as_ref(), Ok(condition), "{printed}");
            let json = serde_json::to_string(condition).expect("JSON");
            assert_eq!(&serde_json::from_str::<Condition>(&json).expect("as written"), condition);
            holds(condition);
        }
        Err(error) => {
            assert!(text.get(error.offset..).is_some(), "{error:?} of {text:?}");
            assert!(!error.message.is_empty());
        }
    }
    Verdict::of(parsed.is_ok())
}

/// Each comparison holds exactly where its opposite does not, and what time changes, it changes when it says.
fn holds(condition: &Condition) {
    let opposite = match condition.is {
        Comparison::More => Comparison::AtMost,
        Comparison::AtMost => Comparison::More,
        Comparison::AtLeast => Comparison::Less,
        Comparison::Less => Comparison::AtLeast,
        Comparison::Equal => Comparison::Unequal,
        Comparison::Unequal => Comparison::Equal,
    };
    let opposite = Condition { is: opposite, ..*condition };
    for value in [
        i64::MIN,
        -1,
        0,
        condition.than.saturating_sub(1),
        condition.than,
        condition.than.saturating_add(1),
        i64::MAX,
    ] {
        assert_ne!(condition.holds(value), opposite.holds(value), "{condition} of {value}");
    }
    let place = Instant::from_millis(0);
    // At the end of time nothing changes any more.
    let Some(at) = condition.changes_at(place, place).filter(|at| *at < Instant::MAX) else { return };
    let before = at.before(Duration::from_millis(1));
    let held = |at: Instant| condition.holds(at.since(place).millis());
    assert!(at > place && held(at) != held(before), "{condition} changes at {at}");
}
