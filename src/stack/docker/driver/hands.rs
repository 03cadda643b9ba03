//! Who has which instance in hand.

use crate::stack::{Hand, StackError};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// So long after a hand let go, a change of health is still its doing: checks are made seconds apart.
const AFTERMATH: Duration = Duration::from_secs(15);

/// The instances in hands.
#[derive(Default)]
pub(super) struct Hands {
    taken: Mutex<BTreeMap<String, Taken>>,
}

enum Taken {
    By(&'static str),
    Released(Instant),
}

impl Hands {
    /// One hand at a time; the error names who has it.
    pub(super) fn take(hands: &Arc<Hands>, instance: &str, fault: &'static str) -> Result<Hand, StackError> {
        let mut taken = hands.lock();
        if let Some(Taken::By(other)) = taken.get(instance) {
            return Err(StackError::new(format!(
                "{instance} is in the hand of a `{other}` fault; let one end before `{fault}` begins, or what was before \
                 could not be restored"
            )));
        }
        taken.insert(instance.to_owned(), Taken::By(fault));
        let (hands, instance) = (Arc::clone(hands), instance.to_owned());
        Ok(Hand::new(move || {
            hands.lock().insert(instance, Taken::Released(Instant::now()));
        }))
    }

    /// The fault that has it, if any.
    pub(super) fn holder(&self, instance: &str) -> Option<&'static str> {
        match self.lock().get(instance) {
            Some(Taken::By(fault)) => Some(fault),
            _ => None,
        }
    }

    /// Whether what its health does may be a fault's doing.
    pub(super) fn may_ail(&self, instance: &str) -> bool {
        match self.lock().get(instance) {
            Some(Taken::By(_)) => true,
            Some(Taken::Released(at)) => at.elapsed() < AFTERMATH,
            None => false,
        }
    }

    /// Our own acts on it (a stop, a pause) count as a hand's for its health.
    pub(super) fn touched(&self, instance: &str) {
        let mut taken = self.lock();
        if !matches!(taken.get(instance), Some(Taken::By(_))) {
            taken.insert(instance.to_owned(), Taken::Released(Instant::now()));
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Taken>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_hand_at_a_time() {
        let hands = Arc::new(Hands::default());
        let hand = Hands::take(&hands, "web-1", "limit").expect("free");
        let error = Hands::take(&hands, "web-1", "remove").err().expect("taken");
        assert!(error.message.contains("`limit`"), "{error}");
        assert!(Hands::take(&hands, "web-2", "remove").is_ok());
        assert_eq!((hands.holder("web-1"), hands.may_ail("web-1")), (Some("limit"), true));
        drop(hand);
        assert_eq!((hands.holder("web-1"), hands.may_ail("web-1")), (None, true));
        assert!(Hands::take(&hands, "web-1", "remove").is_ok());
        assert!(!hands.may_ail("web-3"));
    }
}
