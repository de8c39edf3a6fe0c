//! Filters over features: OGC's Common Query Language (CQL2, OGC 21-065r2), text and JSON.
//!
//! Text and JSON are read into one tree, [`Expr`]; [`Filter::new`] then holds it against the
//! properties that there are ([`Queryables`]): a filter names no property, function or type that
//! cannot be. What is left cannot fail: a filter says of a feature yes, no, or (as in SQL, where a
//! property is null) neither, which is not yes.
//!
//! Geometry is compared in the plane of longitude and latitude, WGS84 degrees, by its DE-9IM
//! matrix.

mod bbox;
mod call;
mod check;
mod error;
mod eval;
mod fold;
mod json;
mod lexer;
mod relation;
mod temporal;
mod text;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

pub use error::{FilterError, FilterPlace};
pub use fold::{without_accents, without_case};
use geo::geometry::{Coord, Geometry};
pub use json::from_json;
pub use relation::Relation;
use serde::Serialize;
pub use temporal::{Instant, Interval};
pub use text::{KEYWORDS as GEOMETRIES, from_text};

use crate::feature::Feature;
use crate::geo::{Effort, cost, round};

/// The kind of a property or of a part of a filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    Boolean,
    Number,
    Text,
    /// Text that is a date or a time throughout.
    Temporal,
    Array,
    Object,
    Geometry,
    /// Not the same in all features, or not known.
    Any,
}

/// The properties that a filter may name.
pub type Queryables = BTreeMap<Arc<str>, Kind>;

/// A node of a filter.
#[derive(Debug, Clone, PartialEq)]
pub enum Expr {
    And(Vec<Expr>),
    Or(Vec<Expr>),
    Not(Box<Expr>),
    Compare(Comparison, Box<Expr>, Box<Expr>),
    Like(Box<Expr>, Box<Expr>),
    Between(Box<Expr>, Box<Expr>, Box<Expr>),
    In(Box<Expr>, Vec<Expr>),
    IsNull(Box<Expr>),
    Spatial(Relation, Box<Expr>, Box<Expr>),
    Temporal(temporal::Relation, Box<Expr>, Box<Expr>),
    Array(ArrayRelation, Box<Expr>, Box<Expr>),
    Arithmetic(Arithmetic, Box<Expr>, Box<Expr>),
    CaseI(Box<Expr>),
    AccentI(Box<Expr>),
    Function(Arc<str>, Vec<Expr>),
    Property(Arc<str>),
    Bool(bool),
    Number(f64),
    /// A whole number that no `f64` is.
    Large(i128),
    Text(Arc<str>),
    Instant(Instant),
    Interval(Box<Expr>, Box<Expr>),
    /// An interval's end that is open.
    Open,
    Geometry(Arc<Geometry<f64>>),
    List(Vec<Expr>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ArrayRelation {
    Equals,
    Contains,
    ContainedBy,
    Overlaps,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arithmetic {
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulo,
    /// Division without its fraction.
    Div,
    Power,
}

/// A function that filters may call.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Function {
    pub name: &'static str,
    pub description: &'static str,
    #[serde(skip)]
    pub arguments: &'static [Kind],
    #[serde(skip)]
    pub returns: Kind,
}

/// Every function there is.
pub const FUNCTIONS: [Function; 5] = [
    Function {
        name: "area_m2",
        description: "Geodesic area on the WGS84 ellipsoid, square metres",
        arguments: &[Kind::Geometry],
        returns: Kind::Number,
    },
    Function {
        name: "length_m",
        description: "Geodesic length on the WGS84 ellipsoid, metres",
        arguments: &[Kind::Geometry],
        returns: Kind::Number,
    },
    Function {
        name: "distance_m",
        description: "Geodesic distance between two geometries, one of them a point, metres",
        arguments: &[Kind::Geometry, Kind::Geometry],
        returns: Kind::Number,
    },
    Function {
        name: "lower",
        description: "Text in lower case",
        arguments: &[Kind::Text],
        returns: Kind::Text,
    },
    Function {
        name: "upper",
        description: "Text in upper case",
        arguments: &[Kind::Text],
        returns: Kind::Text,
    },
];

/// How deep a filter may be nested: it is read and evaluated by recursion.
const MAX_DEPTH: usize = 100;
/// Arithmetic operators of a filter: each may lie one deeper in the tree than the one before.
const MAX_OPERATORS: usize = 500;
/// Nodes of a filter.
const MAX_NODES: usize = 20_000;
/// Positions in the geometries of a filter.
pub const MAX_POSITIONS: usize = 10_000;

/// A filter that fits the properties it was made for.
#[derive(Debug, Clone)]
pub struct Filter {
    expr: Expr,
    nodes: usize,
    /// The geometries of the filter itself.
    operands: Arc<eval::Operands>,
    effort: Effort,
}

impl Filter {
    /// Holds the tree against the properties there are; `effort` is what it may cost to ask it of
    /// features.
    ///
    /// # Errors
    /// Where it names a property or function that is not there, or compares what cannot be
    /// compared.
    pub fn new(expr: Expr, queryables: &Queryables, effort: &Effort) -> Result<Self, FilterError> {
        check::check(&expr, queryables)?;
        // What hangs on no feature is worked out once.
        let expr = expr.mapped(&mut |e| eval::folded(e, effort));
        let mut nodes = 0;
        expr.visit(&mut |_| nodes += 1);
        let operands = Arc::new(eval::Operands::of(&expr, effort)?);
        Ok(Self { expr, nodes, operands, effort: effort.clone() })
    }

    /// Whether the feature is what the filter asks for; no longer answered where the effort is
    /// spent.
    pub fn matches(&self, feature: &Feature) -> bool {
        self.effort.spend(self.nodes * cost::POSITION).is_ok()
            && eval::holds(
                &self.expr,
                feature,
                &eval::Asking { operands: &self.operands, effort: &self.effort },
            ) == Some(true)
    }

    /// West, south, east, north in degrees of all that can match, where the filter bounds it.
    pub fn bounds(&self) -> Option<[f64; 4]> {
        self.expr.bounds()
    }
}

impl Expr {
    /// Moves every geometry of the filter, given in another CRS, to degrees; `None` where one
    /// cannot be.
    pub fn in_degrees(self, to_degrees: &dyn Fn(Coord<f64>) -> Option<Coord<f64>>) -> Option<Expr> {
        use geo::MapCoords;
        let mut failed = false;
        let moved = self.mapped(&mut |e| match e {
            Expr::Geometry(g) => match g.try_map_coords(|c| to_degrees(c).ok_or(())) {
                Ok(moved) => Expr::Geometry(Arc::new(moved)),
                Err(()) => {
                    failed = true;
                    Expr::Geometry(g)
                }
            },
            other => other,
        });
        (!failed).then_some(moved)
    }

    /// Takes geometries (in degrees) round the world, and refuses those that are not on the Earth,
    /// cross themselves or have too many positions: what they are asked would mean nothing, or take
    /// too long.
    ///
    /// # Errors
    /// The first fault.
    pub fn sound(self, effort: &Effort) -> Result<Expr, FilterError> {
        let mut failed = None;
        let rounded = self.mapped(&mut |e| match e {
            Expr::Geometry(g) => match round::geometry(&g) {
                Ok(rounded) => Expr::Geometry(rounded.map_or(g, Arc::new)),
                Err(why) => {
                    failed = Some(why);
                    Expr::Geometry(g)
                }
            },
            other => other,
        });
        match failed {
            Some(why) => Err(FilterError::new(why.to_string())),
            None => check::sound(&rounded, effort).map(|()| rounded),
        }
    }

    /// Every geometry that the filter holds.
    pub fn geometries(&self) -> Vec<&Arc<Geometry<f64>>> {
        let mut out = Vec::new();
        self.visit(&mut |e| {
            if let Expr::Geometry(g) = e {
                out.push(g);
            }
        });
        out
    }

    /// The properties that the filter names.
    pub fn properties(&self) -> BTreeSet<&str> {
        let mut out = BTreeSet::new();
        self.visit(&mut |e| {
            if let Expr::Property(name) = e {
                out.insert(&**name);
            }
        });
        out
    }

    /// The box that every match must meet.
    fn bounds(&self) -> Option<[f64; 4]> {
        match self {
            Expr::And(all) => all
                .iter()
                .filter_map(Expr::bounds)
                .reduce(|a, b| [a[0].max(b[0]), a[1].max(b[1]), a[2].min(b[2]), a[3].min(b[3])]),
            Expr::Or(all) => {
                let boxes: Option<Vec<[f64; 4]>> = all.iter().map(Expr::bounds).collect();
                boxes?
                    .into_iter()
                    .reduce(|a, b| [a[0].min(b[0]), a[1].min(b[1]), a[2].max(b[2]), a[3].max(b[3])])
            }
            Expr::Spatial(relation, a, b) if *relation != Relation::Disjoint => {
                match (&**a, &**b) {
                    (Expr::Property(_), Expr::Geometry(g))
                    | (Expr::Geometry(g), Expr::Property(_)) => {
                        let rect = geo::BoundingRect::bounding_rect(&**g)?;
                        Some([rect.min().x, rect.min().y, rect.max().x, rect.max().y])
                    }
                    _ => None,
                }
            }
            _ => None,
        }
    }

    fn children(&self) -> Vec<&Expr> {
        match self {
            Expr::And(all) | Expr::Or(all) | Expr::Function(_, all) | Expr::List(all) => {
                all.iter().collect()
            }
            Expr::Not(a) | Expr::IsNull(a) | Expr::CaseI(a) | Expr::AccentI(a) => vec![a],
            Expr::Compare(_, a, b)
            | Expr::Like(a, b)
            | Expr::Spatial(_, a, b)
            | Expr::Temporal(_, a, b)
            | Expr::Array(_, a, b)
            | Expr::Arithmetic(_, a, b)
            | Expr::Interval(a, b) => vec![a, b],
            Expr::Between(a, b, c) => vec![a, b, c],
            Expr::In(a, all) => std::iter::once(&**a).chain(all).collect(),
            Expr::Property(_)
            | Expr::Bool(_)
            | Expr::Number(_)
            | Expr::Large(_)
            | Expr::Text(_)
            | Expr::Instant(_)
            | Expr::Open
            | Expr::Geometry(_) => Vec::new(),
        }
    }

    fn visit<'a>(&'a self, each: &mut dyn FnMut(&'a Expr)) {
        each(self);
        self.children().into_iter().for_each(|c| c.visit(each));
    }

    fn mapped(self, each: &mut dyn FnMut(Expr) -> Expr) -> Expr {
        let mut one = |e: Box<Expr>| Box::new(e.mapped(each));
        let made = match self {
            Expr::Not(a) => Expr::Not(one(a)),
            Expr::IsNull(a) => Expr::IsNull(one(a)),
            Expr::CaseI(a) => Expr::CaseI(one(a)),
            Expr::AccentI(a) => Expr::AccentI(one(a)),
            Expr::Compare(op, a, b) => Expr::Compare(op, one(a), one(b)),
            Expr::Like(a, b) => Expr::Like(one(a), one(b)),
            Expr::Spatial(op, a, b) => Expr::Spatial(op, one(a), one(b)),
            Expr::Temporal(op, a, b) => Expr::Temporal(op, one(a), one(b)),
            Expr::Array(op, a, b) => Expr::Array(op, one(a), one(b)),
            Expr::Arithmetic(op, a, b) => Expr::Arithmetic(op, one(a), one(b)),
            Expr::Interval(a, b) => Expr::Interval(one(a), one(b)),
            Expr::Between(a, b, c) => Expr::Between(one(a), one(b), one(c)),
            Expr::In(a, all) => {
                let a = one(a);
                Expr::In(a, all.into_iter().map(|e| e.mapped(each)).collect())
            }
            Expr::And(all) => Expr::And(all.into_iter().map(|e| e.mapped(each)).collect()),
            Expr::Or(all) => Expr::Or(all.into_iter().map(|e| e.mapped(each)).collect()),
            Expr::List(all) => Expr::List(all.into_iter().map(|e| e.mapped(each)).collect()),
            Expr::Function(name, all) => {
                Expr::Function(name, all.into_iter().map(|e| e.mapped(each)).collect())
            }
            leaf => leaf,
        };
        each(made)
    }
}
