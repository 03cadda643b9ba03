//! `latency.hlog`: HdrHistogram's interval log, a histogram per second and step, in microseconds from the intended start.
//!
//! Tags are `flow/step` for good operations and `flow/step:bad` for the others, so that neither is lost in the other. The
//! format is that of Java's `HistogramLogWriter`, version 1.3, with compressed V2 histograms.

use super::tables::name;
use super::{ReportError, Reporter, Source};
use crate::stats::Bucket;
use hdrhistogram::Histogram;
use hdrhistogram::serialization::V2DeflateSerializer;
use hdrhistogram::serialization::interval_log::{IntervalLogWriterBuilder, IntervalLogWriterError, Tag};
use std::io::{Error, Write};
use std::time::{Duration, SystemTime};

/// `latency.hlog`.
pub struct LatencyLog;

/// Java's reader wants it; the writer we use does not write it.
const LEGEND: &[u8] =
    b"\"StartTimestamp\",\"Interval_Length\",\"Interval_Max\",\"Interval_Compressed_Histogram\"\n";
const HIGHEST_MICROS: u64 = 3_600_000_000;

impl Reporter for LatencyLog {
    fn file(&self) -> &'static str {
        "latency.hlog"
    }

    fn write(&self, source: &Source, mut out: &mut dyn Write) -> Result<(), ReportError> {
        let manifest = &source.record.manifest;
        let wall = |nanos: i64| SystemTime::UNIX_EPOCH + Duration::from_nanos(nanos.max(0) as u64);
        let mut serializer = V2DeflateSerializer::new();
        IntervalLogWriterBuilder::new()
            .add_comment("[Histogram log format version 1.3]")
            .add_comment("[Latencies in microseconds from the intended start; Interval_Max in milliseconds]")
            .add_comment("[Tags: flow/step good operations, flow/step:bad operations that were not good]")
            .with_start_time(wall(manifest.anchor_utc.saturating_add(manifest.load_start.0)))
            .with_base_time(wall(manifest.anchor_utc))
            .begin_log_with(&mut out, &mut serializer)?;
        out.write_all(LEGEND)?;
        let mut log = IntervalLogWriterBuilder::new()
            .with_max_value_divisor(1_000.0)
            .begin_log_with(&mut out, &mut serializer)?;
        for second in source.tables.seconds() {
            let (_, name) = name(manifest, second.step);
            for (good, tag) in [(true, tag(&name)), (false, format!("{}:bad", tag(&name)))] {
                let histogram = histogram(second.buckets(good))?;
                if histogram.is_empty() {
                    continue;
                }
                let from = Duration::from_secs(second.second.max(0) as u64);
                log.write_histogram(&histogram, from, Duration::from_secs(1), Tag::new(&tag))
                    .map_err(plain)?;
            }
        }
        Ok(())
    }
}

fn histogram(buckets: impl Iterator<Item = (Bucket, u32)>) -> Result<Histogram<u64>, ReportError> {
    let mut histogram = Histogram::new_with_bounds(1, HIGHEST_MICROS, 3).map_err(Error::other)?;
    for (bucket, count) in buckets {
        histogram.saturating_record_n(bucket.highest().min(HIGHEST_MICROS), u64::from(count));
    }
    Ok(histogram)
}

/// A tag may hold neither commas nor white space.
fn tag(name: &str) -> String {
    name.replace([',', ' ', '\r', '\n'], "_")
}

fn plain<E: std::error::Error + Send + Sync + 'static>(error: IntervalLogWriterError<E>) -> Error {
    match error {
        IntervalLogWriterError::IoError(error) => error,
        other => Error::other(other.to_string()),
    }
}
