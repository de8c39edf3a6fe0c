//! JSON to a typed tree: the rules that hold for every operator.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value as Json;

use super::datum::{Datum, Type};
use super::functions::Params;
use super::{Context, Expr, Node, functions};
use crate::feature::Value;

/// Why a JSON value is no expression. `key` is the path of array indices in the specification's
/// notation, `[1][2]`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ParseError {
    pub key: String,
    pub message: String,
}

impl ParseError {
    /// The key as the tail of a JSON pointer: `[1][2]` is `/1/2`.
    pub fn pointer_tail(&self) -> String {
        self.key.replace('[', "/").replace(']', "")
    }
}

/// Deeper nesting than any style needs; deeper input is refused so that no input can exhaust the
/// stack.
const MAX_DEPTH: usize = 64;

/// More steps than any style takes for one answer; variables used twice at each of many levels
/// would take for ever.
const MAX_SIZE: u64 = 100_000;

/// Deeper than any evaluation needs to go, variables included: each level takes some of the
/// thread's stack.
const MAX_HEIGHT: u32 = 256;

/// Some operators are read twice to find the right message, and at each of many levels that would
/// take for ever.
const MAX_READS: u32 = 200_000;

/// Reads `json` as an expression that gives `expected`; otherwise every error found.
pub fn parse(json: &Json, expected: Option<&Type>) -> Result<Expr, Vec<ParseError>> {
    parse_annotated(json, expected, Annotation::Usual)
}

/// As [`parse`], but texts are made of whatever the expression gives: what properties of type
/// string want.
pub fn parse_to_text(json: &Json) -> Result<Expr, Vec<ParseError>> {
    parse_annotated(json, Some(&Type::String), Annotation::Coerce)
}

fn parse_annotated(
    json: &Json,
    expected: Option<&Type>,
    annotation: Annotation,
) -> Result<Expr, Vec<ParseError>> {
    let mut parser = Parser { errors: Vec::new(), reads: 0 };
    let at = At { key: "".into(), scope: Arc::default(), depth: 0 };
    match parser.parse(&at, json, expected, annotation) {
        Some(expr) => Ok(expr),
        None => Err(parser.errors),
    }
}

/// What is put around an expression whose type is only known when it is evaluated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Annotation {
    Usual,
    Coerce,
    Omit,
}

/// Where an expression stands and which variables it sees.
#[derive(Debug, Clone)]
pub(super) struct At {
    pub key: Arc<str>,
    pub scope: Arc<BTreeMap<String, Arc<Expr>>>,
    depth: usize,
}

impl At {
    pub(super) fn inner(&self, index: usize) -> Self {
        Self {
            key: format!("{}[{index}]", self.key).into(),
            scope: self.scope.clone(),
            depth: self.depth + 1,
        }
    }
}

pub(super) struct Parser {
    errors: Vec<ParseError>,
    reads: u32,
}

/// `None` where an error was noted.
pub(super) type Parsed = Option<Expr>;

impl Parser {
    pub(super) fn fail<T>(&mut self, at: &At, message: impl Into<String>) -> Option<T> {
        self.errors.push(ParseError { key: at.key.to_string(), message: message.into() });
        None
    }

    pub(super) fn fail_in<T>(
        &mut self,
        at: &At,
        index: usize,
        message: impl Into<String>,
    ) -> Option<T> {
        self.fail(&at.inner(index), message)
    }

    pub(super) fn item(
        &mut self,
        at: &At,
        items: &[Json],
        index: usize,
        expected: Option<&Type>,
    ) -> Parsed {
        self.parse(&at.inner(index), items.get(index)?, expected, Annotation::Usual)
    }

    /// Notes an error unless everything of type `found` is of type `expected`.
    pub(super) fn check(&mut self, at: &At, expected: &Type, found: &Type) -> Option<()> {
        if expected.takes(found) {
            return Some(());
        }
        self.fail(at, format!("Expected {expected} but found {found} instead."))
    }

    /// Parses, then makes the type fit and folds what is constant.
    pub(super) fn parse(
        &mut self,
        at: &At,
        json: &Json,
        expected: Option<&Type>,
        annotation: Annotation,
    ) -> Parsed {
        self.reads += 1;
        if at.depth > MAX_DEPTH {
            return self
                .fail(at, format!("Expressions may be nested {MAX_DEPTH} deep, no deeper."));
        }
        if self.reads > MAX_READS {
            return self.fail(at, "The expression is too large to be checked.");
        }
        let expr = self.parse_unfitted(at, json, expected)?;
        if expr.height > MAX_HEIGHT {
            let message = format!(
                "The expression is nested too deep: over {MAX_HEIGHT} with its variables written \
                 out."
            );
            return self.fail(at, message);
        }
        if expr.size > MAX_SIZE {
            let message = format!(
                "The expression is too large: over {MAX_SIZE} steps with its variables written out."
            );
            return self.fail(at, message);
        }
        let expr = match expected {
            Some(expected) => self.fit(at, expr, expected, annotation)?,
            None => expr,
        };
        self.fold(at, expr)
    }

    fn fit(&mut self, at: &At, expr: Expr, expected: &Type, annotation: Annotation) -> Parsed {
        let found = &expr.ty;
        let coerced = match expected {
            Type::Projection => matches!(found, Type::String | Type::Array(..) | Type::Value),
            Type::Color | Type::Formatted | Type::Image => {
                matches!(found, Type::Value | Type::String)
            }
            Type::Padding | Type::NumberArray => {
                matches!(found, Type::Value | Type::Number | Type::Array(..))
            }
            Type::ColorArray => matches!(found, Type::Value | Type::String | Type::Array(..)),
            Type::AnchorOffsets => matches!(found, Type::Value | Type::Array(..)),
            _ => false,
        };
        let asserted = *found == Type::Value
            && matches!(
                expected,
                Type::String | Type::Number | Type::Boolean | Type::Object | Type::Array(..)
            );
        if !coerced && !asserted {
            self.check(at, expected, found)?;
            return Some(expr);
        }
        let node = match annotation {
            Annotation::Omit => return Some(expr),
            Annotation::Usual if asserted => Node::Assert(vec![expr]),
            Annotation::Usual | Annotation::Coerce => Node::Coerce(vec![expr]),
        };
        Some(Expr::new(expected.clone(), node, at.key.clone()))
    }

    /// Computes what depends on nothing. Images stay, to be looked up when the sprite is known.
    fn fold(&mut self, at: &At, expr: Expr) -> Parsed {
        if expr.as_literal().is_some() || expr.ty == Type::Image || !expr.is_foldable() {
            return Some(expr);
        }
        match expr.eval(&Context::nowhere()) {
            Ok(datum) => Some(Expr::new(expr.ty, Node::Literal(datum), expr.key)),
            Err(e) => self.fail(at, e.message),
        }
    }

    fn parse_unfitted(&mut self, at: &At, json: &Json, expected: Option<&Type>) -> Parsed {
        let items = match json {
            Json::Array(items) => items,
            Json::Object(_) => {
                return self.fail(at, "Bare objects invalid. Use [\"literal\", {...}] instead.");
            }
            plain => {
                return Some(Expr::literal(
                    Datum::Plain(Value::from(plain).in_style()),
                    at.key.clone(),
                ));
            }
        };
        let Some(first) = items.first() else {
            let message = "Expected an array with at least one element. If you wanted a literal \
                array, use [\"literal\", []].";
            return self.fail(at, message);
        };
        let Some(name) = first.as_str() else {
            let message = format!(
                "Expression name must be a string, but found {} instead. If you wanted a literal \
                 array, use [\"literal\", [...]].",
                native_type(first)
            );
            return self.fail_in(at, 0, message);
        };
        match self.form(at, name, items, expected) {
            Some(parsed) => parsed,
            None => self.call(at, name, items),
        }
    }

    /// A plain operator: the first of its signatures that the arguments fit.
    fn call(&mut self, at: &At, name: &str, items: &[Json]) -> Parsed {
        let Some(function) = functions::lookup(name, items.len() - 1) else {
            let message = format!(
                "Unknown expression \"{name}\". If you wanted a literal array, use [\"literal\", \
                 [...]]."
            );
            return self.fail_in(at, 0, message);
        };
        let count = items.len() - 1;
        let fitting: Vec<&Params> = function
            .params
            .iter()
            .filter(|p| match p {
                Params::Fixed(types) => types.len() == count,
                Params::Any(_) => true,
            })
            .collect();
        let errors_before = self.errors.len();
        if let Some(last) = fitting.last() {
            // Of two that fit, the last takes whatever the first takes.
            let ty = |i: usize| match last {
                Params::Fixed(types) => types[i].clone(),
                Params::Any(ty) => ty.clone(),
            };
            let mut args = Vec::with_capacity(count);
            for i in 0..count {
                match self.item(at, items, i + 1, Some(&ty(i))) {
                    Some(arg) => args.push(arg),
                    None => break,
                }
            }
            if args.len() == count {
                return Some(Expr::new(function.result, function.build.node(args), at.key.clone()));
            }
        }
        if fitting.len() == 1 {
            return None;
        }
        self.errors.truncate(errors_before);
        let all: Vec<&Params> = function.params.iter().collect();
        let offered = if fitting.is_empty() { all } else { fitting };
        let signatures: Vec<String> = offered.iter().map(ToString::to_string).collect();
        let mut found = Vec::new();
        for i in 1..items.len() {
            found.push(self.item(at, items, i, None)?.ty.to_string());
        }
        let message = format!(
            "Expected arguments of type {}, but found ({}) instead.",
            signatures.join(" | "),
            found.join(", ")
        );
        self.fail(at, message)
    }
}

/// ECMAScript's `typeof`.
pub(super) fn native_type(json: &Json) -> &'static str {
    match json {
        Json::Bool(_) => "boolean",
        Json::Number(_) => "number",
        Json::String(_) => "string",
        Json::Null | Json::Array(_) | Json::Object(_) => "object",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::feature::Feature;
    use serde_json::json;

    #[test]
    fn expressions_give_what_the_specification_says() {
        let properties = [
            ("n", json!(3)),
            ("s", json!("abc")),
            ("from", json!("2020-11-20")),
            ("nil", json!(null)),
        ];
        let properties = properties.iter().map(|(k, v)| ((*k).into(), Value::from(v))).collect();
        let feature = Feature { properties, ..Feature::nowhere() };
        let state = BTreeMap::from([("date".to_string(), Value::Text("2020-12-01".into()))]);
        let context = Context {
            zoom: 8.0,
            feature: Some(&feature),
            geometry_type: "Point",
            state: &state,
            ..Context::nowhere()
        };
        for (json, expected) in [
            (json!(["get", "n"]), json!(3)),
            (json!(["has", "x"]), json!(false)),
            (json!(["+", 1, ["get", "n"], ["zoom"]]), json!(12)),
            (json!(["interpolate", ["exponential", 2], ["zoom"], 0, 1, 10, 1024]), json!(256)),
            (json!(["step", ["zoom"], "a", 8, "b", 9, "c"]), json!("b")),
            (json!(["match", ["get", "s"], ["x", "abc"], 1, 2]), json!(1)),
            (json!(["case", ["==", ["get", "n"], 4], "four", "other"]), json!("other")),
            (json!(["coalesce", ["get", "x"], ["get", "nil"], "d"]), json!("d")),
            (json!(["<=", ["get", "from"], ["global-state", "date"]]), json!(true)),
            (json!(["let", "a", 2, ["*", ["var", "a"], ["var", "a"]]]), json!(4)),
            (json!(["concat", "a", 1, true, ["get", "nil"]]), json!("a1true")),
            (json!(["in", "b", ["get", "s"]]), json!(true)),
            (json!(["all", ["!", false], ["any", false, true]]), json!(true)),
            (json!(["slice", "Şuşa", -2]), json!("şa")),
            (json!(["index-of", 2, ["literal", [1, 2]]]), json!(1)),
            (json!(["split", "a,b", ","]), json!(["a", "b"])),
            (
                json!(["number-format", 12345.678, {"locale": "de", "max-fraction-digits": 1}]),
                json!("12.345,7"),
            ),
            (json!(["to-number", "x", "4.5"]), json!(4.5)),
        ] {
            let got = parse(&json, None)
                .unwrap_or_else(|e| panic!("{json}: {e:?}"))
                .eval(&context)
                .unwrap();
            let Datum::Plain(got) = got else { panic!("{json}") };
            match (&got, expected.as_f64()) {
                (Value::Number(n), Some(e)) => assert!((n - e).abs() < 1e-9, "{json}: {n}"),
                _ => assert_eq!(got.to_json(), expected, "{json}"),
            }
        }
    }

    #[test]
    fn errors_say_where() {
        for (json, key, part) in [
            (json!(["foo"]), "[0]", "Unknown expression \"foo\""),
            (json!(["+", 1, "x"]), "[2]", "Expected number but found string"),
            (
                json!(["get"]),
                "",
                "Expected arguments of type (string) | (string, object), but found ()",
            ),
            (json!(["step", ["zoom"], 1, 5, 2, 4, 3]), "[5]", "ascending"),
            (json!(["var", "x"]), "[1]", "Unknown variable"),
            (json!({"a": 1}), "", "Bare objects"),
            (json!([]), "", "at least one element"),
            (
                json!(["distance", {"type": "LineString", "coordinates": [[0, 0]]}]),
                "",
                "valid geojson",
            ),
        ] {
            let error = parse(&json, None).unwrap_err().remove(0);
            assert_eq!(error.key, key, "{json}");
            assert!(error.message.contains(part), "{json}: {error}");
        }
    }

    #[test]
    fn variables_that_double_are_bounded() {
        let mut json = json!(["var", "a40"]);
        for i in (0..40).rev() {
            let (name, last) = (format!("a{}", i + 1), format!("a{i}"));
            json = json!(["let", name, ["+", ["var", last], ["var", last]], json]);
        }
        let error = parse(&json!(["let", "a0", ["zoom"], json]), None).unwrap_err();
        assert!(error[0].message.contains("too large"), "{error:?}");
    }

    #[test]
    fn texts_that_multiply_are_bounded() {
        let mut json = json!(["var", "a9"]);
        for i in (0..9).rev() {
            let last = format!("a{i}");
            let ten: Vec<Json> = std::iter::once(json!("concat"))
                .chain((0..10).map(|_| json!(["var", last])))
                .collect();
            json = json!(["let", format!("a{}", i + 1), ten, json]);
        }
        let error = parse(&json!(["let", "a0", "xxxxxxxxxx", json]), None).unwrap_err();
        assert!(error[0].message.contains("too large"), "{error:?}");
    }

    #[test]
    fn variables_that_nest_are_bounded() {
        let mut json = json!(["var", "v50"]);
        for i in (0..50).rev() {
            let inner =
                (0..8).fold(json!(["var", format!("v{i}")]), |inner, _| json!(["-", inner]));
            json = json!(["let", format!("v{}", i + 1), inner, json]);
        }
        let error = parse(&json!(["let", "v0", ["zoom"], json]), None).unwrap_err();
        assert!(error[0].message.contains("too deep"), "{error:?}");
    }

    #[test]
    fn nesting_is_bounded() {
        let deep = (0..5_000).fold(json!(true), |inner, _| json!(["!", inner]));
        assert!(parse(&deep, None).unwrap_err()[0].message.contains("deep"));
        // serde_json drops deep values by recursion; leaking it keeps this test about the parser.
        std::mem::forget(deep);
    }
}
