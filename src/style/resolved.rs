//! A style with the values of its state written in, for clients that know no `global-state`, and
//! without `line-layer-opacity`, which the same clients do not know. What a setting decides is decided
//! (`folded`): some clients know few expressions.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};

use super::folded::{folded, without_coalesce};
use crate::feature::Value;

/// The style with what `global-state` reads written into its layers. `line-layer-opacity` becomes
/// part of `line-opacity`: where a line meets itself, it is then a little darker. Of features of some
/// sources no property is null, so that what has none of a name does not have it.
///
/// # Errors
/// The id of a layer whose two opacities cannot be written as one.
pub fn resolved(
    style: &Json,
    state: &BTreeMap<String, Value>,
    has_no_nulls: impl Fn(&str) -> bool,
) -> Result<Json, String> {
    let mut style = style.clone();
    if let Some(root) = style.as_object_mut() {
        root.remove("state");
    }
    if let Some(metadata) = style.get_mut("metadata").and_then(Json::as_object_mut) {
        metadata.remove("contactline:state");
    }
    let layers = style.get_mut("layers").and_then(Json::as_array_mut);
    for layer in layers.into_iter().flatten() {
        let is_sparse = layer["source"].as_str().is_some_and(&has_no_nulls);
        write_in(layer, state, is_sparse);
        if layer["filter"] == true
            && let Some(members) = layer.as_object_mut()
        {
            members.remove("filter");
        }
        let folded = match layer.get_mut("paint").and_then(Json::as_object_mut) {
            Some(paint) => fold_layer_opacity(paint),
            None => Some(()),
        };
        if folded.is_none() {
            return Err(layer["id"].as_str().unwrap_or_default().to_string());
        }
    }
    Ok(style)
}

/// Writes the state's values into an expression and all that are in it, and says whether there were
/// any: of those alone what is decided is folded, for elsewhere plain values may be a filter of
/// before expressions, in which the first is a property's name.
fn write_in(json: &mut Json, state: &BTreeMap<String, Value>, is_sparse: bool) -> bool {
    let read = match json.as_array().map(Vec::as_slice) {
        Some([Json::String(name), Json::String(key)]) if name == "global-state" => Some(key),
        _ => None,
    };
    if let Some(key) = read {
        let value = state.get(key).map_or(Json::Null, Value::to_json);
        *json = match value {
            Json::Array(_) | Json::Object(_) | Json::Null => json!(["literal", value]),
            plain => plain,
        };
        return true;
    }
    // All of them, whether or not one before has any.
    let mut written = false;
    match json {
        Json::Array(items) if items.first().is_some_and(|name| name == "literal") => {}
        Json::Array(items) => {
            // The labels of a `match`, second and each second one from there on, are no expressions.
            let is_match = items.first().is_some_and(|name| name == "match");
            let last = items.len().saturating_sub(1);
            for (i, item) in items.iter_mut().enumerate() {
                if !(is_match && i >= 2 && i < last && i.is_multiple_of(2)) {
                    written |= write_in(item, state, is_sparse);
                }
            }
            let simpler =
                || folded(items).or_else(|| without_coalesce(items).filter(|_| is_sparse));
            if let Some(simpler) = written.then(simpler).flatten() {
                *json = simpler;
            }
        }
        Json::Object(members) => {
            for member in members.values_mut() {
                written |= write_in(member, state, is_sparse);
            }
        }
        _ => {}
    }
    written
}

/// `None` where the two opacities cannot be written as one.
fn fold_layer_opacity(paint: &mut Map<String, Json>) -> Option<()> {
    let Some(of_layer) = paint.remove("line-layer-opacity") else { return Some(()) };
    let folded = match paint.get("line-opacity") {
        None => of_layer,
        Some(own) => product(own, &of_layer)?,
    };
    paint.insert("line-opacity".to_string(), folded);
    Some(())
}

/// The product of two opacities. Zoom may be read by the outermost expression alone, so what is
/// multiplied are the values of its stops: for two straight curves at the stops of both.
fn product(a: &Json, b: &Json) -> Option<Json> {
    if !reads_zoom(b) {
        return scaled(a, b);
    }
    if !reads_zoom(a) {
        return scaled(b, a);
    }
    let (a, b) = (straight(a)?, straight(b)?);
    let mut zooms: Vec<f64> = a.iter().chain(&b).map(|(zoom, _)| *zoom).collect();
    zooms.sort_by(f64::total_cmp);
    zooms.dedup();
    let mut out = vec![json!("interpolate"), json!(["linear"]), json!(["zoom"])];
    for zoom in zooms {
        out.push(json!(zoom));
        out.push(json!(["*", at_zoom(&a, zoom)?, at_zoom(&b, zoom)?]));
    }
    Some(Json::Array(out))
}

fn reads_zoom(json: &Json) -> bool {
    match json {
        Json::Array(items) => {
            items.first().is_some_and(|name| name == "zoom") || items.iter().any(reads_zoom)
        }
        // A legacy function.
        Json::Object(_) => true,
        _ => false,
    }
}

/// A value, or all values of a curve over zoom, times what reads no zoom.
fn scaled(value: &Json, by: &Json) -> Option<Json> {
    let times = |value: &Json| json!(["*", value, by]);
    if !reads_zoom(value) {
        return Some(times(value));
    }
    let items = value.as_array()?;
    // Where the first value is, and each second one from there on.
    let first = match (items.first()?.as_str()?, items.get(1)?, items.get(2)) {
        ("interpolate", _, Some(input)) if *input == json!(["zoom"]) => 4,
        ("step", input, _) if *input == json!(["zoom"]) => 2,
        _ => return None,
    };
    let is_value = |i: usize| i >= first && (i - first).is_multiple_of(2);
    let scaled =
        items.iter().enumerate().map(|(i, v)| if is_value(i) { times(v) } else { v.clone() });
    let scaled = Json::Array(scaled.collect());
    let is_sound = items.iter().enumerate().all(|(i, v)| !is_value(i) || !reads_zoom(v));
    is_sound.then_some(scaled)
}

/// The stops of a curve that is straight over zoom.
fn straight(json: &Json) -> Option<Vec<(f64, Json)>> {
    let items = json.as_array()?;
    let is_straight = items.len() > 4
        && items[0] == "interpolate"
        && items[1] == json!(["linear"])
        && items[2] == json!(["zoom"]);
    let pairs = items.get(3..)?.chunks_exact(2);
    let stops: Option<Vec<_>> = pairs.map(|p| Some((p[0].as_f64()?, p[1].clone()))).collect();
    stops.filter(|stops| is_straight && stops.iter().all(|(_, value)| !reads_zoom(value)))
}

/// The value of a curve at a zoom; `None` between stops that are no numbers.
fn at_zoom(stops: &[(f64, Json)], zoom: f64) -> Option<Json> {
    let (first, last) = (stops.first()?, stops.last()?);
    let high = stops.iter().position(|(at, _)| *at >= zoom);
    Some(match high {
        Some(0) => first.1.clone(),
        None => last.1.clone(),
        Some(i) if stops[i].0 == zoom || stops[i].1 == stops[i - 1].1 => stops[i].1.clone(),
        Some(i) => {
            let ((from, a), (to, b)) = (&stops[i - 1], &stops[i]);
            let (a, b) = (a.as_f64()?, b.as_f64()?);
            json!(a + (b - a) * (zoom - from) / (to - from))
        }
    })
}
