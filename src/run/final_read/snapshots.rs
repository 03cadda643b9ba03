//! Snapshot after snapshot, until two in a row hold the same rows through every endpoint.

use super::http::{Position, Trouble};
use super::way::Way;
use crate::record::FinalTable;
use crate::run::keys::Seen;
use crate::run::secrets::Secrets;
use std::cell::Cell;
use std::time::Duration;
use tokio::time::Instant;

/// Between two snapshots: long enough that what still moves shows. Shorter where there is little time.
const PAUSE: Duration = Duration::from_millis(if cfg!(test) { 1 } else { 500 });

/// How many snapshots have been begun.
#[derive(Debug, Default)]
pub(super) struct Progress(Cell<u32>);

impl Progress {
    /// The number of the next snapshot.
    pub(super) fn next(&self) -> u32 {
        self.0.get() + 1
    }

    /// So many have been taken.
    pub(super) fn set(&self, number: u32) {
        self.0.set(number);
    }
}

/// What is read again and again.
pub(super) struct Snapshots<'a> {
    /// Through each endpoint.
    pub(super) ways: &'a [Way],
    /// The plan's name of the final read.
    pub(super) name: &'a str,
    /// How long to go on. No snapshot goes on for longer.
    pub(super) within: Duration,
    /// Whether an invariant takes a key that is not in it for lost.
    pub(super) holds_all: bool,
    pub(super) secrets: &'a Secrets,
}

/// What is kept of the last complete snapshot through one endpoint.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Last {
    all: u64,
    ours: u64,
    /// Since when the rows of the run's own keys have been the same.
    still: Instant,
}

impl Snapshots<'_> {
    /// Hands each snapshot to `keep`. `from`: where the baseline through each endpoint ended, if the read goes on from
    /// there. What did not settle comes back: endpoint and why.
    pub(super) async fn take<F: Future<Output = ()>>(
        &self,
        progress: &Progress,
        mut from: Vec<Option<Position>>,
        ours: &Seen,
        keep: impl Fn(FinalTable) -> F,
    ) -> Vec<(String, String)> {
        let began = Instant::now();
        let deadline = began + self.within;
        let mut last: Vec<Option<Last>> = vec![None; self.ways.len()];
        loop {
            let number = progress.next();
            let mut unsettled = Vec::new();
            for ((way, last), from) in self.ways.iter().zip(&mut last).zip(&mut from) {
                let mut table = self.snapshot(way, (number, deadline), from, ours).await;
                let cut = table.trouble.is_some() && Instant::now() >= deadline;
                if !cut || last.is_none() {
                    compare(&mut table, last, ours, began + self.within / 2);
                }
                if !table.settled {
                    let moving = || self.moving(number);
                    let told = if cut && last.is_some() { None } else { table.trouble.clone() };
                    unsettled.push((table.endpoint.clone(), told.unwrap_or_else(moving)));
                }
                // A snapshot that the end of `within` cut short takes nothing from the one before it.
                if !cut || last.is_none() {
                    keep(table).await;
                }
            }
            progress.set(number);
            if unsettled.is_empty() || Instant::now() + self.pause() >= deadline {
                return unsettled;
            }
            tokio::time::sleep(self.pause()).await;
        }
    }

    /// Between two snapshots.
    pub(super) fn pause(&self) -> Duration {
        PAUSE.min(self.within / 4)
    }

    /// Why a read is not settled that could be read, so many times.
    pub(super) fn moving(&self, snapshots: u32) -> String {
        if snapshots < 2 {
            return format!(
                "a single snapshot was read within {:?}: give it longer by `within`",
                self.within
            );
        }
        format!("no two snapshots in a row held the same rows within {:?}", self.within)
    }

    /// Reads what came after `from`, or everything: also where what was before it has moved, or where an acknowledged key
    /// is not behind it. `from` is then forgotten.
    async fn snapshot(
        &self,
        way: &Way,
        (number, deadline): (u32, Instant),
        from: &mut Option<Position>,
        ours: &Seen,
    ) -> FinalTable {
        if from.is_some() {
            let read = self.read(way, (number, deadline), from.as_ref()).await;
            let all_there =
                |table: &FinalTable| table.trouble.is_some() || !self.holds_all || !ours.lacks_any(table);
            if let Ok((mut table, _)) = read
                && all_there(&table)
            {
                table.continued = table.trouble.is_none();
                return table;
            }
            *from = None;
        }
        self.whole(way, (number, deadline)).await.0
    }

    /// Reads everything.
    pub(super) async fn whole(&self, way: &Way, at: (u32, Instant)) -> (FinalTable, Option<Position>) {
        self.read(way, at, None).await.unwrap_or_else(|Moved| (self.empty(way, at.0), None))
    }

    /// One read, bounded by the deadline; its trouble is in the table.
    pub(super) async fn read(
        &self,
        way: &Way,
        (number, deadline): (u32, Instant),
        from: Option<&Position>,
    ) -> Result<(FinalTable, Option<Position>), Moved> {
        let read = tokio::time::timeout_at(deadline, way.read(self.empty(way, number), from)).await;
        let trouble = match read {
            Ok(Ok(read)) => return Ok(read),
            Ok(Err(Trouble::Moved)) => return Err(Moved),
            Ok(Err(Trouble::Told(reason))) => reason,
            Err(_) => {
                format!("not read to its end within {:?}: give it longer by `within`", self.within)
            }
        };
        let mut table = self.empty(way, number);
        table.trouble = Some(self.secrets.mask(&trouble));
        Ok((table, None))
    }

    fn empty(&self, way: &Way, number: u32) -> FinalTable {
        FinalTable::new(self.name, &self.secrets.mask(way.endpoint()), number)
    }
}

/// The rows at the place from which a read was to go on are not there any more.
#[derive(Debug)]
pub(super) struct Moved;

/// Holds a snapshot against the one before it. `half`: since then the run's own rows must have been the same, where others
/// still change.
fn compare(table: &mut FinalTable, last: &mut Option<Last>, ours: &Seen, half: Instant) {
    if table.trouble.is_some() {
        *last = None;
        return;
    }
    let now = Instant::now();
    let (all, ours) = (table.digest(), ours.digest(table));
    let still = last.filter(|last| last.ours == ours).map_or(now, |last| last.still);
    table.settled = last.is_some_and(|last| last.all == all);
    table.ours_settled = table.settled || still <= half;
    *last = Some(Last { all, ours, still });
}
