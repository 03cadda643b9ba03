//! A batch of rows as a message of Arrow's IPC stream, its buffers packed one by one:
//! <https://arrow.apache.org/docs/format/Columnar.html#serialization-and-interprocess-communication-ipc>.
//!
//! The library's writer wants arrays, and makes a compressor for each of their buffers: a third of a millisecond for every
//! batch, however small, in which nobody else gets the core. This one takes columns as they grew, keeps its memory, and
//! gives way between the buffers.

use super::lz4::Packer;
use super::turns::Turns;
use arrow_ipc::{
    BodyCompressionBuilder, BodyCompressionMethod, Buffer, CompressionType, FieldNode, MessageBuilder,
    MessageHeader, MetadataVersion, RecordBatchBuilder,
};
use flatbuffers::FlatBufferBuilder;

/// Before each message.
const MARKER: [u8; 4] = [0xFF; 4];
/// Buffers and messages begin at multiples of so many bytes.
const ALIGNMENT: usize = 8;
/// In place of a length: the bytes that follow are not packed.
const NOT_PACKED: i64 = -1;

/// Values of one column, in the order of the rows.
pub(super) trait Column {
    /// Gives all of them to a batch, and starts anew.
    fn give(&mut self, batch: &mut Batch<'_>);
}

/// Encodes batches; keeps its memory from one to the next.
#[derive(Default)]
pub(super) struct Encoder {
    packer: Packer,
    body: Vec<u8>,
    nodes: Vec<FieldNode>,
    buffers: Vec<Buffer>,
    metadata: FlatBufferBuilder<'static>,
    message: Vec<u8>,
}

/// A batch that is being put together.
pub(super) struct Batch<'a> {
    encoder: &'a mut Encoder,
    turns: &'a mut Turns,
    rows: usize,
}

impl Encoder {
    /// The message that holds so many rows of these columns.
    pub(super) fn encode(
        &mut self,
        rows: usize,
        columns: &mut [&mut dyn Column],
        turns: &mut Turns,
    ) -> &[u8] {
        self.body.clear();
        self.nodes.clear();
        self.buffers.clear();
        let mut batch = Batch { encoder: self, turns, rows };
        columns.iter_mut().for_each(|column| column.give(&mut batch));
        self.describe(rows);
        self.message.clear();
        let metadata = self.metadata.finished_data();
        let padded = metadata.len().next_multiple_of(ALIGNMENT);
        self.message.extend_from_slice(&MARKER);
        self.message.extend_from_slice(&(padded as u32).to_le_bytes());
        self.message.extend_from_slice(metadata);
        align(&mut self.message);
        self.message.extend_from_slice(&self.body);
        &self.message
    }

    fn describe(&mut self, rows: usize) {
        let out = &mut self.metadata;
        out.reset();
        let mut packed = BodyCompressionBuilder::new(out);
        packed.add_method(BodyCompressionMethod::BUFFER);
        packed.add_codec(CompressionType::LZ4_FRAME);
        let packed = packed.finish();
        let (nodes, buffers) = (out.create_vector(&self.nodes), out.create_vector(&self.buffers));
        let mut batch = RecordBatchBuilder::new(out);
        batch.add_length(rows as i64);
        batch.add_nodes(nodes);
        batch.add_buffers(buffers);
        batch.add_compression(packed);
        let batch = batch.finish();
        let mut message = MessageBuilder::new(out);
        message.add_version(MetadataVersion::V5);
        message.add_header_type(MessageHeader::RecordBatch);
        message.add_bodyLength(self.body.len() as i64);
        message.add_header(batch.as_union_value());
        let message = message.finish();
        out.finish(message, None);
    }
}

impl Batch<'_> {
    /// A column of which no value is absent.
    pub(super) fn column(&mut self, buffers: &[&[u8]]) {
        self.column_with(0, &[], buffers);
    }

    /// A column of which so many values are absent; bit by bit, which are there.
    pub(super) fn column_with(&mut self, absent: usize, present: &[u8], buffers: &[&[u8]]) {
        self.encoder.nodes.push(FieldNode::new(self.rows as i64, absent as i64));
        // Where all are there, nothing need say so.
        self.buffer(if absent == 0 { &[] } else { present });
        buffers.iter().for_each(|buffer| self.buffer(buffer));
    }

    fn buffer(&mut self, bytes: &[u8]) {
        let Encoder { packer, body, buffers, .. } = &mut *self.encoder;
        let from = body.len();
        if !bytes.is_empty() {
            body.extend_from_slice(&(bytes.len() as i64).to_le_bytes());
            let packed = body.len();
            packer.pack(bytes, body, self.turns);
            if body.len() - packed >= bytes.len() {
                body.truncate(from);
                body.extend_from_slice(&NOT_PACKED.to_le_bytes());
                body.extend_from_slice(bytes);
            }
        }
        buffers.push(Buffer::new(from as i64, (body.len() - from) as i64));
        align(body);
    }
}

fn align(bytes: &mut Vec<u8>) {
    bytes.resize(bytes.len().next_multiple_of(ALIGNMENT), 0);
}
