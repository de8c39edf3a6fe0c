//! The viewer page at `/`, the pages of other clients (`/maplibre`, `/openlayers`), how to add the
//! map to them (`/add`), and what pages load. All of it is bundled when the binary is built; a build
//! without npm serves the map as a picture in place of the viewer, and no other pages.

use axum::http::{Uri, header};
use axum::response::{Html, IntoResponse, Response};

use super::Problem;
use super::card::Card;
use super::ogc::escaped;
use super::request::{Asker, UrlPath, short};
use super::site::PublicUrl;
use crate::atlas::Map;

const PAGE: &str = include_str!("../../web/index.html");
const MAPLIBRE: &str = include_str!("../../web/maplibre.html");
const ADD: &str = include_str!("../../web/add.html");
/// docs/clients.md as HTML.
const CLIENTS: &str = include_str!(concat!(env!("OUT_DIR"), "/clients.html"));
const OPENLAYERS: &str = include_str!("../../web/openlayers.html");
/// The picture of the viewer's page without scripts.
const PICTURE: &str = "map?f=png&amp;width=1024&amp;crs=EPSG:3857";
const SCRIPT: &str = "text/javascript; charset=utf-8";
const STYLE: &str = "text/css; charset=utf-8";

/// A file of `web/`, or one that npm gave: empty where it was missing.
macro_rules! asset {
    (web $name:literal, $kind:expr) => {
        ($name, $kind, include_str!(concat!("../../web/", $name)))
    };
    (words $lang:literal) => {
        (
            concat!("words-", $lang, ".json"),
            "application/json",
            include_str!(concat!("../../web/words/", $lang, ".json")),
        )
    };
    (npm $name:literal, $kind:expr) => {
        ($name, $kind, include_str!(concat!(env!("OUT_DIR"), "/", $name)))
    };
}

/// Names, media types and texts of what pages load.
const ASSETS: [(&str, &str, &str); 24] = [
    asset!(npm "viewer.js", SCRIPT),
    asset!(words "az"),
    asset!(words "hy"),
    asset!(words "ru"),
    asset!(words "ka"),
    asset!(words "fa"),
    asset!(words "tr"),
    asset!(words "fr"),
    asset!(web "viewer.css", STYLE),
    // Of the pages of `ogc/html`.
    asset!(web "resource.css", STYLE),
    asset!(web "client.css", STYLE),
    asset!(web "add.js", SCRIPT),
    asset!(web "panel.js", SCRIPT),
    asset!(web "maplibre.js", SCRIPT),
    asset!(web "openlayers.js", SCRIPT),
    asset!(web "ol-names.js", SCRIPT),
    asset!(npm "leaflet.js", SCRIPT),
    asset!(npm "leaflet.css", STYLE),
    asset!(npm "maplibre-gl.mjs", SCRIPT),
    asset!(npm "maplibre-gl-worker.mjs", SCRIPT),
    asset!(npm "maplibre-gl.css", STYLE),
    asset!(npm "ol.js", SCRIPT),
    asset!(npm "ol.css", STYLE),
    asset!(npm "olms.js", SCRIPT),
];

fn text(name: &str) -> Option<(&'static str, &'static str)> {
    let own = ASSETS.iter().find(|(known, _, text)| *known == name && !text.is_empty());
    own.map(|(_, kind, text)| (*kind, *text))
}

/// What an address of the viewer says of its view.
pub const VIEW: [&str; 10] =
    ["style", "date", "since", "compare", "map", "at", "hide", "lang", "worldview", "ui"];

/// `/`, with what its address shows for those who run no scripts.
pub fn page(map: &Map, url: &str, uri: &Uri) -> Response {
    let mut page = PAGE.to_string();
    if text("viewer.js").is_none() {
        page = page.replace("noscript>", "div>").replace("<main>", "<main hidden>");
    }
    if let Some(card) = Card::new(map, url, uri) {
        page = page.replace("<!-- card -->", &card.tags).replace(PICTURE, &escaped(&card.picture));
    }
    ([(header::CACHE_CONTROL, "no-cache")], Html(page)).into_response()
}

/// `/embed`: the same for frames of other pages.
pub async fn embed(Asker(service): Asker, PublicUrl(url): PublicUrl, uri: Uri) -> Response {
    page(service.map(), &url, &uri)
}

/// `/maplibre`
pub async fn maplibre() -> Result<Response, Problem> {
    of_client(MAPLIBRE, "maplibre-gl.mjs")
}

/// `/openlayers`
pub async fn openlayers() -> Result<Response, Problem> {
    of_client(OPENLAYERS, "ol.js")
}

/// `/add`: how to add the map to other programs, with this server's own address.
pub async fn add(PublicUrl(url): PublicUrl) -> Response {
    let clients = match url.is_empty() {
        true => CLIENTS.to_string(),
        false => CLIENTS.replace("http://127.0.0.1:8080", &url),
    };
    let page = ADD.replace("<!-- clients -->", &clients);
    ([(header::CACHE_CONTROL, "no-cache")], Html(page)).into_response()
}

/// A page that needs a library.
fn of_client(page: &'static str, library: &str) -> Result<Response, Problem> {
    if text(library).is_none() {
        return Err(Problem::not_found(format!(
            "this program was built without npm, and so without {library}"
        )));
    }
    Ok(([(header::CACHE_CONTROL, "no-cache")], Html(page)).into_response())
}

/// `/assets/{file}`
pub async fn asset(UrlPath(file): UrlPath<String>) -> Result<Response, Problem> {
    let (kind, text) = text(&file)
        .ok_or_else(|| Problem::not_found(format!("there is no asset '{}'", short(&file))))?;
    let headers = [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "public, max-age=3600")];
    Ok((headers, text).into_response())
}
