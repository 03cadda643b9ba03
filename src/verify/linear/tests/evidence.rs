//! What is told of a failure: the first operation that finds no place, those beside it, and what it could have found.

use super::*;

#[test]
fn the_culprit_its_neighbours_and_the_possible_contents() {
    let mut values = Values::default();
    let [one, two, three, four] = ["1", "2", "3", "4"].map(|text| values.intern(text));
    let history = [
        op(0, 1, Action::Write(one)),
        op(2, None, Action::Write(two)),
        op(3, 4, Action::Write(three)),
        op(5, 20, Action::Write(four)),
        op(10, 11, Action::Read(one)),
        op(12, 13, Action::Read(two)),
    ];
    let outcome = judge(&history, &values, Model::Register);
    let failure = &outcome.failures[0];
    assert_eq!(failure.culprit, 4);
    assert!(failure.is_first && failure.possible_is_all);
    assert_eq!(failure.before, [0, 2]);
    assert_eq!((failure.beside.clone(), failure.more_beside), (vec![1, 3], 0));
    let mut possible = failure.possible.clone();
    possible.sort();
    assert_eq!(possible, ["2", "3", "4"]);
}

#[test]
fn a_counter_could_have_held_several_sums() {
    let values = Values::default();
    let history = [
        op(0, 1, Action::Add(5)),
        op(2, None, Action::Add(10)),
        op(3, 9, Action::Add(1)),
        op(4, 5, Action::Total(7)),
    ];
    let failure = judge(&history, &values, Model::Counter).failures.remove(0);
    let mut possible: Vec<i64> =
        failure.possible.iter().map(|text| text.parse().expect("a number")).collect();
    possible.sort_unstable();
    assert_eq!(possible, [5, 6, 15, 16]);
    assert!(failure.possible_is_all);
}

#[test]
fn a_text_could_have_been_in_another_order() {
    let mut values = Values::default();
    let [a, b, ab, aba] = ["a", "b", "ab", "aba"].map(|text| values.intern(text));
    let history = [
        op(0, 5, Action::Append(a)),
        op(0, 5, Action::Append(b)),
        op(6, 7, Action::Read(ab)),
        op(8, 9, Action::Read(aba)),
    ];
    let failure = judge(&history, &values, Model::AppendRegister).failures.remove(0);
    assert_eq!((failure.culprit, failure.possible), (3, vec!["ab".to_owned()]));
}
