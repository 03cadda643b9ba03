//! How far an Arrow stream without a good seal is whole.
//!
//! A reader of Arrow believes the lengths it finds. In a file that was cut or damaged they may ask for any amount of
//! memory, so each is held against the file first: what follows the last message that passes is not decoded.
//! The format: <https://arrow.apache.org/docs/format/Columnar.html#encapsulated-message-format>

use arrow_ipc::{MessageHeader, root_as_message};
use std::io::{self, BufReader, Read};

/// Before each message and at the end of the stream.
const MARKER: [u8; 4] = [0xFF; 4];
/// Our schemas and batches need some kilobytes.
const MOST_METADATA: u64 = 1 << 20;
/// LZ4 cannot shrink its input by more than this; the rest is the frame's own header.
const MOST_EXPANSION: u64 = 256;
const FRAME_HEADER: u64 = 64;

/// The length of the whole messages at the beginning of a stream of `length` bytes; 0 if not even the schema is whole.
pub(super) fn whole_frames(stream: impl Read, length: u64) -> io::Result<u64> {
    let mut stream = BufReader::with_capacity(256 * 1024, stream);
    let mut usable = 0;
    while let Some(next) = frame(&mut stream, length - usable, usable == 0)? {
        usable += next;
    }
    Ok(usable)
}

/// The length of the next message with its body; nothing if it is not whole, not sane, or the stream ends.
fn frame(stream: &mut impl Read, left: u64, first: bool) -> io::Result<Option<u64>> {
    let Some(head) = take(stream, 8, left)? else { return Ok(None) };
    let (marker, size) = head.split_at(4);
    let size = u64::from(u32::from_le_bytes([size[0], size[1], size[2], size[3]]));
    if marker != MARKER || size == 0 || size > MOST_METADATA {
        return Ok(None);
    }
    let left = left - 8;
    let Some(metadata) = take(stream, size, left)? else { return Ok(None) };
    let left = left - size;
    let Ok(message) = root_as_message(&metadata) else { return Ok(None) };
    let body_length = match u64::try_from(message.bodyLength()) {
        Ok(body_length) if body_length <= left => body_length,
        _ => return Ok(None),
    };
    let Some(body) = take(stream, body_length, left)? else { return Ok(None) };
    let sane = match message.header_type() {
        MessageHeader::Schema => first,
        MessageHeader::RecordBatch => {
            !first
                && message.header_as_record_batch().is_some_and(|batch| {
                    let buffers = batch.buffers().into_iter().flatten();
                    buffers.into_iter().all(|buffer| fits(&body, buffer.offset(), buffer.length()))
                })
        }
        _ => false,
    };
    Ok(sane.then_some(8 + size + body_length))
}

/// Whether a compressed buffer lies inside the body, and says of itself a length that it can have.
fn fits(body: &[u8], offset: i64, length: i64) -> bool {
    let (Ok(from), Ok(length)) = (usize::try_from(offset), usize::try_from(length)) else { return false };
    let Some(buffer) = from.checked_add(length).and_then(|to| body.get(from..to)) else { return false };
    match buffer.split_first_chunk::<8>() {
        None => buffer.is_empty(),
        Some((prefix, rest)) => {
            let inflated = i64::from_le_bytes(*prefix);
            let most = rest.len() as u64 * MOST_EXPANSION + FRAME_HEADER;
            inflated == -1 || u64::try_from(inflated).is_ok_and(|inflated| inflated <= most)
        }
    }
}

/// The next `size` bytes; nothing if there are not so many left.
fn take(stream: &mut impl Read, size: u64, left: u64) -> io::Result<Option<Vec<u8>>> {
    if size > left {
        return Ok(None);
    }
    let mut bytes = Vec::with_capacity(size as usize);
    stream.take(size).read_to_end(&mut bytes)?;
    Ok((bytes.len() as u64 == size).then_some(bytes))
}
