//! What is to be known of the tiles of one thing.

use serde_json::{Value as Json, json};

use crate::atlas::Map;
use crate::encode::Grid;
use crate::geo::WorldBox;
use crate::http::Problem;
use crate::http::matrix::{Matrix, MatrixSet};
use crate::http::ogc::collections::{property, unknown};
use crate::http::ogc::maps::layers_of_collection;
use crate::http::ogc::relations::TILING_SCHEME;
use crate::http::ogc::{link, segment};
use crate::http::request::JSON;
use crate::http::styles::{no_style, style_or_first};

const MVT: &str = "application/vnd.mapbox-vector-tile";

/// The forms of map tiles, by what `f` calls them; the first where nothing is said.
pub const IMAGES: [(&str, &str); 3] =
    [("image/png", "png"), ("image/webp", "webp"), ("image/jpeg", "jpeg")];

/// Tiles of one thing.
pub enum Tileset {
    /// All collections.
    All,
    Collection(String),
    /// The map in a style, the first where none is named.
    Map(Option<String>),
    /// What the first style draws of a collection.
    CollectionMap(String),
}

impl Tileset {
    /// Its path, without the address of the server.
    pub fn path(&self) -> String {
        match self {
            Self::All => "/tiles".to_string(),
            Self::Collection(id) => format!("/collections/{}/tiles", segment(id)),
            Self::Map(None) => "/map/tiles".to_string(),
            Self::Map(Some(style)) => format!("/styles/{}/map/tiles", segment(style)),
            Self::CollectionMap(id) => format!("/collections/{}/map/tiles", segment(id)),
        }
    }

    /// The tile matrix sets that it is in: maps in all of them.
    pub fn sets(&self) -> &'static [MatrixSet] {
        MatrixSet::of(self.is_map())
    }

    fn is_map(&self) -> bool {
        matches!(self, Self::Map(_) | Self::CollectionMap(_))
    }

    /// The style of a map, and its layers where these are not all.
    ///
    /// # Errors
    /// Where there is no such style, or it does not draw the collection.
    pub fn drawn(&self, map: &Map) -> Result<(String, Option<Vec<String>>), Problem> {
        match self {
            Self::CollectionMap(id) => {
                let (style, layers) = layers_of_collection(map, id)?;
                Ok((style, Some(layers)))
            }
            Self::Map(Some(style)) => Ok((style_or_first(map, Some(style))?, None)),
            _ => Ok((style_or_first(map, None)?, None)),
        }
    }

    /// Its title and where it lies.
    ///
    /// # Errors
    /// Where there is no such collection or style.
    fn about(&self, map: &Map) -> Result<(String, Option<WorldBox>), Problem> {
        Ok(match self {
            Self::All => {
                let boxes = map.catalog().collections().filter_map(|(_, index)| index.bounds());
                let around = |a: WorldBox, b: WorldBox| {
                    WorldBox::around(&[a.min, a.max, b.min, b.max]).unwrap_or(a)
                };
                ("All collections".to_string(), boxes.reduce(around))
            }
            Self::Collection(id) | Self::CollectionMap(id) => {
                let index = map.catalog().collection(id).ok_or_else(|| unknown(map, id))?;
                (index.collection().title.clone(), index.bounds())
            }
            Self::Map(style) => {
                let style = style_or_first(map, style.as_deref())?;
                let styled = map.style(&style).ok_or_else(|| no_style(map, &style))?;
                (styled.style.name.clone(), styled.bounds())
            }
        })
    }

    /// As it is listed, and by itself.
    ///
    /// # Errors
    /// Where there is no such collection or style.
    pub fn described(
        &self,
        map: &Map,
        url: &str,
        set: &MatrixSet,
        is_whole: bool,
    ) -> Result<Json, Problem> {
        let (title, bounds) = self.about(map)?;
        let here = format!("{url}{}/{}", self.path(), set.id);
        let mut links = vec![
            link("self", JSON, format!("{here}?f=json"), "This tileset"),
            link(
                TILING_SCHEME,
                JSON,
                format!("{url}/tileMatrixSets/{}", set.id),
                "Its tile matrix set",
            ),
        ];
        let is_map = self.is_map();
        let items: &[(&str, &str)] = if is_map { &IMAGES } else { &[(MVT, "mvt")] };
        for (kind, name) in items {
            let place = format!("{here}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}?f={name}");
            let mut item = link("item", kind, place, "A tile");
            item["templated"] = json!(true);
            links.push(item);
        }
        let mut out = json!({
            "title": title,
            "dataType": if is_map { "map" } else { "vector" },
            "crs": set.crs.uri(),
            "tileMatrixSetURI": set.uri(),
            "tileMatrixSetId": set.id,
            "links": links,
        });
        if let Some(bounds) = bounds.filter(|_| is_whole) {
            let ((west, north), (east, south)) = (bounds.min.to_degrees(), bounds.max.to_degrees());
            let rounded = |at: [f64; 2]| at.map(|v| (v * 1e6).round() / 1e6);
            out["boundingBox"] = json!({
                "lowerLeft": rounded([west, south]),
                "upperRight": rounded([east, north]),
                "crs": "http://www.opengis.net/def/crs/OGC/1.3/CRS84",
            });
        }
        if is_whole && is_map {
            // The whole of each: there are tiles everywhere.
            let limits = |matrix: Matrix| {
                json!({
                    "tileMatrix": matrix.zoom.to_string(),
                    "minTileRow": 0,
                    "maxTileRow": matrix.rows - 1,
                    "minTileCol": 0,
                    "maxTileCol": matrix.columns - 1,
                })
            };
            out["tileMatrixSetLimits"] = set.matrices().map(limits).collect();
        }
        if is_whole && !is_map {
            let ids: Vec<String> = match self {
                Self::Collection(id) => vec![id.clone()],
                _ => map.catalog().collections().map(|(id, _)| id.to_string()).collect(),
            };
            let layer = |id: &String| {
                let (index, schema) = map.catalog().collection(id).zip(map.catalog().schema(id))?;
                let property = |(name, kind): (&std::sync::Arc<str>, &crate::cql2::Kind)| {
                    (name.to_string(), property(*kind))
                };
                Some(json!({
                    "id": id,
                    "title": index.collection().title,
                    "dataType": "vector",
                    "maxTileMatrix": Grid::DEEPEST.to_string(),
                    "propertiesSchema": {
                        "type": "object",
                        "properties": schema.properties.iter().map(property)
                            .collect::<serde_json::Map<String, Json>>(),
                    },
                }))
            };
            out["layers"] = ids.iter().filter_map(layer).collect();
        }
        Ok(out)
    }
}
