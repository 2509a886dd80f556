//! What holds of every engine, whatever it was told.

use ringback_engine::protocol::{Application, Command, Effect, EffectKind};
use ringback_engine::{Advanced, Engine, Instant, Phone};

/// Deadlines after which something that goes on is taken to go on for ever.
const MOST_DEADLINES: usize = 20_000;

/// The indices fit the states, and the promises of the lifecycle are kept.
pub(crate) fn sound(engine: &Engine<impl Application>) {
    if let Err(faults) = engine.check() {
        panic!("{}", faults.join("\n"));
    }
}

/// Effects are numbered without a gap, time does not go back in them, and whoever is dialled has a number.
pub(crate) fn orderly(effects: &[Effect]) {
    for pair in effects.windows(2) {
        assert_eq!(pair[1].id, pair[0].id.next(), "{pair:?}");
        assert!(pair[0].at <= pair[1].at, "{pair:?}");
    }
    for effect in effects {
        if let EffectKind::Dial(dial) = &effect.kind {
            assert!(Phone::new(dial.number.as_str()).is_ok(), "{dial:?}");
        }
    }
}

/// Lets an engine run out: nothing waits for ever.
pub(crate) fn runs_out(engine: &mut Engine<impl Application>, effects: &mut Vec<Effect>) {
    for _ in 0..MOST_DEADLINES {
        let Some(deadline) = engine.next_deadline() else { return };
        assert!(deadline >= engine.clock(), "{deadline} is over");
        let before = engine.state_hash();
        let advanced = engine.advance(deadline, effects);
        assert_eq!(advanced, Advanced::Done);
        assert_ne!(engine.state_hash(), before, "nothing happened at {deadline}");
    }
    panic!("it goes on for ever: {:?}", effects.iter().rev().take(8).collect::<Vec<_>>());
}

/// Lets all time pass, in calls of bounded work: each call does something, and they come to an end. Whoever comes back
/// so late was away.
pub(crate) fn ends(engine: &mut Engine<impl Application>, effects: &mut Vec<Effect>) {
    for _ in 0..MOST_DEADLINES {
        match engine.advance(Instant::MAX, effects) {
            Advanced::More => {}
            Advanced::Late => assert_eq!(engine.apply(Instant::MAX, Command::Resume, effects), Ok(())),
            Advanced::Done => {
                assert!(engine.next_deadline().is_none_or(|deadline| deadline > Instant::MAX));
                return;
            }
        }
    }
    panic!("all time is over, and more is due: {:?}", engine.next_deadline());
}
