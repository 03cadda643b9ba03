//! One request and its response as a stream of an HTTP/2 connection.

use super::link::Place;
use super::{request, trouble};
use crate::event::{Clock, ErrorKind, Nanos, Sent};
use crate::http::client::Shared;
use crate::http::connect::Deadlines;
use crate::http::trouble::ended;
use crate::http::watch::Ticket;
use crate::http::{Exchange, Headers, Origin, Pool, Request, Response, Trouble};
use bytes::Bytes;
use h2::client::ResponseFuture;
use h2::{RecvStream, SendStream};
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

/// Carries out one request over HTTP/2.
pub(crate) async fn send(
    shared: &Shared,
    pool: &Pool,
    origin: &Origin,
    request: &Request,
    ticket: &Ticket<'_>,
    deadlines: Deadlines,
) -> Exchange {
    let unsent = |trouble| Exchange::unsent(shared.clock.now(), trouble);
    let head = match request::head(origin, request) {
        Ok(head) => head,
        Err(trouble) => return unsent(trouble),
    };
    let links = pool.links(pool.lane(origin));
    loop {
        let (place, new) = match links.place(shared, origin, ticket, deadlines).await {
            Ok(found) => found,
            Err(trouble) => return unsent(trouble),
        };
        if let Some(over) = ticket.over() {
            return unsent(ended(over, deadlines.timeout));
        }
        let mut course = match Course::begin(shared, place, head.clone(), request) {
            Ok(course) => course,
            Err(error) if new => return unsent(trouble::opening(&error)),
            // The server is taking leave of that connection: nothing was written, another one is taken.
            Err(_) => continue,
        };
        let result = ticket.guard(poll_fn(|cx| course.poll(cx))).await;
        let lost = matches!(&result, Ok(Err(Trouble { kind: ErrorKind::Reset, .. })));
        if lost && !new && course.sent_state() == Sent::Nothing {
            continue; // The connection had died in the pool before a byte of this was written.
        }
        return course.finish(result.unwrap_or_else(|over| Err(ended(over, deadlines.timeout))));
    }
}

/// The state of one exchange.
struct Course {
    clock: Clock,
    max_body: u64,
    place: Place,
    /// When the stream was opened, and what the socket had taken by then.
    now: Nanos,
    mark: u64,
    /// What the socket had taken when the last frame of the request was handed over.
    queued: Option<u64>,
    upload: Option<SendStream<Bytes>>,
    body: Bytes,
    response: ResponseFuture,
    first_byte: Option<Nanos>,
    bytes: u64,
    head: Option<(u16, Headers, RecvStream)>,
    data: Vec<u8>,
}

impl Course {
    /// Opens a stream. On an error nothing was written.
    fn begin(
        shared: &Shared,
        place: Place,
        head: http::Request<()>,
        request: &Request,
    ) -> Result<Course, h2::Error> {
        let (now, mark) = (shared.clock.now(), place.meter().written());
        let bare = request.body.is_empty();
        let (response, upload) = place.send(head, bare)?;
        Ok(Course {
            clock: shared.clock,
            max_body: shared.config.max_body,
            place,
            now,
            mark,
            queued: bare.then_some(mark),
            upload: (!bare).then_some(upload),
            body: Bytes::copy_from_slice(&request.body),
            response,
            first_byte: None,
            bytes: 0,
            head: None,
            data: Vec::new(),
        })
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Trouble>> {
        self.poll_upload(cx);
        if self.head.is_none() {
            let response =
                ready!(Pin::new(&mut self.response).poll(cx)).map_err(|error| trouble::stream(&error))?;
            self.first_byte = Some(self.clock.now());
            let (parts, body) = response.into_parts();
            let headers: Headers =
                parts.headers.iter().map(|(name, value)| (name, value.as_bytes())).collect();
            self.bytes += headers.iter().map(|(name, value)| name.len() + value.len()).sum::<usize>() as u64;
            self.head = Some((parts.status.as_u16(), headers, body));
        }
        self.poll_body(cx)
    }

    /// Hands over as much of the body as flow control lets. What goes wrong here comes out with the response.
    fn poll_upload(&mut self, cx: &mut Context<'_>) {
        while let Some(upload) = &mut self.upload {
            upload.reserve_capacity(self.body.len());
            match upload.poll_capacity(cx) {
                Poll::Ready(Some(Ok(room))) => {
                    let piece = self.body.split_to(room.min(self.body.len()));
                    let last = self.body.is_empty();
                    if piece.is_empty() {
                        continue;
                    }
                    let handed = upload.send_data(piece, last).is_ok();
                    if last && handed {
                        self.queued = Some(self.place.meter().written());
                    }
                    if last || !handed {
                        self.upload = None;
                    }
                }
                Poll::Ready(_) => self.upload = None,
                Poll::Pending => return,
            }
        }
    }

    fn poll_body(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Trouble>> {
        let Some((_, _, body)) = &mut self.head else { return Poll::Pending };
        let failed = |error: h2::Error| trouble::stream(&error);
        while let Some(piece) = ready!(body.poll_data(cx)).transpose().map_err(failed)? {
            self.bytes += piece.len() as u64;
            if piece.len() as u64 > self.max_body.saturating_sub(self.data.len() as u64) {
                return Poll::Ready(Err(too_large(self.max_body)));
            }
            self.data.extend_from_slice(&piece);
            body.flow_control().release_capacity(piece.len()).map_err(failed)?;
        }
        // Trailers are read over, but a reset in their place is not.
        ready!(body.poll_trailers(cx)).map_err(failed)?;
        Poll::Ready(Ok(()))
    }

    /// Other streams' bytes cannot be told from this one's, so what may have been written counts as written.
    fn sent_state(&self) -> Sent {
        let meter = self.place.meter();
        match self.queued {
            _ if meter.written() == self.mark => Sent::Nothing,
            Some(queued) if meter.flushed() > queued || self.head.is_some() => Sent::All,
            _ => Sent::Part,
        }
    }

    fn finish(self, result: Result<(), Trouble>) -> Exchange {
        let end = self.clock.now();
        let sent_state = self.sent_state();
        let sent = (sent_state != Sent::Nothing).then_some(self.now);
        let Course { first_byte, bytes, head, data, max_body, .. } = self;
        let status = head.as_ref().map(|(status, ..)| *status);
        let result = match (result, head) {
            (Ok(()), Some((status, headers, _))) => Ok(Response::coded(status, headers, data, max_body)),
            (Ok(()), None) => Err(Trouble::new(ErrorKind::Protocol, "the response is not complete")),
            (Err(trouble), _) => Err(Trouble { status, ..trouble }),
        };
        Exchange { sent, first_byte, end, sent_state, bytes, result }
    }
}

fn too_large(limit: u64) -> Trouble {
    let detail = format!(
        "the response's body is larger than {limit} bytes (`max_body` under [target] sets the limit)"
    );
    Trouble::new(ErrorKind::Protocol, detail)
}
