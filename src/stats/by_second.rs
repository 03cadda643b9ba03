//! Something for each second, the one that was asked for last at hand: what is counted comes in the order of time, or nearly.

use std::collections::BTreeMap;

/// One `T` for each second that was ever asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct BySecond<T> {
    places: BTreeMap<i64, usize>,
    items: Vec<T>,
    near: Option<(i64, usize)>,
}

impl<T> Default for BySecond<T> {
    fn default() -> BySecond<T> {
        BySecond { places: BTreeMap::new(), items: Vec::new(), near: None }
    }
}

impl<T: Default> BySecond<T> {
    /// That of a second; a fresh one where there was none.
    #[inline]
    pub fn at(&mut self, second: i64) -> &mut T {
        let place = match self.near {
            Some((near, place)) if near == second => place,
            _ => self.find(second),
        };
        &mut self.items[place]
    }

    fn find(&mut self, second: i64) -> usize {
        let place = *self.places.entry(second).or_insert(self.items.len());
        if place == self.items.len() {
            self.items.push(T::default());
        }
        self.near = Some((second, place));
        place
    }
}

impl<T> BySecond<T> {
    /// That of a second, if it was ever asked for.
    pub fn get(&self, second: i64) -> Option<&T> {
        self.places.get(&second).map(|place| &self.items[*place])
    }

    /// All of them in the order of time.
    pub fn iter(&self) -> impl Iterator<Item = (i64, &T)> {
        self.places.iter().map(|(second, place)| (*second, &self.items[*place]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_a_map_in_the_order_of_time() {
        let mut counts = BySecond::<u32>::default();
        for second in [3, 3, -1, 3, 7, -1] {
            *counts.at(second) += 1;
        }
        assert_eq!(counts.iter().collect::<Vec<_>>(), [(-1, &2), (3, &3), (7, &1)]);
        assert_eq!((counts.get(3), counts.get(4)), (Some(&3), None));
    }
}
