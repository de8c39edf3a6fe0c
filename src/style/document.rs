//! Reading a style document, with every problem listed by JSON pointer.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value as Json};

use super::expression::{self, Type};
use super::layer::{Layer, Paint};
use super::property::{FromDatum, Property};
use super::state::StateUse;
use super::{SourceSpec, Style, legacy};
use crate::diag::{Checked, Diagnostic, pointer_join};
use crate::feature::Value;

const ROOT_KEYS: [&str; 20] = [
    "version",
    "name",
    "metadata",
    "center",
    "centerAltitude",
    "zoom",
    "bearing",
    "pitch",
    "roll",
    "state",
    "light",
    "sky",
    "projection",
    "terrain",
    "sources",
    "sprite",
    "glyphs",
    "font-faces",
    "transition",
    "layers",
];
const LAYER_KEYS: [&str; 10] =
    ["id", "type", "metadata", "source", "source-layer", "minzoom", "maxzoom", "filter", "layout", "paint"];
const NOT_DRAWN: [&str; 6] = ["symbol", "raster", "heatmap", "hillshade", "color-relief", "fill-extrusion"];

/// Parses a style's JSON text. `None` with the reasons where there is nothing to draw with.
pub fn parse(text: &str) -> Checked<Option<Style>> {
    let json: Json = match serde_json::from_str(text) {
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
    if root.get("version").and_then(Json::as_u64) != Some(8) {
        out.push(Diagnostic::error("the style's version must be 8").at("/version").help("add \"version\": 8"));
        return None;
    }
    for key in root.keys().filter(|k| !ROOT_KEYS.contains(&k.as_str())) {
        out.push(Diagnostic::warning(format!("unknown property '{key}'")).at(pointer_join("", key)));
    }
    let Some(layers) = root.get("layers").and_then(Json::as_array) else {
        out.push(Diagnostic::error("missing required property 'layers', an array").at("/layers"));
        return None;
    };
    let sources = read_sources(root, out);
    let mut seen = BTreeSet::new();
    let layers = layers
        .iter()
        .enumerate()
        .filter_map(|(i, layer)| read_layer(layer, &format!("/layers/{i}"), &sources, &mut seen, out))
        .collect();
    let numbers = |key: &str| -> Option<Vec<f64>> { root.get(key)?.as_array()?.iter().map(Json::as_f64).collect() };
    Some(Style {
        name: root.get("name").and_then(Json::as_str).unwrap_or("Untitled").to_string(),
        center: numbers("center").and_then(|c| c.try_into().ok()),
        zoom: root.get("zoom").and_then(Json::as_f64),
        state: read_state(root, out),
        state_values: read_state_values(root),
        state_use: StateUse::of(&root["layers"]),
        sources,
        sprite: root.get("sprite").and_then(Json::as_str).map(str::to_string),
        layers,
        json: json.clone(),
    })
}

fn read_state(root: &Map<String, Json>, out: &mut Vec<Diagnostic>) -> BTreeMap<String, Value> {
    let mut state = BTreeMap::new();
    for (key, entry) in root.get("state").and_then(Json::as_object).into_iter().flatten() {
        match entry.get("default") {
            Some(default) => {
                state.insert(key.clone(), Value::from(default));
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
    let limits = root.get("metadata").and_then(|m| m.get("contactline:state")).and_then(Json::as_object);
    let words = |v: &Json| v.as_array().map(|a| a.iter().filter_map(Json::as_str).map(str::to_string).collect());
    limits.into_iter().flatten().filter_map(|(key, values)| Some((key.clone(), words(values)?))).collect()
}

fn read_sources(root: &Map<String, Json>, out: &mut Vec<Diagnostic>) -> BTreeMap<String, SourceSpec> {
    let mut sources = BTreeMap::new();
    for (id, source) in root.get("sources").and_then(Json::as_object).into_iter().flatten() {
        let pointer = pointer_join("/sources", id);
        let kind = source.get("type").and_then(Json::as_str).unwrap_or_default();
        if kind != "geojson" {
            out.push(
                Diagnostic::error(format!("source type '{kind}' is not supported yet"))
                    .at(pointer_join(&pointer, "type"))
                    .help("use a source of type geojson"),
            );
            continue;
        }
        let spec = match source.get("data") {
            Some(Json::String(reference)) => SourceSpec::Reference(reference.clone()),
            Some(inline @ Json::Object(_)) => SourceSpec::Inline(inline.to_string()),
            _ => {
                out.push(
                    Diagnostic::error("a geojson source needs 'data'")
                        .at(pointer_join(&pointer, "data"))
                        .help("give a path relative to the style, or the GeoJSON itself"),
                );
                continue;
            }
        };
        sources.insert(id.clone(), spec);
    }
    sources
}

fn read_layer(
    json: &Json,
    pointer: &str,
    sources: &BTreeMap<String, SourceSpec>,
    seen: &mut BTreeSet<String>,
    out: &mut Vec<Diagnostic>,
) -> Option<Layer> {
    let layer = match json.as_object() {
        Some(layer) => layer,
        None => {
            out.push(Diagnostic::error("a layer must be an object").at(pointer));
            return None;
        }
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
    for key in layer.keys().filter(|k| !LAYER_KEYS.contains(&k.as_str())) {
        out.push(Diagnostic::warning(format!("unknown property '{key}'")).at(pointer_join(pointer, key)));
    }
    let kind = layer.get("type").and_then(Json::as_str).unwrap_or_default();
    let source = layer.get("source").and_then(Json::as_str).map(str::to_string);
    match &source {
        None if kind != "background" => {
            out.push(Diagnostic::error("missing required property 'source'").at(format!("{pointer}/source")));
            return None;
        }
        Some(source) if !sources.contains_key(source) => {
            let known: Vec<&str> = sources.keys().map(String::as_str).collect();
            out.push(
                Diagnostic::error(format!("source '{source}' not found"))
                    .at(format!("{pointer}/source"))
                    .help(format!("the style has: {}", known.join(", "))),
            );
            return None;
        }
        _ => {}
    }
    let layout = layer.get("layout").and_then(Json::as_object);
    for key in ["minzoom", "maxzoom"] {
        if layer.get(key).is_some_and(|z| !z.is_number()) {
            out.push(Diagnostic::error("expected a number; it is ignored").at(pointer_join(pointer, key)));
        }
    }
    let mut reader = Reader {
        layout,
        paint: layer.get("paint").and_then(Json::as_object),
        pointer,
        kind,
        used: BTreeSet::new(),
        out,
    };
    let Some(paint) = Paint::read(kind, &mut reader) else {
        let pointer = format!("{pointer}/type");
        out.push(if NOT_DRAWN.contains(&kind) {
            Diagnostic::warning(format!("layers of type '{kind}' are not drawn yet")).at(pointer)
        } else {
            Diagnostic::error(format!("unknown layer type '{kind}'"))
                .at(pointer)
                .help("expected background, fill, line or circle")
        });
        return None;
    };
    reader.warn_of_the_rest();
    let zoom = |key: &str, default: f64| layer.get(key).and_then(Json::as_f64).unwrap_or(default);
    Some(Layer {
        id: id.to_string(),
        source,
        minzoom: zoom("minzoom", f64::NEG_INFINITY),
        maxzoom: zoom("maxzoom", f64::INFINITY),
        visible: layout.and_then(|l| l.get("visibility")).and_then(Json::as_str) != Some("none"),
        filter: read_filter(layer.get("filter"), pointer, out)?,
        paint,
    })
}

/// The outer `None` is a filter that can't be read: its layer is left out, since drawing everything would be wrong.
fn read_filter(json: Option<&Json>, pointer: &str, out: &mut Vec<Diagnostic>) -> Option<Option<expression::Expr>> {
    let Some(json) = json else { return Some(None) };
    match expression::parse(&legacy::filter_to_expression(json), Some(&Type::Boolean)) {
        Ok(expr) => Some(Some(expr)),
        Err(e) => {
            out.push(Diagnostic::error(e.message.clone()).at(format!("{pointer}/filter{}", e.pointer_tail())));
            None
        }
    }
}

/// Hands a layer's properties out by name and type, notes what was wrong and what nobody asked for.
pub(super) struct Reader<'a> {
    layout: Option<&'a Map<String, Json>>,
    paint: Option<&'a Map<String, Json>>,
    pointer: &'a str,
    kind: &'a str,
    used: BTreeSet<&'static str>,
    out: &'a mut Vec<Diagnostic>,
}

impl Reader<'_> {
    pub(super) fn paint<T: FromDatum>(&mut self, name: &'static str, default: T) -> Property<T> {
        self.optional_paint(name, default.clone()).unwrap_or_else(|| Property::constant(default))
    }

    /// A number in 0..=1 with default 1.
    pub(super) fn unit(&mut self, name: &'static str) -> Property<f64> {
        if let Some(n) = self.paint.and_then(|p| p.get(name)).and_then(Json::as_f64)
            && !(0.0..=1.0).contains(&n)
        {
            let pointer = format!("{}/paint/{name}", self.pointer);
            self.out.push(Diagnostic::warning(format!("{n} is outside 0..1 and is clamped")).at(pointer));
        }
        self.paint(name, 1.0)
    }

    pub(super) fn optional_paint<T: FromDatum>(&mut self, name: &'static str, default: T) -> Option<Property<T>> {
        self.used.insert(name);
        let json = self.paint?.get(name)?;
        self.property("paint", name, json, default)
    }

    /// A layout property; `words` are the only constants allowed, where there are any.
    pub(super) fn layout<T: FromDatum>(&mut self, name: &'static str, default: T, words: &[&str]) -> Property<T> {
        self.used.insert(name);
        let Some(json) = self.layout.and_then(|l| l.get(name)) else { return Property::constant(default) };
        if let Some(word) = json.as_str()
            && !words.is_empty()
            && !words.contains(&word)
        {
            let pointer = format!("{}/layout/{name}", self.pointer);
            self.out
                .push(Diagnostic::error(format!("expected one of {}, '{word}' found", words.join(", "))).at(pointer));
            return Property::constant(default);
        }
        self.property("layout", name, json, default.clone()).unwrap_or_else(|| Property::constant(default))
    }

    fn property<T: FromDatum>(&mut self, group: &str, name: &str, json: &Json, default: T) -> Option<Property<T>> {
        match Property::parse(json, default) {
            Ok(property) => Some(property),
            Err(e) => {
                let pointer = format!("{}/{group}/{name}{}", self.pointer, e.pointer_tail());
                self.out.push(Diagnostic::error(e.message).at(pointer));
                None
            }
        }
    }

    pub(super) fn has_paint(&self, name: &str) -> bool {
        self.paint.is_some_and(|p| p.contains_key(name))
    }

    /// A warning about a paint property.
    pub(super) fn warn(&mut self, name: &str, message: &str) {
        self.out.push(Diagnostic::warning(message).at(format!("{}/paint/{name}", self.pointer)));
    }

    fn warn_of_the_rest(self) {
        for (group, map) in [("paint", self.paint), ("layout", self.layout)] {
            let keys = map.into_iter().flat_map(|m| m.keys());
            for key in keys.filter(|k| *k != "visibility" && !self.used.contains(k.as_str())) {
                let message = if key.starts_with(self.kind) {
                    format!("'{key}' is not drawn yet and is ignored")
                } else {
                    format!("'{key}' is no property of a {} layer and is ignored", self.kind)
                };
                self.out.push(Diagnostic::warning(message).at(pointer_join(&format!("{}/{group}", self.pointer), key)));
            }
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
        "version": 8, "nonsense": 1, "sources": {"a": {"type": "geojson", "data": "a"}, "v": {"type": "vector"}},
        "layers": [
            {"id": "1", "type": "fill", "source": "a", "paint": {"fill-color": "noclor"}},
            {"id": "2", "type": "line", "source": "zz"},
            {"id": "3", "type": "line", "source": "a", "layout": {"line-cap": "rund"}, "paint": {"line-width": ["foo", 1], "line-gradient": 1}},
            {"id": "4", "type": "circle", "source": "a", "filter": ["==", ["get"], 1]},
            {"id": "5", "type": "symbol", "source": "a"}, {"id": "6", "type": "blob", "source": "a"},
            {"id": "1", "type": "background"}
        ]}));
        for expected in [
            "at /nonsense: unknown",
            "at /sources/v/type: source type 'vector'",
            "at /layers/0/paint/fill-color: Could not parse color",
            "at /layers/1/source: source 'zz' not found",
            "at /layers/2/layout/line-cap: expected one of butt, round, square",
            "at /layers/2/paint/line-width/0: Unknown expression",
            "at /layers/2/paint/line-gradient: 'line-gradient' is not drawn yet",
            "at /layers/3/filter/1: Expected 1 or 2 arguments",
            "at /layers/4/type: layers of type 'symbol'",
            "at /layers/5/type: unknown layer type 'blob'",
            "at /layers/6/id: duplicate layer id",
        ] {
            assert!(found.iter().any(|f| f.contains(expected)), "{expected} not in {found:#?}");
        }
    }

    #[test]
    fn a_style_that_is_none_says_why() {
        assert!(problems(serde_json::json!([]))[0].contains("must be a JSON object"));
        assert!(problems(serde_json::json!({"version": 7, "layers": []}))[0].contains("version must be 8"));
        assert!(parse("{").diagnostics[0].message.contains("EOF"));
    }
}
