//! Vector tiles (<https://github.com/mapbox/vector-tile-spec>): protobuf to features, layer by layer.

use std::collections::BTreeMap;

use fast_mvt::{MvtLayerRef, MvtReaderRef, MvtValueRef};
use geo::algorithm::{MapCoords as _, Orient as _, orient::Direction};
use geo::geometry::{Coord, Geometry};

use super::{TilesError, world_in};
use crate::feature::{Collection, Feature, FeatureId, Properties, Timing, Validity, Value};
use crate::geo::TileId;
use crate::index::Index;

/// How many tiles away a tile's geometry may be.
const FAR: f64 = 64.0;

/// The layers of one tile.
#[derive(Debug, Clone, Default)]
pub struct VectorTile {
    layers: BTreeMap<String, Index>,
}

impl VectorTile {
    pub fn layer(&self, name: &str) -> Option<&Index> {
        self.layers.get(name)
    }
}

/// Reads a tile's layers. A feature that can't be read is left out. `promote_id` says, by layer or (with an empty name)
/// for all, which property is the features' id.
pub fn decode(id: TileId, bytes: &[u8], promote_id: &BTreeMap<String, String>) -> Result<VectorTile, TilesError> {
    let reader = MvtReaderRef::new(bytes)?;
    let mut tile = VectorTile::default();
    for layer in reader.layers() {
        let promoted = promote_id.get(layer.name()).or_else(|| promote_id.get(""));
        let collection = Collection {
            name: layer.name().to_string(),
            title: layer.name().to_string(),
            gazetteer: false,
            timing: Timing::Timeless,
            features: features(id, layer, promoted),
        };
        tile.layers.insert(layer.name().to_string(), Index::new(collection));
    }
    Ok(tile)
}

fn features(id: TileId, layer: MvtLayerRef, promoted: Option<&String>) -> Vec<Feature> {
    let extent = f64::from(layer.extent().max(1));
    let degrees = |c: Coord<i32>| {
        // What lies far outside the tile is not seen of it, however far.
        let within = |v: i32| (f64::from(v) / extent).clamp(-FAR, FAR);
        let (x, y) = world_in(id, within(c.x), within(c.y)).to_degrees();
        Coord { x, y }
    };
    let mut features = Vec::with_capacity(layer.feature_count());
    for feature in layer.features() {
        let Ok(geometry) = feature.geometry() else { continue };
        let properties: Properties = feature
            .properties()
            .filter_map(Result::ok)
            .filter_map(|(key, value)| Some((key.into(), plain(value)?)))
            .collect();
        let own = feature.id().map(|n| FeatureId::whole(n.into()));
        let id = match promoted.map(|name| properties.get(&**name)) {
            None => own,
            Some(value) => value.and_then(FeatureId::of),
        };
        let Some(geometry) = sound(geometry.map_coords(degrees)) else { continue };
        features.push(Feature { id, properties, geometry, validity: Validity::default() });
    }
    features
}

/// The geometry without lines of one position, and with rings right-handed in degrees, as they are everywhere else.
fn sound(geometry: Geometry<f64>) -> Option<Geometry<f64>> {
    Some(match geometry {
        Geometry::LineString(l) if l.0.len() < 2 => return None,
        Geometry::MultiLineString(mut lines) => {
            lines.0.retain(|l| l.0.len() > 1);
            Geometry::MultiLineString(lines)
        }
        Geometry::Polygon(p) if p.exterior().0.len() < 4 => return None,
        Geometry::Polygon(p) => Geometry::Polygon(p.orient(Direction::Default)),
        Geometry::MultiPolygon(mut polygons) => {
            polygons.0.retain(|p| p.exterior().0.len() > 3);
            Geometry::MultiPolygon(polygons.orient(Direction::Default))
        }
        other => other,
    })
}

fn plain(value: MvtValueRef) -> Option<Value> {
    Some(match value {
        MvtValueRef::String(t) => Value::Text(t.into()),
        MvtValueRef::Float(n) => Value::Number(f64::from(n)),
        MvtValueRef::Double(n) => Value::Number(n),
        MvtValueRef::Int(n) | MvtValueRef::SInt(n) => Value::whole(n.into()),
        MvtValueRef::UInt(n) => Value::whole(n.into()),
        MvtValueRef::Bool(b) => Value::Bool(b),
        MvtValueRef::Null => return None,
    })
}
