//! Pixels as GeoTIFF: a picture that GIS tools put in its place.

use std::io::Cursor;

use tiff::encoder::colortype::{ColorType, RGB8, RGBA8};
use tiff::encoder::compression::DeflateLevel;
use tiff::encoder::{Compression, DirectoryEncoder, Predictor, Rational, TiffEncoder, TiffKind};
use tiff::tags::{ResolutionUnit, Tag};

use super::EncodeError;
use crate::geo::{GeoKeys, Georeference};

/// What a TIFF says beside its pixels.
#[derive(Debug, Clone, Default)]
pub struct TiffFacts {
    pub place: Option<Georeference>,
    pub dpi: Option<f64>,
    /// In words.
    pub description: String,
}

/// Writes rows of RGB, or of straight RGBA where the picture is not opaque.
///
/// # Errors
/// Where the number of pixels is not what it should be.
pub fn geotiff(
    rows: &[u8],
    (width_px, height_px): (u32, u32),
    opaque: bool,
    facts: &TiffFacts,
) -> Result<Vec<u8>, EncodeError> {
    let mut out = Cursor::new(Vec::new());
    let tiff = TiffEncoder::new(&mut out)?;
    let tiff = tiff
        .with_compression(Compression::Deflate(DeflateLevel::Fast))
        .with_predictor(Predictor::Horizontal);
    match opaque {
        true => write::<RGB8>(tiff, rows, (width_px, height_px), facts)?,
        false => write::<RGBA8>(tiff, rows, (width_px, height_px), facts)?,
    }
    Ok(out.into_inner())
}

fn write<C: ColorType<Inner = u8>>(
    mut tiff: TiffEncoder<&mut Cursor<Vec<u8>>>,
    rows: &[u8],
    (width_px, height_px): (u32, u32),
    facts: &TiffFacts,
) -> Result<(), EncodeError> {
    let mut image = tiff.new_image::<C>(width_px, height_px)?;
    if let Some(dpi) = facts.dpi {
        let hundredths = Rational { n: (dpi * 100.0).round() as u32, d: 100 };
        image.resolution(ResolutionUnit::Inch, hundredths);
    }
    let directory = image.encoder();
    if C::BITS_PER_SAMPLE.len() == 4 {
        // Alpha that the colours are not multiplied by.
        directory.write_tag(Tag::ExtraSamples, &[2u16][..])?;
    }
    let is_plain = facts.description.chars().all(|c| c.is_ascii() && !c.is_ascii_control());
    if is_plain && !facts.description.is_empty() {
        directory.write_tag(Tag::ImageDescription, facts.description.as_str())?;
    }
    directory.write_tag(Tag::Software, concat!("contactline ", env!("CARGO_PKG_VERSION")))?;
    if let Some(place) = &facts.place {
        write_place(directory, place)?;
    }
    image.write_data(rows)?;
    Ok(())
}

fn write_place<K: TiffKind>(
    directory: &mut DirectoryEncoder<&mut Cursor<Vec<u8>>, K>,
    place: &Georeference,
) -> Result<(), EncodeError> {
    let t = place.to_coordinates;
    let matrix = [t.a, t.b, 0.0, t.c, t.d, t.e, 0.0, t.f, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0];
    if t.b == 0.0 && t.d == 0.0 {
        directory.write_tag(Tag::ModelPixelScaleTag, &[t.a, -t.e, 0.0][..])?;
        directory.write_tag(Tag::ModelTiepointTag, &[0.0, 0.0, 0.0, t.c, t.f, 0.0][..])?;
    } else {
        directory.write_tag(Tag::ModelTransformationTag, &matrix[..])?;
    }
    let GeoKeys { whole, real } = place.geo_keys();
    let mut keys: Vec<[u16; 4]> =
        whole.into_iter().map(|(key, value)| [key, 0, 1, value]).collect();
    let double = Tag::GeoDoubleParamsTag.to_u16();
    keys.extend((0u16..).zip(&real).map(|(i, (key, _))| [*key, double, 1, i]));
    keys.sort_unstable();
    let head = [1, 1, 0, keys.len() as u16];
    let all: Vec<u16> = std::iter::once(head).chain(keys).flatten().collect();
    directory.write_tag(Tag::GeoKeyDirectoryTag, &all[..])?;
    if !real.is_empty() {
        let numbers: Vec<f64> = real.into_iter().map(|(_, value)| value).collect();
        directory.write_tag(Tag::GeoDoubleParamsTag, &numbers[..])?;
    }
    Ok(())
}
