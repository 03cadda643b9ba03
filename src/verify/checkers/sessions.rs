//! What a session knew of a key when it read it: the common part of the session guarantees.

use super::Case;
use crate::event::{Nanos, Outcome};
use crate::verify::history::{Groups, Op, Text};

/// A read that returned something older than its session knew of.
#[derive(Clone, Copy, Debug)]
pub struct Behind<'a> {
    /// The key.
    pub key: Text,
    /// The operation by which the session knew.
    pub known: &'a Op,
    /// The read.
    pub read: &'a Op,
}

/// The version that a good read returned; lower than any where it found nothing.
pub fn version_read(case: &Case<'_>, op: &Op) -> Option<i64> {
    let absent = op.outcome == Outcome::Fail && matches!(op.status, Some(404 | 410)) && !deletable(case);
    if absent { Some(i64::MIN) } else { op.version.filter(|_| op.outcome == Outcome::Ok) }
}

/// Whether the plan deletes what it reads: then a read that finds nothing may be right.
fn deletable(case: &Case<'_>) -> bool {
    case.history.setting.steps.iter().any(|step| step.deletes && step.mark.is_some())
}

/// Walks through every session's reads of every key. `knows` tells which version an operation makes known to its
/// session once it is done. Gives the number of reads that were invoked when something was known.
pub fn walk<'a>(
    case: &Case<'a>,
    knows: impl Fn(&Op) -> Option<i64>,
    mut behind: impl FnMut(Behind<'a>),
) -> u64 {
    let ops = &case.history.ops;
    let of_interest = |op: &Op| case.is_read(op) || case.is_write(op);
    let groups = Groups::new(case.history, |op| Some((op.session, op.key.filter(|_| of_interest(op))?)));
    let mut compared = 0;
    let mut sources: Vec<(Nanos, i64, usize)> = Vec::new();
    let mut reads: Vec<(Nanos, i64, usize)> = Vec::new();
    for ((_, key), places) in groups.iter() {
        sources.clear();
        reads.clear();
        for place in places {
            let op = &ops[place];
            sources.extend(knows(op).map(|version| (op.done, version, place)));
            let read = version_read(case, op).filter(|_| case.is_read(op));
            reads.extend(read.map(|version| (op.invoke, version, place)));
        }
        sources.sort_unstable();
        reads.sort_unstable();
        let mut known: Option<(i64, usize)> = None;
        let mut next = sources.iter().peekable();
        for (invoke, version, place) in &reads {
            while let Some((_, version, source)) = next.next_if(|(done, ..)| done < invoke) {
                if known.is_none_or(|(highest, _)| *version > highest) {
                    known = Some((*version, *source));
                }
            }
            if let Some((highest, source)) = known {
                compared += 1;
                if *version < highest {
                    behind(Behind { key, known: &ops[source], read: &ops[*place] });
                }
            }
        }
    }
    compared
}

/// How many instances answered reads.
pub fn readers(case: &Case<'_>) -> usize {
    let mut seen = vec![false; case.history.setting.instances.len()];
    for op in case.history.ops.iter().filter(|op| case.is_read(op)) {
        if let Some(seen) = op.instance.and_then(|instance| seen.get_mut(usize::from(instance))) {
            *seen = true;
        }
    }
    seen.into_iter().filter(|seen| *seen).count()
}

/// Why a clean sheet says nothing where one of several instances answered all reads.
pub fn one_of_several(case: &Case<'_>) -> Option<String> {
    let several = case.history.setting.instances.len() > 1;
    (several && readers(case) == 1).then(|| ONE_READER.to_owned())
}

const ONE_READER: &str = "all reads were answered by one instance: no read reached a replica";

/// Why a clean sheet says nothing where reads came from fewer than two instances.
pub fn one_reader(case: &Case<'_>) -> Option<String> {
    match readers(case) {
        0 => Some(
            "nobody knows who answered the reads: name the header that tells it as the target's `instance_header`"
                .to_owned(),
        ),
        1 => Some(ONE_READER.to_owned()),
        _ => None,
    }
}

/// How a version is told.
pub fn told(version: i64) -> String {
    if version == i64::MIN { "nothing".to_owned() } else { format!("version {version}") }
}
