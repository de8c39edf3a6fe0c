//! The plain operators: a name, the types it takes, the type it gives and how it is computed.

use super::datum::{
    Datum,
    Type::{self, Boolean, Color, Number, Object, String, Value as Any},
};
use super::eval::{EvalError, color_from_parts, not_of};
use super::{Context, Dependence, Expr};
use crate::feature::{FeatureId, Value};

/// How a plain operator is computed, and what it looks at besides its arguments.
#[derive(Debug, Clone, Copy)]
pub(super) struct Evaluator {
    pub eval: fn(&Context, &[Expr]) -> Result<Datum, EvalError>,
    pub dependence: Dependence,
}

/// The types of an operator's arguments.
pub(super) enum Params {
    Fixed(Vec<Type>),
    /// Any number, at least the first figure, of one type.
    Any(usize, Type),
}

pub(super) struct Function {
    pub params: Vec<Params>,
    pub result: Type,
    pub evaluator: Evaluator,
}

type Eval = fn(&Context, &[Expr]) -> Result<Datum, EvalError>;

fn function(params: Vec<Params>, result: Type, eval: Eval) -> Option<Function> {
    Some(Function { params, result, evaluator: Evaluator { eval, dependence: Dependence::default() } })
}

fn reading(mut function: Option<Function>, dependence: Dependence) -> Option<Function> {
    if let Some(f) = &mut function {
        f.evaluator.dependence = dependence;
    }
    function
}

fn fixed(types: &[Type]) -> Vec<Params> {
    vec![Params::Fixed(types.to_vec())]
}

const FEATURE: Dependence = Dependence { zoom: false, feature: true, state: false };
const ZOOM: Dependence = Dependence { zoom: true, feature: false, state: false };
const STATE: Dependence = Dependence { zoom: false, feature: false, state: true };

macro_rules! binary {
    ($f:expr) => {
        function(fixed(&[Number, Number]), Number, |c, a| {
            let f: fn(f64, f64) -> f64 = $f;
            Ok(Datum::number(f(a[0].eval_number(c)?, a[1].eval_number(c)?)))
        })
    };
}

macro_rules! math {
    ($f:expr) => {
        function(fixed(&[Number]), Number, |c, a| {
            let f: fn(f64) -> f64 = $f;
            Ok(Datum::number(f(a[0].eval_number(c)?)))
        })
    };
}

/// The operator called `name`; `None` where the table has none.
pub(super) fn lookup(name: &str) -> Option<Function> {
    match name {
        "get" => reading(
            function(vec![Params::Fixed(vec![String]), Params::Fixed(vec![String, Object])], Any, |c, a| {
                Ok(property(c, a)?.map_or(Datum::NULL, Datum::Plain))
            }),
            FEATURE,
        ),
        "has" => reading(
            function(vec![Params::Fixed(vec![String]), Params::Fixed(vec![String, Object])], Boolean, |c, a| {
                Ok(Datum::bool(property(c, a)?.is_some()))
            }),
            FEATURE,
        ),
        "id" => reading(
            function(fixed(&[]), Any, |c, _| {
                Ok(match c.feature.and_then(|f| f.id.as_ref()) {
                    Some(FeatureId::Number(n)) => Datum::number(*n),
                    Some(FeatureId::Text(t)) => Datum::text(t.clone()),
                    None => Datum::NULL,
                })
            }),
            FEATURE,
        ),
        "geometry-type" => reading(function(fixed(&[]), String, |c, _| Ok(Datum::text(c.geometry_type))), FEATURE),
        "properties" => reading(
            function(fixed(&[]), Object, |c, _| {
                let all = c.feature.map(|f| f.properties.clone()).unwrap_or_default();
                Ok(Datum::Plain(Value::Object(all.into())))
            }),
            FEATURE,
        ),
        "zoom" => reading(function(fixed(&[]), Number, |c, _| Ok(Datum::number(c.zoom))), ZOOM),
        "global-state" => reading(
            function(fixed(&[String]), Any, |c, a| {
                let key = a[0].eval_text(c)?;
                Ok(c.state.get(&*key).cloned().map_or(Datum::NULL, Datum::Plain))
            }),
            STATE,
        ),
        "!" => function(fixed(&[Boolean]), Boolean, |c, a| Ok(Datum::bool(!a[0].eval_bool(c)?))),
        "typeof" => function(fixed(&[Any]), String, |c, a| Ok(Datum::text(a[0].eval(c)?.type_of().to_string()))),
        "+" => function(vec![Params::Any(0, Number)], Number, |c, a| fold(c, a, 0.0, |x, y| x + y)),
        "*" => function(vec![Params::Any(0, Number)], Number, |c, a| fold(c, a, 1.0, |x, y| x * y)),
        "min" => function(vec![Params::Any(0, Number)], Number, |c, a| fold(c, a, f64::INFINITY, f64::min)),
        "max" => function(vec![Params::Any(0, Number)], Number, |c, a| fold(c, a, f64::NEG_INFINITY, f64::max)),
        "-" => function(vec![Params::Fixed(vec![Number, Number]), Params::Fixed(vec![Number])], Number, |c, a| {
            let first = a[0].eval_number(c)?;
            Ok(Datum::number(match a.get(1) {
                Some(second) => first - second.eval_number(c)?,
                None => -first,
            }))
        }),
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
        "pi" => function(fixed(&[]), Number, |_, _| Ok(Datum::number(std::f64::consts::PI))),
        "e" => function(fixed(&[]), Number, |_, _| Ok(Datum::number(std::f64::consts::E))),
        "ln2" => function(fixed(&[]), Number, |_, _| Ok(Datum::number(std::f64::consts::LN_2))),
        "upcase" => function(fixed(&[String]), String, |c, a| Ok(Datum::text(a[0].eval_text(c)?.to_uppercase()))),
        "downcase" => function(fixed(&[String]), String, |c, a| Ok(Datum::text(a[0].eval_text(c)?.to_lowercase()))),
        "concat" => function(vec![Params::Any(0, Any)], String, |c, a| {
            let parts: Result<Vec<_>, _> = a.iter().map(|arg| arg.eval(c).map(|d| d.to_text())).collect();
            Ok(Datum::text(parts?.concat()))
        }),
        "rgb" => function(fixed(&[Number, Number, Number]), Color, rgba),
        "rgba" => function(fixed(&[Number, Number, Number, Number]), Color, rgba),
        "length" => function(fixed(&[Any]), Number, |c, a| match a[0].eval(c)? {
            Datum::Plain(Value::Text(t)) => Ok(Datum::number(t.chars().count() as f64)),
            Datum::Plain(Value::Array(items)) => Ok(Datum::number(items.len() as f64)),
            other => Err(EvalError(format!(
                "Expected value to be of type string or array, but found {} instead.",
                other.type_of()
            ))),
        }),
        "at" => {
            function(fixed(&[Number, Type::array_of(Any)]), Any, |c, a| {
                let index = a[0].eval_number(c)?;
                let Datum::Plain(Value::Array(items)) = a[1].eval(c)? else { return Ok(Datum::NULL) };
                if index < 0.0 {
                    return Err(EvalError(format!("Array index out of bounds: {index} < 0.")));
                }
                if index.fract() != 0.0 {
                    return Err(EvalError(format!("Array index must be an integer, but found {index} instead.")));
                }
                items.get(index as usize).cloned().map(Datum::Plain).ok_or_else(|| {
                    EvalError(format!("Array index out of bounds: {index} > {}.", items.len() as i64 - 1))
                })
            })
        }
        "in" => function(fixed(&[Any, Any]), Boolean, |c, a| {
            let needle = a[0].eval(c)?;
            match (needle, a[1].eval(c)?) {
                (Datum::Plain(needle), Datum::Plain(Value::Array(items))) => Ok(Datum::bool(items.contains(&needle))),
                (needle, Datum::Plain(Value::Text(text))) => Ok(Datum::bool(text.contains(&needle.to_text()))),
                (_, Datum::Plain(Value::Null)) => Ok(Datum::bool(false)),
                (_, other) => Err(EvalError(format!(
                    "Expected second argument to be of type array or string, but found {} instead.",
                    other.type_of()
                ))),
            }
        }),
        _ => None,
    }
}

fn fold(c: &Context, args: &[Expr], start: f64, f: fn(f64, f64) -> f64) -> Result<Datum, EvalError> {
    args.iter().try_fold(start, |sum, arg| Ok(f(sum, arg.eval_number(c)?))).map(Datum::number)
}

/// `get` and `has`: from the object given, or else from the feature.
fn property(c: &Context, args: &[Expr]) -> Result<Option<Value>, EvalError> {
    let key = args[0].eval_text(c)?;
    match args.get(1) {
        None => Ok(c.feature.and_then(|f| f.properties.get(&key)).cloned()),
        Some(object) => match object.eval(c)? {
            Datum::Plain(Value::Object(map)) => Ok(map.get(&key).cloned()),
            other => Err(not_of(&Type::Object, &other)),
        },
    }
}

fn rgba(c: &Context, args: &[Expr]) -> Result<Datum, EvalError> {
    let parts: Vec<Value> =
        args.iter().map(|a| a.eval_number(c).map(Value::Number)).collect::<Result<_, EvalError>>()?;
    color_from_parts(&parts).map(Datum::Color).ok_or_else(|| {
        let text: Vec<_> = parts.iter().map(|p| Datum::Plain(p.clone()).to_text()).collect();
        EvalError(format!(
            "Invalid rgba value [{}]: 'r', 'g', and 'b' must be between 0 and 255, alpha between 0 and 1.",
            text.join(", ")
        ))
    })
}
