//! The landing page, what the server conforms to, and the functions of filters.

use axum::extract::State;
use axum::http::{HeaderMap, Uri, header};
use axum::response::Response;
use serde_json::{Value as Json, json};

use super::negotiate::Format;
use super::{html, link, relations};
use crate::atlas::{Map, StyledMap};
use crate::cql2::{FUNCTIONS, Kind};
use crate::geo::Crs;
use crate::http::request::{Asker, JSON, Params, json as json_answer};
use crate::http::site::PublicUrl;
use crate::http::{Problem, viewer};
use crate::service::Service;

/// `/`: the viewer for people, links for programs.
pub async fn root(
    Asker(service): Asker,
    PublicUrl(url): PublicUrl,
    uri: Uri,
    mut params: Params,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    // Whoever previews a link to a view asks for anything.
    let is_view = params.pairs().any(|(key, _)| viewer::VIEW.contains(&key));
    let names_json = headers
        .get_all(header::ACCEPT)
        .iter()
        .any(|accept| accept.to_str().is_ok_and(|accept| accept.contains("json")));
    if is_view && !names_json && params.pairs().all(|(key, _)| key != "f") {
        return Ok(viewer::page(service.map(), &url, &uri));
    }
    match Format::wanted(&mut params, &headers, &Format::PLAIN)? {
        Format::Html => Ok(viewer::page(service.map(), &url, &uri)),
        _ => {
            params.finish("f")?;
            let json = json!({
                "title": "contactline",
                "description": "The Nagorno-Karabakh conflict as maps, features and answers, as \
                 of any day",
                "links": links(&url),
                "extent": extent(service.map()),
                "crs": Crs::ALL.map(Crs::uri),
            });
            Ok(json_answer(&headers, JSON, &json))
        }
    }
}

/// Where and when the first style's map is (OGC 20-058, 19).
fn extent(map: &Map) -> Json {
    let styled = map.styles().next().map(|(_, styled)| styled);
    let frame = styled.and_then(StyledMap::frame).map(|frame| {
        let ((west, north), (east, south)) = (frame.min.to_degrees(), frame.max.to_degrees());
        [west, south, east, north].map(|v| (v * 1e6).round() / 1e6)
    });
    let first = styled.and_then(|styled| styled.changes().first().map(|day| day.to_string()));
    json!({
        "spatial": {"bbox": [frame.unwrap_or([-180.0, -85.051_129, 180.0, 85.051_129])]},
        "temporal": {"interval": [[first, Json::Null]]},
    })
}

/// Links to all that there is.
fn links(url: &str) -> [Json; 12] {
    let at = |rel: &str, kind: &str, path: &str, title: &str| {
        link(rel, kind, format!("{url}{path}"), title)
    };
    let functions = "http://www.opengis.net/def/rel/ogc/1.0/functions";
    [
        at("self", JSON, "/?f=json", "This page"),
        at("alternate", "text/html", "/?f=html", "The map"),
        at("service-desc", OPENAPI, "/api", "The API, for programs"),
        at("service-doc", "text/html", "/api.html", "The API, for people"),
        at("conformance", JSON, "/conformance", "What the server conforms to"),
        at("data", JSON, "/collections", "The collections of features"),
        at(functions, JSON, "/functions", "Functions that filters may call"),
        at(relations::STYLES, JSON, "/styles", "The styles that maps are drawn in"),
        at(relations::MAP, "image/png", "/map", "The map"),
        at(relations::VECTOR_SETS, JSON, "/tiles", "The features as vector tiles"),
        at(relations::MAP_SETS, JSON, "/map/tiles", "The map as tiles"),
        at(relations::TILING_SCHEMES, JSON, "/tileMatrixSets", "How tiles divide the world"),
    ]
}

pub const OPENAPI: &str = "application/vnd.oai.openapi+json;version=3.0";

/// The classes that are met, after the standards' own prefixes.
const CLASSES: [(&str, &[&str]); 10] = [
    ("ogcapi-features-1/1.0", &["core", "oas30", "html", "geojson"]),
    ("ogcapi-features-2/1.0", &["crs"]),
    (
        "ogcapi-features-3/1.0",
        &["queryables", "queryables-query-parameters", "filter", "features-filter"],
    ),
    (
        "ogcapi-features-5/1.0",
        &[
            "schemas",
            "core-roles-features",
            "advanced-property-roles",
            "returnables-and-receivables",
            "queryables",
            "sortables",
        ],
    ),
    ("ogcapi-features-6/1.0", &["properties", "properties-features"]),
    ("ogcapi-features-8/1.0", &["sortables", "sorting", "features-sorting"]),
    (
        "ogcapi-tiles-1/1.0",
        &[
            "core",
            "oas30",
            "tileset",
            "tilesets-list",
            "dataset-tilesets",
            "geodata-tilesets",
            "collections-selection",
            "datetime",
            "mvt",
            "png",
            "jpeg",
        ],
    ),
    (
        "ogcapi-maps-1/1.0",
        &[
            "core",
            "dataset-map",
            "collection-map",
            "styled-map",
            "collections-selection",
            "spatial-subsetting",
            "scaling",
            "crs",
            "datetime",
            "background",
            "png",
            "jpeg",
            "tiff",
            "svg",
            "api-operations",
        ],
    ),
    ("ogcapi-styles-1/1.0", &["core", "mapbox-styles"]),
    ("tms/2.0", &["tilematrixset", "json-tilematrixset"]),
];

const CQL2_CLASSES: [&str; 14] = [
    "cql2-text",
    "cql2-json",
    "basic-cql2",
    "advanced-comparison-operators",
    "case-insensitive-comparison",
    "accent-insensitive-comparison",
    "basic-spatial-functions",
    "basic-spatial-functions-plus",
    "spatial-functions",
    "temporal-functions",
    "array-functions",
    "property-property",
    "functions",
    "arithmetic",
];

/// `/conformance`
pub async fn conformance(mut params: Params, headers: HeaderMap) -> Result<Response, Problem> {
    let format = Format::wanted(&mut params, &headers, &Format::PLAIN)?;
    params.finish("f")?;
    let all = CLASSES.iter().copied().chain([("cql2/1.0", CQL2_CLASSES.as_slice())]);
    let uris = all.flat_map(|(standard, classes)| {
        classes
            .iter()
            .map(move |class| format!("http://www.opengis.net/spec/{standard}/conf/{class}"))
    });
    answer(format, &headers, "Conformance", json!({"conformsTo": uris.collect::<Vec<_>>()}))
}

/// `/functions`
pub async fn functions(
    State(_): State<Service>,
    mut params: Params,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let format = Format::wanted(&mut params, &headers, &Format::PLAIN)?;
    params.finish("f")?;
    let name = |kind: &Kind| match kind {
        Kind::Number => "number",
        Kind::Boolean => "boolean",
        Kind::Temporal => "datetime",
        Kind::Geometry => "geometry",
        _ => "string",
    };
    let function = |f: &crate::cql2::Function| {
        let arguments: Vec<Json> = f.arguments.iter().map(|a| json!({"type": [name(a)]})).collect();
        json!({
            "name": f.name,
            "description": f.description,
            "arguments": arguments,
            "returns": [name(&f.returns)],
        })
    };
    let all: Vec<Json> = FUNCTIONS.iter().map(function).collect();
    answer(format, &headers, "Functions", json!({"functions": all}))
}

/// A plain resource as JSON or as a page.
pub(super) fn answer(
    format: Format,
    headers: &HeaderMap,
    title: &str,
    json: Json,
) -> Result<Response, Problem> {
    Ok(match format {
        Format::Html => html::page(headers, title, &json),
        _ => json_answer(headers, JSON, &json),
    })
}
