//! Latencies and counts of operations by bin, from the histograms.

use super::super::bins::Bins;
use crate::event::{ErrorKind, StepId};
use crate::record::Manifest;
use crate::report::tables::{Second, Tables};
use crate::stats::{Latencies, Quantile};
use std::collections::{BTreeMap, BTreeSet};

/// The quantiles that are drawn over time.
pub const QUANTILES: [(f64, &str); 3] = [(0.5, "p50"), (0.9, "p90"), (0.99, "p99")];

/// One bin of all steps of the load.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Slot {
    /// The quantiles of [`QUANTILES`] over all operations of the bin.
    pub quantiles: [Option<Quantile>; 3],
    /// Of the last of them, the least and the greatest of single seconds.
    pub range: Option<(Quantile, Quantile)>,
    /// The longest latency of a good operation, in nanoseconds.
    pub max: Option<u64>,
    /// Good operations.
    pub good: u64,
    /// Bad ones.
    pub bad: u64,
    /// The fewest and the most good operations of a single second.
    pub good_range: Option<(u64, u64)>,
    /// Bad operations by what went wrong.
    pub troubles: BTreeMap<ErrorKind, u64>,
}

impl Slot {
    /// All operations.
    pub fn total(&self) -> u64 {
        self.good + self.bad
    }
}

/// The load by bin.
#[derive(Clone, Debug, Default)]
pub struct LoadSeries {
    /// All steps together.
    pub slots: Vec<Slot>,
    /// The p99 of each step that the load has.
    pub steps: BTreeMap<StepId, Vec<Quantile>>,
    /// All operations of the whole measured load together.
    pub measured: Latencies,
}

impl LoadSeries {
    /// Counts it from the tables' seconds.
    pub fn of(tables: &Tables, manifest: &Manifest, bins: &Bins) -> LoadSeries {
        let mut series = LoadSeries { slots: vec![Slot::default(); bins.count], ..LoadSeries::default() };
        let seconds: Vec<Second> =
            tables.seconds().filter(|second| bins.place(second.second).is_some()).collect();
        for bin in seconds.chunk_by(|one, other| bins.place(one.second) == bins.place(other.second)) {
            let Some(place) = bin.first().and_then(|second| bins.place(second.second)) else { continue };
            series.bin(place, bin, bins);
        }
        for ((second, kind), count) in &tables.troubles {
            if let Some(slot) = bins.place(*second).and_then(|place| series.slots.get_mut(place)) {
                *slot.troubles.entry(*kind).or_default() += count;
            }
        }
        for (info, step) in manifest.steps.iter().zip(&tables.steps) {
            if info.scope == crate::record::Scope::Load {
                series.measured.merge(&step.latencies);
            }
        }
        series
    }

    fn bin(&mut self, place: usize, seconds: &[Second], bins: &Bins) {
        let mut all = Latencies::default();
        let mut goods = Vec::new();
        let mut quantiles = Vec::new();
        for second in seconds.chunk_by(|one, other| one.second == other.second) {
            let mut latencies = Latencies::default();
            second.iter().for_each(|step| step.add_to(&mut latencies));
            goods.push(latencies.good.total());
            quantiles.push(latencies.quantile(QUANTILES[2].0));
            all.merge(&latencies);
        }
        for step in seconds.iter().map(|second| second.step).collect::<BTreeSet<_>>() {
            let mut latencies = Latencies::default();
            seconds
                .iter()
                .filter(|second| second.step == step)
                .for_each(|second| second.add_to(&mut latencies));
            let line = self.steps.entry(step).or_insert_with(|| vec![Quantile::Empty; bins.count]);
            line[place] = latencies.quantile(QUANTILES[2].0);
        }
        // A second without any operation has no histogram, and counts as none.
        if (goods.len() as u64) < bins.seconds_in(place) {
            goods.push(0);
        }
        let slot = &mut self.slots[place];
        slot.quantiles = QUANTILES.map(|(q, _)| Some(all.quantile(q)));
        slot.range = quantiles.iter().min().copied().zip(quantiles.iter().max().copied());
        slot.max = all.max();
        slot.good = all.good.total();
        slot.bad = all.bad;
        slot.good_range = goods.iter().min().copied().zip(goods.iter().max().copied());
    }
}
