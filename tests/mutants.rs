//! No style, however broken, makes the program panic: styles are mutated at random, read and drawn.
//!
//! `MUTANTS` says how many (default 1,500), `MUTANTS_SEED` which ones.

mod random;

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use contactline::atlas::{self, Frame, Options, Size};
use contactline::geo::LonLat;
use random::Random;
use serde_json::{Value as Json, json};

impl Random {
    fn below(&mut self, n: usize) -> usize {
        ((self.unit() * n as f64) as usize).min(n.saturating_sub(1))
    }
}

fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|v| v.parse().ok()).unwrap_or(default)
}

/// Small styles that use everything there is, and the styles of the render suite where it is there.
fn seeds() -> Vec<Json> {
    let square = json!([[[-10, -10], [10, -10], [10, 10], [-10, 10], [-10, -10]]]);
    let features: Vec<Json> = [
        json!({"type": "Polygon", "coordinates": square}),
        json!({"type": "LineString", "coordinates": [[-20, 0], [5, 5], [20, -8], [5, 5.5]]}),
        json!({"type": "MultiPoint", "coordinates": [[0, 0], [179.9, 80]]}),
    ]
    .into_iter()
    .enumerate()
    .map(|(i, g)| json!({"type": "Feature", "id": i, "properties": {"n": i, "t": "a", "c": "#f00"}, "geometry": g}))
    .collect();
    let sources = json!({"s": {"type": "geojson", "lineMetrics": true, "promoteId": "n",
        "data": {"type": "FeatureCollection", "features": features}}});
    let style = |layers: Json| json!({"version": 8, "center": [0, 0], "zoom": 2, "state": {"k": {"default": 1}}, "sources": sources, "layers": layers});
    let zoom =
        json!(["interpolate", ["exponential", 1.5], ["zoom"], 0, 1, 10, ["+", 1, ["get", "n"]]]);
    let mut seeds = vec![
        style(json!([
            {"id": "b", "type": "background", "paint": {"background-color": "#eee", "background-opacity": 0.5}},
            {"id": "f", "type": "fill", "source": "s", "layout": {"fill-sort-key": ["get", "n"]}, "filter": ["==", ["geometry-type"], "Polygon"],
             "paint": {"fill-color": ["match", ["get", "n"], [0, 1], "red", "blue"], "fill-outline-color": "#000", "fill-opacity": 0.7, "fill-translate": [3, 4], "fill-layer-opacity": 0.5}},
            {"id": "l", "type": "line", "source": "s", "layout": {"line-cap": "round", "line-join": "round"},
             "paint": {"line-width": zoom, "line-gap-width": 2, "line-offset": 3, "line-blur": 1, "line-dasharray": [3, 1, 0.5], "line-color": ["case", ["has", "c"], ["to-color", ["get", "c"]], "green"]}},
            {"id": "g", "type": "line", "source": "s", "paint": {"line-width": 5, "line-gradient": ["interpolate", ["linear"], ["line-progress"], 0, "red", 1, "blue"], "line-dasharray": [2, 1]}},
        ])),
        style(json!([
            {"id": "h", "type": "heatmap", "source": "s", "paint": {"heatmap-radius": 20, "heatmap-weight": ["get", "n"], "heatmap-color": ["interpolate", ["linear"], ["heatmap-density"], 0, "rgba(0,0,0,0)", 1, "red"]}},
            {"id": "c", "type": "circle", "source": "s", "minzoom": 1, "maxzoom": 20, "filter": ["all", [">", "n", 0], ["in", "t", "a", "b"]],
             "paint": {"circle-radius": {"property": "n", "stops": [[0, 2], [2, 9]]}, "circle-stroke-width": 1, "circle-blur": 0.3, "circle-color": {"base": 1.2, "stops": [[0, "#f00"], [5, "#00f"]]}}},
            {"id": "x", "type": "fill", "source": "s", "filter": ["within", {"type": "Polygon", "coordinates": square}],
             "paint": {"fill-color": ["let", "v", ["distance", {"type": "Point", "coordinates": [1, 1]}], ["step", ["var", "v"], "red", 100, "blue"]]}},
            {"id": "t", "type": "symbol", "source": "s", "layout": {"text-field": ["format", ["get", "t"], {"font-scale": 2}, ["number-format", ["get", "n"], {"locale": "hy"}], {}]}},
            {"id": "e", "type": "fill-extrusion", "source": "s", "paint": {"fill-extrusion-height": 3}},
        ])),
    ];
    let home = Path::new(env!("CARGO_MANIFEST_DIR"));
    let parts = ["../shared/suites", "tests/suites/maplibre"]
        .map(|part| home.join(part).join("render/tests"));
    let suite = parts.iter().find(|part| part.is_dir()).unwrap();
    for category in fs::read_dir(suite).unwrap().flatten() {
        for test in fs::read_dir(category.path()).into_iter().flatten().flatten() {
            let text = fs::read_to_string(test.path().join("style.json")).unwrap_or_default();
            if let Some(style) = serde_json::from_str(&text).ok().filter(|_| text.len() < 6_000) {
                seeds.push(style);
            }
        }
    }
    seeds
}

/// All the places in a document, as pointers.
fn places(json: &Json, at: &str, out: &mut Vec<String>) {
    out.push(at.to_string());
    match json {
        Json::Array(items) => {
            items.iter().enumerate().for_each(|(i, v)| places(v, &format!("{at}/{i}"), out))
        }
        Json::Object(members) => members.iter().for_each(|(k, v)| {
            places(v, &format!("{at}/{}", k.replace('~', "~0").replace('/', "~1")), out);
        }),
        _ => {}
    }
}

/// Something that was not there before.
fn novelty(random: &mut Random, other: &Json) -> Json {
    let words = [
        "",
        "round",
        "zoom",
        "get",
        "#12",
        "rgba(1,2,3,4)",
        "global-state",
        "{a}",
        "none",
        "visible",
        "case",
        "ə",
    ];
    match random.below(12) {
        0 => Json::Null,
        1 => json!(random.below(2) == 0),
        2 => json!([0.0, -1.0, 0.5, 1e300, -1e300, 1e-300, 24.0, 1e9, -0.0][random.below(9)]),
        3 => json!(random.unit() * 100.0 - 20.0),
        4 => json!(words[random.below(words.len())]),
        5 => json!([]),
        6 => json!({}),
        7 => json!([words[random.below(words.len())], random.below(5)]),
        8 => json!(["literal", [1, "a", null]]),
        9 => json!(["/", 0, ["get", "n"]]),
        _ => {
            let mut all = Vec::new();
            places(other, "", &mut all);
            other.pointer(&all[random.below(all.len())]).cloned().unwrap_or(Json::Null)
        }
    }
}

fn mutate(random: &mut Random, style: &mut Json, other: &Json) {
    let mut all = Vec::new();
    places(style, "", &mut all);
    let place = all[random.below(all.len())].clone();
    let new = novelty(random, other);
    let Some(node) = style.pointer_mut(&place) else { return };
    match (node, random.below(4)) {
        (Json::Array(items), 0) if !items.is_empty() => {
            items.remove(random.below(items.len()));
        }
        (Json::Array(items), 1) => items.insert(random.below(items.len() + 1), new),
        (Json::Object(members), 0) if !members.is_empty() => {
            let key = members.keys().nth(random.below(members.len())).cloned().unwrap();
            members.remove(&key);
        }
        (Json::Object(members), 1) => {
            members.insert(
                ["type", "paint", "layout", "filter", "stops", "x"][random.below(6)].to_string(),
                new,
            );
        }
        (node, _) => *node = new,
    }
}

fn read_and_draw(path: &Path, place: f64) {
    let loaded = atlas::load(&Options { styles: vec![path.to_path_buf()], ..Options::default() });
    for diagnostic in &loaded.diagnostics {
        assert!(!diagnostic.to_string().is_empty());
    }
    let Some(map) = loaded.value else { return };
    let Some((id, styled)) = map.styles().next() else { return };
    let Ok(state) = styled.state([]) else { return };
    let size = Size::new(48, 40, 1 + (place * 3.0) as u32, u64::MAX).unwrap();
    let center = LonLat::new(place * 30.0 - 15.0, place * 20.0 - 10.0).unwrap();
    let frame =
        Frame::viewport(center, place * 6.0, if place > 0.8 { 30.0 } else { 0.0 }, size).unwrap();
    map.png(id, &state, &frame).unwrap();
}

#[test]
fn no_style_makes_it_panic() {
    let (count, seed) = (number("MUTANTS", 1_500), number("MUTANTS_SEED", 1));
    let seeds = seeds();
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("mutants");
    fs::create_dir_all(&folder).unwrap();
    std::panic::set_hook(Box::new(|_| ()));
    let mut random = Random(seed);
    let path = folder.join(format!("style-{seed}.json"));
    let mut broken = Vec::new();
    for i in 0..count {
        let mut style = seeds[random.below(seeds.len())].clone();
        let other = &seeds[random.below(seeds.len())];
        for _ in 0..=random.below(4) {
            mutate(&mut random, &mut style, other);
        }
        fs::write(&path, style.to_string()).unwrap();
        let place = random.unit();
        if catch_unwind(AssertUnwindSafe(|| read_and_draw(&path, place))).is_err() {
            let kept = folder.join(format!("panic-{seed}-{i}.json"));
            fs::copy(&path, &kept).unwrap();
            broken.push((kept, place));
        }
    }
    let _ = std::panic::take_hook();
    assert!(broken.is_empty(), "{broken:#?}");
}
