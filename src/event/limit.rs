//! Limits of the machine that the generator runs on: what fails at one of them says nothing of the deployment.

use rustix::io::Errno;
use rustix::process::{Resource, getrlimit};
use std::io;

/// A limit of our own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// Descriptors of this process.
    OpenFiles,
    /// Descriptors of the whole machine.
    SystemFiles,
    /// Local ports towards one address.
    Ports,
    /// Memory, also that for sockets.
    Memory,
}

impl Limit {
    /// All of them.
    pub const ALL: [Limit; 4] = [Limit::OpenFiles, Limit::SystemFiles, Limit::Ports, Limit::Memory];

    /// The limit that an operation on a socket or file met, if it met one.
    pub fn of(error: &io::Error) -> Option<Limit> {
        Limit::of_number(error.raw_os_error()?)
    }

    /// The same of a message that ends in `(os error 24)`, or has that in the middle.
    pub fn in_text(text: &str) -> Option<Limit> {
        text.split("(os error ").skip(1).find_map(|rest| {
            let number = rest.split_once(')')?.0.parse().ok()?;
            Limit::of_number(number)
        })
    }

    fn of_number(number: i32) -> Option<Limit> {
        let is = |errno: Errno| errno.raw_os_error() == number;
        match () {
            () if is(Errno::MFILE) => Some(Limit::OpenFiles),
            () if is(Errno::NFILE) => Some(Limit::SystemFiles),
            () if is(Errno::ADDRNOTAVAIL) => Some(Limit::Ports),
            () if is(Errno::NOBUFS) || is(Errno::NOMEM) => Some(Limit::Memory),
            () => None,
        }
    }

    /// What ran out, and how to have more of it.
    pub fn advice(self) -> &'static str {
        match self {
            Limit::OpenFiles => {
                "this process has no open files left: raise the limit (`ulimit -n`, LimitNOFILE= of a systemd unit, `nofile` of a \
                 container) or use fewer users"
            }
            Limit::SystemFiles => "this machine has no open files left: raise fs.file-max (sysctl)",
            Limit::Ports => {
                "this machine has no free port (or no address) left towards there: keep connections alive, lower the rate or \
                 widen net.ipv4.ip_local_port_range (sysctl)"
            }
            Limit::Memory => "this machine is out of memory for sockets: raise it, or lower the load",
        }
    }

    /// The limit's value, as the system tells it.
    pub fn value(self) -> Option<String> {
        let read = |path| std::fs::read_to_string(path).ok();
        let text = match self {
            Limit::OpenFiles => return getrlimit(Resource::Nofile).current.map(|most| most.to_string()),
            Limit::SystemFiles => read("/proc/sys/fs/file-max"),
            Limit::Ports => read("/proc/sys/net/ipv4/ip_local_port_range"),
            Limit::Memory => None,
        };
        text.map(|text| text.split_whitespace().collect::<Vec<_>>().join("-"))
    }

    /// Value and advice.
    pub fn told(self) -> String {
        let value = self.value().map_or(String::new(), |value| format!("limit {value}; "));
        format!("{value}{}", self.advice())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_told_from_other_errors_by_number_and_in_text() {
        for (errno, limit) in [
            (Errno::MFILE, Some(Limit::OpenFiles)),
            (Errno::NFILE, Some(Limit::SystemFiles)),
            (Errno::ADDRNOTAVAIL, Some(Limit::Ports)),
            (Errno::NOBUFS, Some(Limit::Memory)),
            (Errno::NOMEM, Some(Limit::Memory)),
            (Errno::CONNREFUSED, None),
            (Errno::TIMEDOUT, None),
        ] {
            let error = io::Error::from(errno);
            assert_eq!(Limit::of(&error), limit, "{errno:?}");
            assert_eq!(Limit::in_text(&format!("probe: {error}; again")), limit, "{error}");
        }
        assert_eq!(Limit::in_text("no number here"), None);
    }

    #[test]
    fn every_limit_says_how_to_raise_it() {
        for limit in Limit::ALL {
            assert!(limit.told().contains(limit.advice()));
        }
        assert!(Limit::OpenFiles.value().is_some());
    }
}
