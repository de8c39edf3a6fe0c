//! Geometries across the antimeridian, cut in two as RFC 7946 section 3.1.9 asks.
//!
//! A step of more than 180° in longitude may go the short way round, across 180°, or the long way. A step along the
//! antimeridian itself, from 180° to -180°, is neither. For polygons the right-hand rule decides: an exterior ring that
//! is counterclockwise as it stands is taken as it stands; one that is so only when its steps go the short way crosses.
//! A line is taken to go the short way.

use geo::geometry::{Coord, LineString, Polygon, Rect};
use geo::{BooleanOps, MapCoords, Orient, Winding};

/// Whether a step goes further than half way round and not along the antimeridian.
fn is_long(a: Coord<f64>, b: Coord<f64>) -> bool {
    (b.x - a.x).abs() > 180.0 && !(a.x.abs() == 180.0 && b.x.abs() == 180.0)
}

/// What a ring or line does at the antimeridian.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Crossing {
    No,
    Yes,
    /// A ring that runs round a pole.
    Pole,
}

/// Whether a line crosses.
pub(super) fn line_crosses(line: &LineString<f64>) -> bool {
    line.0.windows(2).any(|p| is_long(p[0], p[1]))
}

/// Whether the exterior ring of a polygon, closed but not yet wound, crosses.
pub(super) fn ring_crosses(exterior: &LineString<f64>) -> Crossing {
    if !line_crosses(exterior) || exterior.is_ccw() {
        return Crossing::No;
    }
    match unwrap(exterior, None) {
        None => Crossing::Pole,
        Some(_) => Crossing::Yes,
    }
}

/// The line in pieces that each lie on one side.
pub(super) fn cut_line(line: &LineString<f64>) -> Vec<LineString<f64>> {
    let mut pieces = Vec::new();
    let mut piece: Vec<Coord<f64>> = line.0.first().copied().into_iter().collect();
    for pair in line.0.windows(2) {
        let (a, b) = (pair[0], pair[1]);
        if is_long(a, b) {
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

/// The polygon in pieces that each lie on one side; `None` where a ring runs round a pole.
pub(super) fn cut_polygon(polygon: &Polygon<f64>) -> Option<Vec<Polygon<f64>>> {
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
        assert_eq!(ring_crosses(fiji.exterior()), Crossing::Yes);
        let pieces = cut_polygon(&fiji).unwrap();
        assert_eq!(pieces.len(), 2);
        assert!((pieces.iter().map(|p| p.unsigned_area()).sum::<f64>() - 15.0).abs() < 1e-6);
    }

    #[test]
    fn a_flight_across_is_two_lines() {
        let lines = cut_line(&vec![(170.0, 0.0), (-170.0, 10.0)].into());
        assert_eq!(lines[0].0[1], Coord { x: 180.0, y: 5.0 });
        assert_eq!(lines[1].0[0], Coord { x: -180.0, y: 5.0 });
    }

    #[test]
    fn what_is_wide_or_closed_along_the_antimeridian_stays_whole() {
        for whole in [
            // Antarctica, closed along the pole as RFC 7946 shows.
            &[(-180.0, -90.0), (180.0, -90.0), (180.0, -70.0), (0.0, -65.0), (-180.0, -70.0)][..],
            &[(-180.0, -85.0), (180.0, -85.0), (180.0, 85.0), (-180.0, 85.0)],
            &[(-170.0, 0.0), (170.0, 0.0), (170.0, 10.0), (-170.0, 10.0)],
        ] {
            assert_eq!(ring_crosses(polygon(whole).exterior()), Crossing::No, "{whole:?}");
        }
    }

    #[test]
    fn round_the_pole_is_told() {
        let cap = polygon(&[(-120.0, 80.0), (0.0, 80.0), (120.0, 80.0)]);
        assert_eq!(ring_crosses(cap.exterior()), Crossing::Pole);
    }
}
