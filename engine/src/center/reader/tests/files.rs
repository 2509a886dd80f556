//! The files of tables.

use super::SMALL;
use crate::center::reader::{Reading, read};
use crate::center::{Attribute, Entries};

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
    let Entries::Values(entries) = &layout.table("vip").unwrap().entries else { panic!("rows") };
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
fn several_columns_are_read_by_name_and_an_empty_one_is_none() {
    let reading = with_file("number,tier,limit\n+12125550123,gold,3\n +12125550124 ,, 007\nlisted,,\n");
    let layout = reading.layout.unwrap();
    let vip = layout.table("vip").unwrap();
    let text = |text: &str| Attribute::Text(text.into());
    let cell = |key: &str, column: &str| vip.cell(key, column).unwrap().cloned();
    assert_eq!(cell("+12125550123", "tier"), Some(text("gold")));
    assert_eq!(cell("+12125550123", "limit"), Some(Attribute::Integer(3)));
    assert_eq!((cell("+12125550124", "tier"), cell("+12125550124", "limit")), (None, Some(text("007"))));
    assert!(vip.contains("listed") && cell("listed", "tier").is_none());
    // A column that is empty everywhere is one all the same.
    let reading = with_file("number,tier,limit\na,gold,\n");
    assert_eq!(reading.layout.unwrap().table("vip").unwrap().cell("a", "limit"), Ok(None));
}

#[test]
fn rows_are_read_from_the_text() {
    let text = |entries: &str| format!("{SMALL}[[table]]\nname = \"vip\"\nentries = {entries}\n");
    let reading = |entries: &str| read(&text(entries), &mut |_| Err("no file".into()));
    let layout =
        reading("{ a = { tier = \"gold\", limit = 3 }, b = { tier = \"x\" }, c = {} }").layout.unwrap();
    let vip = layout.table("vip").unwrap();
    assert_eq!(vip.cell("a", "limit"), Ok(Some(&Attribute::Integer(3))));
    assert_eq!((vip.cell("b", "limit"), vip.cell("c", "tier")), (Ok(None), Ok(None)));
    for (entries, expected) in [
        (
            "{ a = { tier = 1 }, b = 2 }",
            "table `vip`: `entries.b`: `b` has one value where others have columns; write `{ column = value }`",
        ),
        (
            "{ a = { tier = 1.5 } }",
            "table `vip`: `entries.a.tier` is a decimal number; write a whole number, or a text in quotes",
        ),
        (
            "{ a = { tier = { x = 1 } } }",
            "table `vip`: `entries.a.tier` is a table; write a whole number, or a text in quotes",
        ),
    ] {
        let found = reading(entries);
        assert!(found.layout.is_none(), "{entries}");
        assert_eq!(found.findings.last().unwrap().message, expected);
    }
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
        ("k,v,v\na,1,2\n", &["line 1: there are two columns `v`"]),
        ("k,v,\na,1,2\n", &["line 1: a column has no name"]),
        (
            "k,v,w\na,1\nb,1,2,3\nc,1,2\nc,1,2\n,1,2\n",
            &[
                "line 2: expected 3 columns, found 2",
                "line 3: expected 3 columns, found 4",
                "line 5: key `c` stands in line 4 already",
                "line 6: the key is empty",
            ],
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
fn more_columns_than_are_allowed_are_told_once() {
    let header = |columns: usize| (0..=columns).map(|n| format!("c{n}")).collect::<Vec<_>>().join(",");
    assert!(with_file(&header(32)).layout.is_some());
    let reading = with_file(&header(33));
    let said = reading.findings[1].message.clone();
    assert_eq!(
        said,
        "table `vip`: `file`: `vip.csv` line 1: 33 columns behind the key; at most 32 are allowed"
    );
    assert!(reading.layout.is_none());
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
