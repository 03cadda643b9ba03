//! What makes a run say less than its objectives do.

use super::local::LocalCount;
use super::own_limits;
use crate::event::{ErrorKind, Event, LoadEvent, Nanos, Phase};
use crate::record::Record;

/// Every caveat, a sentence each. Any of them keeps a run from passing.
pub fn caveats(record: &Record, incomplete: u64, local: LocalCount) -> Vec<String> {
    let mut caveats = Vec::new();
    let manifest = &record.manifest;
    if let Some(torn) = &record.torn {
        caveats.push(format!("the record is torn: {torn}."));
    }
    if let Some(why) = &manifest.aborted {
        caveats.push(format!("the run was ended before its time: {why}."));
    }
    if incomplete > 0 {
        caveats.push(format!(
            "{incomplete} operations lack an attempt in the record; they are counted nowhere."
        ));
    }
    if local.at_limits() > 0 {
        caveats.push(at_limits(record, local.at_limits()));
    }
    caveats.extend(own_limits::caveats(record));
    for (phase, name) in [(Phase::Load, "load"), (Phase::Drain, "drain")] {
        if !manifest.phases.iter().any(|info| info.phase == phase) {
            caveats.push(format!("the run has no {name} phase: it did not come so far."));
        }
    }
    // What fails after the load (a teardown step) takes nothing from what was seen.
    let before_its_end = record.events.iter().filter(|timed| timed.time < manifest.load_end);
    caveats.extend(before_its_end.filter_map(|timed| told(&timed.event)));
    caveats.dedup();
    caveats
}

/// That a limit of this machine was reached, and which: the first exchange that met it says so.
fn at_limits(record: &Record, count: u64) -> String {
    let which = record.events.iter().find_map(|timed| match &timed.event {
        Event::Exchange(exchange) if exchange.error == ErrorKind::Local => Some(exchange.reason.as_str()),
        _ => None,
    });
    let which = which.map_or(String::new(), |reason| format!(": {}", reason.trim_end_matches('.')));
    format!(
        "{count} operations failed at a limit of this machine and not at the deployment; they are in no other figure{which}."
    )
}

/// What single events tell.
fn told(event: &Event) -> Option<String> {
    match event {
        Event::Load(LoadEvent::FeederExhausted { feeder }) => {
            Some(format!("feeder {feeder} had no row left: users after it could not start as planned."))
        }
        Event::Load(LoadEvent::Stalled { suspended, .. }) if *suspended > Nanos::ZERO => Some(format!(
            "the machine was suspended for {:.1} s while the load ran.",
            suspended.as_secs_f64()
        )),
        Event::StepFailed { step, reason } => Some(format!("step {step} outside the load failed: {reason}.")),
        _ => None,
    }
}
