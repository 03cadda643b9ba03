//! Tests of the room as a whole, and what its tests need.

mod engine;
pub(super) mod fakes;
mod live;
