//! What becomes of each packet, by all parts that are in force.

use super::raw::{COPIED, FORGED, Raw};
use crate::netfault::corrupt::corrupt;
use crate::netfault::dns::{self, Code, Question};
use crate::netfault::held::{Held, Place, Waiting};
use crate::netfault::link::{Link, Passage};
use crate::netfault::packet::{Headers, TCP, UDP};
use crate::netfault::protocol::{Count, Counts, Overflow};
use crate::netfault::queue::Packet;
use crate::netfault::spec::{LookUp, Part, Sort};
use std::collections::BTreeMap;
use std::net::IpAddr;

/// So many bytes may wait; what comes on top is lost, and counted.
const MOST_BYTES: u64 = 256 << 20;
/// What the kernel keeps for a packet besides its content, roughly.
const KEPT: u64 = 768;
/// A datagram of this length passes every usual network in one piece.
const FITS: usize = 1_280;
const LOOPBACK: Option<u32> = Some(1);

/// A part, and what it has in force.
#[derive(Debug)]
pub(super) struct Armed {
    pub part: Part,
    pub force: Option<Force>,
}

/// A part in force.
#[derive(Debug)]
pub(super) enum Force {
    Packets {
        arriving: Box<Link>,
        leaving: Box<Link>,
    },
    Dns {
        count: Count,
    },
    /// Packets that its rules had dropped before they were laid anew, where the kernel's counters begin at 0 again.
    Wall {
        before: u64,
    },
    /// Elsewhere: at whoever serves the connections.
    Streams,
}

impl Force {
    /// With this seed for its choices. The two directions are apart: one packet more in the one changes nothing in the other.
    pub(super) fn new(sort: &Sort, seed: u64) -> Force {
        match sort {
            Sort::Packets { trouble, .. } => Force::Packets {
                arriving: Box::new(Link::new(seed, *trouble)),
                leaving: Box::new(Link::new(seed.wrapping_add(1), *trouble)),
            },
            Sort::Dns { .. } => Force::Dns { count: Count::default() },
            Sort::Wall { .. } => Force::Wall { before: 0 },
            Sort::Redirect { .. } => Force::Streams,
        }
    }

    /// What was counted here; walls are counted by the kernel, streams by the proxy that serves them.
    pub(super) fn counts(&self) -> Counts {
        match self {
            Force::Packets { arriving, leaving } => {
                Counts { arriving: arriving.count, leaving: leaving.count, uncounted: None }
            }
            Force::Dns { count } => Counts { leaving: *count, ..Counts::default() },
            Force::Wall { .. } | Force::Streams => Counts::default(),
        }
    }
}

/// All parts, and the packets that wait.
#[derive(Debug)]
pub(super) struct Brain {
    pub armed: Vec<Armed>,
    pub waiting: Waiting,
    /// Packets that are lost: queue and number.
    pub lost: Vec<(u16, u32)>,
    pub overflow: Overflow,
    /// Ports of the proxy, and the ports as which they are seen from outside.
    pub seen_as: BTreeMap<u16, u16>,
    raw: Raw,
    /// For packets that were taken from the kernel and go on later.
    pub copies: Raw,
}

/// What the parts have made of a packet so far.
struct Passing {
    at: u64,
    parts: u64,
    corrupted: Option<u64>,
}

impl Brain {
    pub(super) fn new() -> Brain {
        Brain {
            armed: Vec::new(),
            waiting: Waiting::default(),
            lost: Vec::new(),
            overflow: Overflow::default(),
            seen_as: BTreeMap::new(),
            raw: Raw::open(FORGED),
            copies: Raw::open(COPIED),
        }
    }

    /// Why packets of our own could not be sent.
    pub(super) fn cannot_send(&self) -> Option<&std::io::Error> {
        self.raw.trouble()
    }

    /// Decides on a packet that arrives at the target or leaves it.
    pub(super) fn decide(&mut self, packet: Packet<'_>, leaving: bool, now: u64) {
        let Some(passing) = self.through(&packet, leaving, now) else {
            self.lost.push((packet.queue, packet.id));
            return;
        };
        let bytes = packet.length as u64 + KEPT;
        if passing.at > now && self.waiting.bytes() + bytes > MOST_BYTES {
            self.overflow.bytes += 1;
            self.lost.push((packet.queue, packet.id));
            return;
        }
        let changed = passing.corrupted.and_then(|choice| {
            let mut copy = packet.bytes.to_vec();
            corrupt(&mut copy, choice).then_some(copy)
        });
        let place = match copied_to(&packet, leaving && passing.at > now) {
            Some(to) => {
                self.lost.push((packet.queue, packet.id));
                Place::Copy { content: changed.unwrap_or_else(|| packet.bytes.to_vec()), to }
            }
            None => Place::Kernel { queue: packet.queue, id: packet.id, changed },
        };
        self.waiting.push(passing.at, Held { place, bytes, parts: passing.parts });
    }

    /// Through one part after the other; `None`: it is lost.
    fn through(&mut self, packet: &Packet<'_>, leaving: bool, now: u64) -> Option<Passing> {
        let mut passing = Passing { at: now, parts: 0, corrupted: None };
        let Some(mut headers) = Headers::read(packet.bytes) else { return Some(passing) };
        if let Some((source, _)) = headers.ports.as_mut().filter(|_| leaving && headers.protocol == TCP) {
            *source = self.seen_as.get(source).copied().unwrap_or(*source);
        }
        let interface = if leaving { packet.to_interface } else { packet.from_interface };
        let aside = interface == LOOPBACK || headers.serves_the_wire();
        for (place, armed) in self.armed.iter_mut().enumerate() {
            let before = passing.at;
            match (&armed.part.sort, &mut armed.force) {
                (Sort::Packets { direction, only, .. }, Some(Force::Packets { arriving, leaving: out })) => {
                    let way = if leaving { direction.has_out() } else { direction.has_in() };
                    if !way || aside || !headers.is_meant(only, leaving) {
                        continue;
                    }
                    let link = if leaving { out } else { arriving };
                    match link.pass(passing.at, headers.flow(), packet.length as u64) {
                        Passage::Lost => return None,
                        Passage::Departs { at, corrupted } => {
                            passing.at = at;
                            passing.corrupted = passing.corrupted.or(corrupted);
                        }
                    }
                }
                (Sort::Dns { names, becomes }, Some(Force::Dns { count })) if leaving => {
                    let Some(name) = asked(packet, &headers) else { continue };
                    count.seen += 1;
                    if !dns::is_under(&name, names) {
                        continue;
                    }
                    count.struck += 1;
                    passing.at = look_up(&self.raw, packet, &headers, *becomes, count, passing.at)?;
                }
                _ => {}
            }
            passing.parts |= u64::from(passing.at > before) << place;
        }
        Some(passing)
    }
}

/// Where to a packet that waits is sent when its time has come, if it does not wait in the kernel. What leaves counts against
/// its sender's socket while the kernel has it: TCP would send no more than a few packets per delay, UDP would block. On a real
/// way a packet leaves the machine and then takes its time. So the kernel drops it, and we send it again, byte for byte.
fn copied_to(packet: &Packet<'_>, wanted: bool) -> Option<IpAddr> {
    let headers = Headers::read(packet.bytes).filter(|_| wanted && packet.to_interface != LOOPBACK)?;
    // The kernel still cuts larger datagrams into pieces on their way; what we send must fit as it is.
    let fits = headers.protocol == TCP || packet.length <= FITS;
    (fits && packet.length == packet.bytes.len()).then_some(headers.target)
}

/// The name for which a packet asks a server; `None`: it asks nothing. Over TCP the question stands behind its length.
fn asked(packet: &Packet<'_>, headers: &Headers) -> Option<String> {
    if headers.ports.is_none_or(|(_, to)| to != dns::PORT) {
        return None;
    }
    let payload = packet.bytes.get(headers.payload..).unwrap_or_default();
    let message = if headers.protocol == UDP { payload } else { payload.get(2..).unwrap_or_default() };
    Question::read(message).map(|question| question.name)
}

/// When the question goes on; `None`: never.
fn look_up(
    raw: &Raw,
    packet: &Packet<'_>,
    headers: &Headers,
    becomes: LookUp,
    count: &mut Count,
    at: u64,
) -> Option<u64> {
    let code = match becomes {
        LookUp::Delayed(nanos) => return Some(at.saturating_add(nanos)),
        LookUp::Dropped => None,
        LookUp::Refused => Some(Code::Refused),
        LookUp::NoSuchName => Some(Code::NoSuchName),
    };
    count.lost += 1;
    let forged = code.and_then(|code| dns::forge(packet.bytes, headers, code));
    // An answer that cannot be sent is one that never comes: the look-up fails all the same, only later.
    if forged.is_some_and(|forged| raw.send(&forged, headers.source).is_err()) {
        count.no_room += 1;
    }
    None
}
