//! Orders and how they are carried out.

use super::brain::{Armed, Force};
use super::rules::{self, Numbers};
use super::state::{MOST_PACKETS, State};
use super::trouble::{explained, no_queue, no_rules};
use crate::netfault::nft::Table;
use crate::netfault::queue::{Queues, Taking, losses};
use crate::netfault::spec::{LookUp, Part, Sort};
use crate::netfault::{Answer, Counts, Order};
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
        let done = match order {
            Order::Arm { parts } => self.arm(parts),
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
        Answer { error: done.err(), counts, overflow, held: self.brain.waiting.len() as u64 }
    }

    fn counts(&self) -> BTreeMap<String, Counts> {
        let in_force = self.brain.armed.iter().filter_map(|armed| Some((armed, armed.force.as_ref()?)));
        in_force.map(|(armed, force)| (armed.part.id.clone(), force.counts())).collect()
    }

    fn arm(&mut self, parts: Vec<Part>) -> Result<(), String> {
        if let Some(armed) = self.brain.armed.iter().find(|armed| armed.force.is_some()) {
            return Err(format!("`{}` is in force; heal it before arming anew", armed.part.id));
        }
        if parts.len() > MOST_PARTS {
            return Err(format!("{} faults on one target; {MOST_PARTS} are the most", parts.len()));
        }
        for (place, part) in parts.iter().enumerate() {
            if parts[..place].iter().any(|other| other.id == part.id) {
                return Err(format!("two parts have the id `{}`", part.id));
            }
        }
        self.take_back().map_err(|error| explained("earlier rules cannot be taken back", &error))?;
        self.can_send(&parts)?;
        let wants_queues = parts.iter().any(|part| rules::queues(&part.sort) != (false, false));
        if wants_queues {
            self.open_queues()?;
        }
        self.lay(&parts)?;
        self.brain.armed = parts.into_iter().map(|part| Armed { part, force: None }).collect();
        Ok(())
    }

    /// Answers in a server's place, and packets that left and were held, are sent by us.
    fn can_send(&self, parts: &[Part]) -> Result<(), String> {
        let sends = |part: &Part| match &part.sort {
            Sort::Dns { becomes, .. } => matches!(becomes, LookUp::Refused | LookUp::NoSuchName),
            Sort::Packets { direction, .. } => direction.has_out(),
            Sort::Wall { .. } => false,
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

    /// Lays the rules: with the kernel's own queue expression, or with the old target where it has none.
    fn lay(&mut self, parts: &[Part]) -> Result<(), String> {
        let make = |native| Table::make(TABLE, &rules::chains(parts, self.numbers, native));
        let table = match make(true) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => make(false),
            made => made,
        };
        self.table = Some(table.map_err(|error| no_rules(&error))?);
        Ok(())
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
            Sort::Packets { .. } | Sort::Dns { .. } => None,
        };
        let done = match (wall, &mut self.table) {
            (Some(chain), Some(table)) => table.add(&chain),
            _ => self.rebind(),
        };
        done.map_err(|error| {
            self.brain.armed[place].force = None;
            explained(&format!("`{id}` cannot be applied"), &error)
        })
    }

    fn heal(&mut self, id: &str) -> Result<(), String> {
        let place = self.place(id)?;
        let Some(force) = self.brain.armed[place].force.take() else { return Ok(()) };
        let done = match (&force, &mut self.table) {
            (Force::Wall, Some(table)) => table.remove(&rules::wall_name(place)),
            _ => self.hurry(|held| held.parts == 1 << place).and_then(|()| self.rebind()),
        };
        done.map_err(|error| {
            // It may be tried again.
            self.brain.armed[place].force = Some(force);
            explained(&format!("`{id}` cannot be healed"), &error)
        })
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
                Sort::Wall { .. } => (false, false),
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
