//! The layer types that are drawn, each with its typed properties and the specification's defaults.

use std::sync::Arc;

use super::document::Reader;
use super::expression::Expr;
use super::property::{ImageName, Property};
use crate::color::Color;

/// One layer of a style.
#[derive(Debug, Clone)]
pub struct Layer {
    pub id: String,
    /// The source's id; a background has none.
    pub source: Option<String>,
    /// Style zooms `[minzoom, maxzoom)`.
    pub minzoom: f64,
    pub maxzoom: f64,
    pub visible: bool,
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
}

#[derive(Debug, Clone)]
pub struct BackgroundPaint {
    pub color: Property<Color>,
    pub opacity: Property<f64>,
    pub pattern: Option<Property<ImageName>>,
}

#[derive(Debug, Clone)]
pub struct FillPaint {
    pub color: Property<Color>,
    pub opacity: Property<f64>,
    /// A 1 CSS px outline; absent means none of its own.
    pub outline_color: Option<Property<Color>>,
    pub pattern: Option<Property<ImageName>>,
    /// CSS px, right and down.
    pub translate: Property<[f64; 2]>,
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
    pub cap: Property<Arc<str>>,
    pub join: Property<Arc<str>>,
    pub miter_limit: Property<f64>,
    pub color: Property<Color>,
    pub opacity: Property<f64>,
    /// CSS px.
    pub width: Property<f64>,
    /// CSS px.
    pub blur: Property<f64>,
    /// In line widths.
    pub dasharray: Option<Property<Vec<f64>>>,
    /// CSS px, right and down.
    pub translate: Property<[f64; 2]>,
}

#[derive(Debug, Clone)]
pub struct CirclePaint {
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
    /// CSS px, right and down.
    pub translate: Property<[f64; 2]>,
}

impl Paint {
    /// The images that the layer names outright, whatever the feature.
    pub fn image_names(&self) -> impl Iterator<Item = Arc<str>> {
        let pattern = match self {
            Paint::Background(paint) => paint.pattern.as_ref(),
            Paint::Fill(paint) => paint.pattern.as_ref(),
            Paint::Line(_) | Paint::Circle(_) => None,
        };
        pattern.and_then(|p| p.as_constant()).and_then(|name| name.0.clone()).into_iter()
    }

    /// Reads the properties of a layer of type `kind`; `None` for a type that is not drawn.
    pub(super) fn read(kind: &str, r: &mut Reader) -> Option<Self> {
        let paint = match kind {
            "background" => Paint::Background(Box::new(BackgroundPaint {
                color: r.paint("background-color", Color::BLACK),
                opacity: r.unit("background-opacity"),
                pattern: r.optional_paint("background-pattern", ImageName(None)),
            })),
            "fill" => Paint::Fill(Box::new(FillPaint {
                color: r.paint("fill-color", Color::BLACK),
                opacity: r.unit("fill-opacity"),
                outline_color: r.optional_paint("fill-outline-color", Color::TRANSPARENT),
                pattern: r.optional_paint("fill-pattern", ImageName(None)),
                translate: r.paint("fill-translate", [0.0, 0.0]),
            })),
            "line" => Paint::Line(Box::new(LinePaint {
                cap: r.layout("line-cap", "butt".into(), &["butt", "round", "square"]),
                join: r.layout("line-join", "miter".into(), &["miter", "bevel", "round"]),
                miter_limit: r.layout("line-miter-limit", 2.0, &[]),
                color: r.paint("line-color", Color::BLACK),
                opacity: r.unit("line-opacity"),
                width: r.paint("line-width", 1.0),
                blur: r.paint("line-blur", 0.0),
                dasharray: r.optional_paint("line-dasharray", Vec::new()),
                translate: r.paint("line-translate", [0.0, 0.0]),
            })),
            "circle" => Paint::Circle(Box::new(CirclePaint {
                radius: r.paint("circle-radius", 5.0),
                color: r.paint("circle-color", Color::BLACK),
                opacity: r.unit("circle-opacity"),
                blur: r.paint("circle-blur", 0.0),
                stroke_width: r.paint("circle-stroke-width", 0.0),
                stroke_color: r.paint("circle-stroke-color", Color::BLACK),
                stroke_opacity: r.unit("circle-stroke-opacity"),
                translate: r.paint("circle-translate", [0.0, 0.0]),
            })),
            _ => return None,
        };
        if let Paint::Line(line) = &paint
            && line.dasharray.is_some()
            && r.has_paint("line-blur")
        {
            r.warn("line-dasharray", "dashes are not cut from a line with line-blur yet; it is drawn whole");
        }
        Some(paint)
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
