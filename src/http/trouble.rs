//! From what the operating system and TLS say to the class of trouble.

use super::Trouble;
use super::watch::Over;
use crate::event::ErrorKind;
use rustix::io::Errno;
use std::io;
use std::time::Duration;

/// Trouble on an established connection.
pub(crate) fn broken(error: &io::Error) -> Trouble {
    let inner = error.get_ref();
    if inner.is_some_and(|inner| inner.is::<rustls::Error>()) {
        return Trouble::new(ErrorKind::Tls, format!("TLS: {error}"));
    }
    Trouble::new(ErrorKind::Reset, error.to_string())
}

/// The exchange was ended from outside.
pub(crate) fn ended(over: Over, timeout: Duration) -> Trouble {
    match over {
        Over::Late => Trouble::new(ErrorKind::Timeout, format!("no complete response within {timeout:?}")),
        Over::Cut => Trouble::new(ErrorKind::InFlight, "still in flight when the load was cut off"),
    }
}

/// Trouble while a TCP connection was made; `to` is the address.
pub(crate) fn unconnected(error: &io::Error, to: &str) -> Trouble {
    let text = format!("connecting to {to}: {error}");
    match Errno::from_io_error(error) {
        Some(Errno::MFILE | Errno::NFILE) => Trouble::new(
            ErrorKind::Local,
            format!(
                "{text}; this machine's limit on open files is reached: raise it (ulimit -n) or use fewer users"
            ),
        ),
        Some(Errno::ADDRNOTAVAIL) => Trouble::new(
            ErrorKind::Local,
            format!(
                "{text}; this machine has no free port (or no address) left towards there: keep connections alive, lower \
                 the rate or widen net.ipv4.ip_local_port_range"
            ),
        ),
        Some(Errno::NOBUFS | Errno::NOMEM) => {
            Trouble::new(ErrorKind::Local, format!("{text}; this machine is out of memory for sockets"))
        }
        Some(Errno::CONNREFUSED) => Trouble::new(ErrorKind::Refused, text),
        _ => Trouble::new(ErrorKind::Connect, text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lies_with_us_is_told_from_what_lies_with_the_server() {
        for (errno, kind, word) in [
            (Errno::MFILE, ErrorKind::Local, "ulimit"),
            (Errno::NFILE, ErrorKind::Local, "ulimit"),
            (Errno::ADDRNOTAVAIL, ErrorKind::Local, "ip_local_port_range"),
            (Errno::CONNREFUSED, ErrorKind::Refused, "127.0.0.1:1"),
            (Errno::HOSTUNREACH, ErrorKind::Connect, "127.0.0.1:1"),
            (Errno::TIMEDOUT, ErrorKind::Connect, "127.0.0.1:1"),
        ] {
            let trouble = unconnected(&io::Error::from(errno), "127.0.0.1:1");
            assert_eq!(trouble.kind, kind, "{errno:?}");
            assert!(trouble.detail.contains(word), "{}", trouble.detail);
        }
    }

    #[test]
    fn tls_trouble_is_told_from_a_reset() {
        let tls = io::Error::new(io::ErrorKind::InvalidData, rustls::Error::HandshakeNotComplete);
        assert_eq!(broken(&tls).kind, ErrorKind::Tls);
        assert_eq!(broken(&io::Error::from(Errno::CONNRESET)).kind, ErrorKind::Reset);
        assert_eq!(broken(&io::Error::from(io::ErrorKind::UnexpectedEof)).kind, ErrorKind::Reset);
    }
}
