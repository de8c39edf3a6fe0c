//! Coordinates of GeoJSON geometry, before they are geometry.

use geo::geometry::Coord;
use geojson::Position;

use crate::geo::round::MOST_LONGITUDE;

/// Coordinates of one geometry, each position a `P`.
#[derive(Debug, Clone, PartialEq)]
pub enum Coordinates<P> {
    Point(P),
    MultiPoint(Vec<P>),
    LineString(Vec<P>),
    MultiLineString(Vec<Vec<P>>),
    Polygon(Vec<Vec<P>>),
    MultiPolygon(Vec<Vec<Vec<P>>>),
}

/// The numbers of a position.
pub(super) trait Numbers {
    fn numbers(&self) -> &[f64];
}

impl Numbers for Position {
    fn numbers(&self) -> &[f64] {
        self.as_slice()
    }
}

impl Numbers for [f64; 2] {
    fn numbers(&self) -> &[f64] {
        self
    }
}

/// Degrees that arithmetic may have moved a position by.
const ROUNDING: f64 = 1e-9;

/// A position that lies on the Earth, or within a turn of it.
pub(super) fn in_degrees(p: &[f64]) -> Option<Coord<f64>> {
    let [x, y, ..] = *p else { return None };
    // Rounding leaves places on the antimeridian and the poles a little off them.
    let settled =
        |v: f64, end: f64| if (v.abs() - end).abs() < ROUNDING { end.copysign(v) } else { v };
    let (x, y) = (settled(x, 180.0), settled(y, 90.0));
    // Numbers of 32 bits lie up to 2e-5 past 180.
    let x = if (180.0..180.000_1).contains(&x.abs()) { 180.0_f64.copysign(x) } else { x };
    (x.abs() <= MOST_LONGITUDE && y.abs() <= 90.0).then_some(Coord { x, y })
}
