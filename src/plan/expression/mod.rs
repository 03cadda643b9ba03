//! The language of objectives and conditions: `p99 < 300ms`, `fault(node-dies)`.

mod expectation;
mod metric;
mod quantity;
mod window;

pub use expectation::{Comparator, Expectation};
pub use metric::{Metric, SampleStat};
pub use quantity::{Quantity, Unit};
pub use window::Window;
