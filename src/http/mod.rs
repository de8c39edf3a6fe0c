//! The map over HTTP. Everything wrong with a request is answered here, as
//! `application/problem+json` (RFC 9457).

mod attribution;
mod batch;
mod body;
mod card;
mod fonts;
mod guard;
mod legend;
mod mapped;
mod matrix;
mod oembed;
mod ogc;
mod ows;
mod picture_name;
mod pictures;
mod problem;
mod published;
mod query;
mod request;
mod server;
mod site;
mod sources;
mod styles;
mod tiles;
mod vector;
mod viewer;
mod warm;

use axum::Router;
use axum::extract::{Extension, State};
use axum::http::{Extensions, HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{NotForContentType, Predicate, SizeAbove};
use tower_http::cors::{Any, CorsLayer};

pub use problem::Problem;
pub use server::{Limits, Proxies, serve};
pub use site::{BaseUrl, BaseUrlError, Site};

use crate::service::Service;

/// All routes over one map, reached as `site` says.
pub fn router(service: Service, site: Site) -> Router {
    let is_open = |_, _, _: &HeaderMap, extensions: &Extensions| {
        extensions.get::<vector::Settled>().is_none()
    };
    let compressed = SizeAbove::new(256).and(NotForContentType::IMAGES).and(is_open);
    let cors = CorsLayer::new()
        .allow_origin(Any)
        .allow_methods([Method::GET, Method::HEAD, Method::POST])
        .allow_headers([header::CONTENT_TYPE])
        .expose_headers([
            header::ETAG,
            header::LINK,
            header::RETRY_AFTER,
            request::WARNING,
            HeaderName::from_static("content-bbox"),
            HeaderName::from_static("content-crs"),
            HeaderName::from_static("content-datetime"),
            HeaderName::from_static("memento-datetime"),
            HeaderName::from_static("ogc-numbermatched"),
            HeaderName::from_static("ogc-numberreturned"),
        ]);
    Router::new()
        .route("/", get(ogc::root).layer(axum::middleware::map_response(ogc::by_accept)))
        .route("/oembed", get(oembed::oembed))
        .route("/embed", get(viewer::embed))
        .route("/add", get(viewer::add))
        .route("/maplibre", get(viewer::maplibre))
        .route("/openlayers", get(viewer::openlayers))
        .route("/assets/{file}", get(viewer::asset))
        .route("/health", get(health))
        .route("/styles.json", get(styles::list))
        .route("/styles/{name}", get(styles::tilejson))
        .route("/styles/{id}/style.json", get(styles::style))
        .route("/styles/{id}/legend.json", get(legend::rows))
        .route("/styles/{id}/legend.png", get(legend::image))
        .route("/styles/{id}/vector.json", get(vector::style_json))
        .route("/styles/{id}/vector/{z}/{x}/{file}", get(vector::style_tile))
        .route("/data/{file}", get(vector::collections_json))
        .route("/data/{names}/{z}/{x}/{file}", get(vector::collections_tile))
        .route("/styles/{id}/{file}", get(styles::sprite))
        .route("/styles/{id}/{z}/{x}/{file}", get(tiles::tile))
        .route("/styles/{id}/tms/{z}/{x}/{file}", get(tiles::tms_tile))
        .route("/styles/{id}/quadkey/{file}", get(tiles::quadkey_tile))
        .route("/styles/{id}/{size}/{z}/{x}/{file}", get(tiles::sized_tile))
        .route("/styles/{id}/sources/{source}", get(sources::backdrop))
        .route("/styles/{id}/sources/{source}/{z}/{x}/{y}", get(sources::tile))
        .route("/styles/{id}/static/{place}/{file}", get(pictures::picture))
        .route("/styles/{id}/static/{overlay}/{place}/{file}", get(pictures::overlaid_picture))
        .route("/styles/{id}/static", post(pictures::of_spec))
        .route("/fonts.json", get(fonts::list))
        .route("/fonts/{stack}/{file}", get(fonts::range))
        .route("/query", get(query::get).post(query::post))
        .merge(ogc::routes())
        .merge(ows::routes())
        .fallback(elsewhere)
        .method_not_allowed_fallback(method_not_allowed)
        .layer(CompressionLayer::new().compress_when(compressed))
        .layer(cors)
        .layer(CatchPanicLayer::custom(|_| {
            tracing::error!("a request panicked");
            Problem::internal("the request failed inside the server").into_response()
        }))
        .layer(axum::middleware::from_fn(guard::guard))
        .layer(Extension(site::Reached::new(site)))
        .with_state(service)
}

/// Whether the server lives, and what of the map it cannot serve as it should; 200 all the same,
/// since a restart mends no file.
async fn health(State(service): State<Service>) -> Response {
    let (running, waiting) = service.jobs();
    let faults =
        tokio::task::spawn_blocking(move || service.map().faults()).await.unwrap_or_default();
    let mut json = serde_json::json!({
        "status": if faults.is_empty() { "ok" } else { "degraded" },
        "jobs": {"running": running, "waiting": waiting},
    });
    if !faults.is_empty() {
        json["faults"] = faults.into();
    }
    ([(header::CACHE_CONTROL, "no-store")], axum::Json(json)).into_response()
}

/// What is asked for with a slash at its end is what it is without.
async fn elsewhere(Extension(reached): Extension<site::Reached>, uri: Uri) -> Response {
    let path = uri.path();
    // Further slashes before the path would make a host of it.
    let bare = path.trim_matches('/');
    if bare.is_empty() || !path.ends_with('/') || bare.contains('\\') {
        return not_found(&uri).into_response();
    }
    let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    match HeaderValue::from_str(&format!("{}/{bare}{query}", reached.public_url())) {
        Ok(location) => {
            (StatusCode::PERMANENT_REDIRECT, [(header::LOCATION, location)]).into_response()
        }
        Err(_) => not_found(&uri).into_response(),
    }
}

fn not_found(uri: &Uri) -> Problem {
    let path: String = uri.path().chars().take(200).collect();
    Problem::not_found(format!("there is nothing at {path}; the page at / lists what there is"))
}

async fn method_not_allowed(method: Method) -> Problem {
    Problem::method_not_allowed(format!("{method} is not allowed here; use GET"))
}
