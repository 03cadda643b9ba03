//! Puts right what runs have left: paused processes run on, then children end, then whoever carries their marker.

use super::journal::{Contents, Entry, Heal, Journal, OpenFault, OpenRun, open_runs};
use super::leftovers::same_boot;
use super::lock::HealLock;
use super::{Lock, StateDir, foreign, remedies, stray_helpers};
use crate::stack::os::{
    self, RUN_VARIABLE, SendError, Stat, end_all, group_members, is_frozen, marked, marker, same_process,
};
use rustix::process::Signal;
use std::path::Path;
use std::time::Duration;

/// How long an engine that does not answer is asked again: by somebody who waits for us, and by the sentinel.
const PATIENCE: Duration = Duration::from_secs(5);
pub(super) const SENTINELS_PATIENCE: Duration = Duration::from_secs(60);
/// How long another healer is waited for: longer than a sentinel asks an engine that does not answer.
pub(super) const OTHERS_PATIENCE: Duration = Duration::from_secs(90);

/// How long what was killed may take to vanish. A sentinel has 2 s in all.
const WITHIN: Duration = Duration::from_millis(1_500);

/// What was done, and what could not be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HealReport {
    /// What was done, one sentence each.
    pub did: Vec<String>,
    /// What is left, and why.
    pub left: Vec<String>,
}

/// Heals whatever earlier runs of the locked project have left. May be called any number of times: what is right
/// already is left alone. A process is touched only if pid and start time say that it is ours.
///
/// While another process heals the project (a sentinel, above all) it waits for that; `waits` is told which process that is.
///
/// # Errors
/// If the journal cannot be read, or the other process does not come to an end.
pub fn heal(state: &StateDir, lock: &Lock, waits: &dyn Fn(&str)) -> Result<HealReport, String> {
    let journal = state.journal(lock.project());
    let _alone = HealLock::acquire(&journal, "heal", OTHERS_PATIENCE, waits)?;
    let mut report = revert(&journal, "heal", PATIENCE, |_| true)?;
    stray_helpers::remove(lock.project(), &mut report);
    Ok(report)
}

/// Reverts the open runs of a journal that are `wanted`, and writes what was done into it. Hold the [`HealLock`].
/// `patience` is for an engine that does not answer.
pub(super) fn revert(
    path: &Path,
    by: &str,
    patience: Duration,
    wanted: impl Fn(&OpenRun) -> bool,
) -> Result<HealReport, String> {
    let contents = Contents::read(path)?;
    let mut report = HealReport::default();
    for run in open_runs(&contents.lines).iter().filter(|run| wanted(run)) {
        let mut of_run = HealReport::default();
        // Containers outlive a boot of the machine. Neither waits for the other: every moment that something is broken counts.
        let mut of_containers = HealReport::default();
        std::thread::scope(|scope| {
            scope.spawn(|| {
                let open = || is_open(path, &run.run);
                remedies::carry_out(&run.faults, patience, &open, &mut of_containers);
            });
            if same_boot(run) {
                revert_run(run, &mut of_run);
            }
        });
        of_run.did.append(&mut of_containers.did);
        of_run.left.append(&mut of_containers.left);
        foreign::remove(&run.faults, &mut of_run);
        let entry = Entry::Reverted { by: by.to_owned(), did: of_run.did.clone(), left: of_run.left.clone() };
        if let Err(error) = Journal::append_to(path, &run.run).and_then(|journal| journal.append(entry)) {
            of_run.left.push(error);
        }
        report.did.append(&mut of_run.did);
        report.left.append(&mut of_run.left);
    }
    report.left.extend(contents.foreign.iter().map(|(line, reason)| {
        format!(
            "line {line} of the journal is not understood ({reason}); heal with the version that wrote it"
        )
    }));
    Ok(report)
}

/// Whether the run is still open: nobody else has healed it meanwhile.
fn is_open(path: &Path, run: &str) -> bool {
    let Ok(contents) = Contents::read(path) else { return true };
    open_runs(&contents.lines).iter().any(|open| open.run == run)
}

fn revert_run(run: &OpenRun, report: &mut HealReport) {
    let mut groups: Vec<(String, u32, u64)> =
        run.children.iter().map(|child| (child.instance.clone(), child.pid, child.start_time)).collect();
    // What struck last is healed first.
    for fault in run.faults.iter().rev() {
        for heal in &fault.heal {
            match heal {
                Heal::Resume { pid, start_time } => resume(fault, *pid, *start_time, report),
                Heal::EndGroup { pid, start_time } => {
                    groups.push((format!("fault `{}`", fault.id), *pid, *start_time));
                }
                Heal::Container { .. } | Heal::Remove { .. } => {}
            }
        }
    }
    for (name, pid, start_time) in &groups {
        if !same_process(*pid, *start_time) {
            continue;
        }
        match os::send_to_group(*pid, *start_time, Signal::KILL) {
            Ok(()) => report.did.push(format!("ended {name} (pid {pid}) and its group")),
            Err(SendError::Gone) => {}
            Err(error) => report.left.push(format!("{name} (pid {pid}) does not end: {error}")),
        }
    }
    let markers = [marker(RUN_VARIABLE, &run.run)];
    let told: Vec<u32> = groups.iter().map(|(_, pid, _)| *pid).collect();
    let swept = end_all(WITHIN, || survivors(&groups, &markers));
    let news = swept
        .ended
        .into_iter()
        .filter(|name| !told.iter().any(|pid| name.ends_with(&format!("(pid {pid})"))));
    report.did.extend(news.map(|name| format!("ended {name}, started by one of the run's children")));
    report.left.extend(swept.left);
}

/// The living processes of the groups, and whoever carries the marker. A group is asked for only while its leader's
/// number is not somebody else's.
fn survivors(groups: &[(String, u32, u64)], markers: &[String]) -> Vec<Stat> {
    let mut found = marked(markers);
    for (_, pid, start_time) in groups {
        if same_process(*pid, *start_time) {
            found.extend(group_members(*pid));
        }
    }
    found.sort_by_key(|stat| stat.pid);
    found.dedup_by_key(|stat| stat.pid);
    found
}

fn resume(fault: &OpenFault, pid: u32, start_time: u64, report: &mut HealReport) {
    if !same_process(pid, start_time) || !is_frozen(pid) {
        return;
    }
    let targets = fault.targets.join(", ");
    match os::send_to_group(pid, start_time, Signal::CONT) {
        Ok(()) => report.did.push(format!("resumed pid {pid} (fault `{}` on {targets})", fault.id)),
        Err(SendError::Gone) => {}
        Err(error) => report.left.push(format!("pid {pid} ({targets}) is still paused: {error}")),
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests;
