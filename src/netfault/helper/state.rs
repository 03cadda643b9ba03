//! What the helper has laid, bound and holds.

use super::brain::Brain;
use super::raw::Raw;
use super::rules::{Led, Numbers};
use crate::netfault::Streams;
use crate::netfault::held::{Held, Place};
use crate::netfault::nft::Table;
use crate::netfault::queue::{Queues, Taking, Verdict, losses};
use std::io;
use std::time::Instant;

/// So many packets wait in the kernel, for each direction.
pub(super) const MOST_PACKETS: u32 = 65_536;
/// Datagrams read before the next departures are looked at.
const AT_ONCE: usize = 256;

/// Everything that the helper has changed. What belongs to its sockets the kernel takes back with them.
#[derive(Debug)]
pub(super) struct State {
    begun: Instant,
    pub(super) brain: Brain,
    pub(super) table: Option<Table>,
    pub(super) queues: Option<Queues>,
    pub(super) numbers: Numbers,
    /// How the queues take packets; `None`: not bound.
    pub(super) arriving: Option<Taking>,
    pub(super) leaving: Option<Taking>,
    /// Serves the connections that are led away from their ports.
    pub(super) streams: Box<dyn Streams>,
    pub(super) led: Led,
}

impl State {
    pub(super) fn new(streams: Box<dyn Streams>) -> State {
        State {
            begun: Instant::now(),
            brain: Brain::new(),
            table: None,
            queues: None,
            numbers: Numbers { arriving: 0, leaving: 0 },
            arriving: None,
            leaving: None,
            streams,
            led: Led::new(),
        }
    }

    /// Nanoseconds since the helper began.
    pub(super) fn now(&self) -> u64 {
        u64::try_from(self.begun.elapsed().as_nanos()).unwrap_or(u64::MAX)
    }

    /// To wait for.
    pub(super) fn queues(&self) -> Option<&Queues> {
        self.queues.as_ref()
    }

    /// Nanoseconds to the next departure; `None`: nothing waits.
    pub(super) fn until_next(&self) -> Option<u64> {
        self.brain.waiting.next().map(|at| at.saturating_sub(self.now()))
    }

    /// Reads packets and decides on them; true: there may be more.
    pub(super) fn take_packets(&mut self) -> io::Result<bool> {
        let mut more = true;
        for _ in 0..AT_ONCE {
            let now = self.now();
            let (brain, out) = (&mut self.brain, self.numbers.leaving);
            let Some(queues) = &mut self.queues else { return Ok(false) };
            more = queues.take(|packet| brain.decide(packet, packet.queue == out, now))?;
            if !more {
                break;
            }
        }
        let Some(queues) = &mut self.queues else { return Ok(false) };
        for (queue, id) in self.brain.lost.drain(..) {
            queues.decide(queue, id, Verdict::Drop)?;
        }
        Ok(more)
    }

    /// Lets go whatever is due.
    pub(super) fn release_due(&mut self) -> io::Result<()> {
        let now = self.now();
        let Some(queues) = &mut self.queues else { return Ok(()) };
        while let Some(held) = self.brain.waiting.due(now) {
            self.brain.overflow.unsent += u64::from(!let_go(queues, &self.brain.copies, held)?);
        }
        queues.flush()
    }

    /// Lets go at once those that are meant.
    pub(super) fn hurry(&mut self, meant: impl Fn(&Held) -> bool) -> io::Result<()> {
        let gone = self.brain.waiting.hurry(meant);
        let Some(queues) = &mut self.queues else { return Ok(()) };
        for held in gone {
            self.brain.overflow.unsent += u64::from(!let_go(queues, &self.brain.copies, held)?);
        }
        queues.flush()
    }

    /// Nobody's packets wait in this queue any more: no packet is lost on the way out.
    pub(super) fn close(&mut self, queue: u16) -> io::Result<()> {
        self.note_losses(queue);
        let Some(queues) = &mut self.queues else { return Ok(()) };
        queues.let_pass(queue)?;
        // What had been queued before is in our socket now, and nothing more will be. Its parts are not in force any more,
        // or nothing is: it passes.
        self.drain()?;
        self.hurry(|held| held.is_in(queue))?;
        self.queues.as_mut().map_or(Ok(()), |queues| queues.unbind(queue))
    }

    fn drain(&mut self) -> io::Result<()> {
        let most = 2 * MOST_PACKETS as usize / AT_ONCE + 1;
        for _ in 0..most {
            if !self.take_packets()? {
                break;
            }
        }
        Ok(())
    }

    /// The kernel's counters begin anew with every binding.
    pub(super) fn note_losses(&mut self, queue: u16) {
        let lost = losses(queue);
        self.brain.overflow.queue += lost.full;
        self.brain.overflow.socket += lost.unread;
    }

    /// Heals and removes everything, and waits until it is gone.
    pub(super) fn take_back(&mut self) -> io::Result<()> {
        for armed in &mut self.brain.armed {
            armed.force = None;
        }
        let mut first = Ok(());
        for (queue, bound) in
            [(self.numbers.arriving, self.arriving.take()), (self.numbers.leaving, self.leaving.take())]
        {
            if bound.is_some() {
                first = first.and(self.close(queue));
            }
        }
        let held = self.hurry(|_| true);
        first = first.and(held);
        self.queues = None;
        self.brain.armed.clear();
        let table = self.table.take().map_or(Ok(()), Table::take_back);
        // Only now: nobody is led to a port where nobody listens.
        for port in std::mem::take(&mut self.led).into_keys() {
            self.streams.close(port);
        }
        first.and(table)
    }
}

/// Sends it on; false: there was no room for it.
fn let_go(queues: &mut Queues, copies: &Raw, held: Held) -> io::Result<bool> {
    match held.place {
        Place::Kernel { queue, id, changed } => {
            let verdict = changed.as_deref().map_or(Verdict::Pass, Verdict::Changed);
            queues.decide(queue, id, verdict).map(|()| true)
        }
        // The verdicts given before are for packets before it.
        Place::Copy { content, to } => {
            queues.flush()?;
            Ok(copies.send(&content, to).is_ok())
        }
    }
}
