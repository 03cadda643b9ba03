//! From what the operating system and TLS say to the class of trouble.

use super::Trouble;
use super::watch::Over;
use crate::event::{ErrorKind, Limit};
use rustix::io::Errno;
use std::io;
use std::time::Duration;

/// Trouble on an established connection.
pub(crate) fn broken(error: &io::Error) -> Trouble {
    let inner = error.get_ref();
    if inner.is_some_and(|inner| inner.is::<rustls::Error>()) {
        return Trouble::new(ErrorKind::Tls, format!("TLS: {error}"));
    }
    if let Some(limit) = Limit::of(error) {
        return Trouble::new(ErrorKind::Local, format!("{error}; {}", limit.told()));
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
    if let Some(limit) = Limit::of(error) {
        return Trouble::new(ErrorKind::Local, format!("{text}; {}", limit.told()));
    }
    match Errno::from_io_error(error) {
        // The kernel has no room for another watched socket.
        Some(Errno::NOSPC) => Trouble::new(
            ErrorKind::Local,
            format!(
                "{text}; this machine watches as many sockets as it may: raise fs.epoll.max_user_watches (sysctl)"
            ),
        ),
        Some(Errno::CONNREFUSED) => Trouble::new(ErrorKind::Refused, text),
        _ => Trouble::new(ErrorKind::Connect, text),
    }
}

/// Trouble while a name was looked up. Whether there is such a name the resolver must have said: one that this machine could not
/// ask, or that did not answer, is ours.
pub(crate) fn unresolved(error: &io::Error, host: &str) -> Trouble {
    let text = format!("looking up `{host}`: {error}");
    // The C library tells most of its own troubles in words only, so that the limit is tried out.
    let limit = Limit::of(error)
        .or_else(|| std::fs::File::open("/dev/null").err().and_then(|error| Limit::of(&error)));
    if let Some(limit) = limit {
        return Trouble::new(ErrorKind::Local, format!("{text}; {}", limit.told()));
    }
    let words = error.to_string();
    let ours = ["Temporary failure in name resolution", "Memory allocation failure", "System error"];
    if ours.iter().any(|ours| words.contains(ours)) {
        let why = "this machine's resolver gave no answer: look at /etc/resolv.conf, or name the address in `target.resolve`";
        return Trouble::new(ErrorKind::Local, format!("{text}; {why}"));
    }
    Trouble::new(ErrorKind::Dns, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lies_with_us_is_told_from_what_lies_with_the_server() {
        for (errno, kind, word) in [
            (Errno::MFILE, ErrorKind::Local, "ulimit"),
            (Errno::NFILE, ErrorKind::Local, "file-max"),
            (Errno::ADDRNOTAVAIL, ErrorKind::Local, "ip_local_port_range"),
            (Errno::NOBUFS, ErrorKind::Local, "memory"),
            (Errno::NOMEM, ErrorKind::Local, "memory"),
            (Errno::NOSPC, ErrorKind::Local, "max_user_watches"),
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

    #[test]
    fn a_name_that_does_not_exist_is_told_from_a_resolver_that_does_not_answer() {
        let of = |text: &str| {
            unresolved(&io::Error::other(format!("failed to lookup address information: {text}")), "shop")
        };
        assert_eq!(of("Name or service not known").kind, ErrorKind::Dns);
        let silent = of("Temporary failure in name resolution");
        assert_eq!(silent.kind, ErrorKind::Local);
        assert!(silent.detail.contains("resolv.conf"), "{}", silent.detail);
        assert_eq!(unresolved(&io::Error::from(Errno::MFILE), "shop").kind, ErrorKind::Local);
        assert_eq!(broken(&io::Error::from(Errno::NOBUFS)).kind, ErrorKind::Local);
    }
}
