//! Lines and areas cut to a tile, in its units.

use geo::geometry::{Coord, Line};
use i_overlay::core::fill_rule::FillRule;
use i_overlay::core::overlay::{IntOverlayOptions, Overlay, ShapeType};
use i_overlay::core::overlay_rule::OverlayRule;
use i_overlay::i_float::int::point::IntPoint;

use super::grid::{Unit, crossing};
use crate::geo::overlay::allow;
use crate::geo::{Effort, Stopped};

/// Rings that enclose less are left out, square units: a fiftieth of a CSS px.
const LEAST_AREA: u64 = 1;

/// The pieces of a line between `low` and `high`, both ways.
pub fn lines(line: &[Unit], (low, high): (i64, i64)) -> Vec<Vec<Unit>> {
    let mut pieces = vec![line.to_vec()];
    for is_turned in [false, true] {
        for (limit, is_upper) in [(low, false), (high, true)] {
            pieces = pieces.iter().flat_map(|p| inside(p, is_turned, limit, is_upper)).collect();
        }
    }
    pieces.iter_mut().for_each(|piece| piece.dedup());
    pieces.retain(|piece| piece.len() > 1);
    pieces
}

/// A position's coordinate that is limited, and the other one.
fn pair(p: Unit, is_turned: bool) -> (i64, i64) {
    if is_turned { (p.y, p.x) } else { (p.x, p.y) }
}

fn unit((a, b): (i64, i64), is_turned: bool) -> Unit {
    if is_turned { Unit { x: b, y: a } } else { Unit { x: a, y: b } }
}

/// The pieces of a line on one side of a limit.
fn inside(line: &[Unit], is_turned: bool, limit: i64, is_upper: bool) -> Vec<Vec<Unit>> {
    let is_in = |p: &Unit| match is_upper {
        false => pair(*p, is_turned).0 >= limit,
        true => pair(*p, is_turned).0 <= limit,
    };
    let mut pieces: Vec<Vec<Unit>> = Vec::new();
    let mut piece: Vec<Unit> = line.first().copied().filter(is_in).into_iter().collect();
    for ends in line.windows(2) {
        let (a, b) = (pair(ends[0], is_turned), pair(ends[1], is_turned));
        piece.extend(crossing(a, b, limit).map(|at| unit(at, is_turned)));
        if is_in(&ends[1]) {
            piece.push(ends[1]);
        } else if !piece.is_empty() {
            pieces.push(std::mem::take(&mut piece));
        }
    }
    pieces.push(piece);
    pieces
}

/// What a ring encloses on one side of a limit: its own area, perhaps with ways along the limit that
/// enclose nothing (I. E. Sutherland and G. W. Hodgman, 1974).
fn half(ring: &[Unit], is_turned: bool, limit: i64, is_upper: bool) -> Vec<Unit> {
    let is_in = |p: Unit| match is_upper {
        false => pair(p, is_turned).0 >= limit,
        true => pair(p, is_turned).0 <= limit,
    };
    let mut out = Vec::with_capacity(ring.len());
    let before = ring.last().into_iter().chain(ring);
    for (a, b) in before.zip(ring) {
        let at = crossing(pair(*a, is_turned), pair(*b, is_turned), limit);
        out.extend(at.map(|at| unit(at, is_turned)));
        if is_in(*b) {
            out.push(*b);
        }
    }
    out
}

/// Polygons, their exterior rings first, of what some rings enclose between `low` and `high`. Rings
/// are open, exteriors and holes wound against each other, the former clockwise as tiles are seen.
///
/// # Errors
/// Where the effort ends.
pub fn areas(
    mut rings: Vec<Vec<Unit>>,
    (low, high): (i64, i64),
    effort: &Effort,
) -> Result<Vec<Vec<Vec<Unit>>>, Stopped> {
    for ring in &mut rings {
        for is_turned in [false, true] {
            for (limit, is_upper) in [(low, false), (high, true)] {
                *ring = half(ring, is_turned, limit, is_upper);
            }
        }
    }
    rings.retain(|ring| ring.len() > 2);
    let _held = allow(rings.iter().flat_map(|ring| edges(ring)), effort)?;
    let positions = rings.iter().map(Vec::len).sum();
    let options = IntOverlayOptions { ogc: true, ..IntOverlayOptions::keep_all_points() };
    let mut overlay = Overlay::new_custom(positions, options, Default::default());
    for ring in rings {
        let points = ring.iter().map(|p| IntPoint::new(p.x as i32, p.y as i32));
        overlay.add_path_iter(points, ShapeType::Subject);
    }
    let shapes = overlay.overlay(OverlayRule::Subject, FillRule::Negative);
    let ring = |contour: &Vec<IntPoint>| -> Vec<Unit> {
        contour.iter().map(|p| Unit { x: p.x.into(), y: p.y.into() }).collect()
    };
    let is_seen = |ring: &Vec<Unit>| twice_area(ring).unsigned_abs() >= 2 * LEAST_AREA;
    let polygons = shapes.iter().map(|shape| shape.iter().map(ring).collect::<Vec<_>>());
    let polygons = polygons.filter(|polygon| polygon.first().is_some_and(is_seen));
    let seen = polygons.map(|mut polygon| {
        polygon.retain(is_seen);
        polygon
    });
    Ok(seen.collect())
}

/// The edges of an open ring.
fn edges(ring: &[Unit]) -> impl Iterator<Item = Line<f64>> {
    let coord = |p: &Unit| Coord { x: p.x as f64, y: p.y as f64 };
    let before = ring.last().into_iter().chain(ring);
    before.zip(ring).map(move |(a, b)| Line::new(coord(a), coord(b)))
}

/// Twice the area of an open ring, above 0 where it is wound clockwise as tiles are seen.
pub fn twice_area(ring: &[Unit]) -> i64 {
    let before = ring.last().into_iter().chain(ring);
    before.zip(ring).map(|(a, b)| a.x * b.y - b.x * a.y).sum()
}
