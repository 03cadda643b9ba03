//! A plan, carried out for real, and what it was found to be.

use super::support::{Desk, ended};
use serde_json::Value;
use std::path::PathBuf;
use std::process::Child;

/// One run: its exit code, its folder, and its assessment.
pub struct Run {
    pub code: i32,
    pub assessment: Value,
    told: String,
}

/// Runs this plan to its end; `more` are further arguments.
pub fn run(desk: &Desk, plan: &str, more: &[&str]) -> Run {
    desk.file("plan.toml", plan);
    let before = folders(desk);
    let (code, told, errors) = desk.run(&[&["run", "plan.toml", "--heal"], more].concat());
    let new: Vec<PathBuf> = folders(desk).into_iter().filter(|folder| !before.contains(folder)).collect();
    let told = format!("{told}\n{errors}");
    assert_eq!(new.len(), 1, "one run folder: {told}");
    let text = std::fs::read_to_string(new[0].join("verdict.json"))
        .unwrap_or_else(|error| panic!("{error}: {told}"));
    Run { code, assessment: serde_json::from_str(&text).expect("JSON"), told }
}

fn folders(desk: &Desk) -> Vec<PathBuf> {
    if desk.path().join("reports").is_dir() { desk.runs("reports") } else { Vec::new() }
}

impl Run {
    /// Verdict and reason of an objective or invariant.
    pub fn of(&self, id: &str) -> (&str, &str) {
        let all = ["objectives", "invariants"].into_iter().flat_map(|list| self.assessment[list].as_array());
        let found = all
            .flatten()
            .find(|report| report["id"] == id)
            .unwrap_or_else(|| panic!("no `{id}`: {}", self.told));
        (found["verdict"].as_str().expect("a verdict"), found["reason"].as_str().expect("a reason"))
    }

    /// The whole run's verdict.
    pub fn verdict(&self) -> &str {
        self.assessment["verdict"].as_str().expect("a verdict")
    }

    /// Asserts the verdict of one objective or invariant, and that its reason says this.
    #[track_caller]
    pub fn expect(&self, id: &str, verdict: &str, words: &str) -> &Run {
        let (found, reason) = self.of(id);
        assert_eq!(found, verdict, "`{id}`: {reason}\n{}", self.told);
        assert!(reason.contains(words), "`{id}`: {reason}");
        self
    }

    /// Asserts that everything that the plan promises was kept, and the run passed; unless a busy machine held up our own
    /// generator, which is none of the scene's.
    #[track_caller]
    pub fn passes(&self) -> &Run {
        let lists =
            ["objectives", "invariants"].into_iter().filter_map(|list| self.assessment[list].as_array());
        for report in lists.flatten() {
            assert_eq!(report["verdict"], "pass", "{}", self.told);
        }
        if self.assessment["generator"]["verdict"] == "pass" {
            assert_eq!((self.verdict(), self.code), ("pass", 0), "{}", self.told);
        }
        self
    }
}

/// A second run of the program that goes on writing until it is dropped.
pub struct Second(Child);

impl Second {
    /// Carries out this plan on a desk of its own.
    pub fn start(desk: &Desk, plan: &str) -> Second {
        desk.file("plan.toml", plan);
        let mut command = desk.command(&["run", "plan.toml", "--quiet"]);
        command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null());
        Second(command.spawn().expect("the program starts"))
    }
}

impl Drop for Second {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Runs the program with these arguments: code and everything that it said.
pub fn program(desk: &Desk, arguments: &[&str]) -> (i32, String) {
    let (code, told, errors) = ended(&desk.command(arguments).output().expect("the program runs"));
    (code, format!("{told}\n{errors}"))
}
