//! TileJSON 3.0 of vector tiles (<https://github.com/mapbox/tilejson-spec>).

use std::collections::BTreeSet;

use serde_json::{Map as JsonObject, Value as Json, json};

use super::Wanted;
use crate::atlas::Map;
use crate::cql2::Kind;
use crate::encode::Grid;
use crate::feature::Date;
use crate::geo::WorldBox;
use crate::http::attribution;

/// A collection's layers as TileJSON has them.
pub fn layers_of_collection(map: &Map, name: &str, wanted: &Wanted) -> Vec<Json> {
    let catalog = map.catalog();
    let Some((index, schema)) = catalog.collection(name).zip(catalog.schema(name)) else {
        return Vec::new();
    };
    let is_wanted =
        |field: &str| wanted.only.as_ref().is_none_or(|only| only.iter().any(|o| o == field));
    let own = schema.properties.iter().filter(|(field, _)| is_wanted(field));
    let mut fields: JsonObject<String, Json> =
        own.map(|(field, kind)| (field.to_string(), kind_of(*kind))).collect();
    if schema.ids == Some(Kind::Text) && is_wanted("id") && !fields.contains_key("id") {
        fields.insert("id".to_string(), json!("String"));
    }
    let labels = catalog.labels_of(name).filter(|_| wanted.labels);
    let title = &index.collection().title;
    std::iter::once(name.to_string())
        .chain(labels)
        .map(|id| {
            json!({
                "id": id,
                "description": title,
                "minzoom": 0,
                "maxzoom": Grid::DEEPEST,
                "fields": fields,
            })
        })
        .collect()
}

/// The licences that collections' features name, as an attribution: whoever shows them is to.
pub fn licences(map: &Map, names: &[String]) -> Option<String> {
    let indices = names.iter().filter_map(|name| map.catalog().collection(name));
    let features = indices.flat_map(|index| &index.collection().features);
    let all: BTreeSet<&str> = features.filter_map(|feature| feature.text("license")).collect();
    let told: Vec<&str> = all.into_iter().take(MOST_LICENCES).collect();
    (!told.is_empty()).then(|| attribution::cleaned(&told.join("; ")))
}

/// Licences that are named at the most.
const MOST_LICENCES: usize = 12;

/// A field's type as TileJSON has it (3.3.3).
pub fn kind_of(kind: Kind) -> Json {
    json!(match kind {
        Kind::Boolean => "Boolean",
        Kind::Number => "Number",
        _ => "String",
    })
}

pub fn around(boxes: impl Iterator<Item = WorldBox>) -> Option<WorldBox> {
    boxes.reduce(|a, b| WorldBox::around(&[a.min, a.max, b.min, b.max]).unwrap_or(a))
}

/// What TileJSON says.
pub struct About {
    pub name: String,
    pub tiles: String,
    pub bounds: Option<WorldBox>,
    pub zooms: (u8, u8),
    pub attribution: Option<String>,
    pub layers: Vec<Json>,
    /// The days on which a feature begins or ceases to hold.
    pub days: Vec<Date>,
}

impl About {
    pub fn json(self) -> Json {
        let degrees = |b: WorldBox| {
            let ((west, north), (east, south)) = (b.min.to_degrees(), b.max.to_degrees());
            [west, south, east, north]
        };
        let bounds = self.bounds.map_or([-180.0, -85.05, 180.0, 85.05], degrees);
        let mut out = json!({
            "tilejson": "3.0.0",
            "name": self.name,
            "scheme": "xyz",
            "tiles": [self.tiles],
            "minzoom": self.zooms.0,
            "maxzoom": self.zooms.1,
            "bounds": bounds.map(|v| (v * 1e6).round() / 1e6),
            "vector_layers": self.layers,
        });
        if let Some(attribution) = self.attribution {
            out["attribution"] = json!(attribution);
        }
        if !self.days.is_empty() {
            let days = self.days.iter().map(ToString::to_string);
            out["contactline:dates"] = days.collect();
        }
        out
    }
}
