//! The language of objectives and conditions: `p99 < 300ms`, `fault(node-dies)`.

mod counts;
mod expectation;
mod metric;
mod quantity;
mod samples;
mod window;

pub use counts::Counts;
pub use expectation::{Comparator, Expectation};
pub use metric::{Metric, SampleStat};
pub use quantity::{Quantity, Unit};
pub use samples::Samples;
pub use window::Window;
