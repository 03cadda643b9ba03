//! What the record says of limits of the generator's own machine beside failed operations.

use crate::event::{Event, Limit, Nanos};
use crate::record::Record;

/// Every such thing, a sentence each.
pub fn caveats(record: &Record) -> Vec<String> {
    let mut told: Vec<String> = Vec::new();
    for timed in &record.events {
        let sentence = match &timed.event {
            Event::OwnLimit { part, detail, .. } => {
                Some(format!("{part} met a limit of this machine: {detail}."))
            }
            Event::ProbeFailed { probe, reason } => at_limit(reason)
                .map(|advice| format!("probe {probe} failed at a limit of this machine: {advice}.")),
            _ => None,
        };
        told.extend(sentence.filter(|sentence| !told.contains(sentence)));
    }
    told
}

/// The part of ours that the deployment's own traffic goes through, and that met a limit before `end`: what failed there failed
/// by our doing, and cannot be told from the rest.
pub fn in_path(record: &[crate::event::Timed], end: Nanos) -> Option<&str> {
    record.iter().find_map(|timed| match &timed.event {
        Event::OwnLimit { part, in_path: true, .. } if timed.time <= end => Some(part.as_str()),
        _ => None,
    })
}

fn at_limit(reason: &str) -> Option<&'static str> {
    Limit::in_text(reason).map(Limit::advice)
}
