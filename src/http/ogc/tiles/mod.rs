//! OGC API - Tiles, Part 1 (OGC 20-057): vector tiles of a collection and of all of them, and map
//! tiles of the styles, as of any day. They are the tiles of the other doors.

mod matrix;
mod tileset;

use axum::Router;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use axum::routing::get;
use serde_json::json;
use tileset::{IMAGES, Tileset, style_id};

use super::landing::answer;
use super::negotiate::Format;
use super::{link, parameters};
use crate::atlas::Frame;
use crate::geo::TileId;
use crate::http::matrix::TILE_PX;
use crate::http::request::{Asker, JSON, Params, UrlPath, number, short};
use crate::http::site::PublicUrl;
use crate::http::{Problem, tiles, vector};
use crate::service::Service;
use crate::sheet::Output;

pub fn routes() -> Router<Service> {
    let tile = "{set}/{matrix}/{row}/{column}";
    Router::new()
        .route("/tileMatrixSets", get(matrix::list))
        .route("/tileMatrixSets/{id}", get(matrix::one))
        .route("/tiles", get(all_sets))
        .route("/tiles/{set}", get(all_set))
        .route(&format!("/tiles/{tile}"), get(all_tile))
        .route("/collections/{id}/tiles", get(collection_sets))
        .route("/collections/{id}/tiles/{set}", get(collection_set))
        .route(&format!("/collections/{{id}}/tiles/{tile}"), get(collection_tile))
        .route("/map/tiles", get(map_sets))
        .route("/map/tiles/{set}", get(map_set))
        .route(&format!("/map/tiles/{tile}"), get(map_tile))
        .route("/styles/{id}/map/tiles", get(style_sets))
        .route("/styles/{id}/map/tiles/{set}", get(style_set))
        .route(&format!("/styles/{{id}}/map/tiles/{tile}"), get(style_tile))
}

/// Answers with the tilesets of one thing: there is one.
fn sets(
    service: &Service,
    set: &Tileset,
    url: &str,
    mut params: Params,
    headers: &HeaderMap,
) -> Result<Response, Problem> {
    let format = Format::wanted(&mut params, headers, &Format::PLAIN)?;
    params.finish("f")?;
    let described = set.described(service.map(), url, false)?;
    let here = format!("{url}{}", set.path());
    let links = [link("self", JSON, format!("{here}?f=json"), "These tilesets")];
    answer(format, headers, "Tilesets", json!({"links": links, "tilesets": [described]}))
}

/// Answers with what is to be known of a tileset.
fn one_set(
    service: &Service,
    (set, matrix): (&Tileset, &str),
    url: &str,
    mut params: Params,
    headers: &HeaderMap,
) -> Result<Response, Problem> {
    let format = Format::wanted(&mut params, headers, &Format::PLAIN)?;
    params.finish("f")?;
    let described = set.described(service.map(), url, true)?;
    matrix::is_known(matrix)?;
    answer(format, headers, "A tileset", described)
}

/// The tile that a path names.
fn tile_at((set, matrix, row, column): (&str, &str, &str, &str)) -> Result<TileId, Problem> {
    matrix::is_known(set)?;
    // What is no number names no tile either (OGC 20-057, /req/core/tc-error).
    let missing = |_| {
        Problem::not_found(format!(
            "there is no tile {}/{}/{}",
            short(matrix),
            short(row),
            short(column)
        ))
    };
    let at = |what: &str, text: &str| number::<u32>(what, text).map_err(missing);
    TileId::new(at("zoom", matrix)?, at("column", column)?, at("row", row)?)
        .map_err(|e| Problem::not_found(e.to_string()))
}

/// Says in an answer which time it is of, where one was asked for.
fn of_time(mut answer: Response, time: Option<&str>) -> Response {
    let time = time.and_then(|time| HeaderValue::from_str(time).ok());
    if let Some(time) = time {
        answer.headers_mut().insert(header::HeaderName::from_static("content-datetime"), time);
    }
    answer
}

async fn vector_tile(
    service: &Service,
    names: Vec<String>,
    tile: TileId,
    mut params: Params,
    headers: &HeaderMap,
) -> Result<Response, Problem> {
    if let Some(f) = params.take("f").filter(|f| f != "mvt") {
        return Err(Problem::bad_request(format!("'{}' is no value for f: mvt", short(&f))));
    }
    let time = params.pairs().find(|(key, _)| *key == "datetime").map(|(_, time)| time.to_string());
    let answer = vector::tile_of_collections(service, names, tile, params, headers).await?;
    Ok(of_time(answer, time.as_deref()))
}

async fn image_tile(
    service: &Service,
    style: Option<&str>,
    tile: TileId,
    mut params: Params,
    headers: &HeaderMap,
) -> Result<Response, Problem> {
    let style = style_id(service.map(), style)?;
    let named = params.take("f");
    let is_named = named.is_some();
    let name = match named {
        Some(f) => f,
        None => {
            let accept = headers.get(header::ACCEPT).and_then(|v| v.to_str().ok());
            let accepted = |(kind, _): &&(&str, &str)| accept.is_some_and(|a| a.contains(kind));
            IMAGES.iter().find(accepted).unwrap_or(&IMAGES[0]).1.to_string()
        }
    };
    let known = IMAGES.iter().any(|(_, known)| *known == name);
    let output = Output::of_extension(&name).filter(|_| known).ok_or_else(|| {
        Problem::bad_request(format!("'{}' is no value for f: png, webp or jpeg", short(&name)))
    })?;
    // The map is of one day: of an interval it is the last.
    let time = params.take("datetime");
    if let Some(time) = &time {
        let day = parameters::period(time).map(|_| time.rsplit('/').next().unwrap_or(time))?;
        let day = day.get(..10).ok_or_else(|| {
            Problem::bad_request("datetime: the map is of a day; an open interval has none")
        })?;
        params.put("date", day)?;
    }
    let frame = Frame::tile(tile, TILE_PX, 1);
    let answer = tiles::draw(service, (style, frame, output), params, headers, is_named).await?;
    Ok(of_time(answer, time.as_deref()))
}

async fn all_sets(
    Asker(service): Asker,
    PublicUrl(url): PublicUrl,
    params: Params,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    sets(&service, &Tileset::All, &url, params, &headers)
}

async fn all_set(
    Asker(service): Asker,
    UrlPath(set): UrlPath<String>,
    PublicUrl(url): PublicUrl,
    params: Params,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    one_set(&service, (&Tileset::All, &set), &url, params, &headers)
}

/// `/tiles/{set}/{matrix}/{row}/{column}?collections=control,districts`
async fn all_tile(
    Asker(service): Asker,
    UrlPath((set, matrix, row, column)): UrlPath<(String, String, String, String)>,
    mut params: Params,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let tile = tile_at((&set, &matrix, &row, &column))?;
    let names = match params.take("collections") {
        Some(names) => vector::collections(service.map(), &names),
        None => service.map().catalog().collections().map(|(id, _)| id.to_string()).collect(),
    };
    vector_tile(&service, names, tile, params, &headers).await
}

async fn collection_sets(
    Asker(service): Asker,
    UrlPath(id): UrlPath<String>,
    PublicUrl(url): PublicUrl,
    params: Params,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    sets(&service, &Tileset::Collection(id), &url, params, &headers)
}

async fn collection_set(
    Asker(service): Asker,
    UrlPath((id, set)): UrlPath<(String, String)>,
    PublicUrl(url): PublicUrl,
    params: Params,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    one_set(&service, (&Tileset::Collection(id), &set), &url, params, &headers)
}

async fn collection_tile(
    Asker(service): Asker,
    UrlPath((id, set, matrix, row, column)): UrlPath<(String, String, String, String, String)>,
    params: Params,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let tile = tile_at((&set, &matrix, &row, &column))?;
    vector_tile(&service, vec![id], tile, params, &headers).await
}

async fn map_sets(
    Asker(service): Asker,
    PublicUrl(url): PublicUrl,
    params: Params,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    sets(&service, &Tileset::Map(None), &url, params, &headers)
}

async fn map_set(
    Asker(service): Asker,
    UrlPath(set): UrlPath<String>,
    PublicUrl(url): PublicUrl,
    params: Params,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    one_set(&service, (&Tileset::Map(None), &set), &url, params, &headers)
}

async fn map_tile(
    Asker(service): Asker,
    UrlPath((set, matrix, row, column)): UrlPath<(String, String, String, String)>,
    params: Params,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let tile = tile_at((&set, &matrix, &row, &column))?;
    image_tile(&service, None, tile, params, &headers).await
}

async fn style_sets(
    Asker(service): Asker,
    UrlPath(id): UrlPath<String>,
    PublicUrl(url): PublicUrl,
    params: Params,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    sets(&service, &Tileset::Map(Some(id)), &url, params, &headers)
}

async fn style_set(
    Asker(service): Asker,
    UrlPath((id, set)): UrlPath<(String, String)>,
    PublicUrl(url): PublicUrl,
    params: Params,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    one_set(&service, (&Tileset::Map(Some(id)), &set), &url, params, &headers)
}

async fn style_tile(
    Asker(service): Asker,
    UrlPath((id, set, matrix, row, column)): UrlPath<(String, String, String, String, String)>,
    params: Params,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let tile = tile_at((&set, &matrix, &row, &column))?;
    image_tile(&service, Some(&id), tile, params, &headers).await
}
