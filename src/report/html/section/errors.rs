//! What went wrong: how often, from when to when, and examples of it.

use super::super::bar::bar;
use super::super::part::{section, wide};
use super::super::{Story, figures};
use super::exchanges::exchanges;
use maud::{Markup, html};

const LEAD: &str =
    "Operations of the measured load that were not served, by what went wrong with their last attempt.";
/// More kinds of trouble than this are not listed; `failures.csv` has all.
const MOST: usize = 100;

/// The section.
pub fn errors(story: &Story) -> Markup {
    let content = html! { (table(story)) (exchanges(story)) };
    section("errors", "Errors", LEAD, content)
}

fn table(story: &Story) -> Markup {
    let manifest = &story.source.record.manifest;
    let mut kinds: Vec<_> = story.source.tables.failures.iter().collect();
    kinds.sort_by_key(|(kind, failures)| (std::cmp::Reverse(failures.times), **kind));
    let all: u64 = kinds.iter().map(|(_, failures)| failures.times).sum();
    let most = kinds.first().map_or(0, |(_, failures)| failures.times);
    if kinds.is_empty() {
        return html! { p class="nothing" { "Every operation was served." } };
    }
    html! {
        (wide("Errors", html! {
            table class="sortable" {
                caption { "Errors" }
                thead {
                    tr {
                        th scope="col" { "Step" }
                        th scope="col" { "What went wrong" }
                        th scope="col" class="number" { "Times" }
                        th scope="col" { "Share of all" }
                        th scope="col" class="number" { "First" }
                        th scope="col" class="number" { "Last" }
                    }
                }
                tbody {
                    @for ((step, error, status), failures) in kinds.iter().take(MOST) {
                        @let first = story.frame.bins.at(failures.first);
                        @let last = story.frame.bins.at(failures.last);
                        tr {
                            th scope="row" { (crate::report::tables::name(manifest, *step).1) }
                            td { (error.name()) @if let Some(status) = status { " " (status) } }
                            td class="number" data-v=(failures.times) { (figures::count(failures.times)) }
                            td data-v=(failures.times) {
                                (bar(&format!("{} of all errors", figures::share(failures.times, all)), failures.times as f64, most as f64, None, "fail"))
                                " " (figures::share(failures.times, all))
                            }
                            td class="number" data-v=(first) { (figures::seconds(first)) }
                            td class="number" data-v=(last) { (figures::seconds(last)) }
                        }
                    }
                }
            }
        }))
        @if kinds.len() > MOST { p class="note" { (kinds.len() - MOST) " more kinds are in failures.csv." } }
    }
}
