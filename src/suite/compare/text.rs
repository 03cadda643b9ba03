//! Values and changes as text, the same in all formats.

use super::{Change, Finding, Tally};
use crate::plan::expression::{Quantity, Unit};

/// A value with its unit; one beyond all measure says so.
pub(super) fn value(unit: Unit, value: Option<f64>) -> String {
    match value {
        None => "-".to_owned(),
        Some(value) if value.is_infinite() => "no value".to_owned(),
        Some(value) => {
            let short = if unit == Unit::Share { (value * 1e6).round() / 1e6 } else { rounded(value) };
            Quantity { unit, value: short }.to_string()
        }
    }
}

/// Four digits: more than runs agree in.
fn rounded(value: f64) -> f64 {
    if value == 0.0 {
        return 0.0;
    }
    let unit = 10f64.powf(value.abs().log10().floor() - 3.0);
    (value / unit).round() * unit
}

/// The unit's name in machine-readable forms.
pub(super) fn unit(unit: Unit) -> &'static str {
    match unit {
        Unit::Time => "ns",
        Unit::Share => "share",
        Unit::Rate => "1/s",
        Unit::Number => "number",
    }
}

/// `+18.2%` worse, `-3%` better.
pub(super) fn percent(share: f64) -> String {
    format!("{}%", signed(share))
}

/// Percent with a sign, with one decimal where it is below ten.
fn signed(share: f64) -> String {
    let tenths = (share * 1e3).round() / 10.0;
    match tenths {
        0.0 => "0".to_owned(),
        tenths if tenths.abs() < 10.0 => format!("{tenths:+}"),
        tenths => format!("{tenths:+.0}"),
    }
}

/// By how much B is worse.
pub(super) fn worse_by(change: &Change) -> String {
    match change.worse_by {
        Some(share) => percent(share),
        None if change.a == change.b => "0%".to_owned(),
        None => "-".to_owned(),
    }
}

/// The interval of that.
pub(super) fn interval(change: &Change) -> String {
    change.interval.map_or(String::new(), |(low, high)| format!("{}..{}", signed(low), percent(high)))
}

/// A probability.
pub(super) fn p(change: &Change) -> String {
    match change.p {
        None => String::new(),
        Some(p) if p < 0.001 => "<0.001".to_owned(),
        Some(p) => format!("{p:.3}"),
    }
}

/// The word for a finding.
pub(super) fn word(finding: Finding) -> &'static str {
    match finding {
        Finding::Worse => "WORSE",
        Finding::Better => "BETTER",
        Finding::Even => "EVEN",
        Finding::TooFew => "-",
    }
}

/// `5 pass, 1 fail`.
pub(super) fn tally(tally: &Tally) -> String {
    let parts: Vec<String> = [(tally.pass, "pass"), (tally.unknown, "unknown"), (tally.fail, "fail")]
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{count} {word}"))
        .collect();
    if parts.is_empty() { "not there".to_owned() } else { parts.join(", ") }
}

/// Names in a sentence.
pub(super) fn list(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [first, second] => format!("{first} and {second}"),
        [first, second, rest @ ..] => format!("{first}, {second} and {} more", rest.len()),
    }
}

/// What a reader must know of the method.
pub(super) fn method(comparison: &super::Comparison) -> String {
    let compared = comparison.changes.iter().filter(|change| change.finding != Finding::TooFew).count();
    if compared == 0 {
        return format!(
            "With fewer than {} runs a side nothing is concluded: a change is as likely chance as not.",
            super::ENOUGH_RUNS
        );
    }
    format!(
        "The run is the sample. WORSE and BETTER: Mann–Whitney p < 0.05 and a Hodges–Lehmann shift of at least {}. \
         Of {compared} figures compared, about {} would have p < 0.05 by chance alone.",
        percent(comparison.minimum_effect).trim_start_matches('+'),
        (compared as f64 * 0.05).ceil()
    )
}
