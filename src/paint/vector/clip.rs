//! What of a shape can be seen: areas and lines cut some way beyond the page, so that a coast of
//! half the world does not go into a picture of a town.

use super::Point;

/// How far beyond the page shapes are cut, device px: further than any outline or mitre of an area
/// reaches.
const MARGIN: f64 = 64.0;

/// The page.
#[derive(Debug, Clone, Copy)]
pub struct Page {
    width: f64,
    height: f64,
}

impl Page {
    pub fn new(width_px: u32, height_px: u32) -> Self {
        Self { width: f64::from(width_px), height: f64::from(height_px) }
    }

    /// Whether a disc can be seen.
    pub fn meets(&self, center: Point, radius: f64) -> bool {
        let far = radius + 1.0;
        center[0] + far > 0.0
            && center[1] + far > 0.0
            && center[0] - far < self.width
            && center[1] - far < self.height
    }

    /// A ring, cut (I. E. Sutherland and G. W. Hodgman, "Reentrant polygon clipping", CACM 17,
    /// 1974).
    pub fn area(&self, ring: impl Iterator<Item = Point>) -> Vec<Point> {
        let mut ring: Vec<Point> = ring.collect();
        let sides = [
            (0, -MARGIN, 1.0),
            (0, self.width + MARGIN, -1.0),
            (1, -MARGIN, 1.0),
            (1, self.height + MARGIN, -1.0),
        ];
        for (axis, at, sign) in sides {
            let inward = |p: &Point| (p[axis] - at) * sign;
            if ring.iter().all(|p| inward(p) >= 0.0) {
                continue;
            }
            let mut kept = Vec::with_capacity(ring.len());
            for (i, to) in ring.iter().enumerate() {
                let from = &ring[(i + ring.len() - 1) % ring.len()];
                let (a, b) = (inward(from), inward(to));
                if (a >= 0.0) != (b >= 0.0) {
                    let mut cut = between(from, to, a / (a - b));
                    cut[axis] = at;
                    kept.push(cut);
                }
                if b >= 0.0 {
                    kept.push(*to);
                }
            }
            ring = kept;
        }
        ring
    }

    /// The stretches of a line that can be seen where it is `width` wide, each with whether it is
    /// closed and how far along the line it begins.
    pub fn line(
        &self,
        mut points: Vec<Point>,
        closed: bool,
        width: f64,
    ) -> Vec<(Vec<Point>, bool, f64)> {
        // Mitres of the sharpest corners reach further than half the width.
        let margin = MARGIN + 4.0 * width;
        let low = [-margin, -margin];
        let high = [self.width + margin, self.height + margin];
        let inside = |p: &Point| (0..2).all(|i| (low[i]..=high[i]).contains(&p[i]));
        if closed && points.iter().all(inside) {
            return vec![(points, true, 0.0)];
        }
        if closed && let Some(first) = points.first().copied() {
            points.push(first);
        }
        let mut out: Vec<(Vec<Point>, bool, f64)> = Vec::new();
        let (mut along, mut open) = (0.0, false);
        for pair in points.windows(2) {
            let length = (pair[1][0] - pair[0][0]).hypot(pair[1][1] - pair[0][1]);
            match within(&pair[0], &pair[1], low, high) {
                None => open = false,
                Some((from, to)) => {
                    if !open || from > 0.0 {
                        out.push((
                            vec![between(&pair[0], &pair[1], from)],
                            false,
                            along + from * length,
                        ));
                    }
                    if let Some((line, ..)) = out.last_mut() {
                        line.push(between(&pair[0], &pair[1], to));
                    }
                    open = to >= 1.0;
                }
            }
            along += length;
        }
        out
    }
}

/// Which stretch of a segment lies in a box, as shares of its length (Y.-D. Liang and B. A. Barsky,
/// "A new concept and method for line clipping", ACM TOG 3, 1984).
fn within(a: &Point, b: &Point, low: Point, high: Point) -> Option<(f64, f64)> {
    let (mut from, mut to) = (0.0f64, 1.0f64);
    for i in 0..2 {
        let d = b[i] - a[i];
        if d == 0.0 {
            if !(low[i]..=high[i]).contains(&a[i]) {
                return None;
            }
            continue;
        }
        let (x, y) = ((low[i] - a[i]) / d, (high[i] - a[i]) / d);
        from = from.max(x.min(y));
        to = to.min(x.max(y));
    }
    (from < to).then_some((from, to))
}

fn between(a: &Point, b: &Point, t: f64) -> Point {
    match t {
        0.0 => *a,
        1.0 => *b,
        _ => [a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t],
    }
}

/// A line in so many pieces of one length, each with how far along the line its middle lies, 0..=1.
pub fn pieces(
    (points, closed, _): &(Vec<Point>, bool, f64),
    count: usize,
) -> Vec<(Vec<Point>, f64)> {
    let mut points = points.clone();
    if *closed && let Some(first) = points.first().copied() {
        points.push(first);
    }
    let length = |a: &Point, b: &Point| (b[0] - a[0]).hypot(b[1] - a[1]);
    let whole: f64 = points.windows(2).map(|p| length(&p[0], &p[1])).sum();
    let Some(first) = points.first().copied().filter(|_| whole > 0.0) else { return Vec::new() };
    let step = whole / count as f64;
    let mut out = Vec::new();
    let (mut piece, mut along, mut next) = (vec![first], 0.0, step);
    for pair in points.windows(2) {
        let own = length(&pair[0], &pair[1]);
        while along + own > next && out.len() + 1 < count {
            let cut = between(&pair[0], &pair[1], (next - along) / own);
            piece.push(cut);
            out.push((
                std::mem::replace(&mut piece, vec![cut]),
                (out.len() as f64 + 0.5) / count as f64,
            ));
            next += step;
        }
        piece.push(pair[1]);
        along += own;
    }
    out.push((piece, 1.0 - 0.5 / count as f64));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_seen_is_kept_and_the_rest_cut() {
        let page = Page::new(100, 100);
        let huge = [[-1e6, -1e6], [1e6, -1e6], [1e6, 1e6], [-1e6, 1e6]];
        let cut = page.area(huge.into_iter());
        assert_eq!(cut.len(), 4);
        assert!(cut.iter().flatten().all(|v| (-64.0..=164.0).contains(v)));
        assert!(page.area([[500.0, 0.0], [600.0, 0.0], [600.0, 50.0]].into_iter()).is_empty());
        let line = page.line(
            vec![[-1000.0, 50.0], [-900.0, 50.0], [50.0, 50.0], [900.0, 50.0], [1000.0, 50.0]],
            false,
            1.0,
        );
        // The box reaches 68 px beyond the page.
        let [(points, closed, along)] = line.as_slice() else { panic!("{line:?}") };
        let near = |a: f64, b: f64| (a - b).abs() < 1e-9;
        assert!(
            near(points[0][0], -68.0)
                && near(points[2][0], 168.0)
                && near(*along, 932.0)
                && !closed,
            "{line:?}"
        );
    }

    #[test]
    fn pieces_are_of_one_length() {
        let all = pieces(&(vec![[0.0, 0.0], [3.0, 0.0], [10.0, 0.0]], false, 0.0), 5);
        assert_eq!(
            all.iter().map(|(p, _)| (p[0][0], p[p.len() - 1][0])).collect::<Vec<_>>(),
            [(0.0, 2.0), (2.0, 4.0), (4.0, 6.0), (6.0, 8.0), (8.0, 10.0)]
        );
        assert_eq!(all[0].1, 0.1);
    }
}
