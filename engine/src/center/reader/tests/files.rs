//! The files of tables.

use super::SMALL;
use crate::center::Attribute;
use crate::center::reader::{Reading, read};

fn with_file(csv: &str) -> Reading {
    let text = format!("{SMALL}[[table]]\nname = \"vip\"\nfile = \"vip.csv\"\n");
    read(&text, &mut |name| {
        assert_eq!(name, "vip.csv");
        Ok(csv.to_owned())
    })
}

#[test]
fn lines_below_the_header_are_entries() {
    let csv = "\u{feff}number,tier\r\n+12125550123,2\r\n\r\n\"a, \"\"b\"\"\",\"two\nlines\"\r\n x , 007 \r\nlisted,\r\n";
    let reading = with_file(csv);
    let layout = reading.layout.unwrap();
    let entries = &layout.table("vip").unwrap().entries;
    let text = |text: &str| Attribute::Text(text.into());
    assert_eq!(
        entries.iter().map(|(key, value)| (key.as_str(), value.clone())).collect::<Vec<_>>(),
        [
            ("+12125550123", Attribute::Integer(2)),
            ("a, \"b\"", text("two\nlines")),
            ("listed", text("")),
            ("x", text("007")),
        ]
    );
}

#[test]
fn bad_lines_are_told_at_the_key() {
    let table: &[(&str, &[&str])] = &[
        ("", &["line 1: expected a header of 2 columns, found nothing"]),
        ("key\na,1\n", &["line 1: expected 2 columns, found 1"]),
        (
            "k,v\na,1,2\nb\nc,3\n",
            &["line 2: expected 2 columns, found 3", "line 3: expected 2 columns, found 1"],
        ),
        ("k,v\na,1\n\na,2\n", &["line 4: key `a` stands in line 2 already"]),
        ("k,v\n,1\n", &["line 2: the key is empty"]),
        ("k,v\na,\"1\nb,2\n", &["line 2: a quote is opened and never closed"]),
    ];
    for (csv, expected) in table {
        let reading = with_file(csv);
        assert!(reading.layout.is_none(), "{csv:?}");
        let said: Vec<_> = reading.findings.iter().skip(1).map(ToString::to_string).collect();
        let expected: Vec<_> =
            expected.iter().map(|e| format!("13:8: error: table `vip`: `file`: `vip.csv` {e}")).collect();
        assert_eq!(said, expected, "{csv:?}");
    }
}

#[test]
fn many_bad_lines_are_counted() {
    let reading = with_file(&format!("k,v\n{}", "bad\n".repeat(25)));
    assert_eq!(reading.findings.len(), 12);
    assert!(reading.findings[11].message.ends_with("15 more bad lines"), "{:?}", reading.findings[11]);
}

#[test]
fn an_unreadable_file_says_why() {
    let text = format!("{SMALL}[[table]]\nname = \"vip\"\nfile = \"vip.csv\"\n");
    let reading = read(&text, &mut |_| Err("no such file".into()));
    assert_eq!(
        reading.findings[1].to_string(),
        "13:8: error: table `vip`: `file`: can't read `vip.csv`: no such file"
    );
}
