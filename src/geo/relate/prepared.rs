//! A geometry made ready to be compared with many others: its points, lines and areas as layers.

use std::borrow::Cow;

use geo::algorithm::winding_order::WindingOrder;
use geo::geometry::{Coord, Geometry, LineString, Polygon, Rect};
use geo::{Area, BoundingRect, CoordsIter, Winding};

use super::super::effort::{Effort, Held, Stopped, cost};
use super::layer::{Dimension, FEW, Layer, Location, unsigned};

/// A geometry in degrees, ready to be compared.
#[derive(Debug)]
pub struct Prepared<'a> {
    geometry: Cow<'a, Geometry<f64>>,
    /// Its points, its lines and its areas, as far as there are any.
    layers: Vec<Layer>,
    bounds: Option<Rect<f64>>,
    /// Whether it is a collection of several areas: what bounds one may be inside another.
    has_several_areas: bool,
    _held: Held,
}

impl<'a> Prepared<'a> {
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
        let positions = geometry.coords_count();
        effort.spend((positions + 4) * cost::POSITION)?;
        // An edge, and its entry in the tree where there is one.
        let held = effort.hold(positions * if positions > FEW { 112 } else { 48 })?;
        let layers = Dimension::ALL.map(Layer::new);
        let mut gathered = Gathered { layers, flat_rings: Vec::new(), flat_lines: Vec::new() };
        gathered.take(&geometry);
        gathered.take_flat();
        let mut layers: Vec<Layer> =
            gathered.layers.into_iter().filter(|l| !l.is_empty()).collect();
        layers.iter_mut().for_each(Layer::bound);
        let bounds = geometry.bounding_rect();
        let has_several_areas = is_collection_of_areas(&geometry);
        Ok(Self { geometry, layers, bounds, has_several_areas, _held: held })
    }

    pub fn geometry(&self) -> &Geometry<f64> {
        &self.geometry
    }

    /// Its one layer, where it is of one kind.
    pub fn only(&self) -> Option<&Layer> {
        match self.layers.as_slice() {
            [only] if !self.has_several_areas => Some(only),
            _ => None,
        }
    }

    pub fn layers(&self) -> &[Layer] {
        &self.layers
    }

    pub fn is_empty(&self) -> bool {
        self.layers.is_empty()
    }

    /// `None` where it is empty.
    pub fn bounds(&self) -> Option<Rect<f64>> {
        self.bounds
    }

    /// Whether a position is in one of its areas or on their rings.
    ///
    /// # Errors
    /// Where the effort ends.
    pub fn covers(&self, at: Coord<f64>, effort: &Effort) -> Result<bool, Stopped> {
        match self.layers.last() {
            Some(areas) if areas.dimension() == Dimension::Areas => {
                Ok(areas.locate_in_areas(at, effort)? != Location::Outside)
            }
            _ => Ok(false),
        }
    }

    /// Whether a position is in one of its areas, and not on their rings.
    ///
    /// # Errors
    /// Where the effort ends.
    pub fn encloses(&self, at: Coord<f64>, effort: &Effort) -> Result<bool, Stopped> {
        match self.layers.last() {
            Some(areas) if areas.dimension() == Dimension::Areas => {
                Ok(areas.locate_in_areas(at, effort)? == Location::Inside)
            }
            _ => Ok(false),
        }
    }
}

fn is_collection_of_areas(geometry: &Geometry<f64>) -> bool {
    fn areas(geometry: &Geometry<f64>) -> usize {
        match geometry {
            Geometry::Polygon(_) | Geometry::Rect(_) | Geometry::Triangle(_) => 1,
            Geometry::MultiPolygon(m) => m.0.len(),
            Geometry::GeometryCollection(all) => all.iter().map(areas).sum(),
            _ => 0,
        }
    }
    matches!(geometry, Geometry::GeometryCollection(_)) && areas(geometry) > 1
}

struct Gathered {
    /// In the order of [`Dimension::ALL`].
    layers: [Layer; 3],
    /// Rings of no area.
    flat_rings: Vec<LineString<f64>>,
    /// Where lines of no length are.
    flat_lines: Vec<Coord<f64>>,
}

impl Gathered {
    fn take(&mut self, geometry: &Geometry<f64>) {
        match geometry {
            Geometry::Point(p) => self.point(p.0),
            Geometry::MultiPoint(points) => points.iter().for_each(|p| self.point(p.0)),
            Geometry::Line(l) => self.line(&[l.start, l.end]),
            Geometry::LineString(l) => self.line(&l.0),
            Geometry::MultiLineString(lines) => lines.iter().for_each(|l| self.line(&l.0)),
            Geometry::Polygon(p) => self.area(p),
            Geometry::MultiPolygon(m) => m.iter().for_each(|p| self.area(p)),
            Geometry::Rect(r) => self.area(&r.to_polygon()),
            Geometry::Triangle(t) => self.area(&t.to_polygon()),
            Geometry::GeometryCollection(all) => all.iter().for_each(|g| self.take(g)),
        }
    }

    /// A flat ring is a line, and a line of no length a point, where there is nothing else; beside
    /// an area or a line it is nothing.
    fn take_flat(&mut self) {
        if self.layers[2].is_empty() {
            for ring in std::mem::take(&mut self.flat_rings) {
                self.line(&ring.0);
            }
        }
        if self.layers[1].is_empty() && self.layers[2].is_empty() {
            self.layers[0].add_points(std::mem::take(&mut self.flat_lines));
        }
    }

    fn point(&mut self, at: Coord<f64>) {
        self.layers[0].add_points([unsigned(at)]);
    }

    fn line(&mut self, positions: &[Coord<f64>]) {
        let (Some(first), Some(last)) = (positions.first(), positions.last()) else { return };
        let lines = &mut self.layers[1];
        if !lines.add_edges(positions.iter().copied()) {
            self.flat_lines.push(*first);
            return;
        }
        if first != last {
            lines.add_ends([*first, *last]);
        }
    }

    fn area(&mut self, polygon: &Polygon<f64>) {
        self.ring(polygon.exterior(), true);
        polygon.interiors().iter().for_each(|hole| self.ring(hole, false));
    }

    fn ring(&mut self, ring: &LineString<f64>, is_outer: bool) {
        // A ring with a spike at its very end has no winding, but may have an area.
        let area = || Polygon::new(ring.clone(), Vec::new()).signed_area();
        let is_left = match ring.winding_order() {
            Some(order) => (order == WindingOrder::CounterClockwise) == is_outer,
            None if area() != 0.0 => (area() > 0.0) == is_outer,
            None => return self.flat_rings.push(ring.clone()),
        };
        let areas = &mut self.layers[2];
        match is_left {
            true => areas.add_edges(ring.0.iter().copied()),
            false => areas.add_edges(ring.0.iter().rev().copied()),
        };
    }
}
