//! Vector tiles as answers: compressed as clients accept it, each kind once.

use axum::extract::Extension;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::atlas::Map;
use crate::catalog::QueryError;
use crate::encode::{Coding, Tile};
use crate::geo::Effort;
use crate::http::Problem;
use crate::http::pictures::warning;
use crate::http::request::{WARNING, has_tag};
use crate::service::Service;

const MVT: &str = "application/vnd.mapbox-vector-tile";

/// Among an answer's extensions: how it is compressed is settled.
#[derive(Clone)]
pub struct Settled;

/// Answers with a tile, or with 204 where it is empty.
pub async fn answer(
    service: &Service,
    key: String,
    headers: &HeaderMap,
    make: impl FnOnce(&Map, &Effort) -> Result<Tile, QueryError> + Send + 'static,
) -> Result<Response, Problem> {
    let coding = accepted(headers);
    let tag = match coding {
        None => format!("\"{key}\""),
        Some(coding) => format!("\"{key}-{}\"", coding.name()),
    };
    let mut common = HeaderMap::new();
    for (name, value) in [
        (header::ETAG, tag.as_str()),
        (header::CACHE_CONTROL, "public, max-age=300, stale-while-revalidate=86400"),
        (header::VARY, "accept-encoding"),
    ] {
        if let Ok(value) = HeaderValue::from_str(value) {
            common.insert(name, value);
        }
    }
    if has_tag(headers, &tag) {
        return Ok((StatusCode::NOT_MODIFIED, common).into_response());
    }
    let made = service.vector_tile(key, coding, make).await?;
    for told in made.warnings.iter().filter_map(|told| warning(told)) {
        common.append(WARNING, told);
    }
    if made.bytes.is_empty() && made.warnings.is_empty() {
        return Ok((StatusCode::NO_CONTENT, common).into_response());
    }
    common.insert(header::CONTENT_TYPE, HeaderValue::from_static(MVT));
    if let Some(coding) = coding {
        common.insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding.name()));
    }
    Ok((common, Extension(Settled), made.bytes).into_response())
}

/// The best coding that a client accepts (RFC 9110, 12.5.3).
fn accepted(headers: &HeaderMap) -> Option<Coding> {
    let lists =
        headers.get_all(header::ACCEPT_ENCODING).into_iter().filter_map(|v| v.to_str().ok());
    let offers: Vec<(String, bool)> = lists
        .flat_map(|list| list.split(','))
        .map(|offer| {
            let (name, weight) = offer.split_once(';').unwrap_or((offer, ""));
            let weight = weight.trim().strip_prefix("q=").and_then(|q| q.parse::<f64>().ok());
            (name.trim().to_ascii_lowercase(), weight != Some(0.0))
        })
        .collect();
    Coding::ALL.into_iter().find(|coding| {
        let named = offers.iter().find(|(name, _)| name == coding.name());
        named.or_else(|| offers.iter().find(|(name, _)| name == "*")).is_some_and(|(_, is)| *is)
    })
}
