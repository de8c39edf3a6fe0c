//! Lines with a soft edge (`line-blur`): opacity by distance from the centre line.
//!
//! Distances are measured from each segment's own snapped end points to pixel centres, so the differences are exact and
//! the same in every picture; of several segments the nearest counts, whatever the order.

use super::blend::Canvas;
use crate::geo::{SUBPIXELS, Snapped};
use crate::scene::{Cap, Stroke};

/// Draws soft strokes; kept from stroke to stroke for its memory.
#[derive(Debug, Default)]
pub struct SoftPen {
    /// The squared distance in px from each pixel's centre to the nearest segment; infinite where none is in reach.
    distances_sq: Vec<f32>,
    /// The rows and columns that hold anything finite.
    touched: Area,
    coverage: Vec<u8>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Area {
    left: usize,
    right: usize,
    top: usize,
    bottom: usize,
}

impl Area {
    fn is_empty(&self) -> bool {
        self.left >= self.right || self.top >= self.bottom
    }

    fn with(self, other: Area) -> Area {
        if self.is_empty() {
            return other;
        }
        Area {
            left: self.left.min(other.left),
            right: self.right.max(other.right),
            top: self.top.min(other.top),
            bottom: self.bottom.max(other.bottom),
        }
    }
}

impl SoftPen {
    /// Draws the stroke; dashes are not cut from a soft line.
    pub fn draw(&mut self, stroke: &Stroke, canvas: &mut Canvas) {
        let reach = stroke.width_px / 2.0 + 0.5;
        let softness = stroke.blur_px + 1.0;
        let (width, height) = (canvas.width(), canvas.height());
        self.touched = Area::default();
        for line in &stroke.lines {
            let count = line.points.len();
            let segments = if line.closed { count } else { count - 1 };
            let open_ends = stroke.cap == Cap::Butt && !line.closed;
            for i in 0..segments {
                let (a, b) = (line.points[i], line.points[(i + 1) % count]);
                let area = reached(a, b, reach, width, height);
                if area.is_empty() {
                    continue;
                }
                if self.touched.is_empty() {
                    self.distances_sq.clear();
                    self.distances_sq.resize(width * height, f32::INFINITY);
                }
                self.touched = self.touched.with(area);
                let from = if open_ends && i == 0 { 0.0 } else { f64::NEG_INFINITY };
                let to = if open_ends && i + 1 == segments { 1.0 } else { f64::INFINITY };
                self.measure(a, b, area, reach, width, from..=to);
            }
        }
        for y in self.touched.top..self.touched.bottom {
            let row = &self.distances_sq[y * width + self.touched.left..y * width + self.touched.right];
            self.coverage.clear();
            self.coverage.extend(row.iter().map(|distance_sq| {
                let distance = f64::from(*distance_sq).sqrt();
                (((reach - distance) / softness).clamp(0.0, 1.0) * 255.0 + 0.5) as u8
            }));
            canvas.blend_row(self.touched.left, y, &self.coverage, stroke.color);
        }
    }

    /// Lowers the distances in `area` to those of the segment from `a` to `b`. Pixels whose foot on the segment's line,
    /// as a fraction of the segment, lies outside `feet` are passed over.
    fn measure(
        &mut self,
        a: Snapped,
        b: Snapped,
        area: Area,
        reach: f64,
        width: usize,
        feet: std::ops::RangeInclusive<f64>,
    ) {
        let (dx, dy) = (px(b.x - a.x), px(b.y - a.y));
        let length_sq = dx * dx + dy * dy;
        let (along_x, along_y) = (dx / length_sq, dy / length_sq);
        let whole = *feet.start() < 0.0 && *feet.end() > 1.0;
        for y in area.top..area.bottom {
            let to_y = px(center(y) - a.y);
            // Within the row only the strip around the line is looked at.
            let columns = if dy.abs() > 1e-6 {
                let middle = px(a.x) + to_y * dx / dy;
                let spread = reach * length_sq.sqrt() / dy.abs();
                let row = range(middle - spread, middle + spread, area.right);
                row.start.max(area.left)..row.end
            } else {
                area.left..area.right
            };
            if columns.is_empty() {
                continue;
            }
            let row = &mut self.distances_sq[y * width + columns.start..y * width + columns.end];
            for (x, nearest) in columns.zip(row) {
                let to_x = px(center(x) - a.x);
                let foot = to_x * along_x + to_y * along_y;
                let t = foot.clamp(0.0, 1.0);
                let (off_x, off_y) = (to_x - t * dx, to_y - t * dy);
                let distance_sq = (off_x * off_x + off_y * off_y) as f32;
                if whole || feet.contains(&foot) {
                    *nearest = nearest.min(distance_sq);
                }
            }
        }
    }
}

/// The pixels that may be within `reach` px of the segment.
fn reached(a: Snapped, b: Snapped, reach: f64, width: usize, height: usize) -> Area {
    let columns = range(px(a.x.min(b.x)) - reach, px(a.x.max(b.x)) + reach, width);
    let rows = range(px(a.y.min(b.y)) - reach, px(a.y.max(b.y)) + reach, height);
    Area { left: columns.start, right: columns.end, top: rows.start, bottom: rows.end }
}

/// Whole pixels from `low` to `high`, a pixel more on either side, within the picture.
fn range(low: f64, high: f64, limit: usize) -> std::ops::Range<usize> {
    let from = (low - 1.0).floor().clamp(0.0, limit as f64) as usize;
    let to = (high + 1.0).ceil().clamp(0.0, limit as f64) as usize;
    from..to
}

fn px(v: i64) -> f64 {
    v as f64 / SUBPIXELS as f64
}

/// The centre of a pixel in 1/256 px.
fn center(pixel: usize) -> i64 {
    pixel as i64 * SUBPIXELS + SUBPIXELS / 2
}
