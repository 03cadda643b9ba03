//! Durations: `250ms`, `1.5s`, `2m`, `1h`, `50us`; and ranges of them: `50ms..1s`.

use super::text::{split, unit_as_text};
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// A length of time, to the nanosecond.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(pub Duration);

const UNITS: [(&str, u64); 6] = [
    ("h", 3_600_000_000_000),
    ("m", 60_000_000_000),
    ("s", 1_000_000_000),
    ("ms", 1_000_000),
    ("us", 1_000),
    ("ns", 1),
];

impl Time {
    /// From whole milliseconds.
    pub const fn from_millis(millis: u64) -> Time {
        Time(Duration::from_millis(millis))
    }

    /// From whole seconds.
    pub const fn from_secs(secs: u64) -> Time {
        Time(Duration::from_secs(secs))
    }
}

impl FromStr for Time {
    type Err = String;

    fn from_str(text: &str) -> Result<Time, String> {
        const LIKE: &str = "`250ms`, `1.5s`, `2m` or `1h`";
        let (number, suffix) = split(text, "a duration", LIKE)?;
        let suffix = if suffix == "µs" { "us" } else { suffix };
        let (_, unit) = UNITS
            .iter()
            .find(|(name, _)| *name == suffix)
            .ok_or_else(|| format!("`{text}` has no unit of time that is known; write it like {LIKE}"))?;
        let nanos = number * *unit as f64;
        if nanos > 1e18 {
            return Err(format!("`{text}` is longer than 30 years"));
        }
        Ok(Time(Duration::from_nanos(nanos.round() as u64)))
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let nanos = self.0.as_nanos() as u64;
        let (name, unit) = UNITS.iter().find(|(_, unit)| nanos >= *unit).unwrap_or(&("s", 1_000_000_000));
        write!(f, "{}{name}", nanos as f64 / *unit as f64)
    }
}

unit_as_text!(
    Time,
    "Time",
    r"^[0-9][0-9_]*(\.[0-9]+)?\s*(h|m|s|ms|us|µs|ns)$",
    "a duration such as `250ms`, `1.5s`, `2m` or `1h`"
);

/// From one duration to another, `50ms..1s`; a single duration is a range of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeRange {
    /// The shortest.
    pub from: Time,
    /// The longest.
    pub to: Time,
}

impl FromStr for TimeRange {
    type Err = String;

    fn from_str(text: &str) -> Result<TimeRange, String> {
        let (from, to) = match text.split_once("..") {
            Some((from, to)) => (from.parse()?, to.parse()?),
            None => (text.parse()?, text.parse()?),
        };
        if from > to {
            return Err(format!("`{text}` runs backwards; write the shorter duration first"));
        }
        Ok(TimeRange { from, to })
    }
}

impl fmt::Display for TimeRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.from == self.to { self.from.fmt(f) } else { write!(f, "{}..{}", self.from, self.to) }
    }
}

unit_as_text!(
    TimeRange,
    "TimeRange",
    r"^[0-9][0-9_.]*\s*(h|m|s|ms|us|µs|ns)(\.\.[0-9][0-9_.]*\s*(h|m|s|ms|us|µs|ns))?$",
    "a duration such as `1s`, or a range such as `50ms..1s`"
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_and_print() {
        for (text, nanos, printed) in [
            ("250ms", 250_000_000, "250ms"),
            ("1.5s", 1_500_000_000, "1.5s"),
            ("90s", 90_000_000_000, "1.5m"),
            ("50us", 50_000, "50us"),
            ("50µs", 50_000, "50us"),
            ("0s", 0, "0s"),
        ] {
            let time: Time = text.parse().expect(text);
            assert_eq!(time.0.as_nanos(), nanos, "{text}");
            assert_eq!(time.to_string(), printed);
        }
    }

    #[test]
    fn nonsense_is_refused_with_an_example() {
        for text in ["", "ms", "10", "10 parsecs", "-5s", "1e3s"] {
            let error = text.parse::<Time>().expect_err(text);
            assert!(error.contains("250ms"), "{error}");
        }
    }

    #[test]
    fn a_range_does_not_run_backwards() {
        assert!("1s..50ms".parse::<TimeRange>().is_err());
        assert_eq!("50ms..1s".parse::<TimeRange>().map(|r| r.to), Ok(Time::from_secs(1)));
    }
}
