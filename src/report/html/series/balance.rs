//! Who answered: requests of the measured load by instance, from every attempt.

use super::super::bins::Bins;
use crate::record::{Record, RecordError, Scope};
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
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Balance {
    /// By the record's instance numbers.
    pub instances: BTreeMap<Option<u16>, Served>,
}

impl Balance {
    /// Counts them; nothing of a record that does not hold every attempt.
    pub fn read(record: &Record, bins: &Bins) -> Result<Option<Balance>, RecordError> {
        let manifest = &record.manifest;
        if !manifest.complete {
            return Ok(None);
        }
        let is_load =
            |step: u16| manifest.steps.get(usize::from(step)).is_some_and(|info| info.scope == Scope::Load);
        let mut balance = Balance::default();
        for batch in record.attempts()? {
            for row in batch?.iter() {
                // An arrival that was dropped asked nobody; a deliberate repetition no user wanted.
                let asked = row.error != crate::event::ErrorKind::Dropped && row.replay_of.is_none();
                if !asked || !is_load(row.step.0) {
                    continue;
                }
                let served = balance
                    .instances
                    .entry(row.instance)
                    .or_insert_with(|| Served { bins: vec![0; bins.count], ..Served::default() });
                if row.intended >= manifest.warmup_end {
                    served.requests += 1;
                    served.bad += u64::from(!row.good);
                }
                if let Some(place) = bins.place(row.started.second()) {
                    served.bins[place] += 1;
                }
            }
        }
        Ok(Some(balance))
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
