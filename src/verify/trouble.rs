//! What was wrong with bad operations: how often, from when to when.

use super::operations::Operation;
use crate::event::{ErrorKind, Nanos, StepId};
use crate::record::StepInfo;
use std::collections::BTreeMap;

/// A kind of trouble: the step, what went wrong, and the status.
pub type Kind = (StepId, ErrorKind, Option<u16>);

/// How often, from when to when (by intended start).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Count {
    /// How often.
    pub times: u64,
    /// The first.
    pub first: Nanos,
    /// The last.
    pub last: Nanos,
}

/// Bad operations by kind of trouble. Bounded by steps × kinds × statuses.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Troubles(BTreeMap<Kind, Count>);

impl Troubles {
    /// Counts one bad operation.
    pub fn add(&mut self, operation: &Operation) {
        let at = operation.intended;
        let count = self.0.entry((operation.step, operation.error, operation.status)).or_insert(Count {
            times: 0,
            first: at,
            last: at,
        });
        count.times += 1;
        count.first = count.first.min(at);
        count.last = count.last.max(at);
    }

    /// The commonest kinds, a line each, with times from the start of the load.
    pub fn lines(&self, steps: &[StepInfo], load_start: Nanos, most: usize) -> Vec<String> {
        let mut kinds: Vec<(&Kind, &Count)> = self.0.iter().collect();
        kinds.sort_by_key(|(_, count)| std::cmp::Reverse(count.times));
        let line = |(kind, count): &(&Kind, &Count)| {
            let step = steps.get(usize::from(kind.0.0)).map_or("?", |info| info.name.as_str());
            let status = kind.2.map_or(String::new(), |status| format!(" {status}"));
            let second = |at: Nanos| (at - load_start).as_secs_f64();
            format!(
                "{} x {}{status} on {step}, from {:.1} s to {:.1} s",
                count.times,
                kind.1.name(),
                second(count.first),
                second(count.last),
            )
        };
        let mut lines: Vec<String> = kinds.iter().take(most).map(line).collect();
        if kinds.len() > most {
            lines.push(format!("and {} other kinds of trouble", kinds.len() - most));
        }
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Outcome;
    use crate::record::Scope;

    #[test]
    fn the_commonest_come_first_with_their_times() {
        let bad = |second: i64, error, status| Operation {
            step: StepId(0),
            intended: Nanos(second * 1_000_000_000),
            started: Nanos::ZERO,
            end: Nanos::ZERO,
            outcome: Outcome::Fail,
            good: false,
            arrival: true,
            dropped: false,
            attempts: 1,
            error,
            status,
            bytes: 0,
        };
        let mut troubles = Troubles::default();
        troubles.add(&bad(12, ErrorKind::Refused, None));
        troubles.add(&bad(14, ErrorKind::Status, Some(503)));
        troubles.add(&bad(13, ErrorKind::Status, Some(503)));
        let steps = [StepInfo {
            flow: "buy".into(),
            name: "order".into(),
            method: "POST".into(),
            path: "/".into(),
            scope: Scope::Load,
        }];
        let lines = troubles.lines(&steps, Nanos(2_000_000_000), 1);
        assert_eq!(lines, ["2 x status 503 on order, from 11.0 s to 12.0 s", "and 1 other kinds of trouble"]);
    }
}
