//! Requests and responses that were not good: a few of each kind, as they were recorded, secrets masked.

use super::super::said::said;
use super::super::{Story, figures};
use crate::event::{ErrorKind, Event, Exchange, StepId};
use crate::report::tables::name;
use maud::{Markup, html};
use std::collections::BTreeMap;

/// So many of one step and kind of error are shown, and so many in all.
const MOST_OF_A_KIND: usize = 2;
const MOST: usize = 16;

/// The examples, each folded away.
pub fn exchanges(story: &Story) -> Markup {
    let events = story.source.record.events.iter().filter_map(|timed| match &timed.event {
        Event::Exchange(exchange) => Some((story.frame.bins.at(timed.time), exchange)),
        _ => None,
    });
    let mut kinds: BTreeMap<(StepId, ErrorKind), usize> = BTreeMap::new();
    let mut all = 0_usize;
    let mut shown: Vec<(f64, &Exchange)> = Vec::new();
    for (at, exchange) in events {
        all += 1;
        let seen = kinds.entry((exchange.step, exchange.error)).or_default();
        *seen += 1;
        if *seen <= MOST_OF_A_KIND && shown.len() < MOST {
            shown.push((at, exchange));
        }
    }
    if shown.is_empty() {
        return html! {};
    }
    html! {
        h3 { "Sampled requests and responses" }
        @for (at, exchange) in &shown { (one(story, *at, exchange)) }
        p class="note" {
            "At most " (MOST_OF_A_KIND) " of each step and kind, secrets masked; attempts that a retry made good are among them. "
            (figures::count(all as u64)) " are in events.jsonl."
        }
    }
}

fn one(story: &Story, at: f64, exchange: &Exchange) -> Markup {
    let (_, step) = name(&story.source.record.manifest, exchange.step);
    html! {
        details class="exchange" {
            summary {
                span class="number" { (figures::seconds(at)) } " "
                strong { (step) } " "
                code { (exchange.error.name()) } " "
                (said(&exchange.reason))
            }
            @if let Some(trace) = &exchange.trace_id { p { "Trace " code { (trace) } } }
            div class="pair" {
                div { h4 { "Request" } pre tabindex="0" { (said(&exchange.request)) } }
                div {
                    h4 { "Response" }
                    @match &exchange.response {
                        Some(response) => { pre tabindex="0" { (said(response)) } },
                        None => { p class="nothing" { "None came." } },
                    }
                }
            }
        }
    }
}
