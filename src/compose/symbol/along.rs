//! Text along a line: every glyph on it, turned with it.

use super::path::{Path, Spot, between, direction, distance};

/// A cluster's place on the line, and the line's direction there.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OnLine {
    pub at: [f64; 2],
    /// Radians, clockwise.
    pub angle: f64,
}

/// A label on a line: its place, and how far it is moved along and to the right of the line; CSS px.
#[derive(Debug, Clone, Copy)]
pub struct Mooring<'a> {
    pub path: &'a Path,
    pub spot: Spot,
    pub offset: [f64; 2],
    /// Whether it runs against the line's direction.
    pub flipped: bool,
}

impl Mooring<'_> {
    /// The place `x` along the label, measured from its anchor, with the points on the way there; `None` beyond the
    /// line's end.
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
                let beyond = if forward { points.get(index + 1) } else { index.checked_sub(1).map(|i| &points[i]) };
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

/// To the right of the way from `a` to `b`, `length` long.
fn normal(a: [f64; 2], b: [f64; 2], length: f64) -> [f64; 2] {
    let way = distance(a, b);
    if way == 0.0 { [0.0; 2] } else { [-(b[1] - a[1]) / way * length, (b[0] - a[0]) / way * length] }
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
    fn an_offset_line_keeps_its_distance_around_a_corner() {
        let path = Path::new(vec![[0.0, 0.0], [100.0, 0.0], [100.0, 100.0]], false).unwrap();
        let spot = Spot { segment: 0, at: [50.0, 0.0] };
        let mooring = Mooring { path: &path, spot, offset: [0.0, -10.0], flipped: false };
        let at = mooring.walk(80.0, &mut Vec::new()).unwrap().at;
        assert_eq!(at, [110.0, 10.0]);
    }
}
