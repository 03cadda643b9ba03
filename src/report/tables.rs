//! What the tables need, counted in one reading: by step from the measured load, by second from the histograms.

use crate::event::{ErrorKind, Nanos, StepId};
use crate::record::{HistogramRow, Manifest, Record, RecordError, Scope, Series};
use crate::stats::{Bucket, Latencies};
use crate::verify::{Operation, each_operation};
use std::collections::BTreeMap;

/// One step in the measured load.
#[derive(Clone, Debug, Default)]
pub struct StepTable {
    /// Its operations' latencies.
    pub latencies: Latencies,
    /// Bytes of the last responses; absent if the record does not hold every operation.
    pub bytes: Option<u64>,
}

impl StepTable {
    /// Adds another step.
    pub fn add(&mut self, other: &StepTable) {
        self.latencies.merge(&other.latencies);
        self.bytes = self.bytes.zip(other.bytes).map(|(mine, theirs)| mine + theirs);
    }

    /// The mean size of a response in bytes.
    pub fn mean_bytes(&self) -> Option<f64> {
        let operations = self.latencies.total();
        self.bytes.filter(|_| operations > 0).map(|bytes| bytes as f64 / operations as f64)
    }
}

/// Bad operations of one kind: how often, and when (intended start, run clock).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Failures {
    /// How often.
    pub times: u64,
    /// The first.
    pub first: Nanos,
    /// The last.
    pub last: Nanos,
}

/// All of it.
#[derive(Debug)]
pub struct Tables {
    /// By the record's step numbers; steps outside the load stay empty.
    pub steps: Vec<StepTable>,
    /// By step, error and status.
    pub failures: BTreeMap<(StepId, ErrorKind, Option<u16>), Failures>,
    /// Bad operations of the whole load by second of the run's clock and error.
    pub troubles: BTreeMap<(i64, ErrorKind), u64>,
    /// Operations in flight at the end of each second of the run's clock; absent if the record does not hold every
    /// operation.
    pub in_flight: Option<BTreeMap<i64, i64>>,
    /// The responses' histograms, by second, then step.
    rows: Vec<HistogramRow>,
}

/// One second of one step.
pub struct Second<'a> {
    /// The second of the run's clock.
    pub second: i64,
    /// The step.
    pub step: StepId,
    rows: &'a [HistogramRow],
}

impl Second<'_> {
    /// Its operations' latencies.
    pub fn latencies(&self) -> Latencies {
        let mut latencies = Latencies::default();
        self.add_to(&mut latencies);
        latencies
    }

    /// Adds them to others.
    pub fn add_to(&self, latencies: &mut Latencies) {
        self.rows.iter().for_each(|row| latencies.add(row.bucket, row.good, u64::from(row.count)));
    }

    /// The counts by bucket of the good operations, or of the bad ones.
    pub fn buckets(&self, good: bool) -> impl Iterator<Item = (Bucket, u32)> + '_ {
        self.rows.iter().filter(move |row| row.good == good).map(|row| (row.bucket, row.count))
    }
}

impl Tables {
    /// Reads them from the record.
    pub fn read(record: &Record) -> Result<Tables, RecordError> {
        let manifest = &record.manifest;
        let is_load = |row: &HistogramRow| {
            row.series == Series::Response && scope(manifest, row.step) == Some(Scope::Load)
        };
        let mut rows: Vec<HistogramRow> = Vec::new();
        for batch in record.histogram_batches()? {
            rows.extend(batch?.into_iter().filter(is_load));
        }
        rows.sort_unstable_by_key(|row| (row.second, row.step));
        let mut tables = Tables {
            steps: vec![
                StepTable { bytes: manifest.complete.then_some(0), ..StepTable::default() };
                manifest.steps.len()
            ],
            failures: BTreeMap::new(),
            troubles: BTreeMap::new(),
            in_flight: manifest.complete.then(BTreeMap::new),
            rows,
        };
        each_operation(record, |operation| tables.operation(operation, manifest))?;
        if !manifest.complete {
            tables.steps_by_second(manifest);
        }
        Ok(tables)
    }

    fn operation(&mut self, operation: &Operation, manifest: &Manifest) {
        if let Some(changes) = &mut self.in_flight {
            *changes.entry(operation.intended.second()).or_default() += 1;
            *changes.entry(operation.end.second()).or_default() -= 1;
        }
        if !operation.good {
            *self.troubles.entry((operation.intended.second(), operation.error)).or_default() += 1;
        }
        if operation.intended < manifest.warmup_end {
            return;
        }
        if let Some(step) = self.steps.get_mut(usize::from(operation.step.0)).filter(|_| manifest.complete) {
            step.latencies.add(Bucket::of(operation.latency().as_micros()), operation.good, 1);
            step.bytes = step.bytes.map(|bytes| bytes + operation.bytes);
        }
        if !operation.good {
            let at = operation.intended;
            let kind = (operation.step, operation.error, operation.status);
            let failures = self.failures.entry(kind).or_insert(Failures { times: 0, first: at, last: at });
            failures.times += 1;
            failures.first = failures.first.min(at);
            failures.last = failures.last.max(at);
        }
    }

    /// Where only the histograms are complete: the seconds that lie wholly behind the warm-up.
    fn steps_by_second(&mut self, manifest: &Manifest) {
        let warm = manifest.load_start < manifest.warmup_end;
        for row in &self.rows {
            let from = Nanos(row.second.saturating_mul(1_000_000_000));
            if let Some(step) = self.steps.get_mut(usize::from(row.step.0))
                && !(warm && from < manifest.warmup_end)
            {
                step.latencies.add(row.bucket, row.good, u64::from(row.count));
            }
        }
    }

    /// Every second of every step in which an operation was to begin, in order.
    pub fn seconds(&self) -> impl Iterator<Item = Second<'_>> {
        self.rows
            .chunk_by(|one, other| (one.second, one.step) == (other.second, other.step))
            .map(|rows| Second { second: rows[0].second, step: rows[0].step, rows })
    }

    /// How many operations were in flight at the end of this second.
    pub fn in_flight_at(&self, second: i64) -> Option<i64> {
        self.in_flight.as_ref().map(|changes| changes.range(..=second).map(|(_, change)| change).sum())
    }
}

fn scope(manifest: &Manifest, step: StepId) -> Option<Scope> {
    manifest.steps.get(usize::from(step.0)).map(|info| info.scope)
}

/// The method and the name (`flow/step`) by which tables call a step.
pub fn name(manifest: &Manifest, step: StepId) -> (String, String) {
    match manifest.steps.get(usize::from(step.0)) {
        Some(info) => (info.method.clone(), format!("{}/{}", info.flow, info.name)),
        None => (String::new(), format!("step {}", step.0)),
    }
}
