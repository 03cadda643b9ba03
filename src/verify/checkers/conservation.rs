//! `conservation`: what there was at the beginning is what there is. At the end exactly: the columns named by `value`
//! add up to `initial` (or to the column `initial`), or are as far from it as they were before the load. During the run
//! within an interval: what a probe shows as left lies between what it showed before the load minus everything that may
//! have been taken and minus what certainly was. Where others write to the deployment, a sum that does not hold may be
//! theirs: Unknown.

use super::evidence::{count, during};
use super::own::strangers;
use super::views::{View, views};
use super::{Case, Checker, Evidence, Finding};
use crate::event::{Nanos, Outcome, Sample};
use crate::verify::history::{Before, State};
use crate::verify::{Amount, Verdict};
use std::collections::BTreeMap;

/// See the file's head.
pub struct Conservation;

/// What was looked at.
#[derive(Default)]
struct Seen {
    evidence: Evidence,
    samples: u64,
    told: Vec<String>,
    /// Why a sum that does not hold need not be the deployment's doing.
    doubt: Option<String>,
    /// What there was at the beginning.
    initial: Option<Amount>,
}

impl Checker for Conservation {
    fn name(&self) -> &'static str {
        "conservation"
    }

    fn check(&self, case: &Case<'_>) -> Result<Finding, String> {
        let with_state = !case.invariant.state.is_empty();
        let states = if with_state { case.state()? } else { Vec::new() };
        let initial = case.invariant.initial.as_ref().and_then(Amount::of);
        let mut seen = Seen { initial, ..Seen::default() };
        for view in views(&states) {
            seen.view(case, &view)?;
        }
        if let Some(probe) = &case.invariant.probe {
            seen.probe(case, probe)?;
        }
        if seen.told.is_empty() {
            return Err("the invariant names neither a final read nor a probe".to_owned());
        }
        let others = strangers(case, case.states.iter());
        if others > 0 {
            seen.doubt = Some(format!("{} of others came in meanwhile", count(others, "row")));
        }
        // Rows of others in what is added up may hide a loss as well as feign one.
        if strangers(case, states.into_iter()) > 0 && !case.exclusive {
            let doubt = seen.doubt.unwrap_or_default();
            return Ok(Finding::new(
                Verdict::Unknown,
                format!("{doubt}, and may have moved the sum."),
                seen.samples,
            ));
        }
        Ok(seen.conclude())
    }
}

impl Seen {
    /// The final reads as one endpoint shows them.
    fn view(&mut self, case: &Case<'_>, view: &View<'_>) -> Result<(), String> {
        let View { endpoint, states } = view;
        let initial = match (&case.invariant.initial, &self.initial) {
            (None, _) => self.initial.insert(column_sum(case, states, "initial")?).clone(),
            (Some(_), Some(initial)) => initial.clone(),
            (Some(number), None) => return Err(format!("`initial = {number}` is not an amount")),
        };
        let mut left = Vec::new();
        for column in columns(case) {
            left.push((column, column_sum(case, states, column)?));
        }
        self.samples += states.iter().map(|state| state.rows as u64).sum::<u64>();
        let sum: Amount = left.iter().map(|(_, amount)| amount).sum();
        let parts: Vec<String> = left.iter().map(|(column, amount)| format!("{column} {amount}")).collect();
        let parts = parts.join(" + ");
        self.told.push(format!("{parts} = {sum} of {initial}"));
        if sum == initial {
            return Ok(());
        }
        let more = &sum - &initial;
        match self.off_before(case, states)? {
            Some(off) if off == more => {
                self.told.push(format!("{off} too much before the load already, and nothing since"));
            }
            off => {
                let was = match off {
                    Some(off) if off != Amount::default() => format!(" ({off} before the load)"),
                    _ => String::new(),
                };
                let through =
                    if endpoint.is_empty() { String::new() } else { format!(" through {endpoint}") };
                let line =
                    || format!("{parts} = {sum}{through}, and there were {initial}: {more} too much{was}");
                self.evidence.add(case, line, []);
            }
        }
        Ok(())
    }

    /// How far the sum was from what it should be before the load; nothing where there were no rows then, or where that is
    /// not known.
    fn off_before(&mut self, case: &Case<'_>, states: &[&State]) -> Result<Option<Amount>, String> {
        let mut before = Vec::new();
        for state in states {
            match &state.before {
                Before::NotRecorded => {
                    let doubt = format!("what was in {} before the load is not recorded", state.title());
                    self.doubt = Some(doubt);
                }
                Before::Open(why) => {
                    let doubt = format!("what was in {} before the load is not known: {why}", state.title());
                    self.doubt = Some(doubt);
                }
                Before::Rows { grown, state } => {
                    if *grown > 0 {
                        self.doubt = Some(format!("{} was still growing before the load", state.title()));
                    }
                    before.push(&**state);
                }
            }
        }
        if before.iter().all(|state| state.rows == 0) || self.doubt.is_some() {
            return Ok(None);
        }
        let initial = match case.invariant.initial {
            Some(_) => self.initial.clone().unwrap_or_default(),
            None => plain_sum(case, &before, "initial")?,
        };
        let mut sum = Amount::default();
        for column in columns(case) {
            sum = &sum + &plain_sum(case, &before, column)?;
        }
        Ok(Some(&sum - &initial))
    }

    fn probe(&mut self, case: &Case<'_>, probe: &str) -> Result<(), String> {
        let of_probe = |sample: &&Sample| sample.name == probe;
        let early = |sample: &&Sample| sample.time < case.history.setting.load_start;
        let samples = || case.samples.iter().filter(of_probe);
        let shown = samples().filter(early).filter_map(|sample| sample.value).next_back();
        let shown = shown.map(|value| exact(probe, value)).transpose()?;
        let planned =
            self.initial.clone().ok_or("what there was at the beginning is not known: add `initial`")?;
        let found = self.evidence.found();
        let seen = during_the_run(
            case,
            probe,
            shown.clone().unwrap_or_else(|| planned.clone()),
            &mut self.evidence,
        )?;
        self.samples += seen;
        self.told.push(format!("{} of `{probe}` within what may have been taken", count(seen, "sample")));
        match shown {
            None if self.evidence.found() > found => {
                self.doubt = Some(format!("what `{probe}` showed before the load is not recorded"));
            }
            Some(shown) if shown != planned => {
                self.told.push(format!("`{probe}` showed {shown} before the load, not {planned}"));
            }
            _ => {}
        }
        Ok(())
    }

    fn conclude(self) -> Finding {
        let reason = match (self.evidence.found(), &self.doubt) {
            (0, _) => format!("{}.", self.told.join("; ")),
            (found, None) => {
                format!("what there was is not what there is: {}.", count(found, "contradiction"))
            }
            (_, Some(doubt)) => {
                let reason = format!("the sum does not hold, but {doubt}.");
                let evidence = self.evidence.lines();
                return Finding { evidence, ..Finding::new(Verdict::Unknown, reason, self.samples) };
            }
        };
        Finding::judged(!self.evidence.is_empty(), reason, self.samples, self.evidence.lines())
    }
}

fn columns<'a>(case: &Case<'a>) -> Vec<&'a str> {
    let named: Vec<&str> = case.invariant.value.iter().map(String::as_str).collect();
    if named.is_empty() { vec!["value"] } else { named }
}

/// The sum of a column over all reads that have it, with what was there before where a read holds only what came after.
fn column_sum(case: &Case<'_>, states: &[&State], column: &str) -> Result<Amount, String> {
    let mut all = states.to_vec();
    for state in states.iter().filter(|state| state.continued) {
        if let Before::Rows { state: before, .. } = &state.before {
            all.push(before);
        }
    }
    plain_sum(case, &all, column)
}

/// The sum of a column over all states that have it.
fn plain_sum(case: &Case<'_>, states: &[&State], column: &str) -> Result<Amount, String> {
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

/// A sample as an amount.
fn exact(probe: &str, value: f64) -> Result<Amount, String> {
    Amount::from_f64(value)
        .ok_or_else(|| format!("`{probe}` was {value}: beyond 2^53 a sample is not exact enough to add up"))
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
    let begun = |sample: &&Sample| sample.time >= case.history.setting.load_start;
    for sample in case.samples.iter().filter(|sample| sample.name == probe).filter(begun) {
        let Some(value) = sample.value else { continue };
        let left = exact(probe, value)?;
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
