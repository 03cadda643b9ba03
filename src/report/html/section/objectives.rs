//! The objectives: what was promised, what was measured, how sure that is, and how much of the error budget it burned.

use super::super::bar::bar;
use super::super::part::{badge, evidence, nothing, section, tone};
use super::super::said::said;
use super::super::{Story, figures};
use crate::plan::expression::{Quantity, Unit};
use crate::verify::{ObjectiveReport, Standing};
use maud::{Markup, html};

const LEAD: &str = "What users were promised. Each objective is judged by its measured value in its window; the interval says how sure that value is.";

/// The section.
pub fn objectives(story: &Story) -> Markup {
    let reports = &story.source.assessment.objectives;
    let content = if reports.is_empty() {
        nothing("The plan has no objective.")
    } else {
        html! {
            table class="cards sortable" {
                caption { "Objectives" }
                thead {
                    tr {
                        th scope="col" { "Verdict" }
                        th scope="col" { "Objective" }
                        th scope="col" { "Promised" }
                        th scope="col" class="number" { "Actual" }
                        th scope="col" class="number" { "95% interval" }
                        th scope="col" class="number" { "Samples" }
                        th scope="col" { "Budget burned" }
                        th scope="col" { "Window" }
                    }
                }
                @for (place, report) in reports.iter().enumerate() {
                    tbody class={ "judged " (tone(report.standing())) } { (row(story, place, report)) (why(report)) }
                }
            }
        }
    };
    section("objectives", "Objectives", LEAD, content)
}

fn row(story: &Story, place: usize, report: &ObjectiveReport) -> Markup {
    let unit = story
        .source
        .plan
        .objectives
        .get(place)
        .map_or(Unit::Number, |objective| objective.expect.metric.unit());
    let interval = report.interval.map_or(figures::NONE.to_owned(), |found| figures::interval(found, unit));
    html! {
        tr id=(story.anchors.objectives[place]) {
            td data-label="Verdict" data-v=(report.standing() as u8) { (badge(report.standing())) }
            th scope="row" data-label="Objective" {
                a class="anchor" href={ "#" (story.anchors.objectives[place]) } { (report.id) }
                @if let Some(flow) = &report.flow { " " small { " flow " (flow) } }
                @if let Some(step) = &report.step { " " small { " step " (step) } }
                @if report.advisory { " " small { " advisory: does not gate" } }
            }
            td data-label="Promised" { code { (report.expect) } }
            td class="number" data-label="Actual" data-v=(value(report.actual)) {
                strong { (report.actual_text) }
                @if let Some(from_send) = report.actual_from_send {
                    // With the digits of the actual value: next to each other they are compared.
                    " " small { "from send: " (Quantity { unit, value: from_send }) }
                }
            }
            td class="number" data-label="95% interval" { (interval) }
            td class="number" data-label="Samples" data-v=(report.samples) { (figures::count(report.samples)) }
            td data-label="Budget burned" data-v=(value(report.budget_burned)) { (budget(report)) }
            td class="window" data-label="Window" { (report.window) }
        }
    }
}

/// Why, where the figures do not say it by themselves: a row of its own, which stays with the one above it.
fn why(report: &ObjectiveReport) -> Markup {
    html! {
        @if report.standing() != Standing::Pass {
            tr class="because" {
                td {}
                td colspan="7" {
                    p class="why" { (said(&report.explained())) }
                    (evidence(&report.evidence))
                }
            }
        }
    }
}

fn budget(report: &ObjectiveReport) -> Markup {
    let Some(burned) = report.budget_burned else { return html! { (figures::NONE) } };
    let text = if burned.is_finite() && burned < 1_000.0 {
        figures::percent(burned)
    } else {
        "all, many times over".to_owned()
    };
    html! {
        span class="burned" {
            (bar(&format!("{text} of the error budget burned"), burned, 1.0, None, tone(report.standing())))
            " " (text)
        }
    }
}

fn value(value: Option<f64>) -> String {
    value.map_or(String::new(), |value| value.to_string())
}
