//! Watches live conditions: a fault's `when`, an objective's `abort`. Decides nothing else.

use super::abort::{Seen, lost_for_good};
use super::condition::{Second, holds};
use super::live::{Feed, News};
use crate::event::Nanos;
use crate::load::{Timeline, timeline};
use crate::plan::Plan;
use crate::plan::expression::{Expectation, Metric, Window};
use crate::plan::model::Objective;
use crate::record::HistogramRow;
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
    probes: BTreeMap<String, f64>,
    judged_to: i64,
}

impl Guard {
    pub(super) fn new(plan: &Plan, feed: Feed, start: Nanos, warmup_end: Nanos) -> Guard {
        let waiting = plan
            .faults
            .iter()
            .filter_map(|fault| Some((fault.id.clone(), fault.when.as_ref()?.parse().ok()?)))
            .collect();
        let stakes = plan
            .objectives
            .iter()
            .filter(|objective| objective.abort && objective.window == Window::Run)
            .filter(|objective| objective.expect.share_that_may_fail().is_some())
            .map(|objective| stake(objective, plan))
            .collect();
        Guard {
            feed,
            timeline: timeline(&plan.load),
            start,
            warmup_end,
            waiting,
            stakes,
            seconds: BTreeMap::new(),
            probes: BTreeMap::new(),
            judged_to: start.second(),
        }
    }

    /// Takes in the news; returns the faults whose condition holds now for the first time.
    pub(super) fn triggered(&mut self, now: Nanos) -> Vec<String> {
        let news = self.feed.fetch();
        self.take_in(&news);
        let settled = (now - SETTLED).second() - 1;
        let mut due = Vec::new();
        while self.judged_to <= settled {
            let second = self.seconds.remove(&self.judged_to).unwrap_or_default();
            let probes = &self.probes;
            self.waiting.retain(|(fault, when)| {
                let met = holds(when, &second, probes);
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
                (Metric::Max, None) => 1.0,
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
                self.probes.insert(sample.name.clone(), value);
            }
        }
        let warm = self.warmup_end.second();
        for row in &news.operations {
            if row.second >= self.judged_to {
                let second = self.seconds.entry(row.second).or_default();
                second.latencies.add(row.bucket, row.good, u64::from(row.count));
                if row.good {
                    second.good += u64::from(row.count)
                } else {
                    second.bad += u64::from(row.count)
                }
            }
            if row.second > warm {
                for stake in self.stakes.iter_mut().filter(|stake| stake.steps.contains(&row.step.0)) {
                    stake.seen.all += u64::from(row.count);
                    if counts_against(&stake.objective.expect, row) {
                        stake.seen.against += u64::from(row.count);
                    }
                }
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
