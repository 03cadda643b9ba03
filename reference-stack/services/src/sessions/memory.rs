//! Sessions in this instance's memory, up to a number: then the oldest goes.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};
use uuid::Uuid;

/// See the file's head.
pub(super) struct Memory {
    lifetime: Duration,
    most: usize,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    users: HashMap<String, (String, Instant)>,
    /// Tokens in the order in which they began, which is the order in which they end.
    order: VecDeque<String>,
}

impl Memory {
    pub(super) fn new(lifetime: Duration, most: usize) -> Memory {
        Memory { lifetime, most, kept: Mutex::default() }
    }

    /// A token for this user.
    pub(super) fn begin(&self, user: &str) -> String {
        let token = Uuid::new_v4().simple().to_string();
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        while let Some(oldest) = kept.order.front() {
            let over = kept.users.get(oldest).is_none_or(|(_, until)| *until <= now);
            if !over && kept.order.len() < self.most {
                break;
            }
            if let Some(oldest) = kept.order.pop_front() {
                kept.users.remove(&oldest);
            }
        }
        kept.users.insert(token.clone(), (user.to_owned(), now + self.lifetime));
        kept.order.push_back(token.clone());
        token
    }

    /// The user of a token that still holds.
    pub(super) fn user(&self, token: &str) -> Option<String> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let (user, until) = kept.users.get(token)?;
        (Instant::now() < *until).then(|| user.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_goes_when_there_are_too_many() {
        let memory = Memory::new(Duration::from_secs(60), 2);
        let tokens: Vec<_> = ["a", "b", "c"].iter().map(|user| memory.begin(user)).collect();
        let users: Vec<_> = tokens.iter().map(|token| memory.user(token)).collect();
        assert_eq!(users, [None, Some("b".to_owned()), Some("c".to_owned())]);
        assert_eq!(Memory::new(Duration::ZERO, 2).user(&tokens[1]), None);
    }
}
