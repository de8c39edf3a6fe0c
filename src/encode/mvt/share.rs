//! What is left out of a tile that is too large: of each layer the same share; and what its pieces
//! weigh.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::{Cut, Piece, TileLayer};
use crate::feature::Value;

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

/// About the bytes that a piece is written with, by those of a position (2 are the least, 8 the
/// most), but for what is the same as another's.
pub fn weight_of(
    TileLayer { features, only, .. }: &TileLayer,
    piece: &Piece,
    of_position: usize,
) -> usize {
    let positions = match &piece.cut {
        Cut::Points(points) => points.len(),
        Cut::Lines(lines) => lines.iter().map(Vec::len).sum(),
        Cut::Areas(areas) => areas.iter().flatten().map(Vec::len).sum(),
    };
    let properties = features[piece.feature].feature.properties.iter();
    let wanted = |key: &str| only.is_none_or(|only| only.iter().any(|o| o == key));
    let own = properties.filter(|(key, _)| wanted(key));
    positions * of_position + own.map(|(_, value)| 2 + length(value)).sum::<usize>()
}

/// About the bytes of a value's text.
fn length(value: &Value) -> usize {
    match value {
        Value::Text(text) => text.len(),
        Value::Array(items) => items.iter().map(|item| 1 + length(item)).sum(),
        Value::Object(members) => members.iter().map(|(k, v)| 4 + k.len() + length(v)).sum(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Large(_) => 8,
    }
}
