//! Lines with a width, as shapes for the coverage accumulator.
//!
//! A line is drawn as a strip: at each of its points a pair of points to its left and right, and between two pairs a
//! quadrilateral of two triangles, the way MapLibre's line bucket lays them. All triangles are wound the same way, so
//! that the accumulator counts how often a place is covered: once along the line, and again where a sharp corner folds
//! the strip over itself or the line crosses itself. A pair is made from its own point and the directions there, in
//! offsets rounded once to 1/256 px: neighbours share exactly the same corners, a triangle is the same in every picture,
//! and triangles out of sight are never added.

use super::coverage::Coverage;
use crate::geo::{SUBPIXELS, Snapped};
use crate::scene::{Cap, Join};

/// How far, in device px, a round corner's polygon may be from its circle.
const ROUND_TOLERANCE_PX: f64 = 0.03;

/// A mitre of this many half widths is where a corner's inner sides would meet beyond its segments: from there on the
/// segments are folded over each other.
const FOLD: f64 = 2.0;

/// Below this a bevelled corner looks the same as a mitred one.
const FLAT: f64 = 1.05;

/// A vector in half widths, or a direction of length 1.
type Vector = (f64, f64);

/// Draws lines of one width into coverage.
pub struct Pen<'a> {
    /// Half the width in 1/256 px.
    half: f64,
    cap: Cap,
    join: Join,
    /// Whether what is drawn is taken away from what was drawn before.
    erases: bool,
    coverage: &'a mut Coverage,
    /// The last pair of the strip.
    last: Option<(Snapped, Snapped)>,
}

impl<'a> Pen<'a> {
    pub fn new(width_px: f64, cap: Cap, join: Join, coverage: &'a mut Coverage) -> Self {
        Self { half: width_px / 2.0 * SUBPIXELS as f64, cap, join, erases: false, coverage, last: None }
    }

    /// The pen that takes away what this width covers, layer by layer.
    pub fn eraser(width_px: f64, cap: Cap, join: Join, coverage: &'a mut Coverage) -> Self {
        Self { erases: true, ..Self::new(width_px, cap, join, coverage) }
    }

    /// Adds the line; of a closed one the last point is joined to the first.
    pub fn draw(&mut self, points: &[Snapped], closed: bool) {
        let count = points.len();
        if count < 2 {
            return;
        }
        self.last = None;
        let last = if closed { count } else { count - 1 };
        for i in 0..=last {
            let at = points[i % count];
            let before = (i > 0 || closed).then(|| direction(points[(i + count - 1) % count], at));
            let after = (i < last || closed).then(|| direction(at, points[(i + 1) % count]));
            match (before, after) {
                (Some(a), Some(b)) => self.corner(at, a, b),
                (None, Some(d)) => self.start(at, d),
                (Some(d), None) => self.finish(at, d),
                (None, None) => {}
            }
        }
    }

    fn start(&mut self, at: Snapped, d: Vector) {
        match self.cap {
            Cap::Butt => self.pair(at, d, 0.0, 0.0),
            Cap::Square => self.pair(at, d, -1.0, -1.0),
            Cap::Round => {
                self.half_disc(at, (-d.0, -d.1));
                self.pair(at, d, 0.0, 0.0);
            }
        }
    }

    fn finish(&mut self, at: Snapped, d: Vector) {
        match self.cap {
            Cap::Butt => self.pair(at, d, 0.0, 0.0),
            Cap::Square => self.pair(at, d, 1.0, 1.0),
            Cap::Round => {
                self.pair(at, d, 0.0, 0.0);
                self.half_disc(at, d);
            }
        }
    }

    /// The corner where the line comes in direction `a` and goes on in direction `b`.
    fn corner(&mut self, at: Snapped, a: Vector, b: Vector) {
        let (na, nb) = (right_of(a), right_of(b));
        let sum = (na.0 + nb.0, na.1 + nb.1);
        let length = sum.0.hypot(sum.1);
        // The cosine of half the turn, and the mitre's length in half widths.
        let middle = if length > 0.0 { (sum.0 / length, sum.1 / length) } else { (0.0, 0.0) };
        let cos_half = middle.0 * nb.0 + middle.1 * nb.1;
        let miter = if cos_half > 1e-9 { 1.0 / cos_half } else { f64::INFINITY };
        let to_right = na.0 * nb.1 - na.1 * nb.0 > 0.0;
        let mitred = match self.join {
            Join::Miter { limit } => miter <= limit.max(1.0) || miter < FLAT.min(limit),
            Join::Round { limit } => miter < limit,
            Join::Bevel => miter < FLAT,
        };
        if mitred {
            let v = (middle.0 * miter, middle.1 * miter);
            return self.strip(at, v, (-v.0, -v.1));
        }
        let round = matches!(self.join, Join::Round { .. });
        if miter > FOLD && round {
            // Both ends are rounded.
            self.pair(at, a, 0.0, 0.0);
            self.half_disc(at, a);
            self.last = None;
            self.half_disc(at, (-b.0, -b.1));
            self.pair(at, b, 0.0, 0.0);
        } else if miter > FOLD {
            // Both segments are cut off by one line through the corner, and folded over each other inside it.
            let fold = if miter > 100.0 {
                (-nb.0, -nb.1)
            } else {
                let difference = (na.0 - nb.0).hypot(na.1 - nb.1);
                let size = miter * length / difference * if to_right { -1.0 } else { 1.0 };
                (-middle.1 * size, middle.0 * size)
            };
            self.strip(at, fold, (-fold.0, -fold.1));
            self.strip(at, (-fold.0, -fold.1), fold);
        } else {
            // The inner sides meet in one point.
            let back = -(miter * miter - 1.0).max(0.0).sqrt();
            let (left, right) = if to_right { (0.0, back) } else { (back, 0.0) };
            self.pair(at, a, left, right);
            if round {
                self.fan(at, na, nb, to_right);
            }
            self.pair(at, b, -left, -right);
        }
    }

    /// The outer side of a corner, rounded from one segment's normal to the next one's.
    fn fan(&mut self, at: Snapped, na: Vector, nb: Vector, to_right: bool) {
        let Some((left, right)) = self.last else { return };
        let side = if to_right { -1.0 } else { 1.0 };
        let turn = (na.0 * nb.1 - na.1 * nb.0).atan2(na.0 * nb.0 + na.1 * nb.1);
        let steps = self.steps(turn);
        for i in 1..steps {
            let (sin, cos) = (turn * f64::from(i) / f64::from(steps)).sin_cos();
            let v = ((na.0 * cos - na.1 * sin) * side, (na.0 * sin + na.1 * cos) * side);
            let next = self.moved(at, v);
            let Some((last_left, last_right)) = self.last else { return };
            if to_right {
                self.triangle(right, last_left, next);
                self.last = Some((next, right));
            } else {
                self.triangle(left, last_right, next);
                self.last = Some((left, next));
            }
        }
    }

    /// The pair at a point of a segment in direction `d`: to its left and right, each moved along the segment by so many
    /// half widths.
    fn pair(&mut self, at: Snapped, d: Vector, along_left: f64, along_right: f64) {
        let n = right_of(d);
        let right = (n.0 + d.0 * along_right, n.1 + d.1 * along_right);
        let left = (-n.0 + d.0 * along_left, -n.1 + d.1 * along_left);
        self.strip(at, right, left);
    }

    /// Continues the strip to a pair of points, given by how far they are from `at`.
    fn strip(&mut self, at: Snapped, right: Vector, left: Vector) {
        let (left, right) = (self.moved(at, left), self.moved(at, right));
        if let Some((last_left, last_right)) = self.last {
            self.triangle(last_left, last_right, left);
            self.triangle(last_right, left, right);
        }
        self.last = Some((left, right));
    }

    /// Half a disc around `at`, on the side that `d` points to.
    fn half_disc(&mut self, at: Snapped, d: Vector) {
        let n = right_of(d);
        let steps = self.steps(std::f64::consts::PI);
        let mut points = vec![self.moved(at, n)];
        for i in 1..steps {
            let (sin, cos) = (std::f64::consts::PI * f64::from(i) / f64::from(steps)).sin_cos();
            points.push(self.moved(at, (n.0 * cos + d.0 * sin, n.1 * cos + d.1 * sin)));
        }
        points.push(self.moved(at, (-n.0, -n.1)));
        self.add(&points);
    }

    /// How many chords a turn of so many radians is drawn with.
    fn steps(&self, turn: f64) -> u32 {
        let radius_px = self.half / SUBPIXELS as f64;
        let step = 2.0 * (1.0 - (ROUND_TOLERANCE_PX / radius_px).min(0.5)).acos();
        (turn.abs() / step).ceil().clamp(1.0, 720.0) as u32
    }

    fn moved(&self, at: Snapped, by: Vector) -> Snapped {
        Snapped { x: at.x + (by.0 * self.half).round() as i64, y: at.y + (by.1 * self.half).round() as i64 }
    }

    fn triangle(&mut self, a: Snapped, b: Snapped, c: Snapped) {
        self.add(&[a, b, c]);
    }

    /// Adds a convex piece, wound the one way, unless it lies out of sight.
    fn add(&mut self, points: &[Snapped]) {
        let Some(first) = points.first() else { return };
        let (mut min, mut max) = (*first, *first);
        let mut doubled_area: i128 = 0;
        for (i, p) in points.iter().enumerate() {
            min = Snapped { x: min.x.min(p.x), y: min.y.min(p.y) };
            max = Snapped { x: max.x.max(p.x), y: max.y.max(p.y) };
            let next = points[(i + 1) % points.len()];
            let (ax, ay) = (i128::from(p.x - first.x), i128::from(p.y - first.y));
            let (bx, by) = (i128::from(next.x - first.x), i128::from(next.y - first.y));
            doubled_area += ax * by - ay * bx;
        }
        if doubled_area == 0 || !self.coverage.can_reach(min, max) {
            return;
        }
        if (doubled_area > 0) != self.erases {
            self.coverage.add_ring(points);
        } else {
            let reversed: Vec<Snapped> = points.iter().rev().copied().collect();
            self.coverage.add_ring(&reversed);
        }
    }
}

/// From one point to another, of length 1.
fn direction(a: Snapped, b: Snapped) -> Vector {
    let (dx, dy) = ((b.x - a.x) as f64, (b.y - a.y) as f64);
    let length = dx.hypot(dy).max(f64::MIN_POSITIVE);
    (dx / length, dy / length)
}

/// The normal to the right of a direction (y is down).
fn right_of(d: Vector) -> Vector {
    (-d.1, d.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The covered area in px, each layer counted.
    fn area(points: &[(i64, i64)], width_px: f64, join: Join, cap: Cap) -> f64 {
        let mut coverage = Coverage::new(200, 200);
        let points: Vec<Snapped> = points.iter().map(|(x, y)| Snapped { x: x * 256, y: y * 256 }).collect();
        Pen::new(width_px, cap, join, &mut coverage).draw(&points, false);
        let mut sum = 0.0;
        coverage.layers(|s| sum += f64::from(s.length) * f64::from(s.coverage) / 255.0);
        sum
    }

    #[test]
    fn strokes_cover_their_area() {
        let bend = [(50, 50), (100, 50), (100, 100)];
        let left = [(50, 100), (100, 100), (100, 50)];
        let straight = [(50, 50), (150, 50)];
        let back = [(50, 50), (150, 50), (50, 50)];
        for (points, join, cap, expected) in [
            (&straight[..], Join::Bevel, Cap::Butt, 400.0),
            (&straight[..], Join::Bevel, Cap::Square, 416.0),
            (&straight[..], Join::Bevel, Cap::Round, 400.0 + 4.0 * std::f64::consts::PI),
            (&bend[..], Join::Bevel, Cap::Butt, 400.0 - 4.0 + 2.0),
            (&bend[..], Join::Miter { limit: 2.0 }, Cap::Butt, 400.0),
            (&bend[..], Join::Miter { limit: 1.0 }, Cap::Butt, 398.0),
            (&bend[..], Join::Round { limit: 1.0 }, Cap::Butt, 396.0 + std::f64::consts::PI),
            (&left[..], Join::Bevel, Cap::Butt, 398.0),
            (&left[..], Join::Round { limit: 1.0 }, Cap::Butt, 396.0 + std::f64::consts::PI),
            // There and back: two layers.
            (&back[..], Join::Bevel, Cap::Butt, 800.0),
            (&back[..], Join::Round { limit: 1.0 }, Cap::Butt, 800.0 + 4.0 * std::f64::consts::PI),
        ] {
            let got = area(points, 4.0, join, cap);
            assert!((got - expected).abs() < 0.8, "{points:?} {join:?} {cap:?}: {got} for {expected}");
        }
    }

    #[test]
    fn a_hairline_keeps_its_weight() {
        for width in [0.3, 0.7, 1.0] {
            let got = area(&[(20, 20), (150, 97)], width, Join::Bevel, Cap::Butt);
            let length = 130f64.hypot(77.0);
            assert!((got / (length * width) - 1.0).abs() < 0.03, "{width}: {got}");
        }
    }
}
