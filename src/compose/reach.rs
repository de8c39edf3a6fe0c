//! How far beyond its geometry a layer can paint.

use super::{Fetched, Images, Inputs, context, line, size};
use crate::scene::{HeatPoint, Heatmap, MAX_OFFSET_MITER};
use crate::style::{Context, FromDatum, Layer, Paint, Property, Translate};

/// How many device px beyond its geometry a layer can paint at this zoom and state, over all the
/// `parts` it may be given; they are only looked at where the layer's sizes hang on them.
pub fn reach_px<'a>(
    layer: &Layer,
    inputs: &Inputs,
    parts: impl Iterator<Item = Fetched<'a>> + Clone,
) -> f64 {
    let shift = |translate: &Translate| {
        largest(&translate.by, inputs, parts.clone(), |t| size(t[0].abs()).hypot(size(t[1].abs())))
    };
    let number =
        |property: &Property<f64>| largest(property, inputs, parts.clone(), |n| size(n.abs()));
    let css_px = match &layer.paint {
        // Labels are found by where they are, and placed beforehand.
        Paint::Background(_)
        | Paint::Raster(_)
        | Paint::Hillshade(_)
        | Paint::ColorRelief(_)
        | Paint::Symbol(_) => 0.0,
        Paint::Fill(fill) => 1.0 + shift(&fill.translate),
        // A square cap reaches the half width's diagonal.
        Paint::Line(line) => {
            // The edge is half a device px outside.
            (number(&line.width) + number(&line.gap_width) / 2.0 + 0.5)
                * number(&line.miter_limit).clamp(2.0, line::MAX_MITER)
                + number(&line.offset) * MAX_OFFSET_MITER
                + shift(&line.translate)
        }
        Paint::Circle(circle) => {
            number(&circle.radius) + number(&circle.stroke_width) + shift(&circle.translate)
        }
        Paint::Heatmap(heatmap) => {
            let weight = number(&heatmap.weight) * number(&heatmap.intensity);
            // Between two squares the density is of both.
            number(&heatmap.radius).max(1.0) * HeatPoint::extent(weight)
                + Heatmap::SQUARE_PX as f64 / inputs.camera.ratio()
        }
    };
    css_px * inputs.camera.ratio() + 1.0
}

fn largest<'a, T: FromDatum>(
    property: &Property<T>,
    inputs: &Inputs,
    parts: impl Iterator<Item = Fetched<'a>>,
    size: impl Fn(&T) -> f64,
) -> f64 {
    let images = Images(inputs.sprite);
    let value = |part: Option<Fetched>| {
        size(&property.eval(&Context { has_image: Some(&images), ..context(inputs, part) }))
    };
    if property.dependence().feature {
        parts.map(|part| value(Some(part))).fold(0.0, f64::max)
    } else {
        value(None)
    }
}
