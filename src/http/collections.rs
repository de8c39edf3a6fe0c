//! The collections and their features as GeoJSON.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use serde_json::{Value, json};

use super::Problem;
use super::request::{GEOJSON, JSON, Params, PublicUrl, UrlPath, bbox, json};
use crate::map::{ItemsQuery, Service};

const DEFAULT_LIMIT: usize = 1_000;
const MAX_LIMIT: usize = 100_000;

/// `/collections`
pub async fn list(State(service): State<Service>, PublicUrl(url): PublicUrl, headers: HeaderMap) -> Response {
    let collections: Vec<Value> = service
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
    json(&headers, JSON, &json!({"collections": collections}))
}

/// `/collections/{id}/items[?bbox=w,s,e,n][&datetime=][&limit=]`
pub async fn items(
    State(service): State<Service>,
    UrlPath(id): UrlPath<String>,
    mut params: Params,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let bbox = params.take("bbox").map(|text| bbox(&text)).transpose()?;
    let date = params.take_date()?;
    let limit = params.take_count("limit", 1..=MAX_LIMIT)?.unwrap_or(DEFAULT_LIMIT);
    params.finish("bbox, datetime, limit")?;
    let query = ItemsQuery { bbox, date, limit };
    Ok(json(&headers, GEOJSON, &service.run(move |map| map.items(&id, &query)).await??))
}
