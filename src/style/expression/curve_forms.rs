//! The operators that follow a number through stops: `step` and the `interpolate` family.

use serde_json::Value as Json;

use super::branch_forms::Outputs;
use super::datum::Type;
use super::interpolate::{Curve, Space};
use super::parse::{At, Parsed, Parser};
use super::{Expr, Node};

impl Parser {
    pub(super) fn step(&mut self, at: &At, items: &[Json], expected: Option<&Type>) -> Parsed {
        self.count_pairs(at, items)?;
        let input = Box::new(self.item(at, items, 1, Some(&Type::Number))?);
        let mut outputs = Outputs::new(expected);
        let mut stops = vec![(f64::NEG_INFINITY, outputs.parse(self, at, items, 2, 2)?)];
        self.stops(at, items, &mut stops, &mut outputs)?;
        Some(Expr::new(outputs.ty(), Node::Step { input, stops }, at.key.clone()))
    }

    pub(super) fn interpolate(
        &mut self,
        at: &At,
        items: &[Json],
        expected: Option<&Type>,
        space: Space,
    ) -> Parsed {
        let curve = self.curve(&at.inner(1), items.get(1))?;
        self.count_pairs(at, items)?;
        let input = Box::new(self.item(at, items, 2, Some(&Type::Number))?);
        let mut outputs = match (space, expected) {
            (Space::Rgb, expected) => Outputs::new(expected),
            (_, Some(Type::ColorArray)) => Outputs::new(expected),
            _ => Outputs::new(Some(&Type::Color)),
        };
        let mut stops = Vec::new();
        self.stops(at, items, &mut stops, &mut outputs)?;
        let ty = outputs.ty();
        if !ty.mixes() {
            return self.fail(at, format!("Type {ty} is not interpolatable."));
        }
        Some(Expr::new(ty, Node::Interpolate { curve, space, input, stops }, at.key.clone()))
    }

    /// Whether there are pairs of arguments, and two before them or around them.
    pub(super) fn count_pairs(&mut self, at: &At, items: &[Json]) -> Option<()> {
        if items.len() < 5 {
            return self.fail(
                at,
                format!("Expected at least 4 arguments, but found only {}.", items.len() - 1),
            );
        }
        if items.len().is_multiple_of(2) {
            return self.fail(at, "Expected an even number of arguments.");
        }
        Some(())
    }

    fn curve(&mut self, at: &At, json: Option<&Json>) -> Option<Curve> {
        let Some(parts) = json.and_then(Json::as_array).filter(|p| !p.is_empty()) else {
            return self.fail(at, "Expected an interpolation type expression.");
        };
        let numbers: Option<Vec<f64>> = parts[1..].iter().map(Json::as_f64).collect();
        match (parts[0].as_str(), numbers.as_deref()) {
            (Some("linear"), _) => Some(Curve::Linear),
            (Some("exponential"), Some([base, ..])) => Some(Curve::Exponential(*base)),
            (Some("exponential"), _) => self.fail_in(
                at,
                1,
                "Exponential interpolation requires a \
                numeric base.",
            ),
            (Some("cubic-bezier"), Some(&[a, b, c, d]))
                if [a, b, c, d].iter().all(|v| (0.0..=1.0).contains(v)) =>
            {
                Some(Curve::CubicBezier([a, b, c, d]))
            }
            (Some("cubic-bezier"), _) => self.fail(
                at,
                "Cubic bezier interpolation requires four numeric arguments with \
                    values between 0 and 1.",
            ),
            (name, _) => {
                let name = name.map_or_else(|| parts[0].to_string(), str::to_string);
                self.fail_in(at, 0, format!("Unknown interpolation type {name}"))
            }
        }
    }

    /// Pairs of input and output from the fourth item on.
    fn stops(
        &mut self,
        at: &At,
        items: &[Json],
        stops: &mut Vec<(f64, Expr)>,
        outputs: &mut Outputs,
    ) -> Option<()> {
        let name = if items[0] == "step" { "step" } else { "interpolate" };
        for i in (3..items.len()).step_by(2) {
            let Some(input) = items[i].as_f64() else {
                let message = format!(
                    "Input/output pairs for \"{name}\" expressions must be defined using literal \
                     numeric values (not computed expressions) for the input values."
                );
                return self.fail_in(at, i, message);
            };
            if stops.last().is_some_and(|(last, _)| *last >= input) {
                let message = format!(
                    "Input/output pairs for \"{name}\" expressions must be arranged with input \
                     values in strictly ascending order."
                );
                return self.fail_in(at, i, message);
            }
            stops.push((input, outputs.parse(self, at, items, i + 1, i + 1)?));
        }
        Some(())
    }
}
