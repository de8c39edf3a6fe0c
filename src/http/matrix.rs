//! The sets of tile matrices that maps are served in (OGC 17-083r4, annex D), in numbers.

use crate::geo::{Crs, TileId};

/// Px of a tile's side at a ratio of 1.
pub const TILE_PX: u32 = 256;
/// Half of the world's girth in EPSG:3857 and EPSG:3395, m.
const HALF: f64 = 20_037_508.342_789_244;
/// From the equator to a pole and back, as UTM's tiles have it, m.
const UTM_SIDE: f64 = 20_003_931.458_625_5;
/// A pixel of scale denominators, m.
const PIXEL_M: f64 = 0.28e-3;

/// A set of tile matrices: each has twice as many columns and rows as the one before it.
#[derive(Debug, PartialEq)]
pub struct MatrixSet {
    pub id: &'static str,
    pub title: &'static str,
    pub crs: Crs,
    pub axes: [&'static str; 2],
    /// The well-known scale set that it has.
    pub scale_set: Option<&'static str>,
    /// The upper left corner, easting or longitude first.
    pub origin: [f64; 2],
    /// A side of the first matrix' tiles, in the system's units.
    side: f64,
    /// The zooms of its first and last matrix.
    pub zooms: (u8, u8),
    /// Columns and rows of the first matrix.
    first: (u32, u32),
}

/// The set of vector tiles, and of most web maps.
pub const WEB_MERCATOR_QUAD: MatrixSet = MatrixSet {
    id: "WebMercatorQuad",
    title: "Google Maps Compatible for the World",
    crs: Crs::WebMercator,
    axes: ["X", "Y"],
    scale_set: Some("GoogleMapsCompatible"),
    origin: [-HALF, HALF],
    side: 2.0 * HALF,
    zooms: (0, TileId::MAX_ZOOM),
    first: (1, 1),
};

/// All sets.
pub static SETS: [MatrixSet; 5] = [
    WEB_MERCATOR_QUAD,
    MatrixSet {
        id: "WorldCRS84Quad",
        title: "CRS84 for the World",
        crs: Crs::Crs84,
        axes: ["Lon", "Lat"],
        scale_set: Some("GoogleCRS84Quad"),
        origin: [-180.0, 90.0],
        side: 180.0,
        // Half as many degrees a px as Web Mercator has at the same zoom.
        zooms: (0, TileId::MAX_ZOOM - 1),
        first: (2, 1),
    },
    MatrixSet {
        id: "WorldMercatorWGS84Quad",
        title: "World Mercator WGS84 (ellipsoid)",
        crs: Crs::WorldMercator,
        axes: ["E", "N"],
        scale_set: Some("WorldMercatorWGS84"),
        origin: [-HALF, HALF],
        side: 2.0 * HALF,
        zooms: (0, TileId::MAX_ZOOM),
        first: (1, 1),
    },
    utm("UTM38WGS84Quad", "Universal Transverse Mercator Zone 38 WGS84 Quad", Crs::Utm38N),
    utm("UTM39WGS84Quad", "Universal Transverse Mercator Zone 39 WGS84 Quad", Crs::Utm39N),
];

const fn utm(id: &'static str, title: &'static str, crs: Crs) -> MatrixSet {
    MatrixSet {
        id,
        title,
        crs,
        axes: ["E", "N"],
        scale_set: None,
        // The central meridian has an easting of 500 km.
        origin: [500_000.0 - UTM_SIDE / 2.0, UTM_SIDE],
        side: UTM_SIDE,
        zooms: (1, TileId::MAX_ZOOM),
        first: (1, 2),
    }
}

impl MatrixSet {
    /// The sets that maps are in, or vector tiles.
    pub fn of(is_map: bool) -> &'static [MatrixSet] {
        if is_map { &SETS } else { &SETS[..1] }
    }

    /// The set whose tiles are boxes of degrees.
    pub fn degrees() -> &'static MatrixSet {
        &SETS[1]
    }

    pub fn uri(&self) -> String {
        format!("http://www.opengis.net/def/tilematrixset/OGC/1.0/{}", self.id)
    }

    /// The tile matrices, the coarsest first.
    pub fn matrices(&self) -> impl Iterator<Item = Matrix> {
        let metres = if self.crs.is_in_degrees() { HALF / 180.0 } else { 1.0 };
        (self.zooms.0..=self.zooms.1).map(move |zoom| {
            let times = 1_u32 << (zoom - self.zooms.0);
            let cell = self.side / f64::from(TILE_PX) / f64::from(times);
            Matrix {
                zoom,
                columns: self.first.0 * times,
                rows: self.first.1 * times,
                cell,
                scale: cell * metres / PIXEL_M,
            }
        })
    }

    /// # Errors
    /// Where there is no such tile.
    pub fn tile(&'static self, zoom: u32, column: u32, row: u32) -> Result<SetTile, MissingTile> {
        let matrix = self.matrices().find(|matrix| u32::from(matrix.zoom) == zoom);
        let Some(Matrix { zoom, columns, rows, cell, .. }) = matrix else {
            let (from, to) = self.zooms;
            return Err(MissingTile::Matrix { id: self.id, asked: zoom, from, to });
        };
        if column >= columns {
            return Err(MissingTile::Column { zoom, column, last: columns - 1 });
        }
        if row >= rows {
            return Err(MissingTile::Row { zoom, row, last: rows - 1 });
        }
        let side = cell * f64::from(TILE_PX);
        let [x, y] = self.origin;
        let across = |column: u32| x + side * f64::from(column);
        let down = |row: u32| y - side * f64::from(row);
        let bounds = [across(column), down(row + 1), across(column + 1), down(row)];
        let is_quad = self.id == WEB_MERCATOR_QUAD.id;
        let quad = is_quad.then(|| TileId::new(u32::from(zoom), column, row).ok()).flatten();
        Ok(SetTile { crs: self.crs, bounds, quad })
    }
}

/// A tile that a set has.
pub struct SetTile {
    pub crs: Crs,
    /// West, south, east, north in the system's units, eastings or longitudes first.
    pub bounds: [f64; 4],
    /// Which it is of WebMercatorQuad.
    pub quad: Option<TileId>,
}

/// One matrix of a set.
pub struct Matrix {
    pub zoom: u8,
    pub columns: u32,
    pub rows: u32,
    /// A pixel of a tile of 256 px, in the system's units.
    pub cell: f64,
    /// The scale denominator of such tiles, at px of 0.28 mm.
    pub scale: f64,
}

/// Why a set has no tile.
#[derive(Debug, thiserror::Error)]
pub enum MissingTile {
    #[error("there is no tile matrix {asked}: {id} has {from} to {to}")]
    Matrix { id: &'static str, asked: u32, from: u8, to: u8 },
    #[error("there is no tile column {column}: tile matrix {zoom} has 0 to {last}")]
    Column { zoom: u8, column: u32, last: u32 },
    #[error("there is no tile row {row}: tile matrix {zoom} has 0 to {last}")]
    Row { zoom: u8, row: u32, last: u32 },
}
