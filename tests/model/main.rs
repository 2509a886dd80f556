//! The engine against a naive one: told the same, both say the same and stand the same, command by command.

mod compare;
mod coverage;
mod naive;

use std::cell::RefCell;
use std::env;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestError, TestRunner};
use ringback::history::{centers, restless_histories};
use ringback::rules::rules;

use compare::{Case, compare, explain};
use coverage::Coverage;

/// Cases of a run that sets no `PROPTEST_CASES`.
const CASES: u32 = 8_000;

/// From so many cases on, everything that can happen must have happened.
const ENOUGH: u32 = 4_000;

fn cases() -> impl Strategy<Value = Case> {
    let back = prop::collection::vec(prop::option::weighted(0.02, 1..100i64), 160);
    (centers(), rules(), restless_histories(160), back).prop_map(|(center, rules, history, back)| Case {
        center,
        rules,
        history: history.into_iter().zip(back).collect(),
    })
}

#[test]
fn the_engine_does_what_the_naive_one_does() {
    let mut config = Config { failure_persistence: None, ..Config::default() };
    if env::var_os("PROPTEST_CASES").is_none() {
        config.cases = CASES;
    }
    if env::var_os("PROPTEST_MAX_SHRINK_ITERS").is_none() {
        config.max_shrink_iters = 300;
    }
    let (count, coverage) = (config.cases, RefCell::new(Coverage::default()));
    let answer = TestRunner::new(config)
        .run(&cases(), |case| compare(&case, &mut coverage.borrow_mut()).map_err(TestCaseError::fail));
    match answer {
        Ok(()) => {}
        Err(TestError::Fail(reason, case)) => {
            println!("{reason}\n\nin this center, with these rules\n\n{case:?}");
            panic!("{}", explain(&case));
        }
        Err(error) => panic!("{error}"),
    }
    println!("{}", coverage.borrow());
    if count >= ENOUGH {
        assert_eq!(coverage.borrow().missing(), Vec::<String>::new(), "not exercised enough");
    }
}
