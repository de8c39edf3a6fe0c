//! The style specification's expression language: JSON in, a typed tree out, evaluated per zoom, feature and state.
//!
//! `parse` checks types as it reads, the way the specification describes: where an operator wants a type and is given
//! `value`, an assertion (or a coercion) is put in between, and whatever depends on nothing is folded to a literal.
//! `eval` never fails on a tree that parsed, except with the run-time errors the specification names; callers then use
//! the property's default. `functions` is the table of plain operators; operators with a shape of their own are in
//! `parse`.

mod datum;
mod eval;
mod functions;
mod interpolate;
mod parse;

use std::collections::BTreeMap;
use std::sync::Arc;

pub use datum::{Datum, Type};
pub use interpolate::Curve;
pub use parse::{ParseError, parse};

use crate::feature::{Feature, Value};

/// What an expression may look at.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// Style zoom.
    pub zoom: f64,
    pub feature: Option<&'a Feature>,
    /// `Point`, `LineString` or `Polygon`, of the part being drawn.
    pub geometry_type: &'static str,
    /// The style's state (`global-state`), defaults filled in.
    pub state: &'a BTreeMap<String, Value>,
}

/// A parsed expression and the type of what it gives.
#[derive(Debug, Clone)]
pub struct Expr {
    ty: Type,
    node: Node,
    dependence: Dependence,
    /// How many nodes one evaluation may visit; a bound variable counts wherever it is used.
    size: u64,
}

#[derive(Debug, Clone)]
enum Node {
    Literal(Datum),
    /// A plain operator from the table, by its evaluator.
    Call(functions::Evaluator, Vec<Expr>),
    /// `["var", name]`, bound where it was parsed.
    Bound(Arc<Expr>),
    Assert(Vec<Expr>),
    Coerce(Vec<Expr>),
    All(Vec<Expr>),
    Any(Vec<Expr>),
    /// Pairs of condition and output, then the fallback.
    Case(Vec<(Expr, Expr)>, Box<Expr>),
    Match {
        input: Box<Expr>,
        arms: Vec<(Vec<Value>, Expr)>,
        otherwise: Box<Expr>,
    },
    Coalesce(Vec<Expr>),
    Compare(eval::Comparison, Box<[Expr; 2]>),
    Step {
        input: Box<Expr>,
        /// Stop and output, the first stop at minus infinity.
        stops: Vec<(f64, Expr)>,
    },
    Interpolate {
        curve: Curve,
        space: interpolate::Space,
        input: Box<Expr>,
        stops: Vec<(f64, Expr)>,
    },
}

/// What an expression's answer hangs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Dependence {
    pub zoom: bool,
    pub feature: bool,
    pub state: bool,
}

impl Expr {
    fn new(ty: Type, node: Node) -> Self {
        let mut dependence = match &node {
            Node::Call(evaluator, _) => evaluator.dependence,
            _ => Dependence::default(),
        };
        let mut size: u64 = 1;
        node.each_child(&mut |child| {
            dependence.zoom |= child.dependence.zoom;
            dependence.feature |= child.dependence.feature;
            dependence.state |= child.dependence.state;
            size = size.saturating_add(child.size);
        });
        Self { ty, node, dependence, size }
    }

    fn literal(datum: Datum) -> Self {
        Self::new(datum.type_of(), Node::Literal(datum))
    }

    /// The answer, where it is known without looking at anything.
    pub fn as_literal(&self) -> Option<&Datum> {
        match &self.node {
            Node::Literal(datum) => Some(datum),
            _ => None,
        }
    }

    pub fn dependence(&self) -> Dependence {
        self.dependence
    }
}

impl Node {
    fn each_child(&self, see: &mut impl FnMut(&Expr)) {
        match self {
            Node::Literal(_) => {}
            Node::Bound(expr) => see(expr),
            Node::Call(_, args)
            | Node::Assert(args)
            | Node::Coerce(args)
            | Node::All(args)
            | Node::Any(args)
            | Node::Coalesce(args) => args.iter().for_each(see),
            Node::Case(branches, otherwise) => {
                for (test, output) in branches {
                    see(test);
                    see(output);
                }
                see(otherwise);
            }
            Node::Match { input, arms, otherwise } => {
                see(input);
                arms.iter().for_each(|(_, output)| see(output));
                see(otherwise);
            }
            Node::Compare(_, sides) => sides.iter().for_each(see),
            Node::Step { input, stops } | Node::Interpolate { input, stops, .. } => {
                see(input);
                stops.iter().for_each(|(_, output)| see(output));
            }
        }
    }
}
