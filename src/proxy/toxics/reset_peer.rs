//! `reset_peer`: `timeout` ms after the first data (or its end) has come, the connection is reset. The data goes no further.

use super::{Kind, Pulled, Seat, Stage, millis, value};
use crate::proxy::item::{End, Item};
use tokio::time::Instant;

pub(super) static KIND: Kind = Kind { name: "reset_peer", attributes: &["timeout"], cuts: false, stage };

fn stage(seat: Seat<'_>) -> Box<dyn Stage> {
    Box::new(ResetPeer { timeout: value(seat.values, 0), first: None, over: false })
}

struct ResetPeer {
    timeout: i64,
    /// What came first, and when. It is kept: if the toxic is removed in time, nothing is lost.
    first: Option<(Item, Instant)>,
    over: bool,
}

impl Stage for ResetPeer {
    fn has_room(&self, _: Instant) -> bool {
        self.first.is_none() && !self.over
    }

    fn push(&mut self, item: Item, now: Instant) {
        self.first = Some((item, now));
    }

    fn pull(&mut self, now: Instant) -> Pulled {
        let Some((_, came)) = &self.first else { return Pulled::Wait(None) };
        let due = *came + millis(self.timeout);
        if due > now {
            return Pulled::Wait(Some(due));
        }
        (self.first, self.over) = (None, true);
        Pulled::Item(Item::End(End::Reset))
    }

    fn has_struck(&self) -> bool {
        self.first.is_some() || self.over
    }

    fn update(&mut self, values: &[i64]) {
        self.timeout = value(values, 0);
    }

    fn rest(&mut self) -> Vec<Item> {
        self.first.take().map(|(item, _)| item).into_iter().collect()
    }
}
