//! Makes a response of bytes as they come in: a state machine without I/O.

use super::Flaw;
use super::chunked::Chunked;
use super::head::{Framing, Head, Parsed};
use super::known::Known;
use crate::http::Response;

/// The most that is set aside for a body on the word of a `Content-Length` alone.
const TRUSTED: usize = 1 << 20;

/// What limits a response.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// The largest head in bytes, interim responses included.
    pub(crate) head: usize,
    /// The largest body in bytes.
    pub(crate) body: u64,
}

/// What became of the bytes that were fed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Progress {
    /// How many were used; fewer than given only when the response is complete.
    pub(crate) used: usize,
    /// Whether the response is complete.
    pub(crate) done: bool,
}

enum State {
    Head,
    Length(u64),
    Chunked(Chunked),
    UntilClose,
    Done,
}

/// Makes one response of bytes.
pub(crate) struct Decoder {
    limits: Limits,
    bodiless: bool,
    state: State,
    /// A head that came in more than one piece, as far as it came.
    begun: Vec<u8>,
    /// From how many bytes on an incomplete head is looked at again.
    again: usize,
    /// Bytes of interim responses.
    interim: usize,
    head: Option<Head>,
    body: Vec<u8>,
}

impl Decoder {
    /// For the response to one request; `bodiless` if that was a HEAD.
    pub(crate) fn new(bodiless: bool, limits: Limits) -> Decoder {
        Decoder {
            limits,
            bodiless,
            state: State::Head,
            begun: Vec::new(),
            again: 0,
            interim: 0,
            head: None,
            body: Vec::new(),
        }
    }

    /// The status, once the final head has come.
    pub(crate) fn status(&self) -> Option<u16> {
        self.head.as_ref().map(|head| head.status)
    }

    /// Whether the server keeps the connection after this response.
    pub(crate) fn keep(&self) -> bool {
        self.head.as_ref().is_some_and(|head| head.keep)
    }

    /// Takes the next bytes.
    pub(crate) fn feed(&mut self, input: &[u8], known: &mut Known) -> Result<Progress, Flaw> {
        let mut used = 0;
        loop {
            let rest = &input[used..];
            match &mut self.state {
                State::Head => match self.feed_head(rest, known)? {
                    Some(taken) => used += taken,
                    None => return Ok(Progress { used: input.len(), done: false }),
                },
                State::Length(left) => {
                    let here = usize::try_from(*left).unwrap_or(usize::MAX).min(rest.len());
                    self.body.extend_from_slice(&rest[..here]);
                    used += here;
                    *left -= here as u64;
                    if *left > 0 {
                        return Ok(Progress { used, done: false });
                    }
                    self.state = State::Done;
                }
                State::Chunked(chunked) => {
                    used += chunked.feed(rest, &mut self.body, self.limits.body)?;
                    if !chunked.done() {
                        return Ok(Progress { used, done: false });
                    }
                    self.state = State::Done;
                }
                State::UntilClose => {
                    if rest.len() as u64 > self.limits.body.saturating_sub(self.body.len() as u64) {
                        return Err(too_large(self.limits.body));
                    }
                    self.body.extend_from_slice(rest);
                    return Ok(Progress { used: input.len(), done: false });
                }
                State::Done => return Ok(Progress { used, done: true }),
            }
        }
    }

    /// The server closed the connection: does that complete the response?
    pub(crate) fn close(&mut self) -> bool {
        if matches!(self.state, State::UntilClose) {
            self.state = State::Done;
        }
        matches!(self.state, State::Done)
    }

    /// The response, if it is complete.
    pub(crate) fn take(self) -> Option<Response> {
        let State::Done = self.state else { return None };
        let head = self.head?;
        let Head { status, headers, coded, .. } = head;
        Some(match coded {
            false => Response::new(status, headers, self.body),
            true => Response::coded(status, headers, self.body, self.limits.body),
        })
    }

    /// Looks for a head; returns how much of `input` it took, or nothing if all of it was kept for later.
    fn feed_head(&mut self, input: &[u8], known: &mut Known) -> Result<Option<usize>, Flaw> {
        if self.begun.is_empty() {
            let parsed = known.parse(input, self.bodiless)?;
            return match self.accept(parsed)? {
                Some(length) => Ok(Some(length)),
                None => {
                    self.limit_head(input.len())?;
                    self.begun.extend_from_slice(input);
                    self.again = self.begun.len() * 2;
                    Ok(None)
                }
            };
        }
        // A head in pieces: bytes are added up to its end, so that the body stays in the input.
        let before = self.begun.len();
        let end = self.add_to_end_of_head(input);
        self.limit_head(self.begun.len())?;
        // Between, one look whenever the head has doubled finds what will never be a head, in linear time.
        if end || self.begun.len() >= self.again {
            self.again = self.begun.len() * 2;
            let begun = std::mem::take(&mut self.begun);
            let parsed = known.parse(&begun, self.bodiless)?;
            match self.accept(parsed)? {
                Some(length) => return Ok(Some(length - before)),
                None => self.begun = begun,
            }
        }
        if self.begun.len() - before < input.len() { Ok(Some(self.begun.len() - before)) } else { Ok(None) }
    }

    /// Appends bytes up to and with an empty line; whether there was one.
    fn add_to_end_of_head(&mut self, input: &[u8]) -> bool {
        for (place, byte) in input.iter().enumerate() {
            if *byte == b'\n' {
                let line = &input[..place];
                let cut = line.len();
                let ends_line = |back: usize| -> Option<u8> {
                    if cut >= back {
                        Some(line[cut - back])
                    } else {
                        self.begun.iter().rev().nth(back - cut - 1).copied()
                    }
                };
                let empty = match ends_line(1) {
                    Some(b'\n') => true,
                    Some(b'\r') => ends_line(2) == Some(b'\n'),
                    _ => false,
                };
                if empty {
                    self.begun.extend_from_slice(&input[..=place]);
                    return true;
                }
            }
        }
        self.begun.extend_from_slice(input);
        false
    }

    fn accept(&mut self, parsed: Parsed) -> Result<Option<usize>, Flaw> {
        match parsed {
            Parsed::Partial => Ok(None),
            Parsed::Interim(length) => {
                self.limit_head(length)?;
                self.interim += length;
                Ok(Some(length))
            }
            Parsed::Final(length, head) => {
                self.limit_head(length)?;
                self.state = match head.framing {
                    Framing::Length(0) => State::Done,
                    Framing::Length(length) if length > self.limits.body => {
                        self.head = Some(head);
                        return Err(too_large(self.limits.body));
                    }
                    Framing::Length(length) => {
                        let room = usize::try_from(length).unwrap_or(usize::MAX).min(TRUSTED);
                        self.body.reserve_exact(room);
                        State::Length(length)
                    }
                    Framing::Chunked => State::Chunked(Chunked::new(self.limits.head)),
                    Framing::UntilClose => State::UntilClose,
                };
                self.head = Some(head);
                Ok(Some(length))
            }
        }
    }

    fn limit_head(&self, length: usize) -> Result<(), Flaw> {
        if length.saturating_add(self.interim) <= self.limits.head {
            return Ok(());
        }
        Err(format!("the response's head is larger than {} bytes", self.limits.head).into())
    }
}

/// What is said of a body over the limit.
pub(crate) fn too_large(limit: u64) -> Flaw {
    format!("the response's body is larger than {limit} bytes (`max_body` under [target] sets the limit)")
        .into()
}
