//! The layer types that are drawn, each with its typed properties; defaults are the reference's.

use std::sync::Arc;

use super::expression::{Context, Expr};
use super::property::{ImageName, Property};
use super::reader::Reader;
use super::relief::{ColorReliefPaint, HillshadePaint};
use super::symbol::SymbolPaint;
use crate::color::Color;

/// One layer of a style.
#[derive(Debug, Clone)]
pub struct Layer {
    pub id: String,
    /// The source's id; a background has none.
    pub source: Option<String>,
    /// Which layer of a vector tile.
    pub source_layer: Option<String>,
    /// Style zooms `[minzoom, maxzoom)`.
    pub minzoom: f64,
    pub maxzoom: f64,
    /// `visible` or `none`.
    pub visibility: Property<Arc<str>>,
    pub filter: Option<Expr>,
    pub paint: Paint,
}

/// A layer's type and properties.
#[derive(Debug, Clone)]
pub enum Paint {
    Background(Box<BackgroundPaint>),
    Fill(Box<FillPaint>),
    Line(Box<LinePaint>),
    Circle(Box<CirclePaint>),
    Raster(Box<RasterPaint>),
    Hillshade(Box<HillshadePaint>),
    ColorRelief(Box<ColorReliefPaint>),
    Heatmap(Box<HeatmapPaint>),
    Symbol(Box<SymbolPaint>),
}

#[derive(Debug, Clone)]
pub struct BackgroundPaint {
    pub color: Property<Color>,
    pub opacity: Property<f64>,
    pub pattern: Option<Property<ImageName>>,
}

/// By how much a layer is moved: CSS px right and down, of the map or of the picture.
#[derive(Debug, Clone)]
pub struct Translate {
    pub by: Property<[f64; 2]>,
    pub(super) anchor: Property<Arc<str>>,
}

impl Translate {
    pub(super) fn settled(&self, context: &Context) -> Self {
        Self { by: self.by.settled(context), anchor: self.anchor.settled(context) }
    }

    /// Whether right and down are the picture's, whatever its bearing.
    pub fn is_of_picture(&self, context: &Context) -> bool {
        &*self.anchor.eval(context) == "viewport"
    }
}

#[derive(Debug, Clone)]
pub struct FillPaint {
    pub sort_key: Option<Property<f64>>,
    pub antialias: Property<bool>,
    pub color: Property<Color>,
    pub opacity: Property<f64>,
    pub layer_opacity: Property<f64>,
    /// An outline of one device px; absent means none of its own.
    pub outline_color: Option<Property<Color>>,
    pub pattern: Option<Property<ImageName>>,
    pub translate: Translate,
}

/// The ends of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineCap {
    Butt,
    Round,
    Square,
}

/// The corners of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineJoin {
    Miter,
    Bevel,
    Round,
}

#[derive(Debug, Clone)]
pub struct LinePaint {
    pub sort_key: Option<Property<f64>>,
    pub cap: Property<Arc<str>>,
    pub join: Property<Arc<str>>,
    pub miter_limit: Property<f64>,
    pub round_limit: Property<f64>,
    pub color: Property<Color>,
    pub opacity: Property<f64>,
    pub layer_opacity: Property<f64>,
    /// CSS px.
    pub width: Property<f64>,
    /// The same, to be asked for at the whole zoom below: what dashes and patterns are measured in.
    pub whole_width: Property<f64>,
    /// CSS px between the two lines that a line with a gap is.
    pub gap_width: Property<f64>,
    /// CSS px to the right of the line's direction.
    pub offset: Property<f64>,
    /// CSS px.
    pub blur: Property<f64>,
    /// In line widths.
    pub dasharray: Option<Property<Vec<f64>>>,
    pub pattern: Option<Property<ImageName>>,
    /// Colour by `line-progress`.
    pub gradient: Option<Property<Color>>,
    pub translate: Translate,
}

#[derive(Debug, Clone)]
pub struct CirclePaint {
    pub sort_key: Option<Property<f64>>,
    /// CSS px.
    pub radius: Property<f64>,
    pub color: Property<Color>,
    pub opacity: Property<f64>,
    /// In radii: at 1 only the centre is at full opacity.
    pub blur: Property<f64>,
    /// CSS px, outside the radius.
    pub stroke_width: Property<f64>,
    pub stroke_color: Property<Color>,
    pub stroke_opacity: Property<f64>,
    pub translate: Translate,
}

#[derive(Debug, Clone)]
pub struct RasterPaint {
    pub opacity: Property<f64>,
    /// Degrees.
    pub hue_rotate: Property<f64>,
    pub brightness_min: Property<f64>,
    pub brightness_max: Property<f64>,
    /// -1..=1.
    pub saturation: Property<f64>,
    /// -1..=1.
    pub contrast: Property<f64>,
    pub(super) resampling: Property<Arc<str>>,
    pub(super) raster_resampling: Option<Property<Arc<str>>>,
}

impl RasterPaint {
    /// Whether a pixel takes the nearest of the picture's, not a mix of four.
    pub fn takes_nearest(&self, context: &Context) -> bool {
        &*self.raster_resampling.as_ref().unwrap_or(&self.resampling).eval(context) == "nearest"
    }
}

#[derive(Debug, Clone)]
pub struct HeatmapPaint {
    /// CSS px.
    pub radius: Property<f64>,
    pub weight: Property<f64>,
    pub intensity: Property<f64>,
    /// Colour by `heatmap-density`.
    pub color: Option<Property<Color>>,
    pub opacity: Property<f64>,
}

impl Paint {
    /// The images that the layer names outright, whatever the feature: the property that does, and
    /// the name.
    pub fn image_names(&self) -> Vec<(&'static str, Arc<str>)> {
        let (property, name) = match self {
            Paint::Background(paint) => ("paint/background-pattern", paint.pattern.as_ref()),
            Paint::Fill(paint) => ("paint/fill-pattern", paint.pattern.as_ref()),
            Paint::Line(paint) => ("paint/line-pattern", paint.pattern.as_ref()),
            Paint::Symbol(paint) => ("layout/icon-image", paint.icon_image.as_ref()),
            Paint::Circle(_)
            | Paint::Raster(_)
            | Paint::Hillshade(_)
            | Paint::ColorRelief(_)
            | Paint::Heatmap(_) => {
                return Vec::new();
            }
        };
        let names = name.iter().flat_map(|name| name.written()).map(|name| (property, name));
        let in_text = match self {
            Paint::Symbol(paint) => paint.text_field.written().0,
            _ => Vec::new(),
        };
        let all = names.chain(in_text.into_iter().map(|name| ("layout/text-field", name)));
        let mut found: Vec<(&'static str, Arc<str>)> = Vec::new();
        for one in all.filter(|(_, name)| !name.is_empty()) {
            if !found.contains(&one) {
                found.push(one);
            }
        }
        found
    }

    /// The lists of fonts that the layer names outright: the property that does, and the names.
    pub fn font_names(&self) -> Vec<(&'static str, Vec<Arc<str>>)> {
        let Paint::Symbol(paint) = self else { return Vec::new() };
        let own = paint.text_font.written().into_iter().map(|names| ("layout/text-font", names));
        let in_text =
            paint.text_field.written().1.into_iter().map(|names| ("layout/text-field", names));
        own.chain(in_text).collect()
    }

    /// Whether the layer paints beyond the tile its features come from, and if so whether how far
    /// hangs on the features.
    pub fn reaches_beyond_tiles(&self) -> Option<bool> {
        match self {
            Paint::Circle(paint) => {
                Some(paint.radius.dependence().feature || paint.stroke_width.dependence().feature)
            }
            Paint::Heatmap(paint) => {
                Some(paint.radius.dependence().feature || paint.weight.dependence().feature)
            }
            Paint::Background(_)
            | Paint::Fill(_)
            | Paint::Line(_)
            | Paint::Raster(_)
            | Paint::Hillshade(_)
            | Paint::ColorRelief(_)
            | Paint::Symbol(_) => None,
        }
    }

    /// With every value put in that is the same for all features of a picture: those that hang on
    /// the zoom or the state alone are computed once. `whole` is the context at the whole zoom
    /// below, for what does not change in between.
    pub fn settled(&self, at: &Context, whole: &Context) -> Self {
        match self {
            Paint::Background(paint) => Paint::Background(Box::new(paint.settled(at, whole))),
            Paint::Fill(paint) => Paint::Fill(Box::new(paint.settled(at, whole))),
            Paint::Line(paint) => Paint::Line(Box::new(paint.settled(at, whole))),
            Paint::Circle(paint) => Paint::Circle(Box::new(paint.settled(at, whole))),
            Paint::Raster(paint) => Paint::Raster(Box::new(paint.settled(at, whole))),
            Paint::Hillshade(paint) => Paint::Hillshade(Box::new(paint.settled(at))),
            Paint::ColorRelief(paint) => Paint::ColorRelief(Box::new(paint.settled(at))),
            Paint::Heatmap(paint) => Paint::Heatmap(Box::new(paint.settled(at, whole))),
            Paint::Symbol(_) => self.clone(),
        }
    }

    /// Reads the properties of a layer of type `kind`; `None` for a type that is not drawn.
    pub(super) fn read(kind: &str, r: &mut Reader) -> Option<Self> {
        Some(match kind {
            "background" => Paint::Background(Box::new(BackgroundPaint {
                color: r.paint("background-color"),
                opacity: r.paint("background-opacity"),
                pattern: r.optional_paint("background-pattern"),
            })),
            "fill" => Paint::Fill(Box::new(FillPaint {
                sort_key: r.optional_layout("fill-sort-key"),
                antialias: r.paint("fill-antialias"),
                color: r.paint("fill-color"),
                opacity: r.paint("fill-opacity"),
                layer_opacity: r.paint("fill-layer-opacity"),
                outline_color: r.optional_paint("fill-outline-color"),
                pattern: r.optional_paint("fill-pattern"),
                translate: Translate {
                    by: r.paint("fill-translate"),
                    anchor: r.paint("fill-translate-anchor"),
                },
            })),
            "line" => Paint::Line(Box::new(LinePaint {
                sort_key: r.optional_layout("line-sort-key"),
                cap: r.layout("line-cap"),
                join: r.layout("line-join"),
                miter_limit: r.layout("line-miter-limit"),
                round_limit: r.layout("line-round-limit"),
                color: r.paint("line-color"),
                opacity: r.paint("line-opacity"),
                layer_opacity: r.paint("line-layer-opacity"),
                width: r.paint("line-width"),
                whole_width: r.paint("line-width"),
                gap_width: r.paint("line-gap-width"),
                offset: r.paint("line-offset"),
                blur: r.paint("line-blur"),
                dasharray: r.optional_paint("line-dasharray"),
                pattern: r.optional_paint("line-pattern"),
                gradient: r.optional_paint("line-gradient"),
                translate: Translate {
                    by: r.paint("line-translate"),
                    anchor: r.paint("line-translate-anchor"),
                },
            })),
            "circle" => Paint::Circle(Box::new(CirclePaint {
                sort_key: r.optional_layout("circle-sort-key"),
                radius: r.paint("circle-radius"),
                color: r.paint("circle-color"),
                opacity: r.paint("circle-opacity"),
                blur: r.paint("circle-blur"),
                stroke_width: r.paint("circle-stroke-width"),
                stroke_color: r.paint("circle-stroke-color"),
                stroke_opacity: r.paint("circle-stroke-opacity"),
                translate: Translate {
                    by: r.paint("circle-translate"),
                    anchor: r.paint("circle-translate-anchor"),
                },
            })),
            "raster" => Paint::Raster(Box::new(RasterPaint {
                opacity: r.paint("raster-opacity"),
                hue_rotate: r.paint("raster-hue-rotate"),
                brightness_min: r.paint("raster-brightness-min"),
                brightness_max: r.paint("raster-brightness-max"),
                saturation: r.paint("raster-saturation"),
                contrast: r.paint("raster-contrast"),
                resampling: r.paint("resampling"),
                raster_resampling: r.optional_paint("raster-resampling"),
            })),
            "hillshade" => Paint::Hillshade(Box::new(HillshadePaint::read(r))),
            "color-relief" => Paint::ColorRelief(Box::new(ColorReliefPaint::read(r))),
            "heatmap" => Paint::Heatmap(Box::new(HeatmapPaint {
                radius: r.paint("heatmap-radius"),
                weight: r.paint("heatmap-weight"),
                intensity: r.paint("heatmap-intensity"),
                color: r.optional_paint("heatmap-color"),
                opacity: r.paint("heatmap-opacity"),
            })),
            "symbol" => Paint::Symbol(Box::new(SymbolPaint::read(r))),
            _ => return None,
        })
    }
}

impl LineCap {
    /// From the property's text; an unknown word is the default.
    pub fn named(name: &str) -> Self {
        match name {
            "round" => LineCap::Round,
            "square" => LineCap::Square,
            _ => LineCap::Butt,
        }
    }
}

impl LineJoin {
    /// From the property's text; an unknown word is the default.
    pub fn named(name: &str) -> Self {
        match name {
            "round" => LineJoin::Round,
            "bevel" => LineJoin::Bevel,
            _ => LineJoin::Miter,
        }
    }
}
