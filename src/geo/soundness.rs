//! Whether a geometry that someone gave is one that questions can be asked of: on the Earth, and not crossing itself.

use std::fmt;

use geo::geometry::{Coord, Geometry, Line, LineString, Polygon};
use geo::line_intersection::{LineIntersection, line_intersection};
use rstar::primitives::{GeomWithData, Rectangle};
use rstar::{RTree, RTreeObject as _};

/// What is wrong with a geometry.
#[derive(Debug, Clone, PartialEq)]
pub enum Fault {
    /// Not a place on the Earth, degrees.
    OffEarth(f64, f64),
    /// The outline of a polygon crosses or touches itself along a stretch, near a position in degrees.
    Crosses(f64, f64),
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::OffEarth(x, y) => {
                write!(f, "{x:?},{y:?} is no place on the Earth: longitude -180..180, then latitude -90..90")
            }
            Fault::Crosses(x, y) => write!(f, "the polygon's outline crosses itself near {x:.6},{y:.6}; mend it there"),
        }
    }
}

/// The first fault of a geometry in degrees.
pub fn fault(geometry: &Geometry<f64>) -> Option<Fault> {
    use geo::CoordsIter;
    let off = geometry.coords_iter().find(|c| !(c.x.abs() <= 180.0 && c.y.abs() <= 90.0));
    if let Some(c) = off {
        return Some(Fault::OffEarth(c.x, c.y));
    }
    match geometry {
        Geometry::Polygon(p) => crossing(p),
        Geometry::MultiPolygon(m) => m.iter().find_map(crossing),
        Geometry::GeometryCollection(all) => all.iter().find_map(fault),
        _ => None,
    }
}

type Edge = GeomWithData<Rectangle<[f64; 2]>, usize>;

/// Where the outline of a polygon crosses itself; rings may touch in points.
fn crossing(polygon: &Polygon<f64>) -> Option<Fault> {
    let rings: Vec<&LineString<f64>> = std::iter::once(polygon.exterior()).chain(polygon.interiors()).collect();
    let lines: Vec<Line<f64>> = rings.iter().flat_map(|r| r.lines()).filter(|l| l.start != l.end).collect();
    let envelope = |l: &Line<f64>| Rectangle::from_corners([l.start.x, l.start.y], [l.end.x, l.end.y]);
    let edges: Vec<Edge> = lines.iter().enumerate().map(|(i, l)| GeomWithData::new(envelope(l), i)).collect();
    let tree = RTree::bulk_load(edges);
    for (i, line) in lines.iter().enumerate() {
        for near in tree.locate_in_envelope_intersecting(envelope(line).envelope()) {
            if near.data <= i {
                continue;
            }
            let at: Coord<f64> = match line_intersection(*line, lines[near.data]) {
                Some(LineIntersection::SinglePoint { intersection, is_proper: true }) => intersection,
                Some(LineIntersection::Collinear { intersection }) if intersection.start != intersection.end => {
                    intersection.start
                }
                _ => continue,
            };
            return Some(Fault::Crosses(at.x, at.y));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use geo::polygon;

    #[test]
    fn bow_ties_and_places_off_the_earth_are_told() {
        let bow: Geometry<f64> =
            polygon![(x: 0.0, y: 0.0), (x: 1.0, y: 1.0), (x: 1.0, y: 0.0), (x: 0.0, y: 1.0)].into();
        assert_eq!(fault(&bow), Some(Fault::Crosses(0.5, 0.5)));
        let square: Geometry<f64> =
            polygon![(x: 0.0, y: 0.0), (x: 1.0, y: 0.0), (x: 1.0, y: 1.0), (x: 0.0, y: 1.0)].into();
        assert_eq!(fault(&square), None);
        let off = Geometry::Point(geo::Point::new(90.0, 180.0));
        assert_eq!(fault(&off), Some(Fault::OffEarth(90.0, 180.0)));
        assert!(matches!(fault(&Geometry::Point(geo::Point::new(f64::NAN, 0.0))), Some(Fault::OffEarth(..))));
    }
}
