//! Lines of one colour, all along as hard or soft: what most lines are.
//!
//! A straight piece is drawn row by row. How far a pixel's centre is from the middle is linear
//! along a row, and is counted in whole steps from the piece's own point, so that it is the same in
//! every picture.

use super::blend::Canvas;
use super::pen::{Drawn, Fragment, Pen, Side, Straight, first_center};
use super::pixel::scale;
use crate::geo::{SUBPIXELS, Snapped, cost, nearest};

/// Draws lines of one colour whose opacity falls from full to nothing over their last px.
pub struct SolidPen<'a, 'c> {
    canvas: &'a mut Canvas<'c>,
    /// Premultiplied.
    rgba: [u8; 4],
    /// Half the strip's width, px.
    outset_px: f64,
    /// The same in steps.
    outset: i64,
}

/// Steps of a distance in 1/256 px.
const FINENESS: f64 = 1_048_576.0;
/// Steps of a distance in a px.
const PX: i64 = SUBPIXELS << 20;
/// Further off than this (1/256 px) a distance in steps is no longer a whole number of 64 bits.
const FURTHEST: i64 = 1 << 40;

impl<'a, 'c> SolidPen<'a, 'c> {
    pub fn new(canvas: &'a mut Canvas<'c>, rgba: [u8; 4], outset_px: f64) -> Self {
        let outset = nearest(outset_px * SUBPIXELS as f64 * FINENESS);
        Self { canvas, rgba, outset_px, outset }
    }

    /// Draws the pixels of a row of which the first is `distance` from the middle, and each next
    /// one further by `step`.
    fn row(&mut self, y: usize, columns: std::ops::Range<usize>, distance: i64, step: i64) {
        let seen = self.canvas.seen(y, columns.start, columns.len());
        let inward = |x: usize| self.outset - (distance + step * (x - columns.start) as i64).abs();
        // The distance is nowhere larger than on both sides.
        let is_full = |x: &usize| inward(*x) >= PX;
        let first = seen.clone().find(is_full).unwrap_or(seen.end);
        let end = (first..seen.end).rev().find(is_full).map_or(first, |last| last + 1);
        for x in (seen.start..first).chain(end..seen.end) {
            let share = inward(x).clamp(0, PX);
            let alpha = ((share * 255 + PX / 2) / PX) as u8;
            self.canvas.blend_pixel(x, y, self.rgba, alpha);
        }
        if first < end {
            self.canvas.blend_run(y, first..end, self.rgba);
        }
    }
}

impl Pen for SolidPen<'_, '_> {
    fn pixel(&mut self, fragment: Fragment) -> bool {
        let Fragment { x, y, across, beyond, .. } = fragment;
        if !self.canvas.seen(y, x, 1).is_empty() {
            let distance = (across * across + beyond * beyond).sqrt() * self.outset_px;
            let share = (self.outset_px - distance).clamp(0.0, 1.0);
            self.canvas.blend_pixel(x, y, scale(self.rgba, (share * 255.0 + 0.5) as u8), 255);
        }
        self.canvas.has_time()
    }

    fn measures(&self) -> bool {
        false
    }

    fn straight(&mut self, piece: &Straight) -> Drawn {
        self.rows(piece, |pen, y, columns, [across, step], _| pen.row(y, columns, across, step))
    }

    fn round_end(&mut self, piece: &Straight) -> Drawn {
        self.rows(piece, |pen, y, columns, across, along| pen.round_row(y, columns, across, along))
    }
}

impl SolidPen<'_, '_> {
    /// Draws a piece row by row: `draw` is given the row's columns, and how far the first of them
    /// is from the middle, and along the line from the piece's own point, each with how much
    /// further each next one is.
    fn rows(
        &mut self,
        piece: &Straight,
        mut draw: impl FnMut(&mut Self, usize, std::ops::Range<usize>, [i64; 2], [i64; 2]),
    ) -> Drawn {
        let Straight { corners, on, direction } = piece;
        let is_far = |p: &Snapped| (p.x - on.x).abs().max((p.y - on.y).abs()) > FURTHEST;
        if !is_convex(corners) || corners.iter().any(is_far) {
            return Drawn::Not;
        }
        let sides: [Side; 4] = std::array::from_fn(|i| Side::new(corners[i], corners[(i + 1) % 4]));
        let top = corners.iter().map(|p| p.y).min().unwrap_or_default();
        let bottom = corners.iter().map(|p| p.y).max().unwrap_or_default();
        let (width, height) = (self.canvas.width() as i64, self.canvas.height() as i64);
        let (dx, dy) = (nearest(direction.0 * FINENESS), nearest(direction.1 * FINENESS));
        for row in first_center(top).max(0)..first_center(bottom).min(height) {
            let y = row * SUBPIXELS + SUBPIXELS / 2;
            let (mut from, mut to) = (i64::MAX, i64::MIN);
            for x in sides.iter().filter_map(|side| side.first(y)) {
                (from, to) = (from.min(x), to.max(x));
            }
            let (from, to) = (from.max(0), to.min(width));
            if from >= to {
                continue;
            }
            if !self.canvas.spends((to - from) as usize, cost::PX) {
                return Drawn::Late;
            }
            let (x, y) = (from * SUBPIXELS + SUBPIXELS / 2 - on.x, y - on.y);
            let across = [dx * y - dy * x, -dy * SUBPIXELS];
            let along = [dx * x + dy * y, dx * SUBPIXELS];
            draw(self, row as usize, from as usize..to as usize, across, along);
        }
        Drawn::Whole
    }

    /// Draws the pixels of a row of a round end.
    fn round_row(
        &mut self,
        y: usize,
        columns: std::ops::Range<usize>,
        across: [i64; 2],
        along: [i64; 2],
    ) {
        let px = |[first, step]: [i64; 2], x: usize| {
            (first + step * (x - columns.start) as i64) as f64 / PX as f64
        };
        for x in self.canvas.seen(y, columns.start, columns.len()) {
            let (a, b) = (px(across, x), px(along, x));
            let share = (self.outset_px - (a * a + b * b).sqrt()).clamp(0.0, 1.0);
            self.canvas.blend_pixel(x, y, self.rgba, (share * 255.0 + 0.5) as u8);
        }
    }
}

/// Whether a row crosses the shape once at the most: its corners all turn the same way.
fn is_convex(corners: &[Snapped; 4]) -> bool {
    let turn = |i: usize| {
        let [a, b, c] = [0, 1, 2].map(|k| corners[(i + k) % 4]);
        let (ux, uy) = ((b.x - a.x) as f64, (b.y - a.y) as f64);
        let (vx, vy) = ((c.x - b.x) as f64, (c.y - b.y) as f64);
        ux * vy - uy * vx
    };
    let turns = [turn(0), turn(1), turn(2), turn(3)];
    turns.iter().all(|t| *t > 0.0) || turns.iter().all(|t| *t < 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geo::Affine;

    const WORLD: Affine = Affine { a: 1.0, b: 0.0, c: 0.0, d: 0.0, e: 1.0, f: 0.0 };

    #[test]
    fn pieces_longer_than_steps_can_count_are_left_to_the_pixels() {
        let mut pixels = vec![0; 8 * 8 * 4];
        let mut canvas = Canvas::new(&mut pixels, 8, WORLD);
        let mut pen = SolidPen::new(&mut canvas, [0, 0, 0, 255], 2.0);
        let at = |x: i64, y: i64| Snapped { x, y };
        for far in [1 << 41, 1 << 46] {
            let down = [at(500, far), at(1_500, far), at(1_500, -far), at(500, -far)];
            let piece = Straight { corners: down, on: at(1_000, far), direction: (0.0, -1.0) };
            assert_eq!(pen.straight(&piece), Drawn::Not);
        }
        let near = [at(500, 4_000), at(1_500, 4_000), at(1_500, -900), at(500, -900)];
        let piece = Straight { corners: near, on: at(1_000, 4_000), direction: (0.0, -1.0) };
        assert_eq!(pen.straight(&piece), Drawn::Whole);
    }
}
