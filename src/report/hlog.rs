//! `latency.hlog`: HdrHistogram's interval log, a histogram per second and step, in microseconds from the intended start.
//!
//! Tags are `flow/step` for good operations and `flow/step:bad` for the others, so that neither is lost in the other. In
//! names commas, white space, `/`, `:`, `%` and quotes are percent-encoded. The
//! format is that of Java's `HistogramLogWriter`, version 1.3, with compressed V2 histograms.

use super::{ReportError, Reporter, Source};
use crate::event::StepId;
use crate::record::Manifest;
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
        let first = source.tables.seconds().map(|second| second.second.max(0)).min().unwrap_or_default();
        let wall = |nanos: i64| SystemTime::UNIX_EPOCH + Duration::from_nanos(nanos.max(0) as u64);
        let mut serializer = V2DeflateSerializer::new();
        IntervalLogWriterBuilder::new()
            .add_comment("[Histogram log format version 1.3]")
            .add_comment("[Latencies in microseconds from the intended start; Interval_Max in milliseconds]")
            .add_comment("[Tags: flow/step good operations, flow/step:bad operations that were not good; names percent-encoded]")
            // Intervals are whole seconds of the run's clock. Readers leave out what begins before the start time.
            .with_start_time(wall(manifest.anchor_utc.saturating_add(first.saturating_mul(1_000_000_000))))
            .with_base_time(wall(manifest.anchor_utc))
            .begin_log_with(&mut out, &mut serializer)?;
        out.write_all(LEGEND)?;
        let mut log = IntervalLogWriterBuilder::new()
            .with_max_value_divisor(1_000.0)
            .begin_log_with(&mut out, &mut serializer)?;
        for second in source.tables.seconds() {
            let tag = tag(manifest, second.step);
            for (good, tag) in [(true, tag.clone()), (false, format!("{tag}:bad"))] {
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

/// The tag of a step: `flow/step`. Two steps never share one.
fn tag(manifest: &Manifest, step: StepId) -> String {
    match manifest.steps.get(usize::from(step.0)) {
        Some(info) => format!("{}/{}", encoded(&info.flow), encoded(&info.name)),
        None => format!("step%20{}", step.0),
    }
}

/// A tag may hold neither commas nor white space; slash and colon part its pieces. These and what has no shape are
/// percent-encoded by their UTF-8 bytes, as RFC 3986 (section 2.1) has it.
fn encoded(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for letter in name.chars() {
        match letter {
            ',' | '/' | ':' | '%' | '"' => percent(letter, &mut out),
            _ if letter.is_whitespace() || letter.is_control() => percent(letter, &mut out),
            _ => out.push(letter),
        }
    }
    out
}

fn percent(letter: char, out: &mut String) {
    for byte in letter.encode_utf8(&mut [0; 4]).bytes() {
        out.push_str(&format!("%{byte:02X}"));
    }
}

fn plain<E: std::error::Error + Send + Sync + 'static>(error: IntervalLogWriterError<E>) -> Error {
    match error {
        IntervalLogWriterError::IoError(error) => error,
        other => Error::other(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_steps_share_a_tag() {
        let mut manifest = crate::verify::testing::manifest();
        let names = ["a b", "a_b", "a,b", "a%20b", "q", "q:bad", "a/b", "a\u{a0}b", "a\nb"];
        let like = manifest.steps[0].clone();
        manifest.steps =
            names.map(|name| crate::record::StepInfo { name: name.into(), ..like.clone() }).into();
        let mut tags: Vec<String> = (0..names.len())
            .map(|step| tag(&manifest, StepId(step as u16)))
            .flat_map(|tag| [format!("{tag}:bad"), tag])
            .collect();
        assert_eq!(tags[1], "buy/a%20b");
        assert!(tags.iter().all(|tag| !tag.contains([',', ' ', '\n'])), "{tags:?}");
        tags.sort();
        tags.dedup();
        assert_eq!(tags.len(), 2 * names.len());
    }
}
