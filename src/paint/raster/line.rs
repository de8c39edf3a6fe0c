//! Strokes: one strip or two, whole or dashed, hard or soft, in one colour, a gradient or an image.
//!
//! Hard edges come from coverage; soft ones, and the colours of gradients and images, from each pixel's place relative
//! to the line ([`super::field`]).

use super::blend::{Canvas, Edge, mixed, scale};
use super::coverage::Coverage;
use super::dash;
use super::field::{Field, Place, Segment};
use super::stroke::Pen;
use crate::geo::{SUBPIXELS, Snapped};
use crate::scene::{Cap, Ink, LineInk, Stroke};

/// Draws strokes; kept from stroke to stroke for its memory.
pub struct LinePen {
    field: Field,
}

impl LinePen {
    pub fn new(width_px: u32, height_px: u32) -> Self {
        Self { field: Field::new(width_px, height_px) }
    }

    pub fn draw(&mut self, stroke: &Stroke, coverage: &mut Coverage, canvas: &mut Canvas) {
        let outer_px = stroke.gap_px + stroke.width_px * if stroke.gap_px > 0.0 { 2.0 } else { 1.0 };
        if outer_px <= 0.0 {
            return;
        }
        if stroke.blur_px > 0.0 {
            return self.soft(stroke, outer_px, coverage, canvas);
        }
        if !matches!(stroke.ink, LineInk::Color(_)) {
            self.measure(stroke, outer_px / 2.0 * stroke.join.reach().max(2.0) + 1.0, coverage);
        }
        let field = &self.field;
        outline(stroke, outer_px, false, coverage);
        if stroke.gap_px > 0.0 {
            outline(stroke, stroke.gap_px, true, coverage);
        }
        match &stroke.ink {
            // Another layer of an opaque colour changes nothing.
            LineInk::Color(color) if color.a >= 1.0 => coverage.spans(|s| canvas.blend(&s, &Ink::Color(*color))),
            LineInk::Color(color) => coverage.layers(|s| canvas.blend(&s, &Ink::Color(*color))),
            ink => coverage.layers(|span| {
                let y = span.y as usize;
                for x in canvas.seen(y, span.x as usize, span.length as usize) {
                    canvas.blend_pixel(x, y, ink_at(ink, &field.at(x, y), outer_px), span.coverage);
                }
            }),
        }
    }

    /// Opacity by distance from the line: from nothing half a pixel outside the edge to full, `blur + 1` px inward.
    fn soft(&mut self, stroke: &Stroke, outer_px: f64, coverage: &Coverage, canvas: &mut Canvas) {
        let reach = outer_px / 2.0 + 0.5;
        let inset = if stroke.gap_px > 0.0 { stroke.gap_px / 2.0 + 0.5 } else { 0.0 };
        let softness = stroke.blur_px + 1.0;
        self.measure(stroke, reach, coverage);
        let area = self.field.touched();
        let mut alphas = Vec::new();
        for y in area.top..area.bottom {
            alphas.clear();
            alphas.extend((area.left..area.right).map(|x| {
                let distance = f64::from(self.field.at(x, y).distance_sq).sqrt();
                let inward = (distance - (inset - softness)).min(reach - distance);
                ((inward / softness).clamp(0.0, 1.0) * 255.0 + 0.5) as u8
            }));
            if let LineInk::Color(color) = stroke.ink {
                canvas.blend_row(area.left, y, &alphas, color);
                continue;
            }
            for x in canvas.seen(y, area.left, alphas.len()) {
                let alpha = alphas[x - area.left];
                if alpha > 0 {
                    canvas.blend_pixel(x, y, ink_at(&stroke.ink, &self.field.at(x, y), outer_px), alpha);
                }
            }
        }
    }

    fn measure(&mut self, stroke: &Stroke, reach: f64, coverage: &Coverage) {
        self.field.clear();
        let butt = piece_cap(stroke) == Cap::Butt;
        let field = &mut self.field;
        each_piece(stroke, reach, coverage, |piece| {
            let count = piece.points.len();
            let segments = if piece.closed { count } else { count - 1 };
            let mut along = piece.start;
            for i in 0..segments {
                let (from, to) = (piece.points[i], piece.points[(i + 1) % count]);
                let length = ((to.x - from.x) as f64).hypot((to.y - from.y) as f64) / SUBPIXELS as f64;
                let ends = [along, along + length].map(|a| match stroke.ink {
                    LineInk::Gradient(_) => a / piece.length,
                    _ => a,
                });
                let stops = butt && !piece.closed;
                let open = [!(stops && i == 0), !(stops && i + 1 == segments)];
                field.add(&Segment { from, to, along: ends, open }, reach);
                along += length;
            }
        });
    }
}

/// The ink's premultiplied colour at a place of the line.
fn ink_at(ink: &LineInk, place: &Place, outer_px: f64) -> [u8; 4] {
    match ink {
        LineInk::Color(color) => color.premultiplied_rgba8(),
        LineInk::Gradient(colors) => {
            let last = colors.len() - 1;
            let at = (place.along.clamp(0.0, 1.0) * last as f64).round() as usize;
            colors[at.min(last)].premultiplied_rgba8()
        }
        LineInk::Pattern { image, opacity, length_px } => {
            let x = (place.along / length_px).rem_euclid(1.0);
            let y = (0.5 - f64::from(place.side) / (outer_px + 1.0)).clamp(0.0, 1.0);
            // The image is stretched by a pixel at each end, into its next repetition.
            let at = |unit: f64, size: u32| unit * (f64::from(size) + 2.0) - 1.0;
            let rgba = mixed(image, at(x, image.width_px), at(y, image.height_px), Edge::Wrap);
            scale(rgba, (opacity.clamp(0.0, 1.0) * 255.0).round() as u8)
        }
    }
}

/// A line or one dash of it.
struct Piece<'a> {
    points: &'a [Snapped],
    closed: bool,
    /// Where on its line it begins, px.
    start: f64,
    /// Its line's length, px.
    length: f64,
}

fn piece_cap(stroke: &Stroke) -> Cap {
    // Square caps belong to a line's ends, not to every dash.
    if stroke.dashes_px.is_empty() || stroke.cap == Cap::Round { stroke.cap } else { Cap::Butt }
}

/// Gives what may be seen within `reach` px of the picture.
fn each_piece(stroke: &Stroke, reach: f64, coverage: &Coverage, mut see: impl FnMut(Piece)) {
    let window = coverage.window((reach * SUBPIXELS as f64).ceil() as i64 + SUBPIXELS);
    for line in &stroke.lines {
        let length = dash::length(line) / SUBPIXELS as f64;
        if stroke.dashes_px.is_empty() {
            see(Piece { points: &line.points, closed: line.closed, start: 0.0, length });
        } else {
            dash::cut(line, &stroke.dashes_px, window, |points, start| {
                see(Piece { points, closed: false, start: start / SUBPIXELS as f64, length });
            });
        }
    }
}

/// Adds the stroke, `width_px` wide, to `coverage`, or takes it away.
fn outline(stroke: &Stroke, width_px: f64, erase: bool, coverage: &mut Coverage) {
    // A square cap reaches the half width's diagonal beyond its end.
    let reach = width_px / 2.0 * stroke.join.reach().max(2.0);
    let cap = piece_cap(stroke);
    let pen = if erase { Pen::eraser } else { Pen::new };
    if stroke.dashes_px.is_empty() {
        let mut pen = pen(width_px, cap, stroke.join, coverage);
        stroke.lines.iter().for_each(|line| pen.draw(&line.points, line.closed));
        return;
    }
    let mut pieces = Vec::new();
    each_piece(stroke, reach, coverage, |piece| pieces.push(piece.points.to_vec()));
    let mut pen = pen(width_px, cap, stroke.join, coverage);
    pieces.iter().for_each(|points| pen.draw(points, false));
}
