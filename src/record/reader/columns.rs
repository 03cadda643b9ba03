//! Columns of a batch by name and type.

use arrow_array::{Array, ArrowPrimitiveType, PrimitiveArray, RecordBatch};

/// The column of this name and type, in which every row has a value.
pub(super) fn required<T: Array + Clone + 'static>(batch: &RecordBatch, name: &str) -> Result<T, String> {
    let column = optional::<T>(batch, name)?;
    match column.null_count() {
        0 => Ok(column),
        absent => Err(format!("column {name} has {absent} rows without a value")),
    }
}

/// The column of this name and type.
pub(super) fn optional<T: Array + Clone + 'static>(batch: &RecordBatch, name: &str) -> Result<T, String> {
    let column = batch.column_by_name(name).ok_or_else(|| format!("column {name} is missing"))?;
    let typed = column.as_any().downcast_ref::<T>();
    typed.cloned().ok_or_else(|| format!("column {name} has type {}", column.data_type()))
}

/// A column that older records do not have: no row of theirs has a value.
pub(super) fn added<T: ArrowPrimitiveType>(
    batch: &RecordBatch,
    name: &str,
) -> Result<PrimitiveArray<T>, String> {
    match batch.column_by_name(name) {
        None => Ok(PrimitiveArray::new_null(batch.num_rows())),
        Some(_) => optional(batch, name),
    }
}

/// Turns numbers of the record into what they mean, or says which one means nothing.
pub(super) fn meaning<T>(
    name: &str,
    numbers: &[u8],
    from_number: impl Fn(u8) -> Option<T>,
) -> Result<Vec<T>, String> {
    let meant = |&number: &u8| from_number(number).ok_or_else(|| format!("column {name} holds {number}"));
    numbers.iter().map(meant).collect()
}
