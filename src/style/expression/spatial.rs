//! `within` and `distance`: where a feature lies relative to a geometry written into the style.
//!
//! Both see the feature's own coordinates, rounded to a grid of the Web Mercator square: fine
//! enough in pictures that nothing is lost, and as coarse as a vector tile's where an answer must
//! equal that of a client that draws tiles.

use geo::algorithm::Distance as _;
use geo::algorithm::{CoordsIter as _, MapCoords as _};
use geo::geometry::{Coord, Geometry, LineString, MultiPolygon, Polygon};
use serde_json::Value as Json;

use super::Context;
use crate::feature::geometry;
use crate::geo::World;

/// The polygons of a GeoJSON object; `None` where it has none.
pub(super) fn polygons(json: &Json) -> Option<Geometry<f64>> {
    let mut found: Vec<Polygon<f64>> = Vec::new();
    for geometry in geometries(json)? {
        match geometry {
            Geometry::Polygon(p) => found.push(p),
            Geometry::MultiPolygon(all) => found.extend(all),
            _ => {}
        }
    }
    (!found.is_empty()).then_some(Geometry::MultiPolygon(MultiPolygon(found)))
}

/// Any GeoJSON object as one geometry; `None` where it has none.
pub(super) fn geometry(json: &Json) -> Option<Geometry<f64>> {
    let found = geometries(json)?;
    (!found.is_empty()).then_some(Geometry::GeometryCollection(found.into()))
}

/// The geometries of a collection, of a feature, or the geometry itself; `None` where the object is
/// none of these. What is written into a style is refused as a whole where it is wrong.
fn geometries(json: &Json) -> Option<Vec<Geometry<f64>>> {
    match json.get("type")?.as_str()? {
        "FeatureCollection" => {
            json.get("features")?.as_array()?.iter().map(|f| one(f.get("geometry")?)).collect()
        }
        "Feature" => Some(vec![one(json.get("geometry")?)?]),
        _ => Some(vec![one(json)?]),
    }
}

/// A geometry that is no collection and not empty.
fn one(json: &Json) -> Option<Geometry<f64>> {
    let read = geometry::as_given(json, usize::MAX).ok()?;
    let near = read.coords_iter().all(|c| c.x.abs() <= FAR && c.y.abs() <= FAR);
    let filled = match &read {
        Geometry::LineString(line) => !line.0.is_empty(),
        Geometry::MultiLineString(lines) => lines.iter().all(|l| !l.0.is_empty()),
        Geometry::Polygon(p) => is_filled(p),
        Geometry::MultiPolygon(all) => all.iter().all(is_filled),
        Geometry::GeometryCollection(_) => false,
        _ => true,
    };
    (near && filled).then_some(read)
}

/// Degrees beyond which nobody means a place.
const FAR: f64 = 1e6;

fn is_filled(polygon: &Polygon<f64>) -> bool {
    std::iter::once(polygon.exterior()).chain(polygon.interiors()).all(|ring| !ring.0.is_empty())
}

/// A position on the grid.
type Point = (i128, i128);

struct Grid {
    /// Steps around the world.
    size: f64,
}

impl Grid {
    fn new(zoom: u8) -> Self {
        Self { size: 8192.0 * f64::from(zoom).exp2() }
    }

    fn point(&self, c: Coord<f64>) -> Point {
        let at = World::from_degrees(c.x, c.y);
        ((at.x * self.size).round() as i128, (at.y * self.size).round() as i128)
    }

    fn points(&self, line: &LineString<f64>) -> Vec<Point> {
        line.coords().map(|c| self.point(*c)).collect()
    }

    /// The point's copy that is nearest the range of `x`, where it lies over half a world away.
    fn beside(&self, p: Point, (west, east): (i128, i128)) -> Point {
        let world = self.size as i128;
        let half = world / 2;
        if p.0 - west > half || p.0 - east > half {
            (p.0 - world, p.1)
        } else if west - p.0 > half || east - p.0 > half {
            (p.0 + world, p.1)
        } else {
            p
        }
    }
}

/// Whether the feature, a point or a line, lies inside the polygons, not touching their edges.
pub(super) fn within(context: &Context, polygons: &Geometry<f64>) -> bool {
    let (Some(feature), Geometry::MultiPolygon(polygons)) = (context.feature, polygons) else {
        return false;
    };
    let grid = Grid::new(context.grid_zoom);
    let polygons: Vec<Vec<Vec<Point>>> = polygons
        .iter()
        .map(|p| {
            std::iter::once(p.exterior()).chain(p.interiors()).map(|r| grid.points(r)).collect()
        })
        .collect();
    let all = || polygons.iter().flatten().flatten();
    let (Some(west), Some(east)) = (all().map(|p| p.0).min(), all().map(|p| p.0).max()) else {
        return false;
    };
    let beside = |p: Point| if p.0 < west || p.0 > east { grid.beside(p, (west, east)) } else { p };
    let mut lines: Vec<Vec<Point>> = Vec::new();
    match &feature.geometry {
        Geometry::Point(_) | Geometry::MultiPoint(_) => {
            return feature.geometry.coords_iter().all(|c| {
                let p = beside(grid.point(c));
                polygons.iter().any(|rings| holds(rings, p))
            });
        }
        Geometry::LineString(line) => lines.push(grid.points(line)),
        Geometry::MultiLineString(all) => lines.extend(all.iter().map(|l| grid.points(l))),
        _ => return false,
    }
    let xs = || lines.iter().flatten().map(|p| p.0);
    let (Some(min), Some(max)) = (xs().min(), xs().max()) else { return false };
    if max - min <= grid.size as i128 / 2 {
        lines.iter_mut().flatten().for_each(|p| *p = beside(*p));
    }
    lines.iter().all(|line| polygons.iter().any(|rings| holds_line(rings, line)))
}

fn holds_line(rings: &[Vec<Point>], line: &[Point]) -> bool {
    let crosses = |a: Point, b: Point| {
        rings
            .iter()
            .flat_map(|ring| ring.windows(2))
            .any(|edge| parts(edge[0], edge[1], a, b) && parts(a, b, edge[0], edge[1]))
    };
    line.iter().all(|p| holds(rings, *p)) && !line.windows(2).any(|s| crosses(s[0], s[1]))
}

/// Twice the area of the triangle, with its winding as the sign.
fn cross(a: Point, b: Point, c: Point) -> i128 {
    (b.0 - a.0) * (c.1 - a.1) - (c.0 - a.0) * (b.1 - a.1)
}

/// Whether `p` and `q` lie on different sides of the line through `a` and `b`.
fn parts(a: Point, b: Point, p: Point, q: Point) -> bool {
    cross(a, b, p).signum() * cross(a, b, q).signum() < 0
}

/// Whether the point is inside, not on an edge.
fn holds(rings: &[Vec<Point>], p: Point) -> bool {
    let mut inside = false;
    for edge in rings.iter().flat_map(|ring| ring.windows(2)) {
        let (a, b) = (edge[0], edge[1]);
        let turn = cross(a, b, p);
        let between = (p.0 - a.0) * (p.0 - b.0) <= 0 && (p.1 - a.1) * (p.1 - b.1) <= 0;
        if turn == 0 && between {
            return false;
        }
        // The edge crosses the ray to the east of the point.
        if (a.1 > p.1) != (b.1 > p.1) && (turn > 0) == (b.1 > a.1) {
            inside = !inside;
        }
    }
    inside
}

/// The distance in metres from the feature to the geometry, 0 where they touch; NaN without a
/// feature.
///
/// Measured in a plane through the feature's first position, with the ellipsoid's own radii there
/// (the formulas of Wikipedia's "Earth radius", as cheap-ruler has them): within 0.1 % up to some
/// hundred kilometres.
pub(super) fn distance_m(context: &Context, geometry: &Geometry<f64>) -> f64 {
    let Some(feature) = context.feature else { return f64::NAN };
    let grid = Grid::new(context.grid_zoom);
    let Some(first) = feature.geometry.coords_iter().next() else { return f64::NAN };
    let on_grid = |c: Coord<f64>| {
        let (x, y) = grid.point(c);
        let (lon, lat) = World { x: x as f64 / grid.size, y: y as f64 / grid.size }.to_degrees();
        Coord { x: lon, y: lat }
    };
    let origin = on_grid(first);
    let scale = metres_per_degree(origin.y);
    let wrapped = |degrees: f64| (degrees + 180.0).rem_euclid(360.0) - 180.0;
    let plane = |c: Coord<f64>| Coord {
        x: wrapped(c.x - origin.x) * scale.x,
        y: (c.y - origin.y) * scale.y,
    };
    let here = feature.geometry.map_coords(|c| plane(on_grid(c)));
    geo::algorithm::Euclidean.distance(&here, &geometry.map_coords(plane))
}

/// Metres per degree of longitude and latitude on the WGS84 ellipsoid at a latitude in degrees.
fn metres_per_degree(lat: f64) -> Coord<f64> {
    const FLATTENING: f64 = 1.0 / 298.257_223_563;
    const ECCENTRICITY_SQ: f64 = FLATTENING * (2.0 - FLATTENING);
    let per_degree = 6_378_137f64.to_radians();
    let cos = lat.to_radians().cos();
    let w_sq = 1.0 / (1.0 - ECCENTRICITY_SQ * (1.0 - cos * cos));
    let w = w_sq.sqrt();
    Coord { x: per_degree * w * cos, y: per_degree * w * w_sq * (1.0 - ECCENTRICITY_SQ) }
}
