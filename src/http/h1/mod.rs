//! HTTP/1.1 of our own: what is written, how a reply is read, and an exchange on one connection.

mod checkout;
mod chunked;
mod decoder;
mod exchange;
mod head;
mod known;
mod lines;
mod request;

#[cfg(test)]
mod decoder_tests;

pub(crate) use exchange::send;
pub(crate) use known::Known;
pub(crate) use request::check_field;

use std::borrow::Cow;

/// How a reply breaks the protocol or a limit, in words.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Flaw(pub(crate) Cow<'static, str>);

impl From<&'static str> for Flaw {
    fn from(text: &'static str) -> Flaw {
        Flaw(Cow::Borrowed(text))
    }
}

impl From<String> for Flaw {
    fn from(text: String) -> Flaw {
        Flaw(Cow::Owned(text))
    }
}
