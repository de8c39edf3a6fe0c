//! The spatial index of one collection: an R-tree over feature *parts* (each point, line and
//! polygon on its own), so that a country with a thousand islands is found by the island in view.
//!
//! Everything found comes back in source order, which is drawing order. Boxes are compared in the
//! Web Mercator unit square; distances and containment are measured on the features' own degrees.

mod cluster;
mod detail;
mod identity;
mod question;

use std::sync::{Arc, OnceLock};

pub use cluster::{Clusters, Gathering};
pub use detail::{PIECE, PieceBox, Worths};
pub use identity::Id;
use identity::Ids;
pub use question::Near;
use rstar::primitives::{GeomWithData, Rectangle};
use rstar::{AABB, Envelope as _, ParentNode, RTree, RTreeNode, RTreeObject as _};

use crate::feature::{Collection, Date, Feature, Timing};
use crate::geo::{
    Detail, Effort, Projector, Shape, Stopped, World, WorldBox, pole, round, shapes_of,
};

type Entry = GeomWithData<Rectangle<[f64; 2]>, u32>;

/// One part of a feature, projected.
#[derive(Debug, Clone)]
pub struct Part {
    /// Position of the feature in the collection.
    pub feature: u32,
    /// Its own position among the parts.
    pub number: u32,
    pub shape: Shape,
}

/// A collection with its R-tree; immutable, shared between threads.
#[derive(Debug, Clone)]
pub struct Index {
    collection: Arc<Collection>,
    parts: Vec<Part>,
    tree: RTree<Entry>,
    /// Features that are nowhere.
    placeless: Vec<u32>,
    /// The features in the order of their ids, made when first asked for.
    ids: OnceLock<Ids>,
    frame: OnceLock<Option<WorldBox>>,
    /// What positions are worth, weighed when a picture is first drawn from them.
    worths: OnceLock<Worths>,
    /// The widest place of each polygon, made when it is first asked for.
    poles: OnceLock<Box<[OnceLock<Option<World>>]>>,
    /// The days on which a feature begins or ceases to hold, gathered when first asked for.
    ends: OnceLock<Box<[Date]>>,
}

impl Index {
    /// Projects every feature and bulk-loads the tree.
    pub fn new(collection: Collection) -> Self {
        // Most features have one part.
        let mut parts: Vec<Part> = Vec::with_capacity(collection.features.len());
        let mut entries: Vec<Entry> = Vec::with_capacity(collection.features.len());
        let mut placeless = Vec::new();
        for (i, feature) in (0u32..).zip(&collection.features) {
            let first = parts.len();
            for shape in shapes_of(&feature.geometry) {
                let Some(bounds) = shape.bounds() else { continue };
                entries.push(GeomWithData::new(rectangle(&bounds), parts.len() as u32));
                parts.push(Part { feature: i, number: parts.len() as u32, shape });
            }
            if parts.len() == first {
                placeless.push(i);
            }
        }
        parts.shrink_to_fit();
        Self {
            collection: Arc::new(collection),
            parts,
            tree: RTree::bulk_load(entries),
            placeless,
            ids: OnceLock::new(),
            frame: OnceLock::new(),
            worths: OnceLock::new(),
            poles: OnceLock::new(),
            ends: OnceLock::new(),
        }
    }

    /// The same features in a projection's plane: those within `near` (Web Mercator's square,
    /// perhaps beyond its ends), their edges bent to within a `tolerance` (unit square).
    pub fn projected(&self, projector: &Projector, near: &WorldBox, tolerance: f64) -> Self {
        let mut parts: Vec<Part> = Vec::new();
        let mut entries: Vec<Entry> = Vec::new();
        let worlds = near.min.x.floor() as i64..=near.max.x.floor() as i64;
        let mut found: Vec<(&Part, f64)> = worlds
            .map(|world| world as f64)
            .flat_map(|world| {
                self.parts_in(&near.moved(-world)).into_iter().map(move |part| (part, world))
            })
            .collect();
        found.sort_by_key(|(part, _)| part.number);
        for (part, world) in found {
            for shape in projector.bent(&part.shape, world, tolerance, near) {
                let Some(bounds) = shape.bounds() else { continue };
                entries.push(GeomWithData::new(rectangle(&bounds), parts.len() as u32));
                parts.push(Part { feature: part.feature, number: parts.len() as u32, shape });
            }
        }
        Self {
            collection: self.collection.clone(),
            parts,
            tree: RTree::bulk_load(entries),
            placeless: self.placeless.clone(),
            ids: OnceLock::new(),
            frame: OnceLock::new(),
            // It is drawn once, in one picture.
            worths: OnceLock::from(Worths::default()),
            poles: OnceLock::new(),
            ends: OnceLock::new(),
        }
    }

    /// What the positions of its parts are worth.
    pub fn worths(&self) -> &Worths {
        self.worths.get_or_init(|| Worths::of(&self.parts))
    }

    /// A part's shape with the positions that matter.
    pub fn thinned(&self, part: &Part, least: Detail) -> Shape {
        let worths = match &part.shape {
            Shape::Point(_) => None,
            _ if least == Detail::ALL => None,
            _ => self.worths().of_part(part.number),
        };
        let Some(mut worths) = worths else { return part.shape.clone() };
        let mut kept = |chain: &Vec<World>| -> Vec<World> {
            let (own, rest) = worths.split_at(chain.len().min(worths.len()));
            worths = rest;
            chain.iter().zip(own).filter(|(_, worth)| **worth >= least).map(|(p, _)| *p).collect()
        };
        match &part.shape {
            Shape::Point(p) => Shape::Point(*p),
            Shape::Line(line) => Shape::Line(kept(line)),
            Shape::Polygon(rings) => {
                // The position that a ring begins at, and ends at again, may be none that matters.
                let closed = |ring: &Vec<World>| {
                    let mut own = kept(ring);
                    let first = own.first().copied();
                    own.extend(first.filter(|first| own.last() != Some(first)));
                    own
                };
                Shape::Polygon(rings.iter().map(closed).collect())
            }
        }
    }

    /// The widest place of a part that is a polygon, unit square.
    ///
    /// # Errors
    /// Where the effort ends.
    pub fn pole(&self, part: &Part, effort: &Effort) -> Result<Option<World>, Stopped> {
        let Shape::Polygon(rings) = &part.shape else { return Ok(None) };
        let all = || self.parts.iter().map(|_| OnceLock::new()).collect();
        let Some(known) = self.poles.get_or_init(all).get(part.number as usize) else {
            return Ok(None);
        };
        match known.get() {
            Some(found) => Ok(*found),
            None => {
                let found = pole(rings, 0.0, effort)?;
                Ok(*known.get_or_init(|| found))
            }
        }
    }

    pub fn collection(&self) -> &Collection {
        &self.collection
    }

    /// The collection, to be kept.
    pub fn shared(&self) -> Arc<Collection> {
        self.collection.clone()
    }

    pub fn feature(&self, part: &Part) -> &Feature {
        &self.collection.features[part.feature as usize]
    }

    /// The parts whose envelopes meet `bounds`, in source order.
    pub fn parts_in(&self, bounds: &WorldBox) -> Vec<&Part> {
        self.numbers_in(bounds).into_iter().map(|i| &self.parts[i as usize]).collect()
    }

    /// The numbers of these parts.
    pub fn numbers_in(&self, bounds: &WorldBox) -> Vec<u32> {
        if self.bounds().is_some_and(|own| bounds.holds(&own)) {
            return (0..self.parts.len() as u32).collect();
        }
        let mut found = Vec::new();
        meeting(self.tree.root(), &rectangle(bounds).envelope(), &mut found);
        in_order(found, self.parts.len())
    }

    /// A part by its number.
    pub fn part(&self, number: u32) -> Option<&Part> {
        self.parts.get(number as usize)
    }

    /// Whether the envelope of any part meets `bounds`.
    pub fn meets(&self, bounds: &WorldBox) -> bool {
        self.tree.locate_in_envelope_intersecting(rectangle(bounds).envelope()).next().is_some()
    }

    /// The features that are nowhere.
    pub fn placeless(&self) -> &[u32] {
        &self.placeless
    }

    /// Every part, in source order.
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// The envelope of everything, unit square; `None` where there is nothing.
    pub fn bounds(&self) -> Option<WorldBox> {
        let envelope = self.tree.root().envelope();
        let (lower, upper) = (envelope.lower(), envelope.upper());
        (!self.parts.is_empty()).then(|| WorldBox {
            min: World { x: lower[0], y: lower[1] },
            max: World { x: upper[0], y: upper[1] },
        })
    }

    /// The narrowest box that holds everything, unit square: it runs past the east side of the
    /// world where that is the shorter way. `None` where there is nothing.
    pub fn frame(&self) -> Option<WorldBox> {
        *self.frame.get_or_init(|| {
            let bounds = self.bounds()?;
            match bounds.width() > 0.5 {
                true => round::around(self.parts.iter().filter_map(|part| part.shape.bounds())),
                false => Some(bounds),
            }
        })
    }

    /// The days on which a feature begins or ceases to hold, in order: of moments, too, the days
    /// that they are said to end on.
    pub fn ends(&self) -> &[Date] {
        self.ends.get_or_init(|| {
            let validities = self.collection.features.iter().map(|feature| feature.validity);
            let mut dates: Vec<Date> =
                validities.flat_map(|own| [own.from(), own.to()]).flatten().collect();
            dates.sort_unstable();
            dates.dedup();
            dates.into()
        })
    }

    /// The days on which this collection's map changes, in order.
    pub fn change_dates(&self) -> Vec<Date> {
        // Moments begin, but do not cease to be on the map.
        let is_moment = self.collection.timing == Timing::Instant;
        let ends = |f: &Feature| [f.validity.from(), f.validity.to().filter(|_| !is_moment)];
        let mut dates: Vec<Date> =
            self.collection.features.iter().flat_map(ends).flatten().collect();
        dates.sort_unstable();
        dates.dedup();
        dates
    }
}

/// Adds the entries below a node that meet a box; those of a node that lies in it are not looked
/// at.
fn meeting(node: &ParentNode<Entry>, wanted: &AABB<[f64; 2]>, found: &mut Vec<u32>) {
    let is_inside = wanted.contains_envelope(&node.envelope());
    for child in node.children() {
        match child {
            RTreeNode::Leaf(entry) if is_inside || wanted.intersects(&entry.envelope()) => {
                found.push(entry.data)
            }
            RTreeNode::Parent(parent) if is_inside || wanted.intersects(&parent.envelope()) => {
                meeting(parent, wanted, found)
            }
            RTreeNode::Leaf(_) | RTreeNode::Parent(_) => {}
        }
    }
}

/// Numbers below a limit in order; each comes once.
fn in_order(mut numbers: Vec<u32>, limit: usize) -> Vec<u32> {
    // A bit for each that there could be is read faster than many are sorted.
    if numbers.len() < limit / 128 {
        numbers.sort_unstable();
        return numbers;
    }
    let mut bits = vec![0u64; limit.div_ceil(64)];
    for number in &numbers {
        if let Some(word) = bits.get_mut(*number as usize / 64) {
            *word |= 1 << (number % 64);
        }
    }
    numbers.clear();
    for (at, word) in (0u32..).zip(&bits) {
        let mut left = *word;
        while left != 0 {
            numbers.push(at * 64 + left.trailing_zeros());
            left &= left - 1;
        }
    }
    numbers
}

fn rectangle(b: &WorldBox) -> Rectangle<[f64; 2]> {
    Rectangle::from_corners([b.min.x, b.min.y], [b.max.x, b.max.y])
}
