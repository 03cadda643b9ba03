//! What the kernel's errors mean here, and what to do.

use rustix::io::Errno;
use std::io;

/// The error of a call that changes rules or queues.
pub(super) fn explained(what: &str, error: &io::Error) -> String {
    let code = error.raw_os_error().map(Errno::from_raw_os_error);
    match code {
        // A table with an owner is closed to everybody else.
        Some(Errno::PERM) if may_change_networks() => another(what),
        Some(Errno::EXIST) => another(what),
        Some(Errno::PERM | Errno::ACCESS) => format!(
            "{what}: not permitted. The helper needs the capability NET_ADMIN in the target's network namespace; an engine that \
             runs rootless or forbids capabilities cannot give it"
        ),
        Some(Errno::BUSY) => {
            format!("{what}: every queue number that we use is taken by other programs in this namespace")
        }
        Some(Errno::PROTONOSUPPORT | Errno::AFNOSUPPORT) => {
            format!("{what}: this kernel has no netfilter netlink (CONFIG_NETFILTER_NETLINK)")
        }
        _ => format!("{what}: {error}"),
    }
}

fn another(what: &str) -> String {
    format!(
        "{what}: another shakedown has its rules in this network namespace. Let it end, or end its helper (`shakedown heal`)"
    )
}

/// Whether we have the capability NET_ADMIN, in our own user namespace.
fn may_change_networks() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("CapEff:"));
    let set = line.and_then(|text| u64::from_str_radix(text.trim(), 16).ok());
    set.is_some_and(|set| set & (1 << NET_ADMIN) != 0)
}

/// The number of the capability.
const NET_ADMIN: u32 = 12;

/// The error of binding a queue for the first time.
pub(super) fn no_queue(error: &io::Error) -> String {
    match error.raw_os_error().map(Errno::from_raw_os_error) {
        Some(Errno::INVAL | Errno::OPNOTSUPP) => {
            "this kernel has no NFQUEUE (CONFIG_NETFILTER_NETLINK_QUEUE): faults on packets and look-ups need it. Load the \
             module `nfnetlink_queue`, or leave these faults out"
                .into()
        }
        _ => explained("the packet queue cannot be opened", error),
    }
}

/// The error of laying rules that hand packets to a queue.
pub(super) fn no_rules(error: &io::Error) -> String {
    match error.raw_os_error().map(Errno::from_raw_os_error) {
        Some(Errno::NOENT | Errno::OPNOTSUPP) => {
            "this kernel's nf_tables lacks what the rules need: either the queue expression (CONFIG_NFT_QUEUE) or the old target \
             (CONFIG_NFT_COMPAT with CONFIG_NETFILTER_XT_TARGET_NFQUEUE), tables with an owner (Linux 5.12), and for ports that are \
             led to a proxy CONFIG_NFT_NAT and CONFIG_NFT_REDIR"
                .into()
        }
        Some(Errno::INVAL) => "this kernel's nf_tables has no tables with an owner: Linux 5.12 or later is needed".into(),
        _ => explained("rules cannot be laid", error),
    }
}

/// The error of cutting live connections.
pub(super) fn not_cut(port: u16, error: &io::Error) -> String {
    match error.raw_os_error().map(Errno::from_raw_os_error) {
        Some(Errno::OPNOTSUPP) => format!(
            "connections to port {port} are open already and would go past the proxy, and this kernel cannot cut them \
             (CONFIG_INET_DIAG_DESTROY): have their clients closed or started anew first"
        ),
        _ => explained(&format!("connections to port {port} that are open already cannot be cut"), error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_error_says_what_to_do() {
        let of = |errno: Errno| io::Error::from(errno);
        assert!(explained("x", &of(Errno::ACCESS)).contains("NET_ADMIN"));
        assert!(explained("x", &of(Errno::EXIST)).contains("shakedown heal"));
        assert!(no_queue(&of(Errno::INVAL)).contains("nfnetlink_queue"));
        assert!(no_queue(&of(Errno::ACCESS)).contains("NET_ADMIN"));
        assert!(no_rules(&of(Errno::NOENT)).contains("CONFIG_NFT_COMPAT"));
    }
}
