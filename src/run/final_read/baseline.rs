//! The state before the load: read until nothing that is there changes any more.

use super::http::Position;
use super::snapshots::{Moved, Progress, Snapshots};
use super::way::Way;
use crate::record::FinalTable;
use std::time::Duration;
use tokio::time::Instant;

/// How a baseline is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Manner {
    /// Whether the second snapshot, and the read after the load, go on from where the one before ended.
    pub(super) by_cursor: bool,
    /// Whether rows that are only added keep it from settling: where all rows are added up, where keys are not the run's
    /// own, and where the run alone writes.
    pub(super) strict: bool,
    /// How long the rows must not change.
    pub(super) quiet: Duration,
}

impl Manner {
    pub(super) fn enough(self, table: &FinalTable) -> bool {
        table.settled || !self.strict && table.grown.is_some()
    }
}

/// One endpoint's snapshot as it grows.
struct Standing {
    table: FinalTable,
    place: Option<Position>,
}

impl Snapshots<'_> {
    /// The last snapshot through each endpoint, and where it ended if the read after the load can go on from there.
    pub(super) async fn baseline(
        &self,
        manner: Manner,
        progress: &Progress,
    ) -> Vec<(FinalTable, Option<Position>)> {
        let first = Instant::now() + self.within;
        let mut standing = Vec::new();
        for way in self.ways {
            let (table, place) = self.whole(way, (1, first)).await;
            standing.push(Standing { table, place });
        }
        progress.set(1);
        let done = |standing: &[Standing]| standing.iter().all(|one| manner.enough(&one.table));
        // A large store takes its time to be read once, and none of that which it has to settle.
        let deadline = Instant::now() + self.within + manner.quiet;
        let pause = self.pause().max(manner.quiet);
        while !done(&standing) && Instant::now() + pause < deadline {
            tokio::time::sleep(pause).await;
            let number = progress.next();
            for (way, standing) in self.ways.iter().zip(&mut standing) {
                self.again(way, (number, deadline), manner, standing).await;
            }
            progress.set(number);
        }
        let ended = |mut standing: Standing| {
            standing.table.baseline = true;
            let place = standing.place.filter(|_| manner.by_cursor && standing.table.trouble.is_none());
            (standing.table, place)
        };
        standing.into_iter().map(ended).collect()
    }

    /// Another snapshot, held against the one before.
    async fn again(&self, way: &Way, at: (u32, Instant), manner: Manner, standing: &mut Standing) {
        let from = standing.place.as_ref().filter(|_| manner.by_cursor && standing.table.trouble.is_none());
        if let Some(from) = from {
            match self.read(way, at, Some(from)).await {
                Ok((added, Some(place))) if added.trouble.is_none() => {
                    let appended = standing.table.append(&added);
                    standing.table.snapshot = at.0;
                    standing.table.grown = Some(added.len() as u64);
                    standing.table.settled = added.is_empty();
                    standing.place = Some(place);
                    if let Err(reason) = appended {
                        standing.table.trouble = Some(reason);
                    }
                    return;
                }
                Ok((cut, _)) => return unread(standing, cut, at.1),
                // The rows moved: from the beginning.
                Err(Moved) => standing.place = None,
            }
        }
        let (table, place) = self.whole(way, at).await;
        if table.trouble.is_some() {
            return unread(standing, table, at.1);
        }
        let before = std::mem::replace(standing, Standing { table, place });
        if before.table.trouble.is_none() {
            standing.table.grown = grown(&before.table, &standing.table);
            standing.table.settled = standing.table.grown == Some(0);
        }
    }
}

/// A snapshot that could not be read takes the place of the one before, unless only the end of the time cut it short.
fn unread(standing: &mut Standing, cut: FinalTable, deadline: Instant) {
    if Instant::now() < deadline {
        *standing = Standing { table: cut, place: None };
    } else {
        (standing.table.settled, standing.table.grown) = (false, None);
    }
}

/// How many rows were added, if all that were there are there as they were.
fn grown(before: &FinalTable, after: &FinalTable) -> Option<u64> {
    let sorted = |table: &FinalTable| {
        let mut digests: Vec<u64> = (0..table.len()).map(|row| table.row_digest(row)).collect();
        digests.sort_unstable();
        digests
    };
    let (before, after) = (sorted(before), sorted(after));
    let mut rest = after.iter();
    let all_there = before.iter().all(|digest| rest.by_ref().any(|other| other == digest));
    all_there.then(|| (after.len() - before.len()) as u64)
}
