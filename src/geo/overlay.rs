//! What areas have in common with areas and lines, in the plane of degrees: the `geo` crate's
//! overlay, which cannot be ended once begun. Its work grows with the crossings, so these are
//! counted first.

use std::ops::ControlFlow;

use geo::bool_ops::FillRule;
use geo::geometry::Polygon;
use geo::geometry::{Geometry, MultiLineString, MultiPolygon};
use geo::{BooleanOps, BoundingRect, Intersects};

use super::effort::{Effort, Held, Stopped, cost};
use super::relate::{Edge, Meeting, own_pairs};

/// Bytes of an edge, or of a crossing, while areas are overlaid.
const EDGE_BYTES: usize = 400;

/// The polygons of a geometry.
pub fn polygons(geometry: &Geometry<f64>) -> MultiPolygon<f64> {
    match geometry {
        Geometry::Polygon(p) => MultiPolygon(vec![p.clone()]),
        Geometry::MultiPolygon(m) => m.clone(),
        Geometry::Rect(r) => MultiPolygon(vec![r.to_polygon()]),
        Geometry::GeometryCollection(all) => {
            MultiPolygon(all.iter().flat_map(|g| polygons(g).0).collect())
        }
        _ => MultiPolygon(Vec::new()),
    }
}

/// What areas have in common.
///
/// # Errors
/// Where the effort ends.
pub fn common(
    a: &MultiPolygon<f64>,
    b: &MultiPolygon<f64>,
    effort: &Effort,
) -> Result<MultiPolygon<f64>, Stopped> {
    if !near(a, b) {
        return Ok(MultiPolygon(Vec::new()));
    }
    let _held = allow(edges_of(a).chain(edges_of(b)), effort)?;
    Ok(a.intersection(b))
}

/// What areas are together.
///
/// # Errors
/// Where the effort ends.
pub fn union(
    a: &MultiPolygon<f64>,
    b: &MultiPolygon<f64>,
    effort: &Effort,
) -> Result<MultiPolygon<f64>, Stopped> {
    let _held = allow(edges_of(a).chain(edges_of(b)), effort)?;
    Ok(a.union(b))
}

/// What is painted of polygons whose rings cross, or that lie over one another: wherever the
/// outline of one goes round at all (its winding number is not 0), but for what its holes go round.
///
/// # Errors
/// Where the effort ends.
pub fn painted(
    polygons: &MultiPolygon<f64>,
    effort: &Effort,
) -> Result<MultiPolygon<f64>, Stopped> {
    let _held = allow(edges_of(polygons), effort)?;
    let whole = |areas: Vec<Polygon<f64>>| {
        MultiPolygon(areas).union_with_fill_rule(&MultiPolygon(Vec::new()), FillRule::NonZero)
    };
    let plain = |ring: &geo::LineString<f64>| Polygon::new(ring.clone(), Vec::new());
    let painted = polygons.iter().flat_map(|polygon| {
        let outer = whole(vec![plain(polygon.exterior())]);
        match polygon.interiors() {
            [] => outer,
            holes => outer.difference(&whole(holes.iter().map(plain).collect())),
        }
    });
    Ok(whole(painted.collect()))
}

/// What of the first areas is not in the second.
///
/// # Errors
/// Where the effort ends.
pub fn difference(
    a: &MultiPolygon<f64>,
    b: &MultiPolygon<f64>,
    effort: &Effort,
) -> Result<MultiPolygon<f64>, Stopped> {
    let _held = allow(edges_of(a).chain(edges_of(b)), effort)?;
    Ok(a.difference(b))
}

/// What of lines lies in areas.
///
/// # Errors
/// Where the effort ends.
pub fn clipped(
    lines: &MultiLineString<f64>,
    areas: &MultiPolygon<f64>,
    effort: &Effort,
) -> Result<MultiLineString<f64>, Stopped> {
    if !near(lines, areas) {
        return Ok(MultiLineString(Vec::new()));
    }
    let of_lines = lines.iter().flat_map(|line| line.lines());
    let _held = allow(of_lines.chain(edges_of(areas)), effort)?;
    Ok(areas.clip(lines, false))
}

fn near<A, B>(a: &A, b: &B) -> bool
where
    A: BoundingRect<f64, Output = Option<geo::Rect<f64>>>,
    B: BoundingRect<f64, Output = Option<geo::Rect<f64>>>,
{
    a.bounding_rect().zip(b.bounding_rect()).is_some_and(|(a, b)| a.intersects(&b))
}

fn edges_of(areas: &MultiPolygon<f64>) -> impl Iterator<Item = geo::Line<f64>> {
    areas.iter().flat_map(super::geodesic::rings).flat_map(|ring| ring.lines())
}

/// Takes what overlaying these edges costs.
///
/// # Errors
/// Where the effort ends.
pub fn allow(
    lines: impl Iterator<Item = geo::Line<f64>>,
    effort: &Effort,
) -> Result<[Held; 2], Stopped> {
    let lines = lines.filter(|l| l.start != l.end);
    let edges: Vec<(u32, Edge)> =
        (0..).zip(lines.map(|l| Edge { from: l.start, to: l.end, part: 0 })).collect();
    effort.spend(edges.len() * cost::OVERLAY)?;
    let held = effort.hold(edges.len() * EDGE_BYTES)?;
    let mut failed = None;
    let mut count = 0;
    own_pairs(&edges, effort, &mut |i, j| {
        let (a, b) = (&edges[i as usize].1, &edges[j as usize].1);
        if matches!(a.meeting(b), Some(Meeting::Crossing | Meeting::Overlap(..))) {
            count += 1;
            if let Err(why) = effort.spend(2 * cost::OVERLAY) {
                failed = Some(why);
                return ControlFlow::Break(());
            }
        }
        ControlFlow::Continue(cost::EDGES)
    })?;
    if let Some(why) = failed {
        return Err(why);
    }
    Ok([held, effort.hold(2 * count * EDGE_BYTES)?])
}

#[cfg(test)]
mod tests {
    use super::*;
    use geo::{Area, Coord, LineString, Polygon};

    fn teeth(count: i32, turned: bool) -> MultiPolygon<f64> {
        let tooth = |i: i32| {
            let x = f64::from(i) * 10.0 / f64::from(count);
            [(x, 0.0), (x + 2.0 / f64::from(count), 10.0), (x + 4.0 / f64::from(count), 0.0)]
        };
        let positions = (0..count).flat_map(tooth).chain([(11.0, 0.0), (11.0, -1.0), (0.0, -1.0)]);
        let turn = |(x, y): (f64, f64)| if turned { Coord { x: y, y: x } } else { Coord { x, y } };
        MultiPolygon(vec![Polygon::new(LineString(positions.map(turn).collect()), Vec::new())])
    }

    #[test]
    fn combs_that_cross_too_often_are_refused_and_others_are_not() {
        let common = |count| common(&teeth(count, false), &teeth(count, true), &Effort::default());
        assert!(common(20).unwrap().unsigned_area() > 1.0);
        assert_eq!(common(2_500).unwrap_err(), Stopped::Spent);
    }
}
