//! Brings all services up in order, and takes them down in the opposite order.

use super::slot::Slot;
use super::{Inner, act, ports};
use crate::stack::{StackError, os};
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;

/// How often a port that somebody took between our choice and the start may be replaced.
const NEW_PORTS: usize = 5;
const SWEEP_WITHIN: Duration = Duration::from_secs(3);

/// Starts everything. If that fails, what was started is taken down again.
pub(super) async fn up(inner: &Arc<Inner>) -> Result<(), StackError> {
    let mut replaced = 0;
    loop {
        let Err(failed) = try_up(inner).await else { return Ok(()) };
        // The first error is the one to show; one of taking down is noted.
        if let Err(error) = down(inner).await {
            inner.context.note(format!("taking the stack down after it did not come up: {error}"));
        }
        let lost: Vec<&Arc<Slot>> = failed.lost_port.iter().collect();
        if lost.is_empty() || replaced == NEW_PORTS {
            return Err(failed.error);
        }
        replaced += 1;
        for slot in lost {
            let port = inner.choose_port().map_err(StackError::new)?;
            inner.context.note(format!(
                "{}: another process took its port meanwhile; the stack is started again, with port {port} for it",
                slot.name()
            ));
            slot.set_port(port);
        }
    }
}

struct Failed {
    error: StackError,
    /// An instance that failed because a port that we chose is taken.
    lost_port: Option<Arc<Slot>>,
}

async fn try_up(inner: &Arc<Inner>) -> Result<(), Failed> {
    if let Some(links) = &inner.context.links {
        let led = links.lead(&inner.facts()).await;
        led.map_err(|error| Failed { error: StackError::new(error), lost_port: None })?;
    }
    for service in 0..inner.spec.services.len() {
        let mut starting = JoinSet::new();
        for slot in inner.slots_of(service) {
            let inner = Arc::clone(inner);
            starting.spawn(async move {
                let _gate = slot.gate.lock().await;
                act::start(&inner, &slot).await.map_err(|error| Failed { error, lost_port: lost_port(&slot) })
            });
        }
        // The others end when the set is dropped; what they have started is taken down with the rest.
        while let Some(started) = starting.join_next().await {
            started.unwrap_or_else(|error| {
                Err(Failed { error: StackError::new(error.to_string()), lost_port: None })
            })?;
        }
    }
    Ok(())
}

/// The slot, if its port is one that we chose, it does not run, and somebody listens there.
fn lost_port(slot: &Arc<Slot>) -> Option<Arc<Slot>> {
    let planned = slot.planned();
    let taken =
        planned.chosen && slot.life().is_none() && planned.port.is_some_and(|port| !ports::is_free(port));
    taken.then(|| Arc::clone(slot))
}

/// Stops everything, the last service first, and ends whatever still carries our marker.
pub(super) async fn down(inner: &Arc<Inner>) -> Result<(), StackError> {
    let mut first = None;
    for service in (0..inner.spec.services.len()).rev() {
        let mut stopping = JoinSet::new();
        for slot in inner.slots_of(service) {
            let inner = Arc::clone(inner);
            stopping.spawn(async move {
                let _gate = slot.gate.lock().await;
                act::stop(&inner, &slot).await
            });
        }
        while let Some(stopped) = stopping.join_next().await {
            if let Err(error) = stopped.unwrap_or_else(|error| Err(StackError::new(error.to_string()))) {
                first.get_or_insert(error);
            }
        }
    }
    let run = inner.context.run_name.clone();
    match tokio::task::spawn_blocking(move || os::sweep(&run, SWEEP_WITHIN)).await {
        Ok(swept) => {
            if !swept.ended.is_empty() {
                inner.context.note(format!("left over by the stack, ended: {}", swept.ended.join(", ")));
            }
            if !swept.left.is_empty() {
                first.get_or_insert(StackError::new(format!("still there: {}", swept.left.join(", "))));
            }
        }
        Err(error) => {
            first.get_or_insert(StackError::new(error.to_string()));
        }
    }
    first.map_or(Ok(()), Err)
}
