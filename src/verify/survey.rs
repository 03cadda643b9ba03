//! One reading of the record into everything that is counted, with memory bounded by seconds and not by operations.

use super::local::{Cause, Local, LocalCount};
use super::operations::{Joiner, Operation};
use super::recovery::Lane;
use super::tally::{Tally, Wanted};
use super::windows::{Observed, WholeSecond, second_span};
use crate::event::{ErrorKind, Nanos, StepId};
use crate::record::{HistogramRow, Manifest, Outline, Record, RecordError, Scope, Series};
use crate::stats::{Bucket, Histogram, Latencies};

/// What was counted of one step in the measured load.
#[derive(Clone, Debug, Default)]
pub struct StepTally {
    /// Its operations' latencies from the intended start.
    pub latencies: Latencies,
    /// Requests.
    pub attempts: u64,
    /// Operations that failed by our own doing: not among the others.
    pub local: u64,
}

/// What was counted of one strike's fault window.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct StrikeTally {
    /// Operations.
    pub operations: u64,
    /// Bad ones.
    pub bad: u64,
    /// Operations that failed by our own doing: not among the others.
    pub local: u64,
    /// How many of the operations were under way while it was in force.
    pub in_force: u64,
}

/// Arrivals of the whole load, warm-up included, and how late the measured ones were.
#[derive(Clone, Debug, Default)]
pub struct Arrivals {
    /// How many started before the load ended.
    pub started: u64,
    /// How many could not start.
    pub dropped: u64,
    /// How many of these found no row in their feeder.
    pub no_row: u64,
    /// Lateness in microseconds, warm-up excluded.
    pub lateness: Histogram,
    /// The longest lateness.
    pub latest: Option<Nanos>,
}

/// Everything that was counted.
#[derive(Debug)]
pub struct Survey {
    /// Whether every operation was read; if not, windows are by whole seconds.
    pub exact: bool,
    /// One for each of the wanted.
    pub tallies: Vec<Tally>,
    /// By the record's step numbers.
    pub steps: Vec<StepTally>,
    /// By the strikes' numbers.
    pub strikes: Vec<StrikeTally>,
    /// Arrivals.
    pub arrivals: Arrivals,
    /// Operations that failed by our own doing, warm-up included.
    pub local: LocalCount,
    /// When the last measured operation was over.
    pub latest: Option<Nanos>,
    /// Operations excluded as warm-up.
    pub warmup: u64,
    /// Operations of which an attempt is missing: in no count.
    pub incomplete: u64,
    /// Where the second that was asked for last belongs: rows come second by second.
    near: Option<WholeSecond>,
    ours: Local,
}

impl Survey {
    fn new(record: &Record, windows: &Observed, wanted: Vec<Wanted>, strikes: usize) -> Survey {
        Survey {
            exact: record.manifest.complete,
            tallies: wanted.into_iter().map(|wanted| Tally::new(wanted, windows)).collect(),
            steps: vec![StepTally::default(); record.manifest.steps.len()],
            strikes: vec![StrikeTally::default(); strikes],
            arrivals: Arrivals::default(),
            local: LocalCount::default(),
            latest: None,
            warmup: 0,
            incomplete: 0,
            near: None,
            ours: Local::new(record),
        }
    }

    fn operation(&mut self, operation: &Operation, manifest: &Manifest, windows: &Observed) {
        self.arrival(operation, manifest);
        let cause = self.ours.cause(operation);
        if let Some(cause) = cause {
            self.local.add(operation, cause);
        }
        if operation.intended < manifest.warmup_end {
            self.warmup += 1;
            return;
        }
        if let Some(cause) = cause {
            return self.local(operation, cause, windows);
        }
        self.latest = self.latest.max(Some(operation.end));
        if let Some(step) = self.steps.get_mut(usize::from(operation.step.0)) {
            step.latencies.add(Bucket::of(operation.latency().as_micros()), operation.good, 1);
            step.attempts += u64::from(operation.attempts);
        }
        let place = windows.place(operation.intended, operation.end);
        for strike in place.faults() {
            self.strikes[strike].operations += 1;
            self.strikes[strike].bad += u64::from(!operation.good);
            let in_force = windows.is_in_force(strike, operation.intended, operation.end);
            self.strikes[strike].in_force += u64::from(in_force);
        }
        for tally in &mut self.tallies {
            let wanted = tally.wanted();
            if wanted.selection.has(operation.step) && place.is_in(&wanted.aim) {
                tally.operation(operation);
                let in_force =
                    windows.is_any_in_force(&tally.wanted().aim, operation.intended, operation.end);
                tally.in_force += u64::from(in_force);
            }
        }
    }

    /// One that failed by our own doing: counted where it belongs, and apart.
    fn local(&mut self, operation: &Operation, cause: Cause, windows: &Observed) {
        if let Some(step) = self.steps.get_mut(usize::from(operation.step.0)) {
            step.local += 1;
            step.attempts += u64::from(operation.attempts);
        }
        let place = windows.place(operation.intended, operation.end);
        place.faults().for_each(|strike| self.strikes[strike].local += 1);
        for tally in &mut self.tallies {
            let wanted = tally.wanted();
            if wanted.selection.has(operation.step) && place.is_in(&wanted.aim) {
                tally.local(operation, cause);
            }
        }
    }

    fn arrival(&mut self, operation: &Operation, manifest: &Manifest) {
        if operation.dropped {
            self.arrivals.dropped += 1;
            self.arrivals.no_row += u64::from(operation.error == ErrorKind::NoRow);
        } else if operation.arrival {
            self.arrivals.started += u64::from(operation.started < manifest.load_end);
            if operation.intended >= manifest.warmup_end {
                let late = operation.started - operation.intended;
                self.arrivals.lateness.record(late.as_micros());
                self.arrivals.latest = self.arrivals.latest.max(Some(late));
            }
        }
    }

    fn row(&mut self, row: &HistogramRow, manifest: &Manifest, windows: &Observed) {
        let count = u64::from(row.count);
        if row.series == Series::Lateness {
            self.arrivals.started += count;
        }
        if is_warmup(row.second, manifest) {
            self.warmup += if row.series == Series::Response { count } else { 0 };
            return;
        }
        if row.series == Series::Lateness {
            self.arrivals.lateness.record_n(row.bucket, count);
            let late = Nanos(row.bucket.highest() as i64 * 1_000);
            self.arrivals.latest = self.arrivals.latest.max(Some(late));
        }
        if let Some(step) = self.steps.get_mut(usize::from(row.step.0)) {
            match row.series {
                Series::Response => step.latencies.add(row.bucket, row.good, count),
                Series::Service => step.attempts += count,
                Series::FromSend | Series::Lateness => {}
            }
        }
        let whole = self.whole_second(row.second, windows);
        let place = whole.place();
        if row.series == Series::Response {
            self.latest = self.latest.max(Some(second_span(row.second).to));
            for strike in place.faults() {
                self.strikes[strike].operations += count;
                self.strikes[strike].bad += if row.good { 0 } else { count };
                let span = second_span(row.second);
                if windows.is_in_force(strike, span.from, span.to - Nanos(1)) {
                    self.strikes[strike].in_force += count;
                }
            }
        }
        for tally in &mut self.tallies {
            let wanted = tally.wanted();
            if wanted.selection.has(row.step) && place.is_in(&wanted.aim) {
                tally.row(row);
                let span = second_span(row.second);
                if row.series == Series::Response
                    && windows.is_any_in_force(&tally.wanted().aim, span.from, span.to - Nanos(1))
                {
                    tally.in_force += count;
                }
            }
        }
        self.near = Some(whole);
    }

    /// What a record of marked operations tells beside its histograms.
    fn marked(&mut self, operation: &Operation, manifest: &Manifest, windows: &Observed) {
        let second = operation.intended.second();
        let warm = is_warmup(second, manifest);
        if operation.dropped {
            // The histograms count its row as if it had started and been attempted.
            self.arrivals.dropped += 1;
            self.arrivals.no_row += u64::from(operation.error == ErrorKind::NoRow);
            self.arrivals.started = self.arrivals.started.saturating_sub(1);
            if let Some(step) = self.steps.get_mut(usize::from(operation.step.0)).filter(|_| !warm) {
                step.attempts = step.attempts.saturating_sub(1);
            }
        }
        let cause = self.ours.cause(operation).filter(|_| !operation.good);
        if let Some(cause) = cause {
            self.local.add(operation, cause);
        }
        if operation.good || warm {
            return;
        }
        let whole = self.whole_second(second, windows);
        if cause.is_some() {
            if let Some(step) = self.steps.get_mut(usize::from(operation.step.0)) {
                step.local += 1;
                step.latencies.bad = step.latencies.bad.saturating_sub(1);
            }
            for strike in whole.place().faults() {
                let tally = &mut self.strikes[strike];
                tally.local += 1;
                tally.operations = tally.operations.saturating_sub(1);
                tally.bad = tally.bad.saturating_sub(1);
            }
        }
        for tally in &mut self.tallies {
            let wanted = tally.wanted();
            if wanted.selection.has(operation.step) && whole.place().is_in(&wanted.aim) {
                match cause {
                    Some(cause) => tally.marked_local(operation, cause),
                    None => tally.marked(operation),
                }
            }
        }
        self.near = Some(whole);
    }

    fn whole_second(&mut self, second: i64, windows: &Observed) -> WholeSecond {
        self.near.take().filter(|near| near.second == second).unwrap_or_else(|| windows.second(second))
    }
}

/// Whether a whole second holds operations of the warm-up: then it is excluded whole.
fn is_warmup(second: i64, manifest: &Manifest) -> bool {
    manifest.load_start < manifest.warmup_end && second_span(second).from < manifest.warmup_end
}

/// Reads the record into what is wanted.
pub fn survey(
    record: &Record,
    windows: &Observed,
    wanted: Vec<Wanted>,
    strikes: usize,
) -> Result<Survey, RecordError> {
    let mut survey = Survey::new(record, windows, wanted, strikes);
    let manifest = &record.manifest;
    if survey.exact {
        survey.incomplete =
            each_operation(record, |operation| survey.operation(operation, manifest, windows))?;
        return Ok(survey);
    }
    for rows in record.histogram_batches()? {
        for row in rows?.iter().filter(|row| is_load(manifest, row.step)) {
            survey.row(row, manifest, windows);
        }
    }
    each_operation(record, |operation| survey.marked(operation, manifest, windows))?;
    Ok(survey)
}

/// Reads the record into the lanes that watch for recoveries. A reading of its own: where a recovery ends must be known
/// before operations can be told to their windows.
pub fn watch(record: &Record, lanes: &mut [Lane]) -> Result<(), RecordError> {
    let manifest = &record.manifest;
    if lanes.is_empty() {
        return Ok(());
    }
    let ours = Local::new(record);
    if manifest.complete {
        each_operation(record, |operation| {
            // What failed by our own doing says nothing of when users were served.
            if operation.intended >= manifest.warmup_end && ours.cause(operation).is_none() {
                lanes.iter_mut().for_each(|lane| lane.operation(operation));
            }
        })?;
        return Ok(());
    }
    for rows in record.histogram_batches()? {
        for row in rows?.iter().filter(|row| !is_warmup(row.second, manifest)) {
            lanes.iter_mut().for_each(|lane| lane.row(row));
        }
    }
    each_operation(record, |operation| {
        if !operation.good && ours.cause(operation).is_some() {
            lanes.iter_mut().for_each(|lane| lane.forget(operation));
        }
    })?;
    Ok(())
}

/// Every operation of the load but deliberate repetitions, which no user wanted, in the order in which the record completes them; gives the number of those that are not
/// whole.
///
/// # Errors
/// If the record cannot be read.
pub fn each_operation(record: &Record, mut take: impl FnMut(&Operation)) -> Result<u64, RecordError> {
    each_attempt(record, |_| (), |operation| take(operation))
}

/// The same, and of each attempt of these operations its outline besides, in the order of the record.
///
/// # Errors
/// If the record cannot be read.
pub fn each_attempt(
    record: &Record,
    mut attempt: impl FnMut(&Outline),
    mut operation: impl FnMut(&Operation),
) -> Result<u64, RecordError> {
    let mut joiner = Joiner::default();
    for rows in record.outlines()? {
        for row in rows?.iter().filter(|row| is_load(&record.manifest, row.step) && !row.is_replay) {
            attempt(row);
            if let Some(whole) = joiner.take(row) {
                operation(&whole);
            }
        }
    }
    Ok(joiner.incomplete())
}

fn is_load(manifest: &Manifest, step: StepId) -> bool {
    manifest.steps.get(usize::from(step.0)).is_some_and(|info| info.scope == Scope::Load)
}
