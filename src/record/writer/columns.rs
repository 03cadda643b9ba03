//! Columns that grow row by row and become Arrow arrays batch by batch.

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
    pub(super) fn extend(&mut self, values: impl Iterator<Item = Option<T::Native>>) {
        for value in values {
            self.present.append(value.is_some());
            self.values.push(value.unwrap_or_default());
        }
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
    pub(super) fn extend(&mut self, values: impl Iterator<Item = bool>) {
        values.for_each(|value| self.0.append_value(value));
    }

    pub(super) fn finish(&mut self) -> ArrayRef {
        Arc::new(self.0.finish())
    }
}

/// Texts, where a row may have none.
#[derive(Default)]
pub(super) struct Texts(StringBuilder);

impl Texts {
    pub(super) fn extend<'a>(&mut self, values: impl Iterator<Item = Option<&'a str>>) {
        values.for_each(|value| self.0.append_option(value));
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

    pub(super) fn extend(&mut self, values: impl Iterator<Item = Option<u128>>) {
        for value in values {
            self.present.append(value.is_some());
            self.values.extend_from_slice(&value.unwrap_or_default().to_be_bytes());
        }
    }

    pub(super) fn finish(&mut self) -> ArrayRef {
        let next = Vec::with_capacity(self.values.len());
        let values = Buffer::from_vec(std::mem::replace(&mut self.values, next));
        Arc::new(FixedSizeBinaryArray::new(Self::BYTES, values, self.present.finish()))
    }
}
