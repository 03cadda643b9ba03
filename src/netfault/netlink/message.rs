//! Writing messages.

/// A message under construction: its header is filled in when it is finished.
#[derive(Debug)]
pub(in crate::netfault) struct Message {
    bytes: Vec<u8>,
}

const NESTED: u16 = 0x8000;

impl Message {
    /// A message of this type with these flags.
    pub(in crate::netfault) fn new(kind: u16, flags: u16, sequence: u32) -> Message {
        let mut bytes = vec![0; 4];
        bytes.extend(kind.to_ne_bytes());
        bytes.extend(flags.to_ne_bytes());
        bytes.extend(sequence.to_ne_bytes());
        // The port: the kernel fills it in.
        bytes.extend([0; 4]);
        Message { bytes }
    }

    /// The header that all netfilter messages have (`nfgenmsg`): a family and a number whose meaning is the subsystem's.
    #[must_use]
    pub(in crate::netfault) fn netfilter(mut self, family: u8, number: u16) -> Message {
        self.bytes.extend([family, 0]);
        self.bytes.extend(number.to_be_bytes());
        self
    }

    /// A body that is a plain structure.
    #[must_use]
    pub(in crate::netfault) fn body(mut self, bytes: &[u8]) -> Message {
        self.bytes.extend(bytes);
        self.pad();
        self
    }

    /// An attribute.
    #[must_use]
    pub(in crate::netfault) fn put(mut self, kind: u16, value: &[u8]) -> Message {
        let length = u16::try_from(4 + value.len()).unwrap_or(u16::MAX);
        self.bytes.extend(length.to_ne_bytes());
        self.bytes.extend(kind.to_ne_bytes());
        self.bytes.extend(&value[..usize::from(length) - 4]);
        self.pad();
        self
    }

    /// A number of 32 bits in the network's order, as netfilter wants them.
    #[must_use]
    pub(in crate::netfault) fn put_u32(self, kind: u16, value: u32) -> Message {
        self.put(kind, &value.to_be_bytes())
    }

    /// A number of 16 bits in the network's order.
    #[must_use]
    pub(in crate::netfault) fn put_u16(self, kind: u16, value: u16) -> Message {
        self.put(kind, &value.to_be_bytes())
    }

    /// A text with its closing zero.
    #[must_use]
    pub(in crate::netfault) fn put_text(self, kind: u16, value: &str) -> Message {
        let mut bytes = value.as_bytes().to_vec();
        bytes.push(0);
        self.put(kind, &bytes)
    }

    /// An attribute made of attributes.
    #[must_use]
    pub(in crate::netfault) fn nest(mut self, kind: u16, fill: impl FnOnce(Message) -> Message) -> Message {
        let start = self.bytes.len();
        self.bytes.extend([0; 2]);
        self.bytes.extend((kind | NESTED).to_ne_bytes());
        let mut filled = fill(self);
        let length = u16::try_from(filled.bytes.len() - start).unwrap_or(u16::MAX);
        filled.bytes[start..start + 2].copy_from_slice(&length.to_ne_bytes());
        filled
    }

    /// The finished message.
    pub(in crate::netfault) fn finish(mut self) -> Vec<u8> {
        let length = u32::try_from(self.bytes.len()).unwrap_or(u32::MAX);
        self.bytes[..4].copy_from_slice(&length.to_ne_bytes());
        self.pad();
        self.bytes
    }

    fn pad(&mut self) {
        self.bytes.resize(self.bytes.len().next_multiple_of(4), 0);
    }
}

#[cfg(test)]
mod tests {
    use super::super::read::{Messages, attributes, number};
    use super::*;

    #[test]
    fn what_is_written_can_be_read() {
        let bytes = Message::new(0x0a03, 5, 77)
            .netfilter(1, 9)
            .put_text(1, "name")
            .nest(4, |nest| nest.put_u32(1, 3).put_u32(2, 1_000))
            .finish();
        assert_eq!(bytes.len() % 4, 0);
        let messages: Vec<_> = Messages::new(&bytes).collect();
        assert_eq!((messages.len(), messages[0].kind, messages[0].sequence), (1, 0x0a03, 77));
        let inside: Vec<_> = attributes(&messages[0].body[4..]).collect();
        assert_eq!(inside[0], (1, &b"name\0"[..]));
        assert_eq!(inside[1].0, 4, "the mark of nesting is not a part of the type");
        let nested: Vec<_> = attributes(inside[1].1).map(|(kind, value)| (kind, number(value))).collect();
        assert_eq!(nested, [(1, Some(3)), (2, Some(1_000))]);
    }
}
