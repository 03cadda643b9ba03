//! A matrix of faults: each with what it must be found to have struck, in one run.

#![allow(dead_code, reason = "each test file uses a part of it")]

use shakedown::verify::{Assessment, Verdict, struck_of};
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// A fault, and what is to be found of it.
#[derive(Clone, Debug)]
pub struct Row {
    pub id: &'static str,
    /// The kind with its settings.
    pub fault: String,
    felt: bool,
    /// The beginning of "N of M things".
    struck: &'static str,
    /// It lasts to the end of the load.
    lasts: bool,
    may_miss: bool,
}

impl Row {
    /// It strikes something.
    pub fn felt(id: &'static str, fault: impl Into<String>, struck: &'static str) -> Row {
        Row { id, fault: fault.into(), felt: true, struck, lasts: false, may_miss: false }
    }

    /// It strikes nothing.
    pub fn missed(id: &'static str, fault: impl Into<String>, struck: &'static str) -> Row {
        Row { felt: false, ..Row::felt(id, fault, struck) }
    }

    pub fn lasting(self) -> Row {
        Row { lasts: true, ..self }
    }

    pub fn allowed(self) -> Row {
        Row { may_miss: true, ..self }
    }
}

/// A fault after the other, each for `length` ms, `apart` ms from one to the next, with an objective in the window of each.
pub fn faults(rows: &[Row], length: usize, apart: usize) -> String {
    let mut text = String::new();
    for (place, row) in rows.iter().enumerate() {
        let at = 500 + apart * place;
        let over_at_once = row.fault.starts_with("restart")
            || (row.fault.starts_with("exec") && !row.fault.contains("heal"));
        let length = if row.lasts || over_at_once { String::new() } else { format!("for = '{length}ms'\n") };
        let _ = writeln!(
            text,
            "[[fault]]\nid = '{}'\nat = '{at}ms'\n{length}may_miss = {}\n{}",
            row.id, row.may_miss, row.fault
        );
        let _ = writeln!(
            text,
            "[[objective]]\nid = 'in-{0}'\nexpect = 'error_rate <= 99.9%'\nwindow = 'fault({0})'",
            row.id
        );
    }
    text
}

fn assessment(run: &Path) -> Assessment {
    let text = std::fs::read_to_string(run.join("verdict.json")).expect("a verdict");
    serde_json::from_str(&text).expect("an assessment")
}

/// Whether the machine had no time for this run: the generator was late or stood still, or a fault began or ended beside its
/// time. The verdict is then Unknown for that reason, and says nothing of what was struck.
fn is_starved(run: &Path) -> bool {
    const SIGNS: [&str; 3] = ["the generator did not run", "after its time", "it was planned for"];
    let found = assessment(run);
    let starved = |reason: &str| SIGNS.iter().any(|sign| reason.contains(sign));
    found.generator.verdict != Verdict::Pass || found.faults.iter().any(|fault| starved(&fault.reason))
}

/// The first of up to four runs for which the machine had time; else the last.
pub fn undisturbed<T>(mut run: impl FnMut() -> (PathBuf, T)) -> (PathBuf, T) {
    for _ in 0..3 {
        let found = run();
        if !is_starved(&found.0) {
            return found;
        }
        println!("the machine had no time for this run: once more");
    }
    run()
}

/// The run's verdicts are those of the rows; the table is printed.
pub fn holds(run: &Path, rows: &[Row]) {
    let assessment = assessment(run);
    let mut wrong = Vec::new();
    println!("{:<12} {:<8} {:<24} reason", "fault", "verdict", "struck");
    for row in rows {
        let Some(fault) = assessment.faults.iter().find(|fault| fault.id == row.id) else {
            wrong.push(format!("{}: no such fault in the report", row.id));
            continue;
        };
        let struck = fault.struck.as_ref().map_or("-".to_owned(), struck_of);
        println!("{:<12} {:<8} {struck:<24} {}", row.id, format!("{:?}", fault.verdict), fault.reason);
        let number = fault.struck.as_ref().map_or(0, |struck| struck.total().struck);
        let wanted = if row.felt || row.may_miss { Verdict::Pass } else { Verdict::Unknown };
        if fault.verdict != wanted || (number > 0) != row.felt || !struck.starts_with(row.struck) {
            wrong.push(format!("{}: {:?}, struck {struck}: {}", row.id, fault.verdict, fault.reason));
        }
        if !fault.reason.contains(&format!("struck {struck}")) {
            wrong.push(format!("{}: the reason does not say what it struck: {}", row.id, fault.reason));
        }
        let objective =
            assessment.objectives.iter().find(|objective| objective.id == format!("in-{}", row.id));
        let found = objective.map(|objective| objective.verdict);
        // Nothing lies in the window of a fault that was applied and healed in a moment; what was felt may be kept or broken.
        if !row.felt && !row.may_miss && found != Some(Verdict::Unknown) {
            wrong.push(format!("{}: its objective is {found:?}", row.id));
        }
    }
    // What is felt is survived, or not.
    let all_felt = rows.iter().all(|row| row.felt || row.may_miss);
    if all_felt == (assessment.verdict == Verdict::Unknown) {
        wrong.push(format!("the run is {:?}: {}", assessment.verdict, assessment.reason));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
