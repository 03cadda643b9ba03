//! How figures stand in the page.

use crate::plan::expression::{Quantity, Unit};
use crate::report::number::{number, short};
use crate::stats::Quantile;
use crate::verify::Interval;

/// What stands where there is no figure.
pub const NONE: &str = "–";
/// What stands where a quantile lies among operations that were not good.
pub const NO_REPLY: &str = "no good reply";

/// A count with its thousands told apart: `9,998`.
pub fn count(value: u64) -> String {
    let digits = value.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A count with what is counted: `1 operation`, `2 operations`.
pub fn counted(value: u64, one: &str) -> String {
    format!("{} {one}{}", count(value), if value == 1 { "" } else { "s" })
}

/// Nanoseconds with the three digits that a histogram knows: `4.55ms`.
pub fn latency(nanos: f64) -> String {
    Quantity { unit: Unit::Time, value: short(nanos) }.to_string()
}

/// A quantile of latencies.
pub fn quantile(quantile: Quantile) -> String {
    match quantile {
        Quantile::Empty => NONE.to_owned(),
        Quantile::Value(nanos) => latency(nanos as f64),
        Quantile::NoGoodReply => NO_REPLY.to_owned(),
    }
}

/// Seconds: `10.00s`.
pub fn seconds(value: f64) -> String {
    fixed(value, 2)
}

/// Seconds: `10.0s`.
pub fn tenths(value: f64) -> String {
    fixed(value, 1)
}

/// What rounds to zero has no sign.
fn fixed(value: f64, digits: usize) -> String {
    let text = format!("{value:.digits$}s");
    match text.strip_prefix('-') {
        Some(rest) if rest.bytes().all(|byte| matches!(byte, b'0' | b'.' | b's')) => rest.to_owned(),
        _ => text,
    }
}

/// A part of a whole in percent: `0.03%`; nothing of nothing has no share.
pub fn share(part: u64, whole: u64) -> String {
    if whole == 0 { NONE.to_owned() } else { percent(part as f64 / whole as f64) }
}

/// A share in percent, with the digits that tell it from none and from all: `99.97%`, `0.0012%`.
pub fn percent(share: f64) -> String {
    let percent = share * 100.0;
    let from_the_ends = percent.abs().min((100.0 - percent).abs());
    let digits =
        if from_the_ends == 0.0 { 0 } else { (1.0 - from_the_ends.log10().floor()).clamp(1.0, 4.0) as usize };
    format!("{}%", trimmed(format!("{percent:.digits$}")))
}

/// A rate: `178.6/s`.
pub fn rate(value: f64) -> String {
    let digits = if value.abs() >= 100.0 { 0 } else { 1 };
    format!("{}/s", trimmed(format!("{value:.digits$}")))
}

/// Bytes: `12.3 MiB`.
pub fn bytes(value: f64) -> String {
    let (scaled, unit) = match value.abs() {
        n if n >= 1024f64.powi(3) => (value / 1024f64.powi(3), "GiB"),
        n if n >= 1024f64.powi(2) => (value / 1024f64.powi(2), "MiB"),
        n if n >= 1024.0 => (value / 1024.0, "KiB"),
        _ => (value, "B"),
    };
    format!("{} {unit}", trimmed(format!("{scaled:.1}")))
}

/// A number of any kind with up to three decimals.
pub fn plain(value: f64) -> String {
    if value.abs() >= 1e15 { format!("{value:e}") } else { number(value) }
}

/// When users were served again, in seconds: from last bad to first good.
pub fn recovered(found: Interval) -> String {
    let tenths = |seconds: f64| number((seconds * 10.0).round() / 10.0);
    match (found.low.unwrap_or(0.0), found.high) {
        (_, Some(high)) if high <= 0.0 => "0s".to_owned(),
        (low, Some(high)) if low <= 0.0 => format!("at most {}s", tenths(high)),
        (low, Some(high)) => format!("{}–{}s", tenths(low), tenths(high)),
        (low, None) => format!("over {}s", tenths(low)),
    }
}

/// A value of a metric in its unit.
pub fn measured(value: f64, unit: Unit) -> String {
    match unit {
        Unit::Time => latency(value),
        Unit::Share => percent(value),
        Unit::Rate | Unit::Number => Quantity { unit, value }.to_string(),
    }
}

/// An interval of a metric in its unit: `99.4% … 99.6%`; an open end is left out.
pub fn interval(interval: Interval, unit: Unit) -> String {
    let show = |value: f64| measured(value, unit);
    match (interval.low, interval.high) {
        (Some(low), Some(high)) => format!("{} … {}", show(low), show(high)),
        (Some(low), None) => format!("≥ {}", show(low)),
        (None, Some(high)) => format!("≤ {}", show(high)),
        (None, None) => NONE.to_owned(),
    }
}

fn trimmed(text: String) -> String {
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_have_their_thousands_told_apart() {
        assert_eq!([0, 12, 999, 1_000, 1_234_567].map(count), ["0", "12", "999", "1,000", "1,234,567"]);
        assert_eq!((counted(1, "fault"), counted(2, "fault")), ("1 fault".into(), "2 faults".into()));
    }

    #[test]
    fn a_share_is_never_rounded_to_none_or_all() {
        assert_eq!(percent(0.0), "0%");
        assert_eq!(percent(1.0), "100%");
        assert_eq!(percent(0.9997), "99.97%");
        assert_eq!(percent(0.000_012), "0.0012%");
        assert_eq!(percent(0.5), "50%");
        assert_eq!(share(3, 0), NONE);
    }

    #[test]
    fn sizes_and_rates_are_short() {
        assert_eq!(bytes(12.3 * 1024.0 * 1024.0), "12.3 MiB");
        assert_eq!(bytes(512.0), "512 B");
        assert_eq!((rate(178.57), rate(12.34)), ("179/s".into(), "12.3/s".into()));
    }

    #[test]
    fn an_interval_shows_the_ends_that_it_has() {
        let both = Interval { low: Some(0.994), high: Some(0.996) };
        assert_eq!(interval(both, Unit::Share), "99.4% … 99.6%");
        assert_eq!(interval(Interval { low: Some(2e6), high: None }, Unit::Time), "≥ 2ms");
    }

    #[test]
    fn what_rounds_to_zero_has_no_sign() {
        assert_eq!(
            (seconds(-0.0), tenths(-0.04), tenths(-0.06)),
            ("0.00s".into(), "0.0s".into(), "-0.1s".into())
        );
    }
}
