//! What a filter says of a feature.
//!
//! Conditions are true, false or, where a property is null or of another kind than what it is
//! compared with, unknown (`None`), by SQL's three-valued logic.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::HashMap;
use std::sync::Arc;

use geo::CoordsIter;
use geo::geometry::Geometry;

use super::temporal::{Instant, Interval};
use super::{Arithmetic, ArrayRelation, Comparison, Expr, Relation, fold};
use crate::feature::{Feature, FeatureId, Value, large_order};
use crate::geo::relate::Prepared;
use crate::geo::{Effort, Stopped, cost, distance_to_m, geodesic};

/// A value of an expression.
#[derive(Debug, Clone, PartialEq)]
enum Worth<'a> {
    Null,
    Bool(bool),
    Number(f64),
    Large(i128),
    Text(Cow<'a, str>),
    Interval(Interval),
    Geometry(&'a Geometry<f64>),
    List(Vec<Worth<'a>>),
    /// Which is there, and no more can be said of it.
    Object,
}

/// The geometries that a filter holds, by where they are, ready to be compared with those of many
/// features.
#[derive(Debug, Default)]
pub(super) struct Operands(HashMap<usize, Prepared<'static>>);

impl Operands {
    pub fn of(expr: &Expr, effort: &Effort) -> Result<Self, Stopped> {
        let prepared = |g: &Arc<Geometry<f64>>| {
            Ok((Arc::as_ptr(g).addr(), Prepared::of(Cow::Owned(Geometry::clone(g)), effort)?))
        };
        expr.geometries().into_iter().map(prepared).collect::<Result<_, _>>().map(Self)
    }
}

/// What a filter is asked with.
pub(super) struct Asking<'a> {
    pub operands: &'a Operands,
    pub effort: &'a Effort,
}

impl Asking<'_> {
    fn relates(
        &self,
        relation: Relation,
        a: &Geometry<f64>,
        b: &Geometry<f64>,
    ) -> Result<bool, Stopped> {
        let (mut made_a, mut made_b) = (None, None);
        let a = self.prepared(a, &mut made_a)?;
        let b = self.prepared(b, &mut made_b)?;
        relation.holds(a, b, self.effort)
    }

    fn prepared<'p>(
        &'p self,
        geometry: &'p Geometry<f64>,
        made: &'p mut Option<Prepared<'p>>,
    ) -> Result<&'p Prepared<'p>, Stopped> {
        match self.operands.0.get(&std::ptr::from_ref(geometry).addr()) {
            Some(prepared) => Ok(prepared),
            None => Ok(made.insert(Prepared::new(geometry, self.effort)?)),
        }
    }
}

/// Whether a condition holds.
pub(super) fn holds(expr: &Expr, f: &Feature, asking: &Asking) -> Option<bool> {
    match expr {
        Expr::And(all) => all.iter().try_fold(Some(true), |so_far, e| match holds(e, f, asking) {
            Some(false) => Err(Some(false)),
            now => Ok(so_far.and(now)),
        }),
        Expr::Or(all) => all.iter().try_fold(Some(false), |so_far, e| match holds(e, f, asking) {
            Some(true) => Err(Some(true)),
            now => Ok(so_far.and(now)),
        }),
        Expr::Not(a) => return holds(a, f, asking).map(|b| !b),
        Expr::Compare(op, a, b) => return compare(*op, &worth(a, f, asking), &worth(b, f, asking)),
        Expr::Between(a, low, high) => {
            let a = worth(a, f, asking);
            let above = compare(Comparison::GreaterOrEqual, &a, &worth(low, f, asking));
            let below = compare(Comparison::LessOrEqual, &a, &worth(high, f, asking));
            return both(above, below);
        }
        Expr::In(a, all) => {
            let a = worth(a, f, asking);
            let mut unknown = a == Worth::Null;
            for e in all {
                match compare(Comparison::Equal, &a, &worth(e, f, asking)) {
                    Some(true) => return Some(true),
                    Some(false) => {}
                    None => unknown = true,
                }
            }
            return (!unknown).then_some(false);
        }
        Expr::Like(a, pattern) => {
            return match (worth(a, f, asking), worth(pattern, f, asking)) {
                (Worth::Text(a), Worth::Text(pattern)) => {
                    let compared = (a.len() + 1).saturating_mul(pattern.len() + 1);
                    asking.effort.spend(compared).ok()?;
                    Some(like(&a, &pattern))
                }
                _ => None,
            };
        }
        Expr::IsNull(a) => return Some(worth(a, f, asking) == Worth::Null),
        Expr::Spatial(relation, a, b) => {
            return match (worth(a, f, asking), worth(b, f, asking)) {
                (Worth::Geometry(a), Worth::Geometry(b)) => asking.relates(*relation, a, b).ok(),
                _ => None,
            };
        }
        Expr::Temporal(relation, a, b) => {
            return Some(
                relation.holds(interval(&worth(a, f, asking))?, interval(&worth(b, f, asking))?),
            );
        }
        Expr::Array(relation, a, b) => {
            return match (worth(a, f, asking), worth(b, f, asking)) {
                (Worth::List(a), Worth::List(b)) => {
                    let compared = (a.len() + 1).saturating_mul(b.len() + 1);
                    asking.effort.spend(compared.saturating_mul(cost::POSITION)).ok()?;
                    Some(array(*relation, &a, &b))
                }
                _ => None,
            };
        }
        _ => match worth(expr, f, asking) {
            Worth::Bool(b) => Ok(Some(b)),
            _ => Ok(None),
        },
    }
    .unwrap_or_else(|settled| settled)
}

/// A node whose operands are all values, as the value it has; any other as it is.
pub(super) fn folded(expr: Expr, effort: &Effort) -> Expr {
    let is_value = |e: &&Expr| {
        matches!(
            e,
            Expr::Bool(_) | Expr::Number(_) | Expr::Large(_) | Expr::Text(_) | Expr::Geometry(_)
        )
    };
    let is_list =
        |e: &&Expr| if let Expr::List(all) = e { all.iter().all(|e| is_value(&e)) } else { false };
    let operands = expr.children();
    if operands.is_empty()
        || matches!(expr, Expr::List(_))
        || !operands.iter().all(|e| is_value(e) || is_list(e))
    {
        return expr;
    }
    let value =
        match worth(&expr, &Feature::nowhere(), &Asking { operands: &Operands::default(), effort })
        {
            Worth::Bool(b) => Some(Expr::Bool(b)),
            Worth::Number(n) => Some(Expr::Number(n)),
            Worth::Large(n) => Some(Expr::Large(n)),
            Worth::Text(t) => Some(Expr::Text(t.as_ref().into())),
            _ => None,
        };
    value.unwrap_or(expr)
}

fn both(a: Option<bool>, b: Option<bool>) -> Option<bool> {
    match (a, b) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (a, b) => a.and(b),
    }
}

fn worth<'a>(expr: &'a Expr, f: &'a Feature, asking: &Asking) -> Worth<'a> {
    match expr {
        Expr::Property(name) => property(name, f),
        Expr::Bool(b) => Worth::Bool(*b),
        Expr::Number(n) => Worth::Number(*n),
        Expr::Large(n) => Worth::Large(*n),
        Expr::Text(t) => Worth::Text(Cow::Borrowed(t)),
        Expr::Instant(at) => Worth::Interval(Interval { from: *at, to: *at }),
        Expr::Open => Worth::Null,
        Expr::Interval(a, b) => {
            // An end that is not known is open, if the other is a time.
            let (from, to) = (worth(a, f, asking), worth(b, f, asking));
            let unknown = **a != Expr::Open || **b != Expr::Open;
            if from == Worth::Null && to == Worth::Null && unknown {
                return Worth::Null;
            }
            let end = |w: &Worth, open: Instant, which: fn(Interval) -> Instant| match w {
                Worth::Null => Some(open),
                other => interval(other).map(which),
            };
            let ends =
                end(&from, Instant::PAST, |i| i.from).zip(end(&to, Instant::FUTURE, |i| i.to));
            ends.map_or(Worth::Null, |(from, to)| Worth::Interval(Interval { from, to }))
        }
        Expr::Geometry(g) => Worth::Geometry(g),
        Expr::List(all) => Worth::List(all.iter().map(|e| worth(e, f, asking)).collect()),
        Expr::Arithmetic(op, a, b) => {
            match (double(worth(a, f, asking)), double(worth(b, f, asking))) {
                (Some(a), Some(b)) => number(arithmetic(*op, a, b)),
                _ => Worth::Null,
            }
        }
        Expr::CaseI(a) => text(worth(a, f, asking), fold::without_case, asking.effort),
        Expr::AccentI(a) => text(worth(a, f, asking), fold::without_accents, asking.effort),
        Expr::Function(name, arguments) => {
            let arguments: Vec<Worth> = arguments.iter().map(|a| worth(a, f, asking)).collect();
            call(name, &arguments, asking.effort)
        }
        condition => holds(condition, f, asking).map_or(Worth::Null, Worth::Bool),
    }
}

fn property<'a>(name: &str, f: &'a Feature) -> Worth<'a> {
    match (f.properties.get(name), name) {
        (Some(value), _) => value_worth(value),
        (None, "geometry") => match &f.geometry {
            Geometry::GeometryCollection(all) if all.0.is_empty() => Worth::Null,
            g => Worth::Geometry(g),
        },
        (None, "id") => match &f.id {
            Some(FeatureId::Text(t)) => Worth::Text(Cow::Borrowed(t)),
            Some(FeatureId::Number(n)) => Worth::Number(*n),
            Some(FeatureId::Large(n)) => Worth::Large(n.get()),
            None => Worth::Null,
        },
        _ => Worth::Null,
    }
}

fn value_worth(value: &Value) -> Worth<'_> {
    match value {
        Value::Bool(b) => Worth::Bool(*b),
        Value::Number(n) => Worth::Number(*n),
        Value::Large(n) => Worth::Large(n.get()),
        Value::Text(t) => Worth::Text(Cow::Borrowed(t)),
        Value::Array(all) => Worth::List(all.iter().map(value_worth).collect()),
        Value::Object(_) => Worth::Object,
        Value::Null => Worth::Null,
    }
}

fn interval(worth: &Worth) -> Option<Interval> {
    match worth {
        Worth::Interval(i) => Some(*i),
        Worth::Text(t) => Instant::parse_leniently(t).map(|at| Interval { from: at, to: at }),
        _ => None,
    }
}

/// What is reckoned with.
fn double(worth: Worth) -> Option<f64> {
    match worth {
        Worth::Number(n) => Some(n),
        Worth::Large(n) => Some(n as f64),
        _ => None,
    }
}

fn number(n: f64) -> Worth<'static> {
    if n.is_finite() { Worth::Number(n) } else { Worth::Null }
}

fn text<'a>(worth: Worth<'a>, change: fn(&str) -> String, effort: &Effort) -> Worth<'a> {
    match worth {
        Worth::Text(t) if effort.spend(t.len().saturating_mul(cost::EDGES)).is_err() => Worth::Null,
        Worth::Text(t) => Worth::Text(Cow::Owned(change(&t))),
        _ => Worth::Null,
    }
}

fn compare(op: Comparison, a: &Worth, b: &Worth) -> Option<bool> {
    let order = match (a, b) {
        (Worth::Bool(a), Worth::Bool(b)) => a.cmp(b),
        (Worth::Number(a), Worth::Number(b)) => a.partial_cmp(b)?,
        (Worth::Large(a), Worth::Large(b)) => a.cmp(b),
        (Worth::Large(a), Worth::Number(b)) => large_order(*a, *b),
        (Worth::Number(a), Worth::Large(b)) => large_order(*b, *a).reverse(),
        (Worth::Text(a), Worth::Text(b)) => a.cmp(b),
        (Worth::Interval(_), _) | (_, Worth::Interval(_)) => {
            interval(a)?.from.cmp(&interval(b)?.from)
        }
        _ => return None,
    };
    Some(match op {
        Comparison::Equal => order == Ordering::Equal,
        Comparison::NotEqual => order != Ordering::Equal,
        Comparison::Less => order == Ordering::Less,
        Comparison::LessOrEqual => order != Ordering::Greater,
        Comparison::Greater => order == Ordering::Greater,
        Comparison::GreaterOrEqual => order != Ordering::Less,
    })
}

fn arithmetic(op: Arithmetic, a: f64, b: f64) -> f64 {
    match op {
        Arithmetic::Add => a + b,
        Arithmetic::Subtract => a - b,
        Arithmetic::Multiply => a * b,
        Arithmetic::Divide => a / b,
        Arithmetic::Modulo => a % b,
        Arithmetic::Div => (a / b).trunc(),
        Arithmetic::Power => a.powf(b),
    }
}

fn array(relation: ArrayRelation, a: &[Worth], b: &[Worth]) -> bool {
    let within = |a: &[Worth], b: &[Worth]| a.iter().all(|item| b.contains(item));
    match relation {
        // As sets: neither order nor repetition counts.
        ArrayRelation::Equals => within(a, b) && within(b, a),
        ArrayRelation::Contains => within(b, a),
        ArrayRelation::ContainedBy => within(a, b),
        ArrayRelation::Overlaps => a.iter().any(|item| b.contains(item)),
    }
}

fn call<'a>(name: &str, arguments: &[Worth<'a>], effort: &Effort) -> Worth<'a> {
    let positions = |w: &Worth| if let Worth::Geometry(g) = w { g.coords_count() } else { 0 };
    if effort.spend(arguments.iter().map(positions).sum::<usize>() * cost::GEODESIC).is_err() {
        return Worth::Null;
    }
    match (name.to_ascii_lowercase().as_str(), arguments) {
        ("area_m2", [Worth::Geometry(g)]) => number(geodesic::area_m2(g)),
        ("length_m", [Worth::Geometry(g)]) => number(geodesic::length_m(g)),
        ("distance_m", [Worth::Geometry(Geometry::Point(p)), Worth::Geometry(g)])
        | ("distance_m", [Worth::Geometry(g), Worth::Geometry(Geometry::Point(p))]) => {
            distance_to_m(*p, g, effort).ok().flatten().map_or(Worth::Null, number)
        }
        ("lower", [Worth::Text(t)]) => Worth::Text(Cow::Owned(t.to_lowercase())),
        ("upper", [Worth::Text(t)]) => Worth::Text(Cow::Owned(t.to_uppercase())),
        _ => Worth::Null,
    }
}

/// `%` stands for any characters, `_` for one, a backslash for what follows it.
fn like(text: &str, pattern: &str) -> bool {
    enum Step {
        Any,
        One,
        Just(char),
    }
    let mut steps = Vec::new();
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        steps.push(match c {
            '%' => Step::Any,
            '_' => Step::One,
            '\\' => Step::Just(chars.next().unwrap_or('\\')),
            c => Step::Just(c),
        });
    }
    let text: Vec<char> = text.chars().collect();
    // Where the last `%` stood, and how much it has taken: to be tried again with one more.
    let (mut t, mut s, mut again) = (0, 0, None);
    while t < text.len() {
        match steps.get(s) {
            Some(Step::Any) => {
                again = Some((s, t));
                s += 1;
            }
            Some(Step::One) => (t, s) = (t + 1, s + 1),
            Some(Step::Just(c)) if *c == text[t] => (t, s) = (t + 1, s + 1),
            _ => match &mut again {
                Some((any, taken)) => {
                    *taken += 1;
                    (t, s) = (*taken, *any + 1);
                }
                None => return false,
            },
        }
    }
    steps[s..].iter().all(|step| matches!(step, Step::Any))
}
