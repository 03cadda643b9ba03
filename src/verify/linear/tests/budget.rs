//! A budget turns what is too hard into Unknown.

use super::*;
use crate::verify::linear::Undecided;

/// Additions of even numbers, all at the same time, and a read of an odd one: every sum of some of them is tried.
fn hard(additions: i64) -> Vec<Op> {
    let even = |number: i64| if number % 2 == 0 { 2 << number } else { -2 << number };
    let mut history: Vec<Op> = (0..additions).map(|number| op(0, 1_000, Action::Add(even(number)))).collect();
    history.push(op(0, 1_001, Action::Total(7)));
    history
}

#[test]
fn what_is_too_hard_is_given_up_and_told_how_far_it_came() {
    let (history, values) = (hard(40), Values::default());
    let budget = Budget { states: 3, expired: &|| false };
    let outcome = check(&history, &values, Model::Counter, Initial::default(), &budget);
    assert_eq!(outcome.undecided, [Undecided { key: 0, passed: 0, returns: 41 }]);
    assert!(outcome.failures.is_empty());
    assert!(outcome.states <= 4, "{}", outcome.states);
}

#[test]
fn when_the_time_is_up_it_is_given_up() {
    let (history, values) = (hard(40), Values::default());
    let budget = Budget { states: u64::MAX, expired: &|| true };
    let outcome = check(&history, &values, Model::Counter, Initial::default(), &budget);
    assert_eq!(outcome.undecided.len(), 1);
}

#[test]
fn a_failure_counts_though_another_key_is_given_up() {
    let (mut history, values) = (hard(40), Values::default());
    history.push(Op { key: 1, call: 0, ret: Some(1), action: Action::Total(1) });
    let budget = Budget { states: 40, expired: &|| false };
    let outcome = check(&history, &values, Model::Counter, Initial::default(), &budget);
    assert_eq!(outcome.failures.iter().map(|failure| failure.key).collect::<Vec<_>>(), [1]);
    assert_eq!(outcome.undecided.iter().map(|undecided| undecided.key).collect::<Vec<_>>(), [0]);
}
