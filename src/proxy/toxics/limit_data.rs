//! `limit_data`: after `bytes` bytes the connection is closed.

use super::{Kind, Pulled, Seat, Stage, value};
use crate::proxy::item::{End, Item};
use tokio::time::Instant;

pub(super) static KIND: Kind = Kind { name: "limit_data", attributes: &["bytes"], cuts: false, stage };

fn stage(seat: Seat<'_>) -> Box<dyn Stage> {
    Box::new(LimitData { bytes: value(seat.values, 0), passed: 0, held: None, full: false, over: false })
}

struct LimitData {
    bytes: i64,
    passed: u64,
    held: Option<Item>,
    /// The limit is reached: the end comes next.
    full: bool,
    over: bool,
}

impl Stage for LimitData {
    fn has_room(&self, _: Instant) -> bool {
        self.held.is_none() && !self.full && !self.over
    }

    fn push(&mut self, item: Item, _: Instant) {
        self.held = Some(item);
    }

    fn pull(&mut self, _: Instant) -> Pulled {
        if self.over {
            return Pulled::Wait(None);
        }
        if !self.full {
            let mut chunk = match self.held.take() {
                Some(Item::Data(chunk)) => chunk,
                other => return other.map_or(Pulled::Wait(None), Pulled::Item),
            };
            let left = self.bytes.max(0).unsigned_abs().saturating_sub(self.passed);
            let length = chunk.bytes.len().min(usize::try_from(left).unwrap_or(usize::MAX));
            chunk.bytes.truncate(length);
            self.passed += length as u64;
            self.full = length as u64 == left;
            if length > 0 {
                return Pulled::Item(Item::Data(chunk));
            }
        }
        self.over = self.full;
        if self.full { Pulled::Item(Item::End(End::Close)) } else { Pulled::Wait(None) }
    }

    fn has_struck(&self) -> bool {
        self.full
    }

    fn update(&mut self, values: &[i64]) {
        self.bytes = value(values, 0);
    }

    fn rest(&mut self) -> Vec<Item> {
        self.held.take().into_iter().collect()
    }
}
