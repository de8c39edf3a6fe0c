//! A line moved sideways (`line-offset`).
//!
//! Each corner goes along its mitre. Outside a hairpin the line goes around it, straight across at
//! the same distance; inside, the corner goes no further than its shorter segment reaches, so that
//! the line does not run on past where its two straight parts meet. A corner is computed from these
//! two segments alone and rounded once, so that it is the same in every picture.

use super::Line;
use crate::geo::Snapped;

/// How far, in offsets, a corner may go along its mitre: sharper ones are hairpins. Inside those it
/// may go further, but not further from the line than the offset.
pub const MAX_OFFSET_MITER: f64 = 2.0;

/// The line, `by` (1/256 px) to the right of its direction.
pub fn offset(line: &Line, by: f64) -> Option<Line> {
    let points = &line.points;
    let count = points.len();
    let direction = |a: Snapped, b: Snapped| {
        let (dx, dy) = ((b.x - a.x) as f64, (b.y - a.y) as f64);
        let length = dx.hypot(dy);
        (dx / length, dy / length, length)
    };
    let mut moved = Vec::with_capacity(count);
    for i in 0..count {
        let at = points[i];
        let before = (i > 0 || line.closed).then(|| direction(points[(i + count - 1) % count], at));
        let after = (i + 1 < count || line.closed).then(|| direction(at, points[(i + 1) % count]));
        let mut push = |x: f64, y: f64| {
            moved.push(Snapped {
                x: at.x + (x * by).round() as i64,
                y: at.y + (y * by).round() as i64,
            });
        };
        match (before, after) {
            (Some(a), Some(b)) => {
                // The sum of the unit normals, scaled so that both segments are moved by the whole
                // offset.
                let (nx, ny) = (-(a.1 + b.1), a.0 + b.0);
                let scale = 1.0 / (1.0 + a.0 * b.0 + a.1 * b.1).max(1e-9);
                // How far along its segments, in offsets, the corner moves; to the side that the
                // line turns to, it is back.
                let turn = a.0 * b.1 - a.1 * b.0;
                let along = (turn * scale).abs();
                if scale * nx.hypot(ny) <= MAX_OFFSET_MITER {
                    push(nx * scale, ny * scale);
                } else if turn * by > 0.0 {
                    let share = (a.2.min(b.2) / (along * by.abs())).min(1.0);
                    push(nx * scale * share, ny * scale * share);
                } else {
                    // Where the line around the corner, straight across, is as far from it as the
                    // others.
                    let further =
                        (turn.abs().atan2(a.0 * b.0 + a.1 * b.1) / 4.0).tan() * by.signum();
                    push(-a.1 + a.0 * further, a.0 + a.1 * further);
                    push(-b.1 - b.0 * further, b.0 - b.1 * further);
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

    /// Whether two segments that do not follow one another cross.
    fn has_loop(points: &[Snapped]) -> bool {
        let side = |a: Snapped, b: Snapped, p: Snapped| {
            ((b.x - a.x) * (p.y - a.y) - (b.y - a.y) * (p.x - a.x)).signum()
        };
        let pairs: Vec<&[Snapped]> = points.windows(2).collect();
        (0..pairs.len()).any(|i| {
            (i + 2..pairs.len()).any(|j| {
                let (a, b, c, d) = (pairs[i][0], pairs[i][1], pairs[j][0], pairs[j][1]);
                side(a, b, c) * side(a, b, d) < 0 && side(c, d, a) * side(c, d, b) < 0
            })
        })
    }

    #[test]
    fn the_inner_line_of_a_sharp_corner_has_no_loop() {
        let at = |x: i64, y: i64| Snapped { x, y };
        let sharp = [
            [at(0, 0), at(10_000, 0), at(2_000, 3_000)],
            [at(0, 0), at(10_000, 0), at(0, 500)],
            [at(0, 0), at(10_000, 0), at(9_500, 100)],
            [at(0, 0), at(0, -8_000), at(-700, 0)],
        ];
        for corner in sharp {
            let line = Line::new(corner.to_vec(), false).unwrap();
            for by in [-3_000.0, -500.0, 500.0, 3_000.0] {
                assert!(!has_loop(&offset(&line, by).unwrap().points), "{corner:?} by {by}");
            }
        }
        // Where there is room, the two straight parts meet.
        let line = Line::new(sharp[0].to_vec(), false).unwrap();
        assert_eq!(offset(&line, 500.0).unwrap().points.len(), 3);
        assert_eq!(offset(&line, -500.0).unwrap().points.len(), 4);
    }
}
