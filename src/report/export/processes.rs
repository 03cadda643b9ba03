//! Sessions as Jepsen's processes: one operation at a time each, and none after an indeterminate one.

use std::collections::HashMap;

/// Gives each operation a process. A session whose operations overlap (deliberate repetition) has several, and so has one
/// that went on after an operation with an unknown end: that one may still take effect.
#[derive(Debug, Default)]
pub struct Processes {
    /// The processes of each session that may be used again, with the end of their last operation.
    free: HashMap<u64, Vec<(u64, i64)>>,
    next: u64,
}

impl Processes {
    /// The process of an operation; operations are to come in the order of their starts. `open`: it has no known end.
    pub fn number(&mut self, session: u64, start: i64, end: i64, open: bool) -> u64 {
        let of_session = self.free.entry(session).or_default();
        let idle = of_session.iter().position(|(_, until)| *until < start);
        let number = match idle {
            Some(place) => of_session.swap_remove(place).0,
            None => {
                self.next += 1;
                self.next - 1
            }
        };
        if !open {
            of_session.push((number, end));
        }
        number
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_at_a_time_and_none_after_an_unknown_end() {
        let mut processes = Processes::default();
        assert_eq!(processes.number(7, 0, 10, false), 0);
        assert_eq!(processes.number(8, 0, 10, false), 1);
        assert_eq!(processes.number(7, 5, 20, false), 2, "it overlaps");
        assert_eq!(processes.number(7, 20, 30, true), 0, "the second ends at the very moment: not before");
        assert_eq!(processes.number(7, 40, 50, false), 2);
        assert_eq!(processes.number(7, 60, 70, false), 2, "the first never ended");
    }
}
