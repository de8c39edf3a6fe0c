//! OGC API - Tiles, Part 1 (OGC 20-057): vector tiles of a collection and of all of them, and map
//! tiles of the styles, as of any day. They are the tiles of the other doors.

mod asked;
mod matrix;
mod tileset;

use asked::{Asked, ROOTS};
use axum::Router;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use axum::routing::get;
use serde_json::json;
use tileset::{IMAGES, Tileset};

use super::landing::answer;
use super::negotiate::{Format, preferred};
use super::{link, parameters};
use crate::atlas::Frame;
use crate::geo::TileId;
use crate::http::matrix::TILE_PX;
use crate::http::request::{Asker, JSON, Params, short};
use crate::http::site::PublicUrl;
use crate::http::styles::style_or_first;
use crate::http::{Problem, tiles, vector};
use crate::service::Service;
use crate::sheet::Output;

pub fn routes() -> Router<Service> {
    ROOTS.iter().fold(
        Router::new()
            .route("/tileMatrixSets", get(matrix::list))
            .route("/tileMatrixSets/{id}", get(matrix::one)),
        |router, root| {
            router
                .route(&format!("{root}/tiles"), get(sets))
                .route(&format!("{root}/tiles/{{set}}"), get(set))
                .route(&format!("{root}/tiles/{{set}}/{{matrix}}/{{row}}/{{column}}"), get(tile))
        },
    )
}

/// The tilesets of one thing: there is one.
async fn sets(
    asked: Asked,
    Asker(service): Asker,
    PublicUrl(url): PublicUrl,
    mut params: Params,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let format = Format::wanted(&mut params, &headers, &Format::PLAIN)?;
    params.finish("f")?;
    let described = asked.tilesets.described(service.map(), &url, false)?;
    let here = format!("{url}{}", asked.tilesets.path());
    let links = [link("self", JSON, format!("{here}?f=json"), "These tilesets")];
    answer(format, &headers, "Tilesets", json!({"links": links, "tilesets": [described]}))
}

/// What is to be known of a tileset.
async fn set(
    asked: Asked,
    Asker(service): Asker,
    PublicUrl(url): PublicUrl,
    mut params: Params,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let format = Format::wanted(&mut params, &headers, &Format::PLAIN)?;
    params.finish("f")?;
    let described = asked.tilesets.described(service.map(), &url, true)?;
    asked.check_set()?;
    answer(format, &headers, "A tileset", described)
}

/// A tile; of all collections with `?collections=control,districts` those alone.
async fn tile(
    asked: Asked,
    Asker(service): Asker,
    mut params: Params,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let tile = asked.tile()?;
    let names = match asked.tilesets {
        Tileset::Map(style) => {
            return image_tile(&service, style.as_deref(), tile, params, &headers).await;
        }
        Tileset::Collection(id) => vec![id],
        Tileset::All => match params.take("collections") {
            Some(names) => vector::collections(service.map(), &names),
            None => service.map().catalog().collections().map(|(id, _)| id.to_string()).collect(),
        },
    };
    vector_tile(&service, names, tile, params, &headers).await
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
    let style = style_or_first(service.map(), style)?;
    let named = params.take("f");
    let is_named = named.is_some();
    let name = match named {
        Some(f) => f,
        None => {
            let place = preferred(headers, IMAGES.iter().map(|(kind, _)| *kind));
            IMAGES[place].1.to_string()
        }
    };
    let known = IMAGES.iter().any(|(_, known)| *known == name);
    let output = Output::of_extension(&name).filter(|_| known).ok_or_else(|| {
        Problem::bad_request(format!("'{}' is no value for f: png, webp or jpeg", short(&name)))
    })?;
    let time = params.take("datetime");
    if let Some(time) = &time {
        params.put("date", &parameters::day_of(time)?)?;
    }
    let frame = Frame::tile(tile, TILE_PX, 1);
    let answer = tiles::draw(service, (style, frame, output), params, headers, is_named).await?;
    Ok(of_time(answer, time.as_deref()))
}
