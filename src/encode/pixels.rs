//! Pixels as PNG, WebP or JPEG: opaque pictures as RGB, others with straight alpha, or by a
//! palette.

use std::cell::RefCell;
use std::rc::Rc;

use image::codecs::jpeg::JpegEncoder;
use image::codecs::webp::WebPEncoder;
use image::{ExtendedColorType, ImageEncoder};

use super::palette::{Indexed, indexed};
use crate::color::straight;

/// The encoder was given the wrong number of pixels, or more than the format holds.
#[derive(Debug, thiserror::Error)]
pub enum EncodeError {
    #[error("the picture could not be written: {0}")]
    Image(#[from] image::ImageError),
    #[error("the picture could not be written: {0}")]
    Png(#[from] png::EncodingError),
    #[error("the picture could not be written: {0}")]
    Tiff(#[from] tiff::TiffError),
    #[error("the picture could not be written: {0}")]
    Gif(#[from] gif::EncodingError),
    #[error("the picture could not be written: {0} px are too many for a side")]
    Size(u32),
}

/// Premultiplied RGBA pixels, row by row from the top.
#[derive(Debug, Clone, Copy)]
pub struct Pixels<'a> {
    pub premultiplied: &'a [u8],
    pub width_px: u32,
    pub height_px: u32,
}

impl Pixels<'_> {
    /// RGB, what is clear on white.
    pub fn on_white(&self) -> Vec<u8> {
        on_white(self.premultiplied).collect()
    }
}

/// What a PNG says beside its pixels.
#[derive(Debug, Clone, Default)]
pub struct PngFacts {
    /// Names and texts; names are Latin and have at most 79 letters.
    pub texts: Vec<(String, String)>,
    pub dpi: Option<f64>,
    /// Whether it says that its colours are sRGB's.
    pub is_document: bool,
}

/// As PNG.
pub fn png(pixels: Pixels, facts: &PngFacts) -> Result<Vec<u8>, EncodeError> {
    let Pixels { premultiplied, width_px, height_px } = pixels;
    let opaque = premultiplied.chunks_exact(4).all(|p| p[3] == 255);
    let mut writer = PngWriter::new((width_px, height_px), opaque, facts)?;
    writer.rows(premultiplied)?;
    writer.finish()
}

/// Where the bytes of a PNG go while its writer has them.
#[derive(Clone, Default)]
pub(super) struct Sink(Rc<RefCell<Vec<u8>>>);

impl Sink {
    pub(super) fn take(&self) -> Vec<u8> {
        self.0.take()
    }
}

impl std::io::Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.borrow_mut().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn encoder(
    out: &Sink,
    (width_px, height_px): (u32, u32),
    facts: &PngFacts,
) -> Result<png::Encoder<'static, Sink>, EncodeError> {
    let mut encoder = png::Encoder::new(out.clone(), width_px, height_px);
    encoder.set_compression(png::Compression::Fast);
    if facts.is_document {
        encoder.set_source_srgb(png::SrgbRenderingIntent::Perceptual);
    }
    if let Some(dpi) = facts.dpi {
        let per_meter = (dpi / 0.0254).round() as u32;
        let unit = png::Unit::Meter;
        encoder.set_pixel_dims(Some(png::PixelDimensions {
            xppu: per_meter,
            yppu: per_meter,
            unit,
        }));
    }
    for (name, text) in &facts.texts {
        encoder.add_itxt_chunk(name.clone(), text.clone())?;
    }
    Ok(encoder)
}

/// As PNG of at most 256 colours, a byte a pixel.
pub fn png_of_palette(pixels: Pixels, facts: &PngFacts) -> Result<Vec<u8>, EncodeError> {
    let Indexed { colors, pixels: numbers } = indexed(pixels.premultiplied);
    let out = Sink::default();
    let mut encoder = encoder(&out, (pixels.width_px, pixels.height_px), facts)?;
    encoder.set_color(png::ColorType::Indexed);
    encoder.set_compression(png::Compression::Balanced);
    encoder.set_filter(png::Filter::NoFilter);
    encoder.set_palette(colors.iter().flat_map(|c| [c[0], c[1], c[2]]).collect::<Vec<u8>>());
    if colors.iter().any(|c| c[3] < 255) {
        encoder.set_trns(colors.iter().map(|c| c[3]).collect::<Vec<u8>>());
    }
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&numbers)?;
    writer.finish()?;
    Ok(out.take())
}

/// A PNG that is written some rows at a time.
pub struct PngWriter {
    writer: png::StreamWriter<'static, Sink>,
    out: Sink,
    opaque: bool,
}

impl PngWriter {
    /// Begins a picture of width and height, px; an opaque one has no alpha.
    pub fn new(
        (width_px, height_px): (u32, u32),
        opaque: bool,
        facts: &PngFacts,
    ) -> Result<Self, EncodeError> {
        let out = Sink::default();
        let mut encoder = encoder(&out, (width_px, height_px), facts)?;
        encoder.set_color(if opaque { png::ColorType::Rgb } else { png::ColorType::Rgba });
        encoder.set_filter(png::Filter::Adaptive);
        Ok(Self { writer: encoder.write_header()?.into_stream_writer()?, out, opaque })
    }

    /// The next rows: premultiplied RGBA.
    pub fn rows(&mut self, premultiplied: &[u8]) -> Result<(), EncodeError> {
        use std::io::Write as _;
        let rows = plain(premultiplied, self.opaque);
        self.writer.write_all(&rows).map_err(png::EncodingError::from)?;
        Ok(())
    }

    /// Ends it, when all rows have come.
    pub fn finish(self) -> Result<Vec<u8>, EncodeError> {
        self.writer.finish()?;
        Ok(self.out.take())
    }
}

/// Premultiplied RGBA as RGB where it is opaque, else as straight RGBA.
pub fn plain(premultiplied: &[u8], opaque: bool) -> Vec<u8> {
    match opaque {
        true => premultiplied.chunks_exact(4).flat_map(|p| [p[0], p[1], p[2]]).collect(),
        false => premultiplied.chunks_exact(4).flat_map(straight).collect(),
    }
}

/// As WebP without loss, of RGB rows or of straight RGBA; sides are at most 16,383 px.
pub fn webp(
    rows: &[u8],
    (width_px, height_px): (u32, u32),
    opaque: bool,
) -> Result<Vec<u8>, EncodeError> {
    let color = if opaque { ExtendedColorType::Rgb8 } else { ExtendedColorType::Rgba8 };
    let mut out = Vec::new();
    WebPEncoder::new_lossless(&mut out).write_image(rows, width_px, height_px, color)?;
    Ok(out)
}

/// As JPEG of a quality from 1 to 100, of RGB rows; sides are at most 65,535 px.
pub fn jpeg(
    rows: &[u8],
    (width_px, height_px): (u32, u32),
    quality: u8,
) -> Result<Vec<u8>, EncodeError> {
    let mut out = Vec::new();
    let encoder = JpegEncoder::new_with_quality(&mut out, quality.clamp(1, 100));
    encoder.write_image(rows, width_px, height_px, ExtendedColorType::Rgb8)?;
    Ok(out)
}

/// Premultiplied RGBA as RGB, what is clear on white.
pub fn on_white(premultiplied: &[u8]) -> impl Iterator<Item = u8> {
    premultiplied
        .chunks_exact(4)
        .flat_map(|p| [p[0], p[1], p[2]].map(|c| c.saturating_add(255 - p[3])))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pixels_come_back() {
        let opaque = [10, 20, 30, 255, 1, 2, 3, 255];
        let read = image::load_from_memory(
            &png(
                Pixels { premultiplied: &opaque, width_px: 2, height_px: 1 },
                &PngFacts::default(),
            )
            .unwrap(),
        )
        .unwrap();
        assert_eq!(read.to_rgba8().into_raw(), opaque);
        let half = [64, 0, 0, 128, 0, 0, 0, 0];
        let read = image::load_from_memory(
            &png(Pixels { premultiplied: &half, width_px: 2, height_px: 1 }, &PngFacts::default())
                .unwrap(),
        )
        .unwrap();
        assert_eq!(read.to_rgba8().into_raw(), [128, 0, 0, 128, 0, 0, 0, 0]);
    }
}
