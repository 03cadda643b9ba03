//! Watches live conditions: a fault's `when`, an objective's `abort`. Decides nothing else.

use super::abort::{Seen, lost_for_good};
use super::condition::{Second, SoFar, holds};
use super::live::{Feed, News};
use crate::event::Nanos;
use crate::load::{Timeline, timeline};
use crate::plan::Plan;
use crate::plan::expression::{Expectation, Metric, Window};
use crate::plan::model::Objective;
use crate::record::{HistogramRow, Series};
use std::collections::{BTreeMap, BTreeSet};

/// How long after a second is over its operations have reached us: the workers hand theirs over four times a second, and so
/// does the writer.
const SETTLED: Nanos = Nanos(700_000_000);
/// Objectives are not given up on fewer operations than this.
const ENOUGH: u64 = 100;

/// One objective that may stop the run.
struct Stake {
    objective: Objective,
    steps: BTreeSet<u16>,
    per_arrival: Option<f64>,
    seen: Seen,
}

/// What the live record says about conditions.
pub(super) struct Guard {
    feed: Feed,
    timeline: Timeline,
    start: Nanos,
    warmup_end: Nanos,
    waiting: Vec<(String, Expectation)>,
    stakes: Vec<Stake>,
    seconds: BTreeMap<i64, Second>,
    so_far: SoFar,
    judged_to: i64,
}

impl Guard {
    /// Watches the conditions of a plan. The error names one that cannot be read, which the plan's check should have told.
    pub(super) fn new(plan: &Plan, feed: Feed, start: Nanos, warmup_end: Nanos) -> Result<Guard, String> {
        let waiting = plan
            .faults
            .iter()
            .filter_map(|fault| Some((fault, fault.when.as_ref()?)))
            .map(|(fault, when)| {
                let read = when.parse().map_err(|error| format!("fault `{}`: `when`: {error}", fault.id));
                Ok((fault.id.clone(), read?))
            })
            .collect::<Result<_, String>>()?;
        let stakes = plan
            .objectives
            .iter()
            .filter(|objective| objective.abort && objective.window == Window::Run)
            .filter(|objective| objective.expect.share_that_may_fail().is_some())
            .map(|objective| stake(objective, plan))
            .collect();
        Ok(Guard {
            feed,
            timeline: timeline(&plan.load),
            start,
            warmup_end,
            waiting,
            stakes,
            seconds: BTreeMap::new(),
            so_far: SoFar::default(),
            judged_to: start.second(),
        })
    }

    /// Takes in the news; returns the faults whose condition holds now for the first time.
    pub(super) fn triggered(&mut self, now: Nanos) -> Vec<String> {
        let news = self.feed.fetch();
        self.take_in(&news);
        let settled = (now - SETTLED).second() - 1;
        let mut due = Vec::new();
        while self.judged_to <= settled {
            let second = self.seconds.remove(&self.judged_to).unwrap_or_default();
            let so_far = &self.so_far;
            self.waiting.retain(|(fault, when)| {
                let met = holds(when, &second, so_far);
                if met {
                    due.push(fault.clone());
                }
                !met
            });
            self.judged_to += 1;
        }
        due
    }

    /// The objective that is lost for good, in words.
    pub(super) fn lost(&self, now: Nanos) -> Option<String> {
        let elapsed = now - self.start;
        let to_come = self.timeline.expected(self.timeline.total()) - self.timeline.expected(elapsed);
        self.stakes.iter().find_map(|stake| {
            let per_arrival = match (&stake.objective.expect.metric, stake.per_arrival) {
                (Metric::Dropped, _) => 1.0,
                // Where not one may fail nothing that comes can save it.
                (_, None) if stake.objective.expect.share_that_may_fail() <= Some(0.0) => 1.0,
                (_, per_arrival) => per_arrival?,
            };
            let lost = stake.seen.all >= ENOUGH
                && lost_for_good(&stake.objective.expect, stake.seen, to_come.max(0.0) * per_arrival);
            lost.then(|| format!("objective `{}` is lost for good", stake.objective.name()))
        })
    }

    fn take_in(&mut self, news: &News) {
        for sample in &news.samples {
            if let (Some(value), None) = (sample.value, &sample.instance) {
                self.so_far.probes.entry(sample.name.clone()).or_default().add(value);
            }
        }
        self.so_far.counts.dropped += news.dropped;
        let dropped = |stake: &&mut Stake| stake.objective.expect.metric == Metric::Dropped;
        // What was dropped is told without its second; warm-up is short, and counts in its arrivals too.
        self.stakes.iter_mut().filter(dropped).for_each(|stake| stake.seen.against += news.dropped);
        for row in &news.operations {
            self.take_row(row);
        }
    }

    fn take_row(&mut self, row: &HistogramRow) {
        let count = u64::from(row.count);
        if row.second >= self.judged_to {
            let second = self.seconds.entry(row.second).or_default();
            match row.series {
                Series::Response => {
                    second.latencies.add(row.bucket, row.good, count);
                    second.counts.operations += count;
                    second.counts.good += if row.good { count } else { 0 };
                }
                Series::Service => second.counts.attempts += count,
                Series::Lateness | Series::FromSend => {}
            }
        }
        if row.series == Series::Lateness {
            self.so_far.counts.arrivals += count;
        }
        let warm = row.second <= self.warmup_end.second();
        for stake in self.stakes.iter_mut().filter(|stake| stake.steps.contains(&row.step.0)) {
            match (&stake.objective.expect.metric, row.series) {
                (Metric::Dropped, Series::Lateness) => stake.seen.all += count,
                (Metric::Dropped, _) => {}
                (_, Series::Response) if !warm => {
                    stake.seen.all += count;
                    stake.seen.against +=
                        if counts_against(&stake.objective.expect, row) { count } else { 0 };
                }
                _ => {}
            }
        }
    }
}

fn counts_against(expect: &Expectation, row: &HistogramRow) -> bool {
    let slower_than = |bound: f64| row.bucket.lowest() as f64 * 1e3 > bound;
    match &expect.metric {
        Metric::Quantile(_) | Metric::Max => !row.good || slower_than(expect.bound.value),
        Metric::Share(limit) => !row.good || slower_than(limit.as_nanos() as f64),
        _ => !row.good,
    }
}

fn stake(objective: &Objective, plan: &Plan) -> Stake {
    let mut steps = BTreeSet::new();
    let mut number = 0;
    for flow in &plan.flows {
        for step in &flow.steps {
            let path = format!("{}/{}", flow.name, step.name);
            let in_flow = objective.flow.as_ref().is_none_or(|name| *name == flow.name);
            let is_step = objective.step.as_ref().is_none_or(|name| *name == step.name || *name == path);
            if in_flow && is_step {
                steps.insert(number);
            }
            number += 1;
        }
    }
    Stake {
        objective: objective.clone(),
        steps,
        per_arrival: objective.operations_per_arrival(&plan.flows, &plan.load),
        seen: Seen::default(),
    }
}
