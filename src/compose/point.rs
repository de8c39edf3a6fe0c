//! Circle and heatmap layers: marks at points.

use std::sync::Arc;

use super::place::Place;
use super::{Batch, Composer, size};
use crate::color::Color;
use crate::geo::{Camera, SUBPIXELS, Shape, Snapped};
use crate::scene::{Circle, HeatPoint, Heatmap, Item};
use crate::style::{CirclePaint, Context, HeatmapPaint, Layer};

/// How many colours a heatmap is drawn with.
const HEAT_STEPS: usize = 256;

/// The reference's own colours of a heatmap: density and red, green, blue, alpha.
const HEAT_COLORS: [(f64, [f64; 4]); 6] = [
    (0.0, [0.0, 0.0, 1.0, 0.0]),
    (0.1, [65.0 / 255.0, 105.0 / 255.0, 225.0 / 255.0, 1.0]),
    (0.3, [0.0, 1.0, 1.0, 1.0]),
    (0.5, [0.0, 1.0, 0.0, 1.0]),
    (0.7, [1.0, 1.0, 0.0, 1.0]),
    (1.0, [1.0, 0.0, 0.0, 1.0]),
];

impl Composer<'_> {
    /// A circle at every vertex, as MapLibre draws them.
    pub(super) fn circle<'b>(
        &self,
        paint: &CirclePaint,
        context: &Context,
        shapes: impl Iterator<Item = &'b Shape>,
        place: &Place,
        items: &mut Vec<Item>,
    ) {
        let ratio = self.inputs.camera.ratio();
        let radius_px = size(paint.radius.eval(context)) * ratio;
        let stroke_px = size(paint.stroke_width.eval(context)) * ratio;
        let color = paint.color.eval(context).with_opacity(paint.opacity.eval(context));
        let stroke_color =
            paint.stroke_color.eval(context).with_opacity(paint.stroke_opacity.eval(context));
        if radius_px + stroke_px == 0.0
            || (color.a == 0.0 && (stroke_color.a == 0.0 || stroke_px == 0.0))
        {
            return;
        }
        let blur_px = size(paint.blur.eval(context)) * (radius_px + stroke_px);
        let place = place.translated(&paint.translate, context);
        let vertices = shapes.flat_map(Shape::vertices);
        let centers = vertices.filter(|p| place.owns(*p)).map(|p| place.point(p));
        items.extend(centers.map(|center| {
            Item::Circle(Circle { center, radius_px, color, stroke_px, stroke_color, blur_px })
        }));
    }

    /// All vertices of the layer together, whatever tile they come from.
    pub(super) fn heatmap(
        &self,
        layer: &Layer,
        paint: &HeatmapPaint,
        batches: &[Batch],
        items: &mut Vec<Item>,
    ) {
        let whole = self.context(None);
        let opacity = paint.opacity.eval(&whole).clamp(0.0, 1.0);
        let intensity = size(paint.intensity.eval(&whole));
        let mut points = Vec::new();
        for batch in batches {
            let place = Place::new(self.inputs.camera.in_copy(batch.copy)).of_tile(batch.clip);
            for feature in self.drawn(layer, &batch.parts, None) {
                let context = self.context(feature.parts.first().copied());
                let weight = size(paint.weight.eval(&context)) * intensity;
                let radius_px =
                    size(paint.radius.eval(&context)).max(1.0) * self.inputs.camera.ratio();
                if weight <= 0.0 || radius_px <= 0.0 {
                    continue;
                }
                let vertices = feature.parts.iter().flat_map(|part| part.shape.vertices());
                let centers = vertices.filter(|p| place.owns(*p)).map(|p| place.point(p));
                points.extend(centers.map(|center| HeatPoint { center, radius_px, weight }));
            }
        }
        if opacity == 0.0 {
            return;
        }
        let color = |i: usize| {
            let density = i as f64 / (HEAT_STEPS - 1) as f64;
            match &paint.color {
                Some(color) => color.eval(&Context { heatmap_density: density, ..whole }),
                None => default_color(density),
            }
        };
        let colors: Arc<[Color]> = (0..HEAT_STEPS).map(color).collect();
        // Where there is nothing near, the colour of nothing is drawn all the same.
        if points.is_empty() && colors.first().is_none_or(|c| c.a == 0.0) {
            return;
        }
        let (corner, squares) = squares(self.inputs.camera);
        items.push(Item::Heatmap(Heatmap { points, colors, opacity, corner, squares }));
    }
}

/// The squares that densities are summed up in: the world's, or the picture's own where it does not
/// lie on whole px.
fn squares(camera: &Camera) -> (Snapped, Option<[u32; 2]>) {
    let side = Heatmap::SQUARE_PX;
    match camera.to_world_px().whole_move() {
        Some((x, y)) => {
            let px = |v: i64| -v.rem_euclid(side) * SUBPIXELS;
            (Snapped { x: px(x), y: px(y) }, None)
        }
        None => {
            let count = |px: u32| px.div_ceil(side as u32);
            (Snapped { x: 0, y: 0 }, Some([count(camera.width_px()), count(camera.height_px())]))
        }
    }
}

fn default_color(density: f64) -> Color {
    let color = |c: [f64; 4]| Color::new(c[0], c[1], c[2], c[3]);
    let next = HEAT_COLORS
        .iter()
        .position(|(at, _)| *at >= density)
        .unwrap_or(HEAT_COLORS.len() - 1)
        .max(1);
    let ((low, a), (high, b)) = (HEAT_COLORS[next - 1], HEAT_COLORS[next]);
    color(a).mix_rgb(color(b), (density - low) / (high - low))
}
