//! Tile matrix sets as OGC's Two Dimensional Tile Matrix Set 2.0 has them (17-083r4).

use axum::http::HeaderMap;
use axum::response::Response;
use serde_json::{Value as Json, json};

use crate::http::Problem;
use crate::http::matrix::{Matrix, MatrixSet, SETS, TILE_PX};
use crate::http::ogc::landing::answer;
use crate::http::ogc::link;
use crate::http::ogc::negotiate::Format;
use crate::http::request::{JSON, Params, UrlPath, short};
use crate::http::site::PublicUrl;

/// `/tileMatrixSets`
pub async fn list(
    PublicUrl(url): PublicUrl,
    mut params: Params,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let format = Format::wanted(&mut params, &headers, &Format::PLAIN)?;
    params.finish("f")?;
    let here = format!("{url}/tileMatrixSets");
    let listed = |set: &MatrixSet| {
        json!({
            "id": set.id,
            "title": set.title,
            "uri": set.uri(),
            "crs": set.crs.uri(),
            "links": [link("self", JSON, format!("{here}/{}", set.id), "The tile matrix set")],
        })
    };
    let sets: Vec<Json> = SETS.iter().map(listed).collect();
    let links = [link("self", JSON, here.clone(), "The tile matrix sets")];
    answer(format, &headers, "Tile matrix sets", json!({"links": links, "tileMatrixSets": sets}))
}

/// `/tileMatrixSets/{id}`
pub async fn one(
    UrlPath(id): UrlPath<String>,
    mut params: Params,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let format = Format::wanted(&mut params, &headers, &Format::PLAIN)?;
    params.finish("f")?;
    let set = named(&id, &SETS)?;
    answer(format, &headers, set.id, definition(set))
}

/// One of some sets.
///
/// # Errors
/// Where there is no such set among them.
pub fn named(id: &str, sets: &'static [MatrixSet]) -> Result<&'static MatrixSet, Problem> {
    sets.iter().find(|set| set.id == id).ok_or_else(|| {
        let known: Vec<&str> = sets.iter().map(|set| set.id).collect();
        Problem::not_found(format!(
            "there is no tile matrix set '{}' here; there is {}",
            short(id),
            known.join(", ")
        ))
    })
}

/// The set, and beside what version 2.0 calls its members what 1.0 called them (17-083r2), which is
/// all that GDAL up to 3.6 reads.
fn definition(set: &MatrixSet) -> Json {
    let matrix = |matrix: Matrix| {
        json!({
            "id": matrix.zoom.to_string(),
            "identifier": matrix.zoom.to_string(),
            "scaleDenominator": matrix.scale,
            "cellSize": matrix.cell,
            "cornerOfOrigin": "topLeft",
            "pointOfOrigin": set.origin,
            "topLeftCorner": set.origin,
            "tileWidth": TILE_PX,
            "tileHeight": TILE_PX,
            "matrixWidth": matrix.columns,
            "matrixHeight": matrix.rows,
        })
    };
    let mut out = json!({
        "type": "TileMatrixSetType",
        "id": set.id,
        "identifier": set.id,
        "title": set.title,
        "uri": set.uri(),
        "crs": set.crs.uri(),
        "supportedCRS": set.crs.uri(),
        "orderedAxes": set.axes,
        "tileMatrices": set.matrices().map(matrix).collect::<Vec<_>>(),
    });
    if let Some(scales) = set.scale_set {
        out["wellKnownScaleSet"] =
            json!(format!("http://www.opengis.net/def/wkss/OGC/1.0/{scales}"));
    }
    out
}
