//! Which strikes the load must still go on for: those that are due and have not been in force for long enough.

use super::Shared;
use crate::event::Nanos;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// A strike that was late lasts for this share of its planned length under load before the load may end.
const ENOUGH: f64 = 0.5;

/// Strikes by fault and occurrence; from when each has lasted for long enough, as far as that is known.
#[derive(Default)]
pub(super) struct PendingStrikes(Mutex<BTreeMap<(usize, u32), Option<Nanos>>>);

impl PendingStrikes {
    fn set(&self, strike: (usize, u32), enough: Option<Nanos>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(strike, enough);
    }

    fn remove(&self, strike: (usize, u32)) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&strike);
    }

    /// A fault that has not lasted for long enough.
    pub(super) fn fault(&self, now: Nanos) -> Option<usize> {
        let strikes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let left = |enough: &Option<Nanos>| enough.is_none_or(|enough| now < enough);
        strikes.iter().find(|(_, enough)| left(enough)).map(|((fault, _), _)| *fault)
    }
}

/// One strike on the list, until this is dropped, unless it is kept.
pub(super) struct Pending {
    shared: Arc<Shared>,
    strike: (usize, u32),
    kept: bool,
}

impl Pending {
    /// Puts a strike on the list: it is due.
    pub(super) fn new(shared: &Arc<Shared>, strike: (usize, u32)) -> Pending {
        shared.pending.set(strike, None);
        Pending { shared: Arc::clone(shared), strike, kept: false }
    }

    /// It is in force from now on, for so long by the plan. What is over at once stays on the list until it is healed.
    pub(super) fn applied(&self, now: Nanos, length: Nanos) {
        if length > Nanos::ZERO {
            self.shared.pending.set(self.strike, Some(now + Nanos((length.0 as f64 * ENOUGH) as i64)));
        }
    }

    /// It stays in force beyond the planned end of the load.
    pub(super) fn keep(mut self) {
        self.kept = true;
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        if !self.kept {
            self.shared.pending.remove(self.strike);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_strike_is_waited_for_until_it_has_lasted_for_long_enough() {
        let strikes = PendingStrikes::default();
        assert_eq!(strikes.fault(Nanos(0)), None);
        strikes.set((1, 0), None);
        assert_eq!(strikes.fault(Nanos(i64::MAX)), Some(1), "it is not in force yet");
        strikes.set((1, 0), Some(Nanos(50)));
        assert_eq!((strikes.fault(Nanos(49)), strikes.fault(Nanos(50))), (Some(1), None));
        strikes.set((0, 3), None);
        strikes.remove((0, 3));
        assert_eq!(strikes.fault(Nanos(50)), None);
    }
}
