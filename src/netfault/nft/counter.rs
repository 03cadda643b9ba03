//! Reading a rule's counter out of what the kernel says of it.

use crate::netfault::netlink::{Received, attributes};

/// The subsystem's part of a message's type.
pub(super) const RULES: u16 = 10 << 8;
/// The family that has both IPv4 and IPv6.
pub(super) const INET: u8 = 1;
const NEW_RULE: u16 = 6;

/// The packets that the rule's counters have seen; 0 for a message that is no rule of this chain.
pub(super) fn packets(message: &Received<'_>, table: &str, chain: &str) -> u64 {
    let Some(body) = message.body.get(4..).filter(|_| message.kind == RULES | NEW_RULE) else { return 0 };
    let is_ours = |kind: u16, name: &str| {
        attributes(body).any(|(found, value)| found == kind && text(value) == name.as_bytes())
    };
    if !is_ours(1, table) || !is_ours(2, chain) {
        return 0;
    }
    let lists = attributes(body).filter(|(kind, _)| *kind == 4).flat_map(|(_, list)| attributes(list));
    lists.filter_map(|(_, element)| of_counter(element)).sum()
}

/// A text without the zero at its end.
fn text(value: &[u8]) -> &[u8] {
    value.strip_suffix(&[0]).unwrap_or(value)
}

/// `NFTA_COUNTER_PACKETS` of an expression; `None`: it is no counter.
fn of_counter(element: &[u8]) -> Option<u64> {
    let (_, name) = attributes(element).find(|(kind, _)| *kind == 1)?;
    let (_, data) = attributes(element).find(|(kind, _)| *kind == 2).filter(|_| text(name) == b"counter")?;
    let (_, packets) = attributes(data).find(|(kind, _)| *kind == 2)?;
    Some(u64::from_be_bytes(packets.get(..8)?.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::netfault::netlink::{Message, Messages};

    #[test]
    fn the_counters_of_a_chains_rules_are_read() {
        let rule = |chain: &str| {
            Message::new(RULES | NEW_RULE, 0, 3)
                .netfilter(INET, 0)
                .put_text(1, "shakedown")
                .put_text(2, chain)
                .nest(4, |list| {
                    let other = list.nest(1, |element| element.put_text(1, "cmp").nest(2, |data| data));
                    other.nest(1, |element| {
                        element.put_text(1, "counter").nest(2, |data| {
                            data.put(1, &9_000_u64.to_be_bytes()).put(2, &17_u64.to_be_bytes())
                        })
                    })
                })
                .finish()
        };
        let read = |bytes: &[u8]| {
            Messages::new(bytes).map(|message| packets(&message, "shakedown", "wall-0")).sum::<u64>()
        };
        let ours = rule("wall-0");
        assert_eq!(read(&ours), 17);
        assert_eq!(read(&rule("wall-1")), 0);
        for length in 0..ours.len() {
            assert!(read(&ours[..length]) <= 17);
        }
    }
}
