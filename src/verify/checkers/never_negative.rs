//! `never-negative`: neither a sample of the probe nor a value in the final state is below zero.

use super::evidence::{count, during};
use super::{Case, Checker, Evidence, Finding};
use crate::verify::Amount;

/// See the file's head.
pub struct NeverNegative;

impl Checker for NeverNegative {
    fn name(&self) -> &'static str {
        "never-negative"
    }

    fn check(&self, case: &Case<'_>) -> Result<Finding, String> {
        let mut evidence = Evidence::default();
        let (mut samples, mut rows) = (0, 0);
        if let Some(probe) = &case.invariant.probe {
            for sample in case.samples.iter().filter(|sample| sample.name == *probe) {
                let Some(value) = sample.value else { continue };
                samples += 1;
                if value < 0.0 {
                    let line = || {
                        let second = case.history.second(sample.time);
                        format!(
                            "`{probe}` was {value} at {second:.3} s{}",
                            during(case, sample.time, sample.time)
                        )
                    };
                    evidence.add(case, line, []);
                }
            }
            if samples == 0 {
                return Err(format!("the probe `{probe}` gave no value"));
            }
        } else if case.invariant.state.is_empty() {
            return Err("the invariant names neither a final read nor a probe".to_owned());
        }
        let states = if case.invariant.state.is_empty() { Vec::new() } else { case.state()? };
        let column = case.value_column("value");
        for state in states {
            let keys = state.cells_if_any(case.invariant.key.as_deref().unwrap_or("key")).unwrap_or_default();
            for (row, cell) in state.cells(column)?.iter().enumerate() {
                let Some(text) = cell.map(|cell| case.history.text(cell)) else { continue };
                rows += 1;
                let value = Amount::parse(text)
                    .ok_or_else(|| format!("`{text}` in the column `{column}` is not a number"))?;
                if value.is_negative() {
                    let key = keys
                        .get(row)
                        .copied()
                        .flatten()
                        .map_or(String::new(), |key| format!(" of {}", case.quoted(key)));
                    evidence.add(case, || format!("{column}{key} is {value} in {}", state.title()), []);
                }
            }
        }
        let seen = match (samples, rows) {
            (0, rows) => count(rows, "final value"),
            (samples, 0) => count(samples, "sample"),
            (samples, rows) => format!("{} and {}", count(samples, "sample"), count(rows, "final value")),
        };
        let reason = match evidence.found() {
            0 => format!("none of {seen} is below zero."),
            found => format!("{found} of {seen} are below zero."),
        };
        Ok(Finding::judged(!evidence.is_empty(), reason, samples + rows, evidence.lines()))
    }

    fn stands_alone(&self) -> bool {
        true
    }
}
