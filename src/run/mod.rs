//! The only coordinator: clock, phases, cancellation, heal before teardown.
//!
//! [`run`] reads from top to bottom: ready, up, set up, state before, load ∥ chaos, final state, settle, close.

mod abort;
mod bring_up;
mod by_hand;
mod condition;
mod extension;
mod final_read;
mod guard;
mod identity;
mod interrupt;
mod job;
mod keys;
mod live;
mod loading;
mod manifest;
mod moving_ports;
mod network;
mod phase;
mod preflight;
mod probe;
mod pulse;
mod rendered;
mod secrets;
mod serial;
mod settle;
mod source;

pub use by_hand::{ByHand, Choice, HandEnd, by_hand};
pub use interrupt::Interrupt;
pub use job::{Job, RunEnd, RunError, Watch};
pub use preflight::project;

use crate::event::{Clock, Phase};
use phase::Phases;

/// Carries out a plan: one run, one folder. Must be called inside a tokio `LocalSet`.
///
/// Whatever happens after the preflight, the deployment is healed and taken down, and the record is closed.
pub async fn run(mut job: Job) -> Result<RunEnd, RunError> {
    let clock = Clock::start();
    let ready = preflight::preflight(&mut job, clock).await?;
    let phases = Phases::new(clock, ready.recorder.clone());

    let up = bring_up::bring_up(&job, &ready, &phases, clock).await;
    let (aborted, loaded) = match up {
        Ok(up) => match final_read::baseline(&job, &ready, &up, &phases, clock).await {
            Ok(places) => {
                let loaded = loading::load(&job, &ready, &up, &phases, clock).await;
                let aborted = loaded.aborted.clone();
                final_read::read(&job, &ready, &up, &loaded, &phases, (clock, &places)).await;
                settle::teardown_steps(&job, &ready, &up, &phases).await;
                (aborted, Some(loaded))
            }
            Err(failed) => (Some(failed), None),
        },
        Err(failed) => (Some(failed), None),
    };
    let down = settle::take_down(&ready, &phases).await;
    phases.enter(Phase::Done);
    let unhealed = settle::unhealed(loaded.as_ref(), down);
    let folder = ready.folder.path().to_path_buf();
    let failure = settle::close(ready, phases, loaded.as_ref(), aborted.clone(), &unhealed)?;

    Ok(RunEnd {
        folder,
        never_loaded: loaded.is_none().then(|| aborted.clone()).flatten(),
        aborted,
        unhealed,
        interrupted: job.interrupt.is_raised(),
        write_failure: failure,
    })
}
