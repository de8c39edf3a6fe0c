//! Whether a geometry that someone gave is one that questions can be asked of: on the Earth, and not crossing itself.

use std::fmt;
use std::ops::ControlFlow;

use geo::geometry::{Coord, Geometry, Polygon};

use super::effort::{Effort, Stopped, cost};
use super::relate::{Edge, Meeting, own_pairs};

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

/// The first fault of a geometry in degrees. Lines may cross themselves.
///
/// # Errors
/// Where the effort ends.
pub fn fault(geometry: &Geometry<f64>, effort: &Effort) -> Result<Option<Fault>, Stopped> {
    use geo::CoordsIter;
    let off = geometry.coords_iter().find(|c| !(c.x.abs() <= 180.0 && c.y.abs() <= 90.0));
    if let Some(c) = off {
        return Ok(Some(Fault::OffEarth(c.x, c.y)));
    }
    let mut polygons = Vec::new();
    gather(geometry, &mut polygons);
    for polygon in polygons {
        if let Some(at) = crossing(polygon, effort)? {
            return Ok(Some(Fault::Crosses(at.x, at.y)));
        }
    }
    Ok(None)
}

fn gather<'a>(geometry: &'a Geometry<f64>, out: &mut Vec<&'a Polygon<f64>>) {
    match geometry {
        Geometry::Polygon(p) => out.push(p),
        Geometry::MultiPolygon(m) => out.extend(m.iter()),
        Geometry::GeometryCollection(all) => all.iter().for_each(|g| gather(g, out)),
        _ => {}
    }
}

/// Where the outline of a polygon crosses itself; rings may touch in positions.
fn crossing(polygon: &Polygon<f64>, effort: &Effort) -> Result<Option<Coord<f64>>, Stopped> {
    let lines = super::geodesic::rings(polygon).flat_map(|ring| ring.lines()).filter(|l| l.start != l.end);
    let edges: Vec<(u32, Edge)> =
        (0..).zip(lines.map(|line| Edge { from: line.start, to: line.end, part: 0 })).collect();
    let mut found = None;
    own_pairs(&edges, effort, &mut |i, j| {
        let (a, b) = (edges[i as usize].1, edges[j as usize].1);
        let at = match a.meeting(&b) {
            Some(Meeting::Crossing) => a.crossing(&b),
            Some(Meeting::Overlap(from, _)) => from,
            Some(Meeting::Touch(_)) | None => return ControlFlow::Continue(cost::EDGES),
        };
        found = Some(at);
        ControlFlow::Break(())
    })?;
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use geo::polygon;

    #[test]
    fn bow_ties_and_places_off_the_earth_are_told() {
        let fault = |geometry: &Geometry<f64>| super::fault(geometry, &Effort::default()).unwrap();
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
