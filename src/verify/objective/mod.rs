//! The objectives, one file per family of indicators.
//!
//! Each family measures; what is common to all stands here: the window, the step, and what a verdict needs.

mod attempts;
mod dropped;
mod ended;
mod latency;
mod local;
mod probe;
mod recovery;
mod share;
mod throughput;

use super::as_planned::Ends;
use super::assessment::{Interval, ObjectiveReport, Verdict};
use super::felt;
use super::recovery::Found;
use super::strike::Strike;
use super::tally::{Tally, Wanted};
use super::windows::{Aim, Observed};
use crate::event::{Event, Nanos, Sample, Timed};
use crate::plan::Plan;
use crate::plan::expression::{Comparator, Metric, Quantity, Window};
use crate::plan::model::Objective;
use crate::record::{Manifest, StepInfo};

/// What an objective is judged by.
pub struct Case<'a> {
    /// The plan.
    pub plan: &'a Plan,
    /// The objective.
    pub objective: &'a Objective,
    /// What was counted in its window, of its steps.
    pub tally: &'a Tally,
    /// The windows.
    pub windows: &'a Observed,
    /// Every strike of every fault.
    pub strikes: &'a [Strike],
    /// For recovery objectives: what was found after each strike that its window names.
    pub recoveries: &'a [(usize, Option<Found>)],
    /// The samples of the probes.
    pub samples: &'a [Sample],
    /// The record's manifest.
    pub manifest: &'a Manifest,
    /// The record's events; samples of exchanges among them.
    pub events: &'a [Timed],
    /// The load's end, as planned and as it was.
    pub ends: &'a Ends,
    /// How many operations of any step were under way while a strike of its window was in force.
    pub in_force: u64,
    /// Whether every operation was read; if not, windows are by whole seconds.
    pub exact: bool,
}

/// What a family of indicators finds.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// The verdict.
    pub verdict: Verdict,
    /// Why, in one sentence without its full stop.
    pub reason: String,
    /// What was measured, in the metric's base unit.
    pub actual: Option<f64>,
    /// The same in words, where its number does not say it.
    pub text: Option<String>,
    /// For latency: measured from the actual send.
    pub from_send: Option<f64>,
    /// Operations or samples.
    pub samples: u64,
    /// The 95 % interval.
    pub interval: Option<Interval>,
    /// The share of the error budget that was burned.
    pub budget: Option<f64>,
}

impl Finding {
    /// Nothing can be said, for this reason.
    fn unknown(reason: impl Into<String>) -> Finding {
        Finding {
            verdict: Verdict::Unknown,
            reason: reason.into(),
            actual: None,
            text: None,
            from_send: None,
            samples: 0,
            interval: None,
            budget: None,
        }
    }
}

impl Case<'_> {
    fn metric(&self) -> &Metric {
        &self.objective.expect.metric
    }

    fn bound(&self) -> f64 {
        self.objective.expect.bound.value
    }

    fn verdict_of(&self, actual: f64) -> Verdict {
        if self.objective.expect.holds(actual) { Verdict::Pass } else { Verdict::Fail }
    }

    /// Whether more is worse: then the bound is the most that is allowed.
    fn is_ceiling(&self) -> bool {
        matches!(self.objective.expect.comparator, Comparator::Less | Comparator::AtMost)
    }

    /// A value of the metric with its unit.
    fn show(&self, value: f64) -> String {
        Quantity { unit: self.metric().unit(), value }.to_string()
    }

    /// Judges a number that stands for itself.
    fn finding(&self, actual: f64, samples: u64) -> Finding {
        let verdict = self.verdict_of(actual);
        let against = self.objective.expect.bound;
        let reason = match verdict {
            Verdict::Fail => {
                format!("{} was measured, {} is promised", self.show(actual), promised(self, &against))
            }
            _ => format!("{} was measured", self.show(actual)),
        };
        Finding { verdict, reason, actual: Some(actual), samples, ..Finding::unknown("") }
    }

    /// The interval of a statistic of sums over the seconds of the window.
    fn interval<const N: usize>(
        &self,
        row: impl Fn(&super::tally::Cell, f64) -> [f64; N],
        statistic: impl Fn(&[f64; N]) -> Option<f64>,
    ) -> Option<Interval> {
        let rows: Vec<[f64; N]> =
            self.tally.cells(self.windows).iter().map(|(cell, length)| row(cell, *length)).collect();
        let found = crate::stats::interval(&rows, self.manifest.seed, statistic)?;
        Some(Interval { low: Some(found.low), high: Some(found.high) })
    }
}

fn promised(case: &Case, bound: &Quantity) -> String {
    match case.objective.expect.comparator {
        Comparator::Less => format!("less than {bound}"),
        Comparator::AtMost => format!("at most {bound}"),
        Comparator::More => format!("more than {bound}"),
        Comparator::AtLeast => format!("at least {bound}"),
        Comparator::Equal => format!("exactly {bound}"),
    }
}

/// What has to be counted for an objective.
pub fn wanted(objective: &Objective, steps: &[StepInfo], windows: &Observed) -> Wanted {
    let limit = match objective.expect.metric {
        Metric::Share(limit) => Some(Nanos::from(limit)),
        _ => None,
    };
    Wanted {
        selection: super::scope::Selection::new(steps, objective.flow.as_deref(), objective.step.as_deref()),
        aim: windows.aim(&objective.window),
        by_second: matches!(objective.expect.metric, Metric::Quantile(_)),
        limit,
    }
}

/// Judges one objective.
pub fn judge(case: &Case) -> ObjectiveReport {
    let finding = not_through(case, ended::weighed(case, local::weighed(case, measure(case))));
    let objective = case.objective;
    let no_value = match case.metric() {
        Metric::Quantile(_) if finding.samples > 0 => "no good reply",
        _ => "no value",
    };
    let text = finding.text.clone().unwrap_or_else(|| match finding.actual {
        Some(actual) => case.show(actual),
        None => no_value.to_owned(),
    });
    let evidence = if finding.verdict == Verdict::Fail { evidence(case) } else { Vec::new() };
    ObjectiveReport {
        id: objective.name(),
        expect: objective.expect.to_string(),
        window: objective.window.to_string(),
        flow: objective.flow.clone(),
        step: objective.step.clone(),
        verdict: finding.verdict,
        advisory: objective.advisory,
        reason: format!("{}{}.", finding.reason, grain(case)),
        actual: finding.actual,
        actual_text: text,
        actual_from_send: finding.from_send,
        bound: case.bound(),
        samples: finding.samples,
        local: case.tally.local.operations,
        interval: finding.interval,
        budget_burned: finding.budget,
        evidence,
        role: None,
    }
}

/// Nothing is kept through a fault that was not felt: what would pass in its window is Unknown.
fn not_through(case: &Case, finding: Finding) -> Finding {
    let named = |id: &str| match &case.objective.window {
        Window::Fault(named) | Window::Recovery(named) => named == id,
        Window::Run | Window::Steady => {
            matches!(case.metric(), Metric::Recovery | Metric::RecoveryAfterHeal)
        }
    };
    let missed = case.strikes.iter().filter(|strike| named(&strike.id) && !strike.may_miss);
    let missed = missed.filter(|strike| strike.applied.is_some());
    match missed.filter_map(|strike| Some((strike, felt::not_felt(strike)?))).next() {
        Some((strike, why)) if finding.verdict == Verdict::Pass => Finding {
            verdict: Verdict::Unknown,
            reason: format!("{}, but fault {} {why}", finding.reason, strike.id),
            ..finding
        },
        _ => finding,
    }
}

/// What was wrong in the window, and one exchange that shows it.
fn evidence(case: &Case) -> Vec<String> {
    if matches!(case.metric(), Metric::Probe(..)) {
        return Vec::new();
    }
    let load_start = case.manifest.load_start;
    let mut lines = case.tally.troubles.lines(&case.manifest.steps, load_start, 3);
    let wanted = case.tally.wanted();
    let shown = case.events.iter().find_map(|timed| match &timed.event {
        Event::Exchange(exchange)
            if wanted.selection.has(exchange.step)
                && timed.time >= case.manifest.warmup_end
                && case.windows.place(timed.time, timed.time).is_in(&wanted.aim) =>
        {
            let trace = exchange.trace_id.as_ref().map_or(String::new(), |trace| format!(" (trace {trace})"));
            let at = (timed.time - load_start).as_secs_f64();
            Some(format!("at {at:.1} s: {}{trace}", exchange.reason))
        }
        _ => None,
    });
    lines.extend(shown);
    lines
}

/// What must be said where windows are by whole seconds.
fn grain(case: &Case) -> &'static str {
    let by_time = case.objective.window != Window::Run
        || matches!(case.metric(), Metric::Recovery | Metric::RecoveryAfterHeal);
    match case.metric() {
        Metric::Probe(..) => "",
        _ if !case.exact && by_time => ", by whole seconds, as the record keeps only marked operations",
        _ => "",
    }
}

fn measure(case: &Case) -> Finding {
    if let Some(absent) = absent(case) {
        return Finding::unknown(absent);
    }
    match case.metric() {
        Metric::Availability | Metric::ErrorRate => share::measure(case),
        Metric::Quantile(q) => latency::quantile(case, *q),
        Metric::Max => latency::longest(case),
        Metric::Mean => latency::mean(case),
        Metric::Share(_) => latency::share(case),
        Metric::Throughput => throughput::measure(case),
        Metric::Dropped => dropped::measure(case),
        Metric::AttemptsPerOperation => attempts::measure(case),
        Metric::Recovery | Metric::RecoveryAfterHeal => recovery::measure(case),
        Metric::Probe(stat, name) => probe::measure(case, *stat, name),
    }
}

/// Whether no operation used the deployment while the fault was in force. A probe asks on its own account: any operation will do.
fn is_without_load(case: &Case, is_probe: bool) -> bool {
    match is_probe {
        true => case.in_force == 0,
        false => case.tally.in_force == 0,
    }
}

/// Why there is nothing to judge: no such step, no such window, no operation.
fn absent(case: &Case) -> Option<String> {
    let wanted = case.tally.wanted();
    let is_probe = matches!(case.metric(), Metric::Probe(..));
    if wanted.selection.is_empty() && !is_probe {
        return Some("the record has no such step in its load".to_owned());
    }
    let is_recovery = matches!(case.metric(), Metric::Recovery | Metric::RecoveryAfterHeal);
    if !is_recovery && !case.windows.exists(&wanted.aim) {
        return Some(match &case.objective.window {
            Window::Recovery(id)
                if case.strikes.iter().any(|strike| strike.id == *id && strike.applied.is_some()) =>
            {
                format!(
                    "there was no recovery from {id}: it was not healed before the load ended, or users were served all the while"
                )
            }
            Window::Fault(id) | Window::Recovery(id) => format!("fault {id} was never applied"),
            window => format!("there was no {window}"),
        });
    }
    if !is_probe && !is_recovery && case.tally.latencies.total() == 0 {
        let window = match wanted.aim {
            Aim::Run => "the measured load".to_owned(),
            _ => case.objective.window.to_string(),
        };
        return Some(format!("no operation of it lies in {window}"));
    }
    if !is_recovery && let Window::Fault(id) = &case.objective.window {
        return is_without_load(case, is_probe).then(|| {
            format!("no operation of it was under way while fault {id} was in force: that proves nothing")
        });
    }
    None
}
