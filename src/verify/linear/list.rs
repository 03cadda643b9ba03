//! Calls and returns in the order of time, from which operations are lifted and put back in constant time.

use super::problem::Item;

const HEAD: u32 = 0;

/// A doubly linked list of the calls and returns of the operations that returned. Node `2i + 1` is the call of operation
/// `i`, `2i + 2` its return. Operations are put back in the reverse order of their lifting.
#[derive(Debug)]
pub struct List {
    next: Vec<u32>,
    previous: Vec<u32>,
    /// For each operation, how many returned before it.
    rank: Vec<u32>,
}

fn call(op: u32) -> u32 {
    2 * op + 1
}

fn ret(op: u32) -> u32 {
    2 * op + 2
}

impl List {
    /// The list of operations that all returned. Of equal times calls come first: nothing is concluded from them.
    pub fn new(items: &[Item]) -> List {
        let mut events: Vec<(i64, bool, u32)> = Vec::with_capacity(2 * items.len());
        for (op, item) in items.iter().enumerate() {
            events.push((item.call, false, op as u32));
            events.push((item.ret, true, op as u32));
        }
        events.sort_unstable();
        let mut list = List {
            next: vec![HEAD; 2 * items.len() + 1],
            previous: vec![HEAD; 2 * items.len() + 1],
            rank: vec![0; items.len()],
        };
        let mut last = HEAD;
        let mut returned = 0;
        for (_, is_return, op) in events {
            let node = if is_return { ret(op) } else { call(op) };
            if is_return {
                list.rank[op as usize] = returned;
                returned += 1;
            }
            list.next[last as usize] = node;
            list.previous[node as usize] = last;
            last = node;
        }
        list.next[last as usize] = HEAD;
        list.previous[HEAD as usize] = last;
        list
    }

    /// Whether every operation is lifted.
    pub fn is_empty(&self) -> bool {
        self.next[HEAD as usize] == HEAD
    }

    /// How many operations returned before this one.
    pub fn rank(&self, op: u32) -> usize {
        self.rank[op as usize] as usize
    }

    /// Takes an operation out.
    pub fn lift(&mut self, op: u32) {
        for node in [call(op), ret(op)] {
            let (before, after) = (self.previous[node as usize], self.next[node as usize]);
            self.next[before as usize] = after;
            self.previous[after as usize] = before;
        }
    }

    /// Puts the operation back that was lifted last.
    pub fn put_back(&mut self, op: u32) {
        for node in [ret(op), call(op)] {
            let (before, after) = (self.previous[node as usize], self.next[node as usize]);
            self.next[before as usize] = node;
            self.previous[after as usize] = node;
        }
    }

    /// The operations that could come next: those invoked before the first return, in the order of their calls. Gives the
    /// operation of that return; none if the list is empty.
    pub fn callable(&self, into: &mut Vec<u32>) -> Option<u32> {
        let mut node = self.next[HEAD as usize];
        while node % 2 == 1 {
            into.push(node / 2);
            node = self.next[node as usize];
        }
        (node != HEAD).then(|| node / 2 - 1)
    }

    /// A walk over the operations that could come next, in which the one just seen may be lifted: the first.
    pub fn first(&self) -> Option<u32> {
        self.operation(self.next[HEAD as usize])
    }

    /// The one after `op`, which may have been lifted since it was given.
    pub fn after(&self, op: u32) -> Option<u32> {
        let mut node = self.next[call(op) as usize];
        if node == ret(op) && self.next[self.previous[node as usize] as usize] != node {
            node = self.next[node as usize];
        }
        self.operation(node)
    }

    fn operation(&self, node: u32) -> Option<u32> {
        (node % 2 == 1).then_some(node / 2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::linear::{ABSENT, Action};

    fn items(spans: &[(i64, i64)]) -> Vec<Item> {
        let item = |(call, ret): &(i64, i64)| Item {
            action: Action::Read(ABSENT),
            call: *call,
            ret: *ret,
            source: 0,
        };
        spans.iter().map(item).collect()
    }

    fn callable(list: &List) -> (Vec<u32>, Option<u32>) {
        let mut found = Vec::new();
        let first = list.callable(&mut found);
        (found, first)
    }

    #[test]
    fn what_was_called_before_the_first_return_can_come_next() {
        let mut list = List::new(&items(&[(0, 5), (1, 3), (4, 9), (6, 7)]));
        assert_eq!(callable(&list), (vec![0, 1], Some(1)));
        list.lift(1);
        assert_eq!(callable(&list), (vec![0, 2], Some(0)));
        list.lift(0);
        assert_eq!(callable(&list), (vec![2, 3], Some(3)));
        list.put_back(0);
        list.put_back(1);
        assert_eq!(callable(&list), (vec![0, 1], Some(1)));
        [0, 1, 2, 3].into_iter().for_each(|op| list.lift(op));
        assert!(list.is_empty());
        assert_eq!(callable(&list), (vec![], None));
    }

    #[test]
    fn equal_times_count_as_concurrent() {
        let list = List::new(&items(&[(0, 5), (5, 8)]));
        assert_eq!(callable(&list), (vec![0, 1], Some(0)));
    }

    #[test]
    fn a_walk_goes_on_behind_what_it_lifts() {
        let mut list = List::new(&items(&[(0, 1), (2, 3), (4, 9), (5, 6)]));
        let mut seen = Vec::new();
        let mut at = list.first();
        while let Some(op) = at {
            seen.push(op);
            if op < 2 {
                list.lift(op);
            }
            at = list.after(op);
        }
        assert_eq!(seen, [0, 1, 2, 3]);
    }
}
