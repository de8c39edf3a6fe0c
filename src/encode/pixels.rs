//! Pixels as PNG, WebP or JPEG: opaque pictures as RGB, others with straight alpha, or by a
//! palette.

use std::borrow::Cow;
use std::cell::RefCell;
use std::rc::Rc;

use image::codecs::jpeg::JpegEncoder;
use image::codecs::webp::WebPEncoder;
use image::{ExtendedColorType, ImageEncoder};

use super::palette::{Indexed, exact, indexed};
use super::zlib::zlib;
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

/// As PNG, without loss: by a palette where it has no more than 256 colours.
pub fn png(pixels: Pixels, facts: &PngFacts) -> Result<Vec<u8>, EncodeError> {
    let Pixels { premultiplied, width_px, height_px } = pixels;
    let size = (width_px, height_px);
    if let Some(indexed) = exact(premultiplied) {
        return png_of_indexed(indexed, size, facts, PLAIN_LEVEL);
    }
    let (rows, _) = premultiplied.as_chunks::<4>();
    let opaque = is_opaque(rows);
    let width = width_px as usize;
    if rows.len() != width * height_px as usize || is_photograph(rows, width) {
        let mut writer = PngWriter::new(size, opaque, facts)?;
        writer.rows(premultiplied)?;
        return writer.finish();
    }
    let out = Sink::default();
    let mut encoder = encoder(&out, size, facts)?;
    encoder.set_color(if opaque { png::ColorType::Rgb } else { png::ColorType::Rgba });
    let mut writer = encoder.write_header()?;
    let data = match opaque {
        true => zlib::<3>(&numbers(rows), width),
        false => zlib::<4>(&all_straight(rows), width),
    };
    // A chunk's length has 31 bits.
    for part in data.chunks(1 << 30) {
        writer.write_chunk(png::chunk::IDAT, part)?;
    }
    writer.finish()?;
    Ok(out.take())
}

/// How hard pictures of few colours are compressed: a map's are flat.
const PLAIN_LEVEL: png::DeflateCompression = png::DeflateCompression::Level(3);

/// Whether nearly all pixels are neither as that above nor as that to the left, in every eighth
/// row: such pictures are smaller with filters.
fn is_photograph(pixels: &[[u8; 4]], width: usize) -> bool {
    let width = width.max(1);
    let rows = pixels.chunks_exact(width).zip(pixels.chunks_exact(width).skip(1)).step_by(8);
    let (mut others, mut all) = (0, 0);
    for (above, row) in rows {
        let beside = row.iter().zip(row.iter().skip(1)).zip(above.iter().skip(1));
        others += beside.filter(|((left, p), above)| (left != p) & (above != p)).count();
        all += width;
    }
    others > all / 8 * 7
}

fn is_opaque(pixels: &[[u8; 4]]) -> bool {
    // Some at a time, so that they are looked at side by side.
    pixels.chunks(64).all(|some| some.iter().fold(255, |all, p| all & p[3]) == 255)
}

/// Pixels as numbers, from the low byte up.
fn numbers(pixels: &[[u8; 4]]) -> Cow<'_, [u32]> {
    match bytemuck::try_cast_slice(pixels) {
        Ok(numbers) if cfg!(target_endian = "little") => Cow::Borrowed(numbers),
        _ => Cow::Owned(pixels.iter().map(|p| u32::from_le_bytes(*p)).collect()),
    }
}

/// Premultiplied pixels as straight ones, from the low byte up.
fn all_straight(premultiplied: &[[u8; 4]]) -> Vec<u32> {
    const RUN: usize = 8;
    let mut all = Vec::with_capacity(premultiplied.len());
    let (mut last, mut color) = ([0; 4], 0);
    for some in premultiplied.chunks(RUN) {
        // Most are as those before.
        if some == [last; RUN] {
            all.extend_from_slice(&[color; RUN]);
            continue;
        }
        for pixel in some {
            if *pixel != last {
                (last, color) = (*pixel, u32::from_le_bytes(straight(pixel)));
            }
            all.push(color);
        }
    }
    all
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

/// As PNG of at most 256 colours.
pub fn png_of_palette(pixels: Pixels, facts: &PngFacts) -> Result<Vec<u8>, EncodeError> {
    let size = (pixels.width_px, pixels.height_px);
    let found = exact(pixels.premultiplied).unwrap_or_else(|| indexed(pixels.premultiplied));
    png_of_indexed(found, size, facts, png::DeflateCompression::Level(6))
}

/// With as few bits a pixel as its colours need.
fn png_of_indexed(
    Indexed { colors, pixels }: Indexed,
    size: (u32, u32),
    facts: &PngFacts,
    compression: png::DeflateCompression,
) -> Result<Vec<u8>, EncodeError> {
    let (depth, bits) = match colors.len() {
        0..=2 => (png::BitDepth::One, 1),
        3..=4 => (png::BitDepth::Two, 2),
        5..=16 => (png::BitDepth::Four, 4),
        _ => (png::BitDepth::Eight, 8),
    };
    let out = Sink::default();
    let mut encoder = encoder(&out, size, facts)?;
    encoder.set_color(png::ColorType::Indexed);
    encoder.set_depth(depth);
    encoder.set_deflate_compression(compression);
    encoder.set_filter(png::Filter::NoFilter);
    encoder.set_palette(colors.iter().flat_map(|c| [c[0], c[1], c[2]]).collect::<Vec<u8>>());
    if colors.iter().any(|c| c[3] < 255) {
        encoder.set_trns(colors.iter().map(|c| c[3]).collect::<Vec<u8>>());
    }
    let mut writer = encoder.write_header()?;
    let row_bytes = (size.0 as usize * bits).div_ceil(8);
    match colors.len() {
        1 => writer.write_image_data(&vec![0; row_bytes * size.1 as usize])?,
        _ if bits == 8 => writer.write_image_data(&pixels)?,
        _ => {
            // The first pixel of a byte is in its high bits.
            let byte = |some: &[u8]| {
                some.iter().zip(1..).fold(0, |byte, (number, i)| byte | number << (8 - bits * i))
            };
            let rows = pixels.chunks(size.0.max(1) as usize);
            let packed = rows.flat_map(|row| row.chunks(8 / bits).map(byte));
            writer.write_image_data(&packed.collect::<Vec<u8>>())?;
        }
    }
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
    use proptest::prelude::*;

    use super::*;

    /// As a PNG, which must be of these pixels.
    fn written(premultiplied: &[u8], width_px: u32, height_px: u32) -> Vec<u8> {
        let pixels = Pixels { premultiplied, width_px, height_px };
        let file = png(pixels, &PngFacts::default()).unwrap();
        let read = image::load_from_memory(&file).unwrap().to_rgba8();
        assert_eq!(read.dimensions(), (width_px, height_px));
        let straight: Vec<u8> = premultiplied.chunks_exact(4).flat_map(straight).collect();
        assert!(read.into_raw() == straight, "{width_px} x {height_px} px");
        file
    }

    /// What a PNG says of its pixels.
    fn kind(file: &[u8]) -> (png::ColorType, png::BitDepth) {
        let reader = png::Decoder::new(std::io::Cursor::new(file)).read_info().unwrap();
        (reader.info().color_type, reader.info().bit_depth)
    }

    /// A map's like: areas, some of them seen through, with soft edges, and lines.
    fn map(width: u32, height: u32, opaque: bool) -> Vec<u8> {
        let pixel = |x: u32, y: u32| {
            let (x, y) = (f64::from(x), f64::from(y));
            let coast = 90.0 + 30.0 * (y / 37.0).sin() + 6.0 * (y / 5.0).sin();
            let road = (x * 0.6 + y * 0.8 - 150.0).abs() - 2.0;
            let shade = 8.0 * (y / 16.0).floor() % 128.0;
            let town = (x - 180.0).hypot(y - 60.0) - 25.0;
            let mut color = if opaque { [190.0, 207.0, 219.0, 255.0] } else { [0.0; 4] };
            for (edge, over) in [
                (coast - x, [120.0, 40.0 + shade, 60.0, 180.0]),
                (town, [90.0, 20.0, 30.0, 128.0]),
                (road, [60.0, 50.0, 40.0, 255.0]),
            ] {
                let cover = (0.5 - edge).clamp(0.0, 1.0);
                let under = 1.0 - over[3] / 255.0 * cover;
                color = std::array::from_fn(|i| over[i] * cover + color[i] * under);
            }
            color.map(|c| c.round() as u8)
        };
        (0..height).flat_map(|y| (0..width).flat_map(move |x| pixel(x, y))).collect()
    }

    #[test]
    fn pixels_come_back() {
        written(&[10, 20, 30, 255, 1, 2, 3, 255], 2, 1);
        written(&[64, 0, 0, 128, 0, 0, 0, 0], 2, 1);
        for (width, height) in [(1, 1), (1, 400), (400, 1), (300, 7), (257, 255), (9_000, 3)] {
            for opaque in [false, true] {
                written(&map(width, height, opaque), width, height);
            }
        }
    }

    #[test]
    fn few_colours_are_written_by_a_palette() {
        use png::BitDepth::{Eight, Four, One, Two};
        for (count, depth) in [
            (1, One),
            (2, One),
            (3, Two),
            (4, Two),
            (5, Four),
            (16, Four),
            (17, Eight),
            (256, Eight),
        ] {
            let color = |i: u32| [(i % count / 2) as u8, 0, (i % count % 2) as u8, 200];
            let pixels: Vec<u8> = (0..29 * 31).flat_map(color).collect();
            let file = written(&pixels, 29, 31);
            assert_eq!(kind(&file), (png::ColorType::Indexed, depth), "{count}");
        }
        let empty = written(&[0; 256 * 256 * 4], 256, 256);
        assert!(empty.len() < 150, "{}", empty.len());
        let more: Vec<u8> =
            (0..300u32).flat_map(|i| [(i / 2) as u8, 0, (i % 2) as u8, 200]).collect();
        assert_eq!(kind(&written(&more, 30, 10)).0, png::ColorType::Rgba);
    }

    #[test]
    fn tiles_are_a_sixth_larger_at_most_than_at_zlibs_level_6() {
        for (side, opaque) in [(256, false), (256, true)] {
            let pixels = map(side, side, opaque);
            let ours = written(&pixels, side, side);
            assert_eq!(kind(&ours).0 == png::ColorType::Rgb, opaque);
            let out = Sink::default();
            let mut encoder = encoder(&out, (side, side), &PngFacts::default()).unwrap();
            encoder.set_color(if opaque { png::ColorType::Rgb } else { png::ColorType::Rgba });
            encoder.set_deflate_compression(png::DeflateCompression::Level(6));
            encoder.set_filter(png::Filter::NoFilter);
            let mut writer = encoder.write_header().unwrap();
            writer.write_image_data(&plain(&pixels, opaque)).unwrap();
            writer.finish().unwrap();
            let best = out.take().len();
            assert!(ours.len() * 6 <= best * 7, "{} of {best}", ours.len());
        }
    }

    #[test]
    fn documents_say_what_they_are() {
        let facts = PngFacts {
            texts: vec![("Title".into(), "Şuşa".into())],
            dpi: Some(254.0),
            is_document: true,
        };
        let pixels = map(64, 64, true);
        let pixels = Pixels { premultiplied: &pixels, width_px: 64, height_px: 64 };
        let file = png(pixels, &facts).unwrap();
        let reader = png::Decoder::new(std::io::Cursor::new(file)).read_info().unwrap();
        let info = reader.info();
        assert_eq!(info.utf8_text[0].get_text().unwrap(), "Şuşa");
        assert_eq!(info.pixel_dims.unwrap().xppu, 10_000);
        assert!(info.srgb.is_some());
    }

    /// Pixels of a size: runs, copies of rows and noise, in so many per cent, of premultiplied
    /// colours.
    fn pictures() -> impl Strategy<Value = (Vec<u8>, u32, u32)> {
        let shape = (1u32..80, 1u32..40, 0u32..100, 0u32..100, any::<bool>(), any::<u64>());
        shape.prop_map(|(width, height, runs, rows, opaque, seed)| {
            let mut state = seed | 1;
            let mut random = || {
                // Xorshift, of Marsaglia.
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                (state >> 32) as u32
            };
            let mut pixels: Vec<[u8; 4]> = Vec::new();
            for at in 0..(width * height) as usize {
                let above = at.checked_sub(width as usize);
                let color = match (random() % 100, pixels.last(), above) {
                    (die, Some(left), _) if die < runs => *left,
                    (_, _, Some(above)) if random() % 100 < rows => pixels[above],
                    _ => {
                        let alpha = if opaque { 255 } else { random() as u8 };
                        [random() as u8, 7, random() as u8]
                            .map(|c| c.min(alpha))
                            .into_iter()
                            .chain([alpha])
                            .collect::<Vec<u8>>()
                            .try_into()
                            .unwrap()
                    }
                };
                pixels.push(color);
            }
            (pixels.into_flattened(), width, height)
        })
    }

    proptest! {
        #[test]
        fn all_pictures_come_back((pixels, width, height) in pictures()) {
            written(&pixels, width, height);
        }

        #[test]
        fn noise_comes_back(pixels in prop::collection::vec(any::<u8>(), 4 * 37 * 23)) {
            written(&pixels, 37, 23);
        }

        #[test]
        fn all_data_comes_back((pixels, width, height) in pictures()) {
            // Photographs, too, which are written otherwise.
            let numbers: Vec<u32> =
                pixels.as_chunks::<4>().0.iter().map(|p| u32::from_le_bytes(*p)).collect();
            let rows = |bytes: usize| -> Vec<u8> {
                let row = |row: &[u8]| {
                    let some = row.chunks_exact(4).flat_map(|p| p[..bytes].to_vec());
                    std::iter::once(0).chain(some).collect::<Vec<u8>>()
                };
                pixels.chunks_exact(width as usize * 4).flat_map(row).collect()
            };
            let back = |data: Vec<u8>| {
                let mut back = Vec::new();
                let mut decoder = flate2::read::ZlibDecoder::new(&data[..]);
                std::io::Read::read_to_end(&mut decoder, &mut back).unwrap();
                back
            };
            prop_assert!(back(zlib::<4>(&numbers, width as usize)) == rows(4), "{height} rows");
            prop_assert!(back(zlib::<3>(&numbers, width as usize)) == rows(3), "{height} rows");
        }
    }
}
