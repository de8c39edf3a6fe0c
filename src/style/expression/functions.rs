//! The plain operators: a name, the types it takes, the type it gives and how it is computed.

use std::fmt;
use std::sync::Arc;

use super::datum::{
    Datum,
    Type::{self, Boolean, Color, Number, Object, String, Value as Any},
};
use super::eval::{EvalError, color_of_parts, not_of};
use super::{Context, Dependence, Expr, Node};
use crate::feature::{FeatureId, Value};

/// How a plain operator is computed, and what it looks at besides its arguments.
#[derive(Debug, Clone, Copy)]
pub(super) struct Evaluator {
    pub eval: Eval,
    pub dependence: Dependence,
    pub never_folds: bool,
    pub is_zoom: bool,
}

impl Evaluator {
    pub(super) fn plain(eval: Eval) -> Self {
        Self { eval, dependence: Dependence::default(), never_folds: false, is_zoom: false }
    }
}

/// The types of an operator's arguments.
#[derive(Debug, Clone)]
pub(super) enum Params {
    Fixed(Vec<Type>),
    /// Any number of one type.
    Any(Type),
}

impl fmt::Display for Params {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Params::Fixed(types) => {
                let names: Vec<_> = types.iter().map(ToString::to_string).collect();
                write!(f, "({})", names.join(", "))
            }
            Params::Any(ty) => write!(f, "({ty}...)"),
        }
    }
}

/// What a call becomes in the tree.
#[derive(Debug, Clone, Copy)]
pub(super) enum Build {
    Call(Evaluator),
    All,
    Any,
}

impl Build {
    pub(super) fn node(self, args: Vec<Expr>) -> Node {
        match self {
            Build::Call(evaluator) => Node::Call(evaluator, args),
            Build::All => Node::All(args),
            Build::Any => Node::Any(args),
        }
    }
}

pub(super) struct Function {
    pub params: Vec<Params>,
    pub result: Type,
    pub build: Build,
}

/// Computes an operator from its arguments; the text is the operator's place, for errors.
pub(super) type Eval = fn(&Context, &[Expr], &str) -> Result<Datum, EvalError>;

fn function(params: Vec<Params>, result: Type, eval: Eval) -> Option<Function> {
    Some(Function { params, result, build: Build::Call(Evaluator::plain(eval)) })
}

fn reading(function: Option<Function>, dependence: Dependence) -> Option<Function> {
    changed(function, |e| e.dependence = dependence)
}

fn changed(
    mut function: Option<Function>,
    change: impl FnOnce(&mut Evaluator),
) -> Option<Function> {
    if let Some(Function { build: Build::Call(evaluator), .. }) = &mut function {
        change(evaluator);
    }
    function
}

fn fixed(types: &[Type]) -> Vec<Params> {
    vec![Params::Fixed(types.to_vec())]
}

const NOTHING: Dependence =
    Dependence { zoom: false, feature: false, state: false, progress: false, other: false };
const FEATURE: Dependence = Dependence { feature: true, ..NOTHING };
const ZOOM: Dependence = Dependence { zoom: true, ..NOTHING };
const PROGRESS: Dependence = Dependence { progress: true, ..NOTHING };
const OTHER: Dependence = Dependence { other: true, ..NOTHING };

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

/// The operator called `name` with `count` arguments; `None` where the table has none.
pub(super) fn lookup(name: &str, count: usize) -> Option<Function> {
    let of_feature_or_object =
        || vec![Params::Fixed(vec![String]), Params::Fixed(vec![String, Object])];
    let looks_at = if count == 1 { FEATURE } else { NOTHING };
    let all = |build| {
        Some(Function {
            params: vec![Params::Fixed(vec![Boolean, Boolean]), Params::Any(Boolean)],
            result: Boolean,
            build,
        })
    };
    match name {
        "all" => all(Build::All),
        "any" => all(Build::Any),
        "get" => {
            let get = function(of_feature_or_object(), Any, |c, a, key| {
                Ok(property(c, a, key)?.map_or(Datum::NULL, Datum::Plain))
            });
            reading(get, looks_at)
        }
        "has" => {
            let has = function(of_feature_or_object(), Boolean, |c, a, key| {
                Ok(Datum::bool(property(c, a, key)?.is_some()))
            });
            reading(has, looks_at)
        }
        "feature-state" => reading(
            function(fixed(&[String]), Any, |c, a, _| {
                let key = a[0].eval_text(c)?;
                Ok(c.feature_state
                    .and_then(|s| s.get(&*key))
                    .cloned()
                    .map_or(Datum::NULL, Datum::Plain))
            }),
            FEATURE,
        ),
        "id" => reading(
            function(fixed(&[]), Any, |c, _, _| {
                Ok(match c.feature.and_then(|f| f.id.as_ref()) {
                    Some(FeatureId::Number(n)) => Datum::number(*n),
                    Some(FeatureId::Large(n)) => Datum::number(*n as f64),
                    Some(FeatureId::Text(t)) => Datum::text(t.clone()),
                    None => Datum::NULL,
                })
            }),
            FEATURE,
        ),
        "geometry-type" => reading(
            function(fixed(&[]), String, |c, _, _| Ok(Datum::text(c.geometry_type))),
            FEATURE,
        ),
        "properties" => reading(
            function(fixed(&[]), Object, |c, _, _| {
                let all = c.feature.map(|f| f.properties.clone()).unwrap_or_default();
                Ok(Datum::Plain(Value::Object(all.into())))
            }),
            FEATURE,
        ),
        "zoom" => changed(function(fixed(&[]), Number, |c, _, _| Ok(Datum::number(c.zoom))), |e| {
            e.dependence = ZOOM;
            e.is_zoom = true;
        }),
        "heatmap-density" => reading(
            function(fixed(&[]), Number, |c, _, _| Ok(Datum::number(c.heatmap_density))),
            OTHER,
        ),
        "line-progress" => reading(
            function(fixed(&[]), Number, |c, _, _| Ok(Datum::number(c.line_progress))),
            PROGRESS,
        ),
        "elevation" => {
            reading(function(fixed(&[]), Number, |c, _, _| Ok(Datum::number(c.elevation))), OTHER)
        }
        "accumulated" => reading(
            function(fixed(&[]), Any, |c, _, _| {
                Ok(c.accumulated.cloned().map_or(Datum::NULL, Datum::Plain))
            }),
            OTHER,
        ),
        // Every script has a glyph or a box: what is drawn is decided where text is shaped.
        "is-supported-script" => reading(
            function(fixed(&[String]), Boolean, |c, a, _| {
                a[0].eval_text(c).map(|_| Datum::bool(true))
            }),
            OTHER,
        ),
        "resolved-locale" => {
            function(fixed(&[Type::Collator]), String, |c, a, _| match a[0].eval(c)? {
                Datum::Collator(collation) => Ok(Datum::text(collation.resolved_locale())),
                other => Err(not_of(&Type::Collator, &other, &a[0].key)),
            })
        }
        "error" => changed(
            function(fixed(&[String]), Type::Error, |c, a, key| {
                Err(EvalError::new(key, a[0].eval_text(c)?.to_string()))
            }),
            |e| e.never_folds = true,
        ),
        "!" => function(fixed(&[Boolean]), Boolean, |c, a, _| Ok(Datum::bool(!a[0].eval_bool(c)?))),
        "typeof" => function(fixed(&[Any]), String, |c, a, _| {
            Ok(Datum::text(a[0].eval(c)?.type_of().to_string()))
        }),
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
        "upcase" => function(fixed(&[String]), String, |c, a, _| {
            Ok(Datum::text(a[0].eval_text(c)?.to_uppercase()))
        }),
        "downcase" => function(fixed(&[String]), String, |c, a, _| {
            Ok(Datum::text(a[0].eval_text(c)?.to_lowercase()))
        }),
        "concat" => function(vec![Params::Any(Any)], String, |c, a, key| {
            let parts: Result<Vec<_>, _> =
                a.iter().map(|arg| arg.eval(c).map(|d| d.to_text())).collect();
            bounded(Datum::text(parts?.concat()), key)
        }),
        "split" => function(fixed(&[String, String]), Type::array_of(String), |c, a, _| {
            let (text, by) = (a[0].eval_text(c)?, a[1].eval_text(c)?);
            let parts: Vec<Value> = match &*by {
                "" => text.chars().map(|c| Value::Text(c.to_string().into())).collect(),
                by => text.split(by).map(|t| Value::Text(t.into())).collect(),
            };
            Ok(Datum::Plain(Value::Array(parts.into())))
        }),
        "join" => function(fixed(&[Type::array_of(String), String]), String, |c, a, key| {
            let by = a[1].eval_text(c)?;
            let parts: Vec<_> =
                a[0].eval_items(c)?.iter().map(|v| Datum::Plain(v.clone()).to_text()).collect();
            bounded(Datum::text(parts.join(&by)), key)
        }),
        "rgb" => function(fixed(&[Number, Number, Number]), Color, rgba),
        "rgba" => function(fixed(&[Number, Number, Number, Number]), Color, rgba),
        "to-rgba" => {
            function(fixed(&[Color]), Type::Array(Box::new(Number), Some(4)), |c, a, _| {
                match a[0].eval(c)? {
                    Datum::Color(color) => {
                        let [r, g, b] = [color.r, color.g, color.b]
                            .map(|v| if color.a == 0.0 { 0.0 } else { v * 255.0 });
                        let parts = [r, g, b, color.a].map(Value::Number);
                        Ok(Datum::Plain(Value::Array(Arc::new(parts))))
                    }
                    other => Err(not_of(&Color, &other, &a[0].key)),
                }
            })
        }
        _ => None,
    }
}

/// The answer, unless it is larger than any map needs: values can be used twice at each of many
/// levels.
pub(super) fn bounded(datum: Datum, key: &str) -> Result<Datum, EvalError> {
    match datum.weight() <= MAX_WEIGHT {
        true => Ok(datum),
        false => Err(EvalError::new(
            key,
            format!("The value is too large: over {MAX_WEIGHT} bytes or items."),
        )),
    }
}

/// How large a text or an array may become, in bytes and items.
const MAX_WEIGHT: usize = 1_000_000;

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

/// `get` and `has`: from the object given, or else from the feature.
fn property(c: &Context, args: &[Expr], key: &str) -> Result<Option<Value>, EvalError> {
    let name = args[0].eval_text(c)?;
    match args.get(1) {
        None => Ok(c.feature.and_then(|f| f.properties.get(&name)).cloned().map(Value::in_style)),
        Some(object) => match object.eval(c)? {
            Datum::Plain(Value::Object(map)) => Ok(map.get(&name).cloned()),
            other => Err(not_of(&Type::Object, &other, key)),
        },
    }
}

fn rgba(c: &Context, args: &[Expr], key: &str) -> Result<Datum, EvalError> {
    let parts: Vec<Value> = args
        .iter()
        .map(|a| a.eval_number(c).map(Value::Number))
        .collect::<Result<_, EvalError>>()?;
    color_of_parts(&parts).map(Datum::Color).map_err(|message| EvalError::new(key, message))
}
