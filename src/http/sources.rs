//! The tiles that styles draw from, for clients that draw for themselves.

use axum::http::HeaderMap;
use axum::response::Response;

use super::Problem;
use super::request::{Asker, GEOJSON, UrlPath, cached, number, short};
use crate::encode::{FeatureJson, Form, feature_collection};
use crate::geo::TileId;

/// `/styles/{id}/sources/{source}`: the features of a backdrop, which is no collection, as GeoJSON.
pub async fn backdrop(
    Asker(service): Asker,
    UrlPath((id, source)): UrlPath<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let map = service.map();
    let found = map.style(&id).and_then(|styled| styled.backdrop(&source)).ok_or_else(|| {
        Problem::not_found(format!(
            "the style '{}' has no backdrop '{}'; its style.json names where its sources are",
            short(&id),
            short(&source)
        ))
    })?;
    let form = Form::PLAIN;
    let mut features = Vec::new();
    for feature in &found.features {
        if !features.is_empty() {
            features.push(b',');
        }
        FeatureJson { feature, extra: serde_json::Map::new(), form: &form }.write(&mut features);
    }
    let whole = feature_collection(&features, &serde_json::Map::new());
    Ok(cached(&headers, &format!("{:x}", map.revision()), GEOJSON, whole))
}

/// `/styles/{id}/sources/{source}/{z}/{x}/{y}`: a tile as it is in the source's files, but unzipped.
pub async fn tile(
    Asker(service): Asker,
    UrlPath((id, source, z, x, y)): UrlPath<(String, String, String, String, String)>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let tile =
        TileId::new(number("zoom", &z)?, number("tile column", &x)?, number("tile row", &y)?)
            .map_err(|e| Problem::not_found(e.to_string()))?;
    let map = service.map();
    let missing = || {
        let message = format!(
            "the style '{}' has no source '{}' of tiles; its style.json names those that it has",
            short(&id),
            short(&source)
        );
        Problem::not_found(message)
    };
    let tag = format!("{:x}-{z}-{x}-{y}", map.revision());
    let found = map.style(&id).and_then(|styled| styled.tiles_of(&source)).ok_or_else(missing)?;
    let read = tokio::task::spawn_blocking(move || found.tile_set().map(|set| set.tile(tile)));
    let read = read.await.map_err(|_| Problem::internal("the tile could not be read"))?;
    match read {
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
