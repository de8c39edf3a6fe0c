//! Tile matrix sets as OGC's Two Dimensional Tile Matrix Set 2.0 has them (17-083r4).

use axum::http::HeaderMap;
use axum::response::Response;
use serde_json::{Value as Json, json};

use crate::geo::TileId;
use crate::http::Problem;
use crate::http::matrix::{HALF, SCALE, TILE_PX};
use crate::http::ogc::landing::answer;
use crate::http::ogc::link;
use crate::http::ogc::negotiate::Format;
use crate::http::request::{JSON, Params, UrlPath, short};
use crate::http::site::PublicUrl;

/// The set that there is, and what it is called everywhere.
pub const SET: &str = "WebMercatorQuad";
pub const SET_URI: &str = "http://www.opengis.net/def/tilematrixset/OGC/1.0/WebMercatorQuad";
pub const CRS_URI: &str = "http://www.opengis.net/def/crs/EPSG/0/3857";

/// `/tileMatrixSets`
pub async fn list(
    PublicUrl(url): PublicUrl,
    mut params: Params,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let format = Format::wanted(&mut params, &headers, &Format::PLAIN)?;
    params.finish("f")?;
    let here = format!("{url}/tileMatrixSets");
    let set = json!({
        "id": SET,
        "title": "Google Maps Compatible for the World",
        "uri": SET_URI,
        "crs": CRS_URI,
        "links": [link("self", JSON, format!("{here}/{SET}"), "The tile matrix set")],
    });
    let links = [link("self", JSON, here, "The tile matrix sets")];
    answer(format, &headers, "Tile matrix sets", json!({"links": links, "tileMatrixSets": [set]}))
}

/// `/tileMatrixSets/{id}`
pub async fn one(
    UrlPath(id): UrlPath<String>,
    mut params: Params,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let format = Format::wanted(&mut params, &headers, &Format::PLAIN)?;
    params.finish("f")?;
    is_known(&id)?;
    answer(format, &headers, SET, definition())
}

/// # Errors
/// Where there is no such set.
pub fn is_known(id: &str) -> Result<(), Problem> {
    match id == SET {
        true => Ok(()),
        false => Err(Problem::not_found(format!(
            "there is no tile matrix set '{}'; there is {SET}",
            short(id)
        ))),
    }
}

/// The set, and beside what version 2.0 calls its members what 1.0 called them (17-083r2), which is
/// all that GDAL up to 3.6 reads.
fn definition() -> Json {
    let matrix = |z: u8| {
        let side = 1_u32 << z;
        let scale = SCALE / f64::from(side);
        json!({
            "id": z.to_string(),
            "identifier": z.to_string(),
            "scaleDenominator": scale,
            "cellSize": 2.0 * HALF / f64::from(TILE_PX) / f64::from(side),
            "cornerOfOrigin": "topLeft",
            "pointOfOrigin": [-HALF, HALF],
            "topLeftCorner": [-HALF, HALF],
            "tileWidth": TILE_PX,
            "tileHeight": TILE_PX,
            "matrixWidth": side,
            "matrixHeight": side,
        })
    };
    json!({
        "type": "TileMatrixSetType",
        "id": SET,
        "identifier": SET,
        "title": "Google Maps Compatible for the World",
        "uri": SET_URI,
        "crs": CRS_URI,
        "supportedCRS": CRS_URI,
        "orderedAxes": ["X", "Y"],
        "wellKnownScaleSet": "http://www.opengis.net/def/wkss/OGC/1.0/GoogleMapsCompatible",
        "tileMatrices": (0..=TileId::MAX_ZOOM).map(matrix).collect::<Vec<_>>(),
    })
}
