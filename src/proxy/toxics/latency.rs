//! `latency`: every chunk leaves `latency` ± `jitter` ms after the toxic before let it go (after it was read, where there is
//! none), in order. The end of the data follows its last chunk at once.

use super::{Kind, Pulled, Seat, Stage, millis, value};
use crate::proxy::dice::Dice;
use crate::proxy::item::Item;
use crate::proxy::limits;
use std::collections::VecDeque;
use std::time::Duration;
use tokio::time::Instant;

pub(super) static KIND: Kind =
    Kind { name: "latency", attributes: &["latency", "jitter"], cuts: false, stage };

fn stage(seat: Seat<'_>) -> Box<dyn Stage> {
    let held = VecDeque::new();
    let mut latency = Latency { latency: 0, jitter: 0, dice: seat.dice, held, bytes: 0, struck: false };
    latency.update(seat.values);
    Box::new(latency)
}

struct Latency {
    latency: i64,
    jitter: i64,
    dice: Dice,
    /// When each leaves; never earlier than the one before it.
    held: VecDeque<(Instant, Item)>,
    bytes: usize,
    struck: bool,
}

impl Latency {
    /// Uniform in [latency − jitter, latency + jitter), in whole milliseconds as in Toxiproxy.
    fn delay(&mut self) -> Duration {
        if self.jitter <= 0 {
            return millis(self.latency);
        }
        let span = self.jitter.unsigned_abs().saturating_mul(2);
        let drawn = i64::try_from(self.dice.below(span)).unwrap_or(i64::MAX);
        millis(self.latency.saturating_add(drawn).saturating_sub(self.jitter))
    }
}

impl Stage for Latency {
    fn has_room(&self, _: Instant) -> bool {
        self.held.len() < limits::HELD.0 && self.bytes < limits::HELD.1
    }

    fn push(&mut self, item: Item, now: Instant) {
        let due = match &item {
            Item::Data(chunk) => {
                self.bytes += chunk.bytes.len();
                let delay = self.delay();
                self.struck |= !delay.is_zero();
                chunk.since + delay
            }
            Item::End(_) => now,
        };
        let after = self.held.back().map_or(due, |(before, _)| due.max(*before));
        self.held.push_back((after, item));
    }

    fn pull(&mut self, now: Instant) -> Pulled {
        match self.held.front() {
            None => Pulled::Wait(None),
            Some((due, _)) if *due > now => Pulled::Wait(Some(*due)),
            Some(_) => match self.held.pop_front() {
                Some((_, item)) => {
                    if let Item::Data(chunk) = &item {
                        self.bytes -= chunk.bytes.len();
                    }
                    Pulled::Item(item)
                }
                None => Pulled::Wait(None),
            },
        }
    }

    fn has_struck(&self) -> bool {
        self.struck
    }

    fn update(&mut self, values: &[i64]) {
        (self.latency, self.jitter) = (value(values, 0), value(values, 1));
    }

    fn rest(&mut self) -> Vec<Item> {
        self.bytes = 0;
        self.held.drain(..).map(|(_, item)| item).collect()
    }
}
