//! Snapshot after snapshot, until two in a row hold the same rows through every endpoint.

use super::way::Way;
use crate::record::FinalTable;
use crate::run::secrets::Secrets;
use std::cell::Cell;
use std::time::Duration;
use tokio::time::Instant;

/// Between two snapshots: long enough that what still moves shows.
const PAUSE: Duration = Duration::from_millis(if cfg!(test) { 1 } else { 500 });
/// How long one snapshot through one endpoint may take, unless the plan gives it longer.
const LONGEST_SNAPSHOT: Duration = Duration::from_secs(120);

/// How many snapshots have been begun.
#[derive(Debug, Default)]
pub(super) struct Progress(Cell<u32>);

impl Progress {
    /// The number of the next snapshot.
    pub(super) fn next(&self) -> u32 {
        self.0.get() + 1
    }
}

/// What is read again and again.
pub(super) struct Snapshots<'a> {
    /// Through each endpoint.
    pub(super) ways: &'a [Way],
    /// The plan's name of the final read.
    pub(super) name: &'a str,
    /// How long to go on.
    pub(super) within: Duration,
    pub(super) secrets: &'a Secrets,
}

impl Snapshots<'_> {
    /// Hands each snapshot to `keep`. Two are taken at least. What did not settle comes back: endpoint and why.
    pub(super) async fn take<F: Future<Output = ()>>(
        &self,
        progress: &Progress,
        keep: impl Fn(FinalTable) -> F,
    ) -> Vec<(String, String)> {
        let deadline = Instant::now() + self.within;
        let mut before: Vec<Option<u64>> = vec![None; self.ways.len()];
        loop {
            let number = progress.next();
            let mut unsettled = Vec::new();
            for (way, before) in self.ways.iter().zip(&mut before) {
                let mut table = self.snapshot(way, number).await;
                let digest = table.trouble.is_none().then(|| table.digest());
                table.settled = digest.is_some() && digest == *before;
                *before = digest;
                if !table.settled {
                    let moving =
                        || format!("no two snapshots in a row held the same rows within {:?}", self.within);
                    unsettled.push((table.endpoint.clone(), table.trouble.clone().unwrap_or_else(moving)));
                }
                keep(table).await;
            }
            progress.0.set(number);
            if unsettled.is_empty() || number > 1 && Instant::now() >= deadline {
                return unsettled;
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    async fn snapshot(&self, way: &Way, number: u32) -> FinalTable {
        let empty = || FinalTable::new(self.name, &self.secrets.mask(way.endpoint()), number);
        let longest = LONGEST_SNAPSHOT.max(self.within);
        let read = tokio::time::timeout(longest, way.read(empty())).await;
        let trouble = match read {
            Ok(Ok(table)) => return table,
            Ok(Err(reason)) => reason,
            Err(_) => format!("not read to its end within {} s", longest.as_secs()),
        };
        let mut table = empty();
        table.trouble = Some(self.secrets.mask(&trouble));
        table
    }
}
