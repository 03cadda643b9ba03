//! The stretches of time that lie behind every chart: the warm-up, and each fault while it was in force.

use super::super::bins::Bins;
use crate::record::Manifest;
use crate::verify::FaultReport;

/// A stretch of time behind a chart. Times in seconds from the start of the load.
#[derive(Clone, Debug, PartialEq)]
pub struct Band {
    /// Its beginning.
    pub from: f64,
    /// Its end.
    pub to: f64,
    /// What it is called.
    pub name: String,
    /// `warmup` or `fault`.
    pub kind: &'static str,
}

/// Those of a run, as observed: a fault from the beginning of its action to healed, or to the end where it never was.
pub fn bands(manifest: &Manifest, faults: &[FaultReport], bins: &Bins) -> Vec<Band> {
    let mut bands = Vec::new();
    if manifest.warmup_end > manifest.load_start {
        let to = bins.at(manifest.warmup_end);
        bands.push(Band { from: 0.0, to, name: "warm-up".to_owned(), kind: "warmup" });
    }
    for fault in faults {
        let Some(from) = fault.began() else { continue };
        let to = fault.healed.unwrap_or(bins.end).max(from);
        bands.push(Band { from, to, name: fault.id.clone(), kind: "fault" });
    }
    bands
}
