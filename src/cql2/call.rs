//! Calls by name, which text and JSON have in common: the language's own, and functions.

use std::sync::Arc;

use super::{ArrayRelation, Expr, Instant, Relation, bbox, temporal};

/// What is wrong with a call.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum CallError {
    #[error("{name} takes {takes}, not {given}")]
    Count { name: String, takes: &'static str, given: usize },
    #[error("'{text}' is no such time; write {example}")]
    Time { text: String, example: &'static str },
    #[error("write {0}")]
    NoText(&'static str),
    #[error("'{0}' is no end of an interval: a date, a timestamp or '..'")]
    End(String),
    #[error("an interval's ends are dates, timestamps, '..', properties or functions")]
    Ends,
    #[error("BBOX takes four numbers, west, south, east, north, or six with heights")]
    Box,
}

/// A call by its name and arguments: one of the language's own, or a function.
pub(super) fn call(name: &str, arguments: Vec<Expr>) -> Result<Expr, CallError> {
    let lower = name.to_ascii_lowercase();
    let count = arguments.len();
    let wrong = |takes| CallError::Count { name: name.to_string(), takes, given: count };
    let two = |arguments: Vec<Expr>| -> Result<(Box<Expr>, Box<Expr>), CallError> {
        let [a, b]: [Expr; 2] = arguments.try_into().map_err(|_| wrong("two arguments"))?;
        Ok((Box::new(a), Box::new(b)))
    };
    let one = |arguments: Vec<Expr>| -> Result<Expr, CallError> {
        let [a]: [Expr; 1] = arguments.try_into().map_err(|_| wrong("one argument"))?;
        Ok(a)
    };
    if let Some(relation) = lower.strip_prefix("s_").and_then(Relation::named) {
        let (a, b) = two(arguments)?;
        return Ok(Expr::Spatial(relation, a, b));
    }
    if let Some(relation) = lower.strip_prefix("t_").and_then(temporal::Relation::named) {
        let (a, b) = two(arguments)?;
        return Ok(Expr::Temporal(relation, a, b));
    }
    let array = match lower.as_str() {
        "a_equals" => Some(ArrayRelation::Equals),
        "a_contains" => Some(ArrayRelation::Contains),
        "a_containedby" => Some(ArrayRelation::ContainedBy),
        "a_overlaps" => Some(ArrayRelation::Overlaps),
        _ => None,
    };
    if let Some(relation) = array {
        // A list of one is written as what stands in parentheses.
        let list = |e: Box<Expr>| match *e {
            Expr::Text(_) | Expr::Number(_) | Expr::Large(_) | Expr::Bool(_) | Expr::Instant(_) => {
                Box::new(Expr::List(vec![*e]))
            }
            _ => e,
        };
        let (a, b) = two(arguments)?;
        return Ok(Expr::Array(relation, list(a), list(b)));
    }
    match lower.as_str() {
        "casei" => Ok(Expr::CaseI(Box::new(one(arguments)?))),
        "accenti" => Ok(Expr::AccentI(Box::new(one(arguments)?))),
        "date" => instant(&one(arguments)?, true).map(Expr::Instant),
        "timestamp" => instant(&one(arguments)?, false).map(Expr::Instant),
        "interval" => {
            let (a, b) = two(arguments)?;
            Ok(Expr::Interval(Box::new(interval_end(*a)?), Box::new(interval_end(*b)?)))
        }
        "bbox" => {
            let numbers: Option<Vec<f64>> = arguments
                .iter()
                .map(|a| if let Expr::Number(n) = a { Some(*n) } else { None })
                .collect();
            let geometry = numbers.as_deref().and_then(bbox::of_numbers);
            geometry.map(|g| Expr::Geometry(Arc::new(g))).ok_or(CallError::Box)
        }
        _ => Ok(Expr::Function(name.into(), arguments)),
    }
}

pub(super) fn instant(text: &Expr, is_date: bool) -> Result<Instant, CallError> {
    let example = if is_date { "DATE('2020-11-10')" } else { "TIMESTAMP('2020-11-10T00:00:00Z')" };
    match text {
        Expr::Text(t) if t.contains(['T', 't']) != is_date => {
            Instant::parse(t).ok_or_else(|| CallError::Time { text: t.to_string(), example })
        }
        _ => Err(CallError::NoText(example)),
    }
}

pub(super) fn interval_end(end: Expr) -> Result<Expr, CallError> {
    match end {
        Expr::Text(t) if &*t == ".." => Ok(Expr::Open),
        Expr::Text(t) => {
            let wrong = || CallError::End(t.to_string());
            Instant::parse(&t).map(Expr::Instant).ok_or_else(wrong)
        }
        Expr::Property(_) | Expr::Function(..) | Expr::Instant(_) | Expr::Open => Ok(end),
        _ => Err(CallError::Ends),
    }
}
