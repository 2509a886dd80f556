//! Keys and values of the specification that are not honoured: told, never read and dropped.

use super::{SMALL, all, said, without_files};

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
    for key in ["attempts_per_prefix", "attempts_per_country", "attempts_total"] {
        all(
            "",
            &[(
                &format!("limits.{key} = {{ max = 1, per = '1d' }}"),
                &format!("error: center: `limits.{key}` is not supported yet; leave it out"),
            )],
        );
    }
    all(
        "queue",
        &[(
            "overflow = [{ to = 'q', after = '1s', when = 'waiting > 20' }]",
            "error: queue `q`: `overflow[0].when` is not supported yet; leave it out",
        )],
    );
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
                "at_close = 'schedule'",
                "error: queue `q`: `at_close = 'schedule'` is not supported yet; write `\"keep\"`",
            ),
            (
                "at_close = 'complete'",
                "error: queue `q`: `at_close = 'complete'` is not supported yet; write `\"keep\"`",
            ),
            (
                "confirm = { timeout = '30s', attempts = 3, otherwise = 'fail' }",
                "error: queue `q`: `confirm = { timeout = '30s', attempts = 3, otherwise = 'fail' }` is not supported yet; \
             write `\"off\"`",
            ),
        ],
    );
}

#[test]
fn the_calling_window_is_off_or_an_error() {
    let why =
        "the legal calling window is not supported yet; write `calling_window = \"off\"` to call at any hour";
    let absent = SMALL.replace("calling_window = \"off\"\n", "");
    assert_eq!(said(&absent), [format!("5: error: service `s`: {why}")]);
    for value in ["\"08:00-21:00\"", "{ IL = \"08:00-21:00\" }", "false"] {
        let text = SMALL.replace("calling_window = \"off\"", &format!("calling_window = {value}"));
        assert_eq!(said(&text), [format!("8: error: service `s`: `calling_window`: {why}")]);
    }
    let two = format!("{SMALL}[[service]]\nname = \"t\"\nqueue = \"q\"\ncalling_window = \"off\"\n");
    let reading = without_files(&two);
    assert_eq!(reading.findings.len(), 1);
    assert!(reading.findings[0].message.starts_with("services `s`, `t`: no legal calling window"));
}
