//! What of a map cannot be served as it should be, for operators: what was missing at the start,
//! and what cannot be read now. Logged once when it comes and once when it goes; told without
//! paths, since anybody may ask.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::geo::TileId;
use crate::source::tiles::TilesError;

/// Tiles of one source that are remembered as unreadable; more say nothing more.
const MAX_REMEMBERED: usize = 16;

/// The tiles of one source that could not be read when they were last asked for.
pub(super) struct Failing {
    /// Of the source, as style/source.
    name: String,
    tiles: Mutex<Vec<TileId>>,
    /// Whether there are any: asked at every tile.
    any: AtomicBool,
}

impl Failing {
    pub fn new(name: String) -> Self {
        Self { name, tiles: Mutex::default(), any: AtomicBool::new(false) }
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    /// Notes how reading a tile went.
    pub fn note(&self, id: TileId, error: Option<&TilesError>) {
        if error.is_none() && !self.any.load(Ordering::Relaxed) {
            return;
        }
        let mut tiles = self.tiles.lock().unwrap_or_else(PoisonError::into_inner);
        match error {
            Some(error) => {
                if tiles.is_empty() {
                    let Self { name, .. } = self;
                    let (z, x, y) = (id.z(), id.x(), id.y());
                    tracing::error!(
                        "source {name}: tile {z}/{x}/{y} cannot be read: {error}; pictures that \
                         show such tiles are refused until they can be: mend or replace the file, \
                         the server need not be restarted"
                    );
                }
                if tiles.len() < MAX_REMEMBERED && !tiles.contains(&id) {
                    tiles.push(id);
                }
            }
            None => {
                let before = tiles.len();
                tiles.retain(|tile| *tile != id);
                if before > 0 && tiles.is_empty() {
                    tracing::info!("source {}: its tiles can be read again", self.name);
                }
            }
        }
        self.any.store(!tiles.is_empty(), Ordering::Relaxed);
    }

    /// The tiles to be tried again.
    pub fn tiles(&self) -> Vec<TileId> {
        self.tiles.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What is wrong, if anything is.
    pub fn told(&self) -> Option<String> {
        let tiles = self.tiles();
        let first = tiles.first()?;
        let more = if tiles.len() > 1 { " and others" } else { "" };
        let Self { name, .. } = self;
        Some(format!(
            "source {name}: tile {}/{}/{}{more} cannot be read",
            first.z(),
            first.x(),
            first.y()
        ))
    }
}
