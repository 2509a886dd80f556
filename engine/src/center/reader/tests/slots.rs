//! Capacities of slots, and what happens at closing time.

use super::{SMALL, all, without_files};
use crate::center::{AtClose, DatedCapacity, Slots, WeeklyCapacity};

#[test]
fn capacities_are_read() {
    let slot = "slot = { minutes = 60, weekly = [{ at = 'Mon 09:00-12:00', capacity = 5 }], \
                dated = [{ on = '12-24', capacity = 2 }, { on = '2026-12-24 09:00-10:00', capacity = 0 }] }";
    let text = SMALL.replace("calling_window", &format!("{slot}\ncalling_window"));
    let layout = without_files(&text).layout.unwrap();
    let on = |text: &str, capacity| DatedCapacity { on: text.parse().unwrap(), capacity };
    let expected = Slots {
        minutes: 60,
        weekly: vec![WeeklyCapacity { at: "Mon 09:00-12:00".parse().unwrap(), capacity: 5 }],
        dated: vec![on("12-24 00:00-24:00", 2), on("2026-12-24 09:00-10:00", 0)],
        ..Slots::default()
    };
    assert_eq!(layout.center().services[0].slot, expected);
}

#[test]
fn what_a_queue_does_at_close_is_read() {
    for (word, at_close) in
        [("keep", AtClose::Keep), ("schedule", AtClose::Schedule), ("complete", AtClose::Complete)]
    {
        let queue = format!("name = \"q\"\ncalendar = 'c'\nat_close = '{word}'");
        let text = format!(
            "{}[[calendar]]\nname = 'c'\nopen = ['Mon 09:00-10:00']\n",
            SMALL.replace("name = \"q\"", &queue)
        );
        let layout = without_files(&text).layout.unwrap();
        assert_eq!(layout.center().queues[0].at_close, at_close);
    }
    all(
        "queue",
        &[
            (
                "at_close = 'complete'",
                "error: queue `q`: `at_close` needs the queue's `calendar`, and it has none",
            ),
            (
                "at_close = 'wait'",
                "error: queue `q`: `at_close`: unknown word `wait`; write one of `\"keep\"`, `\"schedule\"`, `\"complete\"`",
            ),
        ],
    );
}
