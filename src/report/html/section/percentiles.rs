//! The whole distribution of latencies, as HdrHistogram draws it.

use super::super::Story;
use super::super::chart::{Curve, CurveChart};
use super::super::part::{nothing, section};
use crate::record::Scope;
use maud::{Markup, html};

const LEAD: &str =
    "The measured load's latencies by percentile: how slow the slowest were. Both axes are logarithmic.";
/// So many steps have a curve.
const MOST_STEPS: usize = 7;

/// The section.
pub fn percentiles(story: &Story) -> Markup {
    let manifest = &story.source.record.manifest;
    let measured = &story.series.load.measured;
    let content = if measured.total() == 0 {
        nothing("No operation was measured.")
    } else {
        let steps: Vec<_> = manifest
            .steps
            .iter()
            .zip(&story.source.tables.steps)
            .filter(|(info, step)| info.scope == Scope::Load && step.latencies.total() > 0)
            .collect();
        let mut curves = vec![Curve::of("all operations".to_owned(), measured)];
        if steps.len() > 1 {
            curves.extend(
                steps
                    .iter()
                    .take(MOST_STEPS)
                    .map(|(info, step)| Curve::of(format!("{}/{}", info.flow, info.name), &step.latencies)),
            );
        }
        let mut note = "A curve goes as far as its number of operations allows; at the upper edge lie operations without a good reply.".to_owned();
        if steps.len() > MOST_STEPS {
            note.push_str(&format!(" {} more steps are in the table of steps.", steps.len() - MOST_STEPS));
        }
        let chart = CurveChart { id: "percentile-chart", title: "Latency by percentile", note, curves };
        html! { (chart.draw()) }
    };
    section("percentiles", "Latency by percentile", LEAD, content)
}
