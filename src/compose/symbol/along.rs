//! Text along a line: every glyph on it, turned with it.

use super::path::{Path, Spot, between, direction, distance};

/// A cluster's place on the line, and the line's direction there.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OnLine {
    pub at: [f64; 2],
    /// Radians, clockwise.
    pub angle: f64,
}

/// A label on a line: its place, and how far it is moved along and to the right of the line; CSS
/// px.
#[derive(Debug, Clone, Copy)]
pub struct Mooring<'a> {
    pub path: &'a Path,
    pub spot: Spot,
    pub offset: [f64; 2],
    /// Whether it runs against the line's direction.
    pub flipped: bool,
}

impl Mooring<'_> {
    /// The place `x` along the label, measured from its anchor, with the points on the way there;
    /// `None` beyond the line's end.
    pub fn walk(&self, x: f64, way: &mut Vec<[f64; 2]>) -> Option<OnLine> {
        way.clear();
        let x = if self.flipped { x - self.offset[0] } else { x + self.offset[0] };
        let forward = (x > 0.0) != self.flipped;
        let turn = if self.flipped { std::f64::consts::PI } else { 0.0 };
        let turn = if forward { turn } else { turn + std::f64::consts::PI };
        let points = &self.path.points;
        let mut index = if forward { self.spot.segment } else { self.spot.segment + 1 };
        let side = self.offset[1] * if forward { 1.0 } else { -1.0 };
        let wanted = x.abs();
        let (mut passed, mut step) = (0.0, 0.0);
        let (mut previous, mut current) = (self.spot.at, self.spot.at);
        let (mut from, mut to) = (self.spot.at, self.spot.at);
        let mut corner: Option<[f64; 2]> = None;
        while passed + step <= wanted {
            index = if forward { index + 1 } else { index.checked_sub(1)? };
            let next = *points.get(index)?;
            passed += step;
            (previous, current) = (current, next);
            if side == 0.0 {
                (from, to) = (previous, current);
            } else {
                let beyond = if forward {
                    points.get(index + 1)
                } else {
                    index.checked_sub(1).map(|i| &points[i])
                };
                let normal = match (distance(previous, current) > 0.0, beyond) {
                    (true, _) => normal(previous, current, side),
                    (false, Some(beyond)) => normal(current, *beyond, side),
                    (false, None) => [0.0; 2],
                };
                from = corner.unwrap_or([previous[0] + normal[0], previous[1] + normal[1]]);
                let end = [current[0] + normal[0], current[1] + normal[1]];
                to = match beyond {
                    None => end,
                    Some(beyond) => {
                        let n = self::normal(current, *beyond, side);
                        let a = [current[0] + n[0], current[1] + n[1]];
                        let b = [beyond[0] + n[0], beyond[1] + n[1]];
                        crossing(from, end, a, b).unwrap_or(end)
                    }
                };
                corner = Some(to);
            }
            way.push(from);
            step = distance(from, to);
        }
        let at = between(from, to, (wanted - passed) / step);
        way.push(at);
        Some(OnLine { at, angle: turn + direction(previous, current) })
    }
}

/// A letter of a label along a line, CSS px: its middle, from the label's, and half its width.
#[derive(Debug, Clone, Copy)]
pub struct Letter {
    pub middle: f64,
    pub half: f64,
}

/// How high letters stand on each side of their line, 1/24 em.
const HEIGHT: f64 = 8.5;

/// The share of the narrower of two letters that may lie over the other, and what is left of it
/// where it is more.
const OVERLAP: f64 = 0.5;
const OVERLAP_LEFT: f64 = 0.25;

/// Where the letters' middles go, so that none lies over another where the line bends: those
/// further out make room. `None` beyond the line's end.
pub fn apart(letters: &[Letter], unit: f64, mooring: &Mooring) -> Option<Vec<f64>> {
    let mut middles: Vec<f64> = letters.iter().map(|l| l.middle).collect();
    let start = letters.iter().position(|l| l.middle >= 0.0).unwrap_or(letters.len());
    let mut way = Vec::new();
    let mut push = |outer: usize, inner: usize, shift: f64| {
        let mut shift = shift;
        let (a, b) = (letters[outer.min(inner)], letters[outer.max(inner)]);
        let narrow = 2.0 * a.half.min(b.half);
        let fixed = mooring.walk(middles[inner], &mut way)?;
        let side = if outer > inner { 1.0 } else { -1.0 };
        for _ in 0..2 {
            let moved = mooring.walk(letters[outer].middle + side * shift, &mut way)?;
            let (first, second) = if outer > inner { (fixed, moved) } else { (moved, fixed) };
            let over = overlap((first, a.half), (second, b.half), HEIGHT * unit);
            if over > OVERLAP * narrow {
                shift += over - OVERLAP_LEFT * narrow;
            }
        }
        middles[outer] = letters[outer].middle + side * shift;
        Some(shift)
    };
    let mut shift = 0.0;
    for i in start.max(1)..letters.len() {
        shift = push(i, i - 1, shift)?;
    }
    shift = 0.0;
    for i in (0..start.min(letters.len().max(1) - 1)).rev() {
        shift = push(i, i + 1, shift)?;
    }
    Some(middles)
}

/// How far two letters reach over one another on the inner side of a bend between them, along it;
/// below 0 for a gap.
fn overlap((a, half_a): (OnLine, f64), (b, half_b): (OnLine, f64), height: f64) -> f64 {
    let along = |angle: f64| [angle.cos(), angle.sin()];
    let (u, v) = (along(a.angle), along(b.angle));
    let inner = height * (u[0] * v[1] - u[1] * v[0]).signum();
    let middle = [u[0] + v[0], u[1] + v[1]];
    let length = middle[0].hypot(middle[1]);
    if length < 1e-9 {
        return half_a + half_b;
    }
    let end = [a.at[0] + u[0] * half_a - u[1] * inner, a.at[1] + u[1] * half_a + u[0] * inner];
    let start = [b.at[0] - v[0] * half_b - v[1] * inner, b.at[1] - v[1] * half_b + v[0] * inner];
    ((end[0] - start[0]) * middle[0] + (end[1] - start[1]) * middle[1]) / length
}

/// To the right of the way from `a` to `b`, `length` long.
fn normal(a: [f64; 2], b: [f64; 2], length: f64) -> [f64; 2] {
    let way = distance(a, b);
    if way == 0.0 {
        [0.0; 2]
    } else {
        [-(b[1] - a[1]) / way * length, (b[0] - a[0]) / way * length]
    }
}

/// Where two straight lines cross; `None` where they are parallel.
fn crossing(a: [f64; 2], b: [f64; 2], c: [f64; 2], d: [f64; 2]) -> Option<[f64; 2]> {
    let denominator = (d[1] - c[1]) * (b[0] - a[0]) - (d[0] - c[0]) * (b[1] - a[1]);
    if denominator.abs() < 1e-9 {
        return None;
    }
    let t = ((d[0] - c[0]) * (a[1] - c[1]) - (d[1] - c[1]) * (a[0] - c[0])) / denominator;
    Some(between(a, b, t))
}

/// More circles than any label that may be placed needs.
const MAX_CIRCLES: usize = 4_000;

/// Circles that keep a label's stretch of line free: centres. `radius` is 1 at least.
pub fn circles(way: &[[f64; 2]], radius: f64) -> Vec<[f64; 2]> {
    let length: f64 = way.windows(2).map(|p| distance(p[0], p[1])).sum();
    let padding = (radius * 0.25).min(length / 2.0);
    let padded = length - 2.0 * padding;
    // Neighbours are a quarter more than a diameter apart.
    let count = if length <= 0.5 * radius { 1.0 } else { (padded / (radius * 2.5)).ceil() + 1.0 };
    let count = (count as usize).min(MAX_CIRCLES);
    let at = |wanted: f64| {
        let mut passed = 0.0;
        for pair in way.windows(2) {
            let step = distance(pair[0], pair[1]);
            if passed + step >= wanted && step > 0.0 {
                return between(pair[0], pair[1], (wanted - passed) / step);
            }
            passed += step;
        }
        way.last().copied().unwrap_or_default()
    };
    (0..count).map(|i| at(padding + padded * i as f64 / (count.max(2) - 1) as f64)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_follows_a_corner() {
        let path = Path::new(vec![[0.0, 0.0], [100.0, 0.0], [100.0, 100.0]], false).unwrap();
        let spot = Spot { segment: 0, at: [90.0, 0.0] };
        let mooring = Mooring { path: &path, spot, offset: [0.0; 2], flipped: false };
        let mut way = Vec::new();
        let ahead = mooring.walk(30.0, &mut way).unwrap();
        assert_eq!(ahead.at, [100.0, 20.0]);
        assert!((ahead.angle - std::f64::consts::FRAC_PI_2).abs() < 1e-12);
        assert_eq!(way, [[90.0, 0.0], [100.0, 0.0], [100.0, 20.0]]);
        let behind = mooring.walk(-40.0, &mut way).unwrap();
        assert_eq!(behind.at, [50.0, 0.0]);
        assert!((behind.angle % std::f64::consts::TAU).abs() < 1e-12);
        assert!(mooring.walk(120.0, &mut way).is_none());
        let flipped = Mooring { flipped: true, ..mooring }.walk(40.0, &mut way).unwrap();
        assert_eq!(flipped.at, [50.0, 0.0]);
    }

    #[test]
    fn letters_make_room_for_one_another_at_bends() {
        let letters: Vec<Letter> =
            (-4..=4).map(|i| Letter { middle: f64::from(i) * 10.0, half: 5.0 }).collect();
        let corner = |degrees: f64| {
            let (sin, cos) = degrees.to_radians().sin_cos();
            Path::new(vec![[-100.0, 0.0], [15.0, 0.0], [15.0 + 100.0 * cos, 100.0 * sin]], false)
                .unwrap()
        };
        let spot = Spot { segment: 0, at: [0.0, 0.0] };
        let over = |path: &Path, flipped: bool| {
            let mooring = Mooring { path, spot, offset: [0.0; 2], flipped };
            let middles = apart(&letters, 1.0, &mooring).unwrap();
            let at = |i: usize| mooring.walk(middles[i], &mut Vec::new()).unwrap();
            let widest =
                (1..letters.len()).map(|i| overlap((at(i - 1), 5.0), (at(i), 5.0), HEIGHT));
            (widest.fold(f64::NEG_INFINITY, f64::max), middles)
        };
        for degrees in [40.0, -40.0, 70.0, -90.0] {
            for flipped in [false, true] {
                let (over, middles) = over(&corner(degrees), flipped);
                assert!(over <= 10.0 * OVERLAP, "{degrees}°: {over:.1} px");
                assert!(middles.is_sorted());
            }
        }
        // A gentle bend moves nothing.
        let (_, middles) = over(&corner(10.0), false);
        assert!(middles.iter().zip(&letters).all(|(m, l)| *m == l.middle));
    }

    #[test]
    fn an_offset_line_keeps_its_distance_around_a_corner() {
        let path = Path::new(vec![[0.0, 0.0], [100.0, 0.0], [100.0, 100.0]], false).unwrap();
        let spot = Spot { segment: 0, at: [50.0, 0.0] };
        let mooring = Mooring { path: &path, spot, offset: [0.0, -10.0], flipped: false };
        let at = mooring.walk(80.0, &mut Vec::new()).unwrap().at;
        assert_eq!(at, [110.0, 10.0]);
    }
}
