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
use super::link;
use super::maps::drawn_day;
use super::negotiate::{Format, preferred};
use super::when::{day_of, take_time};
use crate::atlas::Frame;
use crate::geo::{Crs, TileId};
use crate::http::mapped::MapAsked;
use crate::http::matrix::{SetTile, TILE_PX};
use crate::http::pictures::send;
use crate::http::request::{Asker, JSON, Params, short};
use crate::http::site::PublicUrl;
use crate::http::styles::no_style;
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

/// The tilesets of one thing, one in each tile matrix set.
async fn sets(
    asked: Asked,
    Asker(service): Asker,
    PublicUrl(url): PublicUrl,
    mut params: Params,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let format = Format::wanted(&mut params, &headers, &Format::PLAIN)?;
    params.finish("f")?;
    let mut sets: Vec<_> = asked.tilesets.sets().iter().collect();
    // What GDAL takes where it is not told: its boxes are in degrees.
    sets.sort_by_key(|set| set.crs != Crs::Crs84);
    let described = sets
        .into_iter()
        .map(|set| asked.tilesets.described(service.map(), &url, set, false))
        .collect::<Result<Vec<_>, _>>()?;
    let here = format!("{url}{}", asked.tilesets.path());
    let links = [link("self", JSON, format!("{here}?f=json"), "These tilesets")];
    answer(format, &headers, "Tilesets", json!({"links": links, "tilesets": described}))
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
    let described = asked.tilesets.described(service.map(), &url, asked.set()?, true)?;
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
        Tileset::Map(_) | Tileset::CollectionMap(_) => {
            let drawn = asked.tilesets.drawn(service.map())?;
            return image_tile(&service, drawn, tile, params, &headers).await;
        }
        Tileset::Collection(id) => vec![id],
        Tileset::All => match params.take("collections") {
            Some(names) => vector::collections(service.map(), &names),
            None => service.map().catalog().collections().map(|(id, _)| id.to_string()).collect(),
        },
    };
    let quad = tile.quad.ok_or_else(|| Problem::not_found("there is no such vector tile"))?;
    vector_tile(&service, names, quad, params, &headers).await
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
    let time = take_time(&mut params)?;
    if let Some(time) = &time {
        params.put("datetime", time)?;
    }
    let answer = vector::tile_of_collections(service, names, tile, params, headers).await?;
    Ok(of_time(answer, time.as_deref()))
}

async fn image_tile(
    service: &Service,
    (style, layers): (String, Option<Vec<String>>),
    tile: SetTile,
    mut params: Params,
    headers: &HeaderMap,
) -> Result<Response, Problem> {
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
    let time = take_time(&mut params)?;
    let styled = service.map().style(&style).ok_or_else(|| no_style(service.map(), &style))?;
    if let Some(time) = &time {
        params.put("date", &day_of(time, Some(styled))?)?;
    }
    let time = drawn_day(styled, &params, time.as_deref());
    let answer = match tile.quad {
        Some(quad) if layers.is_none() => {
            let frame = Frame::tile(quad, TILE_PX, 1);
            tiles::draw(service, (style, frame, output), params, headers, is_named).await?
        }
        _ => {
            let output = tiles::with_palette(&mut params, output)?;
            let shown = tiles::shown_layers(styled, &mut params)?;
            let layers = match (layers, shown) {
                (Some(layers), Some(shown)) => {
                    Some(layers.into_iter().filter(|layer| shown.contains(layer)).collect())
                }
                (layers, shown) => layers.or(shown),
            };
            params.refuse_lists()?;
            let settings = params.pairs().map(|(k, v)| (k.to_string(), v.to_string()));
            let asked = MapAsked::tile(style, &tile, (output, 1), settings);
            let picture = MapAsked { layers, ..asked }.picture(service.map())?;
            send(service, picture, headers, is_named).await?
        }
    };
    Ok(of_time(answer, time.as_deref()))
}
