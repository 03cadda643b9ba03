//! `failover-complete`: after the writer was struck another took over, the old one acknowledged nothing more, and what this
//! run left is the same through every endpoint.

use super::evidence::count;
use super::own::By;
use super::reigns::{NOBODY, reigns};
use super::{Case, Checker, Evidence, Finding};
use crate::verify::history::{State, Text};

/// See the file's head.
pub struct FailoverComplete;

impl Checker for FailoverComplete {
    fn name(&self) -> &'static str {
        "failover-complete"
    }

    fn check(&self, case: &Case<'_>) -> Result<Finding, String> {
        let (reigns, deposed, known) = reigns(case);
        if known == 0 {
            return Err(NOBODY.to_owned());
        }
        let history = case.history;
        let mut evidence = Evidence::default();
        for found in &deposed {
            let name = found.write.instance.map_or("?", |number| history.instance(number));
            let line = || format!("{name} acknowledged a write after its successor had taken over");
            evidence.add(case, line, [found.successor, found.write]);
        }
        let own = if case.invariant.state.is_empty() { None } else { Some(case.own(By::Key)?) };
        let states: Vec<&State> = own.iter().flat_map(|own| &own.states).collect();
        let mut compared = 0;
        for (place, state) in states.iter().enumerate() {
            let first = states[..place].iter().find(|other| other.name == state.name);
            let Some(first) = first else { continue };
            compared += 1;
            diverged(case, first, state, &mut evidence)?;
        }
        let takeovers = reigns.len().saturating_sub(1) as u64;
        let struck = |writer: u16| {
            let name = history.instance(writer);
            history.setting.faults.iter().any(|fault| fault.targets.iter().any(|target| target == name))
        };
        if takeovers == 0 && evidence.is_empty() {
            return Err(match reigns.first() {
                Some(only) if struck(only.writer) => format!(
                    "{} was struck, and nobody else acknowledged a write after it: no failover was seen",
                    history.instance(only.writer)
                ),
                _ => "the writer was never struck and never changed: there was no failover".to_owned(),
            });
        }
        if compared == 0 && evidence.is_empty() {
            return Err(
                "no final read goes through several `endpoints`: whether the replicas converged is not known"
                    .to_owned(),
            );
        }
        let order: Vec<&str> = reigns.iter().take(8).map(|reign| history.instance(reign.writer)).collect();
        let reason = match evidence.found() {
            0 => format!(
                "{}: {}; the final state is the same everywhere.",
                count(takeovers, "takeover"),
                order.join(", then ")
            ),
            found => format!(
                "{} ({} by a deposed writer).",
                count(found, "contradiction"),
                count(deposed.len() as u64, "write")
            ),
        };
        let finding = Finding::judged(!evidence.is_empty(), reason, known, evidence.lines());
        Ok(match &own {
            Some(own) => own.told(case, finding),
            None => finding,
        })
    }
}

/// Key and value.
type Row = (Option<Text>, Option<Text>);

/// Compares two endpoints' rows as multisets of key and, where the invariant names one, value.
fn diverged(case: &Case<'_>, one: &State, other: &State, evidence: &mut Evidence) -> Result<(), String> {
    let rows = |state: &State| -> Result<Vec<Row>, String> {
        let keys = case.keys(state)?;
        let mut rows: Vec<Row> = match case.invariant.value.iter().next() {
            Some(column) => keys.iter().copied().zip(state.cells(column)?.iter().copied()).collect(),
            None => keys.iter().map(|key| (*key, None)).collect(),
        };
        rows.sort_unstable();
        Ok(rows)
    };
    let (mine, theirs) = (rows(one)?, rows(other)?);
    let (mut left, mut right) = (mine.iter().peekable(), theirs.iter().peekable());
    loop {
        let (row, at, not) = match (left.peek(), right.peek()) {
            (None, None) => return Ok(()),
            (Some(a), Some(b)) if a == b => {
                left.next();
                right.next();
                continue;
            }
            (Some(a), b) if b.is_none_or(|b| *a < *b) => (**a, one, other),
            (_, Some(b)) => (**b, other, one),
            (Some(a), None) => (**a, one, other),
        };
        if std::ptr::eq(at, one) {
            left.next()
        } else {
            right.next()
        };
        let told = |cell: Option<Text>| cell.map_or("nothing".to_owned(), |cell| case.quoted(cell));
        let value = row.1.map_or(String::new(), |value| format!(" = {}", case.quoted(value)));
        evidence.add(
            case,
            || format!("{}{value} is in {} and not in {}", told(row.0), at.title(), not.title()),
            [],
        );
    }
}
