//! Why an attempt was not good.

use serde::{Deserialize, Serialize};

/// The class of an attempt's trouble, kept for every attempt. `None` means that there was none.
///
/// The numbers are part of the record's format; new kinds go at the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum ErrorKind {
    /// No trouble.
    None = 0,
    /// The arrival could not start: the cap on users in flight was reached.
    Dropped = 1,
    /// The name did not resolve.
    Dns = 2,
    /// The connection was refused.
    Refused = 3,
    /// No connection within the connect timeout, or another failure to connect.
    Connect = 4,
    /// The TLS handshake failed.
    Tls = 5,
    /// The connection was reset or closed before the response was complete.
    Reset = 6,
    /// No complete response within the timeout.
    Timeout = 7,
    /// The response broke the protocol or a limit.
    Protocol = 8,
    /// The status was not one that the plan expects.
    Status = 9,
    /// The status was right, another check failed.
    Check = 10,
    /// A value could not be extracted from the response.
    Extract = 11,
    /// Still in flight when the grace period ended.
    InFlight = 12,
    /// A file descriptor, port or other resource of the generator itself ran out.
    Local = 13,
    /// The server told us before processing that it would not (HTTP/2 REFUSED_STREAM, a stream above GOAWAY).
    NotProcessed = 14,
    /// The request could not be made from the plan's template (an unset variable, an invalid header value).
    Request = 15,
    /// The arrival could not start: a feeder with unique rows had none left.
    NoRow = 16,
}

impl ErrorKind {
    /// All kinds, in the order of their numbers.
    pub const ALL: [ErrorKind; 17] = [
        ErrorKind::None,
        ErrorKind::Dropped,
        ErrorKind::Dns,
        ErrorKind::Refused,
        ErrorKind::Connect,
        ErrorKind::Tls,
        ErrorKind::Reset,
        ErrorKind::Timeout,
        ErrorKind::Protocol,
        ErrorKind::Status,
        ErrorKind::Check,
        ErrorKind::Extract,
        ErrorKind::InFlight,
        ErrorKind::Local,
        ErrorKind::NotProcessed,
        ErrorKind::Request,
        ErrorKind::NoRow,
    ];

    /// The kind with this number in the record.
    pub fn from_number(number: u8) -> Option<ErrorKind> {
        ErrorKind::ALL.get(usize::from(number)).copied()
    }

    /// Whether the arrival could not start: nothing was attempted.
    pub fn is_unstarted(self) -> bool {
        matches!(self, ErrorKind::Dropped | ErrorKind::NoRow)
    }

    /// The word used in plans, files and messages.
    pub fn name(self) -> &'static str {
        match self {
            ErrorKind::None => "none",
            ErrorKind::Dropped => "dropped",
            ErrorKind::Dns => "dns",
            ErrorKind::Refused => "refused",
            ErrorKind::Connect => "connect",
            ErrorKind::Tls => "tls",
            ErrorKind::Reset => "reset",
            ErrorKind::Timeout => "timeout",
            ErrorKind::Protocol => "protocol",
            ErrorKind::Status => "status",
            ErrorKind::Check => "check",
            ErrorKind::Extract => "extract",
            ErrorKind::InFlight => "in_flight",
            ErrorKind::Local => "local",
            ErrorKind::NotProcessed => "not_processed",
            ErrorKind::Request => "request",
            ErrorKind::NoRow => "no_row",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_places_agree() {
        for (place, kind) in ErrorKind::ALL.iter().enumerate() {
            assert_eq!(*kind as usize, place);
        }
    }
}
