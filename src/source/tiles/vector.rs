//! Vector tiles (<https://github.com/mapbox/vector-tile-spec>): protobuf to features, layer by
//! layer.

use std::collections::BTreeMap;

use fast_mvt::{MvtLayerRef, MvtReaderRef, MvtValueRef};
use geo::algorithm::{MapCoords as _, Orient as _, orient::Direction};
use geo::geometry::{Coord, Geometry, LineString, Polygon};

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

/// Reads a tile's layers. A feature that can't be read is left out. `promote_id` says, by layer or
/// (with an empty name) for all, which property is the features' id.
pub fn decode(
    id: TileId,
    bytes: &[u8],
    promote_id: &BTreeMap<String, String>,
) -> Result<VectorTile, TilesError> {
    let reader = MvtReaderRef::new(bytes)?;
    let mut tile = VectorTile::default();
    for layer in reader.layers() {
        let promoted = promote_id.get(layer.name()).or_else(|| promote_id.get(""));
        let collection = Collection {
            name: layer.name().to_string(),
            title: layer.name().to_string(),
            gazetteer: false,
            backdrop: false,
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
        let id = match promoted.map(|name| properties.get(name)) {
            None => own,
            Some(value) => value.and_then(FeatureId::of),
        };
        let Some(geometry) = sound(regrouped(geometry).map_coords(degrees)) else { continue };
        features.push(Feature { id, properties, geometry, validity: Validity::default() });
    }
    features
}

/// Polygons with their rings told apart as MapLibre does: those wound as the first are exteriors,
/// those wound the other way holes of the exterior before them. The first version of the format
/// says nothing of winding.
fn regrouped(geometry: Geometry<i32>) -> Geometry<i32> {
    let given = match geometry {
        Geometry::Polygon(p) => vec![p],
        Geometry::MultiPolygon(m) => m.0,
        other => return other,
    };
    let rings = given.into_iter().flat_map(|p| {
        let (exterior, holes) = p.into_inner();
        std::iter::once(exterior).chain(holes)
    });
    let mut polygons: Vec<(LineString<i32>, Vec<LineString<i32>>)> = Vec::new();
    let mut outward = None;
    for ring in rings {
        let turn = twice_area(&ring).signum();
        if turn != 0 && outward.is_none() {
            outward = Some(turn);
        }
        match polygons.last_mut() {
            // A ring without an area is nobody's hole, and needs none.
            Some((_, holes)) if Some(turn) != outward => holes.push(ring),
            _ => polygons.push((ring, Vec::new())),
        }
    }
    let mut polygons: Vec<Polygon<i32>> =
        polygons.into_iter().map(|(ring, holes)| Polygon::new(ring, holes)).collect();
    match (polygons.len(), polygons.pop()) {
        (1, Some(one)) => Geometry::Polygon(one),
        (_, last) => Geometry::MultiPolygon(polygons.into_iter().chain(last).collect()),
    }
}

/// Twice the area of a closed ring, below 0 where it is wound the other way.
fn twice_area(ring: &LineString<i32>) -> i128 {
    let cross = |l: geo::Line<i32>| {
        i128::from(l.start.x) * i128::from(l.end.y) - i128::from(l.end.x) * i128::from(l.start.y)
    };
    ring.lines().map(cross).sum()
}

/// The geometry without lines of one position, and with rings right-handed in degrees, as they are
/// everywhere else.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holes_are_what_is_wound_against_the_first_ring() {
        let square = |from: i32, to: i32| -> LineString<i32> {
            vec![(from, from), (to, from), (to, to), (from, to), (from, from)].into()
        };
        let turned = |ring: &LineString<i32>| LineString(ring.0.iter().rev().copied().collect());
        let (outer, hole, other) = (square(0, 100), turned(&square(40, 60)), square(200, 300));
        let flat: LineString<i32> = vec![(0, 0), (9, 0), (0, 0), (0, 0)].into();
        // As the reader gives them: it takes every ring of one winding for an exterior.
        let as_read = |rings: &[LineString<i32>]| {
            Geometry::MultiPolygon(rings.iter().map(|r| Polygon::new(r.clone(), vec![])).collect())
        };
        let shape = |geometry: Geometry<i32>| -> Vec<usize> {
            match regrouped(geometry) {
                Geometry::Polygon(p) => vec![p.interiors().len()],
                Geometry::MultiPolygon(m) => m.iter().map(|p| p.interiors().len()).collect(),
                other => panic!("{other:?}"),
            }
        };
        for mirrored in [false, true] {
            let rings = |rings: &[&LineString<i32>]| -> Vec<LineString<i32>> {
                rings.iter().map(|r| if mirrored { turned(r) } else { (*r).clone() }).collect()
            };
            assert_eq!(shape(as_read(&rings(&[&outer, &hole]))), [1], "{mirrored}");
            assert_eq!(shape(as_read(&rings(&[&outer, &hole, &other]))), [1, 0], "{mirrored}");
            assert_eq!(
                shape(as_read(&rings(&[
                    &outer,
                    &other,
                    &turned(&square(220, 230)),
                    &turned(&square(240, 250))
                ]))),
                [0, 2]
            );
            assert_eq!(
                shape(as_read(&rings(&[&flat, &outer, &hole, &flat]))),
                [0, 2],
                "{mirrored}"
            );
            assert_eq!(
                shape(Geometry::Polygon(Polygon::new(outer.clone(), vec![hole.clone()]))),
                [1]
            );
        }
    }
}
