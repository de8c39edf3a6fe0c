//! The paths of one collection: itself, what is known of its features' properties, its features.

use serde_json::{Map as JsonObject, Value as Json, json};

use super::operation::{
    AnswerForm, page_form, parameter, query, query_list, responses, schema, text, text_of,
};
use crate::atlas::Map;
use crate::catalog::Schema;
use crate::cql2::Kind;
use crate::http::ogc::collections::property;
use crate::http::ogc::parameters::RESERVED;
use crate::http::ogc::segment;
use crate::http::request::JSON;

/// The parameters of pages of features that all collections have.
const ITEMS: [&str; 12] = [
    "fFeatures",
    "limit",
    "cursor",
    "bbox",
    "bbox-crs",
    "crs",
    "datetime",
    "filter",
    "filter-lang",
    "filter-crs",
    "skipGeometry",
    "precision",
];

/// The parameters of one feature that all collections have.
const ITEM: [&str; 5] = ["featureId", "fFeature", "crs", "skipGeometry", "precision"];

/// Adds the paths of a collection.
pub fn paths(map: &Map, id: &str, paths: &mut JsonObject<String, Json>) {
    let Some(schema) = map.catalog().schema(id) else { return };
    let here = format!("/collections/{}", segment(id));
    let collection = described(id, "collection", "The collection", (JSON, "collection"));
    paths.insert(here.clone(), collection);
    for name in ["queryables", "sortables", "schema"] {
        let what = format!("The {name} of the features");
        let answer = ("application/schema+json", "object");
        paths.insert(format!("{here}/{name}"), described(id, name, &what, answer));
    }
    let (only, by) = chosen(schema);
    let own = only.clone();
    let shared = ITEMS.iter().copied().map(parameter);
    let parameters = shared.chain(only).chain(by).chain(queryables(schema)).collect();
    paths.insert(format!("{here}/items"), items(id, parameters));
    let parameters: Vec<Json> = ITEM.iter().copied().map(parameter).chain(own).collect();
    let mut versions = parameters.clone();
    versions.push(parameter("datetime"));
    let mut one = parameters;
    let day = "A day: the version that holds then";
    one.push(query("datetime", day, text_of("date")));
    paths.insert(format!("{here}/items/{{featureId}}"), item(id, one));
    paths.insert(format!("{here}/items/{{featureId}}/versions"), all_versions(id, versions));
}

/// A path that tells of a collection, as JSON of a media type and schema, or as a page.
fn described(id: &str, name: &str, what: &str, (kind, answer): (&'static str, &str)) -> Json {
    json!({"get": {
        "summary": what,
        "operationId": format!("{id}.{name}"),
        "tags": ["features"],
        "parameters": [parameter("f")],
        "responses": responses(&[(kind, schema(answer)), page_form()], false),
    }})
}

/// The parameters that choose properties: those of the answer, and those that it is sorted by.
fn chosen(schema: &Schema) -> (Option<Json>, Option<Json>) {
    let list = |name: &str, what: &str, words: Json| {
        let items = json!({"type": "string", "enum": words});
        query_list(name, what, json!({"type": "array", "minItems": 1, "items": items}))
    };
    let names: Vec<&str> = schema.properties.keys().map(|k| &**k).collect();
    let only =
        (!names.is_empty()).then(|| list("properties", "Only these properties", json!(names)));
    let sortable = |k: &Kind| !matches!(k, Kind::Array | Kind::Object | Kind::Geometry);
    let keys: Vec<String> = schema
        .properties
        .iter()
        .filter(|(_, k)| sortable(k))
        .flat_map(|(name, _)| [name.to_string(), format!("-{name}")])
        .collect();
    let what = "Properties to sort by, in turn; with a minus from the greatest to the least";
    (only, (!keys.is_empty()).then(|| list("sortby", what, json!(keys))))
}

/// A parameter for each property that features can be asked for by.
fn queryables(schema: &Schema) -> impl Iterator<Item = Json> {
    let names = schema.properties.iter().filter(|(n, _)| !RESERVED.contains(&&***n));
    names.filter_map(|(name, kind)| {
        let schema = match kind {
            Kind::Array | Kind::Object | Kind::Geometry => return None,
            // Any text may be compared with it.
            Kind::Temporal | Kind::Any => text(),
            kind => property(*kind),
        };
        Some(query(name, &format!("Only features whose {name} is this"), schema))
    })
}

fn items(id: &str, parameters: Vec<Json>) -> Json {
    let forms: [AnswerForm; 5] = [
        ("application/geo+json", schema("featureCollection")),
        page_form(),
        ("application/geo+json-seq", text()),
        ("text/csv", text()),
        ("application/flatgeobuf", text_of("binary")),
    ];
    json!({"get": {
        "summary": format!("Features of {id}"),
        "operationId": format!("{id}.items"),
        "tags": ["features"],
        "parameters": parameters,
        "responses": responses(&forms, false),
    }})
}

fn item(id: &str, parameters: Vec<Json>) -> Json {
    let forms = [("application/geo+json", schema("feature")), page_form()];
    json!({"get": {
        "summary": format!("A feature of {id}"),
        "operationId": format!("{id}.item"),
        "tags": ["features"],
        "parameters": parameters,
        "responses": responses(&forms, true),
    }})
}

fn all_versions(id: &str, parameters: Vec<Json>) -> Json {
    let forms = [("application/geo+json", schema("featureCollection")), page_form()];
    json!({"get": {
        "summary": format!("The versions of a feature of {id}"),
        "operationId": format!("{id}.versions"),
        "tags": ["features"],
        "parameters": parameters,
        "responses": responses(&forms, true),
    }})
}
