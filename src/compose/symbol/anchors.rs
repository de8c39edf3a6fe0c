//! Where symbols are put: again and again along a line, in its middle, in the widest part of a polygon.

use std::collections::BinaryHeap;

use super::path::{Path, Spot, between, direction, distance};
use crate::geo::World;

/// How a line's symbols are spread. CSS px and radians.
#[derive(Debug, Clone, Copy)]
pub struct Spread {
    pub spacing: f64,
    pub max_angle: f64,
    pub label_length: f64,
    /// Size of the text, or 0 where there is none.
    pub text_size: f64,
    /// How much larger the largest text of the layer is than this one's units.
    pub unit: f64,
}

/// Lines bend no more than allowed within this share of the text's size.
const ANGLE_WINDOW: f64 = 0.6;

/// Places along a line. The first is clear of the line's start, so that labels keep away from junctions.
pub fn along(path: &Path, spread: &Spread) -> Vec<Spot> {
    let Spread { mut spacing, label_length, .. } = *spread;
    // A quarter of the spacing stays free between two labels.
    if spacing - label_length < spacing / 4.0 {
        spacing = label_length + spacing / 4.0;
    }
    if spacing.is_nan() || spacing < 1.0 {
        return Vec::new();
    }
    let length = path.length();
    let clear = 2.0 * 24.0 * spread.unit;
    let first = match path.continued {
        true => spacing / 2.0,
        false => (label_length / 2.0 + clear) % spacing,
    };
    let spots = every(path, first, spacing, length, spread);
    if spots.is_empty() && !path.continued {
        return every(path, length / 2.0, f64::INFINITY, length, spread);
    }
    spots
}

fn every(path: &Path, first: f64, spacing: f64, length: f64, spread: &Spread) -> Vec<Spot> {
    let half = spread.label_length / 2.0;
    let mut spots = Vec::new();
    let (mut passed, mut next) = (0.0, first);
    for (segment, pair) in path.points.windows(2).enumerate() {
        let step = distance(pair[0], pair[1]);
        while next < passed + step {
            let at = between(pair[0], pair[1], (next - passed) / step);
            if next - half >= 0.0 && next + half <= length && bends_gently(path, &Spot { segment, at }, spread) {
                spots.push(Spot { segment, at });
            }
            next += spacing;
        }
        passed += step;
    }
    spots
}

/// The middle of a line.
pub fn middle(path: &Path, spread: &Spread) -> Option<Spot> {
    let half = path.length() / 2.0;
    let mut passed = 0.0;
    for (segment, pair) in path.points.windows(2).enumerate() {
        let step = distance(pair[0], pair[1]);
        if passed + step > half {
            let at = between(pair[0], pair[1], (half - passed) / step);
            let spot = Spot { segment, at };
            return bends_gently(path, &spot, spread).then_some(spot);
        }
        passed += step;
    }
    None
}

/// Whether a label around the place fits on the line, and the line turns by no more than allowed anywhere under it.
fn bends_gently(path: &Path, spot: &Spot, spread: &Spread) -> bool {
    let window = ANGLE_WINDOW * 24.0 * spread.unit;
    let half = spread.label_length / 2.0;
    if spread.text_size == 0.0 || half == 0.0 {
        return true;
    }
    let points = &path.points;
    // Back to the segment that the label begins on.
    let mut index = spot.segment + 1;
    let (mut at, mut place) = (spot.at, 0.0);
    while place > -half {
        let Some(before) = index.checked_sub(1) else { return false };
        index = before;
        place -= distance(points[index], at);
        at = points[index];
    }
    place += distance(points[index], points[index + 1]);
    index += 1;
    let mut corners: std::collections::VecDeque<(f64, f64)> = Default::default();
    let mut sum = 0.0;
    while place < half {
        let Some(next) = points.get(index + 1) else { return false };
        let turn = direction(points[index], points[index - 1]) - direction(*next, points[index]);
        let turn = ((turn + 3.0 * std::f64::consts::PI).rem_euclid(std::f64::consts::TAU) - std::f64::consts::PI).abs();
        corners.push_back((place, turn));
        sum += turn;
        while let Some((_, turn)) = corners.front().filter(|(at, _)| place - at > window) {
            sum -= turn;
            corners.pop_front();
        }
        if sum > spread.max_angle {
            return false;
        }
        place += distance(points[index], *next);
        index += 1;
    }
    true
}

/// The place in a polygon that is furthest from its outline, to within `precision` (the unit square), or its centroid
/// where that is as good (V. Agafonkin, "A new algorithm for finding a visual center of a polygon", 2016).
pub fn pole(rings: &[Vec<World>], precision: f64) -> Option<World> {
    let exterior = rings.first()?;
    let bounds = crate::geo::WorldBox::around(exterior)?;
    let side = bounds.width().min(bounds.height());
    if side <= 0.0 {
        return Some(bounds.min);
    }
    let cell = |x: f64, y: f64, half: f64| {
        let inside = inside_distance(rings, x, y);
        Cell { x, y, half, inside, best: inside + half * std::f64::consts::SQRT_2 }
    };
    let middle = centroid(exterior).map(|c| cell(c.x, c.y, 0.0));
    let mut best = middle.unwrap_or_else(|| cell(bounds.center().x, bounds.center().y, 0.0));
    let mut queue = BinaryHeap::new();
    let half = side / 2.0;
    // A sliver would be cut into ever so many squares.
    let count = |length: f64| (length / side).ceil().min(64.0) as usize;
    for column in 0..count(bounds.width()) {
        for row in 0..count(bounds.height()) {
            let at = |low: f64, i: usize| low + i as f64 * side + half;
            queue.push(cell(at(bounds.min.x, column), at(bounds.min.y, row), half));
        }
    }
    while let Some(next) = queue.pop() {
        if next.inside > best.inside {
            best = next;
        }
        if next.best - best.inside <= precision {
            continue;
        }
        let half = next.half / 2.0;
        for (dx, dy) in [(-1.0, -1.0), (1.0, -1.0), (-1.0, 1.0), (1.0, 1.0)] {
            queue.push(cell(next.x + dx * half, next.y + dy * half, half));
        }
    }
    let best = middle.filter(|m| m.inside > 0.0 && best.inside - m.inside <= precision).unwrap_or(best);
    Some(World { x: best.x, y: best.y })
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Cell {
    x: f64,
    y: f64,
    half: f64,
    /// How far inside the polygon the middle is.
    inside: f64,
    /// How far inside any point of the cell can be.
    best: f64,
}

impl Eq for Cell {}

impl Ord for Cell {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.best.total_cmp(&other.best).then(self.x.total_cmp(&other.x)).then(self.y.total_cmp(&other.y))
    }
}

impl PartialOrd for Cell {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

fn inside_distance(rings: &[Vec<World>], x: f64, y: f64) -> f64 {
    let mut inside = false;
    let mut nearest_sq = f64::INFINITY;
    for pair in rings.iter().flat_map(|ring| ring.windows(2)) {
        let (a, b) = (pair[0], pair[1]);
        if (a.y > y) != (b.y > y) && x < (b.x - a.x) * (y - a.y) / (b.y - a.y) + a.x {
            inside = !inside;
        }
        let (dx, dy) = (b.x - a.x, b.y - a.y);
        let length_sq = dx * dx + dy * dy;
        let t = if length_sq > 0.0 { (((x - a.x) * dx + (y - a.y) * dy) / length_sq).clamp(0.0, 1.0) } else { 0.0 };
        let (ox, oy) = (x - a.x - t * dx, y - a.y - t * dy);
        nearest_sq = nearest_sq.min(ox * ox + oy * oy);
    }
    if inside { nearest_sq.sqrt() } else { -nearest_sq.sqrt() }
}

/// `None` where the ring has no area.
fn centroid(ring: &[World]) -> Option<World> {
    let origin = *ring.first()?;
    let (mut area, mut x, mut y) = (0.0, 0.0, 0.0);
    for pair in ring.windows(2) {
        let at = |p: World| (p.x - origin.x, p.y - origin.y);
        let ((ax, ay), (bx, by)) = (at(pair[0]), at(pair[1]));
        let cross = ax * by - bx * ay;
        area += cross;
        x += (ax + bx) * cross;
        y += (ay + by) * cross;
    }
    (area != 0.0).then(|| World { x: origin.x + x / (3.0 * area), y: origin.y + y / (3.0 * area) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spread(spacing: f64, label_length: f64) -> Spread {
        Spread { spacing, max_angle: 0.7, label_length, text_size: 16.0, unit: 16.0 / 24.0 }
    }

    #[test]
    fn labels_are_spread_along_a_line() {
        let path = Path::new(vec![[0.0, 0.0], [1000.0, 0.0]], false).unwrap();
        let spots = along(&path, &spread(250.0, 60.0));
        let xs: Vec<f64> = spots.iter().map(|s| s.at[0]).collect();
        assert_eq!(xs, [62.0, 312.0, 562.0, 812.0]);
        // Too short for the offset: one in the middle.
        let short = Path::new(vec![[0.0, 0.0], [80.0, 0.0]], false).unwrap();
        assert_eq!(along(&short, &spread(250.0, 60.0))[0].at, [40.0, 0.0]);
        assert!(along(&short, &spread(250.0, 100.0)).is_empty());
    }

    #[test]
    fn no_label_lies_over_a_sharp_bend() {
        let path = Path::new(vec![[0.0, 0.0], [100.0, 0.0], [100.0, 100.0]], false).unwrap();
        assert!(middle(&path, &spread(250.0, 60.0)).is_none());
        let gentle = Path::new(vec![[0.0, 0.0], [100.0, 0.0], [200.0, 30.0]], false).unwrap();
        assert!(middle(&gentle, &spread(250.0, 60.0)).is_some());
    }

    #[test]
    fn the_pole_of_a_horseshoe_lies_in_it() {
        let at = |x: f64, y: f64| World { x: x / 100.0, y: y / 100.0 };
        let ring = vec![
            at(0., 0.),
            at(90., 0.),
            at(90., 20.),
            at(20., 20.),
            at(20., 70.),
            at(90., 70.),
            at(90., 80.),
            at(0., 80.),
            at(0., 0.),
        ];
        let rings = [ring];
        let pole = pole(&rings, 0.001).unwrap();
        assert!(inside_distance(&rings, pole.x, pole.y) > 0.0999);
    }
}
