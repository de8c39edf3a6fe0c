//! Lines with a width, as shapes for the coverage accumulator.
//!
//! A stroke is the union of simple pieces: a rectangle for each segment, a wedge for each corner, a shape for each cap.
//! All are wound the same way, so the non-zero rule joins them. Each piece is made from its own points, in offsets
//! rounded once to 1/256 px: pieces that touch share exactly the same corners, a piece is the same in every picture,
//! and pieces out of sight are never made. (A stroker that outlines the whole line, such as tiny-skia's, works in 32 bit
//! floats whose steps show on lines of 100,000 px, and must be run on the whole line for every tile.)

use super::coverage::Coverage;
use crate::geo::{SUBPIXELS, Snapped};
use crate::scene::{Cap, Join};

/// How far, in device px, a round corner's polygon may be from its circle.
const ROUND_TOLERANCE_PX: f64 = 0.03;

/// A vector in 1/256 px, or a direction of length 1.
type Vector = (f64, f64);

/// Draws lines of one width into coverage.
pub struct Pen<'a> {
    /// Half the width in 1/256 px.
    half: f64,
    cap: Cap,
    join: Join,
    coverage: &'a mut Coverage,
}

/// One segment's end points, unit direction and rounded offset to its right-hand side.
#[derive(Clone, Copy)]
struct Segment {
    from: Snapped,
    to: Snapped,
    direction: Vector,
    offset: Snapped,
}

impl<'a> Pen<'a> {
    pub fn new(width_px: f64, cap: Cap, join: Join, coverage: &'a mut Coverage) -> Self {
        Self { half: width_px / 2.0 * SUBPIXELS as f64, cap, join, coverage }
    }

    /// Adds the line; of a closed one the last point is joined to the first.
    pub fn draw(&mut self, points: &[Snapped], closed: bool) {
        let count = if closed { points.len() } else { points.len() - 1 };
        let segments: Vec<Segment> =
            (0..count).filter_map(|i| self.segment(points[i], points[(i + 1) % points.len()])).collect();
        let Some(&first) = segments.first() else { return };
        let mut last = first;
        self.rectangle(&first);
        for segment in &segments[1..] {
            self.corner(&last, segment);
            self.rectangle(segment);
            last = *segment;
        }
        if closed {
            self.corner(&last, &first);
        } else {
            self.end(first.from, (-first.direction.0, -first.direction.1));
            self.end(last.to, last.direction);
        }
    }

    fn segment(&self, a: Snapped, b: Snapped) -> Option<Segment> {
        let (dx, dy) = ((b.x - a.x) as f64, (b.y - a.y) as f64);
        let length = dx.hypot(dy);
        if length == 0.0 {
            return None;
        }
        let direction = (dx / length, dy / length);
        Some(Segment { from: a, to: b, direction, offset: self.offset(direction) })
    }

    /// To the right of `direction` (y is down), half a width long.
    fn offset(&self, direction: Vector) -> Snapped {
        rounded((-direction.1 * self.half, direction.0 * self.half))
    }

    fn rectangle(&mut self, s: &Segment) {
        let o = s.offset;
        self.add(&[plus(s.from, o), plus(s.to, o), minus(s.to, o), minus(s.from, o)]);
    }

    /// Fills the wedge on the outer side of the corner from `a` to `b`.
    fn corner(&mut self, a: &Segment, b: &Segment) {
        let cross = a.direction.0 * b.direction.1 - a.direction.1 * b.direction.0;
        let dot = a.direction.0 * b.direction.0 + a.direction.1 * b.direction.1;
        if cross == 0.0 && dot >= 0.0 {
            return;
        }
        let at = a.to;
        // A right turn opens on the left.
        let outer = |o: Snapped| if cross > 0.0 { minus(at, o) } else { plus(at, o) };
        let (p, q) = (outer(a.offset), outer(b.offset));
        match self.join {
            Join::Round { limit } if (2.0 / (1.0 + dot)).sqrt() > limit || dot < -0.999 => {
                let side = if cross > 0.0 { -1.0 } else { 1.0 };
                let start = (-a.direction.1 * side, a.direction.0 * side);
                let turn = cross.atan2(dot);
                self.fan(at, p, start, turn, q);
            }
            // The mitre's length in half widths is 1 / cos(half the turn).
            Join::Miter { limit } | Join::Round { limit } if dot > -0.999 && (2.0 / (1.0 + dot)).sqrt() <= limit => {
                let side = if cross > 0.0 { -1.0 } else { 1.0 };
                let along = side * self.half / (1.0 + dot);
                let tip = (-(a.direction.1 + b.direction.1) * along, (a.direction.0 + b.direction.0) * along);
                self.add(&[at, p, plus(at, rounded(tip)), q]);
            }
            Join::Miter { .. } | Join::Round { .. } | Join::Bevel => self.add(&[at, p, q]),
        }
    }

    /// The cap at `at`, where the line ends going in `direction`.
    fn end(&mut self, at: Snapped, direction: Vector) {
        let o = self.offset(direction);
        match self.cap {
            Cap::Butt => {}
            Cap::Square => {
                let on = rounded((direction.0 * self.half, direction.1 * self.half));
                let tip = plus(at, on);
                self.add(&[plus(at, o), plus(tip, o), minus(tip, o), minus(at, o)]);
            }
            Cap::Round => {
                let start = (-direction.1, direction.0);
                self.fan(at, plus(at, o), start, -std::f64::consts::PI, minus(at, o));
            }
        }
    }

    /// A piece of pie from `p` to `q`: the unit vector `start` turned by `turn` radians.
    fn fan(&mut self, at: Snapped, p: Snapped, start: Vector, turn: f64, q: Snapped) {
        let radius_px = self.half / SUBPIXELS as f64;
        let step = 2.0 * (1.0 - (ROUND_TOLERANCE_PX / radius_px).min(0.5)).acos();
        let steps = (turn.abs() / step).ceil().clamp(1.0, 720.0) as u32;
        let mut points = vec![at, p];
        for i in 1..steps {
            let (sin, cos) = (turn * f64::from(i) / f64::from(steps)).sin_cos();
            let (x, y) = (start.0 * cos - start.1 * sin, start.0 * sin + start.1 * cos);
            points.push(plus(at, rounded((x * self.half, y * self.half))));
        }
        points.push(q);
        self.add(&points);
    }

    /// Adds a convex piece, wound the one way, unless it lies out of sight.
    fn add(&mut self, points: &[Snapped]) {
        let Some(first) = points.first() else { return };
        let (mut min, mut max) = (*first, *first);
        let mut doubled_area: i64 = 0;
        for (i, p) in points.iter().enumerate() {
            min = Snapped { x: min.x.min(p.x), y: min.y.min(p.y) };
            max = Snapped { x: max.x.max(p.x), y: max.y.max(p.y) };
            let next = points[(i + 1) % points.len()];
            let (a, b) = (minus(*p, *first), minus(next, *first));
            doubled_area = doubled_area.saturating_add(a.x.saturating_mul(b.y).saturating_sub(a.y.saturating_mul(b.x)));
        }
        if doubled_area == 0 || !self.coverage.can_reach(min, max) {
            return;
        }
        if doubled_area > 0 {
            self.coverage.add_ring(points);
        } else {
            let reversed: Vec<Snapped> = points.iter().rev().copied().collect();
            self.coverage.add_ring(&reversed);
        }
    }
}

fn rounded(p: Vector) -> Snapped {
    Snapped { x: p.0.round() as i64, y: p.1.round() as i64 }
}

fn plus(a: Snapped, b: Snapped) -> Snapped {
    Snapped { x: a.x + b.x, y: a.y + b.y }
}

fn minus(a: Snapped, b: Snapped) -> Snapped {
    Snapped { x: a.x - b.x, y: a.y - b.y }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The covered area in px.
    fn area(points: &[(i64, i64)], width_px: f64, join: Join, cap: Cap) -> f64 {
        let mut coverage = Coverage::new(200, 200);
        let points: Vec<Snapped> = points.iter().map(|(x, y)| Snapped { x: x * 256, y: y * 256 }).collect();
        Pen::new(width_px, cap, join, &mut coverage).draw(&points, false);
        let mut sum = 0.0;
        coverage.spans(|s| sum += f64::from(s.length) * f64::from(s.coverage) / 255.0);
        sum
    }

    #[test]
    fn strokes_cover_their_area() {
        let bend = [(50, 50), (100, 50), (100, 100)];
        let straight = [(50, 50), (150, 50)];
        for (points, join, cap, expected) in [
            (&straight[..], Join::Bevel, Cap::Butt, 400.0),
            (&straight[..], Join::Bevel, Cap::Square, 416.0),
            (&straight[..], Join::Bevel, Cap::Round, 400.0 + 4.0 * std::f64::consts::PI),
            (&bend[..], Join::Bevel, Cap::Butt, 400.0 - 4.0 + 2.0),
            (&bend[..], Join::Miter { limit: 2.0 }, Cap::Butt, 400.0),
            (&bend[..], Join::Miter { limit: 1.0 }, Cap::Butt, 398.0),
            (&bend[..], Join::Round { limit: 1.0 }, Cap::Butt, 396.0 + std::f64::consts::PI),
        ] {
            let got = area(points, 4.0, join, cap);
            assert!((got - expected).abs() < 0.6, "{join:?} {cap:?}: {got} for {expected}");
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
