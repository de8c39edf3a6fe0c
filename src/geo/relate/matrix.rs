//! The matrix of nine intersections: of the interior, boundary and exterior of one geometry with
//! those of another.

use super::layer::Dimension;

/// A part of the plane, as a geometry divides it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    Interior,
    Boundary,
    Exterior,
}

/// Dimensions of the nine intersections; -1 where there is none. Rows are of the first geometry,
/// columns of the second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Matrix([[i8; 3]; 3]);

use Part::{Boundary, Exterior, Interior};

impl Matrix {
    /// What holds of geometries of these dimensions (the first no larger) wherever they lie.
    pub(super) fn apart(a: Dimension, b: Dimension) -> Self {
        let mut all = Self([[-1; 3]; 3]);
        all.set(Exterior, Exterior, 2);
        match (a, b) {
            (Dimension::Points, Dimension::Lines) => all.set(Exterior, Interior, 1),
            (Dimension::Points, Dimension::Areas) => {
                all.set(Exterior, Interior, 2);
                all.set(Exterior, Boundary, 1);
            }
            (Dimension::Lines, Dimension::Areas) => all.set(Exterior, Interior, 2),
            _ => {}
        }
        all
    }

    pub fn get(&self, a: Part, b: Part) -> i8 {
        self.0[a as usize][b as usize]
    }

    pub fn has(&self, a: Part, b: Part) -> bool {
        self.get(a, b) >= 0
    }

    /// Whether there is a position in both.
    pub fn is_meeting(&self) -> bool {
        [Interior, Boundary].iter().any(|a| [Interior, Boundary].iter().any(|b| self.has(*a, *b)))
    }

    /// An intersection has at least this dimension.
    pub(super) fn set(&mut self, a: Part, b: Part, dimension: i8) {
        let at = &mut self.0[a as usize][b as usize];
        *at = (*at).max(dimension);
    }

    /// The same, seen from the other geometry.
    pub fn transposed(&self) -> Self {
        let m = &self.0;
        Self([0, 1, 2].map(|i| [m[0][i], m[1][i], m[2][i]]))
    }

    fn all(&mut self, facts: &[(Part, Part, i8)]) {
        facts.iter().for_each(|(a, b, dimension)| self.set(*a, *b, *dimension));
    }

    /// A piece of the first area's ring lies inside the second.
    pub(super) fn ring_inside(&mut self) {
        self.all(&[(Boundary, Interior, 1), (Interior, Interior, 2), (Exterior, Interior, 2)]);
    }

    /// A piece of the first area's ring lies outside the second.
    pub(super) fn ring_outside(&mut self) {
        self.all(&[(Boundary, Exterior, 1), (Interior, Exterior, 2)]);
    }

    /// A piece of both areas' rings is the same, their insides on the same side or on both.
    pub(super) fn rings_share(&mut self, same_side: bool) {
        self.set(Boundary, Boundary, 1);
        match same_side {
            true => self.set(Interior, Interior, 2),
            false => self.all(&[(Interior, Exterior, 2), (Exterior, Interior, 2)]),
        }
    }

    /// The rings of two areas cross: all four corners around are told apart.
    pub(super) fn rings_cross(&mut self) {
        self.set(Boundary, Boundary, 0);
        self.ring_inside();
        self.ring_outside();
        self.all(&[(Interior, Boundary, 1), (Exterior, Boundary, 1)]);
    }

    /// A line crosses an area's ring.
    pub(super) fn line_crosses_ring(&mut self) {
        self.all(&[(Interior, Interior, 1), (Interior, Boundary, 0), (Interior, Exterior, 1)]);
    }
}
