//! The formats that pictures are written in.

use super::picture::PictureError;
use crate::encode::{self, Pixels, PngFacts};
use crate::paint::raster::{self, Stamps};
use crate::paint::svg::TextAs;
use crate::paint::{About, pdf, svg};
use crate::scene::{Ink, Item, Scene};

/// A format, with what it can be told.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Output {
    /// Device px an inch, where that is to be written.
    Png(Option<f64>),
    /// Without loss.
    WebP,
    /// Quality 1 to 100.
    Jpeg(u8),
    Svg(TextAs),
    /// Device px an inch: what makes the page's size.
    Pdf(Option<f64>),
}

/// What JPEGs are written with where nothing is said.
const JPEG_QUALITY: u8 = 90;
/// CSS px an inch.
const CSS_DPI: f64 = 96.0;
/// Larger pictures are drawn and written band by band.
const MAX_WHOLE_PX: u64 = 24_000_000;
/// Rows of a band.
const BAND_ROWS: u32 = 512;

impl Output {
    /// What extensions stand for, without a dot.
    pub const EXTENSIONS: [(&'static str, Output); 6] = [
        ("png", Output::Png(None)),
        ("webp", Output::WebP),
        ("jpg", Output::Jpeg(JPEG_QUALITY)),
        ("jpeg", Output::Jpeg(JPEG_QUALITY)),
        ("svg", Output::Svg(TextAs::Outlines)),
        ("pdf", Output::Pdf(None)),
    ];

    pub fn of_extension(extension: &str) -> Option<Output> {
        Self::EXTENSIONS.iter().find(|(known, _)| known.eq_ignore_ascii_case(extension)).map(|(_, output)| *output)
    }

    pub fn media_type(self) -> &'static str {
        match self {
            Output::Png(_) => "image/png",
            Output::WebP => "image/webp",
            Output::Jpeg(_) => "image/jpeg",
            Output::Svg(_) => "image/svg+xml",
            Output::Pdf(_) => "application/pdf",
        }
    }

    /// Whether it has room for words about the picture.
    pub(super) fn is_document(self) -> bool {
        matches!(self, Output::Svg(_) | Output::Pdf(_))
    }

    /// Writes a scene; `about` is for pictures that are documents.
    pub(super) fn write(self, scene: &Scene, stamps: &Stamps, about: Option<&About>) -> Result<Vec<u8>, PictureError> {
        let pixels = || raster::paint(scene, stamps).ok_or(PictureError::Memory);
        let (width, height) = (scene.width_px, scene.height_px);
        let plain = About::default();
        Ok(match self {
            Output::Png(dpi) => {
                let facts = png_facts(about, dpi);
                if u64::from(width) * u64::from(height) > MAX_WHOLE_PX {
                    return banded(scene, stamps, &facts);
                }
                encode::png(Pixels { premultiplied: pixels()?.data(), width_px: width, height_px: height }, &facts)?
            }
            Output::WebP => encode::webp(pixels()?.data(), width, height)?,
            Output::Jpeg(quality) => encode::jpeg(pixels()?.data(), width, height, quality)?,
            Output::Svg(text) => svg::paint(scene, about.unwrap_or(&plain), text).into_bytes(),
            Output::Pdf(dpi) => {
                let dpi = dpi.unwrap_or(CSS_DPI * scene.ratio);
                pdf::paint(scene, about.unwrap_or(&plain), scene.ratio / dpi)?
            }
        })
    }
}

fn png_facts(about: Option<&About>, dpi: Option<f64>) -> PngFacts {
    let mut texts = Vec::new();
    if let Some(about) = about {
        let mut add = |name: &str, text: String| {
            if !text.is_empty() {
                texts.push((name.to_string(), text));
            }
        };
        add("Title", about.title.clone());
        add("Description", about.alt.clone());
        add("Source", about.sources.join("; "));
        add("Software", concat!("contactline ", env!("CARGO_PKG_VERSION")).to_string());
        about.facts.iter().for_each(|(name, value)| add(name, value.clone()));
    }
    PngFacts { texts, dpi, is_document: about.is_some() }
}

/// Draws and writes a large scene band by band, so that no more than some bands are held as pixels.
fn banded(scene: &Scene, stamps: &Stamps, facts: &PngFacts) -> Result<Vec<u8>, PictureError> {
    let covers = |item: &Item| matches!(item, Item::Background(Ink::Color(color)) if color.a >= 1.0);
    let opaque = scene.layers.iter().flat_map(|l| &l.items).any(covers);
    let mut writer = encode::PngWriter::new((scene.width_px, scene.height_px), opaque, facts)?;
    let tops: Vec<u32> = (0..scene.height_px).step_by(BAND_ROWS as usize).collect();
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    for some in tops.chunks(threads) {
        let draw = |top: u32| {
            let band = scene.band(top, BAND_ROWS.min(scene.height_px - top));
            raster::paint(&band, stamps)
        };
        let drawn: Vec<_> = std::thread::scope(|scope| {
            let workers: Vec<_> = some.iter().map(|top| scope.spawn(move || draw(*top))).collect();
            workers.into_iter().map(|w| w.join().ok().flatten()).collect()
        });
        for pixmap in drawn {
            writer.rows(pixmap.ok_or(PictureError::Memory)?.data())?;
        }
    }
    Ok(writer.finish()?)
}
