//! Buffers as frames of LZ4: <https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md>.
//!
//! The library's own frames come with new tables and buffers each time; a batch has sixty of them, most of them small. Here
//! one table serves all.

use super::turns::Turns;
use lz4_flex::block::{CompressTable, compress_into_with_table, get_maximum_output_size};

/// So much is packed at a time. The tables for less than 64 KiB are half as large, and so sooner cleared.
const BLOCK: usize = 32 << 10;
/// The magic number; version 1, independent blocks, no checksums; blocks of at most 64 KiB; and of the last two the second
/// byte of their XXH32.
const HEAD: [u8; 7] = [0x04, 0x22, 0x4D, 0x18, 0x60, 0x40, 0x82];
const END: [u8; 4] = [0; 4];
/// In a block's length: it is stored as it is.
const AS_IT_IS: u32 = 1 << 31;

/// Packs buffers.
pub(super) struct Packer {
    table: CompressTable,
    block: Vec<u8>,
}

impl Default for Packer {
    fn default() -> Self {
        Packer { table: CompressTable::small(), block: vec![0; get_maximum_output_size(BLOCK)] }
    }
}

impl Packer {
    /// Appends a frame that holds these bytes.
    pub(super) fn pack(&mut self, bytes: &[u8], out: &mut Vec<u8>, turns: &mut Turns) {
        out.extend_from_slice(&HEAD);
        for block in bytes.chunks(BLOCK) {
            // There is room for the largest; should it fail all the same, the block is stored as it is.
            let packed = compress_into_with_table(block, &mut self.block, &mut self.table).ok();
            match packed.filter(|length| *length < block.len()) {
                Some(length) => {
                    out.extend_from_slice(&(length as u32).to_le_bytes());
                    out.extend_from_slice(&self.block[..length]);
                }
                None => {
                    out.extend_from_slice(&(block.len() as u32 | AS_IT_IS).to_le_bytes());
                    out.extend_from_slice(block);
                }
            }
            turns.worked(block.len());
        }
        out.extend_from_slice(&END);
    }
}

#[cfg(test)]
mod tests {
    use super::super::turns::counted::given;
    use super::*;
    use lz4_flex::frame::FrameDecoder;
    use std::io::Read;

    #[test]
    fn way_is_given_between_the_blocks_unless_there_is_a_hurry() {
        let pack = |turns: &mut Turns| Packer::default().pack(&vec![7; 5 * BLOCK], &mut Vec::new(), turns);
        assert_eq!((given(false, pack), given(true, pack)), (5, 0));
    }

    #[test]
    fn the_library_unpacks_what_we_packed() {
        let noise = |length: u64| (0..length).map(|n| (n.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 56) as u8);
        let mut packer = Packer::default();
        for length in [0, 1, 7, BLOCK - 1, BLOCK, BLOCK + 1, 5 * BLOCK + 3] {
            for bytes in
                [vec![7; length], noise(length as u64).collect(), (0..length).map(|n| n as u8 / 4).collect()]
            {
                let mut frame = Vec::new();
                packer.pack(&bytes, &mut frame, &mut Turns::new(false));
                let mut back = Vec::new();
                FrameDecoder::new(frame.as_slice()).read_to_end(&mut back).expect("a frame");
                assert!(back == bytes, "{length} bytes");
                assert!(
                    frame.len() <= length + 16 + 4 * length.div_ceil(BLOCK),
                    "{length} bytes as {}",
                    frame.len()
                );
            }
        }
    }
}
