//! The widest place of a polygon, where its name is put.

use std::collections::BinaryHeap;

use super::effort::{Effort, Stopped, cost};
use super::{World, WorldBox};

/// The place in a polygon that is furthest from its outline, to within `precision` (the unit
/// square), or its centroid where that is as good (V. Agafonkin, "A new algorithm for finding a
/// visual center of a polygon", 2016). Of a polygon of very many positions it is the best that a
/// bounded search finds. `None` where there is no exterior ring.
///
/// # Errors
/// Where the effort ends.
pub fn pole(
    rings: &[Vec<World>],
    precision: f64,
    effort: &Effort,
) -> Result<Option<World>, Stopped> {
    let Some(exterior) = rings.first() else { return Ok(None) };
    let Some(bounds) = WorldBox::around(exterior) else { return Ok(None) };
    let positions = rings.iter().map(Vec::len).sum::<usize>().max(1);
    let most_cells = MAX_LOOKS / positions;
    let (narrow, wide) = (bounds.width().min(bounds.height()), bounds.width().max(bounds.height()));
    if narrow <= 0.0 {
        return Ok(Some(bounds.min));
    }
    // A sliver would be cut into ever so many squares.
    let squares = (most_cells as f64).clamp(1.0, MAX_SQUARES);
    let side = narrow.max(wide / squares);
    // A ridge that is as good everywhere is not searched to the last pixel.
    let precision = precision.max(narrow / FINEST);
    let cell = |x: f64, y: f64, half: f64| {
        let inside = inside_distance(rings, x, y);
        Cell { x, y, half, inside, best: inside + half * std::f64::consts::SQRT_2 }
    };
    let middle = centroid(exterior).map(|c| cell(c.x, c.y, 0.0));
    let mut best = middle.unwrap_or_else(|| cell(bounds.center().x, bounds.center().y, 0.0));
    let mut queue = BinaryHeap::new();
    let half = side / 2.0;
    let count = |length: f64| (length / side).ceil() as usize;
    effort.spend(count(bounds.width()) * count(bounds.height()) * positions * cost::BOX)?;
    for column in 0..count(bounds.width()) {
        for row in 0..count(bounds.height()) {
            let at = |low: f64, i: usize| low + i as f64 * side + half;
            queue.push(cell(at(bounds.min.x, column), at(bounds.min.y, row), half));
        }
    }
    let mut looked = 0;
    for _ in 0..MAX_PROBES.min(most_cells / 4) {
        let Some(next) = queue.pop() else { break };
        if next.inside > best.inside {
            best = next;
        }
        if next.best - best.inside <= precision {
            continue;
        }
        looked += 4 * positions * cost::BOX;
        if looked > SPENT_AT_ONCE {
            effort.spend(std::mem::take(&mut looked))?;
        }
        let half = next.half / 2.0;
        for (dx, dy) in [(-1.0, -1.0), (1.0, -1.0), (-1.0, 1.0), (1.0, 1.0)] {
            queue.push(cell(next.x + dx * half, next.y + dy * half, half));
        }
    }
    effort.spend(looked)?;
    let best =
        middle.filter(|m| m.inside > 0.0 && best.inside - m.inside <= precision).unwrap_or(best);
    Ok(Some(World { x: best.x, y: best.y }))
}

/// Squares along a polygon's longer side to begin with, the finest share of its shorter side that
/// is told apart, and how many squares are looked at in all.
const MAX_SQUARES: f64 = 64.0;
const FINEST: f64 = 200.0;
const MAX_PROBES: usize = 4_000;
/// Steps that are told of together.
const SPENT_AT_ONCE: usize = 1 << 16;
/// Edges that are looked at, again for each square, at the most: some 60 ms.
const MAX_LOOKS: usize = 32_000_000;

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
        self.best
            .total_cmp(&other.best)
            .then(self.x.total_cmp(&other.x))
            .then(self.y.total_cmp(&other.y))
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
        let t = if length_sq > 0.0 {
            (((x - a.x) * dx + (y - a.y) * dy) / length_sq).clamp(0.0, 1.0)
        } else {
            0.0
        };
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
        let pole = pole(&rings, 0.001, &Effort::default()).unwrap().unwrap();
        assert!(inside_distance(&rings, pole.x, pole.y) > 0.0999);
    }
}
