//! `staleness`: how far behind reads are. expired(v) = the earliest completion that proves a v′ > v; a read of v is
//! stale by at least max(0, invoked − expired(v)), and by at most its end minus the invocation of the next write. Fails
//! only where the lower end exceeds the bound.

use super::evidence::count;
use super::sessions::{one_reader, told, version_read};
use super::{Case, Checker, Evidence, Finding};
use crate::event::{Nanos, Outcome};
use crate::verify::history::{Groups, Op};

/// See the file's head.
pub struct Staleness;

/// Versions of one key, ascending, each with the earliest time at which it or a later one is told of.
#[derive(Debug, Default)]
struct Since {
    versions: Vec<(i64, Nanos, usize)>,
}

impl Since {
    fn clear(&mut self) {
        self.versions.clear();
    }

    fn add(&mut self, version: i64, at: Nanos, place: usize) {
        self.versions.push((version, at, place));
    }

    /// Sorts, and turns each time into the minimum over its own and all later versions.
    fn close(&mut self) {
        self.versions.sort_unstable();
        for place in (1..self.versions.len()).rev() {
            let (_, later, source) = self.versions[place];
            let (_, at, mine) = &mut self.versions[place - 1];
            if later < *at {
                (*at, *mine) = (later, source);
            }
        }
    }

    /// The earliest time of any version after this one, and the place of who tells it.
    fn after(&self, version: i64) -> Option<(Nanos, usize)> {
        let first = self.versions.partition_point(|(other, ..)| *other <= version);
        self.versions.get(first).map(|(_, at, place)| (*at, *place))
    }
}

impl Checker for Staleness {
    fn name(&self) -> &'static str {
        "staleness"
    }

    fn check(&self, case: &Case<'_>) -> Result<Finding, String> {
        let bound = case.invariant.bound.ok_or("the invariant has no `bound`")?;
        let bound = Nanos::from(bound.0);
        let ops = &case.history.ops;
        let groups = Groups::new(case.history, |op| op.key.filter(|_| case.is_read(op) || case.is_write(op)));
        let (mut proved, mut possible) = (Since::default(), Since::default());
        let (mut lower, mut upper) = (Vec::new(), Vec::new());
        let mut evidence = Evidence::default();
        let mut writes = 0;
        for (key, places) in groups.iter() {
            proved.clear();
            possible.clear();
            for place in places.clone() {
                let op = &ops[place];
                let Some(version) = op.version else { continue };
                if op.is_done() {
                    proved.add(version, op.done, place);
                }
                if op.outcome != Outcome::Fail && case.is_write(op) {
                    possible.add(version, op.invoke, place);
                    writes += 1;
                }
            }
            proved.close();
            possible.close();
            for read in places.map(|place| &ops[place]).filter(|op| case.is_read(op)) {
                let Some(version) = version_read(case, read) else { continue };
                let (behind, proof) = lower_end(read, proved.after(version));
                lower.push(behind);
                upper.push(
                    possible.after(version).map_or(Nanos::ZERO, |(at, _)| (read.done - at).max(behind)),
                );
                if behind > bound {
                    let line = || {
                        format!(
                            "{}: read {} at least {behind} after a later one was known",
                            case.quoted(key),
                            told(version)
                        )
                    };
                    evidence.add(case, line, proof.map(|place| &ops[place]).into_iter().chain([read]));
                }
            }
        }
        if lower.is_empty() || writes == 0 {
            return Err("no read and write of one kind with versions marked on both".to_owned());
        }
        if let Some(reason) = one_reader(case).filter(|_| evidence.is_empty()) {
            return Err(reason);
        }
        let reads = lower.len() as u64;
        let spread = format!("stale at least {} and at most {}", spread(&mut lower), spread(&mut upper));
        let reason = match evidence.found() {
            0 => format!("{} within {bound}: {spread}.", count(reads, "read")),
            found => format!("{found} of {reads} reads were stale beyond {bound}: {spread}."),
        };
        Ok(Finding::judged(!evidence.is_empty(), reason, reads, evidence.lines()))
    }

    fn stands_alone(&self) -> bool {
        true
    }
}

fn lower_end(read: &Op, expired: Option<(Nanos, usize)>) -> (Nanos, Option<usize>) {
    match expired {
        Some((at, place)) if at < read.invoke => (read.invoke - at, Some(place)),
        _ => (Nanos::ZERO, None),
    }
}

/// The median, the 99th percentile (nearest rank) and the largest.
fn spread(values: &mut [Nanos]) -> String {
    values.sort_unstable();
    let rank =
        |share: f64| values[((values.len() as f64 * share).ceil() as usize).clamp(1, values.len()) - 1];
    format!("p50 {} p99 {} max {}", rank(0.5), rank(0.99), rank(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_has_expired_with_the_earliest_proof_of_any_later_one() {
        let mut since = Since::default();
        since.add(3, Nanos(30), 0);
        since.add(2, Nanos(50), 1);
        since.add(2, Nanos(40), 2);
        since.add(5, Nanos(60), 3);
        since.close();
        assert_eq!(since.after(1), Some((Nanos(30), 0)), "version 3 was proved before version 2");
        assert_eq!(since.after(2), Some((Nanos(30), 0)));
        assert_eq!(since.after(3), Some((Nanos(60), 3)));
        assert_eq!(since.after(5), None);
    }
}
