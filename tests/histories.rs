//! Outside histories by fixtures: `tests/histories/<checker>.<verdict>[-what].{jsonl,edn}`; the file's name says the
//! verdict. What the program prints of each is held against the text beside it (`UPDATE_SNAPSHOTS=1` writes it anew).

use shakedown::verify::Verdict;
use shakedown::verify::outside::{CHECKERS, Form, Judgement, Options, read};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

fn files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/histories");
    let entries = std::fs::read_dir(folder).expect("the folder of fixtures");
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "jsonl" || extension == "edn"));
    files.sort();
    files
}

/// The checker and the verdict that a file's name promises.
fn promised(path: &Path) -> (String, String) {
    let name = path.file_stem().expect("a name").to_string_lossy();
    let (checker, verdict) = name.split_once('.').expect("<checker>.<verdict>");
    (checker.to_owned(), verdict.split('-').next().unwrap_or(verdict).to_owned())
}

fn judge(path: &Path) -> Judgement {
    let bytes = std::fs::read(path).expect("readable");
    let history =
        read(&path.display().to_string(), &bytes, Form::default()).unwrap_or_else(|error| panic!("{error}"));
    let (name, _) = promised(path);
    let checker = CHECKERS.iter().find(|checker| checker.name() == name).expect("a checker of this name");
    let options = Options { model: None, initial: None, total: None, states: 100_000, expired: &|| false };
    checker.check(&history, &options).unwrap_or_else(|error| panic!("{error}"))
}

fn word(verdict: Verdict) -> String {
    format!("{verdict:?}").to_lowercase()
}

#[test]
fn every_history_has_the_verdict_of_its_name_and_its_evidence() {
    let update = std::env::var_os("UPDATE_SNAPSHOTS").is_some();
    let mut wrong = Vec::new();
    for path in files() {
        let judgement = judge(&path);
        let found = word(judgement.verdict);
        if found != promised(&path).1 {
            wrong.push(format!("{}: {judgement:?}", path.display()));
        }
        assert!(found != "fail" || !judgement.evidence.is_empty(), "{}: what fails shows it", path.display());
        let mut said = format!("{found}, {} operations: {}\n", judgement.operations, judgement.reason);
        judgement.evidence.iter().for_each(|line| said += &format!("{line}\n"));
        let beside = path.with_extension(if path.extension().is_some_and(|it| it == "edn") {
            "edn.txt"
        } else {
            "txt"
        });
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
fn every_checker_has_a_history_of_each_verdict() {
    let mut seen: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for path in files() {
        let (checker, verdict) = promised(&path);
        seen.entry(checker).or_default().push(verdict);
    }
    for checker in CHECKERS {
        for verdict in ["pass", "fail", "unknown"] {
            let has = seen.get(checker.name()).is_some_and(|all| all.iter().any(|one| one == verdict));
            assert!(has, "{} has no history of {verdict}", checker.name());
        }
    }
}
