//! Outlines of glyphs and lines in the picture, and how far pixels are from them.

use super::blend::Canvas;
use crate::geo::{SUBPIXELS, Snapped};
use crate::scene::TextGlyph;
use crate::text::{EM, Face};

/// How far a flattened curve may lie from the true one, device px.
const FLATNESS: f64 = 0.04;

/// A closed ring of an outline.
pub type Ring = Vec<Snapped>;

/// Pixels around some outlines, each with its distance to them.
pub struct Window {
    pub left: usize,
    pub top: usize,
    pub width: usize,
    pub height: usize,
    /// Device px, squared.
    pub distances_sq: Vec<f32>,
}

impl Window {
    pub fn new(left: usize, top: usize, width: usize, height: usize) -> Self {
        Self { left, top, width, height, distances_sq: vec![f32::INFINITY; width * height] }
    }

    /// Takes every edge of the rings into account.
    pub fn measure_all(&mut self, rings: &[&Ring], reach_px: f64) {
        for ring in rings {
            for (i, a) in ring.iter().enumerate() {
                self.measure(*a, ring[(i + 1) % ring.len()], reach_px);
            }
        }
    }

    /// `None` where none of it is in the picture.
    pub fn around(rings: &[&Ring], reach_px: f64, canvas: &Canvas) -> Option<Self> {
        let range = |v: fn(&Snapped) -> i64, size: usize| {
            let low = rings.iter().flat_map(|r| r.iter()).map(v).min()? as f64 / SUBPIXELS as f64
                - reach_px;
            let high = rings.iter().flat_map(|r| r.iter()).map(v).max()? as f64 / SUBPIXELS as f64
                + reach_px;
            let first = low.floor().clamp(0.0, size as f64) as usize;
            let end = high.ceil().clamp(0.0, size as f64) as usize;
            (first < end).then_some((first, end - first))
        };
        let (left, width) = range(|p| p.x, canvas.width())?;
        let (top, height) = range(|p| p.y, canvas.height())?;
        Some(Self::new(left, top, width, height))
    }

    /// Takes an edge into account.
    pub fn measure(&mut self, a: Snapped, b: Snapped, reach_px: f64) {
        // From the edge's own start, so that the numbers are the same in every picture.
        let px = |v: i64| v as f64 / SUBPIXELS as f64;
        let (dx, dy) = (px(b.x - a.x), px(b.y - a.y));
        let length_sq = dx * dx + dy * dy;
        let range = |from: i64, by: f64, start: usize, size: usize| {
            let low = px(from) + by.min(0.0) - reach_px - 0.5 - start as f64;
            let high = px(from) + by.max(0.0) + reach_px + 0.5 - start as f64;
            low.floor().clamp(0.0, size as f64) as usize
                ..high.ceil().clamp(0.0, size as f64) as usize
        };
        let columns = range(a.x, dx, self.left, self.width);
        for row in range(a.y, dy, self.top, self.height) {
            let y = px((self.top + row) as i64 * SUBPIXELS + SUBPIXELS / 2 - a.y);
            for column in columns.clone() {
                let x = px((self.left + column) as i64 * SUBPIXELS + SUBPIXELS / 2 - a.x);
                let t = if length_sq > 0.0 {
                    ((x * dx + y * dy) / length_sq).clamp(0.0, 1.0)
                } else {
                    0.0
                };
                let (ox, oy) = (x - t * dx, y - t * dy);
                let distance = &mut self.distances_sq[row * self.width + column];
                *distance = distance.min((ox * ox + oy * oy) as f32);
            }
        }
    }
}

/// A glyph's outline in the picture.
pub fn rings(face: &Face, id: u32, glyph: &TextGlyph, anchor: Snapped) -> Vec<Ring> {
    let [a, b] = glyph.right.map(|v| v * EM);
    let em_px = a.hypot(b);
    let place = |p: [f64; 2]| {
        let x = glyph.origin[0] + p[0] * a - p[1] * b;
        let y = glyph.origin[1] + p[0] * b + p[1] * a;
        let snap = |v: f64| (v * SUBPIXELS as f64).round() as i64;
        Snapped { x: anchor.x + snap(x), y: anchor.y + snap(y) }
    };
    let ring = |(start, curves): &([f64; 2], Vec<crate::text::Curve>)| {
        let mut ring = vec![place(*start)];
        let mut at = *start;
        for curve in curves {
            curve.flattened(at, curve.steps(at, em_px, FLATNESS), |p| ring.push(place(p)));
            at = curve.end();
        }
        ring.dedup();
        ring
    };
    face.outline(id).contours.iter().map(ring).filter(|r| r.len() > 2).collect()
}
