//! The faults: when each was planned, applied and healed, when users were served again, and what they felt.

use super::super::chart::{Lane, LaneChart, Piece, sample};
use super::super::part::{badge, nothing, section, tone, wide};
use super::super::said::said;
use super::super::{Story, figures};
use crate::stats::Quantile;
use crate::verify::{FaultReport, Verdict, struck_of};
use maud::{Markup, html};
use std::collections::BTreeMap;

const LEAD: &str = "What was broken on purpose, on the load's own clock, and what it did to users. Times are from the start of the load.";
/// More lanes than this are not drawn, more rows not listed; `faults.csv` has all.
const MOST_LANES: usize = 12;
const MOST_ROWS: usize = 200;

/// The section.
pub fn faults(story: &Story) -> Markup {
    let reports = &story.source.assessment.faults;
    let content = if reports.is_empty() {
        nothing("The plan breaks nothing.")
    } else {
        html! {
            @if story.frame.bins.count > 0 { (timeline(story)) }
            (table(story))
        }
    };
    section("faults", "Faults and what users felt", LEAD, content)
}

fn timeline(story: &Story) -> Markup {
    let reports = &story.source.assessment.faults;
    let end = story.frame.bins.end;
    let mut lanes: BTreeMap<&str, Lane> = BTreeMap::new();
    for fault in reports {
        let lane = lanes.entry(&fault.id).or_insert_with(|| Lane {
            name: format!("{}: {} {}", fault.id, fault.kind, fault.targets.join(", ")),
            ..Lane::default()
        });
        lane.pieces.extend(pieces(fault, end));
        lane.marks.extend(fault.applied.map(|at| (at, "struck")));
        lane.marks.extend(fault.healed.map(|at| (at, "healed")));
    }
    let more = lanes.len().saturating_sub(MOST_LANES);
    let slots = story.series.load.slots.iter();
    let shares: Vec<Option<f64>> =
        slots.map(|slot| (slot.total() > 0).then(|| slot.bad as f64 / slot.total() as f64)).collect();
    let most = shares.iter().flatten().fold(0.0_f64, |most, share| most.max(*share));
    let head = format!("share of operations not served, up to {}", figures::percent(most));
    // The worst second is as high as the bars can be: how high that is stands beside it.
    let heights =
        shares.into_iter().map(|share| share.filter(|_| most > 0.0).map(|share| share / most)).collect();
    let chart = LaneChart {
        id: "fault-lanes",
        title: "Fault timeline",
        describe: "When each fault was planned, applied and healed, and until when users were not served. All times are in the table below.".to_owned(),
        head: Some((&head, heights)),
        lanes: lanes.into_values().take(MOST_LANES).collect(),
    };
    html! {
        figure class="chart lanes" {
            figcaption { h3 { "Timeline" } (key()) }
            (chart.draw(&story.frame))
            @if more > 0 { p class="note" { (figures::counted(more as u64, "fault")) " more in the table." } }
        }
    }
}

/// The signs of the timeline, explained.
fn key() -> Markup {
    const SIGNS: [(&str, f64, &str); 4] = [
        ("planned", 10.0, "planned"),
        ("applied", 8.0, "in force (▼ applied, ● healed)"),
        ("hurt", 4.0, "users not served as promised"),
        ("maybe", 2.0, "recovered somewhere here"),
    ];
    html! {
        ul class="legend still" {
            @for (kind, thick, words) in SIGNS {
                li {
                    svg class="key" role="presentation" aria-hidden="true" width="26" height="12" {
                        (sample(kind, 24.0, thick))
                    }
                    " " span { (words) }
                }
            }
        }
    }
}

fn pieces(fault: &FaultReport, end: f64) -> Vec<Piece> {
    let mut pieces = Vec::new();
    if let Some(from) = fault.planned {
        let to = fault.heal_planned.or(fault.healed).unwrap_or(end);
        pieces.push(Piece { from, to, kind: "planned" });
    }
    let Some(applied) = fault.applied else { return pieces };
    let began = fault.began().unwrap_or(applied);
    pieces.push(Piece { from: began, to: fault.healed.unwrap_or(end), kind: "applied" });
    if let Some(recovery) = &fault.recovery {
        let low = recovery.after_applied.low.unwrap_or(0.0);
        let applied = recovery.counted_from.unwrap_or(applied);
        let until = recovery.after_applied.high.map_or(end, |high| applied + high);
        if low > 0.0 {
            pieces.push(Piece { from: applied, to: applied + low, kind: "hurt" });
        }
        if until > applied + low {
            pieces.push(Piece { from: applied + low, to: until, kind: "maybe" });
        }
    }
    pieces
}

fn table(story: &Story) -> Markup {
    let reports = &story.source.assessment.faults;
    let head = [
        "Verdict",
        "Fault",
        "Planned",
        "Applied",
        "Healed",
        "Struck",
        "Served again",
        "MTTR",
        "Not served",
        "Worst p99",
        "Lost writes",
    ];
    wide(
        "Faults",
        html! {
            table class="sortable" {
                caption { "Faults" }
                thead {
                    tr {
                        @for (place, name) in head.iter().enumerate() {
                            th scope="col" class=[(place > 1).then_some("number")] { (name) }
                        }
                    }
                }
                tbody {
                    @for (fault, anchor) in reports.iter().zip(&story.anchors.faults).take(MOST_ROWS) {
                        (row(story, fault, anchor))
                    }
                }
            }
            (reading(reports))
            @if reports.len() > MOST_ROWS {
                p class="note" { (figures::count((reports.len() - MOST_ROWS) as u64)) " more in faults.csv." }
            }
        },
    )
}

fn row(story: &Story, fault: &FaultReport, anchor: &str) -> Markup {
    let shown = |at: Option<f64>| at.map_or(figures::NONE.to_owned(), figures::seconds);
    let second = |at: Option<f64>| html! { td class="number" data-v=(value(at)) { (shown(at)) } };
    let again = fault.recovery.as_ref().map(|recovery| recovery.after_applied);
    html! {
        tr id=(anchor) class=(tone(fault.verdict)) {
            td data-v=(fault.verdict as u8) { (badge(fault.verdict)) }
            th scope="row" {
                a class="anchor" href={ "#" (anchor) } { (fault.id) @if fault.occurrence > 0 { " #" (fault.occurrence) } }
                " " small { (fault.kind) " " (fault.targets.join(", ")) }
                @if fault.verdict != Verdict::Pass || fault.may_miss { p class="why" { (said(&fault.reason)) } }
            }
            (second(fault.planned))
            (second(fault.applied))
            (second(fault.healed))
            td class="number" data-v=(value(fault.struck.as_ref().map(|struck| struck.total().struck as f64)))
                { (fault.struck.as_ref().map_or(figures::NONE.to_owned(), struck_of)) }
            td class="number" data-v=(value(again.and_then(|again| again.high)))
                { (again.map_or(figures::NONE.to_owned(), figures::recovered)) }
            td class="number" { (fault.mttr.map_or(figures::NONE.to_owned(), |mttr| format!("{mttr:.1}s"))) }
            td class="number" data-v=(fault.bad) {
                (figures::count(fault.bad)) " of " (figures::count(fault.operations))
                " " small { (figures::share(fault.bad, fault.operations)) }
            }
            td class="number" { (figures::quantile(worst(story, fault))) }
            td class="number" {
                @match &fault.rpo {
                    Some(rpo) => {
                        (figures::count(rpo.lost))
                        @if rpo.lost > 0 { " " small { "over " (format!("{:.1}s", rpo.span)) } }
                    }
                    None => (figures::NONE),
                }
            }
        }
    }
}

/// What the columns mean that need it.
fn reading(reports: &[FaultReport]) -> Markup {
    let recovery = reports.iter().find_map(|fault| fault.recovery.as_ref());
    html! {
        @if let Some(recovery) = recovery {
            p class="note" {
                "Served again: from when the fault was in force until " code { (recovery.indicator) } " held for "
                (figures::plain(recovery.hold)) "s, as last bad to first good. MTTR: the mean of it over all strikes of a fault. Worst p99: of a single second."
            }
        }
    }
}

fn value(value: Option<f64>) -> String {
    value.map_or(String::new(), |value| value.to_string())
}

/// The worst p99 of a second that the fault touches.
fn worst(story: &Story, fault: &FaultReport) -> Quantile {
    let Some(from) = fault.began() else { return Quantile::Empty };
    let bins = &story.frame.bins;
    let to = fault.healed.unwrap_or(bins.end);
    let touched = (0..bins.count).filter(|place| bins.from(place + 1) > from && bins.from(*place) < to);
    touched
        .filter_map(|place| story.series.load.slots[place].range)
        .map(|(_, worst)| worst)
        .max()
        .unwrap_or(Quantile::Empty)
}
