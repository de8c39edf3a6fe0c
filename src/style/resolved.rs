//! A style with the values of its state written in, for clients that know no `global-state`, and
//! without `line-layer-opacity`, which the same clients do not know.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};

use crate::feature::Value;

/// The style with what `global-state` reads written into its layers. `line-layer-opacity` becomes
/// part of `line-opacity`: where a line meets itself, it is then a little darker.
pub fn resolved(style: &Json, state: &BTreeMap<String, Value>) -> Json {
    let mut style = style.clone();
    if let Some(root) = style.as_object_mut() {
        root.remove("state");
    }
    if let Some(metadata) = style.get_mut("metadata").and_then(Json::as_object_mut) {
        metadata.remove("contactline:state");
    }
    let layers = style.get_mut("layers").and_then(Json::as_array_mut);
    for layer in layers.into_iter().flatten() {
        write_in(layer, state);
        if let Some(paint) = layer.get_mut("paint").and_then(Json::as_object_mut) {
            fold_layer_opacity(paint);
        }
    }
    style
}

/// Writes the state's values into an expression, and all that are in it.
fn write_in(json: &mut Json, state: &BTreeMap<String, Value>) {
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
        return;
    }
    match json {
        Json::Array(items) => items.iter_mut().for_each(|item| write_in(item, state)),
        Json::Object(members) => members.values_mut().for_each(|member| write_in(member, state)),
        _ => {}
    }
}

fn fold_layer_opacity(paint: &mut Map<String, Json>) {
    let Some(of_layer) = paint.remove("line-layer-opacity") else { return };
    let folded = match paint.get("line-opacity") {
        None => of_layer,
        Some(own) => product(own, &of_layer),
    };
    paint.insert("line-opacity".to_string(), folded);
}

/// The product of two opacities. Zoom may be read at the outside of an expression alone: so curves
/// over zoom are multiplied stop by stop, at the stops of the one that is not of numbers.
fn product(a: &Json, b: &Json) -> Json {
    let is_of_numbers = |stops: &[(f64, Json)]| stops.iter().all(|(_, value)| value.is_number());
    match (stops(a), stops(b)) {
        (Some(own), Some(other)) if !is_of_numbers(&other) => match is_of_numbers(&own) {
            true => multiplied(&other, a),
            false => multiplied(&own, b),
        },
        (Some(own), _) => multiplied(&own, b),
        (None, Some(own)) => multiplied(&own, a),
        (None, None) => json!(["*", a, b]),
    }
}

fn multiplied(stops: &[(f64, Json)], by: &Json) -> Json {
    let mut out = vec![json!("interpolate"), json!(["linear"]), json!(["zoom"])];
    for (zoom, value) in stops {
        out.push(json!(zoom));
        out.push(json!(["*", value, at_zoom(by, *zoom)]));
    }
    Json::Array(out)
}

/// The stops of a curve that is straight over zoom.
fn stops(json: &Json) -> Option<Vec<(f64, Json)>> {
    let items = json.as_array()?;
    let is_curve = items.len() > 4
        && items[0] == "interpolate"
        && items[1] == json!(["linear"])
        && items[2] == json!(["zoom"]);
    let pairs = items.get(3..)?.chunks_exact(2);
    is_curve.then(|| pairs.map(|p| Some((p[0].as_f64()?, p[1].clone()))).collect())?
}

/// The value of a curve at a zoom; what is no curve, or is not of numbers, as it is.
fn at_zoom(json: &Json, zoom: f64) -> Json {
    let Some(stops) = stops(json) else { return json.clone() };
    let number = |i: usize| stops[i].1.as_f64();
    let above = stops.partition_point(|(at, _)| *at <= zoom);
    let (low, high) = (above.saturating_sub(1), above.min(stops.len() - 1));
    match (number(low), number(high)) {
        (Some(a), Some(b)) if low != high && above > 0 => {
            let share = (zoom - stops[low].0) / (stops[high].0 - stops[low].0);
            json!(a + (b - a) * share)
        }
        _ => stops[low].1.clone(),
    }
}
