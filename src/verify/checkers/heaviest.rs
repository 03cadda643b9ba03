//! The interval that holds the most beyond its allowance, in O(n log n).

/// A request that took place somewhere between two times, in seconds.
pub type Stretch = (f64, f64);

/// The interval [a, b] for which (number of stretches wholly inside) − rate · (b − a) is largest.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Heaviest {
    /// Its beginning.
    pub from: f64,
    /// Its end.
    pub to: f64,
    /// How many stretches lie wholly inside.
    pub inside: u64,
    /// Their number less what the rate allows over its length.
    pub excess: f64,
}

/// A node over a run of stretches in the order of their beginnings: how many were taken so far, and the best value of
/// rate · a + (taken from a on) of any beginning `a` in it, with its place. Beginnings that were not taken have none.
#[derive(Clone, Copy)]
struct Node {
    taken: u32,
    best: f64,
    place: u32,
}

const NONE: Node = Node { taken: 0, best: f64::NEG_INFINITY, place: 0 };

fn join(left: Node, right: Node) -> Node {
    let kept = left.best + f64::from(right.taken);
    let (best, place) = if kept >= right.best { (kept, left.place) } else { (right.best, right.place) };
    Node { taken: left.taken + right.taken, best, place }
}

/// Finds it. The best interval begins where a stretch begins and ends where one ends: sweep the ends, and keep in a tree
/// over the beginnings what each would hold. Only beginnings of stretches that have ended by then come into question.
pub fn heaviest(stretches: &[Stretch], rate: f64) -> Option<Heaviest> {
    let count = stretches.len();
    let order = |of: fn(&Stretch) -> f64| {
        let mut places: Vec<u32> = (0..count as u32).collect();
        places
            .sort_by(|one, other| of(&stretches[*one as usize]).total_cmp(&of(&stretches[*other as usize])));
        places
    };
    let by_begin = order(|stretch| stretch.0);
    let mut rank = vec![0_u32; count];
    for (place, stretch) in by_begin.iter().enumerate() {
        rank[*stretch as usize] = place as u32;
    }
    let leaves = count.next_power_of_two();
    let mut tree = vec![NONE; 2 * leaves];
    let mut found: Option<Heaviest> = None;
    for stretch in order(|stretch| stretch.1) {
        let (begin, end) = stretches[stretch as usize];
        let place = rank[stretch as usize];
        let mut node = leaves + place as usize;
        tree[node] = Node { taken: 1, best: rate * begin + 1.0, place };
        while node > 1 {
            node /= 2;
            tree[node] = join(tree[2 * node], tree[2 * node + 1]);
        }
        let root = tree[1];
        let excess = root.best - rate * end;
        if found.is_none_or(|found| excess > found.excess) {
            let from = stretches[by_begin[root.place as usize] as usize].0;
            let inside = (excess + rate * (end - from)).round() as u64;
            found = Some(Heaviest { from, to: end, inside, excess });
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Every interval between a beginning and an end.
    fn brute(stretches: &[Stretch], rate: f64) -> f64 {
        let mut best = f64::NEG_INFINITY;
        for (from, _) in stretches {
            for (_, to) in stretches.iter().filter(|(_, to)| to >= from) {
                let inside = stretches.iter().filter(|(begin, end)| begin >= from && end <= to).count();
                if inside > 0 {
                    best = best.max(inside as f64 - rate * (to - from));
                }
            }
        }
        best
    }

    #[test]
    fn a_burst_is_found_where_it_is() {
        let stretches = [(0.0, 0.1), (5.0, 5.1), (5.1, 5.2), (5.2, 5.3), (9.0, 9.1)];
        let found = heaviest(&stretches, 2.0).expect("some");
        assert_eq!((found.from, found.to, found.inside), (5.0, 5.3, 3));
        assert!((found.excess - 2.4).abs() < 1e-9);
        assert_eq!(heaviest(&[], 1.0), None);
    }

    proptest! {
        #[test]
        fn it_finds_what_brute_force_finds(
            raw in proptest::collection::vec((0_u16..200, 0_u16..40), 1..40),
            rate in 0.0_f64..3.0,
        ) {
            let stretches: Vec<Stretch> =
                raw.iter().map(|(from, length)| (f64::from(*from), f64::from(*from + *length))).collect();
            let found = heaviest(&stretches, rate).expect("not empty");
            prop_assert!((found.excess - brute(&stretches, rate)).abs() < 1e-6);
            let inside = stretches.iter().filter(|(a, b)| *a >= found.from && *b <= found.to).count() as u64;
            prop_assert_eq!(found.inside, inside);
        }
    }
}
