//! An indicator in bins of time: whether each of them says that users were served.

use super::operations::Operation;
use crate::event::Nanos;
use crate::plan::expression::{Comparator, Counts, Expectation, Metric};
use crate::record::{HistogramRow, Series};
use crate::stats::{Bin, rank};

/// What an indicator needs of one bin.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct BinCell {
    operations: u32,
    good: u32,
    /// Good ones whose latency stands to the indicator's bound as it should.
    within: u32,
    arrivals: u32,
    dropped: u32,
    attempts: u32,
    sum: f64,
}

impl BinCell {
    fn counts(&self) -> Counts {
        let [operations, good, arrivals, dropped, attempts] =
            [self.operations, self.good, self.arrivals, self.dropped, self.attempts].map(u64::from);
        Counts { operations, good, arrivals, dropped, attempts }
    }

    /// Takes a bad operation out again.
    pub fn forget(&mut self, operation: &Operation) {
        self.operations = self.operations.saturating_sub(1);
        self.arrivals = self.arrivals.saturating_sub(u32::from(operation.arrival));
        self.attempts = self.attempts.saturating_sub(operation.attempts.max(1));
    }
}

/// Decides for a bin whether an indicator holds in it.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    expectation: Expectation,
}

impl Rule {
    /// The rule for an indicator; nothing for one that says nothing of a tenth of a second.
    pub fn new(expectation: &Expectation) -> Option<Rule> {
        match expectation.metric {
            Metric::Recovery | Metric::RecoveryAfterHeal | Metric::Probe(..) => None,
            _ => Some(Rule { expectation: expectation.clone() }),
        }
    }

    /// Counts one operation.
    pub fn operation(&self, cell: &mut BinCell, operation: &Operation) {
        cell.operations += 1;
        cell.arrivals += u32::from(operation.arrival);
        cell.dropped += u32::from(operation.dropped);
        cell.attempts += operation.attempts;
        if operation.good {
            let latency = operation.latency().0 as f64;
            cell.good += 1;
            cell.sum += latency;
            cell.within += u32::from(self.is_within(latency));
        }
    }

    /// Counts a row of the histograms.
    pub fn row(&self, cell: &mut BinCell, row: &HistogramRow) {
        match row.series {
            Series::Response => {
                cell.operations = cell.operations.saturating_add(row.count);
                if row.good {
                    let latency = row.bucket.highest() as f64 * 1e3;
                    cell.good = cell.good.saturating_add(row.count);
                    cell.sum += latency * f64::from(row.count);
                    cell.within =
                        cell.within.saturating_add(if self.is_within(latency) { row.count } else { 0 });
                }
            }
            Series::Service => cell.attempts = cell.attempts.saturating_add(row.count),
            Series::Lateness => cell.arrivals = cell.arrivals.saturating_add(row.count),
            Series::FromSend => {}
        }
    }

    /// Whether the latency of a good operation is on the right side of the indicator's limit.
    fn is_within(&self, latency: f64) -> bool {
        match self.expectation.metric {
            Metric::Share(limit) => latency <= limit.as_nanos() as f64,
            Metric::Quantile(_) | Metric::Max => match self.expectation.comparator {
                // The value at a rank is above a bound if fewer than rank values are at or below it.
                Comparator::More => latency <= self.bound(),
                Comparator::AtLeast => latency < self.bound(),
                comparator => comparator.holds(latency, self.bound()),
            },
            _ => true,
        }
    }

    fn bound(&self) -> f64 {
        self.expectation.bound.value
    }

    /// What a bin of so many seconds says.
    pub fn judge(&self, cell: &BinCell, seconds: f64) -> Bin {
        if cell.operations == 0 {
            return Bin::Empty;
        }
        let share = |part: u32, whole: u32| if whole == 0 { 0.0 } else { f64::from(part) / f64::from(whole) };
        let value = match self.expectation.metric {
            Metric::Availability | Metric::ErrorRate | Metric::Dropped | Metric::AttemptsPerOperation => {
                cell.counts().ratio(&self.expectation.metric).unwrap_or(0.0)
            }
            Metric::Share(_) => share(cell.within, cell.operations),
            Metric::Quantile(q) => return self.ranked(cell, rank(q, u64::from(cell.operations))),
            Metric::Max => return self.ranked(cell, u64::from(cell.operations)),
            Metric::Mean if cell.good == 0 => return Bin::Bad,
            Metric::Mean => cell.sum / f64::from(cell.good),
            Metric::Throughput => f64::from(cell.good) / seconds,
            Metric::Recovery | Metric::RecoveryAfterHeal | Metric::Probe(..) => return Bin::Empty,
        };
        if self.expectation.holds(value) { Bin::Good } else { Bin::Bad }
    }

    /// Whether the value at this rank holds: whether so many are on the right side.
    fn ranked(&self, cell: &BinCell, rank: u64) -> Bin {
        let reached = u64::from(cell.within) >= rank;
        let wants_above = matches!(self.expectation.comparator, Comparator::More | Comparator::AtLeast);
        if reached == wants_above { Bin::Bad } else { Bin::Good }
    }
}

/// So many bins at most: two days of tenths of a second. Nobody waits longer for a recovery, and a record that was changed
/// by hand may ask for any number.
const MOST: usize = 2_000_000;

/// Bins of equal width, from an origin on the run's clock.
#[derive(Clone, Debug)]
pub struct Bins {
    /// The beginning of the first.
    pub origin: Nanos,
    /// The width of each.
    pub width: Nanos,
    cells: Vec<BinCell>,
}

impl Bins {
    /// As many whole bins as fit before `to`, up to [`MOST`].
    pub fn new(origin: Nanos, width: Nanos, to: Nanos) -> Bins {
        let count = (to - origin).0.max(0) / width.0.max(1);
        Bins { origin, width, cells: vec![BinCell::default(); usize::try_from(count).unwrap_or(0).min(MOST)] }
    }

    /// The bin of a point in time.
    pub fn at(&mut self, time: Nanos) -> Option<&mut BinCell> {
        let place = (time - self.origin).0.div_euclid(self.width.0.max(1));
        self.cells.get_mut(usize::try_from(place).ok()?)
    }

    /// What each of them says.
    pub fn judged(&self, rule: &Rule) -> Vec<Bin> {
        self.cells.iter().map(|cell| rule.judge(cell, self.width.as_secs_f64())).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(text: &str) -> Rule {
        Rule::new(&text.parse().expect("an expectation")).expect("an indicator")
    }

    fn cell(rule: &Rule, latencies: &[f64], bad: u32) -> BinCell {
        let mut cell = BinCell { operations: bad, ..BinCell::default() };
        for latency in latencies {
            cell.operations += 1;
            cell.good += 1;
            cell.within += u32::from(rule.is_within(latency * 1e6));
            cell.sum += latency * 1e6;
        }
        cell
    }

    #[test]
    fn each_kind_of_indicator_judges_a_bin() {
        let judge = |text: &str, latencies: &[f64], bad| {
            let rule = rule(text);
            rule.judge(&cell(&rule, latencies, bad), 0.1)
        };
        for (text, latencies, bad, expected) in [
            ("availability >= 99%", &[1.0; 99][..], 1, Bin::Good),
            ("availability >= 99%", &[1.0; 98], 2, Bin::Bad),
            ("error_rate < 50%", &[1.0], 1, Bin::Bad),
            ("p50 < 10ms", &[5.0, 20.0], 0, Bin::Good),
            ("p50 < 10ms", &[5.0, 20.0], 1, Bin::Bad),
            ("p50 > 10ms", &[20.0, 20.0], 0, Bin::Good),
            ("p50 > 10ms", &[5.0, 20.0], 0, Bin::Bad),
            ("max <= 10ms", &[5.0, 10.0], 0, Bin::Good),
            ("max <= 10ms", &[5.0, 10.1], 0, Bin::Bad),
            ("mean <= 10ms", &[5.0, 15.0], 7, Bin::Good),
            ("mean <= 10ms", &[], 7, Bin::Bad),
            ("share(<=10ms) >= 50%", &[5.0, 15.0], 0, Bin::Good),
            ("share(<=10ms) >= 50%", &[5.0, 15.0], 1, Bin::Bad),
            ("throughput >= 20/s", &[1.0, 1.0], 5, Bin::Good),
            ("availability >= 99%", &[], 0, Bin::Empty),
        ] {
            assert_eq!(judge(text, latencies, bad), expected, "{text} of {latencies:?} and {bad} bad");
        }
        assert_eq!(Rule::new(&"recovery < 3s".parse().expect("reads")), None);
    }

    #[test]
    fn only_whole_bins_count() {
        let mut bins = Bins::new(Nanos(1_000), Nanos(100), Nanos(1_350));
        assert_eq!(bins.cells.len(), 3);
        assert!(bins.at(Nanos(999)).is_none() && bins.at(Nanos(1_300)).is_none());
        assert!(bins.at(Nanos(1_000)).is_some() && bins.at(Nanos(1_299)).is_some());
        assert!(Bins::new(Nanos(5), Nanos(100), Nanos(1)).cells.is_empty());
    }
}
