//! A loaded map: styles joined to their sources, and the scenes that they give.
//!
//! A [`Map`] never changes once loaded; everything here is a plain function of it.

mod base;
mod bent;
mod dem;
mod error;
mod faults;
mod frame;
mod glyphs;
pub(crate) mod labels;
mod load;
mod load_files;
mod load_names;
mod load_sources;
mod plain;
mod projected;
pub(crate) mod scenes;
mod sources;
mod sprites;
mod tiles;
mod vector;

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

pub use error::SceneError;
pub use frame::{Frame, FrameError, Size};
pub use labels::Room;
pub use load::{Options, Styles, embedded_schemas, load};
pub use sources::Source;
pub use tiles::Held;
pub use vector::{VectorLayer, is_at_points};

use crate::catalog::Catalog;
use crate::feature::{Collection, Date, Value};
use crate::geo::{Projector, Shape, WorldBox, round};
use crate::identity::Identity;
use crate::paint::raster::Stamps;
use crate::sprite::Sprite;
use crate::style::{Layer, StateError, Style};
use crate::text::{Fonts, GlyphRanges};

/// Everything a server serves.
pub struct Map {
    catalog: Catalog,
    styles: BTreeMap<String, StyledMap>,
    fonts: Fonts,
    /// Hash of all data, all styles and this program's version: the same revision draws the same
    /// pictures.
    revision: u64,
    /// What was missing when it was loaded, without paths.
    missing: Vec<String>,
}

/// Whose a source is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The style's.
    Map,
    /// It lies on top of the map in one picture.
    Overlay,
    /// The same, from features of whoever asks for the picture.
    Own,
}

/// A source of a style in its role.
#[derive(Clone)]
pub struct Sourced {
    pub role: Role,
    pub source: Arc<Source>,
    /// How far its lines may be drawn from where they are, device px.
    pub tolerance_px: f64,
}

impl Sourced {
    pub fn is_on_top(&self) -> bool {
        self.role != Role::Map
    }
}

/// A style joined to its data; cheap to clone but for its style.
#[derive(Clone)]
pub struct StyledMap {
    pub style: Style,
    pub sprite: Arc<Sprite>,
    sources: BTreeMap<String, Sourced>,
    /// The fonts that labels are set in, but for those of the style's own `ranges`.
    pub(crate) fonts: Fonts,
    pub(crate) ranges: Option<Arc<dyn GlyphRanges>>,
    boards: labels::Boards,
    known: sources::Known,
    pub(crate) stamps: Arc<Stamps>,
    /// Its layers as vector tiles, found when they are first asked for.
    vector: Arc<OnceLock<Vec<VectorLayer>>>,
    /// The days on which anything that the style draws begins or ceases to hold.
    changes: Vec<Date>,
    /// Of a map in the plane of a projection.
    projector: Option<Arc<Projector>>,
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

    /// What there is, without a style.
    pub fn catalog(&self) -> &Catalog {
        &self.catalog
    }

    /// The fonts that labels are set in.
    pub fn fonts(&self) -> &Fonts {
        &self.fonts
    }

    /// Hash of all that decides what is drawn; another one while an archive of tiles is not the one
    /// that was loaded.
    pub fn revision(&self) -> u64 {
        let drifts = self.styles.iter().map(|(id, style)| (id.as_str(), style.drift()));
        let drifts: Vec<(&str, u64)> = drifts.filter(|(_, drift)| *drift != 0).collect();
        match drifts.is_empty() {
            true => self.revision,
            false => Identity::of_kind("revision").with(&self.revision).with(&drifts).number(),
        }
    }

    /// What of the map cannot be served as it should be, without paths. Files that could not be
    /// read are tried again.
    pub fn faults(&self) -> Vec<String> {
        let sources = self.styles.values().flat_map(|style| style.sources.values());
        let faults = sources.filter_map(|sourced| sourced.source.fault());
        self.missing.iter().cloned().chain(faults).collect()
    }
}

impl StyledMap {
    /// The map with others on top of its own sources, drawn by another style and sprite.
    pub(crate) fn with(
        &self,
        on_top: impl IntoIterator<Item = (String, Sourced)>,
        style: Style,
        sprite: Arc<Sprite>,
    ) -> Self {
        let mut sources = self.sources.clone();
        sources.extend(on_top);
        let (boards, known, vector) = Default::default();
        Self { style, sprite, sources, boards, known, vector, ..self.clone() }
    }

    /// The map with some of its layers.
    pub(crate) fn only(&self, layers: &[String]) -> Self {
        let mut style = self.style.clone();
        style.layers.retain(|layer| layers.contains(&layer.id));
        self.with(std::iter::empty(), style, self.sprite.clone())
    }

    /// The map with all lines and rings in full, whatever their sources allow to be left out.
    pub(crate) fn in_full(&self) -> Self {
        let mut full = self.clone();
        full.sources.values_mut().for_each(|sourced| sourced.tolerance_px = 0.0);
        full
    }

    /// The state for a request's settings; dates with the same map give the same state.
    pub fn state<'a>(
        &self,
        settings: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<State, StateError> {
        self.style.state_with(settings, &self.changes)
    }

    /// What its plane is a projection by, if it is another than Web Mercator's.
    pub(crate) fn projector(&self) -> Option<&Projector> {
        self.projector.as_deref()
    }

    /// A source that is a backdrop of features.
    pub(crate) fn backdrop(&self, source: &str) -> Option<&Collection> {
        match &*self.sources.get(source)?.source {
            Source::Features(index) => Some(index.collection()).filter(|c| c.backdrop),
            _ => None,
        }
    }

    /// Source id to the name of the collection it draws, of those in the catalog.
    pub fn source_collections(&self) -> impl Iterator<Item = (&str, &str)> {
        self.sources.iter().filter_map(|(id, sourced)| match &*sourced.source {
            Source::Features(index) if index.collection().backdrop => None,
            Source::Features(index) => Some((id.as_str(), index.collection().name.as_str())),
            Source::Clusters(clusters) => Some((id.as_str(), clusters.collection().name.as_str())),
            _ => None,
        })
    }

    /// A source that is of tiles.
    pub(crate) fn tiles_of(&self, source: &str) -> Option<Arc<Source>> {
        let sourced = self.sources.get(source)?;
        sourced.source.tile_set().map(|_| sourced.source.clone())
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
        let drifts = self.sources.iter().map(|(id, sourced)| (id.as_str(), sourced.source.drift()));
        let drifts: Vec<(&str, u64)> = drifts.filter(|(_, drift)| *drift != 0).collect();
        match drifts.is_empty() {
            true => 0,
            false => Identity::of_kind("drift").with(&drifts).number(),
        }
    }

    /// The envelope of everything the style draws.
    pub fn bounds(&self) -> Option<WorldBox> {
        around(self.sources.values())
    }

    /// The narrowest box that holds everything the style draws before its backdrop, or that, if
    /// there is nothing else: it runs past the east side of the world where that is the shorter way.
    pub fn frame(&self) -> Option<WorldBox> {
        let frame_of = |is_backdrop: bool| {
            let sources = self.sources.values().map(|sourced| &sourced.source);
            let sources = sources.filter(|source| source.is_backdrop() == is_backdrop);
            round::around(sources.filter_map(|source| source.frame()))
        };
        frame_of(false).or_else(|| frame_of(true))
    }

    /// The envelope of the same without what lies on top in one picture.
    pub(crate) fn own_bounds(&self) -> Option<WorldBox> {
        let bounds_of = |is_backdrop: bool| {
            let own = self.sources.values().filter(|sourced| !sourced.is_on_top());
            around(own.filter(|sourced| sourced.source.is_backdrop() == is_backdrop))
        };
        bounds_of(false).or_else(|| bounds_of(true))
    }

    /// A layer's source.
    pub(crate) fn source_of(&self, layer: &Layer) -> Option<&Sourced> {
        self.sources.get(layer.source.as_deref()?)
    }

    /// The sources, by their ids.
    pub(crate) fn sources(&self) -> &BTreeMap<String, Sourced> {
        &self.sources
    }

    /// The ids of the layers that draw what lies on top.
    pub(crate) fn layers_on_top(&self) -> Vec<&str> {
        let is_on_top = |l: &&Layer| self.source_of(l).is_some_and(Sourced::is_on_top);
        self.style.layers.iter().filter(is_on_top).map(|l| l.id.as_str()).collect()
    }

    /// The shapes that lie on top, but for a veil.
    pub(crate) fn on_top(&self) -> Vec<&Shape> {
        let mut shapes = Vec::new();
        for sourced in self.sources.values().filter(|sourced| sourced.is_on_top()) {
            if let Source::Features(index) = &*sourced.source {
                let seen =
                    index.parts().iter().filter(|p| index.feature(p).text("kind") != Some("veil"));
                shapes.extend(seen.map(|part| &part.shape));
            }
        }
        shapes
    }
}

fn around<'a>(sources: impl Iterator<Item = &'a Sourced>) -> Option<WorldBox> {
    let boxes = sources.filter_map(|sourced| sourced.source.bounds());
    boxes.reduce(|a, b| WorldBox::around(&[a.min, a.max, b.min, b.max]).unwrap_or(a))
}
