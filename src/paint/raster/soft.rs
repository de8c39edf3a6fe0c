//! Lines with a soft edge (`line-blur`): opacity by distance from the centre line.
//!
//! Distances are measured from each segment's own snapped end points to pixel centres, so the differences are exact and
//! the same in every picture; of several segments the nearest counts, whatever the order.

use super::blend::Canvas;
use crate::geo::{SUBPIXELS, Snapped};
use crate::scene::{Cap, Stroke};

/// Draws the stroke; dashes are not cut from a soft line.
pub fn draw(stroke: &Stroke, canvas: &mut Canvas) {
    let half = stroke.width_px / 2.0;
    let reach = half + 0.5;
    let mut mask = Mask::new(canvas.width(), canvas.height());
    for line in &stroke.lines {
        let count = line.points.len();
        let segments = if line.closed { count } else { count - 1 };
        for i in 0..segments {
            let open_ends = stroke.cap == Cap::Butt && !line.closed;
            let ends = Ends { before: !(open_ends && i == 0), after: !(open_ends && i + 1 == segments) };
            mask.add(line.points[i], line.points[(i + 1) % count], reach, stroke.blur_px + 1.0, ends);
        }
    }
    mask.each(|x, y, coverage| canvas.blend_pixel(x, y, stroke.color, coverage));
}

/// Whether the line also reaches around the segment's end points.
struct Ends {
    before: bool,
    after: bool,
}

/// The greatest coverage so far of each pixel.
struct Mask {
    width: usize,
    height: usize,
    pixels: Vec<u8>,
}

impl Mask {
    fn new(width: usize, height: usize) -> Self {
        Self { width, height, pixels: Vec::new() }
    }

    fn add(&mut self, a: Snapped, b: Snapped, reach: f64, softness: f64, ends: Ends) {
        let px = |v: i64| v as f64 / SUBPIXELS as f64;
        let range = |low: f64, high: f64, limit: usize| {
            let from = (low - 1.0).floor().clamp(0.0, limit as f64) as usize;
            let to = (high + 1.0).ceil().clamp(0.0, limit as f64) as usize;
            from..to
        };
        let (dx, dy) = (px(b.x - a.x), px(b.y - a.y));
        let length_sq = dx * dx + dy * dy;
        let rows = range(px(a.y.min(b.y)) - reach, px(a.y.max(b.y)) + reach, self.height);
        let (left, right) = (px(a.x.min(b.x)) - reach, px(a.x.max(b.x)) + reach);
        for y in rows {
            // Within the row only the strip around the line is looked at.
            let to_y = px(y as i64 * SUBPIXELS + SUBPIXELS / 2 - a.y);
            let columns = if dy.abs() > 1e-6 {
                let middle = px(a.x) + to_y * dx / dy;
                let spread = reach * length_sq.sqrt() / dy.abs() + 1.0;
                range(left.max(middle - spread), right.min(middle + spread), self.width)
            } else {
                range(left, right, self.width)
            };
            for x in columns {
                let to_x = px(x as i64 * SUBPIXELS + SUBPIXELS / 2 - a.x);
                let t = (to_x * dx + to_y * dy) / length_sq;
                if (t < 0.0 && !ends.before) || (t > 1.0 && !ends.after) {
                    continue;
                }
                let t = t.clamp(0.0, 1.0);
                let distance = (to_x - t * dx).hypot(to_y - t * dy);
                let coverage = (((reach - distance) / softness).clamp(0.0, 1.0) * 255.0).round() as u8;
                if coverage > 0 {
                    if self.pixels.is_empty() {
                        self.pixels.resize(self.width * self.height, 0);
                    }
                    let pixel = &mut self.pixels[y * self.width + x];
                    *pixel = coverage.max(*pixel);
                }
            }
        }
    }

    fn each(&self, mut see: impl FnMut(usize, usize, u8)) {
        for (i, coverage) in self.pixels.iter().enumerate().filter(|(_, c)| **c > 0) {
            see(i % self.width, i / self.width, *coverage);
        }
    }
}
