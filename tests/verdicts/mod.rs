//! Fixtures whose file name says the verdict (`<checker>.<verdict>[-variant].<extension>`), with what was said of each in a
//! text beside it. `UPDATE_SNAPSHOTS=1` writes these texts anew.

use shakedown::verify::Verdict;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// What was found of a fixture.
pub struct Found {
    pub verdict: Verdict,
    /// Its text: the verdict's line and the evidence, a line each.
    pub said: String,
    /// How many lines of evidence there are.
    pub evidence: usize,
}

impl Found {
    /// `head` follows the word for the verdict in the first line.
    pub fn new(verdict: Verdict, head: &str, evidence: &[String]) -> Found {
        let mut said = format!("{}{head}\n", word(verdict));
        evidence.iter().for_each(|line| said += &format!("{line}\n"));
        Found { verdict, said, evidence: evidence.len() }
    }
}

fn word(verdict: Verdict) -> String {
    format!("{verdict:?}").to_lowercase()
}

/// The fixtures of a folder below `tests/`, with these extensions, in order.
pub fn files(folder: &str, extensions: &[&str]) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(folder);
    let entries = std::fs::read_dir(folder).expect("the folder of fixtures");
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    files.retain(|path| path.extension().is_some_and(|it| extensions.iter().any(|one| it == *one)));
    files.sort();
    assert!(!files.is_empty(), "there are fixtures");
    files
}

/// The checker and the verdict that a file's name promises.
pub fn promised(path: &Path) -> (String, String) {
    let name = path.file_stem().expect("a name").to_string_lossy();
    let (checker, verdict) = name.split_once('.').expect("<checker>.<verdict>");
    (checker.to_owned(), verdict.split('-').next().unwrap_or(verdict).to_owned())
}

/// Judges every file; each has to have the verdict of its name and say what the text beside it says, and what fails has to
/// show it.
pub fn all_as_promised(files: &[PathBuf], beside: impl Fn(&Path) -> PathBuf, judge: impl Fn(&Path) -> Found) {
    let update = std::env::var_os("UPDATE_SNAPSHOTS").is_some();
    let mut wrong = Vec::new();
    for path in files {
        let found = judge(path);
        if word(found.verdict) != promised(path).1 {
            wrong.push(format!("{}: {}", path.display(), found.said));
        }
        assert!(
            found.verdict != Verdict::Fail || found.evidence > 0,
            "{}: what fails shows it",
            path.display()
        );
        let beside = beside(path);
        if update {
            std::fs::write(&beside, &found.said).expect("tests/ can be written");
        }
        let kept = std::fs::read_to_string(&beside).unwrap_or_default();
        if kept != found.said {
            wrong.push(format!("{} says\n{}and not\n{kept}", path.display(), found.said));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Each of these checkers has a fixture of each verdict.
pub fn all_verdicts_of<'a>(checkers: impl Iterator<Item = &'a str>, files: &[PathBuf]) {
    let mut seen: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for path in files {
        let (checker, verdict) = promised(path);
        seen.entry(checker).or_default().push(verdict);
    }
    for checker in checkers {
        for verdict in ["pass", "fail", "unknown"] {
            let has = seen.get(checker).is_some_and(|all| all.iter().any(|one| one == verdict));
            assert!(has, "{checker} has no fixture of {verdict}");
        }
    }
}
