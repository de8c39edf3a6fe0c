//! The style language's older forms, rewritten as expressions: filters such as `["==", "kind",
//! "road"]` and functions such as `{"stops": [[4, 1], [14, 8]]}`. What is already an expression
//! passes through.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use super::reference::PropertySpec;

/// Filters nested deeper than this are left as they are, for the expression parser to refuse.
const MAX_DEPTH: usize = 64;

/// A legacy filter as an expression; an expression filter as it is.
pub(super) fn filter_to_expression(filter: &Json) -> Json {
    convert_filter(filter, &mut BTreeMap::new(), 0)
}

/// Which of the two syntaxes a filter is written in; some can be read as either, with the same
/// meaning.
#[derive(PartialEq)]
enum Syntax {
    Expression,
    Legacy,
    Either,
}

/// The specification's own rule for telling the two apart.
fn syntax(filter: &Json, depth: usize) -> Syntax {
    let items = match filter {
        Json::Bool(_) => return Syntax::Either,
        Json::Array(items) if !items.is_empty() => items,
        _ => return Syntax::Legacy,
    };
    if depth > MAX_DEPTH {
        return Syntax::Expression;
    }
    let second = items.get(1);
    let expression_if = |test: bool| if test { Syntax::Expression } else { Syntax::Legacy };
    match items[0].as_str() {
        Some("has") => match second.map(|s| s.as_str()) {
            None | Some(Some("$id" | "$type")) => Syntax::Legacy,
            Some(_) if items.len() == 2 => Syntax::Either,
            Some(_) => Syntax::Expression,
        },
        Some("in") => expression_if(
            items.len() >= 3 && (!second.is_some_and(Json::is_string) || items[2].is_array()),
        ),
        Some("!in" | "!has" | "none") => Syntax::Legacy,
        Some("==" | "!=" | ">" | ">=" | "<" | "<=") => {
            expression_if(items.len() != 3 || items[1].is_array() || items[2].is_array())
        }
        Some("any" | "all") => {
            let mut found = Syntax::Either;
            for child in &items[1..] {
                match syntax(child, depth + 1) {
                    Syntax::Expression => return Syntax::Expression,
                    Syntax::Legacy => found = Syntax::Legacy,
                    Syntax::Either => {}
                }
            }
            found
        }
        _ => Syntax::Expression,
    }
}

/// The types that a converted filter's comparisons need, by property; those of another type do not
/// match, and must not fail where another branch of an `any` could still match.
type Needed = BTreeMap<String, &'static str>;

fn convert_filter(filter: &Json, needed: &mut Needed, depth: usize) -> Json {
    if filter.is_null() {
        return json!(true);
    }
    if syntax(filter, depth) != Syntax::Legacy {
        return filter.clone();
    }
    let Some(items) = filter.as_array() else { return filter.clone() };
    let op = items.first().and_then(Json::as_str).unwrap_or_default();
    let rest = items.get(1..).unwrap_or_default();
    if rest.is_empty() {
        return json!(op != "any");
    }
    match op {
        "==" | "!=" | "<" | ">" | "<=" | ">=" => comparison(op, rest, needed),
        "any" => any(rest, depth),
        "all" => {
            let inner: Vec<Json> =
                rest.iter().map(|f| convert_filter(f, needed, depth + 1)).collect();
            match &inner[..] {
                [one] => one.clone(),
                _ => Json::Array(std::iter::once(json!("all")).chain(inner).collect()),
            }
        }
        "none" => json!(["!", any(rest, depth)]),
        "in" => membership(&rest[0], &rest[1..], false),
        "!in" => membership(&rest[0], &rest[1..], true),
        "has" => presence(&rest[0]),
        "!has" => json!(["!", presence(&rest[0])]),
        _ => json!(true),
    }
}

fn any(filters: &[Json], depth: usize) -> Json {
    let guarded = |filter: &Json| {
        let mut needed = Needed::new();
        let inner = convert_filter(filter, &mut needed, depth + 1);
        let checks: Vec<Json> = needed
            .iter()
            .map(|(property, ty)| json!(["==", ["typeof", key(property)], ty]))
            .collect();
        match &checks[..] {
            [] => inner,
            [one] => json!(["case", one, inner, false]),
            _ => json!([
                "case",
                Json::Array(std::iter::once(json!("all")).chain(checks).collect()),
                inner,
                false
            ]),
        }
    };
    Json::Array(std::iter::once(json!("any")).chain(filters.iter().map(guarded)).collect())
}

fn key(property: &str) -> Json {
    match property {
        "$type" => json!(["geometry-type"]),
        "$id" => json!(["id"]),
        _ => json!(["get", property]),
    }
}

fn comparison(op: &str, rest: &[Json], needed: &mut Needed) -> Json {
    let property = rest[0].as_str().unwrap_or_default();
    let value = rest.get(1).unwrap_or(&Json::Null);
    if property == "$type" {
        return json!([op, ["geometry-type"], value]);
    }
    let ty = match value {
        Json::Null => None,
        Json::Bool(_) => Some("boolean"),
        Json::Number(_) => Some("number"),
        Json::String(_) => Some("string"),
        Json::Array(_) | Json::Object(_) => Some("object"),
    };
    if let Some(ty) = ty {
        needed.insert(property.to_string(), ty);
    }
    let get = key(property);
    // A missing property is not the same as null here.
    match (op, ty) {
        ("==", None) if property != "$id" => json!(["all", ["has", property], ["==", get, null]]),
        ("!=", None) if property != "$id" => {
            json!(["any", ["!", ["has", property]], ["!=", get, null]])
        }
        _ => json!([op, get, value]),
    }
}

fn membership(property: &Json, values: &[Json], negated: bool) -> Json {
    if values.is_empty() {
        return json!(negated);
    }
    let get = key(property.as_str().unwrap_or_default());
    let whole = |v: &Json| v.as_f64().is_some_and(|n| n.fract() == 0.0 && n.abs() < 9e15);
    if values.iter().all(Json::is_string) || values.iter().all(whole) {
        let mut unique: Vec<&Json> = Vec::new();
        let mut seen = std::collections::BTreeSet::new();
        for value in values {
            if seen.insert(value.as_f64().map_or_else(|| value.to_string(), |n| n.to_string())) {
                unique.push(value);
            }
        }
        return json!(["match", get, unique, !negated, negated]);
    }
    let (join, op) = if negated { ("all", "!=") } else { ("any", "==") };
    let tests = values.iter().map(|v| json!([op, get, v]));
    Json::Array(std::iter::once(json!(join)).chain(tests).collect())
}

fn presence(property: &Json) -> Json {
    match property.as_str() {
        Some("$id") => json!(["!=", ["id"], null]),
        Some("$type") => json!(true),
        _ => json!(["has", property]),
    }
}

/// Why a function can't be read as an expression.
pub(super) type Unreadable = String;

/// A zoom function `{"base", "stops"}` or property function `{"property", "type", "base", "stops",
/// "default"}` as an expression for a property of the kind `spec`.
pub(super) fn function_to_expression(
    function: &Json,
    spec: &PropertySpec,
) -> Result<Json, Unreadable> {
    let property = function.get("property");
    let Some(stops) = function.get("stops") else { return Ok(identity(function, spec)) };
    let pairs: Option<Vec<(&Json, Json)>> = stops
        .as_array()
        .map(|all| all.iter().map(|s| Some((s.get(0)?, s.get(1)?.clone()))).collect())
        .unwrap_or(None);
    let Some(pairs) = pairs.filter(|p| !p.is_empty()) else {
        return Err("a function's stops must be an array of [input, output] pairs, at least one"
            .to_string());
    };
    let both = pairs[0].0.is_object();
    let stops = |tokens: bool| -> Vec<(Json, Json)> {
        let output = |value: &Json| match value {
            Json::String(text) if tokens && spec.tokens => tokens_to_expression(text),
            other => literal(other),
        };
        pairs.iter().map(|(input, value)| ((*input).clone(), output(value))).collect()
    };
    if both {
        zoom_and_property(function, spec, &stops(false))
    } else if property.is_none() {
        curve(function, spec, json!(["zoom"]), &stops(true))
    } else {
        of_property(function, spec, &stops(false))
    }
}

fn identity(function: &Json, spec: &PropertySpec) -> Json {
    let get = json!(["get", function.get("property")]);
    let Some(default) = function.get("default") else {
        // Texts are otherwise made of whatever there is; a function wants a text.
        return if spec.is("string") { json!(["string", get]) } else { get };
    };
    match spec.kind() {
        "enum" => json!(["match", get, spec.values, get, default]),
        "color" => json!(["to-color", get, literal(default)]),
        "array" => {
            let [item, length] = spec.array_arguments();
            json!(["array", item, length, get, literal(default)])
        }
        kind => json!([kind, get, literal(default)]),
    }
}

/// `exponential`, `interval`, `categorical`: what the function says, or what suits the property.
fn kind<'a>(function: &'a Json, spec: &PropertySpec) -> &'a str {
    let fitting = if spec.interpolates() { "exponential" } else { "interval" };
    function.get("type").and_then(Json::as_str).unwrap_or(fitting)
}

fn interpolate(function: &Json) -> &'static str {
    match function.get("colorSpace").and_then(Json::as_str) {
        Some("hcl") => "interpolate-hcl",
        Some("lab") => "interpolate-lab",
        _ => "interpolate",
    }
}

/// A curve over `input`; stops with an input that was there before are left out.
fn curve(
    function: &Json,
    spec: &PropertySpec,
    input: Json,
    stops: &[(Json, Json)],
) -> Result<Json, Unreadable> {
    let stepped = match kind(function, spec) {
        "interval" => true,
        "exponential" => false,
        other => return Err(format!("a zoom function can't be of type '{other}'")),
    };
    let mut out = if stepped {
        vec![json!("step"), input]
    } else {
        let base = function.get("base").and_then(Json::as_f64).unwrap_or(1.0);
        let shape = if base == 1.0 { json!(["linear"]) } else { json!(["exponential", base]) };
        vec![json!(interpolate(function)), shape, input]
    };
    for (i, (at, output)) in stops.iter().enumerate() {
        if out.len() > 3 && *at == out[out.len() - 2] {
            continue;
        }
        if !(stepped && i == 0) {
            out.push(at.clone());
        }
        out.push(output.clone());
    }
    if stepped && out.len() == 3 {
        out.extend([json!(0), out[2].clone()]);
    }
    Ok(Json::Array(out))
}

fn of_property(
    function: &Json,
    spec: &PropertySpec,
    stops: &[(Json, Json)],
) -> Result<Json, Unreadable> {
    let get = json!(["get", function.get("property")]);
    let default = function.get("default").map(literal);
    if kind(function, spec) != "categorical" {
        let curve = curve(function, spec, json!(["number", get]), stops)?;
        return Ok(match default {
            Some(default) => json!(["case", ["==", ["typeof", get], "number"], curve, default]),
            None => curve,
        });
    }
    // A property without a default has nothing for the others; an empty name is no image.
    let fallback = default.or_else(|| spec.default.as_ref().map(literal)).unwrap_or(json!(""));
    let booleans = stops[0].0.is_boolean();
    let mut out = if booleans { vec![json!("case")] } else { vec![json!("match"), get.clone()] };
    let mut seen = Vec::new();
    for (label, output) in stops {
        if seen.contains(&label) {
            continue;
        }
        seen.push(label);
        out.push(if booleans { json!(["==", get, label]) } else { label.clone() });
        out.push(output.clone());
    }
    out.push(fallback);
    Ok(Json::Array(out))
}

/// A function with stops at `{"zoom", "value"}`: one property function per zoom, and a curve
/// through them.
fn zoom_and_property(
    function: &Json,
    spec: &PropertySpec,
    stops: &[(Json, Json)],
) -> Result<Json, Unreadable> {
    let mut zooms: Vec<(Json, Vec<(Json, Json)>)> = Vec::new();
    for (input, output) in stops {
        let zoom = input.get("zoom").cloned().unwrap_or(Json::Null);
        let stop = (input.get("value").cloned().unwrap_or(Json::Null), output.clone());
        match zooms.iter_mut().find(|(z, _)| *z == zoom) {
            Some((_, of_zoom)) => of_zoom.push(stop),
            None => zooms.push((zoom, vec![stop])),
        }
    }
    let mut inner = function.clone();
    if let Some(members) = inner.as_object_mut() {
        members.remove("base");
        members.remove("colorSpace");
    }
    let outputs: Vec<(Json, Json)> = zooms
        .into_iter()
        .map(|(zoom, of_zoom)| Ok((zoom, of_property(&inner, spec, &of_zoom)?)))
        .collect::<Result<_, Unreadable>>()?;
    let mut outer = json!({});
    if let Some(space) = function.get("colorSpace") {
        outer["colorSpace"] = space.clone();
    }
    curve(&outer, spec, json!(["zoom"]), &outputs)
}

/// An array or object as an output is a literal, not an expression.
fn literal(output: &Json) -> Json {
    if output.is_array() || output.is_object() {
        json!(["literal", output])
    } else {
        output.clone()
    }
}

/// `"km {ref}"` is `["concat", "km ", ["get", "ref"]]`.
pub(super) fn tokens_to_expression(text: &str) -> Json {
    let mut parts: Vec<Json> = Vec::new();
    let mut rest = text;
    while let Some(open) = rest.find('{') {
        // The last brace before the name opens it, and a name has no braces in it.
        let Some(close) = rest[open..].find('}').map(|i| i + open) else { break };
        let open = rest[..close].rfind('{').unwrap_or(open);
        if open + 1 == close {
            break;
        }
        if open > 0 {
            parts.push(json!(rest[..open]));
        }
        parts.push(json!(["get", rest[open + 1..close]]));
        rest = &rest[close + 1..];
    }
    match (&parts[..], rest) {
        ([], text) => json!(text),
        ([one], "") => json!(["to-string", one]),
        _ => {
            if !rest.is_empty() {
                parts.push(json!(rest));
            }
            Json::Array(std::iter::once(json!("concat")).chain(parts).collect())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_filters_become_expressions() {
        for (old, new) in [
            (json!(["==", "kind", "road"]), json!(["==", ["get", "kind"], "road"])),
            (json!(["in", "k", 1, 2]), json!(["match", ["get", "k"], [1, 2], true, false])),
            (json!(["none", ["has", "a"]]), json!(["!", ["any", ["has", "a"]]])),
            (json!(["!has", "a"]), json!(["!", ["has", "a"]])),
            (json!(["==", ["get", "a"], 1]), json!(["==", ["get", "a"], 1])),
            (json!(["==", "$type", "Point"]), json!(["==", ["geometry-type"], "Point"])),
            (
                json!(["any", [">", "a", 1]]),
                json!([
                    "any",
                    [
                        "case",
                        ["==", ["typeof", ["get", "a"]], "number"],
                        [">", ["get", "a"], 1],
                        false
                    ]
                ]),
            ),
        ] {
            assert_eq!(filter_to_expression(&old), new);
        }
    }

    #[test]
    fn old_functions_become_expressions() {
        let number: PropertySpec =
            serde_json::from_value(json!({"type": "number", "expression": {"interpolated": true}}))
                .unwrap();
        let word: PropertySpec = serde_json::from_value(json!({"type": "color"})).unwrap();
        for (old, spec, new) in [
            (
                json!({"base": 2, "stops": [[4, 1], [14, 8]]}),
                &number,
                json!(["interpolate", ["exponential", 2.0], ["zoom"], 4, 1, 14, 8]),
            ),
            (
                json!({"stops": [[4, "a"], [14, "b"]]}),
                &word,
                json!(["step", ["zoom"], "a", 14, "b"]),
            ),
            (json!({"stops": [[6, "a"]]}), &word, json!(["step", ["zoom"], "a", 0, "a"])),
            (
                json!({
                    "property": "k",
                    "type": "categorical",
                    "stops": [[true, "red"]],
                    "default": "blue"
                }),
                &word,
                json!(["case", ["==", ["get", "k"], true], "red", "blue"]),
            ),
            (json!({"property": "c", "type": "identity"}), &word, json!(["get", "c"])),
        ] {
            assert_eq!(function_to_expression(&old, spec).unwrap(), new);
        }
        assert!(function_to_expression(&json!({"stops": []}), &number).is_err());
    }

    #[test]
    fn tokens_stand_for_properties() {
        assert_eq!(tokens_to_expression("plain"), json!("plain"));
        assert_eq!(tokens_to_expression("{name}"), json!(["to-string", ["get", "name"]]));
        assert_eq!(
            tokens_to_expression("km {ref}!"),
            json!(["concat", "km ", ["get", "ref"], "!"])
        );
    }
}
