//! Which parts of a source a layer's filter lets through, remembered from picture to picture: what
//! a filter says of a feature does not hang on the picture.

use std::sync::atomic::{AtomicU8, Ordering};

use super::features::passes;
use super::{Fetched, Images, Inputs, context};
use crate::geo::Detail;
use crate::identity::Identity;
use crate::index::Index;
use crate::style::{Context, Layer, Paint};

/// What a filter says of the parts of a source, as far as it has been asked.
pub struct Sieve(Vec<AtomicU8>);

/// Parts of a source, at the most, that are all asked when the first of them is: about 0.1 µs each,
/// once, before a picture. Of larger sources each part is asked when a picture comes to it.
pub(super) const MOST_AT_ONCE: usize = 1 << 17;

const UNKNOWN: u8 = 0;
const LEFT_OUT: u8 = 1;
const LET_THROUGH: u8 = 2;

impl Sieve {
    /// Of a layer for the parts of a source: all of them are asked, or, where they are many, none as
    /// yet.
    pub fn of(index: &Index, layer: &Layer, inputs: &Inputs) -> Self {
        let count = index.parts().len();
        let sieve = Self(std::iter::repeat_with(AtomicU8::default).take(count).collect());
        let all = (0..count as u32).filter(|_| count <= MOST_AT_ONCE);
        for part in all.filter_map(|number| Fetched::of(index, number, Detail::ALL)) {
            sieve.passes(layer, inputs, &part);
        }
        sieve
    }

    /// Bytes that it holds.
    pub fn size(&self) -> usize {
        self.0.len()
    }

    /// What the layer's filter is known by: the same filter in the same state, and at the same zoom
    /// where it asks for that, says the same. `None` where it is quicker to ask it, or it cannot be
    /// known.
    pub fn key(layer: &Layer, inputs: &Inputs) -> Option<u128> {
        let hangs = layer.filter.as_ref()?.dependence();
        let is_placed = matches!(layer.paint, Paint::Symbol(_));
        if is_placed || !hangs.feature || hangs.progress || hangs.other {
            return None;
        }
        let source = [&layer.source, &layer.source_layer].map(|name| name.as_deref());
        let key = Identity::of_kind("sieve").with(&source[0].unwrap_or_default());
        let key = key.with(&source[1].unwrap_or_default()).with(&layer.filter_number);
        let key = if hangs.state { key.with(inputs.state) } else { key };
        let key = if hangs.zoom { key.with(&inputs.camera.zoom()) } else { key };
        Some(key.number128())
    }

    /// Whether the layer's filter lets a part through, where that is known.
    pub fn known(&self, number: u32) -> Option<bool> {
        match self.0.get(number as usize)?.load(Ordering::Relaxed) {
            UNKNOWN => None,
            answer => Some(answer == LET_THROUGH),
        }
    }

    /// The same for a part that is asked if it is not known.
    pub fn passes(&self, layer: &Layer, inputs: &Inputs, part: &Fetched) -> bool {
        self.known(part.number).unwrap_or_else(|| {
            let is_through = asked(layer, inputs, part);
            let answer = if is_through { LET_THROUGH } else { LEFT_OUT };
            if let Some(known) = self.0.get(part.number as usize) {
                known.store(answer, Ordering::Relaxed);
            }
            is_through
        })
    }
}

fn asked(layer: &Layer, inputs: &Inputs, part: &Fetched) -> bool {
    let images = Images(inputs.sprite);
    passes(layer, &Context { has_image: Some(&images), ..context(inputs, Some(*part)) })
}
