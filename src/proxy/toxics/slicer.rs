//! `slicer`: data in pieces of about `average_size` ± `size_variation` bytes, `delay` µs apart.

use super::{Kind, Pulled, Seat, Stage, micros, value};
use crate::proxy::dice::Dice;
use crate::proxy::item::{Chunk, Item};
use std::collections::VecDeque;
use std::time::Duration;
use tokio::time::Instant;

pub(super) static KIND: Kind =
    Kind { name: "slicer", attributes: &["average_size", "size_variation", "delay"], cuts: false, stage };

/// Pieces that are late by less than this are given away together: timers tick in milliseconds, delays are shorter.
const CATCH_UP: Duration = Duration::from_millis(5);

fn stage(seat: Seat<'_>) -> Box<dyn Stage> {
    let mut slicer = Slicer {
        average: 0,
        variation: 0,
        delay: Duration::ZERO,
        dice: seat.dice,
        held: VecDeque::new(),
        next_at: seat.now,
        struck: false,
    };
    slicer.update(seat.values);
    Box::new(slicer)
}

struct Slicer {
    average: i64,
    variation: i64,
    delay: Duration,
    dice: Dice,
    held: VecDeque<Item>,
    /// The next piece leaves no earlier.
    next_at: Instant,
    struck: bool,
}

impl Slicer {
    /// Where to cut `length` bytes: halves, give or take the variation, until a part is no longer than average and variation
    /// together. The ends of the pieces, in order.
    fn cuts(&mut self, length: usize) -> Vec<usize> {
        let (average, variation) = (self.average.max(0).unsigned_abs(), self.variation.max(0).unsigned_abs());
        let most = usize::try_from(average.saturating_add(variation)).unwrap_or(usize::MAX).max(1);
        let mut ends = Vec::new();
        let mut parts = vec![(0, length)];
        while let Some((start, end)) = parts.pop() {
            if end - start <= most {
                ends.push(end);
                continue;
            }
            let shift = self.dice.below(variation.saturating_mul(2)) as i128 - i128::from(variation);
            let middle = (start + (end - start) / 2) as i128 + shift;
            let middle = middle.clamp(start as i128 + 1, end as i128 - 1) as usize;
            parts.push((middle, end));
            parts.push((start, middle));
        }
        ends
    }
}

impl Stage for Slicer {
    fn has_room(&self, now: Instant) -> bool {
        self.held.is_empty() && now >= self.next_at
    }

    fn push(&mut self, item: Item, now: Instant) {
        // Only pieces of one chunk catch up: what comes now has not waited for the one before it.
        self.next_at = self.next_at.max(now);
        let Item::Data(mut chunk) = item else { return self.held.push_back(item) };
        let mut start = 0;
        let ends = self.cuts(chunk.bytes.len());
        // One piece alone is not delayed, but what comes after it is.
        self.struck |= ends.len() > 1 || !self.delay.is_zero();
        for end in ends {
            let bytes = chunk.bytes.split_to(end - start);
            self.held.push_back(Item::Data(Chunk { bytes, since: chunk.since }));
            start = end;
        }
    }

    fn pull(&mut self, now: Instant) -> Pulled {
        if self.next_at > now {
            return Pulled::Wait(Some(self.next_at));
        }
        let Some(item) = self.held.pop_front() else { return Pulled::Wait(None) };
        if matches!(item, Item::Data(_)) {
            let from = if now - self.next_at < CATCH_UP { self.next_at } else { now };
            self.next_at = from + self.delay;
        }
        Pulled::Item(item)
    }

    fn has_struck(&self) -> bool {
        self.struck
    }

    fn update(&mut self, values: &[i64]) {
        (self.average, self.variation) = (value(values, 0), value(values, 1));
        self.delay = micros(value(values, 2));
    }

    fn rest(&mut self) -> Vec<Item> {
        self.held.drain(..).collect()
    }
}
