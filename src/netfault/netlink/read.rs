//! Reading messages. Whatever the bytes are, nothing is read beyond them.

use super::kind;
use std::io;

/// A message that the kernel sent.
#[derive(Clone, Copy, Debug)]
pub(in crate::netfault) struct Received<'a> {
    pub kind: u16,
    pub sequence: u32,
    /// Everything after the header.
    pub body: &'a [u8],
}

/// The messages of one datagram.
#[derive(Clone, Debug)]
pub(in crate::netfault) struct Messages<'a> {
    rest: &'a [u8],
}

impl<'a> Messages<'a> {
    pub(in crate::netfault) fn new(datagram: &'a [u8]) -> Messages<'a> {
        Messages { rest: datagram }
    }
}

impl<'a> Iterator for Messages<'a> {
    type Item = Received<'a>;

    fn next(&mut self) -> Option<Received<'a>> {
        let header = self.rest.get(..16)?;
        let length = u32::from_ne_bytes(header[..4].try_into().ok()?) as usize;
        let body = self.rest.get(16..length)?;
        let received = Received {
            kind: u16::from_ne_bytes(header[4..6].try_into().ok()?),
            sequence: u32::from_ne_bytes(header[8..12].try_into().ok()?),
            body,
        };
        self.rest = self.rest.get(length.next_multiple_of(4)..).unwrap_or_default();
        Some(received)
    }
}

/// Attributes one after the other.
#[derive(Clone, Debug)]
pub(in crate::netfault) struct Attributes<'a> {
    rest: &'a [u8],
}

/// The attributes in these bytes, as type and value.
pub(in crate::netfault) fn attributes(bytes: &[u8]) -> Attributes<'_> {
    Attributes { rest: bytes }
}

impl<'a> Iterator for Attributes<'a> {
    type Item = (u16, &'a [u8]);

    fn next(&mut self) -> Option<(u16, &'a [u8])> {
        let header = self.rest.get(..4)?;
        let length = usize::from(u16::from_ne_bytes(header[..2].try_into().ok()?));
        // The two upper bits tell nesting and byte order.
        let kind = u16::from_ne_bytes(header[2..4].try_into().ok()?) & 0x3fff;
        let value = self.rest.get(4..length)?;
        self.rest = self.rest.get(length.next_multiple_of(4)..).unwrap_or_default();
        Some((kind, value))
    }
}

/// A number of 32 bits in the network's order.
pub(in crate::netfault) fn number(value: &[u8]) -> Option<u32> {
    Some(u32::from_be_bytes(value.get(..4)?.try_into().ok()?))
}

/// A number of 16 bits in the network's order.
pub(in crate::netfault) fn number16(value: &[u8]) -> Option<u16> {
    Some(u16::from_be_bytes(value.get(..2)?.try_into().ok()?))
}

/// What an acknowledgement says: `None`: this message is none.
pub(in crate::netfault) fn error_of(message: &Received<'_>) -> Option<io::Result<()>> {
    if message.kind != kind::ERROR {
        return None;
    }
    let code = message.body.get(..4).and_then(|bytes| bytes.try_into().ok()).map(i32::from_ne_bytes);
    match code {
        Some(0) => Some(Ok(())),
        Some(code) => Some(Err(io::Error::from_raw_os_error(-code))),
        None => Some(Err(io::Error::other("an error message without an error"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn torn_messages_end_the_reading() {
        let mut bytes = vec![20, 0, 0, 0, 2, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0, 255, 255, 255, 255];
        let message = Messages::new(&bytes).next().expect("a message");
        let error = error_of(&message).expect("an error message").expect_err("an error");
        assert_eq!((message.sequence, error.raw_os_error()), (7, Some(1)));
        for length in 0..20 {
            assert!(Messages::new(&bytes[..length]).next().is_none());
        }
        bytes[0] = 5;
        assert!(Messages::new(&bytes).next().is_none(), "shorter than its own header");
        assert!(attributes(&[3, 0, 1, 0, 0, 0, 0, 0]).next().is_none());
        assert!(attributes(&[9, 0, 1, 0, 0, 0, 0, 0]).next().is_none());
    }
}
