//! The parameters and schemas that operations share.

use serde_json::{Value as Json, json};

use super::operation::{query_list, schema, text, text_of};
use crate::geo::Crs;
use crate::http::ogc::negotiate::Format;
use crate::http::ogc::parameters::DEFAULT_LIMIT;

/// By their names in references: `f` has three, for the forms there are of an answer.
pub fn parameters() -> Json {
    let format = |formats: &[Format]| {
        let names: Vec<&str> = formats.iter().map(|f| f.name()).collect();
        query_list(
            "f",
            "The form of the answer; without it, what the Accept header asks for",
            json!({"type": "string", "enum": names}),
        )
    };
    let mut all = json!({
        "f": format(&Format::PLAIN),
        "fFeatures": format(&Format::FEATURES),
        "fFeature": format(&[Format::GeoJson, Format::Html]),
        "featureId": {
            "name": "featureId",
            "in": "path",
            "required": true,
            "description": "The id of a feature",
            "schema": text(),
        },
    });
    for (name, what, schema) in queries() {
        all[name] = query_list(name, what, schema);
    }
    all
}

/// The parameters of the query but for `f`: name, what it says, schema.
fn queries() -> [(&'static str, &'static str, Json); 11] {
    let all = Crs::ALL.map(Crs::uri);
    let crs = json!({"type": "string", "format": "uri", "enum": all, "default": all[0]});
    let limit = json!({"type": "integer", "minimum": 1, "default": DEFAULT_LIMIT});
    let bbox = json!({
        "type": "array",
        "oneOf": [{"minItems": 4, "maxItems": 4}, {"minItems": 6, "maxItems": 6}],
        "items": {"type": "number"},
    });
    let languages = ["cql2-text", "cql2-json"];
    let language = json!({"type": "string", "enum": languages, "default": languages[0]});
    let flag = json!({"type": "boolean", "default": false});
    let digits = json!({"type": "integer", "minimum": 0, "maximum": 12});
    [
        ("limit", "The most features that an answer may hold", limit),
        ("cursor", "Where a page begins, as the links of an answer have it", text_of("cursor")),
        ("bbox", "West, south, east, north; or with heights after each corner", bbox),
        ("bbox-crs", "The CRS of bbox", crs.clone()),
        ("crs", "The CRS of the answer", crs.clone()),
        (
            "datetime",
            "A date, a timestamp, or an interval of them with a slash between; an end may be '..'",
            text_of("ogc-datetime"),
        ),
        ("filter", "A condition in CQL2", text_of("cql2")),
        ("filter-lang", "The language of filter", language),
        ("filter-crs", "The CRS of the filter's geometries", crs),
        ("skipGeometry", "Whether to leave out geometries", flag),
        ("precision", "Digits after the point of coordinates", digits),
    ]
}

/// By their names in references.
pub fn schemas() -> Json {
    let link = json!({"href": text(), "rel": text(), "type": text(), "title": text()});
    let links = json!({"type": "array", "items": object(&["href", "rel", "type"], link)});
    json!({
        "object": {"type": "object"},
        "links": object(&["links"], json!({"links": links})),
        "conformance": object(
            &["conformsTo"],
            json!({"conformsTo": {"type": "array", "items": text()}}),
        ),
        "collection": object(
            &["id", "links"],
            json!({"id": text(), "title": text(), "links": links}),
        ),
        "feature": object(&["type", "geometry", "properties"], json!({
            "type": {"type": "string", "enum": ["Feature"]},
            "id": {"oneOf": [text(), {"type": "number"}]},
            "geometry": {"type": "object", "nullable": true},
            "properties": {"type": "object", "nullable": true},
            "links": links,
        })),
        "featureCollection": object(&["type", "features"], json!({
            "type": {"type": "string", "enum": ["FeatureCollection"]},
            "features": {"type": "array", "items": schema("feature")},
            "numberMatched": {"type": "integer", "minimum": 0},
            "numberReturned": {"type": "integer", "minimum": 0},
            "links": links,
        })),
        "problem": object(&["type", "title", "status", "detail"], json!({
            "type": text(),
            "title": text(),
            "status": {"type": "integer"},
            "detail": text(),
        })),
    })
}

fn object(required: &[&str], properties: Json) -> Json {
    json!({"type": "object", "required": required, "properties": properties})
}
