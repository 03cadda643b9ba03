//! The kinds of toxics, one file each.
//!
//! A toxic on a connection is a [`Stage`]: a pure state machine that takes items and gives them back later, changed, or
//! not at all. It knows no sockets and no clock; the time is told to it. So every effect is tested without waiting.

mod bandwidth;
mod fail_first;
mod latency;
mod limit_data;
mod noop;
mod reset_peer;
mod slicer;
mod slow_close;
#[cfg(test)]
mod tests;
mod timeout;

pub(super) use noop::Noop;

use super::dice::Dice;
use super::item::Item;
use super::limits;
use std::time::Duration;
use tokio::time::Instant;

/// What a stage has to give.
#[derive(Debug, PartialEq)]
pub(super) enum Pulled {
    /// This, now.
    Item(Item),
    /// Nothing before this time; `None`: nothing before it is given more.
    Wait(Option<Instant>),
}

/// A toxic at work on one direction of one connection.
pub(super) trait Stage: Send {
    /// Whether it takes another item now. What has no room is not read from the socket: the sender feels it.
    fn has_room(&self, now: Instant) -> bool;
    /// Takes an item. Never called after an [`Item::End`], nor by the reader without room.
    fn push(&mut self, item: Item, now: Instant);
    /// Gives the next item, in order.
    fn pull(&mut self, now: Instant) -> Pulled;
    /// The toxic's attributes have changed.
    fn update(&mut self, values: &[i64]);
    /// What it still holds, in order: it is being taken out, and no byte may be lost by that.
    fn rest(&mut self) -> Vec<Item>;
    /// Whether it has done something to what came so far: delayed, cut, dropped or ended it.
    fn has_struck(&self) -> bool;
    /// Whether it passes everything at once, unchanged.
    fn is_transparent(&self) -> bool {
        false
    }
}

/// What a stage is made from.
pub(super) struct Seat<'a> {
    /// The attributes, in the order of [`Kind::attributes`].
    pub values: &'a [i64],
    /// Its chance.
    pub dice: Dice,
    /// How many connections the toxic had met before this one; `None` for a connection older than the toxic.
    pub nth: Option<u64>,
    /// The time.
    pub now: Instant,
}

/// A kind of toxic.
#[derive(Debug)]
pub struct Kind {
    /// Its name in the interface.
    pub name: &'static str,
    /// Its attributes, all whole numbers, all 0 where nothing is said.
    pub attributes: &'static [&'static str],
    /// Whether its connections are closed when it is removed, because bytes of theirs are gone.
    pub(super) cuts: bool,
    /// A stage of it.
    pub(super) stage: fn(Seat<'_>) -> Box<dyn Stage>,
}

/// All kinds.
pub static KINDS: [&Kind; 9] = [
    &bandwidth::KIND,
    &fail_first::KIND,
    &latency::KIND,
    &limit_data::KIND,
    &noop::KIND,
    &reset_peer::KIND,
    &slicer::KIND,
    &slow_close::KIND,
    &timeout::KIND,
];

impl Kind {
    /// The kind of this name.
    pub fn named(name: &str) -> Option<&'static Kind> {
        KINDS.into_iter().find(|kind| kind.name == name)
    }
}

/// One attribute; 0 where there is none.
fn value(values: &[i64], place: usize) -> i64 {
    values.get(place).copied().unwrap_or_default()
}

/// A time of so many milliseconds; none below 0.
fn millis(value: i64) -> Duration {
    Duration::from_millis(value.max(0).unsigned_abs()).min(limits::WAIT)
}

/// A time of so many microseconds; none below 0.
fn micros(value: i64) -> Duration {
    Duration::from_micros(value.max(0).unsigned_abs()).min(limits::WAIT)
}
