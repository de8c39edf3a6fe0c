//! PNG: opaque pictures as RGB, others as RGBA with straight alpha.

/// The encoder had no room or was given the wrong number of pixels.
#[derive(Debug, thiserror::Error)]
#[error("the picture could not be written as PNG: {0}")]
pub struct EncodeError(#[from] png::EncodingError);

/// Encodes premultiplied RGBA pixels, row by row from the top.
pub fn png(premultiplied: &[u8], width_px: u32, height_px: u32) -> Result<Vec<u8>, EncodeError> {
    let opaque = premultiplied.chunks_exact(4).all(|p| p[3] == 255);
    let (kind, pixels): (_, Vec<u8>) = if opaque {
        (png::ColorType::Rgb, premultiplied.chunks_exact(4).flat_map(|p| [p[0], p[1], p[2]]).collect())
    } else {
        (png::ColorType::Rgba, premultiplied.chunks_exact(4).flat_map(straight).collect())
    };
    let mut out = Vec::with_capacity(pixels.len() / 4 + 1024);
    let mut encoder = png::Encoder::new(&mut out, width_px, height_px);
    encoder.set_color(kind);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::Fast);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&pixels)?;
    writer.finish()?;
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
