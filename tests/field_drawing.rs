//! Drawing where maps of the field were found wanting: densities, halos, corners, labels.

mod mosaic;
mod random;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use contactline::atlas::{self, Frame, Map, Options, Size};
use contactline::geo::{LonLat, World};
use image::{Rgba, RgbaImage};
use mosaic::differences;
use random::Random;
use serde_json::{Value as Json, json};

/// A map of one style, whose files lie in `folder`.
fn load(folder: &Path, style: &Json) -> Map {
    let path = folder.join("drawing.json");
    fs::write(&path, style.to_string()).unwrap();
    atlas::load(&Options { styles: vec![path], ..Options::default() }).value.unwrap()
}

/// What is seen around 0, 0.
fn draw(map: &Map, zoom: f64, size: (u32, u32)) -> RgbaImage {
    let size = Size::new(size.0, size.1, 1, u64::MAX).unwrap();
    let frame = Frame::viewport(LonLat::new(0.0, 0.0).unwrap(), zoom, 0.0, size).unwrap();
    let (id, styled) = map.styles().find(|(id, _)| *id == "drawing").unwrap();
    let state = styled.state(BTreeMap::<&str, &str>::new()).unwrap();
    image::load_from_memory(&map.png(id, &state, &frame).unwrap()).unwrap().to_rgba8()
}

fn geojson(geometries: &[Json], layers: Json) -> Json {
    let features: Vec<Json> = geometries
        .iter()
        .map(|g| json!({"type": "Feature", "properties": {}, "geometry": g}))
        .collect();
    let data = json!({"type": "FeatureCollection", "features": features});
    json!({"version": 8, "sources": {"s": {"type": "geojson", "data": data}}, "layers": layers})
}

fn heat(geometry: Json) -> Json {
    let color = json!(["interpolate", ["linear"], ["heatmap-density"], 0, "white", 1, "black"]);
    let paint = json!({"heatmap-radius": 24, "heatmap-weight": 0.7, "heatmap-color": color});
    geojson(&[geometry], json!([{"id": "h", "type": "heatmap", "source": "s", "paint": paint}]))
}

#[test]
fn a_heatmap_counts_the_vertices_of_lines_and_areas() {
    let folder = tempfile::tempdir().unwrap();
    let drawn = |geometry: Json| draw(&load(folder.path(), &heat(geometry)), 4.0, (200, 160));
    let (a, b, c) = (json!([-3.0, -2.0]), json!([3.1, -1.5]), json!([1.0, 2.4]));
    let points = |all: &[&Json]| drawn(json!({"type": "MultiPoint", "coordinates": all}));
    let line = drawn(json!({"type": "LineString", "coordinates": [a, b, c]}));
    assert!(line == points(&[&a, &b, &c]));
    // A ring's first point is its last, too.
    let area = drawn(json!({"type": "Polygon", "coordinates": [[a, b, c, a]]}));
    assert!(area == points(&[&a, &b, &c, &a]) && area != line);
    let (d, e, f) = (json!([-3.0, 1.0]), json!([-1.5, 3.0]), json!([-2.8, 3.2]));
    let several = json!({"type": "MultiPolygon", "coordinates": [[[a, b, c, a]], [[d, e, f, d]]]});
    assert!(drawn(several) == points(&[&a, &b, &c, &a, &d, &e, &f, &d]));
    assert!(line.pixels().any(|p| p.0[0] < 200 && p.0[3] == 255));
}

#[test]
fn heat_is_the_same_in_tiles_and_pictures() {
    let folder = tempfile::tempdir().unwrap();
    let mut random = Random(11);
    for ratio in [1, 2, 3] {
        let zoom = random.whole(3, 7) as u8;
        let reach = random.magnitude(0.5, 40.0) * 64.0 / f64::from(zoom).exp2();
        let mut ring: Vec<[f64; 2]> =
            (0..12).map(|_| [random.range(-reach, reach), random.range(-reach, reach)]).collect();
        ring.push(ring[0]);
        let map = load(folder.path(), &heat(json!({"type": "Polygon", "coordinates": [ring]})));
        let at = World::from_degrees(ring[3][0], ring[3][1]);
        assert_eq!(
            differences(&map, "drawing", at, zoom, 256, ratio, &[]),
            0,
            "zoom {zoom} @{ratio}x"
        );
    }
}

/// How far a pixel's middle is from a line of the picture, px.
fn distance(p: (u32, u32), line: &[[f64; 2]]) -> f64 {
    let p = [f64::from(p.0) + 0.5, f64::from(p.1) + 0.5];
    let to = |a: [f64; 2], b: [f64; 2]| {
        let (dx, dy) = (b[0] - a[0], b[1] - a[1]);
        let t = (((p[0] - a[0]) * dx + (p[1] - a[1]) * dy) / (dx * dx + dy * dy)).clamp(0.0, 1.0);
        (p[0] - a[0] - t * dx).hypot(p[1] - a[1] - t * dy)
    };
    line.windows(2).map(|w| to(w[0], w[1])).fold(f64::INFINITY, f64::min)
}

#[test]
fn an_offset_line_keeps_its_distance_at_sharp_corners() {
    let folder = tempfile::tempdir().unwrap();
    let corners = [
        [[-10.0, 0.0], [10.0, 0.0], [-6.0, 7.0]],
        [[-10.0, 2.0], [10.0, 0.0], [-10.0, -1.5]],
        [[-8.0, -9.0], [0.0, 9.0], [5.0, -9.0]],
        [[-10.0, 0.0], [10.0, 0.3], [-9.0, 8.0]],
    ];
    for corner in corners {
        for by in [-14, 14] {
            let paint = json!({"line-color": "red", "line-width": 2, "line-offset": by});
            let layers = json!([{"id": "l", "type": "line", "source": "s", "paint": paint}]);
            let style = geojson(&[json!({"type": "LineString", "coordinates": corner})], layers);
            let picture = draw(&load(folder.path(), &style), 4.0, (520, 520));
            let line: Vec<[f64; 2]> = corner
                .iter()
                .map(|[lon, lat]| {
                    let at = World::from_degrees(*lon, *lat);
                    [(at.x - 0.5) * 8192.0 + 260.0, (at.y - 0.5) * 8192.0 + 260.0]
                })
                .collect();
            let red: Vec<f64> = picture
                .enumerate_pixels()
                .filter(|(_, _, p)| p.0[3] > 128)
                .map(|(x, y, _)| distance((x, y), &line))
                .collect();
            let nearest = red.iter().copied().fold(f64::INFINITY, f64::min);
            assert!(red.len() > 200 && nearest > 12.0, "{corner:?} by {by}: {nearest:.1} px");
        }
    }
}

#[test]
fn a_halo_ends_where_the_icon_s_field_does() {
    let folder = tempfile::tempdir().unwrap();
    // A disc of 8 px in a field of 40 px: 0.75 on its edge, an eighth less for every px.
    let field = RgbaImage::from_fn(40, 40, |x, y| {
        let off = (f64::from(x) - 19.5).hypot(f64::from(y) - 19.5) - 8.0;
        Rgba([255, 255, 255, ((0.75 - off / 8.0).clamp(0.0, 1.0) * 255.0).round() as u8])
    });
    field.save(folder.path().join("sheet.png")).unwrap();
    let sheet =
        json!({"disc": {"x": 0, "y": 0, "width": 40, "height": 40, "pixelRatio": 1, "sdf": true}});
    fs::write(folder.path().join("sheet.json"), sheet.to_string()).unwrap();
    for (width, blur) in [(2, 0), (6, 0), (9, 0), (40, 3), (0, 30)] {
        let layers = json!([{"id": "i", "type": "symbol", "source": "s", "layout": {"icon-image": "disc"},
            "paint": {"icon-color": "blue", "icon-halo-color": "red", "icon-halo-width": width, "icon-halo-blur": blur}}]);
        let mut style = geojson(&[json!({"type": "Point", "coordinates": [0, 0]})], layers);
        style["sprite"] = json!("sheet");
        let picture = draw(&load(folder.path(), &style), 2.0, (64, 64));
        let furthest = picture
            .enumerate_pixels()
            .filter(|(_, _, p)| p.0[3] > 8)
            .map(|(x, y, _)| (f64::from(x) - 31.5).hypot(f64::from(y) - 31.5))
            .fold(0.0, f64::max);
        assert!(
            furthest < 15.0,
            "halo of {width} px and blur of {blur}: {furthest:.1} px from the middle"
        );
        let inside = picture.get_pixel(32, 32).0;
        assert!(inside[2] > 200 && inside[3] == 255, "{inside:?}");
        if width == 9 {
            assert!(picture.get_pixel(32, 20).0[0] > 200, "the ring is there");
        }
    }
}
