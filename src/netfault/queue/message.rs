//! Packets as the kernel tells them, and verdicts as it wants them.

use crate::netfault::netlink::{Message, Received, attributes, flag, number, number16};

pub(super) const SUBSYSTEM: u16 = 3;
const PACKET: u16 = SUBSYSTEM << 8;
const VERDICT: u16 = SUBSYSTEM << 8 | 1;

/// A packet that waits for a verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::netfault) struct Packet<'a> {
    pub queue: u16,
    pub id: u32,
    /// The interfaces by which it came and will leave, where known.
    pub from_interface: Option<u32>,
    pub to_interface: Option<u32>,
    /// Its length, whatever part of it is shown.
    pub length: usize,
    /// Its beginning, from the IP header on.
    pub bytes: &'a [u8],
}

impl<'a> Packet<'a> {
    /// `None`: the message is no packet.
    pub(super) fn read(message: &Received<'a>) -> Option<Packet<'a>> {
        if message.kind != PACKET {
            return None;
        }
        let queue = number16(message.body.get(2..4)?)?;
        let mut packet =
            Packet { queue, id: 0, from_interface: None, to_interface: None, length: 0, bytes: &[] };
        let mut cut = None;
        let mut named = false;
        for (kind, value) in attributes(message.body.get(4..)?) {
            match kind {
                1 => {
                    packet.id = number(value)?;
                    named = true;
                }
                5 => packet.from_interface = number(value),
                6 => packet.to_interface = number(value),
                10 => packet.bytes = value,
                13 => cut = number(value),
                _ => {}
            }
        }
        packet.length = cut.map_or(packet.bytes.len(), |length| length as usize);
        named.then_some(packet)
    }
}

/// What becomes of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::netfault) enum Verdict<'a> {
    /// It goes on.
    Pass,
    /// It goes on with this content.
    Changed(&'a [u8]),
    /// It is lost.
    Drop,
}

/// Appends the message of a verdict.
pub(super) fn verdict(out: &mut Vec<u8>, queue: u16, id: u32, verdict: Verdict<'_>) {
    let code = u32::from(verdict != Verdict::Drop);
    let header = [code.to_be_bytes(), id.to_be_bytes()].concat();
    let mut message = Message::new(VERDICT, flag::REQUEST, 0).netfilter(0, queue).put(2, &header);
    if let Verdict::Changed(bytes) = verdict {
        message = message.put(10, bytes);
    }
    out.extend(message.finish());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::netfault::netlink::Messages;

    #[test]
    fn a_packet_is_read_from_its_message() {
        let header = [7_u32.to_be_bytes().as_slice(), &[8, 0, 3]].concat();
        let bytes = Message::new(PACKET, 0, 0)
            .netfilter(2, 41)
            .put(1, &header)
            .put_u32(6, 1)
            .put_u32(13, 1_500)
            .put(10, b"begin")
            .finish();
        let message = Messages::new(&bytes).next().expect("a message");
        let packet = Packet::read(&message).expect("a packet");
        let expected = Packet {
            queue: 41,
            id: 7,
            from_interface: None,
            to_interface: Some(1),
            length: 1_500,
            bytes: b"begin",
        };
        assert_eq!(packet, expected);
    }

    #[test]
    fn a_packet_without_a_number_is_none() {
        let bytes = Message::new(PACKET, 0, 0).netfilter(2, 41).put(10, b"begin").finish();
        let message = Messages::new(&bytes).next().expect("a message");
        assert_eq!(Packet::read(&message), None);
    }
}
