//! What the interface answers when it cannot do what it is asked, in Toxiproxy's words.

use std::fmt;

/// An error with its HTTP status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// The message.
    pub message: String,
    /// The status.
    pub status: u16,
}

impl Error {
    fn new(message: impl Into<String>, status: u16) -> Error {
        Error { message: message.into(), status }
    }

    pub(super) fn bad_body(reason: impl fmt::Display) -> Error {
        Error::new(format!("bad request body: {reason}"), 400)
    }

    pub(super) fn missing(field: impl fmt::Display) -> Error {
        Error::new(format!("missing required field: {field}"), 400)
    }

    pub(super) fn proxy_not_found() -> Error {
        Error::new("proxy not found", 404)
    }

    pub(super) fn proxy_exists() -> Error {
        Error::new("proxy already exists", 409)
    }

    pub(super) fn invalid_stream() -> Error {
        Error::new("stream was invalid, can be either upstream or downstream", 400)
    }

    pub(super) fn invalid_type() -> Error {
        Error::new("invalid toxic type", 400)
    }

    pub(super) fn toxic_exists() -> Error {
        Error::new("toxic already exists", 409)
    }

    pub(super) fn toxic_not_found() -> Error {
        Error::new("toxic not found", 404)
    }

    pub(super) fn rule_not_found() -> Error {
        Error::new("rule not found", 404)
    }

    pub(super) fn too_many(what: &str, limit: usize) -> Error {
        Error::new(format!("too many {what}: the limit is {limit}"), 500)
    }

    /// Anything about sockets and addresses: Toxiproxy calls it an internal error.
    pub(super) fn internal(reason: impl fmt::Display) -> Error {
        Error::new(reason.to_string(), 500)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}
