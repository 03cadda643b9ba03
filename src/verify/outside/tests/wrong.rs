//! What is refused: where, what, and what would be right.

use super::{reads, reads_keyed};
use crate::verify::outside::{CHECKERS, Form, Options, read};

fn told(text: &str) -> String {
    reads(text).expect_err("it makes no sense").to_string()
}

const BEGIN: &str = r#"{"process":0,"type":"invoke","f":"read","key":"x","value":null}"#;

#[test]
fn every_kind_of_nonsense_has_its_place_and_its_help() {
    let cases: &[(&str, &str)] = &[
        ("{\"process\":0,", "h.jsonl:1:14: error: not JSON: the text ends in the middle of a value"),
        ("{}\n", "h.jsonl:1: error: `process` is missing\n  help: `process` has to be a number"),
        ("3", "h.jsonl:1: error: 3 is not an object"),
        (r#"{"process":1.5,"type":"ok","f":"read"}"#, "`process` is 1.5"),
        (
            r#"{"process":1,"type":"done","f":"read"}"#,
            "`type` is \"done\"\n  help: `type` has to be invoke, ok, fail or info",
        ),
        (r#"{"process":1,"type":"ok"}"#, "`f` is missing"),
        (r#"{"process":1,"type":"ok","f":"read","time":"now"}"#, "`time` is \"now\""),
        (
            r#"{"process":1,"type":"ok","f":"read"}"#,
            "h.jsonl:1: error: process 1 has no operation that this `ok` could end",
        ),
        (
            r#"{"process":0,"type":"ok","f":"write"}"#,
            "h.jsonl:2: error: process 0 ends a `write`, but began a `read` in line 1",
        ),
        (
            r#"{"process":0,"type":"ok","f":"read","key":"y"}"#,
            "the operation ends on key `y`, but began on `x` in line 1",
        ),
        (BEGIN, "h.jsonl:2: error: process 0 begins again, though its operation of line 1 has not ended"),
        ("{:process 0 :type :ok :f}", "h.jsonl:1:25: error: the key `f` has no value"),
        ("{:process 0\n :type \"x", "h.jsonl:2:8: error: this text has no end"),
        ("{:process 0 :type (1 2", "the history ends in the middle of a value"),
        ("[{:process 0 :type :invoke :f :read}] ]", "h.jsonl:1:39: error: `]` closes nothing"),
        ("[7]", "h.jsonl:1:2: error: 7 is not a map"),
        ("{:process 0 :f \"\\q\"}", "an escape that is not known"),
    ];
    for (line, expected) in cases {
        let follows = expected.contains("line 1") || expected.contains(":2: error: process");
        let text = if follows { format!("{BEGIN}\n{line}") } else { (*line).to_owned() };
        let said = told(&text);
        assert!(said.contains(expected), "{line}\n{said}");
        assert!(said.contains("\n  help: "), "{said}");
    }
}

#[test]
fn bytes_that_are_no_text_are_told_with_their_place() {
    let error = read("h", b"{}\n{\"a\":\xff}", Form::default()).expect_err("no text");
    assert_eq!((error.line, error.column), (Some(2), Some(6)));
}

#[test]
fn values_without_a_key_are_refused_where_every_value_has_one() {
    let error = reads_keyed(r#"{"process":0,"type":"invoke","f":"write","value":3}"#).expect_err("no pair");
    assert!(error.to_string().contains("--key-in-value"), "{error}");
}

#[test]
fn deep_nesting_is_refused_and_not_followed() {
    let deep = format!("{{:process {}", "[".repeat(100_000));
    assert!(told(&deep).contains("nested deeper"), "{}", told(&deep));
    assert!(told(&"#_".repeat(100_000).replacen("#_", "[#_", 1)).contains("nested deeper"));
    let json = format!("{{\"process\":{}", "[".repeat(100_000));
    assert!(told(&json).contains("not JSON"), "{}", told(&json));
}

#[test]
fn a_checker_refuses_what_it_does_not_know_and_says_what_it_knows() {
    let text = format!("{BEGIN}\n{}", r#"{"process":1,"type":"invoke","f":"enqueue","value":3}"#);
    let history = reads(&text).expect("a history");
    let options = Options { model: None, initial: None, total: None, states: 100, expired: &|| false };
    for (name, who) in [("set", "checker `set`"), ("linearizable", "model `register`")] {
        let checker = CHECKERS.iter().find(|checker| checker.name() == name).expect("it is there");
        let said = checker.check(&history, &options).expect_err("not known").to_string();
        assert!(
            said.starts_with(&format!("h.jsonl:2: error: {who} does not know `enqueue`\n  help: it knows ")),
            "{said}"
        );
    }
}

#[test]
fn values_of_the_wrong_form_are_told_with_their_line() {
    let options = Options { model: None, initial: None, total: None, states: 100, expired: &|| false };
    for (name, f, begun, ended) in [
        ("counter", "add", "\"x\"", "\"x\""),
        ("counter", "read", "null", "\"x\""),
        ("linearizable", "cas", "3", "3"),
        ("set", "read", "null", "{}"),
        ("queue", "drain", "null", "3"),
        ("bank", "read", "null", "[\"a\"]"),
        ("read-your-writes", "cas", "[1]", "[1]"),
    ] {
        let text = format!(
            "{{\"process\":0,\"type\":\"invoke\",\"f\":\"{f}\",\"value\":{begun}}}\n{{\"process\":0,\"type\":\"ok\",\"f\":\"{f}\",\"value\":{ended}}}"
        );
        let checker = CHECKERS.iter().find(|checker| checker.name() == name).expect("it is there");
        let error = checker.check(&reads(&text).expect("a history"), &options).expect_err(name);
        assert!(error.line.is_some() && !error.help.is_empty(), "{error}");
    }
}
