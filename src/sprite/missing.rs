//! Images that are wanted and are in no sprite: each is once in the log, unless those who load a
//! style tell of it.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use super::{Image, Sprite};

/// The names that have been told; clones share them.
#[derive(Debug, Clone, Default)]
pub(super) struct Missing(Arc<Mutex<BTreeSet<Box<str>>>>);

/// Names that are told, each by itself: they may come from data.
const TOLD: usize = 1_000;

impl Sprite {
    /// The image that is to be drawn, as [`Self::image`] gives it; where there is none, that is
    /// said in the log.
    pub fn drawn(&self, name: &str, ratio: u32) -> Option<&Arc<Image>> {
        let found = self.image(name, ratio);
        if found.is_none() && !name.is_empty() && self.note(name) {
            let name: String = name.chars().take(60).collect();
            tracing::warn!(
                "no sprite of the style has an image '{name}'; nothing is drawn in its place"
            );
        }
        found
    }

    /// Notes that an image is missing and whoever asks tells of it, so that the log need not;
    /// `false` where too many are missing to tell of each.
    pub fn misses(&self, name: &str) -> bool {
        self.note(name) || self.missing.0.lock().is_ok_and(|told| told.contains(name))
    }

    /// Whether nobody has been told so far.
    fn note(&self, name: &str) -> bool {
        let Ok(mut told) = self.missing.0.lock() else { return false };
        told.len() < TOLD && told.insert(name.into())
    }

    /// The names of the images.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.images.keys().map(|name| &**name)
    }
}
