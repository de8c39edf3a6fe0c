//! PNG: opaque pictures as RGB, others as RGBA with straight alpha.

use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{ExtendedColorType, ImageEncoder};

/// The encoder was given the wrong number of pixels.
#[derive(Debug, thiserror::Error)]
#[error("the picture could not be written as PNG: {0}")]
pub struct EncodeError(#[from] image::ImageError);

/// Encodes premultiplied RGBA pixels, row by row from the top.
pub fn png(premultiplied: &[u8], width_px: u32, height_px: u32) -> Result<Vec<u8>, EncodeError> {
    let opaque = premultiplied.chunks_exact(4).all(|p| p[3] == 255);
    let (color, pixels): (_, Vec<u8>) = if opaque {
        (ExtendedColorType::Rgb8, premultiplied.chunks_exact(4).flat_map(|p| [p[0], p[1], p[2]]).collect())
    } else {
        (ExtendedColorType::Rgba8, premultiplied.chunks_exact(4).flat_map(straight).collect())
    };
    let mut out = Vec::with_capacity(pixels.len() / 4 + 1024);
    PngEncoder::new_with_quality(&mut out, CompressionType::Fast, FilterType::Adaptive)
        .write_image(&pixels, width_px, height_px, color)?;
    Ok(out)
}

fn straight(pixel: &[u8]) -> [u8; 4] {
    let alpha = u32::from(pixel[3]);
    let channel = |c: u8| (u32::from(c) * 255 + alpha / 2).checked_div(alpha).map_or(0, |v| v.min(255) as u8);
    [channel(pixel[0]), channel(pixel[1]), channel(pixel[2]), pixel[3]]
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
