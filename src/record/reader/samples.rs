//! Samples as they are read.

use super::columns::{optional, required};
use crate::event::{Nanos, Sample};
use arrow_array::{Array, Float64Array, Int64Array, RecordBatch, StringArray};

pub(super) fn rows(batch: &RecordBatch) -> Result<Vec<Sample>, String> {
    let time: Int64Array = required(batch, "time")?;
    let name: StringArray = required(batch, "name")?;
    let instance: StringArray = optional(batch, "instance")?;
    let value: Float64Array = optional(batch, "value")?;
    let row = |place: usize| Sample {
        time: Nanos(time.value(place)),
        name: name.value(place).to_owned(),
        instance: instance.is_valid(place).then(|| instance.value(place).to_owned()),
        value: value.is_valid(place).then(|| value.value(place)),
    };
    Ok((0..batch.num_rows()).map(row).collect())
}
