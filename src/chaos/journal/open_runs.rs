//! What of a journal is not closed yet.

use super::{Entry, Heal, Line};
use crate::stack::Child;
use std::collections::BTreeMap;

/// A run that neither ended in order nor was reverted.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OpenRun {
    /// Its id.
    pub run: String,
    /// The boot of the machine that it ran under; empty where unknown.
    pub boot: String,
    /// Children that are not known to be gone.
    pub children: Vec<Child>,
    /// Faults that are not known to be healed.
    pub faults: Vec<OpenFault>,
}

/// A fault that is not known to be healed.
#[derive(Clone, Debug, PartialEq)]
pub struct OpenFault {
    /// The fault's id.
    pub id: String,
    /// Its occurrence.
    pub occurrence: u32,
    /// Its kind.
    pub fault: String,
    /// Whom it struck.
    pub targets: Vec<String>,
    /// What heals it.
    pub heal: Vec<Heal>,
    /// Whether it is known to have been in force; if not, it may still be coming.
    pub applied: bool,
}

/// The open runs, in the order in which they began.
pub(in crate::chaos) fn open_runs(lines: &[Line]) -> Vec<OpenRun> {
    let mut order: Vec<&str> = Vec::new();
    let mut runs: BTreeMap<&str, OpenRun> = BTreeMap::new();
    for line in lines {
        let known = runs.entry(&line.run).or_insert_with(|| {
            order.push(&line.run);
            OpenRun { run: line.run.clone(), ..OpenRun::default() }
        });
        note(known, &line.entry);
        let closed = match &line.entry {
            Entry::Clean => true,
            Entry::Reverted { left, .. } => left.is_empty(),
            _ => false,
        };
        if closed {
            runs.remove(line.run.as_str());
            order.retain(|run| *run != line.run);
        }
    }
    order.iter().filter_map(|run| runs.remove(run)).collect()
}

fn note(run: &mut OpenRun, entry: &Entry) {
    match entry {
        Entry::Run { boot, .. } => run.boot.clone_from(boot),
        Entry::Born(child) => run.children.push(child.clone()),
        Entry::Gone(child) => run.children.retain(|known| known != child),
        Entry::Applying { id, occurrence, fault, targets, heal } => run.faults.push(OpenFault {
            id: id.clone(),
            occurrence: *occurrence,
            fault: fault.clone(),
            targets: targets.clone(),
            heal: heal.clone(),
            applied: false,
        }),
        Entry::Applied { id, occurrence } => {
            let same = |fault: &&mut OpenFault| (&fault.id, &fault.occurrence) == (id, occurrence);
            run.faults.iter_mut().filter(same).for_each(|fault| fault.applied = true);
        }
        Entry::Healed { id, occurrence } => {
            run.faults.retain(|fault| (&fault.id, &fault.occurrence) != (id, occurrence));
        }
        Entry::Reverted { .. } | Entry::Clean => {}
    }
}
