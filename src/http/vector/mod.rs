//! Vector tiles: of collections, and of a style's own layers; and the TileJSON of each.

mod answer;
mod tilejson;

use std::collections::BTreeSet;

pub use answer::Settled;
use answer::answer;
use axum::http::HeaderMap;
use axum::response::Response;
use serde_json::{Map as JsonObject, Value as Json, json};
use tilejson::{About, around, kind_of, layers_of_collection, licences};

use super::ogc::{parameters, segment};
use super::request::{Asker, JSON, Params, UrlPath, json, short};
use super::site::PublicUrl;
use super::{Problem, attribution};
use crate::atlas::{Map, StyledMap};
use crate::catalog::{LayerQuery, Period, QueryError, Schema, TileQuery};
use crate::encode::{Grid, Tile};
use crate::feature::Date;
use crate::geo::{Effort, Limits, Stop, TileId};
use crate::identity::Identity;
use crate::index::Index;
use crate::service::{Lane, Service};

/// Units of a tile's side, and beyond it, where nothing is said.
const EXTENT: u32 = 4096;
const BUFFER: u32 = 64;

/// What a request says of the grid of its tiles and of the time.
#[derive(Debug, Clone, Copy)]
struct Shape {
    extent: u32,
    buffer: u32,
    during: Option<Period>,
}

impl Shape {
    fn take(params: &mut Params) -> Result<Self, Problem> {
        let extent = params.take_count("extent", 256..=8192)?;
        let buffer = params.take_count("buffer", 0..=2048)?;
        let during = params.take("datetime").map(|text| parameters::period(&text)).transpose()?;
        let or = |given: Option<usize>, other: u32| given.map_or(other, |n| n as u32);
        Ok(Self { extent: or(extent, EXTENT), buffer: or(buffer, BUFFER), during })
    }

    /// The same of a style's tiles, of which the style's own settings can be said, too: its day is
    /// that of the features, and the rest, such as a language, is the same in all tiles. (Of a
    /// style's URL ol-mapbox-style repeats the last parameter in those of its sources.)
    fn of_style(styled: &StyledMap, mut params: Params) -> Result<Self, Problem> {
        let mut shape = Self::take(&mut params)?;
        let keys = styled.style.state.keys();
        let settings: Vec<(String, String)> =
            keys.filter_map(|key| Some((key.clone(), params.take(key)?))).collect();
        params.finish("datetime, extent, buffer, and the style's own settings")?;
        styled.state(settings.iter().map(|(key, value)| (key.as_str(), value.as_str())))?;
        if let Some((_, day)) = settings.iter().find(|(key, _)| key == "date") {
            if shape.during.is_some() {
                return Err(Problem::bad_request(
                    "the time is said twice: by datetime and by date",
                ));
            }
            shape.during = Some(parameters::period(day)?);
        }
        Ok(shape)
    }

    fn grid(&self, tile: TileId) -> Grid {
        Grid { tile, extent: self.extent, buffer: self.buffer }
    }

    /// What tells a tile of it from others: two times between which nothing changes are the same.
    fn identity<'a>(&self, tile: TileId, indices: impl Iterator<Item = &'a Index>) -> u128 {
        let times: Option<Vec<(u64, u64)>> =
            self.during.map(|during| indices.map(|index| during.place(index)).collect());
        Identity::of_kind("a vector tile's shape")
            .with(&(tile.z(), tile.x(), tile.y()))
            .with(&(self.extent, self.buffer))
            .with(&times)
            .number128()
    }
}

/// What a request says of the tiles of collections.
struct Wanted {
    shape: Shape,
    only: Option<Vec<String>>,
    labels: bool,
}

/// `/data/{collection}[,{collection}...].json`
pub async fn collections_json(
    Asker(service): Asker,
    UrlPath(file): UrlPath<String>,
    PublicUrl(url): PublicUrl,
    params: Params,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let names = file.strip_suffix(".json").ok_or_else(|| {
        Problem::not_found(format!(
            "there is nothing at /data/{}; TileJSON is at /data/{{collections}}.json, and tiles \
             at /data/{{collections}}/{{z}}/{{x}}/{{y}}.pbf",
            short(&file)
        ))
    })?;
    let (names, query) = (names.to_string(), query_of(&params));
    let describe = move |map: &Map, stop: &Stop| {
        let names = collections(map, &names);
        let effort = Effort::new(Limits::QUESTION, stop.clone());
        let (_, wanted) = read(map, &names, params, &effort)?;
        let title =
            |name: &str| map.catalog().collection(name).map(|i| i.collection().title.clone());
        let titles: Vec<String> = names.iter().filter_map(|name| title(name)).collect();
        let boxes = names.iter().filter_map(|name| map.catalog().collection(name)?.bounds());
        let days = names.iter().filter_map(|name| map.catalog().collection(name));
        let mut days: Vec<Date> = days.flat_map(|index| index.change_dates()).collect();
        days.sort_unstable();
        days.dedup();
        let paths: Vec<String> = names.iter().map(|name| segment(name)).collect();
        let layers: Vec<Json> =
            names.iter().flat_map(|name| layers_of_collection(map, name, &wanted)).collect();
        let about = About {
            name: titles.join(", "),
            tiles: format!("{url}/data/{}/{{z}}/{{x}}/{{y}}.pbf{query}", paths.join(",")),
            bounds: around(boxes),
            zooms: (0, Grid::DEEPEST),
            attribution: licences(map, &names),
            layers,
            days,
        };
        Ok::<_, Problem>(about.json())
    };
    let document = service.run(Lane::Question, describe).await??;
    Ok(json(&headers, JSON, &document))
}

/// `/data/{collection}[,{collection}...]/{z}/{x}/{y}.pbf`
pub async fn collections_tile(
    Asker(service): Asker,
    UrlPath((names, z, x, file)): UrlPath<(String, String, String, String)>,
    params: Params,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let tile = tile_of(&z, &x, &file)?;
    let names = collections(service.map(), &names);
    tile_of_collections(&service, names, tile, params, &headers).await
}

/// Answers with a tile of collections.
pub async fn tile_of_collections(
    service: &Service,
    names: Vec<String>,
    tile: TileId,
    params: Params,
    headers: &HeaderMap,
) -> Result<Response, Problem> {
    // Only a filter is any work to read.
    let is_plain = params.pairs().all(|(key, _)| key != "filter");
    let asked = move |map: &Map| TileAsked::of(map, &names, tile, params);
    let TileAsked { key, query } = match is_plain {
        true => asked(service.map())?,
        false => service.run(Lane::Question, move |map, _| asked(map)).await??,
    };
    let make = move |map: &Map, effort: &Effort| map.catalog().tile(&query, effort);
    answer(service, key, headers, make).await
}

/// A tile of collections as it is asked for, and what it is kept under.
struct TileAsked {
    key: String,
    query: TileQuery,
}

impl TileAsked {
    fn of(map: &Map, names: &[String], tile: TileId, params: Params) -> Result<Self, Problem> {
        // Of a filter that is not there nothing else matters.
        let has_filter = params.pairs().any(|(key, _)| key == "filter");
        let is_of_filter = |(key, _): &(&str, &str)| has_filter && key.starts_with("filter");
        let filter: Vec<(String, String)> =
            params.pairs().filter(is_of_filter).map(|(k, v)| (k.into(), v.into())).collect();
        // The filters live on after this, when nobody waits for it any more.
        let filtering = Effort::new(Limits::QUESTION, Stop::never());
        let (layers, Wanted { shape, only, labels }) = read(map, names, params, &filtering)?;
        let indices = names.iter().filter_map(|name| map.catalog().collection(name));
        let key = Identity::of_kind("vector tile")
            .with(&map.revision())
            .with(names)
            .with(&shape.identity(tile, indices))
            .with(&only)
            .with(&labels)
            .with(&filter)
            .text();
        let (grid, during) = (shape.grid(tile), shape.during);
        Ok(Self { key, query: TileQuery { grid, layers, during, only, filtering, labels } })
    }
}

/// `/styles/{id}/vector.json`
pub async fn style_json(
    Asker(service): Asker,
    UrlPath(id): UrlPath<String>,
    PublicUrl(url): PublicUrl,
    params: Params,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let query = query_of(&params);
    Shape::of_style(style_of(service.map(), &id)?, params)?;
    let describe = move |map: &Map, stop: &Stop| {
        let effort = Effort::new(Limits::QUESTION, stop.clone());
        let styled = style_of(map, &id)?;
        let layers = styled.vector_layers();
        let mut described = Vec::new();
        for layer in layers {
            let kinds = Schema::of(layer.index.collection()).properties;
            let kind = |field: &String| Some((field.clone(), kind_of(*kinds.get(&**field)?)));
            let fields: JsonObject<String, Json> = layer.fields.iter().filter_map(kind).collect();
            for name in std::iter::once(&layer.source).chain(&layer.labels) {
                described.push(json!({
                    "id": name,
                    "description": layer.index.collection().title,
                    "minzoom": layer.zooms.0,
                    "maxzoom": layer.zooms.1,
                    "fields": fields,
                }));
            }
        }
        let attribution =
            styled.style.json.pointer("/metadata/contactline:attribution").and_then(Json::as_str);
        let least = layers.iter().map(|layer| layer.zooms.0).min().unwrap_or(0);
        let about = About {
            name: styled.style.name.clone(),
            tiles: format!("{url}/styles/{}/vector/{{z}}/{{x}}/{{y}}.pbf{query}", segment(&id)),
            bounds: styled.vector_bounds(&effort).map_err(QueryError::from)?,
            zooms: (least, Grid::DEEPEST),
            attribution: attribution.map(attribution::cleaned),
            layers: described,
            days: styled.changes().to_vec(),
        };
        Ok::<_, Problem>(about.json())
    };
    let document = service.run(Lane::Question, describe).await??;
    Ok(json(&headers, JSON, &document))
}

/// `/styles/{id}/vector/{z}/{x}/{y}.pbf`
pub async fn style_tile(
    Asker(service): Asker,
    UrlPath((id, z, x, file)): UrlPath<(String, String, String, String)>,
    params: Params,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let tile = tile_of(&z, &x, &file)?;
    let styled = style_of(service.map(), &id)?;
    let shape = Shape::of_style(styled, params)?;
    let layers = styled.vector_layers().iter();
    let key = Identity::of_kind("vector tile of a style")
        .with(&service.map().revision())
        .with(&id)
        .with(&shape.identity(tile, layers.map(|layer| &*layer.index)));
    let make = move |map: &Map, effort: &Effort| match map.style(&id) {
        Some(styled) => styled.vector_tile(&shape.grid(tile), shape.during, effort),
        None => Ok(Tile { bytes: Vec::new(), features: 0, left_out: 0 }),
    };
    answer(&service, key.text(), &headers, make).await
}

/// The collections that a path names; one whose own name has commas is one.
pub fn collections(map: &Map, names: &str) -> Vec<String> {
    match map.catalog().collection(names) {
        Some(_) => vec![names.to_string()],
        None => names.split(',').map(plain).collect(),
    }
}

/// A collection's id, of its URL here or of itself.
fn plain(name: &str) -> String {
    match name.rsplit_once("/collections/") {
        Some((_, id)) => id.to_string(),
        None => name.to_string(),
    }
}

/// The tile that a path names: `{y}.pbf` or `{y}.mvt`.
fn tile_of(z: &str, x: &str, file: &str) -> Result<TileId, Problem> {
    let y = file.strip_suffix(".pbf").or_else(|| file.strip_suffix(".mvt")).ok_or_else(|| {
        Problem::not_found(format!("there is no '{}'; vector tiles are {{y}}.pbf", short(file)))
    })?;
    super::tiles::tile_of(z, x, y)
}

fn style_of<'a>(map: &'a Map, id: &str) -> Result<&'a StyledMap, Problem> {
    map.style(id).ok_or_else(|| super::styles::no_style(map, id))
}

/// Reads what parameters say of the tiles of collections.
fn read(
    map: &Map,
    names: &[String],
    mut params: Params,
    effort: &Effort,
) -> Result<(Vec<LayerQuery>, Wanted), Problem> {
    let shape = Shape::take(&mut params)?;
    let only = params.take("properties");
    let labels = params.take("labels").map(|text| match text.as_str() {
        "1" | "true" => Ok(true),
        "0" | "false" => Ok(false),
        other => {
            Err(Problem::bad_request(format!("'{}' is no value for labels: 1 or 0", short(other))))
        }
    });
    let labels = labels.transpose()?.unwrap_or(true);
    let filter = ["filter", "filter-lang", "filter-crs"]
        .map(|key| params.take(key).map(|value| (key.to_string(), value)));
    params
        .finish("datetime, filter, filter-lang, filter-crs, properties, labels, extent, buffer")?;
    let mut layers = Vec::new();
    let mut known = BTreeSet::new();
    for (i, name) in names.iter().enumerate() {
        if names[..i].contains(name) {
            return Err(Problem::bad_request(format!("'{}' is named twice", short(name))));
        }
        let schema = map.catalog().schema(name).ok_or_else(|| map.catalog().no_collection(name))?;
        known.extend(schema.properties.keys().map(|key| key.to_string()));
        let mut own = Params::of(filter.iter().flatten().cloned());
        let filter = parameters::filter(&mut own, schema, effort)?;
        own.finish("filter, filter-lang, filter-crs")?;
        layers.push(LayerQuery { collection: name.clone(), filter });
    }
    let only = only.map(|text| {
        let names = text.split(',').filter(|name| !name.is_empty()).map(str::to_string);
        names.collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>()
    });
    if let Some(name) =
        only.iter().flatten().find(|name| *name != "id" && !known.contains(name.as_str()))
    {
        return Err(Problem::bad_request(format!(
            "properties: there is no property '{}'; there are: {}",
            short(name),
            known.into_iter().take(60).collect::<Vec<_>>().join(", ")
        )));
    }
    Ok((layers, Wanted { shape, only, labels }))
}

/// The parameters, to be given with each tile.
fn query_of(params: &Params) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(params.pairs());
    match query.finish() {
        empty if empty.is_empty() => empty,
        query => format!("?{query}"),
    }
}
