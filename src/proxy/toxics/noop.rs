//! `noop`: changes nothing. Also what a connection has in the place of a toxic that does not strike it.

use super::{Kind, Pulled, Seat, Stage};
use crate::proxy::item::Item;
use tokio::time::Instant;

pub(super) static KIND: Kind = Kind { name: "noop", attributes: &[], cuts: false, stage };

fn stage(_: Seat<'_>) -> Box<dyn Stage> {
    Box::new(Noop::default())
}

/// Passes everything on at once.
#[derive(Default)]
pub(in crate::proxy) struct Noop {
    held: Option<Item>,
}

impl Stage for Noop {
    fn has_room(&self, _: Instant) -> bool {
        self.held.is_none()
    }

    fn push(&mut self, item: Item, _: Instant) {
        self.held = Some(item);
    }

    fn pull(&mut self, _: Instant) -> Pulled {
        self.held.take().map_or(Pulled::Wait(None), Pulled::Item)
    }

    fn update(&mut self, _: &[i64]) {}

    fn rest(&mut self) -> Vec<Item> {
        self.held.take().into_iter().collect()
    }

    fn has_struck(&self) -> bool {
        false
    }

    fn is_transparent(&self) -> bool {
        self.held.is_none()
    }
}
