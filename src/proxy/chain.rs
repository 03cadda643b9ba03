//! The toxics of one direction of one connection, one after the other. Pure: no sockets, the time is told.

use super::dice::Dice;
use super::item::{End, Item, Stream};
use super::toxic::Placed;
use super::toxics::{Noop, Pulled, Seat, Stage};
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use tokio::time::Instant;

/// Which direction of which connection this is: what chance depends on.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub seed: u64,
    pub proxy: Arc<str>,
    pub connection: u64,
    pub stream: Stream,
}

/// The stages, from the reader to the writer.
pub(super) struct Chain {
    place: Place,
    seats: Vec<Seated>,
    out: VecDeque<Item>,
}

struct Seated {
    toxic: Arc<Placed>,
    /// As for [`Seat::nth`].
    nth: Option<u64>,
    struck: bool,
    /// Whether the toxic's count has this connection among those that it struck.
    counted: bool,
    stage: Box<dyn Stage>,
    /// What came while the stage had no room: left over from a toxic before it that was removed.
    waiting: VecDeque<Item>,
}

impl Seated {
    fn has_room(&self, now: Instant) -> bool {
        self.waiting.is_empty() && self.stage.has_room(now)
    }

    fn take_in(&mut self, now: Instant) {
        while self.stage.has_room(now)
            && let Some(item) = self.waiting.pop_front()
        {
            if let (Item::Data(chunk), true) = (&item, self.struck) {
                self.toxic.counted.bytes.fetch_add(chunk.bytes.len() as u64, Ordering::Relaxed);
            }
            self.stage.push(item, now);
        }
    }

    /// Counts this connection as struck once something has been done to it.
    fn count(&mut self) {
        if !self.counted && self.stage.has_struck() {
            self.counted = true;
            self.toxic.counted.struck.fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl Chain {
    pub(super) fn new(place: Place) -> Chain {
        Chain { place, seats: Vec::new(), out: VecDeque::new() }
    }

    /// Whether whatever comes may go straight to the writer.
    pub(super) fn is_transparent(&self) -> bool {
        self.out.is_empty()
            && self.seats.iter().all(|seat| seat.waiting.is_empty() && seat.stage.is_transparent())
    }

    /// Whether more may be read.
    pub(super) fn wants_input(&self, now: Instant) -> bool {
        self.seats.first().map_or(self.out.is_empty(), |first| first.has_room(now))
    }

    /// Takes what was read.
    pub(super) fn feed(&mut self, item: Item) {
        self.hand_to(0, [item]);
    }

    /// What is to be written next.
    pub(super) fn front(&mut self) -> Option<&mut Item> {
        self.out.front_mut()
    }

    /// It has been written.
    pub(super) fn pop(&mut self) {
        self.out.pop_front();
    }

    /// Puts something before everything else that is to be written.
    pub(super) fn put_first(&mut self, item: Item) {
        self.out.push_front(item);
    }

    /// Moves items as far as they go by now; tells when there is more to do.
    pub(super) fn pump(&mut self, now: Instant) -> Option<Instant> {
        loop {
            let (mut wake, mut moved) = (None::<Instant>, false);
            for place in (0..self.seats.len()).rev() {
                self.seats[place].take_in(now);
                let room = self.seats.get(place + 1).map_or(self.out.is_empty(), |next| next.has_room(now));
                let pulled = room.then(|| self.seats[place].stage.pull(now));
                self.seats[place].count();
                match pulled.unwrap_or(Pulled::Wait(None)) {
                    Pulled::Item(item) => {
                        moved = true;
                        self.hand_to(place + 1, [item.let_go(now)]);
                    }
                    Pulled::Wait(Some(at)) => wake = Some(wake.map_or(at, |wake| wake.min(at))),
                    Pulled::Wait(None) => {}
                }
            }
            if !moved {
                return wake;
            }
        }
    }

    /// Makes the chain what the proxy's toxics are now. `opening`: the connection has just begun.
    pub(super) fn sync(&mut self, toxics: &[Arc<Placed>], now: Instant, opening: bool) {
        for place in (0..self.seats.len()).rev() {
            match toxics.iter().find(|toxic| toxic.id == self.seats[place].toxic.id) {
                None => self.remove(place, now),
                Some(toxic) if toxic.version != self.seats[place].toxic.version => {
                    self.retune(place, toxic, now)
                }
                Some(_) => {}
            }
        }
        for toxic in toxics.iter().filter(|toxic| toxic.toxic.stream == self.place.stream) {
            if !self.seats.iter().any(|seat| seat.toxic.id == toxic.id) {
                let nth = opening.then(|| toxic.met.fetch_add(1, Ordering::Relaxed));
                let (struck, stage) = self.stage(toxic, nth, now);
                let toxic = Arc::clone(toxic);
                toxic.counted.seen.fetch_add(1, Ordering::Relaxed);
                self.seats.push(Seated {
                    toxic,
                    nth,
                    struck,
                    counted: false,
                    stage,
                    waiting: VecDeque::new(),
                });
            }
        }
    }

    /// Everything that a removed toxic holds goes on at once.
    fn remove(&mut self, place: usize, now: Instant) {
        let mut seat = self.seats.remove(place);
        if seat.struck && seat.toxic.toxic.kind.cuts {
            return self.hand_to(place, [Item::End(End::Close)]);
        }
        let rest = seat.stage.rest();
        self.hand_to(place, rest.into_iter().chain(seat.waiting).map(|item| item.let_go(now)));
    }

    fn retune(&mut self, place: usize, toxic: &Arc<Placed>, now: Instant) {
        let (struck, stage) = self.stage(toxic, self.seats[place].nth, now);
        let seat = &mut self.seats[place];
        seat.toxic = Arc::clone(toxic);
        if struck == seat.struck {
            return seat.stage.update(&toxic.toxic.values);
        }
        // It strikes now, or does not any more: what the old stage holds comes before what waits.
        let mut old = std::mem::replace(&mut seat.stage, stage);
        let mut waiting: VecDeque<Item> = old.rest().into();
        if seat.struck && toxic.toxic.kind.cuts {
            waiting = VecDeque::from([Item::End(End::Close)]);
        }
        waiting.append(&mut seat.waiting);
        (seat.waiting, seat.struck) = (waiting, struck);
    }

    /// Whether the toxic strikes this connection, and what does it.
    fn stage(&self, toxic: &Placed, nth: Option<u64>, now: Instant) -> (bool, Box<dyn Stage>) {
        let Place { seed, proxy, connection, stream } = &self.place;
        let toxic = &toxic.toxic;
        let mut dice = Dice::of(*seed, &[proxy, &toxic.name, stream.name()], *connection);
        if dice.share() < f64::from(toxic.toxicity) {
            (true, (toxic.kind.stage)(Seat { values: &toxic.values, dice, nth, now }))
        } else {
            (false, Box::new(Noop::default()))
        }
    }

    fn hand_to(&mut self, place: usize, items: impl IntoIterator<Item = Item>) {
        let queue = self.seats.get_mut(place).map_or(&mut self.out, |seat| &mut seat.waiting);
        queue.extend(items);
    }
}

#[cfg(test)]
mod pairs;
#[cfg(test)]
mod tests;
