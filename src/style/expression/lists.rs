//! How the operators that look into arrays and texts are computed.

use super::datum::{Datum, Type, number_text};
use super::eval_error::{EvalError, not_of};
use super::{Context, Expr};
use crate::feature::Value;

/// `at`.
pub(super) fn at(c: &Context, a: &[Expr], key: &str) -> Result<Datum, EvalError> {
    let index = a[0].eval_number(c)?;
    let list = a[1].eval(c)?;
    let length = match &list {
        Datum::Plain(Value::Array(items)) => items.len(),
        Datum::List(items) => items.len(),
        other => return Err(not_of(&Type::array_of(Type::Value), other, key)),
    };
    let shown = number_text(index);
    if index < 0.0 {
        return Err(EvalError::new(key, format!("Array index out of bounds: {shown} < 0.")));
    }
    if index >= length as f64 {
        let last = length as i64 - 1;
        return Err(EvalError::new(key, format!("Array index out of bounds: {shown} > {last}.")));
    }
    if index.fract() != 0.0 || index.is_nan() {
        return Err(EvalError::new(
            key,
            format!("Array index must be an integer, but found {shown} instead."),
        ));
    }
    Ok(match &list {
        Datum::Plain(Value::Array(items)) => Datum::Plain(items[index as usize].clone()),
        Datum::List(items) => items[index as usize].clone(),
        _ => Datum::NULL,
    })
}

/// Refuses to look for what has parts.
fn needle(c: &Context, needle: &Expr, key: &str) -> Result<Value, EvalError> {
    match needle.eval(c)? {
        Datum::Plain(
            value @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::Text(_)),
        ) => Ok(value),
        other => Err(EvalError::new(
            key,
            format!(
                "Expected first argument to be of type boolean, string, number or null, but found \
                 {} instead.",
                other.type_of()
            ),
        )),
    }
}

fn not_a_list(argument: &str, found: &Datum, key: &str) -> EvalError {
    let found = found.type_of();
    EvalError::new(
        key,
        format!("Expected {argument} to be of type array or string, but found {found} instead."),
    )
}

/// `in`.
pub(super) fn contains(c: &Context, a: &[Expr], key: &str) -> Result<Datum, EvalError> {
    let haystack = a[1].eval(c)?;
    if !haystack.is_truthy() {
        return Ok(Datum::bool(false));
    }
    let needle = needle(c, &a[0], key)?;
    match &haystack {
        Datum::Plain(Value::Array(items)) => Ok(Datum::bool(items.contains(&needle))),
        Datum::Plain(Value::Text(text)) => Ok(Datum::bool(text.contains(&in_text(needle)))),
        Datum::List(items) => Ok(Datum::bool(items.contains(&Datum::Plain(needle)))),
        other => Err(not_a_list("second argument", other, key)),
    }
}

/// What ECMAScript looks for in a text when it is given something else.
fn in_text(needle: Value) -> String {
    if needle == Value::Null { "null".to_string() } else { Datum::Plain(needle).to_text() }
}

/// `index-of`. Places in a text are counted in characters.
pub(super) fn index_of(c: &Context, a: &[Expr], key: &str) -> Result<Datum, EvalError> {
    let needle = needle(c, &a[0], key)?;
    let haystack = a[1].eval(c)?;
    let from = match a.get(2) {
        Some(from) => from.eval_number(c)?,
        None => 0.0,
    };
    let place = match &haystack {
        Datum::Plain(Value::Text(text)) => {
            let units: Vec<u16> = text.encode_utf16().collect();
            let start = (from.max(0.0) as usize).min(units.len());
            let wanted: Vec<u16> = in_text(needle).encode_utf16().collect();
            let found = match wanted.len() {
                0 => Some(start),
                n => units[start..].windows(n).position(|w| w == wanted).map(|at| at + start),
            };
            found.map(|at| String::from_utf16_lossy(&units[..at]).chars().count())
        }
        Datum::Plain(Value::Array(items)) => {
            let start = resolved(from, items.len());
            items[start..].iter().position(|v| *v == needle).map(|at| at + start)
        }
        other => return Err(not_a_list("second argument", other, key)),
    };
    Ok(Datum::number(place.map_or(-1.0, |at| at as f64)))
}

/// A place counted from the end where it is below zero.
fn resolved(at: f64, length: usize) -> usize {
    let at = at.trunc();
    let at = if at < 0.0 { at + length as f64 } else { at };
    (at.max(0.0) as usize).min(length)
}

/// `slice`.
pub(super) fn slice(c: &Context, a: &[Expr], key: &str) -> Result<Datum, EvalError> {
    let input = a[0].eval(c)?;
    let from = a[1].eval_number(c)?;
    let to = match a.get(2) {
        Some(to) => Some(to.eval_number(c)?),
        None => None,
    };
    let range = |length: usize| {
        let from = resolved(from, length);
        from..to.map_or(length, |to| resolved(to, length)).max(from)
    };
    match &input {
        Datum::Plain(Value::Text(text)) => {
            let characters: Vec<char> = text.chars().collect();
            let part: String = characters[range(characters.len())].iter().collect();
            Ok(Datum::text(part))
        }
        Datum::Plain(Value::Array(items)) => {
            Ok(Datum::Plain(Value::Array(items[range(items.len())].into())))
        }
        Datum::List(items) => Ok(Datum::list(items[range(items.len())].to_vec())),
        other => Err(not_a_list("first argument", other, key)),
    }
}

/// `length`.
pub(super) fn length(c: &Context, a: &[Expr], key: &str) -> Result<Datum, EvalError> {
    let length = match a[0].eval(c)? {
        Datum::Plain(Value::Text(t)) => t.chars().count(),
        Datum::Plain(Value::Array(items)) => items.len(),
        Datum::List(items) => items.len(),
        other => {
            let found = other.type_of();
            let message =
                format!("Expected value to be of type string or array, but found {found} instead.");
            return Err(EvalError::new(key, message));
        }
    };
    Ok(Datum::number(length as f64))
}
