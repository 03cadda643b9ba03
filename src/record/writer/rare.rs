//! The columns of `histograms.arrows` and `samples.arrows`: few rows, made at once.

use super::arrow_file::ArrowFile;
use super::columns::{Flags, Maybe, Numbers, Texts};
use super::turns::Turns;
use crate::event::Sample;
use crate::record::HistogramRow;

/// Appends rows in the columns of [`schema::histograms`](crate::record::schema::histograms).
pub(super) fn append_histograms(file: &mut ArrowFile, rows: &[HistogramRow], turns: &mut Turns) {
    let (mut second, mut step) = (Numbers::<i64>::default(), Numbers::<u16>::default());
    let (mut series, mut outcome) = (Numbers::<u8>::default(), Numbers::<u8>::default());
    let mut good = Flags::default();
    let (mut bucket, mut count) = (Numbers::<u32>::default(), Numbers::<u32>::default());
    second.extend(rows.iter().map(|row| row.second));
    step.extend(rows.iter().map(|row| row.step.0));
    series.extend(rows.iter().map(|row| row.series as u8));
    outcome.extend(rows.iter().map(|row| row.outcome as u8));
    good.extend(rows.iter().map(|row| row.good));
    bucket.extend(rows.iter().map(|row| row.bucket.0));
    count.extend(rows.iter().map(|row| row.count));
    file.append(
        rows.len(),
        &mut [&mut second, &mut step, &mut series, &mut outcome, &mut good, &mut bucket, &mut count],
        turns,
    );
}

/// Appends rows in the columns of [`schema::samples`](crate::record::schema::samples).
pub(super) fn append_samples(file: &mut ArrowFile, rows: &[Sample], turns: &mut Turns) {
    let mut time = Numbers::<i64>::default();
    let (mut name, mut instance) = (Texts::default(), Texts::default());
    let mut value = Maybe::<f64>::default();
    time.extend(rows.iter().map(|row| row.time.0));
    name.extend(rows.iter().map(|row| Some(row.name.as_str())));
    instance.extend(rows.iter().map(|row| row.instance.as_deref()));
    value.extend(rows.iter().map(|row| row.value));
    file.append(rows.len(), &mut [&mut time, &mut name, &mut instance, &mut value], turns);
}
