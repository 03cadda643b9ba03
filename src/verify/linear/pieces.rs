//! The pieces of which texts are put together, where every text can be taken apart in one way only.
//!
//! That is so where no piece begins with another: then it is known of each text that is read which operations made it, and
//! an operation whose piece only it brings has one place where it can have happened. Without this, each of dozens of
//! concurrent appends may seem to have happened before or after each overwriting.

use super::Action;
use super::problem::Problem;
use std::collections::BTreeMap;
use std::ops::Bound;

/// Where in the texts that are read an operation's piece stands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Home {
    /// In none: nobody sees what it did.
    Nowhere,
    /// Other operations bring the same piece.
    Anywhere,
    /// At the end of so many bytes of the texts from the first to before the last; these all begin alike.
    Once {
        /// The first.
        first: usize,
        /// The one behind the last.
        last: usize,
        /// How many bytes.
        length: usize,
    },
}

/// The pieces of all texts.
#[derive(Debug)]
pub struct Pieces {
    /// By operation. Reads are at home nowhere.
    pub home: Vec<Home>,
    /// By text that is read: where its first piece ends that only one operation brings.
    pub fixed_from: Vec<usize>,
    /// By text that is read: whether it grew out of nothing, and nothing is there only at the beginning.
    pub rooted: Vec<bool>,
    /// Whether some text cannot be put together.
    pub hopeless: bool,
}

#[derive(Clone, Copy, Default)]
struct Piece {
    times: u32,
    whole: bool,
    home: Option<(usize, usize)>,
}

impl Pieces {
    /// The pieces of a problem whose texts, sorted, are `read`; nothing if they can be taken apart in several ways.
    pub fn of(problem: &Problem<'_>, read: &[Box<[u8]>]) -> Option<Pieces> {
        let values = problem.setting.values;
        let text = |value| values.text(value).as_bytes();
        let mut pieces: BTreeMap<&[u8], Piece> = BTreeMap::new();
        let mut add = |text, whole| {
            let piece = pieces.entry(text).or_default();
            piece.times += 1;
            piece.whole |= whole;
        };
        add(text(problem.setting.initial.value), true);
        for item in &problem.items {
            match item.action {
                Action::Write(value) => add(text(value), true),
                Action::Append(value) => add(text(value), false),
                Action::Cas(..) => return None,
                Action::Read(_) | Action::Add(_) | Action::Total(_) => {}
            }
        }
        // Nothing is no piece; that it is put there is another matter.
        let nothing = pieces.remove(&[][..]).unwrap_or_default();
        let is_code = pieces.keys().zip(pieces.keys().skip(1)).all(|(one, next)| !next.starts_with(one));
        if !is_code {
            return None;
        }
        let mut found =
            Pieces { home: Vec::new(), fixed_from: Vec::new(), rooted: Vec::new(), hopeless: false };
        let only_first = nothing.times == 1 && text(problem.setting.initial.value).is_empty();
        for place in 0..read.len() {
            found.take_apart(read, place, &mut pieces, only_first);
        }
        let home = |piece: Piece| match piece.home {
            None => Home::Nowhere,
            Some((first, length)) if piece.times == 1 => {
                let start = &read[first][..length];
                let last = first + read[first..].partition_point(|text| text.starts_with(start));
                Home::Once { first, last, length }
            }
            Some(_) => Home::Anywhere,
        };
        found.home = problem
            .items
            .iter()
            .map(|item| match item.action {
                Action::Write(value) | Action::Append(value) if text(value).is_empty() => Home::Anywhere,
                Action::Write(value) | Action::Append(value) => {
                    pieces.get(text(value)).map_or(Home::Nowhere, |it| home(*it))
                }
                _ => Home::Nowhere,
            })
            .collect();
        Some(found)
    }

    fn take_apart(
        &mut self,
        read: &[Box<[u8]>],
        place: usize,
        pieces: &mut BTreeMap<&[u8], Piece>,
        only_first: bool,
    ) {
        let whole = &read[place];
        let (mut end, mut fixed_from, mut rooted) = (0, usize::MAX, only_first);
        while end < whole.len() {
            let rest = &whole[end..];
            // Of a code, only the last piece not behind the rest can be what the rest begins with.
            let next = pieces
                .range_mut::<[u8], _>((Bound::Unbounded, Bound::Included(rest)))
                .next_back()
                .filter(|(text, _)| rest.starts_with(text));
            let Some((text, piece)) = next else {
                self.hopeless = true;
                break;
            };
            rooted &= end > 0 || !piece.whole;
            end += text.len();
            if piece.times == 1 {
                fixed_from = fixed_from.min(end);
                // Texts are sorted: this is the first that begins so, and all others with the piece have to.
                let (home, length) = *piece.home.get_or_insert((place, end));
                self.hopeless |= length != end || read[home][..end] != whole[..end];
            } else {
                piece.home = piece.home.or(Some((place, end)));
            }
        }
        self.fixed_from.push(fixed_from);
        self.rooted.push(rooted);
    }
}

/// How many there are, in stretches of a row (Fenwick 1994).
#[derive(Clone, Debug)]
pub struct Sums(Vec<usize>);

impl Sums {
    /// None of any.
    pub fn new(length: usize) -> Sums {
        Sums(vec![0; length + 1])
    }

    /// One more or one less at a place.
    pub fn change(&mut self, place: usize, change: impl Fn(&mut usize)) {
        let mut node = place + 1;
        while node < self.0.len() {
            change(&mut self.0[node]);
            node += node & node.wrapping_neg();
        }
    }

    /// How many there are from a place to before another.
    pub fn between(&self, from: usize, to: usize) -> usize {
        self.before(to) - self.before(from)
    }

    fn before(&self, mut node: usize) -> usize {
        let mut sum = 0;
        while node > 0 {
            sum += self.0[node];
            node -= node & node.wrapping_neg();
        }
        sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_of_stretches() {
        let mut sums = Sums::new(10);
        for place in [0, 3, 3, 9] {
            sums.change(place, |count| *count += 1);
        }
        sums.change(3, |count| *count -= 1);
        assert_eq!((sums.between(0, 10), sums.between(1, 9), sums.between(4, 9)), (3, 1, 0));
    }
}
