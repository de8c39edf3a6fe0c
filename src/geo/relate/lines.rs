//! How much of lines, or of rings, lies along the other geometry's.

use geo::geometry::{Coord, Rect};

use super::super::effort::{Effort, Stopped};
use super::edge::{Edge, Meeting};
use super::layer::Layer;
use super::matrix::Matrix;

/// The stretches of edges that lie along others.
#[derive(Debug, Default)]
pub struct Covered(Vec<(u32, f64, f64)>);

impl Covered {
    pub const STRETCH_BYTES: usize = size_of::<(u32, f64, f64)>();

    pub fn take(&mut self, number: u32, edge: &Edge, from: Coord<f64>, to: Coord<f64>) {
        let (a, b) = (edge.along(from), edge.along(to));
        self.0.push((number, a.min(b), a.max(b)));
    }

    /// Tells where anything is left that is not covered: dimension 1.
    pub fn uncovered(&mut self, of: &Layer, found: &mut Matrix, set: impl Fn(&mut Matrix, i8)) {
        self.0.sort_unstable_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
        let stretches = self.0.chunk_by(|a, b| a.0 == b.0);
        let whole = stretches
            .filter(|stretches| are_whole(&of.edges()[stretches[0].0 as usize], stretches));
        if whole.count() < of.edges().len() {
            set(found, 1);
        }
    }
}

/// The dimension of what is left of a geometry's first edge where the other covers it: -1 for
/// nothing.
pub fn uncovered_at_first(of: &Layer, by: &Layer, effort: &Effort) -> Result<i8, Stopped> {
    let Some(edge) = of.edges().first() else { return Ok(-1) };
    let mut covered = Covered::default();
    for (_, other) in by.edges_in(Rect::new(edge.from, edge.to), effort)? {
        if let Some(Meeting::Overlap(from, to)) = edge.meeting(&other) {
            covered.take(0, edge, from, to);
        }
    }
    covered.0.sort_unstable_by(|a, b| a.1.total_cmp(&b.1));
    Ok(if are_whole(edge, &covered.0) { -1 } else { 1 })
}

/// Whether stretches of an edge, in order, are all of it.
fn are_whole(edge: &Edge, stretches: &[(u32, f64, f64)]) -> bool {
    let (a, b) = (edge.along(edge.from), edge.along(edge.to));
    let reached = stretches.iter().try_fold(a.min(b), |reached, (_, from, to)| {
        if *from <= reached { Some(reached.max(*to)) } else { None }
    });
    reached.is_some_and(|reached| reached >= a.max(b))
}
