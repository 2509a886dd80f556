//! Keys and values of the specification that are not honoured: told, never read and dropped.

use super::all;

#[test]
fn keys_to_come_are_not_supported_yet() {
    for (kind, keys) in [
        (
            "queue",
            &[
                "offer_timeout = '30s'",
                "connect_timeout = '30s'",
                "abandon_max = 3",
                "max_rejects = 3",
                "reject_cooloff = '300s'",
                "on_offer_expired = 'not_ready'",
                "concurrent_dials = 50",
                "dial_rate = { calls = 5, per = '1s' }",
            ][..],
        ),
        ("service", &["inbound = 'cancel'"][..]),
    ] {
        for line in keys {
            let key = line.split(' ').next().unwrap();
            let owner = if kind == "queue" { "queue `q`" } else { "service `s`" };
            all(kind, &[(line, &format!("error: {owner}: `{key}` is not supported yet; leave it out"))]);
        }
    }
}

#[test]
fn values_to_come_are_not_supported_yet() {
    all(
        "queue",
        &[
            (
                "first = 'customer'",
                "error: queue `q`: `first = 'customer'` is not supported yet; write `\"agent\"`",
            ),
            (
                "first = 'inbound'",
                "error: queue `q`: `first = 'inbound'` is not supported yet; write `\"agent\"`",
            ),
            ("preview = true", "error: queue `q`: `preview = true` is not supported yet; write `false`"),
            ("dial_ahead = 2", "error: queue `q`: `dial_ahead = 2` is not supported yet; write `0`"),
            (
                "confirm = { timeout = '30s', attempts = 3, otherwise = 'fail' }",
                "error: queue `q`: `confirm = { timeout = '30s', attempts = 3, otherwise = 'fail' }` is not supported yet; \
             write `\"off\"`",
            ),
        ],
    );
}
