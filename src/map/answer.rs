//! Answers to spatial questions, as JSON.

use serde_json::{Map as JsonObject, Value as Json, json};

use super::Map;
use crate::encode::{FeatureJson, Form, feature_collection};
use crate::feature::{Date, Feature};
use crate::geo::{LonLat, geodesic};
use crate::index::Near;

/// Why a question has no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum QueryError {
    #[error("there is no collection '{name}'; there are: {known}")]
    Collection { name: String, known: String },
    #[error("this cursor is of another query; begin again without it")]
    Cursor,
}

/// A question for the nearest features.
#[derive(Debug, Clone)]
pub struct NearQuery {
    pub position: LonLat,
    /// How many, at least 1.
    pub k: usize,
    pub date: Option<Date>,
    /// Where to look; empty for the gazetteers, or for everything where there is none.
    pub collections: Vec<String>,
}

impl Map {
    /// All features at a position, by collection, with their properties and geodesic areas, as of `date` or of any time.
    pub fn at(&self, position: LonLat, date: Option<Date>) -> Json {
        let mut collections = JsonObject::new();
        let mut sources = Vec::new();
        for (name, index) in self.collections() {
            let found = index.at(position, date);
            if found.is_empty() {
                continue;
            }
            found.iter().for_each(|f| note_source(f, &mut sources));
            let entries: Vec<Json> = found.iter().map(|f| entry(f)).collect();
            collections.insert(name.to_string(), Json::Array(entries));
        }
        json!({
            "at": [position.lon(), position.lat()],
            "datetime": date.map(|d| d.to_string()),
            "collections": collections,
            "sources": sources,
        })
    }

    /// The nearest features, nearest first, as a FeatureCollection; each has `distance_m` (geodesic) and `collection`.
    pub fn near(&self, query: &NearQuery) -> Result<Json, QueryError> {
        if let Some(name) = query.collections.iter().find(|c| self.collection(c).is_none()) {
            return Err(self.no_collection(name));
        }
        let gazetteers = self.collections().any(|(_, i)| i.collection().gazetteer);
        let wanted = |name: &str, gazetteer: bool| match query.collections.is_empty() {
            true => gazetteer || !gazetteers,
            false => query.collections.iter().any(|c| c == name),
        };
        let mut found: Vec<(&str, Near)> = Vec::new();
        for (name, index) in self.collections().filter(|(name, i)| wanted(name, i.collection().gazetteer)) {
            found.extend(index.near(query.position, query.k, query.date).into_iter().map(|n| (name, n)));
        }
        found.sort_by(|a, b| a.1.distance_m.total_cmp(&b.1.distance_m));
        found.truncate(query.k);
        let mut sources = Vec::new();
        found.iter().for_each(|(_, n)| note_source(n.feature, &mut sources));
        let features = found.iter().map(|(name, near)| {
            let extra = json!({"collection": name, "distance_m": rounded(near.distance_m, 1.0)});
            FeatureJson { feature: near.feature, extra: object(extra), form: &Form::PLAIN }
        });
        let extra = json!({
            "near": [query.position.lon(), query.position.lat()],
            "datetime": query.date.map(|d| d.to_string()),
            "sources": sources,
        });
        Ok(feature_collection(features, object(extra)))
    }

    pub(super) fn no_collection(&self, name: &str) -> QueryError {
        let known: Vec<&str> = self.collections().map(|(name, _)| name).collect();
        QueryError::Collection { name: name.chars().take(60).collect(), known: known.join(", ") }
    }
}

/// A feature without its geometry, with its measures.
fn entry(feature: &Feature) -> Json {
    let properties: JsonObject<String, Json> =
        feature.properties.iter().map(|(k, v)| (k.to_string(), v.to_json())).collect();
    let mut out = json!({
        "id": feature.id.as_ref().map(ToString::to_string),
        "name": feature.text("name"),
        "properties": properties,
    });
    let area_m2 = geodesic::area_m2(&feature.geometry);
    let length_m = geodesic::length_m(&feature.geometry);
    if area_m2 > 0.0 {
        out["area_km2"] = json!(rounded(area_m2 / 1e6, 1000.0));
    }
    if length_m > 0.0 {
        out["length_km"] = json!(rounded(length_m / 1e3, 1000.0));
    }
    out
}

/// `per_unit` steps per unit.
fn rounded(value: f64, per_unit: f64) -> f64 {
    (value * per_unit).round() / per_unit
}

fn note_source(feature: &Feature, sources: &mut Vec<String>) {
    if let Some(source) = feature.text("source")
        && !sources.iter().any(|s| s == source)
    {
        sources.push(source.to_string());
    }
}

fn object(json: Json) -> JsonObject<String, Json> {
    match json {
        Json::Object(object) => object,
        _ => JsonObject::new(),
    }
}
