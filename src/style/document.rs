//! Reading a style document, with every problem listed by JSON pointer.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value as Json};
use xxhash_rust::xxh3::xxh3_64;

use super::Style;
use super::filter::read_filter;
use super::layer::{Layer, Paint};
use super::legend;
use super::reader::Reader;
use super::reference::REFERENCE;
use super::source_spec::{self, SourceSpec};
use super::state::StateUse;
use crate::diag::{Checked, Diagnostic, meant, pointer_join, without_mark};
use crate::feature::Value;

/// Layer types that this program does not draw.
const UNSUPPORTED: [&str; 1] = ["fill-extrusion"];

/// Parses a style's JSON text. `None` with the reasons where there is nothing to draw with.
pub fn parse(text: &str) -> Checked<Option<Style>> {
    let json: Json = match serde_json::from_slice(without_mark(text.as_bytes())) {
        Ok(json) => json,
        Err(e) => {
            let d = Diagnostic::error(format!("not JSON: {e}"))
                .help("a style is one JSON object, see https://maplibre.org/maplibre-style-spec/");
            return Checked::new(None, vec![d]);
        }
    };
    let mut diagnostics = Vec::new();
    let style = read_style(&json, &mut diagnostics);
    Checked::new(style, diagnostics)
}

fn read_style(json: &Json, out: &mut Vec<Diagnostic>) -> Option<Style> {
    let Some(root) = json.as_object() else {
        out.push(Diagnostic::error("a style must be a JSON object").at(""));
        return None;
    };
    if root.get("version").and_then(Json::as_f64) != Some(8.0) {
        out.push(
            Diagnostic::error("the style's version must be 8")
                .at("/version")
                .help("add \"version\": 8"),
        );
        return None;
    }
    for key in root.keys().filter(|k| !REFERENCE.root.contains(k)) {
        out.push(unknown_property(key, &REFERENCE.root).at(pointer_join("", key)));
    }
    check_root(root, out);
    let Some(layers) = root.get("layers").and_then(Json::as_array) else {
        out.push(Diagnostic::error("missing required property 'layers', an array").at("/layers"));
        return None;
    };
    let sources = source_spec::read_all(root, out);
    let mut seen = BTreeSet::new();
    let layers: Vec<Layer> = layers
        .iter()
        .enumerate()
        .filter_map(|(i, layer)| {
            read_layer(layer, &format!("/layers/{i}"), &sources, &mut seen, out)
        })
        .collect();
    let numbers = |key: &str| -> Option<Vec<f64>> {
        root.get(key)?.as_array()?.iter().map(Json::as_f64).collect()
    };
    Some(Style {
        name: root.get("name").and_then(Json::as_str).unwrap_or("Untitled").to_string(),
        center: numbers("center").and_then(|c| c.try_into().ok()),
        zoom: root.get("zoom").and_then(Json::as_f64),
        state: read_state(root, out),
        state_values: read_state_values(root),
        state_use: StateUse::of(&root["layers"]),
        legend: legend::read(root, &layers, out),
        sources,
        sprites: read_sprites(root, out),
        layers,
        json: json.clone(),
    })
}

fn unknown_property(key: &str, known: &[String]) -> Diagnostic {
    let d = Diagnostic::warning(format!("unknown property '{key}'"));
    match meant(key, known.iter().map(String::as_str)) {
        Some(near) => d.help(format!("did you mean '{near}'?")),
        None => d,
    }
}

/// Members of the style that a map seen from above does not show, and why.
const NOT_DRAWN: [(&str, &str); 5] = [
    ("pitch", "maps are seen from above"),
    ("roll", "maps are seen from above"),
    ("terrain", "the ground is drawn flat"),
    ("sky", "maps are seen from above"),
    ("projection", "maps are in Web Mercator, unless a picture asks for another projection"),
];

/// Members of the style whose type is all there is to check.
fn check_root(root: &Map<String, Json>, out: &mut Vec<Diagnostic>) {
    let mut check = |key: &str, fits: fn(&Json) -> bool, expected: &str| {
        if let Some(json) = root.get(key).filter(|j| !fits(j)) {
            let message =
                format!("{expected} expected, {} found; it is ignored", source_spec::kind_of(json));
            out.push(Diagnostic::error(message).at(pointer_join("", key)));
        }
    };
    for key in ["zoom", "bearing", "pitch", "roll", "centerAltitude"] {
        check(key, Json::is_number, "number");
    }
    for key in
        ["light", "sky", "terrain", "projection", "state", "sources", "transition", "metadata"]
    {
        check(key, |j| j.is_object() || j.is_null(), "object");
    }
    for key in ["name", "glyphs"] {
        check(key, Json::is_string, "string");
    }
    let is_position =
        |j: &Json| j.as_array().is_some_and(|a| a.len() == 2 && a.iter().all(Json::is_number));
    check("center", is_position, "array of two numbers");
    for (key, why) in NOT_DRAWN {
        let is_set = root.get(key).is_some_and(|json| match json {
            Json::Number(n) => n.as_f64() != Some(0.0),
            Json::Object(o) if key == "projection" => {
                o.get("type").is_some_and(|kind| kind != "mercator")
            }
            json => json.is_object(),
        });
        if is_set {
            out.push(
                Diagnostic::warning(format!("'{key}' is ignored: {why}")).at(pointer_join("", key)),
            );
        }
    }
}

fn read_state(root: &Map<String, Json>, out: &mut Vec<Diagnostic>) -> BTreeMap<String, Value> {
    let mut state = BTreeMap::new();
    for (key, entry) in root.get("state").and_then(Json::as_object).into_iter().flatten() {
        match entry.get("default") {
            Some(default) => {
                state.insert(key.clone(), Value::from(default).in_style());
            }
            None => out.push(
                Diagnostic::error("a state key needs a default")
                    .at(pointer_join("/state", key))
                    .help("write it as {\"default\": ...}"),
            ),
        }
    }
    state
}

fn read_state_values(root: &Map<String, Json>) -> BTreeMap<String, Vec<String>> {
    let limits =
        root.get("metadata").and_then(|m| m.get("contactline:state")).and_then(Json::as_object);
    let words = |v: &Json| {
        v.as_array().map(|a| a.iter().filter_map(Json::as_str).map(str::to_string).collect())
    };
    limits
        .into_iter()
        .flatten()
        .filter_map(|(key, values)| Some((key.clone(), words(values)?)))
        .collect()
}

/// Each sprite's prefix and place. The images of the one called `default` have no prefix.
fn read_sprites(root: &Map<String, Json>, out: &mut Vec<Diagnostic>) -> Vec<(String, String)> {
    let mut wrong = |pointer: String| {
        let d =
            Diagnostic::error("expected the place of a sprite, or an array of {\"id\", \"url\"}")
                .at(pointer);
        out.push(d);
    };
    match root.get("sprite") {
        None => Vec::new(),
        Some(Json::String(place)) => vec![("default".to_string(), place.clone())],
        Some(Json::Array(sprites)) => {
            let mut all = Vec::new();
            for (i, sprite) in sprites.iter().enumerate() {
                match (
                    sprite.get("id").and_then(Json::as_str),
                    sprite.get("url").and_then(Json::as_str),
                ) {
                    (Some(id), Some(url)) => all.push((id.to_string(), url.to_string())),
                    _ => wrong(format!("/sprite/{i}")),
                }
            }
            all
        }
        Some(_) => {
            wrong("/sprite".to_string());
            Vec::new()
        }
    }
}

fn read_layer(
    json: &Json,
    pointer: &str,
    sources: &BTreeMap<String, SourceSpec>,
    seen: &mut BTreeSet<String>,
    out: &mut Vec<Diagnostic>,
) -> Option<Layer> {
    let Some(layer) = json.as_object() else {
        out.push(Diagnostic::error("a layer must be an object").at(pointer));
        return None;
    };
    let Some(id) = layer.get("id").and_then(Json::as_str) else {
        out.push(Diagnostic::error("missing required property 'id', a string").at(pointer));
        return None;
    };
    if !seen.insert(id.to_string()) {
        out.push(
            Diagnostic::error(format!("duplicate layer id '{id}'; only the first is drawn"))
                .at(format!("{pointer}/id")),
        );
        return None;
    }
    for key in layer.keys().filter(|k| !REFERENCE.layer.contains(k)) {
        out.push(unknown_property(key, &REFERENCE.layer).at(pointer_join(pointer, key)));
    }
    let kind = layer.get("type").and_then(Json::as_str).unwrap_or_default();
    let Some(spec) = REFERENCE.layers.get(kind) else {
        let known: Vec<&str> = REFERENCE.layers.keys().map(String::as_str).collect();
        out.push(
            Diagnostic::error(format!("unknown layer type '{kind}'"))
                .at(format!("{pointer}/type"))
                .help(match meant(kind, known.iter().copied()) {
                    Some(near) => format!("did you mean '{near}'?"),
                    None => format!("expected one of {}", known.join(", ")),
                }),
        );
        return None;
    };
    let problems_before = out.len();
    let source = read_source_of(layer, kind, pointer, sources, out);
    let zooms = ["minzoom", "maxzoom"].map(|key| read_zoom(layer, key, pointer, out));
    if let [Some(least), Some(most)] = zooms
        && least >= most
    {
        let message =
            format!("minzoom {least} is not below maxzoom {most}: the layer is never drawn");
        out.push(
            Diagnostic::warning(message)
                .at(format!("{pointer}/maxzoom"))
                .help("give maxzoom the greater of both"),
        );
    }
    let filter = read_filter(layer.get("filter"), pointer, out);
    let mut reader = Reader::new(layer, spec, pointer, kind, out);
    let paint = Paint::read(kind, &mut reader);
    let visibility = reader.layout("visibility");
    reader.finish();
    match &paint {
        None if UNSUPPORTED.contains(&kind) => {
            let message = format!("layers of type '{kind}' are not supported; '{id}' is left out");
            out.push(Diagnostic::warning(message).at(format!("{pointer}/type")));
        }
        None if out.len() == problems_before => {
            let message = format!("layers of type '{kind}' are not drawn yet");
            out.push(Diagnostic::warning(message).at(format!("{pointer}/type")));
        }
        _ => {}
    }
    Some(Layer {
        id: id.to_string(),
        source: source?,
        source_layer: layer.get("source-layer").and_then(Json::as_str).map(str::to_string),
        minzoom: zooms[0].unwrap_or(f64::NEG_INFINITY),
        maxzoom: zooms[1].unwrap_or(f64::INFINITY),
        visibility,
        filter: filter?,
        filter_number: layer.get("filter").map_or(0, |json| xxh3_64(json.to_string().as_bytes())),
        paint: paint?,
    })
}

/// The layer's source; the outer `None` where it should have one that is there and has not.
fn read_source_of(
    layer: &Map<String, Json>,
    kind: &str,
    pointer: &str,
    sources: &BTreeMap<String, SourceSpec>,
    out: &mut Vec<Diagnostic>,
) -> Option<Option<String>> {
    if kind == "background" {
        return Some(None);
    }
    let at = format!("{pointer}/source");
    let Some(source) = layer.get("source").and_then(Json::as_str) else {
        out.push(Diagnostic::error("missing required property 'source'").at(at));
        return None;
    };
    let Some(spec) = sources.get(source) else {
        let known: Vec<&str> = sources.keys().map(String::as_str).collect();
        out.push(
            Diagnostic::error(format!("source '{source}' not found"))
                .at(at)
                .help(format!("the style has: {}", known.join(", "))),
        );
        return None;
    };
    if matches!(spec, SourceSpec::Broken) {
        return None;
    }
    let takes = match kind {
        "raster" => &["raster", "image"][..],
        "hillshade" | "color-relief" => &["raster-dem"][..],
        _ => &["geojson", "vector"][..],
    };
    // The types that are not supported were named where they are declared.
    if !takes.contains(&spec.kind()) {
        let message = format!(
            "a {kind} layer can't draw source '{source}', which is of type {}",
            spec.kind()
        );
        out.push(
            Diagnostic::error(message)
                .at(at)
                .help(format!("give a source of type {}", takes.join(" or "))),
        );
        return None;
    }
    if spec.kind() == "vector" && !layer.get("source-layer").is_some_and(Json::is_string) {
        let message =
            format!("layer must specify a 'source-layer': source '{source}' is of type vector");
        out.push(Diagnostic::error(message).at(pointer));
        return None;
    }
    Some(Some(source.to_string()))
}

fn read_zoom(
    layer: &Map<String, Json>,
    key: &str,
    pointer: &str,
    out: &mut Vec<Diagnostic>,
) -> Option<f64> {
    let json = layer.get(key)?;
    let at = pointer_join(pointer, key);
    match json.as_f64() {
        None => {
            let message =
                format!("number expected, {} found; it is ignored", source_spec::kind_of(json));
            out.push(Diagnostic::error(message).at(at));
            None
        }
        Some(zoom) => {
            if !(0.0..=24.0).contains(&zoom) {
                out.push(
                    Diagnostic::warning(format!("{zoom} is outside the zooms there are, 0 to 24"))
                        .at(at),
                );
            }
            Some(zoom)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(json: Json) -> Vec<String> {
        parse(&json.to_string()).diagnostics.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn problems_are_all_listed_with_their_place() {
        let found = problems(serde_json::json!({
            "version": 8, "nonsense": 1, "zoom": "far",
            "sources": {
                "a": {"type": "geojson", "data": "a"},
                "v": {"type": "video"},
                "t": {"type": "vector"}
            },
            "layers": [
                {"id": "1", "type": "fill", "source": "a", "paint": {"fill-color": "noclor"}},
                {"id": "2", "type": "line", "source": "zz"},
                {
                    "id": "3", "type": "line", "source": "a",
                    "layout": {"line-cap": "rund"},
                    "paint": {"line-width": ["foo", 1], "line-wdith": 1}
                },
                {"id": "4", "type": "circle", "source": "a", "filter": ["==", ["get"], 1]},
                {"id": "5", "type": "fill-extrusion", "source": "a"},
                {"id": "6", "type": "blob", "source": "a"},
                {"id": "1", "type": "background"},
                {
                    "id": "7", "type": "line", "source": "a",
                    "paint": {"line-opacity": 2, "line-width": ["+", ["zoom"], 1]}
                },
                {"id": "8", "type": "raster", "source": "a"}
            ]
        }));
        for expected in [
            "at /nonsense: unknown",
            "at /zoom: number expected, string found",
            "at /sources/v/type: sources of type 'video' are not supported",
            "at /sources/t: ",
            "at /layers/0/paint/fill-color: Could not parse color",
            "at /layers/1/source: source 'zz' not found",
            "at /layers/2/layout/line-cap: expected one of [butt, round, square], 'rund' found",
            "at /layers/2/paint/line-width/0: Unknown expression",
            "at /layers/2/paint/line-wdith: unknown property 'line-wdith'",
            "at /layers/3/filter/1: Expected arguments of type (string) | (string, object)",
            "at /layers/4/type: layers of type 'fill-extrusion' are not supported",
            "at /layers/5/type: unknown layer type 'blob'",
            "at /layers/6/id: duplicate layer id",
            "at /layers/7/paint/line-opacity: 2 is greater than the maximum value 1",
            "at /layers/7/paint/line-width: \"zoom\" expression may only be used",
            "at /layers/8/source: a raster layer can't draw source 'a'",
        ] {
            assert!(found.iter().any(|f| f.contains(expected)), "{expected} not in {found:#?}");
        }
    }

    #[test]
    fn a_style_that_is_none_says_why() {
        assert!(problems(serde_json::json!([]))[0].contains("must be a JSON object"));
        assert!(
            problems(serde_json::json!({"version": 7, "layers": []}))[0]
                .contains("version must be 8")
        );
        assert!(parse("{").diagnostics[0].message.contains("EOF"));
    }
}
