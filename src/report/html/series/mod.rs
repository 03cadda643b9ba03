//! What the charts draw, counted once and bounded by bins: never by operations.

mod arrivals;
mod balance;
mod load;
mod resources;

pub use arrivals::Arrivals;
pub use balance::{Balance, Served};
pub use load::{LoadSeries, QUANTILES, Slot};
pub use resources::{InstanceSeries, Resources, Sampled};

use super::bins::Bins;
use crate::record::{Record, RecordError};
use crate::report::Source;
use crate::report::tables::Tables;

/// All of it.
pub struct Everything {
    /// Latencies and counts.
    pub load: LoadSeries,
    /// Arrivals wanted and begun, and the generator's lateness.
    pub arrivals: Arrivals,
    /// Who answered.
    pub balance: Option<Balance>,
    /// Instances and probes.
    pub resources: Resources,
}

impl Everything {
    /// Reads it from a record.
    ///
    /// # Errors
    /// If the record cannot be read.
    pub fn read(source: &Source, bins: &Bins) -> Result<Everything, RecordError> {
        let (record, tables): (&Record, &Tables) = (source.record, source.tables);
        Ok(Everything {
            load: LoadSeries::of(tables, &record.manifest, bins),
            arrivals: Arrivals::read(record, tables, bins)?,
            balance: Balance::read(record, bins)?,
            resources: Resources::read(record, bins)?,
        })
    }
}
