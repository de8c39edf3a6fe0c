//! Line layers.

use std::sync::Arc;

use super::place::Place;
use super::{Composer, Fetched, size, whole_zoom};
use crate::color::Color;
use crate::geo::{Kind, SUBPIXELS, Snapped};
use crate::scene::{Cap, Item, Join, Line, LineInk, Lines, Stroke, offset};
use crate::style::{Context, LineCap, LineJoin, LinePaint};

/// Longer mitres are bevelled, whatever a style says.
pub(super) const MAX_MITER: f64 = 100.0;

/// How long a line with a gradient is, in CSS px, where its dashes are as long as those of other
/// lines.
const GRADIENT_LENGTH_PX: f64 = 2048.0;

/// Of a longer array of dashes the rest is left out.
const MAX_DASHES: usize = 256;

/// How many colours a gradient is drawn with.
const GRADIENT_STEPS: usize = 1024;

impl Composer<'_> {
    pub(super) fn line(
        &self,
        paint: &LinePaint,
        context: &Context,
        parts: &[Fetched],
        place: &Place,
        gradient: Option<&Arc<[Color]>>,
        items: &mut Vec<Item>,
    ) {
        let ratio = self.inputs.camera.ratio();
        let width_px = size(paint.width.eval(context)) * ratio;
        let opacity = paint.opacity.eval(context).clamp(0.0, 1.0);
        if width_px <= 0.0 || opacity < 0.01 {
            return;
        }
        let Some(ink) = self.line_ink(paint, context, opacity, gradient) else { return };
        let by = paint.offset.eval(context);
        let is_measured = by != 0.0
            || paint.blur.eval(context) > 0.0
            || paint.dasharray.is_some()
            || !matches!(ink, LineInk::Color(_));
        let place = if is_measured { &place.at_length() } else { place };
        let by = by.signum() * size(by.abs()) * ratio * SUBPIXELS as f64;
        let mut lines = Lines::new();
        let mut add = |points: Vec<Snapped>, closed: bool| {
            let line = Line::new(points, closed);
            lines.extend(if by == 0.0 { line } else { line.and_then(|l| offset(&l, by)) });
        };
        for part in parts {
            match part.shape.kind() {
                Kind::Point => {}
                Kind::Line => part.chains().for_each(|line| add(place.points(&line), false)),
                // Clockwise around the polygon: what is offset to the right is inset.
                Kind::Polygon => {
                    let outlines = part.chains().flat_map(|ring| place.outlines(&ring));
                    for (mut points, is_closed) in outlines {
                        points.reverse();
                        add(points, is_closed);
                    }
                }
            }
        }
        if lines.is_empty() {
            return;
        }
        // A line with a gradient is counted in steps of its own length, and so are its dashes, as
        // MapLibre draws them.
        let by_length = matches!(ink, LineInk::Gradient { .. });
        items.push(Item::Stroke(Stroke {
            lines,
            ink,
            width_px,
            gap_px: size(paint.gap_width.eval(context)) * ratio,
            blur_px: size(paint.blur.eval(context)) * ratio,
            cap: match paint.cap.eval(context) {
                LineCap::Butt => Cap::Butt,
                LineCap::Round => Cap::Round,
                LineCap::Square => Cap::Square,
            },
            join: match paint.join.eval(context) {
                LineJoin::Miter => {
                    Join::Miter { limit: size(paint.miter_limit.eval(context)).min(MAX_MITER) }
                }
                LineJoin::Bevel => Join::Bevel,
                LineJoin::Round => {
                    Join::Round { limit: size(paint.round_limit.eval(context)).min(2.0) }
                }
            },
            dashes_px: self.dashes(paint, context),
            dash_softness_px: self.overscale(),
            dash_line_px: by_length.then(|| GRADIENT_LENGTH_PX * ratio * self.overscale()),
            ratio,
        }));
    }

    /// The layer's gradient, if it has one: the same for all its lines.
    pub(super) fn gradient(&self, paint: &LinePaint) -> Option<Arc<[Color]>> {
        let gradient = paint.gradient.as_ref()?;
        let context = self.context(None);
        let last = (GRADIENT_STEPS - 1) as f64;
        let color =
            |i: usize| gradient.eval(&Context { line_progress: i as f64 / last, ..context });
        Some((0..GRADIENT_STEPS).map(color).collect())
    }

    /// `None` where nothing would be seen.
    fn line_ink(
        &self,
        paint: &LinePaint,
        context: &Context,
        opacity: f64,
        gradient: Option<&Arc<[Color]>>,
    ) -> Option<LineInk> {
        if let Some(colors) = gradient {
            return Some(LineInk::Gradient { colors: colors.clone(), opacity });
        }
        if let Some(pattern) = &paint.pattern {
            let image = self.pattern(pattern, context)?;
            let width = size(paint.whole_width.eval(&whole_zoom(context)));
            // The image is as high as the line is wide at the whole zoom below, and keeps its
            // shape.
            let length = width * f64::from(image.width_px) / f64::from(image.height_px);
            let length_px = length * self.overscale() * self.inputs.camera.ratio();
            return (length_px > 0.0).then_some(LineInk::Pattern { image, opacity, length_px });
        }
        let color = paint.color.eval(context).with_opacity(opacity);
        (color.a > 0.0).then_some(LineInk::Color(color))
    }

    /// Counted in widths of the line at the whole zoom below.
    fn dashes(&self, paint: &LinePaint, context: &Context) -> Vec<f64> {
        let Some(dashes) = paint.dasharray.as_ref().filter(|_| paint.pattern.is_none()) else {
            return Vec::new();
        };
        let whole = whole_zoom(context);
        let width_px =
            size(paint.whole_width.eval(&whole)) * self.overscale() * self.inputs.camera.ratio();
        let lengths = dashes.eval(&whole);
        let dashes_px: Vec<f64> =
            lengths.iter().take(MAX_DASHES).map(|d| size(*d) * width_px).collect();
        let solid =
            dashes_px.len() > 1 && dashes_px.iter().skip(1).step_by(2).all(|gap| *gap == 0.0);
        if solid || dashes_px.iter().sum::<f64>() <= 0.0 { Vec::new() } else { dashes_px }
    }
}
