//! A base map under the embedded one: the same ground in each of the schemas in use.

#[path = "app/drawing.rs"]
mod drawing;

use std::fs::File;
use std::path::{Path, PathBuf};

use contactline::atlas::{self, Map, Options};
use drawing::picture;
use fast_mvt::{MvtCoord, MvtTileBuilder};
use pmtiles::{PmTilesWriter, TileCoord, TileType};
use rusqlite::Connection;
use serde_json::{Value as Json, json};

/// A feature of the ground: its shape, and in each schema (in the order of `SCHEMAS`) its layer and
/// its tags.
struct Thing {
    shape: Shape,
    as_: [(&'static str, &'static [(&'static str, &'static str)]); 3],
}

enum Shape {
    Area([i32; 4]),
    /// Across the tile at a height.
    Line(i32),
    Point([i32; 2]),
}

const SCHEMAS: [&str; 3] = ["openmaptiles", "protomaps", "shortbread"];

/// Of a tile of 4,096: west, north, east, south.
const THINGS: &[Thing] = &[
    Thing {
        shape: Shape::Area([0, 0, 4096, 800]),
        as_: [
            ("water", &[("class", "lake")]),
            ("water", &[("kind", "lake")]),
            ("water_polygons", &[("kind", "water")]),
        ],
    },
    Thing {
        shape: Shape::Area([3000, 2500, 4096, 3300]),
        as_: [
            ("landuse", &[("class", "residential")]),
            ("landuse", &[("kind", "residential")]),
            ("land", &[("kind", "residential")]),
        ],
    },
    Thing {
        shape: Shape::Line(2000),
        as_: [
            ("transportation", &[("class", "primary")]),
            ("roads", &[("kind", "major_road"), ("kind_detail", "primary")]),
            ("streets", &[("kind", "primary")]),
        ],
    },
    Thing {
        shape: Shape::Line(1200),
        as_: [
            ("waterway", &[("class", "river")]),
            ("water", &[("kind", "river")]),
            ("water_lines", &[("kind", "river")]),
        ],
    },
    Thing {
        shape: Shape::Point([2000, 2800]),
        as_: [
            ("place", &[("class", "village"), ("name", "Gölköy"), ("name:hy", "Լճաշեն")]),
            (
                "places",
                &[
                    ("kind", "locality"),
                    ("kind_detail", "village"),
                    ("name", "Gölköy"),
                    ("name:hy", "Լճաշեն"),
                ],
            ),
            ("place_labels", &[("kind", "village"), ("name", "Gölköy"), ("name:hy", "Լճաշեն")]),
        ],
    },
];

/// The tile of zoom 10 that a place in Armenia, away from the area of conflict, lies in.
const TILE: (u8, u32, u32) = (10, 637, 385);
/// Its middle, degrees.
const MIDDLE: [f64; 2] = [44.12109375, 40.58058466];

fn tile(schema: usize) -> Vec<u8> {
    let mut builder = MvtTileBuilder::new();
    let mut layers: Vec<&str> = THINGS.iter().map(|t| t.as_[schema].0).collect();
    layers.sort_unstable();
    layers.dedup();
    for name in layers {
        let mut layer = builder.layer(name).unwrap();
        for thing in THINGS.iter().filter(|t| t.as_[schema].0 == name) {
            let at = |x, y| MvtCoord { x, y };
            let shape = match thing.shape {
                Shape::Area([w, n, e, s]) => geo::Geometry::Polygon(geo::Polygon::new(
                    vec![at(w, n), at(e, n), at(e, s), at(w, s), at(w, n)].into(),
                    vec![],
                )),
                Shape::Line(y) => {
                    geo::Geometry::LineString(vec![at(-64, y), at(2000, y), at(4160, y)].into())
                }
                Shape::Point([x, y]) => geo::Geometry::Point(at(x, y).into()),
            };
            let mut feature = layer.feature(&shape).unwrap();
            for (key, value) in thing.as_[schema].1 {
                feature.tag_string(*key, *value).unwrap();
            }
            layer = feature.end();
        }
        builder = layer.end();
    }
    builder.encode()
}

/// What an archive says of itself: the layers that its schema always has.
fn metadata(schema: usize) -> Json {
    let layers: &[&str] = match schema {
        0 => &["water", "landuse", "waterway", "transportation", "building", "place"],
        1 => &["earth", "water", "landuse", "roads", "buildings", "places"],
        _ => &["ocean", "water_polygons", "land", "streets", "buildings", "place_labels"],
    };
    let layers: Vec<Json> = layers.iter().map(|id| json!({"id": id, "fields": {}})).collect();
    json!({"vector_layers": layers, "attribution": "<a href=\"https://www.openstreetmap.org/copyright\">&copy; OpenStreetMap</a> contributors"})
}

fn archive(folder: &Path, schema: usize) -> PathBuf {
    let path = folder.join(format!("{}.pmtiles", SCHEMAS[schema]));
    let writer = PmTilesWriter::new(TileType::Mvt).min_zoom(TILE.0).max_zoom(TILE.0);
    let writer = writer.metadata(metadata(schema).to_string());
    let mut writer = writer.create(File::create(&path).unwrap()).unwrap();
    writer.add_tile(TileCoord::new(TILE.0, TILE.1, TILE.2).unwrap(), &tile(schema)).unwrap();
    writer.finalize().unwrap();
    path
}

fn over(base: PathBuf) -> Map {
    let loaded = atlas::load(&Options { base: Some(base), strict: true, ..Options::default() });
    assert!(loaded.diagnostics.is_empty(), "{:#?}", loaded.diagnostics);
    loaded.value.unwrap()
}

/// The tile's area in a language, 1,024 px wide and high.
fn drawn(map: &Map, lang: &str) -> image::RgbaImage {
    let spec = json!({"center": MIDDLE, "zoom": 11, "width": 1024, "height": 1024,
        "furniture": "none", "state": {"lang": lang}});
    let png = map.draw(&picture(map, "conflict", &spec).unwrap()).unwrap();
    image::load_from_memory(&png).unwrap().to_rgba8()
}

#[test]
fn the_same_ground_in_each_schema_is_the_same_picture() {
    let folder = tempfile::tempdir().unwrap();
    let maps: Vec<Map> = (0..3).map(|schema| over(archive(folder.path(), schema))).collect();
    let first = drawn(&maps[0], "en");
    for map in &maps[1..] {
        assert_eq!(drawn(map, "en"), first);
    }
    let without = drawn(drawing::embedded(), "en");
    // The lake and the road; the river and the town.
    assert_eq!(first.get_pixel(512, 100).0, [0xa9, 0xcb, 0xdc, 255]);
    assert_eq!(first.get_pixel(300, 500).0, [0xf8, 0xf0, 0xdd, 255]);
    for [x, y] in [[300, 300], [900, 700]] {
        assert_ne!(first.get_pixel(x, y), without.get_pixel(x, y));
    }
    // The village's name, in the language of the map.
    let name =
        |image: &image::RgbaImage| image::imageops::crop_imm(image, 400, 660, 200, 80).to_image();
    assert_ne!(name(&first), name(&without));
    assert_ne!(name(&drawn(&maps[0], "hy")), name(&first));
    assert_eq!(name(&drawn(&maps[0], "ka")), name(&first));
    let said = maps[0].style("conflict").unwrap().style.json.clone();
    let said = said["metadata"]["contactline:attribution"].as_str().unwrap_or_default().to_string();
    assert!(said.ends_with("as of their file: © OpenStreetMap contributors"), "{said}");
}

#[test]
fn mbtiles_are_a_base_map_too() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("region.mbtiles");
    let database = Connection::open(&path).unwrap();
    database
        .execute_batch(
            "CREATE TABLE metadata (name text, value text); CREATE TABLE tiles (zoom_level \
             integer, tile_column integer, tile_row integer, tile_data blob)",
        )
        .unwrap();
    let said = metadata(0);
    let layers = json!({"vector_layers": said["vector_layers"]}).to_string();
    let attribution = said["attribution"].as_str().unwrap();
    for (name, value) in [("json", layers.as_str()), ("attribution", attribution)] {
        database.execute("INSERT INTO metadata VALUES (?1, ?2)", (name, value)).unwrap();
    }
    let (z, x, y) = TILE;
    let row = (1 << z) - 1 - y;
    database.execute("INSERT INTO tiles VALUES (?1, ?2, ?3, ?4)", (z, x, row, tile(0))).unwrap();
    // What is no text says nothing.
    database.execute("INSERT INTO metadata VALUES ('center', NULL)", ()).unwrap();
    drop(database);
    let other = over(archive(folder.path(), 0));
    assert_eq!(drawn(&over(path), "en"), drawn(&other, "en"));
}

#[test]
fn what_is_no_base_map_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("other.pmtiles");
    let writer = PmTilesWriter::new(TileType::Mvt);
    let writer = writer.metadata(json!({"vector_layers": [{"id": "ways"}]}).to_string());
    let mut writer = writer.create(File::create(&path).unwrap()).unwrap();
    writer.add_tile(TileCoord::new(10, 637, 385).unwrap(), &tile(0)).unwrap();
    writer.finalize().unwrap();
    let missing = folder.path().join("missing.pmtiles");
    for (base, words) in [(path, "its layers (ways)"), (missing, "cannot be read")] {
        let load = |strict| {
            atlas::load(&Options { base: Some(base.clone()), strict, ..Options::default() })
        };
        let loaded = load(true);
        assert!(loaded.value.is_none());
        let told = loaded.diagnostics.iter().any(|d| d.to_string().contains(words));
        assert!(told, "{:#?}", loaded.diagnostics);
        // And the rest is served where that is wished, with what is missing.
        let map = load(false).value.unwrap();
        assert!(map.faults().iter().any(|fault| fault.contains("--base")), "{:?}", map.faults());
    }
}
