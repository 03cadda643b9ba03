//! Header fields of a response, kept as they came and looked at only when asked.

use bytes::Bytes;
use memchr::memchr;
use std::fmt;

/// Header fields in order; names compare without regard to case.
///
/// A load generator receives far more heads than it looks into, so the fields stay in one piece of text (`name: value`
/// lines, already checked by the parser) and a look-up walks over it.
#[derive(Clone, Default, PartialEq)]
pub struct Headers {
    lines: Bytes,
}

impl Headers {
    /// From `name: value` lines that a parser has accepted.
    pub(crate) fn from_lines(lines: Bytes) -> Headers {
        Headers { lines }
    }

    /// The first value of this name that is text.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.all(name).find_map(|value| std::str::from_utf8(value).ok())
    }

    /// Every value of this name in order, without the white space around it.
    pub fn all(&self, name: &str) -> impl Iterator<Item = &[u8]> {
        // The parser lets no space stand between name and colon, so most lines are told apart by one byte.
        Lines { rest: &self.lines }.filter_map(move |line| {
            let (field, value) = line.split_at_checked(name.len())?;
            let value = value.strip_prefix(b":")?;
            field.eq_ignore_ascii_case(name.as_bytes()).then(|| value.trim_ascii())
        })
    }

    /// All fields in order: name and value, without the white space around the value.
    pub fn iter(&self) -> Fields<'_> {
        Fields { lines: Lines { rest: &self.lines } }
    }
}

impl<N: AsRef<str>, V: AsRef<[u8]>> FromIterator<(N, V)> for Headers {
    /// Fields must not hold line ends; one in a value becomes a space, as RFC 9110 section 5.5 advises.
    fn from_iter<I: IntoIterator<Item = (N, V)>>(fields: I) -> Headers {
        let mut lines = Vec::new();
        for (name, value) in fields {
            lines.extend_from_slice(name.as_ref().as_bytes());
            lines.extend_from_slice(b": ");
            lines.extend(
                value.as_ref().iter().map(|byte| if matches!(byte, b'\r' | b'\n') { b' ' } else { *byte }),
            );
            lines.extend_from_slice(b"\r\n");
        }
        Headers { lines: Bytes::from(lines) }
    }
}

impl fmt::Debug for Headers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map()
            .entries(self.iter().map(|(name, value)| (name, String::from_utf8_lossy(value))))
            .finish()
    }
}

/// Walks over header fields: name and value.
#[derive(Clone, Debug)]
pub struct Fields<'a> {
    lines: Lines<'a>,
}

impl<'a> Iterator for Fields<'a> {
    type Item = (&'a str, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let line = self.lines.next()?;
            let Some(colon) = memchr(b':', line) else { continue };
            let name = std::str::from_utf8(&line[..colon]).unwrap_or_default();
            return Some((name, line[colon + 1..].trim_ascii()));
        }
    }
}

/// Walks over lines, without their line feeds.
#[derive(Clone, Debug)]
struct Lines<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for Lines<'a> {
    type Item = &'a [u8];

    #[inline]
    fn next(&mut self) -> Option<&'a [u8]> {
        if self.rest.is_empty() {
            return None;
        }
        let end = memchr(b'\n', self.rest).unwrap_or(self.rest.len());
        let line = &self.rest[..end];
        self.rest = self.rest.get(end + 1..).unwrap_or_default();
        Some(line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_compare_without_case_and_values_lose_their_white_space() {
        let headers = Headers::from_lines(Bytes::from_static(
            b"A: 1\r\nset-cookie:x=y\t\r\nSet-Cookie:  z\nEmpty:\r\n\r\n",
        ));
        assert_eq!(headers.get("Set-Cookie"), Some("x=y"));
        assert_eq!(headers.get("a"), Some("1"));
        assert_eq!(headers.get("empty"), Some(""));
        assert_eq!(headers.get("b"), None);
        assert_eq!(headers.all("SET-COOKIE").collect::<Vec<_>>(), [&b"x=y"[..], b"z"]);
        assert_eq!(headers.all("set").count() + headers.all("a: 1\r\nset").count(), 0);
        assert_eq!(headers.iter().count(), 4);
    }

    #[test]
    fn a_value_that_is_not_text_is_passed_over() {
        let headers: Headers = [("x", &b"\xff"[..]), ("X", &b"text"[..])].into_iter().collect();
        assert_eq!(headers.get("x"), Some("text"));
        assert_eq!(headers.iter().next(), Some(("x", &b"\xff"[..])));
    }

    #[test]
    fn a_line_end_in_a_value_cannot_make_a_field() {
        let headers: Headers = [("x", "1\r\ny: 2")].into_iter().collect();
        assert_eq!(headers.get("y"), None);
        assert_eq!(headers.get("x"), Some("1  y: 2"));
    }
}
