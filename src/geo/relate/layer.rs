//! The points, the lines or the areas of a geometry: its edges, found by place, each ring with its
//! inside on the left.

use std::collections::HashSet;
use std::sync::OnceLock;

use geo::geometry::{Coord, Rect};
use geo::{BoundingRect, Intersects, Orientation};
use rstar::primitives::{GeomWithData, Rectangle};
use rstar::{AABB, RTree};

use super::super::effort::{Effort, Stopped, cost};
use super::edge::{Edge, side};

/// Fewer edges are looked at one by one.
pub(super) const FEW: usize = 48;

/// What a geometry is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Dimension {
    Points,
    Lines,
    Areas,
}

impl Dimension {
    pub(super) const ALL: [Dimension; 3] = [Self::Points, Self::Lines, Self::Areas];
}

/// Where a position lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Location {
    Inside,
    Boundary,
    Outside,
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

impl Layer {
    /// An empty one.
    pub(super) fn new(dimension: Dimension) -> Self {
        let (points, edges, ends) = (Vec::new(), Vec::new(), HashSet::new());
        Self { dimension, bounds: None, points, edges, parts: 0, ends, tree: OnceLock::new() }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.points.is_empty() && self.edges.is_empty()
    }

    /// Takes the bounds of what was added.
    pub(super) fn bound(&mut self) {
        let ends = self.edges.iter().flat_map(|e| [e.from, e.to]);
        self.bounds =
            geo::MultiPoint::from_iter(self.points.iter().copied().chain(ends)).bounding_rect();
    }

    pub(super) fn add_points(&mut self, points: impl IntoIterator<Item = Coord<f64>>) {
        self.points.extend(points);
    }

    /// Adds the two ends of a line.
    pub(super) fn add_ends(&mut self, ends: [Coord<f64>; 2]) {
        for end in ends.map(key) {
            if !self.ends.remove(&end) {
                self.ends.insert(end);
            }
        }
    }

    /// Adds the edges of a line or ring; `false` where there are none.
    pub(super) fn add_edges(&mut self, positions: impl Iterator<Item = Coord<f64>>) -> bool {
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

/// A position as a key: equal positions have equal keys.
pub fn key(at: Coord<f64>) -> [u64; 2] {
    let at = unsigned(at);
    [at.x.to_bits(), at.y.to_bits()]
}

/// Adding nothing takes the sign off nothing.
pub(super) fn unsigned(at: Coord<f64>) -> Coord<f64> {
    Coord { x: at.x + 0.0, y: at.y + 0.0 }
}
