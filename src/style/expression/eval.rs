//! Evaluation of a parsed tree.

use std::cmp::Ordering;

use super::datum::{Datum, Type};
use super::{Context, Expr, Node, interpolate};
use crate::color::Color;
use crate::feature::Value;

/// Why an expression has no answer for one feature: a value was not of the type it was said to be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct EvalError(pub String);

/// `==`, `!=`, `<`, `>`, `<=`, `>=`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    NotEqual,
    Less,
    Greater,
    LessOrEqual,
    GreaterOrEqual,
}

impl Expr {
    /// The answer in `context`.
    pub fn eval(&self, context: &Context) -> Result<Datum, EvalError> {
        match &self.node {
            Node::Literal(datum) => Ok(datum.clone()),
            Node::Call(f, args) => (f.eval)(context, args),
            Node::Bound(expr) => expr.eval(context),
            Node::Assert(args) => assert(&self.ty, args, context),
            Node::Coerce(args) => coerce(&self.ty, args, context),
            Node::All(args) => {
                for arg in args {
                    if !arg.eval_bool(context)? {
                        return Ok(Datum::bool(false));
                    }
                }
                Ok(Datum::bool(true))
            }
            Node::Any(args) => {
                for arg in args {
                    if arg.eval_bool(context)? {
                        return Ok(Datum::bool(true));
                    }
                }
                Ok(Datum::bool(false))
            }
            Node::Case(branches, otherwise) => {
                for (test, output) in branches {
                    if test.eval_bool(context)? {
                        return output.eval(context);
                    }
                }
                otherwise.eval(context)
            }
            Node::Match { input, arms, otherwise } => {
                let input = input.eval(context)?;
                let hit =
                    arms.iter().find(|(labels, _)| labels.iter().any(|l| matches!(&input, Datum::Plain(v) if v == l)));
                hit.map_or(&**otherwise, |(_, output)| output).eval(context)
            }
            Node::Coalesce(args) => {
                let mut last = Datum::NULL;
                for arg in args {
                    last = arg.eval(context)?;
                    if last != Datum::NULL {
                        break;
                    }
                }
                Ok(last)
            }
            Node::Compare(op, sides) => compare(*op, &sides[0].eval(context)?, &sides[1].eval(context)?),
            Node::Step { input, stops } => {
                let at = input.eval_number(context)?;
                stops[interpolate::stop_below(stops, at)].1.eval(context)
            }
            Node::Interpolate { curve, space, input, stops } => {
                let at = input.eval_number(context)?;
                let i = interpolate::stop_below(stops, at);
                let (low, output) = &stops[i];
                if at <= *low || i + 1 == stops.len() {
                    return output.eval(context);
                }
                let (high, next) = &stops[i + 1];
                let t = curve.factor(at, *low, *high);
                let (a, b) = (output.eval(context)?, next.eval(context)?);
                interpolate::mix(*space, &a, &b, t).ok_or_else(|| {
                    EvalError(format!("Cannot interpolate between {} and {}.", a.to_text(), b.to_text()))
                })
            }
        }
    }

    pub(super) fn eval_number(&self, context: &Context) -> Result<f64, EvalError> {
        match self.eval(context)? {
            Datum::Plain(Value::Number(n)) => Ok(n),
            other => Err(not_of(&Type::Number, &other)),
        }
    }

    pub(super) fn eval_bool(&self, context: &Context) -> Result<bool, EvalError> {
        match self.eval(context)? {
            Datum::Plain(Value::Bool(b)) => Ok(b),
            other => Err(not_of(&Type::Boolean, &other)),
        }
    }

    pub(super) fn eval_text(&self, context: &Context) -> Result<std::sync::Arc<str>, EvalError> {
        match self.eval(context)? {
            Datum::Plain(Value::Text(t)) => Ok(t),
            other => Err(not_of(&Type::String, &other)),
        }
    }
}

pub(super) fn not_of(expected: &Type, found: &Datum) -> EvalError {
    EvalError(format!("Expected value to be of type {expected}, but found {} instead.", found.type_of()))
}

/// The first argument of the wanted type.
fn assert(ty: &Type, args: &[Expr], context: &Context) -> Result<Datum, EvalError> {
    let mut last = Datum::NULL;
    for arg in args {
        last = arg.eval(context)?;
        if ty.takes(&last.type_of()) {
            return Ok(last);
        }
    }
    Err(not_of(ty, &last))
}

/// The first argument that can be turned into the wanted type.
fn coerce(ty: &Type, args: &[Expr], context: &Context) -> Result<Datum, EvalError> {
    let mut last = Datum::NULL;
    for arg in args {
        last = arg.eval(context)?;
        if let Some(datum) = coerce_one(ty, &last) {
            return Ok(datum);
        }
    }
    Err(match ty {
        Type::Color => EvalError(format!("Could not parse color from value '{}'", last.to_text())),
        _ => EvalError(format!("Could not convert {} to {ty}.", last.to_text())),
    })
}

fn coerce_one(ty: &Type, datum: &Datum) -> Option<Datum> {
    match ty {
        Type::Boolean => Some(Datum::bool(datum.is_truthy())),
        Type::String => Some(Datum::text(datum.to_text())),
        Type::Number => match datum {
            Datum::Plain(Value::Null) => Some(Datum::number(0.0)),
            Datum::Plain(Value::Bool(b)) => Some(Datum::number(f64::from(u8::from(*b)))),
            Datum::Plain(Value::Number(_)) => Some(datum.clone()),
            Datum::Plain(Value::Text(t)) if t.trim().is_empty() => Some(Datum::number(0.0)),
            Datum::Plain(Value::Text(t)) => t.trim().parse().ok().map(Datum::number),
            _ => None,
        },
        Type::Color => match datum {
            Datum::Color(_) => Some(datum.clone()),
            Datum::Plain(Value::Text(t)) => Color::parse(t).map(Datum::Color),
            Datum::Plain(Value::Array(parts)) => color_from_parts(parts).map(Datum::Color),
            _ => None,
        },
        Type::Image => Some(Datum::Image(datum.to_text().into())),
        _ => None,
    }
}

/// A colour from `[r, g, b]` or `[r, g, b, a]`; 0..=255 but alpha 0..=1.
pub(super) fn color_from_parts(parts: &[Value]) -> Option<Color> {
    let numbers: Vec<f64> =
        parts.iter().map(|v| if let Value::Number(n) = v { Some(*n) } else { None }).collect::<Option<_>>()?;
    let (rgb, alpha) = match numbers[..] {
        [r, g, b] => ([r, g, b], 1.0),
        [r, g, b, a] => ([r, g, b], a),
        _ => return None,
    };
    let ok = rgb.iter().all(|v| (0.0..=255.0).contains(v)) && (0.0..=1.0).contains(&alpha);
    ok.then(|| Color::new(rgb[0] / 255.0, rgb[1] / 255.0, rgb[2] / 255.0, alpha))
}

fn compare(op: Comparison, a: &Datum, b: &Datum) -> Result<Datum, EvalError> {
    match op {
        Comparison::Equal => return Ok(Datum::bool(a == b)),
        Comparison::NotEqual => return Ok(Datum::bool(a != b)),
        _ => {}
    }
    let order = match (a, b) {
        (Datum::Plain(Value::Number(a)), Datum::Plain(Value::Number(b))) => a.partial_cmp(b),
        (Datum::Plain(Value::Text(a)), Datum::Plain(Value::Text(b))) => Some(a.cmp(b)),
        _ => {
            return Err(EvalError(format!(
                "Expected arguments for comparison to be (string, string) or (number, number), but found ({}, {}) instead.",
                a.type_of(),
                b.type_of()
            )));
        }
    };
    Ok(Datum::bool(match op {
        Comparison::Less => order == Some(Ordering::Less),
        Comparison::Greater => order == Some(Ordering::Greater),
        Comparison::LessOrEqual => matches!(order, Some(Ordering::Less | Ordering::Equal)),
        _ => matches!(order, Some(Ordering::Greater | Ordering::Equal)),
    }))
}
