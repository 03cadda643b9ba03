//! Every checker by fixtures: `tests/checkers/<checker>.<verdict>[-variant].json` holds a small history with its final
//! state and parameters; the file's name says the verdict. The evidence is held against the text beside it
//! (`UPDATE_SNAPSHOTS=1` writes it anew).

#[path = "checkers/fixture.rs"]
mod fixture;
#[path = "checkers/others.rs"]
mod others;
mod verdicts;

use fixture::Fixture;
use std::path::Path;
use verdicts::{Found, all_as_promised, all_verdicts_of, files, promised};

fn judge(path: &Path) -> Found {
    let text = std::fs::read_to_string(path).expect("readable");
    let fixture = Fixture::read(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    assert_eq!(fixture.invariant.check, promised(path).0, "{}", path.display());
    let finding = fixture.judge();
    assert!(finding.evidence.len() <= 14, "{}: evidence is short: {:?}", path.display(), finding.evidence);
    let head = format!(" ({} seen): {}", finding.samples, finding.reason);
    Found::new(finding.verdict, &head, &finding.evidence)
}

#[test]
fn every_fixture_has_the_verdict_of_its_name_and_its_evidence() {
    all_as_promised(&files("checkers", &["json"]), |path| path.with_extension("txt"), judge);
}

#[test]
fn every_checker_has_a_fixture_of_each_verdict() {
    let checkers = shakedown::verify::all_checkers().map(|checker| checker.name());
    all_verdicts_of(checkers, &files("checkers", &["json"]));
}
