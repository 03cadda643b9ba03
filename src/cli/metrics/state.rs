//! What the endpoint knows: everything since the load began, by step; the faults; the last samples.

use crate::event::{Event, FaultStage, LoadEvent, Nanos, Phase, Sample, Timed};
use crate::plan::Plan;
use crate::record::{HistogramRow, Observer, Series};
use crate::stats::Latencies;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// One step of the measured load.
#[derive(Clone, Debug)]
pub(super) struct Step {
    pub(super) flow: String,
    pub(super) step: String,
    pub(super) latencies: Latencies,
    pub(super) attempts: u64,
}

/// One fault of the plan.
#[derive(Clone, Debug)]
pub(super) struct Fault {
    pub(super) id: String,
    pub(super) kind: String,
    pub(super) applied: u64,
    pub(super) healed: u64,
}

/// All of it. Warm-up is counted apart, by whole seconds.
pub(super) struct State {
    pub(super) plan: String,
    pub(super) seed: u64,
    pub(super) phase: Option<Phase>,
    pub(super) steps: Vec<Step>,
    pub(super) warmup_operations: u64,
    pub(super) lateness: Latencies,
    pub(super) dropped: u64,
    pub(super) faults: Vec<Fault>,
    pub(super) samples: BTreeMap<(String, Option<String>), f64>,
    /// The end of the warm-up, once it is over.
    measured_from: Option<Nanos>,
    warm: bool,
}

impl State {
    pub(super) fn new(plan: &Plan) -> State {
        let step = |flow: &str, step: &str| Step {
            flow: flow.to_owned(),
            step: step.to_owned(),
            latencies: Latencies::default(),
            attempts: 0,
        };
        let fault = |id: &str, kind: &str| Fault { id: id.into(), kind: kind.into(), applied: 0, healed: 0 };
        State {
            plan: plan.name.clone(),
            seed: plan.seed,
            phase: None,
            // The record numbers the steps of the load in this order, before all others.
            steps: plan
                .flows
                .iter()
                .flat_map(|flow| flow.steps.iter().map(|one| step(&flow.name, &one.name)))
                .collect(),
            warmup_operations: 0,
            lateness: Latencies::default(),
            dropped: 0,
            faults: plan
                .faults
                .iter()
                .map(|spec| fault(&spec.id, spec.kinds().into_iter().next().unwrap_or_default()))
                .collect(),
            samples: BTreeMap::new(),
            measured_from: None,
            warm: false,
        }
    }

    fn rows(&mut self, rows: &[HistogramRow]) {
        for row in rows {
            let count = u64::from(row.count);
            let warm = self.is_warmup(row.second);
            let Some(step) = self.steps.get_mut(usize::from(row.step.0)) else { continue };
            match row.series {
                Series::Response if warm => self.warmup_operations += count,
                Series::Response => step.latencies.add(row.bucket, row.good, count),
                Series::Service if !warm => step.attempts += count,
                Series::Lateness if !warm => self.lateness.add(row.bucket, true, count),
                _ => {}
            }
        }
    }

    fn is_warmup(&self, second: i64) -> bool {
        let from = Nanos(second.saturating_mul(1_000_000_000));
        self.warm && self.measured_from.is_none_or(|end| from < end)
    }

    fn event(&mut self, timed: &Timed) {
        match &timed.event {
            Event::Phase { phase } => {
                self.phase = Some(*phase);
                self.warm |= *phase == Phase::Warmup;
                if *phase == Phase::Load {
                    self.measured_from = Some(timed.time);
                }
            }
            Event::Fault(event) => {
                let Some(fault) = self.faults.iter_mut().find(|fault| fault.id == event.id) else { return };
                match event.stage {
                    FaultStage::Applied => fault.applied += 1,
                    FaultStage::Healed | FaultStage::EndedEarly => fault.healed += 1,
                    FaultStage::Started
                    | FaultStage::HealStarted
                    | FaultStage::Renewed
                    | FaultStage::ApplyFailed
                    | FaultStage::HealFailed => {}
                }
            }
            Event::Load(LoadEvent::Dropped { count }) => self.dropped += count,
            _ => {}
        }
    }

    fn sample(&mut self, sample: &Sample) {
        let key = (sample.name.clone(), sample.instance.clone());
        match sample.value {
            Some(value) => self.samples.insert(key, value),
            // A value that is no longer known is not shown as if it were.
            None => self.samples.remove(&key),
        };
    }
}

/// The record's hand that feeds the endpoint.
pub(super) struct Feed(pub(super) Arc<Mutex<State>>);

impl Observer for Feed {
    fn histograms(&mut self, rows: &[HistogramRow]) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).rows(rows);
    }

    fn event(&mut self, event: &Timed) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).event(event);
    }

    fn sample(&mut self, sample: &Sample) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).sample(sample);
    }
}
