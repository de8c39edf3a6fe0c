//! Values of one type as another, as the specification's `to-` operators and the types of
//! properties have them.

use std::sync::Arc;

use super::datum::{Datum, Type};
use super::structured::{AnchorOffset, Formatted};
use crate::color::Color;
use crate::feature::Value;
use crate::style::keyword::{Anchor, Keyword};

/// The datum as `ty`; an error may say why it can't be.
pub(super) fn converted(ty: &Type, datum: &Datum) -> Result<Datum, Option<String>> {
    match ty {
        Type::Boolean => Ok(Datum::bool(datum.is_truthy())),
        Type::Number => to_number(datum).map(Datum::number).ok_or(None),
        Type::Color => match datum {
            Datum::Color(_) => Ok(datum.clone()),
            Datum::Plain(Value::Text(t)) => Color::parse(t).map(Datum::Color).ok_or(None),
            Datum::Plain(Value::Array(parts)) if parts.len() == 3 || parts.len() == 4 => {
                color_of_parts(parts).map(Datum::Color).map_err(|e| Some(e.to_string()))
            }
            Datum::Plain(Value::Array(_)) => Err(Some(format!(
                "Invalid rgba value {}: expected an array containing either three or four numeric \
                 values.",
                datum.json_text()
            ))),
            _ => Err(None),
        },
        Type::Padding => padding(datum).ok_or(None),
        Type::NumberArray => number_array(datum).ok_or(None),
        Type::ColorArray => color_array(datum).ok_or(None),
        Type::AnchorOffsets => anchor_offsets(datum).ok_or(None),
        Type::Projection if is_projection(datum) => Ok(datum.clone()),
        Type::Projection => Err(None),
        Type::Formatted => match datum {
            Datum::Formatted(_) => Ok(datum.clone()),
            other => Ok(Datum::Formatted(Arc::new(Formatted::plain(other.to_text())))),
        },
        Type::Image => Ok(Datum::image(&datum.to_text())),
        _ => Ok(Datum::text(datum.to_text())),
    }
}

/// ECMAScript's `Number`.
fn to_number(datum: &Datum) -> Option<f64> {
    match datum {
        Datum::Plain(Value::Null) => Some(0.0),
        Datum::Plain(Value::Bool(b)) => Some(f64::from(u8::from(*b))),
        Datum::Plain(Value::Number(n)) if !n.is_nan() => Some(*n),
        Datum::Plain(Value::Text(t)) => match t.trim() {
            "" => Some(0.0),
            "Infinity" | "+Infinity" => Some(f64::INFINITY),
            "-Infinity" => Some(f64::NEG_INFINITY),
            hex if hex.starts_with("0x") || hex.starts_with("0X") => {
                u64::from_str_radix(&hex[2..], 16).ok().map(|n| n as f64)
            }
            digits
                if digits
                    .bytes()
                    .all(|b| matches!(b, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-')) =>
            {
                digits.parse().ok()
            }
            _ => None,
        },
        Datum::Plain(Value::Array(items)) => match &**items {
            [] => Some(0.0),
            [Value::Bool(_)] => None,
            [one] => to_number(&Datum::Plain(one.clone())),
            _ => None,
        },
        _ => None,
    }
}

/// Why numbers are no colour, in MapLibre's words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("Invalid rgba value [{parts}]: {expected}.")]
pub(super) struct RgbaError {
    parts: String,
    expected: &'static str,
}

/// A colour from `[r, g, b]` or `[r, g, b, a]`, 0..=255 but alpha 0..=1.
pub(super) fn color_of_parts(parts: &[Value]) -> Result<Color, RgbaError> {
    let number = |i: usize| match parts.get(i) {
        Some(Value::Number(n)) => Some(*n),
        _ => None,
    };
    let wrong = |expected| {
        let texts: Vec<String> = parts.iter().map(|p| Datum::Plain(p.clone()).to_text()).collect();
        RgbaError { parts: texts.join(", "), expected }
    };
    let channel = |i: usize| number(i).filter(|v| (0.0..=255.0).contains(v));
    let (Some(r), Some(g), Some(b)) = (channel(0), channel(1), channel(2)) else {
        return Err(wrong("'r', 'g', and 'b' must be between 0 and 255"));
    };
    let alpha = if parts.len() > 3 { number(3) } else { Some(1.0) };
    match alpha.filter(|a| (0.0..=1.0).contains(a)) {
        Some(a) => Ok(Color::new(r / 255.0, g / 255.0, b / 255.0, a)),
        None => Err(wrong("'a' must be between 0 and 1")),
    }
}

fn numbers(items: &[Value]) -> Option<Vec<f64>> {
    items.iter().map(|v| if let Value::Number(n) = v { Some(*n) } else { None }).collect()
}

/// One to four numbers in the order of CSS.
fn padding(datum: &Datum) -> Option<Datum> {
    let sides = match datum {
        Datum::Padding(sides) => *sides,
        Datum::Plain(Value::Number(n)) => [*n; 4],
        Datum::Plain(Value::Array(items)) => match numbers(items)?[..] {
            [all] => [all; 4],
            [y, x] => [y, x, y, x],
            [top, x, bottom] => [top, x, bottom, x],
            [top, right, bottom, left] => [top, right, bottom, left],
            _ => return None,
        },
        _ => return None,
    };
    Some(Datum::Padding(sides))
}

fn number_array(datum: &Datum) -> Option<Datum> {
    match datum {
        Datum::Numbers(_) => Some(datum.clone()),
        Datum::Plain(Value::Number(n)) => Some(Datum::Numbers([*n].into())),
        Datum::Plain(Value::Array(items)) => Some(Datum::Numbers(numbers(items)?.into())),
        _ => None,
    }
}

fn color_array(datum: &Datum) -> Option<Datum> {
    let parse = |v: &Value| if let Value::Text(t) = v { Color::parse(t) } else { None };
    match datum {
        Datum::Colors(_) => Some(datum.clone()),
        Datum::Plain(text @ Value::Text(_)) => Some(Datum::Colors([parse(text)?].into())),
        Datum::Plain(Value::Array(items)) => {
            Some(Datum::Colors(items.iter().map(parse).collect::<Option<Vec<_>>>()?.into()))
        }
        _ => None,
    }
}

/// Anchor names and offsets in turn.
pub(in crate::style) fn anchor_offsets(datum: &Datum) -> Option<Datum> {
    let items = match datum {
        Datum::AnchorOffsets(_) => return Some(datum.clone()),
        Datum::Plain(Value::Array(items)) if !items.is_empty() && items.len() % 2 == 0 => items,
        _ => return None,
    };
    let one = |pair: &[Value]| match pair {
        [Value::Text(name), Value::Array(offset)] => Some(AnchorOffset {
            anchor: Anchor::from_word(name)?,
            offset: numbers(offset)?.try_into().ok()?,
        }),
        _ => None,
    };
    Some(Datum::AnchorOffsets(items.chunks_exact(2).map(one).collect::<Option<Vec<_>>>()?.into()))
}

/// Whether the value names a projection; it is used as it is.
fn is_projection(datum: &Datum) -> bool {
    match datum {
        Datum::Projection(_) | Datum::Plain(Value::Text(_)) => true,
        Datum::Plain(Value::Array(items)) => {
            matches!(&**items, [Value::Text(_), Value::Text(_), Value::Number(_)])
        }
        Datum::Plain(Value::Object(o)) => {
            let text = |key: &str| matches!(o.get(key), Some(Value::Text(_)));
            text("from") && text("to") && matches!(o.get("transition"), Some(Value::Number(_)))
        }
        _ => false,
    }
}
