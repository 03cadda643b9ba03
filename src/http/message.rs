//! What goes in and what comes out of one request on the wire.

use super::Headers;
use super::coding::decoded;
use crate::event::{ErrorKind, Nanos, Sent};
use bytes::Bytes;

/// One request, ready to be written. Meant to be kept and filled again.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// The method, as it stands in the request line.
    pub method: &'static str,
    /// Path and query, as they stand in the request line.
    pub path: String,
    /// Header fields, without `Host`, `Content-Length` and `Connection`, which the connection adds (a `Host` given here
    /// replaces its own).
    pub headers: Vec<(String, String)>,
    /// The body. Empty: none (a POST, PUT or PATCH then says `Content-Length: 0`).
    pub body: Vec<u8>,
}

/// A complete response.
#[derive(Clone, Debug, PartialEq)]
pub struct Response {
    /// The status.
    pub status: u16,
    /// The header fields.
    pub headers: Headers,
    /// The body: transfer coding removed, content coding undone.
    pub body: Bytes,
    /// Why the content coding could not be undone; the body is then as it came.
    pub undecoded: Option<Box<str>>,
}

impl Response {
    /// A response whose body has no content coding.
    pub fn new(status: u16, headers: Headers, body: impl Into<Bytes>) -> Response {
        Response { status, headers, body: body.into(), undecoded: None }
    }

    /// A response whose body may have a content coding, which is undone up to `most` bytes.
    pub(crate) fn coded(status: u16, headers: Headers, body: impl Into<Bytes>, most: u64) -> Response {
        let (body, undecoded) = match decoded(headers.all("content-encoding"), body.into(), most) {
            Ok(body) => (body, None),
            Err((body, why)) => (body, Some(why.into())),
        };
        Response { status, headers, body, undecoded }
    }
}

/// Why there is no complete response.
#[derive(Clone, Debug, PartialEq)]
pub struct Trouble {
    /// The class.
    pub kind: ErrorKind,
    /// What happened, in words: `connection reset by peer`.
    pub detail: String,
    /// The status, where the head of a response had come.
    pub status: Option<u16>,
}

impl Trouble {
    /// Trouble before any response head.
    pub(crate) fn new(kind: ErrorKind, detail: impl Into<String>) -> Trouble {
        Trouble { kind, detail: detail.into(), status: None }
    }
}

/// One request on the wire and what came of it. Times are on the run's clock.
#[derive(Clone, Debug, PartialEq)]
pub struct Exchange {
    /// When the first byte of the request was written; absent if none was.
    pub sent: Option<Nanos>,
    /// When the first byte of the response came.
    pub first_byte: Option<Nanos>,
    /// When it was over.
    pub end: Nanos,
    /// How much of the request was written.
    pub sent_state: Sent,
    /// Bytes read for the response, head and body (HTTP/2: names and values of the head, uncompressed, and body).
    pub bytes: u64,
    /// The response, or why there is none.
    pub result: Result<Response, Trouble>,
}

impl Exchange {
    /// One that ended before a byte of the request was written.
    pub(crate) fn unsent(end: Nanos, trouble: Trouble) -> Exchange {
        Exchange {
            sent: None,
            first_byte: None,
            end,
            sent_state: Sent::Nothing,
            bytes: 0,
            result: Err(trouble),
        }
    }
}
