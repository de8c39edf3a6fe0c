//! A line on the plane, as labels follow it.

/// At least two points in a row, none the same as the one before; CSS px.
#[derive(Debug, Clone, PartialEq)]
pub struct Path {
    pub points: Vec<[f64; 2]>,
    /// Whether it goes on beyond its start: a line that a tile cuts.
    pub continued: bool,
}

/// A place on a path: within which segment, counted by its first point, and where.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spot {
    pub segment: usize,
    pub at: [f64; 2],
}

impl Path {
    /// `None` where fewer than two different points are left.
    pub fn new(mut points: Vec<[f64; 2]>, continued: bool) -> Option<Self> {
        points.dedup();
        (points.len() > 1).then_some(Self { points, continued })
    }

    pub fn length(&self) -> f64 {
        self.points.windows(2).map(|p| distance(p[0], p[1])).sum()
    }
}

pub fn distance(a: [f64; 2], b: [f64; 2]) -> f64 {
    (b[0] - a[0]).hypot(b[1] - a[1])
}

/// Radians, clockwise from the right.
pub fn direction(a: [f64; 2], b: [f64; 2]) -> f64 {
    (b[1] - a[1]).atan2(b[0] - a[0])
}

pub fn between(a: [f64; 2], b: [f64; 2], t: f64) -> [f64; 2] {
    [a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t]
}

/// Turned clockwise by `angle` radians.
pub fn turned([x, y]: [f64; 2], angle: f64) -> [f64; 2] {
    if angle == 0.0 {
        return [x, y];
    }
    let (sin, cos) = angle.sin_cos();
    [x * cos - y * sin, x * sin + y * cos]
}

/// Points of a line looked at together when it is made simpler: what lies beyond does not matter to
/// them, and no line takes more than its length times this.
const CHUNK: usize = 512;

/// The line with fewer points, none of those left out further than `tolerance` from it (D. Douglas
/// and T. Peucker, "Algorithms for the reduction of the number of points", 1973), piece by piece.
pub fn simplified(points: &[[f64; 2]], tolerance: f64) -> Vec<[f64; 2]> {
    let mut kept = vec![false; points.len()];
    let mut waiting: Vec<(usize, usize)> = Vec::new();
    for start in (0..points.len().max(1) - 1).step_by(CHUNK) {
        waiting.push((start, (start + CHUNK).min(points.len() - 1)));
    }
    while let Some((first, last)) = waiting.pop() {
        (kept[first], kept[last]) = (true, true);
        let off = |i: usize| distance_sq_to(points[i], points[first], points[last]);
        let furthest = (first + 1..last).max_by(|a, b| off(*a).total_cmp(&off(*b)));
        if let Some(i) = furthest.filter(|i| off(*i) > tolerance * tolerance) {
            waiting.extend([(first, i), (i, last)]);
        }
    }
    points.iter().zip(kept).filter(|(_, kept)| *kept).map(|(p, _)| *p).collect()
}

fn distance_sq_to(p: [f64; 2], a: [f64; 2], b: [f64; 2]) -> f64 {
    let (dx, dy) = (b[0] - a[0], b[1] - a[1]);
    let length_sq = dx * dx + dy * dy;
    let along = (p[0] - a[0]) * dx + (p[1] - a[1]) * dy;
    let t = if length_sq > 0.0 { (along / length_sq).clamp(0.0, 1.0) } else { 0.0 };
    (p[0] - a[0] - t * dx).powi(2) + (p[1] - a[1] - t * dy).powi(2)
}

/// The parts of a line within a box, where a tile's lines are labelled.
pub fn clipped(points: &[[f64; 2]], min: [f64; 2], max: [f64; 2]) -> Vec<Vec<[f64; 2]>> {
    let mut parts: Vec<Vec<[f64; 2]>> = Vec::new();
    for pair in points.windows(2) {
        let (a, b) = (pair[0], pair[1]);
        // Liang and Barsky's bounds on the parameter.
        let (mut from, mut to) = (0.0f64, 1.0f64);
        for i in 0..2 {
            let along = b[i] - a[i];
            let (low, high) = ((min[i] - a[i]) / along, (max[i] - a[i]) / along);
            if along != 0.0 {
                (from, to) = (from.max(low.min(high)), to.min(low.max(high)));
            } else if a[i] < min[i] || a[i] > max[i] {
                to = -1.0;
            }
        }
        if from > to {
            continue;
        }
        let start = if from == 0.0 { a } else { between(a, b, from) };
        let end = if to == 1.0 { b } else { between(a, b, to) };
        match parts.last_mut() {
            Some(part) if part.last() == Some(&start) => part.push(end),
            _ => parts.push(vec![start, end]),
        }
    }
    parts
}
