//! The styles: their list, TileJSON 3.0 of their raster tiles, the style documents and their
//! sprites.

use axum::http::HeaderMap;
use axum::response::Response;
use serde_json::{Value, json};

use super::card::is_preferred;
use super::published::Features;
use super::request::{Asker, JSON, Params, STYLE, UrlPath, cached, json, short};
use super::site::PublicUrl;
use super::{Problem, attribution, published};
use crate::atlas::{Map, StyledMap};
use crate::encode;
use crate::feature;
use crate::service::Service;

/// `/styles.json`
pub async fn list(
    Asker(service): Asker,
    PublicUrl(url): PublicUrl,
    headers: HeaderMap,
) -> Response {
    let styles: Vec<Value> = service
        .map()
        .styles()
        .map(|(id, styled)| {
            json!({
                "id": id,
                "name": styled.style.name,
                "url": format!("{url}/styles/{id}/style.json"),
                "tilejson": format!("{url}/styles/{id}.json"),
                "state": state_json(styled),
                "dates": styled.changes().iter().map(ToString::to_string).collect::<Vec<_>>(),
                "preferred": is_preferred(styled),
                // Whether the map of any day is that of the last of these before it.
                "stepwise": styled.style.is_stepwise(),
            })
        })
        .collect();
    json(&headers, JSON, &Value::Array(styles))
}

/// `/styles/{id}.json`, and, as OGC API - Styles has it, `/styles/{id}`: the style's document.
pub async fn tilejson(
    Asker(service): Asker,
    UrlPath(name): UrlPath<String>,
    PublicUrl(url): PublicUrl,
    mut params: Params,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let Some(id) = name.strip_suffix(".json").filter(|_| service.map().style(&name).is_none())
    else {
        let Some(f) = params.take("f").filter(|f| f != "mapbox") else {
            return sheet(&service, &name, params, (&url, STYLE), &headers);
        };
        let told = format!("'{}' is no value for f: mapbox", short(&f));
        return Err(Problem::bad_request(told));
    };
    let styled = find(&service, id)?;
    let (west, south, east, north) = match styled.bounds() {
        Some(b) => {
            let ((west, north), (east, south)) = (b.min.to_degrees(), b.max.to_degrees());
            (west, south, east, north)
        }
        None => (-180.0, -85.05, 180.0, 85.05),
    };
    let bounds = [west, south, east, north].map(|v| (v * 1e6).round() / 1e6);
    let attribution =
        styled.style.json.pointer("/metadata/contactline:attribution").and_then(Value::as_str);
    let mut out = json!({
        "tilejson": "3.0.0",
        "name": styled.style.name,
        "scheme": "xyz",
        "tiles": [format!("{url}/styles/{id}/{{z}}/{{x}}/{{y}}.png")],
        "minzoom": 0,
        "maxzoom": 18,
        "bounds": bounds,
        "attribution": attribution.map(attribution::cleaned),
        "vector_layers": [],
        "state": state_json(styled),
    });
    if let Some(frame) = styled.frame() {
        let ((west, north), (east, south)) = (frame.min.to_degrees(), frame.max.to_degrees());
        out["contactline:frame"] =
            json!([west, south, east, north].map(|v| (v * 1e6).round() / 1e6));
    }
    if let (Some([lon, lat]), Some(zoom)) = (styled.style.center, styled.style.zoom) {
        // A 256 px tile's zoom is one more than the style's.
        out["center"] = json!([lon, lat, (zoom + 1.0).round()]);
    }
    Ok(json(&headers, JSON, &out))
}

/// `/styles/{id}/style.json`: the style for clients, its features as vector tiles, or, with
/// `sources=geojson`, as GeoJSON; with settings such as `date=2020-11-25` with these written in, for
/// those that know no `global-state`.
pub async fn style(
    Asker(service): Asker,
    UrlPath(id): UrlPath<String>,
    PublicUrl(url): PublicUrl,
    params: Params,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    sheet(&service, &id, params, (&url, JSON), &headers)
}

/// A style's document under a media type.
fn sheet(
    service: &Service,
    id: &str,
    mut params: Params,
    (url, kind): (&str, &'static str),
    headers: &HeaderMap,
) -> Result<Response, Problem> {
    let styled = find(service, id)?;
    let features = match params.take("sources").as_deref() {
        None | Some("vector") => Features::Tiles,
        Some("geojson") => Features::GeoJson,
        Some(other) => {
            return Err(Problem::bad_request(format!(
                "'{}' is no value for sources: vector or geojson",
                short(other)
            )));
        }
    };
    let document = match params.pairs().next() {
        None => published::document(styled, features, id, url),
        Some(_) => {
            let mut state = styled.state(params.pairs())?;
            // The day that was asked for, and not the one from which on the map is the same.
            if let Some((key, day)) = params.pairs().find(|(key, _)| *key == "date")
                && let Some(known) = state.get_mut(key)
            {
                *known = feature::Value::Text(day.into());
            }
            published::resolved(styled, &state, features, (id, url))?
        }
    };
    Ok(json(headers, kind, &document))
}

/// `/styles/{id}/sprite[@{ratio}x].{json,png}`
pub async fn sprite(
    Asker(service): Asker,
    UrlPath((id, file)): UrlPath<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let styled = find(&service, &id)?;
    let missing =
        || Problem::not_found(format!("there is no '{}' with the style '{id}'", short(&file)));
    let (stem, kind) = file.rsplit_once('.').ok_or_else(missing)?;
    let ratio = match stem {
        "sprite" | "sprite@1x" => 1,
        "sprite@2x" => 2,
        "sprite@3x" => 3,
        "sprite@4x" => 4,
        _ => return Err(missing()),
    };
    let sheet = styled.sprite.sheet(ratio).ok_or_else(missing)?;
    let tag = format!("{:x}-{ratio}-{kind}", service.map().revision());
    match kind {
        "json" => Ok(json(&headers, JSON, &sheet.index)),
        "png" => {
            let png = encode::png(
                encode::Pixels {
                    premultiplied: &sheet.image.rgba,
                    width_px: sheet.image.width_px,
                    height_px: sheet.image.height_px,
                },
                &encode::PngFacts::default(),
            )
            .map_err(|e| Problem::internal(e.to_string()))?;
            Ok(cached(&headers, &tag, "image/png", png))
        }
        _ => Err(missing()),
    }
}

fn find<'a>(service: &'a Service, id: &str) -> Result<&'a StyledMap, Problem> {
    service.map().style(id).ok_or_else(|| no_style(service.map(), id))
}

/// The id of a style, or of the first one.
///
/// # Errors
/// Where there is no such style.
pub fn style_or_first(map: &Map, named: Option<&str>) -> Result<String, Problem> {
    let first = || map.styles().next().map(|(id, _)| id);
    let id = named.or_else(first).unwrap_or_default();
    map.style(id).map(|_| id.to_string()).ok_or_else(|| no_style(map, id))
}

pub fn no_style(map: &Map, id: &str) -> Problem {
    let known: Vec<&str> = map.styles().map(|(id, _)| id).collect();
    Problem::not_found(format!(
        "there is no style '{}'; there are: {}",
        short(id),
        known.join(", ")
    ))
}

fn state_json(styled: &StyledMap) -> Value {
    let entry = |(key, default): (&String, &crate::feature::Value)| {
        let values = styled.style.state_values.get(key);
        (key.clone(), json!({"default": default.to_json(), "values": values}))
    };
    Value::Object(styled.style.state.iter().map(entry).collect())
}
