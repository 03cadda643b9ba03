//! How the requests were spread over the instances, and where they went while one was gone.

use super::super::bar::bar;
use super::super::chart::{Line, Point, Scale, TimeChart, Unit};
use super::super::part::{nothing, section, wide};
use super::super::series::{Balance, Served};
use super::super::{Story, figures};
use maud::{Markup, html};

const LEAD: &str = "Who made the replies, as the replies themselves say.";
/// So many instances have a line, so many a row.
const MOST_LINES: usize = 8;
const MOST_ROWS: usize = 64;

/// The section.
pub fn balance(story: &Story) -> Markup {
    let content = match &story.source.tables.balance {
        None => nothing(
            "This run kept only marked operations (keep = \"marked\"): nobody counted who answered the others.",
        ),
        Some(found) if !found.is_known() => nothing(
            "No reply says who made it: name the header that does as the target's instance_header, and the spread is shown here.",
        ),
        Some(found) => html! { (chart(story, found)) (table(story, found)) },
    };
    section("balance", "Load balance", LEAD, content)
}

fn named(story: &Story, number: Option<u16>) -> String {
    match number {
        None => "nobody said".to_owned(),
        Some(number) => story
            .source
            .record
            .manifest
            .instances
            .get(usize::from(number))
            .map_or_else(|| format!("instance {number}"), |info| info.name.clone()),
    }
}

/// By the number of requests; nobody comes last.
fn sorted<'a>(story: &Story, found: &'a Balance) -> Vec<(String, Option<u16>, &'a Served)> {
    let mut rows: Vec<_> =
        found.instances.iter().map(|(number, served)| (named(story, *number), *number, served)).collect();
    rows.sort_by(|one, other| (one.1.is_none(), &one.0).cmp(&(other.1.is_none(), &other.0)));
    rows
}

fn chart(story: &Story, found: &Balance) -> Markup {
    let bins = &story.frame.bins;
    let rows = sorted(story, found);
    let left_out = rows.len().saturating_sub(MOST_LINES);
    let lines = rows.iter().take(MOST_LINES).map(|(name, _, served)| {
        let points: Vec<Point> =
            served.bins.iter().enumerate().map(|(place, count)| bins.rate(place, *count)).collect();
        Line::new(name.clone(), points)
    });
    let mut note = "Requests by when they were made.".to_owned();
    if bins.width > 1 {
        note.push_str(&format!(" Each point is the mean of {} seconds.", bins.width));
    }
    if left_out > 0 {
        note.push_str(&format!(" {left_out} more are in the table."));
    }
    TimeChart {
        id: "balance-chart",
        title: "Requests by instance",
        note,
        unit: Unit::Rate,
        scale: Scale::Linear,
        lines: lines.collect(),
        limits: Vec::new(),
        filled: false,
        height: 120.0,
    }
    .draw(&story.frame)
}

fn table(story: &Story, found: &Balance) -> Markup {
    let rows = sorted(story, found);
    let total = found.total();
    let known = rows.iter().filter(|(_, number, _)| number.is_some()).count().max(1);
    let answered: u64 = rows.iter().filter(|row| row.1.is_some()).map(|row| row.2.requests).sum();
    let even = answered as f64 / known as f64;
    let most = rows.iter().map(|row| row.2.requests).max().unwrap_or(0);
    html! {
        (wide("Load balance", html! {
            table class="sortable" {
                caption { "Load balance" }
                thead {
                    tr {
                        th scope="col" { "Instance" }
                        th scope="col" class="number" { "Requests" }
                        th scope="col" { "Share" }
                        th scope="col" class="number" { "Not good" }
                    }
                }
                tbody {
                    @for (name, number, served) in rows.iter().take(MOST_ROWS) {
                        tr {
                            th scope="row" { (name) }
                            td class="number" data-v=(served.requests) { (figures::count(served.requests)) }
                            td data-v=(served.requests) {
                                (bar(&format!("{} of all requests", figures::share(served.requests, total)), served.requests as f64, most as f64, number.map(|_| even), "plain"))
                                " " (figures::share(served.requests, total))
                            }
                            td class="number" data-v=(served.bad)
                                { (figures::count(served.bad)) @if served.bad > 0 { " " small { (figures::share(served.bad, served.requests)) } } }
                        }
                    }
                }
            }
        }))
        p class="note" {
            "Requests of the measured load; the mark is the even share. Whether the spread is even enough is for an invariant (balance) to say."
            @if rows.len() > MOST_ROWS { " " (rows.len() - MOST_ROWS) " more instances are not listed." }
        }
    }
}
