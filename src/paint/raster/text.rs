//! Text: outlines filled by exact coverage with halos by distance, and distance fields as MapLibre
//! draws them.
//!
//! Outlines are scaled and turned around their own origin, then rounded to 1/256 px beside the
//! label's anchor: their pixels are the same in every picture.

use super::Painter;
use super::blend::Canvas;
use super::coverage::Span;
use super::field::{Shader, halo_fade_px, halo_share, limited};
use super::icon::each_pixel;
use super::outlines::{Ring, Window, rings};
use super::stamp::Stamp;
use crate::color::Color;
use crate::geo::{Snapped, cost};
use crate::scene::{FieldInk, Ink, Text, TextGlyph, TextPart};
use crate::text::{Mark, SdfGlyph};

impl Painter<'_> {
    pub(super) fn text(&mut self, text: &Text, canvas: &mut Canvas) {
        let ink = &limited(&text.ink);
        if self.brush.effort.spend(cost::ITEM * text.shape.glyphs.len()).is_err() {
            return;
        }
        if self.stamped(text, ink, canvas) {
            return;
        }
        let anchor = text.shape.anchor;
        let mut outlines: Vec<(Ring, Option<Color>)> = Vec::new();
        for glyph in &text.shape.glyphs {
            match &glyph.mark {
                Mark::Field(field) => draw_field(field, glyph, anchor, text, canvas),
                Mark::Outline { face, glyph: id } => {
                    outlines.extend(
                        rings(face, *id, glyph, anchor).into_iter().map(|ring| (ring, glyph.color)),
                    );
                }
            }
        }
        if outlines.is_empty() {
            return;
        }
        if text.part != TextPart::Letters && ink.halo_width > 0.0 && ink.halo_color.a > 0.0 {
            let rings: Vec<&Ring> = outlines.iter().map(|(ring, _)| ring).collect();
            self.halo(&rings, ink, canvas);
        }
        if text.part != TextPart::Halo {
            for same in outlines.chunk_by(|a, b| a.1 == b.1) {
                let color = same[0].1.unwrap_or(ink.color).with_opacity(ink.opacity);
                for (ring, _) in same {
                    self.coverage.add_ring(ring);
                }
                self.coverage.spans(|span| canvas.blend(&span, &Ink::Color(color)));
            }
        }
    }

    /// Draws a text with stamps, if it can be.
    fn stamped(&mut self, text: &Text, ink: &FieldInk, canvas: &mut Canvas) -> bool {
        let shape = &text.shape;
        let place = |glyph| self.brush.stamps.of(glyph, shape.anchor, ink);
        let Some(stamps) = shape.glyphs.iter().map(place).collect::<Option<Vec<_>>>() else {
            return false;
        };
        if text.part != TextPart::Letters && ink.halo_color.a > 0.0 {
            let halos = stamps.iter().map(|(s, x, y)| (&s.halo, &**s, *x, *y));
            let color = ink.halo_color.with_opacity(ink.opacity).premultiplied_rgba8();
            self.layer.clear(halos.clone(), canvas);
            self.layer.stamp(halos, |a, b| a.max(b));
            self.layer.blend(color, canvas);
        }
        if text.part != TextPart::Halo {
            let colored = |i: usize| shape.glyphs[i].color.unwrap_or(ink.color);
            let order: Vec<usize> = (0..stamps.len()).collect();
            for same in order.chunk_by(|a, b| colored(*a) == colored(*b)) {
                let letters =
                    same.iter().map(|i| &stamps[*i]).map(|(s, x, y)| (&s.letter, &**s, *x, *y));
                let color = colored(same[0]).with_opacity(ink.opacity).premultiplied_rgba8();
                self.layer.clear(letters.clone(), canvas);
                // Letters that are joined fill their common pixels together.
                self.layer.stamp(letters, u8::saturating_add);
                self.layer.blend(color, canvas);
            }
        }
        true
    }

    /// Every pixel's distance to the nearest outline, as far as the halo reaches, becomes the halo.
    fn halo(&mut self, rings: &[&Ring], ink: &FieldInk, canvas: &mut Canvas) {
        let reach_px = (ink.halo_width + halo_fade_px(ink)) * ink.ratio;
        let Some(mut window) = Window::around(rings, reach_px, canvas) else { return };
        window.measure_all(rings, reach_px);
        rings.iter().for_each(|ring| self.coverage.add_ring(ring));
        let mut inside = vec![false; window.distances_sq.len()];
        self.coverage.spans(|span: Span| {
            if span.coverage >= 128
                && let Some(row) =
                    (span.y as usize).checked_sub(window.top).filter(|r| *r < window.height)
            {
                let end = (span.x + span.length) as usize;
                for x in (span.x as usize).max(window.left)..end.min(window.left + window.width) {
                    inside[row * window.width + x - window.left] = true;
                }
            }
        });
        let color = ink.halo_color.with_opacity(ink.opacity).premultiplied_rgba8();
        for row in 0..window.height {
            let y = window.top + row;
            for x in canvas.seen(y, window.left, window.width) {
                let i = row * window.width + x - window.left;
                let away = f64::from(window.distances_sq[i]).sqrt() / ink.ratio;
                let share = halo_share(if inside[i] { away } else { -away }, ink);
                let share = (share * 255.0).round() as u8;
                if share > 0 {
                    canvas.blend_pixel(x, y, color, share);
                }
            }
        }
    }
}

/// Shares of pixels that are put together before they are blended: a label's letters, or its halo.
#[derive(Debug, Default)]
pub(super) struct Layer {
    left: i64,
    top: i64,
    width: usize,
    height: usize,
    shares: Vec<u8>,
}

/// One stamp's shares, its size, and the pixel of its origin.
type Placed<'a> = (&'a Vec<u8>, &'a Stamp, i64, i64);

impl Layer {
    /// Makes room for the stamps, as far as they are in the picture.
    fn clear<'a>(&mut self, stamps: impl Iterator<Item = Placed<'a>> + Clone, canvas: &Canvas) {
        let (mut low, mut high) = ([i64::MAX; 2], [i64::MIN; 2]);
        for (_, s, x, y) in stamps {
            let (left, top) = (x + s.left, y + s.top);
            low = [low[0].min(left), low[1].min(top)];
            high = [high[0].max(left + s.width as i64), high[1].max(top + s.height as i64)];
        }
        let limits = [canvas.width() as i64, canvas.height() as i64];
        (self.left, self.top) = (low[0].max(0), low[1].max(0));
        let side = |i: usize, start: i64| (high[i].min(limits[i]) - start).max(0) as usize;
        (self.width, self.height) = (side(0, self.left), side(1, self.top));
        self.shares.clear();
        self.shares.resize(self.width * self.height, 0);
    }

    fn stamp<'a>(&mut self, stamps: impl Iterator<Item = Placed<'a>>, join: impl Fn(u8, u8) -> u8) {
        for (shares, s, x, y) in stamps {
            if shares.is_empty() {
                continue;
            }
            let (left, top) = (x + s.left - self.left, y + s.top - self.top);
            let from = |at: i64| (-at).max(0) as usize;
            let until = |at: i64, size: usize, limit: usize| {
                (limit as i64 - at).clamp(0, size as i64) as usize
            };
            let (first, end) = (from(left), until(left, s.width, self.width));
            for row in from(top)..until(top, s.height, self.height) {
                let source = &shares[row * s.width..(row + 1) * s.width];
                let start = (top + row as i64) as usize * self.width;
                for (column, more) in source.iter().enumerate().take(end).skip(first) {
                    let share = &mut self.shares[start + (left + column as i64) as usize];
                    *share = join(*share, *more);
                }
            }
        }
    }

    fn blend(&self, color: [u8; 4], canvas: &mut Canvas) {
        if self.width == 0 {
            return;
        }
        for (row, shares) in self.shares.chunks_exact(self.width).enumerate() {
            let y = self.top as usize + row;
            let left = self.left as usize;
            for x in canvas.seen(y, left, self.width) {
                let share = shares[x - left];
                if share > 0 {
                    canvas.blend_pixel(x, y, color, share);
                }
            }
        }
    }
}

fn draw_field(
    field: &SdfGlyph,
    glyph: &TextGlyph,
    anchor: Snapped,
    text: &Text,
    canvas: &mut Canvas,
) {
    if field.field.is_empty() {
        return;
    }
    let ink = FieldInk { color: glyph.color.unwrap_or(text.ink.color), ..text.ink };
    let Some(shader) = Shader::new(&ink, text.part) else { return };
    let side = |v: u32| (v + 2 * SdfGlyph::BORDER) as usize;
    let (width, height) = (side(field.width), side(field.height));
    // One texel more on every side, where the field has no value.
    let [a, b] = glyph.right;
    let origin = [glyph.origin[0] - a + b, glyph.origin[1] - b - a];
    let (columns, rows) = ((width + 2) as f64, (height + 2) as f64);
    let (right, down) = ([a * columns, b * columns], [-b * rows, a * rows]);
    let least = shader.least();
    each_pixel(anchor, origin, right, down, canvas, |canvas, x, y, u, v| {
        let (u, v) = (u * columns - 1.5, v * rows - 1.5);
        let (left, top) = (u.floor(), v.floor());
        let (fx, fy) = (u - left, v - top);
        let at = |dx: i64, dy: i64| {
            let (x, y) = (left as i64 + dx, top as i64 + dy);
            let inside = (0..width as i64).contains(&x) && (0..height as i64).contains(&y);
            if inside { f64::from(field.field[y as usize * width + x as usize]) } else { 0.0 }
        };
        let upper = at(0, 0) * (1.0 - fx) + at(1, 0) * fx;
        let lower = at(0, 1) * (1.0 - fx) + at(1, 1) * fx;
        let value = (upper * (1.0 - fy) + lower * fy) / 255.0;
        if value > least {
            canvas.blend_pixel(x, y, shader.color(value), 255);
        }
    });
}
