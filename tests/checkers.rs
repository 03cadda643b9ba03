//! Every checker by fixtures: `tests/checkers/<checker>.<verdict>[-variant].json` holds a small history with its final
//! state and parameters; the file's name says the verdict. The evidence is held against the text beside it
//! (`UPDATE_SNAPSHOTS=1` writes it anew).

#[path = "checkers/fixture.rs"]
mod fixture;

use fixture::Fixture;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

fn files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/checkers");
    let entries = std::fs::read_dir(folder).expect("the folder of fixtures");
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    files.sort();
    files
}

/// The checker and the verdict that a file's name promises.
fn promised(path: &Path) -> (String, String) {
    let name = path.file_stem().expect("a name").to_string_lossy();
    let (checker, verdict) = name.split_once('.').expect("<checker>.<verdict>");
    (checker.to_owned(), verdict.split('-').next().unwrap_or(verdict).to_owned())
}

#[test]
fn every_fixture_has_the_verdict_of_its_name_and_its_evidence() {
    let update = std::env::var_os("UPDATE_SNAPSHOTS").is_some();
    let mut wrong = Vec::new();
    for path in files() {
        let (checker, verdict) = promised(&path);
        let text = std::fs::read_to_string(&path).expect("readable");
        let fixture = Fixture::read(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        assert_eq!(fixture.invariant.check, checker, "{}", path.display());
        let finding = fixture.judge();
        let found = format!("{:?}", finding.verdict).to_lowercase();
        let mut said = format!("{found} ({} seen): {}\n", finding.samples, finding.reason);
        finding.evidence.iter().for_each(|line| said += &format!("{line}\n"));
        if found != verdict {
            wrong.push(format!("{}: {said}", path.display()));
        }
        assert!(finding.evidence.len() <= 14, "{}: evidence is short: {said}", path.display());
        assert!(found != "fail" || !finding.evidence.is_empty(), "{}: what fails shows it", path.display());
        let beside = path.with_extension("txt");
        if update {
            std::fs::write(&beside, &said).expect("tests/ can be written");
        }
        let kept = std::fs::read_to_string(&beside).unwrap_or_default();
        if kept != said {
            wrong.push(format!("{} says\n{said}and not\n{kept}", path.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_checker_has_a_fixture_of_each_verdict() {
    let mut seen: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for path in files() {
        let (checker, verdict) = promised(&path);
        seen.entry(checker).or_default().push(verdict);
    }
    for checker in shakedown::verify::all_checkers() {
        for verdict in ["pass", "fail", "unknown"] {
            let has = seen.get(checker.name()).is_some_and(|all| all.iter().any(|one| one == verdict));
            assert!(has, "{} has no fixture of {verdict}", checker.name());
        }
    }
}
