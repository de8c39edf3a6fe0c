//! Cutting a line into dashes.
//!
//! A dash is known by its number: where it begins and ends is counted from the line's first point, so its cuts are the
//! same in every picture and only the dashes in sight need be made, however long the line.

use crate::geo::{SUBPIXELS, Snapped};
use crate::scene::Line;

/// The part of the plane in which dashes are wanted, 1/256 px.
#[derive(Debug, Clone, Copy)]
pub struct Window {
    pub min: Snapped,
    pub max: Snapped,
}

/// The line's length in 1/256 px.
pub fn length(line: &Line) -> f64 {
    let along = |a: &Snapped, b: &Snapped| ((b.x - a.x) as f64).hypot((b.y - a.y) as f64);
    let open: f64 = line.points.windows(2).map(|p| along(&p[0], &p[1])).sum();
    match (line.closed, line.points.first(), line.points.last()) {
        (true, Some(first), Some(last)) => open + along(last, first),
        _ => open,
    }
}

/// Calls `emit` with the points of each dash that may be seen in `window`, and where on the line it begins (1/256 px).
pub fn cut(line: &Line, pattern_px: &[f64], window: Window, mut emit: impl FnMut(&[Snapped], f64)) {
    // An odd pattern is used twice over, as the specification says.
    let twice = pattern_px.iter().filter(|_| pattern_px.len() % 2 == 1);
    let pattern: Vec<f64> = pattern_px.iter().chain(twice).map(|d| d * SUBPIXELS as f64).collect();
    let period: f64 = pattern.iter().sum();
    let path = Path::new(line);
    if pattern.iter().any(|d| *d < 0.0) || period < 1.0 {
        return emit(&path.points, 0.0);
    }
    // Where each dash of the pattern begins and ends.
    let mut at = 0.0;
    let mut dashes = Vec::new();
    for pair in pattern.chunks_exact(2) {
        dashes.push((at, at + pair[0]));
        at += pair[0] + pair[1];
    }
    let mut next = 0;
    for i in 0..path.points.len() - 1 {
        let Some((from, to)) = path.seen(i, window) else { continue };
        let first = (from / period).floor().max(0.0) as u64;
        let last = (to / period).floor().max(0.0) as u64;
        for turn in first..=last {
            for (j, (start, end)) in dashes.iter().enumerate() {
                let number = turn * dashes.len() as u64 + j as u64;
                let (start, end) = (turn as f64 * period + start, turn as f64 * period + end);
                if number >= next && end > start && start <= to && end >= from {
                    next = number + 1;
                    emit(&path.piece(start, end.min(path.length())), start);
                }
            }
        }
    }
}

/// A line with the distance of each point from the first, in 1/256 px.
struct Path {
    points: Vec<Snapped>,
    distances: Vec<f64>,
}

impl Path {
    fn new(line: &Line) -> Self {
        let mut points = line.points.clone();
        if line.closed {
            points.extend(line.points.first());
        }
        let mut distances = vec![0.0];
        let mut sum = 0.0;
        for pair in points.windows(2) {
            sum += ((pair[1].x - pair[0].x) as f64).hypot((pair[1].y - pair[0].y) as f64);
            distances.push(sum);
        }
        Self { points, distances }
    }

    fn length(&self) -> f64 {
        self.distances.last().copied().unwrap_or(0.0)
    }

    /// The stretch of segment `i`, as distances from the line's start, that lies in the window.
    fn seen(&self, i: usize, window: Window) -> Option<(f64, f64)> {
        let (a, b) = (self.points[i], self.points[i + 1]);
        let (mut from, mut to) = (0.0f64, 1.0f64);
        for (start, delta, min, max) in
            [(a.x, b.x - a.x, window.min.x, window.max.x), (a.y, b.y - a.y, window.min.y, window.max.y)]
        {
            if delta == 0 {
                if start < min || start > max {
                    return None;
                }
                continue;
            }
            let (t0, t1) = ((min - start) as f64 / delta as f64, (max - start) as f64 / delta as f64);
            from = from.max(t0.min(t1));
            to = to.min(t0.max(t1));
        }
        let length = self.distances[i + 1] - self.distances[i];
        (from <= to).then(|| (self.distances[i] + from * length, self.distances[i] + to * length))
    }

    /// The points from one distance to another.
    fn piece(&self, start: f64, end: f64) -> Vec<Snapped> {
        let mut points = vec![self.at(start)];
        let first = self.distances.partition_point(|d| *d <= start);
        let inner = self.distances[first..].iter().zip(&self.points[first..]).take_while(|(d, _)| **d < end);
        points.extend(inner.map(|(_, p)| *p));
        points.push(self.at(end));
        points
    }

    /// Measured from its segment's own start, which is whole in every picture.
    fn at(&self, distance: f64) -> Snapped {
        let i = self.distances.partition_point(|d| *d <= distance).clamp(1, self.points.len() - 1) - 1;
        let (a, b) = (self.points[i], self.points[i + 1]);
        let length = self.distances[i + 1] - self.distances[i];
        let t = if length > 0.0 { ((distance - self.distances[i]) / length).clamp(0.0, 1.0) } else { 0.0 };
        let along = |delta: i64| (delta as f64 * t).round() as i64;
        Snapped { x: a.x + along(b.x - a.x), y: a.y + along(b.y - a.y) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(window: Window) -> Vec<Vec<Snapped>> {
        let points = [(0, 0), (70_000, 30_000), (90_000, 30_000), (200_000, -80_000)];
        let line = Line::new(points.iter().map(|(x, y)| Snapped { x: *x, y: *y }).collect(), false).unwrap();
        let mut out = Vec::new();
        cut(&line, &[10.0, 4.0, 1.0], window, |p, _| out.push(p.to_vec()));
        out
    }

    #[test]
    fn a_window_gets_the_same_dashes_as_the_whole() {
        let big = 1 << 40;
        let all = pieces(Window { min: Snapped { x: -big, y: -big }, max: Snapped { x: big, y: big } });
        assert!(all.len() > 50);
        let window = Window { min: Snapped { x: 60_000, y: 0 }, max: Snapped { x: 80_000, y: 40_000 } };
        let some = pieces(window);
        assert!(some.len() > 3 && some.len() < 30);
        assert!(some.iter().all(|p| all.contains(p)));
        let touches = |p: &&Vec<Snapped>| p.iter().any(|q| q.x >= 60_000 && q.x <= 80_000 && q.y >= 0 && q.y <= 40_000);
        assert!(all.iter().filter(touches).all(|p| some.contains(p)));
    }
}
