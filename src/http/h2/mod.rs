//! HTTP/2 by the h2 crate: connections that carry many exchanges at once.

mod exchange;
mod link;
mod links;
mod request;
mod trouble;

pub(crate) use exchange::send;
pub(crate) use links::Links;
