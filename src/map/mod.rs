//! A loaded map: its collections and styles, and the one door through which tiles, pictures and
//! answers are asked for.
//!
//! A [`Map`] never changes once loaded; everything here is a plain function of it. [`Service`] puts
//! a bounded pool of render threads and a cache before it for use from async code.

mod days;
mod dem;
mod drawing;
mod faults;
mod features;
mod furnished;
mod glyphs;
mod labels;
mod load;
mod load_sources;
mod logo;
mod marks;
mod names;
mod output;
mod overlay;
mod own;
mod panes;
mod picture;
mod plain;
mod preset;
mod projected;
mod query;
mod schema;
mod service;
mod slips;
mod sources;
mod spec;
mod sprites;
mod things;
mod undrawn;
mod url_forms;

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use xxhash_rust::xxh3::xxh3_64_with_seed;

pub use crate::paint::svg::TextAs;
pub use days::Animate;
pub use drawing::{Compared, Film, Finished, Picture};
pub use features::{Cursor, ItemsQuery, Period, QueryError, Selection, SortKey, areas_of};
pub use furnished::{Furnishing, FurnishingError};
pub use load::{Options, embedded_schemas, load};
pub use logo::Logo;
pub use marks::{CalloutSpec, Circle, Marker, Path};
pub use names::Named;
pub use output::Output;
pub use overlay::{Overlay, OverlayError};
pub use picture::{Frame, PictureError, Size};
pub use preset::Preset;
pub use query::{Answer, FORM_MEMBERS, MAX_ANSWER, MEMBERS, Question, QuestionError};
pub use schema::Schema;
pub use service::{Budget, Client, Lane, Lease, Made, Service, ServiceError};
pub use spec::{Spec, SpecError};
pub use url_forms::{OnTop, PathLook};

pub use crate::compose::furniture::{Callout, Corner, Furniture, Part, Theme};
use crate::feature::{Date, Value};
use crate::geo::{Shape, WorldBox, round};
use crate::index::Index;
use crate::paint::raster::Stamps;
use crate::sprite::Sprite;
use crate::style::{self, StateError, Style};
use crate::text::{Fonts, GlyphRanges};

/// Everything a server serves.
pub struct Map {
    collections: BTreeMap<String, Arc<Index>>,
    /// By collection, made when first asked for.
    schemas: BTreeMap<String, OnceLock<Schema>>,
    /// Made when first asked for.
    names: OnceLock<names::Names>,
    styles: BTreeMap<String, StyledMap>,
    fonts: Fonts,
    /// Hash of all data, all styles and this program's version: the same revision draws the same
    /// pictures.
    revision: u64,
    /// What was missing when it was loaded, without paths.
    missing: Vec<String>,
}

/// A style joined to its data; cheap to clone but for its style.
#[derive(Clone)]
pub struct StyledMap {
    pub style: Style,
    pub sprite: Arc<Sprite>,
    sources: BTreeMap<String, Arc<sources::Source>>,
    /// The fonts that labels are set in, but for those of the style's own `ranges`.
    fonts: Fonts,
    ranges: Option<Arc<dyn GlyphRanges>>,
    boards: labels::Boards,
    stamps: Arc<Stamps>,
    /// The days on which anything that the style draws begins or ceases to hold.
    changes: Vec<Date>,
}

/// A style's state with every key filled in.
pub type State = BTreeMap<String, Value>;

impl Map {
    pub fn styles(&self) -> impl Iterator<Item = (&str, &StyledMap)> {
        self.styles.iter().map(|(id, s)| (id.as_str(), s))
    }

    pub fn style(&self, id: &str) -> Option<&StyledMap> {
        self.styles.get(id)
    }

    pub fn collections(&self) -> impl Iterator<Item = (&str, &Index)> {
        self.collections.iter().map(|(id, i)| (id.as_str(), &**i))
    }

    pub fn collection(&self, id: &str) -> Option<&Index> {
        self.collections.get(id).map(|i| &**i)
    }

    /// The collection, to be kept.
    fn shared_collection(&self, id: &str) -> Option<&Arc<Index>> {
        self.collections.get(id)
    }

    /// What the features of a collection are made of.
    pub fn schema(&self, id: &str) -> Option<&Schema> {
        let index = self.collections.get(id)?;
        Some(self.schemas.get(id)?.get_or_init(|| Schema::of(index.collection())))
    }

    /// The fonts that labels are set in.
    pub fn fonts(&self) -> &Fonts {
        &self.fonts
    }

    /// Hash of all that decides what is drawn; another one while an archive of tiles is not the one
    /// that was loaded.
    pub fn revision(&self) -> u64 {
        let drifts = self
            .styles
            .iter()
            .map(|(id, style)| (id, style.drift()))
            .filter(|(_, drift)| *drift != 0);
        drifts.fold(self.revision, |all, (id, drift)| xxh3_64_with_seed(id.as_bytes(), all ^ drift))
    }

    /// What of the map cannot be served as it should be, without paths. Files that could not be
    /// read are tried again.
    pub fn faults(&self) -> Vec<String> {
        let sources = self.styles.values().flat_map(|style| style.sources.values());
        self.missing.iter().cloned().chain(sources.filter_map(|source| source.fault())).collect()
    }
}

impl StyledMap {
    /// The state for a request's settings; dates with the same map give the same state.
    pub fn state<'a>(
        &self,
        settings: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<State, StateError> {
        self.style.state_with(settings, &self.changes)
    }

    /// Source id to the name of the collection it draws.
    pub fn source_collections(&self) -> impl Iterator<Item = (&str, &str)> {
        self.sources.iter().filter_map(|(id, source)| match &**source {
            sources::Source::Features(index) => {
                Some((id.as_str(), index.collection().name.as_str()))
            }
            sources::Source::Clusters(clusters) => {
                Some((id.as_str(), clusters.collection().name.as_str()))
            }
            _ => None,
        })
    }

    /// The day that the style's map is of where nothing is said.
    pub fn default_day(&self) -> Option<Date> {
        match self.style.state.get("date")? {
            Value::Text(day) => day.parse().ok(),
            _ => None,
        }
    }

    pub fn changes(&self) -> &[Date] {
        &self.changes
    }

    /// 0 while the files of its tiles are those that it was loaded with.
    fn drift(&self) -> u64 {
        let drifts = self
            .sources
            .iter()
            .map(|(id, source)| (id, source.drift()))
            .filter(|(_, drift)| *drift != 0);
        drifts.fold(0, |all, (id, drift)| xxh3_64_with_seed(id.as_bytes(), all ^ drift))
    }

    /// The envelope of everything the style draws.
    pub fn bounds(&self) -> Option<WorldBox> {
        around(self.sources.values())
    }

    /// The narrowest box that holds everything the style draws: it runs past the east side of the
    /// world where that is the shorter way.
    pub fn frame(&self) -> Option<WorldBox> {
        round::around(self.sources.values().filter_map(|source| source.frame()))
    }

    /// The same without what lies on top in one picture.
    fn own_bounds(&self) -> Option<WorldBox> {
        around(
            self.sources.iter().filter(|(id, _)| !overlay::is_on_top(id)).map(|(_, source)| source),
        )
    }

    /// The ids of the layers that draw what lies on top.
    fn layers_on_top(&self) -> Vec<&str> {
        let on_top = |l: &&style::Layer| l.source.as_deref().is_some_and(overlay::is_on_top);
        self.style.layers.iter().filter(on_top).map(|l| l.id.as_str()).collect()
    }

    /// The shapes that lie on top, but for a veil.
    fn on_top(&self) -> Vec<&Shape> {
        let on_top = self.sources.iter().filter(|(id, _)| overlay::is_on_top(id));
        let mut shapes = Vec::new();
        for (_, source) in on_top {
            if let sources::Source::Features(index) = &**source {
                let seen =
                    index.parts().iter().filter(|p| index.feature(p).text("kind") != Some("veil"));
                shapes.extend(seen.map(|part| &part.shape));
            }
        }
        shapes
    }
}

fn around<'a>(sources: impl Iterator<Item = &'a Arc<sources::Source>>) -> Option<WorldBox> {
    let boxes = sources.filter_map(|source| source.bounds());
    boxes.reduce(|a, b| WorldBox::around(&[a.min, a.max, b.min, b.max]).unwrap_or(a))
}
