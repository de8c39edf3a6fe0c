//! Where an expression may look at the zoom: only as the input of one `step` or `interpolate` at
//! its top.

use std::collections::BTreeMap;

use super::{Expr, Node};

/// What an expression does with the zoom.
#[derive(Debug, Clone, PartialEq)]
pub enum ZoomCurve {
    None,
    Step,
    Interpolate,
    /// A second curve, or one that is not at the top: the reason it is refused.
    Refused(&'static str),
}

#[derive(Clone, Copy)]
enum Found {
    None,
    Curve(*const Expr, bool),
    Refused(&'static str),
}

const NESTED: &str = "\"zoom\" expression may only be used as input to a top-level \"step\" or \
    \"interpolate\" expression.";
const SEVERAL: &str =
    "Only one zoom-based \"step\" or \"interpolate\" subexpression may be used in an expression.";

impl Expr {
    /// The curve that the zoom goes through, if any.
    pub(in crate::style) fn zoom_curve(&self) -> ZoomCurve {
        match find(self, &mut BTreeMap::new()) {
            Found::None if self.dependence.zoom => ZoomCurve::Refused(NESTED),
            Found::None => ZoomCurve::None,
            Found::Curve(_, true) => ZoomCurve::Interpolate,
            Found::Curve(_, false) => ZoomCurve::Step,
            Found::Refused(why) => ZoomCurve::Refused(why),
        }
    }

    fn is_zoom(&self) -> bool {
        matches!(&self.node, Node::Call(evaluator, _) if evaluator.is_zoom)
    }
}

/// A result is found once for each place in the tree: a `let`'s result and `coalesce`'s arguments
/// are asked for twice.
fn find(expr: &Expr, seen: &mut BTreeMap<*const Expr, Found>) -> Found {
    let place: *const Expr = expr;
    if let Some(found) = seen.get(&place) {
        return *found;
    }
    let mut found = match &expr.node {
        Node::Let(_, result) => find(result, seen),
        Node::Coalesce(args) => {
            let mut found = Found::None;
            for arg in args {
                found = find(arg, seen);
                if !matches!(found, Found::None) {
                    break;
                }
            }
            found
        }
        Node::Step { input, .. } if input.is_zoom() => Found::Curve(place, false),
        Node::Interpolate { input, .. } if input.is_zoom() => Found::Curve(place, true),
        _ => Found::None,
    };
    if !matches!(found, Found::Refused(_)) && !matches!(expr.node, Node::Bound(_)) {
        expr.node.each_child(&mut |child| {
            found = match (found, find(child, seen)) {
                (_, Found::Refused(why)) => Found::Refused(why),
                (Found::None, Found::Curve(..)) => Found::Refused(NESTED),
                (Found::Curve(a, _), Found::Curve(b, _)) if a != b => Found::Refused(SEVERAL),
                (Found::Refused(_), Found::Curve(..)) => Found::Refused(SEVERAL),
                (found, _) => found,
            };
        });
    }
    seen.insert(place, found);
    found
}
