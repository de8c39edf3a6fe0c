//! Where a board's candidates come from.

use super::bounds::Area;
use super::{Candidate, Rank, Sketch};

/// How far from its position a label may reach, CSS px.
pub const REACH: f64 = 1024.0;

/// How far candidates of each class reach at the most, CSS px: those that do not reach far are
/// fetched only where they are near.
pub const REACHES: [f64; CLASSES] = [128.0, 256.0, 512.0, REACH];
pub const CLASSES: usize = 4;

/// Side of a block that candidates of each class are fetched by, CSS px.
pub(super) const BLOCKS: [f64; CLASSES] = [256.0, 256.0, 512.0, 512.0];

/// The class of candidates that reach so far, CSS px.
pub fn class_of(reach: f64) -> usize {
    REACHES.iter().position(|most| reach <= *most).unwrap_or(CLASSES - 1)
}

/// Gives a board its candidates.
pub trait Supply<T> {
    /// Every candidate of a class whose position lies in the area; others may be among them, but
    /// none that was given before. The class is that of how far it may reach from its position
    /// ([`class_of`]); where that is not known, the last, or any that was asked for before. None
    /// reaches further than [`REACH`].
    fn candidates(&mut self, area: &Area, class: usize) -> Supplied<T>;

    /// The candidate of which a sketch was given, by its place in the order and how many worlds to
    /// the east it is; `None` where it turns out to be none.
    fn drawn_out(&mut self, _rank: Rank, _copy: i64) -> Option<Candidate<T>> {
        None
    }

    /// Whether the answer is no longer wanted: then what is given is not all of it, and the next
    /// who asks goes on from there.
    fn is_over(&self) -> bool {
        false
    }
}

/// Candidates, whole or as sketches.
#[derive(Debug)]
pub struct Supplied<T> {
    pub candidates: Vec<Candidate<T>>,
    pub sketches: Vec<Sketch>,
}

impl<T> Default for Supplied<T> {
    fn default() -> Self {
        Self { candidates: Vec::new(), sketches: Vec::new() }
    }
}

impl<T> From<Vec<Candidate<T>>> for Supplied<T> {
    fn from(candidates: Vec<Candidate<T>>) -> Self {
        Self { candidates, sketches: Vec::new() }
    }
}
