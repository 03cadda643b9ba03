//! `slow_close`: the end of the data comes `delay` ms late.

use super::{Kind, Pulled, Seat, Stage, millis, value};
use crate::proxy::item::Item;
use tokio::time::Instant;

pub(super) static KIND: Kind = Kind { name: "slow_close", attributes: &["delay"], cuts: false, stage };

fn stage(seat: Seat<'_>) -> Box<dyn Stage> {
    Box::new(SlowClose { delay: value(seat.values, 0), held: None, struck: false })
}

struct SlowClose {
    delay: i64,
    /// An item, and when it came.
    held: Option<(Item, Instant)>,
    struck: bool,
}

impl Stage for SlowClose {
    fn has_room(&self, _: Instant) -> bool {
        self.held.is_none()
    }

    fn push(&mut self, item: Item, now: Instant) {
        self.struck |= matches!(item, Item::End(_)) && self.delay > 0;
        self.held = Some((item, now));
    }

    fn pull(&mut self, now: Instant) -> Pulled {
        if let Some((Item::End(_), came)) = &self.held {
            let due = *came + millis(self.delay);
            if due > now {
                return Pulled::Wait(Some(due));
            }
        }
        self.held.take().map_or(Pulled::Wait(None), |(item, _)| Pulled::Item(item))
    }

    fn has_struck(&self) -> bool {
        self.struck
    }

    fn update(&mut self, values: &[i64]) {
        self.delay = value(values, 0);
    }

    fn rest(&mut self) -> Vec<Item> {
        self.held.take().map(|(item, _)| item).into_iter().collect()
    }
}
