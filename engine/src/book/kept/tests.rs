//! Hashes kept are those computed anew, whatever the way.

use std::collections::BTreeMap;

use super::form::hash_of;
use super::{Kept, KeptList};
use crate::record::Request;
use crate::value::Phone;

fn anew(kept: &Kept<u64, String>) -> u128 {
    let mut kept = kept.clone();
    kept.forget_hash();
    kept.hash()
}

#[test]
fn every_way_of_writing_is_noted() {
    let mut kept: Kept<u64, String> = Kept::default();
    kept.insert(1, "one".into());
    kept.settle();
    let mut seen = vec![kept.hash()];
    let steps: [fn(&mut Kept<u64, String>); 7] = [
        |kept| _ = kept.insert(2, "two".into()),
        |kept| kept.get_mut(&1).expect("there").push('!'),
        |kept| _ = kept.insert(2, "too".into()),
        |kept| _ = kept.entry(3).or_default(),
        |kept| kept.entry(3).or_default().push('3'),
        |kept| _ = kept.remove(&2),
        |kept| kept.clear(),
    ];
    for settles in [true, false] {
        for step in steps {
            step(&mut kept);
            assert_eq!(kept.hash(), anew(&kept), "asked for");
            if settles {
                kept.settle();
                assert_eq!(kept.hash(), anew(&kept), "kept");
            }
            seen.push(kept.hash());
        }
        kept.insert(1, "one".into());
        kept.settle();
    }
    assert_eq!(seen.first(), Some(&kept.hash()), "another way to the same state");
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen.len(), 8, "each step but the last leads to another hash, twice the same");
}

#[test]
fn a_key_that_was_looked_at_and_left_out_is_none() {
    let mut kept: Kept<u64, String> = Kept::default();
    kept.settle();
    let _ = kept.entry(7);
    assert!(kept.get_mut(&8).is_none() && kept.remove(&9).is_none());
    kept.settle();
    assert_eq!(kept.hash(), 0);
}

#[test]
fn a_list_keeps_its_hash_too() {
    let mut list: KeptList<u64> = [1, 2, 3].into_iter().collect();
    list.settle(|_| {});
    let before = list.hash();
    *list.get_mut(1).expect("there") = 5;
    let changed = list.hash();
    assert_ne!(before, changed);
    list.settle(|_| {});
    assert_eq!(list.hash(), changed);
    *list.get_mut(1).expect("there") = 2;
    list.settle(|_| {});
    assert_eq!(list.hash(), before);
    assert_ne!(hash_of(&list), hash_of(&[2, 1, 3].into_iter().collect::<KeptList<u64>>()), "order counts");
}

#[test]
fn values_that_differ_have_forms_that_differ() {
    let with = |change: fn(&mut Request)| {
        let mut request = Request::new("c", "main", Phone::redacted());
        change(&mut request);
        hash_of(&request)
    };
    let mut hashes = vec![
        with(|_| {}),
        with(|request| request.language = "de".into()),
        with(|request| request.channel = "de".into()),
        with(|request| request.key = Some("de".into())),
        hash_of(&"1"),
        hash_of(&1_u64),
        hash_of(&1_i64),
        hash_of(&Some(1_u64)),
        hash_of(&None::<u64>),
        hash_of(&()),
        hash_of(&(1_u64, (2_u64, 3_u64))),
        hash_of(&((1_u64, 2_u64), 3_u64)),
        hash_of(&("ab", "c")),
        hash_of(&("a", "bc")),
        hash_of(&BTreeMap::from([("a", 1_u64)])),
        hash_of(&[("a", 1_u64)]),
    ];
    let all = hashes.len();
    hashes.sort_unstable();
    hashes.dedup();
    assert_eq!(hashes.len(), all);
}
