//! The load: what was wanted, what began, what was served, and what went wrong, over time.

use super::super::bins::Bins;
use super::super::chart::{Line, Point, Scale, TimeChart, Unit};
use super::super::part::{nothing, section};
use super::super::series::Slot;
use super::super::{Story, figures};
use super::grain;
use crate::event::ErrorKind;
use crate::plan::model::LoadModel;
use maud::{Markup, html};
use std::collections::BTreeMap;

const LEAD: &str = "Arrivals that were wanted and that began; operations served; errors and drops by kind.";
/// So many kinds of trouble have a line of their own.
const MOST_KINDS: usize = 6;

/// The section.
pub fn load(story: &Story) -> Markup {
    let content = if story.frame.bins.count == 0 {
        nothing("No load was run.")
    } else {
        html! {
            (arrivals(story).draw(&story.frame))
            (served(story).draw(&story.frame))
            (troubles(story))
        }
    };
    section("load", "Load wanted and reached, errors and drops", LEAD, content)
}

fn rates(bins: &Bins, counts: &[u64]) -> Vec<Point> {
    counts.iter().enumerate().map(|(place, count)| bins.rate(place, *count)).collect()
}

fn arrivals(story: &Story) -> TimeChart<'static> {
    let bins = &story.frame.bins;
    let found = &story.source.tables.arrivals;
    let mut lines = Vec::new();
    let open = story.source.plan.load.model == LoadModel::Open;
    lines.push(Line::new("begun", rates(bins, &found.begun)));
    if open {
        // Drawn over the others, and dashed: both are seen where they are one.
        lines.push(Line::new("wanted", rates(bins, &found.wanted)));
    }
    if found.dropped.iter().any(|count| *count > 0) {
        lines.push(Line::new("dropped", rates(bins, &found.dropped)));
    }
    TimeChart {
        id: "arrivals-chart",
        title: if open { "Arrivals: wanted and begun" } else { "Sessions begun" },
        note: format!("{} Users who were to arrive, and users who did.", plain_grain(bins)),
        unit: Unit::Rate,
        scale: Scale::Linear,
        lines,
        limits: Vec::new(),
        filled: true,
        height: 130.0,
    }
}

fn served(story: &Story) -> TimeChart<'static> {
    let bins = &story.frame.bins;
    let slots = &story.series.load.slots;
    let of = |count: fn(&Slot) -> u64| slots.iter().map(count).collect::<Vec<u64>>();
    let mut good = Line::new("operations served", rates(bins, &of(|slot| slot.good)));
    if bins.width > 1 {
        let at = |count: u64| Point::At(count as f64);
        good.range =
            slots.iter().map(|slot| slot.good_range.map(|(low, high)| (at(low), at(high)))).collect();
    }
    TimeChart {
        id: "served-chart",
        title: "Throughput: operations served and requests made",
        note: format!(
            "{} Requests above operations are retries.",
            grain(story, "number of operations served")
        ),
        unit: Unit::Rate,
        scale: Scale::Linear,
        lines: vec![good, Line::new("requests made", rates(bins, &story.source.tables.arrivals.requests))],
        limits: Vec::new(),
        filled: true,
        height: 130.0,
    }
}

fn troubles(story: &Story) -> Markup {
    let bins = &story.frame.bins;
    let slots = &story.series.load.slots;
    let mut totals: BTreeMap<ErrorKind, u64> = BTreeMap::new();
    for (kind, count) in slots.iter().flat_map(|slot| &slot.troubles) {
        *totals.entry(*kind).or_default() += count;
    }
    if totals.is_empty() {
        return html! { p class="nothing" { "No operation went wrong, none was dropped." } };
    }
    let mut kinds: Vec<(ErrorKind, u64)> = totals.into_iter().collect();
    kinds.sort_by_key(|(kind, count)| (std::cmp::Reverse(*count), *kind));
    let of = |wanted: &dyn Fn(ErrorKind) -> bool| {
        let counts = slots.iter().map(|slot| {
            slot.troubles.iter().filter(|(kind, _)| wanted(**kind)).map(|(_, count)| count).sum()
        });
        rates(bins, &counts.collect::<Vec<u64>>())
    };
    let mut lines = vec![Line::new("all not served", of(&|_| true))];
    for (kind, count) in kinds.iter().take(MOST_KINDS) {
        lines.push(Line::new(
            format!("{} ({})", kind.name(), figures::count(*count)),
            of(&|other| other == *kind),
        ));
    }
    let shown: Vec<ErrorKind> = kinds.iter().take(MOST_KINDS).map(|(kind, _)| *kind).collect();
    if kinds.len() > shown.len() {
        lines.push(Line::new("other kinds", of(&|other| !shown.contains(&other))));
    }
    TimeChart {
        id: "errors-chart",
        title: "Errors and drops",
        note: format!("{} Operations of the whole load by what went wrong with their last attempt, and how many in all.", plain_grain(bins)),
        unit: Unit::Rate,
        scale: Scale::Linear,
        lines,
        limits: Vec::new(),
        filled: true,
        height: 130.0,
    }
    .draw(&story.frame)
}

fn plain_grain(bins: &Bins) -> String {
    match bins.width {
        1 => "Each point is one second.".to_owned(),
        width => format!("Each point is the mean of {width} seconds."),
    }
}
