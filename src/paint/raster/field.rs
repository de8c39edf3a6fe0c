//! For each pixel near a line: how far it is from the line, how far along it and on which side.
//!
//! Distances are measured from each segment's own snapped end points to pixel centres, so the differences are exact and
//! the same in every picture; of several segments the nearest counts, of equals the first.

use crate::geo::{SUBPIXELS, Snapped};

/// What is known of one pixel.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    /// Squared distance in px from the pixel's centre to the nearest segment; infinite where none is in reach.
    pub distance_sq: f32,
    /// Distance in px from the segment's own line, to the right of its direction.
    pub side: f32,
    /// Where the nearest point lies, in the measure that was given with the segment.
    pub along: f64,
}

const NOWHERE: Place = Place { distance_sq: f32::INFINITY, side: 0.0, along: 0.0 };

/// Kept from stroke to stroke for its memory.
#[derive(Debug)]
pub struct Field {
    width: usize,
    height: usize,
    places: Vec<Place>,
    /// The rows and columns that hold anything finite.
    touched: Area,
}

#[derive(Debug, Clone, Copy, Default)]
pub struct Area {
    pub left: usize,
    pub right: usize,
    pub top: usize,
    pub bottom: usize,
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

/// One segment of a line to be measured from.
#[derive(Debug, Clone, Copy)]
pub struct Segment {
    pub from: Snapped,
    pub to: Snapped,
    /// The measure at both ends.
    pub along: [f64; 2],
    /// Whether pixels beyond the end count as near it.
    pub open: [bool; 2],
}

impl Field {
    pub fn new(width_px: u32, height_px: u32) -> Self {
        Self { width: width_px as usize, height: height_px as usize, places: Vec::new(), touched: Area::default() }
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.touched = Area::default();
    }

    /// Where anything is known.
    pub fn touched(&self) -> Area {
        self.touched
    }

    pub fn at(&self, x: usize, y: usize) -> Place {
        let t = &self.touched;
        let known = (t.left..t.right).contains(&x) && (t.top..t.bottom).contains(&y);
        if known { self.places[y * self.width + x] } else { NOWHERE }
    }

    /// Lets the segment have the pixels within `reach` px that are nearer to it than to any before.
    pub fn add(&mut self, segment: &Segment, reach: f64) {
        let (a, b) = (segment.from, segment.to);
        let area = self.reached(a, b, reach);
        if area.is_empty() {
            return;
        }
        if self.touched.is_empty() {
            self.places.clear();
            self.places.resize(self.width * self.height, NOWHERE);
        }
        self.touched = self.touched.with(area);
        let (dx, dy) = (px(b.x - a.x), px(b.y - a.y));
        let length_sq = dx * dx + dy * dy;
        if length_sq == 0.0 {
            return;
        }
        let length = length_sq.sqrt();
        let (along_x, along_y) = (dx / length_sq, dy / length_sq);
        let least = if segment.open[0] { f64::NEG_INFINITY } else { 0.0 };
        let most = if segment.open[1] { f64::INFINITY } else { 1.0 };
        for y in area.top..area.bottom {
            let to_y = px(center(y) - a.y);
            // Within the row only the strip around the line is looked at.
            let columns = if dy.abs() > 1e-6 {
                let middle = px(a.x) + to_y * dx / dy;
                let spread = reach * length / dy.abs();
                let row = range(middle - spread, middle + spread, area.right);
                row.start.max(area.left)..row.end
            } else {
                area.left..area.right
            };
            if columns.is_empty() {
                continue;
            }
            let row = &mut self.places[y * self.width + columns.start..y * self.width + columns.end];
            for (x, place) in columns.zip(row) {
                let to_x = px(center(x) - a.x);
                let foot = to_x * along_x + to_y * along_y;
                let t = foot.clamp(0.0, 1.0);
                let (off_x, off_y) = (to_x - t * dx, to_y - t * dy);
                let distance_sq = (off_x * off_x + off_y * off_y) as f32;
                if distance_sq < place.distance_sq && (least..=most).contains(&foot) {
                    let side = ((dx * to_y - dy * to_x) / length) as f32;
                    let along = segment.along[0] + t * (segment.along[1] - segment.along[0]);
                    *place = Place { distance_sq, side, along };
                }
            }
        }
    }

    /// The pixels that may be within `reach` px of the segment.
    fn reached(&self, a: Snapped, b: Snapped, reach: f64) -> Area {
        let columns = range(px(a.x.min(b.x)) - reach, px(a.x.max(b.x)) + reach, self.width);
        let rows = range(px(a.y.min(b.y)) - reach, px(a.y.max(b.y)) + reach, self.height);
        Area { left: columns.start, right: columns.end, top: rows.start, bottom: rows.end }
    }
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
