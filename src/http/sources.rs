//! The tiles and backdrops that styles draw from, for clients that draw for themselves.

use axum::http::HeaderMap;
use axum::response::Response;

use super::Problem;
use super::request::{Asker, GEOJSON, UrlPath, cached, has_tag, short};
use super::tiles::tile_of;
use crate::encode::{FeatureJson, Form, feature_collection};
use crate::feature::Collection;
use crate::service::Lane;

/// `/styles/{id}/sources/{source}`: the features of a backdrop, which is no collection, as GeoJSON.
pub async fn backdrop(
    Asker(service): Asker,
    UrlPath((id, source)): UrlPath<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let map = service.map();
    if map.style(&id).and_then(|styled| styled.backdrop(&source)).is_none() {
        return Err(Problem::not_found(format!(
            "the style '{}' has no backdrop '{}'; its style.json names where its sources are",
            short(&id),
            short(&source)
        )));
    }
    let tag = format!("{:x}", map.revision());
    if has_tag(&headers, &format!("\"{tag}\"")) {
        return Ok(cached(&headers, &tag, GEOJSON, ()));
    }
    let whole = service.run(Lane::Picture, move |map, _| {
        map.style(&id).and_then(|styled| styled.backdrop(&source)).map(geojson)
    });
    Ok(cached(&headers, &tag, GEOJSON, whole.await?.unwrap_or_default()))
}

fn geojson(collection: &Collection) -> Vec<u8> {
    let mut features = Vec::new();
    for feature in &collection.features {
        if !features.is_empty() {
            features.push(b',');
        }
        let extra = serde_json::Map::new();
        FeatureJson { feature, extra, form: &Form::PLAIN }.write(&mut features);
    }
    feature_collection(&features, &serde_json::Map::new())
}

/// `/styles/{id}/sources/{source}/{z}/{x}/{y}`: a tile as it is in the source's files, but unzipped.
pub async fn tile(
    Asker(service): Asker,
    UrlPath((id, source, z, x, y)): UrlPath<(String, String, String, String, String)>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let tile = tile_of(&z, &x, &y)?;
    let map = service.map();
    let tag = format!("{:x}-{z}-{x}-{y}", map.revision());
    let Some(found) = map.style(&id).and_then(|styled| styled.tiles_of(&source)) else {
        return Err(Problem::not_found(format!(
            "the style '{}' has no source '{}' of tiles; its style.json names those that it has",
            short(&id),
            short(&source)
        )));
    };
    let read = service.run(Lane::Tile, move |_, _| found.tile_set().map(|set| set.tile(tile)));
    match read.await? {
        Some(Ok(Some(bytes))) => Ok(cached(&headers, &tag, content_type(&bytes), bytes)),
        Some(Ok(None)) | None => Err(Problem::not_found(format!("there is no tile {z}/{x}/{y}"))),
        Some(Err(e)) => {
            tracing::error!("a tile of {id}/{source} cannot be read: {e}");
            Err(Problem::unavailable(format!(
                "source {}/{} cannot be read at the moment; try again later",
                short(&id),
                short(&source)
            )))
        }
    }
}

/// What bytes are by how they begin: a picture, or else a vector tile.
fn content_type(bytes: &[u8]) -> &'static str {
    match image::guess_format(bytes) {
        Ok(format) => format.to_mime_type(),
        Err(_) => "application/vnd.mapbox-vector-tile",
    }
}
