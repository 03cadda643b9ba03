//! Columns that grow by some rows at a time and become Arrow arrays batch by batch.
//!
//! In most columns the rows of a while are alike: nobody has a trace id, or all are good. One look finds that out, and they
//! are appended at once.

use arrow_array::builder::{BooleanBuilder, StringBuilder};
use arrow_array::types::ArrowPrimitiveType;
use arrow_array::{ArrayRef, FixedSizeBinaryArray, PrimitiveArray};
use arrow_buffer::{Buffer, NullBufferBuilder, ScalarBuffer};
use std::sync::Arc;

/// Numbers, one for each row.
pub(super) struct Numbers<T: ArrowPrimitiveType>(Vec<T::Native>);

impl<T: ArrowPrimitiveType> Default for Numbers<T> {
    fn default() -> Self {
        Numbers(Vec::new())
    }
}

impl<T: ArrowPrimitiveType> Numbers<T> {
    pub(super) fn extend(&mut self, values: impl Iterator<Item = T::Native>) {
        self.0.extend(values);
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn finish(&mut self) -> ArrayRef {
        let next = Vec::with_capacity(self.0.len());
        let values = ScalarBuffer::from(std::mem::replace(&mut self.0, next));
        Arc::new(PrimitiveArray::<T>::new(values, None))
    }
}

/// Numbers, where a row may have none.
pub(super) struct Maybe<T: ArrowPrimitiveType> {
    values: Vec<T::Native>,
    present: NullBufferBuilder,
}

impl<T: ArrowPrimitiveType> Default for Maybe<T> {
    fn default() -> Self {
        Maybe { values: Vec::new(), present: NullBufferBuilder::new(0) }
    }
}

impl<T: ArrowPrimitiveType> Maybe<T> {
    pub(super) fn extend(&mut self, values: impl Iterator<Item = Option<T::Native>> + Clone) {
        presence(&mut self.present, values.clone());
        self.values.extend(values.map(Option::unwrap_or_default));
    }

    pub(super) fn finish(&mut self) -> ArrayRef {
        let next = Vec::with_capacity(self.values.len());
        let values = ScalarBuffer::from(std::mem::replace(&mut self.values, next));
        Arc::new(PrimitiveArray::<T>::new(values, self.present.finish()))
    }
}

/// Yes or no.
#[derive(Default)]
pub(super) struct Flags(BooleanBuilder);

impl Flags {
    pub(super) fn extend(&mut self, values: impl Iterator<Item = bool> + Clone) {
        match alike(values.clone()) {
            Some((count, value)) => self.0.append_n(count, value),
            None => values.for_each(|value| self.0.append_value(value)),
        }
    }

    pub(super) fn finish(&mut self) -> ArrayRef {
        Arc::new(self.0.finish())
    }
}

/// Texts, where a row may have none.
#[derive(Default)]
pub(super) struct Texts(StringBuilder);

impl Texts {
    pub(super) fn extend<'a>(&mut self, values: impl Iterator<Item = Option<&'a str>> + Clone) {
        match alike(values.clone().map(|value| value.is_some())) {
            Some((count, false)) => self.0.append_nulls(count),
            _ => values.for_each(|value| self.0.append_option(value)),
        }
    }

    /// Bytes of text since the last batch.
    pub(super) fn bytes(&self) -> usize {
        self.0.values_slice().len()
    }

    pub(super) fn finish(&mut self) -> ArrayRef {
        Arc::new(self.0.finish())
    }
}

/// 128-bit numbers as 16 bytes, big-endian, where a row may have none.
pub(super) struct Ids {
    values: Vec<u8>,
    present: NullBufferBuilder,
}

impl Default for Ids {
    fn default() -> Self {
        Ids { values: Vec::new(), present: NullBufferBuilder::new(0) }
    }
}

impl Ids {
    const BYTES: i32 = crate::record::schema::TRACE_ID_BYTES;

    pub(super) fn extend(&mut self, values: impl Iterator<Item = Option<u128>> + Clone) {
        match presence(&mut self.present, values.clone()) {
            Some((count, false)) => self.values.resize(self.values.len() + count * Self::BYTES as usize, 0),
            _ => values
                .for_each(|value| self.values.extend_from_slice(&value.unwrap_or_default().to_be_bytes())),
        }
    }

    pub(super) fn finish(&mut self) -> ArrayRef {
        let next = Vec::with_capacity(self.values.len());
        let values = Buffer::from_vec(std::mem::replace(&mut self.values, next));
        Arc::new(FixedSizeBinaryArray::new(Self::BYTES, values, self.present.finish()))
    }
}

/// Notes which values are there. If all are or none is: how many, and whether they are.
fn presence<T>(
    present: &mut NullBufferBuilder,
    values: impl Iterator<Item = Option<T>> + Clone,
) -> Option<(usize, bool)> {
    let there = values.map(|value| value.is_some());
    let alike = alike(there.clone());
    match alike {
        Some((count, true)) => present.append_n_non_nulls(count),
        Some((count, false)) => present.append_n_nulls(count),
        None => there.for_each(|there| present.append(there)),
    }
    alike
}

/// How many there are and what they are, if they are all the same. None are all the same too.
fn alike(values: impl Iterator<Item = bool>) -> Option<(usize, bool)> {
    let (count, yes) = values.fold((0, 0), |(count, yes), value| (count + 1, yes + usize::from(value)));
    match yes {
        0 => Some((count, false)),
        all if all == count => Some((count, true)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow_array::cast::AsArray;
    use arrow_array::types::Int64Type;

    #[test]
    fn rows_come_out_as_they_went_in_whether_alike_or_mixed() {
        let pieces: [&[Option<i64>]; 6] =
            [&[], &[None; 70], &[Some(1); 3], &[None, Some(2)], &[Some(3); 70], &[None]];
        let (mut numbers, mut texts) = (Maybe::<Int64Type>::default(), Texts::default());
        let (mut flags, mut ids) = (Flags::default(), Ids::default());
        for piece in pieces {
            numbers.extend(piece.iter().copied());
            texts.extend(piece.iter().map(|value| value.map(|_| "text")));
            flags.extend(piece.iter().map(Option::is_some));
            ids.extend(piece.iter().map(|value| value.map(|value| value as u128)));
        }
        let all: Vec<Option<i64>> = pieces.concat();
        let (numbers, texts, flags, ids) = (numbers.finish(), texts.finish(), flags.finish(), ids.finish());
        let text = |value: &Option<i64>| value.map(|_| "text");
        assert!(numbers.as_primitive::<Int64Type>().iter().eq(all.iter().copied()));
        assert!(texts.as_string::<i32>().iter().eq(all.iter().map(text)));
        assert!(flags.as_boolean().iter().eq(all.iter().map(|value| Some(value.is_some()))));
        let bytes = |value: &Option<i64>| value.map(|value| (value as u128).to_be_bytes());
        let ids: Vec<Option<[u8; 16]>> = (ids.as_fixed_size_binary().iter())
            .map(|id| id.map(|id| id.try_into().expect("16 bytes")))
            .collect();
        assert_eq!(ids, all.iter().map(bytes).collect::<Vec<_>>());
    }
}
