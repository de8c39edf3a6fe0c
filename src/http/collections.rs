//! The collections and their features as GeoJSON.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value as Json_, json};

use super::Problem;
use super::request::{Params, PublicUrl, bbox};
use crate::map::{ItemsQuery, Service};

const DEFAULT_LIMIT: usize = 1_000;
const MAX_LIMIT: usize = 100_000;

/// `/collections`
pub async fn list(State(service): State<Service>, PublicUrl(url): PublicUrl) -> Response {
    let collections: Vec<Json_> = service
        .map()
        .collections()
        .map(|(id, index)| {
            json!({
                "id": id,
                "title": index.collection().title,
                "features": index.collection().features.len(),
                "links": [{"rel": "items", "type": "application/geo+json", "href": format!("{url}/collections/{id}/items")}],
            })
        })
        .collect();
    Json(json!({"collections": collections})).into_response()
}

/// `/collections/{id}/items[?bbox=w,s,e,n][&datetime=][&limit=]`
pub async fn items(
    State(service): State<Service>,
    Path(id): Path<String>,
    mut params: Params,
) -> Result<Response, Problem> {
    let bbox = params.take("bbox").map(|text| bbox(&text)).transpose()?;
    let date = params.take_date()?;
    let limit = params.take_count("limit", 1..=MAX_LIMIT)?.unwrap_or(DEFAULT_LIMIT);
    params.finish("bbox, datetime, limit")?;
    let mut response = Json(service.map().items(&id, &ItemsQuery { bbox, date, limit })?).into_response();
    mark_geojson(&mut response);
    Ok(response)
}

pub(super) fn mark_geojson(response: &mut Response) {
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/geo+json"));
}
