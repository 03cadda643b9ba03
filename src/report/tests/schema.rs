//! The published schema of `verdict.json` is that of the program, and real verdicts follow it.

use super::cases::{hostile, red};
use crate::report::{json, schema};
use crate::verify::testing::assessment;

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/verdict.schema.json");

#[test]
fn the_file_is_what_the_program_says() {
    let made = format!("{}\n", serde_json::to_string_pretty(&schema()).expect("JSON"));
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(FILE, &made).expect("docs/ can be written");
    }
    let kept = std::fs::read_to_string(FILE).unwrap_or_default();
    assert!(kept == made, "docs/verdict.schema.json is out of date: run the tests with UPDATE_DOCS=1");
}

#[test]
fn every_verdict_follows_it() {
    let validator = jsonschema::validator_for(&schema()).expect("a schema");
    for one in [assessment(), red(), hostile()] {
        let value = serde_json::from_str(&json(&one).expect("JSON")).expect("JSON");
        let wrong: Vec<String> = validator.iter_errors(&value).map(|error| error.to_string()).collect();
        assert_eq!(wrong, Vec::<String>::new());
    }
}

#[test]
fn what_is_no_verdict_does_not() {
    let validator = jsonschema::validator_for(&schema()).expect("a schema");
    let good = serde_json::to_value(assessment()).expect("JSON");
    for (path, value) in [
        ("verdict", "maybe".into()),
        ("objectives", 1.into()),
        ("duration", "30 s".into()),
        ("format", (-1).into()),
    ] {
        let mut bad = good.clone();
        bad[path] = value;
        assert!(!validator.is_valid(&bad), "{path}");
    }
    assert!(!validator.is_valid(&serde_json::json!({})));
}
