//! The types of the expression language and the values expressions give.

use std::fmt;
use std::sync::Arc;

use super::collation::Collation;
use super::structured::{AnchorOffset, Formatted, Image, Projection};
use crate::color::Color;
use crate::feature::Value;
use crate::style::keyword::Keyword;

/// A static type. `Value` is any of the others that data or a literal can hold; `Error` fits
/// everywhere.
#[derive(Debug, Clone, PartialEq)]
pub enum Type {
    Null,
    Boolean,
    Number,
    String,
    Color,
    Object,
    Image,
    Formatted,
    Padding,
    NumberArray,
    ColorArray,
    AnchorOffsets,
    Projection,
    Collator,
    Error,
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
            (_, Type::Error) => true,
            (Type::Value, other) => match other {
                Type::Collator => false,
                Type::Array(item, _) => Type::Value.takes(item),
                _ => true,
            },
            (Type::Array(item, length), Type::Array(other_item, other_length)) => {
                let empty = *other_length == Some(0) && **other_item == Type::Value;
                (empty || item.takes(other_item)) && (length.is_none() || length == other_length)
            }
            _ => self == other,
        }
    }

    /// Whether outputs of this type can be interpolated.
    pub(super) fn mixes(&self) -> bool {
        match self {
            Type::Array(item, length) => **item == Type::Number && length.is_some(),
            Type::Number
            | Type::Color
            | Type::Padding
            | Type::NumberArray
            | Type::ColorArray
            | Type::AnchorOffsets
            | Type::Projection => true,
            _ => false,
        }
    }

    /// The type's name without its parameters: every array is `array`.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Type::Null => "null",
            Type::Boolean => "boolean",
            Type::Number => "number",
            Type::String => "string",
            Type::Color => "color",
            Type::Object => "object",
            Type::Image => "resolvedImage",
            Type::Formatted => "formatted",
            Type::Padding => "padding",
            Type::NumberArray => "numberArray",
            Type::ColorArray => "colorArray",
            Type::AnchorOffsets => "variableAnchorOffsetCollection",
            Type::Projection => "projectionDefinition",
            Type::Collator => "collator",
            Type::Error => "error",
            Type::Value => "value",
            Type::Array(..) => "array",
        }
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Type::Array(item, None) if **item == Type::Value => f.write_str("array"),
            Type::Array(item, None) => write!(f, "array<{item}>"),
            Type::Array(item, Some(n)) => write!(f, "array<{item}, {n}>"),
            plain => f.write_str(plain.kind()),
        }
    }
}

/// What an expression gives.
#[derive(Debug, Clone, PartialEq)]
pub enum Datum {
    /// A JSON value.
    Plain(Value),
    Color(Color),
    Image(Image),
    Formatted(Arc<Formatted>),
    /// Top, right, bottom, left.
    Padding([f64; 4]),
    Numbers(Arc<[f64]>),
    Colors(Arc<[Color]>),
    AnchorOffsets(Arc<[AnchorOffset]>),
    Projection(Arc<Projection>),
    Collator(Arc<Collation>),
    /// An array that holds something other than JSON values.
    List(Arc<[Datum]>),
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

    /// The array of these; of JSON values where all of them are.
    pub(super) fn list(items: Vec<Datum>) -> Self {
        let plain = |d: &Datum| if let Datum::Plain(v) = d { Some(v.clone()) } else { None };
        match items.iter().map(plain).collect::<Option<Vec<Value>>>() {
            Some(values) => Datum::Plain(Value::Array(values.into())),
            None => Datum::List(items.into()),
        }
    }

    /// Bytes and items in it; what is used twice counts twice.
    pub(super) fn weight(&self) -> usize {
        fn of(value: &Value) -> usize {
            match value {
                Value::Text(t) => 1 + t.len(),
                Value::Array(items) => items.iter().map(of).fold(1, usize::saturating_add),
                Value::Object(members) => members.values().map(of).fold(1, usize::saturating_add),
                Value::Null | Value::Bool(_) | Value::Number(_) | Value::Large(_) => 1,
            }
        }
        match self {
            Datum::Plain(value) => of(value),
            Datum::List(items) => items.iter().map(Datum::weight).fold(1, usize::saturating_add),
            _ => 1,
        }
    }

    /// The image of that name; none for an empty name.
    pub(super) fn image(name: &str) -> Self {
        match name {
            "" => Datum::NULL,
            name => Datum::Image(Image { name: name.into(), available: false }),
        }
    }

    pub fn type_of(&self) -> Type {
        match self {
            Datum::Color(_) => Type::Color,
            Datum::Image(_) => Type::Image,
            Datum::Plain(value) => type_of_value(value),
            Datum::Formatted(_) => Type::Formatted,
            Datum::Padding(_) => Type::Padding,
            Datum::Numbers(_) => Type::NumberArray,
            Datum::Colors(_) => Type::ColorArray,
            Datum::AnchorOffsets(_) => Type::AnchorOffsets,
            Datum::Projection(_) => Type::Projection,
            Datum::Collator(_) => Type::Collator,
            Datum::List(items) => array_type(items.iter().map(Datum::type_of), items.len()),
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
            Datum::Image(image) => image.name.to_string(),
            Datum::Formatted(formatted) => formatted.sections.iter().map(|s| &*s.text).collect(),
            Datum::Projection(p) if p.from == p.to && p.transition == 1.0 => p.from.to_string(),
            Datum::Color(c) => {
                let byte = |v: f64| (v * 255.0).round();
                format!("rgba({},{},{},{})", byte(c.r), byte(c.g), byte(c.b), number_text(c.a))
            }
            other => other.json_text(),
        }
    }

    /// The value as ECMAScript's `JSON.stringify` writes it.
    pub(super) fn json_text(&self) -> String {
        let join = |items: Vec<String>| format!("[{}]", items.join(","));
        let numbers = |items: &[f64]| join(items.iter().map(|n| number_text(*n)).collect());
        match self {
            Datum::Plain(value) => value_json(value),
            Datum::Padding(sides) => numbers(sides),
            Datum::Numbers(items) => numbers(items),
            Datum::List(items) => join(items.iter().map(Datum::json_text).collect()),
            Datum::Colors(colors) => join(colors.iter().map(|c| color_json(*c)).collect()),
            Datum::Color(c) => color_json(*c),
            Datum::AnchorOffsets(items) => join(
                items
                    .iter()
                    .map(|a| format!("\"{}\",{}", a.anchor.word(), numbers(&a.offset)))
                    .collect(),
            ),
            Datum::Projection(p) => {
                format!("[\"{}\",\"{}\",{}]", p.from, p.to, number_text(p.transition))
            }
            Datum::Image(_) | Datum::Formatted(_) => text_json(&self.to_text()),
            Datum::Collator(_) => "{}".to_string(),
        }
    }
}

fn color_json(c: Color) -> String {
    let [r, g, b] = [c.r, c.g, c.b].map(|v| number_text(v * c.a));
    format!("{{\"r\":{r},\"g\":{g},\"b\":{b},\"a\":{}}}", number_text(c.a))
}

fn value_json(value: &Value) -> String {
    match value {
        Value::Number(n) if !n.is_finite() => "null".to_string(),
        Value::Number(n) => number_text(*n),
        Value::Array(items) => {
            format!("[{}]", items.iter().map(value_json).collect::<Vec<_>>().join(","))
        }
        Value::Object(members) => {
            let member = |(key, value): (&Arc<str>, &Value)| {
                format!("{}:{}", text_json(key), value_json(value))
            };
            format!("{{{}}}", members.iter().map(member).collect::<Vec<_>>().join(","))
        }
        Value::Text(text) => text_json(text),
        Value::Null | Value::Bool(_) | Value::Large(_) => value.to_json().to_string(),
    }
}

fn text_json(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn type_of_value(value: &Value) -> Type {
    match value {
        Value::Null => Type::Null,
        Value::Bool(_) => Type::Boolean,
        Value::Number(_) | Value::Large(_) => Type::Number,
        Value::Text(_) => Type::String,
        Value::Object(_) => Type::Object,
        Value::Array(items) => array_type(items.iter().map(type_of_value), items.len()),
    }
}

/// Arrays within arrays are of type `value` as soon as there are two: the reference compares item
/// types by identity.
fn array_type(mut items: impl Iterator<Item = Type>, length: usize) -> Type {
    let item = match items.next() {
        Some(first @ Type::Array(..)) if length > 1 => {
            drop(first);
            Type::Value
        }
        Some(first) if items.all(|t| t == first) => first,
        _ => Type::Value,
    };
    Type::Array(Box::new(item), Some(length))
}

/// A number as ECMAScript writes it.
pub(super) fn number_text(n: f64) -> String {
    ryu_js::Buffer::new().format(n).to_string()
}
