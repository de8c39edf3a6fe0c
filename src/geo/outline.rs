//! Geodesic distance between geometries of any size: the corners of each measured from the edges of
//! the other, found through a tree.

use std::borrow::Cow;

use geo::geometry::{Coord, Geometry, LineString, Point};
use geo::{CoordsIter, Haversine, Length};
use rstar::RTree;
use rstar::primitives::GeomWithData;

use super::effort::{Effort, Held, Stopped, cost};
use super::geodesic;
use super::relate::{Prepared, meet};

/// The mean radius of the Earth, m, of the sphere that bounds are made on.
const RADIUS_M: f64 = 6_371_008.8;
/// More than the sphere's distances can be off the ellipsoid's, as a fraction.
const FLATTENING: f64 = 0.006;
/// Fewer pieces are looked at one by one.
const FEW: usize = 24;

/// A geometry in degrees, ready to be measured from. Edges are straight in degrees, as RFC 7946
/// says.
pub struct Outline<'a> {
    prepared: Prepared<'a>,
    pieces: Vec<Piece>,
    tree: Option<RTree<GeomWithData<[f64; 3], u32>>>,
    /// No piece reaches further from its middle, m.
    reach_m: f64,
    _held: Held,
}

/// A piece of an edge, short enough to have one point nearest to any other; a point is a piece of
/// no length.
struct Piece {
    from: Coord<f64>,
    to: Coord<f64>,
    /// On the unit sphere.
    middle: [f64; 3],
    ends: [[f64; 3]; 2],
    /// No point of it is further from the straight line through space between its ends, on the
    /// unit sphere.
    off: f64,
}

impl<'a> Outline<'a> {
    /// # Errors
    /// Where the effort ends.
    pub fn new(geometry: &'a Geometry<f64>, effort: &Effort) -> Result<Self, Stopped> {
        Self::of(Cow::Borrowed(geometry), effort)
    }

    /// The same of a geometry that may be its own.
    ///
    /// # Errors
    /// Where the effort ends.
    pub fn of(geometry: Cow<'a, Geometry<f64>>, effort: &Effort) -> Result<Self, Stopped> {
        let prepared = Prepared::of(geometry, effort)?;
        let geometry = prepared.geometry();
        // Long edges are many pieces: how many is known before they are made.
        let mut count = 0;
        each_edge(geometry, &mut |from, to| count += geodesic::piece_count(from, to));
        effort.spend(count * cost::GEODESIC)?;
        let held = effort.hold(count * 2 * size_of::<Piece>())?;
        let mut pieces = Vec::with_capacity(count);
        each_edge(geometry, &mut |from, to| {
            pieces.extend(geodesic::pieces(from, to).map(|(from, to)| Piece::new(from, to)));
        });
        let half =
            |p: &Piece| Haversine.length(&geo::Line::new(p.from, p.to)) / 2.0 * (1.0 + FLATTENING);
        let reach_m = pieces.iter().map(half).fold(0.0, f64::max);
        let entry = |(i, p): (u32, &Piece)| GeomWithData::new(p.middle, i);
        let tree =
            (pieces.len() > FEW).then(|| RTree::bulk_load((0..).zip(&pieces).map(entry).collect()));
        Ok(Self { prepared, pieces, tree, reach_m, _held: held })
    }

    /// Metres to the nearest point, 0 inside a polygon (planar, in degrees); `None` where there is
    /// none within `most_m`.
    ///
    /// # Errors
    /// Where the effort ends.
    pub fn distance_m(
        &self,
        from: Point<f64>,
        most_m: f64,
        effort: &Effort,
    ) -> Result<Option<f64>, Stopped> {
        match self.prepared.encloses(from.0, effort)? {
            true => Ok(Some(0.0)),
            false => self.to_edge_m(from, most_m, effort),
        }
    }

    /// The same to the nearest edge or point.
    fn to_edge_m(
        &self,
        from: Point<f64>,
        most_m: f64,
        effort: &Effort,
    ) -> Result<Option<f64>, Stopped> {
        effort.spend(cost::GEODESIC)?;
        let at = on_sphere(from.into());
        let mut best: Option<f64> = None;
        let mut look = |piece: &Piece, chord_sq: f64| -> Result<bool, Stopped> {
            // No point of a piece is nearer than its middle less its reach.
            let least_m = arc_m(chord_sq) * (1.0 - FLATTENING) - self.reach_m;
            if least_m > best.unwrap_or(most_m) {
                return Ok(false);
            }
            effort.spend(cost::EDGES)?;
            if piece.least_m(at) > best.unwrap_or(most_m) {
                return Ok(true);
            }
            effort.spend(cost::GEODESIC)?;
            let d = geodesic::to_piece_m(from, piece.from, piece.to);
            if d <= best.unwrap_or(most_m) {
                best = Some(d);
            }
            Ok(true)
        };
        match &self.tree {
            None => {
                for piece in &self.pieces {
                    look(piece, chord_sq(at, piece.middle))?;
                }
            }
            Some(tree) => {
                for (entry, chord_sq) in tree.nearest_neighbor_iter_with_distance_2(at) {
                    if !look(&self.pieces[entry.data as usize], chord_sq)? {
                        break;
                    }
                }
            }
        }
        Ok(best)
    }

    /// Metres that a position is away at the least, by the geometry's box: on a sphere, the way to
    /// its parallels, or to the nearer of its meridians.
    fn least_m(&self, at: Coord<f64>) -> f64 {
        let Some(bounds) = self.prepared.bounds() else { return 0.0 };
        let (min, max) = (bounds.min(), bounds.max());
        let up = (min.y - at.y).max(at.y - max.y).max(0.0).to_radians();
        let is_beside = at.x < min.x || at.x > max.x;
        let aside = (min.x - at.x)
            .rem_euclid(360.0)
            .min((at.x - max.x).rem_euclid(360.0))
            .min(90.0)
            .to_radians();
        let across = if is_beside { (at.y.to_radians().cos() * aside.sin()).asin() } else { 0.0 };
        up.max(across) * RADIUS_M * (1.0 - FLATTENING)
    }

    /// Metres between the nearest points of two geometries, 0 where they meet (planar); `None`
    /// where they are further apart than `most_m`, or one is empty. Two lines that do not meet are
    /// nearest at a corner of one of them.
    ///
    /// # Errors
    /// Where the effort ends.
    pub fn between_m(
        &self,
        other: &Outline,
        most_m: f64,
        effort: &Effort,
    ) -> Result<Option<f64>, Stopped> {
        if meet(&self.prepared, &other.prepared, effort)? {
            return Ok(Some(0.0));
        }
        let mut best: Option<f64> = None;
        for (corners, edges) in [(self, other), (other, self)] {
            for corner in corners.prepared.geometry().coords_iter() {
                // Most corners of a country are far from a village.
                effort.spend(cost::POSITION)?;
                if edges.least_m(corner) > best.unwrap_or(most_m) {
                    continue;
                }
                best = edges.to_edge_m(corner.into(), best.unwrap_or(most_m), effort)?.or(best);
            }
        }
        Ok(best)
    }
}

/// Geodesic distance in m from `from` (degrees) to the nearest point of `geometry`; 0 inside a
/// polygon (planar, in degrees), `None` for an empty geometry. Edges are straight in degrees, as
/// RFC 7946 says; the nearest point of an edge is found to 0.1 m along it, which leaves far less
/// than that in the distance.
///
/// # Errors
/// Where the effort ends.
pub fn distance_to_m(
    from: Point<f64>,
    geometry: &Geometry<f64>,
    effort: &Effort,
) -> Result<Option<f64>, Stopped> {
    match geometry {
        Geometry::Point(p) => {
            effort.spend(cost::GEODESIC)?;
            Ok(Some(geodesic::distance_m(from, *p)))
        }
        other => Outline::new(other, effort)?.distance_m(from, f64::INFINITY, effort),
    }
}

/// Calls `visit` with the ends of every edge; a point is an edge from itself to itself.
fn each_edge(geometry: &Geometry<f64>, visit: &mut dyn FnMut(Coord<f64>, Coord<f64>)) {
    let mut line = |line: &LineString<f64>| match line.0.as_slice() {
        [only] => visit(*only, *only),
        _ => line.lines().for_each(|l| visit(l.start, l.end)),
    };
    match geometry {
        Geometry::Point(p) => visit(p.0, p.0),
        Geometry::MultiPoint(points) => points.iter().for_each(|p| visit(p.0, p.0)),
        Geometry::Line(l) => visit(l.start, l.end),
        Geometry::LineString(l) => line(l),
        Geometry::MultiLineString(lines) => lines.iter().for_each(line),
        Geometry::Polygon(p) => geodesic::rings(p).for_each(line),
        Geometry::MultiPolygon(m) => m.iter().flat_map(geodesic::rings).for_each(line),
        Geometry::Rect(r) => line(r.to_polygon().exterior()),
        Geometry::Triangle(t) => line(t.to_polygon().exterior()),
        Geometry::GeometryCollection(all) => all.iter().for_each(|g| each_edge(g, visit)),
    }
}

impl Piece {
    fn new(from: Coord<f64>, to: Coord<f64>) -> Self {
        let middle = on_sphere(Coord { x: (from.x + to.x) / 2.0, y: (from.y + to.y) / 2.0 });
        let ends = [on_sphere(from), on_sphere(to)];
        // It bends away from the great circle no more than twice as a parallel does, and that from
        // the straight line by its sagitta: both a square of its length over eight radii.
        let length = (to.x - from.x).to_radians().hypot((to.y - from.y).to_radians());
        let latitude = from.y.abs().max(to.y.abs());
        let bend = 1.0 + 2.0 * latitude.to_radians().tan();
        let is_far_north = latitude > MOST_LATITUDE;
        let off = if is_far_north { length } else { length.min(length * length * bend / 8.0) };
        Self { from, to, middle, ends, off }
    }

    /// Metres that a place on the unit sphere is away at the least.
    fn least_m(&self, at: [f64; 3]) -> f64 {
        let [a, b] = self.ends;
        let along: f64 = (0..3).map(|i| (at[i] - a[i]) * (b[i] - a[i])).sum();
        let t = (along / chord_sq(a, b).max(f64::MIN_POSITIVE)).clamp(0.0, 1.0);
        let near = [0, 1, 2].map(|i| a[i] + t * (b[i] - a[i]));
        let apart = (chord_sq(at, near).sqrt() - self.off).max(0.0);
        arc_m(apart * apart) * (1.0 - FLATTENING)
    }
}

/// Beyond it, degrees, a parallel bends so much that pieces are not told apart by their ends.
const MOST_LATITUDE: f64 = 80.0;

fn on_sphere(c: Coord<f64>) -> [f64; 3] {
    let ((sin_x, cos_x), (sin_y, cos_y)) = (c.x.to_radians().sin_cos(), c.y.to_radians().sin_cos());
    [cos_y * cos_x, cos_y * sin_x, sin_y]
}

fn chord_sq(a: [f64; 3], b: [f64; 3]) -> f64 {
    (0..3).map(|i| (a[i] - b[i]).powi(2)).sum()
}

/// The length on the sphere of the arc over a chord of the unit sphere, m.
fn arc_m(chord_sq: f64) -> f64 {
    2.0 * RADIUS_M * (chord_sq.sqrt() / 2.0).min(1.0).asin()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distance_to_a_polygon_is_zero_inside_and_to_its_edge_outside() {
        let square = Geometry::Polygon(geo::Rect::new((46.0, 39.0), (47.0, 40.0)).to_polygon());
        assert_eq!(
            distance_to_m(Point::new(46.5, 39.5), &square, &Effort::default()),
            Ok(Some(0.0))
        );
        let d =
            distance_to_m(Point::new(47.1, 39.5), &square, &Effort::default()).unwrap().unwrap();
        assert!((d - 8_600.0).abs() < 20.0, "{d}");
    }

    #[test]
    fn distance_to_a_long_edge_is_that_of_its_nearest_point() {
        let (a, b) = (Coord { x: -100.0, y: 10.0 }, Coord { x: 100.0, y: 60.0 });
        let from = Point::new(0.0, 70.0);
        let sampled = (0..=200_000).map(|i| f64::from(i) / 200_000.0);
        let sampled = sampled.map(|t| {
            geodesic::distance_m(from, Point::new(a.x + t * (b.x - a.x), a.y + t * (b.y - a.y)))
        });
        let d = distance_to_m(from, &Geometry::Line(geo::Line::new(a, b)), &Effort::default())
            .unwrap()
            .unwrap();
        assert!((d - sampled.fold(f64::MAX, f64::min)).abs() < 0.5, "{d}");
    }

    proptest::proptest! {
        #[test]
        fn what_is_passed_over_is_never_nearest(
            a in proptest::collection::vec((-180.0..180.0f64, -89.0..89.0f64), 1..6),
            b in proptest::collection::vec((-4.0..4.0f64, -4.0..4.0f64), 1..6),
            lon in -176.0..176.0f64, lat in -85.0..85.0f64, most_m in 1.0..9_000_000.0f64,
        ) {
            let points = |all: Vec<(f64, f64)>| {
                Geometry::MultiPoint(all.into_iter().map(Point::from).collect())
            };
            let near = points(b.iter().map(|(x, y)| (lon + x, lat + y)).collect());
            let far = points(a);
            let effort = Effort::default();
            let outline = |geometry| Outline::new(geometry, &effort).unwrap();
            let (a, b) = (outline(&far), outline(&near));
            let all = far.coords_iter().flat_map(|p| near.coords_iter().map(move |q| (p, q)));
            let least = all
                .map(|(p, q)| geodesic::distance_m(p.into(), q.into()))
                .fold(f64::INFINITY, f64::min);
            let expected = (least <= most_m).then_some(least);
            proptest::prop_assert_eq!(a.between_m(&b, most_m, &effort).unwrap(), expected);
            let unbounded = b.between_m(&a, f64::INFINITY, &effort).unwrap();
            proptest::prop_assert_eq!(unbounded, Some(least));
        }
    }
}
