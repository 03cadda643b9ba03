//! The table at the end.

use super::measure::median;
use std::fmt;

/// Rows of medians with their spread.
#[derive(Default)]
pub struct Table(Vec<String>);

impl Table {
    /// Adds a row, if there is anything to say.
    pub fn row(&mut self, what: &str, who: &str, unit: &str, values: &[f64]) {
        if values.is_empty() {
            return;
        }
        let low = values.iter().copied().fold(f64::INFINITY, f64::min);
        let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        self.0.push(format!(
            "| {what} | {who} | {:.2} {unit} | {low:.2}–{high:.2} | {} |",
            median(values),
            values.len()
        ));
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "| what | who | median | least–most | rounds |\n|---|---|---|---|---|")?;
        self.0.iter().try_for_each(|row| writeln!(f, "{row}"))
    }
}
