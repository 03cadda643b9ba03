//! `saga-atomic`: a saga ends confirmed everywhere or cancelled everywhere. The first final read lists the sagas, the
//! others what their steps left behind (reservation, payment, shipment): each with a key and a `state`. Confirmed means
//! exactly one live row in every other read; cancelled means none. Any other state is stuck; rows without a saga are
//! orphans.

use super::evidence::count;
use super::own::{By, Own};
use super::views::each_view;
use super::{Case, Checker, Evidence, Finding};
use crate::verify::Verdict;
use crate::verify::history::{State, Text};

/// See the file's head.
pub struct SagaAtomic;

/// What a row's state says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Confirmed,
    Cancelled,
    Stuck(Option<Text>),
}

/// The words of the plan, as numbers.
struct Words {
    confirmed: Vec<Option<Text>>,
    cancelled: Vec<Option<Text>>,
}

impl Words {
    fn new(case: &Case<'_>) -> Result<Words, String> {
        let find = |words: &[String]| words.iter().map(|word| case.history.texts.find(word)).collect();
        let (confirmed, cancelled) = (&case.invariant.confirmed.0, &case.invariant.cancelled.0);
        if confirmed.is_empty() || cancelled.is_empty() {
            return Err("the invariant does not say which states are `confirmed` and `cancelled`".to_owned());
        }
        Ok(Words { confirmed: find(confirmed), cancelled: find(cancelled) })
    }

    fn stage(&self, state: Option<Text>) -> Stage {
        if state.is_some() && self.confirmed.contains(&state) {
            Stage::Confirmed
        } else if state.is_some() && self.cancelled.contains(&state) {
            Stage::Cancelled
        } else {
            Stage::Stuck(state)
        }
    }
}

impl Checker for SagaAtomic {
    fn name(&self) -> &'static str {
        "saga-atomic"
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
    let words = Words::new(case)?;
    let Some((sagas, parts)) = states.split_first() else { return Err("there is no final read".to_owned()) };
    let column = case.value_column("state");
    let mut evidence = [const { None }; 4].map(|_: Option<()>| Evidence::default());
    let [half, stuck, orphans, lost] = &mut evidence;
    let mut stages: Vec<Option<Stage>> = vec![None; case.history.texts.len()];
    for (key, state) in rows(case, sagas, column)? {
        let stage = words.stage(state);
        if stages[key.place()].replace(stage).is_some() {
            half.add_key(case, key, || format!("{} is twice in {}", case.quoted(key), sagas.title()));
        }
        tell_stuck(case, stuck, key, stage, sagas);
    }
    for part in parts {
        let mut live = vec![0_u32; case.history.texts.len()];
        for (key, state) in rows(case, part, column)? {
            let stage = words.stage(state);
            live[key.place()] += u32::from(stage == Stage::Confirmed);
            tell_stuck(case, stuck, key, stage, part);
            if stages[key.place()].is_none() {
                let line = || format!("{} is in {} and belongs to no saga", case.quoted(key), part.title());
                orphans.add_key(case, key, line);
            }
        }
        for key in case.history.texts.all() {
            let told = |what: &str| {
                format!(
                    "{} is {what} and has {} live in {}",
                    case.quoted(key),
                    live[key.place()],
                    part.title()
                )
            };
            match (stages[key.place()], live[key.place()]) {
                (Some(Stage::Confirmed), alive) if alive != 1 => {
                    half.add_key(case, key, || told("confirmed"))
                }
                (Some(Stage::Cancelled), alive) if alive != 0 => {
                    half.add_key(case, key, || told("cancelled"))
                }
                _ => {}
            }
        }
    }
    for (key, tally) in own.keys(case).iter(case) {
        if tally.has_to_be_there() && stages[key.place()].is_none() {
            lost.add_key(case, key, || {
                format!("{} was acknowledged and is not in {}", case.quoted(key), sagas.title())
            });
        }
    }
    Ok(conclude(&stages, evidence))
}

fn conclude(stages: &[Option<Stage>], evidence: [Evidence; 4]) -> Finding {
    let number = |wanted: Stage| stages.iter().filter(|stage| **stage == Some(wanted)).count() as u64;
    let sagas = stages.iter().flatten().count() as u64;
    let [half, stuck, orphans, lost] = evidence;
    let broken = [&half, &stuck, &orphans, &lost].into_iter().any(|evidence| !evidence.is_empty());
    let reason = if broken {
        format!(
            "of {}: {} half done, {} stuck, {} orphaned, {} lost.",
            count(sagas, "saga"),
            half.found(),
            stuck.found(),
            orphans.found(),
            lost.found(),
        )
    } else {
        format!(
            "{} ended whole: {} confirmed, {} cancelled.",
            count(sagas, "saga"),
            number(Stage::Confirmed),
            number(Stage::Cancelled),
        )
    };
    let lines = [half, stuck, orphans, lost].into_iter().flat_map(Evidence::lines).collect();
    let verdict = if broken { Verdict::Fail } else { Verdict::Pass };
    Finding { evidence: lines, ..Finding::new(verdict, reason, sagas) }
}

fn rows<'s>(
    case: &Case<'_>,
    state: &'s State,
    column: &str,
) -> Result<impl Iterator<Item = (Text, Option<Text>)> + use<'s>, String> {
    let cells = case.keys(state)?.iter().zip(state.cells(column)?);
    Ok(cells.filter_map(|(key, state)| Some(((*key)?, *state))))
}

fn tell_stuck(case: &Case<'_>, stuck: &mut Evidence, key: Text, stage: Stage, state: &State) {
    if let Stage::Stuck(word) = stage {
        let word = word.map_or("no state".to_owned(), |word| case.quoted(word));
        stuck.add_key(case, key, || {
            format!("{} is stuck in {}: {word} is no end", case.quoted(key), state.title())
        });
    }
}
