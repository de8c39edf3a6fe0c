//! A geometry made ready to be compared with many others: its edges, found by place, each ring with
//! its inside on the left.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::OnceLock;

use geo::algorithm::winding_order::WindingOrder;
use geo::geometry::{Coord, Geometry, LineString, Polygon, Rect};
use geo::{Area, BoundingRect, CoordsIter, Intersects, Orientation, Winding};
use rstar::primitives::{GeomWithData, Rectangle};
use rstar::{AABB, RTree};

use super::super::effort::{Effort, Held, Stopped, cost};
use super::edge::{Edge, side};

/// Fewer edges are looked at one by one.
const FEW: usize = 48;

/// What a geometry is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Dimension {
    Points,
    Lines,
    Areas,
}

impl Dimension {
    const ALL: [Dimension; 3] = [Self::Points, Self::Lines, Self::Areas];
}

/// Where a position lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Location {
    Inside,
    Boundary,
    Outside,
}

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

/// The points, the lines or the areas of a geometry. Lines may cross themselves; areas should not.
#[derive(Debug)]
pub struct Layer {
    dimension: Dimension,
    bounds: Option<Rect<f64>>,
    points: Vec<Coord<f64>>,
    edges: Vec<Edge>,
    /// How many lines and rings there are.
    parts: u32,
    /// Of lines, the ends that an odd number of them has (the "mod 2" rule of OGC 06-103r4,
    /// 6.1.15.1).
    ends: HashSet<[u64; 2]>,
    tree: OnceLock<RTree<GeomWithData<Rectangle<[f64; 2]>, u32>>>,
}

/// A position as a key: equal positions have equal keys.
pub fn key(at: Coord<f64>) -> [u64; 2] {
    let at = unsigned(at);
    [at.x.to_bits(), at.y.to_bits()]
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

    /// Whether a position is in one of its areas, and not on their rings.
    ///
    /// # Errors
    /// Where the effort ends.
    pub fn encloses(&self, at: Coord<f64>, effort: &Effort) -> Result<bool, Stopped> {
        match self.layers.last() {
            Some(areas) if areas.dimension == Dimension::Areas => {
                Ok(areas.locate_in_areas(at, effort)? == Location::Inside)
            }
            _ => Ok(false),
        }
    }
}

impl Layer {
    fn new(dimension: Dimension) -> Self {
        let (points, edges, ends) = (Vec::new(), Vec::new(), HashSet::new());
        Self { dimension, bounds: None, points, edges, parts: 0, ends, tree: OnceLock::new() }
    }

    fn is_empty(&self) -> bool {
        self.points.is_empty() && self.edges.is_empty()
    }

    fn bound(&mut self) {
        let ends = self.edges.iter().flat_map(|e| [e.from, e.to]);
        self.bounds =
            geo::MultiPoint::from_iter(self.points.iter().copied().chain(ends)).bounding_rect();
    }

    pub fn dimension(&self) -> Dimension {
        self.dimension
    }

    /// `None` where it is empty.
    pub fn bounds(&self) -> Option<Rect<f64>> {
        self.bounds
    }

    pub fn points(&self) -> &[Coord<f64>] {
        &self.points
    }

    pub fn edges(&self) -> &[Edge] {
        &self.edges
    }

    pub fn parts(&self) -> usize {
        self.parts as usize
    }

    /// Positions of which each line and ring holds at least one.
    pub fn firsts(&self) -> impl Iterator<Item = (u32, Coord<f64>)> {
        let edges = self
            .edges
            .chunk_by(|a, b| a.part == b.part)
            .map(|edges| (edges[0].part, edges[0].from));
        edges.chain(self.points.iter().map(|at| (0, *at)))
    }

    /// The boundary of lines.
    pub fn ends(&self) -> impl Iterator<Item = Coord<f64>> {
        self.ends.iter().map(|[x, y]| Coord { x: f64::from_bits(*x), y: f64::from_bits(*y) })
    }

    pub fn ends_at(&self, at: Coord<f64>) -> bool {
        !self.ends.is_empty() && self.ends.contains(&key(at))
    }

    /// The edges whose boxes meet one, with their numbers.
    ///
    /// # Errors
    /// Where the effort ends.
    pub fn edges_in(
        &self,
        bounds: Rect<f64>,
        effort: &Effort,
    ) -> Result<Vec<(u32, Edge)>, Stopped> {
        let mut out = Vec::new();
        self.each_in(bounds, effort, |number, edge| out.push((number, *edge)))?;
        Ok(out)
    }

    fn each_in(
        &self,
        bounds: Rect<f64>,
        effort: &Effort,
        mut visit: impl FnMut(u32, &Edge),
    ) -> Result<(), Stopped> {
        let (min, max) = (bounds.min(), bounds.max());
        if self.edges.len() <= FEW {
            effort.spend(self.edges.len() * cost::POSITION)?;
            for (number, edge) in (0..).zip(&self.edges) {
                let [w, s, e, n] = edge.bounds();
                if w <= max.x && min.x <= e && s <= max.y && min.y <= n {
                    visit(number, edge);
                }
            }
            return Ok(());
        }
        let tree = match self.tree.get() {
            Some(tree) => tree,
            None => {
                effort.spend(self.edges.len() * cost::GEODESIC)?;
                self.tree.get_or_init(|| tree_of(&self.edges))
            }
        };
        let window = AABB::from_corners([min.x, min.y], [max.x, max.y]);
        let mut found = 0;
        for entry in tree.locate_in_envelope_intersecting(window) {
            visit(entry.data, &self.edges[entry.data as usize]);
            found += 1;
            if found % 1024 == 0 {
                effort.spend(1024 * cost::EDGES)?;
            }
        }
        effort.spend((found % 1024 + 8) * cost::EDGES)
    }

    /// Where a position lies to lines: on them, at an end of them, or apart.
    ///
    /// # Errors
    /// Where the effort ends.
    pub fn locate_on_lines(&self, at: Coord<f64>, effort: &Effort) -> Result<Location, Stopped> {
        if self.ends_at(at) {
            return Ok(Location::Boundary);
        }
        let mut is_on = false;
        self.each_in(Rect::new(at, at), effort, |_, edge| is_on |= edge.holds(at))?;
        Ok(if is_on { Location::Inside } else { Location::Outside })
    }

    /// Where a position lies to areas: inside one of them, a ray to the east crosses more edges
    /// upward than downward (its winding number), however many areas lie over one another.
    ///
    /// # Errors
    /// Where the effort ends.
    pub fn locate_in_areas(&self, at: Coord<f64>, effort: &Effort) -> Result<Location, Stopped> {
        let point: geo::Point<f64> = at.into();
        let Some(bounds) = self.bounds.filter(|b| b.intersects(&point)) else {
            return Ok(Location::Outside);
        };
        let (mut winding, mut is_on) = (0i64, false);
        let ray = Rect::new(at, Coord { x: bounds.max().x, y: at.y });
        self.each_in(ray, effort, |_, edge| {
            let (low, high) =
                if edge.from.y <= edge.to.y { (edge.from, edge.to) } else { (edge.to, edge.from) };
            match side(low, high, at) {
                Orientation::Collinear => is_on |= edge.holds(at),
                // Left of an edge that the ray meets below its upper end.
                Orientation::CounterClockwise if low.y <= at.y && at.y < high.y => {
                    winding += if edge.from.y < edge.to.y { 1 } else { -1 };
                }
                _ => {}
            }
        })?;
        Ok(match (is_on, winding > 0) {
            (true, _) => Location::Boundary,
            (false, true) => Location::Inside,
            (false, false) => Location::Outside,
        })
    }
}

fn tree_of(edges: &[Edge]) -> RTree<GeomWithData<Rectangle<[f64; 2]>, u32>> {
    let entry = |(number, edge): (u32, &Edge)| {
        let [w, s, e, n] = edge.bounds();
        GeomWithData::new(Rectangle::from_corners([w, s], [e, n]), number)
    };
    RTree::bulk_load((0..).zip(edges).map(entry).collect())
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
            self.layers[0].points.append(&mut self.flat_lines);
        }
    }

    fn point(&mut self, at: Coord<f64>) {
        self.layers[0].points.push(unsigned(at));
    }

    fn line(&mut self, positions: &[Coord<f64>]) {
        let (Some(first), Some(last)) = (positions.first(), positions.last()) else { return };
        let lines = &mut self.layers[1];
        if !lines.take(positions.iter().copied()) {
            self.flat_lines.push(*first);
            return;
        }
        if first != last {
            for end in [key(*first), key(*last)] {
                if !lines.ends.remove(&end) {
                    lines.ends.insert(end);
                }
            }
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
            true => areas.take(ring.0.iter().copied()),
            false => areas.take(ring.0.iter().rev().copied()),
        };
    }
}

impl Layer {
    /// Takes the edges of a line or ring; `false` where there are none.
    fn take(&mut self, positions: impl Iterator<Item = Coord<f64>>) -> bool {
        let before = self.edges.len();
        let mut last: Option<Coord<f64>> = None;
        for at in positions.map(unsigned) {
            if let Some(from) = last.filter(|from| *from != at) {
                self.edges.push(Edge { from, to: at, part: self.parts });
            }
            last = Some(at);
        }
        let is_long = self.edges.len() > before;
        self.parts += u32::from(is_long);
        is_long
    }
}

/// Adding nothing takes the sign off nothing.
fn unsigned(at: Coord<f64>) -> Coord<f64> {
    Coord { x: at.x + 0.0, y: at.y + 0.0 }
}
