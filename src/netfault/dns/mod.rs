//! Look-ups: which name a question asks for, and an answer in the server's place (RFC 1035).

mod forge;
mod question;

pub(super) use forge::forge;
pub(super) use question::{Question, is_under};

pub(super) const PORT: u16 = 53;

/// `RCODE`s of answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Code {
    /// There is no such name.
    NoSuchName = 3,
    /// The server does not want to.
    Refused = 5,
}
