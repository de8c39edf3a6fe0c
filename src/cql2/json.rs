//! CQL2 JSON to a tree.

use std::sync::Arc;

use serde_json::Value as Json;

use super::call::{CallError, call, instant, interval_end};
use super::{
    Arithmetic, Comparison, Expr, FilterError, FilterPlace, MAX_DEPTH, MAX_NODES, MAX_POSITIONS,
    bbox,
};
use crate::feature::{Value, geometry};

/// Reads a filter from CQL2 JSON.
///
/// # Errors
/// Where it is no CQL2, nested too deep or too long; the place is a JSON pointer.
pub fn from_json(json: &Json) -> Result<Expr, FilterError> {
    Reader { nodes: 0 }.expr(json, "", 0)
}

struct Reader {
    nodes: usize,
}

type Parsed = Result<Expr, FilterError>;

fn error(pointer: &str, message: impl Into<String>) -> FilterError {
    let place = match pointer {
        "" => FilterPlace::Anywhere,
        pointer => FilterPlace::Pointer(pointer.to_string()),
    };
    FilterError { place, message: message.into() }
}

impl Reader {
    fn expr(&mut self, json: &Json, pointer: &str, depth: usize) -> Parsed {
        self.nodes += 1;
        if depth > MAX_DEPTH || self.nodes > MAX_NODES {
            let message = format!(
                "the filter is nested more than {MAX_DEPTH} deep or has more than {MAX_NODES} parts"
            );
            return Err(error(pointer, message));
        }
        match json {
            Json::Bool(b) => Ok(Expr::Bool(*b)),
            Json::Number(n) => match (Value::from(json), n.as_f64()) {
                (Value::Large(n), _) => Ok(Expr::Large(n.get())),
                (_, n) => n.map(Expr::Number).ok_or_else(|| error(pointer, "no finite number")),
            },
            Json::String(s) => Ok(Expr::Text(s.as_str().into())),
            Json::Array(_) => Ok(Expr::List(self.all(json, pointer, depth)?)),
            Json::Object(object) => self.object(object, json, pointer, depth),
            Json::Null => Err(error(pointer, "null is asked for with the operator isNull")),
        }
    }

    fn all(&mut self, json: &Json, pointer: &str, depth: usize) -> Result<Vec<Expr>, FilterError> {
        let items = json.as_array().ok_or_else(|| error(pointer, "expected an array"))?;
        items
            .iter()
            .enumerate()
            .map(|(i, item)| self.expr(item, &format!("{pointer}/{i}"), depth + 1))
            .collect()
    }

    fn object(
        &mut self,
        object: &serde_json::Map<String, Json>,
        json: &Json,
        pointer: &str,
        depth: usize,
    ) -> Parsed {
        if let Some(op) = object.get("op") {
            let op = op.as_str().ok_or_else(|| error(pointer, "'op' must be text"))?;
            let args = object.get("args").unwrap_or(&Json::Null);
            return self.operation(op, args, pointer, depth);
        }
        if let Some(name) = object.get("property") {
            let name = name.as_str().ok_or_else(|| error(pointer, "'property' must be text"))?;
            return Ok(Expr::Property(name.into()));
        }
        for (key, is_date) in [("date", true), ("timestamp", false)] {
            if let Some(text) = object.get(key) {
                let text = Expr::Text(text.as_str().unwrap_or_default().into());
                let instant = instant(&text, is_date).map(Expr::Instant);
                return instant.map_err(|e| error(pointer, e.to_string()));
            }
        }
        if let Some(ends) = object.get("interval") {
            let at = format!("{pointer}/interval");
            let ends: [Expr; 2] = self
                .all(ends, &at, depth)?
                .try_into()
                .map_err(|_| error(&at, "an interval has two ends"))?;
            let [from, to] = ends.map(interval_end);
            let end = |end: Result<Expr, CallError>| {
                end.map(Box::new).map_err(|e| error(&at, e.to_string()))
            };
            return Ok(Expr::Interval(end(from)?, end(to)?));
        }
        if let Some(bbox) = object.get("bbox").filter(|_| !object.contains_key("type")) {
            let numbers: Option<Vec<f64>> =
                bbox.as_array().and_then(|a| a.iter().map(Json::as_f64).collect());
            let geometry = numbers.as_deref().and_then(bbox::of_numbers);
            let wrong = || {
                error(
                    pointer,
                    "a bbox is four numbers, west, south, east, north, or six with heights",
                )
            };
            return Ok(Expr::Geometry(Arc::new(geometry.ok_or_else(wrong)?)));
        }
        if object.contains_key("type") {
            let read = geometry::as_given(json, MAX_POSITIONS);
            return read
                .map(|g| Expr::Geometry(Arc::new(g)))
                .map_err(|e| error(pointer, e.to_string()));
        }
        let known = "an operation has 'op' and 'args'; values are 'property', 'date', \
            'timestamp', 'interval', 'bbox' or GeoJSON";
        Err(error(pointer, known))
    }

    fn operation(&mut self, op: &str, args: &Json, pointer: &str, depth: usize) -> Parsed {
        let at = format!("{pointer}/args");
        let mut args = match args {
            // Of a function that takes none.
            Json::Null => Vec::new(),
            _ => self.all(args, &at, depth)?,
        };
        let count = args.len();
        let wrong = |n: &str| error(&at, format!("'{op}' takes {n}, not {count}"));
        let comparison = match op {
            "=" => Some(Comparison::Equal),
            "<>" => Some(Comparison::NotEqual),
            "<" => Some(Comparison::Less),
            "<=" => Some(Comparison::LessOrEqual),
            ">" => Some(Comparison::Greater),
            ">=" => Some(Comparison::GreaterOrEqual),
            _ => None,
        };
        let arithmetic = match op {
            "+" => Some(Arithmetic::Add),
            "-" => Some(Arithmetic::Subtract),
            "*" => Some(Arithmetic::Multiply),
            "/" => Some(Arithmetic::Divide),
            "%" => Some(Arithmetic::Modulo),
            "div" => Some(Arithmetic::Div),
            "^" => Some(Arithmetic::Power),
            _ => None,
        };
        if op == "and" || op == "or" {
            return match count {
                0 | 1 => Err(wrong("two arguments or more")),
                _ if op == "and" => Ok(Expr::And(args)),
                _ => Ok(Expr::Or(args)),
            };
        }
        if op == "between" {
            let [a, low, high]: [Expr; 3] =
                args.try_into().map_err(|_| wrong("three arguments"))?;
            return Ok(Expr::Between(Box::new(a), Box::new(low), Box::new(high)));
        }
        if op == "not" || op == "isNull" {
            let [a]: [Expr; 1] = args.try_into().map_err(|_| wrong("one argument"))?;
            return Ok(if op == "not" {
                Expr::Not(Box::new(a))
            } else {
                Expr::IsNull(Box::new(a))
            });
        }
        if comparison.is_some() || arithmetic.is_some() || op == "like" || op == "in" {
            if arithmetic == Some(Arithmetic::Subtract) && count == 1 {
                args.insert(0, Expr::Number(0.0));
            }
            let [a, b]: [Expr; 2] = args.try_into().map_err(|_| wrong("two arguments"))?;
            let (a, b) = (Box::new(a), Box::new(b));
            return Ok(match (comparison, arithmetic, *b) {
                (Some(op), _, b) => Expr::Compare(op, a, Box::new(b)),
                (_, Some(op), b) => Expr::Arithmetic(op, a, Box::new(b)),
                (_, _, Expr::List(all)) if op == "in" => Expr::In(a, all),
                (_, _, b) if op == "like" => Expr::Like(a, Box::new(b)),
                _ => return Err(error(&at, "'in' takes a value and an array")),
            });
        }
        call(op, args).map_err(|e| error(pointer, e.to_string()))
    }
}
