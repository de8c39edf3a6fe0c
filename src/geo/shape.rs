//! Projected geometry, cut into the parts that are indexed and drawn one by one.
//!
//! A [`Shape`] is one point, one line or one polygon in the unit square; multi-geometries and
//! collections give several. Rings are closed (first point repeated) and keep the source's order:
//! exterior first.

use geo::geometry as g;

use super::{World, WorldBox};

/// One drawable part of a feature's geometry.
#[derive(Debug, Clone, PartialEq)]
pub enum Shape {
    Point(World),
    Line(Vec<World>),
    /// Exterior ring first, then the holes.
    Polygon(Vec<Vec<World>>),
}

/// What a [`Shape`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Point,
    Line,
    Polygon,
}

impl Shape {
    pub fn kind(&self) -> Kind {
        match self {
            Shape::Point(_) => Kind::Point,
            Shape::Line(_) => Kind::Line,
            Shape::Polygon(_) => Kind::Polygon,
        }
    }

    /// All its positions; the first of a ring comes twice.
    pub fn vertices(&self) -> impl Iterator<Item = World> + '_ {
        let (point, lines) = match self {
            Shape::Point(p) => (Some(*p), [].as_slice()),
            Shape::Line(line) => (None, std::slice::from_ref(line)),
            Shape::Polygon(rings) => (None, rings.as_slice()),
        };
        point.into_iter().chain(lines.iter().flatten().copied())
    }

    /// Its line, or its rings.
    pub fn chains(&self) -> impl Iterator<Item = &[World]> + Clone {
        let lines = match self {
            Shape::Point(_) => [].as_slice(),
            Shape::Line(line) => std::slice::from_ref(line),
            Shape::Polygon(rings) => rings.as_slice(),
        };
        lines.iter().map(Vec::as_slice)
    }

    /// How many positions it has.
    pub fn positions(&self) -> usize {
        match self {
            Shape::Point(_) => 1,
            Shape::Line(line) => line.len(),
            Shape::Polygon(rings) => rings.iter().map(Vec::len).sum(),
        }
    }

    /// The envelope; `None` for an empty line or polygon.
    pub fn bounds(&self) -> Option<WorldBox> {
        match self {
            Shape::Point(p) => Some(WorldBox { min: *p, max: *p }),
            Shape::Line(line) => WorldBox::around(line),
            // A hole may reach outside its exterior in careless data, and is painted there.
            Shape::Polygon(rings) => WorldBox::around(rings.iter().flatten()),
        }
    }
}

/// The parts of a geometry in degrees (EPSG:4326), projected, in source order; empty geometries
/// give none.
pub fn shapes_of(geometry: &g::Geometry<f64>) -> Vec<Shape> {
    let mut shapes = Vec::new();
    collect(geometry, &mut shapes);
    shapes
}

fn collect(geometry: &g::Geometry<f64>, out: &mut Vec<Shape>) {
    match geometry {
        g::Geometry::Point(p) => out.push(Shape::Point(project(p.0))),
        g::Geometry::MultiPoint(points) => {
            out.extend(points.iter().map(|p| Shape::Point(project(p.0))))
        }
        g::Geometry::Line(l) => out.push(Shape::Line(vec![project(l.start), project(l.end)])),
        g::Geometry::LineString(line) => push_line(line, out),
        g::Geometry::MultiLineString(lines) => lines.iter().for_each(|l| push_line(l, out)),
        g::Geometry::Polygon(polygon) => push_polygon(polygon, out),
        g::Geometry::MultiPolygon(polygons) => polygons.iter().for_each(|p| push_polygon(p, out)),
        g::Geometry::Rect(r) => push_polygon(&r.to_polygon(), out),
        g::Geometry::Triangle(t) => push_polygon(&t.to_polygon(), out),
        g::Geometry::GeometryCollection(all) => all.iter().for_each(|one| collect(one, out)),
    }
}

fn push_line(line: &g::LineString<f64>, out: &mut Vec<Shape>) {
    if line.0.len() > 1 {
        out.push(Shape::Line(project_all(line)));
    }
}

fn push_polygon(polygon: &g::Polygon<f64>, out: &mut Vec<Shape>) {
    if polygon.exterior().0.len() > 3 {
        let rings = std::iter::once(polygon.exterior()).chain(polygon.interiors());
        out.push(Shape::Polygon(rings.map(project_all).collect()));
    }
}

fn project_all(line: &g::LineString<f64>) -> Vec<World> {
    line.coords().map(|c| project(*c)).collect()
}

fn project(c: g::Coord<f64>) -> World {
    World::from_degrees(c.x, c.y)
}
