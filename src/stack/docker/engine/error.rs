//! What the engine said, or why it said nothing: ready to be shown.

use super::Address;
use crate::stack::StackError;
use bollard::errors::Error;
use std::error::Error as _;
use std::fmt;
use std::io::{self, ErrorKind};

/// What kind of trouble it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// There is no engine at the address, or it does not answer.
    Unreachable,
    /// We may not talk to it.
    NotPermitted,
    /// It speaks an API older than we need.
    TooOld,
    /// It does not know the container, network or image.
    NotFound,
    /// It is so already, or the state does not allow it.
    Conflict,
    /// Anything else that it refuses or fails to do.
    Refused,
}

/// A request that came to nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EngineError {
    /// Its kind.
    pub trouble: Trouble,
    /// The message.
    pub message: String,
}

impl EngineError {
    /// An error of this kind.
    pub fn new(trouble: Trouble, message: impl Into<String>) -> EngineError {
        EngineError { trouble, message: message.into() }
    }

    /// Whether the engine might answer if it is asked again later.
    pub fn may_pass(&self) -> bool {
        self.trouble == Trouble::Unreachable
    }

    /// From what the library says of an engine at `address`.
    pub(super) fn of(address: &Address, error: Error) -> EngineError {
        match &error {
            Error::DockerResponseServerError { status_code, message } => of_status(*status_code, message),
            Error::SocketNotFoundError(_) => missing(address, "there is no such socket"),
            Error::RequestTimeoutError => missing(address, "it does not answer in time"),
            Error::UnsupportedURISchemeError { .. } => EngineError::new(
                Trouble::Unreachable,
                format!(
                    "`{address}` is no address of an engine; write `unix://…` or `tcp://…` into DOCKER_HOST"
                ),
            ),
            _ => match cause(&error).map(io::Error::kind) {
                Some(ErrorKind::PermissionDenied) => not_permitted(address),
                Some(ErrorKind::NotFound) => missing(address, "there is no such socket"),
                Some(ErrorKind::ConnectionRefused) => missing(address, "nobody listens there"),
                Some(kind) => missing(address, &kind.to_string()),
                None if is_connection(&error) => missing(address, &chain(&error)),
                None => EngineError::new(Trouble::Refused, format!("Docker: {}", chain(&error))),
            },
        }
    }
}

fn of_status(status: u16, message: &str) -> EngineError {
    let trouble = match status {
        404 => Trouble::NotFound,
        304 | 409 => Trouble::Conflict,
        400 if message.contains("is too new") => Trouble::TooOld,
        // A proxy in front of an engine that is just being started says so.
        502..=504 => Trouble::Unreachable,
        _ => Trouble::Refused,
    };
    EngineError::new(trouble, format!("Docker: {}", message.trim()))
}

fn missing(address: &Address, why: &str) -> EngineError {
    EngineError::new(
        Trouble::Unreachable,
        format!(
            "no Docker engine answers at {address}: {why}; is Docker installed and started? Another address goes into \
             DOCKER_HOST"
        ),
    )
}

fn not_permitted(address: &Address) -> EngineError {
    EngineError::new(
        Trouble::NotPermitted,
        format!(
            "no permission to talk to the Docker engine at {address}; join the group that owns the socket (often \
             `docker`, then log in again), or run as its user"
        ),
    )
}

/// The input/output error at the bottom, if there is one.
fn cause(error: &Error) -> Option<&io::Error> {
    let mut next: Option<&(dyn std::error::Error + 'static)> = match error {
        Error::IOError { err } => return Some(err),
        Error::HyperLegacyError { err } => Some(err),
        Error::HyperResponseError { err } => Some(err),
        other => other.source(),
    };
    while let Some(inner) = next {
        if let Some(found) = inner.downcast_ref::<io::Error>() {
            return Some(found);
        }
        next = inner.source();
    }
    None
}

fn is_connection(error: &Error) -> bool {
    matches!(error, Error::HyperLegacyError { .. } | Error::HyperResponseError { .. })
}

fn chain(error: &Error) -> String {
    let mut text = error.to_string();
    let mut next = match error {
        Error::HyperLegacyError { err } => err.source(),
        other => other.source(),
    };
    while let Some(inner) = next {
        let more = inner.to_string();
        if !text.contains(&more) {
            text = format!("{text}: {more}");
        }
        next = inner.source();
    }
    text
}

impl fmt::Display for EngineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for EngineError {}

impl From<EngineError> for StackError {
    fn from(error: EngineError) -> StackError {
        StackError::new(error.message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_engine_says_is_kept() {
        let of = |status_code, message: &str| {
            let error = Error::DockerResponseServerError { status_code, message: message.into() };
            EngineError::of(&Address::new("unix:///x"), error)
        };
        assert_eq!(of(404, "No such container: x").trouble, Trouble::NotFound);
        assert_eq!(of(404, "No such container: x").message, "Docker: No such container: x");
        assert_eq!(of(409, "x").trouble, Trouble::Conflict);
        assert_eq!(of(500, "x").trouble, Trouble::Refused);
        assert!(of(503, "x").may_pass());
    }

    #[test]
    fn what_the_system_says_is_explained() {
        let of = |kind: ErrorKind| {
            EngineError::of(&Address::new("unix:///x"), Error::IOError { err: io::Error::from(kind) })
        };
        assert!(of(ErrorKind::PermissionDenied).message.contains("no permission"));
        assert!(of(ErrorKind::ConnectionRefused).may_pass());
        assert!(of(ErrorKind::NotFound).message.contains("DOCKER_HOST"));
    }
}
