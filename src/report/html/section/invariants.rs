//! The invariants, and for those that are broken the example that shows it.

use super::super::part::{badge, evidence, nothing, section, tone};
use super::super::said::said;
use super::super::{Story, figures};
use maud::{Markup, html};

const LEAD: &str =
    "What had to hold of every operation, retried or not. A broken one shows the operations that break it.";

/// The section.
pub fn invariants(story: &Story) -> Markup {
    let reports = &story.source.assessment.invariants;
    let content = if reports.is_empty() {
        nothing("The plan has no invariant: lost or doubled work would not have been noticed.")
    } else {
        html! {
            table class="cards sortable" {
                caption { "Invariants" }
                thead {
                    tr {
                        th scope="col" { "Verdict" }
                        th scope="col" { "Invariant" }
                        th scope="col" { "Checker" }
                        th scope="col" class="number" { "Samples" }
                        th scope="col" { "What was found" }
                    }
                }
                tbody {
                    @for (report, anchor) in reports.iter().zip(&story.anchors.invariants) {
                        tr id=(anchor) class=(tone(report.standing())) {
                            td data-label="Verdict" data-v=(report.standing() as u8) { (badge(report.standing())) }
                            th scope="row" data-label="Invariant"
                                { a class="anchor" href={ "#" (anchor) } { (report.id) } }
                            td data-label="Checker" { code { (report.check) } }
                            td class="number" data-label="Samples" data-v=(report.samples)
                                { (figures::count(report.samples)) }
                            td data-label="What was found" {
                                (said(&report.explained()))
                                (evidence(&report.evidence))
                            }
                        }
                    }
                }
            }
        }
    };
    section("invariants", "Invariants", LEAD, content)
}
