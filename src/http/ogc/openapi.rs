//! The API's own description, OpenAPI 3.0: true to what is served, collection by collection.

use axum::http::HeaderMap;
use axum::response::Response;
use serde_json::{Map as JsonObject, Value as Json, json};

use super::collections::property;
use super::landing::OPENAPI;
use super::negotiate::Format;
use super::parameters::{DEFAULT_LIMIT, RESERVED};
use super::{html, segment};
use crate::ask::{FORM_MEMBERS, MAX_ANSWER, MEMBERS};
use crate::atlas::Map;
use crate::cql2::Kind;
use crate::geo::Crs;
use crate::http::Problem;
use crate::http::request::{Asker, Params, json as json_answer};
use crate::http::site::PublicUrl;
use crate::service::Lane;

/// `/api`
pub async fn definition(
    Asker(service): Asker,
    PublicUrl(url): PublicUrl,
    mut params: Params,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let format = match params.take("f").as_deref() {
        None | Some("json") => Format::Json,
        Some("html") => Format::Html,
        Some(_) => return Err(Problem::bad_request("f is json or html")),
    };
    params.finish("f")?;
    let json = service.run(Lane::Question, move |map, _| api(map, &url)).await?;
    Ok(match format {
        Format::Html => html::page("The API", &readable(&json)),
        _ => json_answer(&headers, OPENAPI, &json),
    })
}

/// `/api.html`
pub async fn page(
    Asker(service): Asker,
    PublicUrl(url): PublicUrl,
    params: Params,
) -> Result<Response, Problem> {
    params.finish("")?;
    let json = service.run(Lane::Question, move |map, _| api(map, &url)).await?;
    Ok(html::page("The API", &readable(&json)))
}

/// The definition as a reader wants it: each path with what it is for and its parameters.
fn readable(api: &Json) -> Json {
    let mut out = JsonObject::new();
    out.insert("about".to_string(), api["info"]["description"].clone());
    for (path, methods) in api["paths"].as_object().into_iter().flatten() {
        for (method, operation) in methods.as_object().into_iter().flatten() {
            let mut parameters = JsonObject::new();
            for parameter in operation["parameters"].as_array().into_iter().flatten() {
                let pointer = parameter["$ref"].as_str().and_then(|r| r.strip_prefix('#'));
                let parameter = pointer.and_then(|p| api.pointer(p)).unwrap_or(parameter);
                let name = parameter["name"].as_str().unwrap_or_default().to_string();
                parameters.insert(name, parameter["description"].clone());
            }
            let about = json!({"what": operation["summary"], "parameters": parameters});
            out.insert(format!("{} {path}", method.to_uppercase()), about);
        }
    }
    Json::Object(out)
}

fn api(map: &Map, url: &str) -> Json {
    let plain = |summary: &str, id: &str, schema: &str, tag: &str| {
        json!({"get": {
            "summary": summary, "operationId": id, "tags": [tag],
            "parameters": [{"$ref": "#/components/parameters/f"}],
            "responses": responses(&[("application/json", json!({"$ref": format!("#/components/schemas/{schema}")})), ("text/html", json!({"type": "string"}))], false),
        }})
    };
    let mut paths = JsonObject::new();
    paths.insert("/".into(), plain("The landing page", "getLandingPage", "links", "capabilities"));
    paths.insert(
        "/conformance".into(),
        plain("What the server conforms to", "getConformance", "conformance", "capabilities"),
    );
    paths.insert(
        "/functions".into(),
        plain("Functions that filters may call", "getFunctions", "object", "capabilities"),
    );
    paths.insert(
        "/collections".into(),
        plain("The collections", "getCollections", "links", "capabilities"),
    );
    for (id, _) in map.catalog().collections() {
        collection_paths(map, id, &mut paths);
    }
    paths.insert("/query".into(), query_path());
    json!({
        "openapi": "3.0.3",
        "info": {
            "title": "contactline",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Features of the map and answers about them, as of any day. Errors are \
             problem documents (RFC 9457) that say what was expected.",
            "license": {"name": "MIT OR Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
        },
        "servers": [{"url": url}],
        "tags": [{"name": "capabilities", "description": "What there is"}, {"name": "features", "description": "Features"}, {"name": "query", "description": "Questions"}],
        "paths": paths,
        "components": {"parameters": parameters(), "schemas": schemas()},
    })
}

/// The responses of an operation that succeeds with one of these forms.
fn responses(forms: &[(&str, Json)], may_be_missing: bool) -> Json {
    let content: JsonObject<String, Json> =
        forms.iter().map(|(kind, schema)| (kind.to_string(), json!({"schema": schema}))).collect();
    let problem = |description: &str| json!({"description": description, "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/problem"}}}});
    let mut out = json!({
        "200": {"description": "The answer", "content": content},
        "304": {"description": "What the client has is still right"},
        "400": problem("Something about the request is wrong; the detail says what"),
        "405": problem("Another method than those named here"),
        "503": problem("The server is working as much as it can"),
    });
    if may_be_missing {
        out["404"] = problem("There is no such thing");
    }
    out
}

fn collection_paths(map: &Map, id: &str, paths: &mut JsonObject<String, Json>) {
    let Some(schema) = map.catalog().schema(id) else { return };
    let reference = |name: &str| json!({"$ref": format!("#/components/parameters/{name}")});
    let described = |what: &str, name: &str, schema: &str, kind: &str| {
        json!({"get": {
            "summary": what, "operationId": format!("{id}.{name}"), "tags": ["features"],
            "parameters": [reference("f")],
            "responses": responses(&[(kind, json!({"$ref": format!("#/components/schemas/{schema}")})), ("text/html", json!({"type": "string"}))], false),
        }})
    };
    let here = format!("/collections/{}", segment(id));
    paths.insert(
        here.clone(),
        described("The collection", "collection", "collection", "application/json"),
    );
    for name in ["queryables", "sortables", "schema"] {
        let what = format!("The {name} of the features");
        paths.insert(
            format!("{here}/{name}"),
            described(&what, name, "object", "application/schema+json"),
        );
    }
    let mut parameters: Vec<Json> = [
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
    ]
    .map(reference)
    .to_vec();
    let names: Vec<&str> = schema.properties.keys().map(|k| &**k).collect();
    if !names.is_empty() {
        let sortable = |k: &Kind| !matches!(k, Kind::Array | Kind::Object | Kind::Geometry);
        let keys: Vec<String> = schema
            .properties
            .iter()
            .filter(|(_, k)| sortable(k))
            .flat_map(|(name, _)| [name.to_string(), format!("-{name}")])
            .collect();
        let list = |name: &str, what: &str, items: Json| {
            json!({"name": name, "in": "query", "description": what, "required": false, "style": "form", "explode": false,
                "schema": {"type": "array", "minItems": 1, "items": items}})
        };
        parameters.push(list(
            "properties",
            "Only these properties",
            json!({"type": "string", "enum": names}),
        ));
        if !keys.is_empty() {
            parameters.push(list(
                "sortby",
                "Properties to sort by, in turn; with a minus from the greatest to the least",
                json!({"type": "string", "enum": keys}),
            ));
        }
    }
    for (name, kind) in schema.properties.iter().filter(|(n, _)| !RESERVED.contains(&&***n)) {
        let schema = match kind {
            Kind::Array | Kind::Object | Kind::Geometry => continue,
            // Any text may be compared with it.
            Kind::Temporal | Kind::Any => json!({"type": "string"}),
            kind => property(*kind),
        };
        parameters.push(json!({"name": **name, "in": "query", "description": format!("Only features whose {name} is this"), "required": false, "schema": schema}));
    }
    let forms = [
        ("application/geo+json", json!({"$ref": "#/components/schemas/featureCollection"})),
        ("text/html", json!({"type": "string"})),
        ("application/geo+json-seq", json!({"type": "string"})),
        ("text/csv", json!({"type": "string"})),
        ("application/flatgeobuf", json!({"type": "string", "format": "binary"})),
    ];
    paths.insert(
        format!("{here}/items"),
        json!({"get": {"summary": format!("Features of {id}"), "operationId": format!("{id}.items"), "tags": ["features"],
            "parameters": parameters, "responses": responses(&forms, false)}}),
    );
    let mut own: Vec<Json> =
        ["featureId", "fFeature", "crs", "skipGeometry", "precision"].map(reference).to_vec();
    own.extend(parameters_named(&parameters, "properties"));
    let forms = [
        ("application/geo+json", json!({"$ref": "#/components/schemas/feature"})),
        ("text/html", json!({"type": "string"})),
    ];
    paths.insert(
        format!("{here}/items/{{featureId}}"),
        json!({"get": {"summary": format!("A feature of {id}"), "operationId": format!("{id}.item"), "tags": ["features"],
            "parameters": own, "responses": responses(&forms, true)}}),
    );
}

fn parameters_named(parameters: &[Json], name: &str) -> Option<Json> {
    parameters.iter().find(|p| p["name"] == name).cloned()
}

fn query_path() -> Json {
    let members: Vec<(&str, &str, Json)> = MEMBERS
        .iter()
        .chain(&FORM_MEMBERS)
        .map(|(name, what)| (*name, *what, member(name)))
        .collect();
    let parameters: Vec<Json> = members
        .iter()
        .map(|(name, what, schema)| json!({"name": name, "in": "query", "description": what, "required": false, "schema": schema}))
        .collect();
    let properties: JsonObject<String, Json> = members
        .iter()
        .map(|(name, what, schema)| {
            let mut schema = schema.clone();
            schema["description"] = json!(what);
            (name.to_string(), schema)
        })
        .collect();
    let forms = [
        ("application/geo+json", json!({"$ref": "#/components/schemas/featureCollection"})),
        ("image/png", json!({"type": "string", "format": "binary"})),
    ];
    let mut get = json!({"summary": "Answers a short question", "operationId": "query", "tags": ["query"], "parameters": parameters,
        "responses": responses(&forms, true)});
    get["description"] = json!(
        "All members hold together. A question asks at least for a place, a name, a change, a \
         filter or a sum."
    );
    let mut responses = responses(&forms, true);
    responses["415"] = json!({"description": "The question is not JSON", "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/problem"}}}});
    responses["413"] = json!({"description": "The question is larger than 2 MiB"});
    let body = json!({"type": "object", "properties": properties, "additionalProperties": false});
    json!({"get": get, "post": {
        "summary": "Answers any question", "operationId": "queryJson", "tags": ["query"],
        "requestBody": {"required": true, "content": {"application/json": {"schema": body, "example": {"within": "districts/az-shusha", "collections": "places"}}}},
        "responses": responses,
    }})
}

/// The schema of a member of questions. Formats are named where a pattern cannot say what is read.
fn member(name: &str) -> Json {
    match name {
        "k" => json!({"type": "integer", "minimum": 1, "maximum": 1000}),
        "limit" => json!({"type": "integer", "minimum": 1, "maximum": MAX_ANSWER}),
        "distance_m" => json!({"type": "number", "minimum": 0, "maximum": 20_040_000}),
        "skipGeometry" => json!({"type": "boolean"}),
        "f" => json!({"type": "string", "enum": ["geojson", "png"]}),
        "size" => {
            json!({"type": "string", "pattern": "^[1-9][0-9]{0,2}x[1-9][0-9]{0,2}(@([1-9]|10)x)?$", "default": "800x600"})
        }
        "style" => json!({"type": "string", "format": "style-id"}),
        "at" => json!({"type": "string", "format": "lon-lat"}),
        "datetime" => json!({"type": "string", "format": "ogc-datetime"}),
        "between" => json!({"type": "string", "format": "two-days"}),
        "filter" => json!({"type": "string", "format": "cql2"}),
        "collections" | "split" => json!({"type": "string", "format": "collection-ids"}),
        "name" | "property" | "sum_by" | "sum" => json!({"type": "string"}),
        _ => json!({"type": "string", "format": "place"}),
    }
}

fn parameters() -> Json {
    let crs = Crs::ALL.map(Crs::uri);
    let query = |name: &str, description: &str, schema: Json| json!({"name": name, "in": "query", "description": description, "required": false, "style": "form", "explode": false, "schema": schema});
    let format = |formats: &[Format]| {
        let names: Vec<&str> = formats.iter().map(|f| f.name()).collect();
        query(
            "f",
            "The form of the answer; without it, what the Accept header asks for",
            json!({"type": "string", "enum": names}),
        )
    };
    json!({
        "f": format(&Format::PLAIN),
        "fFeatures": format(&Format::FEATURES),
        "fFeature": format(&[Format::GeoJson, Format::Html]),
        "featureId": {"name": "featureId", "in": "path", "required": true, "description": "The id of a feature", "schema": {"type": "string"}},
        "limit": query("limit", "The most features that an answer may hold", json!({"type": "integer", "minimum": 1, "default": DEFAULT_LIMIT})),
        "cursor": query("cursor", "Where a page begins, as the links of an answer have it", json!({"type": "string", "format": "cursor"})),
        "bbox": query("bbox", "West, south, east, north; or with heights after each corner", json!({
            "type": "array", "oneOf": [{"minItems": 4, "maxItems": 4}, {"minItems": 6, "maxItems": 6}], "items": {"type": "number"}})),
        "bbox-crs": query("bbox-crs", "The CRS of bbox", json!({"type": "string", "format": "uri", "enum": crs, "default": crs[0]})),
        "crs": query("crs", "The CRS of the answer", json!({"type": "string", "format": "uri", "enum": crs, "default": crs[0]})),
        "datetime": query("datetime", "A date, a timestamp, or an interval of them with a slash between; an end may be '..'", json!({"type": "string", "format": "ogc-datetime"})),
        "filter": query("filter", "A condition in CQL2", json!({"type": "string", "format": "cql2"})),
        "filter-lang": query("filter-lang", "The language of filter", json!({"type": "string", "enum": ["cql2-text", "cql2-json"], "default": "cql2-text"})),
        "filter-crs": query("filter-crs", "The CRS of the filter's geometries", json!({"type": "string", "format": "uri", "enum": crs, "default": crs[0]})),
        "skipGeometry": query("skipGeometry", "Whether to leave out geometries", json!({"type": "boolean", "default": false})),
        "precision": query("precision", "Digits after the point of coordinates", json!({"type": "integer", "minimum": 0, "maximum": 12})),
    })
}

fn schemas() -> Json {
    let links = json!({"type": "array", "items": {"type": "object", "required": ["href", "rel", "type"], "properties": {
        "href": {"type": "string"}, "rel": {"type": "string"}, "type": {"type": "string"}, "title": {"type": "string"}}}});
    json!({
        "object": {"type": "object"},
        "links": {"type": "object", "required": ["links"], "properties": {"links": links}},
        "conformance": {"type": "object", "required": ["conformsTo"], "properties": {"conformsTo": {"type": "array", "items": {"type": "string"}}}},
        "collection": {"type": "object", "required": ["id", "links"], "properties": {"id": {"type": "string"}, "title": {"type": "string"}, "links": links}},
        "feature": {"type": "object", "required": ["type", "geometry", "properties"], "properties": {
            "type": {"type": "string", "enum": ["Feature"]}, "id": {"oneOf": [{"type": "string"}, {"type": "number"}]},
            "geometry": {"type": "object", "nullable": true}, "properties": {"type": "object", "nullable": true}, "links": links}},
        "featureCollection": {"type": "object", "required": ["type", "features"], "properties": {
            "type": {"type": "string", "enum": ["FeatureCollection"]},
            "features": {"type": "array", "items": {"$ref": "#/components/schemas/feature"}},
            "numberMatched": {"type": "integer", "minimum": 0}, "numberReturned": {"type": "integer", "minimum": 0}, "links": links}},
        "problem": {"type": "object", "required": ["type", "title", "status", "detail"], "properties": {
            "type": {"type": "string"}, "title": {"type": "string"}, "status": {"type": "integer"}, "detail": {"type": "string"}}},
    })
}
