//! Starts a process in a group of its own, with its log, its marker and its watcher.

use super::layout::Planned;
use super::life::Life;
use super::slot::Slot;
use super::{Inner, names, watch};
use crate::event::StackChange;
use crate::stack::os::{self, INSTANCE_VARIABLE, RUN_VARIABLE};
use crate::stack::{Child, StackError};
use rustix::process::Signal;
use std::fs::{File, OpenOptions};
use std::process::Stdio;
use std::sync::Arc;
use tokio::process::Command;

/// Starts the instance; it is not ready yet. The caller holds the slot's gate.
pub(super) async fn spawn(inner: &Arc<Inner>, slot: &Slot) -> Result<Life, StackError> {
    let planned = slot.planned();
    let (log, log_from) = log(inner, &planned)?;
    let mut process = command(inner, &planned, log)?;
    let program = process.as_std().get_program().to_string_lossy().into_owned();
    let child = process.spawn().map_err(|error| {
        StackError::new(format!(
            "{} cannot be started: `{program}`: {error}; check `command` and `directory` of its service",
            planned.name
        ))
    })?;
    let pid = child.id().unwrap_or_default();
    let start_time = os::start_time(pid).unwrap_or_default();
    let known = Child { instance: planned.name.clone(), pid, start_time };
    let (life, progress) = Life::new(known.clone(), log_from);
    // From here on nothing is awaited until the child is known: were we cancelled in between, nobody would end it.
    slot.begin(life.clone());
    tokio::spawn(watch::watch(
        inner.context.clone(),
        inner.log_path(&planned.name),
        child,
        life.clone(),
        progress,
    ));
    inner.context.tell(&planned.name, StackChange::Started, Some(format!("pid {pid}")));
    let ledger = Arc::clone(&inner.context.ledger);
    let born = tokio::task::spawn_blocking(move || ledger.born(&known)).await;
    if let Err(reason) = born.unwrap_or_else(|error| Err(error.to_string())) {
        life.expect(Some("ended because it could not be entered into the journal"));
        // It may have ended by itself; then there is nothing to end.
        let _ = os::send_to_group(pid, start_time, Signal::KILL);
        return Err(StackError::new(format!(
            "{} was ended at once, because nobody could end it in our place: {reason}",
            planned.name
        )));
    }
    Ok(life)
}

fn log(inner: &Inner, planned: &Planned) -> Result<(File, u64), StackError> {
    let path = inner.log_path(&planned.name);
    let open = || {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let file = OpenOptions::new().create(true).append(true).open(&path)?;
        let length = file.metadata()?.len();
        Ok((file, length))
    };
    open().map_err(|error: std::io::Error| {
        StackError::new(format!("{}: its log {} cannot be written: {error}", planned.name, path.display()))
    })
}

fn command(inner: &Inner, planned: &Planned, log: File) -> Result<Command, StackError> {
    let service = &inner.spec.services[planned.service];
    let facts = names::own(&inner.facts(), planned);
    let environment = &*inner.context.environment;
    let fill = |text, place: &str| {
        names::render(text, &format!("stack.service `{}`, {place}", service.name), &facts, environment)
    };
    let words = service.command.iter().map(|word| fill(word, "command")).collect::<Result<Vec<_>, _>>()?;
    // The layout has checked that there is a program.
    let (program, arguments) = words.split_first().ok_or_else(|| StackError::new("a command is empty"))?;
    let both = log.try_clone().map_err(|error| {
        StackError::new(format!("{}: its log cannot be opened twice: {error}", planned.name))
    })?;
    let mut command = Command::new(program);
    command
        .args(arguments)
        .env(RUN_VARIABLE, &inner.context.run_name)
        .env(INSTANCE_VARIABLE, &planned.name)
        .stdin(Stdio::null())
        .stdout(log)
        .stderr(both)
        .process_group(0)
        .kill_on_drop(true);
    for (name, text) in &service.env {
        command.env(name, fill(text, &format!("env.{name}"))?);
    }
    if let Some(directory) = &service.directory {
        command.current_dir(inner.context.plan_directory.join(directory));
    }
    Ok(command)
}
