//! The search against brute force, and the histories that it must not stumble over.

mod agreement;
mod brute;
mod budget;
mod evidence;
pub(crate) mod random;

use super::{ABSENT, Action, Budget, Initial, Model, Op, Outcome, Values, check};

/// A budget that small histories never use up.
pub const PLENTY: Budget<'static> = Budget { states: 1_000_000, expired: &|| false };

/// Judges with plenty of budget.
pub fn judge(operations: &[Op], values: &Values, model: Model) -> Outcome {
    check(operations, values, model, Initial::default(), &PLENTY)
}

/// An operation on key 0.
pub fn op(call: i64, ret: impl Into<Option<i64>>, action: Action) -> Op {
    Op { key: 0, call, ret: ret.into(), action }
}

#[test]
fn a_read_of_what_was_overwritten_fails_and_a_concurrent_one_passes() {
    let mut values = Values::default();
    let (one, two) = (values.intern("1"), values.intern("2"));
    let mut history =
        vec![op(0, 1, Action::Write(one)), op(2, 5, Action::Write(two)), op(4, 7, Action::Read(one))];
    assert!(judge(&history, &values, Model::Register).failures.is_empty());
    history[2] = op(6, 7, Action::Read(one));
    let outcome = judge(&history, &values, Model::Register);
    assert_eq!(outcome.failures.len(), 1);
    assert_eq!(outcome.failures[0].culprit, 2);
}

#[test]
fn an_indeterminate_write_may_take_effect_at_any_later_time_but_only_once() {
    let mut values = Values::default();
    let (one, two) = (values.intern("1"), values.intern("2"));
    let mut history = vec![
        op(0, 1, Action::Write(one)),
        op(2, None, Action::Write(two)),
        op(4, 5, Action::Read(one)),
        op(6, 7, Action::Read(two)),
    ];
    assert!(judge(&history, &values, Model::Register).failures.is_empty());
    history.push(op(8, 9, Action::Read(one)));
    assert_eq!(judge(&history, &values, Model::Register).failures[0].culprit, 4);
    history[4] = op(8, 9, Action::Write(one));
    history.push(op(10, 11, Action::Read(two)));
    assert_eq!(judge(&history, &values, Model::Register).failures[0].culprit, 5);
}

#[test]
fn an_indeterminate_write_does_not_take_effect_before_it_is_invoked() {
    let mut values = Values::default();
    let one = values.intern("1");
    let history = [op(0, 1, Action::Read(one)), op(2, None, Action::Write(one))];
    assert_eq!(judge(&history, &values, Model::Register).failures[0].culprit, 0);
}

#[test]
fn keys_do_not_meddle_with_each_other() {
    let mut values = Values::default();
    let one = values.intern("1");
    let on = |key, call, action| Op { key, call, ret: Some(call + 1), action };
    let history = [
        on(7, 0, Action::Write(one)),
        on(9, 2, Action::Read(ABSENT)),
        on(7, 4, Action::Read(one)),
        on(8, 6, Action::Read(one)),
    ];
    let outcome = judge(&history, &values, Model::Register);
    assert_eq!((outcome.keys, outcome.operations), (3, 4));
    assert_eq!(outcome.failures.iter().map(|failure| failure.key).collect::<Vec<_>>(), [8]);
}

#[test]
fn an_empty_text_and_an_absent_one_are_the_same_to_an_append_register() {
    let mut values = Values::default();
    let (empty, a, ab) = (values.intern(""), values.intern("a"), values.intern("ab"));
    let b = values.intern("b");
    let history = [
        op(0, 1, Action::Read(empty)),
        op(2, 3, Action::Read(ABSENT)),
        op(4, 5, Action::Append(a)),
        op(6, 7, Action::Append(b)),
        op(8, 9, Action::Read(ab)),
        op(10, 11, Action::Write(a)),
        op(12, 13, Action::Read(a)),
    ];
    assert!(judge(&history, &values, Model::AppendRegister).failures.is_empty());
    let mut swapped = history.to_vec();
    swapped.swap(2, 3);
    (swapped[2].call, swapped[2].ret) = (4, Some(5));
    (swapped[3].call, swapped[3].ret) = (6, Some(7));
    assert_eq!(judge(&swapped, &values, Model::AppendRegister).failures[0].culprit, 4);
}

#[test]
fn no_operation_at_all_is_an_order() {
    let outcome = judge(&[], &Values::default(), Model::Register);
    assert_eq!(outcome, Outcome::default());
}
