//! One style property: a constant or an expression, its default, and its value in a context.

use std::sync::Arc;

use serde_json::Value as Json;

use super::expression::{self, Context, Datum, Dependence, Expr, ParseError, Type};
use super::legacy;
use crate::color::Color;
use crate::feature::Value;

/// A property's value as the drawing code wants it.
pub trait FromDatum: Sized + Clone {
    /// Whether values can be interpolated.
    const MIXES: bool;

    fn expected() -> Type;
    fn from_datum(datum: &Datum) -> Option<Self>;
}

/// A property of a layer, ready to be evaluated.
#[derive(Debug, Clone)]
pub struct Property<T> {
    value: Either<T>,
    default: T,
}

#[derive(Debug, Clone)]
enum Either<T> {
    Constant(T),
    Computed(Expr),
}

impl<T: FromDatum> Property<T> {
    pub(super) fn constant(value: T) -> Self {
        Self { value: Either::Constant(value.clone()), default: value }
    }

    pub(super) fn parse(json: &Json, default: T) -> Result<Self, ParseError> {
        let json = legacy::function_to_expression(json, T::MIXES);
        let expr = match bare_array(&json) {
            Some(literal) => expression::parse(&literal, Some(&T::expected()))?,
            None => expression::parse(&json, Some(&T::expected()))?,
        };
        let value = match expr.as_literal() {
            Some(datum) => match T::from_datum(datum) {
                Some(value) => Either::Constant(value),
                None => {
                    let message = format!("Expected {} but found {} instead.", T::expected(), datum.to_text());
                    return Err(ParseError { key: String::new(), message });
                }
            },
            // A constant that did not fold is one that cannot be computed: evaluating it tells why.
            None if expr.dependence() == Dependence::default() => {
                let nowhere = Context { zoom: 0.0, feature: None, geometry_type: "", state: &Default::default() };
                let message = expr.eval(&nowhere).err().map_or_else(String::new, |e| e.0);
                return Err(ParseError { key: String::new(), message });
            }
            None => Either::Computed(expr),
        };
        Ok(Self { value, default })
    }

    /// The value in `context`, or the default where the expression has none.
    pub fn eval(&self, context: &Context) -> T {
        match &self.value {
            Either::Constant(value) => value.clone(),
            Either::Computed(expr) => {
                expr.eval(context).ok().and_then(|d| T::from_datum(&d)).unwrap_or_else(|| self.default.clone())
            }
        }
    }

    /// The value, where it is the same in every context.
    pub fn as_constant(&self) -> Option<&T> {
        match &self.value {
            Either::Constant(value) => Some(value),
            Either::Computed(_) => None,
        }
    }

    pub fn dependence(&self) -> Dependence {
        match &self.value {
            Either::Constant(_) => Dependence::default(),
            Either::Computed(expr) => expr.dependence(),
        }
    }
}

/// `[1, 2]` is a literal where a property takes an array; any other array is an expression.
fn bare_array(json: &Json) -> Option<Json> {
    let items = json.as_array()?;
    let plain = items.iter().all(|i| i.is_number());
    plain.then(|| serde_json::json!(["literal", items]))
}

impl FromDatum for f64 {
    const MIXES: bool = true;

    fn expected() -> Type {
        Type::Number
    }

    fn from_datum(datum: &Datum) -> Option<Self> {
        match datum {
            Datum::Plain(Value::Number(n)) if n.is_finite() => Some(*n),
            _ => None,
        }
    }
}

impl FromDatum for Color {
    const MIXES: bool = true;

    fn expected() -> Type {
        Type::Color
    }

    fn from_datum(datum: &Datum) -> Option<Self> {
        match datum {
            Datum::Color(c) => Some(*c),
            _ => None,
        }
    }
}

impl FromDatum for Arc<str> {
    const MIXES: bool = false;

    fn expected() -> Type {
        Type::String
    }

    fn from_datum(datum: &Datum) -> Option<Self> {
        match datum {
            Datum::Plain(Value::Text(t)) => Some(t.clone()),
            _ => None,
        }
    }
}

/// The name of an image; `None` where an expression gives no image for a feature.
#[derive(Debug, Clone, PartialEq)]
pub struct ImageName(pub Option<Arc<str>>);

impl FromDatum for ImageName {
    const MIXES: bool = false;

    fn expected() -> Type {
        Type::Image
    }

    fn from_datum(datum: &Datum) -> Option<Self> {
        match datum {
            Datum::Image(name) => Some(Self(Some(name.clone()).filter(|n| !n.is_empty()))),
            _ => None,
        }
    }
}

impl FromDatum for [f64; 2] {
    const MIXES: bool = true;

    fn expected() -> Type {
        Type::Array(Box::new(Type::Number), Some(2))
    }

    fn from_datum(datum: &Datum) -> Option<Self> {
        Vec::from_datum(datum)?.try_into().ok()
    }
}

impl FromDatum for Vec<f64> {
    const MIXES: bool = false;

    fn expected() -> Type {
        Type::array_of(Type::Number)
    }

    fn from_datum(datum: &Datum) -> Option<Self> {
        let Datum::Plain(Value::Array(items)) = datum else { return None };
        items.iter().map(|i| f64::from_datum(&Datum::Plain(i.clone()))).collect()
    }
}
