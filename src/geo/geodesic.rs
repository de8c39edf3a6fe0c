//! Measures on the WGS84 ellipsoid, never on the plane: Karney's algorithms through the `geo` crate
//! (C. F. F. Karney, "Algorithms for geodesics", J. Geodesy 87, 2013).

use geo::geometry::{Coord, Geometry, LineString, Point, Polygon};
use geo::{Area, Destination, Distance, Geodesic, GeodesicArea, Length};

/// Area in m² of all polygons of `geometry` (degrees), holes taken out; 0 for points and lines.
/// Taken without sign, so that a sliver whose winding is lost in rounding is not the rest of the
/// Earth.
pub fn area_m2(geometry: &Geometry<f64>) -> f64 {
    match geometry {
        Geometry::Polygon(p) => polygon_m2(p),
        Geometry::MultiPolygon(m) => m.iter().map(polygon_m2).sum(),
        Geometry::GeometryCollection(all) => all.iter().map(area_m2).sum(),
        Geometry::Rect(r) => polygon_m2(&r.to_polygon()),
        Geometry::Triangle(t) => polygon_m2(&t.to_polygon()),
        _ => 0.0,
    }
}

/// Edges are straight in degrees: a long one is cut into pieces, each a geodesic.
fn polygon_m2(polygon: &Polygon<f64>) -> f64 {
    let mut rings = rings(polygon).map(ring_m2);
    let outside = rings.next().unwrap_or(0.0);
    (outside - rings.sum::<f64>()).max(0.0)
}

/// The outer ring, then the holes.
pub(super) fn rings(polygon: &Polygon<f64>) -> impl Iterator<Item = &LineString<f64>> {
    std::iter::once(polygon.exterior()).chain(polygon.interiors())
}

/// What a ring encloses in the plane, m² on the ellipsoid.
fn ring_m2(ring: &LineString<f64>) -> f64 {
    /// WGS84's whole surface.
    const EARTH_M2: f64 = 510_065_621_724_088.5;
    /// No ring of fewer square degrees encloses half of the Earth: the half around the equator has
    /// 21,600.
    const HALF_DEGREES_SQ: f64 = 20_000.0;
    let is_long = |l: geo::Line<f64>| l.dx().abs().max(l.dy().abs()) > PIECE_DEGREES;
    let whole = match ring.lines().any(is_long) {
        false => Polygon::new(ring.clone(), Vec::new()),
        true => {
            let starts = ring.lines().flat_map(|l| pieces(l.start, l.end)).map(|(start, _)| start);
            Polygon::new(LineString(starts.chain(ring.0.last().copied()).collect()), Vec::new())
        }
    };
    // One that encloses more than half has the rest, with the other sign.
    let area_m2 = whole.geodesic_area_signed();
    let degrees_sq = whole.signed_area();
    match degrees_sq.abs() > HALF_DEGREES_SQ && (area_m2 < 0.0) != (degrees_sq < 0.0) {
        true => EARTH_M2 - area_m2.abs(),
        false => area_m2.abs(),
    }
}

/// The length in m of the parallel at a latitude in degrees: N(φ)·cos φ·2π, with WGS84's equatorial
/// radius and the square of its first eccentricity.
pub fn meters_per_turn(latitude: f64) -> f64 {
    const RADIUS_M: f64 = 6_378_137.0;
    const ECCENTRICITY_SQ: f64 = 0.006_694_379_990_14;
    let (sin, cos) = latitude.to_radians().sin_cos();
    RADIUS_M / (1.0 - ECCENTRICITY_SQ * sin * sin).sqrt() * cos * std::f64::consts::TAU
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

/// The ring of all places so many metres from a position in degrees, anticlockwise, to a hundredth
/// of a degree of turn.
pub fn circle(center: Coord<f64>, radius_m: f64) -> LineString<f64> {
    const CORNERS: u32 = 180;
    let at = |i: u32| {
        let bearing = -360.0 * f64::from(i % CORNERS) / f64::from(CORNERS);
        Geodesic.destination(center.into(), bearing, radius_m).0
    };
    LineString((0..=CORNERS).map(at).collect())
}

/// Geodesic distance in m between two positions in degrees.
pub fn distance_m(a: Point<f64>, b: Point<f64>) -> f64 {
    Geodesic.distance(a, b)
}

/// No piece of an edge is longer, in degrees.
const PIECE_DEGREES: f64 = 0.5;

/// An edge in pieces that are short enough to have one nearest point.
pub(super) fn pieces(
    a: Coord<f64>,
    b: Coord<f64>,
) -> impl Iterator<Item = (Coord<f64>, Coord<f64>)> {
    let count = piece_count(a, b) as f64;
    let at =
        move |i: f64| Coord { x: a.x + (b.x - a.x) * i / count, y: a.y + (b.y - a.y) * i / count };
    (0..count as u32).map(move |i| (at(f64::from(i)), at(f64::from(i) + 1.0)))
}

pub(super) fn piece_count(a: Coord<f64>, b: Coord<f64>) -> usize {
    ((b.x - a.x).abs().max((b.y - a.y).abs()) / PIECE_DEGREES).ceil().max(1.0) as usize
}

/// Distance in m to the nearest point of a short piece.
pub(super) fn to_piece_m(from: Point<f64>, a: Coord<f64>, b: Coord<f64>) -> f64 {
    to_near_piece_m(from, a, b).unwrap_or_else(|| searched_m(from, a, b))
}

/// Where everything lies within some tenths of a degree, the foot of the perpendicular in the
/// tangent plane is the nearest point to within a metre or two, which leaves less than 0.1 m in the
/// distance; `None` elsewhere.
fn to_near_piece_m(from: Point<f64>, a: Coord<f64>, b: Coord<f64>) -> Option<f64> {
    const NEAR_DEGREES: f64 = 0.2;
    // Metres in a radian of latitude and longitude: the ellipsoid's radii of curvature.
    let (sin, cos) = from.y().to_radians().sin_cos();
    let w = 1.0 - 0.006_694_379_990_14 * sin * sin;
    let (meridian, normal) = (6_335_439.327 / w.powf(1.5), 6_378_137.0 / w.sqrt());
    let flat = |c: Coord<f64>| [(c.x - from.x()) * normal * cos, (c.y - from.y()) * meridian];
    let is_near = |c: &Coord<f64>| {
        (c.x - from.x()).abs() <= NEAR_DEGREES && (c.y - from.y()).abs() <= NEAR_DEGREES
    };
    if !(is_near(&a) && is_near(&b)) {
        return None;
    }
    let ([ax, ay], [bx, by]) = (flat(a), flat(b));
    let (dx, dy) = (bx - ax, by - ay);
    let length_sq = dx * dx + dy * dy;
    let t = if length_sq == 0.0 { 0.0 } else { (-(ax * dx + ay * dy) / length_sq).clamp(0.0, 1.0) };
    Some(distance_m(from, Point::new(a.x + t * (b.x - a.x), a.y + t * (b.y - a.y))))
}

/// Golden-section search.
fn searched_m(from: Point<f64>, a: Coord<f64>, b: Coord<f64>) -> f64 {
    const GOLDEN: f64 = 0.618_033_988_749_895;
    let at = |t: f64| distance_m(from, Point::new(a.x + t * (b.x - a.x), a.y + t * (b.y - a.y)));
    let length_m = distance_m(a.into(), b.into());
    let (mut low, mut high) = (0.0, 1.0);
    let left = |low: f64, high: f64| high - GOLDEN * (high - low);
    let right = |low: f64, high: f64| low + GOLDEN * (high - low);
    let (mut p, mut q) = (left(low, high), right(low, high));
    let (mut at_p, mut at_q) = (at(p), at(q));
    // What is measured at one of them is known of the next.
    while (high - low) * length_m > 0.1 {
        if at_p < at_q {
            (high, q, at_q) = (q, p, at_p);
            p = left(low, high);
            at_p = at(p);
        } else {
            (low, p, at_p) = (p, q, at_q);
            q = right(low, high);
            at_q = at(q);
        }
    }
    // A nearest point at an end is that end exactly.
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

    proptest::proptest! {
        #[test]
        fn the_foot_in_the_plane_is_as_good_as_the_search(
            lat in -80.0..80.0f64,
            ax in -0.19..0.19f64, ay in -0.19..0.19f64,
            bx in -0.19..0.19f64, by in -0.19..0.19f64,
        ) {
            let from = Point::new(46.0, lat);
            let (a, b) = (Coord { x: 46.0 + ax, y: lat + ay }, Coord { x: 46.0 + bx, y: lat + by });
            let (near, searched) = (to_near_piece_m(from, a, b).unwrap(), searched_m(from, a, b));
            proptest::prop_assert!((near - searched).abs() < 0.1, "{near} {searched}");
        }
    }

    #[test]
    fn a_belt_round_most_of_the_earth_has_its_own_area() {
        let belt = |lon: f64| {
            area_m2(&Geometry::Polygon(geo::Rect::new((-lon, 0.0), (lon, 10.0)).to_polygon()))
        };
        assert!((belt(170.0) / belt(50.0) - 3.4).abs() < 1e-3, "{} {}", belt(170.0), belt(50.0));
    }

    #[test]
    fn most_of_the_earth_has_its_own_area_and_edges_are_straight_in_degrees() {
        let box_km2 = |w: f64, s: f64, e: f64, n: f64| {
            area_m2(&Geometry::Polygon(geo::Rect::new((w, s), (e, n)).to_polygon())) / 1e6
        };
        assert!((box_km2(-180.0, -90.0, 180.0, 90.0) / 510_065_621.7 - 1.0).abs() < 1e-6);
        assert!(
            (box_km2(-180.0, -60.0, 180.0, 60.0) / 2.0 - box_km2(0.0, -60.0, 180.0, 60.0)).abs()
                < 1e3
        );
        // A wide box is as large as its halves.
        let (whole, half) = (box_km2(0.0, 50.0, 90.0, 60.0), box_km2(0.0, 50.0, 45.0, 60.0));
        assert!((whole / half - 2.0).abs() < 1e-9, "{whole} {half}");
    }

    #[test]
    fn a_degree_cell_has_its_ellipsoidal_area() {
        // GeographicLib's Planimeter gives 9,546,5xx,xxx m2 for the cell 46-47 E, 39-40 N.
        let cell = Geometry::Polygon(geo::Rect::new((46.0, 39.0), (47.0, 40.0)).to_polygon());
        assert!((area_m2(&cell) / 1e6 - 9_541.0).abs() < 15.0, "{}", area_m2(&cell));
    }
}
