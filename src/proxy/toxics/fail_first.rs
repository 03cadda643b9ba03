//! `fail_first`: the first `connections` connections after the toxic was added are reset at once; all others are left
//! alone. Ours, not Toxiproxy's.

use super::{Kind, Noop, Pulled, Seat, Stage, value};
use crate::proxy::item::{End, Item};
use tokio::time::Instant;

pub(super) static KIND: Kind = Kind { name: "fail_first", attributes: &["connections"], cuts: false, stage };

fn stage(seat: Seat<'_>) -> Box<dyn Stage> {
    let first = value(seat.values, 0).max(0).unsigned_abs();
    // A connection that was there before is none of the first.
    if seat.nth.is_some_and(|nth| nth < first) {
        Box::new(Failing { over: false })
    } else {
        Box::new(Noop::default())
    }
}

struct Failing {
    over: bool,
}

impl Stage for Failing {
    fn has_room(&self, _: Instant) -> bool {
        false
    }

    fn push(&mut self, _: Item, _: Instant) {}

    fn pull(&mut self, _: Instant) -> Pulled {
        if self.over {
            return Pulled::Wait(None);
        }
        self.over = true;
        Pulled::Item(Item::End(End::Reset))
    }

    fn has_struck(&self) -> bool {
        self.over
    }

    fn update(&mut self, _: &[i64]) {}

    fn rest(&mut self) -> Vec<Item> {
        Vec::new()
    }
}
