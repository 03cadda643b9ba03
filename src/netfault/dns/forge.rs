//! An answer in the server's place: a whole IP packet from the server to whoever asked.

use super::question::Question;
use super::{Code, PORT};
use crate::netfault::packet::Headers;
use std::net::IpAddr;

const UDP: u8 = 17;
const HOPS: u8 = 64;

/// The answer to a packet with a question; `None`: it has none over UDP.
pub(in crate::netfault) fn forge(packet: &[u8], headers: &Headers, code: Code) -> Option<Vec<u8>> {
    let (asker, PORT) = headers.ports? else { return None };
    let message = packet.get(headers.payload..).filter(|_| headers.protocol == UDP)?;
    let question = Question::read(message)?;
    let answer = answer(message, &question, code);
    let mut udp = Vec::with_capacity(8 + answer.len());
    udp.extend(PORT.to_be_bytes());
    udp.extend(asker.to_be_bytes());
    udp.extend(u16::try_from(8 + answer.len()).ok()?.to_be_bytes());
    udp.extend([0, 0]);
    udp.extend(answer);
    // From whom the question was for, to whoever asked.
    ip(headers.target, headers.source, udp)
}

/// The same identity and question, no answers, and the code.
fn answer(message: &[u8], question: &Question, code: Code) -> Vec<u8> {
    let mut answer = message[..question.end].to_vec();
    // It is an answer; the operation and "recursion desired" are the question's; recursion is available.
    answer[2] = 0x80 | (message[2] & 0x79);
    answer[3] = 0x80 | code as u8;
    // One question, nothing else.
    answer[4..12].copy_from_slice(&[0, 1, 0, 0, 0, 0, 0, 0]);
    answer
}

fn ip(source: IpAddr, target: IpAddr, mut udp: Vec<u8>) -> Option<Vec<u8>> {
    let length = u16::try_from(udp.len()).ok()?;
    let (header, pseudo) = match (source, target) {
        (IpAddr::V4(source), IpAddr::V4(target)) => {
            let mut header = vec![0x45, 0];
            header.extend((20 + length).to_be_bytes());
            header.extend([0, 0, 0x40, 0, HOPS, UDP, 0, 0]);
            header.extend(source.octets());
            header.extend(target.octets());
            let sum = checksum(&[&header]);
            header[10..12].copy_from_slice(&sum.to_be_bytes());
            (
                header,
                [source.octets().as_slice(), &target.octets(), &[0, UDP], &length.to_be_bytes()].concat(),
            )
        }
        (IpAddr::V6(source), IpAddr::V6(target)) => {
            let mut header = vec![0x60, 0, 0, 0];
            header.extend(length.to_be_bytes());
            header.extend([UDP, HOPS]);
            header.extend(source.octets());
            header.extend(target.octets());
            let length = u32::from(length).to_be_bytes();
            let pseudo = [source.octets().as_slice(), &target.octets(), &length, &[0, 0, 0, UDP]].concat();
            (header, pseudo)
        }
        _ => return None,
    };
    // A sum of 0 is sent as its other form: 0 would mean "none" (RFC 768).
    let sum = match checksum(&[&pseudo, &udp]) {
        0 => 0xffff,
        sum => sum,
    };
    udp[6..8].copy_from_slice(&sum.to_be_bytes());
    Some([header, udp].concat())
}

/// The internet checksum (RFC 1071) over these bytes; every part but the last has an even length.
fn checksum(parts: &[&[u8]]) -> u16 {
    let words = parts.iter().flat_map(|part| part.chunks(2));
    let mut sum: u32 =
        words.map(|word| u32::from(u16::from_be_bytes([word[0], word.get(1).copied().unwrap_or(0)]))).sum();
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    !(sum as u16)
}

#[cfg(test)]
mod tests {
    use super::super::question::tests::query;
    use super::*;
    use crate::netfault::packet::tests::packet;

    #[test]
    fn the_answer_goes_back_with_the_same_question() {
        let asked = packet(UDP, (40_000, 53), &query("db.example.com"));
        let headers = Headers::read(&asked).expect("a packet");
        let forged = forge(&asked, &headers, Code::Refused).expect("an answer");
        let back = Headers::read(&forged).expect("a packet");
        assert_eq!((back.source, back.target), (headers.target, headers.source));
        assert_eq!(back.ports, Some((53, 40_000)));
        let message = &forged[back.payload..];
        assert_eq!(message[..4], [0xab, 0xcd, 0x81, 0x85]);
        assert_eq!(message[12..], query("db.example.com")[12..]);
        assert_eq!(usize::from(u16::from_be_bytes([forged[2], forged[3]])), forged.len());
    }

    #[test]
    fn checksums_are_right() {
        // A sum over data with its own checksum is 0 (RFC 1071).
        let asked = packet(UDP, (40_000, 53), &query("odd"));
        let headers = Headers::read(&asked).expect("a packet");
        let forged = forge(&asked, &headers, Code::NoSuchName).expect("an answer");
        assert_eq!(checksum(&[&forged[..20]]), 0);
        let length = (forged.len() as u16 - 20).to_be_bytes();
        assert_eq!(checksum(&[&forged[12..20], &[0, UDP], &length, &forged[20..]]), 0);
        assert_eq!(checksum(&[&[0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7]]), !0xddf2, "RFC 1071, 3");
    }

    #[test]
    fn over_v6_too() {
        let target = IpAddr::from([0xfd, 0, 0, 0, 0, 0, 0, 1_u16]);
        let packet = ip(target, target, vec![0, 53, 0, 9, 0, 9, 0, 0, 1]).expect("a packet");
        let headers = Headers::read(&packet).expect("a packet");
        assert_eq!((headers.ports, headers.payload), (Some((53, 9)), 48));
        assert_eq!(checksum(&[&packet[8..40], &9_u32.to_be_bytes(), &[0, 0, 0, UDP], &packet[40..]]), 0);
    }

    #[test]
    fn what_is_no_question_gets_no_answer() {
        for wrong in [
            packet(UDP, (53, 53), b"short"),
            packet(UDP, (9, 54), &query("db")),
            packet(6, (9, 53), &query("db")),
        ] {
            let headers = Headers::read(&wrong).expect("a packet");
            assert_eq!(forge(&wrong, &headers, Code::Refused), None);
        }
    }
}
