//! What there is, without a style: collections, what their features are made of, their names, and
//! their features page by page.

mod features;
mod names;
mod schema;
mod tiles;
mod versions;

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

pub use features::{Cursor, ItemsQuery, Period, QueryError, Selection, SortKey, areas_of};
pub use names::Named;
pub use schema::Schema;
pub use tiles::{LayerQuery, TileQuery, Wanted, layers_of};
pub use versions::Versions;

use crate::geo::{LonLat, WorldBox};
use crate::index::Index;
use names::Names;

/// How far around a place there should be something.
pub const NEAR_DEGREES: f64 = 0.5;

/// Collections by their names. It never changes.
#[derive(Default)]
pub struct Catalog {
    collections: BTreeMap<String, Arc<Index>>,
    /// By collection, made when first asked for.
    schemas: BTreeMap<String, OnceLock<Schema>>,
    /// Made when first asked for.
    names: OnceLock<Names>,
}

impl Catalog {
    pub fn new(collections: BTreeMap<String, Arc<Index>>) -> Self {
        let schemas = collections.keys().map(|id| (id.clone(), OnceLock::new())).collect();
        Self { collections, schemas, names: OnceLock::new() }
    }

    pub fn collections(&self) -> impl Iterator<Item = (&str, &Index)> {
        self.collections.iter().map(|(id, i)| (id.as_str(), &**i))
    }

    pub fn collection(&self, id: &str) -> Option<&Index> {
        self.collections.get(id).map(|i| &**i)
    }

    /// The collection, to be kept.
    pub fn shared(&self, id: &str) -> Option<&Arc<Index>> {
        self.collections.get(id)
    }

    /// What the features of a collection are made of.
    pub fn schema(&self, id: &str) -> Option<&Schema> {
        let index = self.collections.get(id)?;
        Some(self.schemas.get(id)?.get_or_init(|| Schema::of(index.collection())))
    }

    /// What is told of a place that a question asks for, by its bounds in degrees: nothing of the
    /// map is near, but there is where the numbers are swapped.
    pub fn swapped(&self, [w, s, e, n]: [f64; 4]) -> Option<String> {
        let near = |[w, s, e, n]: [f64; 4]| {
            let is_place = LonLat::new(w, s).is_some() && LonLat::new(e, n).is_some();
            let area = WorldBox::from_degrees([
                w - NEAR_DEGREES,
                s - NEAR_DEGREES,
                e + NEAR_DEGREES,
                n + NEAR_DEGREES,
            ]);
            is_place && self.collections().any(|(_, index)| index.meets(&area))
        };
        if near([w, s, e, n]) || !near([s, w, n, e]) {
            return None;
        }
        let (given, swapped) = match (w, s) == (e, n) {
            true => (format!("{w},{s}"), format!("{s},{w}")),
            false => (format!("{w},{s},{e},{n}"), format!("{s},{w},{n},{e}")),
        };
        Some(format!(
            "nothing of the map is near {given} (longitude, then latitude); did you mean {swapped}?"
        ))
    }
}
