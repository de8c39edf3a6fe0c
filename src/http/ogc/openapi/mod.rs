//! The API's own description, OpenAPI 3.0: true to what is served, collection by collection.

mod collection;
mod components;
mod maps;
mod operation;
mod question;

use axum::http::HeaderMap;
use axum::response::Response;
use serde_json::{Map as JsonObject, Value as Json, json};

use super::html;
use super::landing::OPENAPI;
use super::negotiate::Format;
use crate::atlas::Map;
use crate::http::Problem;
use crate::http::request::{Asker, JSON, Params, json as json_answer};
use crate::http::site::PublicUrl;
use crate::service::Lane;
use operation::{page_form, parameter, responses, schema};

/// `/api`
pub async fn definition(
    Asker(service): Asker,
    PublicUrl(url): PublicUrl,
    mut params: Params,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let format = match params.take("f").as_deref() {
        None | Some("json") => Format::Json,
        Some("html") => Format::Html,
        Some(_) => return Err(Problem::bad_request("f is json or html")),
    };
    params.finish("f")?;
    let json = service.run(Lane::Question, move |map, _| api(map, &url)).await?;
    Ok(match format {
        Format::Html => html::page(&headers, "The API", &readable(&json)),
        _ => json_answer(&headers, OPENAPI, &json),
    })
}

/// `/api.html`
pub async fn page(
    Asker(service): Asker,
    PublicUrl(url): PublicUrl,
    params: Params,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    params.finish("")?;
    let json = service.run(Lane::Question, move |map, _| api(map, &url)).await?;
    Ok(html::page(&headers, "The API", &readable(&json)))
}

/// The definition as a reader wants it: each path with what it is for and its parameters.
fn readable(api: &Json) -> Json {
    let mut out = JsonObject::new();
    out.insert("about".to_string(), api["info"]["description"].clone());
    for (path, methods) in api["paths"].as_object().into_iter().flatten() {
        for (method, operation) in methods.as_object().into_iter().flatten() {
            let mut parameters = JsonObject::new();
            for parameter in operation["parameters"].as_array().into_iter().flatten() {
                let pointer = parameter["$ref"].as_str().and_then(|r| r.strip_prefix('#'));
                let parameter = pointer.and_then(|p| api.pointer(p)).unwrap_or(parameter);
                let name = parameter["name"].as_str().unwrap_or_default().to_string();
                parameters.insert(name, parameter["description"].clone());
            }
            let about = json!({"what": operation["summary"], "parameters": parameters});
            out.insert(format!("{} {path}", method.to_uppercase()), about);
        }
    }
    Json::Object(out)
}

fn api(map: &Map, url: &str) -> Json {
    let plain = |summary: &str, id: &str, answer: &str, tag: &str| {
        json!({"get": {
            "summary": summary,
            "operationId": id,
            "tags": [tag],
            "parameters": [parameter("f")],
            "responses": responses(&[(JSON, schema(answer)), page_form()], false),
        }})
    };
    let mut paths = JsonObject::new();
    paths.insert("/".into(), plain("The landing page", "getLandingPage", "links", "capabilities"));
    paths.insert(
        "/conformance".into(),
        plain("What the server conforms to", "getConformance", "conformance", "capabilities"),
    );
    paths.insert(
        "/functions".into(),
        plain("Functions that filters may call", "getFunctions", "object", "capabilities"),
    );
    paths.insert(
        "/collections".into(),
        plain("The collections", "getCollections", "links", "capabilities"),
    );
    for (id, _) in map.catalog().collections() {
        collection::paths(map, id, &mut paths);
    }
    let collections: Vec<&str> = map.catalog().collections().map(|(id, _)| id).collect();
    let styles: Vec<&str> = map.styles().map(|(id, _)| id).collect();
    maps::paths(&collections, &styles, &mut paths);
    paths.insert("/query".into(), question::path());
    json!({
        "openapi": "3.0.3",
        "info": {
            "title": "contactline",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Features of the map and answers about them, as of any day. Errors are \
             problem documents (RFC 9457) that say what was expected.",
            "license": {
                "name": "MIT OR Apache-2.0",
                "url": "https://www.apache.org/licenses/LICENSE-2.0",
            },
        },
        "servers": [{"url": url}],
        "tags": [
            {"name": "capabilities", "description": "What there is"},
            {"name": "features", "description": "Features"},
            {"name": "tiles", "description": "Vector tiles and tiles of the map"},
            {"name": "maps", "description": "Maps of any box"},
            {"name": "styles", "description": "How maps are drawn"},
            {"name": "query", "description": "Questions"},
        ],
        "paths": paths,
        "components": {"parameters": components::parameters(), "schemas": components::schemas()},
    })
}
