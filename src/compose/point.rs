//! Circle and heatmap layers: marks at points.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::Arc;

use super::classes::Look;
use super::place::Place;
use super::{Batch, Composer, Fetched, size};
use crate::color::Color;
use crate::geo::{Camera, Kind, SUBPIXELS, Snapped, cost};
use crate::scene::{CircleLook, Circles, Dot, HeatPoint, Heatmap, Item};
use crate::style::{CirclePaint, Context, HeatmapPaint, Layer, Property};

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
struct CirclesOf {
    circles: Circles,
    /// The numbers of looks, by all that they are.
    numbers: HashMap<Look, u32>,
    last: Option<(CircleLook, u32)>,
    /// The looks of classes of features: none known, nothing seen, or a number.
    of_classes: Vec<Option<Option<u32>>>,
}

impl CirclesOf {
    /// The number of a look.
    fn look(&mut self, look: CircleLook) -> u32 {
        if let Some((last, number)) = &self.last
            && *last == look
        {
            return *number;
        }
        let looks = &mut self.circles.looks;
        let number = *self.numbers.entry(bits(&look, [1.0; 2])).or_insert_with(|| {
            looks.push(look);
            looks.len() as u32 - 1
        });
        self.last = Some((look, number));
        number
    }

    /// The number of the look of a class; `None` where nothing is seen of it.
    fn look_of(&mut self, class: u32, look: impl FnOnce() -> Option<CircleLook>) -> Option<u32> {
        let at = class as usize;
        if self.of_classes.len() <= at {
            self.of_classes.resize(at + 1, None);
        }
        match self.of_classes[at] {
            Some(known) => known,
            None => {
                let number = look().map(|look| self.look(look));
                self.of_classes[at] = Some(number);
                number
            }
        }
    }

    /// A circle at every vertex of a part, as MapLibre draws them.
    fn add(&mut self, part: &Fetched, place: &Place, look: u32) {
        let vertices = part.shape.vertices().filter(|p| place.owns(*p));
        self.circles.dots.extend(vertices.map(|p| Dot { center: place.point(p), look }));
    }
}

/// All that a look is, with the opacities of disc and ring where they are apart from the colours.
fn bits(look: &CircleLook, opacities: [f64; 2]) -> Look {
    let (c, s) = (look.color, look.stroke_color);
    let all = [look.radius_px, look.stroke_px, look.blur_px];
    let colors = [c.r, c.g, c.b, c.a, s.r, s.g, s.b, s.a];
    let mut bits = [0; 13];
    let all = all.into_iter().chain(colors).chain(opacities);
    bits.iter_mut().zip(all).for_each(|(bits, v)| *bits = v.to_bits());
    bits
}

impl Composer<'_> {
    /// Appends the layer's circles.
    pub(super) fn circles(
        &self,
        layer: &Layer,
        paint: &CirclePaint,
        batch: &Batch,
        place: &Place,
        items: &mut Vec<Item>,
    ) {
        let place = place.translated(&paint.translate, &self.context(None));
        let mut circles = CirclesOf::default();
        let is_point = |part: &Fetched| part.shape.kind() == Kind::Point;
        let is_filtered = batch.sifted || layer.filter.is_none();
        match &batch.classes {
            Some(classes)
                if is_filtered
                    && batch
                        .parts
                        .try_each(|part| if is_point(&part) { Ok(()) } else { Err(()) })
                        .is_ok() =>
            {
                let each = 2 * (cost::FEATURE + cost::POSITION);
                if self.inputs.effort.spend(each * batch.parts.len()).is_err() {
                    return;
                }
                let _ = batch.parts.try_each(|part| {
                    let look = || self.circle_look(paint, &self.context(Some(part)));
                    let data = || self.data_of(paint, part);
                    let number = match classes.number(part.number, data) {
                        Some(class) => circles.look_of(class, look),
                        None => look().map(|look| circles.look(look)),
                    };
                    number.into_iter().for_each(|number| circles.add(&part, &place, number));
                    Ok::<(), Infallible>(())
                });
            }
            _ => self.each(layer, batch, paint.sort_key.as_ref(), |parts, context| {
                if let Some(look) = self.circle_look(paint, context) {
                    let number = circles.look(look);
                    parts.iter().for_each(|part| circles.add(part, &place, number));
                }
            }),
        }
        if !circles.circles.dots.is_empty() {
            items.push(Item::Circles(circles.circles));
        }
    }

    /// The values of a feature that decide the look of its circles.
    pub(super) fn data_of(&self, paint: &CirclePaint, part: Fetched) -> Look {
        let context = &self.context(Some(part));
        let number = |p: &Property<f64>| if p.dependence().feature { p.eval(context) } else { 0.0 };
        let color = |p: &Property<Color>| {
            let none = Color::new(0.0, 0.0, 0.0, 0.0);
            if p.dependence().feature { p.eval(context) } else { none }
        };
        let look = CircleLook {
            radius_px: number(&paint.radius),
            stroke_px: number(&paint.stroke_width),
            blur_px: number(&paint.blur),
            color: color(&paint.color),
            stroke_color: color(&paint.stroke_color),
        };
        bits(&look, [&paint.opacity, &paint.stroke_opacity].map(number))
    }

    /// `None` where nothing would be seen.
    fn circle_look(&self, paint: &CirclePaint, context: &Context) -> Option<CircleLook> {
        let ratio = self.inputs.camera.ratio();
        let radius_px = size(paint.radius.eval(context)) * ratio;
        let stroke_px = size(paint.stroke_width.eval(context)) * ratio;
        let color = paint.color.eval(context).with_opacity(paint.opacity.eval(context));
        let stroke_color =
            paint.stroke_color.eval(context).with_opacity(paint.stroke_opacity.eval(context));
        let is_clear = color.a == 0.0 && (stroke_color.a == 0.0 || stroke_px == 0.0);
        if radius_px + stroke_px == 0.0 || is_clear {
            return None;
        }
        let blur_px = size(paint.blur.eval(context)) * (radius_px + stroke_px);
        Some(CircleLook { radius_px, color, stroke_px, stroke_color, blur_px })
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
            self.each(layer, batch, None, |parts, context| {
                let weight = size(paint.weight.eval(context)) * intensity;
                let radius_px =
                    size(paint.radius.eval(context)).max(1.0) * self.inputs.camera.ratio();
                if weight > 0.0 && radius_px > 0.0 {
                    let vertices = parts.iter().flat_map(|part| part.shape.vertices());
                    let centers = vertices.filter(|p| place.owns(*p)).map(|p| place.point(p));
                    points.extend(centers.map(|center| HeatPoint { center, radius_px, weight }));
                }
            });
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
