//! The columns of `histograms.arrows` and `samples.arrows`: few rows, made at once.

use super::columns::{Flags, Maybe, Numbers, Texts};
use crate::event::Sample;
use crate::record::HistogramRow;
use arrow_array::ArrayRef;
use arrow_array::types::{Float64Type, Int64Type, UInt8Type, UInt16Type, UInt32Type};

/// The columns of [`schema::histograms`](crate::record::schema::histograms).
pub(super) fn histogram_columns(rows: &[HistogramRow]) -> Vec<ArrayRef> {
    let (mut second, mut step) = (Numbers::<Int64Type>::default(), Numbers::<UInt16Type>::default());
    let (mut series, mut outcome) = (Numbers::<UInt8Type>::default(), Numbers::<UInt8Type>::default());
    let mut good = Flags::default();
    let (mut bucket, mut count) = (Numbers::<UInt32Type>::default(), Numbers::<UInt32Type>::default());
    second.extend(rows.iter().map(|row| row.second));
    step.extend(rows.iter().map(|row| row.step.0));
    series.extend(rows.iter().map(|row| row.series as u8));
    outcome.extend(rows.iter().map(|row| row.outcome as u8));
    good.extend(rows.iter().map(|row| row.good));
    bucket.extend(rows.iter().map(|row| row.bucket.0));
    count.extend(rows.iter().map(|row| row.count));
    vec![
        second.finish(),
        step.finish(),
        series.finish(),
        outcome.finish(),
        good.finish(),
        bucket.finish(),
        count.finish(),
    ]
}

/// The columns of [`schema::samples`](crate::record::schema::samples).
pub(super) fn sample_columns(rows: &[Sample]) -> Vec<ArrayRef> {
    let mut time = Numbers::<Int64Type>::default();
    let (mut name, mut instance) = (Texts::default(), Texts::default());
    let mut value = Maybe::<Float64Type>::default();
    time.extend(rows.iter().map(|row| row.time.0));
    name.extend(rows.iter().map(|row| Some(row.name.as_str())));
    instance.extend(rows.iter().map(|row| row.instance.as_deref()));
    value.extend(rows.iter().map(|row| row.value));
    vec![time.finish(), name.finish(), instance.finish(), value.finish()]
}
