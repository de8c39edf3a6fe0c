//! Fonts for clients that draw labels themselves: glyph ranges made from the map's own faces.

use axum::http::HeaderMap;
use axum::response::Response;
use serde_json::Value;
use xxhash_rust::xxh3::xxh3_64;

use super::Problem;
use super::request::{Asker, JSON, UrlPath, cached, has_tag, json, short};

/// What clients ask for: the basic plane, 256 characters at a time.
const MAX_FIRST: u32 = 0xFF00;

/// `/fonts.json`: the names of the faces.
pub async fn list(Asker(service): Asker, headers: HeaderMap) -> Response {
    let names = service.map().fonts().faces().iter().map(|f| Value::from(f.name.as_str()));
    json(&headers, JSON, &names.collect())
}

/// `/fonts/{stack}/{first}-{last}.pbf`
pub async fn range(
    Asker(service): Asker,
    UrlPath((stack, file)): UrlPath<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let missing = || {
        let message = format!(
            "there is no glyph range '{}'; write {{first}}-{{last}}.pbf, such as 0-255.pbf",
            short(&file)
        );
        Problem::not_found(message)
    };
    let (first, last) =
        file.strip_suffix(".pbf").and_then(|r| r.split_once('-')).ok_or_else(missing)?;
    let number = |text: &str| text.parse::<u32>().ok();
    let (first, last) = number(first).zip(number(last)).ok_or_else(missing)?;
    if first % 256 != 0 || first > MAX_FIRST || last != first + 255 {
        return Err(missing());
    }
    let names = service.map().fonts();
    if !stack.split(',').any(|name| names.named(name.trim()).is_some()) {
        let known: Vec<&str> = names.faces().iter().map(|f| f.name.as_str()).collect();
        let message =
            format!("there is no font '{}'; there are: {}", short(&stack), known.join(", "));
        return Err(Problem::not_found(message));
    }
    let key = format!("{:x}-{first}-{:x}", service.map().revision(), xxh3_64(stack.as_bytes()));
    if has_tag(&headers, &format!("\"{key}\"")) {
        return Ok(cached(&headers, &key, "application/x-protobuf", ()));
    }
    let range = service.glyphs(stack, first, key.clone()).await?;
    Ok(cached(&headers, &key, "application/x-protobuf", range))
}
