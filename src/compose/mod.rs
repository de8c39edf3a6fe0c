//! Style + features + camera → scene: all decisions of style, time and place end here.
//!
//! Layers are walked in order, features in source order. [`reach_px`] tells beforehand how far beyond the picture
//! features must be fetched, so that whatever can leave a mark in the picture is there.

mod layer;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::feature::{Feature, Value};
use crate::geo::{Camera, Kind, Shape};
use crate::scene::Scene;
use crate::sprite::Image;
use crate::style::{Context, FromDatum, Layer, Paint, Property};

/// One part of a feature, as fetched.
#[derive(Debug, Clone, Copy)]
pub struct Fetched<'a> {
    pub feature: &'a Feature,
    pub shape: &'a Shape,
}

/// What a picture is composed from.
pub struct Inputs<'a> {
    pub camera: &'a Camera,
    /// The style's state, every key filled in.
    pub state: &'a BTreeMap<String, Value>,
    /// The image of a name at the camera's ratio.
    pub image: &'a dyn Fn(&str) -> Option<Arc<Image>>,
}

/// Composes `layers`, each with the parts fetched for it in source order (none for a background).
pub fn compose<'a>(inputs: &Inputs, layers: impl IntoIterator<Item = (&'a Layer, Vec<Fetched<'a>>)>) -> Scene {
    let camera = inputs.camera;
    let mut items = Vec::new();
    for (layer, fetched) in layers {
        if layer.drawn_at(camera.zoom(), inputs.state) {
            layer::compose(inputs, layer, &fetched, &mut items);
        }
    }
    Scene { width_px: camera.width_px(), height_px: camera.height_px(), origin_px: camera.origin_px(), items }
}

/// How many device px beyond its geometry a layer can paint at this zoom and state, over all the `parts` it may be
/// given; they are only looked at where the layer's sizes hang on them.
pub fn reach_px<'a>(layer: &Layer, inputs: &Inputs, parts: impl Iterator<Item = Fetched<'a>> + Clone) -> f64 {
    let shift = |translate: &Property<[f64; 2]>| {
        largest(translate, inputs, parts.clone(), |t| size(t[0].abs()).hypot(size(t[1].abs())))
    };
    let number = |property: &Property<f64>| largest(property, inputs, parts.clone(), |n| size(*n));
    let css_px = match &layer.paint {
        Paint::Background(_) | Paint::Raster(_) | Paint::Heatmap(_) => 0.0,
        Paint::Fill(fill) => 1.0 + shift(&fill.translate.by),
        // A square cap reaches the half width's diagonal.
        Paint::Line(line) => {
            number(&line.width) / 2.0 * number(&line.miter_limit).clamp(1.5, layer::MAX_MITER)
                + shift(&line.translate.by)
        }
        Paint::Circle(circle) => number(&circle.radius) + number(&circle.stroke_width) + shift(&circle.translate.by),
    };
    css_px * inputs.camera.ratio() + 1.0
}

/// A length in CSS px, or a factor, within what can be drawn: a style may say 1e300.
fn size(value: f64) -> f64 {
    value.clamp(0.0, 100_000.0)
}

fn largest<'a, T: FromDatum>(
    property: &Property<T>,
    inputs: &Inputs,
    parts: impl Iterator<Item = Fetched<'a>>,
    size: impl Fn(&T) -> f64,
) -> f64 {
    let value = |part: Option<Fetched>| size(&property.eval(&context(inputs, part)));
    if property.dependence().feature { parts.map(|part| value(Some(part))).fold(0.0, f64::max) } else { value(None) }
}

/// What an expression sees of `part`.
fn context<'a>(inputs: &'a Inputs, part: Option<Fetched<'a>>) -> Context<'a> {
    Context {
        zoom: inputs.camera.zoom(),
        feature: part.map(|p| p.feature),
        geometry_type: match part.map(|p| p.shape.kind()) {
            None => "",
            Some(Kind::Point) => "Point",
            Some(Kind::Line) => "LineString",
            Some(Kind::Polygon) => "Polygon",
        },
        state: inputs.state,
        ..Context::nowhere()
    }
}
