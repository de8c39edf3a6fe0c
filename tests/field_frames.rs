//! What users of map servers complain of in pictures: seams where they are turned, frames that are
//! not what was asked for, and slips of the hand that nobody tells them of.

mod app;
#[path = "app/drawing.rs"]
mod drawing;
mod random;

use std::fs;
use std::path::Path;
use std::process::Command;

use app::{get, get_as};
use contactline::atlas::{self, Frame, Map, Options, Size, State};
use contactline::geo::{LonLat, TileId};
use contactline::sheet::{Output, Picture};
use drawing::{embedded, picture};
use fast_mvt::{MvtCoord, MvtTileBuilder};
use random::Random;
use serde_json::{Value as Json, json};

/// A map of one style, whose files lie in the folder.
fn of_style(folder: &Path, style: &Json) -> Map {
    let path = folder.join("style.json");
    fs::write(&path, style.to_string()).unwrap();
    let loaded = atlas::load(&Options { styles: vec![path], ..Options::default() });
    assert!(!loaded.has_errors(), "{:?}", loaded.diagnostics);
    loaded.value.unwrap()
}

fn pixels(png: &[u8]) -> image::RgbaImage {
    image::load_from_memory(png).unwrap().to_rgba8()
}

fn drawn(map: &Map, style: &str, frame: Frame) -> image::RgbaImage {
    pixels(
        &map.draw(&Picture::plain(style.to_string(), state(map, style), frame, Output::PNG))
            .unwrap(),
    )
}

fn state(map: &Map, style: &str) -> State {
    map.style(style).unwrap().state([]).unwrap()
}

fn size(width: u32, height: u32, ratio: u32) -> Size {
    Size::new(width, height, ratio, u64::MAX).unwrap()
}

fn of_spec(map: &Map, style: &str, spec: &Json) -> image::RgbaImage {
    pixels(&map.draw(&picture(map, style, spec).unwrap()).unwrap())
}

fn range(random: &mut Random, low: f64, high: f64) -> f64 {
    low + random.unit() * (high - low)
}

fn one_of<T: Copy>(random: &mut Random, all: &[T]) -> T {
    all[(random.unit() * all.len() as f64) as usize]
}

#[test]
fn turned_tiles_leave_no_gap_and_share_no_pixel() {
    let folder = tempfile::tempdir().unwrap();
    let at = |x: i32, y: i32| MvtCoord { x, y };
    let ring = vec![at(-300, -300), at(4400, -300), at(4400, 4400), at(-300, 4400), at(-300, -300)];
    let layer = MvtTileBuilder::new().layer("l").unwrap();
    let feature =
        layer.feature(&geo::Geometry::Polygon(geo::Polygon::new(ring.into(), vec![]))).unwrap();
    let vector = feature.end().end().encode();
    let mut raster = std::io::Cursor::new(Vec::new());
    image::RgbaImage::from_pixel(64, 64, image::Rgba([255, 255, 255, 128]))
        .write_to(&mut raster, image::ImageFormat::Png)
        .unwrap();
    for z in 1..=3u32 {
        for x in 0..1 << z {
            for y in 0..1 << z {
                let put = |kind: &str, end: &str, bytes: &[u8]| {
                    let path = folder.path().join(format!("{kind}/{z}/{x}/{y}.{end}"));
                    fs::create_dir_all(path.parent().unwrap()).unwrap();
                    fs::write(path, bytes).unwrap();
                };
                put("v", "pbf", &vector);
                put("r", "png", raster.get_ref());
            }
        }
    }
    let map = of_style(
        folder.path(),
        &json!({"version": 8,
        "state": {"shown": {"default": "vector"}},
        "sources": {
            "v": {"type": "vector", "tiles": ["v/{z}/{x}/{y}.pbf"], "minzoom": 1, "maxzoom": 3},
            "r": {"type": "raster", "tiles": ["r/{z}/{x}/{y}.png"], "tileSize": 512, "minzoom": 1, "maxzoom": 3}},
        "layers": [
            {"id": "ground", "type": "background", "paint": {"background-color": "#004080"}},
            {"id": "v", "type": "fill", "source": "v", "source-layer": "l", "paint": {"fill-color": "#ffffff"},
             "layout": {"visibility": ["case", ["==", ["global-state", "shown"], "vector"], "visible", "none"]}},
            {"id": "r", "type": "raster", "source": "r",
             "layout": {"visibility": ["case", ["==", ["global-state", "shown"], "vector"], "none", "visible"]}}]}),
    );
    let mut random = Random(6);
    for i in 0..20 {
        // The first eight are angles that had gaps, on both sides of every quarter turn.
        let angle = [7.0, 15.0, 33.0, 60.0, 100.0, 190.0, 271.0, 359.5].get(i).copied();
        let angle = angle.unwrap_or_else(|| range(&mut random, 0.0, 360.0));
        // Across the antimeridian, too, where the world's copies meet.
        let lon = if i % 4 == 3 { 179.0 } else { range(&mut random, -60.0, 60.0) };
        let center = LonLat::new(lon, range(&mut random, -20.0, 20.0)).unwrap();
        let zoom = range(&mut random, 1.9, 3.6);
        let frame = Frame::viewport(center, zoom, angle, size(400, 300, 1 + i as u32 % 3)).unwrap();
        for (shown, color) in [("vector", [255, 255, 255, 255]), ("raster", [128, 160, 192, 255])] {
            let state = map.style("style").unwrap().state([("shown", shown)]).unwrap();
            let picture = Picture::plain("style".to_string(), state, frame, Output::PNG);
            let picture = pixels(&map.draw(&picture).unwrap());
            let wrong = picture.pixels().filter(|p| p.0 != color).count();
            assert_eq!(wrong, 0, "{shown} at {angle} degrees, zoom {zoom}, {center:?}");
        }
    }
}

/// A style all of whose layers change at whole zooms.
fn stepping(folder: &Path) -> Map {
    fs::create_dir_all(folder.join("images")).unwrap();
    let weave = "<svg xmlns='http://www.w3.org/2000/svg' width='7' height='5'><path d='M0 0L7 5' \
        stroke='#205080'/></svg>";
    fs::write(folder.join("images/weave.svg"), weave).unwrap();
    let lines: Vec<Json> = (0..60)
        .map(|i| {
            let lon = -170.0 + f64::from(i) * 5.7;
            json!({"type": "Feature", "properties": {"n": i}, "geometry": {"type": "LineString",
                "coordinates": [[lon, -70.0], [lon + 9.0, 70.0], [-lon, 40.0 - f64::from(i)]]}})
        })
        .collect();
    let mut layers = vec![
        json!({"id": "ground", "type": "background", "paint": {"background-pattern": "weave"}}),
        json!({"id": "lines", "type": "line", "source": "s", "paint": {"line-dasharray": [3, 1],
            "line-width": ["step", ["zoom"], 1.5, 4, 2, 8, 3, 12, 5], "line-color": ["case", ["==", ["%", ["get", "n"], 2], 0], "#a02", "#06c"]}}),
        json!({"id": "names", "type": "symbol", "source": "s", "layout": {"text-field": ["to-string", ["get", "n"]],
            "symbol-placement": "line", "symbol-spacing": 120, "text-font": ["Noto Sans Regular"]}}),
    ];
    for z in 0..16 {
        layers.push(json!({"id": format!("of-{z}"), "type": "line", "source": "s", "minzoom": z, "maxzoom": z + 1,
            "paint": {"line-offset": 6, "line-color": format!("hsl({}, 80%, 40%)", z * 23)}}));
    }
    let data = json!({"type": "FeatureCollection", "features": lines});
    of_style(
        folder,
        &json!({"version": 8, "sprite": "images", "sources": {"s": {"type": "geojson", "data": data}}, "layers": layers}),
    )
}

#[test]
fn bounds_of_tiles_are_their_mosaic_however_they_are_rounded() {
    let folder = tempfile::tempdir().unwrap();
    let own = stepping(folder.path());
    let mut random = Random(30);
    for i in 0..200 {
        let (map, style) = if i % 10 == 9 { (embedded(), "conflict") } else { (&own, "style") };
        let side = one_of(&mut random, &[256u32, 256, 512]);
        let ratio = one_of(&mut random, &[1u32, 1, 1, 2, 2, 3]);
        let decimals = [6, 9, 12][i % 3];
        let z = 2 + (random.unit() * 14.0) as u32;
        let (columns, rows) = one_of(&mut random, &[(1u32, 1u32), (2, 1), (1, 2)]);
        let n = 1u32 << z;
        let (lon, lat) = match style {
            "conflict" => (range(&mut random, 45.5, 47.5), range(&mut random, 39.0, 40.5)),
            _ => (range(&mut random, -175.0, 175.0), range(&mut random, -60.0, 60.0)),
        };
        let home =
            TileId::containing(contactline::geo::World::from_degrees(lon, lat), z as u8).unwrap();
        let (x0, y0) = (home.x().min(n - columns), home.y().min(n - rows));
        let tile = |x: u32, y: u32| TileId::new(z, x, y).unwrap();
        let (west, north) = tile(x0, y0).bounds().min.to_degrees();
        let (east, south) = tile(x0 + columns - 1, y0 + rows - 1).bounds().max.to_degrees();
        let rounded = |v: f64| format!("{v:.decimals$}").parse::<f64>().unwrap();
        let bounds = [west, south, east, north].map(rounded);
        let frame = Frame::bounds(bounds, size(columns * side, rows * side, ratio)).unwrap();
        let whole = drawn(map, style, frame);
        let px = side * ratio;
        let mut wrong = 0;
        for (dx, dy) in (0..columns).flat_map(|dx| (0..rows).map(move |dy| (dx, dy))) {
            let tile = drawn(map, style, Frame::tile(tile(x0 + dx, y0 + dy), side, ratio));
            wrong += tile
                .enumerate_pixels()
                .filter(|(x, y, p)| whole.get_pixel(dx * px + x, dy * px + y) != *p)
                .count();
        }
        assert_eq!(
            wrong, 0,
            "{i}: {z}/{x0}/{y0}, {columns} x {rows} of {side} px @{ratio}x, {decimals} decimals"
        );
    }
}

#[test]
fn bounds_that_are_no_whole_zoom_are_what_they_are() {
    // Seven thousandths of the width are some px at the edge, and stay.
    let bounds = |half: f64| {
        Frame::bounds([46.0 - half, 35.0, 46.0 + half, 45.0], size(512, 400, 1)).unwrap()
    };
    let whole = drawn(embedded(), "conflict", bounds(180.0 / 16.0));
    for share in [1.007, 0.993, 1.002] {
        assert!(whole != drawn(embedded(), "conflict", bounds(180.0 / 16.0 * share)), "{share}");
    }
}

/// What pins and paths are drawn in.
const ACCENT: [u8; 3] = [0xb3, 0x12, 0x3b];

/// The columns that have pixels of the accent, and how many in all.
fn accented(picture: &image::RgbaImage) -> (Vec<u32>, usize) {
    let of: Vec<u32> =
        picture.enumerate_pixels().filter(|(.., p)| p.0[..3] == ACCENT).map(|(x, ..)| x).collect();
    let mut columns = of.clone();
    columns.sort_unstable();
    columns.dedup();
    (columns, of.len())
}

#[test]
fn pictures_smaller_than_the_world_hold_all_that_is_to_be_seen() {
    let map = embedded();
    let runs = |picture: &image::RgbaImage| -> Vec<u32> {
        let columns = accented(picture).0;
        let ends = columns.iter().filter(|x| !columns.contains(&(*x + 1)));
        let start =
            |end: &u32| (0..=*end).rev().find(|x| !columns.contains(x)).map_or(0, |x| x + 1);
        ends.map(|end| end + 1 - start(end)).collect()
    };
    let lone = json!({"center": [0, 0], "zoom": 3, "width": 100, "height": 100, "markers": [{"at": [0, 0]}]});
    let pin = runs(&of_spec(map, "conflict", &lone));
    let [wide] = pin[..] else { panic!("{pin:?}") };
    for (west, east, width, height) in [
        (-150.0, 150.0, 300, 200),
        (-100.0, 100.0, 300, 200),
        (-150.0, 140.0, 260, 300),
        (-140.0, 140.0, 180, 120),
    ] {
        let spec = json!({"width": width, "height": height, "markers": [{"at": [west, -10]}, {"at": [east, -9]}]});
        let picture = picture(map, "conflict", &spec).unwrap();
        let found = runs(&pixels(&map.draw(&picture).unwrap()));
        // Copies of the world may show a pin again, and less than whole at the edge.
        assert!(
            found.iter().filter(|w| **w == wide).count() >= 2,
            "{west} to {east} in {width} px: {found:?}"
        );
        assert!(
            !picture.warnings.iter().any(|told| told.contains("/markers")),
            "{:?}",
            picture.warnings
        );
    }
}

#[test]
fn pictures_have_zooms_from_two_below_to_24() {
    let map = embedded();
    let at = |zoom: f64| json!({"center": [46.7, 39.8], "zoom": zoom, "width": 120, "height": 90});
    for zoom in [-2.0, -1.5, -0.1, 0.0, 22.5, 24.0] {
        let drawn = of_spec(map, "conflict", &at(zoom));
        assert_eq!(drawn.dimensions(), (120, 90), "{zoom}");
    }
    // The world twice as small is not a picture of nothing: land and sea.
    let colors: std::collections::BTreeSet<_> =
        of_spec(map, "conflict", &at(-2.0)).pixels().map(|p| p.0).collect();
    assert!(colors.len() > 2);
    for zoom in [-2.1, 24.1, f64::MAX] {
        let told = picture(map, "conflict", &at(zoom)).unwrap_err();
        assert!(told.contains("-2 to 24"), "{told}");
    }
}

#[test]
fn what_is_shown_fills_an_automatic_frame() {
    let map = embedded();
    for points in [
        json!([[1.43, 43.61], [1.44, 43.60], [1.444, 43.592]]),
        json!([[35.2001, 31.9001], [35.2016, 31.9012]]),
        json!([[-70.0, -30.0], [60.0, 45.0]]),
    ] {
        let spec = json!({"width": 500, "height": 380, "paths": [{"points": points}]});
        let picture = of_spec(map, "conflict", &spec);
        let colored: Vec<(u32, u32)> = picture
            .enumerate_pixels()
            .filter(|(.., p)| p.0[..3] == ACCENT)
            .map(|(x, y, _)| (x, y))
            .collect();
        let extent = |of: fn(&(u32, u32)) -> u32| {
            colored.iter().map(of).max().unwrap() - colored.iter().map(of).min().unwrap()
        };
        let (width, height) = (extent(|p| p.0), extent(|p| p.1));
        assert!(width > 390 || height > 270, "{points}: {width} x {height}");
    }
    // A lone place has its surroundings, unless another zoom is asked for.
    let lone = |members: Json| {
        let mut spec = json!({"width": 300, "height": 200, "markers": [{"at": [46.75, 39.76]}]});
        spec.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        of_spec(map, "conflict", &spec)
    };
    let named = |zoom: f64| lone(json!({"center": [46.75, 39.76], "zoom": zoom}));
    assert_eq!(lone(json!({})), named(11.0));
    assert_eq!(lone(json!({"maxzoom": 14})), named(14.0));
    assert_eq!(lone(json!({"maxzoom": 6.5})), named(6.5));
    for (members, told) in [
        (json!({"maxzoom": 30}), "/maxzoom: 30 is not from -2 to 24"),
        (json!({"maxzoom": 5, "center": [1, 2], "zoom": 3}), "/maxzoom: a maxzoom goes with"),
    ] {
        let mut spec = json!({"width": 300, "height": 200});
        spec.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        let found = picture(map, "conflict", &spec).unwrap_err();
        assert!(found.contains(told), "{found}");
    }
}

/// What is told of a map.
fn told(map: &Map, spec: Json) -> String {
    let mut spec = spec;
    if spec.get("preset").is_none() {
        spec["width"] = json!(300);
        spec["height"] = json!(200);
    }
    picture(map, "conflict", &spec).unwrap().warnings.join("\n")
}

#[test]
fn swapped_numbers_and_empty_frames_are_told() {
    let map = embedded();
    for (spec, expected) in [
        (json!({"bbox": [38.8, 45.4, 40.6, 48.0]}), "did you mean bbox 45.4,38.8,48,40.6?"),
        (json!({"center": [39.76, 46.75], "zoom": 8}), "did you mean center 46.75,39.76?"),
        (
            json!({"markers": [{"at": [39.76, 46.75]}]}),
            "did you mean 46.75,39.76 (longitude, then latitude)?",
        ),
        (json!({"bbox": [-10, -10, -5, -5]}), "the picture holds nothing of the map's own data"),
        (
            json!({"bbox": [45.4, 38.8, 48.0, 40.6], "markers": [{"at": [46.7, 39.8]}, {"at": [39.76, 46.75]}]}),
            "/markers/1/at: 39.76,46.75 is not in the picture; did you mean 46.75,39.76",
        ),
        (
            json!({"bbox": [45.4, 38.8, 48.0, 40.6], "circles": [{"at": [10, 50], "radius_km": 5}]}),
            "/circles/0/at: 10,50 is not in the picture",
        ),
        (
            json!({"bbox": [45.4, 38.8, 48.0, 40.6], "paths": [{"points": [[39.5, 46.1], [39.6, 46.3]]}]}),
            "/paths/0/points/0: 39.5,46.1 is not in the picture; did you mean 46.1,39.5",
        ),
        (
            json!({"bbox": [45.4, 38.8, 48.0, 40.6], "geojson": {"type": "Feature", "geometry": {"type": "Point", "coordinates": [46.7, 39.8]},
                "properties": {"marker-symbol": "harbor"}}}),
            "/geojson/properties/marker-symbol: pins have no icons, so 'harbor' is left out",
        ),
    ] {
        let found = told(map, spec.clone());
        assert!(found.contains(expected), "{spec}: {found:?}");
    }
    // What is as it should be is not talked about, nor what crosses the picture from outside.
    for spec in [
        json!({"bbox": [45.4, 38.8, 48.0, 40.6], "markers": [{"at": [46.75, 39.76], "symbol": "1"}]}),
        json!({"bbox": [46.4, 39.0, 47.0, 39.6], "paths": [{"points": [[45.0, 38.5], [48.5, 40.5]]}]}),
        json!({"bbox": [46.4, 39.0, 47.0, 39.6], "circles": [{"at": [48.5, 39.5], "radius_km": 400}]}),
        json!({"center": [46.75, 39.76], "zoom": 12, "preset": "social-square"}),
    ] {
        assert_eq!(told(map, spec.clone()), "", "{spec}");
    }
    let refused = |spec: Json| picture(map, "conflict", &spec).unwrap_err();
    let out_of_range =
        refused(json!({"bbox": [38.8, 120.4, 40.6, 123.0], "width": 300, "height": 200}));
    assert!(out_of_range.contains("swapped? 120.4,38.8,123,40.6"), "{out_of_range}");
    let callout = json!({"bbox": [45.4, 38.8, 48.0, 40.6], "width": 300, "height": 200, "callouts": [{"at": [39.76, 46.75], "text": "Here"}]});
    assert!(refused(callout).contains("did you mean [46.75, 39.76]?"));
}

#[tokio::test]
async fn pictures_and_answers_over_http_carry_their_warnings() {
    let swapped =
        get("/styles/conflict/static/38.8,45.4,40.6,48.0/300x200.png?date=2020-11-25").await;
    assert_eq!(swapped.status.as_u16(), 200);
    assert!(swapped.header("contactline-warning").contains("45.4,38.8,48,40.6"));
    let right =
        get("/styles/conflict/static/45.4,38.8,48.0,40.6/300x200.png?date=2020-11-25").await;
    assert!(right.headers.get("contactline-warning").is_none());
    let pin =
        get("/styles/conflict/static/pin-s-airport+f00(46.7,39.7)/46.7,39.7,8,0/300x200").await;
    assert!(pin.header("contactline-warning").contains("'airport'"), "{:?}", pin.headers);
    for (question, expected) in [
        ("at=39.76,46.75", Some("did you mean 46.75,39.76?")),
        ("near=39.76,46.75&k=2", Some("did you mean 46.75,39.76?")),
        ("at=46.75,39.76", None),
        ("near=46.75,39.76&k=2", None),
        ("at=-30,-30", None),
    ] {
        let answer = get(&format!("/query?{question}")).await.json();
        let found = answer["warnings"].to_string();
        assert!(
            expected.map_or(!found.contains("did you mean"), |e| found.contains(e)),
            "{question}: {found}"
        );
    }
    let empty = get("/collections/control/items?bbox=38.8,45.4,40.6,48.0").await;
    assert!(
        empty.json()["warnings"][0].to_string().contains("did you mean 45.4,38.8,48,40.6?"),
        "{}",
        empty.json()
    );
    let full = get("/collections/control/items?bbox=45.4,38.8,48.0,40.6&limit=1").await;
    assert!(full.json()["warnings"].is_null());
    let refused =
        get_as("/query?at=39.76,146.75", "application/json").await.json()["detail"].to_string();
    assert!(refused.contains("did you mean 146.75,39.76?"), "{refused}");
}

#[tokio::test]
async fn a_preset_stands_for_the_size_in_urls() {
    let place = "/styles/conflict/static/45.4,38.8,48.0,40.6";
    for (url, width, height) in [
        ("social-square.png", 1080, 1080),
        ("web-1200.png?date=2020-11-25", 1200, 800),
        ("newspaper-1col.png?furniture=scale", 531, 1062),
    ] {
        let answer = get(&format!("{place}/{url}")).await;
        assert_eq!(answer.status.as_u16(), 200, "{url}");
        assert_eq!(pixels(&answer.body).dimensions(), (width, height), "{url}");
    }
    for (url, expected) in [
        ("web-1200@2x.png", "a preset has its own"),
        ("600x400.png?preset=web-1200", "a preset has its own"),
        ("web-1300.png", "or a preset: 'web-1300' is no preset (did you mean 'web-1200'?)"),
    ] {
        let answer = get(&format!("{place}/{url}")).await;
        assert_eq!(answer.status.as_u16(), 400, "{url}");
        assert!(answer.json()["detail"].to_string().contains(expected), "{url}: {}", answer.json());
    }
}

#[test]
fn no_furniture_is_no_furniture() {
    let map = embedded();
    let spec = |members: Json| {
        let mut spec = json!({"bbox": [45.4, 38.8, 48.0, 40.6], "width": 400, "height": 300, "state": {"date": "2020-11-25"}});
        spec.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        spec
    };
    let plain = of_spec(map, "conflict", &spec(json!({})));
    assert!(plain == of_spec(map, "conflict", &spec(json!({"furniture": "none"}))));
    assert!(plain != of_spec(map, "conflict", &spec(json!({"furniture": "date"}))));
    let told = picture(map, "conflict", &spec(json!({"furniture": "none,scale"}))).unwrap_err();
    assert!(told.contains("none (alone)"), "{told}");
}

#[test]
fn a_range_of_days_is_read_in_each_form() {
    let map = embedded();
    let of = |days: &str| {
        let spec =
            json!({"bbox": [45.4, 38.8, 48.0, 40.6], "width": 300, "height": 240, "compare": days});
        of_spec(map, "conflict", &spec)
    };
    let first = of("2020-09-27/2020-12-01");
    assert!(first == of("2020-09-27,2020-12-01") && first == of("2020-09-27..2020-12-01"));
}

/// What is said of a style's names, beside a sprite of one image `a`.
fn said_of(layers: Json) -> (Map, Vec<String>) {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir_all(folder.path().join("sprite")).unwrap();
    let dot = "<svg xmlns='http://www.w3.org/2000/svg' width='4' height='4'><rect width='4' \
        height='4'/></svg>";
    fs::write(folder.path().join("sprite/arrow.svg"), dot).unwrap();
    let data = json!({"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {"kind": "x", "icon": "of-data"},
        "geometry": {"type": "Point", "coordinates": [0, 0]}}]});
    let style = json!({"version": 8, "sprite": "sprite", "sources": {"p": {"type": "geojson", "data": data}}, "layers": layers});
    let path = folder.path().join("style.json");
    fs::write(&path, style.to_string()).unwrap();
    let loaded = atlas::load(&Options { styles: vec![path], ..Options::default() });
    let said = loaded.diagnostics.iter().map(ToString::to_string).collect();
    (loaded.value.unwrap(), said)
}

#[test]
fn images_that_are_missing_are_named_for_each_layer_and_fonts_once() {
    let (_, said) = said_of(json!([
        {"id": "b", "type": "background", "paint": {"background-pattern": "no-ground"}},
        {"id": "f", "type": "fill", "source": "p", "paint": {"fill-pattern": ["step", ["zoom"], "far", 5, "arow"]}},
        {"id": "l", "type": "line", "source": "p", "paint": {"line-pattern": {"stops": [[0, "old-way"], [9, "arrow"]]}}},
        {"id": "s", "type": "symbol", "source": "p", "layout": {
            "icon-image": ["match", ["get", "kind"], "a", "arrow", "b", "of-b", ["coalesce", ["image", ["get", "icon"]], ["image", "rest"]]],
            "text-field": ["format", "T", {"text-font": ["literal", ["Section Font"]]}, ["image", "in-text"], {}],
            "text-font": ["case", ["==", ["get", "kind"], "x"], ["literal", ["No Such Font"]], ["literal", ["Noto Sans Bold"]]]}},
        {"id": "t", "type": "symbol", "source": "p", "layout": {"icon-image": "of-b", "text-field": "T", "text-font": ["No Such Font"]}},
        {"id": "u", "type": "symbol", "source": "p", "layout": {"icon-image": "{kind}-11", "text-field": "T"}},
        {"id": "v", "type": "symbol", "source": "p", "layout": {"icon-image": ["get", "icon"], "text-field": "T", "text-font": ["Not Here", "Noto Sans Regular"]}}
    ]));
    for (name, place) in [
        ("no-ground", "/layers/0/paint/background-pattern"),
        ("far", "/layers/1/paint/fill-pattern"),
        ("arow", "did you mean 'arrow'?"),
        ("old-way", "/layers/2/paint/line-pattern"),
        ("of-b", "/layers/3/layout/icon-image"),
        ("rest", "/layers/3/layout/icon-image"),
        ("in-text", "/layers/3/layout/text-field"),
        ("No Such Font", "/layers/3/layout/text-font"),
        ("Section Font", "/layers/3/layout/text-field"),
    ] {
        let found: Vec<&String> =
            said.iter().filter(|s| s.contains(&format!("'{name}'"))).collect();
        let of_layers = if name == "of-b" { 2 } else { 1 };
        assert!(
            found.len() == of_layers && found.iter().all(|s| s.starts_with("warning: ")),
            "{name}: {said:#?}"
        );
        assert!(found[0].contains(place), "{name}: {said:#?}");
    }
    assert!(said.iter().any(|s| s.contains("/layers/4/layout/icon-image: no sprite")), "{said:#?}");
    assert_eq!(said.len(), 10, "{said:#?}");
}

#[test]
fn a_misspelt_property_is_answered_with_the_right_one() {
    let (_, said) = said_of(json!([
        {"id": "a", "type": "background", "paint": {"background-colour": "red"}},
        {"id": "b", "type": "fill", "source": "p", "paint": {"fill-colour": "red"}, "layuot": {}},
        {"id": "c", "type": "symbol", "source": "p", "paint": {"text-feild": "T", "text-size": 3}}
    ]));
    for (place, help) in [
        ("/layers/0/paint/background-colour", "did you mean 'background-color'?"),
        ("/layers/1/paint/fill-colour", "did you mean 'fill-color'?"),
        ("/layers/1/layuot", "did you mean 'layout'?"),
        ("/layers/2/paint/text-feild", "did you mean 'text-field'?"),
        ("/layers/2/paint/text-size", "it belongs to the layer's layout"),
    ] {
        assert!(said.iter().any(|s| s.contains(place) && s.contains(help)), "{place}: {said:#?}");
    }
}

/// The facts that a picture says of itself, as text.
fn facts(map: &Map, spec: &Json) -> String {
    String::from_utf8_lossy(&map.draw(&picture(map, "conflict", spec).unwrap()).unwrap())
        .into_owned()
}

#[test]
fn furniture_gives_way_in_small_pictures_and_says_so() {
    let map = embedded();
    let spec = |width: u32, height: u32, format: &str| {
        json!({"bbox": [45.4, 38.8, 48.0, 40.6], "width": width, "height": height, "format": format, "furniture": "all,globe",
            "title": "After the ceasefire", "subtitle": "A subtitle", "state": {"date": "2020-11-25"}})
    };
    let left_out = |width, height| {
        let text = facts(map, &spec(width, height, "svg"));
        let from = text.find("Left out for lack of room").map(|at| &text[at..]);
        from.map_or(String::new(), |t| t.chars().take(160).collect())
    };
    assert_eq!(left_out(1200, 900), "");
    // What matters less goes first.
    let small = left_out(300, 200);
    assert!(small.contains("legend") && !small.contains("title"), "{small}");
    let smaller = left_out(200, 150);
    assert!(smaller.contains("subtitle") && smaller.contains("globe"), "{smaller}");
    let smallest = left_out(100, 80);
    for name in ["subtitle", "accuracy", "sources", "attribution", "legend", "globe"] {
        assert!(smallest.contains(name), "{name}: {smallest}");
    }
    // The map has its share of every picture: sea, land or what is held, and no paper.
    for (width, height) in [(300, 200), (200, 150), (150, 300), (100, 80), (400, 120), (60, 60)] {
        let drawn = of_spec(map, "conflict", &spec(width, height, "png"));
        let is_paper = |y: u32| {
            (0..width).filter(|x| drawn.get_pixel(*x, y).0[..3] == [255, 255, 252]).count()
                > width as usize / 4
        };
        let of_map = (0..height).filter(|y| !is_paper(*y)).count();
        assert!(of_map * 10 >= height as usize * 2, "{width} x {height}: {of_map} rows of map");
    }
}

#[test]
fn a_map_before_its_data_begins_says_so() {
    let map = embedded();
    let svg = |date: &str, lang: &str, furniture: Json| {
        let spec = json!({"bbox": [45.4, 38.8, 48.0, 40.6], "width": 900, "height": 700, "format": "svg", "furniture": furniture,
            "state": {"date": date, "lang": lang}});
        facts(map, &spec)
    };
    for (date, lang, expected) in [
        ("1992-05-09", "en", "Control before 12 May 1994 is not mapped"),
        ("1994-05-11", "en", "Control before 12 May 1994 is not mapped"),
        ("1988-02-20", "ru", "Контроль до 12 мая 1994"),
    ] {
        for furniture in [json!(null), json!("all")] {
            assert!(svg(date, lang, furniture).contains(expected), "{date} {lang}");
        }
    }
    for date in ["1994-05-12", "2020-11-25"] {
        assert!(!svg(date, "en", json!("all")).contains("is not mapped"), "{date}");
    }
    // It is written on the map itself, so also on tiles.
    let tiles = |date: &str| -> usize {
        let all = (160..163).flat_map(|x| (95..99).map(move |y| TileId::new(8, x, y).unwrap()));
        let noted = |tile: TileId| {
            let state = map.style("conflict").unwrap().state([("date", date)]).unwrap();
            let frame = Frame::tile(tile, 512, 2);
            let picture = pixels(
                &map.draw(&Picture::plain("conflict".to_string(), state, frame, Output::PNG))
                    .unwrap(),
            );
            picture.pixels().filter(|p| p.0[..3] == [0x8a, 0x4b, 0x52]).count()
        };
        all.map(noted).sum()
    };
    assert!(tiles("1992-05-09") > 50 && tiles("1994-05-12") == 0);
}

#[test]
fn a_map_of_no_day_is_of_the_last_change() {
    let styled = embedded().style("conflict").unwrap();
    let last = styled.changes().last().copied();
    assert_eq!(styled.default_day(), last);
    assert_eq!(
        styled.style.json["state"]["date"]["default"].as_str().map(str::to_string),
        last.map(|d| d.to_string())
    );
}

fn run(arguments: &[&str]) -> (bool, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_contactline")).args(arguments).output().unwrap();
    (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn the_command_line_tells_slips_and_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let png = folder.path().join("a.png").display().to_string();
    let export = |more: &[&str]| run(&[&["export", "--size", "120x90", "-o", &png], more].concat());
    let (done, said) = export(&["--bbox", "38.8,45.4,40.6,48.0"]);
    assert!(
        done && said.contains("warning: ") && said.contains("did you mean bbox 45.4,38.8,48,40.6?"),
        "{said}"
    );
    let (done, said) = run(&["query", "--at", "39.76,46.75"]);
    assert!(
        done && said.contains("warning: ") && said.contains("did you mean 46.75,39.76?"),
        "{said}"
    );
    // Settings go together, however they are given.
    let area = ["--bbox", "45.4,38.8,48.0,40.6"];
    let drawn = |more: &[&str]| {
        let (done, said) = export(&[&area, more].concat());
        assert!(done && said.is_empty(), "{said}");
        fs::read(&png).unwrap()
    };
    let first = drawn(&["--state", "date=2020-11-25", "--state", "lang=hy"]);
    assert!(first == drawn(&["--date", "2020-11-25", "--lang", "hy"]));
    assert!(first == drawn(&["--date", "2020-11-25", "--state", "lang=hy"]));
    assert!(
        first == drawn(&["--lang", "hy", "--state", "date=2020-11-25", "--date", "2020-11-25"])
    );
    assert!(first != drawn(&["--date", "2020-09-01", "--lang", "hy"]));
    let (done, said) =
        export(&[&area[..], &["--date", "2020-11-25", "--state", "date=2020-11-26"]].concat());
    assert!(!done && said.contains("say two things"), "{said}");
    let auto = |more: &[&str]| {
        let (done, said) = export(&[&["--marker", "46.75,39.76"], more].concat());
        assert!(done, "{said}");
        fs::read(&png).unwrap()
    };
    assert!(auto(&[]) == auto(&["--max-zoom", "11"]) && auto(&[]) != auto(&["--max-zoom", "14"]));
    // A picture too small for its furniture.
    let (done, said) = export(&[&area[..], &["--title", "T", "--furniture", "all"]].concat());
    assert!(done && said.contains("left out: ") && said.contains("legend"), "{said}");
}

#[test]
fn missing_names_are_told_when_a_map_is_drawn_and_not_again() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, json: Json| {
        let path = folder.path().join(name);
        fs::write(&path, json.to_string()).unwrap();
        path.display().to_string()
    };
    let points: Vec<Json> = (0..3)
        .map(|i| {
            json!({"type": "Feature", "properties": {"icon": "of-data", "font": "Font Of Data"},
                "geometry": {"type": "Point", "coordinates": [f64::from(i) * 2.0, 0]}})
        })
        .collect();
    let data = file("points.geojson", json!({"type": "FeatureCollection", "features": points}));
    let style = file(
        "names.json",
        json!({"version": 8, "sources": {"p": {"type": "geojson", "data": "points"}}, "layers": [
        {"id": "a", "type": "symbol", "source": "p", "layout": {"icon-image": ["get", "icon"], "text-field": "A",
            "text-font": ["array", "string", ["literal", ["Written Font"]]]}},
        {"id": "b", "type": "symbol", "source": "p", "layout": {"icon-image": "written"}}]}),
    );
    let png = folder.path().join("a.png").display().to_string();
    let (done, said) = run(&[
        "export", "--style", &style, "--data", &data, "--center", "2,0", "--zoom", "5", "--size",
        "300x100", "-o", &png,
    ]);
    assert!(done, "{said}");
    for name in ["of-data", "'written'", "Written Font"] {
        assert_eq!(said.matches(name).count(), 1, "{name}: {said}");
    }
}

#[test]
fn a_check_knows_the_collections_that_it_is_given() {
    let folder = tempfile::tempdir().unwrap();
    let layers = folder.path().join("my layers");
    fs::create_dir_all(&layers).unwrap();
    let one = json!({"type": "FeatureCollection", "features": [{"type": "Feature", "id": "a", "properties": {},
        "geometry": {"type": "Point", "coordinates": [46, 39]}}]});
    fs::write(layers.join("front.2024.geojson"), one.to_string()).unwrap();
    fs::write(layers.join("camps.json"), one.to_string()).unwrap();
    let style = |data: &str| {
        let path = folder.path().join("my-style.json");
        let source = json!({"type": "geojson", "data": data});
        let layer = json!({"id": "l", "type": "circle", "source": "s"});
        fs::write(
            &path,
            json!({"version": 8, "sources": {"s": source}, "layers": [layer]}).to_string(),
        )
        .unwrap();
        path.display().to_string()
    };
    let layers = layers.display().to_string();
    for name in ["front.2024", "camps"] {
        let style = style(name);
        for arguments in [["check", &layers, &style], ["check", &style, &layers]] {
            let (done, said) = run(&arguments);
            assert!(done && said.contains("checked 3 files: 0 errors, 0 warnings"), "{said}");
        }
    }
    let (done, said) = run(&["check", &layers, &style("fornt.2024")]);
    assert!(!done && said.contains("'fornt.2024' is neither a file nor a collection"), "{said}");
}

#[tokio::test]
async fn what_is_known_only_of_the_drawn_picture_is_told_too_also_from_the_cache() {
    let path = "/styles/conflict/static/45.4,38.8,48.0,40.6/120x90.png?date=2020-11-25&furniture=all&title=T";
    for _ in 0..2 {
        let small = get(path).await;
        assert!(
            small
                .header("contactline-warning")
                .contains("no room for all of its furniture; left out: ")
        );
        assert!(
            small.header("access-control-expose-headers").contains("contactline-warning"),
            "{:?}",
            small.headers
        );
    }
}

#[tokio::test]
async fn parameters_that_go_with_nothing_and_sizes_that_are_none_are_refused() {
    let s = "/styles/conflict/static/45.4,38.8,48.0,40.6";
    for (path, expected) in [
        (format!("{s}/30x20.png?stroke=red"), "stroke: this is how paths look"),
        (format!("{s}/30x20.png?width=3"), "width: "),
        (format!("{s}/30x20.png?fill=red"), "fill: "),
        (
            format!("{s}/a4-landscape-300dpi.pdf?preset=web-1200"),
            "the size is said twice: as a4-landscape-300dpi",
        ),
        (
            format!("{s}/Web-1200.png"),
            "'Web-1200' is no preset (did you mean 'web-1200'?); there are: a4-landscape",
        ),
        (format!("{s}/web1200.png"), "did you mean 'web-1200'?"),
        (
            format!("{s}/huge.png"),
            "write WIDTHxHEIGHT in CSS px, or a preset: 'huge' is no preset; there are: a4",
        ),
        (format!("{s}/0x20.png"), "is no size: write WIDTHxHEIGHT in CSS px, both from 1 to"),
        (
            "/styles/conflict/static/46.0,39.0,46.0000000001,39.0000000001/30x20.png".to_string(),
            "are too small",
        ),
    ] {
        let answer = get(&path).await;
        let told = answer.json()["detail"].as_str().unwrap().to_string();
        assert!(answer.status == 400 && told.contains(expected), "{path}: {told}");
    }
    let path = format!("{s}/30x20.png?stroke=red&width=3&path=46,39%2047,40");
    assert_eq!(get(&path).await.status, 200);
}

#[test]
fn what_a_style_says_of_a_third_dimension_is_told_and_layers_that_are_never_drawn() {
    let folder = tempfile::tempdir().unwrap();
    let told = |members: Json, expected: &[&str]| {
        let mut style =
            json!({"version": 8, "sources": {}, "layers": [{"id": "g", "type": "background"}]});
        style.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        let path = folder.path().join("style.json");
        fs::write(&path, style.to_string()).unwrap();
        let loaded = atlas::load(&Options { styles: vec![path], ..Options::default() });
        let said: Vec<String> = loaded.diagnostics.iter().map(ToString::to_string).collect();
        assert!(
            said.len() == expected.len()
                && expected.iter().all(|e| said.iter().any(|s| s.contains(e))),
            "{said:?}"
        );
    };
    told(json!({"pitch": 0, "projection": {"type": "mercator"}}), &[]);
    told(
        json!({"pitch": 40, "terrain": {"source": "t"}, "sky": {}, "projection": {"type": "globe"}}),
        &["at /pitch: ", "at /terrain: ", "at /sky: ", "at /projection: "],
    );
    told(
        json!({"layers": [{"id": "g", "type": "background", "minzoom": 10, "maxzoom": 5}]}),
        &["at /layers/0/maxzoom: minzoom 10 is not below maxzoom 5: the layer is never drawn"],
    );
    // A missing image is told of each layer that wants it.
    let pattern = |id: &str| json!({"id": id, "type": "background", "paint": {"background-pattern": "none-such"}});
    told(
        json!({"layers": [pattern("a"), pattern("b")]}),
        &["at /layers/0/paint/", "at /layers/1/paint/"],
    );
}
