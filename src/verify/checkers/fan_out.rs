//! `fan-out`: every committed event reaches every consumer, and has one effect there. The first final read lists what
//! was committed; the others list effects: one read per consumer, or with `consumers` a column `consumer` in them. What
//! is `parked` (dead-lettered) counts as delivered; an effect of what was never committed fails.

use super::evidence::count;
use super::keys::Counts;
use super::own::{By, Own};
use super::views::each_view;
use super::{Case, Checker, Evidence, Finding};
use crate::verify::history::{State, Text};

/// See the file's head.
pub struct FanOut;

/// What one consumer did: how often each key.
struct Consumer {
    name: String,
    effects: Counts,
    parked: Counts,
}

impl Checker for FanOut {
    fn name(&self) -> &'static str {
        "fan-out"
    }

    fn check(&self, case: &Case<'_>) -> Result<Finding, String> {
        let own = case.own(By::Key)?;
        each_view(case, &own, |states| judge(case, &own, states))
    }

    fn stands_alone(&self) -> bool {
        true
    }
}

fn judge(case: &Case<'_>, own: &Own, states: &[&State]) -> Result<Finding, String> {
    let Some((committed, effects)) = states.split_first() else {
        return Err("there is no final read".to_owned());
    };
    if effects.is_empty() {
        return Err("the invariant names what was committed and no read of what consumers did".to_owned());
    }
    let committed = Counts::of_keys(case, committed)?;
    let parked = case.own_named(case.invariant.parked.iter())?.states;
    let consumers = consumers(case, effects, &parked)?;
    let (mut missing, mut doubled, mut invented) = Default::default();
    let mut deliveries = 0;
    for Consumer { name, effects, parked } in &consumers {
        for key in case.history.texts.all() {
            deliveries += u64::from(effects.get(key));
            let told = |what: String| format!("{} {what} {name}", case.quoted(key));
            match (committed.get(key) > 0, effects.get(key)) {
                (true, 0) if parked.get(key) == 0 => {
                    more(case, &mut missing, key, || {
                        told("was committed and never had its effect at".to_owned())
                    });
                }
                (false, number) if number > 0 => {
                    more(case, &mut invented, key, || {
                        told("was not committed and had an effect at".to_owned())
                    });
                }
                (true, number) if number > 1 => {
                    more(case, &mut doubled, key, || told(format!("had its effect {number} times at")));
                }
                _ => {}
            }
        }
    }
    let mut lost = Evidence::default();
    if case.invariant.effect.is_some() {
        for (key, tally) in own.keys(case).iter(case) {
            if tally.has_to_be_there() && committed.get(key) == 0 {
                more(case, &mut lost, key, || {
                    format!("{} was acknowledged and is not committed", case.quoted(key))
                });
            }
        }
    }
    let events = committed.iter(case).count() as u64;
    let broken =
        [&missing, &doubled, &invented, &lost].into_iter().any(|evidence: &Evidence| !evidence.is_empty());
    let whole = format!("{} × {}", count(events, "event"), count(consumers.len() as u64, "consumer"));
    let reason = if broken {
        format!(
            "{whole}: {} missing, {} doubled, {} without a commit, {} acknowledged and not committed.",
            missing.found(),
            doubled.found(),
            invented.found(),
            lost.found()
        )
    } else {
        format!("{whole}: each had its effect once, or is parked ({deliveries} effects).")
    };
    let lines = [missing, doubled, invented, lost].into_iter().flat_map(Evidence::lines).collect();
    Ok(Finding::judged(broken, reason, events, lines))
}

fn more(case: &Case<'_>, evidence: &mut Evidence, key: Text, line: impl FnOnce() -> String) {
    evidence.add_key(case, key, line);
}

fn consumers(case: &Case<'_>, effects: &[&State], parked: &[State]) -> Result<Vec<Consumer>, String> {
    let mut found = Vec::new();
    if case.invariant.consumers.is_empty() {
        for state in effects {
            let mut all = Counts::none(case);
            for parked in parked {
                all.add(&Counts::of_keys(case, parked)?);
            }
            found.push(Consumer { name: state.title(), effects: Counts::of_keys(case, state)?, parked: all });
        }
        return Ok(found);
    }
    for name in case.invariant.consumers.iter() {
        let consumer = case.history.texts.find(name);
        let mut at =
            Consumer { name: format!("`{name}`"), effects: Counts::none(case), parked: Counts::none(case) };
        for state in effects {
            at.effects.add(&counts_of(case, state, state.cells("consumer")?, consumer)?);
        }
        for state in parked {
            at.parked.add(&match state.cells_if_any("consumer") {
                Some(cells) => counts_of(case, state, cells, consumer)?,
                None => Counts::of_keys(case, state)?,
            });
        }
        found.push(at);
    }
    Ok(found)
}

/// The keys of the rows of one consumer.
fn counts_of(
    case: &Case<'_>,
    state: &State,
    cells: &[Option<Text>],
    consumer: Option<Text>,
) -> Result<Counts, String> {
    let rows = case.keys(state)?.iter().zip(cells);
    let keys: Vec<Option<Text>> =
        rows.filter(|(_, cell)| cell.is_some() && **cell == consumer).map(|(key, _)| *key).collect();
    Ok(Counts::of(case, &keys))
}
