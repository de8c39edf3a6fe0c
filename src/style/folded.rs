//! Expressions that are decided, as their values: for clients that know few expressions.

use serde_json::{Value as Json, json};

/// A value that stands for itself in an expression.
fn is_plain(json: &Json) -> bool {
    !json.is_array() && !json.is_object()
}

/// Whether two plain values are one: 5 is 5.0.
fn is_same(a: &Json, b: &Json) -> bool {
    match (a.as_f64(), b.as_f64()) {
        (Some(a), Some(b)) => a == b,
        _ => a == b,
    }
}

/// What an expression of plain values says, or a shorter one that says the same; none where it is as
/// short as it can be. Its own parts are folded.
pub fn folded(items: &[Json]) -> Option<Json> {
    let (operator, operands) = items.split_first()?;
    match (operator.as_str()?, operands) {
        (name @ ("==" | "!="), [a, b]) if is_plain(a) && is_plain(b) => {
            Some(json!(is_same(a, b) == (name == "==")))
        }
        (name @ ("<" | "<=" | ">" | ">="), [a, b]) => {
            let order = match (a, b) {
                (Json::String(a), Json::String(b)) => a.cmp(b),
                (Json::Number(a), Json::Number(b)) => a.as_f64()?.partial_cmp(&b.as_f64()?)?,
                _ => return None,
            };
            Some(json!(match name {
                "<" => order.is_lt(),
                "<=" => order.is_le(),
                ">" => order.is_gt(),
                _ => order.is_ge(),
            }))
        }
        ("in", [Json::String(part), Json::String(whole)]) => Some(json!(whole.contains(part))),
        ("in", [part, list]) if is_plain(part) && list[0] == "literal" => {
            Some(json!(list[1].as_array()?.iter().any(|item| is_same(item, part))))
        }
        ("!", [Json::Bool(value)]) => Some(json!(!value)),
        ("all", members) => joined("all", members, true),
        ("any", members) => joined("any", members, false),
        ("concat", parts) => {
            let texts: Option<Vec<&str>> = parts.iter().map(Json::as_str).collect();
            Some(json!(texts?.concat()))
        }
        ("match", [input, branches @ .., otherwise]) if is_plain(input) => {
            let is_met = |label: &Json| match label {
                Json::Array(labels) => labels.iter().any(|label| is_same(label, input)),
                label => is_same(label, input),
            };
            let met = branches.chunks_exact(2).find(|branch| is_met(&branch[0]));
            Some(met.map_or(otherwise, |branch| &branch[1]).clone())
        }
        ("case", [Json::Bool(true), value, ..]) => Some(value.clone()),
        ("case", [Json::Bool(false), _, value]) => Some(value.clone()),
        ("case", [Json::Bool(false), _, rest @ ..]) if rest.len() > 1 => {
            let rest: Vec<Json> = [json!("case")].into_iter().chain(rest.iter().cloned()).collect();
            Some(folded(&rest).unwrap_or(Json::Array(rest)))
        }
        _ => None,
    }
}

/// `all` or `any` without members that decide nothing, which are `neutral`.
fn joined(name: &str, members: &[Json], neutral: bool) -> Option<Json> {
    if members.contains(&json!(!neutral)) {
        return Some(json!(!neutral));
    }
    let left: Vec<&Json> = members.iter().filter(|member| **member != neutral).collect();
    match left.as_slice() {
        [] => Some(json!(neutral)),
        [one] => Some((*one).clone()),
        _ if left.len() == members.len() => None,
        _ => Some(Json::Array([&json!(name)].into_iter().chain(left).cloned().collect())),
    }
}

/// A comparison of a property, or of a plain text in its place, with a plain text, without
/// `coalesce`: `["<=", ["coalesce", ["get", "a"], "0"], "9"]` is `["any", ["!", ["has", "a"]],
/// ["<=", ["get", "a"], "9"]]` where no property is null.
pub fn without_coalesce(items: &[Json]) -> Option<Json> {
    let [operator, a, b] = items else { return None };
    let order: fn(&str, &str) -> bool = match operator.as_str()? {
        "<" => |a, b| a < b,
        "<=" => |a, b| a <= b,
        ">" => |a, b| a > b,
        ">=" => |a, b| a >= b,
        _ => return None,
    };
    let parts = |json: &Json| {
        let items = json.as_array().filter(|items| items.len() == 3 && items[0] == "coalesce")?;
        let name = items[1].as_array().filter(|get| get.len() == 2 && get[0] == "get")?[1].clone();
        Some((items[1].clone(), name, items[2].as_str()?.to_string()))
    };
    let (compared, name, is_met) = match (parts(a), parts(b)) {
        (Some((get, name, other)), None) => {
            (json!([operator, get, b]), name, order(&other, b.as_str()?))
        }
        (None, Some((get, name, other))) => {
            // The property first: QGIS reads no comparison that begins with a text.
            let turned = match operator.as_str()? {
                "<" => ">",
                "<=" => ">=",
                ">" => "<",
                _ => "<=",
            };
            (json!([turned, get, a]), name, order(a.as_str()?, &other))
        }
        _ => return None,
    };
    Some(match is_met {
        true => json!(["any", ["!", ["has", name]], compared]),
        false => json!(["all", ["has", name], compared]),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_decided_is_its_value() {
        for (given, wanted) in [
            (json!(["==", "AZ", "AM"]), json!(false)),
            (json!(["!", false]), json!(true)),
            (json!(["==", 5, 5.0]), json!(true)),
            (json!(["<", "2020-06-01", "2021-01-01"]), json!(true)),
            (json!([">=", 2, 3.5]), json!(false)),
            (json!(["in", "a", "abc"]), json!(true)),
            (json!(["in", "a", ["literal", ["b", "c"]]]), json!(false)),
            (json!(["match", 5.0, [4, 5], "x", "y"]), json!("x")),
            (json!(["all", true, ["has", "a"]]), json!(["has", "a"])),
            (json!(["all", false, ["has", "a"]]), json!(false)),
            (json!(["any", true, ["has", "a"]]), json!(true)),
            (
                json!(["any", false, ["has", "a"], ["has", "b"]]),
                json!(["any", ["has", "a"], ["has", "b"]]),
            ),
            (json!(["all"]), json!(true)),
            (json!(["concat", "name:", "en"]), json!("name:en")),
            (json!(["match", "AZ", "AM", 1, ["AZ", "TR"], ["get", "a"], 3]), json!(["get", "a"])),
            (json!(["match", "X", "AM", 1, 3]), json!(3)),
            (json!(["case", false, 1, ["has", "a"], 2, 3]), json!(["case", ["has", "a"], 2, 3])),
            (json!(["case", false, 1, true, 2, 3]), json!(2)),
            (json!(["case", false, 1, 3]), json!(3)),
        ] {
            assert_eq!(folded(given.as_array().unwrap()), Some(wanted), "{given}");
        }
        for kept in [
            json!(["==", ["get", "a"], "b"]),
            json!(["concat", ["get", "a"], "b"]),
            json!(["all", ["has", "a"], ["has", "b"]]),
            json!(["match", ["get", "a"], "b", 1, 2]),
            json!(["literal", ["a"]]),
        ] {
            assert_eq!(folded(kept.as_array().unwrap()), None, "{kept}");
        }
    }

    #[test]
    fn comparisons_need_no_coalesce() {
        let without = |json: Json| without_coalesce(json.as_array().unwrap());
        let get = json!(["get", "a"]);
        assert_eq!(
            without(json!(["<=", ["coalesce", get, "0000"], "2020"])),
            Some(json!(["any", ["!", ["has", "a"]], ["<=", get, "2020"]]))
        );
        assert_eq!(
            without(json!(["<", "2020", ["coalesce", get, "9999"]])),
            Some(json!(["any", ["!", ["has", "a"]], [">", get, "2020"]]))
        );
        assert_eq!(
            without(json!([">", ["coalesce", get, "0000"], "2020"])),
            Some(json!(["all", ["has", "a"], [">", get, "2020"]]))
        );
        assert_eq!(without(json!(["<", ["get", "a"], "2020"])), None);
    }
}
