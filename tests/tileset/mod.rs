//! A small set of tiles, written in every form that styles can name: folders, TileJSON, MBTiles,
//! PMTiles.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use fast_mvt::{MvtCoord, MvtLayerBuilder, MvtTileBuilder};
use pmtiles::{PmTilesWriter, TileCoord, TileType};
use rusqlite::Connection;

/// The deepest zoom there are tiles of.
pub const MAX_ZOOM: u8 = 3;

/// A tile's address and bytes.
pub type Tile = (u8, u32, u32, Vec<u8>);

pub fn every_tile(bytes: impl Fn(u8, u32, u32) -> Vec<u8>) -> Vec<Tile> {
    let all = (0..=MAX_ZOOM)
        .flat_map(|z| (0..1u32 << z).flat_map(move |x| (0..1u32 << z).map(move |y| (z, x, y))));
    all.map(|(z, x, y)| (z, x, y, bytes(z, x, y))).collect()
}

/// Shapes that reach over a tile's sides, as cut tiles have them.
pub fn vector_tiles() -> Vec<Tile> {
    every_tile(|z, x, y| {
        let at = |x: i32, y: i32| MvtCoord { x, y };
        let seed = (x * 7 + y * 13 + u32::from(z) * 5) as i32;
        let ring = [
            at(-200, 300 + seed * 9),
            at(2100, -150),
            at(4300, 2200),
            at(1800, 4290),
            at(-200, 300 + seed * 9),
        ];
        let line = [at(-256, 500), at(1500 + seed * 20, 3000), at(4352, 1000)];
        let mut layer: MvtLayerBuilder = MvtTileBuilder::new().layer("shapes").unwrap();
        let mut polygon = layer
            .feature(&geo::Geometry::Polygon(geo::Polygon::new(ring.to_vec().into(), vec![])))
            .unwrap();
        polygon.tag_string("kind", "area").unwrap();
        layer = polygon.end();
        let mut road = layer.feature(&geo::Geometry::LineString(line.to_vec().into())).unwrap();
        road.tag_string("kind", "road").unwrap();
        road.end().end().encode()
    })
}

/// Pictures of 256 px, each different.
pub fn raster_tiles() -> Vec<Tile> {
    every_tile(|z, x, y| {
        let picture = image::RgbImage::from_fn(256, 256, |i, j| {
            let check = ((i / 16 + j / 16) % 2) as u8 * 90;
            image::Rgb([
                check + (x * 19 % 160) as u8,
                (i / 2) as u8 + check / 2,
                (y * 23 % 200) as u8 + z * 9,
            ])
        });
        let mut png = std::io::Cursor::new(Vec::new());
        picture.write_to(&mut png, image::ImageFormat::Png).unwrap();
        png.into_inner()
    })
}

/// `folder/{z}/{x}/{y}.extension`, and a TileJSON that names them.
pub fn write_folder(folder: &Path, extension: &str, tiles: &[Tile]) {
    for (z, x, y, bytes) in tiles {
        let column = folder.join(format!("{z}/{x}"));
        fs::create_dir_all(&column).unwrap();
        fs::write(column.join(format!("{y}.{extension}")), bytes).unwrap();
    }
    let json = serde_json::json!({
        "tilejson": "3.0.0", "tiles": [format!("{{z}}/{{x}}/{{y}}.{extension}")], "minzoom": 0, "maxzoom": MAX_ZOOM,
    });
    fs::write(folder.join("tiles.json"), json.to_string()).unwrap();
}

/// Rows counted from the south, as the format has them; vector tiles zipped.
pub fn write_mbtiles(path: &Path, zipped: bool, tiles: &[Tile]) {
    let _ = fs::remove_file(path);
    let database = Connection::open(path).unwrap();
    database
        .execute_batch(
            "CREATE TABLE metadata (name text, value text); CREATE TABLE tiles \
            (zoom_level integer, tile_column integer, tile_row integer, tile_data blob); BEGIN",
        )
        .unwrap();
    for (z, x, y, bytes) in tiles {
        let mut data = bytes.clone();
        if zipped {
            let mut encoder =
                flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            encoder.write_all(bytes).unwrap();
            data = encoder.finish().unwrap();
        }
        let row = (1u32 << z) - 1 - y;
        database.execute("INSERT INTO tiles VALUES (?1, ?2, ?3, ?4)", (z, x, row, data)).unwrap();
    }
    database.execute_batch("COMMIT").unwrap();
}

pub fn write_pmtiles(path: &Path, kind: TileType, tiles: &[Tile]) {
    let writer = PmTilesWriter::new(kind).min_zoom(0).max_zoom(MAX_ZOOM);
    let mut stream = writer.create(fs::File::create(path).unwrap()).unwrap();
    for (z, x, y, bytes) in tiles {
        stream.add_tile(TileCoord::new(*z, *x, *y).unwrap(), bytes).unwrap();
    }
    stream.finalize().unwrap();
}
