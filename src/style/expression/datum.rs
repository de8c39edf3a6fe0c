//! The types of the expression language and the values expressions give.

use std::fmt;
use std::sync::Arc;

use crate::color::Color;
use crate::feature::Value;

/// A static type. `Value` is any of the others.
#[derive(Debug, Clone, PartialEq)]
pub enum Type {
    Null,
    Boolean,
    Number,
    String,
    Color,
    Object,
    Image,
    Value,
    Array(Box<Type>, Option<usize>),
}

impl Type {
    pub fn array_of(item: Type) -> Self {
        Type::Array(Box::new(item), None)
    }

    /// Whether everything of type `other` is of this type.
    pub fn takes(&self, other: &Type) -> bool {
        match (self, other) {
            (Type::Value, _) => true,
            (Type::Array(item, length), Type::Array(other_item, other_length)) => {
                let empty = *other_length == Some(0) && **other_item == Type::Value;
                (empty || item.takes(other_item)) && (length.is_none() || length == other_length)
            }
            _ => self == other,
        }
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Type::Null => f.write_str("null"),
            Type::Boolean => f.write_str("boolean"),
            Type::Number => f.write_str("number"),
            Type::String => f.write_str("string"),
            Type::Color => f.write_str("color"),
            Type::Object => f.write_str("object"),
            Type::Image => f.write_str("resolvedImage"),
            Type::Value => f.write_str("value"),
            Type::Array(item, None) if **item == Type::Value => f.write_str("array"),
            Type::Array(item, None) => write!(f, "array<{item}>"),
            Type::Array(item, Some(n)) => write!(f, "array<{item}, {n}>"),
        }
    }
}

/// What an expression gives: a JSON value, a colour or the name of an image.
#[derive(Debug, Clone, PartialEq)]
pub enum Datum {
    Plain(Value),
    Color(Color),
    Image(Arc<str>),
}

impl Datum {
    pub const NULL: Datum = Datum::Plain(Value::Null);

    pub fn number(n: f64) -> Self {
        Datum::Plain(Value::Number(n))
    }

    pub fn bool(b: bool) -> Self {
        Datum::Plain(Value::Bool(b))
    }

    pub fn text(t: impl Into<Arc<str>>) -> Self {
        Datum::Plain(Value::Text(t.into()))
    }

    pub fn type_of(&self) -> Type {
        match self {
            Datum::Color(_) => Type::Color,
            Datum::Image(_) => Type::Image,
            Datum::Plain(value) => type_of_value(value),
        }
    }

    /// The specification's `to-boolean`.
    pub fn is_truthy(&self) -> bool {
        match self {
            Datum::Plain(Value::Null) => false,
            Datum::Plain(Value::Bool(b)) => *b,
            Datum::Plain(Value::Number(n)) => *n != 0.0 && !n.is_nan(),
            Datum::Plain(Value::Text(t)) => !t.is_empty(),
            _ => true,
        }
    }

    /// The specification's `to-string`.
    pub fn to_text(&self) -> String {
        match self {
            Datum::Plain(Value::Null) => String::new(),
            Datum::Plain(Value::Text(t)) => t.to_string(),
            Datum::Plain(Value::Number(n)) => number_text(*n),
            Datum::Plain(value) => value.to_json().to_string(),
            Datum::Image(name) => name.to_string(),
            Datum::Color(c) => {
                let byte = |v: f64| (v * 255.0).round();
                format!("rgba({},{},{},{})", byte(c.r), byte(c.g), byte(c.b), number_text(c.a))
            }
        }
    }
}

fn type_of_value(value: &Value) -> Type {
    match value {
        Value::Null => Type::Null,
        Value::Bool(_) => Type::Boolean,
        Value::Number(_) => Type::Number,
        Value::Text(_) => Type::String,
        Value::Object(_) => Type::Object,
        Value::Array(items) => {
            let mut types = items.iter().map(type_of_value);
            let item = match types.next() {
                Some(first) if types.all(|t| t == first) => first,
                _ => Type::Value,
            };
            Type::Array(Box::new(item), Some(items.len()))
        }
    }
}

/// A number as ECMAScript writes it, for the magnitudes found in styles.
pub(super) fn number_text(n: f64) -> String {
    if n == 0.0 { "0".to_string() } else { format!("{n}") }
}
