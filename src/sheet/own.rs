//! A user's own GeoJSON on top of a map, and the MapLibre layers that draw it: read as files and
//! styles are, each fault named by where it stands in the document. What would be left out refuses
//! the map; what is mended or ignored is told.

use serde_json::{Value as Json, json};

use super::checked::OverlayError;
use crate::atlas::StyledMap;
use crate::diag::{Diagnostic, meant};
use crate::feature::Collection;
use crate::source;
use crate::sprite::Sprite;
use crate::style::{self, Style};

/// The source that layers of a user's own draw.
pub(super) const SOURCE: &str = "contactline:geojson";
/// The member of a document that has them, which is what their layers call it.
const MEMBER: &str = "geojson";

/// Layers of a user's own.
const MAX_LAYERS: usize = 50;

/// Reads the features.
///
/// # Errors
/// Where one is bad, or the positions are not in degrees.
pub(super) fn features(geojson: &Json, told: &mut Vec<String>) -> Result<Collection, OverlayError> {
    let text = geojson.to_string();
    let read =
        source::read(SOURCE, "", text.as_bytes()).map_err(|problem| refused(placed(*problem)))?;
    for problem in read.diagnostics.into_iter().map(placed) {
        if problem.is_error() {
            return Err(refused(problem));
        }
        told.push(format!("{problem:#}"));
    }
    Ok(read.value)
}

/// A problem of the features by its place in the whole document.
fn placed(problem: Diagnostic) -> Diagnostic {
    let pointer = format!("/geojson{}", problem.pointer.as_deref().unwrap_or_default());
    Diagnostic { file: None, line_column: None, offset: None, ..problem }.at(pointer)
}

fn refused(problem: Diagnostic) -> OverlayError {
    OverlayError::from(problem.refused())
}

/// The layers as a style over the features, and its text.
///
/// # Errors
/// Where a layer is bad, or there are too many.
pub(super) fn layers(
    layers: &Json,
    told: &mut Vec<String>,
) -> Result<(Style, String), OverlayError> {
    let wrong =
        |pointer: &str, message: &str| OverlayError::from(Diagnostic::error(message).at(pointer));
    let layers =
        layers.as_array().ok_or_else(|| wrong("/layers", "an array of MapLibre layers"))?;
    if layers.len() > MAX_LAYERS {
        return Err(wrong("/layers", &format!("at most {MAX_LAYERS} layers")));
    }
    let (mut named, mut legend) = (Vec::new(), Vec::new());
    let mut foreign: Vec<&str> = Vec::new();
    for (i, layer) in layers.iter().enumerate() {
        let mut own = layer.as_object().cloned().unwrap_or_default();
        let id = format!(
            "own-{}",
            layer.get("id").and_then(Json::as_str).map_or(i.to_string(), str::to_string)
        );
        if has_variables(layer) {
            return Err(wrong(
                &format!("/layers/{i}"),
                "layers of one's own have no variables (let)",
            ));
        }
        if let Some(label) = layer.get("metadata").and_then(|m| m.get("contactline:legend")) {
            if !label.as_str().is_some_and(|text| (1..=200).contains(&text.chars().count())) {
                let at = format!("/layers/{i}/metadata/contactline:legend");
                return Err(wrong(&at, "a text of 1 to 200 characters"));
            }
            legend.push(json!({"label": label, "layers": [id]}));
        }
        let source = layer.get("source").and_then(Json::as_str).filter(|source| *source != MEMBER);
        if let Some(source) = source.filter(|source| !foreign.contains(source)) {
            foreign.push(source);
            let source: String = source.chars().take(60).collect();
            let message =
                format!("the layer draws the document's geojson, and no source '{source}'");
            let problem = Diagnostic::warning(message).at(format!("/layers/{i}/source"));
            told.push(format!("{:#}", problem.help("leave 'source' out")));
        }
        own.insert("id".to_string(), json!(id));
        own.insert("source".to_string(), json!(SOURCE));
        named.push(Json::Object(own));
    }
    let mut style = json!({"version": 8, "name": "own", "layers": named,
    "sources": {SOURCE: {
        "type": "geojson",
        "data": {"type": "FeatureCollection", "features": []},
    }}});
    if !legend.is_empty() {
        style["metadata"] = json!({"contactline:legend": legend});
    }
    let text = style.to_string();
    let checked = style::parse(&text);
    for problem in checked.diagnostics {
        if problem.is_error() {
            return Err(problem.into());
        }
        told.push(format!("{problem:#}"));
    }
    let style = checked.value.ok_or_else(|| wrong("/layers", "the layers cannot be read"))?;
    Ok((style, text))
}

/// Whether an expression has variables, which could be written out without end.
fn has_variables(json: &Json) -> bool {
    match json {
        Json::Array(all) => {
            all.first().and_then(Json::as_str) == Some("let") || all.iter().any(has_variables)
        }
        Json::Object(all) => all.values().any(has_variables),
        _ => false,
    }
}

/// Tells of the images and fonts that the layers write out and the map has not, so that the log
/// need not. `pins` are images beside the map's own.
pub(super) fn missing_names(style: &Style, map: &StyledMap, pins: &Sprite, told: &mut Vec<String>) {
    let mut tell = |layer: &str, property: &str, message: String, help: String| {
        let listed = style.json["layers"].as_array().into_iter().flatten();
        let i = listed.into_iter().position(|l| l["id"] == *layer).unwrap_or_default();
        let problem = Diagnostic::warning(message).at(format!("/layers/{i}/{property}")).help(help);
        told.push(format!("{problem:#}"));
    };
    for layer in &style.layers {
        for (property, name) in layer.paint.image_names() {
            let is_there = map.sprite.image(&name, 1).is_some() || pins.image(&name, 1).is_some();
            if is_there {
                continue;
            }
            map.sprite.misses(&name);
            let help = match meant(&name, map.sprite.names()) {
                Some(other) => format!("did you mean '{other}'?"),
                None => "name an image of the style's sprite".to_string(),
            };
            let message = format!("the style has no image '{name}'; nothing is drawn in its place");
            tell(&layer.id, property, message, help);
        }
        for (property, names) in layer.paint.font_names() {
            let names = names.join(",");
            let stack = map.fonts.stack(&names);
            let has_range =
                map.ranges.as_ref().is_some_and(|ranges| ranges.range(&names, 0).is_some());
            if has_range || !stack.is_stand_in {
                continue;
            }
            map.fonts.misses_fonts(&names);
            let in_place = stack.faces.first().map_or("nothing", |face| &face.name);
            let message = format!("no font is called '{names}': '{in_place}' takes its place");
            tell(
                &layer.id,
                property,
                message,
                "name a font that is there (/fonts.json)".to_string(),
            );
        }
    }
}
