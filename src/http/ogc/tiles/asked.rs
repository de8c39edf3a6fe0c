//! What a path of tilesets names: whose they are, and which set and tile.

use axum::extract::{FromRequestParts, MatchedPath, RawPathParams};
use axum::http::request::Parts;

use super::matrix;
use super::tileset::Tileset;
use crate::http::Problem;
use crate::http::matrix::{MatrixSet, SetTile};
use crate::http::request::{number, short};
use crate::service::Service;

/// Before `/tiles` in the paths of each kind of tilesets.
pub const ROOTS: [&str; 5] =
    ["", "/collections/{id}", "/map", "/styles/{id}/map", "/collections/{id}/map"];

/// The tilesets that a path names, and the set and the tile, where it goes on to these.
pub struct Asked {
    pub tilesets: Tileset,
    set: String,
    /// Tile matrix, row and column.
    tile: [String; 3],
}

impl FromRequestParts<Service> for Asked {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, service: &Service) -> Result<Self, Problem> {
        let params = RawPathParams::from_request_parts(parts, service).await.map_err(|e| {
            Problem::bad_request(format!("the path cannot be read: {}", e.body_text()))
        })?;
        let named = |name: &str| {
            let value = params.iter().find(|(key, _)| *key == name);
            value.map(|(_, value)| value.to_string()).unwrap_or_default()
        };
        let path = parts.extensions.get::<MatchedPath>().map_or("", MatchedPath::as_str);
        let root = ROOTS.iter().position(|root| path.starts_with(&format!("{root}/tiles")));
        let tilesets = match root {
            Some(1) => Tileset::Collection(named("id")),
            Some(2) => Tileset::Map(None),
            Some(3) => Tileset::Map(Some(named("id"))),
            Some(4) => Tileset::CollectionMap(named("id")),
            _ => Tileset::All,
        };
        let tile = ["matrix", "row", "column"].map(named);
        Ok(Self { tilesets, set: named("set"), tile })
    }
}

impl Asked {
    /// # Errors
    /// Where these tilesets have no such tile matrix set.
    pub fn set(&self) -> Result<&'static MatrixSet, Problem> {
        matrix::named(&self.set, self.tilesets.sets())
    }

    /// # Errors
    /// Where there is no such tile.
    pub fn tile(&self) -> Result<SetTile, Problem> {
        let set = self.set()?;
        let [matrix, row, column] = &self.tile;
        // What is no number names no tile either (OGC 20-057, /req/core/tc-error).
        let missing = |_| {
            let tile = [matrix, row, column].map(|text| short(text)).join("/");
            Problem::not_found(format!("there is no tile {tile}"))
        };
        let at = |what: &str, text: &str| number::<u32>(what, text).map_err(missing);
        set.tile(at("zoom", matrix)?, at("column", column)?, at("row", row)?)
            .map_err(|e| Problem::not_found(e.to_string()))
    }
}
