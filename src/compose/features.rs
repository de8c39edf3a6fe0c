//! One layer's features as scene items, in the order they are drawn.

use super::fill::Edges;
use super::place::Place;
use super::{Composer, Fetched};
use crate::feature::Value;
use crate::geo::{Kind, cost};
use crate::scene::Item;
use crate::style::{Context, Datum, Layer, Paint, Property};

/// The parts of one kind of one feature: drawn as one shape.
pub(super) struct Parts<'a> {
    pub parts: Vec<Fetched<'a>>,
    sort_key: f64,
}

impl Composer<'_> {
    /// Appends what the layer draws of these parts.
    pub(super) fn batch(
        &self,
        layer: &Layer,
        paint: &Paint,
        parts: &[Fetched],
        place: &Place,
        items: &mut Vec<Item>,
    ) {
        let sort_key = match paint {
            Paint::Fill(paint) => paint.sort_key.as_ref(),
            Paint::Line(paint) => paint.sort_key.as_ref(),
            Paint::Circle(paint) => paint.sort_key.as_ref(),
            Paint::Background(_)
            | Paint::Raster(_)
            | Paint::Hillshade(_)
            | Paint::ColorRelief(_)
            | Paint::Heatmap(_)
            | Paint::Symbol(_) => None,
        };
        let mut edges = Edges::default();
        let below = items.len();
        let gradient = if let Paint::Line(paint) = paint { self.gradient(paint) } else { None };
        for feature in self.drawn(layer, parts, sort_key) {
            let vertices: usize = feature.parts.iter().map(|part| part.shape.positions()).sum();
            if self.inputs.effort.spend(cost::FEATURE + cost::POSITION * vertices).is_err() {
                break;
            }
            let context = self.context(feature.parts.first().copied());
            let shapes = feature.parts.iter().map(|p| p.shape);
            match paint {
                Paint::Background(_)
                | Paint::Raster(_)
                | Paint::Hillshade(_)
                | Paint::ColorRelief(_)
                | Paint::Heatmap(_)
                | Paint::Symbol(_) => {}
                Paint::Fill(paint) => self.fill(paint, &context, shapes, place, items, &mut edges),
                Paint::Line(paint) => {
                    self.line(paint, &context, shapes, place, gradient.as_ref(), items)
                }
                Paint::Circle(paint) => self.circle(paint, &context, shapes, place, items),
            }
        }
        items.splice(below..below, edges.fringes);
        items.append(&mut edges.outlines);
    }

    /// What the filter lets through, by sort key. The kinds of a mixed collection are filtered and
    /// drawn apart, in an order of their own, so that nothing hangs on which of them lie near the
    /// picture.
    pub(super) fn drawn<'b>(
        &self,
        layer: &Layer,
        parts: &[Fetched<'b>],
        sort_key: Option<&Property<f64>>,
    ) -> Vec<Parts<'b>> {
        let mut drawn = Vec::new();
        for feature in parts.chunk_by(|a, b| std::ptr::eq(a.feature, b.feature)) {
            let vertices: usize = feature.iter().map(|part| part.shape.positions()).sum();
            if self.inputs.effort.spend(cost::FEATURE + cost::POSITION * vertices).is_err() {
                break;
            }
            for kind in [Kind::Polygon, Kind::Line, Kind::Point] {
                let parts: Vec<Fetched> =
                    feature.iter().filter(|p| p.shape.kind() == kind).copied().collect();
                let context = self.context(parts.first().copied());
                if parts.is_empty() || !passes(layer, &context) {
                    continue;
                }
                let sort_key = sort_key.map_or(0.0, |key| key.eval(&context));
                drawn.push(Parts { parts, sort_key });
            }
        }
        if sort_key.is_some() {
            drawn.sort_by(|a, b| a.sort_key.total_cmp(&b.sort_key));
        }
        drawn
    }
}

pub(super) fn passes(layer: &Layer, context: &Context) -> bool {
    let passed =
        |f: &crate::style::Expr| matches!(f.eval(context), Ok(Datum::Plain(Value::Bool(true))));
    layer.filter.as_ref().is_none_or(passed)
}
