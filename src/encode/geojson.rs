//! Features as GeoJSON (RFC 7946), in degrees to six decimals (about 0.1 m) unless asked otherwise.

use geo::MapCoords;
use geo::geometry::{Coord, Geometry};
use geojson::JsonObject;
use serde_json::{Value as Json, json};

use super::Form;
use crate::feature::{Feature, FeatureId};

/// A feature as GeoJSON, with extra members beside its properties.
pub struct FeatureJson<'a> {
    pub feature: &'a Feature,
    /// Foreign members of the Feature object, such as a distance; an `id` among them takes the place of the feature's.
    pub extra: JsonObject,
    pub form: &'a Form,
}

impl FeatureJson<'_> {
    pub fn to_json(&self) -> Json {
        let feature = self.feature;
        let properties: JsonObject = self.form.properties(feature).map(|(k, v)| (k.to_string(), v.to_json())).collect();
        let mut out = json!({
            "type": "Feature",
            "geometry": self.form.geometry(feature).map(|g| geojson::Geometry::new(geojson::GeometryValue::from(&g))),
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

/// Moved to the CRS and rounded; `None` where it is empty or has no place there.
pub(super) fn placed(geometry: &Geometry<f64>, form: &Form) -> Option<Geometry<f64>> {
    if matches!(geometry, Geometry::GeometryCollection(all) if all.0.is_empty()) {
        return None;
    }
    let scale = 10f64.powi(i32::from(form.decimals()));
    let round = |c: Coord<f64>| Coord { x: (c.x * scale).round() / scale, y: (c.y * scale).round() / scale };
    match form.crs {
        crate::geo::Crs::Crs84 => Some(geometry.map_coords(round)),
        crs => geometry.try_map_coords(|c| crs.from_degrees(c).map(round).ok_or(())).ok(),
    }
}
