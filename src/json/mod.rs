//! JSON as RFC 8259 has it, read once and by one grammar: trees, single places, JSONPath (RFC 9535).
//!
//! Numbers keep their text, since a 64-bit float holds neither ids beyond 2^53 nor the difference between `1.10` and
//! `1.1`. Two numbers are equal if their values are, at any size.

mod error;
mod number;
mod path;
mod places;
mod scan;
mod text;
mod value;
mod with_serde;

#[cfg(test)]
mod tests;

pub use error::JsonError;
pub use number::Number;
pub use path::{JsonPath, PathError};
pub use places::Paths;
pub use text::{push_escaped, without_bom};
pub use value::{Map, Value, elements, values};
pub use with_serde::EXACT;

/// The deepest nesting of arrays and objects that is read (RFC 8259, section 9, lets a reader set a limit).
pub const DEEPEST: usize = 512;
