//! The HTTP/2 connections of a pool to one origin.

use super::link::{Link, Place};
use crate::event::ErrorKind;
use crate::http::client::Shared;
use crate::http::connect::{Deadlines, connect};
use crate::http::watch::Ticket;
use crate::http::{Origin, Trouble};
use std::cell::RefCell;
use std::rc::Rc;
use tokio::sync::Mutex;

/// The HTTP/2 connections of a pool to one origin. A further one is made only when the server takes no more requests on
/// those there are.
#[derive(Default)]
pub(crate) struct Links {
    links: RefCell<Vec<Rc<Link>>>,
    /// Held while a connection is made, so that a burst of requests makes one.
    making: Mutex<()>,
}

impl Links {
    /// A place for an exchange, and whether a connection was made for it.
    pub(crate) async fn place(
        &self,
        shared: &Shared,
        origin: &Origin,
        ticket: &Ticket<'_>,
        deadlines: Deadlines,
    ) -> Result<(Place, bool), Trouble> {
        if let Some(place) = self.free() {
            return Ok((place, false));
        }
        let begun = shared.clock.now();
        let until = deadlines.connect(shared, begun);
        let over = |over, doing| deadlines.over(shared, until, over, ErrorKind::Connect, doing);
        ticket.until(until);
        let _turn = ticket
            .guard(self.making.lock())
            .await
            .map_err(|cause| over(cause, "waiting for a connection"))?;
        if let Some(place) = self.free() {
            ticket.until(deadlines.overall);
            return Ok((place, false));
        }
        let stream = connect(shared, origin, ticket, deadlines, begun).await?;
        ticket.until(until);
        let link = match ticket.guard(Link::open(shared, stream)).await {
            Ok(opened) => opened?,
            Err(cause) => return Err(over(cause, "waiting for the server's HTTP/2 settings")),
        };
        ticket.until(deadlines.overall);
        self.links.borrow_mut().push(Rc::clone(&link));
        let none = || Trouble::new(ErrorKind::Protocol, "HTTP/2: the server's settings allow no request");
        Ok((link.place().ok_or_else(none)?, true))
    }

    fn free(&self) -> Option<Place> {
        let mut links = self.links.borrow_mut();
        links.retain(|link| !link.is_over());
        links.iter().find_map(Link::place)
    }
}
