//! A comparison as one self-contained page.

use super::{Change, Comparison, Finding, Promise, text};
use crate::report::html::page::page;
use crate::report::html::part::{badge, section, wide};
use maud::{Markup, html};

/// The whole page.
pub fn html(comparison: &Comparison) -> String {
    let title = format!("B against A: {}", comparison.plan);
    let content = html! {
        h1 { (badge(comparison.verdict)) " " (comparison.plan) }
        p { (comparison.reason) }
        ul {
            @for (name, side) in [("A", &comparison.a), ("B", &comparison.b)] {
                li { (name) ": " (side.runs.len()) " runs (" (text::tally(&side.verdicts)) "): " (side.runs.join(", ")) }
            }
        }
        @if !comparison.differences.is_empty() {
            (section("known", "To be known", "In what the runs differ that should be equal.", html! {
                ul { @for difference in &comparison.differences { li { (difference.text) } } }
            }))
        }
        @if !comparison.promises.is_empty() {
            (section("promises", "Promises", "How many runs kept them.", wide("Promises", promises(&comparison.promises))))
        }
        @if !comparison.changes.is_empty() {
            (section("figures", "Figures", &text::method(comparison), wide("Figures", changes(&comparison.changes))))
        }
    };
    page(&title, &[], content).into_string()
}

fn promises(promises: &[Promise]) -> Markup {
    html! {
        table class="sortable" {
            thead { tr { th scope="col" { "promise" } th scope="col" { "A" } th scope="col" { "B" } th scope="col" { "finding" } } }
            tbody {
                @for promise in promises {
                    tr {
                        th scope="row" { (promise.name) @if promise.advisory { " (advisory)" } }
                        td { (text::tally(&promise.a)) }
                        td { (text::tally(&promise.b)) }
                        td { @if promise.newly_broken() { strong { "WORSE" } } }
                    }
                }
            }
        }
    }
}

fn changes(changes: &[Change]) -> Markup {
    let heads = ["finding", "of", "measure", "A", "B", "worse by", "95 % interval", "p"];
    html! {
        table class="sortable" {
            thead { tr { @for head in heads { th scope="col" { (head) } } } }
            tbody {
                @for change in changes {
                    tr {
                        td { (finding(change.finding)) }
                        th scope="row" { (change.name) }
                        td { (change.measure) }
                        td class="number" { (change.a_text) }
                        td class="number" { (change.b_text) }
                        td class="number" { (text::worse_by(change)) }
                        td class="number" { (text::interval(change)) }
                        td class="number" { (text::p(change)) }
                    }
                }
            }
        }
    }
}

fn finding(finding: Finding) -> Markup {
    html! {
        @match finding {
            Finding::Worse | Finding::Better => { strong { (text::word(finding)) } }
            Finding::Even | Finding::TooFew => { (text::word(finding)) }
        }
    }
}
