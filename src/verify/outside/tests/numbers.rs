//! Numbers of any size: a verdict over numbers is the verdict over the same ids as texts.

use super::reads;
use crate::verify::Verdict;
use crate::verify::outside::{CHECKERS, Options};
use proptest::prelude::*;

fn judged(history: &str, checker: &str) -> (Verdict, String) {
    let history = reads(history).expect(history);
    let options = Options { model: None, initial: None, total: None, states: 10_000, expired: &|| false };
    let checker = CHECKERS.iter().find(|one| one.name() == checker).expect("a checker");
    let judgement = checker.check(&history, &options).expect("judged");
    (judgement.verdict, judgement.evidence.join("\n"))
}

/// A pair of lines: an operation of one client, ended at once.
fn json(f: &str, key: &str, argument: &str, result: &str) -> String {
    format!(
        "{{\"process\":0,\"type\":\"invoke\",\"f\":\"{f}\",\"key\":{key},\"value\":{argument}}}\n\
         {{\"process\":0,\"type\":\"ok\",\"f\":\"{f}\",\"key\":{key},\"value\":{result}}}\n"
    )
}

fn edn(f: &str, argument: &str, result: &str) -> String {
    format!(
        "{{:process 0, :type :invoke, :f :{f}, :value {argument}}}\n{{:process 0, :type :ok, :f :{f}, :value {result}}}\n"
    )
}

#[test]
fn neighbours_beyond_64_bits_are_not_one() {
    for (one, two) in [
        ("18446744073709551617", "18446744073709551619"),
        ("9223372036854775809", "9223372036854775810"),
        ("0.1234567890123456789", "0.1234567890123456788"),
        ("1e400", "2e400"),
    ] {
        for (read, wanted) in [(two, Verdict::Fail), (one, Verdict::Pass)] {
            let lines = json("write", "1", one, one) + &json("read", "1", "null", read);
            assert_eq!(judged(&lines, "linearizable").0, wanted, "{lines}");
            let lines = edn("write", one, one) + &edn("read", "nil", read);
            assert_eq!(judged(&lines, "linearizable").0, wanted, "{lines}");
            let unique = json("generate", "1", "null", one) + &json("generate", "1", "null", read);
            let opposite = if read == one { Verdict::Fail } else { Verdict::Pass };
            assert_eq!(judged(&unique, "unique-ids").0, opposite, "{unique}");
        }
        let two_keys =
            json("write", one, "1", "1") + &json("write", two, "2", "2") + &json("read", one, "null", "1");
        assert_eq!(judged(&two_keys, "linearizable").0, Verdict::Pass, "{two_keys}");
    }
}

#[test]
fn edn_says_large_numbers_with_a_suffix() {
    let lines = edn("write", "18446744073709551617N", "18446744073709551617N")
        + &edn("read", "nil", "18446744073709551617");
    assert_eq!(judged(&lines, "linearizable").0, Verdict::Pass);
    let lines = edn("write", "1.10M", "1.10M") + &edn("read", "nil", "1.1");
    assert_eq!(judged(&lines, "linearizable").0, Verdict::Pass);
}

#[test]
fn sums_of_any_size_are_exact() {
    let read = |a: &str, b: &str| json("read", "1", "null", &format!("{{\"a\":{a},\"b\":{b}}}"));
    let moved = json("transfer", "1", "{\"from\":\"a\",\"to\":\"b\",\"amount\":1}", "null");
    let first = read("18446744073709551617", "0.10") + &moved;
    assert_eq!(judged(&(first.clone() + &read("18446744073709551616.1", "1")), "bank").0, Verdict::Pass);
    assert_eq!(judged(&(first + &read("18446744073709551616", "1")), "bank").0, Verdict::Fail);
    let add = json("add", "1", "9223372036854775807", "null");
    let twice = add.clone() + &add;
    assert_eq!(
        judged(&(twice.clone() + &json("read", "1", "null", "18446744073709551614")), "counter").0,
        Verdict::Pass
    );
    assert_eq!(
        judged(&(twice + &json("read", "1", "null", "18446744073709551615")), "counter").0,
        Verdict::Fail
    );
    let fell = json("add", "1", "1", "1")
        + &json("read", "1", "null", "18446744073709551619")
        + &json("read", "1", "null", "18446744073709551617");
    assert_eq!(judged(&fell, "monotonic-reads").0, Verdict::Fail);
}

/// Another way to write a whole number.
fn spelled(digits: &str, way: usize) -> String {
    match way {
        1 => format!("{digits}.0"),
        2 => format!("{digits}0e-1"),
        3 => format!("{digits}E+0"),
        _ => digits.to_owned(),
    }
}

proptest! {
    #[test]
    fn verdicts_over_numbers_are_those_over_texts(
        base in "[1-9][0-9]{0,57}",
        operations in prop::collection::vec((any::<bool>(), 0..4usize, 0..4usize, 0..2usize), 1..8),
    ) {
        let id = |number: usize| format!("{base}{}{number}", number % 2);
        for (checker, put, get) in [
            ("linearizable", "write", "read"),
            ("set", "add", "read"),
            ("queue", "enqueue", "dequeue"),
            ("unique-ids", "write", "generate"),
        ] {
            let (mut numbers, mut texts) = (String::new(), String::new());
            for (puts, number, way, key) in &operations {
                let (id, key) = (id(*number), id(*key));
                let (as_number, as_text) = (spelled(&id, *way), format!("\"{id}\""));
                let key = (spelled(&key, *way), format!("\"{key}\""));
                let list = |value: String| if checker == "set" && !puts { format!("[{value}]") } else { value };
                let (number, text) = (list(as_number), list(as_text));
                let f = if *puts { put } else { get };
                let argument = |value: &String| if *puts { value.clone() } else { "null".to_owned() };
                numbers += &json(f, &key.0, &argument(&number), &number);
                texts += &json(f, &key.1, &argument(&text), &text);
            }
            prop_assert_eq!(judged(&numbers, checker).0, judged(&texts, checker).0, "{}\n{}", numbers, texts);
        }
    }
}
