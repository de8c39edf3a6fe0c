//! The plain operators: a name, the types it takes, the type it gives and how it is computed; a
//! table for each family of them.

mod arithmetic;
mod color;
mod feature;
mod logic;
mod map;
mod text;

use std::fmt;

use super::datum::{Datum, Type};
use super::eval_error::EvalError;
use super::{Context, Dependence, Expr, Node};

/// How a plain operator is computed, and what it looks at besides its arguments.
#[derive(Debug, Clone, Copy)]
pub(super) struct Evaluator {
    pub eval: Eval,
    pub dependence: Dependence,
    pub never_folds: bool,
    pub is_zoom: bool,
    /// Whether it gives a property of the feature, or a member of an object.
    pub is_get: bool,
}

impl Evaluator {
    pub(super) fn plain(eval: Eval) -> Self {
        Self {
            eval,
            dependence: Dependence::default(),
            never_folds: false,
            is_zoom: false,
            is_get: false,
        }
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

/// The operator called `name` with `count` arguments; `None` where the tables have none.
pub(super) fn lookup(name: &str, count: usize) -> Option<Function> {
    logic::lookup(name)
        .or_else(|| feature::lookup(name, count))
        .or_else(|| map::lookup(name))
        .or_else(|| arithmetic::lookup(name))
        .or_else(|| text::lookup(name))
        .or_else(|| color::lookup(name))
}

fn function(params: Vec<Params>, result: Type, eval: Eval) -> Function {
    Function { params, result, build: Build::Call(Evaluator::plain(eval)) }
}

fn reading(function: Function, dependence: Dependence) -> Function {
    changed(function, |e| e.dependence = dependence)
}

fn changed(mut function: Function, change: impl FnOnce(&mut Evaluator)) -> Function {
    if let Build::Call(evaluator) = &mut function.build {
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
