//! A logo on a map: PNG, JPEG, WebP or SVG, as a data URI.

use std::fmt;
use std::sync::Arc;

use base64::Engine as _;
use image::imageops::FilterType;
use image::{ImageReader, RgbaImage};
use resvg::{tiny_skia, usvg};
use xxhash_rust::xxh3::xxh3_64;

use crate::identity::{Identified, Identity};
use crate::sprite::{Image, SvgError, svg_tree};

/// A sign, to be drawn at any size.
#[derive(Clone)]
pub struct Logo {
    form: Form,
    /// A hash of what it was read from.
    key: u64,
}

#[derive(Clone)]
enum Form {
    /// A file's bytes: its pixels are had only while it is drawn. Width and height in px.
    Pixels(Arc<[u8]>, (u32, u32)),
    /// As the reader of SVG writes it: shapes, and nothing that could run.
    Drawing(Arc<usvg::Tree>, Arc<str>),
}

impl fmt::Debug for Logo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Logo({:x})", self.key)
    }
}

impl PartialEq for Logo {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

impl Eq for Logo {}

/// Bytes of a sign, and px of its sides.
const MAX_BYTES: usize = 1 << 20;
const MAX_SIDE_PX: u32 = 4_096;

/// Why a sign cannot be taken.
#[derive(Debug, thiserror::Error)]
pub enum LogoError {
    #[error("a data URI: data:image/png;base64,..., also of jpeg, webp or svg+xml")]
    NoDataUri,
    #[error("at most {} kB", MAX_BYTES >> 10)]
    Large,
    #[error("its base64: {0}")]
    Base64(#[from] base64::DecodeError),
    #[error("its text has no font here: make outlines of it")]
    Font,
    #[error("it has more than {MAX_RULES} rules of style: give shapes their own attributes")]
    Rules,
    #[error("it has more than {MAX_NODES} shapes")]
    Shapes,
    /// What is not only shapes in plain colours.
    #[error("it has {0}: a sign is of shapes in plain colours and gradients")]
    Holds(&'static str),
    #[error(transparent)]
    Drawing(#[from] SvgError),
    #[error(transparent)]
    Pixels(#[from] image::ImageError),
}

impl From<LogoError> for String {
    fn from(error: LogoError) -> Self {
        error.to_string()
    }
}

impl Logo {
    /// Reads a data URI: `data:image/png;base64,...`.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn of_data_uri(uri: &str) -> Result<Logo, LogoError> {
        let (kind, data) = uri
            .strip_prefix("data:")
            .and_then(|u| u.split_once(";base64,"))
            .ok_or(LogoError::NoDataUri)?;
        if data.len() > MAX_BYTES * 4 / 3 + 4 {
            return Err(LogoError::Large);
        }
        let bytes = base64::engine::general_purpose::STANDARD.decode(data.trim())?;
        Self::read(kind == "image/svg+xml", &bytes)
    }

    /// A file's bytes as the data URI of a sign.
    pub fn to_data_uri(bytes: &[u8]) -> String {
        let is_text = bytes
            .iter()
            .find(|b| !b.is_ascii_whitespace() && **b != 0xef && **b != 0xbb && **b != 0xbf)
            == Some(&b'<');
        let kind = if is_text { "image/svg+xml" } else { "image/png" };
        format!("data:{kind};base64,{}", base64::engine::general_purpose::STANDARD.encode(bytes))
    }

    fn read(is_svg: bool, bytes: &[u8]) -> Result<Logo, LogoError> {
        let key = xxh3_64(bytes);
        if is_svg {
            let text = String::from_utf8_lossy(bytes);
            if text.contains("<text") || text.contains(":text") {
                return Err(LogoError::Font);
            }
            // Each rule is held against each element, by a reader that cannot be ended.
            let (rules, elements) = (text.matches('{').count(), text.matches('<').count());
            if rules > MAX_RULES || rules * elements > MAX_RULES * MAX_NODES / 10 {
                return Err(LogoError::Rules);
            }
            let tree = svg_tree(&text)?;
            is_plain(tree.root(), &mut MAX_NODES.clone())?;
            let plain = tree.to_string(&usvg::WriteOptions::default());
            return Ok(Logo { form: Form::Drawing(Arc::new(tree), plain.into()), key });
        }
        let size = pixels(bytes)?.dimensions();
        Ok(Logo { form: Form::Pixels(bytes.into(), size), key })
    }

    /// The sign in a box of so many device px, as large as fits, where a CSS px has `ratio` of
    /// them.
    pub(super) fn image(
        &self,
        (most_width, most_height): (f64, f64),
        ratio: f64,
    ) -> Option<Arc<Image>> {
        let (width, height) = match &self.form {
            Form::Pixels(_, (width, height)) => (f64::from(*width), f64::from(*height)),
            Form::Drawing(tree, _) => {
                (f64::from(tree.size().width()), f64::from(tree.size().height()))
            }
        };
        let scale = (most_width / width).min(most_height / height);
        let px = |v: f64| (v * scale).round().max(1.0) as u32;
        let (w, h) = (px(width), px(height));
        let (rgba, svg) = match &self.form {
            Form::Pixels(bytes, _) => {
                // Resized with its colours multiplied, so that what is clear does not shine
                // through.
                let mut multiplied = pixels(bytes).ok()?;
                for pixel in multiplied.pixels_mut() {
                    let alpha = u16::from(pixel.0[3]);
                    for c in &mut pixel.0[..3] {
                        *c = ((u16::from(*c) * alpha + 127) / 255) as u8;
                    }
                }
                (
                    image::imageops::resize(&multiplied, w, h, FilterType::CatmullRom).into_raw(),
                    None,
                )
            }
            Form::Drawing(tree, text) => {
                let mut pixmap = tiny_skia::Pixmap::new(w, h)?;
                let scale = tiny_skia::Transform::from_scale(
                    w as f32 / width as f32,
                    h as f32 / height as f32,
                );
                resvg::render(tree, scale, &mut pixmap.as_mut());
                (pixmap.take(), Some(text.clone()))
            }
        };
        // The filter may overshoot: no colour is more than its alpha.
        let within = |p: &[u8]| [p[0].min(p[3]), p[1].min(p[3]), p[2].min(p[3]), p[3]];
        let rgba = rgba.chunks_exact(4).flat_map(within).collect();
        Some(Arc::new(Image { svg, ..Image::new(w, h, ratio, rgba) }))
    }
}

fn pixels(bytes: &[u8]) -> Result<RgbaImage, LogoError> {
    let mut reader = ImageReader::new(std::io::Cursor::new(bytes))
        .with_guessed_format()
        .map_err(image::ImageError::IoError)?;
    let mut limits = image::Limits::default();
    (limits.max_image_width, limits.max_image_height) = (Some(MAX_SIDE_PX), Some(MAX_SIDE_PX));
    reader.limits(limits);
    Ok(reader.decode()?.into_rgba8())
}

/// Shapes and groups of a drawn sign.
const MAX_NODES: usize = 5_000;
/// Rules of style of a drawn sign.
const MAX_RULES: usize = 200;

/// Whether a drawing is of shapes in plain colours and gradients, which take no longer to draw than
/// they look: patterns, filters and masks may be of any size, and dashes as many as there is time
/// for.
fn is_plain(group: &usvg::Group, left: &mut usize) -> Result<(), LogoError> {
    let refuse = |what| Err(LogoError::Holds(what));
    if group.clip_path().is_some() || group.mask().is_some() || !group.filters().is_empty() {
        return refuse("clips, masks or filters");
    }
    for node in group.children() {
        *left = left.checked_sub(1).ok_or(LogoError::Shapes)?;
        match node {
            usvg::Node::Group(inner) => is_plain(inner, left)?,
            usvg::Node::Path(path) => {
                let is_pattern = |paint: &usvg::Paint| matches!(paint, usvg::Paint::Pattern(_));
                let (fill, stroke) = (path.fill(), path.stroke());
                if fill.is_some_and(|f| is_pattern(f.paint()))
                    || stroke.is_some_and(|s| is_pattern(s.paint()))
                {
                    return refuse("patterns");
                }
                if stroke.is_some_and(|s| s.dasharray().is_some()) {
                    return refuse("dashes");
                }
            }
            usvg::Node::Image(_) => return refuse("pictures"),
            usvg::Node::Text(_) => return refuse("text"),
        }
    }
    Ok(())
}

impl Identified for Logo {
    fn identify(&self, to: &mut Identity) {
        self.key.identify(to);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uri(kind: &str, bytes: &[u8]) -> String {
        format!("data:{kind};base64,{}", base64::engine::general_purpose::STANDARD.encode(bytes))
    }

    #[test]
    fn a_drawing_keeps_its_shape_and_nothing_that_runs() {
        let svg = "<svg xmlns='http://www.w3.org/2000/svg' width='40' \
            height='10'><script>alert(1)</script><image href='/etc/hostname.png' width='9' \
            height='9'/><rect width='40' height='10' fill='#f00'/></svg>";
        let image = Logo::of_data_uri(&uri("image/svg+xml", svg.as_bytes()))
            .unwrap()
            .image((100.0, 50.0), 2.0)
            .unwrap();
        assert_eq!(
            (image.width_px, image.height_px, &image.rgba[..4]),
            (100, 25, &[255, 0, 0, 255][..])
        );
        let text = image.svg.as_deref().unwrap();
        assert!(!text.contains("script") && !text.contains("hostname"), "{text}");
    }

    #[test]
    fn what_could_take_for_ever_is_refused() {
        let whole = |inner: &str| {
            let svg = format!(
                "<svg xmlns='http://www.w3.org/2000/svg' width='40' height='10'>{inner}</svg>"
            );
            Logo::of_data_uri(&uri("image/svg+xml", svg.as_bytes()))
        };
        for inner in [
            "<defs><pattern id='p' width='100000' height='100000' \
             patternUnits='userSpaceOnUse'><rect width='1' height='1'/></pattern></defs><rect \
             width='40' height='10' fill='url(#p)'/>",
            "<filter id='f'><feTurbulence numOctaves='100000'/></filter><rect width='9' \
             height='9' filter='url(#f)'/>",
            "<path d='M0 0H40' stroke='#000' stroke-dasharray='0.0001'/>",
            &"<rect width='1' height='1'/>".repeat(6_000),
            &format!(
                "<style>{}</style><rect width='9' height='9'/>",
                ".a{fill:#f00}".repeat(20_000)
            ),
        ] {
            assert!(whole(inner).is_err(), "{}", &inner[..60]);
        }
        assert!(whole("<circle r='5' fill='#f00'/>").is_ok());
    }

    #[test]
    fn what_is_no_picture_is_told() {
        for wrong in [
            "",
            "data:image/png,x",
            &uri("image/png", b"no"),
            &uri("image/svg+xml", b"<p>"),
            "data:image/png;base64,%%%",
        ] {
            assert!(Logo::of_data_uri(wrong).is_err(), "{wrong}");
        }
    }
}
