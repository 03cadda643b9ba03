//! Histogram rows as they are read.

use super::columns::{meaning, required};
use crate::event::{Outcome, StepId};
use crate::record::{HistogramRow, Series};
use crate::stats::{BUCKETS, Bucket};
use arrow_array::{BooleanArray, Int64Array, RecordBatch, UInt8Array, UInt16Array, UInt32Array};

pub(super) fn rows(batch: &RecordBatch) -> Result<Vec<HistogramRow>, String> {
    let second: Int64Array = required(batch, "second")?;
    let step: UInt16Array = required(batch, "step")?;
    let series: UInt8Array = required(batch, "series")?;
    let series = meaning("series", series.values(), Series::from_number)?;
    let outcome: UInt8Array = required(batch, "outcome")?;
    let outcome = meaning("outcome", outcome.values(), Outcome::from_number)?;
    let good: BooleanArray = required(batch, "good")?;
    let bucket: UInt32Array = required(batch, "bucket")?;
    let count: UInt32Array = required(batch, "count")?;
    if let Some(bucket) = bucket.values().iter().find(|bucket| **bucket as usize >= BUCKETS) {
        return Err(format!("column bucket holds {bucket}"));
    }
    let row = |place: usize| HistogramRow {
        second: second.value(place),
        step: StepId(step.value(place)),
        series: series[place],
        outcome: outcome[place],
        good: good.value(place),
        bucket: Bucket(bucket.value(place)),
        count: count.value(place),
    };
    Ok((0..batch.num_rows()).map(row).collect())
}
