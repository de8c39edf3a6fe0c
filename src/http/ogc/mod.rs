//! OGC API - Features: the map's collections for any program that speaks it.
//!
//! Parts 1 (OGC 17-069r4), 2 (18-058r1), 3 (19-079r2) and what is settled of 5, 6 and 8; and
//! OGC API - Tiles, Maps and Styles.

mod collections;
mod html;
mod items;
mod landing;
mod maps;
mod negotiate;
mod openapi;
mod page;
pub(super) mod parameters;
mod relations;
mod small_map;
mod styles;
mod tiles;
mod versions;
mod when;

use axum::Router;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use axum::routing::get;
pub(super) use html::escaped;
pub use landing::root;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value as Json, json};

use crate::service::Service;

/// The routes below `/`, which is its own.
pub fn routes() -> Router<Service> {
    Router::new()
        .route("/conformance", get(landing::conformance))
        .route("/styles", get(styles::list))
        .route("/styles/{id}/metadata", get(styles::metadata))
        .route("/functions", get(landing::functions))
        .route("/api", get(openapi::definition))
        .route("/api.html", get(openapi::page))
        .route("/collections", get(collections::list))
        .route("/collections/{id}", get(collections::one))
        .route("/collections/{id}/queryables", get(collections::queryables))
        .route("/collections/{id}/sortables", get(collections::sortables))
        .route("/collections/{id}/schema", get(collections::schema))
        .route("/collections/{id}/items", get(items::items))
        .route("/collections/{id}/items/{feature}", get(items::item))
        .route("/collections/{id}/items/{feature}/versions", get(versions::all))
        .merge(tiles::routes())
        .merge(maps::routes())
        .layer(axum::middleware::map_response(by_accept))
}

/// What is answered hangs on what the client accepts: caches are to know.
pub async fn by_accept(mut response: Response) -> Response {
    response.headers_mut().append(header::VARY, HeaderValue::from_static("accept"));
    response
}

/// What needs no escape in a part of a path (RFC 3986, 2.3).
const UNRESERVED: AsciiSet = NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// An id as part of a path.
pub(super) fn segment(id: &str) -> String {
    utf8_percent_encode(id, &UNRESERVED).to_string()
}

/// A link as OGC's resources have them.
pub(super) fn link(rel: &str, kind: &str, href: impl Into<String>, title: &str) -> Json {
    json!({"rel": rel, "type": kind, "href": href.into(), "title": title})
}
