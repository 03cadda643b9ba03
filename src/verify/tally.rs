//! What is counted of the operations of one window: sums by second, latencies by bucket.

use super::local::{Cause, LocalCount};
use super::operations::Operation;
use super::scope::Selection;
use super::trouble::Troubles;
use super::windows::{Aim, Observed};
use crate::event::Nanos;
use crate::record::{HistogramRow, Series};
use crate::stats::{Bucket, BySecond, Latencies, SecondLatencies};
use std::collections::BTreeSet;

/// What is to be counted.
#[derive(Clone, Debug, PartialEq)]
pub struct Wanted {
    /// Of which steps.
    pub selection: Selection,
    /// In which window.
    pub aim: Aim,
    /// Whether latencies are wanted by second, for the interval of a quantile.
    pub by_second: bool,
    /// The limit whose share is wanted.
    pub limit: Option<Nanos>,
}

/// Sums over one second (or a few, in a long run). Times in nanoseconds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cell {
    /// Operations.
    pub operations: u64,
    /// Good ones.
    pub good: u64,
    /// Arrivals, dropped ones among them.
    pub arrivals: u64,
    /// Arrivals that could not start.
    pub dropped: u64,
    /// Requests.
    pub attempts: u64,
    /// Good operations within the limit, from the intended start.
    pub within: u64,
    /// The same from the actual start.
    pub within_from_send: u64,
    /// The latencies of the good ones added up.
    pub sum: f64,
    /// The same from the actual start.
    pub sum_from_send: f64,
}

impl Cell {
    fn add(&mut self, other: &Cell) {
        self.operations += other.operations;
        self.good += other.good;
        self.arrivals += other.arrivals;
        self.dropped += other.dropped;
        self.attempts += other.attempts;
        self.within += other.within;
        self.within_from_send += other.within_from_send;
        self.sum += other.sum;
        self.sum_from_send += other.sum_from_send;
    }

    /// Operations of which an attempt was made.
    pub fn attempted(&self) -> u64 {
        self.operations - self.dropped.min(self.operations)
    }
}

/// The counts of one window.
#[derive(Clone, Debug)]
pub struct Tally {
    wanted: Wanted,
    /// How many seconds are one cell: 1, more in a run so long that its cells would fill the memory.
    width: i64,
    cells: BySecond<Cell>,
    seconds: BySecond<SecondLatencies>,
    /// Latencies from the intended start.
    pub latencies: Latencies,
    /// Latencies from the actual start.
    pub from_send: Latencies,
    /// The longest latency of a good operation, from the intended start.
    pub max: Option<Nanos>,
    /// The same from the actual start.
    pub max_from_send: Option<Nanos>,
    /// What was wrong with the bad ones.
    pub troubles: Troubles,
    /// Those that failed by our own doing: in no other count.
    pub local: LocalCount,
    /// How many were under way while a strike that the window names was in force.
    pub in_force: u64,
}

/// A run has at most about so many cells.
const MOST_CELLS: f64 = 2_000.0;

impl Tally {
    /// An empty one.
    pub fn new(wanted: Wanted, windows: &Observed) -> Tally {
        let width = (windows.measured().length().as_secs_f64() / MOST_CELLS).ceil().max(1.0) as i64;
        Tally {
            wanted,
            width,
            cells: BySecond::default(),
            seconds: BySecond::default(),
            latencies: Latencies::default(),
            from_send: Latencies::default(),
            max: None,
            max_from_send: None,
            troubles: Troubles::default(),
            local: LocalCount::default(),
            in_force: 0,
        }
    }

    /// What it counts.
    pub fn wanted(&self) -> &Wanted {
        &self.wanted
    }

    /// Counts an operation that failed by our own doing.
    pub fn local(&mut self, operation: &Operation, cause: Cause) {
        self.local.add(operation, cause);
    }

    /// The same of a bad one that the histograms have counted already.
    pub fn marked_local(&mut self, operation: &Operation, cause: Cause) {
        self.local.add(operation, cause);
        let place = operation.intended.second().div_euclid(self.width);
        let cell = self.cells.at(place);
        cell.operations = cell.operations.saturating_sub(1);
        cell.arrivals = cell.arrivals.saturating_sub(u64::from(operation.arrival));
        cell.attempts = cell.attempts.saturating_sub(u64::from(operation.attempts.max(1)));
        self.latencies.bad = self.latencies.bad.saturating_sub(1);
        self.from_send.bad = self.from_send.bad.saturating_sub(1);
        if self.wanted.by_second {
            let second = self.seconds.at(place);
            second.bad = second.bad.saturating_sub(1);
        }
    }

    /// Counts an operation. Whether it belongs here is for the caller to say.
    pub fn operation(&mut self, operation: &Operation) {
        let (latency, from_send) = (operation.latency(), operation.latency_from_send());
        let limit = self.wanted.limit;
        let within = |latency| operation.good && limit.is_some_and(|limit| latency <= limit);
        let place = operation.intended.second().div_euclid(self.width);
        let good = operation.good;
        let cell = self.cells.at(place);
        cell.operations += 1;
        cell.good += u64::from(good);
        cell.arrivals += u64::from(operation.arrival);
        cell.dropped += u64::from(operation.dropped);
        cell.attempts += u64::from(operation.attempts);
        cell.within += u64::from(within(latency));
        cell.within_from_send += u64::from(within(from_send));
        if good {
            cell.sum += latency.0 as f64;
            cell.sum_from_send += from_send.0 as f64;
            self.max = self.max.max(Some(latency));
            self.max_from_send = self.max_from_send.max(Some(from_send));
        } else {
            self.troubles.add(operation);
        }
        let bucket = Bucket::of(latency.as_micros());
        self.latencies.add(bucket, good, 1);
        self.from_send.add(Bucket::of(from_send.as_micros()), good, 1);
        self.second(place, bucket, good, 1);
    }

    /// Counts a row of the histograms. Latencies are taken for the middle of their bucket.
    pub fn row(&mut self, row: &HistogramRow) {
        let place = row.second.div_euclid(self.width);
        let count = u64::from(row.count);
        let middle = (row.bucket.lowest() + row.bucket.highest()) as f64 * 500.0;
        let longest = Nanos(row.bucket.highest() as i64 * 1_000);
        let within = row.good && self.wanted.limit.is_some_and(|limit| longest <= limit);
        let cell = self.cells.at(place);
        match row.series {
            Series::Response => {
                cell.operations += count;
                cell.within += if within { count } else { 0 };
                if row.good {
                    cell.good += count;
                    cell.sum += middle * count as f64;
                    self.max = self.max.max(Some(longest));
                }
                self.latencies.add(row.bucket, row.good, count);
                self.second(place, row.bucket, row.good, count);
            }
            Series::FromSend => {
                cell.within_from_send += if within { count } else { 0 };
                if row.good {
                    cell.sum_from_send += middle * count as f64;
                    self.max_from_send = self.max_from_send.max(Some(longest));
                }
                self.from_send.add(row.bucket, row.good, count);
            }
            Series::Service => cell.attempts += count,
            Series::Lateness => cell.arrivals += count,
        }
    }

    /// Counts what a record of marked operations tells beside its histograms: a bad operation.
    pub fn marked(&mut self, operation: &Operation) {
        self.troubles.add(operation);
        if operation.dropped {
            let place = operation.intended.second().div_euclid(self.width);
            let cell = self.cells.at(place);
            cell.dropped += 1;
            // The histograms count its row as if it had been an attempt.
            cell.attempts = cell.attempts.saturating_sub(1);
        }
    }

    fn second(&mut self, place: i64, bucket: Bucket, good: bool, count: u64) {
        if !self.wanted.by_second {
            return;
        }
        let second = self.seconds.at(place);
        if !good {
            second.bad += count;
            return;
        }
        match second.good.binary_search_by_key(&bucket, |(bucket, _)| *bucket) {
            Ok(found) => second.good[found].1 += count,
            Err(gap) => second.good.insert(gap, (bucket, count)),
        }
    }

    /// All cells added up.
    pub fn total(&self) -> Cell {
        let mut total = Cell::default();
        self.cells.iter().for_each(|(_, cell)| total.add(cell));
        total
    }

    /// The cells of the window in order of time, empty ones included; each with its length inside the window in seconds.
    pub fn cells(&self, windows: &Observed) -> Vec<(Cell, f64)> {
        self.places(windows)
            .map(|place| {
                let from = Nanos(place.saturating_mul(self.width).saturating_mul(1_000_000_000));
                let stretch = crate::stats::Window::new(from, from + Nanos(self.width * 1_000_000_000));
                let cell = self.cells.get(place).cloned().unwrap_or_default();
                (cell, windows.seconds_within(&self.wanted.aim, stretch))
            })
            .collect()
    }

    /// The latencies of each cell of the window in order of time, empty ones included.
    pub fn by_second(&self, windows: &Observed) -> Vec<SecondLatencies> {
        self.places(windows).map(|place| self.seconds.get(place).cloned().unwrap_or_default()).collect()
    }

    /// The cells that the window touches, and those of operations that began before and were caught by it.
    fn places(&self, windows: &Observed) -> impl Iterator<Item = i64> {
        let mut places: BTreeSet<i64> = self.cells.iter().map(|(place, _)| place).collect();
        places.extend(windows.touched(&self.wanted.aim, self.width));
        places.into_iter()
    }
}
