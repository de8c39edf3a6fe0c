//! The style specification's expression language: JSON in, a typed tree out, evaluated per zoom,
//! feature and state.
//!
//! `parse` checks types as it reads, the way the specification describes: where an operator wants a
//! type and is given `value`, an assertion (or a coercion) is put in between, and whatever depends
//! on nothing is folded to a literal. `eval` never fails on a tree that parsed, except with the
//! run-time errors the specification names; callers then use the property's default. `functions`
//! has the tables of plain operators; operators with a shape of their own are in the files called
//! `forms`. Error texts and keys are those of the reference implementation, so that its users meet
//! what they know.

mod branch_forms;
mod collation;
mod comparison;
mod conversion;
mod curve_forms;
mod datum;
mod eval;
mod eval_error;
mod forms;
mod functions;
mod interpolate;
mod list_forms;
mod lists;
mod outputs;
mod parse;
mod spatial;
mod structured;
mod text_forms;
mod zoom;

use std::collections::BTreeMap;
use std::sync::Arc;

pub(super) use conversion::anchor_offsets;
pub use datum::{Datum, Type};
pub use eval_error::EvalError;
pub(super) use forms::is_operator;
use geo::geometry::Geometry;
pub use interpolate::Curve;
pub(super) use parse::parse_to_text;
pub use parse::{ParseError, parse};
pub use structured::{AnchorOffset, Formatted, Image};
pub(super) use zoom::ZoomCurve;

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
    /// State set on the feature from outside, as interactive maps do.
    pub feature_state: Option<&'a BTreeMap<String, Value>>,
    /// Whether there is an image of a name; without it none is known to be there.
    pub has_image: Option<&'a dyn HasImage>,
    /// Distance along the line, 0..=1.
    pub line_progress: f64,
    pub heatmap_density: f64,
    /// Metres above the terrain's datum, of a pixel of a relief.
    pub elevation: f64,
    /// The value gathered so far, where a cluster's properties are summed up.
    pub accumulated: Option<&'a Value>,
    /// `within` and `distance` see coordinates on a grid of 1/8192 of the tiles of this zoom.
    pub grid_zoom: u8,
}

/// Knows which images there are.
pub trait HasImage: std::fmt::Debug + Sync {
    fn has_image(&self, name: &str) -> bool;
}

static NO_STATE: BTreeMap<String, Value> = BTreeMap::new();

impl Context<'_> {
    /// The grid that positions are measured on: a hundredth of a millimetre.
    pub const FINEST_GRID: u8 = 22;

    /// Nothing to look at.
    pub fn nowhere() -> Self {
        Self {
            zoom: 0.0,
            feature: None,
            geometry_type: "",
            state: &NO_STATE,
            feature_state: None,
            has_image: None,
            line_progress: 0.0,
            heatmap_density: 0.0,
            elevation: 0.0,
            accumulated: None,
            grid_zoom: Self::FINEST_GRID,
        }
    }
}

/// A parsed expression and the type of what it gives.
#[derive(Debug, Clone)]
pub struct Expr {
    ty: Type,
    node: Node,
    /// Where it stands, `[1][2]`, for run-time errors.
    key: Arc<str>,
    dependence: Dependence,
    /// How many nodes one evaluation may visit; a bound variable counts wherever it is used.
    size: u64,
    /// How many calls deep one evaluation goes; bound variables included.
    height: u32,
}

#[derive(Debug, Clone)]
enum Node {
    Literal(Datum),
    /// A plain operator from the table, by its evaluator.
    Call(functions::Evaluator, Vec<Expr>),
    /// `["var", name]`, bound where it was parsed.
    Bound(Arc<Expr>),
    Let(Vec<Arc<Expr>>, Box<Expr>),
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
    Compare(comparison::Comparison, Box<[Expr; 2]>, Option<Box<Expr>>),
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
    List(Vec<Expr>),
    GlobalState(Arc<str>),
    Image(Box<Expr>),
    Format(Vec<text_forms::SectionExpr>),
    Collator {
        case_sensitive: Box<Expr>,
        diacritic_sensitive: Box<Expr>,
        locale: Option<Box<Expr>>,
    },
    NumberFormat(Box<text_forms::NumberFormatExpr>),
    Within(Arc<Geometry<f64>>),
    Distance(Arc<Geometry<f64>>),
}

/// What an expression's answer hangs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Dependence {
    pub zoom: bool,
    pub feature: bool,
    pub state: bool,
    /// `line-progress`.
    pub progress: bool,
    /// Anything else that only a map knows: `heatmap-density`, `accumulated`, `elevation`, images,
    /// languages.
    pub other: bool,
}

impl Dependence {
    fn or(self, other: Self) -> Self {
        Self {
            zoom: self.zoom || other.zoom,
            feature: self.feature || other.feature,
            state: self.state || other.state,
            progress: self.progress || other.progress,
            other: self.other || other.other,
        }
    }
}

impl Expr {
    fn new(ty: Type, node: Node, key: Arc<str>) -> Self {
        let mut dependence = match &node {
            Node::Call(evaluator, _) => evaluator.dependence,
            Node::GlobalState(_) => Dependence { state: true, ..Dependence::default() },
            Node::Within(_) | Node::Distance(_) => {
                Dependence { feature: true, ..Dependence::default() }
            }
            _ => Dependence::default(),
        };
        let mut size: u64 = 1;
        let mut height = 1;
        node.each_child(&mut |child| {
            height = height.max(child.height + 1);
            dependence = dependence.or(child.dependence);
            size = size.saturating_add(child.size);
        });
        Self { ty, node, key, dependence, size, height }
    }

    fn literal(datum: Datum, key: Arc<str>) -> Self {
        Self::new(datum.type_of(), Node::Literal(datum), key)
    }

    /// The answer, where it is known without looking at anything.
    pub fn as_literal(&self) -> Option<&Datum> {
        match &self.node {
            Node::Literal(datum) => Some(datum),
            _ => None,
        }
    }

    /// The type of the answers.
    pub fn ty(&self) -> &Type {
        &self.ty
    }

    pub fn dependence(&self) -> Dependence {
        self.dependence
    }

    /// Whether every part that is needed to know the answer is a literal.
    fn is_foldable(&self) -> bool {
        match &self.node {
            Node::Bound(expr) => expr.is_foldable(),
            Node::Collator { .. } | Node::Within(_) | Node::Distance(_) | Node::GlobalState(_) => {
                false
            }
            Node::Call(evaluator, _) if evaluator.never_folds => false,
            Node::Assert(args) | Node::Coerce(args) => args.iter().all(Expr::is_foldable),
            node => {
                let mut literal = true;
                node.each_child(&mut |child| literal &= child.as_literal().is_some());
                literal && self.dependence == Dependence::default()
            }
        }
    }
}

impl Node {
    fn each_child(&self, see: &mut impl FnMut(&Expr)) {
        match self {
            Node::Literal(_) | Node::GlobalState(_) | Node::Within(_) | Node::Distance(_) => {}
            Node::Bound(expr) => see(expr),
            Node::Let(bindings, result) => {
                bindings.iter().for_each(|b| see(b));
                see(result);
            }
            Node::Call(_, args)
            | Node::Assert(args)
            | Node::Coerce(args)
            | Node::All(args)
            | Node::Any(args)
            | Node::List(args)
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
            Node::Compare(_, sides, collator) => {
                sides.iter().for_each(&mut *see);
                collator.iter().for_each(|c| see(c));
            }
            Node::Step { input, stops } | Node::Interpolate { input, stops, .. } => {
                see(input);
                stops.iter().for_each(|(_, output)| see(output));
            }
            Node::Image(name) => see(name),
            Node::Format(sections) => sections.iter().for_each(|s| s.each_child(see)),
            Node::Collator { case_sensitive, diacritic_sensitive, locale } => {
                see(case_sensitive);
                see(diacritic_sensitive);
                locale.iter().for_each(|l| see(l));
            }
            Node::NumberFormat(format) => format.each_child(see),
        }
    }
}
