//! Who answered: requests of the measured load by instance, from every attempt.

use super::super::bins::Bins;
use crate::event::Nanos;
use crate::record::{Manifest, Outline};
use std::collections::BTreeMap;

/// What one instance answered.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Served {
    /// Requests of the measured load.
    pub requests: u64,
    /// Those of them that were not good.
    pub bad: u64,
    /// Requests of the whole load by bin.
    pub bins: Vec<u64>,
}

/// Requests by instance; `None` is nobody: no reply, or one that did not say who made it.
#[derive(Clone, Debug, PartialEq)]
pub struct Balance {
    /// By the record's instance numbers.
    pub instances: BTreeMap<Option<u16>, Served>,
    bins: Bins,
    warmup_end: Nanos,
}

impl Balance {
    /// Nothing yet.
    pub fn new(manifest: &Manifest) -> Balance {
        Balance { instances: BTreeMap::new(), bins: Bins::of(manifest), warmup_end: manifest.warmup_end }
    }

    /// Counts an attempt of the load that is no deliberate repetition.
    pub fn attempt(&mut self, row: &Outline) {
        // An arrival that was dropped asked nobody.
        if row.error.is_unstarted() {
            return;
        }
        let bins = self.bins.count;
        let served = self
            .instances
            .entry(row.instance)
            .or_insert_with(|| Served { bins: vec![0; bins], ..Served::default() });
        if row.intended >= self.warmup_end {
            served.requests += 1;
            served.bad += u64::from(!row.good);
        }
        if let Some(place) = self.bins.place(row.started.second()) {
            served.bins[place] += 1;
        }
    }

    /// Whether any reply said who made it.
    pub fn is_known(&self) -> bool {
        self.instances.keys().any(Option::is_some)
    }

    /// All requests of the measured load.
    pub fn total(&self) -> u64 {
        self.instances.values().map(|served| served.requests).sum()
    }
}
