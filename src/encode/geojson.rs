//! Features as GeoJSON (RFC 7946), coordinates to six decimals (about 0.1 m).

use geo::MapCoords;
use geo::geometry::{Coord, Geometry};
use geojson::JsonObject;
use serde_json::{Value as Json, json};

use crate::feature::{Feature, FeatureId};

/// A feature as GeoJSON, with extra members beside its properties.
pub struct FeatureJson<'a> {
    pub feature: &'a Feature,
    /// Foreign members of the Feature object, such as a distance.
    pub extra: JsonObject,
}

impl FeatureJson<'_> {
    pub fn to_json(&self) -> Json {
        let feature = self.feature;
        let properties: JsonObject = feature.properties.iter().map(|(k, v)| (k.to_string(), v.to_json())).collect();
        let mut out = json!({
            "type": "Feature",
            "geometry": geometry(&feature.geometry),
            "properties": properties,
        });
        if let Some(object) = out.as_object_mut() {
            match &feature.id {
                Some(FeatureId::Text(t)) => object.insert("id".into(), json!(&**t)),
                Some(FeatureId::Number(n)) => object.insert("id".into(), crate::feature::Value::Number(*n).to_json()),
                None => None,
            };
            object.extend(self.extra.clone());
        }
        out
    }
}

/// A FeatureCollection with extra members.
pub fn feature_collection<'a>(features: impl Iterator<Item = FeatureJson<'a>>, extra: JsonObject) -> Json {
    let features: Vec<Json> = features.map(|f| f.to_json()).collect();
    let mut out = json!({"type": "FeatureCollection", "features": features});
    if let Some(object) = out.as_object_mut() {
        object.extend(extra);
    }
    out
}

/// Rounded to six decimals; null for an empty collection, which is how a feature without a place is held.
fn geometry(geometry: &Geometry<f64>) -> Option<geojson::Geometry> {
    if matches!(geometry, Geometry::GeometryCollection(all) if all.0.is_empty()) {
        return None;
    }
    let round = |v: f64| (v * 1e6).round() / 1e6;
    let rounded = geometry.map_coords(|c| Coord { x: round(c.x), y: round(c.y) });
    Some(geojson::Geometry::new(geojson::GeometryValue::from(&rounded)))
}
