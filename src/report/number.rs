//! How numbers stand in tables.

use crate::plan::expression::{Expectation, Quantity};
use crate::stats::Quantile;
use crate::verify::Interval;

/// What stands where there is no number, as Locust writes it.
pub const NONE: &str = "N/A";

/// The quantiles of Locust's tables, with their headings; its `100%` follows them.
pub const QUANTILES: [(f64, &str); 11] = [
    (0.5, "50%"),
    (0.66, "66%"),
    (0.75, "75%"),
    (0.8, "80%"),
    (0.9, "90%"),
    (0.95, "95%"),
    (0.98, "98%"),
    (0.99, "99%"),
    (0.999, "99.9%"),
    (0.9999, "99.99%"),
    (1.0, "100%"),
];

/// A number with up to three decimals.
pub fn number(value: f64) -> String {
    let text = format!("{value:.3}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// A number, or that there is none.
pub fn some(value: Option<f64>) -> String {
    value.map_or(NONE.to_owned(), number)
}

/// Nanoseconds as milliseconds.
pub fn millis(nanos: Option<f64>) -> String {
    some(nanos.map(|nanos| nanos / 1e6))
}

/// A quantile in milliseconds; none where it lies among operations that were not good.
pub fn quantile(quantile: Quantile) -> String {
    millis(quantile.value().map(|nanos| nanos as f64))
}

/// A value of the metric that an expression (`p99 < 300ms`) is about, with its unit.
pub fn quantity(expression: &str, value: f64) -> Option<Quantity> {
    let expectation: Expectation = expression.parse().ok()?;
    Some(Quantity { unit: expectation.metric.unit(), value })
}

/// Seconds, or an empty field.
pub fn seconds(value: Option<f64>) -> String {
    value.map_or(String::new(), |value| format!("{value:.3}"))
}

/// Rounded to the three digits that a histogram knows.
pub fn short(value: f64) -> f64 {
    if value <= 0.0 {
        return 0.0;
    }
    let unit = 10f64.powf(value.log10().floor() - 2.0);
    (value / unit).round() * unit
}

/// When users were served again, in seconds: last bad to first good; `>` where that was not seen.
pub fn recovered(found: Interval) -> String {
    // Tenths where they say something: of a day's outage nobody wants them.
    let tenths = |seconds: f64| {
        number(if seconds < 1_000.0 { (seconds * 10.0).round() / 10.0 } else { seconds.round() })
    };
    match (found.low, found.high) {
        (_, Some(0.0)) => "0s".to_owned(),
        (low, Some(high)) => format!("{}..{}s", tenths(low.unwrap_or(0.0)), tenths(high)),
        (low, None) => format!(">{}s", tenths(low.unwrap_or(0.0))),
    }
}

/// A count with all its digits, or in millions where it has more than `digits`: the files have all of them.
pub fn count(value: u64, digits: usize) -> String {
    let exact = value.to_string();
    match value {
        _ if exact.len() <= digits => exact,
        0..10_000_000 => format!("{:.2}M", value as f64 / 1e6),
        _ => format!("{:.0}M", value as f64 / 1e6),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_has_the_unit_of_its_expression() {
        let show = |expression, value| quantity(expression, value).map(|quantity| quantity.to_string());
        assert_eq!(show("p99 < 300ms", 1.5e6).as_deref(), Some("1.5ms"));
        assert_eq!(show("availability >= 99%", 0.995).as_deref(), Some("99.5%"));
        assert_eq!(show("nonsense", 1.0), None);
    }

    #[test]
    fn numbers_are_short_and_their_lack_is_said() {
        assert_eq!(number(12.0), "12");
        assert_eq!(number(0.12345), "0.123");
        assert_eq!(number(100.0), "100");
        assert_eq!(millis(Some(1_500_000.0)), "1.5");
        assert_eq!(quantile(Quantile::NoGoodReply), "N/A");
    }
}
