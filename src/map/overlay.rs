//! What is drawn over a style's map in one picture: features of an answer, in a style of their own.
//!
//! An overlay is no second way to draw: its layers are a MapLibre style over one source, `overlay`, joined to the map's
//! own layers, and its labels take their places on the same board, before the map's.

use std::sync::{Arc, LazyLock};

use xxhash_rust::xxh3::xxh3_64;

use super::StyledMap;
use super::load::Styles;
use super::sources::Source;
use crate::diag::Diagnostic;
use crate::geo::WorldBox;
use crate::index::Index;
use crate::source;
use crate::style::{self, Style};

/// The source that an overlay's layers draw.
const SOURCE: &str = "overlay";

/// Features to be drawn over a map; cheap to clone.
#[derive(Debug, Clone)]
pub struct Overlay {
    features: Arc<Index>,
    style: &'static Style,
    key: u64,
}

/// Why features cannot be drawn over a map.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{0}")]
pub struct OverlayError(Box<Diagnostic>);

impl Overlay {
    /// The features of an answer, as GeoJSON.
    ///
    /// # Errors
    /// Where the GeoJSON cannot be read.
    pub fn of_answer(geojson: &[u8]) -> Result<Overlay, OverlayError> {
        static STYLE: LazyLock<Option<Style>> = LazyLock::new(|| {
            let file = Styles::get("overlays/answer.json")?;
            style::parse(&String::from_utf8_lossy(&file.data)).value
        });
        let missing = || OverlayError(Box::new(Diagnostic::error("the program lacks its style for answers")));
        let style = STYLE.as_ref().ok_or_else(missing)?;
        let read = source::read(SOURCE, "the answer", geojson).map_err(OverlayError)?;
        Ok(Overlay { features: Arc::new(Index::new(read.value)), style, key: xxh3_64(geojson) })
    }

    /// The envelope of the features; `None` where there are none.
    pub fn bounds(&self) -> Option<WorldBox> {
        self.features.bounds()
    }

    /// Differs where what is drawn differs.
    pub(super) fn key(&self) -> u64 {
        self.key
    }
}

impl StyledMap {
    /// The map with the overlay on it.
    pub(super) fn overlaid(&self, overlay: &Overlay) -> StyledMap {
        let mut sources = self.sources.clone();
        sources.insert(SOURCE.to_string(), Arc::new(Source::Features(overlay.features.clone())));
        StyledMap {
            style: self.style.overlaid(overlay.style),
            sprite: self.sprite.clone(),
            sources,
            fonts: self.fonts.clone(),
            ranges: self.ranges.clone(),
            boards: Default::default(),
            stamps: self.stamps.clone(),
            changes: self.changes.clone(),
        }
    }
}
