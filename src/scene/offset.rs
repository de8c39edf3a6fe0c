//! A line moved sideways (`line-offset`).
//!
//! Each corner goes along its mitre, or where it is a hairpin, straight sideways from both its segments: computed from
//! these two alone and rounded once, so that it is the same in every picture.

use super::Line;
use crate::geo::Snapped;

/// How far, in offsets, a corner may go along its mitre: sharper ones are hairpins.
pub const MAX_OFFSET_MITER: f64 = 2.0;

/// The line, `by` (1/256 px) to the right of its direction.
pub fn offset(line: &Line, by: f64) -> Option<Line> {
    let points = &line.points;
    let count = points.len();
    let direction = |a: Snapped, b: Snapped| {
        let (dx, dy) = ((b.x - a.x) as f64, (b.y - a.y) as f64);
        let length = dx.hypot(dy);
        (dx / length, dy / length)
    };
    let mut moved = Vec::with_capacity(count);
    for i in 0..count {
        let at = points[i];
        let before = (i > 0 || line.closed).then(|| direction(points[(i + count - 1) % count], at));
        let after = (i + 1 < count || line.closed).then(|| direction(at, points[(i + 1) % count]));
        let mut push = |x: f64, y: f64| {
            moved.push(Snapped { x: at.x + (x * by).round() as i64, y: at.y + (y * by).round() as i64 });
        };
        match (before, after) {
            (Some(a), Some(b)) => {
                // The sum of the unit normals, scaled so that both segments are moved by the whole offset.
                let (nx, ny) = (-(a.1 + b.1), a.0 + b.0);
                let scale = 1.0 / (1.0 + a.0 * b.0 + a.1 * b.1).max(1e-9);
                if scale * nx.hypot(ny) <= MAX_OFFSET_MITER {
                    push(nx * scale, ny * scale);
                } else {
                    push(-a.1, a.0);
                    push(-b.1, b.0);
                }
            }
            (Some(d), None) | (None, Some(d)) => push(-d.1, d.0),
            (None, None) => push(0.0, 0.0),
        }
    }
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
