//! The sections of the report, in the order in which they are read.

mod balance;
mod environment;
mod errors;
mod exchanges;
mod facts;
mod faults;
mod instances;
mod invariants;
mod latency;
mod load;
mod objectives;
mod percentiles;
mod rerun;
mod steps;
mod verdict;

pub use balance::balance;
pub use environment::environment;
pub use errors::errors;
pub use faults::faults;
pub use instances::instances;
pub use invariants::invariants;
pub use latency::latency;
pub use load::load;
pub use objectives::objectives;
pub use percentiles::percentiles;
pub use steps::steps;
pub use verdict::verdict;

use super::Story;

/// What one point of a chart is: a second, or several with the range of the single ones.
fn grain(story: &Story, ranged: &str) -> String {
    match story.frame.bins.width {
        1 => "Each point is one second.".to_owned(),
        width => format!(
            "Each point covers {width} seconds; the shaded range is from the least to the greatest {ranged} of its single seconds."
        ),
    }
}
