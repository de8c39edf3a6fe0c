//! Pixels as PNG, WebP or JPEG: opaque pictures as RGB, others with straight alpha.

use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::codecs::webp::WebPEncoder;
use image::{ExtendedColorType, ImageEncoder};

use crate::color::straight;

/// The encoder was given the wrong number of pixels, or more than the format holds.
#[derive(Debug, thiserror::Error)]
#[error("the picture could not be written: {0}")]
pub struct EncodeError(#[from] image::ImageError);

/// Premultiplied RGBA pixels, row by row from the top, as PNG.
pub fn png(premultiplied: &[u8], width_px: u32, height_px: u32) -> Result<Vec<u8>, EncodeError> {
    let (color, pixels) = plain(premultiplied);
    let mut out = Vec::with_capacity(pixels.len() / 4 + 1024);
    PngEncoder::new_with_quality(&mut out, CompressionType::Fast, FilterType::Adaptive)
        .write_image(&pixels, width_px, height_px, color)?;
    Ok(out)
}

/// As WebP without loss; sides are at most 16,383 px.
pub fn webp(premultiplied: &[u8], width_px: u32, height_px: u32) -> Result<Vec<u8>, EncodeError> {
    let (color, pixels) = plain(premultiplied);
    let mut out = Vec::new();
    WebPEncoder::new_lossless(&mut out).write_image(&pixels, width_px, height_px, color)?;
    Ok(out)
}

/// As JPEG of a quality from 1 to 100, on white; sides are at most 65,535 px.
pub fn jpeg(premultiplied: &[u8], width_px: u32, height_px: u32, quality: u8) -> Result<Vec<u8>, EncodeError> {
    let on_white = |p: &[u8]| [p[0], p[1], p[2]].map(|c| c.saturating_add(255 - p[3]));
    let pixels: Vec<u8> = premultiplied.chunks_exact(4).flat_map(on_white).collect();
    let mut out = Vec::new();
    JpegEncoder::new_with_quality(&mut out, quality.clamp(1, 100)).write_image(
        &pixels,
        width_px,
        height_px,
        ExtendedColorType::Rgb8,
    )?;
    Ok(out)
}

fn plain(premultiplied: &[u8]) -> (ExtendedColorType, Vec<u8>) {
    match premultiplied.chunks_exact(4).all(|p| p[3] == 255) {
        true => (ExtendedColorType::Rgb8, premultiplied.chunks_exact(4).flat_map(|p| [p[0], p[1], p[2]]).collect()),
        false => (ExtendedColorType::Rgba8, premultiplied.chunks_exact(4).flat_map(straight).collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pixels_come_back() {
        let opaque = [10, 20, 30, 255, 1, 2, 3, 255];
        let read = image::load_from_memory(&png(&opaque, 2, 1).unwrap()).unwrap();
        assert_eq!(read.to_rgba8().into_raw(), opaque);
        let half = [64, 0, 0, 128, 0, 0, 0, 0];
        let read = image::load_from_memory(&png(&half, 2, 1).unwrap()).unwrap();
        assert_eq!(read.to_rgba8().into_raw(), [128, 0, 0, 128, 0, 0, 0, 0]);
    }
}
