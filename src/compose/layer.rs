//! One layer's features as scene items.

use std::sync::Arc;

use super::{Fetched, Inputs, context, size};
use crate::geo::{Camera, Kind, SUBPIXELS, Shape, Snapped, World};
use crate::scene::{Cap, Circle, Ink, Item, Join, Line, Stroke};
use crate::style::{
    BackgroundPaint, CirclePaint, Context, Datum, FillPaint, ImageName, Layer, LineCap, LineJoin, LinePaint, Paint,
    Property,
};

/// Longer mitres are bevelled, whatever a style says.
pub(super) const MAX_MITER: f64 = 100.0;

/// Appends what the layer draws. The parts of one feature are drawn as one shape.
pub(super) fn compose(inputs: &Inputs, layer: &Layer, fetched: &[Fetched], items: &mut Vec<Item>) {
    if let Paint::Background(paint) = &layer.paint {
        items.extend(background(inputs, paint).map(Item::Background));
        return;
    }
    for feature in fetched.chunk_by(|a, b| std::ptr::eq(a.feature, b.feature)) {
        for kind in [Kind::Polygon, Kind::Line, Kind::Point] {
            let parts: Vec<Fetched> = feature.iter().filter(|p| p.shape.kind() == kind).copied().collect();
            if !parts.is_empty() {
                compose_parts(inputs, layer, &parts, items);
            }
        }
    }
}

/// Appends what the layer draws of the parts of one kind of one feature. The kinds of a mixed collection are filtered and
/// drawn apart, in an order of their own, so that nothing hangs on which of them lie near the picture.
fn compose_parts(inputs: &Inputs, layer: &Layer, parts: &[Fetched], items: &mut Vec<Item>) {
    let context = context(inputs, parts.first().copied());
    if layer
        .filter
        .as_ref()
        .is_some_and(|f| !matches!(f.eval(&context), Ok(Datum::Plain(crate::feature::Value::Bool(true)))))
    {
        return;
    }
    let shapes = parts.iter().map(|p| p.shape);
    match &layer.paint {
        Paint::Background(_) | Paint::Raster(_) | Paint::Heatmap(_) => {}
        Paint::Fill(paint) => fill(inputs, paint, &context, shapes, items),
        Paint::Line(paint) => line(inputs, paint, &context, shapes, items),
        Paint::Circle(paint) => circle(inputs, paint, &context, shapes, items),
    }
}

fn background(inputs: &Inputs, paint: &BackgroundPaint) -> Option<Ink> {
    let context = context(inputs, None);
    ink(inputs, &context, &paint.color, &paint.opacity, paint.pattern.as_ref())
}

/// `None` where nothing would be seen. A pattern that the sprite lacks draws nothing, as in MapLibre.
fn ink(
    inputs: &Inputs,
    context: &Context,
    color: &Property<crate::color::Color>,
    opacity: &Property<f64>,
    pattern: Option<&Property<ImageName>>,
) -> Option<Ink> {
    let opacity = opacity.eval(context).clamp(0.0, 1.0);
    if opacity == 0.0 {
        return None;
    }
    match pattern {
        Some(pattern) => {
            let image: Arc<_> = (inputs.image)(&pattern.eval(context).0?)?;
            Some(Ink::Pattern { image, opacity })
        }
        None => {
            let color = color.eval(context).with_opacity(opacity);
            (color.a > 0.0).then_some(Ink::Color(color))
        }
    }
}

fn fill<'a>(
    inputs: &Inputs,
    paint: &FillPaint,
    context: &Context,
    shapes: impl Iterator<Item = &'a Shape>,
    items: &mut Vec<Item>,
) {
    let place = Place::new(inputs.camera, paint.translate.by.eval(context));
    let rings: Vec<Vec<Snapped>> = shapes
        .filter_map(|s| if let Shape::Polygon(rings) = s { Some(rings) } else { None })
        .flatten()
        .map(|ring| place.points(ring))
        .collect();
    if rings.is_empty() {
        return;
    }
    let outline = paint.outline_color.as_ref().map(|c| c.eval(context).with_opacity(paint.opacity.eval(context)));
    let outline = outline.filter(|color| color.a > 0.0).map(|color| {
        Item::Stroke(Stroke {
            lines: rings.iter().filter_map(|r| Line::new(r.clone(), true)).collect(),
            color,
            width_px: inputs.camera.ratio(),
            blur_px: 0.0,
            cap: Cap::Butt,
            join: Join::Bevel,
            dashes_px: Vec::new(),
        })
    });
    if let Some(ink) = ink(inputs, context, &paint.color, &paint.opacity, paint.pattern.as_ref()) {
        items.push(Item::Fill { rings, ink });
    }
    items.extend(outline);
}

fn line<'a>(
    inputs: &Inputs,
    paint: &LinePaint,
    context: &Context,
    shapes: impl Iterator<Item = &'a Shape>,
    items: &mut Vec<Item>,
) {
    let ratio = inputs.camera.ratio();
    let color = paint.color.eval(context).with_opacity(paint.opacity.eval(context));
    let width_px = size(paint.width.eval(context)) * ratio;
    if color.a == 0.0 || width_px <= 0.0 {
        return;
    }
    let place = Place::new(inputs.camera, paint.translate.by.eval(context));
    let mut lines = Vec::new();
    for shape in shapes {
        match shape {
            Shape::Point(_) => {}
            Shape::Line(line) => lines.extend(Line::new(place.points(line), false)),
            Shape::Polygon(rings) => lines.extend(rings.iter().filter_map(|r| Line::new(place.points(r), true))),
        }
    }
    if lines.is_empty() {
        return;
    }
    let dashes = paint.dasharray.as_ref().map(|d| d.eval(context)).unwrap_or_default();
    let mut dashes_px: Vec<f64> = dashes.iter().map(|d| size(*d) * width_px).collect();
    if dashes_px.len() > 1 && dashes_px.iter().skip(1).step_by(2).all(|gap| *gap == 0.0) {
        dashes_px.clear();
    }
    items.push(Item::Stroke(Stroke {
        lines,
        color,
        width_px,
        blur_px: size(paint.blur.eval(context)) * ratio,
        cap: match LineCap::named(&paint.cap.eval(context)) {
            LineCap::Butt => Cap::Butt,
            LineCap::Round => Cap::Round,
            LineCap::Square => Cap::Square,
        },
        join: match LineJoin::named(&paint.join.eval(context)) {
            LineJoin::Miter => Join::Miter { limit: size(paint.miter_limit.eval(context)).min(MAX_MITER) },
            LineJoin::Bevel => Join::Bevel,
            LineJoin::Round => Join::Round,
        },
        dashes_px,
    }));
}

/// A circle at every vertex, as MapLibre draws them.
fn circle<'a>(
    inputs: &Inputs,
    paint: &CirclePaint,
    context: &Context,
    shapes: impl Iterator<Item = &'a Shape>,
    items: &mut Vec<Item>,
) {
    let ratio = inputs.camera.ratio();
    let radius_px = size(paint.radius.eval(context)) * ratio;
    let stroke_px = size(paint.stroke_width.eval(context)) * ratio;
    let color = paint.color.eval(context).with_opacity(paint.opacity.eval(context));
    let stroke_color = paint.stroke_color.eval(context).with_opacity(paint.stroke_opacity.eval(context));
    if radius_px + stroke_px == 0.0 || (color.a == 0.0 && (stroke_color.a == 0.0 || stroke_px == 0.0)) {
        return;
    }
    let blur_px = size(paint.blur.eval(context)) * (radius_px + stroke_px);
    let place = Place::new(inputs.camera, paint.translate.by.eval(context));
    let mut centers = Vec::new();
    for shape in shapes {
        match shape {
            Shape::Point(p) => centers.push(place.point(*p)),
            Shape::Line(line) => centers.extend(place.points(line)),
            Shape::Polygon(rings) => rings.iter().for_each(|r| centers.extend(place.points(r))),
        }
    }
    items.extend(
        centers
            .into_iter()
            .map(|center| Item::Circle(Circle { center, radius_px, color, stroke_px, stroke_color, blur_px })),
    );
}

/// Snapping with a layer's translation, itself rounded to 1/256 px.
struct Place<'a> {
    camera: &'a Camera,
    shift: Snapped,
}

impl<'a> Place<'a> {
    fn new(camera: &'a Camera, translate: [f64; 2]) -> Self {
        let shift = translate.map(|t| (t.signum() * size(t.abs()) * camera.ratio() * SUBPIXELS as f64).round() as i64);
        Self { camera, shift: Snapped { x: shift[0], y: shift[1] } }
    }

    fn point(&self, point: World) -> Snapped {
        let at = self.camera.snap(point);
        Snapped { x: at.x + self.shift.x, y: at.y + self.shift.y }
    }

    fn points(&self, points: &[World]) -> Vec<Snapped> {
        points.iter().map(|p| self.point(*p)).collect()
    }
}
