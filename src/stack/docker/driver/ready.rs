//! Waits until services are ready: by their health checks, and by what the plan says of them.

use super::Inner;
use super::inventory::Known;
use super::own_check::OwnCheck;
use crate::event::StackChange;
use crate::plan::model::{Ready, ServiceSpec};
use crate::stack::StackError;
use crate::stack::answers::poll;
use crate::stack::docker::engine::{Health, State};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

/// How many lines of a log help.
const LINES: usize = 10;
const LOOK_AGAIN: Duration = Duration::from_millis(100);

/// Waits for all services at once, and tells of each when it is ready; then the project counts as up.
pub(super) async fn wait_all(inner: &Arc<Inner>) -> Result<(), StackError> {
    let began = Instant::now();
    let services: BTreeSet<String> = inner.inventory.all().into_iter().map(|known| known.service).collect();
    let mut waiting = JoinSet::new();
    for service in services {
        let inner = Arc::clone(inner);
        waiting.spawn(async move {
            let ready = wait_service(&inner, &service, began).await;
            ready.map(|number| (service, number))
        });
    }
    while let Some(ready) = waiting.join_next().await {
        let (service, number) = ready.unwrap_or_else(|error| Err(StackError::new(error.to_string())))?;
        inner.note(format!("{service}: {number} ready after {:.1} s", began.elapsed().as_secs_f64()));
    }
    inner.inventory.all_are_lasting();
    Ok(())
}

/// Waits for what the plan asks of a service, after one of its instances was started again.
pub(super) async fn wait_for_plan(inner: &Inner, instance: &str) -> Result<(), StackError> {
    let known = inner.inventory.named(instance)?;
    let Some(ready) =
        of_plan(inner, &known.service).map(|service| &service.ready).filter(|ready| asks(ready))
    else {
        return Ok(());
    };
    answer(inner, &known, ready).await
}

/// How many instances are ready; containers that do one thing and end well count as ready, too.
async fn wait_service(inner: &Inner, service: &str, began: Instant) -> Result<usize, StackError> {
    let deadline = began + inner.spec.ready_within.0;
    let of_service = || inner.inventory.all().into_iter().filter(|known| known.service == service);
    for known in of_service() {
        settled(inner, &known, deadline).await?;
    }
    let mut number = 0;
    for known in of_service().filter(|known| !known.gone) {
        number += 1;
        if !known.alive() {
            continue;
        }
        if let Some(ready) = of_plan(inner, service).map(|service| &service.ready).filter(|ready| asks(ready))
        {
            answer(inner, &known, ready).await?;
        }
        inner.context.tell(&known.name, StackChange::Ready, None);
    }
    Ok(number)
}

/// Waits until it runs and its health check, if it has one, passes; or until it has ended with code 0.
async fn settled(inner: &Inner, known: &Known, deadline: Instant) -> Result<(), StackError> {
    let mut own_check = OwnCheck::default();
    loop {
        inner.inventory.look(&inner.engine, &known.container.id).await?;
        let now = inner.inventory.named(&known.name)?;
        let container = &now.container;
        match (container.state, container.health) {
            (State::Running, None | Some(Health::Healthy)) => return Ok(()),
            (State::Running, Some(_)) if own_check.passes(&inner.engine, container).await => return Ok(()),
            (State::Paused, _) => {
                let help = "is paused; `docker unpause` it, or run `shakedown heal` if a run left it so";
                return Err(StackError::new(format!("{} {help}", known.name)));
            }
            (State::Exited, _) if container.exit_code == 0 && !now.gone => return Ok(()),
            (State::Exited, _) => {
                let how = if container.oom_killed {
                    "the kernel ended it for want of memory".to_owned()
                } else {
                    format!("exit code {}", container.exit_code)
                };
                return Err(failed(inner, &now, format!("ended before it was ready: {how}")).await);
            }
            _ => {}
        }
        if Instant::now() >= deadline {
            let why = match container.health {
                Some(Health::Unhealthy) => "its health check fails",
                Some(_) => "its health check has not passed yet",
                None => "it does not run",
            };
            let what = format!(
                "was not ready within {} ({why}); see its log, or give the stack more time with `stack.ready_within`",
                inner.spec.ready_within
            );
            return Err(failed(inner, &now, what).await);
        }
        sleep(LOOK_AGAIN).await;
    }
}

async fn answer(inner: &Inner, known: &Known, ready: &Ready) -> Result<(), StackError> {
    let Some(address) = inner.inventory.address(known) else {
        return Err(StackError::new(format!(
            "{}: the plan wants an answer of it, but it publishes no port on 127.0.0.1; publish one in the compose file \
             (`127.0.0.1:8080:8080`), or leave `ready` to its health check",
            known.name
        )));
    };
    let Err(last) = poll(address, ready).await else { return Ok(()) };
    let what = ready.http.as_ref().map_or("a TCP connection".to_owned(), |path| format!("GET {path}"));
    let what = format!(
        "was not ready within {} ({what} at {address}: {last}); see its log, or give it more time with `ready.within`",
        ready.within
    );
    Err(failed(inner, known, what).await)
}

/// Whether the plan asks for an answer of its own.
fn asks(ready: &Ready) -> bool {
    ready.http.is_some() || ready.tcp == Some(true)
}

fn of_plan<'a>(inner: &'a Inner, service: &str) -> Option<&'a ServiceSpec> {
    inner.spec.services.iter().find(|spec| spec.name == service)
}

async fn failed(inner: &Inner, known: &Known, what: String) -> StackError {
    let context = inner.engine.log_tail(&known.container.id, LINES).await.unwrap_or_default();
    StackError { message: format!("{} {what}", known.name), context }
}
