//! The heads of requests and replies: as much of them as is needed to know where a message ends (RFC 9112 section 6).

use super::body::Body;
use crate::proxy::limits;
use httparse::{EMPTY_HEADER, Header, ParserConfig, Status};

/// What the harness's readiness checks say in `User-Agent`.
const CHECK: &str = "shakedown";

/// A request's head.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Request {
    /// Its bytes, the empty line included.
    pub length: usize,
    pub method: String,
    /// The path with its query.
    pub path: String,
    pub body: Body,
    /// The client waits for a word before it sends the body.
    pub expects_continue: bool,
    /// The client wants to use the connection again.
    pub keeps: bool,
    /// It is a readiness check of the harness, by its `User-Agent`.
    pub is_check: bool,
}

/// A reply's head.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Reply {
    /// Its bytes, the empty line included.
    pub length: usize,
    pub kind: ReplyKind,
}

/// What follows a reply's head.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum ReplyKind {
    /// Another head (1xx).
    Interim,
    /// Its body.
    Final(Body),
    /// No HTTP any more (101).
    Switched,
}

/// What the beginning of a message is.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Parsed<T> {
    /// More is needed.
    Partial,
    /// This.
    Head(T),
    /// Nothing that we understand.
    Foreign,
}

pub(super) fn request(input: &[u8]) -> Parsed<Request> {
    let mut slots = [EMPTY_HEADER; limits::HEAD.1];
    let mut parsed = httparse::Request::new(&mut slots);
    let length = match parsed.parse(input) {
        Ok(Status::Complete(length)) => length,
        Ok(Status::Partial) => return partial(input),
        Err(_) => return Parsed::Foreign,
    };
    let (method, target) = (parsed.method.unwrap_or_default(), parsed.path.unwrap_or_default());
    if method == "CONNECT" {
        return Parsed::Foreign;
    }
    let fields = Fields(parsed.headers);
    let body = match fields.framing() {
        // A request has no body that ends with the connection.
        Framing::None => Body::none(),
        Framing::Length(length) => Body::length(length),
        Framing::Chunked => Body::chunked(),
        Framing::Unclear => return Parsed::Foreign,
    };
    Parsed::Head(Request {
        length,
        method: method.to_owned(),
        path: path(target).to_owned(),
        body,
        expects_continue: fields.has("expect", "100-continue"),
        keeps: parsed.version == Some(1) && !fields.has("connection", "close"),
        is_check: fields.values("user-agent").any(|agent| agent == CHECK),
    })
}

pub(super) fn reply(input: &[u8], method: &str) -> Parsed<Reply> {
    let mut slots = [EMPTY_HEADER; limits::HEAD.1];
    let mut parsed = httparse::Response::new(&mut slots);
    let mut config = ParserConfig::default();
    // Folded lines are passed on as they are (RFC 9112, section 5.2).
    config.allow_obsolete_multiline_headers_in_responses(true);
    let length = match config.parse_response(&mut parsed, input) {
        Ok(Status::Complete(length)) => length,
        Ok(Status::Partial) => return partial(input),
        Err(_) => return Parsed::Foreign,
    };
    let status = parsed.code.unwrap_or_default();
    let bodiless = method == "HEAD" || status == 204 || status == 304;
    let kind = match (status, Fields(parsed.headers).framing()) {
        (101, _) => ReplyKind::Switched,
        (100..=199, _) => ReplyKind::Interim,
        _ if bodiless => ReplyKind::Final(Body::none()),
        (_, Framing::None | Framing::Unclear) => ReplyKind::Final(Body::until_close()),
        (_, Framing::Length(length)) => ReplyKind::Final(Body::length(length)),
        (_, Framing::Chunked) => ReplyKind::Final(Body::chunked()),
    };
    Parsed::Head(Reply { length, kind })
}

fn partial<T>(input: &[u8]) -> Parsed<T> {
    if input.len() < limits::HEAD.0 { Parsed::Partial } else { Parsed::Foreign }
}

/// The path of a request's target; it may be a whole URL.
fn path(target: &str) -> &str {
    match target.split_once("://") {
        Some((_, rest)) if !target.starts_with('/') => rest.find('/').map_or("/", |slash| &rest[slash..]),
        _ => target,
    }
}

enum Framing {
    None,
    Length(u64),
    Chunked,
    /// Two answers, or one that is none.
    Unclear,
}

struct Fields<'a, 'b>(&'a [Header<'b>]);

impl Fields<'_, '_> {
    fn values(&self, name: &str) -> impl Iterator<Item = &str> {
        let named = self.0.iter().filter(move |field| field.name.eq_ignore_ascii_case(name));
        named.filter_map(|field| std::str::from_utf8(field.value).ok())
    }

    /// Whether a list in this field names the word.
    fn has(&self, name: &str, word: &str) -> bool {
        self.values(name).flat_map(|value| value.split(',')).any(|one| one.trim().eq_ignore_ascii_case(word))
    }

    fn framing(&self) -> Framing {
        let present = |name: &str| self.0.iter().any(|field| field.name.eq_ignore_ascii_case(name));
        match (present("transfer-encoding"), present("content-length")) {
            (false, false) => Framing::None,
            (true, false) => {
                let last = self.values("transfer-encoding").flat_map(|value| value.split(',')).last();
                if last.is_some_and(|last| last.trim().eq_ignore_ascii_case("chunked")) {
                    Framing::Chunked
                } else {
                    Framing::Unclear
                }
            }
            (false, true) => {
                let mut lengths = self.values("content-length").map(|value| value.trim().parse::<u64>().ok());
                match (lengths.next(), lengths.next()) {
                    (Some(Some(length)), None) => Framing::Length(length),
                    _ => Framing::Unclear,
                }
            }
            (true, true) => Framing::Unclear,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(text: &str) -> Request {
        match request(text.as_bytes()) {
            Parsed::Head(head) => head,
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn requests_tell_where_they_end() {
        let get = head("GET /a?b=1 HTTP/1.1\r\nHost: x\r\n\r\nGET");
        assert_eq!(
            (get.method.as_str(), get.path.as_str(), get.length, get.keeps),
            ("GET", "/a?b=1", 32, true)
        );
        assert_eq!(get.body, Body::none());
        assert_eq!(head("POST / HTTP/1.1\r\ncontent-length: 5\r\n\r\n").body, Body::length(5));
        assert_eq!(head("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n").body, Body::chunked());
        assert_eq!(head("GET http://shop:80/a HTTP/1.1\r\nConnection: close\r\n\r\n").path, "/a");
        assert!(!head("GET / HTTP/1.1\r\nConnection: close\r\n\r\n").keeps);
        assert!(head("PUT / HTTP/1.1\r\nExpect: 100-continue\r\n\r\n").expects_continue);
    }

    #[test]
    fn what_is_unclear_is_foreign() {
        for text in [
            "PRI * HTTP/2.0\r\n\r\n",
            "\x16\x03\x01",
            "CONNECT x:1 HTTP/1.1\r\n\r\n",
            "POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n",
            "POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
            "POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
            "POST / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n",
        ] {
            assert_eq!(request(text.as_bytes()), Parsed::Foreign, "{text}");
        }
        assert_eq!(request(b"GET / HT"), Parsed::Partial);
        let endless = format!("GET / HTTP/1.1\r\nx: {}", "y".repeat(limits::HEAD.0));
        assert_eq!(request(endless.as_bytes()), Parsed::Foreign);
    }

    #[test]
    fn replies_tell_where_they_end() {
        let kind = |text: &str, method: &str| match reply(text.as_bytes(), method) {
            Parsed::Head(head) => head.kind,
            other => panic!("{text}: {other:?}"),
        };
        let ok = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n";
        assert_eq!(kind(ok, "GET"), ReplyKind::Final(Body::length(5)));
        assert_eq!(kind(ok, "HEAD"), ReplyKind::Final(Body::none()));
        assert_eq!(
            kind("HTTP/1.1 304 No\r\nContent-Length: 5\r\n\r\n", "GET"),
            ReplyKind::Final(Body::none())
        );
        assert_eq!(kind("HTTP/1.0 200 OK\r\n\r\n", "GET"), ReplyKind::Final(Body::until_close()));
        assert_eq!(kind("HTTP/1.1 100 Continue\r\n\r\n", "GET"), ReplyKind::Interim);
        assert_eq!(kind("HTTP/1.1 101 Switching\r\n\r\n", "GET"), ReplyKind::Switched);
    }
}
