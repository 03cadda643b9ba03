//! The values on the right of a comparison.

use crate::plan::units::{Rate, Share, Time};
use std::fmt;
use std::time::Duration;

/// In what a metric is measured. The base units are nanoseconds, shares from 0 to 1, events per second and plain numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Nanoseconds, written `300ms`.
    Time,
    /// From 0 to 1, written `99.9%`.
    Share,
    /// Per second, written `100/s`.
    Rate,
    /// A plain number.
    Number,
}

/// A value in its metric's base unit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quantity {
    /// In what it is measured.
    pub unit: Unit,
    /// How much, in the base unit.
    pub value: f64,
}

impl Quantity {
    /// Reads a value of this unit; a value of another unit is an error that says how to write it.
    pub fn parse(unit: Unit, text: &str) -> Result<Quantity, String> {
        let value = match unit {
            Unit::Time => text.parse::<Time>()?.0.as_nanos() as f64,
            Unit::Share => text.parse::<Share>()?.0,
            Unit::Rate => text.parse::<Rate>()?.0,
            Unit::Number => text
                .trim()
                .replace('_', "")
                .parse::<f64>()
                .ok()
                .filter(|number| number.is_finite())
                .ok_or_else(|| format!("`{text}` is not a number"))?,
        };
        Ok(Quantity { unit, value })
    }

    /// As a plan writes it, with every digit: reads back to the same value.
    pub(super) fn written(&self) -> String {
        match self.unit {
            Unit::Time => Time(Duration::from_nanos(self.value as u64)).to_string(),
            Unit::Share => Share(self.value).to_string(),
            Unit::Rate => Rate(self.value).to_string(),
            Unit::Number => self.value.to_string(),
        }
    }
}

impl fmt::Display for Quantity {
    /// With its unit, rounded to what a reader can use.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let trim = |text: String| {
            if text.contains('.') {
                text.trim_end_matches('0').trim_end_matches('.').to_owned()
            } else {
                text
            }
        };
        match self.unit {
            Unit::Time => {
                let (scaled, unit) = match self.value.abs() {
                    n if n >= 1e9 => (self.value / 1e9, "s"),
                    n if n >= 1e6 => (self.value / 1e6, "ms"),
                    n if n >= 1e3 => (self.value / 1e3, "us"),
                    0.0 => (0.0, "s"),
                    _ => (self.value, "ns"),
                };
                write!(f, "{}{unit}", trim(format!("{scaled:.3}")))
            }
            Unit::Share => write!(f, "{}%", trim(format!("{:.4}", self.value * 100.0))),
            Unit::Rate => write!(f, "{}/s", trim(format!("{:.2}", self.value))),
            Unit::Number => write!(f, "{}", trim(format!("{:.4}", self.value))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_unit_reads_its_own_form_and_no_other() {
        assert_eq!(Quantity::parse(Unit::Time, "300ms").map(|q| q.value), Ok(3e8));
        assert_eq!(Quantity::parse(Unit::Share, "99.9%").map(|q| q.to_string()), Ok("99.9%".into()));
        assert!(Quantity::parse(Unit::Time, "99%").is_err());
        assert!(Quantity::parse(Unit::Number, "300ms").is_err());
    }

    #[test]
    fn values_print_with_their_unit() {
        let show = |unit, value| Quantity { unit, value }.to_string();
        assert_eq!(show(Unit::Time, 3.2e9), "3.2s");
        assert_eq!(show(Unit::Time, 1.5e6), "1.5ms");
        assert_eq!(show(Unit::Share, 0.99931), "99.931%");
        assert_eq!(show(Unit::Rate, 200.0), "200/s");
    }
}
