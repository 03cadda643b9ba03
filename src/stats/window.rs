//! Stretches of the run's clock, and sets of them.

use crate::event::Nanos;

/// One stretch: `from` belongs to it, `to` does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Window {
    /// Its first moment.
    pub from: Nanos,
    /// The first moment after it.
    pub to: Nanos,
}

impl Window {
    /// From `from` until just before `to`; empty if `to` is not later.
    pub fn new(from: Nanos, to: Nanos) -> Window {
        Window { from, to }
    }

    /// Whether it holds no moment at all.
    pub fn is_empty(&self) -> bool {
        self.to <= self.from
    }

    /// Whether the moment belongs to it.
    pub fn contains(&self, at: Nanos) -> bool {
        self.from <= at && at < self.to
    }

    /// Its length; an empty one has none.
    pub fn length(&self) -> Nanos {
        if self.is_empty() { Nanos::ZERO } else { self.to - self.from }
    }
}

/// A set of moments: stretches in order of time that neither overlap nor touch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Windows(Vec<Window>);

impl Windows {
    /// The stretches in order of time.
    pub fn iter(&self) -> impl Iterator<Item = &Window> {
        self.0.iter()
    }

    /// Whether it holds no moment at all.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether the moment belongs to it.
    pub fn contains(&self, at: Nanos) -> bool {
        let after = self.0.partition_point(|window| window.from <= at);
        after > 0 && self.0[after - 1].contains(at)
    }

    /// The length of all its stretches together.
    pub fn length(&self) -> Nanos {
        self.0.iter().fold(Nanos::ZERO, |sum, window| sum + window.length())
    }

    /// All moments of either.
    #[must_use]
    pub fn union(&self, other: &Windows) -> Windows {
        self.0.iter().chain(&other.0).copied().collect()
    }

    /// All moments of this that are not in the other (`steady` is the rest).
    #[must_use]
    pub fn difference(&self, other: &Windows) -> Windows {
        let mut rest = Vec::new();
        for window in &self.0 {
            let mut from = window.from;
            for hole in other.0.iter().filter(|hole| hole.from < window.to && window.from < hole.to) {
                rest.push(Window::new(from, hole.from));
                from = hole.to;
            }
            rest.push(Window::new(from, window.to));
        }
        rest.into_iter().collect()
    }

    /// All moments of both.
    #[must_use]
    pub fn intersection(&self, other: &Windows) -> Windows {
        self.difference(&self.difference(other))
    }
}

impl From<Window> for Windows {
    fn from(window: Window) -> Windows {
        [window].into_iter().collect()
    }
}

impl FromIterator<Window> for Windows {
    fn from_iter<I: IntoIterator<Item = Window>>(windows: I) -> Windows {
        let mut all: Vec<Window> = windows.into_iter().filter(|window| !window.is_empty()).collect();
        all.sort_unstable();
        let mut merged: Vec<Window> = Vec::with_capacity(all.len());
        for window in all {
            match merged.last_mut() {
                Some(last) if window.from <= last.to => last.to = last.to.max(window.to),
                _ => merged.push(window),
            }
        }
        Windows(merged)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn set(pairs: &[(i64, i64)]) -> Windows {
        pairs.iter().map(|&(from, to)| Window::new(Nanos(from), Nanos(to))).collect()
    }

    #[test]
    fn the_end_does_not_belong_to_it() {
        let window = set(&[(10, 20)]);
        assert!(window.contains(Nanos(10)) && window.contains(Nanos(19)));
        assert!(!window.contains(Nanos(20)) && !window.contains(Nanos(9)));
    }

    #[test]
    fn stretches_that_touch_or_overlap_become_one() {
        assert_eq!(set(&[(5, 9), (0, 3), (3, 6), (12, 12), (14, 13)]), set(&[(0, 9)]));
    }

    #[test]
    fn steady_is_the_rest() {
        let run = set(&[(0, 100)]);
        let faults = set(&[(-5, 10), (20, 30), (90, 120)]);
        assert_eq!(run.difference(&faults), set(&[(10, 20), (30, 90)]));
        assert_eq!(run.difference(&faults).length(), Nanos(70));
        assert!(run.difference(&run).is_empty());
    }

    fn sets() -> impl Strategy<Value = Windows> {
        proptest::collection::vec((0i64..60, 0i64..20), 0..6)
            .prop_map(|pairs| pairs.iter().map(|&(f, l)| Window::new(Nanos(f), Nanos(f + l))).collect())
    }

    proptest! {
        #[test]
        fn they_are_sets_of_moments(left in sets(), right in sets()) {
            let (union, difference, both) =
                (left.union(&right), left.difference(&right), left.intersection(&right));
            let mut length = 0;
            for at in (-1..90).map(Nanos) {
                let (l, r) = (left.contains(at), right.contains(at));
                prop_assert_eq!(union.contains(at), l || r);
                prop_assert_eq!(difference.contains(at), l && !r);
                prop_assert_eq!(both.contains(at), l && r);
                length += i64::from(l || r);
            }
            prop_assert_eq!(union.length(), Nanos(length));
        }
    }
}
