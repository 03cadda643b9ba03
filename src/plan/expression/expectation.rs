//! A comparison: an indicator and its bound.

use super::{Metric, Quantity};
use std::fmt;
use std::str::FromStr;

/// How an indicator is compared with its bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparator {
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>`
    More,
    /// `>=`
    AtLeast,
    /// `==`
    Equal,
}

impl Comparator {
    /// Whether `actual` stands so to `bound`.
    pub fn holds(self, actual: f64, bound: f64) -> bool {
        match self {
            Comparator::Less => actual < bound,
            Comparator::AtMost => actual <= bound,
            Comparator::More => actual > bound,
            Comparator::AtLeast => actual >= bound,
            Comparator::Equal => actual == bound,
        }
    }

    fn as_str(self) -> &'static str {
        match self {
            Comparator::Less => "<",
            Comparator::AtMost => "<=",
            Comparator::More => ">",
            Comparator::AtLeast => ">=",
            Comparator::Equal => "==",
        }
    }
}

/// A comparison, as in `availability >= 99.9%`.
#[derive(Clone, Debug, PartialEq)]
pub struct Expectation {
    /// What is measured.
    pub metric: Metric,
    /// How it is compared.
    pub comparator: Comparator,
    /// The bound, in the metric's unit.
    pub bound: Quantity,
}

impl Expectation {
    /// Whether a value of the metric, in its base unit, meets the bound.
    pub fn holds(&self, actual: f64) -> bool {
        self.comparator.holds(actual, self.bound.value)
    }

    /// The share of operations that may count against it (bad ones, and for latency those beyond the bound); `None` where it
    /// cannot be lost before the end.
    pub fn share_that_may_fail(&self) -> Option<f64> {
        let upper = matches!(self.comparator, Comparator::Less | Comparator::AtMost);
        match &self.metric {
            Metric::Availability | Metric::Share(_) if !upper => Some(1.0 - self.bound.value),
            Metric::ErrorRate | Metric::Dropped if upper => Some(self.bound.value),
            Metric::Quantile(q) if upper => Some(1.0 - q),
            Metric::Max if upper => Some(0.0),
            _ => None,
        }
    }

    /// Whether it cannot be met any more: `against` of `all` operations count against it, and at most `to_come` more, all
    /// good, are still to come. `false` where it can always be met.
    pub fn is_lost_for_good(&self, all: u64, against: u64, to_come: f64) -> bool {
        let Some(allowed) = self.share_that_may_fail() else { return false };
        let all = all as f64 + to_come;
        all > 0.0 && against as f64 / all > allowed + 1e-12
    }
}

impl FromStr for Expectation {
    type Err = String;

    fn from_str(text: &str) -> Result<Expectation, String> {
        let (place, length, comparator) = comparison(text).ok_or_else(|| {
            format!("`{text}` compares nothing; write it like `p99 < 300ms` or `availability >= 99.9%`")
        })?;
        let metric: Metric = text[..place].parse()?;
        let bound = Quantity::parse(metric.unit(), text[place + length..].trim())
            .map_err(|error| format!("{metric} is compared with something else: {error}"))?;
        Ok(Expectation { metric, comparator, bound })
    }
}

/// The comparator outside parentheses: `share(<=250ms) >= 95%` compares by `>=`.
fn comparison(text: &str) -> Option<(usize, usize, Comparator)> {
    let mut depth = 0;
    for (place, c) in text.char_indices() {
        let rest = &text[place..];
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            '<' | '>' | '=' if depth == 0 => {
                return [
                    ("<=", Comparator::AtMost),
                    (">=", Comparator::AtLeast),
                    ("==", Comparator::Equal),
                    ("<", Comparator::Less),
                    (">", Comparator::More),
                ]
                .into_iter()
                .find(|(sign, _)| rest.starts_with(sign))
                .map(|(sign, comparator)| (place, sign.len(), comparator));
            }
            _ => {}
        }
    }
    None
}

impl fmt::Display for Expectation {
    /// As a plan writes it: reads back to the same expectation.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.metric, self.comparator.as_str(), self.bound.written())
    }
}

crate::plan::units::unit_as_text!(
    Expectation,
    "Expectation",
    r"^.+(<|>|==).+$",
    "a comparison such as `p99 < 300ms` or `availability >= 99.9%`"
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_read_and_print() {
        for text in [
            "availability >= 99.5%",
            "p99 < 300ms",
            "p99.99 < 1s",
            "share(<=250ms) >= 95%",
            "recovery <= 3s",
            "throughput > 100/s",
            "attempts_per_operation <= 1.2",
            "min(stock) >= 0",
            "availability >= 99.999999%",
            "p50 < 300.123457ms",
            "last(stock) == -1.23456789",
        ] {
            assert_eq!(text.parse::<Expectation>().map(|e| e.to_string()), Ok(text.to_owned()));
        }
    }

    #[test]
    fn mistakes_are_explained() {
        for (text, word) in [
            ("p99", "compares nothing"),
            ("p99 < 5%", "250ms"),
            ("p100 < 5ms", "p100"),
            ("latency < 5ms", "not an indicator"),
            ("share(250ms) > 5%", "share(<=250ms)"),
            ("availability >= 101%", "100%"),
        ] {
            let error = text.parse::<Expectation>().expect_err(text);
            assert!(error.contains(word), "{text}: {error}");
        }
    }
}
