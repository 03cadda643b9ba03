//! The bounds of a run that was never closed, from what it had written until then.
//!
//! `run.json` gets its phases and the bounds of the load when the run is closed. Without them every window would be
//! empty; the events tell when phases began, and the attempts how far the run came.

use crate::event::{Event, Nanos, Phase, Timed};
use crate::record::{Manifest, PhaseInfo};

/// When the phases began, as far as the events tell.
pub(super) fn starts(events: &[Timed]) -> Vec<(Phase, Nanos)> {
    let begun = events.iter().filter_map(|timed| match timed.event {
        Event::Phase { phase } => Some((phase, timed.time)),
        _ => None,
    });
    begun.collect()
}

/// Fills in the phases and the bounds of the load of a run that came as far as `last`.
pub(super) fn fill_in(manifest: &mut Manifest, starts: &[(Phase, Nanos)], last: Nanos) {
    let began = |wanted: Phase| starts.iter().find(|(phase, _)| *phase == wanted).map(|(_, at)| *at);
    let ends = starts.iter().skip(1).map(|(_, at)| *at).chain([last]);
    manifest.phases = starts
        .iter()
        .zip(ends)
        .map(|(&(phase, from), to)| PhaseInfo { phase, from, to: to.max(from) })
        .collect();
    let Some(load) = began(Phase::Load) else { return };
    manifest.warmup_end = load;
    manifest.load_start = began(Phase::Warmup).unwrap_or(load);
    manifest.load_end = began(Phase::Drain).unwrap_or(last).max(manifest.load_start);
}
