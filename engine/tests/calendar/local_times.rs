//! Local times.

use chrono::TimeDelta;
use jiff::SignedDuration;
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, TimeZone};
use proptest::prelude::*;
use ringback_engine::Instant;
use ringback_engine::center::{Resolved, local_to_instant, parse_instant};

use crate::model::{MILLISECOND, clock, near_change};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn local_times_resolve_as_the_clock_shows((zone, at) in near_change(), away in -90_000_000..90_000_000_i64) {
        let local = clock(zone, at) + TimeDelta::milliseconds(away);
        let (instant, resolved) = local_to_instant(zone, local);
        let shown = DateTime::constant(1970, 1, 1, 0, 0, 0, 0)
            + SignedDuration::from_millis(local.and_utc().timestamp_millis());
        let named = TimeZone::get(zone.name()).unwrap().to_ambiguous_timestamp(shown);
        match named.offset() {
            AmbiguousOffset::Unambiguous { .. } => {
                let only = Instant::from_millis(named.unambiguous().unwrap().as_millisecond());
                prop_assert_eq!((instant, resolved), (only, Resolved::Unique));
            }
            AmbiguousOffset::Fold { .. } => {
                let first = Instant::from_millis(named.earlier().unwrap().as_millisecond());
                prop_assert_eq!((instant, resolved), (first, Resolved::Overlap));
            }
            AmbiguousOffset::Gap { .. } => {
                prop_assert_eq!(resolved, Resolved::Gap);
                prop_assert!(clock(zone, instant.before(MILLISECOND)) < local && local < clock(zone, instant));
            }
        }
        prop_assert_eq!(parse_instant(&local.format("%Y-%m-%d %H:%M:%S%.3f").to_string(), zone), Ok(instant));
    }

    #[test]
    fn what_a_clock_shows_names_that_instant_or_an_earlier_one((zone, at) in near_change()) {
        let (instant, resolved) = local_to_instant(zone, clock(zone, at));
        prop_assert_eq!(clock(zone, instant), clock(zone, at));
        prop_assert!(instant == at || (instant < at && resolved == Resolved::Overlap));
        prop_assert!(resolved != Resolved::Gap);
    }
}
