//! What is done to a running instance. Every function here is called with the slot's gate held.

use super::life::Life;
use super::slot::Slot;
use super::watch::{clear, remains};
use super::{Inner, ports, ready, spawn};
use crate::plan::model::STOP_WITHIN;
use crate::stack::os::{self, SendError, Stat};
use crate::stack::{StackError, Stopped};
use rustix::process::Signal;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{sleep, timeout};

/// How long a killed process may take to end, and a signalled one to stand still or move on.
const OBEYS_WITHIN: Duration = Duration::from_secs(5);
const LOOK_AGAIN: Duration = Duration::from_millis(2);

/// Sends a signal, and where it ends the process waits for that.
pub(super) async fn signal(inner: &Inner, slot: &Slot, name: &str) -> Result<(), StackError> {
    let signal = os::signal_named(name).map_err(StackError::new)?;
    let life = slot.running()?;
    let ends = os::ends_programs(name) || !os::catches(life.child.pid, signal);
    if !ends {
        return to_group(&life, signal);
    }
    let within = if signal == Signal::KILL { OBEYS_WITHIN } else { stop_within(inner, slot) };
    life.expect(Some("killed by fault"));
    if let Err(error) = to_group(&life, signal) {
        life.expect(None);
        return Err(error);
    }
    if timeout(within, life.ended()).await.is_err() {
        life.expect(None);
        return Err(StackError::new(format!(
            "{} was sent {name} and still runs after {within:?}; use `signal = \"KILL\"`, which cannot be ignored, or a \
             longer `stop_within`",
            slot.name()
        )));
    }
    clear(&inner.context, &life).await
}

/// Stops it in order, or kills it. One that does not run is only tidied up after.
pub(super) async fn stop(inner: &Inner, slot: &Slot) -> Result<Stopped, StackError> {
    let Some(life) = slot.last_life() else { return Ok(Stopped::InOrder) };
    let stopped = if life.runs() { end(inner, slot, &life).await? } else { Stopped::InOrder };
    clear(&inner.context, &life).await?;
    life.settled().await;
    Ok(stopped)
}

async fn end(inner: &Inner, slot: &Slot, life: &Life) -> Result<Stopped, StackError> {
    let within = stop_within(inner, slot);
    life.expect(Some("stopped"));
    to_group_unless_gone(life, Signal::TERM)?;
    // A paused process could not even hear it.
    to_group_unless_gone(life, Signal::CONT)?;
    if timeout(within, life.ended()).await.is_ok() {
        return Ok(Stopped::InOrder);
    }
    inner.context.note(format!("{} did not stop within {within:?} and was killed", slot.name()));
    life.expect(Some("killed because it did not stop"));
    to_group_unless_gone(life, Signal::KILL)?;
    match timeout(OBEYS_WITHIN, life.ended()).await {
        Ok(_) => Ok(Stopped::Killed(within)),
        Err(_) => Err(StackError::new(format!(
            "{} (pid {}) was killed and is still there after {OBEYS_WITHIN:?}",
            slot.name(),
            life.child.pid
        ))),
    }
}

/// Starts it where it was, and waits until it is ready; one that runs is only waited for.
pub(super) async fn start(inner: &Arc<Inner>, slot: &Slot) -> Result<(), StackError> {
    if let Some(life) = slot.life() {
        return if life.is_ready() { Ok(()) } else { ready::wait_ready(inner, slot, &life).await };
    }
    if let Some(last) = slot.last_life() {
        clear(&inner.context, &last).await?;
    }
    if let Some(port) = slot.planned().port
        && !ports::is_free(port)
    {
        return Err(StackError::new(format!(
            "{} cannot be started: {}; end that process, or write `port = 0` for a free port",
            slot.name(),
            ports::in_use(port)
        )));
    }
    let life = spawn::spawn(inner, slot).await?;
    ready::wait_ready(inner, slot, &life).await
}

/// Freezes it, and waits until no thread of it runs on. If that cannot be had, it runs on.
pub(super) async fn pause(inner: &Inner, slot: &Slot) -> Result<(), StackError> {
    let life = slot.running()?;
    to_group(&life, Signal::STOP)?;
    let frozen = timeout(OBEYS_WITHIN, async {
        while !all_frozen(inner, &life).await {
            sleep(LOOK_AGAIN).await;
        }
    });
    let problem = match frozen.await {
        Ok(()) if life.runs() => return Ok(()),
        Ok(()) => "ended while it was being paused".to_owned(),
        Err(_) => format!("does not stand still {OBEYS_WITHIN:?} after SIGSTOP"),
    };
    // Best effort: what is left of it shall not stay half frozen.
    let _ = to_group(&life, Signal::CONT);
    Err(StackError::new(format!("{} {problem}", slot.name())))
}

/// Whether every process of this life stands still, or the life is over. Those that do not are sent SIGSTOP once more:
/// they left the group, or were born since.
async fn all_frozen(inner: &Inner, life: &Life) -> bool {
    if !life.runs() {
        return true;
    }
    let pid = life.child.pid;
    if !os::is_frozen(pid) {
        return false;
    }
    let (run, child) = (inner.context.run_name.clone(), life.child.clone());
    let looked = tokio::task::spawn_blocking(move || {
        let restless: Vec<Stat> =
            remains(&run, &child).into_iter().filter(|member| !os::is_frozen(member.pid)).collect();
        for member in &restless {
            // Whoever is gone by now stands still enough.
            let _ = os::send_to_process(member.pid, member.start_time, Signal::STOP);
        }
        restless.is_empty()
    });
    looked.await.unwrap_or(false)
}

/// Lets it run on, and waits until it does.
pub(super) async fn resume(inner: &Inner, slot: &Slot) -> Result<(), StackError> {
    let life = slot.running()?;
    to_group(&life, Signal::CONT)?;
    let (run, child) = (inner.context.run_name.clone(), life.child.clone());
    let woken = tokio::task::spawn_blocking(move || {
        for member in remains(&run, &child) {
            // Those of the group run already; whoever is gone needs no waking.
            let _ = os::send_to_process(member.pid, member.start_time, Signal::CONT);
        }
    });
    woken.await.map_err(|error| StackError::new(error.to_string()))?;
    let moves = timeout(OBEYS_WITHIN, async {
        while life.runs() && os::is_frozen(life.child.pid) {
            sleep(LOOK_AGAIN).await;
        }
    });
    moves.await.map_err(|_| {
        StackError::new(format!("{} still stands still {OBEYS_WITHIN:?} after SIGCONT", slot.name()))
    })
}

fn stop_within(inner: &Inner, slot: &Slot) -> Duration {
    inner.spec.services[slot.planned().service].stop_within.unwrap_or(STOP_WITHIN).0
}

fn to_group(life: &Life, signal: Signal) -> Result<(), StackError> {
    os::send_to_group(life.child.pid, life.child.start_time, signal).map_err(|error| {
        StackError::new(format!("{} (pid {}): {error}", life.child.instance, life.child.pid))
    })
}

fn to_group_unless_gone(life: &Life, signal: Signal) -> Result<(), StackError> {
    match os::send_to_group(life.child.pid, life.child.start_time, signal) {
        Ok(()) | Err(SendError::Gone) => Ok(()),
        Err(_) => to_group(life, signal),
    }
}
