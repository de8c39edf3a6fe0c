//! The path of questions: their members as parameters of a URL, and as a JSON document.

use serde_json::{Map as JsonObject, Value as Json, json};

use super::operation::{problem, query, responses, schema, text, text_of};
use crate::ask::{FORM_MEMBERS, MAX_ANSWER, MEMBERS};
use crate::http::request::JSON;

/// `/query`
pub fn path() -> Json {
    let members: Vec<(&str, &str, Json)> = MEMBERS
        .iter()
        .chain(&FORM_MEMBERS)
        .map(|(name, what)| (*name, *what, member(name)))
        .collect();
    let forms =
        [("application/geo+json", schema("featureCollection")), ("image/png", text_of("binary"))];
    let parameters: Vec<Json> =
        members.iter().map(|(name, what, schema)| query(name, what, schema.clone())).collect();
    let get = json!({
        "summary": "Answers a short question",
        "operationId": "query",
        "tags": ["query"],
        "parameters": parameters,
        "responses": responses(&forms, true),
        "description": "All members hold together. A question asks at least for a place, a name, \
         a change, a filter or a sum.",
    });
    let properties: JsonObject<String, Json> = members
        .into_iter()
        .map(|(name, what, mut schema)| {
            schema["description"] = json!(what);
            (name.to_string(), schema)
        })
        .collect();
    let body = json!({"type": "object", "properties": properties, "additionalProperties": false});
    let example = json!({"within": "districts/az-shusha", "collections": "places"});
    let mut responses = responses(&forms, true);
    responses["415"] = problem("The question is not JSON");
    responses["413"] = json!({"description": "The question is larger than 2 MiB"});
    let post = json!({
        "summary": "Answers any question",
        "operationId": "queryJson",
        "tags": ["query"],
        "requestBody": {
            "required": true,
            "content": {JSON: {"schema": body, "example": example}},
        },
        "responses": responses,
    });
    json!({"get": get, "post": post})
}

/// The schema of a member of questions. Formats are named where a pattern cannot say what is read.
fn member(name: &str) -> Json {
    match name {
        "k" => json!({"type": "integer", "minimum": 1, "maximum": 1000}),
        "limit" => json!({"type": "integer", "minimum": 1, "maximum": MAX_ANSWER}),
        "distance_m" => json!({"type": "number", "minimum": 0, "maximum": 20_040_000}),
        "skipGeometry" => json!({"type": "boolean"}),
        "f" => json!({"type": "string", "enum": ["geojson", "png"]}),
        "size" => json!({
            "type": "string",
            "pattern": "^[1-9][0-9]{0,2}x[1-9][0-9]{0,2}(@([1-9]|10)x)?$",
            "default": "800x600",
        }),
        "style" => text_of("style-id"),
        "at" => text_of("lon-lat"),
        "datetime" | "over" => text_of("ogc-datetime"),
        "between" => text_of("two-days"),
        "filter" => text_of("cql2"),
        "collections" | "split" => text_of("collection-ids"),
        "name" | "property" | "sum_by" | "sum" => text(),
        _ => text_of("place"),
    }
}
