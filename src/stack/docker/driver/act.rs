//! What is done to one container by name of its instance. Each action is done when it is confirmed.

use super::Inner;
use super::inventory::Known;
use crate::plan::model::STOP_WITHIN;
use crate::stack::docker::engine::{EngineError, State, Trouble};
use crate::stack::{Expected, StackError, Stopped};
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// How long a killed container may take to end.
const OBEYS_WITHIN: Duration = Duration::from_secs(10);
/// How long a signal that need not end anything is given to do so.
const GLANCE: Duration = Duration::from_millis(200);
const LOOK_AGAIN: Duration = Duration::from_millis(4);

/// Sends a signal; where it is one that ends programs, waits for that.
pub(super) async fn signal(inner: &Inner, instance: &str, name: &str) -> Result<(), StackError> {
    let gate = inner.inventory.gate(instance);
    let _alone = gate.lock().await;
    let known = running(inner, instance)?;
    let signal = crate::stack::os::signal_named(name).map_err(StackError::new)?;
    let ends = crate::stack::os::ends_programs(name);
    inner.hands.touched(instance);
    inner.expectations.expect(instance, Expected::End);
    let sent = inner.engine.kill(&known.container.id, &signal.as_raw().to_string()).await;
    if let Err(error) = sent {
        inner.expectations.withdraw(instance, Expected::End);
        return Err(about(instance, error));
    }
    let within = match (ends, name.ends_with("KILL")) {
        (true, true) => OBEYS_WITHIN,
        (true, false) => stop_within(inner, &known),
        (false, _) => GLANCE,
    };
    if ended(inner, &known, within).await? {
        return Ok(());
    }
    inner.expectations.withdraw(instance, Expected::End);
    if !ends {
        return Ok(());
    }
    Err(StackError::new(format!(
        "{instance} was sent {name} and still runs after {within:?}; use `signal = \"KILL\"`, which cannot be ignored, or a \
         longer `stop_within`"
    )))
}

/// Stops it in order, or kills it. One that does not run is left alone.
pub(super) async fn stop(inner: &Inner, instance: &str) -> Result<Stopped, StackError> {
    let gate = inner.inventory.gate(instance);
    let _alone = gate.lock().await;
    let known = inner.inventory.named(instance)?;
    if !known.alive() {
        return Ok(Stopped::InOrder);
    }
    let (id, within) = (&known.container.id, stop_within(inner, &known));
    inner.hands.touched(instance);
    inner.expectations.expect(instance, Expected::End);
    if known.container.state == State::Paused {
        // A frozen one could not even hear it.
        inner.engine.unpause(id).await.map_err(|error| about(instance, error))?;
    }
    // Not the engine's own stop: if we vanished half-way, it would go on and stop what the sentinel has just healed.
    unless_ended(inner.engine.kill(id, &known.container.stop_signal).await, instance)?;
    if ended(inner, &known, within).await? {
        return Ok(Stopped::InOrder);
    }
    inner.note(format!("{instance} did not stop within {within:?} and was killed"));
    unless_ended(inner.engine.kill(id, "KILL").await, instance)?;
    if ended(inner, &known, OBEYS_WITHIN).await? {
        return Ok(Stopped::Killed(within));
    }
    Err(StackError::new(format!("{instance} was killed and is still there after {OBEYS_WITHIN:?}")))
}

/// Starts it, and waits for what the plan calls ready. One that runs is only waited for.
pub(super) async fn start(inner: &Inner, instance: &str) -> Result<(), StackError> {
    let gate = inner.inventory.gate(instance);
    let _alone = gate.lock().await;
    let known = inner.inventory.named(instance)?;
    if known.gone {
        return Err(StackError::new(format!("{instance} cannot be started: its container was removed")));
    }
    if !known.alive() {
        inner.hands.touched(instance);
        inner.expectations.expect(instance, Expected::Start);
        if let Err(error) = inner.engine.start(&known.container.id).await {
            inner.expectations.withdraw(instance, Expected::Start);
            return Err(about(instance, error));
        }
        look(inner, &known).await?;
    }
    super::ready::wait_for_plan(inner, instance).await
}

/// Freezes it.
pub(super) async fn pause(inner: &Inner, instance: &str) -> Result<(), StackError> {
    let gate = inner.inventory.gate(instance);
    let _alone = gate.lock().await;
    let known = running(inner, instance)?;
    inner.hands.touched(instance);
    inner.engine.pause(&known.container.id).await.map_err(|error| about(instance, error))?;
    inner.inventory.set_state(&known.container.id, State::Paused);
    Ok(())
}

/// Lets it run on.
pub(super) async fn resume(inner: &Inner, instance: &str) -> Result<(), StackError> {
    let gate = inner.inventory.gate(instance);
    let _alone = gate.lock().await;
    let known = running(inner, instance)?;
    inner.hands.touched(instance);
    inner.engine.unpause(&known.container.id).await.map_err(|error| about(instance, error))?;
    inner.inventory.set_state(&known.container.id, State::Running);
    Ok(())
}

fn running(inner: &Inner, instance: &str) -> Result<Known, StackError> {
    let known = inner.inventory.named(instance)?;
    if known.alive() { Ok(known) } else { Err(StackError::new(format!("{instance} does not run"))) }
}

/// Waits until it has ended; `false` if it has not by then.
async fn ended(inner: &Inner, known: &Known, within: Duration) -> Result<bool, StackError> {
    let deadline = Instant::now() + within;
    loop {
        look(inner, known).await?;
        if inner.inventory.named(&known.name).is_ok_and(|now| !now.alive()) {
            return Ok(true);
        }
        if Instant::now() >= deadline {
            return Ok(false);
        }
        sleep(LOOK_AGAIN).await;
    }
}

async fn look(inner: &Inner, known: &Known) -> Result<(), StackError> {
    let looked = inner.inventory.look(&inner.engine, &known.container.id).await;
    looked.map_err(|error| about(&known.name, error))
}

fn stop_within(inner: &Inner, known: &Known) -> Duration {
    let of_plan = inner.spec.services.iter().find(|service| service.name == known.service);
    let of_container = known.container.stop_timeout.and_then(|seconds| u64::try_from(seconds).ok());
    of_plan
        .and_then(|service| service.stop_within)
        .map(|within| within.0)
        .or(of_container.map(Duration::from_secs))
        .unwrap_or(STOP_WITHIN.0)
}

/// One that has ended meanwhile needs no signal.
fn unless_ended(sent: Result<(), EngineError>, instance: &str) -> Result<(), StackError> {
    match sent {
        Err(error) if error.trouble != Trouble::Conflict => Err(about(instance, error)),
        _ => Ok(()),
    }
}

fn about(instance: &str, error: EngineError) -> StackError {
    StackError::new(format!("{instance}: {error}"))
}
