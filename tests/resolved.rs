//! A style with its state written in, for clients that know no `global-state`, draws the same map.

#[path = "app/drawing.rs"]
mod drawing;

use std::path::{Path, PathBuf};

use contactline::atlas::{self, Options};
use contactline::style;
use drawing::{embedded, picture};
use serde_json::{Value as Json, json};

const DAY: &str = "2020-11-25";

#[test]
fn a_resolved_style_draws_the_same_map() {
    let map = embedded();
    let styled = map.style("conflict").unwrap();
    let state = styled.state([("date", DAY), ("lang", "hy")]).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let home = |name: &str| -> PathBuf { Path::new(env!("CARGO_MANIFEST_DIR")).join(name) };
    let text = style::resolved(&styled.style.json, &state, |_| true).unwrap().to_string();
    let text = text
        .replace("../geodata", &home("geodata").display().to_string())
        .replace("sprites/conflict", &home("styles/sprites/conflict").display().to_string());
    let file = folder.path().join("resolved.json");
    std::fs::write(&file, text).unwrap();
    let options = Options {
        styles: vec![file],
        roots: vec![home("geodata"), home("styles")],
        ..Options::default()
    };
    let resolved = atlas::load(&options).value.unwrap();
    for (zoom, most) in [(6.0, 0.004), (8.5, 0.01), (11.0, 0.02)] {
        let drawn = |map, style, state: Json| {
            let spec = json!({"center": [46.75, 39.78], "zoom": zoom, "width": 600, "height": 500,
                "furniture": "none", "state": state});
            let png = atlas::Map::draw(map, &picture(map, style, &spec).unwrap()).unwrap();
            image::load_from_memory(&png).unwrap().to_rgba8()
        };
        let ours = drawn(map, "conflict", json!({"date": DAY, "lang": "hy"}));
        let theirs = drawn(&resolved, "resolved", json!({}));
        let differ = ours
            .pixels()
            .zip(theirs.pixels())
            .filter(|(a, b)| a.0.iter().zip(b.0).any(|(a, b)| a.abs_diff(b) > 16));
        let share = differ.count() as f64 / 300_000.0;
        println!("zoom {zoom}: {:.2} % of pixels are further than 16 of 255", share * 100.0);
        assert!(share <= most, "zoom {zoom}: {share}");
    }
}

#[test]
fn two_opacities_are_one_or_the_style_is_refused() {
    let folded = |own: Json, of_layer: Json| {
        let layer = json!({"id": "way", "type": "line",
            "paint": {"line-opacity": own, "line-layer-opacity": of_layer}});
        let style = style::resolved(&json!({"layers": [layer]}), &Default::default(), |_| false)?;
        Ok::<Json, String>(style["layers"][0]["paint"]["line-opacity"].clone())
    };
    let linear = |stops: &[(f64, Json)]| {
        let mut curve = vec![json!("interpolate"), json!(["linear"]), json!(["zoom"])];
        stops.iter().for_each(|(zoom, value)| curve.extend([json!(zoom), value.clone()]));
        Json::Array(curve)
    };
    assert_eq!(folded(json!(0.5), json!(0.5)).unwrap(), json!(["*", 0.5, 0.5]));
    let step = json!(["step", ["zoom"], 0.2, 7, 1]);
    assert_eq!(
        folded(step.clone(), json!(0.5)).unwrap(),
        json!(["step", ["zoom"], ["*", 0.2, 0.5], 7, ["*", 1, 0.5]])
    );
    let exponential = json!(["interpolate", ["exponential", 2], ["zoom"], 4, 0, 8, 1]);
    assert_eq!(
        folded(json!(["get", "share"]), exponential.clone()).unwrap(),
        json!([
            "interpolate",
            ["exponential", 2],
            ["zoom"],
            4,
            ["*", 0, ["get", "share"]],
            8,
            ["*", 1, ["get", "share"]]
        ])
    );
    // At the stops of both.
    let own = linear(&[(4.0, json!(1)), (10.0, json!(1))]);
    let of_layer = linear(&[(5.0, json!(0)), (7.0, json!(1))]);
    assert_eq!(
        folded(own, of_layer.clone()).unwrap(),
        linear(&[
            (4.0, json!(["*", 1, 0])),
            (5.0, json!(["*", 1, 0])),
            (7.0, json!(["*", 1, 1])),
            (10.0, json!(["*", 1, 1])),
        ])
    );
    let by_data = linear(&[(4.0, json!(["get", "a"])), (10.0, json!(["get", "b"]))]);
    for own in [step, exponential, by_data, json!({"stops": [[4, 0], [8, 1]]})] {
        assert_eq!(folded(own, of_layer.clone()).unwrap_err(), "way");
    }
}
