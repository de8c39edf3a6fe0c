//! The formats that pictures are written in.

use super::error::PictureError;
use super::shown::Fit;
use crate::encode::{self, Moving, Pixels, PngFacts, TiffFacts};
use crate::geo::cost;
use crate::identity::{Identified, Identity};
use crate::paint::raster::{self, Brush, Unfinished};
use crate::paint::svg::TextAs;
use crate::paint::{About, pdf, svg};
use crate::scene::{Ink, Item, Scene};

/// A format, with what it can be told.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Output {
    /// Device px an inch, where that is to be written, and whether it is to have at most 256
    /// colours.
    Png {
        dpi: Option<f64>,
        palette: bool,
    },
    /// Without loss.
    WebP,
    /// Quality 1 to 100.
    Jpeg(u8),
    /// Of at most 256 colours; what pictures move in.
    Gif,
    /// With its place, for GIS tools; device px an inch.
    GeoTiff(Option<f64>),
    Svg(TextAs),
    /// Device px an inch: what makes the page's size; and whether it has its place, for GIS tools.
    Pdf {
        dpi: Option<f64>,
        geo: bool,
    },
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
    /// As it is where nothing is said.
    pub const PNG: Output = Output::Png { dpi: None, palette: false };

    /// What extensions stand for, without a dot.
    pub const EXTENSIONS: [(&'static str, Output); 9] = [
        ("png", Output::PNG),
        ("webp", Output::WebP),
        ("jpg", Output::Jpeg(JPEG_QUALITY)),
        ("jpeg", Output::Jpeg(JPEG_QUALITY)),
        ("gif", Output::Gif),
        ("tif", Output::GeoTiff(None)),
        ("tiff", Output::GeoTiff(None)),
        ("svg", Output::Svg(TextAs::Outlines)),
        ("pdf", Output::Pdf { dpi: None, geo: false }),
    ];

    pub fn of_extension(extension: &str) -> Option<Output> {
        Self::EXTENSIONS
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(extension))
            .map(|(_, output)| *output)
    }

    pub fn media_type(self) -> &'static str {
        match self {
            Output::Png { .. } => "image/png",
            Output::WebP => "image/webp",
            Output::Jpeg(_) => "image/jpeg",
            Output::Gif => "image/gif",
            Output::GeoTiff(_) => "image/tiff",
            Output::Svg(_) => "image/svg+xml",
            Output::Pdf { .. } => "application/pdf",
        }
    }

    /// How a moving picture is written in this format; none in most.
    pub fn moving(self) -> Option<Moving> {
        match self {
            Output::Gif => Some(Moving::Gif),
            Output::Png { palette: false, .. } => Some(Moving::Apng),
            Output::WebP => Some(Moving::WebP),
            _ => None,
        }
    }

    /// The longest side that the format holds, px, where it is short.
    pub(super) fn max_side_px(self) -> Option<u64> {
        match self {
            Output::WebP => Some(16_383),
            Output::Jpeg(_) | Output::Gif => Some(65_535),
            _ => None,
        }
    }

    /// Whether the file itself says where it lies.
    pub fn holds_place(self) -> bool {
        matches!(self, Output::GeoTiff(_) | Output::Pdf { geo: true, .. })
    }

    /// Whether it is looked at in any size, not pixel by pixel.
    pub(super) fn is_scaled(self) -> bool {
        matches!(self, Output::Svg(_) | Output::Pdf { .. })
    }

    /// Whether it has room for words about the picture.
    pub(super) fn is_document(self) -> bool {
        matches!(self, Output::Svg(_) | Output::Pdf { .. } | Output::GeoTiff(_))
    }

    /// Whether a file of it holds the picture's title, and its subtitle, as words.
    pub(super) fn holds_words(self) -> (bool, bool) {
        match self {
            Output::Png { .. } | Output::Svg(_) | Output::Pdf { .. } => (true, true),
            Output::GeoTiff(_) => (true, false),
            Output::WebP | Output::Jpeg(_) | Output::Gif => (false, false),
        }
    }

    /// Writes a scene; `about` is for pictures that are documents.
    pub(super) fn write(
        self,
        written: Written,
        about: Option<&About>,
    ) -> Result<Vec<u8>, PictureError> {
        let Written { scene, brush, .. } = written;
        let size = (scene.width_px, scene.height_px);
        let bare = About::default();
        Ok(match self {
            Output::Png { dpi, palette } => {
                let facts = png_facts(about, dpi);
                if !palette && !written.is_whole() {
                    let mut writer = encode::PngWriter::new(size, is_opaque(scene), &facts)?;
                    written.each(|band| writer.rows(band))?;
                    return Ok(writer.finish()?);
                }
                let (pixels, size) = written.whole()?;
                let pixels = Pixels { premultiplied: &pixels, width_px: size.0, height_px: size.1 };
                if palette {
                    encode::png_of_palette(pixels, &facts)?
                } else {
                    encode::png(pixels, &facts)?
                }
            }
            Output::Gif => {
                let (pixels, size) = written.whole()?;
                let mut animation = encode::Animation::new(Moving::Gif, size, 1, 0.0)?;
                animation.frame(&pixels)?;
                animation.finish()?
            }
            Output::WebP => {
                let rows = written.plain()?;
                encode::webp(&rows.bytes, rows.size, rows.opaque)?
            }
            Output::GeoTiff(dpi) => {
                let rows = written.plain()?;
                let about = about.unwrap_or(&bare);
                let facts = TiffFacts { place: about.place, dpi, description: about.title.clone() };
                encode::geotiff(&rows.bytes, rows.size, rows.opaque, &facts)?
            }
            Output::Jpeg(quality) => {
                if written.is_whole() {
                    let (pixels, size) = written.whole()?;
                    let rows: Vec<u8> = encode::on_white(&pixels).collect();
                    return Ok(encode::jpeg(&rows, size, quality)?);
                }
                let mut rows = Vec::new();
                written.each(|band| {
                    rows.extend(encode::on_white(band));
                    Ok(())
                })?;
                encode::jpeg(&rows, size, quality)?
            }
            Output::Svg(text) => {
                svg::paint(scene, about.unwrap_or(&bare), text, brush.effort)?.into_bytes()
            }
            Output::Pdf { dpi, geo } => {
                let dpi = dpi.unwrap_or(CSS_DPI * scene.ratio);
                let about = about.unwrap_or(&bare);
                pdf::paint(scene, about, scene.ratio / dpi, geo, brush.effort)?
            }
        })
    }
}

/// Rows of RGB where they are opaque, else of straight RGBA, and how many px across and down.
struct Rows {
    bytes: Vec<u8>,
    size: (u32, u32),
    opaque: bool,
}

/// A picture without the empty rows and columns around what is on it.
fn trimmed(drawn: &image::RgbaImage) -> image::RgbaImage {
    let mut seen: Option<[u32; 4]> = None;
    for (x, y, _) in drawn.enumerate_pixels().filter(|(.., pixel)| pixel[3] > 0) {
        let [left, top, right, bottom] = seen.unwrap_or([x, y, x, y]);
        seen = Some([left.min(x), top.min(y), right.max(x), bottom.max(y)]);
    }
    // Of nothing a pixel is left: formats have no empty pictures.
    let [left, top, right, bottom] = seen.unwrap_or_default();
    image::imageops::crop_imm(drawn, left, top, right - left + 1, bottom - top + 1).to_image()
}

/// Whether something covers the picture that nothing is seen through.
fn is_opaque(scene: &Scene) -> bool {
    let covers =
        |item: &Item| matches!(item, Item::Background(Ink::Color(color)) if color.a >= 1.0);
    scene.layers.iter().flat_map(|l| &l.items).any(covers)
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

/// A scene to be written: drawn band by band where it is large, so that no more than some bands are
/// held as pixels.
#[derive(Clone, Copy)]
pub(super) struct Written<'a> {
    pub scene: &'a Scene,
    pub fit: Fit,
    pub brush: Brush<'a>,
}

impl Written<'_> {
    /// Whether its pixels are all drawn before any is written.
    fn is_whole(&self) -> bool {
        let px = u64::from(self.scene.width_px) * u64::from(self.scene.height_px);
        self.fit != Fit::AsDrawn || px <= MAX_WHOLE_PX
    }

    /// All premultiplied pixels, and how many there are across and down.
    fn whole(&self) -> Result<(Vec<u8>, (u32, u32)), PictureError> {
        let size = (self.scene.width_px, self.scene.height_px);
        // On the way to another size there are four numbers a pixel, as wide as it becomes and as high
        // as it was; where these are too many it is told before anything is drawn.
        let px = match self.fit {
            Fit::Stretched(width_px, _) => width_px as usize * size.1 as usize,
            Fit::AsDrawn | Fit::Furniture => 0,
        };
        let _held = self.brush.effort.hold(px * 4 * size_of::<f32>())?;
        self.brush.effort.spend(px * cost::PLACED_PX)?;
        let pixels = raster::paint(self.scene, self.brush)?.take();
        if self.fit == Fit::AsDrawn {
            return Ok((pixels, size));
        }
        let drawn = image::RgbaImage::from_raw(size.0, size.1, pixels);
        let drawn = drawn.ok_or(Unfinished::Memory)?;
        let fitted = match self.fit {
            Fit::Stretched(width_px, height_px) => {
                let way = image::imageops::FilterType::Triangle;
                image::imageops::resize(&drawn, width_px, height_px, way)
            }
            _ => trimmed(&drawn),
        };
        let size = fitted.dimensions();
        Ok((fitted.into_raw(), size))
    }

    /// Gives the premultiplied pixels of one band after another.
    fn each(
        &self,
        mut take: impl FnMut(&[u8]) -> Result<(), encode::EncodeError>,
    ) -> Result<(), PictureError> {
        let (scene, brush) = (self.scene, self.brush);
        if self.is_whole() {
            return Ok(take(&self.whole()?.0)?);
        }
        let tops: Vec<u32> = (0..scene.height_px).step_by(BAND_ROWS as usize).collect();
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        for some in tops.chunks(threads) {
            let draw = |top: u32| {
                let band = scene.band(top, BAND_ROWS.min(scene.height_px - top));
                raster::paint(&band, brush)
            };
            let drawn: Vec<_> = std::thread::scope(|scope| {
                let workers: Vec<_> =
                    some.iter().map(|top| scope.spawn(move || draw(*top))).collect();
                workers.into_iter().map(|w| w.join().unwrap_or(Err(Unfinished::Memory))).collect()
            });
            for pixmap in drawn {
                take(pixmap?.data())?;
            }
        }
        Ok(())
    }

    /// All rows, and whether they are opaque: RGB then, else straight RGBA.
    fn plain(&self) -> Result<Rows, PictureError> {
        let opaque = is_opaque(self.scene);
        if self.is_whole() {
            let (pixels, size) = self.whole()?;
            return Ok(Rows { bytes: encode::plain(&pixels, opaque), size, opaque });
        }
        let mut rows = Vec::new();
        self.each(|band| {
            rows.extend(encode::plain(band, opaque));
            Ok(())
        })?;
        let size = (self.scene.width_px, self.scene.height_px);
        Ok(Rows { bytes: rows, size, opaque })
    }
}

impl Identified for Output {
    fn identify(&self, to: &mut Identity) {
        match self {
            Output::Png { dpi, palette } => (0u8, *dpi, *palette).identify(to),
            Output::WebP => 1u8.identify(to),
            Output::Jpeg(quality) => (2u8, *quality).identify(to),
            Output::Gif => 3u8.identify(to),
            Output::GeoTiff(dpi) => (4u8, *dpi).identify(to),
            Output::Svg(TextAs::Outlines) => (5u8, 0u8).identify(to),
            Output::Svg(TextAs::Live) => (5u8, 1u8).identify(to),
            Output::Pdf { dpi, geo } => (6u8, *dpi, *geo).identify(to),
        }
    }
}
