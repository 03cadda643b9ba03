//! shakedown proves whether a deployment keeps its promises while parts of it fail under real load.
//!
//! Data goes one way: a plan is read, a stack comes up, load and chaos run on one clock into one record; the record is
//! judged and reported. `docs/design.md` is the map of the rooms.

pub mod chaos;
pub mod cli;
pub mod event;
pub mod flow;
pub mod http;
pub mod json;
pub mod load;
pub mod netfault;
pub mod plan;
pub mod proxy;
#[cfg(test)]
mod python;
pub mod record;
pub mod report;
pub mod run;
pub mod stack;
pub mod stats;
pub mod suite;
pub mod tabular;
pub mod verify;
