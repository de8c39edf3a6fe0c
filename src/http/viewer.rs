//! The viewer page at `/` and what it loads. Leaflet is bundled when the binary is built; a build
//! without npm serves the page with Leaflet from a public CDN, by integrity hash.

use axum::http::header;
use axum::response::{Html, IntoResponse, Response};

use super::Problem;
use super::request::{UrlPath, short};

const PAGE: &str = include_str!("../../web/index.html");
const SCRIPT: &str = include_str!("../../web/viewer.js");
const STYLE: &str = include_str!("../../web/viewer.css");
/// Of the pages of `ogc/html`.
const RESOURCE_STYLE: &str = include_str!("../../web/resource.css");
/// The tags that load Leaflet: from `/assets/`, or from the CDN.
const LEAFLET_TAGS: &str = include_str!(concat!(env!("OUT_DIR"), "/leaflet-tags.html"));
/// Empty where npm was missing.
const LEAFLET_SCRIPT: &str = include_str!(concat!(env!("OUT_DIR"), "/leaflet.js"));
const LEAFLET_STYLE: &str = include_str!(concat!(env!("OUT_DIR"), "/leaflet.css"));

/// Where pages load scripts and style sheets from.
pub fn script_sources() -> &'static str {
    if LEAFLET_SCRIPT.is_empty() { "'self' https://unpkg.com" } else { "'self'" }
}

/// `/`
pub async fn page() -> Response {
    let page = PAGE.replace("<!-- leaflet -->", LEAFLET_TAGS);
    ([(header::CACHE_CONTROL, "no-cache")], Html(page)).into_response()
}

/// `/assets/{file}`
pub async fn asset(UrlPath(file): UrlPath<String>) -> Result<Response, Problem> {
    let (kind, text) = match file.as_str() {
        "viewer.js" => ("text/javascript; charset=utf-8", SCRIPT),
        "viewer.css" => ("text/css; charset=utf-8", STYLE),
        "resource.css" => ("text/css; charset=utf-8", RESOURCE_STYLE),
        "leaflet.js" if !LEAFLET_SCRIPT.is_empty() => {
            ("text/javascript; charset=utf-8", LEAFLET_SCRIPT)
        }
        "leaflet.css" if !LEAFLET_STYLE.is_empty() => ("text/css; charset=utf-8", LEAFLET_STYLE),
        other => return Err(Problem::not_found(format!("there is no asset '{}'", short(other)))),
    };
    Ok(([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "public, max-age=3600")], text)
        .into_response())
}
