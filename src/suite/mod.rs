//! Many runs: `compare` holds two sets of them against each other, `index` lists them on a page, `prove` carries plans and
//! their counter-runs out until each claim stands or falls.

pub mod compare;
mod folders;
pub mod index;
mod judged;
pub mod prove;

pub use folders::folders;
pub use judged::{Judged, judged};
