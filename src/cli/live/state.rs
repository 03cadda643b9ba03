//! What the view knows: the last seconds of the load, the running faults, the phase.

use crate::event::{Event, FaultStage, Nanos, Phase, Timed};
use crate::load::{Timeline, timeline};
use crate::plan::Plan;
use crate::plan::model::LoadModel;
use crate::record::{HistogramRow, Observer, Series};
use crate::run::Watch;
use crate::stats::Latencies;
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

/// For how many seconds figures are kept.
pub(super) const KEPT: usize = 60;
/// Lines about what happened, the newest last.
const NEWS: usize = 4;
/// Marks of faults.
const MARKS: usize = 256;

/// One second.
#[derive(Clone, Debug, Default)]
pub(super) struct Second {
    pub(super) latencies: Latencies,
    pub(super) good: u64,
    pub(super) bad: u64,
    pub(super) arrivals: u64,
}

/// What happened to a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    Applied,
    Healed,
}

impl Mark {
    /// How it changes the number of faults in force.
    pub(super) fn change(self) -> i32 {
        match self {
            Mark::Applied => 1,
            Mark::Healed => -1,
        }
    }
}

/// All of it.
pub(super) struct State {
    pub(super) name: String,
    pub(super) open: bool,
    pub(super) timeline: Timeline,
    pub(super) watch: Arc<Watch>,
    pub(super) phase: Option<Phase>,
    /// The start of the load on the run's clock, and when we learned of it.
    pub(super) load: Option<(Nanos, Instant)>,
    pub(super) seconds: BTreeMap<i64, Second>,
    pub(super) faults: BTreeMap<String, String>,
    /// In the order of time, by second of the run's clock; the oldest are forgotten.
    pub(super) marks: Vec<(i64, Mark)>,
    pub(super) news: VecDeque<String>,
    pub(super) total: Second,
}

impl State {
    pub(super) fn new(plan: &Plan, watch: Arc<Watch>) -> State {
        State {
            name: plan.name.clone(),
            open: plan.load.model == LoadModel::Open,
            timeline: timeline(&plan.load),
            watch,
            phase: None,
            load: None,
            seconds: BTreeMap::new(),
            faults: BTreeMap::new(),
            marks: Vec::new(),
            news: VecDeque::new(),
            total: Second::default(),
        }
    }

    fn phase(&mut self, time: Nanos, phase: Phase) {
        if self.load.is_none() && matches!(phase, Phase::Warmup | Phase::Load) {
            self.load = Some((time, Instant::now()));
        }
        self.phase = Some(phase);
    }

    fn mark(&mut self, at: Nanos, mark: Mark) {
        self.marks.push((at.second(), mark));
        if self.marks.len() > MARKS {
            // Forgotten in pairs, so that the number of faults in force stays right.
            let applied = self.marks.iter().position(|(_, mark)| *mark == Mark::Applied);
            let healed = self.marks.iter().position(|(_, mark)| *mark == Mark::Healed);
            if let (Some(applied), Some(healed)) = (applied, healed) {
                self.marks.remove(applied.max(healed));
                self.marks.remove(applied.min(healed));
            }
        }
    }

    fn tell(&mut self, text: String) {
        if self.news.len() == NEWS {
            self.news.pop_front();
        }
        self.news.push_back(text);
    }

    fn event(&mut self, timed: &Timed) {
        let at = self.load.map_or(timed.time, |(start, _)| timed.time - start).as_secs_f64();
        match &timed.event {
            Event::Phase { phase } => self.phase(timed.time, *phase),
            Event::Fault(fault) => {
                let who = fault.targets.join(", ");
                match fault.stage {
                    FaultStage::Applied => {
                        self.faults.insert(fault.id.clone(), format!("{} {who}", fault.kind));
                        self.mark(timed.time, Mark::Applied);
                    }
                    FaultStage::Healed | FaultStage::EndedEarly | FaultStage::HealFailed => {
                        if self.faults.remove(&fault.id).is_some() {
                            self.mark(timed.time, Mark::Healed);
                        }
                    }
                    FaultStage::Started
                    | FaultStage::Renewed
                    | FaultStage::ApplyFailed
                    | FaultStage::HealStarted => {}
                }
                if !matches!(fault.stage, FaultStage::Started | FaultStage::HealStarted) {
                    let detail =
                        fault.detail.as_deref().map(|detail| format!(": {detail}")).unwrap_or_default();
                    self.tell(format!(
                        "{at:6.1}s  {} {} ({who}) {}{detail}",
                        fault.kind,
                        fault.id,
                        stage(fault.stage)
                    ));
                }
            }
            Event::Stack(change) => {
                self.tell(format!("{at:6.1}s  {} {:?}", change.instance, change.change).to_lowercase());
            }
            // While the stack comes up, what is ready; later notes are for the record.
            Event::Note { text } if self.load.is_none() => self.tell(format!("{at:6.1}s  {text}")),
            Event::Abort { reason } => self.tell(format!("{at:6.1}s  aborted: {reason}")),
            Event::StepFailed { step, reason } => self.tell(format!("{at:6.1}s  {step} failed: {reason}")),
            _ => {}
        }
    }

    fn histograms(&mut self, rows: &[HistogramRow]) {
        for row in rows {
            let count = u64::from(row.count);
            let second = self.seconds.entry(row.second).or_default();
            match row.series {
                Series::Response => {
                    second.latencies.add(row.bucket, row.good, count);
                    let (good, bad) = if row.good { (count, 0) } else { (0, count) };
                    second.good += good;
                    second.bad += bad;
                    self.total.good += good;
                    self.total.bad += bad;
                }
                Series::Lateness => second.arrivals += count,
                Series::FromSend | Series::Service => {}
            }
        }
        while self.seconds.len() > KEPT {
            self.seconds.pop_first();
        }
    }
}

fn stage(stage: FaultStage) -> &'static str {
    match stage {
        FaultStage::Started => "started",
        FaultStage::Applied => "in force",
        FaultStage::ApplyFailed => "could not be applied",
        FaultStage::Renewed => "in force again",
        FaultStage::EndedEarly => "ended early",
        FaultStage::HealStarted => "being healed",
        FaultStage::Healed => "healed",
        FaultStage::HealFailed => "could not be healed",
    }
}

/// The record's hand that feeds the view.
pub(super) struct Feed(pub(super) Arc<Mutex<State>>);

impl Observer for Feed {
    fn histograms(&mut self, rows: &[HistogramRow]) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).histograms(rows);
    }

    fn event(&mut self, event: &Timed) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).event(event);
    }
}
