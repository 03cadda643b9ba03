//! `never-negative`: neither a sample of the probe nor a value in the final state is below zero. What was below zero before
//! the load, and new rows of others, are not this run's doing: Unknown.

use super::evidence::{count, during};
use super::own::effect_keys;
use super::{Case, Checker, Evidence, Finding};
use crate::verify::history::{Before, State, Text};
use crate::verify::{Amount, Verdict};
use std::collections::HashMap;

/// See the file's head.
pub struct NeverNegative;

/// What was looked at.
#[derive(Default)]
struct Seen {
    evidence: Evidence,
    samples: u64,
    rows: u64,
    /// Values below zero that need not be this run's doing.
    doubts: Vec<String>,
}

impl Seen {
    fn samples(&mut self, case: &Case<'_>, probe: &str) -> Result<(), String> {
        let mut before = None;
        for sample in case.samples.iter().filter(|sample| sample.name == *probe) {
            let Some(value) = sample.value else { continue };
            if sample.time < case.history.setting.load_start {
                before = Some(value);
                continue;
            }
            self.samples += 1;
            if value >= 0.0 {
                continue;
            }
            if before.is_some_and(|before| before < 0.0) {
                self.doubts.push(format!("`{probe}` was below zero before the load already"));
                continue;
            }
            let line = || {
                let second = case.history.second(sample.time);
                format!("`{probe}` was {value} at {second:.3} s{}", during(case, sample.time, sample.time))
            };
            self.evidence.add(case, line, []);
        }
        if self.samples == 0 { Err(format!("the probe `{probe}` gave no value")) } else { Ok(()) }
    }

    fn rows(&mut self, case: &Case<'_>, state: &State) -> Result<(), String> {
        let column = case.value_column("value");
        let key = case.invariant.key.as_deref().unwrap_or("key");
        let keys = state.cells_if_any(key).unwrap_or_default();
        let known = Known::new(case, state, key, column)?;
        for (row, cell) in state.cells(column)?.iter().enumerate() {
            let Some(text) = *cell else { continue };
            self.rows += 1;
            let value = amount(case, text, column)?;
            if !value.is_negative() {
                continue;
            }
            let key = keys.get(row).copied().flatten();
            let of = key.map_or(String::new(), |key| format!(" of {}", case.quoted(key)));
            match known.whose(key) {
                None => {
                    self.evidence.add(case, || format!("{column}{of} is {value} in {}", state.title()), [])
                }
                Some(why) => {
                    self.doubts.push(format!("{column}{of} is {value} in {}, and {why}", state.title()))
                }
            }
        }
        Ok(())
    }
}

/// What is known of the rows of a final read.
struct Known<'a> {
    before: &'a Before,
    /// Keys that were there before the load: whether a value of each was below zero.
    values: HashMap<Option<Text>, bool>,
    ours: Vec<bool>,
}

impl<'a> Known<'a> {
    fn new(case: &Case<'_>, state: &'a State, key: &str, column: &str) -> Result<Known<'a>, String> {
        let mut values = HashMap::new();
        if let Before::Rows { state, .. } = &state.before {
            let keys = state.cells_if_any(key).unwrap_or_default();
            for (row, cell) in state.cells_if_any(column).unwrap_or_default().iter().enumerate() {
                let key = keys.get(row).copied().flatten();
                let negative = match cell {
                    Some(text) => amount(case, *text, column)?.is_negative(),
                    None => false,
                };
                *values.entry(key).or_insert(false) |= negative;
            }
        }
        Ok(Known { before: &state.before, values, ours: effect_keys(case) })
    }

    /// Why a row below zero need not be this run's doing.
    fn whose(&self, key: Option<Text>) -> Option<String> {
        match (self.before, self.values.get(&key)) {
            (Before::NotRecorded, _) => Some("what was there before the load is not recorded".to_owned()),
            (Before::Open(why), _) => Some(format!("what was there before the load is not known: {why}")),
            (_, Some(true)) => Some("it was below zero before the load already".to_owned()),
            (_, Some(false)) => None,
            (_, None) if key.is_none_or(|key| self.ours[key.place()]) => None,
            (_, None) => Some("the row neither was there before the load nor is of this run".to_owned()),
        }
    }
}

fn amount(case: &Case<'_>, text: Text, column: &str) -> Result<Amount, String> {
    let text = case.history.text(text);
    Amount::parse(text).ok_or_else(|| format!("`{text}` in the column `{column}` is not a number"))
}

impl Checker for NeverNegative {
    fn name(&self) -> &'static str {
        "never-negative"
    }

    fn check(&self, case: &Case<'_>) -> Result<Finding, String> {
        let mut seen = Seen::default();
        if let Some(probe) = &case.invariant.probe {
            seen.samples(case, probe)?;
        } else if case.invariant.state.is_empty() {
            return Err("the invariant names neither a final read nor a probe".to_owned());
        }
        for state in if case.invariant.state.is_empty() { Vec::new() } else { case.state()? } {
            seen.rows(case, state)?;
        }
        let what = match (seen.samples, seen.rows) {
            (0, rows) => count(rows, "final value"),
            (samples, 0) => count(samples, "sample"),
            (samples, rows) => format!("{} and {}", count(samples, "sample"), count(rows, "final value")),
        };
        let all = seen.samples + seen.rows;
        let reason = match (seen.evidence.found(), seen.doubts.first()) {
            (0, Some(doubt)) => return Ok(Finding::new(Verdict::Unknown, format!("{doubt}."), all)),
            (0, None) => format!("none of {what} is below zero."),
            (found, _) => format!("{found} of {what} are below zero."),
        };
        Ok(Finding::judged(!seen.evidence.is_empty(), reason, all, seen.evidence.lines()))
    }

    fn stands_alone(&self) -> bool {
        true
    }
}
