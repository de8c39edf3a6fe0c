//! What `check` says of styles: nothing of sound ones, and of broken ones what is wrong, where, and
//! what was expected.

use std::path::Path;
use std::process::Command;

use contactline::style;
use serde_json::{Value as Json, json};

/// A sound style, to be broken.
fn sound() -> Json {
    let point = json!({"type": "Point", "coordinates": [0, 0]});
    json!({
        "version": 8, "name": "Sound", "zoom": 3, "center": [1, 2], "state": {"size": {"default": 1}},
        "sources": {"s": {"type": "geojson", "data": point}, "v": {"type": "vector", "tiles": ["{z}/{x}/{y}.pbf"]}},
        "layers": [
            {"id": "paper", "type": "background", "paint": {"background-color": "#fff"}},
            {"id": "area", "type": "fill", "source": "s", "filter": ["==", ["geometry-type"], "Polygon"], "paint": {"fill-color": "red"}},
            {"id": "way", "type": "line", "source": "v", "source-layer": "roads", "layout": {"line-cap": "round"}, "paint": {"line-width": 2}},
            {"id": "dot", "type": "circle", "source": "s", "paint": {"circle-radius": ["global-state", "size"]}}
        ]
    })
}

/// Where the style is broken, with what, and what `check` must say: its place and part of its
/// words.
fn breakages() -> Vec<(&'static str, Json, &'static str, &'static str)> {
    vec![
        ("/version", json!(7), "/version", "the style's version must be 8"),
        ("/layers", json!({}), "/layers", "missing required property 'layers', an array"),
        ("/zoom", json!("3"), "/zoom", "number expected, string found"),
        ("/center", json!([1]), "/center", "array of two numbers expected"),
        ("/colour", json!(1), "/colour", "unknown property 'colour'"),
        ("/sprite", json!(5), "/sprite", "expected the place of a sprite"),
        ("/state/size", json!({"defualt": 1}), "/state/size", "a state key needs a default"),
        ("/sources/s/type", json!("geojsn"), "/sources/s/type", "unknown source type 'geojsn'"),
        ("/sources/s/data", json!(null), "/sources/s/data", "a geojson source needs 'data'"),
        (
            "/sources/s/cluser",
            json!(true),
            "/sources/s/cluser",
            "unknown property 'cluser' of a geojson source",
        ),
        (
            "/sources/s/filter",
            json!(["=="]),
            "/sources/s/filter",
            "Expected two or three arguments.",
        ),
        (
            "/sources/v",
            json!({"type": "vector"}),
            "/sources/v",
            "a source of tiles needs 'tiles' or 'url'",
        ),
        (
            "/sources/i",
            json!({"type": "image", "url": "a.png"}),
            "/sources/i/coordinates",
            "four positions in range",
        ),
        ("/layers/1/type", json!("polygon"), "/layers/1/type", "unknown layer type 'polygon'"),
        ("/layers/1/type", json!("hillshade"), "/layers/1/source", "can't draw source 's'"),
        ("/layers/1/id", json!("paper"), "/layers/1/id", "duplicate layer id 'paper'"),
        ("/layers/1/source", json!("t"), "/layers/1/source", "source 't' not found"),
        ("/layers/2/source-layer", json!(null), "/layers/2", "layer must specify a 'source-layer'"),
        ("/layers/1/minzoom", json!("low"), "/layers/1/minzoom", "number expected, string found"),
        (
            "/layers/1/filter",
            json!(["==", ["get", 5], 1]),
            "/layers/1/filter/1/1",
            "Expected string but found number",
        ),
        (
            "/layers/1/paint/fill-color",
            json!("redd"),
            "/layers/1/paint/fill-color",
            "Could not parse color from value 'redd'",
        ),
        (
            "/layers/1/paint/fill-colour",
            json!("red"),
            "/layers/1/paint/fill-colour",
            "unknown property 'fill-colour' of a fill layer",
        ),
        (
            "/layers/1/paint/fill-opacity",
            json!(1.5),
            "/layers/1/paint/fill-opacity",
            "greater than the maximum value 1",
        ),
        (
            "/layers/1/paint/fill-antialias",
            json!(["get", "a"]),
            "/layers/1/paint/fill-antialias",
            "data expressions not supported",
        ),
        (
            "/layers/1/paint/fill-translate",
            json!([1]),
            "/layers/1/paint/fill-translate",
            "Expected array<number, 2> but found array<number, 1>",
        ),
        (
            "/layers/2/layout/line-cap",
            json!("rounded"),
            "/layers/2/layout/line-cap",
            "expected one of [butt, round, square], 'rounded' found",
        ),
        (
            "/layers/2/layout/visibility",
            json!("off"),
            "/layers/2/layout/visibility",
            "expected one of [visible, none], 'off' found",
        ),
        (
            "/layers/2/paint/line-width",
            json!("2px"),
            "/layers/2/paint/line-width",
            "Expected number but found string",
        ),
        (
            "/layers/2/paint/line-width",
            json!(["interpolate", ["linear"], ["zoom"], 5, 1, 5, 2]),
            "/layers/2/paint/line-width/5",
            "strictly ascending order",
        ),
        (
            "/layers/2/paint/line-width",
            json!(["*", 2, ["zoom"]]),
            "/layers/2/paint/line-width",
            "may only be used as input to a top-level",
        ),
        (
            "/layers/2/paint/line-width",
            json!(["case", ["has", "a"], 1, "b"]),
            "/layers/2/paint/line-width/3",
            "Expected number but found string",
        ),
        (
            "/layers/2/paint/line-width",
            json!({"stops": []}),
            "/layers/2/paint/line-width",
            "a function's stops must be",
        ),
        (
            "/layers/2/paint/line-dasharray",
            json!(["a"]),
            "/layers/2/paint/line-dasharray",
            "Expected array<number> but found array<string, 1>",
        ),
    ]
}

/// Puts `value` at a pointer, in a member that may be new.
fn put(document: &mut Json, pointer: &str, value: Json) {
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    match document.pointer_mut(parent).unwrap() {
        Json::Object(members) => {
            members.insert(key.to_string(), value);
        }
        Json::Array(items) => items[key.parse::<usize>().unwrap()] = value,
        _ => panic!("{pointer}"),
    }
}

#[test]
fn of_a_sound_style_nothing_is_said() {
    let checked = style::parse(&sound().to_string());
    assert!(checked.diagnostics.is_empty(), "{:?}", checked.diagnostics);
}

#[test]
fn of_a_broken_style_it_is_said_where_and_how() {
    for (at, value, pointer, words) in breakages() {
        let mut broken = sound();
        put(&mut broken, at, value);
        let said: Vec<String> =
            style::parse(&broken.to_string()).diagnostics.iter().map(ToString::to_string).collect();
        println!("{}", said.join("\n"));
        let found =
            said.iter().any(|s| s.contains(&format!("at {pointer}: ")) && s.contains(words));
        assert!(found, "{at}: {said:#?}");
    }
}

/// The constructs of well-known public styles, over our own data: no problem, and something in
/// every part of the picture.
#[test]
fn the_examples_are_drawn_without_a_warning() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("styles/examples");
    let root =
        ["geodata", "styles"].map(|name| format!("--root={}/{name}", env!("CARGO_MANIFEST_DIR")));
    for name in ["light", "bright", "districts-by-area"] {
        let file = folder.join(format!("{name}.json"));
        let check = Command::new(env!("CARGO_BIN_EXE_contactline"))
            .arg("check")
            .arg(&file)
            .args(&root)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&check.stdout).to_string()
            + &String::from_utf8_lossy(&check.stderr);
        assert!(check.status.success() && said.contains("0 errors, 0 warnings"), "{said}");
        let picture = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.png"));
        let export = Command::new(env!("CARGO_BIN_EXE_contactline"))
            .args(["export", "--bbox", "44.9,38.7,48.6,41.0", "--size", "600x480"])
            .args(&root)
            .arg("--style")
            .arg(&file)
            .arg("-o")
            .arg(&picture)
            .output()
            .unwrap();
        assert!(export.status.success() && export.stderr.is_empty(), "{export:?}");
        let picture = image::open(picture).unwrap().to_rgba8();
        for (column, row) in (0..3).flat_map(|c| (0..3).map(move |r| (c, r))) {
            let part =
                image::imageops::crop_imm(&picture, column * 200, row * 160, 200, 160).to_image();
            let colors: std::collections::BTreeSet<[u8; 4]> = part.pixels().map(|p| p.0).collect();
            assert!(colors.len() > 3, "{name}: nothing at {column}, {row}");
        }
    }
}

/// The words of the legend in every language, side by side for whoever reads one of them.
#[test]
fn the_page_has_the_words_of_the_legend() {
    const LANGUAGES: [&str; 6] = ["en", "az", "hy", "ru", "ka", "fa"];
    let style: serde_json::Value =
        serde_json::from_slice(&std::fs::read("styles/conflict.json").unwrap()).unwrap();
    let row = |label: &serde_json::Value| -> String {
        let words = LANGUAGES.map(|lang| label[lang].as_str().expect("a word in every language"));
        format!("| {} |\n", words.join(" | "))
    };
    let entries = style["metadata"]["contactline:legend"].as_array().unwrap();
    let rows: String = entries.iter().map(|entry| row(&entry["label"])).collect();
    let page = std::fs::read_to_string("docs/legend.md").unwrap();
    let (before, _) = page.split_once("|---|---|---|---|---|---|\n").unwrap();
    let now = format!("{before}|---|---|---|---|---|---|\n{rows}");
    if page != now && std::env::var_os("BLESS").is_some() {
        std::fs::write("docs/legend.md", &now).unwrap();
    }
    assert!(page == now, "the legend is another; BLESS=1 writes docs/legend.md");
}
