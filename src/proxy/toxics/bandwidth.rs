//! `bandwidth`: no more than `rate` kB (1,000 bytes) a second, in pieces of at most 100 ms. A rate of 0 stalls.

use super::{Kind, Pulled, Seat, Stage, value};
use crate::proxy::item::{Chunk, Item};
use std::time::Duration;
use tokio::time::Instant;

pub(super) static KIND: Kind = Kind { name: "bandwidth", attributes: &["rate"], cuts: false, stage };

/// A timer's lateness up to this is made good by the next piece; more than that is taken for a machine that stood still.
const MADE_GOOD: Duration = Duration::from_millis(100);

fn stage(seat: Seat<'_>) -> Box<dyn Stage> {
    let rate = value(seat.values, 0);
    Box::new(Bandwidth {
        rate,
        held: None,
        free_at: seat.now,
        late: Duration::ZERO,
        gave_at: seat.now,
        struck: false,
    })
}

struct Bandwidth {
    rate: i64,
    held: Option<Item>,
    /// When all that went before has been transmitted.
    free_at: Instant,
    /// How much later than that it was given away.
    late: Duration,
    /// When that was.
    gave_at: Instant,
    struck: bool,
}

impl Bandwidth {
    /// How much of a chunk goes in one piece, and how long that takes: `len` bytes at `rate` bytes a millisecond.
    fn piece(&self, chunk: &Chunk) -> (usize, Duration) {
        let rate = self.rate.max(1).unsigned_abs();
        let most = usize::try_from(rate.saturating_mul(100)).unwrap_or(usize::MAX);
        let length = chunk.bytes.len().min(most);
        (length, Duration::from_nanos((length as u64).saturating_mul(1_000_000) / rate))
    }
}

impl Stage for Bandwidth {
    fn has_room(&self, _: Instant) -> bool {
        self.held.is_none()
    }

    fn push(&mut self, item: Item, now: Instant) {
        // After a pause nothing is made good: what comes now has not waited for the piece before it.
        let pause = now.saturating_duration_since(self.gave_at);
        let late = if pause < self.late { self.late.min(MADE_GOOD) } else { Duration::ZERO };
        let begin = now.checked_sub(late).unwrap_or(now);
        self.free_at = self.free_at.max(begin);
        self.late = Duration::ZERO;
        self.held = Some(item);
    }

    fn pull(&mut self, now: Instant) -> Pulled {
        let Some(Item::Data(chunk)) = &mut self.held else {
            return self.held.take().map_or(Pulled::Wait(None), Pulled::Item);
        };
        if chunk.bytes.is_empty() {
            self.held = None;
            return Pulled::Wait(None);
        }
        if self.rate <= 0 {
            self.struck = true;
            return Pulled::Wait(None);
        }
        let mut chunk = chunk.clone();
        let (length, takes) = self.piece(&chunk);
        let due = self.free_at + takes;
        if due > now {
            self.struck = true;
            return Pulled::Wait(Some(due));
        }
        (self.free_at, self.late, self.gave_at) = (due, now - due, now);
        let piece = Chunk { bytes: chunk.bytes.split_to(length), since: chunk.since };
        self.held = (!chunk.bytes.is_empty()).then_some(Item::Data(chunk));
        Pulled::Item(Item::Data(piece))
    }

    fn has_struck(&self) -> bool {
        self.struck
    }

    fn update(&mut self, values: &[i64]) {
        self.rate = value(values, 0);
    }

    fn rest(&mut self) -> Vec<Item> {
        self.held.take().into_iter().collect()
    }
}
