//! The head of a response: status, fields, and how its body is delimited (RFC 9112 section 6).

use super::Flaw;
use super::lines::{self, Unfolded};
use crate::http::Headers;
use bytes::Bytes;
use httparse::{Header, ParserConfig, Status};
use std::mem::MaybeUninit;

/// The largest number of header fields.
pub(crate) const MAX_FIELDS: usize = 128;

/// How the body ends.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Framing {
    /// After so many bytes.
    Length(u64),
    /// With the last chunk.
    Chunked,
    /// With the connection.
    UntilClose,
}

/// A parsed head.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Head {
    /// The status.
    pub(crate) status: u16,
    /// The fields.
    pub(crate) headers: Headers,
    /// How the body ends.
    pub(crate) framing: Framing,
    /// Whether the server keeps the connection.
    pub(crate) keep: bool,
    /// Whether the body has a content coding.
    pub(crate) coded: bool,
}

/// What the beginning of a response says.
#[derive(Debug, PartialEq)]
pub(crate) enum Parsed {
    /// More is needed.
    Partial,
    /// An interim response (1xx) of so many bytes.
    Interim(usize),
    /// The head, and how many bytes it took.
    Final(usize, Head),
}

/// Parses the head at the beginning of `input`. `bodiless`: the request was a HEAD.
pub(crate) fn parse(input: &[u8], bodiless: bool) -> Result<Parsed, Flaw> {
    let mut slots = [const { MaybeUninit::<Header<'_>>::uninit() }; MAX_FIELDS];
    let mut response = httparse::Response::new(&mut []);
    let config = ParserConfig::default();
    let length = match config.parse_response_with_uninit_headers(&mut response, input, &mut slots) {
        Ok(Status::Complete(length)) => length,
        Ok(Status::Partial) => return Ok(Parsed::Partial),
        Err(httparse::Error::TooManyHeaders) => {
            return Err(format!("the response has more than {MAX_FIELDS} header fields").into());
        }
        Err(error) => return unusual(input, bodiless, error),
    };
    let status = response.code.unwrap_or_default();
    match status {
        101 => return Err("the server switched protocols (101) without being asked".into()),
        100..=199 => return Ok(Parsed::Interim(length)),
        200.. => {}
        _ => return Err(format!("{status} is not a status").into()),
    }
    let fields = Framed::read(response.headers)?;
    let headers = match response.headers.first() {
        // The fields are one piece of the input: from the first name to the head's end.
        Some(first) => {
            let start = first.name.as_ptr() as usize - input.as_ptr() as usize;
            Headers::from_lines(Bytes::copy_from_slice(&input[start..length]))
        }
        None => Headers::default(),
    };
    let http11 = response.version == Some(1);
    let framing = if bodiless || status == 204 || status == 304 {
        Framing::Length(0)
    } else {
        fields.framing(http11)?
    };
    let keep = framing != Framing::UntilClose && !fields.close && (http11 || fields.keep_alive);
    Ok(Parsed::Final(length, Head { status, headers, framing, keep, coded: fields.coded }))
}

/// A head that the parser does not take: one with folded lines is read as if they were not (RFC 9112, section 5.2), of any
/// other the line is named.
#[cold]
fn unusual(input: &[u8], bodiless: bool, error: httparse::Error) -> Result<Parsed, Flaw> {
    match lines::unfold(input) {
        Unfolded::Whole(head, length) => match parse(&head, bodiless)? {
            Parsed::Final(_, head) => Ok(Parsed::Final(length, head)),
            Parsed::Interim(_) => Ok(Parsed::Interim(length)),
            Parsed::Partial => Ok(Parsed::Partial),
        },
        Unfolded::Partial => Ok(Parsed::Partial),
        Unfolded::Nothing => match lines::offender(input) {
            Some(what) => Err(format!("not an HTTP/1.1 response: {what}").into()),
            None => Err(format!("not an HTTP/1.1 response: {error}").into()),
        },
    }
}

/// What the fields say about the body's length and the connection's life.
#[derive(Default)]
struct Framed {
    length: Option<u64>,
    chunked: bool,
    close: bool,
    keep_alive: bool,
    coded: bool,
}

impl Framed {
    fn read(headers: &[Header<'_>]) -> Result<Framed, Flaw> {
        let mut framed = Framed::default();
        for header in headers {
            // Telling names apart by their length first costs next to nothing for all the others.
            match header.name.len() {
                10 if header.name.eq_ignore_ascii_case("connection") => framed.connection(header.value),
                14 if header.name.eq_ignore_ascii_case("content-length") => {
                    framed.content_length(header.value)?
                }
                16 if header.name.eq_ignore_ascii_case("content-encoding") => framed.coded = true,
                17 if header.name.eq_ignore_ascii_case("transfer-encoding") => {
                    if framed.chunked || !header.value.trim_ascii().eq_ignore_ascii_case(b"chunked") {
                        let coding = String::from_utf8_lossy(header.value);
                        return Err(
                            format!("transfer coding `{coding}`: only a single `chunked` is known").into()
                        );
                    }
                    framed.chunked = true;
                }
                _ => {}
            }
        }
        Ok(framed)
    }

    fn connection(&mut self, value: &[u8]) {
        for option in value.split(|byte| *byte == b',') {
            let option = option.trim_ascii();
            self.close |= option.eq_ignore_ascii_case(b"close");
            self.keep_alive |= option.eq_ignore_ascii_case(b"keep-alive");
        }
    }

    /// The same length said twice is one length (RFC 9110 section 8.6); two lengths are none.
    fn content_length(&mut self, value: &[u8]) -> Result<(), Flaw> {
        for part in value.split(|byte| *byte == b',') {
            let digits = part.trim_ascii();
            let Some(length) = number(digits) else {
                return Err(
                    format!("Content-Length `{}` is not a length", String::from_utf8_lossy(digits)).into()
                );
            };
            match self.length {
                Some(other) if other != length => {
                    return Err(format!("two lengths in one response: {other} and {length}").into());
                }
                _ => self.length = Some(length),
            }
        }
        Ok(())
    }

    fn framing(&self, http11: bool) -> Result<Framing, Flaw> {
        match (self.chunked, self.length) {
            (true, Some(_)) => Err("the response has both Content-Length and Transfer-Encoding".into()),
            (true, None) if !http11 => Err("an HTTP/1.0 response with Transfer-Encoding".into()),
            (true, None) => Ok(Framing::Chunked),
            (false, Some(length)) => Ok(Framing::Length(length)),
            (false, None) => Ok(Framing::UntilClose),
        }
    }
}

/// Digits only: no sign, no white space, nothing beyond 64 bits.
fn number(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() {
        return None;
    }
    digits.iter().try_fold(0u64, |sum, digit| {
        let value = digit.checked_sub(b'0').filter(|value| *value <= 9)?;
        sum.checked_mul(10)?.checked_add(u64::from(value))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(text: &str) -> Head {
        match parse(text.as_bytes(), false) {
            Ok(Parsed::Final(length, head)) => {
                assert_eq!(length, text.len());
                head
            }
            other => panic!("{text:?}: {other:?}"),
        }
    }

    fn flaw(text: &str) -> String {
        parse(text.as_bytes(), false).expect_err(text).0.into_owned()
    }

    #[test]
    fn the_connection_is_kept_as_the_version_and_the_server_say() {
        for (text, keep) in [
            ("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", true),
            ("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: x, Close\r\n\r\n", false),
            ("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", false),
            ("HTTP/1.0 200 OK\r\nContent-Length: 0\r\nconnection: keep-alive\r\n\r\n", true),
            ("HTTP/1.1 200 OK\r\n\r\n", false),
            ("HTTP/1.1 204\r\n\r\n", true),
            ("HTTP/1.1 304 Not Modified\r\nContent-Length: 99\r\n\r\n", true),
        ] {
            assert_eq!(head(text).keep, keep, "{text:?}");
        }
    }

    #[test]
    fn fields_are_kept_whole() {
        let head = head("\r\nHTTP/1.1 200 OK\r\nA: 1\r\nContent-Length: 2\r\nB:\r\n\r\n");
        assert_eq!(head.headers.iter().count(), 3);
        assert_eq!(head.headers.get("content-length"), Some("2"));
        assert_eq!(head.framing, Framing::Length(2));
    }

    #[test]
    fn lengths_that_contradict_each_other_are_refused() {
        assert!(
            flaw("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n").contains("two lengths")
        );
        assert!(flaw("HTTP/1.1 200 OK\r\nContent-Length: 1, 2\r\n\r\n").contains("two lengths"));
        assert!(
            flaw("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n")
                .contains("both")
        );
        assert!(flaw("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n").contains("gzip"));
        assert!(flaw("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n").contains("1.0"));
        for length in ["-1", "+1", "0x1", "", "1 1", "18446744073709551616"] {
            let text = format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n");
            assert!(flaw(&text).contains("not a length"), "{length}");
        }
        assert_eq!(head("HTTP/1.1 200 OK\r\nContent-Length: 7, 7\r\n\r\n").framing, Framing::Length(7));
    }

    #[test]
    fn what_is_no_response_is_said_to_be_none() {
        assert!(flaw("SSH-2.0-OpenSSH_9\r\n").contains("not an HTTP/1.1 response"));
        assert!(flaw("HTTP/1.1 101 Switching Protocols\r\n\r\n").contains("101"));
        assert!(flaw("HTTP/1.1 099 Low\r\n\r\n").contains("99 is not a status"));
        assert!(flaw("HTTP/1.1 200 OK\r\n folded: 1\r\n\r\n").contains("not an HTTP/1.1 response"));
        assert_eq!(parse(b"HTTP/1.1 103 Early\r\nLink: x\r\n\r\nHTTP", false), Ok(Parsed::Interim(31)));
        assert_eq!(parse(b"HTTP/1.1 20", false), Ok(Parsed::Partial));
    }

    #[test]
    fn folded_lines_are_one_value() {
        let head = head(
            "HTTP/1.1 200 OK\r\nX-Long: first, \r\n\t second\r\n third\r\nContent-Length:\r\n 7\r\n\r\n",
        );
        assert_eq!(head.headers.get("x-long"), Some("first, second third"));
        assert_eq!((head.headers.iter().count(), head.framing), (2, Framing::Length(7)));
        let text = "HTTP/1.1 200 OK\r\nX: 1\r\n 2\r\n";
        assert_eq!(parse(text.as_bytes(), false), Ok(Parsed::Partial));
        assert!(flaw("HTTP/1.1 200 OK\r\nX: 1\r\n 2\r\nY : 3\r\n\r\n").contains("`Y`"));
    }

    #[test]
    fn the_field_that_is_wrong_is_named() {
        for (line, word) in [
            ("X-Id : 9", "the header `X-Id` has a blank before its colon"),
            ("no colon here", "`no colon here` is no header: it has no colon"),
            ("X\u{1}: 9", "`X\\u{1}` is not a header's name"),
            (": 9", "`` is not a header's name"),
            ("X-Id: 9\u{0}", "the header `X-Id` has a control character in its value"),
        ] {
            let flaw = flaw(&format!("HTTP/1.1 200 OK\r\nA: 1\r\n{line}\r\n\r\n"));
            assert!(flaw.contains(word), "{flaw}");
        }
    }

    #[test]
    fn the_number_of_fields_has_a_limit() {
        let with = |count| format!("HTTP/1.1 200 OK\r\n{}\r\n", "a: b\r\n".repeat(count));
        assert_eq!(head(&with(MAX_FIELDS)).headers.iter().count(), MAX_FIELDS);
        assert!(flaw(&with(MAX_FIELDS + 1)).contains("128"));
    }
}
