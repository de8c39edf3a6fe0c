//! Pictures, as tiles or by themselves.

use image::GenericImageView as _;

use super::TilesError;

/// Premultiplied RGBA pixels, row by row from the top.
#[derive(Debug, Clone, PartialEq)]
pub struct Picture {
    pub width_px: u32,
    pub height_px: u32,
    pub rgba: Vec<u8>,
}

/// Decodes PNG, JPEG or WebP.
pub fn decode(bytes: &[u8]) -> Result<Picture, TilesError> {
    let decoded = image::load_from_memory(bytes)?;
    let (width_px, height_px) = decoded.dimensions();
    let mut rgba = decoded.into_rgba8().into_raw();
    for pixel in rgba.chunks_exact_mut(4) {
        let alpha = u32::from(pixel[3]);
        pixel[..3].iter_mut().for_each(|c| *c = ((u32::from(*c) * alpha + 127) / 255) as u8);
    }
    Ok(Picture { width_px, height_px, rgba })
}
