//! Histograms, quantiles, windows, intervals. Pure arithmetic: no I/O, no clock.

mod bootstrap;
mod bucket;
mod histogram;
mod latencies;
mod quantile;
mod quantile_interval;
mod recovery;
mod window;

pub use bootstrap::{Interval, MINIMUM_SECONDS, interval};
pub use bucket::{BUCKETS, Bucket};
pub use histogram::Histogram;
pub use latencies::{Latencies, Quantile};
pub use quantile::{enough, exact, rank};
pub use quantile_interval::{SecondLatencies, quantile_interval};
pub use recovery::{Bin, Recovery, recovery};
pub use window::{Window, Windows};
