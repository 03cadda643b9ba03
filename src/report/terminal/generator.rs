//! The generator's own line: late or not, the rate it reached, the processor it took.

use super::text::{paint, wrap};
use super::{Style, word};
use crate::plan::expression::{Quantity, Unit};
use crate::report::number::short;
use crate::verify::{Assessment, Verdict};

/// The line, and why if it did not pass.
pub fn section(assessment: &Assessment, style: Style) -> String {
    let generator = &assessment.generator;
    let time = |nanos: Option<f64>| {
        nanos.map_or("-".to_owned(), |value| Quantity { unit: Unit::Time, value: short(value) }.to_string())
    };
    let rate = |value: f64| Quantity { unit: Unit::Rate, value: (value * 10.0).round() / 10.0 }.to_string();
    let mut text = format!(
        "generator: {} of {} reached; lateness p50 {}, p99 {}, max {}; {:.2} cores",
        rate(generator.rate_reached),
        rate(generator.rate_planned),
        time(generator.lateness_p50),
        time(generator.lateness_p99),
        time(generator.lateness_max),
        generator.cpu,
    );
    if generator.dropped > 0 {
        text.push_str(&format!("; {} arrivals dropped", generator.dropped));
    }
    let mut out = wrap(&text, style.width, "         ");
    let name = word(generator.verdict);
    out.replace_range(..name.len(), &paint(name, generator.verdict, style.color));
    if generator.verdict != Verdict::Pass {
        out.push_str(&wrap(&generator.reason, style.width, "         "));
    }
    out
}
