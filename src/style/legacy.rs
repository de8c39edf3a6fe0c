//! The style language's older forms, rewritten as expressions: filters such as `["==", "kind", "road"]` and functions
//! such as `{"stops": [[4, 1], [14, 8]]}`. What is already an expression passes through.

use serde_json::{Value as Json, json};

/// A legacy filter as an expression; an expression filter as it is.
pub(super) fn filter_to_expression(filter: &Json) -> Json {
    if is_expression_filter(filter) { filter.clone() } else { convert_filter(filter) }
}

/// The specification's own rule for telling the two kinds of filter apart.
fn is_expression_filter(filter: &Json) -> bool {
    let Some(items) = filter.as_array() else { return filter.is_boolean() };
    let second = items.get(1);
    match items.first().and_then(Json::as_str) {
        Some("has") => items.len() >= 2 && !matches!(second.and_then(Json::as_str), Some("$id" | "$type")),
        Some("in") => items.len() >= 3 && (!second.is_some_and(Json::is_string) || items[2].is_array()),
        Some("!in" | "!has" | "none") => false,
        Some("==" | "!=" | ">" | ">=" | "<" | "<=") => items.len() != 3 || items[1].is_array() || items[2].is_array(),
        Some("any" | "all") => items[1..].iter().all(|f| f.is_boolean() || is_expression_filter(f)),
        Some(_) => true,
        None => false,
    }
}

fn convert_filter(filter: &Json) -> Json {
    let Some(items) = filter.as_array() else { return json!(true) };
    let Some(op) = items.first().and_then(Json::as_str) else { return json!(true) };
    let rest = &items[1..];
    match op {
        "any" | "all" => {
            let inner = rest.iter().map(filter_to_expression);
            Json::Array(std::iter::once(json!(op)).chain(inner).collect())
        }
        "none" => {
            let inner = rest.iter().map(filter_to_expression);
            json!(["!", Json::Array(std::iter::once(json!("any")).chain(inner).collect())])
        }
        "in" | "!in" => {
            let test = json!(["in", key(rest.first()), ["literal", rest.get(1..).unwrap_or_default()]]);
            if op == "in" { test } else { json!(["!", test]) }
        }
        "has" | "!has" => {
            let test = match rest.first().and_then(Json::as_str) {
                Some("$id") => json!(["!=", ["id"], null]),
                Some("$type") => json!(true),
                _ => json!(["has", rest.first()]),
            };
            if op == "has" { test } else { json!(["!", test]) }
        }
        "==" | "!=" => json!([op, key(rest.first()), rest.get(1)]),
        // Ordered comparisons hold only between values of the literal's own type.
        "<" | ">" | "<=" | ">=" => {
            let value = rest.get(1).unwrap_or(&Json::Null);
            let ty = if value.is_number() { "number" } else { "string" };
            json!(["all", ["==", ["typeof", key(rest.first())], ty], [op, key(rest.first()), value]])
        }
        _ => filter.clone(),
    }
}

fn key(name: Option<&Json>) -> Json {
    match name.and_then(Json::as_str) {
        Some("$type") => json!(["geometry-type"]),
        Some("$id") => json!(["id"]),
        _ => json!(["get", name]),
    }
}

/// A zoom function `{"base", "stops"}` or property function `{"property", "type", "base", "stops"}` as an expression.
pub(super) fn function_to_expression(json: &Json) -> Json {
    let Some((object, stops)) = json.as_object().and_then(|o| Some((o, o.get("stops")?.as_array()?))) else {
        return json.clone();
    };
    let input = match object.get("property") {
        Some(property) => json!(["number", ["get", property], 0]),
        None => json!(["zoom"]),
    };
    let kind = object.get("type").and_then(Json::as_str);
    let outputs_mix = stops.iter().all(|s| s.get(1).is_some_and(|v| v.is_number() || is_color(v)));
    let flat = stops.iter().filter_map(Json::as_array).flatten().cloned();
    match kind {
        Some("categorical") => {
            let fallback = object.get("default").cloned().unwrap_or(Json::Null);
            let head = [json!("match"), json!(["get", object.get("property")])];
            Json::Array(head.into_iter().chain(flat).chain([fallback]).collect())
        }
        Some("identity") => json!(["get", object.get("property")]),
        Some("interval") => step(input, flat),
        None if !outputs_mix => step(input, flat),
        _ => {
            let base = object.get("base").cloned().unwrap_or(json!(1));
            let head = [json!("interpolate"), json!(["exponential", base]), input];
            Json::Array(head.into_iter().chain(flat).collect())
        }
    }
}

/// The first stop's input is dropped: below it the first output holds too.
fn step(input: Json, flat: impl Iterator<Item = Json>) -> Json {
    Json::Array([json!("step"), input].into_iter().chain(flat.skip(1)).collect())
}

fn is_color(value: &Json) -> bool {
    value.as_str().is_some_and(|s| crate::color::Color::parse(s).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_filters_become_expressions() {
        for (old, new) in [
            (json!(["==", "kind", "road"]), json!(["==", ["get", "kind"], "road"])),
            (json!(["in", "k", 1, 2]), json!(["in", ["get", "k"], ["literal", [1, 2]]])),
            (json!(["none", ["has", "a"]]), json!(["!", ["any", ["has", "a"]]])),
            (json!(["!has", "a"]), json!(["!", ["has", "a"]])),
            (json!(["==", ["get", "a"], 1]), json!(["==", ["get", "a"], 1])),
            (json!(["==", "$type", "Point"]), json!(["==", ["geometry-type"], "Point"])),
        ] {
            assert_eq!(filter_to_expression(&old), new);
        }
    }

    #[test]
    fn old_functions_become_expressions() {
        assert_eq!(
            function_to_expression(&json!({"base": 2, "stops": [[4, 1], [14, 8]]})),
            json!(["interpolate", ["exponential", 2], ["zoom"], 4, 1, 14, 8])
        );
        assert_eq!(
            function_to_expression(&json!({"stops": [[4, "round"], [14, "butt"]]})),
            json!(["step", ["zoom"], "round", 14, "butt"])
        );
    }
}
