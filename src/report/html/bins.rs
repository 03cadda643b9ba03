//! The time that all charts of a page share, cut into bins of whole seconds.

use super::chart::Point;
use crate::event::{Nanos, Phase};
use crate::record::Manifest;

/// A chart has at most so many points to a line; a longer run has wider bins.
const MOST: i64 = 240;
/// The widths of bins, in seconds, that a reader can count with.
const WIDTHS: [i64; 14] = [1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 30, 60, 120];
const SECOND: i64 = 1_000_000_000;
/// Less than this of a bin, in seconds, makes no rate.
const SLIVER: f64 = 0.2;

/// Whole seconds of the run's clock in bins of equal width; times are shown from the start of the load.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bins {
    load_start: Nanos,
    first: i64,
    /// How many seconds a bin has.
    pub width: i64,
    /// How many bins there are.
    pub count: usize,
    /// Where the charts end, in seconds from the start of the load.
    pub end: f64,
}

impl Bins {
    /// From the start of the load to the end of its drain; none where there was no load.
    pub fn of(manifest: &Manifest) -> Bins {
        if manifest.load_end <= manifest.load_start {
            return Bins::between(manifest.load_start, manifest.load_start);
        }
        let drained = manifest.phases.iter().find(|info| info.phase == Phase::Drain).map(|info| info.to);
        let end = drained.unwrap_or(manifest.load_end).max(manifest.load_end);
        Bins::between(manifest.load_start, end)
    }

    fn between(from: Nanos, to: Nanos) -> Bins {
        let first = from.second();
        let seconds = match to.0.saturating_sub(1) {
            last if to > from => last.div_euclid(SECOND) - first + 1,
            _ => 0,
        };
        let needed = seconds.div_euclid(MOST) + i64::from(seconds.rem_euclid(MOST) > 0);
        let width = WIDTHS.into_iter().find(|width| *width >= needed).unwrap_or(needed).max(1);
        let count = (seconds + width - 1).div_euclid(width).max(0) as usize;
        Bins { load_start: from, first, width, count, end: (to - from).as_secs_f64().max(0.0) }
    }

    /// The bin of a second of the run's clock; nothing outside the charts.
    pub fn place(&self, second: i64) -> Option<usize> {
        let place = second.checked_sub(self.first)?.div_euclid(self.width);
        usize::try_from(place).ok().filter(|place| *place < self.count)
    }

    /// The seconds of a bin that lie in the charts.
    pub fn seconds_in(&self, place: usize) -> u64 {
        let from = place as f64 * self.width as f64;
        let last = self.seconds(self.first).abs() + self.end;
        (last - from).ceil().clamp(1.0, self.width as f64) as u64
    }

    /// A count of a bin as a rate. Of a bin that is cut off by the start or the end of the load, the part inside it counts; a
    /// sliver says nothing.
    pub fn rate(&self, place: usize, count: u64) -> Point {
        let inside = self.from(place + 1).min(self.end) - self.from(place).max(0.0);
        if inside < SLIVER { Point::Gap } else { Point::At(count as f64 / inside) }
    }

    /// Where a second of the run's clock begins, in seconds from the start of the load.
    pub fn seconds(&self, second: i64) -> f64 {
        (Nanos(second.saturating_mul(SECOND)) - self.load_start).as_secs_f64()
    }

    /// Where a bin begins, in seconds from the start of the load. The first may begin a little before it.
    pub fn from(&self, place: usize) -> f64 {
        self.seconds(self.first + place as i64 * self.width)
    }

    /// Its middle.
    pub fn middle(&self, place: usize) -> f64 {
        self.from(place) + self.width as f64 / 2.0
    }

    /// A moment of the run's clock, in seconds from the start of the load.
    pub fn at(&self, moment: Nanos) -> f64 {
        (moment - self.load_start).as_secs_f64()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bins(from: f64, to: f64) -> Bins {
        Bins::between(Nanos::from_secs_f64(from), Nanos::from_secs_f64(to))
    }

    #[test]
    fn a_short_run_has_a_bin_for_each_second() {
        let bins = bins(2.25, 32.25);
        assert_eq!((bins.width, bins.count, bins.end), (1, 31, 30.0));
        assert_eq!((bins.from(0), bins.middle(1)), (-0.25, 1.25));
        assert_eq!(
            (bins.place(2), bins.place(32), bins.place(33), bins.place(1)),
            (Some(0), Some(30), None, None)
        );
    }

    #[test]
    fn a_long_one_has_wider_bins_and_never_too_many() {
        let found = bins(0.0, 1_800.0);
        assert_eq!((found.width, found.count), (8, 225));
        assert_eq!(found.place(1_799), Some(224));
        assert!(bins(0.0, 1e6).count <= MOST as usize);
        assert!(bins(0.0, 1e12).count <= MOST as usize);
    }

    #[test]
    fn a_rate_counts_only_the_part_of_a_bin_that_lies_in_the_load() {
        let bins = bins(2.5, 12.6);
        assert_eq!((bins.rate(0, 50), bins.rate(1, 100)), (Point::At(100.0), Point::At(100.0)));
        assert_eq!(bins.rate(10, 1), Point::At(1.0 / (bins.end - 9.5)));
        assert_eq!(super::Bins { end: 9.6, ..bins }.rate(10, 1), Point::Gap);
    }

    #[test]
    fn a_run_that_never_loaded_has_none() {
        assert_eq!(bins(0.0, 0.0).count, 0);
        assert_eq!(bins(5.0, 1.0).count, 0);
    }
}
