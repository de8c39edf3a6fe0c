//! Images that styles name: patterns and icons drawn from SVG at each device pixel ratio, or cut
//! from sprite sheets; and the sprite sheet (JSON index and PNG pixels) that MapLibre clients ask
//! for.
//!
//! An image drawn from an SVG of w × h CSS px is exactly w·ratio × h·ratio device px, so that
//! patterns repeat without a seam; sides that are no whole px are rounded up, with nothing in what
//! is added.

mod missing;
mod sheet;

use std::collections::BTreeMap;
use std::sync::Arc;

use resvg::{tiny_skia, usvg};

use crate::diag::Diagnostic;

/// The device pixel ratios that images are drawn for; beyond the last one they are enlarged.
pub const RATIOS: std::ops::RangeInclusive<u32> = 1..=4;

/// Premultiplied RGBA pixels, row by row from the top.
#[derive(Debug, Clone, PartialEq)]
pub struct Image {
    pub width_px: u32,
    pub height_px: u32,
    /// Image px per CSS px, above 0.
    pub ratio: f64,
    pub rgba: Vec<u8>,
    /// Whether alpha is the distance to an outline, to be filled with any colour.
    pub sdf: bool,
    /// How it is stretched around a label, where the sprite says so.
    pub fit: Option<Arc<Fit>>,
    /// The drawing it was made from.
    pub svg: Option<Arc<str>>,
}

/// Which parts of an image are stretched to hold a label: image px.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Fit {
    /// Columns and rows that may be stretched, from and to; empty for all of them.
    pub stretch_x: Vec<[f64; 2]>,
    pub stretch_y: Vec<[f64; 2]>,
    /// Where the label goes: left, top, right, bottom.
    pub content: Option<[f64; 4]>,
    /// How width and height may differ from the content's own shape.
    pub width: Option<TextFit>,
    pub height: Option<TextFit>,
}

/// <https://maplibre.org/maplibre-style-spec/sprite/#text-fit-properties>
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub enum TextFit {
    StretchOrShrink,
    StretchOnly,
    Proportional,
}

impl Image {
    pub fn new(width_px: u32, height_px: u32, ratio: f64, rgba: Vec<u8>) -> Self {
        Self { width_px, height_px, ratio, rgba, sdf: false, fit: None, svg: None }
    }

    /// Width and height, CSS px.
    pub fn size(&self) -> [f64; 2] {
        [f64::from(self.width_px) / self.ratio, f64::from(self.height_px) / self.ratio]
    }
}

/// Every image of a style, at one or more ratios.
#[derive(Debug, Clone, Default)]
pub struct Sprite {
    images: BTreeMap<Arc<str>, BTreeMap<u32, Arc<Image>>>,
    missing: missing::Missing,
}

/// A sprite sheet: where each image lies, as the sprite index JSON says it, and the pixels.
#[derive(Debug, Clone)]
pub struct Sheet {
    pub index: serde_json::Value,
    pub image: Image,
}

impl Sprite {
    /// Draws each `(name, SVG text)`; an SVG that can't be read is reported and left out.
    pub fn from_svgs<'a>(
        svgs: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> (Self, Vec<Diagnostic>) {
        let mut sprite = Self::default();
        let mut problems = Vec::new();
        for (name, svg) in svgs {
            match draw(svg) {
                Ok(images) => {
                    sprite.images.insert(name.into(), RATIOS.zip(images).collect());
                }
                Err(message) => problems.push(
                    Diagnostic::error(format!("sprite image '{name}' is left out: {message}"))
                        .in_file(format!("{name}.svg"))
                        .help("give a plain SVG with a width and a height in whole px"),
                ),
            }
        }
        (sprite, problems)
    }

    /// The image `name` for `ratio` device px per CSS px, or the largest there is for fewer.
    pub fn image(&self, name: &str, ratio: u32) -> Option<&Arc<Image>> {
        let ratios = self.images.get(name)?;
        ratios
            .range(..=ratio)
            .next_back()
            .or_else(|| ratios.first_key_value())
            .map(|(_, image)| image)
    }

    /// Takes the other's images in, their names prefixed with `id:` unless the id is `default`.
    pub fn add(&mut self, id: &str, other: Sprite) {
        for (name, ratios) in other.images {
            let name = if id == "default" { name } else { format!("{id}:{name}").into() };
            self.images.entry(name).or_default().extend(ratios);
        }
    }

    pub fn is_empty(&self) -> bool {
        self.images.is_empty()
    }

    /// The images one below the other, in name order.
    pub fn sheet(&self, ratio: u32) -> Option<Sheet> {
        let images: Vec<(&Arc<str>, &Arc<Image>)> =
            self.images.keys().filter_map(|name| Some((name, self.image(name, ratio)?))).collect();
        let width_px = images.iter().map(|(_, i)| i.width_px).max()?;
        let mut rgba = Vec::new();
        let mut index = serde_json::Map::new();
        let mut y = 0;
        for (name, image) in images {
            let row = image.width_px as usize * 4;
            for line in image.rgba.chunks_exact(row) {
                rgba.extend_from_slice(line);
                rgba.resize(rgba.len() + width_px as usize * 4 - row, 0);
            }
            let mut entry = serde_json::json!({
                "x": 0,
                "y": y,
                "width": image.width_px,
                "height": image.height_px,
                "pixelRatio": image.ratio,
            });
            if image.sdf {
                entry["sdf"] = true.into();
            }
            if let Some(fit) = &image.fit {
                let said = serde_json::json!({
                    "stretchX": fit.stretch_x,
                    "stretchY": fit.stretch_y,
                    "content": fit.content,
                    "textFitWidth": fit.width,
                    "textFitHeight": fit.height,
                });
                let said = said.as_object().into_iter().flatten();
                for (key, value) in
                    said.filter(|(_, v)| !v.is_null() && v.as_array().is_none_or(|a| !a.is_empty()))
                {
                    entry[key] = value.clone();
                }
            }
            index.insert(name.to_string(), entry);
            y += image.height_px;
        }
        Some(Sheet { index: index.into(), image: Image::new(width_px, y, f64::from(ratio), rgba) })
    }
}

/// Reads an SVG; what it names beyond itself is not read.
///
/// # Errors
/// Where it is none.
pub fn svg_tree(svg: &str) -> Result<usvg::Tree, SvgError> {
    let image_href_resolver = usvg::ImageHrefResolver {
        resolve_string: Box::new(|_, _| None),
        ..usvg::ImageHrefResolver::default()
    };
    let options = usvg::Options { image_href_resolver, ..usvg::Options::default() };
    Ok(usvg::Tree::from_str(svg, &options)?)
}

/// Why an SVG is no image.
#[derive(Debug, thiserror::Error)]
pub enum SvgError {
    #[error(transparent)]
    Unreadable(#[from] usvg::Error),
    #[error("its size is {width} x {height} px, more than {MAX_SIDE}")]
    Large { width: f32, height: f32 },
    #[error("it has no size")]
    Sizeless,
    #[error("it has no element 'svg'")]
    Empty,
}

/// How long an image's sides may be, CSS px.
const MAX_SIDE: f32 = 1024.0;

/// By how much of a px the numbers of an SVG may miss a whole one.
const ROUNDING: f32 = 0.001;

/// One image per ratio.
fn draw(svg: &str) -> Result<Vec<Arc<Image>>, SvgError> {
    let tree = svg_tree(svg)?;
    let (width, height) = (tree.size().width(), tree.size().height());
    if width > MAX_SIDE || height > MAX_SIDE {
        return Err(SvgError::Large { width, height });
    }
    let whole = |side: f32| (side - ROUNDING).ceil().max(1.0);
    let sides = [whole(width), whole(height)];
    let source: Arc<str> =
        if sides == [width, height] { svg.into() } else { on_canvas(svg, sides)?.into() };
    RATIOS
        .map(|ratio| {
            let [width_px, height_px] = sides.map(|side| side as u32 * ratio);
            let mut pixmap =
                tiny_skia::Pixmap::new(width_px, height_px).ok_or(SvgError::Sizeless)?;
            let scale = tiny_skia::Transform::from_scale(ratio as f32, ratio as f32);
            resvg::render(&tree, scale, &mut pixmap.as_mut());
            let image = Image::new(width_px, height_px, f64::from(ratio), pixmap.take());
            Ok(Arc::new(Image { svg: Some(source.clone()), ..image }))
        })
        .collect()
}

/// The drawing in the upper left of a canvas, which has no scale of its own; what lies over its
/// sides is seen, as it is when the drawing is alone.
fn on_canvas(svg: &str, [width, height]: [f32; 2]) -> Result<String, SvgError> {
    let inner = svg.find("<svg").map(|start| &svg[start + 4..]).ok_or(SvgError::Empty)?;
    let tag = inner.split('>').next().unwrap_or_default();
    let overflow = if tag.contains("overflow") { "" } else { " overflow=\"visible\"" };
    Ok(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {width} {height}\"><svg{overflow}{inner}</svg>"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOT: &str = "<svg xmlns='http://www.w3.org/2000/svg' width='4' height='2'><rect \
        width='1' height='2' fill='#f00'/></svg>";

    #[test]
    fn images_are_whole_pixels_at_each_ratio() {
        let long = DOT.replace("'4'", "'4000'");
        let (sprite, problems) =
            Sprite::from_svgs([("dot", DOT), ("bad", "<svg"), ("long", &long)]);
        assert_eq!(problems.len(), 2);
        for ratio in RATIOS {
            let image = sprite.image("dot", ratio).unwrap();
            assert_eq!((image.width_px, image.height_px), (4 * ratio, 2 * ratio));
            assert_eq!(image.rgba[..4], [255, 0, 0, 255]);
        }
        assert!(sprite.image("dash", 1).is_none());
        assert_eq!(sprite.sheet(2).unwrap().index["dot"]["pixelRatio"], 2.0);
    }

    #[test]
    fn sides_are_rounded_up_to_whole_pixels() {
        for (side, width) in
            [("28.8", 29), ("4.000005", 4), ("3.9999", 4), ("0.3", 1), ("14.5px", 15)]
        {
            let svg = format!(
                "<?xml version='1.0'?>\n{}",
                DOT.replace("width='4'", &format!("width='{side}'"))
            );
            let (sprite, problems) = Sprite::from_svgs([("shield", svg.as_str())]);
            assert!(problems.is_empty(), "{side}: {problems:?}");
            for ratio in RATIOS {
                let image = sprite.image("shield", ratio).unwrap();
                assert_eq!((image.width_px, image.height_px), (width * ratio, 2 * ratio), "{side}");
                // What is drawn keeps its size, also where it is drawn anew from the SVG.
                let again = svg_tree(image.svg.as_deref().unwrap()).unwrap();
                assert!(
                    (again.size().width() - width as f32).abs() < 0.01,
                    "{side}: {:?}",
                    again.size()
                );
                let mut pixels = tiny_skia::Pixmap::new(image.width_px, image.height_px).unwrap();
                let scale = tiny_skia::Transform::from_scale(ratio as f32, ratio as f32);
                resvg::render(&again, scale, &mut pixels.as_mut());
                let off = pixels.data().iter().zip(&image.rgba).map(|(a, b)| a.abs_diff(*b)).max();
                assert!(off <= Some(1), "{side} at {ratio}: {off:?}");
            }
        }
    }
}
