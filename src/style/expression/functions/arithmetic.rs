//! The operators of arithmetic.

use super::{Function, Params, fixed, function};
use crate::style::expression::datum::{Datum, Type::Number};
use crate::style::expression::{Context, EvalError, Expr};

macro_rules! binary {
    ($f:expr) => {
        function(fixed(&[Number, Number]), Number, |c, a, _| {
            let f: fn(f64, f64) -> f64 = $f;
            Ok(Datum::number(f(a[0].eval_number(c)?, a[1].eval_number(c)?)))
        })
    };
}

macro_rules! math {
    ($f:expr) => {
        function(fixed(&[Number]), Number, |c, a, _| {
            let f: fn(f64) -> f64 = $f;
            Ok(Datum::number(f(a[0].eval_number(c)?)))
        })
    };
}

macro_rules! constant {
    ($n:expr) => {
        function(fixed(&[]), Number, |_, _, _| Ok(Datum::number($n)))
    };
}

/// The operator called `name`; `None` where it is none of these.
pub(super) fn lookup(name: &str) -> Option<Function> {
    Some(match name {
        "+" => function(vec![Params::Any(Number)], Number, |c, a, _| fold(c, a, 0.0, |x, y| x + y)),
        "*" => function(vec![Params::Any(Number)], Number, |c, a, _| fold(c, a, 1.0, |x, y| x * y)),
        "min" => {
            function(vec![Params::Any(Number)], Number, |c, a, _| fold(c, a, f64::INFINITY, least))
        }
        "max" => function(vec![Params::Any(Number)], Number, |c, a, _| {
            fold(c, a, f64::NEG_INFINITY, greatest)
        }),
        "-" => function(
            vec![Params::Fixed(vec![Number, Number]), Params::Fixed(vec![Number])],
            Number,
            |c, a, _| {
                let first = a[0].eval_number(c)?;
                Ok(Datum::number(match a.get(1) {
                    Some(second) => first - second.eval_number(c)?,
                    None => -first,
                }))
            },
        ),
        "/" => binary!(|x, y| x / y),
        "%" => binary!(|x, y| x % y),
        "^" => binary!(f64::powf),
        "sqrt" => math!(f64::sqrt),
        "log10" => math!(f64::log10),
        "ln" => math!(f64::ln),
        "log2" => math!(f64::log2),
        "sin" => math!(f64::sin),
        "cos" => math!(f64::cos),
        "tan" => math!(f64::tan),
        "asin" => math!(f64::asin),
        "acos" => math!(f64::acos),
        "atan" => math!(f64::atan),
        "abs" => math!(f64::abs),
        "ceil" => math!(f64::ceil),
        "floor" => math!(f64::floor),
        // Halves go away from zero, as the specification says.
        "round" => math!(f64::round),
        "pi" => constant!(std::f64::consts::PI),
        "e" => constant!(std::f64::consts::E),
        "ln2" => constant!(std::f64::consts::LN_2),
        _ => return None,
    })
}

/// ECMAScript's `Math.min`: what is no number is the least.
fn least(a: f64, b: f64) -> f64 {
    if a.is_nan() || b.is_nan() { f64::NAN } else { a.min(b) }
}

fn greatest(a: f64, b: f64) -> f64 {
    if a.is_nan() || b.is_nan() { f64::NAN } else { a.max(b) }
}

fn fold(
    c: &Context,
    args: &[Expr],
    start: f64,
    f: fn(f64, f64) -> f64,
) -> Result<Datum, EvalError> {
    args.iter().try_fold(start, |sum, arg| Ok(f(sum, arg.eval_number(c)?))).map(Datum::number)
}
