//! A line as a strip of triangles, and the pixels in it.
//!
//! At each of its points a line has a pair of points to its left and right, and between two pairs
//! lies a quadrilateral of two triangles, the way MapLibre's line bucket lays them. A pixel belongs
//! to the triangle that holds its centre: to exactly one along the line, and to several where a
//! sharp corner folds the strip over itself or the line crosses itself. It is told how far along
//! the line it lies and how far from the middle, and what it is painted with hangs on that alone,
//! as in MapLibre's shaders.
//!
//! **Invariant (seamless).** A pair is made from its own point and the directions there, in offsets
//! rounded once to 1/256 px. Where a triangle's side crosses a row is one floor division of the
//! side's own end points; places within a triangle are computed from whole differences between its
//! corners and the pixel's centre. So all of it is the same in every picture.

use super::pen::{Corner, Drawn, Pen, Straight, Vector, triangle};
use crate::geo::{SUBPIXELS, Snapped, nearest};
use crate::scene::{Cap, Join, Line};

/// A mitre of this many half widths is where a corner's inner sides would meet beyond its segments:
/// from there on the segments are folded over each other.
const FOLD: f64 = 2.0;

/// Below this a bevelled corner looks the same as a mitred one.
const FLAT: f64 = 1.05;

/// A round corner is as many slices as fit it best.
const DEGREES_PER_SLICE: f64 = 20.0;

/// Corners that turn by more than this have a pair of their own on either side, so that what
/// changes along the line is not smeared along the whole of a long segment.
const SHARP: f64 = 75.0;

/// How far from a sharp corner these pairs are, in CSS px.
const SHARP_REACH_PX: f64 = 15.0;

/// Lays strips of one width.
pub struct Strip<'a, P> {
    width_px: i64,
    height_px: i64,
    /// Half the strip's width in 1/256 px.
    half: f64,
    cap: Cap,
    join: Join,
    pen: &'a mut P,
    stopped: bool,
    last: Option<(Corner, Corner)>,
    along: f64,
    /// Where the pairs beside sharp corners lie, 1/256 px.
    sharp_reach: f64,
    sharp_cosine: f64,
    /// How far from its segments the strip has pixels, 1/256 px.
    reach: i64,
}

impl<'a, P: Pen> Strip<'a, P> {
    /// `half_px` is the strip's half width in px; the picture is `size_px` wide and high, at
    /// `ratio` px per CSS px.
    pub fn new(
        size_px: (usize, usize),
        ratio: f64,
        half_px: f64,
        (cap, join): (Cap, Join),
        pen: &'a mut P,
    ) -> Self {
        // A corner's points are two half widths from it at the most, or as far as a mitre goes.
        let most = if let Join::Miter { limit } = join { limit.max(FOLD) } else { FOLD };
        Self {
            reach: (half_px * most + 1.0).ceil() as i64 * SUBPIXELS,
            sharp_cosine: SHARP.to_radians().cos(),
            width_px: size_px.0 as i64,
            height_px: size_px.1 as i64,
            half: half_px * SUBPIXELS as f64,
            cap,
            join,
            pen,
            stopped: false,
            last: None,
            along: 0.0,
            sharp_reach: SHARP_REACH_PX * ratio * SUBPIXELS as f64,
        }
    }

    /// Gives the line's pixels, from its start to its end.
    pub fn draw(&mut self, line: &Line) {
        let points = &line.points;
        let count = points.len();
        if count < 2 {
            return;
        }
        self.last = None;
        let last = if line.closed { count } else { count - 1 };
        let (of, next) = (|i: usize| points[i % count], |i: usize| points[(i + 1) % count]);
        // A ring is measured from its last corner, as MapLibre does it.
        self.along = if line.closed { segment(of(count - 1), of(0)).1 } else { 0.0 };
        let mut before: Option<(Vector, f64)> = None;
        let mut is_seen = line.closed && self.is_near(of(count - 1), of(0));
        for i in 0..=last {
            if self.stopped {
                return;
            }
            let (has_before, has_after) = (i > 0 || line.closed, i < last || line.closed);
            let was_seen =
                std::mem::replace(&mut is_seen, has_after && self.is_near(of(i), next(i)));
            if was_seen || is_seen {
                let a =
                    has_before.then(|| before.unwrap_or_else(|| segment(of(i + count - 1), of(i))));
                before = has_after.then(|| segment(of(i), next(i)));
                self.turn(of(i), a, before, (i > 0, i < last));
            } else {
                // Nothing of it is in the picture.
                self.last = None;
                before = (has_after && self.pen.measures()).then(|| segment(of(i), next(i)));
            }
            self.along += before.map_or(0.0, |(_, length)| length);
        }
    }

    /// A point of the line, with the segments before and after it, where there are any, and whether
    /// it is not the ring's first and not its last.
    fn turn(
        &mut self,
        at: Snapped,
        before: Option<(Vector, f64)>,
        after: Option<(Vector, f64)>,
        (is_later, is_earlier): (bool, bool),
    ) {
        match (before, after) {
            (Some((a, before)), Some((b, after))) => {
                let sharp = a.0 * b.0 + a.1 * b.1 < self.sharp_cosine;
                let reach = self.sharp_reach;
                if sharp && is_later && before > 2.0 * reach {
                    self.beside(at, a, -reach);
                }
                self.corner(at, a, b);
                if sharp && is_earlier && after > 2.0 * reach {
                    self.beside(at, b, reach);
                }
            }
            (None, Some((d, _))) => self.start(at, d),
            (Some((d, _)), None) => self.finish(at, d),
            (None, None) => {}
        }
    }

    /// Whether the strip along a segment may have pixels in the picture.
    fn is_near(&self, a: Snapped, b: Snapped) -> bool {
        let within = |a: i64, b: i64, size: i64| {
            a.max(b) >= -self.reach && a.min(b) <= size * SUBPIXELS + self.reach
        };
        within(a.x, b.x, self.width_px) && within(a.y, b.y, self.height_px)
    }

    fn start(&mut self, at: Snapped, d: Vector) {
        match self.cap {
            Cap::Butt => self.pair(at, d, [0.0; 2], 0.0),
            Cap::Square => self.pair(at, d, [-1.0; 2], 0.0),
            Cap::Round => {
                self.pair(at, d, [-1.0; 2], 1.0);
                self.pair(at, d, [0.0; 2], 0.0);
            }
        }
    }

    fn finish(&mut self, at: Snapped, d: Vector) {
        match self.cap {
            Cap::Butt => self.end(at, d, [0.0; 2]),
            Cap::Square => self.end(at, d, [1.0; 2]),
            Cap::Round => {
                self.end(at, d, [0.0; 2]);
                self.pair(at, d, [1.0; 2], 1.0);
            }
        }
    }

    /// The corner where the line comes in direction `a` and goes on in direction `b`.
    fn corner(&mut self, at: Snapped, a: Vector, b: Vector) {
        let (na, nb) = (right_of(a), right_of(b));
        let sum = (na.0 + nb.0, na.1 + nb.1);
        let length = length_of(sum);
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
            return self.straight(at, a, [v, (-v.0, -v.1)]);
        }
        let round = matches!(self.join, Join::Round { .. });
        if miter > FOLD && round {
            // Both ends are rounded.
            self.end(at, a, [0.0; 2]);
            self.pair(at, a, [1.0; 2], 1.0);
            self.last = None;
            self.pair(at, b, [-1.0; 2], 1.0);
            self.pair(at, b, [0.0; 2], 0.0);
        } else if miter > FOLD {
            // Both segments are cut off by one line through the corner, and folded over each other
            // inside it.
            let fold = if miter > 100.0 {
                (-nb.0, -nb.1)
            } else {
                let difference = length_of((na.0 - nb.0, na.1 - nb.1));
                let size = miter * length / difference * if to_right { -1.0 } else { 1.0 };
                (-middle.1 * size, middle.0 * size)
            };
            self.straight(at, a, [fold, (-fold.0, -fold.1)]);
            self.strip(at, (-fold.0, -fold.1), fold, 0.0);
        } else {
            // The inner sides meet in one point.
            let back = -(miter * miter - 1.0).max(0.0).sqrt();
            let [left, right] = if to_right { [0.0, back] } else { [back, 0.0] };
            self.end(at, a, [left, right]);
            if round {
                self.fan(at, na, nb, to_right);
            }
            self.pair(at, b, [-left, -right], 0.0);
        }
    }

    /// A pair on a segment in direction `d`, `by` (1/256 px) along it from `at`.
    fn beside(&mut self, at: Snapped, d: Vector, by: f64) {
        let moved = Snapped { x: at.x + nearest(d.0 * by), y: at.y + nearest(d.1 * by) };
        self.along += by;
        self.end(moved, d, [0.0; 2]);
        self.along -= by;
    }

    /// The outer side of a corner, rounded from one segment's normal to the next one's.
    fn fan(&mut self, at: Snapped, na: Vector, nb: Vector, to_right: bool) {
        let side = if to_right { -1.0 } else { 1.0 };
        let turn = (na.0 * nb.1 - na.1 * nb.0).atan2(na.0 * nb.0 + na.1 * nb.1);
        let steps = (turn.abs().to_degrees() / DEGREES_PER_SLICE).round() as u32;
        for i in 1..steps {
            let (sin, cos) = (turn * f64::from(i) / f64::from(steps)).sin_cos();
            let v = ((na.0 * cos - na.1 * sin) * side, (na.0 * sin + na.1 * cos) * side);
            let next = self.corner_at(at, v, -side, 0.0);
            let Some((left, right)) = self.last else { return };
            self.triangle([left, right, next]);
            self.last = Some(if to_right { (next, right) } else { (left, next) });
        }
    }

    /// The pair at a point of a segment in direction `d`: to its left and right, each moved along
    /// the segment by so many half widths.
    fn pair(&mut self, at: Snapped, d: Vector, along: [f64; 2], beyond: f64) {
        let [right, left] = beside(d, along);
        match self.last {
            Some((last, _)) if last.beyond != beyond => {
                self.round_end(at, d, [right, left], beyond)
            }
            _ => self.strip(at, right, left, beyond),
        }
    }

    /// The same at the end of a straight piece.
    fn end(&mut self, at: Snapped, d: Vector, along: [f64; 2]) {
        self.straight(at, d, beside(d, along));
    }

    /// Continues the strip along a segment in direction `d` to a pair of points, right and left.
    fn straight(&mut self, at: Snapped, d: Vector, [right, left]: [Vector; 2]) {
        let Some((last_left, last_right)) = self.last else {
            return self.strip(at, right, left, 0.0);
        };
        let (to_left, to_right) =
            (self.corner_at(at, left, 1.0, 0.0), self.corner_at(at, right, -1.0, 0.0));
        let corners = [last_left.at, last_right.at, to_right.at, to_left.at];
        let drawn = match self.is_beside(&corners) {
            true => Drawn::Whole,
            // Of a round end only the pixels know how far beyond it they are.
            false if last_left.beyond > 0.0 => Drawn::Not,
            false => self.pen.straight(&Straight { corners, on: at, direction: d }),
        };
        match drawn {
            Drawn::Not => return self.strip(at, right, left, 0.0),
            Drawn::Whole => {}
            Drawn::Late => self.stopped = true,
        }
        self.last = Some((to_left, to_right));
    }

    /// Continues the strip over a round end, whose middle is `at`.
    fn round_end(&mut self, at: Snapped, d: Vector, [right, left]: [Vector; 2], beyond: f64) {
        let Some((last_left, last_right)) = self.last else { return };
        let (to_left, to_right) =
            (self.corner_at(at, left, 1.0, beyond), self.corner_at(at, right, -1.0, beyond));
        let corners = [last_left.at, last_right.at, to_right.at, to_left.at];
        match self.pen.round_end(&Straight { corners, on: at, direction: d }) {
            Drawn::Not => return self.strip(at, right, left, beyond),
            Drawn::Whole => {}
            Drawn::Late => self.stopped = true,
        }
        self.last = Some((to_left, to_right));
    }

    /// Whether none of it is in the picture.
    fn is_beside(&self, corners: &[Snapped]) -> bool {
        let all = |is_out: &dyn Fn(&Snapped) -> bool| corners.iter().all(is_out);
        let (right, bottom) = (self.width_px * SUBPIXELS, self.height_px * SUBPIXELS);
        all(&|p| p.x <= 0)
            || all(&|p| p.x >= right)
            || all(&|p| p.y <= 0)
            || all(&|p| p.y >= bottom)
    }

    /// Continues the strip to a pair of points, given by how far they are from `at`.
    fn strip(&mut self, at: Snapped, right: Vector, left: Vector, beyond: f64) {
        let (left, right) =
            (self.corner_at(at, left, 1.0, beyond), self.corner_at(at, right, -1.0, beyond));
        if let Some((last_left, last_right)) = self.last {
            self.triangle([last_left, last_right, right]);
            self.triangle([last_left, right, left]);
        }
        self.last = Some((left, right));
    }

    fn corner_at(&self, at: Snapped, by: Vector, across: f64, beyond: f64) -> Corner {
        let moved = |v: i64, by: f64| v + nearest(by * self.half);
        Corner {
            at: Snapped { x: moved(at.x, by.0), y: moved(at.y, by.1) },
            across,
            beyond,
            along: self.along,
        }
    }

    fn triangle(&mut self, corners: [Corner; 3]) {
        self.stopped |= !triangle(corners, (self.width_px, self.height_px), self.pen);
    }
}

/// The points to the right and left of one on a segment in direction `d`, in half widths from it,
/// each moved along the segment.
fn beside(d: Vector, [left, right]: [f64; 2]) -> [Vector; 2] {
    let n = right_of(d);
    [(n.0 + d.0 * right, n.1 + d.1 * right), (-n.0 + d.0 * left, -n.1 + d.1 * left)]
}

/// A square root is rounded alike on every machine, and quick; `hypot` is neither.
fn length_of((x, y): Vector) -> f64 {
    (x * x + y * y).sqrt()
}

/// From one point to another: a direction of length 1, and the length in 1/256 px.
fn segment(a: Snapped, b: Snapped) -> (Vector, f64) {
    let (dx, dy) = ((b.x - a.x) as f64, (b.y - a.y) as f64);
    let length = length_of((dx, dy)).max(f64::MIN_POSITIVE);
    ((dx / length, dy / length), length)
}

/// The normal to the right of a direction (y is down).
fn right_of(d: Vector) -> Vector {
    (-d.1, d.0)
}

#[cfg(test)]
mod tests {
    use super::super::pen::Fragment;
    use super::*;

    /// How many pixels the strip has, each as often as it is covered.
    fn pixels(points: &[(i64, i64)], half_px: f64, join: Join, cap: Cap) -> f64 {
        let points = points.iter().map(|(x, y)| Snapped { x: x * 256, y: y * 256 }).collect();
        let mut count = 0.0;
        let mut emit = |f: Fragment| {
            assert!(f.across.abs() <= 1.0 + 1e-9 && f.x < 200 && f.y < 200);
            if f.across.hypot(f.beyond) <= 1.0 {
                count += 1.0;
            }
            true
        };
        Strip::new((200, 200), 1.0, half_px, (cap, join), &mut emit)
            .draw(&Line::new(points, false).unwrap());
        count
    }

    #[test]
    fn strips_have_their_pixels_once_for_each_layer() {
        let bend = [(50, 50), (100, 50), (100, 100)];
        let left = [(50, 100), (100, 100), (100, 50)];
        let straight = [(50, 50), (150, 50)];
        let back = [(50, 50), (150, 50), (50, 50)];
        let quarter = std::f64::consts::PI * 16.0;
        for (points, join, cap, expected) in [
            (&straight[..], Join::Bevel, Cap::Butt, 1600.0),
            (&straight[..], Join::Bevel, Cap::Square, 1856.0),
            (&straight[..], Join::Bevel, Cap::Round, 1600.0 + 4.0 * quarter),
            (&bend[..], Join::Bevel, Cap::Butt, 1600.0 - 64.0 + 32.0),
            (&bend[..], Join::Miter { limit: 2.0 }, Cap::Butt, 1600.0),
            (&bend[..], Join::Round { limit: 1.0 }, Cap::Butt, 1600.0 - 64.0 + quarter),
            (&left[..], Join::Bevel, Cap::Butt, 1600.0 - 64.0 + 32.0),
            (&left[..], Join::Round { limit: 1.0 }, Cap::Butt, 1600.0 - 64.0 + quarter),
            // There and back: two layers.
            (&back[..], Join::Bevel, Cap::Butt, 3200.0),
            (&back[..], Join::Round { limit: 1.0 }, Cap::Butt, 3200.0 + 4.0 * quarter),
        ] {
            let got = pixels(points, 8.0, join, cap);
            assert!(
                (got - expected).abs() <= 12.0,
                "{points:?} {join:?} {cap:?}: {got} for {expected}"
            );
        }
    }

    #[test]
    fn a_pixel_knows_how_far_along_it_lies() {
        let points =
            [(10, 20), (60, 20), (110, 20)].map(|(x, y)| Snapped { x: x * 256, y: y * 256 });
        let mut seen = 0;
        let mut emit = |f: Fragment| {
            if (f.x, f.y) == (60, 22) {
                assert!(
                    (f.along / 256.0 - 50.5).abs() < 1e-6 && (f.across * 5.0 + 2.5).abs() < 1e-6,
                    "{f:?}"
                );
                seen += 1;
            }
            true
        };
        let mut strip =
            Strip::new((200, 200), 1.0, 5.0, (Cap::Butt, Join::Miter { limit: 2.0 }), &mut emit);
        strip.draw(&Line::new(points.to_vec(), false).unwrap());
        assert_eq!(seen, 1);
    }
}
