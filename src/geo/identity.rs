//! What tells geometries apart.

use geo::geometry::{Coord, Geometry, LineString, Point, Polygon};

use crate::identity::{Identified, Identity};

impl Identified for Coord<f64> {
    fn identify(&self, to: &mut Identity) {
        (self.x, self.y).identify(to);
    }
}

impl Identified for Point<f64> {
    fn identify(&self, to: &mut Identity) {
        self.0.identify(to);
    }
}

impl Identified for LineString<f64> {
    fn identify(&self, to: &mut Identity) {
        self.0.identify(to);
    }
}

impl Identified for Polygon<f64> {
    fn identify(&self, to: &mut Identity) {
        (self.exterior(), self.interiors()).identify(to);
    }
}

impl Identified for Geometry<f64> {
    fn identify(&self, to: &mut Identity) {
        match self {
            Geometry::Point(p) => (0u8, *p).identify(to),
            Geometry::Line(l) => (1u8, l.start, l.end).identify(to),
            Geometry::LineString(l) => (2u8, l).identify(to),
            Geometry::Polygon(p) => (3u8, p).identify(to),
            Geometry::MultiPoint(m) => (4u8, &m.0).identify(to),
            Geometry::MultiLineString(m) => (5u8, &m.0).identify(to),
            Geometry::MultiPolygon(m) => (6u8, &m.0).identify(to),
            Geometry::GeometryCollection(c) => (7u8, &c.0).identify(to),
            Geometry::Rect(r) => (8u8, r.min(), r.max()).identify(to),
            Geometry::Triangle(t) => (9u8, t.v1(), (t.v2(), t.v3())).identify(to),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use geo::MultiPoint;

    #[test]
    fn geometries_of_the_same_positions_differ() {
        let of = |geometry: Geometry<f64>| Identity::of_kind("test").with(&geometry).number();
        let at = [Coord { x: 1.0, y: 2.0 }, Coord { x: 3.0, y: 4.0 }];
        let line = of(LineString(at.to_vec()).into());
        assert_eq!(line, of(LineString(at.to_vec()).into()));
        assert_ne!(line, of(LineString(vec![at[1], at[0]]).into()));
        assert_ne!(line, of(MultiPoint(at.map(Point).to_vec()).into()));
    }
}
