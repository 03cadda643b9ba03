//! When users were served again: the first bin from which an indicator holds.

/// What a bin of time says of the indicator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bin {
    /// Nothing began in it: it says nothing.
    Empty,
    /// The indicator held.
    Good,
    /// It did not.
    Bad,
}

impl Bin {
    /// A bin of operations, held to a least share of good ones.
    pub fn of(good: u64, total: u64, least: f64) -> Bin {
        match total {
            0 => Bin::Empty,
            _ if good as f64 >= least * total as f64 => Bin::Good,
            _ => Bin::Bad,
        }
    }
}

/// Where recovery lies among the bins, counted from 0 at the fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recovery {
    /// The last bad bin before it; nothing if the indicator never broke.
    pub last_bad: Option<usize>,
    /// The first good bin from which the indicator holds; nothing if that was not seen before the bins ended.
    pub first_good: Option<usize>,
}

impl Recovery {
    /// The interval of time in which recovery lies, for bins of this width: it came no earlier than the beginning of the
    /// last bad bin and no later than the end of the first good one. Both ends are zero if the indicator never broke; an
    /// absent upper end: not seen.
    pub fn bounds(&self, width: f64) -> (f64, Option<f64>) {
        match (self.last_bad, self.first_good) {
            (None, Some(_)) => (0.0, Some(0.0)),
            (bad, good) => (bad.unwrap_or(0) as f64 * width, good.map(|bin| (bin + 1) as f64 * width)),
        }
    }
}

/// Finds the first good bin from which `hold` bins, itself included, go by without a bad one. Empty bins neither break a
/// hold nor begin one; a hold that the bins do not reach to the end of is not seen.
pub fn recovery(bins: &[Bin], hold: usize) -> Recovery {
    let hold = hold.max(1);
    let mut last_bad = None;
    let mut first_good = None;
    for (place, bin) in bins.iter().enumerate() {
        match bin {
            Bin::Bad => (last_bad, first_good) = (Some(place), None),
            Bin::Good if first_good.is_none() => first_good = Some(place),
            Bin::Good | Bin::Empty => {}
        }
        if first_good.is_some_and(|first| place + 1 - first >= hold) {
            return Recovery { last_bad, first_good };
        }
    }
    Recovery { last_bad, first_good: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bins(text: &str) -> Vec<Bin> {
        let bin = |c| match c {
            '+' => Bin::Good,
            '-' => Bin::Bad,
            _ => Bin::Empty,
        };
        text.chars().map(bin).collect()
    }

    fn found(text: &str, hold: usize) -> (Option<usize>, Option<usize>) {
        let found = recovery(&bins(text), hold);
        (found.last_bad, found.first_good)
    }

    #[test]
    fn a_relapse_within_the_hold_starts_it_anew() {
        assert_eq!(found("+--+-+++", 3), (Some(4), Some(5)));
        assert_eq!(found("+++--+++", 3), (None, Some(0)), "it held for three bins before it broke");
    }

    #[test]
    fn a_hold_that_the_load_does_not_outlast_is_not_seen() {
        assert_eq!(found("--++", 3), (Some(1), None));
        assert_eq!(found("", 3), (None, None));
        assert_eq!(found("....", 2), (None, None));
    }

    #[test]
    fn empty_bins_widen_the_interval() {
        assert_eq!(found("-..+.+", 3), (Some(0), Some(3)));
        assert_eq!(recovery(&bins("-..+.+"), 3).bounds(0.1), (0.0, Some(0.4)));
    }

    #[test]
    fn what_never_broke_took_no_time() {
        assert_eq!(recovery(&bins("+++"), 3).bounds(0.1), (0.0, Some(0.0)));
        assert_eq!(recovery(&bins("---"), 3).bounds(0.5), (1.0, None));
    }

    #[test]
    fn a_bin_is_held_to_the_least_share() {
        assert_eq!(Bin::of(0, 0, 0.5), Bin::Empty);
        assert_eq!(Bin::of(99, 100, 0.99), Bin::Good);
        assert_eq!(Bin::of(98, 100, 0.99), Bin::Bad);
    }
}
