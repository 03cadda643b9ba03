//! Waits for a process to end and tells it, whoever ended it.

use super::context::Context;
use super::life::{End, Life, Progress, in_words};
use super::log_tail::log_tail;
use crate::event::StackChange;
use crate::stack::os::{self, INSTANCE_VARIABLE, RUN_VARIABLE, Stat, end_all, marked, marker};
use crate::stack::{Child, StackError};
use std::path::PathBuf;
use std::time::Duration;
use tokio::process;
use tokio::sync::watch::Sender;

/// How long what is left of a killed instance may take to vanish.
const CLEAR_WITHIN: Duration = Duration::from_secs(3);

/// Runs as a task of its own, once per life.
pub(super) async fn watch(
    context: Context,
    log: PathBuf,
    mut child: process::Child,
    life: Life,
    progress: Sender<Progress>,
) {
    let how = match child.wait().await {
        Ok(status) => in_words(status),
        Err(error) => format!("its end could not be seen: {error}"),
    };
    let detail = match life.cause() {
        Some(cause) => format!("{cause}: {how}"),
        None => match log_tail(&log, life.log_from).pop() {
            Some(line) => format!("{how}; its last words: {}", shortened(&line)),
            None => how.clone(),
        },
    };
    context.tell(&life.child.instance, StackChange::Exited, Some(detail));
    progress.send_modify(|progress| progress.ended = Some(End { how }));
    settle(&context, &life).await;
    progress.send_modify(|progress| progress.settled = true);
}

/// Tells the ledger that the child is gone, if nothing of its group is left.
async fn settle(context: &Context, life: &Life) {
    let (context, life) = (context.clone(), life.clone());
    // A panic inside would be the ledger's; the child then stays on the list, which errs on the safe side.
    let _ = tokio::task::spawn_blocking(move || {
        if remains(&context.run_name, &life.child).is_empty() && life.first_to_tell_gone() {
            context.ledger.gone(&life.child);
        }
    })
    .await;
}

/// Ends whatever an ended instance has left behind: processes of its group, and those that left it with our marker.
pub(super) async fn clear(context: &Context, life: &Life) -> Result<(), StackError> {
    let (context, life) = (context.clone(), life.clone());
    let cleared = tokio::task::spawn_blocking(move || {
        let swept = end_all(CLEAR_WITHIN, || remains(&context.run_name, &life.child));
        if swept.left.is_empty() {
            if life.first_to_tell_gone() {
                context.ledger.gone(&life.child);
            }
            return Ok(());
        }
        Err(format!("{}: what it started does not end: {}", life.child.instance, swept.left.join(", ")))
    })
    .await;
    cleared.unwrap_or_else(|error| Err(error.to_string())).map_err(StackError::new)
}

/// The living processes that belong to this life, the first one included while it runs. A group's number is used again
/// only after its last process is gone; what started before this life is a stranger in any case.
pub(super) fn remains(run: &str, child: &Child) -> Vec<Stat> {
    let reused = os::stat(child.pid).is_some_and(|now| now.start_time != child.start_time);
    let mut found = if reused { Vec::new() } else { os::group_members(child.pid) };
    found.retain(|member| member.start_time >= child.start_time);
    let markers = [marker(RUN_VARIABLE, run), marker(INSTANCE_VARIABLE, &child.instance)];
    for stray in marked(&markers) {
        if !found.iter().any(|member| member.pid == stray.pid) {
            found.push(stray);
        }
    }
    found
}

fn shortened(line: &str) -> String {
    const LONGEST: usize = 200;
    if line.chars().count() <= LONGEST {
        return line.to_owned();
    }
    line.chars().take(LONGEST).chain(['…']).collect()
}
