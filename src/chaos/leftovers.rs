//! What earlier runs of a project have left on this machine.

use super::heal::OTHERS_PATIENCE;
use super::journal::{Contents, Heal, OpenRun, open_runs};
use super::lock::HealLock;
use super::{StateDir, foreign, remedies};
use crate::stack::os::{self, RUN_VARIABLE, boot_id, is_frozen, marked, marker, same_process};
use std::collections::BTreeSet;
use std::fmt;

/// Something that a run has left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leftover {
    /// The run.
    pub run: String,
    /// What it is: `node-2 (pid 812) still runs`.
    pub what: String,
}

impl fmt::Display for Leftover {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (run {})", self.what, self.run)
    }
}

/// What the project's earlier runs have left. Hold the project's lock, or a run that goes on will be taken for one that
/// is over. A sentinel that is still healing is waited for: what it has ordered is not yet done.
///
/// # Errors
/// If the journal cannot be read, or another process does not come to an end with healing.
pub fn leftovers(state: &StateDir, project: &str) -> Result<Vec<Leftover>, String> {
    let _alone = HealLock::acquire(&state.journal(project), "look for leftovers", OTHERS_PATIENCE, &|_| {})?;
    let contents = Contents::read(&state.journal(project))?;
    let mut left: Vec<Leftover> = open_runs(&contents.lines).iter().flat_map(of_run).collect();
    left.extend(contents.foreign.iter().map(|(line, reason)| Leftover {
        run: "of another version".into(),
        what: format!(
            "line {line} of the journal is not understood ({reason}); heal with the version that wrote it"
        ),
    }));
    Ok(left)
}

/// Whether this run's processes can still be there: pids and start times count from the boot.
pub(super) fn same_boot(run: &OpenRun) -> bool {
    run.boot.is_empty() || run.boot == boot_id()
}

fn of_run(run: &OpenRun) -> Vec<Leftover> {
    // Containers outlive a boot of the machine, and so do servers elsewhere.
    let outlive = remedies::wrong(&run.faults).into_iter().chain(foreign::left(&run.faults));
    let mut left: Vec<Leftover> = outlive.map(|what| Leftover { run: run.run.clone(), what }).collect();
    if !same_boot(run) {
        return left;
    }
    let mut told = BTreeSet::new();
    let mut add = |what: String| left.push(Leftover { run: run.run.clone(), what });
    for child in &run.children {
        if same_process(child.pid, child.start_time) {
            told.insert(child.pid);
            add(format!("{} (pid {}) still runs", child.instance, child.pid));
        }
    }
    for fault in &run.faults {
        for heal in &fault.heal {
            match heal {
                Heal::Resume { pid, start_time } if same_process(*pid, *start_time) && is_frozen(*pid) => {
                    add(format!(
                        "fault `{}`: {} (pid {pid}) is still paused",
                        fault.id,
                        fault.targets.join(", ")
                    ));
                }
                Heal::EndGroup { pid, start_time }
                    if same_process(*pid, *start_time) && told.insert(*pid) =>
                {
                    add(format!("fault `{}`: pid {pid} still runs", fault.id));
                }
                Heal::Resume { .. }
                | Heal::EndGroup { .. }
                | Heal::Container { .. }
                | Heal::Remove { .. } => {}
            }
        }
    }
    for stray in marked(&[marker(RUN_VARIABLE, &run.run)]) {
        let of_a_child =
            run.children.iter().any(|child| child.pid == stray.group && told.contains(&child.pid));
        if !of_a_child && told.insert(stray.pid) && os::stat(stray.pid).is_some() {
            add(format!("pid {}, started by one of its children, still runs", stray.pid));
        }
    }
    left
}

/// Why a run does not start over leftovers, and what to do.
pub(super) fn refusal(project: &str, left: &[Leftover]) -> String {
    let list: Vec<String> = left.iter().map(|one| format!("\n    {one}")).collect();
    format!(
        "an earlier run of the project `{project}` has left something on this machine; `shakedown heal {project}` \
         puts it right:{}",
        list.concat()
    )
}
