//! The blast radius: how many instances may be broken at the same time.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The instances that are broken now, and how many may be.
#[derive(Default)]
pub(super) struct Radius(Mutex<State>);

#[derive(Default)]
struct State {
    limit: Option<u32>,
    /// How many faults each instance bears.
    broken: BTreeMap<String, u32>,
}

impl Radius {
    pub(super) fn limit(&self, instances: Option<u32>) {
        self.lock().limit = instances;
    }

    /// A place for these among the broken ones; the error says that there is none.
    pub(super) fn claim(self: &Arc<Radius>, instances: &[String]) -> Result<Affected, String> {
        let mut state = self.lock();
        let new = instances.iter().filter(|name| !state.broken.contains_key(*name)).count();
        let all = state.broken.len() + new;
        if let Some(limit) = state.limit.filter(|limit| all > *limit as usize) {
            return Err(format!(
                "it would make {all} instances broken at the same time, and `stack.max_affected` is {limit}"
            ));
        }
        for name in instances {
            *state.broken.entry(name.clone()).or_default() += 1;
        }
        Ok(Affected { radius: Arc::clone(self), instances: instances.to_vec() })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A place among the broken ones; given back when dropped.
pub(super) struct Affected {
    radius: Arc<Radius>,
    instances: Vec<String>,
}

impl Drop for Affected {
    fn drop(&mut self) {
        let mut state = self.radius.lock();
        for name in &self.instances {
            if let Some(faults) = state.broken.get_mut(name) {
                *faults -= 1;
                if *faults == 0 {
                    state.broken.remove(name);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(list: &[&str]) -> Vec<String> {
        list.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn no_more_than_the_limit_at_the_same_time() {
        let radius = Arc::new(Radius::default());
        radius.limit(Some(2));
        let first = radius.claim(&names(&["a", "b"])).expect("two may be");
        let again = radius.claim(&names(&["b"])).expect("it is broken already");
        assert!(radius.claim(&names(&["c"])).err().expect("a third may not").contains("max_affected"));
        drop(first);
        assert!(radius.claim(&names(&["c", "d"])).is_err(), "b still is");
        let second = radius.claim(&names(&["c"])).expect("there is room");
        drop((again, second));
        assert!(radius.claim(&names(&["c", "d"])).is_ok());
    }

    #[test]
    fn without_a_limit_all_may_be() {
        let radius = Arc::new(Radius::default());
        assert!(radius.claim(&names(&["a", "b", "c"])).is_ok());
    }
}
