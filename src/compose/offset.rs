//! A line moved sideways (`line-offset`).
//!
//! Each corner goes along its mitre, computed from its own two segments alone and rounded once, so that it is the same
//! in every picture.

use crate::geo::Snapped;
use crate::scene::Line;

/// How far, in offsets, a corner may go: sharper ones are cut.
pub(super) const MAX_MITER: f64 = 2.0;

/// The line, `by` (1/256 px) to the right of its direction.
pub(super) fn offset(line: &Line, by: f64) -> Option<Line> {
    let points = &line.points;
    let count = points.len();
    let direction = |a: Snapped, b: Snapped| {
        let (dx, dy) = ((b.x - a.x) as f64, (b.y - a.y) as f64);
        let length = dx.hypot(dy);
        (dx / length, dy / length)
    };
    let moved = (0..count)
        .map(|i| {
            let before = (i > 0 || line.closed).then(|| direction(points[(i + count - 1) % count], points[i]));
            let after = (i + 1 < count || line.closed).then(|| direction(points[i], points[(i + 1) % count]));
            let (a, b) = match (before, after) {
                (Some(a), Some(b)) => (a, b),
                (Some(only), None) | (None, Some(only)) => (only, only),
                (None, None) => return points[i],
            };
            // The sum of the unit normals, scaled so that both segments are moved by the whole offset.
            let (nx, ny) = (-(a.1 + b.1), a.0 + b.0);
            let dot = a.0 * b.0 + a.1 * b.1;
            let scale = (1.0 / (1.0 + dot).max(1e-9)).min(MAX_MITER / nx.hypot(ny).max(1e-9));
            Snapped {
                x: points[i].x + (nx * scale * by).round() as i64,
                y: points[i].y + (ny * scale * by).round() as i64,
            }
        })
        .collect();
    Line::new(moved, line.closed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn corners_keep_both_segments_at_the_distance() {
        let points = [(0, 0), (1000, 0), (1000, 1000)].map(|(x, y)| Snapped { x, y });
        let line = Line::new(points.to_vec(), false).unwrap();
        let moved = offset(&line, 100.0).unwrap().points;
        assert_eq!(moved, [(0, 100), (900, 100), (900, 1000)].map(|(x, y)| Snapped { x, y }));
        let back = offset(&line, -100.0).unwrap().points;
        assert_eq!(back, [(0, -100), (1100, -100), (1100, 1000)].map(|(x, y)| Snapped { x, y }));
    }
}
