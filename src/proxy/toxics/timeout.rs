//! `timeout`: data is dropped, and the connection closed once nothing has come for `timeout` ms; 0: never. The time counts
//! from the last data, as in Toxiproxy. Its removal closes the connections that it struck, for their data is gone.

use super::{Kind, Pulled, Seat, Stage, millis, value};
use crate::proxy::item::{End, Item};
use tokio::time::Instant;

pub(super) static KIND: Kind = Kind { name: "timeout", attributes: &["timeout"], cuts: true, stage };

fn stage(seat: Seat<'_>) -> Box<dyn Stage> {
    Box::new(Timeout {
        timeout: value(seat.values, 0),
        since: seat.now,
        end: None,
        over: false,
        struck: false,
    })
}

struct Timeout {
    timeout: i64,
    /// When data came last.
    since: Instant,
    end: Option<End>,
    over: bool,
    struck: bool,
}

impl Stage for Timeout {
    fn has_room(&self, _: Instant) -> bool {
        self.end.is_none() && !self.over
    }

    fn push(&mut self, item: Item, now: Instant) {
        match item {
            Item::Data(_) => (self.since, self.struck) = (now, true),
            Item::End(end) => self.end = Some(end),
        }
    }

    fn pull(&mut self, now: Instant) -> Pulled {
        if self.over {
            return Pulled::Wait(None);
        }
        if let Some(end) = self.end.take() {
            self.over = true;
            return Pulled::Item(Item::End(end));
        }
        if self.timeout <= 0 {
            return Pulled::Wait(None);
        }
        let due = self.since + millis(self.timeout);
        if due > now {
            return Pulled::Wait(Some(due));
        }
        (self.over, self.struck) = (true, true);
        Pulled::Item(Item::End(End::Close))
    }

    fn has_struck(&self) -> bool {
        self.struck
    }

    fn update(&mut self, values: &[i64]) {
        self.timeout = value(values, 0);
    }

    fn rest(&mut self) -> Vec<Item> {
        self.end.take().map(Item::End).into_iter().collect()
    }
}
