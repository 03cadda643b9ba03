//! From what the h2 crate says to the class of trouble.

use crate::event::ErrorKind;
use crate::http::Trouble;
use h2::{Error, Reason};

/// Trouble with a stream that had been opened.
///
/// REFUSED_STREAM, and a stream above the last one that GOAWAY names, have not been processed (RFC 9113 section 8.7). The h2
/// crate gives a stream the server's GOAWAY as its error only in the latter case: the others live on until the connection
/// ends.
pub(crate) fn stream(error: &Error) -> Trouble {
    let remote = error.is_remote();
    let kind = if remote
        && (error.is_go_away() || error.is_reset() && error.reason() == Some(Reason::REFUSED_STREAM))
    {
        ErrorKind::NotProcessed
    } else if error.is_io() || remote {
        ErrorKind::Reset
    } else {
        ErrorKind::Protocol
    };
    let text = match error.get_io() {
        Some(io) if io.kind() == std::io::ErrorKind::BrokenPipe => {
            "the server closed the connection before the response was complete".to_string()
        }
        _ => error.to_string(),
    };
    Trouble::new(kind, format!("HTTP/2: {text}"))
}

/// Trouble before a stream could be opened on a new connection.
pub(crate) fn opening(error: &Error) -> Trouble {
    if error.is_io() || error.is_remote() {
        return Trouble::new(
            ErrorKind::Connect,
            format!("HTTP/2: the server ended the new connection: {error}"),
        );
    }
    Trouble::new(ErrorKind::Protocol, format!("HTTP/2: {error}; does the server speak HTTP/2 here?"))
}
