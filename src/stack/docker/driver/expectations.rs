//! What our faults are about to cause, so that the engine's events are told apart.

use crate::stack::Expected;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How late an event may be.
const WITHIN: Duration = Duration::from_secs(20);

/// What is expected, each once.
#[derive(Default)]
pub(super) struct Expectations(Mutex<Vec<(String, Expected, Instant)>>);

impl Expectations {
    pub(super) fn expect(&self, instance: &str, what: Expected) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.push((instance.to_owned(), what, Instant::now()));
    }

    /// Takes it back: what should have caused it failed.
    pub(super) fn withdraw(&self, instance: &str, what: Expected) {
        self.met(instance, what);
    }

    /// Whether this was expected; it is not any more.
    pub(super) fn met(&self, instance: &str, what: Expected) -> bool {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|(_, _, since)| since.elapsed() < WITHIN);
        let place = all.iter().position(|(name, kind, _)| name == instance && *kind == what);
        place.map(|place| all.remove(place)).is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_met_once() {
        let all = Expectations::default();
        all.expect("web-1", Expected::End);
        assert!(!all.met("web-1", Expected::Start) && !all.met("web-2", Expected::End));
        assert!(all.met("web-1", Expected::End) && !all.met("web-1", Expected::End));
    }
}
