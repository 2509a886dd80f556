//! Pages of callbacks: one after the other, they are all that matches.

use proptest::prelude::*;
use ringback::history::{centers, histories};
use ringback::{at, phone};
use ringback_engine::center::Layout;
use ringback_engine::protocol::{Command, Plain};
use ringback_engine::record::{Callback, StateName};
use ringback_engine::{Advanced, Engine, Name, Sequence, Wanted};

const STATES: [StateName; 6] = [
    StateName::Scheduled,
    StateName::Queued,
    StateName::Paused,
    StateName::Routing,
    StateName::Processing,
    StateName::Completed,
];

/// What is asked for: some of the states, queues, services, numbers and times that histories have.
fn wanted() -> impl Strategy<Value = (usize, usize, usize, usize, Option<i64>, Option<i64>)> {
    let instant = || prop::option::of(0_i64..4_000);
    (0_usize..64, 0_usize..4, 0_usize..4, 0_usize..6, instant(), instant())
}

/// What holds of a callback, by asking one thing after the other.
fn matches(engine: &Engine<Plain>, wanted: &Wanted, callback: &Callback) -> bool {
    let queue =
        callback.state.queue().and_then(|queue| engine.layout().queue(queue)).map(|queue| queue.name.clone());
    (wanted.states.is_empty() || wanted.states.contains(&engine.shown_state(callback)))
        && (wanted.queue.is_none() || wanted.queue == queue)
        && wanted.service.as_ref().is_none_or(|service| *service == callback.request.service)
        && wanted.number.as_ref().is_none_or(|number| *number == callback.request.phone)
        && wanted.from.is_none_or(|from| from <= callback.received)
        && wanted.to.is_none_or(|to| callback.received < to)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn pages_one_after_the_other_are_everything_that_matches(
        center in centers(),
        history in histories(60),
        (states, queue, service, number, from, to) in wanted(),
        most in 1_usize..5,
    ) {
        let name = |names: Vec<Name>, place: usize| names.get(place.wrapping_sub(1)).cloned();
        let wanted = Wanted {
            states: STATES.into_iter().enumerate().filter(|(n, _)| states >> n & 1 == 1).map(|(_, state)| state).collect(),
            queue: name(center.queues.iter().map(|queue| queue.name.clone()).collect(), queue),
            service: name(center.services.iter().map(|service| service.name.clone()).collect(), service),
            number: (number > 3).then(|| phone(u32::try_from(number).unwrap() - 4)),
            from: from.map(at),
            to: to.map(at),
        };
        let mut engine = Engine::new(Layout::new(center).expect("a sound center"), Plain);
        let (mut seconds, mut effects) = (0, Vec::new());
        // A page that is asked for while things change goes on behind the one before.
        let mut cursor: Option<Sequence> = None;
        for act in &history {
            seconds += act.after;
            if engine.advance(at(seconds), &mut effects) == Advanced::Late {
                prop_assert_eq!(engine.apply(at(seconds), Command::Resume, &mut effects), Ok(()));
            }
            if let Some(command) = act.say.command(&engine, at(seconds)) {
                let _ = engine.apply(at(seconds), command, &mut effects);
            }
            let all: Vec<Sequence> =
                engine.callbacks(None).filter(|callback| matches(&engine, &wanted, callback)).map(|callback| callback.sequence).collect();
            let (mut paged, mut after) = (Vec::new(), None);
            loop {
                let page = engine.page(&wanted, after, most);
                prop_assert!(page.callbacks.len() <= most);
                paged.extend(page.callbacks.iter().map(|callback| callback.sequence));
                match page.next {
                    Some(next) => after = Some(next),
                    None => break,
                }
            }
            prop_assert_eq!(&paged, &all);

            let page = engine.page(&wanted, cursor, most);
            let shown: Vec<Sequence> = page.callbacks.iter().map(|callback| callback.sequence).collect();
            let behind = all.iter().copied().filter(|sequence| Some(*sequence) > cursor);
            prop_assert_eq!(&shown, &behind.take(most).collect::<Vec<_>>());
            cursor = shown.last().copied().or(cursor);
        }
    }
}
