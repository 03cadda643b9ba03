//! The instances: alive or not, what they used; what the plan's probes said; what the deployment did by itself.

use super::super::chart::{Lane, LaneChart, Line, Piece, Point, Scale, TimeChart, Unit};
use super::super::part::{nothing, section, wide};
use super::super::said::said;
use super::super::series::{InstanceSeries, Sampled};
use super::super::{Story, figures};
use crate::event::{Event, StackChange, StackEvent};
use maud::{Markup, html};

const LEAD: &str = "Sampled once a second while the run lasted, and what the deployment did by itself or because of a fault.";
/// So many instances have a lane, so many a line, so many probes a chart, so many changes a row.
const MOST_LANES: usize = 24;
const MOST_LINES: usize = 8;
const MOST_PROBES: usize = 6;
const MOST_CHANGES: usize = 100;
const MOST_GAPS: usize = 8;

/// The section.
pub fn instances(story: &Story) -> Markup {
    let resources = &story.series.resources;
    let changes = changes(story);
    let content = if story.frame.bins.count == 0
        || resources.instances.is_empty() && resources.probes.is_empty() && changes.is_empty()
    {
        nothing("No instance was sampled: the deployment is not one that we started, or no load was run.")
    } else {
        html! {
            @if !resources.instances.is_empty() {
                (alive(story))
                (used(story, "cpu-chart", "Processor use by instance", Unit::Cores, |series| &series.cpu))
                (used(story, "memory-chart", "Memory by instance", Unit::Bytes, |series| &series.memory))
                (gaps(story))
            }
            @for (number, (name, probe)) in resources.probes.iter().enumerate().take(MOST_PROBES) {
                (TimeChart {
                    id: &format!("probe-chart-{number}"),
                    title: &format!("Probe {name}"),
                    note: "What the plan's probe said: the mean of each point's samples.".to_owned(),
                    unit: Unit::Number,
                    scale: Scale::Linear,
                    lines: vec![line(name, &probe.values, story)],
                    limits: Vec::new(),
                    filled: false,
                    height: 90.0,
                }.draw(&story.frame))
            }
            @if resources.probes.len() > MOST_PROBES { p class="note" { (resources.probes.len() - MOST_PROBES) " more probes are in samples.arrows." } }
            (changed(story, &changes))
        }
    };
    section("instances", "Instances and what they used", LEAD, content)
}

fn alive(story: &Story) -> Markup {
    let bins = &story.frame.bins;
    let instances = &story.series.resources.instances;
    let lanes = instances.iter().take(MOST_LANES).map(|(name, series)| {
        let mut lane = Lane { name: name.clone(), ..Lane::default() };
        for (place, sampled) in series.alive.iter().enumerate() {
            let Some(sampled) = sampled else { continue };
            let kind = if sampled.low > 0.0 { "up" } else { "down" };
            let (from, to) = (bins.from(place), bins.from(place + 1));
            match lane.pieces.last_mut() {
                Some(last) if last.kind == kind && (last.to - from).abs() < 1e-6 => last.to = to,
                _ => lane.pieces.push(Piece { from, to, kind }),
            }
        }
        lane
    });
    let chart = LaneChart {
        id: "alive-lanes",
        title: "Instances alive",
        describe: "A thick bar: alive; a thin one: not. The changes are in the table below.".to_owned(),
        head: None,
        lanes: lanes.collect(),
    };
    let more = instances.len().saturating_sub(MOST_LANES);
    let names: Vec<&String> = instances.keys().take(MOST_LANES).collect();
    let mut head = vec!["from".to_owned()];
    head.extend(names.iter().map(|name| (*name).clone()));
    let rows = (0..bins.count).map(|place| {
        let mut row = vec![figures::tenths(bins.from(place))];
        row.extend(names.iter().map(|name| match instances[*name].alive.get(place).copied().flatten() {
            None => figures::NONE.to_owned(),
            Some(Sampled { low, .. }) if low > 0.0 => "alive".to_owned(),
            Some(_) => "down".to_owned(),
        }));
        row
    });
    html! {
        figure class="chart lanes" {
            figcaption { h3 { "Alive" } }
            (chart.draw(&story.frame))
            p class="note" {
                "Thick: alive. Thin and red: not, in any of the samples."
                @if more > 0 { " " (more) " more instances are in samples.arrows." }
            }
            (super::super::chart::folded("Instances alive", &head, rows))
        }
    }
}

/// What the instances used of one thing; those that used most, where there are many.
fn used(
    story: &Story,
    id: &str,
    title: &str,
    unit: Unit,
    of: fn(&InstanceSeries) -> &Vec<Option<Sampled>>,
) -> Markup {
    let most =
        |series: &InstanceSeries| of(series).iter().flatten().map(|sampled| sampled.high).fold(0.0, f64::max);
    let mut instances: Vec<(&String, &InstanceSeries)> =
        story.series.resources.instances.iter().filter(|(_, series)| !of(series).is_empty()).collect();
    if instances.is_empty() {
        return html! {};
    }
    let left_out = instances.len().saturating_sub(MOST_LINES);
    if left_out > 0 {
        instances.sort_by(|one, other| most(other.1).total_cmp(&most(one.1)));
        instances.truncate(MOST_LINES);
    }
    let mut note = "The mean of each point's samples.".to_owned();
    if left_out > 0 {
        note.push_str(&format!(
            " The {MOST_LINES} instances that used most; {left_out} more are in samples.arrows."
        ));
    }
    TimeChart {
        id,
        title,
        note,
        unit,
        scale: Scale::Linear,
        lines: instances.into_iter().map(|(name, series)| line(name, of(series), story)).collect(),
        limits: Vec::new(),
        filled: false,
        height: 110.0,
    }
    .draw(&story.frame)
}

/// When an instance was alive and nothing was read of it. A chart shows a broken line there, and does not say why.
fn gaps(story: &Story) -> Markup {
    let all: Vec<String> = story
        .series
        .resources
        .instances
        .iter()
        .flat_map(|(name, series)| series.gaps.iter().map(move |gap| (name, gap)))
        .map(|(name, (from, to))| {
            let at = |time| figures::seconds(story.frame.bins.at(time));
            format!("{name} from {} to {}", at(*from), at(*to))
        })
        .collect();
    html! {
        @if !all.is_empty() {
            p class="note" {
                "Alive, and its use could not be read for more than two seconds: "
                (all.iter().take(MOST_GAPS).cloned().collect::<Vec<_>>().join("; "))
                @if all.len() > MOST_GAPS { "; and " (all.len() - MOST_GAPS) " more gaps" }
                "."
            }
        }
    }
}

fn line(name: &str, samples: &[Option<Sampled>], story: &Story) -> Line {
    let points = samples.iter().map(|sampled| Point::from(sampled.map(|sampled| sampled.mean())));
    let mut line = Line::new(name, points.collect());
    if story.frame.bins.width > 1 {
        line.range = samples
            .iter()
            .map(|sampled| sampled.map(|sampled| (Point::At(sampled.low), Point::At(sampled.high))))
            .collect();
    }
    line
}

fn changes<'a>(story: &'a Story) -> Vec<(f64, &'a StackEvent)> {
    let events = story.source.record.events.iter();
    events
        .filter_map(|timed| match &timed.event {
            Event::Stack(change) => Some((story.frame.bins.at(timed.time), change)),
            _ => None,
        })
        .collect()
}

fn changed(story: &Story, changes: &[(f64, &StackEvent)]) -> Markup {
    if changes.is_empty() {
        return html! {};
    }
    // A start before the load is no news; everything else comes first where there are too many.
    let during: Vec<_> = changes.iter().filter(|(at, _)| (0.0..=story.frame.bins.end).contains(at)).collect();
    let shown = if during.is_empty() { changes.iter().collect() } else { during };
    html! {
        h3 { "Changes of instances" }
        (wide("Changes of instances", html! {
            table class="sortable" {
                caption { "Changes of instances" }
                thead { tr { th scope="col" class="number" { "At" } th scope="col" { "Instance" } th scope="col" { "Change" } th scope="col" { "More" } } }
                tbody {
                    @for (at, change) in shown.iter().take(MOST_CHANGES) {
                        tr {
                            td class="number" data-v=(at) { (figures::seconds(*at)) }
                            th scope="row" { (change.instance) }
                            td { (word(change.change)) }
                            td { @if let Some(detail) = &change.detail { code { (said(detail)) } } }
                        }
                    }
                }
            }
        }))
        p class="note" {
            "During the load; " (figures::count(changes.len() as u64)) " in the whole run"
            @if shown.len() > MOST_CHANGES { ", the first " (MOST_CHANGES) " shown" }
            ". All are in events.jsonl."
        }
    }
}

fn word(change: StackChange) -> &'static str {
    match change {
        StackChange::Started => "started",
        StackChange::Ready => "ready",
        StackChange::Exited => "exited",
        StackChange::NotReady => "not ready",
        StackChange::OomKilled => "killed for want of memory",
    }
}
