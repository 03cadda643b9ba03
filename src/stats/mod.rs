//! Histograms, quantiles, windows, intervals. Pure arithmetic: no I/O, no clock.

mod bootstrap;
mod bucket;
mod by_second;
mod histogram;
mod latencies;
mod quantile;
mod quantile_interval;
mod rank_test;
mod recovery;
mod shift;
mod window;

pub use bootstrap::{Interval, MINIMUM_SECONDS, interval};
pub use bucket::{BUCKETS, Bucket};
pub use by_second::BySecond;
pub use histogram::Histogram;
pub use latencies::{Latencies, Quantile};
pub use quantile::{enough, exact, rank};
pub use quantile_interval::{SecondLatencies, quantile_interval};
pub use rank_test::{RankTest, mann_whitney};
pub use recovery::{Bin, Recovery, recovery};
pub use shift::{Shift, hodges_lehmann, median};
pub use window::{Window, Windows};
