//! Numbers with units, written as suffixes: `250ms`, `100/s`, `64KiB`, `99.9%`.
//!
//! Each parses from text, prints in its shortest exact form, and describes itself for the JSON Schema.

mod rate;
mod share;
mod size;
mod text;
mod time;

pub use rate::Rate;
pub use share::Share;
pub use size::Size;
pub use time::{Time, TimeRange};

pub(crate) use text::unit_as_text;
