//! Heights, written as the colours of a picture.

use image::GenericImageView as _;

use super::TilesError;
use crate::terrain::Heights;

/// Decodes PNG, JPEG or WebP whose colours are heights: red, green and blue, each times its factor,
/// less `base`, are metres. How opaque a pixel is says nothing.
///
/// # Errors
/// Where it is no picture, or not square.
pub fn decode(bytes: &[u8], factors: [f64; 3], base: f64) -> Result<Heights, TilesError> {
    let decoded = image::load_from_memory(bytes)?;
    let (width, height) = decoded.dimensions();
    let rgb = decoded.into_rgb8().into_raw();
    let metres = |pixel: &[u8]| {
        let sum: f64 = pixel.iter().zip(factors).map(|(c, factor)| f64::from(*c) * factor).sum();
        (sum - base) as f32
    };
    let metres = rgb.chunks_exact(3).map(metres).collect();
    Heights::new(width as usize, metres).ok_or(TilesError::NotSquare(width, height))
}
