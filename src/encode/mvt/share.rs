//! What is left out of a tile that is too large: of each layer the same share.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::{Piece, TileLayer};

/// A feature: its layer, and which of this it is. A point on an area is the area's.
type Key = (usize, usize);

/// Features in the pieces.
pub fn count(layers: &[TileLayer], pieces: &[Piece]) -> usize {
    pieces.iter().map(|piece| key(layers, piece)).collect::<BTreeSet<_>>().len()
}

/// Leaves the pieces of so many features, in their order: the largest of each layer.
pub fn shrink(layers: &[TileLayer], pieces: &mut Vec<Piece>, features: usize) {
    let mut sizes: BTreeMap<Key, i64> = BTreeMap::new();
    for piece in &*pieces {
        let size = sizes.entry(key(layers, piece)).or_default();
        *size = piece.size.max(*size);
    }
    if sizes.len() <= features {
        return;
    }
    let mut order: Vec<(f64, Key)> = Vec::new();
    for layer in 0..layers.len() {
        let own = sizes.range((layer, 0)..(layer + 1, 0));
        let mut own: Vec<(Key, i64)> = own.map(|(key, size)| (*key, *size)).collect();
        own.sort_by_key(|(key, size)| (Reverse(*size), *key));
        let share = |place: usize| (place as f64 + 0.5) / own.len() as f64;
        order.extend(own.iter().enumerate().map(|(place, (key, _))| (share(place), *key)));
    }
    order.sort_by(|(a, i), (b, j)| a.total_cmp(b).then(i.cmp(j)));
    let kept: BTreeSet<Key> = order.into_iter().take(features).map(|(_, key)| key).collect();
    pieces.retain(|piece| kept.contains(&key(layers, piece)));
}

fn key(layers: &[TileLayer], piece: &Piece) -> Key {
    (piece.layer - usize::from(layers[piece.layer].is_on_areas), piece.feature)
}
