//! Polygons and steps parted along a meridian; and outlines without the edges that come of it.

use std::collections::HashMap;

use geo::Intersects;
use geo::geometry::{Coord, LineString, Point, Polygon};

use crate::geo::{World, WorldBox};

/// Where a step crosses a meridian: the same position whichever way it goes.
pub(super) fn crossing(a: Coord<f64>, b: Coord<f64>, at: f64) -> Coord<f64> {
    let (a, b) = if a.x <= b.x { (a, b) } else { (b, a) };
    let y = match (at - a.x, b.x - a.x) {
        (0.0, _) => a.y,
        (from, length) if from == length => b.y,
        (from, length) => a.y + (b.y - a.y) * (from / length),
    };
    Coord { x: at, y }
}

/// What of a polygon lies on one side of a meridian. The stretches of its rings that lie there are
/// joined along the meridian in the order of their ends, each odd one with the next: what is inside
/// a polygon lies between an odd and an even crossing. It takes sorting, and nothing is noded, so a
/// ring that crosses itself costs no more.
pub(super) fn part(
    polygon: &Polygon<f64>,
    is_here: &dyn Fn(Coord<f64>) -> bool,
    at: f64,
) -> Vec<Polygon<f64>> {
    let mut stretches: Vec<Vec<Coord<f64>>> = Vec::new();
    let mut holes: Vec<LineString<f64>> = Vec::new();
    let mut pieces: Vec<Polygon<f64>> = Vec::new();
    for (n, ring) in crate::geo::geodesic::rings(polygon).enumerate() {
        let corners = ring.0.split_last().map_or(&[][..], |(_, corners)| corners);
        let count = corners.len();
        let enters =
            |i: &usize| is_here(corners[*i]) && !is_here(corners[(*i + count - 1) % count]);
        let entries: Vec<usize> = (0..count).filter(enters).collect();
        if entries.is_empty() {
            match corners.first() {
                Some(first) if is_here(*first) && n == 0 => {
                    pieces.push(Polygon::new(ring.clone(), Vec::new()))
                }
                Some(first) if is_here(*first) => holes.push(ring.clone()),
                _ => {}
            }
            continue;
        }
        for from in entries {
            let mut stretch =
                vec![crossing(corners[(from + count - 1) % count], corners[from], at)];
            let mut i = from;
            while is_here(corners[i % count]) {
                stretch.push(corners[i % count]);
                i += 1;
            }
            stretch.push(crossing(corners[(i - 1) % count], corners[i % count], at));
            stretches.push(stretch);
        }
    }
    pieces.extend(joined(&stretches));
    for hole in holes {
        let Some(corner) = hole.0.first().copied() else { continue };
        let around = pieces.iter().position(|piece| piece.intersects(&Point(corner))).unwrap_or(0);
        if let Some(piece) = pieces.get_mut(around) {
            piece.interiors_push(hole);
        }
    }
    pieces
}

/// Stretches that begin and end on one meridian as closed rings.
fn joined(stretches: &[Vec<Coord<f64>>]) -> Vec<Polygon<f64>> {
    // An end is a stretch, and whether it is its last position.
    let end_y = |(stretch, is_last): (usize, bool)| {
        let stretch = &stretches[stretch];
        stretch[if is_last { stretch.len() - 1 } else { 0 }].y
    };
    let mut ends: Vec<(usize, bool)> =
        (0..stretches.len()).flat_map(|i| [(i, false), (i, true)]).collect();
    ends.sort_by(|a, b| end_y(*a).total_cmp(&end_y(*b)));
    let mut partners = vec![[(0, false); 2]; stretches.len()];
    for pair in ends.chunks_exact(2) {
        partners[pair[0].0][usize::from(pair[0].1)] = pair[1];
        partners[pair[1].0][usize::from(pair[1].1)] = pair[0];
    }
    let mut is_used = vec![false; stretches.len()];
    let mut rings = Vec::new();
    for first in 0..stretches.len() {
        let mut ring: Vec<Coord<f64>> = Vec::new();
        let mut entry = (first, false);
        while !is_used[entry.0] {
            let (stretch, from_last) = entry;
            is_used[stretch] = true;
            match from_last {
                false => ring.extend(&stretches[stretch]),
                true => ring.extend(stretches[stretch].iter().rev()),
            }
            entry = partners[stretch][usize::from(!from_last)];
        }
        rings.extend(lobes(ring));
    }
    rings
}

/// A ring of stretches as rings that touch their meridian once in each position: it goes out and
/// back along it where the polygon has corners there, and meets itself where the polygon touches
/// it.
fn lobes(mut ring: Vec<Coord<f64>>) -> Vec<Polygon<f64>> {
    let Some(at) = ring.first().map(|c| c.x) else { return Vec::new() };
    let Some(off) = ring.iter().position(|c| c.x != at) else { return Vec::new() };
    ring.rotate_left(off);
    let mut out = Vec::new();
    let mut open: Vec<Coord<f64>> = Vec::new();
    let mut places: HashMap<u64, usize> = HashMap::new();
    for c in ring {
        if open.last() == Some(&c) {
            continue;
        }
        // Of several positions on the meridian in a row only the first and the last count.
        if c.x == at
            && let [.., a, b] = open.as_slice()
            && a.x == at
            && b.x == at
        {
            places.remove(&key(b.y));
            open.pop();
            if open.last() == Some(&c) {
                continue;
            }
        }
        if c.x == at {
            if let Some(first) = places.get(&key(c.y)).copied() {
                let lobe = open.split_off(first);
                lobe.iter().filter(|c| c.x == at).for_each(|c| {
                    places.remove(&key(c.y));
                });
                out.push(lobe);
            }
            places.insert(key(c.y), open.len());
        }
        open.push(c);
    }
    out.push(open);
    out.retain(|ring| ring.len() > 2 && ring.iter().any(|c| c.x != at));
    out.into_iter().map(|ring| Polygon::new(LineString(ring), Vec::new())).collect()
}

/// A latitude to be found again: 0 and -0 are one.
fn key(y: f64) -> u64 {
    (y + 0.0).to_bits()
}

/// Whether a position (unit square) may end an edge that there is only because the world is cut.
pub fn is_on_cut(p: World) -> bool {
    p.x == 0.0 || p.x == 1.0 || is_at_pole(p.y)
}

fn is_at_pole(y: f64) -> bool {
    !(1e-9..=1.0 - 1e-9).contains(&y)
}

/// The stretches of a closed ring (unit square) between the edges that it only has because the
/// world is cut along the antimeridian and ends at the poles, or because it is cut along the sides
/// of `tile`; `None` where it has no such edge.
pub fn uncut(ring: &[World], tile: Option<&WorldBox>) -> Option<Vec<Vec<World>>> {
    let is_beside = |a: World, b: World, tile: &WorldBox| {
        a.x.max(b.x) <= tile.min.x
            || a.x.min(b.x) >= tile.max.x
            || a.y.max(b.y) <= tile.min.y
            || a.y.min(b.y) >= tile.max.y
    };
    let is_cut = |a: World, b: World| {
        (a.x == b.x && (a.x == 0.0 || a.x == 1.0))
            || (is_at_pole(a.y) && is_at_pole(b.y) && (a.y < 0.5) == (b.y < 0.5))
            || tile.is_some_and(|tile| is_beside(a, b, tile))
    };
    let count = ring.len().saturating_sub(1);
    let first = (0..count).find(|i| is_cut(ring[*i], ring[i + 1]))?;
    let mut stretches: Vec<Vec<World>> = Vec::new();
    let mut is_open = false;
    for i in (first + 1..first + count).map(|i| i % count) {
        let (a, b) = (ring[i], ring[i + 1]);
        match (is_cut(a, b), stretches.last_mut().filter(|_| is_open)) {
            (true, _) => is_open = false,
            (false, Some(stretch)) => stretch.push(b),
            (false, None) => {
                stretches.push(vec![a, b]);
                is_open = true;
            }
        }
    }
    Some(stretches)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outlines_do_not_run_down_the_cut() {
        let at = |x: f64, y: f64| World { x, y };
        let piece = [at(1.0, 0.4), at(1.0, 0.6), at(0.9, 0.6), at(0.9, 0.4), at(1.0, 0.4)];
        assert_eq!(uncut(&piece, None), Some(vec![piece[1..].to_vec()]));
        let turned = [at(0.9, 0.6), at(0.9, 0.4), at(1.0, 0.4), at(1.0, 0.6), at(0.9, 0.6)];
        assert_eq!(uncut(&turned, None), Some(vec![piece[1..].to_vec()]));
        assert_eq!(uncut(&[at(0.1, 0.4), at(0.1, 0.6), at(0.2, 0.6), at(0.1, 0.4)], None), None);
        let world = [at(0.0, 0.0), at(0.0, 1.0), at(1.0, 1.0), at(1.0, 0.0), at(0.0, 0.0)];
        assert_eq!(uncut(&world, None), Some(Vec::new()));
    }

    #[test]
    fn outlines_do_not_run_along_the_sides_of_a_tile() {
        let at = |x: f64, y: f64| World { x, y };
        let tile = WorldBox { min: at(0.5, 0.25), max: at(0.75, 0.5) };
        // The side at the left is the tile's; the one below lies outside.
        let area = [at(0.5, 0.3), at(0.6, 0.3), at(0.6, 0.51), at(0.5, 0.51), at(0.5, 0.3)];
        assert_eq!(uncut(&area, Some(&tile)), Some(vec![area[..3].to_vec()]));
        assert_eq!(uncut(&area, None), None);
    }
}
