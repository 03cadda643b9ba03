//! When users were served again after each strike: from applied and from healed.

use super::bins::{Bins, Rule};
use super::operations::Operation;
use super::scope::Selection;
use super::strike::Strike;
use super::windows::next_of_same;
use crate::event::Nanos;
use crate::plan::expression::Expectation;
use crate::record::{HistogramRow, Series};
use crate::stats::{Bin, recovery};

/// The width of a bin where every operation was kept.
pub const FINE: Nanos = Nanos(100_000_000);
/// The width of a bin where only histograms are complete.
pub const COARSE: Nanos = Nanos(1_000_000_000);

/// From where a recovery is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Since {
    /// From the time at which the fault was in force, or from the first bad bin since its action began if that came before:
    /// a target that is stopped fails users long before it has ended. Never from before the action.
    Applied,
    /// From the time at which it was gone.
    Healed,
}

/// What has to hold again, of which steps, and for how long.
#[derive(Clone, Debug, PartialEq)]
pub struct Watch {
    /// The indicator.
    pub indicator: Expectation,
    /// The steps.
    pub selection: Selection,
    /// For how long.
    pub hold: Nanos,
    /// From where it is counted.
    pub since: Since,
    /// After every strike of this fault.
    pub fault: String,
}

/// Where a recovery lies, in seconds from the beginning that was asked for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Found {
    /// It came no earlier.
    pub low: f64,
    /// It came no later; absent: not seen before the end of the load, or before the fault struck again.
    pub high: Option<f64>,
    /// From where it counts, on the run's clock.
    pub since: Nanos,
    /// The beginning of the first bin from which the indicator holds, on the run's clock.
    pub good_from: Option<Nanos>,
    /// When the indicator broke again after it had held, in seconds from the same beginning.
    pub relapse: Option<f64>,
}

/// The bins of one watch after one strike.
#[derive(Debug)]
struct Stretch {
    strike: usize,
    /// From where operations count: the beginning of the action, or the heal.
    from: Nanos,
    /// From where the recovery counts, at the latest.
    since: Nanos,
    to: Nanos,
    bins: Bins,
}

impl Stretch {
    /// Bins that lie on `since`, as many before it as reach back to `from`.
    fn new(strike: usize, from: Nanos, since: Nanos, to: Nanos, width: Nanos) -> Stretch {
        // Whole seconds are those of the run's clock, as the histograms have them.
        let origin = match width == COARSE {
            true => Nanos(from.second() * COARSE.0),
            false => since - Nanos(((since - from).0 + width.0 - 1) / width.0 * width.0),
        };
        Stretch { strike, from, since, to, bins: Bins::new(origin, width, to) }
    }

    /// From where the recovery counts, given what the bins say.
    fn counted_from(&self, bins: &[Bin]) -> Nanos {
        let begin = |bin: usize| self.bins.origin + Nanos(self.bins.width.0.saturating_mul(bin as i64));
        let before = (0..bins.len()).take_while(|bin| begin(*bin) < self.since);
        let bad = before.into_iter().find(|bin| bins[*bin] == Bin::Bad);
        bad.map_or(self.since, |bin| begin(bin).clamp(self.from, self.since))
    }
}

/// One watch with all the strikes that it follows.
#[derive(Debug)]
pub struct Lane {
    watch: Watch,
    rule: Rule,
    /// In order of time; none overlaps another.
    stretches: Vec<Stretch>,
}

impl Lane {
    /// Watches every strike of its fault, up to the end of the load or the next strike. Nothing where the indicator is
    /// none.
    pub fn new(watch: Watch, strikes: &[Strike], load_end: Nanos, width: Nanos) -> Option<Lane> {
        let rule = Rule::new(&watch.indicator)?;
        let stretches = strikes
            .iter()
            .enumerate()
            .filter(|(_, strike)| strike.id == watch.fault)
            .filter_map(|(number, strike)| {
                let applied = strike.applied?;
                let (from, since) = match watch.since {
                    Since::Applied => (strike.begun()?, applied),
                    Since::Healed => (strike.gone()?, strike.gone()?),
                };
                let to = next_of_same(strikes, number).unwrap_or(load_end).min(load_end);
                Some(Stretch::new(number, from, since, to, width))
            })
            .collect();
        Some(Lane { watch, rule, stretches })
    }

    /// Counts one operation by its intended start.
    pub fn operation(&mut self, operation: &Operation) {
        if !self.watch.selection.has(operation.step) {
            return;
        }
        let after = self.stretches.partition_point(|stretch| stretch.from <= operation.intended);
        if let Some(stretch) = self.stretches[..after].last_mut()
            && operation.intended < stretch.to
            && let Some(cell) = stretch.bins.at(operation.intended)
        {
            self.rule.operation(cell, operation);
        }
    }

    /// Counts a row of the histograms.
    pub fn row(&mut self, row: &HistogramRow) {
        if !self.watch.selection.has(row.step) || row.series == Series::FromSend {
            return;
        }
        let at = Nanos(row.second.saturating_mul(1_000_000_000));
        for stretch in &mut self.stretches {
            if let Some(cell) = stretch.bins.at(at) {
                self.rule.row(cell, row);
            }
        }
    }

    /// Takes a bad operation out of the histograms' counts again.
    pub fn forget(&mut self, operation: &Operation) {
        if !self.watch.selection.has(operation.step) {
            return;
        }
        let at = Nanos(operation.intended.second().saturating_mul(1_000_000_000));
        for stretch in &mut self.stretches {
            if let Some(cell) = stretch.bins.at(at) {
                cell.forget(operation);
            }
        }
    }

    /// Where recovery lies after a strike; nothing if there was nothing to recover from: it was not applied, or not
    /// healed.
    pub fn found(&self, strike: usize) -> Option<Found> {
        let stretch = self.stretches.iter().find(|stretch| stretch.strike == strike)?;
        let all = stretch.bins.judged(&self.rule);
        let width = stretch.bins.width;
        let since = stretch.counted_from(&all);
        let skipped = ((since - stretch.bins.origin).0.max(0) / width.0) as usize;
        let bins = &all[skipped.min(all.len())..];
        let origin = stretch.bins.origin + Nanos(width.0.saturating_mul(skipped as i64));
        let hold =
            usize::try_from((self.watch.hold.0.max(0) as u64).div_ceil(width.0 as u64)).unwrap_or(usize::MAX);
        let recovery = recovery(bins, hold);
        let (low, high) = recovery.bounds(width.as_secs_f64());
        let offset = (since - origin).as_secs_f64();
        let begin = |bin: usize| origin + Nanos(width.0.saturating_mul(bin as i64));
        let after = recovery.first_good.map_or(bins.len(), |first| first + hold).min(bins.len());
        let relapse = bins[after..].iter().position(|bin| *bin == Bin::Bad);
        Some(Found {
            low: (low - offset).max(0.0),
            high: high.map(|high| (high - offset).max(0.0)),
            since,
            good_from: recovery.first_good.map(|bin| begin(bin).max(since)),
            relapse: relapse.map(|place| (begin(after + place) - since).as_secs_f64()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{ErrorKind, Outcome, StepId};
    use crate::record::{Scope, StepInfo};

    fn at(seconds: f64) -> Nanos {
        Nanos::from_secs_f64(seconds)
    }

    fn lane(since: Since, strikes: &[Strike]) -> Lane {
        let step = StepInfo {
            flow: "buy".into(),
            name: "order".into(),
            method: "POST".into(),
            path: "/".into(),
            scope: Scope::Load,
        };
        let watch = Watch {
            indicator: "availability >= 99%".parse().expect("reads"),
            selection: Selection::new(&[step], None, None),
            hold: at(3.0),
            since,
            fault: "a".into(),
        };
        Lane::new(watch, strikes, at(30.0), FINE).expect("an indicator")
    }

    /// 100 operations a second from 0 to 30 s; those that start within any of these stretches are bad.
    fn feed(lane: &mut Lane, bad: &[(f64, f64)]) {
        for number in 0..3_000 {
            let intended = at(f64::from(number) / 100.0);
            let good = !bad.iter().any(|(from, to)| at(*from) <= intended && intended < at(*to));
            lane.operation(&Operation {
                step: StepId(0),
                intended,
                started: intended,
                end: intended,
                outcome: Outcome::Ok,
                good,
                arrival: true,
                dropped: false,
                attempts: 1,
                error: ErrorKind::None,
                status: None,
                bytes: 0,
            });
        }
    }

    fn strike(applied: f64, healed: Option<f64>) -> Strike {
        Strike { id: "a".into(), applied: Some(at(applied)), healed: healed.map(at), ..Strike::default() }
    }

    fn close(found: Option<f64>, expected: f64) -> bool {
        found.is_some_and(|found| (found - expected).abs() < 1e-6)
    }

    #[test]
    fn it_lies_between_the_last_bad_and_the_first_good_bin() {
        let mut lane = lane(Since::Applied, &[strike(10.0, Some(20.0))]);
        feed(&mut lane, &[(10.0, 10.25), (10.5, 11.45)]);
        let found = lane.found(0).expect("applied");
        assert!(close(Some(found.low), 1.4) && close(found.high, 1.6), "{found:?}");
        assert_eq!(found.good_from, Some(at(11.5)));
        assert_eq!(found.relapse, None);
    }

    #[test]
    fn without_three_good_seconds_before_the_end_it_was_not_seen() {
        let mut lane = lane(Since::Applied, &[strike(10.0, None)]);
        feed(&mut lane, &[(10.0, 28.0)]);
        let found = lane.found(0).expect("applied");
        assert!(close(Some(found.low), 17.9) && found.high.is_none(), "{found:?}");
    }

    #[test]
    fn it_counts_from_the_first_trouble_since_the_action_began() {
        // A stop of 4 s: users fail from its first second on, and before it nothing is charged.
        let stop = Strike { started: Some(at(10.05)), ..strike(14.0, Some(20.0)) };
        let mut lane = lane(Since::Applied, std::slice::from_ref(&stop));
        feed(&mut lane, &[(9.0, 9.5), (11.0, 15.0)]);
        let found = lane.found(0).expect("applied");
        assert!(close(Some(found.low), 3.9) && close(found.high, 4.1), "{found:?}");
        // One that users felt only when it was in force counts from there.
        let mut lane = self::lane(Since::Applied, &[stop]);
        feed(&mut lane, &[(9.0, 10.05), (14.0, 15.0)]);
        let found = lane.found(0).expect("applied");
        assert!(close(Some(found.low), 0.9) && close(found.high, 1.1), "{found:?}");
    }

    #[test]
    fn who_never_suffered_recovered_at_once_and_a_relapse_is_told() {
        let mut lane = lane(Since::Healed, &[strike(10.0, Some(12.0))]);
        feed(&mut lane, &[(10.0, 12.0), (17.0, 17.5)]);
        let found = lane.found(0).expect("healed");
        assert_eq!((found.low, found.high), (0.0, Some(0.0)));
        assert!(close(found.relapse, 5.0), "{found:?}");
    }

    #[test]
    fn the_next_strike_ends_the_watch_and_one_never_healed_has_none() {
        let strikes = [strike(10.0, Some(11.0)), strike(13.0, None)];
        let mut applied = lane(Since::Applied, &strikes);
        feed(&mut applied, &[(10.0, 11.0)]);
        assert_eq!(applied.found(0).expect("applied").high, None, "it holds for 2 s only before the next");
        assert_eq!(applied.found(1).expect("applied").high, Some(0.0));
        assert_eq!(lane(Since::Healed, &strikes).found(1), None);
    }
}
