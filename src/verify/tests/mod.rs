//! Whole runs judged: for each kind of objective a pass, a fail and an unknown.

mod ended;
mod faults;
mod generator;
mod invariants;
mod latency;
mod marked;
mod recovery;
pub(crate) mod run;
mod shares;
mod whole;
