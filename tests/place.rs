//! Maps in other projections and with their place on the Earth. What GDAL makes of them is asked in
//! `tests/clients/place.py`.

#[path = "app/drawing.rs"]
mod drawing;

use contactline::atlas::{self, Options, SceneError};
use contactline::geo::Effort;
use contactline::sheet::{PictureError, Spec};
use drawing::{embedded, picture};
use serde_json::{Value as Json, json};

fn drawn(spec: &Json) -> Vec<u8> {
    embedded().draw(&picture(embedded(), "conflict", spec).unwrap()).unwrap()
}

/// A map with a red disc in its middle and one far from it.
fn marked(projection: &str) -> image::RgbaImage {
    let disc = |at: [f64; 2]| json!({"at": at, "radius_km": 8, "color": "#f00", "fill": "#f00", "fill_opacity": 1});
    let spec = json!({"center": [46.5, 40.0], "zoom": 5.5, "width": 600, "height": 400, "projection": projection,
        "circles": [disc([46.5, 40.0]), disc([42.8, 41.8])]});
    image::load_from_memory(&drawn(&spec)).unwrap().to_rgba8()
}

fn is_red(pixel: &image::Rgba<u8>) -> bool {
    pixel.0[0] > 250 && pixel.0[1] < 5 && pixel.0[2] < 5
}

#[test]
fn a_projection_turns_about_the_middle() {
    let away = |image: &image::RgbaImage| {
        let red: Vec<(u32, u32)> = image
            .enumerate_pixels()
            .filter(|(x, _, p)| *x < 250 && is_red(p))
            .map(|(x, y, _)| (x, y))
            .collect();
        let mean = |i: fn(&(u32, u32)) -> u32| {
            red.iter().map(|p| f64::from(i(p))).sum::<f64>() / red.len() as f64
        };
        (mean(|p| p.0), mean(|p| p.1))
    };
    let flat = marked("web-mercator");
    let (x, y) = away(&flat);
    for projection in ["lambert", "utm"] {
        let bent = marked(projection);
        // A name may lie over some of the disc: its outermost pixels are as far from the middle on
        // both sides.
        let red =
            bent.enumerate_pixels().filter(|(x, _, p)| *x > 250 && is_red(p)).map(|(x, ..)| x);
        let (west, east) = red.fold((u32::MAX, 0), |(west, east), x| (west.min(x), east.max(x)));
        assert!(
            (west + east).abs_diff(600) <= 1 && east - west >= 4,
            "{projection}: {west} to {east}"
        );
        let (bent_x, bent_y) = away(&bent);
        // North of the middle meridians draw together, and parallels bend.
        assert!(
            bent_x > x + 3.0 && (bent_y - y).abs() > 1.0,
            "{projection}: {bent_x}, {bent_y} from {x}, {y}"
        );
    }
}

#[test]
fn what_is_not_features_cannot_be_bent() {
    let style = json!({"version": 8, "sources": {"p": {"type": "geojson", "cluster": true, "data": {"type": "Point", "coordinates": [46.0, 40.0]}}},
        "layers": [{"id": "p", "type": "circle", "source": "p"}]});
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("clustered.json");
    std::fs::write(&file, style.to_string()).unwrap();
    let map = atlas::load(&Options { styles: vec![file], ..Options::default() }).value.unwrap();
    let spec =
        json!({"center": [46.0, 40.0], "zoom": 5, "width": 50, "height": 50, "projection": "utm"});
    let spec = Spec::read(spec.to_string().as_bytes()).unwrap();
    let picture = spec.picture(&map, "clustered", String::new(), &Effort::default()).unwrap();
    assert!(
        matches!(map.draw(&picture), Err(PictureError::Scene(SceneError::Unprojectable(id))) if id == "p")
    );
}

#[test]
fn the_projection_is_told_and_the_same_twice() {
    let spec = json!({"bbox": [45.4, 38.8, 48.0, 40.6], "width": 500, "height": 400, "title": "L", "projection": "lambert", "format": "svg",
        "furniture": "all,graticule"});
    let svg = String::from_utf8(drawn(&spec)).unwrap();
    assert!(
        svg.contains("Lambert conformal conic, standard parallels 38.89")
            || svg.contains("Lambert conformal conic")
    );
    assert_eq!(svg.as_bytes(), drawn(&spec));
}

#[test]
fn a_palette_keeps_the_map_s_flat_colours() {
    let spec = |palette: bool| json!({"bbox": [45.4, 38.8, 48.0, 40.6], "width": 500, "height": 400, "title": "P", "palette": palette, "state": {"date": "2020-11-25"}});
    let (plain, few) = (drawn(&spec(false)), drawn(&spec(true)));
    assert!(few.len() * 2 < plain.len(), "{} of {}", few.len(), plain.len());
    let [plain, few] = [plain, few].map(|png| image::load_from_memory(&png).unwrap().to_rgb8());
    let pairs = || plain.pixels().zip(few.pixels());
    let off = |a: &image::Rgb<u8>, b: &image::Rgb<u8>| {
        (0..3).map(|i| a.0[i].abs_diff(b.0[i])).max().unwrap()
    };
    let all = f64::from(plain.width() * plain.height());
    // Light and shade of the ground have thousands of colours; what is flat has few.
    let mut shares: std::collections::BTreeMap<[u8; 3], (u32, u32)> = Default::default();
    for (a, b) in pairs() {
        let share = shares.entry(a.0).or_default();
        *share = (share.0 + 1, share.1 + u32::from(a == b));
    }
    let flat = || shares.values().filter(|(count, _)| f64::from(*count) > 0.002 * all);
    assert!(flat().count() > 20 && flat().all(|(count, kept)| count == kept), "{shares:?}");
    let exact = shares.values().map(|(_, kept)| kept).sum::<u32>();
    assert!(f64::from(exact) > 0.74 * all, "{exact}");
    let far = pairs().filter(|(a, b)| off(a, b) > 24).count() as f64 / all;
    assert!(far < 0.005, "{far}");
}
