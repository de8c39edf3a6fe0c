//! The operators with a shape of their own, by name; and of these variables, assertions,
//! comparisons.

use std::sync::Arc;

use serde_json::Value as Json;

use super::comparison::Comparison;
use super::datum::{Datum, Type};
use super::interpolate::Space;
use super::parse::{Annotation, At, Parsed, Parser, native_type};
use super::{Expr, Node, functions, spatial};
use crate::feature::Value;

/// The operators that are read here.
#[rustfmt::skip]
const NAMES: [&str; 38] = [
    "!=", "<", "<=", "==", ">", ">=", "array", "at", "boolean", "case", "coalesce", "collator",
    "distance", "format", "global-state", "image", "in", "index-of", "interpolate",
    "interpolate-hcl", "interpolate-lab", "length", "let", "literal", "match", "number",
    "number-format", "object", "semiliteral", "slice", "step", "string", "to-boolean", "to-color",
    "to-number", "to-string", "var", "within",
];

/// Whether an expression may begin with this name.
pub fn is_operator(name: &str) -> bool {
    NAMES.contains(&name) || functions::lookup(name, 0).is_some()
}

impl Parser {
    /// Reads the operator called `name`; the outer `None` where it is none of these.
    pub(super) fn form(
        &mut self,
        at: &At,
        name: &str,
        items: &[Json],
        expected: Option<&Type>,
    ) -> Option<Parsed> {
        Some(match name {
            "literal" => self.literal(at, items, expected),
            "semiliteral" => self.semiliteral(at, items),
            "let" => self.let_in(at, items, expected),
            "var" => self.var(at, items),
            "all" if items.len() != 3 => self.all_of(at, items, Node::All),
            "any" if items.len() != 3 => self.all_of(at, items, Node::Any),
            "case" => self.case(at, items, expected),
            "match" => self.branch(at, items, expected),
            "coalesce" => self.coalesce(at, items, expected),
            "==" => self.comparison(at, items, Comparison::Equal),
            "!=" => self.comparison(at, items, Comparison::NotEqual),
            "<" => self.comparison(at, items, Comparison::Less),
            ">" => self.comparison(at, items, Comparison::Greater),
            "<=" => self.comparison(at, items, Comparison::LessOrEqual),
            ">=" => self.comparison(at, items, Comparison::GreaterOrEqual),
            "step" => self.step(at, items, expected),
            "interpolate" => self.interpolate(at, items, expected, Space::Rgb),
            "interpolate-lab" => self.interpolate(at, items, expected, Space::Lab),
            "interpolate-hcl" => self.interpolate(at, items, expected, Space::Hcl),
            "string" => self.typed(at, items, 1, Type::String, Node::Assert),
            "number" => self.typed(at, items, 1, Type::Number, Node::Assert),
            "boolean" => self.typed(at, items, 1, Type::Boolean, Node::Assert),
            "object" => self.typed(at, items, 1, Type::Object, Node::Assert),
            "array" => self.array(at, items),
            "to-string" | "to-boolean" if items.len() > 2 => {
                self.fail(at, "Expected one argument.")
            }
            "to-string" => self.typed(at, items, 1, Type::String, Node::Coerce),
            "to-boolean" => self.typed(at, items, 1, Type::Boolean, Node::Coerce),
            "to-number" => self.typed(at, items, 1, Type::Number, Node::Coerce),
            "to-color" => self.typed(at, items, 1, Type::Color, Node::Coerce),
            "at" => self.at_index(at, items, expected),
            "in" => self.contains(at, items),
            "index-of" => self.index_of(at, items),
            "slice" => self.slice(at, items),
            "length" => self.length(at, items),
            "global-state" => self.global_state(at, items),
            "image" => self.image(at, items),
            "format" => self.format(at, items),
            "collator" => self.collator(at, items),
            "number-format" => self.number_format(at, items),
            "within" | "distance" => self.spatial(at, name, items),
            _ => return None,
        })
    }

    fn literal(&mut self, at: &At, items: &[Json], expected: Option<&Type>) -> Parsed {
        let [_, json] = items else {
            let found = items.len() - 1;
            return self.fail(
                at,
                format!(
                    "'literal' expression requires exactly one argument, but found {found} instead."
                ),
            );
        };
        let datum = Datum::Plain(Value::from(json).in_style());
        // An empty array is of whatever array type is wanted.
        let ty = match (datum.type_of(), expected) {
            (Type::Array(_, Some(0)), Some(wanted @ Type::Array(_, None | Some(0)))) => {
                wanted.clone()
            }
            (ty, _) => ty,
        };
        Some(Expr::new(ty, Node::Literal(datum), at.key.clone()))
    }

    fn semiliteral(&mut self, at: &At, items: &[Json]) -> Parsed {
        let [_, json] = items else {
            let found = items.len() - 1;
            return self.fail(
                at,
                format!(
                    "'semiliteral' expression requires exactly one argument, but found \
                    {found} instead."
                ),
            );
        };
        let Json::Array(parts) = json else { return self.literal(at, items, None) };
        let inside = at.inner(1);
        let mut all = Vec::with_capacity(parts.len());
        for i in 0..parts.len() {
            all.push(self.item(&inside, parts, i, Some(&Type::Value))?);
        }
        let item = match all.split_first() {
            Some((first, rest)) if rest.iter().all(|e| e.ty == first.ty) => first.ty.clone(),
            _ => Type::Value,
        };
        let ty = Type::Array(Box::new(item), Some(all.len()));
        Some(Expr::new(ty, Node::List(all), at.key.clone()))
    }

    fn let_in(&mut self, at: &At, items: &[Json], expected: Option<&Type>) -> Parsed {
        if items.len() < 4 {
            return self.fail(
                at,
                format!("Expected at least 3 arguments, but found {} instead.", items.len() - 1),
            );
        }
        let mut body = at.inner(items.len() - 1);
        let mut scope = (*at.scope).clone();
        let mut bindings = Vec::new();
        for i in (1..items.len() - 1).step_by(2) {
            let Some(name) = items[i].as_str() else {
                let message =
                    format!("Expected string, but found {} instead.", native_type(&items[i]));
                return self.fail_in(at, i, message);
            };
            if !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
                return self.fail_in(
                    at,
                    i,
                    "Variable names must contain only alphanumeric characters or '_'.",
                );
            }
            let bound = Arc::new(self.item(at, items, i + 1, None)?);
            scope.insert(name.to_string(), bound.clone());
            bindings.push(bound);
        }
        body.scope = Arc::new(scope);
        let result = self.parse(&body, &items[items.len() - 1], expected, Annotation::Usual)?;
        Some(Expr::new(result.ty.clone(), Node::Let(bindings, Box::new(result)), at.key.clone()))
    }

    fn var(&mut self, at: &At, items: &[Json]) -> Parsed {
        let [_, Json::String(name)] = items else {
            return self.fail(at, "'var' expression requires exactly one string literal argument.");
        };
        match at.scope.get(name) {
            Some(bound) => {
                Some(Expr::new(bound.ty.clone(), Node::Bound(bound.clone()), at.key.clone()))
            }
            None => self.fail_in(
                at,
                1,
                format!(
                    "Unknown variable \"{name}\". Make sure \"{name}\" has been bound in an \
                     enclosing \"let\" expression before using it."
                ),
            ),
        }
    }

    fn all_of(&mut self, at: &At, items: &[Json], node: fn(Vec<Expr>) -> Node) -> Parsed {
        let mut args = Vec::with_capacity(items.len());
        for i in 1..items.len() {
            args.push(self.item(at, items, i, Some(&Type::Boolean))?);
        }
        Some(Expr::new(Type::Boolean, node(args), at.key.clone()))
    }

    fn comparison(&mut self, at: &At, items: &[Json], op: Comparison) -> Parsed {
        if items.len() != 3 && items.len() != 4 {
            return self.fail(at, "Expected two or three arguments.");
        }
        let ordering = !matches!(op, Comparison::Equal | Comparison::NotEqual);
        let side = |parser: &mut Self, i: usize| {
            let side = parser.item(at, items, i, Some(&Type::Value))?;
            let fits = match side.ty {
                Type::Boolean | Type::Null => !ordering,
                Type::Number | Type::String | Type::Value => true,
                _ => false,
            };
            if fits {
                return Some(side);
            }
            let message =
                format!("\"{}\" comparisons are not supported for type '{}'.", op.name(), side.ty);
            parser.fail_in(at, i, message)
        };
        let (mut a, mut b) = (side(self, 1)?, side(self, 2)?);
        if a.ty != b.ty && a.ty != Type::Value && b.ty != Type::Value {
            return self.fail(at, format!("Cannot compare types '{}' and '{}'.", a.ty, b.ty));
        }
        if ordering && a.ty != b.ty {
            let assert = |e: Expr, ty: Type| Expr::new(ty, Node::Assert(vec![e]), at.key.clone());
            if a.ty == Type::Value {
                a = assert(a, b.ty.clone());
            } else {
                b = assert(b, a.ty.clone());
            }
        }
        let collator = match items.get(3) {
            None => None,
            Some(json) => {
                let may_be_text = |ty: &Type| matches!(ty, Type::String | Type::Value);
                if !may_be_text(&a.ty) && !may_be_text(&b.ty) {
                    return self.fail(at, "Cannot use collator to compare non-string types.");
                }
                Some(Box::new(self.parse(
                    &at.inner(3),
                    json,
                    Some(&Type::Collator),
                    Annotation::Usual,
                )?))
            }
        };
        Some(Expr::new(
            Type::Boolean,
            Node::Compare(op, Box::new([a, b]), collator),
            at.key.clone(),
        ))
    }

    fn typed(
        &mut self,
        at: &At,
        items: &[Json],
        from: usize,
        ty: Type,
        node: fn(Vec<Expr>) -> Node,
    ) -> Parsed {
        if items.len() < 2 {
            return self.fail(at, "Expected at least one argument.");
        }
        let mut args = Vec::with_capacity(items.len());
        for i in from..items.len() {
            args.push(self.item(at, items, i, Some(&Type::Value))?);
        }
        Some(Expr::new(ty, node(args), at.key.clone()))
    }

    fn array(&mut self, at: &At, items: &[Json]) -> Parsed {
        let (mut from, mut item, mut length) = (1, Type::Value, None);
        if items.len() > 2 {
            item = match items[1].as_str() {
                Some("string") => Type::String,
                Some("number") => Type::Number,
                Some("boolean") => Type::Boolean,
                _ => {
                    let message = "The item type argument of \"array\" must be one of string, \
                        number, boolean";
                    return self.fail_in(at, 1, message);
                }
            };
            from = 2;
        }
        if items.len() > 3 {
            length = match &items[2] {
                Json::Null => None,
                n => match n.as_f64().filter(|n| *n >= 0.0 && n.fract() == 0.0) {
                    Some(n) => Some(n as usize),
                    None => {
                        let message =
                            "The length argument to \"array\" must be a positive integer literal";
                        return self.fail_in(at, 2, message);
                    }
                },
            };
            from = 3;
        }
        self.typed(at, items, from, Type::Array(Box::new(item), length), Node::Assert)
    }

    fn global_state(&mut self, at: &At, items: &[Json]) -> Parsed {
        match items {
            [_, Json::String(key)] => {
                Some(Expr::new(Type::Value, Node::GlobalState(key.as_str().into()), at.key.clone()))
            }
            [_, Json::Null] => self.fail(at, "Global state property must be defined."),
            [_, other] => {
                let found = native_type(other);
                self.fail(
                    at,
                    format!("Global state property must be string, but found {found} instead."),
                )
            }
            _ => self
                .fail(at, format!("Expected 1 argument, but found {} instead.", items.len() - 1)),
        }
    }

    fn spatial(&mut self, at: &At, name: &str, items: &[Json]) -> Parsed {
        let [_, json] = items else {
            let found = items.len() - 1;
            return self.fail(
                at,
                format!(
                    "'{name}' expression requires exactly one argument, but found {found} instead."
                ),
            );
        };
        let parsed = match name {
            "within" => spatial::polygons(json).map(|g| (Type::Boolean, Node::Within(Arc::new(g)))),
            _ => spatial::geometry(json).map(|g| (Type::Number, Node::Distance(Arc::new(g)))),
        };
        match parsed {
            Some((ty, node)) => Some(Expr::new(ty, node, at.key.clone())),
            None => self.fail(
                at,
                format!(
                    "'{name}' expression requires valid geojson object that contains polygon \
                    geometry type."
                ),
            ),
        }
    }
}
