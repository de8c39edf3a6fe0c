//! Pixels of maps as the image data of PNGs: zlib's format (RFC 1950) of DEFLATE (RFC 1951).
//!
//! Written here since the libraries compare bytes, where in a map nearly all that repeats is whole
//! pixels: the fastest of them takes three times as long for the same size. Rows have no filter
//! (PNG, 9.1): flat colours compress best so. What is no map, such as a photograph, is not for this.

mod block;
mod huffman;
mod search;

use block::{Bits, Block};
use search::Search;
use simd_adler32::Adler32;

/// zlib's header: a window of 32 kB, and the fastest of its levels.
const HEADER: [u8; 2] = [0x78, 0x01];

/// Rows of pixels, RGBA from the low byte up, of which the first 3 or 4 bytes are written.
pub fn zlib<const BYTES: usize>(pixels: &[u32], width: usize) -> Vec<u8> {
    let mut bits = Bits::of(HEADER.to_vec());
    let mut block = Block::<BYTES>::new();
    let mut search = Search::<BYTES>::new(pixels, width);
    let (mut at, mut column) = (0, 0);
    while let Some(pixel) = pixels.get(at) {
        if column == 0 {
            block.filter();
        }
        if let Some(copy) = search.copy(at, column) {
            let end = column + copy.pixels;
            let rows = if end <= width { 0 } else { (end - 1) / width };
            block.copy(copy.pixels * BYTES + rows, copy.distance);
            at += copy.pixels;
            column = end - rows * width;
        } else {
            block.pixel(pixel.to_le_bytes());
            at += 1;
            column += 1;
        }
        if column == width {
            column = 0;
        }
        if block.is_full() {
            block.write(&mut bits, false);
        }
    }
    block.write(&mut bits, true);
    let mut bytes = bits.finish();
    bytes.extend(checksum::<BYTES>(pixels, width).to_be_bytes());
    bytes
}

/// Adler-32 of the rows with the bytes of their filters.
fn checksum<const BYTES: usize>(pixels: &[u32], width: usize) -> u32 {
    let mut checksum = Adler32::new();
    // Each pixel's four bytes are written, of which the next overwrites what is too many.
    let mut bytes = vec![0; width * BYTES + 4];
    for row in pixels.chunks_exact(width.max(1)) {
        checksum.write(&[0]);
        let mut to = &mut bytes[..];
        for pixel in row {
            if let Some(four) = to.first_chunk_mut::<4>() {
                *four = pixel.to_le_bytes();
                to = &mut to[BYTES..];
            }
        }
        checksum.write(&bytes[..width * BYTES]);
    }
    checksum.finish()
}
