//! Columns that grow by some rows at a time and go into a batch when there are enough.
//!
//! In most columns the rows of a while are alike: nobody has a trace id, or all are good. One look finds that out, and they
//! are appended at once.

use super::message::{Batch, Column};
use arrow_buffer::{ArrowNativeType, BooleanBufferBuilder, ToByteSlice};

/// Numbers, one for each row.
pub(super) struct Numbers<T>(Vec<T>);

impl<T> Default for Numbers<T> {
    fn default() -> Self {
        Numbers(Vec::new())
    }
}

impl<T> Numbers<T> {
    pub(super) fn extend(&mut self, values: impl Iterator<Item = T>) {
        self.0.extend(values);
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }
}

impl<T: ArrowNativeType> Column for Numbers<T> {
    fn give(&mut self, batch: &mut Batch<'_>) {
        batch.column(&[self.0.to_byte_slice()]);
        self.0.clear();
    }
}

/// Numbers, where a row may have none.
pub(super) struct Maybe<T> {
    values: Vec<T>,
    presence: Presence,
}

impl<T> Default for Maybe<T> {
    fn default() -> Self {
        Maybe { values: Vec::new(), presence: Presence::default() }
    }
}

impl<T: Default> Maybe<T> {
    pub(super) fn extend(&mut self, values: impl Iterator<Item = Option<T>> + Clone) {
        self.presence.extend(values.clone());
        self.values.extend(values.map(Option::unwrap_or_default));
    }
}

impl<T: ArrowNativeType> Column for Maybe<T> {
    fn give(&mut self, batch: &mut Batch<'_>) {
        self.presence.give(batch, &[self.values.to_byte_slice()]);
        self.values.clear();
    }
}

/// Yes or no.
pub(super) struct Flags(BooleanBufferBuilder);

impl Default for Flags {
    fn default() -> Self {
        Flags(BooleanBufferBuilder::new(0))
    }
}

impl Flags {
    pub(super) fn extend(&mut self, values: impl Iterator<Item = bool> + Clone) {
        match alike(values.clone()) {
            Some((count, value)) => self.0.append_n(count, value),
            None => values.for_each(|value| self.0.append(value)),
        }
    }
}

impl Column for Flags {
    fn give(&mut self, batch: &mut Batch<'_>) {
        batch.column(&[self.0.as_slice()]);
        self.0.truncate(0);
    }
}

/// Texts, where a row may have none.
pub(super) struct Texts {
    /// Where each begins, and where the last ends.
    offsets: Vec<i32>,
    values: Vec<u8>,
    presence: Presence,
}

impl Default for Texts {
    fn default() -> Self {
        Texts { offsets: vec![0], values: Vec::new(), presence: Presence::default() }
    }
}

impl Texts {
    pub(super) fn extend<'a>(&mut self, values: impl Iterator<Item = Option<&'a str>> + Clone) {
        if let Some((count, false)) = self.presence.extend(values.clone()) {
            self.offsets.resize(self.offsets.len() + count, self.end());
            return;
        }
        for value in values {
            self.values.extend_from_slice(value.unwrap_or_default().as_bytes());
            self.offsets.push(self.end());
        }
    }

    /// Bytes of text since the last batch.
    pub(super) fn bytes(&self) -> usize {
        self.values.len()
    }

    fn end(&self) -> i32 {
        i32::try_from(self.values.len()).expect("batches are closed long before 2 GiB of text")
    }
}

impl Column for Texts {
    fn give(&mut self, batch: &mut Batch<'_>) {
        self.presence.give(batch, &[self.offsets.to_byte_slice(), &self.values]);
        self.offsets.truncate(1);
        self.values.clear();
    }
}

/// 128-bit numbers as 16 bytes, big-endian, where a row may have none.
#[derive(Default)]
pub(super) struct Ids {
    values: Vec<u8>,
    presence: Presence,
}

impl Ids {
    const BYTES: usize = crate::record::schema::TRACE_ID_BYTES as usize;

    pub(super) fn extend(&mut self, values: impl Iterator<Item = Option<u128>> + Clone) {
        match self.presence.extend(values.clone()) {
            Some((count, false)) => self.values.resize(self.values.len() + count * Self::BYTES, 0),
            _ => values
                .for_each(|value| self.values.extend_from_slice(&value.unwrap_or_default().to_be_bytes())),
        }
    }
}

impl Column for Ids {
    fn give(&mut self, batch: &mut Batch<'_>) {
        self.presence.give(batch, &[&self.values]);
        self.values.clear();
    }
}

/// Which rows have a value.
struct Presence {
    present: BooleanBufferBuilder,
    absent: usize,
}

impl Default for Presence {
    fn default() -> Self {
        Presence { present: BooleanBufferBuilder::new(0), absent: 0 }
    }
}

impl Presence {
    /// Notes which of these are there. If all are or none is: how many, and whether they are.
    fn extend<T>(&mut self, values: impl Iterator<Item = Option<T>> + Clone) -> Option<(usize, bool)> {
        let there = values.map(|value| value.is_some());
        let alike = alike(there.clone());
        match alike {
            Some((count, value)) => {
                self.present.append_n(count, value);
                self.absent += if value { 0 } else { count };
            }
            None => there.for_each(|there| {
                self.present.append(there);
                self.absent += usize::from(!there);
            }),
        }
        alike
    }

    fn give(&mut self, batch: &mut Batch<'_>, buffers: &[&[u8]]) {
        batch.column_with(self.absent, self.present.as_slice(), buffers);
        self.present.truncate(0);
        self.absent = 0;
    }
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
    use super::super::message::Encoder;
    use super::super::turns::Turns;
    use super::*;
    use arrow_array::RecordBatch;
    use arrow_array::cast::AsArray;
    use arrow_array::types::{Int64Type, UInt16Type};
    use arrow_ipc::reader::StreamReader;
    use arrow_ipc::writer::StreamWriter;
    use arrow_schema::{DataType, Field, Schema};

    /// What the library reads of these batches.
    fn read(fields: Vec<Field>, batches: impl IntoIterator<Item = Vec<u8>>) -> Vec<RecordBatch> {
        let mut stream = StreamWriter::try_new(Vec::new(), &Schema::new(fields)).expect("a stream");
        batches.into_iter().for_each(|batch| stream.get_mut().extend(batch));
        stream.finish().expect("an end");
        let reader = StreamReader::try_new(stream.get_ref().as_slice(), None).expect("a schema");
        reader.map(|batch| batch.expect("a batch")).collect()
    }

    #[test]
    fn rows_come_out_as_they_went_in_whether_alike_or_mixed() {
        let fields = vec![
            Field::new("numbers", DataType::UInt16, false),
            Field::new("maybe", DataType::Int64, true),
            Field::new("texts", DataType::Utf8, true),
            Field::new("flags", DataType::Boolean, false),
            Field::new("ids", DataType::FixedSizeBinary(16), true),
        ];
        let pieces: [&[Option<i64>]; 6] =
            [&[], &[None; 70], &[Some(1); 3], &[None, Some(2)], &[Some(3); 70], &[None]];
        let alike: [&[Option<i64>]; 1] = [&[Some(-4); 9]];
        let nobody: [&[Option<i64>]; 1] = [&[None; 9]];
        let (mut numbers, mut maybe, mut texts) = (Numbers::default(), Maybe::default(), Texts::default());
        let (mut flags, mut ids, mut encoder) = (Flags::default(), Ids::default(), Encoder::default());
        let wanted = [&pieces[..], &alike, &nobody].map(|pieces| pieces.concat());
        let batches: Vec<Vec<u8>> = [&pieces[..], &alike, &nobody]
            .map(|pieces| {
                for piece in pieces {
                    numbers.extend(piece.iter().map(|value| value.map_or(7, |value| value as u16)));
                    maybe.extend(piece.iter().copied());
                    texts.extend(piece.iter().map(|value| value.map(|_| "text")));
                    flags.extend(piece.iter().map(Option::is_some));
                    ids.extend(piece.iter().map(|value| value.map(|value| value as u128)));
                }
                let (rows, mut turns) = (numbers.len(), Turns::new(false));
                let columns: &mut [&mut dyn Column] =
                    &mut [&mut numbers, &mut maybe, &mut texts, &mut flags, &mut ids];
                encoder.encode(rows, columns, &mut turns).to_vec()
            })
            .into();
        let read = read(fields, batches);
        assert_eq!(read.len(), wanted.len());
        for (batch, all) in read.iter().zip(wanted) {
            let number = |value: &Option<i64>| value.map_or(7, |value| value as u16);
            let bytes = |value: &Option<i64>| value.map(|value| (value as u128).to_be_bytes());
            assert!(
                batch["numbers"]
                    .as_primitive::<UInt16Type>()
                    .values()
                    .iter()
                    .copied()
                    .eq(all.iter().map(number))
            );
            assert!(batch["maybe"].as_primitive::<Int64Type>().iter().eq(all.iter().copied()));
            assert!(
                batch["texts"].as_string::<i32>().iter().eq(all.iter().map(|value| value.map(|_| "text")))
            );
            assert!(batch["flags"].as_boolean().iter().eq(all.iter().map(|value| Some(value.is_some()))));
            let ids: Vec<Option<[u8; 16]>> = (batch["ids"].as_fixed_size_binary().iter())
                .map(|id| id.map(|id| id.try_into().expect("16 bytes")))
                .collect();
            assert_eq!(ids, all.iter().map(bytes).collect::<Vec<_>>());
        }
    }
}
