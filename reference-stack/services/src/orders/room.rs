//! Room for sagas: so many at once in this instance, and fewer while they take too long. A saga that is let in costs every
//! service behind it, and how many these carry in good time nobody knows beforehand: when most sagas are slow the room
//! shrinks, and every quick one makes it larger again. What there is no room for is turned away with nothing done.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// A saga that takes longer is slow: a caller waits for little more than twice as long.
const SLOW: Duration = Duration::from_millis(800);
/// One that takes no longer is quick.
const QUICK: Duration = Duration::from_millis(400);
/// The room does not shrink twice within this time: what was let in before must end first.
const PAUSE: Duration = Duration::from_millis(500);
/// It shrinks to this at most, unless it was never larger.
const LEAST: usize = 8;
/// How much the latest saga counts in the share of slow ones.
const LATEST: f64 = 0.1;

/// See the file's head.
pub(super) struct Room {
    most: usize,
    now: Mutex<Now>,
}

struct Now {
    taken: usize,
    limit: usize,
    /// The share of slow ones among the last sagas, later ones counting more.
    slow: f64,
    shrunk: Option<Instant>,
}

/// A place in the room; free again when this is dropped.
pub(super) struct Place {
    room: Arc<Room>,
    since: Instant,
}

impl Room {
    /// Room for so many at once; with none, for as many as there are (`SHEDDING=off`).
    pub(super) fn new(most: Option<usize>) -> Room {
        let most = most.unwrap_or(usize::MAX);
        Room { most, now: Mutex::new(Now { taken: 0, limit: most, slow: 0.0, shrunk: None }) }
    }

    /// A place, if there is one.
    pub(super) fn enter(self: &Arc<Room>) -> Option<Place> {
        let mut now = self.now();
        if now.taken >= now.limit {
            return None;
        }
        now.taken += 1;
        Some(Place { room: self.clone(), since: Instant::now() })
    }

    fn leave(&self, took: Duration) {
        let mut now = self.now();
        now.taken = now.taken.saturating_sub(1);
        now.slow += LATEST * (f64::from(u8::from(took > SLOW)) - now.slow);
        if self.most == usize::MAX {
            return;
        }
        if took <= QUICK {
            now.limit = (now.limit + 1).min(self.most);
        } else if now.slow > 0.5 && now.shrunk.is_none_or(|shrunk| shrunk.elapsed() >= PAUSE) {
            now.limit = (now.limit * 7 / 10).max(LEAST.min(self.most));
            now.shrunk = Some(Instant::now());
        }
    }

    fn now(&self) -> MutexGuard<'_, Now> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.room.leave(self.since.elapsed());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(room: &Arc<Room>) -> usize {
        std::iter::from_fn(|| room.enter()).take(1_000).map(std::mem::forget).count()
    }

    fn after(most: Option<usize>, sagas: &[Duration]) -> usize {
        let room = Arc::new(Room::new(most));
        for took in sagas {
            room.now().taken += 1;
            room.leave(*took);
        }
        places(&room)
    }

    #[test]
    fn one_more_than_there_is_room_for_is_turned_away_until_one_leaves() {
        let room = Arc::new(Room::new(Some(2)));
        let (one, _other) = (room.enter().expect("room"), room.enter().expect("room"));
        assert!(room.enter().is_none());
        drop(one);
        assert!(room.enter().is_some());
    }

    #[test]
    fn it_shrinks_when_most_are_slow_and_no_further_within_a_moment() {
        assert_eq!(after(Some(40), &[SLOW * 2; 6]), 40);
        assert_eq!(after(Some(40), &[SLOW * 2; 50]), 28);
        let mixed: Vec<_> = (0..100).map(|number| if number % 3 == 0 { SLOW * 2 } else { QUICK }).collect();
        assert_eq!(after(Some(40), &mixed), 40);
    }

    #[test]
    fn it_never_shrinks_below_the_least_and_quick_ones_bring_it_back() {
        let room = Arc::new(Room::new(Some(10)));
        for _ in 0..50 {
            room.now().shrunk = None;
            room.leave(SLOW * 2);
        }
        assert_eq!(room.now().limit, LEAST);
        room.leave(QUICK);
        room.leave(QUICK);
        room.leave(QUICK);
        assert_eq!(room.now().limit, 10);
        assert_eq!(after(Some(2), &[SLOW * 2; 50]), 2);
    }

    #[test]
    fn without_shedding_there_is_room_for_everybody() {
        assert_eq!(after(None, &[SLOW * 2; 50]), 1_000);
    }
}
