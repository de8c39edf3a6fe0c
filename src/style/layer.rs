//! The layer types that are drawn, each a table of its typed properties; defaults are the
//! reference's.

use std::sync::Arc;

use super::expression::{Context, Expr};
use super::from_datum::ImageName;
use super::keyword::{LineCap, LineJoin, Resampling, Visibility};
use super::layer_type::{Zooms, layer_type};
use super::property::Property;
use super::reader::Reader;
use super::relief::{ColorReliefPaint, HillshadePaint};
use super::symbol::SymbolPaint;
use super::translate::Translate;
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
    pub visibility: Property<Visibility>,
    pub filter: Option<Expr>,
    /// The same for layers whose filters are written alike.
    pub filter_number: u64,
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

layer_type! {
    /// What lies below everything.
    pub struct BackgroundPaint {
        pub color: Property<Color> = paint "background-color",
        pub opacity: Property<f64> = paint "background-opacity",
        pub pattern: Option<Property<ImageName>> = paint "background-pattern" at whole zoom,
    }
}

layer_type! {
    /// Areas.
    pub struct FillPaint {
        pub sort_key: Option<Property<f64>> = layout "fill-sort-key",
        pub antialias: Property<bool> = paint "fill-antialias",
        pub color: Property<Color> = paint "fill-color",
        pub opacity: Property<f64> = paint "fill-opacity",
        pub layer_opacity: Property<f64> = paint "fill-layer-opacity",
        /// An outline of one device px; absent means none of its own.
        pub outline_color: Option<Property<Color>> = paint "fill-outline-color",
        pub pattern: Option<Property<ImageName>> = paint "fill-pattern" at whole zoom,
        pub translate: Translate = paint "fill-translate",
    }
}

layer_type! {
    /// Lines and the outlines of areas.
    pub struct LinePaint {
        pub sort_key: Option<Property<f64>> = layout "line-sort-key",
        pub cap: Property<LineCap> = layout "line-cap",
        pub join: Property<LineJoin> = layout "line-join",
        pub miter_limit: Property<f64> = layout "line-miter-limit",
        pub round_limit: Property<f64> = layout "line-round-limit",
        pub color: Property<Color> = paint "line-color",
        pub opacity: Property<f64> = paint "line-opacity",
        pub layer_opacity: Property<f64> = paint "line-layer-opacity",
        /// CSS px.
        pub width: Property<f64> = paint "line-width",
        /// The same, to be asked for at the whole zoom below: what dashes and patterns are measured
        /// in.
        pub whole_width: Property<f64> = paint "line-width" at whole zoom,
        /// CSS px between the two lines that a line with a gap is.
        pub gap_width: Property<f64> = paint "line-gap-width",
        /// CSS px to the right of the line's direction.
        pub offset: Property<f64> = paint "line-offset",
        /// CSS px.
        pub blur: Property<f64> = paint "line-blur",
        /// In line widths.
        pub dasharray: Option<Property<Vec<f64>>> = paint "line-dasharray" at whole zoom,
        pub pattern: Option<Property<ImageName>> = paint "line-pattern" at whole zoom,
        /// Colour by `line-progress`.
        pub gradient: Option<Property<Color>> = paint "line-gradient",
        pub translate: Translate = paint "line-translate",
    }
}

layer_type! {
    /// Points, each a disc with a ring around it.
    pub struct CirclePaint {
        pub sort_key: Option<Property<f64>> = layout "circle-sort-key",
        /// CSS px.
        pub radius: Property<f64> = paint "circle-radius",
        pub color: Property<Color> = paint "circle-color",
        pub opacity: Property<f64> = paint "circle-opacity",
        /// In radii: at 1 only the centre is at full opacity.
        pub blur: Property<f64> = paint "circle-blur",
        /// CSS px, outside the radius.
        pub stroke_width: Property<f64> = paint "circle-stroke-width",
        pub stroke_color: Property<Color> = paint "circle-stroke-color",
        pub stroke_opacity: Property<f64> = paint "circle-stroke-opacity",
        pub translate: Translate = paint "circle-translate",
    }
}

layer_type! {
    /// Pictures placed in the world.
    pub struct RasterPaint {
        pub opacity: Property<f64> = paint "raster-opacity",
        /// Degrees.
        pub hue_rotate: Property<f64> = paint "raster-hue-rotate",
        pub brightness_min: Property<f64> = paint "raster-brightness-min",
        pub brightness_max: Property<f64> = paint "raster-brightness-max",
        /// -1..=1.
        pub saturation: Property<f64> = paint "raster-saturation",
        /// -1..=1.
        pub contrast: Property<f64> = paint "raster-contrast",
        resampling: Property<Resampling> = paint "resampling",
        /// The older name, which goes before the newer.
        raster_resampling: Option<Property<Resampling>> = paint "raster-resampling",
    }
}

impl RasterPaint {
    /// Whether a pixel takes the nearest of the picture's, not a mix of four.
    pub fn takes_nearest(&self, context: &Context) -> bool {
        let resampling = self.raster_resampling.as_ref().unwrap_or(&self.resampling);
        resampling.eval(context) == Resampling::Nearest
    }
}

layer_type! {
    /// How densely points lie.
    pub struct HeatmapPaint {
        /// CSS px.
        pub radius: Property<f64> = paint "heatmap-radius",
        pub weight: Property<f64> = paint "heatmap-weight",
        pub intensity: Property<f64> = paint "heatmap-intensity",
        /// Colour by `heatmap-density`.
        pub color: Option<Property<Color>> = paint "heatmap-color",
        pub opacity: Property<f64> = paint "heatmap-opacity",
    }
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
        let zooms = Zooms { exact: at, whole };
        match self {
            Paint::Background(paint) => Paint::Background(Box::new(paint.settled(&zooms))),
            Paint::Fill(paint) => Paint::Fill(Box::new(paint.settled(&zooms))),
            Paint::Line(paint) => Paint::Line(Box::new(paint.settled(&zooms))),
            Paint::Circle(paint) => Paint::Circle(Box::new(paint.settled(&zooms))),
            Paint::Raster(paint) => Paint::Raster(Box::new(paint.settled(&zooms))),
            Paint::Hillshade(paint) => Paint::Hillshade(Box::new(paint.settled(&zooms))),
            Paint::ColorRelief(paint) => Paint::ColorRelief(Box::new(paint.settled(&zooms))),
            Paint::Heatmap(paint) => Paint::Heatmap(Box::new(paint.settled(&zooms))),
            Paint::Symbol(_) => self.clone(),
        }
    }

    /// Reads the properties of a layer of type `kind`; `None` for a type that is not drawn.
    pub(super) fn read(kind: &str, reader: &mut Reader) -> Option<Self> {
        Some(match kind {
            "background" => Paint::Background(Box::new(BackgroundPaint::read(reader))),
            "fill" => Paint::Fill(Box::new(FillPaint::read(reader))),
            "line" => Paint::Line(Box::new(LinePaint::read(reader))),
            "circle" => Paint::Circle(Box::new(CirclePaint::read(reader))),
            "raster" => Paint::Raster(Box::new(RasterPaint::read(reader))),
            "hillshade" => Paint::Hillshade(Box::new(HillshadePaint::read(reader))),
            "color-relief" => Paint::ColorRelief(Box::new(ColorReliefPaint::read(reader))),
            "heatmap" => Paint::Heatmap(Box::new(HeatmapPaint::read(reader))),
            "symbol" => Paint::Symbol(Box::new(SymbolPaint::read(reader))),
            _ => return None,
        })
    }
}
