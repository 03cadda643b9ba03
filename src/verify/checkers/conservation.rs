//! `conservation`: what there was at the beginning is what there is. At the end exactly: the columns named by `value`
//! add up to `initial` (or to the column `initial`). During the run within an interval: what a probe shows as left lies
//! between initial minus everything that may have been taken and initial minus what certainly was.

use super::evidence::{count, during};
use super::views::{View, views};
use super::{Case, Checker, Evidence, Finding};
use crate::event::{Nanos, Outcome};
use crate::verify::Amount;
use crate::verify::history::State;
use std::collections::BTreeMap;

/// See the file's head.
pub struct Conservation;

impl Checker for Conservation {
    fn name(&self) -> &'static str {
        "conservation"
    }

    fn check(&self, case: &Case<'_>) -> Result<Finding, String> {
        let with_state = !case.invariant.state.is_empty();
        let states = if with_state { case.state()? } else { Vec::new() };
        let mut evidence = Evidence::default();
        let mut samples = 0;
        let mut told = Vec::new();
        let mut initial = case.invariant.initial.as_ref().and_then(Amount::of);
        for View { endpoint, states } in views(&states) {
            let initial = match (&case.invariant.initial, &initial) {
                (None, _) => initial.insert(column_sum(case, &states, "initial")?).clone(),
                (Some(_), Some(initial)) => initial.clone(),
                (Some(number), None) => return Err(format!("`initial = {number}` is not an amount")),
            };
            let mut left = Vec::new();
            for column in columns(case) {
                left.push((column, column_sum(case, &states, column)?));
            }
            samples += states.iter().map(|state| state.rows as u64).sum::<u64>();
            let sum: Amount = left.iter().map(|(_, amount)| amount).sum();
            let parts: Vec<String> =
                left.iter().map(|(column, amount)| format!("{column} {amount}")).collect();
            if sum != initial {
                let through =
                    if endpoint.is_empty() { String::new() } else { format!(" through {endpoint}") };
                let line = || {
                    format!(
                        "{} = {sum}{through}, and there were {initial}: {} too much",
                        parts.join(" + "),
                        &sum - &initial
                    )
                };
                evidence.add(case, line, []);
            }
            told.push(format!("{} = {sum} of {initial}", parts.join(" + ")));
        }
        if let Some(probe) = &case.invariant.probe {
            let initial = initial.ok_or("what there was at the beginning is not known: add `initial`")?;
            let seen = during_the_run(case, probe, initial, &mut evidence)?;
            samples += seen;
            told.push(format!("{} of `{probe}` within what may have been taken", count(seen, "sample")));
        }
        if told.is_empty() {
            return Err("the invariant names neither a final read nor a probe".to_owned());
        }
        let reason = match evidence.found() {
            0 => format!("{}.", told.join("; ")),
            found => format!("what there was is not what there is: {}.", count(found, "contradiction")),
        };
        Ok(Finding::judged(!evidence.is_empty(), reason, samples, evidence.lines()))
    }
}

fn columns<'a>(case: &Case<'a>) -> Vec<&'a str> {
    let named: Vec<&str> = case.invariant.value.iter().map(String::as_str).collect();
    if named.is_empty() { vec!["value"] } else { named }
}

/// The sum of a column over all reads that have it.
fn column_sum(case: &Case<'_>, states: &[&State], column: &str) -> Result<Amount, String> {
    let having: Vec<_> = states.iter().filter_map(|state| state.cells_if_any(column)).collect();
    if having.is_empty() {
        states.first().map_or(Ok(&[][..]), |state| state.cells(column))?;
    }
    let mut sum = Amount::default();
    for text in having.into_iter().flatten().flatten() {
        let text = case.history.text(*text);
        let amount = Amount::parse(text)
            .ok_or_else(|| format!("`{text}` in the column `{column}` is not a number that can be added"))?;
        sum = &sum + &amount;
    }
    Ok(sum)
}

/// What was taken by a time, from running sums over times in order.
#[derive(Debug, Default)]
struct Running(Vec<(Nanos, Amount)>);

impl Running {
    fn close(&mut self) {
        self.0.sort_unstable();
        let mut sum = Amount::default();
        for (_, amount) in &mut self.0 {
            sum = &sum + amount;
            amount.clone_from(&sum);
        }
    }

    fn by(&self, at: Nanos) -> Amount {
        let behind = self.0.partition_point(|(time, _)| *time <= at);
        behind.checked_sub(1).map_or(Amount::default(), |last| self.0[last].1.clone())
    }
}

/// Holds every sample of the probe against the interval; gives how many there were. Operations on one key take once.
fn during_the_run(
    case: &Case<'_>,
    probe: &str,
    initial: Amount,
    evidence: &mut Evidence,
) -> Result<u64, String> {
    let (certain, possible) = taken(case)?;
    let mut seen = 0;
    for sample in case.samples.iter().filter(|sample| sample.name == probe) {
        let Some(value) = sample.value else { continue };
        let left = Amount::from_f64(value).ok_or_else(|| {
            format!("`{probe}` was {value}: beyond 2^53 a sample is not exact enough to add up")
        })?;
        seen += 1;
        let (from, to) = (sample.time, sample.time + case.sample_slack);
        let (high, low) = (&initial - &certain.by(from), &initial - &possible.by(to));
        if left < low || left > high {
            let line = || {
                format!(
                    "`{probe}` was {left} at {:.3} s, and can only have been from {low} to {high}{}",
                    case.history.second(sample.time),
                    during(case, from, to),
                )
            };
            evidence.add(case, line, []);
        }
    }
    Ok(seen)
}

fn taken(case: &Case<'_>) -> Result<(Running, Running), String> {
    if case.invariant.effect.is_none() {
        return Err("the invariant does not say which `effect` takes from what the probe shows".to_owned());
    }
    let mut certain: BTreeMap<_, (Nanos, Amount)> = BTreeMap::new();
    let mut possible: BTreeMap<_, (Nanos, Amount)> = BTreeMap::new();
    for op in case.effects().filter(|op| op.outcome != Outcome::Fail) {
        let amount = match op.value.map(|value| case.history.text(value)) {
            Some(text) => Amount::parse(text).ok_or_else(|| {
                format!("the value `{text}` of an effect is not a number that can be added")
            })?,
            None => Amount::one(),
        };
        if amount.is_negative() {
            return Err("an effect takes a negative amount: there is no interval for what is left".to_owned());
        }
        // Without a key every operation stands for itself.
        let name = (op.key, if op.key.is_some() { 0 } else { op.op });
        let earliest = |known: &mut BTreeMap<_, (Nanos, Amount)>, at: Nanos| {
            let entry = known.entry(name).or_insert_with(|| (at, amount.clone()));
            entry.0 = entry.0.min(at);
        };
        earliest(&mut possible, op.invoke);
        if op.is_done() {
            earliest(&mut certain, op.done);
        }
    }
    let mut running = [certain, possible].map(|all| Running(all.into_values().collect()));
    running.iter_mut().for_each(Running::close);
    Ok(running.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn running_sums_count_what_was_by_then() {
        let mut running = Running(vec![(Nanos(30), Amount::one()), (Nanos(10), Amount::one())]);
        running.close();
        let by = |at| running.by(Nanos(at)).to_string();
        assert_eq!([by(9), by(10), by(29), by(30)], ["0", "1", "1", "2"]);
    }
}
