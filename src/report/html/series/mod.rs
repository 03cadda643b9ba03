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
use crate::record::RecordError;
use crate::report::Source;

/// All of it.
pub struct Everything {
    /// Latencies and counts.
    pub load: LoadSeries,
    /// Instances and probes.
    pub resources: Resources,
}

impl Everything {
    /// Reads it from a record.
    ///
    /// # Errors
    /// If the record cannot be read.
    pub fn read(source: &Source, bins: &Bins) -> Result<Everything, RecordError> {
        Ok(Everything {
            load: LoadSeries::of(source.tables, &source.record.manifest, bins),
            resources: Resources::read(source.record, bins)?,
        })
    }
}
