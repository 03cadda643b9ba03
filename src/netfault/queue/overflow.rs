//! What the kernel lost of a queue, by its own counters.

use std::fs;

/// Packets lost since the queue was bound.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::netfault) struct Losses {
    /// The queue was full.
    pub full: u64,
    /// Our socket was full.
    pub unread: u64,
}

/// The losses of a bound queue of this namespace; nothing where it is not bound.
pub(in crate::netfault) fn losses(queue: u16) -> Losses {
    let table = fs::read_to_string("/proc/self/net/netfilter/nfnetlink_queue").unwrap_or_default();
    read(&table, queue)
}

/// A line per queue: number, port, waiting, copy mode, copy range, dropped, dropped by the socket, next number, 1.
fn read(table: &str, queue: u16) -> Losses {
    let lines = table
        .lines()
        .map(|line| line.split_whitespace().map(|word| word.parse().unwrap_or(0)).collect::<Vec<u64>>());
    let line = lines.into_iter().find(|line| line.first() == Some(&u64::from(queue)));
    let column = |place: usize| line.as_ref().and_then(|line| line.get(place)).copied().unwrap_or(0);
    Losses { full: column(5), unread: column(6) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_of_the_queue_is_read() {
        let table = "    0  31337     0 2 65531     1     2        9  1\n40100  4242    17 2   128    30     4       99  1\n";
        assert_eq!(read(table, 40_100), Losses { full: 30, unread: 4 });
        assert_eq!(read(table, 40_101), Losses::default());
        assert_eq!(read("", 0), Losses::default());
    }
}
