//! `unique-ids`: no two things got the same id. The id is the effect's value; operations on one key are one thing, and
//! so are an operation and its replays. With a final read, its column `value` holds no id of this
//! run twice either.

use super::evidence::count;
use super::keys::Counts;
use super::own::By;
use super::{Case, Checker, Evidence, Finding};
use crate::event::Outcome;
use crate::verify::history::Op;

/// See the file's head.
pub struct UniqueIds;

impl Checker for UniqueIds {
    fn name(&self) -> &'static str {
        "unique-ids"
    }

    fn check(&self, case: &Case<'_>) -> Result<Finding, String> {
        let mut owner: Vec<Option<&Op>> = vec![None; case.history.texts.len()];
        let mut evidence = Evidence::default();
        let mut ids = 0;
        for op in case.effects().filter(|op| op.outcome == Outcome::Ok) {
            let Some(id) = op.value else { continue };
            ids += 1;
            match owner[id.place()] {
                None => owner[id.place()] = Some(op),
                Some(first) if same_thing(first, op) => {}
                Some(first) => {
                    evidence.add(case, || format!("{} was given twice", case.quoted(id)), [first, op])
                }
            }
        }
        let by = By::Value(case.value_column("value"));
        let own = if case.invariant.state.is_empty() { None } else { Some(case.own(by)?) };
        for state in own.iter().flat_map(|own| &own.states) {
            let cells = state.cells(case.value_column("value"))?;
            for (id, times) in Counts::of(case, cells).iter(case).filter(|(_, times)| *times > 1) {
                evidence.add(
                    case,
                    || format!("{} is {times} times in {}", case.quoted(id), state.title()),
                    [],
                );
            }
        }
        if ids == 0 {
            return Err("no acknowledged effect has a value: mark the id as the effect's `value`".to_owned());
        }
        let reason = match evidence.found() {
            0 => format!("{}, all different.", count(ids, "id")),
            found => format!("{found} of {ids} ids were given twice."),
        };
        let finding = Finding::judged(!evidence.is_empty(), reason, ids, evidence.lines());
        Ok(match &own {
            Some(own) => own.told(case, finding),
            None => finding,
        })
    }

    fn stands_alone(&self) -> bool {
        true
    }
}

fn same_thing(first: &Op, op: &Op) -> bool {
    let root = |op: &Op| op.replay_of.unwrap_or(op.op);
    first.key.is_some() && first.key == op.key || root(first) == root(op)
}
