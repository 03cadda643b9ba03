//! Operations put together by key, by session, or by both.

use super::{History, Op};

/// Places of operations, sorted so that those of one group stand side by side.
#[derive(Debug)]
pub struct Groups<G> {
    /// Group and place.
    sorted: Vec<(G, u32)>,
}

impl<G: Ord + Copy> Groups<G> {
    /// Groups the operations for which `group` gives one; within a group they keep the record's order.
    pub fn new(history: &History, mut group: impl FnMut(&Op) -> Option<G>) -> Groups<G> {
        let places = history.ops.iter().enumerate();
        let mut sorted: Vec<(G, u32)> =
            places.filter_map(|(place, op)| Some((group(op)?, place as u32))).collect();
        // The place makes every entry distinct, so the faster unstable sort keeps the order too.
        sorted.sort_unstable();
        Groups { sorted }
    }

    /// The groups in order.
    pub fn iter(&self) -> impl Iterator<Item = (G, impl Iterator<Item = usize> + Clone + '_)> {
        self.sorted
            .chunk_by(|one, other| one.0 == other.0)
            .map(|chunk| (chunk[0].0, chunk.iter().map(|(_, place)| *place as usize)))
    }
}
