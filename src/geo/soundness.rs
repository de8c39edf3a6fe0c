//! Whether a geometry that someone gave is one that questions can be asked of: on the Earth, and
//! not crossing itself. What a question gives is refused where it is not; data is mended.

use std::fmt;
use std::ops::ControlFlow;

use geo::geometry::{Coord, Geometry, MultiPolygon, Polygon};
use geo::{Area, BoundingRect, Contains, InteriorPoint};

use super::effort::{Effort, Stopped, cost};
use super::overlay;
use super::relate::{Edge, Location, Meeting, Prepared, own_pairs};

/// What is wrong with a geometry.
#[derive(Debug, Clone, PartialEq)]
pub enum Fault {
    /// Not a place on the Earth, degrees.
    OffEarth(f64, f64),
    /// The outline of a polygon crosses or touches itself along a stretch, near a position in
    /// degrees.
    Crosses(f64, f64),
    /// A hole lies outside its polygon, at a position in degrees.
    HoleOutside(f64, f64),
    /// Polygons of one geometry lie over one another, near a position in degrees.
    Overlap(f64, f64),
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::OffEarth(x, y) => {
                write!(
                    f,
                    "{x:?},{y:?} is no place on the Earth: longitude -180..180, then latitude \
                     -90..90"
                )
            }
            Fault::Crosses(x, y) => {
                write!(f, "the polygon's outline crosses itself near {x:.6},{y:.6}; mend it there")
            }
            Fault::HoleOutside(x, y) => {
                write!(f, "a hole of the polygon lies outside it, at {x:.6},{y:.6}")
            }
            Fault::Overlap(x, y) => {
                write!(f, "polygons of the geometry lie over one another near {x:.6},{y:.6}")
            }
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

/// The areas that are painted of a geometry that is not sound, and the first fault; `None` where it
/// is sound.
///
/// # Errors
/// Where the effort ends.
pub fn mended(
    geometry: &Geometry<f64>,
    effort: &Effort,
) -> Result<Option<(Geometry<f64>, Fault)>, Stopped> {
    let mut polygons = Vec::new();
    // Collections that hold other things beside areas are left as they are.
    match geometry {
        Geometry::Polygon(_) | Geometry::MultiPolygon(_) => gather(geometry, &mut polygons),
        Geometry::GeometryCollection(all) if all.iter().all(is_of_areas) => {
            gather(geometry, &mut polygons)
        }
        _ => return Ok(None),
    }
    let all = MultiPolygon(polygons.iter().copied().cloned().collect());
    for polygon in polygons {
        let found = match crossing(polygon, effort)? {
            Some(at) => Some(Fault::Crosses(at.x, at.y)),
            None => match hole_outside(polygon, effort)? {
                Some(at) => Some(Fault::HoleOutside(at.x, at.y)),
                None => hole_in_hole(polygon, effort)?.map(|at| Fault::Overlap(at.x, at.y)),
            },
        };
        if let Some(fault) = found {
            return Ok(Some((Geometry::MultiPolygon(overlay::painted(&all, effort)?), fault)));
        }
    }
    let Some(at) = doubtful(&all, effort)? else { return Ok(None) };
    let painted = Geometry::MultiPolygon(overlay::painted(&all, effort)?);
    // Parts that share a border, or nothing but rounding, are no fault.
    let apart = geometry.unsigned_area() - painted.unsigned_area();
    Ok((apart > 1e-9 * geometry.unsigned_area()).then_some((painted, Fault::Overlap(at.x, at.y))))
}

fn is_of_areas(geometry: &Geometry<f64>) -> bool {
    match geometry {
        Geometry::Polygon(_) | Geometry::MultiPolygon(_) => true,
        Geometry::GeometryCollection(all) => all.iter().all(is_of_areas),
        _ => false,
    }
}

/// A position of a hole that lies outside its polygon, whose rings do not cross.
fn hole_outside(polygon: &Polygon<f64>, effort: &Effort) -> Result<Option<Coord<f64>>, Stopped> {
    if polygon.interiors().is_empty() {
        return Ok(None);
    }
    let outer = Geometry::Polygon(Polygon::new(polygon.exterior().clone(), Vec::new()));
    let outer = Prepared::new(&outer, effort)?;
    let Some(areas) = outer.layers().last() else { return Ok(None) };
    for hole in polygon.interiors() {
        for corner in &hole.0 {
            match areas.locate_in_areas(*corner, effort)? {
                Location::Inside => break,
                Location::Outside => return Ok(Some(*corner)),
                // It touches the outline there; another corner tells.
                Location::Boundary => {}
            }
        }
    }
    Ok(None)
}

/// A position at which a hole may lie in another one.
fn hole_in_hole(polygon: &Polygon<f64>, effort: &Effort) -> Result<Option<Coord<f64>>, Stopped> {
    let plain = |ring: &geo::LineString<f64>| {
        let mut hole = Polygon::new(ring.clone(), Vec::new());
        hole.exterior_mut(geo::Winding::make_ccw_winding);
        hole
    };
    doubtful(&MultiPolygon(polygon.interiors().iter().map(plain).collect()), effort)
}

/// A position at which polygons of one geometry, each sound, may lie over one another.
fn doubtful(all: &MultiPolygon<f64>, effort: &Effort) -> Result<Option<Coord<f64>>, Stopped> {
    if all.0.len() < 2 {
        return Ok(None);
    }
    let edges = (0..).zip(&all.0).flat_map(|(part, polygon)| {
        let lines = super::geodesic::rings(polygon)
            .flat_map(|ring| ring.lines())
            .filter(|l| l.start != l.end);
        lines.map(move |line| Edge { from: line.start, to: line.end, part })
    });
    let edges: Vec<(u32, Edge)> = (0..).zip(edges).collect();
    let mut found = None;
    own_pairs(&edges, effort, &mut |i, j| {
        let (a, b) = (edges[i as usize].1, edges[j as usize].1);
        if a.part == b.part {
            return ControlFlow::Continue(cost::BOX);
        }
        found = match a.meeting(&b) {
            Some(Meeting::Crossing) => Some(a.crossing(&b)),
            Some(Meeting::Overlap(from, _)) => Some(from),
            Some(Meeting::Touch(_)) | None => return ControlFlow::Continue(cost::EDGES),
        };
        ControlFlow::Break(())
    })?;
    if found.is_some() {
        return Ok(found);
    }
    // None crosses another: one lies within another where any of its corners does.
    let boxes: Vec<_> = all.iter().map(|p| p.bounding_rect()).collect();
    for (i, outer) in all.iter().enumerate() {
        let is_within =
            |j: &usize| i != *j && boxes[i].zip(boxes[*j]).is_some_and(|(a, b)| a.contains(&b));
        let inner: Vec<usize> = (0..all.0.len()).filter(is_within).collect();
        effort.spend(all.0.len() * cost::BOX)?;
        if inner.is_empty() {
            continue;
        }
        let outer = Geometry::Polygon(outer.clone());
        let outer = Prepared::new(&outer, effort)?;
        let Some(areas) = outer.layers().last() else { continue };
        for part in inner.iter().map(|j| &all.0[*j]) {
            // Corners on the border tell nothing; a place in the part does.
            let corners = part.exterior().0.iter().copied();
            for place in corners.chain(part.interior_point().map(|p| p.0)) {
                match areas.locate_in_areas(place, effort)? {
                    Location::Inside => return Ok(Some(place)),
                    Location::Outside => break,
                    Location::Boundary => {}
                }
            }
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
    let lines =
        super::geodesic::rings(polygon).flat_map(|ring| ring.lines()).filter(|l| l.start != l.end);
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
        assert!(matches!(
            fault(&Geometry::Point(geo::Point::new(f64::NAN, 0.0))),
            Some(Fault::OffEarth(..))
        ));
    }

    #[test]
    fn what_is_painted_is_what_there_is() {
        let square =
            |x: f64, y: f64, side: f64| geo::Rect::new((x, y), (x + side, y + side)).to_polygon();
        let mended = |geometry: Geometry<f64>| {
            let mended = super::mended(&geometry, &Effort::default()).unwrap();
            mended.map(|(geometry, fault)| (geometry.unsigned_area(), fault))
        };
        let bow = polygon![(x: 0.0, y: 0.0), (x: 1.0, y: 1.0), (x: 1.0, y: 0.0), (x: 0.0, y: 1.0)];
        assert_eq!(mended(bow.into()), Some((0.5, Fault::Crosses(0.5, 0.5))));
        let holed = |hole: Polygon<f64>| {
            Polygon::new(square(0.0, 0.0, 4.0).into_inner().0, vec![hole.into_inner().0])
        };
        assert!(matches!(
            mended(holed(square(5.0, 5.0, 1.0)).into()),
            Some((16.0, Fault::HoleOutside(..)))
        ));
        assert!(matches!(
            mended(holed(square(3.0, 3.0, 2.0)).into()),
            Some((15.0, Fault::Crosses(..)))
        ));
        assert_eq!(mended(holed(square(0.0, 1.0, 1.0)).into()).map(|(area, _)| area), Some(15.0));
        let several =
            |all: &[Polygon<f64>]| mended(Geometry::MultiPolygon(MultiPolygon(all.to_vec())));
        for (other, area) in [
            (square(1.0, 0.0, 2.0), 6.0),
            (square(0.5, 0.5, 1.0), 4.0),
            (square(0.0, 0.0, 2.0), 4.0),
            (square(1.0, 1.0, 2.0), 7.0),
        ] {
            let (is, fault) = several(&[square(0.0, 0.0, 2.0), other]).unwrap();
            assert!(is == area && matches!(fault, Fault::Overlap(..)), "{is} {area} {fault}");
        }
        let diamond =
            polygon![(x: 1.0, y: 0.0), (x: 2.0, y: 1.0), (x: 1.0, y: 2.0), (x: 0.0, y: 1.0)];
        assert_eq!(several(&[square(0.0, 0.0, 2.0), diamond]).map(|(area, _)| area), Some(4.0));
        let ring = |polygon: Polygon<f64>| polygon.into_inner().0;
        let nested = vec![ring(square(1.0, 1.0, 2.0)), ring(square(1.5, 1.5, 1.0))];
        assert_eq!(
            mended(Polygon::new(ring(square(0.0, 0.0, 4.0)), nested).into()).map(|(area, _)| area),
            Some(12.0)
        );
        let parts: Vec<Geometry<f64>> = [0.0, 1.0].map(|x| square(x, 0.0, 2.0).into()).to_vec();
        let both = Geometry::GeometryCollection(parts.into());
        assert_eq!(mended(both).map(|(area, _)| area), Some(6.0));
        // Beside one another, touching in a corner, an isle in a lake: as they should be.
        assert_eq!(several(&[square(0.0, 0.0, 2.0), square(2.0, 0.0, 2.0)]), None);
        assert_eq!(several(&[square(0.0, 0.0, 2.0), square(2.0, 2.0, 2.0)]), None);
        assert_eq!(several(&[holed(square(1.0, 1.0, 2.0)), square(1.5, 1.5, 1.0)]), None);
    }
}
