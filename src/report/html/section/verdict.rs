//! The verdict, in one sentence; what decided it; and the run at a glance.

use super::super::chart::StackedBars;
use super::super::part::{shape, sign, tone, word};
use super::super::said::said;
use super::super::{Story, figures};
use super::facts::facts;
use crate::report::terminal::title;
use crate::verify::Standing;
use maud::{Markup, html};

/// As many reasons are listed; the others stand in their sections.
const MOST: usize = 6;

/// The section.
pub fn verdict(story: &Story) -> Markup {
    let assessment = story.source.assessment;
    let manifest = &story.source.record.manifest;
    html! {
        header id="verdict" class={ "verdict " (tone(assessment.verdict)) } {
            p class="kicker" {
                "shakedown report · " (date(manifest.anchor_utc))
                @if manifest.counter.is_some() { " · counter-run" }
            }
            h1 { (title(assessment)) }
            p class="ruling" {
                span class="stamp" { (shape(assessment.verdict)) " " (word(assessment.verdict)) }
                " "
                span class="reason" { (said(&assessment.reason)) }
            }
            @if let Some(claim) = &assessment.claim {
                p class="claim" { span { "Claim" } " " (claim) }
            }
            (decided(story))
        }
        (facts(story))
        (glance(story))
    }
}

/// What did not pass, and why, each with a link to where it is shown.
fn decided(story: &Story) -> Markup {
    let assessment = story.source.assessment;
    let mut points: Vec<(Standing, Option<&str>, &str, String)> = Vec::new();
    for (objective, anchor) in assessment.objectives.iter().zip(&story.anchors.objectives) {
        if !objective.advisory {
            points.push((objective.standing(), Some(anchor), &objective.id, objective.explained()));
        }
    }
    for (invariant, anchor) in assessment.invariants.iter().zip(&story.anchors.invariants) {
        points.push((invariant.standing(), Some(anchor), &invariant.id, invariant.explained()));
    }
    for (fault, anchor) in assessment.faults.iter().zip(&story.anchors.faults) {
        points.push((fault.verdict.into(), Some(anchor), &fault.id, fault.reason.clone()));
    }
    let generator = &assessment.generator;
    points.push((generator.verdict.into(), Some("generator"), "generator", generator.reason.clone()));
    points
        .extend(assessment.caveats.iter().map(|caveat| (Standing::Unknown, None, "caveat", caveat.clone())));
    points.retain(|(standing, ..)| *standing != Standing::Pass);
    points.sort_by_key(|(standing, ..)| std::cmp::Reverse(*standing));
    let more = points.len().saturating_sub(MOST);
    html! {
        @if !points.is_empty() {
            ul class="decided" {
                @for (standing, anchor, name, reason) in points.iter().take(MOST) {
                    li class=(tone(*standing)) {
                        (sign(*standing)) " "
                        @match anchor {
                            Some(anchor) => a href={ "#" (anchor) } { (name) },
                            None => strong { (name) },
                        }
                        ": " (said(reason))
                    }
                }
                @if more > 0 { li { "and " (figures::count(more as u64)) " more, below." } }
            }
        }
    }
}

/// The run at a glance: who was served and who was not, with the faults behind.
fn glance(story: &Story) -> Markup {
    let bins = &story.frame.bins;
    if bins.count == 0 {
        return html! {};
    }
    let rate = |of: fn(&super::super::series::Slot) -> u64| {
        let slots = story.series.load.slots.iter().enumerate();
        slots.map(|(place, slot)| bins.rate(place, of(slot))).collect::<Vec<_>>()
    };
    StackedBars {
        id: "glance",
        title: "The run at a glance: operations served and not served",
        note: "Operations per second by when they were to begin. Shaded: the warm-up, and each fault while it was in force.".to_owned(),
        height: 84.0,
        stacks: vec![
            ("not served", "fail", "#b3261e", rate(|slot| slot.bad)),
            ("served", "calm", "#9db7d5", rate(|slot| slot.good)),
        ],
    }
    .draw(&story.frame)
}

/// `2026-11-21 01:30:00 UTC`.
fn date(anchor_utc: i64) -> String {
    let text = crate::record::utc(anchor_utc);
    let part = |range| text.get(range).unwrap_or("??").to_owned();
    format!(
        "{}-{}-{} {}:{}:{} UTC",
        part(0..4),
        part(4..6),
        part(6..8),
        part(9..11),
        part(11..13),
        part(13..15)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_date_is_written_out() {
        assert_eq!(date(1_795_224_600_000_000_000), "2026-11-21 01:30:00 UTC");
    }
}
