//! The search and brute force agree on random small histories, indeterminate operations among them: on the verdict, and on
//! the first return that cannot be explained.
//!
//! `SHAKEDOWN_CASES=200000 cargo test --release linear` asks for more than the usual number per model.

use super::PLENTY;
use super::brute;
use super::random::{Shape, history};
use crate::verify::linear::{Model, check};

/// Histories per model, unless the environment says otherwise.
const CASES: u64 = 20_000;

fn cases() -> u64 {
    std::env::var("SHAKEDOWN_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(CASES)
}

fn agrees(model: Model) {
    let mut failed = 0;
    let cases = cases();
    for seed in 0..cases {
        let shape = Shape {
            model,
            operations: 3 + (seed % 6) as usize,
            longest: (seed / 6 % 5) as i64,
            open: [2, 4, 1_000][(seed / 30 % 3) as usize],
            wrong: [0, 1, 2][(seed / 90 % 3) as usize],
            values: [2, 3, 4, 9][(seed / 270 % 4) as usize],
            code: seed / 1_080 % 3 > 0,
        };
        let random = history(&shape, seed);
        let expected = brute::first_wrong_return(&random.operations, &random.values, model, random.initial);
        let outcome = check(&random.operations, &random.values, model, random.initial, &PLENTY);
        let found = outcome.failures.first().map(|failure| random.operations[failure.culprit].ret);
        let told = || format!("seed {seed}, {shape:?}\n{:#?}\n{:?}", random.operations, random.values);
        assert!(outcome.undecided.is_empty(), "undecided: {}", told());
        assert_eq!(found, expected.map(Some), "{}", told());
        assert!(shape.wrong > 0 || expected.is_none(), "the generator is wrong: {}", told());
        failed += u64::from(expected.is_some());
    }
    assert!(failed * 10 > cases && failed * 10 < cases * 9, "{failed} of {cases} failed: too one-sided");
}

#[test]
fn on_registers() {
    agrees(Model::Register);
}

#[test]
fn on_registers_with_compare_and_set() {
    agrees(Model::CasRegister);
}

#[test]
fn on_append_registers() {
    agrees(Model::AppendRegister);
}

#[test]
fn on_counters() {
    agrees(Model::Counter);
}

#[test]
fn on_stores_of_keys() {
    agrees(Model::KeyValue);
}
