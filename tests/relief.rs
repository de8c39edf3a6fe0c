//! Elevation models: what the ground looks like, whatever form its heights come in.

use std::fs;
use std::path::{Path, PathBuf};

use contactline::atlas::{self, Frame, Map, Options, Size};
use contactline::geo::{LonLat, World};
use serde_json::{Value as Json, json};

/// Heights along each side of a tile.
const SIDE: u32 = 32;
const ZOOM: u8 = 4;

/// Smooth hills all over the world, metres.
fn height(x: f64, y: f64) -> f64 {
    3000.0 + 2500.0 * (x * 190.0).sin() * (y * 230.0).cos() + 900.0 * ((x + y) * 410.0).sin()
}

/// How a height is written as red, green and blue.
type Encode = fn(f64) -> [u8; 3];

fn mapbox(metres: f64) -> [u8; 3] {
    let n = ((metres + 10_000.0) * 10.0).round() as u32;
    [(n >> 16) as u8, (n >> 8) as u8, n as u8]
}

fn terrarium(metres: f64) -> [u8; 3] {
    let n = ((metres + 32_768.0) * 256.0).round() as u32;
    [(n >> 16) as u8, (n >> 8) as u8, n as u8]
}

/// Blue counts 64 m, green 1/4 m.
fn custom(metres: f64) -> [u8; 3] {
    let n = ((metres + 500.0) * 4.0).round() as u32;
    [7, n as u8, (n >> 8) as u8]
}

/// Every tile of one zoom.
fn write_tiles(folder: &Path, encode: Encode) {
    fs::create_dir_all(folder).unwrap();
    let n = 1u32 << ZOOM;
    for (x, y) in (0..n).flat_map(|x| (0..n).map(move |y| (x, y))) {
        let place = |tile: u32, px: u32| {
            (f64::from(tile) + (f64::from(px) + 0.5) / f64::from(SIDE)) / f64::from(n)
        };
        let picture = image::RgbImage::from_fn(SIDE, SIDE, |i, j| {
            // To a quarter of a metre, which each way of writing has, or nearly.
            let metres = (height(place(x, i), place(y, j)) * 4.0).round() / 4.0;
            image::Rgb(encode(metres))
        });
        picture.save(folder.join(format!("{ZOOM}-{x}-{y}.png"))).unwrap();
    }
}

fn folder(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("relief-{name}"));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn source(tiles: &str, more: Json) -> Json {
    let mut source = json!({"type": "raster-dem", "tiles": [format!("{tiles}/{{z}}-{{x}}-{{y}}.png")],
        "tileSize": SIDE, "minzoom": ZOOM, "maxzoom": ZOOM});
    source.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    source
}

fn shade(id: &str, paint: Json) -> Json {
    json!({"id": id, "type": "hillshade", "source": "d", "paint": paint})
}

fn tints(color: Json) -> Json {
    json!({"id": "tints", "type": "color-relief", "source": "d", "paint": {"color-relief-color": color}})
}

fn ramp() -> Json {
    json!([
        "interpolate",
        ["linear"],
        ["elevation"],
        0,
        "#204080",
        3000,
        "#60a060",
        6400,
        "#fff0e0"
    ])
}

/// Each style by its name, as its source and layers.
fn load(folder: &Path, styles: &[(&str, Json, Json)]) -> Map {
    let write = |(name, source, layers): &(&str, Json, Json)| {
        let path = folder.join(format!("{name}.json"));
        let style = json!({"version": 8, "sources": {"d": source}, "layers": layers});
        fs::write(&path, style.to_string()).unwrap();
        path
    };
    let loaded =
        atlas::load(&Options { styles: styles.iter().map(write).collect(), ..Options::default() });
    assert!(!loaded.has_errors(), "{:?}", loaded.diagnostics);
    loaded.value.unwrap()
}

fn pixels(png: &[u8]) -> image::RgbaImage {
    image::load_from_memory(png).unwrap().to_rgba8()
}

fn picture(map: &Map, style: &str, (lon, lat, zoom): (f64, f64, f64)) -> image::RgbaImage {
    let size = Size::new(160, 120, 1, u64::MAX).unwrap();
    let frame = Frame::centered(LonLat::new(lon, lat).unwrap(), zoom, size).unwrap();
    let state = map.style(style).unwrap().state([]).unwrap();
    pixels(&map.png(style, &state, &frame).unwrap())
}

#[test]
fn the_ground_has_no_edges_where_its_tiles_meet() {
    let folder = folder("edges");
    write_tiles(&folder.join("d"), mapbox);
    let map = load(
        &folder,
        &[(
            "edges",
            source("d", json!({})),
            json!([
                tints(json!(["interpolate", ["linear"], ["elevation"], 0, "black", 6400, "white"])),
                shade("h", json!({}))
            ]),
        )],
    );
    // Tiles meet in the picture's middle, and their heights are 8 px apart.
    let drawn = picture(&map, "edges", (45.0, 40.979_9, 3.0));
    let step = |a: (u32, u32), b: (u32, u32)| {
        let (a, b) = (drawn.get_pixel(a.0, a.1), drawn.get_pixel(b.0, b.1));
        (0..3).map(|i| a[i].abs_diff(b[i])).max().unwrap()
    };
    let across = |x: u32| (0..120).map(|y| step((x - 1, y), (x, y))).max().unwrap();
    let down = |y: u32| (0..160).map(|x| step((x, y - 1), (x, y))).max().unwrap();
    let widest = |steps: Vec<u8>| steps.into_iter().max().unwrap();
    let elsewhere = widest((20..70).map(across).chain((20..50).map(down)).collect());
    let meeting = widest((78..=82).map(across).chain((58..=62).map(down)).collect());
    assert!(meeting <= elsewhere + 2, "{meeting} where tiles meet, {elsewhere} elsewhere");
}

#[test]
fn heights_are_the_same_however_they_are_written() {
    let folder = folder("encodings");
    let factors = json!({"encoding": "custom", "redFactor": 0, "greenFactor": 0.25, "blueFactor": 64, "baseShift": 500});
    let ways: [(&str, Encode, Json); 3] = [
        ("mapbox", mapbox, json!({})),
        ("terrarium", terrarium, json!({"encoding": "terrarium"})),
        ("custom", custom, factors),
    ];
    for (name, encode, _) in &ways {
        write_tiles(&folder.join(name), *encode);
    }
    // Mapbox's heights are whole decimetres, by which a place may be of the next of the
    // shades, by how steep it is and by where it faces.
    for (layers, most, others_most) in
        [(json!([tints(ramp())]), 1, 1.0), (json!([shade("h", json!({}))]), 7, 0.01)]
    {
        let styles: Vec<_> = ways
            .iter()
            .map(|(name, _, more)| (*name, source(name, more.clone()), layers.clone()))
            .collect();
        let map = load(&folder, &styles);
        let [first, others @ ..] =
            ["mapbox", "terrarium", "custom"].map(|name| picture(&map, name, (46.7, 39.7, 2.5)));
        assert!(first.pixels().any(|p| p != first.get_pixel(0, 0)), "nothing was drawn");
        for other in others {
            let pairs = || first.pixels().zip(other.pixels());
            let seen = |p: &image::Rgba<u8>, i: usize| match i {
                3 => u32::from(p[3]),
                _ => u32::from(p[i]) * u32::from(p[3]) / 255,
            };
            let off = pairs()
                .map(|(a, b)| (0..4).map(|i| seen(a, i).abs_diff(seen(b, i))).max().unwrap());
            assert!(off.clone().max() <= Some(most), "{:?} of {most}", off.max());
            let share = pairs().filter(|(a, b)| a != b).count() as f64 / pairs().count() as f64;
            assert!(share <= others_most, "{share}");
        }
    }
}

#[test]
fn colours_in_steps_have_edges_at_their_heights() {
    let folder = folder("steps");
    write_tiles(&folder.join("d"), mapbox);
    let steps = json!(["step", ["elevation"], "#000000", 2500, "#ff0000", 3000.5, "#ffffff"]);
    let map = load(&folder, &[("steps", source("d", json!({})), json!([tints(steps)]))]);
    let drawn = picture(&map, "steps", (46.7, 39.7, 3.0));
    let colors: std::collections::BTreeSet<[u8; 4]> = drawn.pixels().map(|p| p.0).collect();
    assert_eq!(colors, [[0, 0, 0, 255], [255, 0, 0, 255], [255, 255, 255, 255]].into());
}

#[test]
fn colours_that_are_no_ramp_are_refused() {
    let folder = folder("ramps");
    write_tiles(&folder.join("d"), mapbox);
    let high = json!([">", ["elevation"], 3000]);
    let colors = [
        json!(["case", high, "#ffffff", "#000000"]),
        json!(["step", ["*", ["elevation"], 2], "#000000", 5000, "#ffffff"]),
        json!(["step", ["elevation"], "#000000", 2500, ["case", high, "#ffffff", "#ff0000"]]),
    ];
    for color in colors {
        let path = folder.join("ramp.json");
        let style = json!({"version": 8, "sources": {"d": source("d", json!({}))},
            "layers": [tints(color.clone())]});
        fs::write(&path, style.to_string()).unwrap();
        let loaded = atlas::load(&Options { styles: vec![path], ..Options::default() });
        let told: Vec<String> = loaded.diagnostics.iter().map(|d| format!("{d:#}")).collect();
        assert!(loaded.has_errors(), "{color}");
        let refused = "only be the input of a top-level";
        assert!(told.iter().any(|t| t.contains(refused)), "{color}: {told:?}");
    }
}

#[test]
fn light_from_the_picture_turns_with_it() {
    let folder = folder("light");
    write_tiles(&folder.join("d"), mapbox);
    let of = |anchor: &str, direction: u32| {
        json!([shade(
            "h",
            json!({"hillshade-illumination-anchor": anchor, "hillshade-illumination-direction": direction})
        )])
    };
    let source = source("d", json!({}));
    let map = load(
        &folder,
        &[
            ("picture", source.clone(), of("viewport", 300)),
            ("map", source.clone(), of("map", 300)),
            ("turned", source, of("map", 340)),
        ],
    );
    let turned = |style: &str| {
        let size = Size::new(100, 80, 1, u64::MAX).unwrap();
        let frame = Frame::viewport(LonLat::new(46.7, 39.7).unwrap(), 3.0, 40.0, size).unwrap();
        let state = map.style(style).unwrap().state([]).unwrap();
        pixels(&map.png(style, &state, &frame).unwrap())
    };
    assert!(turned("picture") == turned("turned"));
    assert!(turned("picture") != turned("map"));
    let at = (46.7, 39.7, 3.0);
    assert!(picture(&map, "picture", at) == picture(&map, "map", at));
}

#[test]
fn what_is_no_elevation_model_is_told() {
    let folder = folder("wrong");
    write_tiles(&folder.join("d"), mapbox);
    image::RgbImage::new(32, 31).save(folder.join("d/4-10-6.png")).unwrap();
    let map = load(&folder, &[("wrong", source("d", json!({})), json!([shade("h", json!({}))]))]);
    let tile = contactline::geo::TileId::new(4, 10, 6).unwrap();
    let state = map.style("wrong").unwrap().state([]).unwrap();
    let error = map.png("wrong", &state, &Frame::tile(tile, 256, 1)).unwrap_err();
    assert!(error.to_string().contains("source wrong/d cannot be read"), "{error}");
    let told = map.faults().join("\n");
    assert!(told.contains("tile 4/10/6 cannot be read"), "{told}");

    let path = folder.join("unknown.json");
    let style = json!({"version": 8, "sources": {"d": source("d", json!({"encoding": "metres"}))}, "layers": [shade("h", json!({}))]});
    fs::write(&path, style.to_string()).unwrap();
    let loaded = atlas::load(&Options { styles: vec![path], ..Options::default() });
    let told: Vec<String> = loaded.diagnostics.iter().map(|d| format!("{d:#}")).collect();
    assert!(
        told.iter().any(|t| t.contains("/sources/d/encoding") && t.contains("mapbox, terrarium or custom")),
        "{told:?}"
    );
}

#[test]
fn a_projection_puts_the_ground_where_it_puts_places() {
    let folder = folder("projected");
    write_tiles(&folder.join("d"), mapbox);
    let grey = json!(["interpolate", ["linear"], ["elevation"], 0, "black", 6375, "white"]);
    let map = load(&folder, &[("grey", source("d", json!({})), json!([tints(grey)]))]);
    let state = map.style("grey").unwrap().state([]).unwrap();
    // Hills are smoothed by what is between two heights: in Web Mercator by as much.
    for (projection, zoom, most) in
        [("lambert", 2.2, 4.8), ("utm", 4.5, 2.7), ("lambert", 7.0, 2.5)]
    {
        let size = Size::new(300, 200, 1, u64::MAX).unwrap();
        let frame = Frame::centered(LonLat::new(46.7, 39.7).unwrap(), zoom, size).unwrap();
        let frame = frame.projected(projection).unwrap();
        let projector = frame.projection().unwrap().projector().unwrap();
        let bounds = frame.camera().bounds(0.0);
        let drawn = pixels(&map.png("grey", &state, &frame).unwrap());
        let mut off = 0.0;
        for (x, y, pixel) in drawn.enumerate_pixels() {
            let across = (f64::from(x) + 0.5) / 300.0;
            let down = (f64::from(y) + 0.5) / 200.0;
            let place = World {
                x: bounds.min.x + (bounds.max.x - bounds.min.x) * across,
                y: bounds.min.y + (bounds.max.y - bounds.min.y) * down,
            };
            let there = projector.inverse(place).unwrap();
            assert_eq!(pixel[3], 255, "{projection} {zoom}: nothing at {x} {y}");
            off += (height(there.x, there.y) / 25.0 - f64::from(pixel[0])).abs();
        }
        off /= f64::from(drawn.width() * drawn.height());
        assert!(off < most, "{projection} {zoom}: {off}");
    }
}
