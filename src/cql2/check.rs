//! Holds a filter against the properties there are: every operand of a kind that its operator
//! takes.

use super::{Expr, FUNCTIONS, FilterError, Kind, MAX_POSITIONS, Queryables};
use crate::geo::{Effort, fault};

/// Names used where features have an identity and a place beside their properties.
const ALWAYS: [(&str, Kind); 2] = [("id", Kind::Any), ("geometry", Kind::Geometry)];

pub(super) fn check(expr: &Expr, queryables: &Queryables) -> Result<(), FilterError> {
    match (Checker { queryables }).kind(expr)? {
        Kind::Boolean | Kind::Any => Ok(()),
        other => Err(error(format!("the filter is {}, not a condition", named(other)))),
    }
}

/// Refuses geometries whose answers would mean nothing, or take too long.
pub(super) fn sound(expr: &Expr, effort: &Effort) -> Result<(), FilterError> {
    let geometries = expr.geometries();
    let positions: usize =
        geometries.iter().map(|g| geo::CoordsIter::coords_count(g.as_ref())).sum();
    if positions > MAX_POSITIONS {
        return Err(error(format!("its geometries have more than {MAX_POSITIONS} positions")));
    }
    for geometry in geometries {
        match fault(geometry, effort) {
            Ok(None) => {}
            Ok(Some(fault)) => return Err(error(fault.to_string())),
            Err(why) => return Err(why.into()),
        }
    }
    Ok(())
}

struct Checker<'a> {
    queryables: &'a Queryables,
}

type Checked = Result<Kind, FilterError>;

fn error(message: impl Into<String>) -> FilterError {
    FilterError::new(message)
}

fn named(kind: Kind) -> &'static str {
    match kind {
        Kind::Boolean => "true or false",
        Kind::Number => "a number",
        Kind::Text => "text",
        Kind::Temporal => "a date or time",
        Kind::Array => "an array",
        Kind::Object => "an object",
        Kind::Geometry => "a geometry",
        Kind::Any => "of any kind",
    }
}

/// What an expression is, for messages.
fn shown(expr: &Expr) -> String {
    match expr {
        Expr::Property(name) => format!("the property '{name}'"),
        Expr::Text(t) => format!("'{}'", t.chars().take(40).collect::<String>()),
        Expr::Number(n) => n.to_string(),
        Expr::Large(n) => n.to_string(),
        Expr::Function(name, _) => format!("{name}()"),
        _ => "an operand".to_string(),
    }
}

impl Checker<'_> {
    fn kind(&self, expr: &Expr) -> Checked {
        match expr {
            Expr::And(all) | Expr::Or(all) => {
                all.iter()
                    .try_for_each(|e| self.is(e, Kind::Boolean, "AND and OR join conditions"))?;
                Ok(Kind::Boolean)
            }
            Expr::Not(a) => {
                self.is(a, Kind::Boolean, "NOT takes a condition")?;
                Ok(Kind::Boolean)
            }
            Expr::Compare(_, a, b) => self.alike(&[a, b]),
            Expr::Between(a, b, c) => self.alike(&[a, b, c]),
            Expr::In(a, all) => self.alike(&std::iter::once(&**a).chain(all).collect::<Vec<_>>()),
            Expr::Like(a, b) => {
                self.is(a, Kind::Text, "LIKE compares text")?;
                self.is(b, Kind::Text, "LIKE compares text")?;
                Ok(Kind::Boolean)
            }
            Expr::IsNull(a) => self.kind(a).map(|_| Kind::Boolean),
            Expr::Spatial(_, a, b) => {
                self.is(a, Kind::Geometry, "a spatial relation takes geometries")?;
                self.is(b, Kind::Geometry, "a spatial relation takes geometries")?;
                Ok(Kind::Boolean)
            }
            Expr::Temporal(relation, a, b) => {
                let instant = |e: &Expr| match e {
                    Expr::Instant(_) => true,
                    Expr::Property(_) => self.kind(e).is_ok_and(|k| k == Kind::Temporal),
                    _ => false,
                };
                if relation.is_of_intervals() && (instant(a) || instant(b)) {
                    return Err(error(
                        "this temporal relation takes intervals: write INTERVAL(from, to)",
                    ));
                }
                self.is(a, Kind::Temporal, "a temporal relation takes times and intervals")?;
                self.is(b, Kind::Temporal, "a temporal relation takes times and intervals")?;
                Ok(Kind::Boolean)
            }
            Expr::Array(_, a, b) => {
                self.is(a, Kind::Array, "an array relation takes arrays")?;
                self.is(b, Kind::Array, "an array relation takes arrays")?;
                Ok(Kind::Boolean)
            }
            Expr::Arithmetic(_, a, b) => {
                self.is(a, Kind::Number, "arithmetic takes numbers")?;
                self.is(b, Kind::Number, "arithmetic takes numbers")?;
                Ok(Kind::Number)
            }
            Expr::CaseI(a) | Expr::AccentI(a) => {
                self.is(a, Kind::Text, "CASEI and ACCENTI take text")?;
                Ok(Kind::Text)
            }
            Expr::Function(name, arguments) => self.call(name, arguments),
            Expr::Property(name) => self.property(name),
            Expr::Interval(a, b) => {
                self.is(a, Kind::Temporal, "an interval's ends are times")?;
                self.is(b, Kind::Temporal, "an interval's ends are times")?;
                Ok(Kind::Temporal)
            }
            Expr::List(all) => {
                all.iter().try_for_each(|e| self.kind(e).map(drop))?;
                Ok(Kind::Array)
            }
            Expr::Bool(_) => Ok(Kind::Boolean),
            Expr::Number(_) | Expr::Large(_) => Ok(Kind::Number),
            Expr::Text(_) => Ok(Kind::Text),
            Expr::Instant(_) | Expr::Open => Ok(Kind::Temporal),
            Expr::Geometry(_) => Ok(Kind::Geometry),
        }
    }

    fn property(&self, name: &str) -> Checked {
        let always = || ALWAYS.iter().find(|(n, _)| *n == name).map(|(_, kind)| *kind);
        self.queryables.get(name).copied().or_else(always).ok_or_else(|| {
            let own = self.queryables.keys().map(|k| &**k);
            let own = own.filter(|k| !ALWAYS.iter().any(|(always, _)| always == k));
            let known: Vec<&str> = own.take(60).collect();
            let name: String = name.chars().take(60).collect();
            error(format!(
                "there is no property '{name}'; there are: geometry, id, {}",
                known.join(", ")
            ))
        })
    }

    fn call(&self, name: &str, arguments: &[Expr]) -> Checked {
        let function =
            FUNCTIONS.iter().find(|f| f.name.eq_ignore_ascii_case(name)).ok_or_else(|| {
                let known: Vec<&str> = FUNCTIONS.iter().map(|f| f.name).collect();
                let name: String = name.chars().take(60).collect();
                error(format!("there is no function '{name}'; there are: {}", known.join(", ")))
            })?;
        if arguments.len() != function.arguments.len() {
            let wanted = function.arguments.len();
            return Err(error(format!(
                "{} takes {wanted} arguments, not {}",
                function.name,
                arguments.len()
            )));
        }
        for (argument, kind) in arguments.iter().zip(function.arguments) {
            self.is(argument, *kind, function.description)?;
        }
        Ok(function.returns)
    }

    fn is(&self, expr: &Expr, wanted: Kind, why: &str) -> Result<(), FilterError> {
        let kind = self.kind(expr)?;
        let fits = kind == wanted
            || kind == Kind::Any
            || (wanted == Kind::Text && kind == Kind::Temporal && is_property(expr));
        match fits {
            true => Ok(()),
            false => Err(error(format!("{} is {}; {why}", shown(expr), named(kind)))),
        }
    }

    /// All must be of one kind that has an order.
    fn alike(&self, all: &[&Expr]) -> Checked {
        let mut first: Option<(Kind, &Expr)> = None;
        for expr in all {
            let kind = match self.kind(expr)? {
                Kind::Any => continue,
                kind @ (Kind::Geometry | Kind::Array | Kind::Object) => {
                    return Err(error(format!(
                        "{} is {}, which cannot be compared",
                        shown(expr),
                        named(kind)
                    )));
                }
                _ if matches!(expr, Expr::Interval(..)) => {
                    return Err(error(
                        "an interval has no order: relate it with T_EQUALS, T_INTERSECTS and the \
                         like",
                    ));
                }
                kind => kind,
            };
            match first {
                None => first = Some((kind, expr)),
                Some((other, before)) => {
                    // A property that holds dates is text, too.
                    let dated = |a: Kind, e: &Expr, b: Kind| {
                        a == Kind::Temporal && b == Kind::Text && is_property(e)
                    };
                    if kind != other && !dated(kind, expr, other) && !dated(other, before, kind) {
                        let (a, b) = (named(other), named(kind));
                        return Err(error(format!(
                            "{} is {a}, but {} is {b}",
                            shown(before),
                            shown(expr)
                        )));
                    }
                    // Text is what a mixed comparison is made as.
                    if kind == Kind::Text {
                        first = Some((kind, expr));
                    }
                }
            }
        }
        Ok(Kind::Boolean)
    }
}

fn is_property(expr: &Expr) -> bool {
    matches!(expr, Expr::Property(_))
}
