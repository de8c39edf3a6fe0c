//! What lies around a position where two geometries meet: the edges that leave it, in the order of
//! their turn.

use std::cmp::Ordering;

use geo::Orientation;
use geo::geometry::Coord;

use super::edge::{Edge, side};

/// An edge of a geometry as it leaves a node.
#[derive(Debug, Clone, Copy)]
pub struct Ray {
    /// A position that it goes to.
    pub to: Coord<f64>,
    /// Of a ring: whether the inside lies anticlockwise of it, or else clockwise.
    pub inside_is_left: bool,
}

/// The rays of one geometry around a node.
#[derive(Debug, Default)]
pub struct Fan {
    rays: Vec<Ray>,
    /// The edges that they are of: each is taken once.
    edges: Vec<u32>,
}

/// How a ray lies to the areas of the other geometry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    Inside,
    Outside,
    /// Along a ray of the other, which has its inside to the left or not.
    Along(bool),
}

impl Fan {
    /// Takes an edge that holds the node.
    pub fn take(&mut self, number: u32, edge: &Edge, at: Coord<f64>) {
        // The same edge comes again only right after itself, or not at all, where few meet here.
        if self.edges.contains(&number) {
            return;
        }
        self.edges.push(number);
        if edge.to != at {
            self.rays.push(Ray { to: edge.to, inside_is_left: true });
        }
        if edge.from != at {
            self.rays.push(Ray { to: edge.from, inside_is_left: false });
        }
    }

    /// How many edges there are.
    pub fn len(&self) -> usize {
        self.edges.len()
    }

    pub fn rays(&self) -> &[Ray] {
        &self.rays
    }

    /// Puts the rays in order, anticlockwise around the node.
    pub fn order(&mut self, at: Coord<f64>) {
        self.rays.sort_by(|a, b| turn(at, a.to, b.to));
        // What runs there and back again bounds nothing.
        let kept =
            self.rays.chunk_by(|a, b| turn(at, a.to, b.to) == Ordering::Equal).filter_map(|same| {
                let left = same.iter().filter(|ray| ray.inside_is_left).count();
                let inside_is_left = match (2 * left).cmp(&same.len()) {
                    Ordering::Equal => return None,
                    more => more == Ordering::Greater,
                };
                Some(Ray { to: same[0].to, inside_is_left })
            });
        self.rays = kept.collect();
    }

    /// How a ray from the node to `to` lies to the areas whose rays, in order, these are.
    pub fn side(&self, at: Coord<f64>, to: Coord<f64>) -> Side {
        let next = self.rays.partition_point(|ray| turn(at, ray.to, to) == Ordering::Less);
        if let Some(ray) = self.rays.get(next)
            && turn(at, ray.to, to) == Ordering::Equal
        {
            return Side::Along(ray.inside_is_left);
        }
        let before = next.checked_sub(1).and_then(|i| self.rays.get(i)).or(self.rays.last());
        match before.is_some_and(|ray| ray.inside_is_left) {
            true => Side::Inside,
            false => Side::Outside,
        }
    }
}

/// The order of two directions from a position, anticlockwise from east.
fn turn(at: Coord<f64>, a: Coord<f64>, b: Coord<f64>) -> Ordering {
    let is_below = |to: Coord<f64>| to.y < at.y || (to.y == at.y && to.x < at.x);
    is_below(a).cmp(&is_below(b)).then_with(|| match side(at, a, b) {
        Orientation::CounterClockwise => Ordering::Less,
        Orientation::Clockwise => Ordering::Greater,
        Orientation::Collinear => Ordering::Equal,
    })
}
