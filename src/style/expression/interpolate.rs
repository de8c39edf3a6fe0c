//! `interpolate` and `step`: finding the stops around an input and mixing between them.

use std::sync::Arc;

use super::datum::Datum;
use super::structured::{AnchorOffset, Projection};
use crate::color::Color;
use crate::feature::Value;
use crate::style::keyword::Keyword;

/// The curve between two stops.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Curve {
    Linear,
    Exponential(f64),
    CubicBezier([f64; 4]),
}

/// The space colours are mixed in.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Space {
    Rgb,
    Lab,
    Hcl,
}

/// The index of the last stop at or below `input`; 0 where all are above.
pub(super) fn stop_below<T>(stops: &[(f64, T)], input: f64) -> usize {
    stops.partition_point(|(at, _)| *at <= input).saturating_sub(1)
}

impl Curve {
    /// How far `input` has come from `low` to `high`: 0 at `low`, 1 at `high`.
    pub(super) fn factor(self, input: f64, low: f64, high: f64) -> f64 {
        match self {
            Curve::Linear => exponential(input, 1.0, low, high),
            Curve::Exponential(base) => exponential(input, base, low, high),
            Curve::CubicBezier(control) => bezier(control, exponential(input, 1.0, low, high)),
        }
    }
}

fn exponential(input: f64, base: f64, low: f64, high: f64) -> f64 {
    let (difference, progress) = (high - low, input - low);
    if difference == 0.0 {
        0.0
    } else if base == 1.0 {
        progress / difference
    } else {
        (base.powf(progress) - 1.0) / (base.powf(difference) - 1.0)
    }
}

/// The unit Bézier (x1, y1), (x2, y2) of CSS easing at abscissa `x`, by bisection: monotone in x,
/// so it always ends.
fn bezier([x1, y1, x2, y2]: [f64; 4], x: f64) -> f64 {
    let at = |t: f64, a: f64, b: f64| {
        let u = 1.0 - t;
        3.0 * u * u * t * a + 3.0 * u * t * t * b + t * t * t
    };
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..60 {
        let mid = (low + high) / 2.0;
        if at(mid, x1, x2) < x {
            low = mid;
        } else {
            high = mid;
        }
    }
    at((low + high) / 2.0, y1, y2)
}

/// Why two outputs can't be mixed, in MapLibre's words.
#[derive(Debug, Clone, thiserror::Error)]
pub(super) enum MixError {
    #[error("Cannot interpolate between {} and {}.", .0.json_text(), .1.json_text())]
    Unlike(Datum, Datum),
    #[error("colorArray: Arrays have mismatched length ({0} vs. {1}), cannot interpolate.")]
    CountsOfColors(usize, usize),
    #[error(
        "Cannot interpolate values of different length. from: {}, to: {}",
        .0.json_text(), .1.json_text()
    )]
    CountsOfAnchors(Datum, Datum),
    #[error(
        "Cannot interpolate values containing mismatched anchors. from[{at}]: {from}, to[{at}]: \
         {to}"
    )]
    Anchors { at: usize, from: &'static str, to: &'static str },
}

/// Mixes two outputs.
pub(super) fn mix(space: Space, a: &Datum, b: &Datum, t: f64) -> Result<Datum, MixError> {
    let color = |a: Color, b: Color| match space {
        Space::Rgb => a.mix_rgb(b, t),
        Space::Lab => a.mix_lab(b, t),
        Space::Hcl => a.mix_hcl(b, t),
    };
    let number = |a: f64, b: f64| a + t * (b - a);
    let unlike = || MixError::Unlike(a.clone(), b.clone());
    match (a, b) {
        (Datum::Color(a), Datum::Color(b)) => Ok(Datum::Color(color(*a, *b))),
        (Datum::Plain(Value::Text(from)), Datum::Plain(Value::Text(to))) => {
            Ok(Datum::Projection(Arc::new(Projection {
                from: from.clone(),
                to: to.clone(),
                transition: t,
            })))
        }
        (Datum::Plain(a), Datum::Plain(b)) => {
            mix_values(a, b, t).map(Datum::Plain).ok_or_else(unlike)
        }
        (Datum::Padding(a), Datum::Padding(b)) => {
            Ok(Datum::Padding(std::array::from_fn(|i| number(a[i], b[i]))))
        }
        (Datum::Numbers(a), Datum::Numbers(b)) if a.len() == b.len() => {
            Ok(Datum::Numbers(a.iter().zip(b.iter()).map(|(a, b)| number(*a, *b)).collect()))
        }
        (Datum::Colors(a), Datum::Colors(b)) if a.len() == b.len() => {
            Ok(Datum::Colors(a.iter().zip(b.iter()).map(|(a, b)| color(*a, *b)).collect()))
        }
        (Datum::Colors(a), Datum::Colors(b)) => Err(MixError::CountsOfColors(a.len(), b.len())),
        (Datum::AnchorOffsets(from), Datum::AnchorOffsets(to)) => mix_anchors(from, to, t),
        _ => Err(unlike()),
    }
}

fn mix_anchors(
    from: &Arc<[AnchorOffset]>,
    to: &Arc<[AnchorOffset]>,
    t: f64,
) -> Result<Datum, MixError> {
    if from.len() != to.len() {
        let [from, to] = [from, to].map(|list| Datum::AnchorOffsets(list.clone()));
        return Err(MixError::CountsOfAnchors(from, to));
    }
    let mut mixed = Vec::with_capacity(from.len());
    for (i, (a, b)) in from.iter().zip(to.iter()).enumerate() {
        if a.anchor != b.anchor {
            let (from, to) = (a.anchor.word(), b.anchor.word());
            return Err(MixError::Anchors { at: 2 * i, from, to });
        }
        let offset = std::array::from_fn(|i| a.offset[i] + t * (b.offset[i] - a.offset[i]));
        mixed.push(AnchorOffset { anchor: a.anchor, offset });
    }
    Ok(Datum::AnchorOffsets(mixed.into()))
}

fn mix_values(a: &Value, b: &Value, t: f64) -> Option<Value> {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => Some(Value::Number(a + t * (b - a))),
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => a
            .iter()
            .zip(b.iter())
            .map(|(a, b)| mix_values(a, b, t))
            .collect::<Option<_>>()
            .map(Value::Array),
        _ => None,
    }
}
