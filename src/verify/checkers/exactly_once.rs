//! `exactly-once`, per key and per final read: more than one effect always fails; any ok means one; all failed means
//! none; else none or one.

use super::evidence::count;
use super::guard::doubted;
use super::keys::{Counts, Keys};
use super::own::By;
use super::{Case, Checker, Evidence, Finding};
use crate::event::Outcome;
use crate::verify::history::Op;

/// See the file's head.
pub struct ExactlyOnce;

impl Checker for ExactlyOnce {
    fn name(&self) -> &'static str {
        "exactly-once"
    }

    fn check(&self, case: &Case<'_>) -> Result<Finding, String> {
        let own = case.own(By::Key)?;
        let keys = own.keys(case);
        let (mut doubled, mut missing, mut extra) = Default::default();
        for state in &own.states {
            let counts = Counts::of_keys(case, state)?;
            let title = state.title();
            for (key, effects) in counts.iter(case).filter(|(_, effects)| *effects > 1) {
                more(case, &mut doubled, key, || {
                    format!("{} has {effects} effects in {title}", case.quoted(key))
                });
            }
            for (key, tally) in keys.iter(case) {
                match (tally.outcome, counts.get(key)) {
                    (Some(Outcome::Ok), 0) if !tally.deleted => more(case, &mut missing, key, || {
                        format!("{} was acknowledged and has no effect in {title}", case.quoted(key))
                    }),
                    (Some(Outcome::Fail), 1) => more(case, &mut extra, key, || {
                        format!("{} definitely failed and has an effect in {title}", case.quoted(key))
                    }),
                    _ => {}
                }
            }
        }
        let Tried { again, open, met } = tried(case, &keys);
        if case.relies_on_retries && met == 0 && doubled.is_empty() {
            let but = match again + open {
                0 => "none was tried again or left open",
                _ => "those that were tried again or left open met no fault",
            };
            let ops = count(keys.ops, "operation");
            return Err(format!("of {ops} {but}: what a retry does was not put to the test"));
        }
        let broken = !(doubled.is_empty() && missing.is_empty() && extra.is_empty());
        let reason = if broken {
            format!(
                "{} with more than one effect, {} acknowledged without one, {} failed with one.",
                count(doubled.found(), "key"),
                missing.found(),
                extra.found(),
            )
        } else {
            format!(
                "{} had their effect exactly once or, where nobody was told so, at most once (keys tried more than once: \
                 {again}, left open: {open}).",
                count(keys.ops, "operation")
            )
        };
        let only_extra = doubled.is_empty() && missing.is_empty();
        let lines = [doubled, missing, extra].into_iter().flat_map(Evidence::lines).collect();
        let finding = own.told(case, Finding::judged(broken, reason, keys.ops, lines));
        // An operation that the record lacks may have had the effect of one that failed.
        Ok(if case.history.is_partial() && only_extra { doubted(finding) } else { finding })
    }

    fn stands_alone(&self) -> bool {
        true
    }
}

fn more(
    case: &Case<'_>,
    evidence: &mut Evidence,
    key: crate::verify::history::Text,
    line: impl FnOnce() -> String,
) {
    evidence.add_key(case, key, line);
}

/// How much of the promise was put to the test.
struct Tried {
    /// Keys that were tried more than once: by retries or by replays.
    again: u64,
    /// Keys of which nobody knows whether they took effect.
    open: u64,
    /// Operations that were tried again or left open while a fault was in force.
    met: u64,
}

fn tried(case: &Case<'_>, keys: &Keys) -> Tried {
    let again = |op: &&Op| op.attempts > 1 || op.replay_of.is_some() || op.outcome == Outcome::Indeterminate;
    let met = |op: &&Op| case.history.faults_in(op.invoke, op.done).next().is_some();
    let met = case.effects().filter(again).filter(met).count() as u64;
    let mut tried = Tried { again: 0, open: keys.unkeyed, met };
    for (_, tally) in keys.iter(case) {
        tried.again += u64::from(tally.attempts > 1);
        tried.open += u64::from(tally.outcome == Some(Outcome::Indeterminate));
    }
    tried
}
