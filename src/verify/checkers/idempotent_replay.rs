//! `idempotent-replay`: what is sent again under its key gets the same reply, the key with another payload is refused
//! with a 4xx, and neither changes the state.

use super::evidence::count;
use super::keys::Counts;
use super::own::By;
use super::{Case, Checker, Evidence, Finding};
use crate::event::Outcome;
use crate::verify::history::{Op, Text};
use std::collections::{HashMap, HashSet};

/// See the file's head.
pub struct IdempotentReplay;

/// What a replay is found to be.
enum Found {
    Right,
    /// It got no definite reply, or its original did not: nothing to compare.
    Open,
    Wrong(&'static str),
}

impl Checker for IdempotentReplay {
    fn name(&self) -> &'static str {
        "idempotent-replay"
    }

    fn check(&self, case: &Case<'_>) -> Result<Finding, String> {
        let wanted: HashSet<u64> = case.effects().filter_map(|op| op.replay_of).collect();
        let originals: HashMap<u64, &Op> =
            case.effects().filter(|op| wanted.contains(&op.op)).map(|op| (op.op, op)).collect();
        let (mut judged, mut refused, mut open) = (0, 0, 0);
        let mut wrong = Evidence::default();
        let mut replayed = HashSet::new();
        for op in case.effects() {
            let Some(original) = op.replay_of.and_then(|number| originals.get(&number)) else { continue };
            match compare(original, op) {
                Found::Open => open += 1,
                Found::Right => {
                    judged += 1;
                    refused += u64::from(op.outcome == Outcome::Fail);
                }
                Found::Wrong(why) => {
                    judged += 1;
                    let key = op.key.or(original.key).map_or("a request".to_owned(), |key| case.quoted(key));
                    wrong.add(case, || format!("{key}: {why}"), [*original, op]);
                }
            }
            replayed.extend(original.key.filter(|_| original.outcome == Outcome::Ok));
        }
        let mut changed = Evidence::default();
        let with_state = !case.invariant.state.is_empty();
        let own = if with_state { Some(case.own(By::Key)?) } else { None };
        for state in own.iter().flat_map(|own| &own.states) {
            let counts = Counts::of_keys(case, state)?;
            let there = |key: Text| own.as_ref().is_some_and(|own| own.was_there(key));
            let wrong = |key: &&Text| counts.get(**key) != 1 && !there(**key);
            let mut keys: Vec<_> = replayed.iter().filter(wrong).collect();
            keys.sort();
            for key in keys {
                let effects = u64::from(counts.get(*key));
                changed.add_key(case, *key, || {
                    format!(
                        "{} was repeated and has {} in {}",
                        case.quoted(*key),
                        count(effects, "effect"),
                        state.title()
                    )
                });
            }
        }
        let broken = !(wrong.is_empty() && changed.is_empty());
        let unseen = if with_state { "" } else { "; the state was not looked at" };
        let reason = if broken {
            format!(
                "{} of {} got a wrong reply, {} changed the state{unseen}.",
                wrong.found(),
                count(judged, "replay"),
                changed.found()
            )
        } else {
            format!(
                "{} got the reply that they must ({refused} refused; {open} could not be compared{unseen}).",
                count(judged, "replay")
            )
        };
        let lines = wrong.lines().into_iter().chain(changed.lines()).collect();
        let finding = Finding::judged(broken, reason, judged, lines);
        Ok(match &own {
            Some(own) => own.told(case, finding),
            None => finding,
        })
    }

    fn stands_alone(&self) -> bool {
        true
    }
}

/// Holds a replay against its original. Only a reply that is complete on both sides can be compared.
fn compare(original: &Op, replay: &Op) -> Found {
    if original.outcome != Outcome::Ok || replay.outcome == Outcome::Indeterminate {
        return Found::Open;
    }
    let differs = |one: Option<u64>, other: Option<u64>| one.is_some() && other.is_some() && one != other;
    if replay.outcome == Outcome::Ok {
        return if replay.other {
            Found::Wrong("the key was used with another payload, and the request was carried out")
        } else if replay.version.is_some() && replay.version != original.version {
            Found::Wrong("the same request got another version in its reply")
        } else if replay.value.is_some() && original.value.is_some() && replay.value != original.value {
            Found::Wrong("the same request got another value in its reply")
        } else if differs(original.reply, replay.reply) {
            Found::Wrong("the same request got another reply")
        } else {
            Found::Right
        };
    }
    match replay.status {
        // Turned away before anybody looked at the key, or told to come again.
        None | Some(401 | 403 | 408 | 429) => Found::Open,
        // While the original is under way a conflict is the right answer to its twin.
        Some(409 | 425) if replay.invoke < original.done => Found::Right,
        Some(400..500) if replay.other => Found::Right,
        Some(400..500) => Found::Wrong("the same request was refused when it came again"),
        Some(_) => Found::Open,
    }
}
