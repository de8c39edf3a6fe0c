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
    fn literal(datum: Datum) -> Self {
        Self { ty: datum.type_of(), node: Node::Literal(datum) }
    }

    /// The answer, where it is known without looking at anything.
    pub fn as_literal(&self) -> Option<&Datum> {
        match &self.node {
            Node::Literal(datum) => Some(datum),
            _ => None,
        }
    }

    pub fn dependence(&self) -> Dependence {
        let mut all = Dependence::default();
        self.visit(&mut |expr| {
            if let Node::Call(f, _) = &expr.node {
                let d = f.dependence;
                all.zoom |= d.zoom;
                all.feature |= d.feature;
                all.state |= d.state;
            }
        });
        all
    }

    fn visit(&self, see: &mut impl FnMut(&Expr)) {
        see(self);
        match &self.node {
            Node::Literal(_) => {}
            Node::Bound(expr) => expr.visit(see),
            Node::Call(_, args)
            | Node::Assert(args)
            | Node::Coerce(args)
            | Node::All(args)
            | Node::Any(args)
            | Node::Coalesce(args) => args.iter().for_each(|a| a.visit(see)),
            Node::Case(branches, otherwise) => {
                for (test, output) in branches {
                    test.visit(see);
                    output.visit(see);
                }
                otherwise.visit(see);
            }
            Node::Match { input, arms, otherwise } => {
                input.visit(see);
                arms.iter().for_each(|(_, output)| output.visit(see));
                otherwise.visit(see);
            }
            Node::Compare(_, sides) => sides.iter().for_each(|s| s.visit(see)),
            Node::Step { input, stops } | Node::Interpolate { input, stops, .. } => {
                input.visit(see);
                stops.iter().for_each(|(_, output)| output.visit(see));
            }
        }
    }
}
