//! `queue`: lost = confirmed − consumed − parked − still queued. A message consumed twice is a duplicated effect; one
//! delivered again (column `deliveries`) is not. With `ordered`, what a publisher sent one after the other is consumed
//! in that order, per queue (column `queue`).

use super::evidence::count;
use super::keys::Counts;
use super::own::{By, Own};
use super::views::each_view;
use super::{Case, Checker, Evidence, Finding};
use crate::event::{Nanos, Outcome};
use crate::verify::history::{Op, State, Text};
use std::collections::HashMap;

/// See the file's head.
pub struct Queue;

impl Checker for Queue {
    fn name(&self) -> &'static str {
        "queue"
    }

    fn check(&self, case: &Case<'_>) -> Result<Finding, String> {
        let own = case.own(By::Key)?;
        each_view(case, &own, |states| judge(case, &own, states))
    }
}

fn judge(case: &Case<'_>, own: &Own, states: &[&State]) -> Result<Finding, String> {
    let keys = own.keys(case);
    let elsewhere = [&case.invariant.parked, &case.invariant.queued];
    let [parked, queued] = elsewhere.map(|names| {
        let own = case.own_named(names.iter())?;
        total(case, &own.states.iter().collect::<Vec<_>>())
    });
    let (parked, queued) = (parked?, queued?);
    let consumed = total(case, states)?;
    let (mut lost, mut doubled, mut invented, mut disordered) = Default::default();
    let mut unknown = 0;
    let mut confirmed = 0;
    for (key, tally) in keys.iter(case).filter(|(_, tally)| tally.has_to_be_there()) {
        confirmed += u64::from(tally.ops > 0);
        if consumed.get(key) + parked.get(key) + queued.get(key) == 0 {
            more(case, &mut lost, key, || format!("{} was confirmed and is nowhere", case.quoted(key)));
        }
    }
    for (key, times) in consumed.iter(case) {
        if times > 1 {
            more(case, &mut doubled, key, || format!("{} had its effect {times} times", case.quoted(key)));
        }
        let published = keys.of(key).outcome;
        unknown += u64::from(published.is_none());
        if published == Some(Outcome::Fail) || published.is_none() && unknown > keys.unkeyed {
            more(case, &mut invented, key, || {
                format!("{} was consumed and never published", case.quoted(key))
            });
        }
    }
    let mut redelivered = 0;
    for state in states {
        redelivered += deliveries(case, state)?;
        order(case, state, &mut disordered)?;
    }
    let parked = parked.iter(case).count();
    let inversions = disordered.found();
    let broken = [&lost, &doubled, &invented].into_iter().any(|evidence: &Evidence| !evidence.is_empty())
        || case.invariant.ordered && inversions > 0;
    let beside = format!("{redelivered} delivered again, {parked} parked, {inversions} out of order");
    let reason = if broken {
        format!(
            "of {}: {} lost, {} with a doubled effect, {} never published; {beside}.",
            count(confirmed, "confirmed message"),
            lost.found(),
            doubled.found(),
            invented.found()
        )
    } else {
        format!(
            "{}, none lost and none with a doubled effect ({beside}).",
            count(confirmed, "confirmed message")
        )
    };
    if !case.invariant.ordered {
        disordered = Evidence::default();
    }
    let lines = [lost, doubled, invented, disordered].into_iter().flat_map(Evidence::lines).collect();
    Ok(Finding::judged(broken, reason, confirmed, lines))
}

fn more(case: &Case<'_>, evidence: &mut Evidence, key: Text, line: impl FnOnce() -> String) {
    evidence.add_key(case, key, line);
}

fn total(case: &Case<'_>, states: &[&State]) -> Result<Counts, String> {
    let mut all = Counts::none(case);
    for state in states {
        all.add(&Counts::of_keys(case, state)?);
    }
    Ok(all)
}

/// Deliveries beyond the first.
fn deliveries(case: &Case<'_>, state: &State) -> Result<u64, String> {
    let mut again = 0;
    for text in state.cells_if_any("deliveries").unwrap_or_default().iter().flatten() {
        let text = case.history.text(*text);
        let number: u64 =
            text.parse().map_err(|_| format!("`{text}` in the column `deliveries` is not a number"))?;
        again += number.saturating_sub(1);
    }
    Ok(again)
}

/// Finds each message that was consumed after one which its publisher sent only when this one was confirmed. Rows stand
/// in the order of their consumption.
fn order(case: &Case<'_>, state: &State, evidence: &mut Evidence) -> Result<(), String> {
    let mut published: Vec<Option<&Op>> = vec![None; case.history.texts.len()];
    for op in case.effects().filter(|op| op.outcome == Outcome::Ok && op.replay_of.is_none()) {
        if let Some(key) = op.key {
            published[key.place()].get_or_insert(op);
        }
    }
    let queues = state.cells_if_any("queue");
    // Per publisher and queue: of those consumed so far, the one that was sent last.
    let mut latest: HashMap<(u64, Option<Text>), (Nanos, &Op)> = HashMap::new();
    for (row, key) in case.keys(state)?.iter().enumerate() {
        let Some(op) = key.and_then(|key| published[key.place()]) else { continue };
        let queue = queues.and_then(|cells| cells.get(row).copied().flatten());
        let (sent, before) = *latest.entry((op.session, queue)).or_insert((op.invoke, op));
        if op.done < sent {
            let name = |op: &Op| op.key.map_or("?".to_owned(), |key| case.quoted(key));
            evidence.add(
                case,
                || format!("{} was consumed after {}, which was sent later", name(op), name(before)),
                [op, before],
            );
        }
        if op.invoke > sent {
            latest.insert((op.session, queue), (op.invoke, op));
        }
    }
    Ok(())
}
