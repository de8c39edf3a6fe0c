//! The operators that choose one of several outputs: `case`, `match`, `coalesce`.

use serde_json::Value as Json;

use super::datum::{Datum, Type};
use super::parse::{Annotation, At, Parsed, Parser};
use super::{Expr, Node};
use crate::feature::Value;

/// The largest whole number that a JSON number can hold exactly in ECMAScript.
const MAX_SAFE_INTEGER: f64 = 9_007_199_254_740_991.0;

impl Parser {
    pub(super) fn case(&mut self, at: &At, items: &[Json], expected: Option<&Type>) -> Parsed {
        if items.len() < 4 {
            return self.fail(
                at,
                format!("Expected at least 3 arguments, but found only {}.", items.len() - 1),
            );
        }
        if !items.len().is_multiple_of(2) {
            return self.fail(at, "Expected an odd number of arguments.");
        }
        let mut outputs = Outputs::new(expected);
        let mut branches = Vec::new();
        for i in (1..items.len() - 1).step_by(2) {
            let test = self.item(at, items, i, Some(&Type::Boolean))?;
            branches.push((test, outputs.parse(self, at, items, i + 1, i + 1)?));
        }
        let otherwise = outputs.parse(self, at, items, items.len() - 1, items.len() - 1)?;
        Some(Expr::new(outputs.ty(), Node::Case(branches, Box::new(otherwise)), at.key.clone()))
    }

    /// `match`.
    pub(super) fn branch(&mut self, at: &At, items: &[Json], expected: Option<&Type>) -> Parsed {
        self.count_pairs(at, items)?;
        let mut outputs = Outputs::new(expected);
        let mut arms: Vec<(Vec<Value>, Expr)> = Vec::new();
        let mut input_type: Option<Type> = None;
        let mut seen = std::collections::BTreeSet::new();
        for i in (2..items.len() - 1).step_by(2) {
            let there = at.inner(i);
            let labels = match &items[i] {
                Json::Array(labels) => labels.as_slice(),
                label => std::slice::from_ref(label),
            };
            if labels.is_empty() {
                return self.fail(&there, "Expected at least one branch label.");
            }
            for label in labels {
                match label {
                    Json::Number(n) => {
                        let n = n.as_f64().unwrap_or(f64::INFINITY);
                        if n.abs() > MAX_SAFE_INTEGER {
                            return self.fail(
                                &there,
                                format!(
                                    "Branch labels must be integers no larger than \
                                    {MAX_SAFE_INTEGER}."
                                ),
                            );
                        }
                        if n.fract() != 0.0 {
                            return self
                                .fail(&there, "Numeric branch labels must be integer values.");
                        }
                    }
                    Json::String(_) => {}
                    _ => return self.fail(&there, "Branch labels must be numbers or strings."),
                }
                let value = Datum::Plain(Value::from(label).in_style());
                match &input_type {
                    None => input_type = Some(value.type_of()),
                    Some(ty) => self.check(&there, ty, &value.type_of())?,
                }
                if !seen.insert(value.to_text()) {
                    return self.fail(&there, "Branch labels must be unique.");
                }
            }
            let labels = labels.iter().map(Value::from).collect();
            arms.push((labels, outputs.parse(self, at, items, i + 1, i)?));
        }
        let input = self.item(at, items, 1, Some(&Type::Value))?;
        let otherwise =
            Box::new(outputs.parse(self, at, items, items.len() - 1, items.len() - 1)?);
        if let Some(ty) = input_type.filter(|_| input.ty != Type::Value) {
            self.check(&at.inner(1), &ty, &input.ty)?;
        }
        Some(Expr::new(
            outputs.ty(),
            Node::Match { input: Box::new(input), arms, otherwise },
            at.key.clone(),
        ))
    }

    pub(super) fn coalesce(&mut self, at: &At, items: &[Json], expected: Option<&Type>) -> Parsed {
        if items.len() < 2 {
            return self.fail(at, "Expected at least one argument.");
        }
        let mut ty = expected.filter(|e| **e != Type::Value).cloned();
        let mut args = Vec::new();
        for (i, item) in items.iter().enumerate().skip(1) {
            let arg = self.parse(&at.inner(i), item, ty.as_ref(), Annotation::Omit)?;
            ty.get_or_insert_with(|| arg.ty.clone());
            args.push(arg);
        }
        // Arguments are not asserted one by one, since null must pass; the whole is, where any
        // would have been.
        let unsure = expected.is_some_and(|e| args.iter().any(|a| !e.takes(&a.ty)));
        let ty = if unsure { Type::Value } else { ty.unwrap_or(Type::Value) };
        Some(Expr::new(ty, Node::Coalesce(args), at.key.clone()))
    }
}

/// The outputs of one branching operator must agree: with what is expected, or else with the first
/// of them.
pub(super) struct Outputs {
    ty: Option<Type>,
}

impl Outputs {
    pub(super) fn new(expected: Option<&Type>) -> Self {
        Self { ty: expected.filter(|e| **e != Type::Value).cloned() }
    }

    /// Parses the item at `index`; errors are said to be at `key`.
    pub(super) fn parse(
        &mut self,
        parser: &mut Parser,
        at: &At,
        items: &[Json],
        index: usize,
        key: usize,
    ) -> Parsed {
        let output =
            parser.parse(&at.inner(key), items.get(index)?, self.ty.as_ref(), Annotation::Usual)?;
        self.ty.get_or_insert_with(|| output.ty.clone());
        Some(output)
    }

    pub(super) fn ty(self) -> Type {
        self.ty.unwrap_or(Type::Value)
    }
}
