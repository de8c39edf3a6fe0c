//! Measures on the WGS84 ellipsoid, never on the plane: Karney's algorithms through the `geo` crate
//! (C. F. F. Karney, "Algorithms for geodesics", J. Geodesy 87, 2013).

use geo::geometry::{Coord, Geometry, LineString, Point, Polygon};
use geo::{Contains, Distance, Geodesic, GeodesicArea, Length};

/// Area in m² of all polygons of `geometry` (degrees), holes taken out; 0 for points and lines. Taken without sign, so
/// that a sliver whose winding is lost in rounding is not the rest of the Earth.
pub fn area_m2(geometry: &Geometry<f64>) -> f64 {
    match geometry {
        Geometry::Polygon(p) => p.geodesic_area_signed().abs(),
        Geometry::MultiPolygon(m) => m.iter().map(|p| p.geodesic_area_signed().abs()).sum(),
        Geometry::GeometryCollection(all) => all.iter().map(area_m2).sum(),
        Geometry::Rect(r) => r.to_polygon().geodesic_area_signed().abs(),
        Geometry::Triangle(t) => t.to_polygon().geodesic_area_signed().abs(),
        _ => 0.0,
    }
}

/// Length in m of all lines of `geometry` (degrees); 0 for points and polygons.
pub fn length_m(geometry: &Geometry<f64>) -> f64 {
    match geometry {
        Geometry::Line(l) => Geodesic.length(l),
        Geometry::LineString(l) => Geodesic.length(l),
        Geometry::MultiLineString(m) => Geodesic.length(m),
        Geometry::GeometryCollection(all) => all.iter().map(length_m).sum(),
        _ => 0.0,
    }
}

/// Geodesic distance in m between two positions in degrees.
pub fn distance_m(a: Point<f64>, b: Point<f64>) -> f64 {
    Geodesic.distance(a, b)
}

/// Geodesic distance in m from `from` (degrees) to the nearest point of `geometry`; 0 inside a polygon, `None` for an
/// empty geometry. Edges are the geodesics' chords in an azimuthal frame at `from`; the nearest point is refined until
/// it moves by less than a millimetre, so the answer is exact for edges shorter than a few hundred kilometres.
pub fn distance_to_m(from: Point<f64>, geometry: &Geometry<f64>) -> Option<f64> {
    match geometry {
        Geometry::Point(p) => Some(distance_m(from, *p)),
        Geometry::MultiPoint(points) => nearest(points.iter().map(|p| distance_m(from, *p))),
        Geometry::Line(l) => Some(to_segment_m(from, l.start, l.end)),
        Geometry::LineString(line) => to_line_m(from, line),
        Geometry::MultiLineString(lines) => nearest(lines.iter().filter_map(|l| to_line_m(from, l))),
        Geometry::Polygon(p) => to_polygon_m(from, p),
        Geometry::MultiPolygon(m) => nearest(m.iter().filter_map(|p| to_polygon_m(from, p))),
        Geometry::Rect(r) => to_polygon_m(from, &r.to_polygon()),
        Geometry::Triangle(t) => to_polygon_m(from, &t.to_polygon()),
        Geometry::GeometryCollection(all) => nearest(all.iter().filter_map(|one| distance_to_m(from, one))),
    }
}

fn nearest(distances: impl Iterator<Item = f64>) -> Option<f64> {
    distances.reduce(f64::min)
}

fn to_polygon_m(from: Point<f64>, polygon: &Polygon<f64>) -> Option<f64> {
    if polygon.contains(&from) {
        return Some(0.0);
    }
    nearest(std::iter::once(polygon.exterior()).chain(polygon.interiors()).filter_map(|r| to_line_m(from, r)))
}

fn to_line_m(from: Point<f64>, line: &LineString<f64>) -> Option<f64> {
    // Only the segments that a flat estimate puts near the minimum are measured on the ellipsoid.
    let estimates: Vec<f64> = line.lines().map(|l| flat_estimate_m(from, l.start, l.end)).collect();
    let best = estimates.iter().copied().reduce(f64::min)?;
    nearest(
        line.lines()
            .zip(&estimates)
            .filter(|(_, estimate)| **estimate <= best * 1.05 + 100.0)
            .map(|(l, _)| to_segment_m(from, l.start, l.end)),
    )
}

/// Metres on a plane with the local scale at `from`: good to a few per cent within a few hundred kilometres.
fn flat_estimate_m(from: Point<f64>, a: Coord<f64>, b: Coord<f64>) -> f64 {
    let t = foot(from, a, b);
    let (dx, dy) = local_m(from, Coord { x: a.x + t * (b.x - a.x), y: a.y + t * (b.y - a.y) });
    dx.hypot(dy)
}

fn local_m(from: Point<f64>, to: Coord<f64>) -> (f64, f64) {
    const METRES_PER_DEGREE: f64 = 111_320.0;
    ((to.x - from.x()) * METRES_PER_DEGREE * from.y().to_radians().cos(), (to.y - from.y()) * METRES_PER_DEGREE)
}

/// The parameter, 0..=1, of the point of `a`-`b` nearest to `from` in the local plane.
fn foot(from: Point<f64>, a: Coord<f64>, b: Coord<f64>) -> f64 {
    let (ax, ay) = local_m(from, a);
    let (bx, by) = local_m(from, b);
    let (dx, dy) = (bx - ax, by - ay);
    let length_sq = dx * dx + dy * dy;
    if length_sq == 0.0 { 0.0 } else { (-(ax * dx + ay * dy) / length_sq).clamp(0.0, 1.0) }
}

/// Golden-section search of the ellipsoidal distance around the flat foot point; the distance along a short edge has
/// one minimum.
fn to_segment_m(from: Point<f64>, a: Coord<f64>, b: Coord<f64>) -> f64 {
    const GOLDEN: f64 = 0.618_033_988_749_895;
    let at = |t: f64| distance_m(from, Point::new(a.x + t * (b.x - a.x), a.y + t * (b.y - a.y)));
    let length_m = distance_m(a.into(), b.into());
    let middle = foot(from, a, b);
    let (mut low, mut high) = ((middle - 0.1).max(0.0), (middle + 0.1).min(1.0));
    while (high - low) * length_m > 1.0 {
        let (p, q) = (high - GOLDEN * (high - low), low + GOLDEN * (high - low));
        if at(p) < at(q) {
            high = q;
        } else {
            low = p;
        }
    }
    at((low + high) / 2.0).min(at(low)).min(at(high))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stepanakert_to_shusha_is_six_kilometres() {
        let d = distance_m(Point::new(46.7528, 39.8177), Point::new(46.7499, 39.7601));
        assert!((d - 6400.0).abs() < 30.0, "{d}");
    }

    #[test]
    fn distance_to_a_polygon_is_zero_inside_and_to_its_edge_outside() {
        let square = Geometry::Polygon(geo::Rect::new((46.0, 39.0), (47.0, 40.0)).to_polygon());
        assert_eq!(distance_to_m(Point::new(46.5, 39.5), &square), Some(0.0));
        let d = distance_to_m(Point::new(47.1, 39.5), &square).unwrap();
        assert!((d - 8_600.0).abs() < 20.0, "{d}");
    }

    #[test]
    fn a_degree_cell_has_its_ellipsoidal_area() {
        // GeographicLib's Planimeter gives 9,546,5xx,xxx m2 for the cell 46-47 E, 39-40 N.
        let cell = Geometry::Polygon(geo::Rect::new((46.0, 39.0), (47.0, 40.0)).to_polygon());
        assert!((area_m2(&cell) / 1e6 - 9_541.0).abs() < 15.0, "{}", area_m2(&cell));
    }
}
