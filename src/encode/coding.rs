//! Bytes compressed as HTTP has them (RFC 9110, 8.4.1).

use std::io::{self, Write as _};

use brotli::enc::BrotliEncoderParams;
use flate2::Compression;
use flate2::write::GzEncoder;

/// How bytes are compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coding {
    Brotli,
    Zstd,
    Gzip,
}

/// Of what is made once and kept: Brotli of 0 to 11, Zstandard of 1 to 22, gzip of 1 to 9.
const BROTLI: i32 = 6;
const ZSTD: i32 = 12;
const GZIP: u32 = 7;

impl Coding {
    /// The one that makes tiles smallest first.
    pub const ALL: [Coding; 3] = [Self::Brotli, Self::Zstd, Self::Gzip];

    /// Its name in headers.
    pub fn name(self) -> &'static str {
        match self {
            Self::Brotli => "br",
            Self::Zstd => "zstd",
            Self::Gzip => "gzip",
        }
    }

    /// The bytes, compressed.
    ///
    /// # Errors
    /// Where the compressor has none of the memory that it needs.
    pub fn coded(self, bytes: &[u8]) -> io::Result<Vec<u8>> {
        let mut out = Vec::with_capacity(bytes.len() / 2);
        match self {
            Self::Brotli => {
                let params = BrotliEncoderParams { quality: BROTLI, ..Default::default() };
                brotli::BrotliCompress(&mut &*bytes, &mut out, &params)?;
            }
            Self::Zstd => out = zstd::bulk::compress(bytes, ZSTD)?,
            Self::Gzip => {
                let mut encoder = GzEncoder::new(&mut out, Compression::new(GZIP));
                encoder.write_all(bytes)?;
                encoder.finish()?;
            }
        }
        Ok(out)
    }
}
