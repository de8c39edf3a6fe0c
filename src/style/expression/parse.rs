//! JSON to a typed tree.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value as Json;

use super::datum::{Datum, Type};
use super::eval::Comparison;
use super::interpolate::{Curve, Space};
use super::{Context, Dependence, Expr, Node, functions};
use crate::feature::Value;

/// Why a JSON value is no expression. `key` is the path of array indices in the specification's notation, `[1][2]`.
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

/// Deeper nesting than any style needs; deeper input is refused so that no input can exhaust the stack.
const MAX_DEPTH: usize = 64;

/// More steps than any style takes for one answer; variables used twice at each of many levels would take for ever.
const MAX_SIZE: u64 = 100_000;

/// Reads `json` as an expression that gives `expected`.
pub fn parse(json: &Json, expected: Option<&Type>) -> Result<Expr, ParseError> {
    Parser { key: String::new(), scope: BTreeMap::new(), depth: 0 }.parse(json, expected)
}

#[derive(Clone)]
struct Parser {
    key: String,
    scope: BTreeMap<String, Arc<Expr>>,
    depth: usize,
}

type Parsed = Result<Expr, ParseError>;

impl Parser {
    fn fail<T>(&self, message: impl Into<String>) -> Result<T, ParseError> {
        Err(ParseError { key: self.key.clone(), message: message.into() })
    }

    fn inner(&self, index: usize) -> Self {
        Self { key: format!("{}[{index}]", self.key), scope: self.scope.clone(), depth: self.depth + 1 }
    }

    fn parse_item(&self, items: &[Json], index: usize, expected: Option<&Type>) -> Parsed {
        self.inner(index).parse(&items[index], expected)
    }

    /// Parses, then makes the type fit and folds what is constant.
    fn parse(&self, json: &Json, expected: Option<&Type>) -> Parsed {
        if self.depth > MAX_DEPTH {
            return self.fail(format!("Expressions may be nested {MAX_DEPTH} deep, no deeper."));
        }
        let expr = self.parse_untyped(json, expected)?;
        if expr.size > MAX_SIZE {
            return self
                .fail(format!("The expression is too large: over {MAX_SIZE} steps with its variables written out."));
        }
        let expr = match expected {
            Some(expected) => self.fit(expr, expected)?,
            None => expr,
        };
        Ok(fold(expr))
    }

    fn fit(&self, expr: Expr, expected: &Type) -> Parsed {
        let found = expr.ty.clone();
        let node = match expected {
            Type::String | Type::Number | Type::Boolean | Type::Object | Type::Array(..) if found == Type::Value => {
                Node::Assert(vec![expr])
            }
            Type::Color if matches!(found, Type::Value | Type::String | Type::Array(..)) => Node::Coerce(vec![expr]),
            Type::Image if matches!(found, Type::Value | Type::String) => Node::Coerce(vec![expr]),
            _ if expected.takes(&found) => return Ok(expr),
            _ => return self.fail(format!("Expected {expected} but found {found} instead.")),
        };
        Ok(Expr::new(expected.clone(), node))
    }

    fn parse_untyped(&self, json: &Json, expected: Option<&Type>) -> Parsed {
        let items = match json {
            Json::Array(items) => items,
            Json::Object(_) => return self.fail("Bare objects invalid. Use [\"literal\", {...}] instead."),
            plain => return Ok(Expr::literal(Datum::Plain(Value::from(plain)))),
        };
        let Some(first) = items.first() else {
            return self.fail(
                "Expected an array with at least one element. If you wanted a literal array, use [\"literal\", []].",
            );
        };
        let Some(name) = first.as_str() else {
            return self
                .inner(0)
                .fail("Expression name must be a string. If you wanted a literal array, use [\"literal\", [...]].");
        };
        match name {
            "literal" => match &items[..] {
                [_, value] => Ok(Expr::literal(Datum::Plain(Value::from(value)))),
                _ => self.fail(format!(
                    "'literal' expression requires exactly one argument, but found {} instead.",
                    items.len() - 1
                )),
            },
            "let" => self.parse_let(items, expected),
            "var" => self.parse_var(items),
            "all" => Ok(Expr::new(Type::Boolean, Node::All(self.parse_rest(items, 1, &Type::Boolean)?))),
            "any" => Ok(Expr::new(Type::Boolean, Node::Any(self.parse_rest(items, 1, &Type::Boolean)?))),
            "none" => {
                self.fail("Unknown expression \"none\". If you wanted a literal array, use [\"literal\", [...]].")
            }
            "case" => self.parse_case(items, expected),
            "match" => self.parse_match(items, expected),
            "coalesce" => self.parse_coalesce(items, expected),
            "==" => self.parse_comparison(items, Comparison::Equal),
            "!=" => self.parse_comparison(items, Comparison::NotEqual),
            "<" => self.parse_comparison(items, Comparison::Less),
            ">" => self.parse_comparison(items, Comparison::Greater),
            "<=" => self.parse_comparison(items, Comparison::LessOrEqual),
            ">=" => self.parse_comparison(items, Comparison::GreaterOrEqual),
            "step" => self.parse_step(items, expected),
            "interpolate" => self.parse_interpolate(items, expected, Space::Rgb),
            "interpolate-lab" => self.parse_interpolate(items, Some(&Type::Color), Space::Lab),
            "interpolate-hcl" => self.parse_interpolate(items, Some(&Type::Color), Space::Hcl),
            "string" => self.parse_typed(items, Type::String, Node::Assert),
            "number" => self.parse_typed(items, Type::Number, Node::Assert),
            "boolean" => self.parse_typed(items, Type::Boolean, Node::Assert),
            "object" => self.parse_typed(items, Type::Object, Node::Assert),
            "array" => self.parse_array(items),
            "to-string" => self.parse_typed(items, Type::String, Node::Coerce),
            "to-number" => self.parse_typed(items, Type::Number, Node::Coerce),
            "to-boolean" => self.parse_typed(items, Type::Boolean, Node::Coerce),
            "to-color" => self.parse_typed(items, Type::Color, Node::Coerce),
            "image" => self.parse_typed(items, Type::Image, Node::Coerce),
            _ => self.parse_function(name, items),
        }
    }

    fn parse_function(&self, name: &str, items: &[Json]) -> Parsed {
        let Some(function) = functions::lookup(name) else {
            return self.inner(0).fail(format!(
                "Unknown expression \"{name}\". If you wanted a literal array, use [\"literal\", [...]]."
            ));
        };
        let count = items.len() - 1;
        let types: Option<Vec<Type>> = function.params.iter().find_map(|params| match params {
            functions::Params::Fixed(types) => (types.len() == count).then(|| types.clone()),
            functions::Params::Any(least, ty) => (count >= *least).then(|| vec![ty.clone(); count]),
        });
        let Some(types) = types else {
            let wanted: Vec<String> = function
                .params
                .iter()
                .map(|p| match p {
                    functions::Params::Fixed(types) => types.len().to_string(),
                    functions::Params::Any(least, _) => format!("at least {least}"),
                })
                .collect();
            return self.fail(format!("Expected {} arguments, but found {count} instead.", wanted.join(" or ")));
        };
        let args = types
            .iter()
            .enumerate()
            .map(|(i, ty)| self.parse_item(items, i + 1, Some(ty)))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Expr::new(function.result, Node::Call(function.evaluator, args)))
    }

    fn parse_rest(&self, items: &[Json], from: usize, ty: &Type) -> Result<Vec<Expr>, ParseError> {
        (from..items.len()).map(|i| self.parse_item(items, i, Some(ty))).collect()
    }

    fn parse_let(&self, items: &[Json], expected: Option<&Type>) -> Parsed {
        if items.len() < 4 || !items.len().is_multiple_of(2) {
            return self.fail(format!("Expected at least 3 arguments, but found {} instead.", items.len() - 1));
        }
        let mut body = self.inner(items.len() - 1);
        for i in (1..items.len() - 1).step_by(2) {
            let Some(name) = items[i].as_str() else {
                return self.inner(i).fail("Expected a variable name, a string.");
            };
            if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
                return self.inner(i).fail("Variable names must contain only alphanumeric characters or '_'.");
            }
            let bound = self.parse_item(items, i + 1, None)?;
            body.scope.insert(name.to_string(), Arc::new(bound));
        }
        body.parse(&items[items.len() - 1], expected)
    }

    fn parse_var(&self, items: &[Json]) -> Parsed {
        let name = match items {
            [_, Json::String(name)] => name,
            _ => return self.fail("'var' expression requires exactly one string literal argument."),
        };
        match self.scope.get(name) {
            Some(bound) => Ok(Expr::new(bound.ty.clone(), Node::Bound(bound.clone()))),
            None => self.inner(1).fail(format!(
                "Unknown variable \"{name}\". Make sure \"{name}\" has been bound in an enclosing \"let\" expression before using it."
            )),
        }
    }

    fn parse_case(&self, items: &[Json], expected: Option<&Type>) -> Parsed {
        if items.len() < 4 || !items.len().is_multiple_of(2) {
            return self.fail(format!("Expected at least 3 arguments, an odd number, but found {}.", items.len() - 1));
        }
        let mut outputs = Outputs::new(expected);
        let mut branches = Vec::new();
        for i in (1..items.len() - 1).step_by(2) {
            let test = self.parse_item(items, i, Some(&Type::Boolean))?;
            branches.push((test, outputs.parse(self, items, i + 1)?));
        }
        let otherwise = outputs.parse(self, items, items.len() - 1)?;
        Ok(Expr::new(outputs.ty(), Node::Case(branches, Box::new(otherwise))))
    }

    fn parse_match(&self, items: &[Json], expected: Option<&Type>) -> Parsed {
        if items.len() < 5 || items.len().is_multiple_of(2) {
            return self.fail(format!("Expected at least 4 arguments, an even number, but found {}.", items.len() - 1));
        }
        let input = Box::new(self.parse_item(items, 1, None)?);
        let mut outputs = Outputs::new(expected);
        let mut arms = Vec::new();
        for i in (2..items.len() - 1).step_by(2) {
            let labels: Vec<Value> = match &items[i] {
                Json::Array(labels) if labels.is_empty() => {
                    return self.inner(i).fail("Expected at least one branch label.");
                }
                Json::Array(labels) => labels.iter().map(Value::from).collect(),
                label => vec![Value::from(label)],
            };
            if !labels.iter().all(|l| matches!(l, Value::Number(_) | Value::Text(_))) {
                return self.inner(i).fail("Branch labels must be numbers or strings.");
            }
            arms.push((labels, outputs.parse(self, items, i + 1)?));
        }
        let otherwise = Box::new(outputs.parse(self, items, items.len() - 1)?);
        Ok(Expr::new(outputs.ty(), Node::Match { input, arms, otherwise }))
    }

    fn parse_coalesce(&self, items: &[Json], expected: Option<&Type>) -> Parsed {
        if items.len() < 2 {
            return self.fail("Expected at least one argument.");
        }
        // Arguments may be null, so each is read untyped and the whole is made to fit.
        let mut args = Vec::new();
        let mut ty: Option<Type> = None;
        for i in 1..items.len() {
            let arg = self.parse_item(items, i, None)?;
            if arg.ty != Type::Null {
                ty = Some(match ty {
                    Some(ty) if ty != arg.ty => Type::Value,
                    _ => arg.ty.clone(),
                });
            }
            args.push(arg);
        }
        let whole = Expr::new(ty.unwrap_or(Type::Null), Node::Coalesce(args));
        match expected {
            Some(expected) if whole.ty == Type::Null => Ok(Expr::new(expected.clone(), Node::Coerce(vec![whole]))),
            _ => Ok(whole),
        }
    }

    fn parse_comparison(&self, items: &[Json], op: Comparison) -> Parsed {
        if items.len() != 3 {
            return self.fail(format!("Expected two arguments, but found {}.", items.len() - 1));
        }
        let (a, b) = (self.parse_item(items, 1, None)?, self.parse_item(items, 2, None)?);
        let ordering = !matches!(op, Comparison::Equal | Comparison::NotEqual);
        for (i, side) in [(1, &a), (2, &b)] {
            let fits = match side.ty {
                Type::Boolean | Type::Null => !ordering,
                Type::Number | Type::String | Type::Value => true,
                _ => false,
            };
            if !fits {
                return self.inner(i).fail(format!(
                    "\"{}\" comparisons are not supported for type '{}'.",
                    items[0].as_str().unwrap_or_default(),
                    side.ty
                ));
            }
        }
        if a.ty != b.ty && a.ty != Type::Value && b.ty != Type::Value {
            return self.fail(format!("Cannot compare types '{}' and '{}'.", a.ty, b.ty));
        }
        Ok(Expr::new(Type::Boolean, Node::Compare(op, Box::new([a, b]))))
    }

    fn parse_step(&self, items: &[Json], expected: Option<&Type>) -> Parsed {
        if items.len() < 5 || items.len().is_multiple_of(2) {
            return self.fail(format!("Expected at least 4 arguments, an even number, but found {}.", items.len() - 1));
        }
        let input = Box::new(self.parse_item(items, 1, Some(&Type::Number))?);
        let mut outputs = Outputs::new(expected);
        let mut stops = vec![(f64::NEG_INFINITY, outputs.parse(self, items, 2)?)];
        self.parse_stops(items, 3, &mut stops, &mut outputs)?;
        Ok(Expr::new(outputs.ty(), Node::Step { input, stops }))
    }

    fn parse_interpolate(&self, items: &[Json], expected: Option<&Type>, space: Space) -> Parsed {
        if items.len() < 5 || items.len().is_multiple_of(2) {
            return self.fail(format!("Expected at least 4 arguments, an even number, but found {}.", items.len() - 1));
        }
        let curve = self.parse_curve(&items[1])?;
        let input = Box::new(self.parse_item(items, 2, Some(&Type::Number))?);
        let mut outputs = Outputs::new(expected.filter(|e| **e != Type::Value));
        let mut stops = Vec::new();
        self.parse_stops(items, 3, &mut stops, &mut outputs)?;
        let ty = outputs.ty();
        let numbers = matches!(&ty, Type::Array(item, Some(_)) if **item == Type::Number);
        if !(matches!(ty, Type::Number | Type::Color) || numbers) {
            return self.fail(format!("Type {ty} is not interpolatable."));
        }
        Ok(Expr::new(ty, Node::Interpolate { curve, space, input, stops }))
    }

    fn parse_curve(&self, json: &Json) -> Result<Curve, ParseError> {
        let at = self.inner(1);
        let Some(parts) = json.as_array().filter(|p| !p.is_empty()) else {
            return at.fail("Expected an interpolation type expression.");
        };
        let numbers: Option<Vec<f64>> = parts[1..].iter().map(Json::as_f64).collect();
        match (parts[0].as_str(), numbers.as_deref()) {
            (Some("linear"), _) => Ok(Curve::Linear),
            (Some("exponential"), Some([base])) => Ok(Curve::Exponential(*base)),
            (Some("exponential"), _) => at.inner(1).fail("Exponential interpolation requires a numeric base."),
            (Some("cubic-bezier"), Some(&[a, b, c, d])) if [a, b, c, d].iter().all(|v| (0.0..=1.0).contains(v)) => {
                Ok(Curve::CubicBezier([a, b, c, d]))
            }
            (Some("cubic-bezier"), _) => {
                at.fail("Cubic bezier interpolation requires four numeric arguments with values between 0 and 1.")
            }
            (name, _) => at.inner(0).fail(format!("Unknown interpolation type {}", name.unwrap_or_default())),
        }
    }

    fn parse_stops(
        &self,
        items: &[Json],
        from: usize,
        stops: &mut Vec<(f64, Expr)>,
        outputs: &mut Outputs,
    ) -> Result<(), ParseError> {
        for i in (from..items.len()).step_by(2) {
            let Some(at) = items[i].as_f64() else {
                return self
                    .inner(i)
                    .fail("Stop inputs must be defined using literal numeric values (not computed expressions).");
            };
            if stops.last().is_some_and(|(last, _)| *last >= at) {
                return self.inner(i).fail("Stop inputs must be arranged in strictly ascending order.");
            }
            stops.push((at, outputs.parse(self, items, i + 1)?));
        }
        Ok(())
    }

    fn parse_typed(&self, items: &[Json], ty: Type, node: fn(Vec<Expr>) -> Node) -> Parsed {
        if items.len() < 2 {
            return self.fail("Expected at least one argument.");
        }
        Ok(Expr::new(ty, node(self.parse_rest(items, 1, &Type::Value)?)))
    }

    fn parse_array(&self, items: &[Json]) -> Parsed {
        let (item, length) = match items.len() {
            2 => (Type::Value, None),
            3 | 4 => {
                let item = match items[1].as_str() {
                    Some("string") => Type::String,
                    Some("number") => Type::Number,
                    Some("boolean") => Type::Boolean,
                    _ => {
                        return self
                            .inner(1)
                            .fail("The item type argument of \"array\" must be one of string, number, boolean");
                    }
                };
                let length = match items.get(2).filter(|_| items.len() == 4) {
                    None | Some(Json::Null) => None,
                    Some(n) => match n.as_u64() {
                        Some(n) => Some(n as usize),
                        None => {
                            return self
                                .inner(2)
                                .fail("The length argument to \"array\" must be a positive integer literal");
                        }
                    },
                };
                (item, length)
            }
            n => return self.fail(format!("Expected 1, 2 or 3 arguments, but found {} instead.", n.saturating_sub(1))),
        };
        let arg = self.parse_item(items, items.len() - 1, Some(&Type::Value))?;
        Ok(Expr::new(Type::Array(Box::new(item), length), Node::Assert(vec![arg])))
    }
}

/// The outputs of one branching operator must agree: with what is expected, or else with the first of them.
struct Outputs {
    ty: Option<Type>,
}

impl Outputs {
    fn new(expected: Option<&Type>) -> Self {
        Self { ty: expected.filter(|e| **e != Type::Value).cloned() }
    }

    fn parse(&mut self, parser: &Parser, items: &[Json], index: usize) -> Parsed {
        let output = parser.parse_item(items, index, self.ty.as_ref())?;
        self.ty.get_or_insert_with(|| output.ty.clone());
        Ok(output)
    }

    fn ty(self) -> Type {
        self.ty.unwrap_or(Type::Value)
    }
}

/// Computes what depends on nothing. What fails is left as it is, to fail where it is used.
fn fold(expr: Expr) -> Expr {
    if expr.as_literal().is_some() || expr.dependence() != Dependence::default() {
        return expr;
    }
    let nowhere = Context { zoom: 0.0, feature: None, geometry_type: "", state: &BTreeMap::new() };
    match expr.eval(&nowhere) {
        Ok(datum) => Expr::new(expr.ty, Node::Literal(datum)),
        Err(_) => expr,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::feature::{Feature, Validity};
    use serde_json::json;

    fn feature() -> Feature {
        let properties = [("n", json!(3)), ("s", json!("abc")), ("from", json!("2020-11-20")), ("nil", json!(null))];
        Feature {
            id: None,
            properties: properties.iter().map(|(k, v)| ((*k).into(), Value::from(v))).collect(),
            geometry: geo::Geometry::Point((0.0, 0.0).into()),
            validity: Validity::default(),
        }
    }

    #[test]
    fn expressions_give_what_the_specification_says() {
        let feature = feature();
        let state = BTreeMap::from([("date".to_string(), Value::Text("2020-12-01".into()))]);
        let context = Context { zoom: 8.0, feature: Some(&feature), geometry_type: "Point", state: &state };
        for (json, expected) in [
            (json!(["get", "n"]), json!(3)),
            (json!(["get", "nil"]), json!(null)),
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
            (json!(["in", 2, ["literal", [1, 2]]]), json!(true)),
            (json!(["all", ["!", false], ["any", false, true]]), json!(true)),
            (json!(["%", 7, 4]), json!(3)),
            (json!(["to-number", "x", "4.5"]), json!(4.5)),
        ] {
            let got = parse(&json, None).unwrap_or_else(|e| panic!("{json}: {e}")).eval(&context).unwrap();
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
            (json!(["get"]), "", "Expected 1 or 2 arguments, but found 0"),
            (json!(["step", ["zoom"], 1, 5, 2, 4, 3]), "[5]", "ascending"),
            (json!(["var", "x"]), "[1]", "Unknown variable"),
            (json!({"a": 1}), "", "Bare objects"),
            (json!([]), "", "at least one element"),
        ] {
            let error = parse(&json, None).unwrap_err();
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
        assert!(error.message.contains("too large"), "{error}");
    }

    #[test]
    fn nesting_is_bounded() {
        let deep = (0..5_000).fold(json!(true), |inner, _| json!(["!", inner]));
        assert!(parse(&deep, None).unwrap_err().message.contains("deep"));
        // serde_json drops deep values by recursion; leaking it keeps this test about the parser.
        std::mem::forget(deep);
    }
}
