//! Geodesic distance between geometries of any size: the corners of each measured from the edges of the other, found
//! through a tree.

use geo::geometry::{Coord, Geometry, LineString, Point};
use geo::{BoundingRect, Contains, CoordsIter, Haversine, Intersects, Length, Relate};
use rstar::RTree;
use rstar::primitives::GeomWithData;

use super::geodesic;

/// The mean radius of the Earth, m, of the sphere that bounds are made on.
const RADIUS_M: f64 = 6_371_008.8;
/// More than the sphere's distances can be off the ellipsoid's, as a fraction.
const FLATTENING: f64 = 0.006;
/// Fewer pieces are looked at one by one.
const FEW: usize = 24;

/// A geometry in degrees, ready to be measured from. Edges are straight in degrees, as RFC 7946 says.
pub struct Outline<'a> {
    geometry: &'a Geometry<f64>,
    pieces: Vec<Piece>,
    tree: Option<RTree<GeomWithData<[f64; 3], u32>>>,
    /// No piece reaches further from its middle, m.
    reach_m: f64,
}

/// A piece of an edge, short enough to have one point nearest to any other; a point is a piece of no length.
struct Piece {
    from: Coord<f64>,
    to: Coord<f64>,
    /// On the unit sphere.
    middle: [f64; 3],
}

impl<'a> Outline<'a> {
    pub fn new(geometry: &'a Geometry<f64>) -> Self {
        let mut pieces = Vec::with_capacity(geometry.coords_count());
        gather(geometry, &mut pieces);
        let half = |p: &Piece| Haversine.length(&geo::Line::new(p.from, p.to)) / 2.0 * (1.0 + FLATTENING);
        let reach_m = pieces.iter().map(half).fold(0.0, f64::max);
        let entry = |(i, p): (u32, &Piece)| GeomWithData::new(p.middle, i);
        let tree = (pieces.len() > FEW).then(|| RTree::bulk_load((0..).zip(&pieces).map(entry).collect()));
        Self { geometry, pieces, tree, reach_m }
    }

    /// Metres to the nearest point, 0 inside a polygon (planar, in degrees); `None` where there is none within `most_m`.
    pub fn distance_m(&self, from: Point<f64>, most_m: f64) -> Option<f64> {
        if is_inside(from, self.geometry) {
            return Some(0.0);
        }
        let at = on_sphere(from.into());
        let mut best: Option<f64> = None;
        let mut look = |piece: &Piece, chord_sq: f64| -> bool {
            // No point of a piece is nearer than its middle less its reach.
            let least_m = arc_m(chord_sq) * (1.0 - FLATTENING) - self.reach_m;
            if least_m > best.unwrap_or(most_m) {
                return false;
            }
            let d = geodesic::to_piece_m(from, piece.from, piece.to);
            if d <= best.unwrap_or(most_m) {
                best = Some(d);
            }
            true
        };
        match &self.tree {
            None => self.pieces.iter().for_each(|p| {
                look(p, chord_sq(at, p.middle));
            }),
            Some(tree) => {
                for (entry, chord_sq) in tree.nearest_neighbor_iter_with_distance_2(at) {
                    if !look(&self.pieces[entry.data as usize], chord_sq) {
                        break;
                    }
                }
            }
        }
        best
    }

    /// Metres between the nearest points of two geometries, 0 where they meet (planar); `None` where they are further
    /// apart than `most_m`, or one is empty. Two lines that do not meet are nearest at a corner of one of them.
    pub fn between_m(&self, other: &Outline, most_m: f64) -> Option<f64> {
        if meet(self.geometry, other.geometry) {
            return Some(0.0);
        }
        let mut best: Option<f64> = None;
        for (corners, edges) in [(self, other), (other, self)] {
            for corner in corners.geometry.coords_iter() {
                best = edges.distance_m(corner.into(), best.unwrap_or(most_m)).or(best);
            }
        }
        best
    }
}

/// Whether two geometries share a point, in the plane.
pub fn meet(a: &Geometry<f64>, b: &Geometry<f64>) -> bool {
    let apart = |(a, b): (geo::Rect<f64>, geo::Rect<f64>)| !a.intersects(&b);
    if a.bounding_rect().zip(b.bounding_rect()).is_none_or(apart) {
        return false;
    }
    let begins_in = |a: &Geometry<f64>, b| a.coords_iter().next().is_some_and(|c| is_inside(c.into(), b));
    if begins_in(a, b) || begins_in(b, a) {
        return true;
    }
    // Comparing each edge with each is fast only where there are few.
    const MANY: usize = 20_000;
    match a.coords_count().saturating_mul(b.coords_count()) {
        few if few <= MANY => a.intersects(b),
        _ if a.coords_count().min(b.coords_count()) <= 2 => a.intersects(b),
        _ => a.relate(b).is_intersects(),
    }
}

fn is_inside(point: Point<f64>, geometry: &Geometry<f64>) -> bool {
    match geometry {
        Geometry::Polygon(p) => p.contains(&point),
        Geometry::MultiPolygon(m) => m.iter().any(|p| p.contains(&point)),
        Geometry::Rect(r) => r.contains(&point),
        Geometry::Triangle(t) => t.contains(&point),
        Geometry::GeometryCollection(all) => all.iter().any(|g| is_inside(point, g)),
        _ => false,
    }
}

fn gather(geometry: &Geometry<f64>, out: &mut Vec<Piece>) {
    let mut line = |line: &LineString<f64>| {
        if let [only] = line.0.as_slice() {
            out.push(Piece::new(*only, *only));
        }
        line.lines().for_each(|l| out.extend(geodesic::pieces(l.start, l.end).map(|(a, b)| Piece::new(a, b))));
    };
    match geometry {
        Geometry::Point(p) => out.push(Piece::new(p.0, p.0)),
        Geometry::MultiPoint(points) => out.extend(points.iter().map(|p| Piece::new(p.0, p.0))),
        Geometry::Line(l) => line(&(*l).into()),
        Geometry::LineString(l) => line(l),
        Geometry::MultiLineString(lines) => lines.iter().for_each(line),
        Geometry::Polygon(p) => geodesic::rings(p).for_each(line),
        Geometry::MultiPolygon(m) => m.iter().flat_map(geodesic::rings).for_each(line),
        Geometry::Rect(r) => line(r.to_polygon().exterior()),
        Geometry::Triangle(t) => line(t.to_polygon().exterior()),
        Geometry::GeometryCollection(all) => all.iter().for_each(|g| gather(g, out)),
    }
}

impl Piece {
    fn new(from: Coord<f64>, to: Coord<f64>) -> Self {
        let middle = on_sphere(Coord { x: (from.x + to.x) / 2.0, y: (from.y + to.y) / 2.0 });
        Self { from, to, middle }
    }
}

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
