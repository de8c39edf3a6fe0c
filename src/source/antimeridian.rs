//! Geometries across the antimeridian, cut in two as RFC 7946 section 3.1.9 asks.
//!
//! A step of more than 180° in longitude is taken to go the short way round, across 180°.

use geo::geometry::{Coord, Geometry, GeometryCollection, LineString, MultiLineString, MultiPolygon, Polygon, Rect};
use geo::{BooleanOps, MapCoords, Orient};

/// Whether any edge goes across.
pub(super) fn crosses(geometry: &Geometry<f64>) -> bool {
    let line = |l: &LineString<f64>| l.0.windows(2).any(|p| (p[1].x - p[0].x).abs() > 180.0);
    let polygon = |p: &Polygon<f64>| line(p.exterior()) || p.interiors().iter().any(line);
    match geometry {
        Geometry::LineString(l) => line(l),
        Geometry::MultiLineString(m) => m.iter().any(line),
        Geometry::Polygon(p) => polygon(p),
        Geometry::MultiPolygon(m) => m.iter().any(polygon),
        Geometry::GeometryCollection(all) => all.iter().any(crosses),
        _ => false,
    }
}

/// The geometry in pieces that each lie on one side; `None` for a polygon that runs round a pole.
pub(super) fn cut(geometry: Geometry<f64>) -> Option<Geometry<f64>> {
    Some(match geometry {
        Geometry::LineString(l) => Geometry::MultiLineString(MultiLineString(cut_line(&l))),
        Geometry::MultiLineString(m) => {
            Geometry::MultiLineString(MultiLineString(m.iter().flat_map(cut_line).collect()))
        }
        Geometry::Polygon(p) => Geometry::MultiPolygon(MultiPolygon(cut_polygon(&p)?)),
        Geometry::MultiPolygon(m) => {
            let pieces: Option<Vec<_>> = m.iter().map(cut_polygon).collect();
            Geometry::MultiPolygon(MultiPolygon(pieces?.into_iter().flatten().collect()))
        }
        Geometry::GeometryCollection(all) => {
            let pieces: Option<Vec<_>> = all.into_iter().map(cut).collect();
            Geometry::GeometryCollection(GeometryCollection(pieces?))
        }
        other => other,
    })
}

fn cut_line(line: &LineString<f64>) -> Vec<LineString<f64>> {
    let mut pieces = Vec::new();
    let mut piece: Vec<Coord<f64>> = line.0.first().copied().into_iter().collect();
    for pair in line.0.windows(2) {
        let (a, b) = (pair[0], pair[1]);
        if (b.x - a.x).abs() > 180.0 {
            let side = if a.x > b.x { 180.0 } else { -180.0 };
            let unwrapped = b.x + 2.0 * side;
            let t = if unwrapped == a.x { 0.0 } else { (side - a.x) / (unwrapped - a.x) };
            let y = a.y + t * (b.y - a.y);
            piece.push(Coord { x: side, y });
            pieces.push(std::mem::replace(&mut piece, vec![Coord { x: -side, y }]));
        }
        piece.push(b);
    }
    pieces.push(piece);
    pieces.into_iter().map(LineString).collect()
}

fn cut_polygon(polygon: &Polygon<f64>) -> Option<Vec<Polygon<f64>>> {
    let exterior = unwrap(polygon.exterior(), None)?;
    let start = exterior.0.first()?.x;
    let holes: Option<Vec<_>> = polygon.interiors().iter().map(|r| unwrap(r, Some(start))).collect();
    let whole = Polygon::new(exterior, holes?);
    let mut pieces = Vec::new();
    for turn in [-1.0, 0.0, 1.0] {
        let middle = turn * 360.0;
        let frame = Rect::new((middle - 180.0, -90.0), (middle + 180.0, 90.0)).to_polygon();
        let part = whole.intersection(&frame).map_coords(|c| Coord { x: (c.x - middle).clamp(-180.0, 180.0), y: c.y });
        pieces.extend(part.orient(geo::orient::Direction::Default));
    }
    Some(pieces)
}

/// The ring with longitudes that run on past 180°, begun within 180° of `near`.
fn unwrap(ring: &LineString<f64>, near: Option<f64>) -> Option<LineString<f64>> {
    let mut shift = 0.0;
    if let (Some(near), Some(first)) = (near, ring.0.first()) {
        shift = ((near - first.x) / 360.0).round() * 360.0;
    }
    let mut points = Vec::with_capacity(ring.0.len());
    let mut last: Option<f64> = None;
    for c in &ring.0 {
        if let Some(last) = last {
            if c.x - last > 180.0 {
                shift -= 360.0;
            } else if last - c.x > 180.0 {
                shift += 360.0;
            }
        }
        last = Some(c.x);
        points.push(Coord { x: c.x + shift, y: c.y });
    }
    (points.first()?.x == points.last()?.x).then_some(LineString(points))
}

#[cfg(test)]
mod tests {
    use super::*;
    use geo::Area;

    fn polygon(corners: &[(f64, f64)]) -> Polygon<f64> {
        Polygon::new(corners.to_vec().into(), Vec::new())
    }

    #[test]
    fn fiji_comes_apart() {
        let fiji = polygon(&[(177.0, -19.0), (-178.0, -19.0), (-178.0, -16.0), (177.0, -16.0)]);
        assert!(crosses(&Geometry::Polygon(fiji.clone())));
        let Some(Geometry::MultiPolygon(pieces)) = cut(Geometry::Polygon(fiji)) else { panic!() };
        assert_eq!(pieces.0.len(), 2);
        assert!((pieces.unsigned_area() - 15.0).abs() < 1e-6);
    }

    #[test]
    fn a_flight_across_is_two_lines() {
        let Some(Geometry::MultiLineString(lines)) =
            cut(Geometry::LineString(vec![(170.0, 0.0), (-170.0, 10.0)].into()))
        else {
            panic!()
        };
        assert_eq!(lines.0[0].0[1], Coord { x: 180.0, y: 5.0 });
        assert_eq!(lines.0[1].0[0], Coord { x: -180.0, y: 5.0 });
    }

    #[test]
    fn round_the_pole_is_refused() {
        let cap = polygon(&[(-120.0, 80.0), (0.0, 80.0), (120.0, 80.0)]);
        assert!(cut(Geometry::Polygon(cap)).is_none());
    }
}
