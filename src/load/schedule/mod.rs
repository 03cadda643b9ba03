//! When users arrive: pure arithmetic, without a clock.

mod curve;
mod pacer;
mod shift;
mod timeline;

pub use curve::{Curve, Piece};
pub use pacer::{Arrival, Pacer};
pub use shift::{Shift, shifts};
pub use timeline::{Span, Timeline, timeline};
