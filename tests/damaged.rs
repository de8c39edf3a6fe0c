//! Files that break, change or lie where they should not, while a map of them is served: no wrong
//! picture leaves the server as if it were right, and it mends itself when the file is whole.

mod tileset;

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use axum::body::Body;
use axum::http::Request;
use contactline::atlas::{self, Map, Options};
use contactline::http::{Site, router};
use contactline::service::Service;
use serde_json::{Value as Json, json};
use tower::ServiceExt;

fn folder(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("damaged").join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn written(path: &Path, json: &Json) -> PathBuf {
    fs::write(path, json.to_string()).unwrap();
    path.to_path_buf()
}

fn load(style: PathBuf, roots: Vec<PathBuf>) -> (Option<Map>, Vec<String>) {
    let loaded = atlas::load(&Options { styles: vec![style], roots, ..Options::default() });
    (loaded.value, loaded.diagnostics.iter().map(ToString::to_string).collect())
}

/// Status, body, and what caches are told.
async fn get(app: &axum::Router, path: &str) -> (u16, Vec<u8>, String) {
    let request = Request::get(path).header("host", "localhost").body(Body::empty()).unwrap();
    let response = app.clone().oneshot(request).await.unwrap();
    let header =
        |name: &str| response.headers().get(name).map_or("", |v| v.to_str().unwrap()).to_string();
    let (status, told) =
        (response.status().as_u16(), format!("{} {}", header("cache-control"), header("etag")));
    (status, axum::body::to_bytes(response.into_body(), 1 << 24).await.unwrap().to_vec(), told)
}

/// Every tile of a style to a zoom.
fn every_tile(style: &str) -> Vec<String> {
    let rows = |z: u32| (0..1u32 << z).flat_map(move |x| (0..1u32 << z).map(move |y| (z, x, y)));
    (1..=3).flat_map(rows).map(|(z, x, y)| format!("/styles/{style}/{z}/{x}/{y}.png")).collect()
}

/// Layers of each kind, so that areas, labels and pictures are all asked for.
fn layers() -> Json {
    json!([
        {"id": "area", "type": "fill", "source": "v", "source-layer": "shapes", "paint": {"fill-color": "#38a"}},
        {"id": "name", "type": "symbol", "source": "v", "source-layer": "shapes",
         "layout": {"text-field": ["get", "kind"], "text-font": ["Noto Sans Regular"]}},
    ])
}

#[tokio::test]
async fn an_archive_that_is_cut_short_gives_no_wrong_tile_and_heals() {
    let folder = folder("archive");
    for (file, kind) in [("v.mbtiles", "mbtiles"), ("v.pmtiles", "pmtiles")] {
        let archive = folder.join(file);
        match kind {
            "mbtiles" => tileset::write_mbtiles(&archive, true, &tileset::vector_tiles()),
            _ => tileset::write_pmtiles(&archive, pmtiles::TileType::Mvt, &tileset::vector_tiles()),
        }
        let style = json!({"version": 8, "sources": {"v": {"type": "vector", "url": file}}, "layers": layers()});
        let (map, said) = load(written(&folder.join(format!("{kind}.json")), &style), Vec::new());
        assert!(said.is_empty(), "{said:?}");
        let app = router(Service::new(map.unwrap(), 2).unwrap(), Site::default());
        let tiles = every_tile(kind);
        let mut right = Vec::new();
        for tile in &tiles[..20] {
            let (status, body, told) = get(&app, tile).await;
            assert_eq!((status, told.starts_with("public")), (200, true), "{tile}");
            right.push(body);
        }
        let whole = fs::read(&archive).unwrap();
        // In place, as a copy that is broken off leaves it.
        fs::OpenOptions::new()
            .write(true)
            .open(&archive)
            .unwrap()
            .set_len(whole.len() as u64 / 3)
            .unwrap();
        let mut refused = 0;
        for (i, tile) in tiles.iter().enumerate() {
            let (status, body, told) = get(&app, tile).await;
            match status {
                503 => {
                    refused += 1;
                    assert_eq!(told, "no-store ", "{tile}");
                    let problem = String::from_utf8(body).unwrap();
                    assert!(
                        problem.contains("cannot be read")
                            && !problem.contains(&*folder.display().to_string())
                    );
                }
                // What still can be read is right.
                _ => assert!(i >= right.len() || body == right[i], "{tile} is wrong"),
            }
        }
        assert!(refused > 50, "{kind}: {refused} of {}", tiles.len());
        let (status, health, _) = get(&app, "/health").await;
        let health: Json = serde_json::from_slice(&health).unwrap();
        assert_eq!((status, health["status"].as_str()), (200, Some("degraded")), "{health}");
        let fault = health["faults"][0].as_str().unwrap();
        assert!(fault.contains(&format!("source {kind}/v")) && !fault.contains('\\'), "{fault}");

        fs::write(&archive, &whole).unwrap();
        for (tile, right) in tiles.iter().zip(&right) {
            let (status, body, _) = get(&app, tile).await;
            assert!(
                status == 200 && body == *right,
                "{kind}: {tile} is {status} after the file was whole again"
            );
        }
        let (_, health, _) = get(&app, "/health").await;
        let health = String::from_utf8(health).unwrap();
        assert!(health.contains(r#""status":"ok""#) && !health.contains("faults"), "{health}");

        fs::remove_file(&archive).unwrap();
        assert_eq!(get(&app, &tiles[60]).await.0, 503, "{kind} is gone");
    }
}

#[tokio::test]
async fn a_tile_that_cannot_be_decoded_is_told_and_the_others_are_served() {
    let folder = folder("tile");
    tileset::write_folder(&folder.join("v"), "pbf", &tileset::vector_tiles());
    let bad = folder.join("v/3/0/0.pbf");
    let good = fs::read(&bad).unwrap();
    fs::write(&bad, b"\x1a\xff\xff\xff").unwrap();
    let style = json!({"version": 8, "sources": {"v": {"type": "vector", "url": "v/tiles.json"}}, "layers": layers()});
    let (map, said) = load(written(&folder.join("map.json"), &style), Vec::new());
    assert!(said.is_empty(), "{said:?}");
    let app = router(Service::new(map.unwrap(), 2).unwrap(), Site::default());
    assert_eq!(get(&app, "/styles/map/4/0/0.png").await.0, 503);
    assert_eq!(get(&app, "/styles/map/4/12/12.png").await.0, 200);
    assert_eq!(get(&app, "/styles/map/4/0/0.png").await.0, 503);
    assert!(
        String::from_utf8(get(&app, "/health").await.1)
            .unwrap()
            .contains("tile 3/0/0 cannot be read")
    );
    fs::write(&bad, good).unwrap();
    assert_eq!(get(&app, "/styles/map/4/0/0.png").await.0, 200);
    let health = String::from_utf8(get(&app, "/health").await.1).unwrap();
    assert!(health.contains(r#""status":"ok""#) && !health.contains("faults"), "{health}");
}

#[tokio::test]
async fn an_archive_that_is_replaced_is_another_map() {
    let folder = folder("replaced");
    let archive = folder.join("v.mbtiles");
    tileset::write_mbtiles(&archive, true, &tileset::vector_tiles());
    let style = json!({"version": 8, "sources": {"v": {"type": "vector", "url": "v.mbtiles"}}, "layers": layers()});
    let (map, _) = load(written(&folder.join("map.json"), &style), Vec::new());
    let app = router(Service::new(map.unwrap(), 2).unwrap(), Site::default());
    let (_, before, tag_before) = get(&app, "/styles/map/2/1/1.png").await;
    let other: Vec<_> = tileset::vector_tiles().into_iter().filter(|(z, ..)| *z != 1).collect();
    tileset::write_mbtiles(&folder.join("new.mbtiles"), true, &other);
    fs::rename(folder.join("new.mbtiles"), &archive).unwrap();
    let (status, after, tag_after) = get(&app, "/styles/map/2/1/1.png").await;
    assert!(status == 200 && after != before && tag_after != tag_before);
}

/// A tile of a folder that is replaced between two starts is seen by caches.
#[test]
fn a_replaced_tile_or_sprite_or_glyph_is_another_revision() {
    let folder = folder("revision");
    tileset::write_folder(&folder.join("v"), "pbf", &tileset::vector_tiles());
    fs::create_dir_all(folder.join("glyphs/Some Font")).unwrap();
    fs::write(folder.join("glyphs/Some Font/0-255.pbf"), b"").unwrap();
    fs::create_dir_all(folder.join("sprite")).unwrap();
    let svg = |color: &str| {
        format!(
            "<svg xmlns='http://www.w3.org/2000/svg' width='4' height='4'><path d='M0 0h4v4z' \
             fill='{color}'/></svg>"
        )
    };
    fs::write(folder.join("sprite/dot.svg"), svg("red")).unwrap();
    let style = json!({"version": 8, "sprite": "sprite", "glyphs": "glyphs/{fontstack}/{range}.pbf",
        "sources": {"v": {"type": "vector", "url": "v/tiles.json"}}, "layers": layers()});
    let style = written(&folder.join("map.json"), &style);
    let revision = || load(style.clone(), Vec::new()).0.unwrap().revision();
    let mut seen = vec![revision()];
    assert_eq!(revision(), seen[0], "the same at every start");
    let tile = folder.join("v/2/1/3.pbf");
    let bytes = fs::read(&tile).unwrap();
    fs::write(&tile, &bytes[..bytes.len() / 2]).unwrap();
    seen.push(revision());
    fs::remove_file(&tile).unwrap();
    seen.push(revision());
    fs::write(folder.join("glyphs/Some Font/0-255.pbf"), b"\n\0").unwrap();
    seen.push(revision());
    fs::write(folder.join("sprite/dot.svg"), svg("blue")).unwrap();
    seen.push(revision());
    let json = fs::read_to_string(folder.join("v/tiles.json"))
        .unwrap()
        .replace("\"maxzoom\":3", "\"maxzoom\":2");
    fs::write(folder.join("v/tiles.json"), json).unwrap();
    seen.push(revision());
    let mut different = seen.clone();
    different.sort_unstable();
    different.dedup();
    assert_eq!(different.len(), seen.len(), "{seen:?}");
}

#[test]
fn a_style_reaches_no_file_that_it_was_not_given() {
    let outside = folder("outside");
    let folder = folder("inside");
    let points = json!({"type": "FeatureCollection", "features": []});
    written(&outside.join("secret.geojson"), &points);
    tileset::write_folder(&outside.join("v"), "pbf", &tileset::vector_tiles());
    tileset::write_mbtiles(&outside.join("v.mbtiles"), true, &tileset::vector_tiles());
    fs::create_dir_all(outside.join("sprite")).unwrap();
    fs::write(outside.join("sprite.json"), "{}").unwrap();
    let svg = "<svg xmlns='http://www.w3.org/2000/svg' width='4' height='4'/>";
    fs::write(outside.join("sprite/dot.svg"), svg).unwrap();
    fs::write(outside.join("picture.png"), tileset::raster_tiles()[0].3.clone()).unwrap();
    fs::create_dir_all(outside.join("glyphs/Some Font")).unwrap();
    let at = |name: &str| outside.join(name).display().to_string();
    // By a path, by dots, and by a link that looks as if it were inside.
    symlink(&outside, folder.join("link")).unwrap();
    fs::create_dir_all(folder.join("icons")).unwrap();
    symlink(outside.join("sprite/dot.svg"), folder.join("icons/dot.svg")).unwrap();
    let corners = json!([[0, 1], [1, 1], [1, 0], [0, 0]]);
    let of_source = |source: Json| json!({"version": 8, "sources": {"s": source}, "layers": []});
    let styles = [
        of_source(json!({"type": "geojson", "data": at("secret.geojson")})),
        of_source(json!({"type": "geojson", "data": "../outside/secret.geojson"})),
        of_source(json!({"type": "geojson", "data": "link/secret.geojson"})),
        of_source(json!({"type": "vector", "url": at("v.mbtiles")})),
        of_source(json!({"type": "vector", "url": "link/v/tiles.json"})),
        of_source(json!({"type": "vector", "tiles": [at("v/{z}/{x}/{y}.pbf")]})),
        of_source(json!({"type": "raster", "tiles": ["link/v/{z}/{x}/{y}.pbf"]})),
        of_source(json!({"type": "image", "url": "link/picture.png", "coordinates": corners})),
        json!({"version": 8, "sources": {}, "layers": [], "sprite": "../outside/sprite"}),
        json!({"version": 8, "sources": {}, "layers": [], "sprite": "icons"}),
        json!({"version": 8, "sources": {}, "layers": [], "glyphs": "link/glyphs/{fontstack}/{range}.pbf"}),
    ];
    for (i, style) in styles.iter().enumerate() {
        let path = written(&folder.join(format!("{i}.json")), style);
        let (_, said) = load(path.clone(), Vec::new());
        let refused = |s: &String| s.contains("lies outside the folders") && s.contains("--root");
        assert!(said.iter().any(refused), "{style}: {said:?}");
        // It may be given.
        let (map, said) = load(path, vec![outside.clone()]);
        assert!(map.is_some() && !said.iter().any(refused), "{style}: {said:?}");
    }
}

/// A tile inside the folder may be a link that leads out of it.
#[tokio::test]
async fn a_tile_that_is_a_link_out_of_its_folder_is_not_read() {
    let (outside, folder) = (folder("elsewhere"), folder("linked"));
    tileset::write_folder(&outside.join("v"), "pbf", &tileset::vector_tiles());
    tileset::write_folder(&folder.join("v"), "pbf", &tileset::vector_tiles());
    fs::remove_file(folder.join("v/1/0/0.pbf")).unwrap();
    symlink(outside.join("v/1/0/0.pbf"), folder.join("v/1/0/0.pbf")).unwrap();
    let style = json!({"version": 8, "sources": {"v": {"type": "vector", "url": "v/tiles.json"}}, "layers": layers()});
    let (map, _) = load(written(&folder.join("map.json"), &style), Vec::new());
    let app = router(Service::new(map.unwrap(), 2).unwrap(), Site::default());
    assert_eq!(get(&app, "/styles/map/2/0/0.png").await.0, 503);
}
