//! Tiles from disk: every form they come in gives the same picture, and what is missing or broken
//! is named.

mod tileset;

use std::fs;
use std::path::{Path, PathBuf};

use contactline::atlas::{self, Frame, Options, SceneError, Size};
use contactline::geo::LonLat;
use contactline::sheet::PictureError;
use pmtiles::TileType;
use serde_json::{Value as Json, json};

fn folder(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// A style over one source of vector and one of raster tiles, in `folder`.
fn style(folder: &Path, name: &str, vector: Json, raster: Json) -> PathBuf {
    let source = |kind: &str, extra: Json| {
        let mut source = json!({"type": kind});
        source.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        source
    };
    let style = json!({
        "version": 8,
        "sources": {"v": source("vector", vector), "r": source("raster", raster)},
        "layers": [
            {"id": "picture", "type": "raster", "source": "r", "paint": {"raster-opacity": 0.6}},
            {"id": "area", "type": "fill", "source": "v", "source-layer": "shapes", "filter": ["==", "kind", "area"], "paint": {"fill-color": "#38a", "fill-opacity": 0.5}},
            {"id": "road", "type": "line", "source": "v", "source-layer": "shapes", "filter": ["==", "kind", "road"], "paint": {"line-width": 6, "line-color": "#a30", "line-opacity": 0.7}},
        ]
    });
    let path = folder.join(format!("{name}.json"));
    fs::write(&path, style.to_string()).unwrap();
    path
}

fn draw(path: &Path, zoom: f64) -> Vec<u8> {
    try_draw(path, zoom).unwrap()
}

fn try_draw(path: &Path, zoom: f64) -> Result<Vec<u8>, PictureError> {
    let loaded = atlas::load(&Options { styles: vec![path.to_path_buf()], ..Options::default() });
    assert!(loaded.diagnostics.is_empty(), "{:?}", loaded.diagnostics);
    let map = loaded.value.unwrap();
    let (id, styled) = map.styles().next().unwrap();
    let size = Size::new(500, 400, 1, u64::MAX).unwrap();
    let frame = Frame::centered(LonLat::new(10.0, 20.0).unwrap(), zoom, size).unwrap();
    map.png(id, &styled.state([]).unwrap(), &frame)
}

#[test]
fn every_form_gives_the_same_picture() {
    let folder = folder("forms");
    let (vector, raster) = (tileset::vector_tiles(), tileset::raster_tiles());
    tileset::write_folder(&folder.join("v"), "pbf", &vector);
    tileset::write_folder(&folder.join("r"), "png", &raster);
    tileset::write_mbtiles(&folder.join("v.mbtiles"), true, &vector);
    tileset::write_mbtiles(&folder.join("r.mbtiles"), false, &raster);
    tileset::write_pmtiles(&folder.join("v.pmtiles"), TileType::Mvt, &vector);
    tileset::write_pmtiles(&folder.join("r.pmtiles"), TileType::Png, &raster);
    let max = tileset::MAX_ZOOM;
    let files = style(
        &folder,
        "files",
        json!({"tiles": ["v/{z}/{x}/{y}.pbf"], "maxzoom": max}),
        json!({"tiles": ["r/{z}/{x}/{y}.png"], "maxzoom": max, "tileSize": 256}),
    );
    let others = ["tiles.json", "mbtiles", "pmtiles"].map(|form| {
        let url = |base: &str| match form {
            "tiles.json" => format!("{base}/tiles.json"),
            "pmtiles" => format!("pmtiles://{base}.pmtiles"),
            archive => format!("{base}.{archive}"),
        };
        style(&folder, form, json!({"url": url("v")}), json!({"url": url("r"), "tileSize": 256}))
    });
    for zoom in [0.0, 1.3, 5.0] {
        let picture = draw(&files, zoom);
        let pixels = image::load_from_memory(&picture).unwrap().to_rgba8();
        assert!(pixels.pixels().filter(|p| p.0[3] > 0).count() > 100_000, "nothing at zoom {zoom}");
        for other in &others {
            assert!(draw(other, zoom) == picture, "{} at zoom {zoom}", other.display());
        }
    }
}

#[test]
fn what_is_missing_is_named_and_what_is_broken_makes_no_picture() {
    let folder = folder("missing-tiles");
    fs::write(folder.join("other.mbtiles"), "no database").unwrap();
    for (name, url, words) in [
        ("nowhere", "none.mbtiles", "cannot be read"),
        ("other", "other.mbtiles", "is no MBTiles archive"),
        (
            "remote",
            "https://example.org/tiles.json",
            "is on the network; tiles are read from disk only",
        ),
        ("gone", "none.pmtiles", "cannot be read"),
    ] {
        let path = style(&folder, name, json!({"url": url}), json!({"tiles": ["{z}/{x}/{y}.png"]}));
        let loaded = atlas::load(&Options { styles: vec![path], ..Options::default() });
        let said: Vec<String> = loaded.diagnostics.iter().map(ToString::to_string).collect();
        assert!(said.iter().any(|s| s.contains("at /sources/v") && s.contains(words)), "{said:?}");
    }
    fs::create_dir_all(folder.join("bad/0/0")).unwrap();
    fs::write(folder.join("bad/0/0/0.pbf"), b"\x1a\xff\xff\xff").unwrap();
    fs::write(folder.join("bad/0/0/0.png"), b"no picture").unwrap();
    let tiles = |extension: &str| json!({"tiles": [format!("bad/{{z}}/{{x}}/{{y}}.{extension}")]});
    for (name, vector, raster) in
        [("bad", "pbf", "png"), ("bad-vector", "pbf", "none"), ("bad-raster", "none", "png")]
    {
        let drawn = try_draw(&style(&folder, name, tiles(vector), tiles(raster)), 0.0);
        assert!(
            matches!(drawn, Err(PictureError::Scene(SceneError::Source(_)))),
            "{name}: {drawn:?}"
        );
    }
    // What is simply not there is blank.
    let picture = draw(&style(&folder, "none", tiles("none"), tiles("none")), 0.0);
    let pixels = image::load_from_memory(&picture).unwrap().to_rgba8();
    assert!(pixels.pixels().all(|p| p.0[3] == 0));
}
