//! Writes and reads a run folder; versioned; crash-safe append.

mod atomic;
mod disk;
mod error;
mod final_table;
mod folder;
mod hash;
mod instances;
mod manifest;
mod queue;
mod reader;
mod recorder;
mod schema;
mod seal;
mod series;
mod utc;
mod writer;

#[cfg(test)]
mod tests;

pub use atomic::write_atomic;
pub use error::RecordError;
pub use final_table::FinalTable;
pub use folder::{EVENTS, HISTOGRAMS, MANIFEST, OPERATIONS, PRIMARY, RunFolder, SAMPLES};
pub(crate) use hash::hex;
pub use hash::sha256;
pub use manifest::{
    Environment, FORMAT, FileSeal, InstanceInfo, Manifest, PhaseInfo, PlanPlace, Scope, StepInfo,
};
pub use reader::{AttemptBatch, AttemptRow, Outline, Record};
pub use recorder::Recorder;
pub use series::{HistogramRow, Observer, Series};
pub use utc::{utc, utc_text};
