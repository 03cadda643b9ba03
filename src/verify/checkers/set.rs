//! `set`: elements that this run added are in the final state once each: none lost, none twice, none that definitely failed. The element is the effect's value where the invariant names a value column, else its key.

use super::evidence::count;
use super::guard::doubted;
use super::keys::Counts;
use super::own::By;
use super::{Case, Checker, Evidence, Finding};
use crate::event::Outcome;
use crate::verify::history::{Op, Text};

/// See the file's head.
pub struct Set;

impl Checker for Set {
    fn name(&self) -> &'static str {
        "set"
    }

    fn check(&self, case: &Case<'_>) -> Result<Finding, String> {
        let by_value = !case.invariant.value.is_empty();
        let element = |op: &Op| if by_value { op.value } else { op.key };
        let mut outcomes: Vec<Option<Outcome>> = vec![None; case.history.texts.len()];
        let (mut ops, mut nameless) = (0, 0);
        let mut deleted = vec![false; case.history.texts.len()];
        for op in case.effects() {
            ops += 1;
            match element(op) {
                Some(element) if case.history.step(op).deletes => {
                    deleted[element.place()] |= op.outcome != Outcome::Fail;
                }
                Some(element) => {
                    let known = &mut outcomes[element.place()];
                    *known = Some(known.map_or(op.outcome, |known| known.join(op.outcome)));
                }
                None => nameless += u64::from(op.outcome != Outcome::Fail),
            }
        }
        let (mut lost, mut doubled, mut unexpected) = Default::default();
        let by = if by_value { By::Value(case.value_column("value")) } else { By::Key };
        let own = case.own(by)?;
        for state in &own.states {
            let cells = if by_value { state.cells(case.value_column("value"))? } else { case.keys(state)? };
            let counts = Counts::of(case, cells);
            let title = state.title();
            let mut unasked = 0;
            for text in case.history.texts.all().filter(|text| !own.was_there(*text)) {
                let told = |what: &str| format!("{} {what} {title}", case.quoted(text));
                match (outcomes[text.place()], counts.get(text)) {
                    (Some(Outcome::Ok), 0) if !deleted[text.place()] => {
                        tell(case, &mut lost, text, by_value, || told("was added and is not in"))
                    }
                    (Some(Outcome::Fail), number) if number > 0 => {
                        tell(case, &mut unexpected, text, by_value, || told("definitely failed and is in"));
                    }
                    (None, number) if number > 0 && !deleted[text.place()] => {
                        unasked += 1;
                        if unasked > nameless {
                            tell(case, &mut unexpected, text, by_value, || told("was never added and is in"));
                        }
                    }
                    _ => {}
                }
                if counts.get(text) > 1 {
                    let times = counts.get(text);
                    tell(case, &mut doubled, text, by_value, || told(&format!("is {times} times in")));
                }
            }
        }
        let whole = [&lost, &doubled].into_iter().all(|evidence: &Evidence| evidence.is_empty());
        let broken = !whole || !unexpected.is_empty();
        let reason = if broken {
            format!(
                "of {}: {} lost, {} more than once, {} unexpected.",
                count(ops, "addition"),
                lost.found(),
                doubled.found(),
                unexpected.found()
            )
        } else {
            format!("{}: what was acknowledged is there once, and nothing else.", count(ops, "addition"))
        };
        let lines = [lost, doubled, unexpected].into_iter().flat_map(Evidence::lines).collect();
        let finding = own.told(case, Finding::judged(broken, reason, ops, lines));
        // With operations missing from the record, what looks unexpected may be theirs.
        Ok(if case.history.is_partial() && whole { doubted(finding) } else { finding })
    }

    fn stands_alone(&self) -> bool {
        true
    }
}

fn tell(
    case: &Case<'_>,
    evidence: &mut Evidence,
    element: Text,
    by_value: bool,
    line: impl FnOnce() -> String,
) {
    if by_value {
        let behind: Vec<&Op> = case.effects().filter(|op| op.value == Some(element)).take(2).collect();
        evidence.add(case, line, behind);
    } else {
        evidence.add_key(case, element, line);
    }
}
