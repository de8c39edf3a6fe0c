//! `/query`: questions to the map, short ones as a query string, any as JSON.

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::Response;
use serde_json::{Map as JsonObject, Value as Json, json};

use super::Problem;
use super::request::{GEOJSON, Params, PublicUrl, tagged};
use crate::map::{Question, Service};

/// Bytes of a question.
pub const MAX_BODY: usize = 2 << 20;

/// `GET /query?at=lon,lat&datetime=...`
pub async fn get(
    State(service): State<Service>,
    PublicUrl(url): PublicUrl,
    params: Params,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let members = params.pairs().map(|(k, v)| (k.to_string(), Json::from(v))).collect();
    answer(&service, &url, members, &headers).await
}

/// `POST /query`, the question a JSON object.
pub async fn post(
    State(service): State<Service>,
    PublicUrl(url): PublicUrl,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or("application/json");
    if !kind.split(';').next().is_some_and(|k| k.trim().ends_with("json")) {
        return Err(Problem::unsupported_media_type("send the question as application/json"));
    }
    let json: Json = serde_json::from_slice(&body).map_err(|e| Problem::bad_request(format!("not JSON: {e}")))?;
    match json {
        Json::Object(members) => answer(&service, &url, members, &headers).await,
        _ => Err(Problem::bad_request("a question is a JSON object, such as {\"at\": [46.75, 39.76]}")),
    }
}

async fn answer(
    service: &Service,
    url: &str,
    members: JsonObject<String, Json>,
    headers: &HeaderMap,
) -> Result<Response, Problem> {
    let question = Question::read(&members)?;
    let mut answer = service.run(move |map| map.ask(&question)).await??;
    answer.members.insert("question".to_string(), Json::Object(members));
    let about = json!({"rel": "service-doc", "type": "text/html", "href": format!("{url}/api.html"), "title": "What can be asked"});
    answer.members.insert("links".to_string(), Json::Array(vec![about]));
    Ok(tagged(headers, GEOJSON, answer.to_bytes()))
}
