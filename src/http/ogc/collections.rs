//! What collections there are, and what their features are made of.

use axum::http::HeaderMap;
use axum::response::Response;
use serde_json::{Map as JsonObject, Value as Json, json};

use super::landing::answer;
use super::negotiate::Format;
use super::relations::{MAP, MAP_SETS, VECTOR_SETS};
use super::{link, segment};
use crate::atlas::Map;
use crate::catalog::Schema;
use crate::cql2::Kind;
use crate::encode::free_name;
use crate::feature::{Date, Timing};
use crate::geo::Crs;
use crate::http::Problem;
use crate::http::request::{Asker, JSON, Params, UrlPath, json as json_answer, short};
use crate::http::site::PublicUrl;
use crate::service::Lane;

pub const QUERYABLES: &str = "http://www.opengis.net/def/rel/ogc/1.0/queryables";
pub const SORTABLES: &str = "http://www.opengis.net/def/rel/ogc/1.0/sortables";
const SCHEMA: &str = "http://www.opengis.net/def/rel/ogc/1.0/schema";
pub const SCHEMA_JSON: &str = "application/schema+json";

/// `/collections`
pub async fn list(
    Asker(service): Asker,
    PublicUrl(url): PublicUrl,
    mut params: Params,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let format = Format::wanted(&mut params, &headers, &Format::PLAIN)?;
    params.finish("f")?;
    let base = url.clone();
    let all = service
        .run(Lane::Question, move |map, _| {
            let ids: Vec<String> =
                map.catalog().collections().map(|(id, _)| id.to_string()).collect();
            ids.iter().filter_map(|id| collection(map, id, &base)).collect::<Vec<Json>>()
        })
        .await?;
    let here = format!("{url}/collections?f={}", format.name());
    let json = json!({
        "links": [
            link("self", format.media_type(), here, "This page"),
            alternate(format, &format!("{url}/collections")),
        ],
        "crs": Crs::ALL.map(Crs::uri),
        "collections": all,
    });
    answer(format, &headers, "Collections", json)
}

/// `/collections/{id}`
pub async fn one(
    Asker(service): Asker,
    UrlPath(id): UrlPath<String>,
    PublicUrl(url): PublicUrl,
    mut params: Params,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let format = Format::wanted(&mut params, &headers, &Format::PLAIN)?;
    params.finish("f")?;
    let name = id.clone();
    let found = service
        .run(Lane::Question, move |map, _| {
            collection(map, &name, &url).ok_or_else(|| unknown(map, &name))
        })
        .await??;
    let title = found["title"].as_str().unwrap_or(&id).to_string();
    answer(format, &headers, &title, found)
}

/// Whether the first style draws a collection.
fn is_drawn(map: &Map, id: &str) -> bool {
    let first = map.styles().next();
    first.is_some_and(|(_, styled)| styled.source_collections().any(|(_, own)| own == id))
}

/// The resource of a collection; the same among all and by itself.
fn collection(map: &Map, id: &str, url: &str) -> Option<Json> {
    let index = map.catalog().collection(id)?;
    let schema = map.catalog().schema(id)?;
    let here = format!("{url}/collections/{}", segment(id));
    let features = &index.collection().features;
    let timing = index.collection().timing;
    let end =
        |pick: fn(&crate::feature::Validity) -> Option<Date>, first: bool| -> Option<String> {
            let ends: Option<Vec<Date>> = features.iter().map(|f| pick(&f.validity)).collect();
            let ends = ends?.into_iter();
            if first { ends.min() } else { ends.max() }.map(|d| format!("{d}T00:00:00Z"))
        };
    let mut links = vec![
        // Without a query: GDAL adds that to the URLs of its features.
        link("self", JSON, here.clone(), "This collection"),
        link("alternate", "text/html", format!("{here}?f=html"), "This collection as a page"),
        link(
            QUERYABLES,
            SCHEMA_JSON,
            format!("{here}/queryables"),
            "Properties that filters may name",
        ),
        link(SORTABLES, SCHEMA_JSON, format!("{here}/sortables"), "Properties to sort by"),
        link(SCHEMA, SCHEMA_JSON, format!("{here}/schema"), "What features are made of"),
    ];
    for format in Format::FEATURES {
        links.push(link(
            "items",
            format.media_type(),
            format!("{here}/items?f={}", format.name()),
            "The features",
        ));
    }
    let tiles = format!("{here}/tiles");
    links.push(link(VECTOR_SETS, JSON, tiles, "The features as vector tiles"));
    if is_drawn(map, id) {
        links.push(link(MAP, "image/png", format!("{here}/map"), "The features as a map"));
        let tiles = format!("{here}/map/tiles");
        links.push(link(MAP_SETS, JSON, tiles, "The features as tiles of a map"));
    }
    let mut out = json!({
        "id": id,
        "title": index.collection().title,
        "description": format!("{} features", features.len()),
        "itemType": "feature",
        "itemCount": features.len(),
        // What `datetime` asks of its features.
        "time": timing.name(),
        "links": links,
        "crs": Crs::ALL.map(Crs::uri),
        "storageCrs": Crs::Crs84.uri(),
    });
    // Of moments the last is an end; what holds on has none.
    let last: fn(&crate::feature::Validity) -> Option<Date> =
        if timing == Timing::Instant { |v| v.from() } else { |v| v.to() };
    let interval = [end(|v| v.from(), true), end(last, false)];
    let mut extent = json!({"temporal": {"interval": [interval]}});
    if let Some(bbox) = schema.extent {
        extent["spatial"] = json!({"bbox": [bbox], "crs": Crs::Crs84.uri()});
    }
    out["extent"] = extent;
    Some(out)
}

pub(super) fn unknown(map: &Map, id: &str) -> Problem {
    let known: Vec<&str> = map.catalog().collections().map(|(id, _)| id).collect();
    Problem::not_found(format!(
        "there is no collection '{}'; there are: {}",
        short(id),
        known.join(", ")
    ))
}

fn alternate(format: Format, here: &str) -> Json {
    let other = if format == Format::Html { Format::Json } else { Format::Html };
    link(
        "alternate",
        other.media_type(),
        format!("{here}?f={}", other.name()),
        "This page in another form",
    )
}

/// Which of a collection's schemas is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Aspect {
    Queryables,
    Sortables,
    Schema,
}

/// `/collections/{id}/queryables`
pub async fn queryables(
    asker: Asker,
    id: UrlPath<String>,
    url: PublicUrl,
    params: Params,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    aspect(asker, id, url, params, headers, Aspect::Queryables).await
}

/// `/collections/{id}/sortables`
pub async fn sortables(
    asker: Asker,
    id: UrlPath<String>,
    url: PublicUrl,
    params: Params,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    aspect(asker, id, url, params, headers, Aspect::Sortables).await
}

/// `/collections/{id}/schema`
pub async fn schema(
    asker: Asker,
    id: UrlPath<String>,
    url: PublicUrl,
    params: Params,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    aspect(asker, id, url, params, headers, Aspect::Schema).await
}

async fn aspect(
    Asker(service): Asker,
    UrlPath(id): UrlPath<String>,
    PublicUrl(url): PublicUrl,
    mut params: Params,
    headers: HeaderMap,
    aspect: Aspect,
) -> Result<Response, Problem> {
    let format = Format::wanted(&mut params, &headers, &Format::PLAIN)?;
    params.finish("f")?;
    let json = service
        .run(Lane::Question, move |map, _| {
            let schema = map.catalog().schema(&id).ok_or_else(|| unknown(map, &id))?;
            let title = map
                .catalog()
                .collection(&id)
                .map_or(id.as_str(), |i| i.collection().title.as_str());
            Ok::<Json, Problem>(described(schema, &id, title, &url, aspect))
        })
        .await??;
    match format {
        Format::Html => {
            answer(format, &headers, json["title"].as_str().unwrap_or_default(), json.clone())
        }
        _ => Ok(json_answer(&headers, SCHEMA_JSON, &json)),
    }
}

fn described(schema: &Schema, id: &str, title: &str, url: &str, aspect: Aspect) -> Json {
    let mut properties = JsonObject::new();
    let ids = schema.ids.or((aspect == Aspect::Schema).then_some(Kind::Text));
    if let Some(ids) = ids.filter(|_| !schema.properties.contains_key("id")) {
        let kind = if ids == Kind::Number { "number" } else { "string" };
        properties.insert("id".into(), json!({"title": "id", "type": kind, "x-ogc-role": "id"}));
    }
    // In filters, a property of that name is meant, and no name leads to the geometry.
    let is_hidden = schema.properties.contains_key("geometry");
    if aspect == Aspect::Schema || aspect == Aspect::Queryables && !is_hidden {
        let format = format!("geometry-{}", schema.geometry);
        let name = match is_hidden {
            true => free_name("geometry", schema.properties.keys().map(|name| &**name)),
            false => "geometry".to_string(),
        };
        properties.insert(
            name,
            json!({"title": "geometry", "format": format, "x-ogc-role": "primary-geometry"}),
        );
    }
    for (name, kind) in &schema.properties {
        let sortable = !matches!(kind, Kind::Array | Kind::Object | Kind::Geometry);
        if aspect == Aspect::Sortables && !sortable {
            continue;
        }
        let mut property = property(*kind);
        property["title"] = json!(**name);
        match &**name {
            "id" => property["x-ogc-role"] = json!("id"),
            "valid_from" => property["x-ogc-role"] = json!("primary-interval-start"),
            "valid_to" => property["x-ogc-role"] = json!("primary-interval-end"),
            _ => {}
        }
        properties.insert(name.to_string(), property);
    }
    let name = match aspect {
        Aspect::Queryables => "queryables",
        Aspect::Sortables => "sortables",
        Aspect::Schema => "schema",
    };
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": format!("{url}/collections/{}/{name}", segment(id)),
        "type": "object",
        "title": title,
        "properties": properties,
        "additionalProperties": false,
    })
}

/// JSON Schema for a property.
pub(super) fn property(kind: Kind) -> Json {
    match kind {
        Kind::Boolean => json!({"type": "boolean"}),
        Kind::Number => json!({"type": "number"}),
        Kind::Text => json!({"type": "string"}),
        Kind::Temporal => json!({"type": "string", "format": "date"}),
        Kind::Array => json!({"type": "array", "items": {}}),
        Kind::Object => json!({"type": "object"}),
        Kind::Geometry => json!({"format": "geometry-any"}),
        Kind::Any => json!({"type": ["string", "number", "boolean", "array", "object"]}),
    }
}
