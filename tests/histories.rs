//! Outside histories by fixtures: `tests/histories/<checker>.<verdict>[-what].{jsonl,json,edn,log}`; the file's name
//! says the verdict. What the program prints of each is held against the text beside it (`UPDATE_SNAPSHOTS=1` writes it
//! anew).

mod verdicts;

use shakedown::verify::outside::{CHECKERS, Form, Options, read};
use std::path::{Path, PathBuf};
use verdicts::{Found, all_as_promised, all_verdicts_of, files, promised};

const EXTENSIONS: [&str; 4] = ["jsonl", "json", "edn", "log"];

fn judge(path: &Path) -> Found {
    let bytes = std::fs::read(path).expect("readable");
    let history =
        read(&path.display().to_string(), &bytes, Form::default()).unwrap_or_else(|error| panic!("{error}"));
    let (name, _) = promised(path);
    let checker = CHECKERS.iter().find(|checker| checker.name() == name).expect("a checker of this name");
    let options = Options { model: None, initial: None, total: None, states: 100_000, expired: &|| false };
    let judgement = checker.check(&history, &options).unwrap_or_else(|error| panic!("{error}"));
    let head = format!(", {} operations: {}", judgement.operations, judgement.reason);
    Found::new(judgement.verdict, &head, &judgement.evidence)
}

/// Two forms of one history have a text each.
fn beside(path: &Path) -> PathBuf {
    let usual = path.extension().is_some_and(|extension| extension == "jsonl");
    if usual { path.with_extension("txt") } else { PathBuf::from(format!("{}.txt", path.display())) }
}

#[test]
fn every_history_has_the_verdict_of_its_name_and_its_evidence() {
    all_as_promised(&files("histories", &EXTENSIONS), beside, judge);
}

#[test]
fn every_checker_has_a_history_of_each_verdict() {
    all_verdicts_of(CHECKERS.iter().map(|checker| checker.name()), &files("histories", &EXTENSIONS));
}
