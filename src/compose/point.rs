//! Circle and heatmap layers: marks at points.

use std::collections::HashMap;
use std::sync::Arc;

use super::place::Place;
use super::{Batch, Composer, Fetched, size};
use crate::color::Color;
use crate::geo::{Camera, SUBPIXELS, Snapped};
use crate::scene::{CircleLook, Circles, Dot, HeatPoint, Heatmap, Item};
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

/// The circles of a layer, as they come.
#[derive(Default)]
pub(super) struct CirclesOf {
    circles: Circles,
    /// The numbers of looks, by all that they are.
    numbers: HashMap<[u64; 11], u32>,
    last: Option<(CircleLook, u32)>,
}

impl CirclesOf {
    /// The number of a look.
    fn look(&mut self, look: CircleLook) -> u32 {
        if let Some((last, number)) = &self.last
            && *last == look
        {
            return *number;
        }
        let (c, s) = (look.color, look.stroke_color);
        let all = [look.radius_px, look.stroke_px, look.blur_px];
        let all = all.into_iter().chain([c.r, c.g, c.b, c.a, s.r, s.g, s.b, s.a]);
        let mut key = [0; 11];
        key.iter_mut().zip(all).for_each(|(bits, v)| *bits = v.to_bits());
        let looks = &mut self.circles.looks;
        let number = *self.numbers.entry(key).or_insert_with(|| {
            looks.push(look);
            looks.len() as u32 - 1
        });
        self.last = Some((look, number));
        number
    }

    /// `None` where there are none.
    pub fn item(self) -> Option<Item> {
        (!self.circles.dots.is_empty()).then_some(Item::Circles(self.circles))
    }
}

impl Composer<'_> {
    /// A circle at every vertex, as MapLibre draws them.
    pub(super) fn circle<'b>(
        &self,
        paint: &CirclePaint,
        context: &Context,
        parts: impl Iterator<Item = &'b Fetched<'b>>,
        place: &Place,
        circles: &mut CirclesOf,
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
        let look = circles.look(CircleLook { radius_px, color, stroke_px, stroke_color, blur_px });
        let vertices = parts.flat_map(|part| part.shape.vertices());
        let centers = vertices.filter(|p| place.owns(*p)).map(|p| place.point(p));
        circles.circles.dots.extend(centers.map(|center| Dot { center, look }));
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
            let place = self.place(batch);
            for feature in self.drawn(layer, batch, None) {
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
