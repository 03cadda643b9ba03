//! Changes one bit of a packet, as a bad wire would.

use super::packet::Headers;

/// Flips the bit that `choice` stands for, above IP: the packet still finds its way, and its checksum tells the receiver. The
/// checksum is not mended. A packet with nothing above IP stays as it is; false then.
pub(super) fn corrupt(packet: &mut [u8], choice: u64) -> bool {
    let Some(headers) = Headers::read(packet) else { return false };
    // Ports stay: a packet for nobody would show nothing. What lies behind the headers is changed if there is any.
    let payload = headers.payload_in(packet.len());
    let range = if payload.is_empty() { headers.transport.saturating_add(4)..packet.len() } else { payload };
    let bits = range.len() as u64 * 8;
    if bits == 0 {
        return false;
    }
    let bit = choice % bits;
    let place = range.start + usize::try_from(bit / 8).unwrap_or(0);
    packet[place] ^= 1 << (bit % 8);
    true
}

#[cfg(test)]
mod tests {
    use super::super::packet::tests::packet;
    use super::super::packet::{TCP, UDP};
    use super::*;

    #[test]
    fn exactly_one_bit_of_the_payload_changes() {
        let right = packet(UDP, (1, 2), b"payload");
        for choice in 0..1_000 {
            let mut wrong = right.clone();
            assert!(corrupt(&mut wrong, choice));
            let changed: u32 = right.iter().zip(&wrong).map(|(a, b)| (a ^ b).count_ones()).sum();
            assert_eq!(changed, 1);
            assert_eq!(wrong[..28], right[..28], "the headers stay");
        }
    }

    #[test]
    fn a_bare_acknowledgement_is_changed_behind_its_ports() {
        let right = packet(TCP, (1, 2), b"");
        let mut wrong = right.clone();
        assert!(corrupt(&mut wrong, 77));
        assert_ne!(wrong, right);
        assert_eq!(wrong[..24], right[..24]);
    }

    #[test]
    fn what_is_no_packet_stays() {
        let mut nothing = [0_u8; 3];
        assert!(!corrupt(&mut nothing, 5));
        assert_eq!(nothing, [0; 3]);
    }
}
