//! The seam theorem: tiles put side by side are, byte for byte, the single picture of the same
//! area.

mod mosaic;
mod random;
mod tileset;

use std::fs;
use std::path::PathBuf;

use contactline::atlas::{self, Options};
use contactline::geo::World;
use mosaic::differences;
use random::Random;
use serde_json::{Value as Json, json};

#[test]
fn tiles_of_the_conflict_map_are_the_picture() {
    let map = atlas::load(&Options::default()).value.unwrap();
    let mut random = Random(7);
    let dates = [
        "1990-01-01",
        "2020-09-01",
        "2020-10-10",
        "2020-11-12",
        "2020-11-26",
        "2022-09-01",
        "2024-01-01",
    ];
    for i in 0..20 {
        let at = World::from_degrees(random.range(44.5, 48.5), random.range(38.6, 41.0));
        let z = 5 + (i % 9) as u8;
        for ratio in [1, 2] {
            let size = if i % 4 == 3 { 512 } else { 256 };
            let date = dates[i % dates.len()];
            let wrong = differences(&map, "conflict", at, z, size, ratio, &[("date", date)]);
            assert_eq!(wrong, 0, "place {i} zoom {z} {size} px @{ratio}x on {date}");
        }
    }
}

/// A style and data that are hard on seams: random fills, strokes of 0.3 to 20 px in every way a
/// line can be drawn, patterns, circles and a heatmap, from 2 px to 60,000 px large at zoom `z`.
fn stress(random: &mut Random, z: u8) -> Json {
    let world_px = 512.0 * f64::from(z).exp2();
    let center = World::from_degrees(46.7, 39.7);
    let mut features = Vec::new();
    for _ in 0..260 {
        let reach = (random.magnitude(2.0, 60_000.0) / world_px).min(0.2);
        let spread = 2_500.0 / world_px + reach * 0.7;
        let (cx, cy) =
            (center.x + random.range(-spread, spread), center.y + random.range(-spread, spread));
        let count = random.whole(3, 12);
        let points: Vec<[f64; 2]> = (0..count)
            .map(|_| {
                let at = World {
                    x: cx + random.range(-0.5, 0.5) * reach,
                    y: cy + random.range(-0.5, 0.5) * reach,
                };
                let (lon, lat) = at.to_degrees();
                [lon.clamp(-179.0, 179.0), lat.clamp(-80.0, 80.0)]
            })
            .collect();
        let moved = |by: f64| -> Vec<[f64; 2]> {
            let by = by * reach * 360.0;
            points
                .iter()
                .map(|p| [(p[0] + by).clamp(-179.0, 179.0), (p[1] + by / 2.0).clamp(-80.0, 80.0)])
                .collect()
        };
        let ring = |mut points: Vec<[f64; 2]>| {
            points.push(points[0]);
            points
        };
        let geometry = match random.whole(0, 6) {
            0 => json!({"type": "Polygon", "coordinates": [ring(moved(0.0))]}),
            1 => json!({"type": "LineString", "coordinates": points}),
            2 => json!({"type": "Point", "coordinates": points[0]}),
            3 => {
                json!({"type": "MultiPolygon", "coordinates": [[ring(moved(0.0))], [ring(moved(1.1))]]})
            }
            4 => json!({"type": "MultiLineString", "coordinates": [moved(0.0), moved(0.7)]}),
            // A hole that lies apart from its exterior, as careless data has it.
            5 => json!({"type": "Polygon", "coordinates": [ring(moved(0.0)), ring(moved(1.2))]}),
            _ => json!({"type": "GeometryCollection", "geometries": [
                {"type": "LineString", "coordinates": moved(-0.8)}, {"type": "Point", "coordinates": points[0]},
                {"type": "Polygon", "coordinates": [ring(moved(0.9))]}, {"type": "LineString", "coordinates": moved(0.3)}]}),
        };
        let color = format!(
            "hsla({}, 70%, 45%, {:.2})",
            random.whole(0, 359),
            random.range(0.2, 1.3).min(1.0)
        );
        let properties = json!({
            "color": color,
            "width": (random.magnitude(0.3, 20.0) * 100.0).round() / 100.0,
            "radius": (random.magnitude(0.5, 40.0) * 100.0).round() / 100.0,
            "kind": random.whole(0, 4),
            "offset": (random.range(-12.0, 12.0) * 100.0).round() / 100.0,
            "key": random.whole(0, 9),
        });
        features.push(json!({"type": "Feature", "properties": properties, "geometry": geometry}));
    }
    let of = |kind: u32, geometry: &str| {
        json!(["all", ["==", ["get", "kind"], kind], ["==", ["geometry-type"], geometry]])
    };
    let line = |id: &str, kind: u32, layout: Json, extra: Json| {
        let mut paint = json!({"line-color": ["get", "color"], "line-width": ["get", "width"]});
        paint.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        json!({"id": id, "type": "line", "source": "s", "filter": ["==", ["get", "kind"], kind], "layout": layout, "paint": paint})
    };
    json!({
        "version": 8, "sprite": "images",
        "sources": {"s": {"type": "geojson", "data": {"type": "FeatureCollection", "features": features}}},
        "layers": [
            {"id": "fill", "type": "fill", "source": "s", "filter": of(0, "Polygon"), "paint": {"fill-color": ["get", "color"]}},
            {"id": "outlined", "type": "fill", "source": "s", "filter": of(1, "Polygon"),
             "paint": {"fill-color": ["get", "color"], "fill-opacity": 0.5, "fill-outline-color": "#000", "fill-translate": [3.3, -2.7]}},
            {"id": "pattern", "type": "fill", "source": "s", "filter": of(2, "Polygon"), "paint": {"fill-pattern": "weave", "fill-opacity": 0.7}},
            line("miter", 0, json!({}), json!({})),
            line("round", 1, json!({"line-join": "round", "line-cap": "round"}), json!({})),
            line("dashed", 2, json!({"line-join": "bevel", "line-cap": "square"}), json!({"line-dasharray": [3, 1.5, 0.5]})),
            line("soft", 3, json!({"line-join": "round"}), json!({"line-blur": ["*", 0.5, ["get", "width"]]})),
            line("two-strips", 0, json!({"line-join": "miter", "line-cap": "square"}), json!({"line-gap-width": 4.3, "line-width": 1.7, "line-offset": ["get", "offset"], "line-opacity": 0.6})),
            line("soft-dashes", 1, json!({"line-join": "bevel", "line-sort-key": ["get", "key"]}), json!({"line-blur": 2.5, "line-dasharray": [2, 0.7, 1], "line-translate": [1.7, -9.2]})),
            line("woven", 2, json!({"line-join": "round", "line-cap": "round"}), json!({"line-pattern": "weave", "line-opacity": 0.8, "line-layer-opacity": 0.7})),
            line("gradient", 3, json!({"line-cap": "round"}), json!({"line-dasharray": [4, 2], "line-gradient": ["interpolate", ["linear"], ["line-progress"], 0, "red", 0.5, "rgba(0, 255, 0, 0.4)", 1, "blue"]})),
            {"id": "jagged", "type": "fill", "source": "s", "filter": of(3, "Polygon"), "layout": {"fill-sort-key": ["get", "key"]},
             "paint": {"fill-color": ["get", "color"], "fill-antialias": false, "fill-layer-opacity": 0.6}},
            {"id": "heat", "type": "heatmap", "source": "s", "filter": ["==", ["geometry-type"], "Point"],
             "paint": {"heatmap-radius": ["get", "radius"], "heatmap-weight": ["get", "kind"], "heatmap-intensity": 1.4, "heatmap-opacity": 0.8}},
            line("round-dots", 4, json!({"line-join": "miter", "line-cap": "round"}), json!({"line-dasharray": [0.1, 2]})),
            {"id": "circles", "type": "circle", "source": "s", "filter": ["==", ["geometry-type"], "Point"],
             "paint": {"circle-color": ["get", "color"], "circle-radius": ["get", "radius"], "circle-stroke-width": 1.3, "circle-blur": 0.1}},
        ]
    })
}

#[test]
fn tiles_of_random_shapes_are_the_picture() {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("stress");
    fs::create_dir_all(folder.join("images")).unwrap();
    let weave = "<svg xmlns='http://www.w3.org/2000/svg' width='7' height='5'><path d='M0 0L7 5' \
        stroke='#205080' stroke-width='1.3'/></svg>";
    fs::write(folder.join("images/weave.svg"), weave).unwrap();
    let mut random = Random(11);
    for (round, z) in [9u8, 11, 13, 16].into_iter().enumerate() {
        let path = folder.join("stress.json");
        fs::write(&path, stress(&mut random, z).to_string()).unwrap();
        let loaded = atlas::load(&Options { styles: vec![path], ..Options::default() });
        assert!(!loaded.has_errors(), "{:?}", loaded.diagnostics);
        let map = loaded.value.unwrap();
        for ratio in [1, 2, 3] {
            let size = if round % 2 == 0 { 256 } else { 512 };
            let tile_zoom = if size == 256 { z + 1 } else { z };
            let at = World::from_degrees(46.7 + random.range(-0.01, 0.01), 39.7);
            let wrong = differences(&map, "stress", at, tile_zoom, size, ratio, &[]);
            assert_eq!(wrong, 0, "zoom {z} {size} px @{ratio}x");
        }
    }
}

/// Countries of thousands of positions that share a border, and roads as winding, drawn in every
/// way in which no more than what is near is looked at, under many dots.
fn winding(random: &mut Random) -> Json {
    let mut way = |from: [f64; 2], to: [f64; 2], halvings: u32| {
        let mut way = vec![from, to];
        for halving in 0..halvings {
            let bend = 0.2 * 0.55f64.powi(halving as i32);
            let between = |pair: &[[f64; 2]], random: &mut Random| {
                let mut middle =
                    |i: usize| (pair[0][i] + pair[1][i]) / 2.0 + random.range(-bend, bend);
                [pair[0], [middle(0), middle(1)]]
            };
            let mut finer: Vec<[f64; 2]> =
                way.windows(2).flat_map(|pair| between(pair, random)).collect();
            finer.push(to);
            way = finer;
        }
        way
    };
    let border = way([44.0, 39.6], [49.0, 40.1], 12);
    let (north, south) = (way([49.0, 40.1], [44.0, 39.6], 0), [[49.0, 37.5], [44.0, 37.5]]);
    let upper = [&border[..], &[[49.0, 42.0], [44.0, 42.0]], &north[1..]].concat();
    let lower: Vec<[f64; 2]> =
        border.iter().rev().copied().chain(south.into_iter().rev()).collect();
    let lower = [&lower[..], &lower[..1]].concat();
    let area = |ring: Vec<[f64; 2]>, color: &str| {
        json!({"type": "Feature", "properties": {"color": color},
            "geometry": {"type": "Polygon", "coordinates": [ring]}})
    };
    let mut features = vec![area(upper, "#c8dcaa"), area(lower, "#aac8dc")];
    for i in 0..6 {
        let road = way([44.2 + 0.1 * f64::from(i), 38.5], [48.8, 41.0 - 0.3 * f64::from(i)], 10);
        features.push(json!({"type": "Feature", "properties": {"color": "#a03020"},
            "geometry": {"type": "LineString", "coordinates": road}}));
    }
    for i in 0..4_000 {
        let at = [random.range(45.9, 47.5), random.range(39.2, 40.4)];
        let color = ["#ffffff", "#102030", "rgba(200, 30, 30, 0.8)"][i % 3];
        features.push(json!({"type": "Feature", "properties": {"color": color},
            "geometry": {"type": "Point", "coordinates": at}}));
    }
    let of = |geometry: &str| json!(["==", ["geometry-type"], geometry]);
    let line = |id: &str, layout: Json, paint: Json| json!({"id": id, "type": "line", "source": "s", "layout": layout, "paint": paint});
    json!({
        "version": 8,
        "sources": {"s": {"type": "geojson",
            "data": {"type": "FeatureCollection", "features": features}}},
        "layers": [
            {"id": "fill", "type": "fill", "source": "s", "filter": of("Polygon"),
             "paint": {"fill-color": ["get", "color"], "fill-translate": [5, -9]}},
            {"id": "clear", "type": "fill", "source": "s", "filter": of("Polygon"),
             "paint": {"fill-color": ["get", "color"], "fill-opacity": 0.4}},
            line("casing", json!({"line-join": "round", "line-cap": "round"}),
                json!({"line-color": "#333", "line-width": 7})),
            line("road", json!({"line-join": "bevel"}),
                json!({"line-color": ["get", "color"], "line-width": 4.3, "line-translate": [3, 2]})),
            line("sharp", json!({"line-join": "miter", "line-cap": "square"}),
                json!({"line-color": "rgba(0, 90, 0, 0.5)", "line-width": 2})),
            line("aside", json!({}),
                json!({"line-color": "#406", "line-width": 1.5, "line-offset": 6})),
            line("dashed", json!({}),
                json!({"line-color": "#fff", "line-width": 1.2, "line-dasharray": [4, 2]})),
            {"id": "dots", "type": "circle", "source": "s", "filter": of("Point"),
             "paint": {"circle-color": ["get", "color"], "circle-radius": 4,
                       "circle-stroke-width": 1, "circle-stroke-color": "#fff"}},
        ]
    })
}

#[test]
fn tiles_of_long_lines_are_the_picture() {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("winding");
    fs::create_dir_all(&folder).unwrap();
    let mut random = Random(23);
    let path = folder.join("winding.json");
    fs::write(&path, winding(&mut random).to_string()).unwrap();
    let loaded = atlas::load(&Options { styles: vec![path], ..Options::default() });
    let map = loaded.value.unwrap();
    for (z, size, ratio) in [(5u8, 256, 1), (8, 256, 2), (10, 512, 1), (12, 256, 1), (14, 256, 3)] {
        for _ in 0..3 {
            let at = World::from_degrees(random.range(46.3, 47.1), random.range(39.5, 40.1));
            let wrong = differences(&map, "winding", at, z, size, ratio, &[]);
            assert_eq!(wrong, 0, "zoom {z} {size} px @{ratio}x");
        }
    }
}

#[test]
fn tiles_of_tiles_and_pictures_are_the_picture() {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("mosaic-of-tiles");
    tileset::write_folder(&folder.join("v"), "pbf", &tileset::vector_tiles());
    tileset::write_mbtiles(&folder.join("r.mbtiles"), false, &tileset::raster_tiles());
    tileset::write_pmtiles(
        &folder.join("v.pmtiles"),
        pmtiles::TileType::Mvt,
        &tileset::vector_tiles(),
    );
    image::RgbaImage::from_fn(60, 40, |x, y| {
        image::Rgba([x as u8 * 4, y as u8 * 6, 120, 255 - x as u8 * 2])
    })
    .save(folder.join("picture.png"))
    .unwrap();
    let style = json!({
        "version": 8,
        "sources": {
            "v": {"type": "vector", "url": "v/tiles.json"}, "p": {"type": "vector", "url": "v.pmtiles", "maxzoom": 1},
            "r": {"type": "raster", "url": "r.mbtiles", "tileSize": 256},
            "i": {"type": "image", "url": "picture.png", "coordinates": [[20.1, 50.3], [71.7, 55.2], [66.6, 24.4], [14.9, 30.8]]}
        },
        "layers": [
            {"id": "raster", "type": "raster", "source": "r", "paint": {"raster-hue-rotate": 40, "raster-contrast": 0.2, "raster-opacity": 0.8}},
            {"id": "area", "type": "fill", "source": "v", "source-layer": "shapes", "paint": {"fill-color": "rgba(60, 120, 60, 0.4)", "fill-outline-color": "#031"}},
            {"id": "image", "type": "raster", "source": "i", "paint": {"raster-opacity": 0.9, "raster-saturation": -0.4}},
            {"id": "nearest", "type": "raster", "source": "i", "minzoom": 4, "paint": {"raster-resampling": "nearest", "raster-opacity": 0.5}},
            {"id": "road", "type": "line", "source": "v", "source-layer": "shapes", "layout": {"line-cap": "round", "line-join": "round"},
             "paint": {"line-width": 9, "line-color": "rgba(160, 20, 20, 0.5)", "line-dasharray": [3, 2], "line-offset": 4}},
            {"id": "deep", "type": "line", "source": "p", "source-layer": "shapes", "paint": {"line-width": 3, "line-blur": 2, "line-gap-width": 5}},
        ]
    });
    let path = folder.join("mosaic.json");
    fs::write(&path, style.to_string()).unwrap();
    let loaded = atlas::load(&Options { styles: vec![path], ..Options::default() });
    assert!(!loaded.has_errors(), "{:?}", loaded.diagnostics);
    let map = loaded.value.unwrap();
    for (z, size, ratios) in [(1u8, 256, 1..=3), (2, 512, 1..=1), (4, 256, 1..=3), (6, 256, 1..=2)]
    {
        for ratio in ratios {
            let at = World::from_degrees(43.7, 41.3);
            let wrong = differences(&map, "mosaic", at, z, size, ratio, &[]);
            assert_eq!(wrong, 0, "zoom {z} {size} px @{ratio}x");
        }
    }
}

/// Heights, in Mapbox's encoding; two tiles of the deepest zoom are missing, one of them at the
/// antimeridian.
fn ground_tiles() -> Vec<tileset::Tile> {
    const SIDE: u32 = 64;
    let tiles = tileset::every_tile(|z, x, y| {
        let n = f64::from(1u32 << z);
        let picture = image::RgbImage::from_fn(SIDE, SIDE, |i, j| {
            let place = |tile: u32, px: u32| {
                (f64::from(tile) + (f64::from(px) + 0.5) / f64::from(SIDE)) / n
            };
            let (u, v) = (place(x, i), place(y, j));
            let metres = 3000.0
                + 2500.0 * (u * 190.0).sin() * (v * 230.0).cos()
                + 900.0 * ((u + v) * 410.0).sin();
            let written = ((metres + 10_000.0) * 10.0).round() as u32;
            image::Rgb([(written >> 16) as u8, (written >> 8) as u8, written as u8])
        });
        let mut png = std::io::Cursor::new(Vec::new());
        picture.write_to(&mut png, image::ImageFormat::Png).unwrap();
        png.into_inner()
    });
    let missing = [(tileset::MAX_ZOOM, 5, 3), (tileset::MAX_ZOOM, 0, 2)];
    tiles.into_iter().filter(|(z, x, y, _)| !missing.contains(&(*z, *x, *y))).collect()
}

#[test]
fn tiles_of_the_ground_are_the_picture() {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("mosaic-of-ground");
    fs::create_dir_all(&folder).unwrap();
    tileset::write_mbtiles(&folder.join("d.mbtiles"), false, &ground_tiles());
    let shade = |id: &str, paint: Json| json!({"id": id, "type": "hillshade", "source": "d", "paint": paint});
    let style = json!({
        "version": 8,
        "sources": {"d": {"type": "raster-dem", "url": "d.mbtiles", "tileSize": 64}},
        "layers": [
            {"id": "tints", "type": "color-relief", "source": "d", "paint": {"color-relief-color":
                ["interpolate", ["linear"], ["elevation"], 0, "#204080", 3000, "#60a060", 6400, "#fff0e0"]}},
            shade("standard", json!({"hillshade-exaggeration": 0.3, "hillshade-accent-color": "#804000"})),
            shade("lights", json!({"hillshade-method": "multidirectional", "hillshade-illumination-direction": [10, 130, 250],
                "hillshade-shadow-color": "rgba(0, 0, 60, 0.4)", "hillshade-highlight-color": "rgba(255, 255, 200, 0.3)"})),
            shade("nearest", json!({"hillshade-method": "igor", "hillshade-exaggeration": 0.2, "resampling": "nearest"})),
        ]
    });
    let path = folder.join("ground.json");
    fs::write(&path, style.to_string()).unwrap();
    let loaded = atlas::load(&Options { styles: vec![path], ..Options::default() });
    assert!(!loaded.has_errors(), "{:?}", loaded.diagnostics);
    let map = loaded.value.unwrap();
    // Over the hole, at the antimeridian beside the other, and the poles.
    for (lon, lat, z, size, ratios) in [
        (46.7, 39.7, 2u8, 256, 1..=1),
        (46.7, 39.7, 5, 256, 2..=2),
        (-179.9, 60.0, 4, 256, 1..=1),
        (20.0, -84.9, 3, 256, 1..=1),
    ] {
        for ratio in ratios {
            let wrong =
                differences(&map, "ground", World::from_degrees(lon, lat), z, size, ratio, &[]);
            assert_eq!(wrong, 0, "{lon} {lat} zoom {z} {size} px @{ratio}x");
        }
    }
}
