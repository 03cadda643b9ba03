//! What the tables need, counted in one reading: by step from the measured load, by second from the histograms.

use super::html::series::{Arrivals, Balance};
use crate::event::{ErrorKind, Nanos, StepId};
use crate::record::{HistogramRow, Manifest, Record, RecordError, Scope, Series};
use crate::stats::{Bucket, BySecond, Latencies};
use crate::verify::{Operation, each_attempt};
use std::collections::BTreeMap;

/// So many batches of the record are searched for the paths that were sent: a batch is at least a second.
const BATCHES_WITH_TARGETS: usize = 64;

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
    /// By how many there were more operations in flight at the end of each second of the run's clock than at its beginning;
    /// absent if the record does not hold every operation.
    in_flight: Option<BySecond<i64>>,
    /// Arrivals by bin.
    pub arrivals: Arrivals,
    /// Who answered; absent if the record does not hold every attempt.
    pub balance: Option<Balance>,
    /// By step: a path that was sent, where one was recorded.
    pub targets: Vec<Option<String>>,
    /// The responses' histograms, by second, then step.
    seconds: BTreeMap<(i64, StepId), Vec<Row>>,
}

/// So many operations of one second and step fell into one bucket.
#[derive(Clone, Copy, Debug)]
struct Row {
    bucket: Bucket,
    count: u32,
    good: bool,
}

/// One second of one step.
pub struct Second<'a> {
    /// The second of the run's clock.
    pub second: i64,
    /// The step.
    pub step: StepId,
    rows: &'a [Row],
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
        let mut tables = Tables::new(manifest);
        for batch in record.histogram_batches()? {
            tables.histograms(&batch?, manifest);
        }
        tables.operations(record)?;
        tables.first_targets(record)?;
        tables.arrivals.without_dropped(&tables.troubles);
        if !manifest.complete {
            tables.steps_by_second(manifest);
        }
        Ok(tables)
    }

    fn new(manifest: &Manifest) -> Tables {
        let step = StepTable { bytes: manifest.complete.then_some(0), ..StepTable::default() };
        Tables {
            steps: vec![step; manifest.steps.len()],
            failures: BTreeMap::new(),
            troubles: BTreeMap::new(),
            in_flight: manifest.complete.then(BySecond::default),
            arrivals: Arrivals::new(manifest),
            balance: manifest.complete.then(|| Balance::new(manifest)),
            targets: vec![None; manifest.steps.len()],
            seconds: BTreeMap::new(),
        }
    }

    fn histograms(&mut self, rows: &[HistogramRow], manifest: &Manifest) {
        for rows in rows.chunk_by(|one, other| (one.second, one.step) == (other.second, other.step)) {
            if scope(manifest, rows[0].step) != Some(Scope::Load) {
                continue;
            }
            rows.iter().for_each(|row| self.arrivals.row(row));
            let mut responses = rows.iter().filter(|row| row.series == Series::Response).peekable();
            if responses.peek().is_some() {
                let kept = self.seconds.entry((rows[0].second, rows[0].step)).or_default();
                kept.extend(responses.map(|row| Row {
                    bucket: row.bucket,
                    count: row.count,
                    good: row.good,
                }));
            }
        }
    }

    /// One reading of all attempts, for whoever counts them.
    fn operations(&mut self, record: &Record) -> Result<(), RecordError> {
        let mut balance = self.balance.take();
        let attempt = |row: &_| balance.iter_mut().for_each(|balance| balance.attempt(row));
        each_attempt(record, attempt, |operation| self.operation(operation, &record.manifest))?;
        self.balance = balance;
        Ok(())
    }

    /// A path of each step, from the beginning of the record: there stand those of each step's first requests.
    fn first_targets(&mut self, record: &Record) -> Result<(), RecordError> {
        for batch in record.attempts()?.take(BATCHES_WITH_TARGETS) {
            for attempt in batch?.iter() {
                if let (Some(target), Some(kept)) =
                    (attempt.target, self.targets.get_mut(usize::from(attempt.step.0)))
                {
                    kept.get_or_insert_with(|| target.to_owned());
                }
            }
            if self.targets.iter().all(Option::is_some) {
                break;
            }
        }
        Ok(())
    }

    fn operation(&mut self, operation: &Operation, manifest: &Manifest) {
        if let Some(changes) = &mut self.in_flight {
            *changes.at(operation.intended.second()) += 1;
            *changes.at(operation.end.second()) -= 1;
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
        for ((second, step), rows) in &self.seconds {
            let from = Nanos(second.saturating_mul(1_000_000_000));
            if let Some(step) = self.steps.get_mut(usize::from(step.0))
                && !(warm && from < manifest.warmup_end)
            {
                rows.iter().for_each(|row| step.latencies.add(row.bucket, row.good, u64::from(row.count)));
            }
        }
    }

    /// Every second of every step in which an operation was to begin, in order.
    pub fn seconds(&self) -> impl Iterator<Item = Second<'_>> {
        self.seconds.iter().map(|(&(second, step), rows)| Second { second, step, rows })
    }

    /// How many operations were in flight at the end of each second in which that changed; nothing if the record does not
    /// hold every operation.
    pub fn in_flight(&self) -> Option<BTreeMap<i64, i64>> {
        let sum = |sum: &mut i64, (second, change): (i64, &i64)| {
            *sum += change;
            Some((second, *sum))
        };
        Some(self.in_flight.as_ref()?.iter().scan(0, sum).collect())
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
