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

/// A zoom function `{"base", "stops"}` or property function `{"property", "type", "base", "stops", "default"}` as an
/// expression. Where a property function has no answer it gives `default`, or else nothing, so that the property's own
/// default is used. `mixes`: whether the property's values can be interpolated; those of others step.
pub(super) fn function_to_expression(json: &Json, mixes: bool) -> Json {
    let Some(object) = json.as_object().filter(|o| o.contains_key("stops") || o.contains_key("property")) else {
        return json.clone();
    };
    let stops: Vec<(&Json, Json)> = object
        .get("stops")
        .and_then(Json::as_array)
        .into_iter()
        .flatten()
        .filter_map(|stop| Some((stop.get(0)?, literal(stop.get(1)?))))
        .collect();
    let get = object.get("property").map(|property| json!(["get", property]));
    let fallback = object.get("default").map_or_else(|| json!(["get", ""]), literal);
    let kind = object.get("type").and_then(Json::as_str);
    let stepped = kind == Some("interval") || (kind.is_none() && !mixes);
    let base = object.get("base").cloned().unwrap_or(json!(1));
    let curve = |input: Json| match (&stops[..], stepped) {
        ([], _) => fallback.clone(),
        ([(_, only)], _) => only.clone(),
        ([(_, first), rest @ ..], true) => {
            let rest = rest.iter().flat_map(|(at, output)| [(*at).clone(), output.clone()]);
            Json::Array([json!("step"), input, first.clone()].into_iter().chain(rest).collect())
        }
        (all, false) => {
            let all = all.iter().flat_map(|(at, output)| [(*at).clone(), output.clone()]);
            Json::Array([json!("interpolate"), json!(["exponential", base]), input].into_iter().chain(all).collect())
        }
    };
    match (get, kind) {
        (None, _) => curve(json!(["zoom"])),
        (Some(get), Some("identity")) => get,
        (Some(get), Some("categorical")) => {
            let branches = stops.iter().flat_map(|(label, output)| [json!(["==", get, label]), output.clone()]);
            let mut case: Vec<Json> = std::iter::once(json!("case")).chain(branches).collect();
            case.push(fallback.clone());
            if stops.is_empty() { fallback } else { Json::Array(case) }
        }
        (Some(get), _) => {
            json!(["case", ["==", ["typeof", get], "number"], curve(json!(["number", get])), fallback])
        }
    }
}

/// An array as an output is a literal, not an expression.
fn literal(output: &Json) -> Json {
    if output.is_array() { json!(["literal", output]) } else { output.clone() }
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
            function_to_expression(&json!({"base": 2, "stops": [[4, 1], [14, 8]]}), true),
            json!(["interpolate", ["exponential", 2], ["zoom"], 4, 1, 14, 8])
        );
        assert_eq!(
            function_to_expression(&json!({"stops": [[4, "round"], [14, "butt"]]}), false),
            json!(["step", ["zoom"], "round", 14, "butt"])
        );
        for (old, new) in [
            (json!({"stops": [[6, "round"]]}), json!("round")),
            (
                json!({"stops": [[0, [1, 2]], [8, [3, 4]]]}),
                json!(["step", ["zoom"], ["literal", [1, 2]], 8, ["literal", [3, 4]]]),
            ),
            (
                json!({"property": "k", "type": "categorical", "stops": [[true, "red"]], "default": "blue"}),
                json!(["case", ["==", ["get", "k"], true], "red", "blue"]),
            ),
            (json!({"property": "c", "type": "identity"}), json!(["get", "c"])),
        ] {
            assert_eq!(function_to_expression(&old, false), new);
        }
    }
}
