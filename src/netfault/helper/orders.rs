//! Orders and how they are carried out.

use super::brain::{Armed, Force};
use super::rules::{self, Led, Numbers};
use super::state::{MOST_PACKETS, State};
use super::trouble::{explained, no_queue, no_rules, not_cut};
use crate::netfault::cut::cut;
use crate::netfault::nft::{Chain, Table};
use crate::netfault::queue::{Queues, Taking, losses};
use crate::netfault::spec::{LookUp, Part, Sort};
use crate::netfault::{Answer, Count, Counts, Order};
use std::collections::BTreeMap;
use std::io;

const TABLE: &str = "shakedown";
/// Enough of a packet for all its headers.
const HEADERS: u32 = 160;
/// A bit for each in the packets that wait.
const MOST_PARTS: usize = 64;

impl State {
    /// Carries an order out. An error leaves what was in force in force.
    pub(super) fn carry_out(&mut self, order: Order) -> Answer {
        let mut counts = self.counts();
        let mut cut = 0;
        let done = match order {
            Order::Arm { parts } => self.arm(parts).map(|number| cut = number),
            Order::Apply { id, seed } => self.apply(&id, seed),
            Order::Heal { id } => self.heal(&id),
            Order::Stats => Ok(()),
            Order::Quit => {
                self.take_back().map_err(|error| explained("not everything could be taken back", &error))
            }
        };
        counts.extend(self.counts());
        let mut overflow = self.brain.overflow;
        for (queue, bound) in [(self.numbers.arriving, self.arriving), (self.numbers.leaving, self.leaving)] {
            if bound.is_some() {
                let lost = losses(queue);
                overflow.queue += lost.full;
                overflow.socket += lost.unread;
            }
        }
        overflow.socket = overflow.socket.max(self.queues.as_ref().map_or(0, |queues| queues.missed));
        Answer { error: done.err(), counts, overflow, held: self.brain.waiting.len() as u64, cut }
    }

    /// By part in force. Walls are counted by the kernel, streams by the proxy that serves them.
    fn counts(&mut self) -> BTreeMap<String, Counts> {
        let mut all = BTreeMap::new();
        for (place, armed) in self.brain.armed.iter().enumerate() {
            let Some(force) = &armed.force else { continue };
            let counts = match (force, &armed.part.sort) {
                (Force::Wall { before }, _) => dropped(self.table.as_mut(), place, *before),
                (Force::Streams, Sort::Redirect { port, .. }) => self.streams.counts(*port, &armed.part.id),
                _ => force.counts(),
            };
            all.insert(armed.part.id.clone(), counts);
        }
        all
    }

    /// Before the rules are laid anew, which sets the kernel's counters to 0: what each wall has dropped so far, by its place.
    /// A count that cannot be read is left as it was: too low, never too high.
    fn dropped_so_far(&mut self) -> Vec<(usize, u64)> {
        let mut all = Vec::new();
        for (place, armed) in self.brain.armed.iter().enumerate() {
            if let Some(Force::Wall { before }) = &armed.force {
                all.push((place, dropped(self.table.as_mut(), place, *before).arriving.seen));
            }
        }
        all
    }

    fn arm(&mut self, parts: Vec<Part>) -> Result<u64, String> {
        self.may_arm(&parts)?;
        self.can_send(&parts)?;
        let wants_queues = parts.iter().any(|part| rules::queues(&part.sort) != (false, false));
        if wants_queues && self.queues.is_none() {
            self.open_queues()?;
        }
        let led = self.open_streams(&parts)?;
        let dropped = self.dropped_so_far();
        if let Err(error) = self.lay(&parts, &led) {
            self.close_streams(&beyond(&led, &self.led));
            return Err(error);
        }
        for (place, packets) in dropped {
            self.brain.armed[place].force = Some(Force::Wall { before: packets });
        }
        let new = beyond(&led, &self.led);
        self.close_streams(&beyond(&self.led, &led));
        self.brain.seen_as = led.iter().map(|(port, proxy)| (*proxy, *port)).collect();
        self.led = led;
        let mut before = std::mem::take(&mut self.brain.armed).into_iter().map(|armed| armed.force);
        let armed = parts.into_iter().map(|part| Armed { part, force: before.next().flatten() });
        self.brain.armed = armed.collect();
        self.rebind().map_err(|error| explained("the queues cannot be changed", &error))?;
        cut_all(&new)
    }

    /// What is in force must stay: packets that wait know their parts by their places.
    fn may_arm(&self, parts: &[Part]) -> Result<(), String> {
        if parts.len() > MOST_PARTS {
            return Err(format!("{} faults on one target; {MOST_PARTS} are the most", parts.len()));
        }
        for (place, part) in parts.iter().enumerate() {
            if parts[..place].iter().any(|other| other.id == part.id) {
                return Err(format!("two parts have the id `{}`", part.id));
            }
        }
        let stays = |place: usize, old: &Part| {
            parts.get(place).is_some_and(|new| {
                new.id == old.id && std::mem::discriminant(&new.sort) == std::mem::discriminant(&old.sort)
            })
        };
        let in_force = self.brain.armed.iter().enumerate().filter(|(_, armed)| armed.force.is_some());
        match in_force.map(|(place, armed)| (place, &armed.part)).find(|(place, part)| !stays(*place, part)) {
            Some((_, part)) => Err(format!("`{}` is in force; heal it before arming without it", part.id)),
            None => Ok(()),
        }
    }

    /// Has the ports served that connections are to be led away from.
    fn open_streams(&mut self, parts: &[Part]) -> Result<Led, String> {
        let mut whats: BTreeMap<u16, Vec<&serde_json::Value>> = BTreeMap::new();
        for part in parts {
            if let Sort::Redirect { port, what } = &part.sort {
                whats.entry(*port).or_default().push(what);
            }
        }
        let mut led = Led::new();
        for (port, whats) in whats {
            match self.streams.open(port, &whats) {
                Ok(proxy) => led.insert(port, proxy),
                Err(error) => {
                    self.close_streams(&beyond(&led, &self.led));
                    return Err(error);
                }
            };
        }
        Ok(led)
    }

    fn close_streams(&mut self, ports: &[u16]) {
        for port in ports {
            self.streams.close(*port);
        }
    }

    /// Answers in a server's place, and packets that left and were held, are sent by us.
    fn can_send(&self, parts: &[Part]) -> Result<(), String> {
        let sends = |part: &Part| match &part.sort {
            Sort::Dns { becomes, .. } => matches!(becomes, LookUp::Refused | LookUp::NoSuchName),
            Sort::Packets { direction, .. } => direction.has_out(),
            Sort::Wall { .. } | Sort::Redirect { .. } => false,
        };
        match self.brain.cannot_send() {
            Some(error) if parts.iter().any(sends) => Err(format!(
                "no packet can be sent as it is ({error}): the helper needs the capabilities NET_RAW and NET_ADMIN in the \
                 target's network namespace"
            )),
            _ => Ok(()),
        }
    }

    /// Opens the socket and finds two numbers that nobody else has.
    fn open_queues(&mut self) -> Result<(), String> {
        let mut queues = Queues::open().map_err(|error| no_queue(&error))?;
        let taking = Taking { shown: Some(HEADERS), large: true, most: MOST_PACKETS };
        let mut failed = None;
        for numbers in Numbers::candidates() {
            let free = [numbers.arriving, numbers.leaving].into_iter().try_for_each(|queue| {
                queues.bind(queue, taking)?;
                queues.let_pass(queue)?;
                queues.unbind(queue)
            });
            match free {
                Ok(()) => {
                    self.numbers = numbers;
                    self.queues = Some(queues);
                    return Ok(());
                }
                Err(error) => failed = failed.or(Some(error)),
            }
        }
        Err(no_queue(&failed.unwrap_or_else(|| io::Error::other("there is no number to try"))))
    }

    /// Lays the rules, in one step in place of earlier ones: with the kernel's own queue expression, or with the old target
    /// where it has none.
    fn lay(&mut self, parts: &[Part], led: &Led) -> Result<(), String> {
        let walls: Vec<_> =
            parts.iter().zip(&self.brain.armed).enumerate().filter_map(wall_in_force).collect();
        let mut lay = |native| {
            let mut chains = rules::chains(parts, self.numbers, led, native);
            chains.extend(walls.clone());
            match &mut self.table {
                Some(table) => table.replace(&chains),
                None => Table::make(TABLE, &chains).map(|table| self.table = Some(table)),
            }
        };
        let laid = match lay(true) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => lay(false),
            laid => laid,
        };
        laid.map_err(|error| no_rules(&error))
    }

    fn place(&self, id: &str) -> Result<usize, String> {
        let place = self.brain.armed.iter().position(|armed| armed.part.id == id);
        place.ok_or_else(|| format!("`{id}` is not armed"))
    }

    fn apply(&mut self, id: &str, seed: u64) -> Result<(), String> {
        let place = self.place(id)?;
        let armed = &mut self.brain.armed[place];
        if armed.force.is_some() {
            return Err(format!("`{id}` is in force already"));
        }
        armed.force = Some(Force::new(&armed.part.sort, seed));
        let wall = match &armed.part.sort {
            Sort::Wall { from } => Some(rules::wall(place, from)),
            Sort::Packets { .. } | Sort::Dns { .. } | Sort::Redirect { .. } => None,
        };
        let cannot = |error: io::Error| explained(&format!("`{id}` cannot be applied"), &error);
        let done = match (wall, &mut self.table, &armed.part.sort) {
            (Some(chain), Some(table), _) => table.add(&chain).map_err(cannot),
            (_, _, Sort::Redirect { port, what }) => self.streams.apply(*port, id, seed, what),
            _ => self.rebind().map_err(cannot),
        };
        if done.is_err() {
            self.brain.armed[place].force = None;
        }
        done
    }

    fn heal(&mut self, id: &str) -> Result<(), String> {
        let place = self.place(id)?;
        let Some(force) = self.brain.armed[place].force.take() else { return Ok(()) };
        let cannot = |error: io::Error| explained(&format!("`{id}` cannot be healed"), &error);
        let done = match (&force, &mut self.table, &self.brain.armed[place].part.sort) {
            (Force::Wall { .. }, Some(table), _) => table.remove(&rules::wall_name(place)).map_err(cannot),
            (_, _, Sort::Redirect { port, .. }) => self.streams.heal(*port, id),
            _ => self.hurry(|held| held.parts == 1 << place).and_then(|()| self.rebind()).map_err(cannot),
        };
        if done.is_err() {
            // It may be tried again.
            self.brain.armed[place].force = Some(force);
        }
        done
    }

    /// Binds, changes or leaves the queues, by what the parts in force want of them.
    fn rebind(&mut self) -> io::Result<()> {
        let wanted = [self.taking(false), self.taking(true)];
        let present = [(self.numbers.arriving, self.arriving), (self.numbers.leaving, self.leaving)];
        for (way, (wanted, (queue, bound))) in wanted.into_iter().zip(present).enumerate() {
            match (&mut self.queues, wanted, bound) {
                (Some(queues), Some(taking), None) => queues.bind(queue, taking)?,
                (Some(queues), Some(taking), Some(now)) if taking != now => queues.change(queue, taking)?,
                (Some(_), None, Some(_)) => self.close(queue)?,
                _ => {}
            }
            *(if way == 0 { &mut self.arriving } else { &mut self.leaving }) = wanted;
        }
        Ok(())
    }

    /// How a direction's packets must be taken for all parts in force; `None`: none wants them.
    fn taking(&self, leaving: bool) -> Option<Taking> {
        let in_force = self.brain.armed.iter().filter(|armed| armed.force.is_some());
        let mut taking: Option<Taking> = None;
        for sort in in_force.map(|armed| &armed.part.sort) {
            let (arrives, leaves) = rules::queues(sort);
            if !(if leaving { leaves } else { arrives }) {
                continue;
            }
            let (whole, single) = match sort {
                // What leaves and has to wait is sent again by us: whole, and in pieces that fit the wire.
                Sort::Packets { trouble, .. } => {
                    (leaving || trouble.corrupt > 0.0, leaving || trouble.wants_single_packets())
                }
                Sort::Dns { .. } => (true, true),
                Sort::Wall { .. } | Sort::Redirect { .. } => (false, false),
            };
            let before = taking.unwrap_or(Taking { shown: Some(HEADERS), large: true, most: MOST_PACKETS });
            taking = Some(Taking {
                shown: if whole { None } else { before.shown },
                large: before.large && !single,
                most: MOST_PACKETS,
            });
        }
        taking
    }
}

/// What the wall at this place has dropped.
fn dropped(table: Option<&mut Table>, place: usize, before: u64) -> Counts {
    let read = table.map_or(Ok(0), |table| table.counted(&rules::wall_name(place)));
    let (now, uncounted) = match read {
        Ok(now) => (now, None),
        Err(error) => (0, Some(format!("the kernel's counters cannot be read: {error}"))),
    };
    let number = before.saturating_add(now);
    let arriving = Count { seen: number, lost: number, struck: number, ..Count::default() };
    Counts { arriving, uncounted, ..Counts::default() }
}

/// The ports that the one has beyond the other.
fn beyond(these: &Led, those: &Led) -> Vec<u16> {
    these.keys().filter(|port| !those.contains_key(port)).copied().collect()
}

/// The chain of a wall that stands, with its part's new addresses.
fn wall_in_force((place, (part, armed)): (usize, (&Part, &Armed))) -> Option<Chain> {
    match (&part.sort, &armed.force) {
        (Sort::Wall { from }, Some(Force::Wall { .. })) => Some(rules::wall(place, from)),
        _ => None,
    }
}

/// Connections that were there before their port's redirect do not go through the proxy: their ends must make new ones.
fn cut_all(ports: &[u16]) -> Result<u64, String> {
    let mut gone = 0;
    for port in ports {
        gone += cut(*port).map_err(|error| not_cut(*port, &error))?;
    }
    Ok(gone)
}
