//! The writer's thread: everything that a run records passes through here, and only this touches the disk.

mod arrow_file;
mod attempts;
mod cells;
mod columns;
mod finals;
mod lz4;
mod message;
mod operations;
mod output;
mod rare;
mod tally;
mod turns;

pub(super) use finals::Finals;
pub(super) use output::Failure;

use super::disk::Files;
use super::folder::{EVENTS, HISTOGRAMS, OPERATIONS, SAMPLES};
use super::queue::Queue;
use super::{FileSeal, Observer, RecordError, Series, schema};
use crate::event::{Attempt, Sample, Timed};
use crate::plan::model::Keep;
use arrow_file::ArrowFile;
use attempts::{AttemptColumns, CHUNK};
use cells::{Cells, Kind};
use operations::{Joiner, Operation};
use output::Output;
use rare::{append_histograms, append_samples};
use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};
use tally::Tally;
use turns::Turns;

/// How often rows reach the disk where there are few: what a crash can lose.
const FLUSH: Duration = Duration::from_secs(1);
/// How often whoever watches is told: often enough for a live view and for conditions.
const TELL: Duration = Duration::from_millis(250);
const MOST_SAMPLES: usize = 16 * 1024;

/// What the writer leaves behind.
pub(super) struct Written {
    /// The seals of the files of which all could be written.
    pub(super) seals: BTreeMap<String, FileSeal>,
    pub(super) counts: BTreeMap<String, u64>,
    /// Whether every attempt is in the record.
    pub(super) complete: bool,
    /// Processor time of the writer's thread in seconds.
    pub(super) cpu: f64,
}

pub(super) struct Writer {
    operations: ArrowFile,
    histograms: ArrowFile,
    samples: ArrowFile,
    events: Output,
    columns: AttemptColumns,
    cells: Cells,
    joiner: Joiner,
    waiting_samples: Vec<Sample>,
    tally: Tally,
    keep: Keep,
    observers: Vec<Box<dyn Observer>>,
    failure: Failure,
    turns: Turns,
}

impl Writer {
    pub(super) fn create(
        files: &dyn Files,
        folder: &Path,
        keep: Keep,
        observers: Vec<Box<dyn Observer>>,
        failure: Failure,
    ) -> Result<Writer, RecordError> {
        let arrow = |name, schema| ArrowFile::create(files, &folder.join(name), schema, &failure);
        Ok(Writer {
            operations: arrow(OPERATIONS, schema::operations())?,
            histograms: arrow(HISTOGRAMS, schema::histograms())?,
            samples: arrow(SAMPLES, schema::samples())?,
            events: Output::create(files, &folder.join(EVENTS), &failure, b"")?,
            columns: AttemptColumns::default(),
            cells: Cells::default(),
            joiner: Joiner::default(),
            waiting_samples: Vec::new(),
            tally: Tally::default(),
            keep,
            observers,
            failure,
            turns: Turns::new(false),
        })
    }

    /// Writes what comes until the queue is closed and empty.
    pub(super) fn run(mut self, queue: &Queue) -> Written {
        let mut next = Instant::now() + FLUSH;
        let mut tell = Instant::now() + TELL;
        loop {
            let work = queue.take(tell.min(next));
            self.turns = Turns::new(work.more);
            work.events.into_iter().for_each(|event| self.event(&event));
            work.samples.into_iter().for_each(|sample| self.sample(sample));
            if let Some(mut rows) = work.rows {
                let count = rows.len();
                self.attempts(&mut rows);
                queue.recycle(rows, count);
            }
            if Instant::now() >= next {
                self.flush();
                next = Instant::now() + FLUSH;
            }
            if Instant::now() >= tell {
                self.flush_histograms();
                tell = Instant::now() + TELL;
            }
            if work.done {
                return self.finish();
            }
        }
    }

    fn event(&mut self, event: &Timed) {
        self.observers.iter_mut().for_each(|observer| observer.event(event));
        let kept = match serde_json::to_vec(event) {
            Ok(mut line) => {
                line.push(b'\n');
                self.events.append(&line, &mut self.turns)
            }
            Err(error) => {
                self.failure.set(format!("cannot encode an event: {error}"));
                false
            }
        };
        if kept { self.tally.events += 1 } else { self.tally.events_lost += 1 }
    }

    fn sample(&mut self, sample: Sample) {
        self.observers.iter_mut().for_each(|observer| observer.sample(&sample));
        self.waiting_samples.push(sample);
        if self.waiting_samples.len() >= MOST_SAMPLES {
            self.flush_samples();
        }
    }

    fn attempts(&mut self, rows: &mut Vec<Attempt>) {
        if self.keep == Keep::Marked {
            for chunk in rows.chunks(CHUNK) {
                self.count_all(chunk);
                self.turns.over();
            }
            let came = rows.len();
            rows.retain(is_marked);
            self.tally.left_out += (came - rows.len()) as u64;
        }
        let mut left = rows.as_slice();
        while !left.is_empty() {
            let (chunk, rest) = left.split_at(AttemptColumns::chunk(left));
            if self.keep == Keep::All {
                // Counted chunk by chunk, while the rows are in the cache anyway.
                self.count_all(chunk);
            }
            self.columns.extend(chunk);
            if self.columns.is_full() {
                self.flush_operations();
            }
            left = rest;
            self.turns.over();
        }
    }

    fn count_all(&mut self, rows: &[Attempt]) {
        self.observers.iter_mut().for_each(|observer| observer.attempts(rows));
        for row in rows {
            self.count(row);
            if self.cells.is_full() {
                self.flush_histograms();
            }
        }
    }

    #[inline]
    fn count(&mut self, row: &Attempt) {
        self.tally.attempts += 1;
        if row.replay_of.is_some() {
            // No user wanted it: neither latencies nor availability are the plan's users'.
            self.tally.replays += u64::from(row.last);
            return;
        }
        let kind = |series| Kind { step: row.step, series, outcome: row.outcome, good: row.good };
        let service = row.end - row.sent.unwrap_or(row.started);
        self.cells.count(row.intended, kind(Series::Service), service);
        if row.arrival {
            self.cells.count(row.intended, kind(Series::Lateness), row.started - row.intended);
        }
        if let Some(operation) = self.joiner.join(row) {
            self.operation(&operation);
        }
    }

    fn operation(&mut self, operation: &Operation) {
        self.tally.operation(operation);
        let Operation { step, outcome, good, .. } = *operation;
        let kind = |series| Kind { step, series, outcome, good };
        self.cells.count(operation.intended, kind(Series::Response), operation.end - operation.intended);
        self.cells.count(operation.intended, kind(Series::FromSend), operation.end - operation.started);
    }

    fn flush(&mut self) {
        self.flush_operations();
        self.flush_histograms();
        self.flush_samples();
    }

    fn flush_operations(&mut self) {
        self.columns.append_to(&mut self.operations, &mut self.turns);
    }

    fn flush_histograms(&mut self) {
        let rows = self.cells.finish();
        if !rows.is_empty() {
            append_histograms(&mut self.histograms, &rows, &mut self.turns);
            self.observers.iter_mut().for_each(|observer| observer.histograms(&rows));
        }
    }

    fn flush_samples(&mut self) {
        if !self.waiting_samples.is_empty() {
            append_samples(&mut self.samples, &self.waiting_samples, &mut self.turns);
            self.waiting_samples.clear();
        }
    }

    fn finish(mut self) -> Written {
        for operation in self.joiner.unfinished() {
            self.tally.unfinished += 1;
            self.operation(&operation);
        }
        self.flush();
        let mut counts = self.tally.counts();
        let mut add = |name: &str, count| counts.insert(name.to_owned(), count);
        add("attempts_written", self.operations.written());
        add("attempts_lost", self.operations.lost());
        add("histogram_rows", self.histograms.written());
        add("histogram_rows_lost", self.histograms.lost());
        add("samples", self.samples.written());
        add("samples_lost", self.samples.lost());
        let complete = self.tally.left_out == 0 && self.operations.lost() == 0;
        let sealed = [
            (OPERATIONS, self.operations.seal()),
            (HISTOGRAMS, self.histograms.seal()),
            (SAMPLES, self.samples.seal()),
            (EVENTS, self.events.seal()),
        ];
        let seals = sealed.into_iter().filter_map(|(name, seal)| Some((name.to_owned(), seal?))).collect();
        Written { seals, counts, complete, cpu: thread_cpu() }
    }
}

/// Kept when only marked attempts are: what was not good, what verification follows, what is repeated on purpose or
/// repeats, and all attempts of an operation that has several.
fn is_marked(row: &Attempt) -> bool {
    let compared = row.replay_of.is_some() || row.reply.is_some();
    !row.good || row.key.is_some() || row.attempt > 0 || !row.last || compared
}

fn thread_cpu() -> f64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}
