//! The head that came last. Servers repeat themselves: to see that the next one is the same costs a tenth of parsing it.

use super::Flaw;
use super::head::{self, Head, Parsed};

/// Longer heads are not remembered.
const LONGEST: usize = 4 << 10;

/// Remembers a head, and knows it when it comes again.
#[derive(Default)]
pub(crate) struct Known {
    bodiless: bool,
    text: Vec<u8>,
    head: Option<Head>,
}

impl Known {
    /// Does what [`head::parse`] does. What a head means depends on nothing but its bytes and on the request's having been a
    /// HEAD or not, and where it ends on nothing that follows.
    #[inline]
    pub(crate) fn parse(&mut self, input: &[u8], bodiless: bool) -> Result<Parsed, Flaw> {
        match &self.head {
            Some(head) if self.bodiless == bodiless && input.starts_with(&self.text) => {
                Ok(Parsed::Final(self.text.len(), head.clone()))
            }
            _ => self.learn(input, bodiless),
        }
    }

    fn learn(&mut self, input: &[u8], bodiless: bool) -> Result<Parsed, Flaw> {
        let parsed = head::parse(input, bodiless)?;
        if let Parsed::Final(length, head) = &parsed
            && *length <= LONGEST
        {
            self.bodiless = bodiless;
            self.text.clear();
            self.text.extend_from_slice(&input[..*length]);
            self.head = Some(head.clone());
        }
        Ok(parsed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_that_is_known_is_read_as_one_that_is_new() {
        let mut known = Known::default();
        let heads = [
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nHTTP/1.1 500 No\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r",
            "HTTP/1.1 103 Early\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n",
            "no head\r\n\r\n",
            "HTTP/1.1 404 None\r\nConnection: close\r\n\r\n",
        ];
        for text in heads.iter().chain(&heads) {
            for bodiless in [false, true, true, false] {
                let input = text.as_bytes();
                assert_eq!(known.parse(input, bodiless), head::parse(input, bodiless), "{text:?} {bodiless}");
            }
        }
    }

    #[test]
    fn a_long_one_is_not_kept() {
        let mut known = Known::default();
        let text = format!("HTTP/1.1 200 OK\r\nX: {}\r\n\r\n", "x".repeat(LONGEST));
        assert!(matches!(known.parse(text.as_bytes(), false), Ok(Parsed::Final(..))));
        assert!(known.text.is_empty());
    }
}
