//! Whatever the bytes are: a history or a message, never a panic; and whatever the history is, a verdict or a message.

use crate::verify::outside::{CHECKERS, Form, Options, read};
use proptest::prelude::*;

/// Reads and judges by every checker.
fn survive(bytes: &[u8]) {
    for key_in_value in [false, true] {
        let Ok(history) = read("fuzz", bytes, Form { key_in_value }) else { continue };
        for checker in CHECKERS {
            let options =
                Options { model: None, initial: None, total: None, states: 1_000, expired: &|| false };
            if let Ok(judgement) = checker.check(&history, &options) {
                assert!(!judgement.reason.is_empty());
                judgement.json().expect("a judgement is JSON");
            }
        }
    }
}

const VALUES: &[&str] = &[
    "null",
    "0",
    "1",
    "-1",
    "9223372036854775807",
    "-9223372036854775808",
    "1e300",
    "0.5",
    "\"\"",
    "\"a\"",
    "[]",
    "[1]",
    "[1,2]",
    "[[1,2],3]",
    "{}",
    "{\"a\":5}",
    "true",
    "[null,null]",
    "[\"a\",\"b\",\"c\"]",
    "18446744073709551615",
];
const FUNCTIONS: &[&str] =
    &["read", "write", "cas", "append", "add", "enqueue", "dequeue", "drain", "transfer", "generate"];

/// A history in good form of operations that make no sense together.
fn history() -> impl Strategy<Value = String> {
    let one = (0..3usize, 0..FUNCTIONS.len(), 0..VALUES.len(), 0..VALUES.len(), 0..4usize, 0..3usize);
    (prop::collection::vec(one, 0..12), 0..FUNCTIONS.len() + 2).prop_map(|(operations, only)| {
        let mut lines = String::new();
        for (process, f, begun, ended, kind, key) in operations {
            // Mostly one kind of change and reads, so that some checker knows all of them.
            let f = if only >= FUNCTIONS.len() {
                f
            } else if f % 2 == 0 {
                only
            } else {
                0
            };
            let keyed = ["", ",\"key\":1", ",\"key\":\"x\""][key];
            let line = |kind: &str, value: usize| {
                format!(
                    "{{\"process\":{process},\"type\":\"{kind}\",\"f\":\"{}\",\"value\":{}{keyed}}}\n",
                    FUNCTIONS[f], VALUES[value]
                )
            };
            lines += &line("invoke", begun);
            lines += &line(["ok", "ok", "fail", "info"][kind], ended);
        }
        lines
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        survive(&bytes);
    }

    #[test]
    fn any_text_of_the_right_letters(text in "[\\[\\](){}:#_;\"\\\\,0-9a-fN \n-]{0,80}") {
        survive(text.as_bytes());
        survive(format!("{{:process {text}").as_bytes());
        survive(format!("{{\"process\": {text}").as_bytes());
    }

    #[test]
    fn any_operations(text in history()) {
        survive(text.as_bytes());
    }

    #[test]
    fn good_histories_with_a_few_bytes_changed(
        text in history(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..3usize), 1..6),
    ) {
        let mut bytes = text.into_bytes();
        for (place, byte, how) in changes {
            if bytes.is_empty() {
                break;
            }
            let place = place.index(bytes.len());
            match how {
                0 => bytes[place] = byte,
                1 => { bytes.remove(place); }
                _ => bytes.insert(place, byte % 128),
            }
        }
        survive(&bytes);
    }
}
