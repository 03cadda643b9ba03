//! Latency over time, with the faults behind it.

use super::super::Story;
use super::super::chart::{Line, Point, Scale, TimeChart, Unit};
use super::super::part::{nothing, section};
use super::super::series::QUANTILES;
use super::grain;
use crate::plan::expression::{Metric, Window};
use crate::plan::model::Objective;
use crate::stats::Quantile;
use maud::{Markup, html};

const LEAD: &str = "From the intended start of an operation to the end of its last attempt, retries included. An operation that was not served ranks above every other.";
/// So many promises are drawn as levels, so many steps as lines.
const MOST_LIMITS: usize = 3;
const MOST_STEPS: usize = 8;

/// The section.
pub fn latency(story: &Story) -> Markup {
    let content = if story.frame.bins.count == 0 {
        nothing("No load was run.")
    } else {
        html! { (all(story).draw(&story.frame)) (by_step(story)) }
    };
    section("latency", "Latency over time", LEAD, content)
}

fn all(story: &Story) -> TimeChart<'static> {
    let slots = &story.series.load.slots;
    let mut lines: Vec<Line> = QUANTILES
        .iter()
        .enumerate()
        .map(|(number, (_, name))| {
            let points = slots.iter().map(|slot| slot.quantiles[number].unwrap_or(Quantile::Empty).into());
            Line::new(*name, points.collect())
        })
        .collect();
    if story.frame.bins.width > 1 {
        lines[2].range =
            slots.iter().map(|slot| slot.range.map(|(low, high)| (low.into(), high.into()))).collect();
    }
    let longest = slots.iter().map(|slot| Point::from(slot.max.map(|max| max as f64)));
    lines.push(Line::new("longest served", longest.collect()));
    TimeChart {
        id: "latency-chart",
        title: "Latency percentiles of all operations",
        note: format!(
            "{} The axis is logarithmic. A line in the upper lane: that percentile lies among operations without a good reply.",
            grain(story, "p99")
        ),
        unit: Unit::Latency,
        scale: Scale::Log,
        lines,
        limits: limits(story),
        filled: false,
        height: 230.0,
    }
}

/// The latencies that were promised.
fn limits(story: &Story) -> Vec<(String, f64)> {
    let objectives = story.source.plan.objectives.iter();
    let promised = objectives.filter(|objective| matches!(objective.expect.metric, Metric::Quantile(_)));
    promised.take(MOST_LIMITS).map(|objective| (promise(objective), objective.expect.bound.value)).collect()
}

/// A promise with the step and the window that it is limited to.
fn promise(objective: &Objective) -> String {
    let expect = &objective.expect;
    match (&objective.step, &objective.window) {
        (Some(step), Window::Run) => format!("{expect} ({step})"),
        (Some(step), window) => format!("{expect} ({step}, {window})"),
        (None, Window::Run) => expect.to_string(),
        (None, window) => format!("{expect} ({window})"),
    }
}

fn by_step(story: &Story) -> Markup {
    let manifest = &story.source.record.manifest;
    let steps = &story.series.load.steps;
    if steps.len() < 2 {
        return html! {};
    }
    let lines = steps.iter().take(MOST_STEPS).map(|(step, points)| {
        let (_, name) = crate::report::tables::name(manifest, *step);
        Line::new(name, points.iter().map(|quantile| Point::from(*quantile)).collect())
    });
    let left_out = steps.len().saturating_sub(MOST_STEPS);
    let mut note = match story.frame.bins.width {
        1 => "Each point is one second.".to_owned(),
        width => format!("Each point is the p99 of {width} seconds."),
    };
    if left_out > 0 {
        note.push_str(&format!(" {left_out} more steps are in the table of steps."));
    }
    TimeChart {
        id: "step-latency-chart",
        title: "p99 of each step",
        note,
        unit: Unit::Latency,
        scale: Scale::Log,
        lines: lines.collect(),
        limits: Vec::new(),
        filled: false,
        height: 170.0,
    }
    .draw(&story.frame)
}
