//! Who acknowledged writes when: the reigns of writers.

use super::Case;
use crate::event::{Nanos, Outcome};
use crate::verify::history::Op;

/// One instance as the writer.
#[derive(Clone, Copy, Debug)]
pub struct Reign<'a> {
    /// The instance's number.
    pub writer: u16,
    /// When its first acknowledgement of this reign was complete: from then on it is certain to be the writer.
    pub since: Nanos,
    /// The write that shows it.
    pub first: &'a Op,
    /// How many writes it acknowledged.
    pub writes: u64,
}

/// A write acknowledged by an old writer after its successor's first acknowledgement.
#[derive(Clone, Copy, Debug)]
pub struct Deposed<'a> {
    /// What the successor acknowledged before.
    pub successor: &'a Op,
    /// What the old writer acknowledged all the same.
    pub write: &'a Op,
}

/// The acknowledged writes, whether or not it is known who acknowledged them.
pub fn acknowledged<'a>(case: &Case<'a>) -> impl Iterator<Item = &'a Op> {
    case.effects().filter(|op| op.outcome == Outcome::Ok && op.good)
}

/// Goes through the acknowledged writes in the order in which they were done. An instance that never wrote before takes
/// over; one that did may do so again only if a fault struck its successor in between. Gives the reigns, every write
/// that a deposed writer was asked for after its successor's first acknowledgement, and the number of writes of which
/// it is known who acknowledged them.
pub fn reigns<'a>(case: &Case<'a>) -> (Vec<Reign<'a>>, Vec<Deposed<'a>>, u64) {
    let mut writes: Vec<(u16, &Op)> = acknowledged(case).filter_map(|op| Some((op.instance?, op))).collect();
    writes.sort_by_key(|(_, op)| (op.done, op.op));
    let known = writes.len() as u64;
    let mut reigns: Vec<Reign<'a>> = Vec::new();
    let mut deposed = Vec::new();
    for (writer, write) in writes {
        let own = reigns.iter().rposition(|reign| reign.writer == writer);
        // Who was certain to have taken over from it when it was asked for this write.
        let successor = own
            .and_then(|own| reigns[own + 1..].iter().rev().find(|reign| reign.since < write.invoke).copied());
        match (own, successor) {
            (Some(own), None) => reigns[own].writes += 1,
            (Some(_), Some(successor)) if !struck(case, &successor, write.done) => {
                deposed.push(Deposed { successor: successor.first, write });
            }
            _ => reigns.push(Reign { writer, since: write.done, first: write, writes: 1 }),
        }
    }
    (reigns, deposed, known)
}

/// Whether a fault struck this writer after it took over and before then.
fn struck(case: &Case<'_>, reign: &Reign<'_>, until: Nanos) -> bool {
    let name = case.history.instance(reign.writer);
    case.history.setting.faults.iter().any(|fault| {
        fault.to > reign.since && fault.from < until && fault.targets.iter().any(|target| target == name)
    })
}

/// Why nothing can be said where it is not known who wrote.
pub const NOBODY: &str = "nobody knows who acknowledged the writes: name the header that tells it as the target's `instance_header`";
