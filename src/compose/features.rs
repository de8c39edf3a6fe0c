//! One layer's features as scene items, in the order they are drawn.

use std::borrow::Cow;

use super::fill::Edges;
use super::place::Place;
use super::point::CirclesOf;
use super::{Batch, Composer, Fetched};
use crate::feature::Value;
use crate::geo::{Kind, cost};
use crate::scene::Item;
use crate::style::{Context, Datum, Layer, Paint, Property};

/// The parts of one kind of one feature: drawn as one shape. Most features have one kind of parts,
/// which are not copied.
pub(super) struct Parts<'p, 'a> {
    pub parts: Cow<'p, [Fetched<'a>]>,
    sort_key: f64,
}

impl Composer<'_> {
    /// Appends what the layer draws of these parts.
    pub(super) fn batch(
        &self,
        layer: &Layer,
        paint: &Paint,
        batch: &Batch,
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
        let mut circles = CirclesOf::default();
        let below = items.len();
        let gradient = if let Paint::Line(paint) = paint { self.gradient(paint) } else { None };
        for feature in self.drawn(layer, batch, sort_key) {
            let vertices: usize = feature.parts.iter().map(|part| part.shape.positions()).sum();
            if self.inputs.effort.spend(cost::FEATURE + cost::POSITION * vertices).is_err() {
                break;
            }
            let context = self.context(feature.parts.first().copied());
            match paint {
                Paint::Background(_)
                | Paint::Raster(_)
                | Paint::Hillshade(_)
                | Paint::ColorRelief(_)
                | Paint::Heatmap(_)
                | Paint::Symbol(_) => {}
                Paint::Fill(paint) => {
                    self.fill(paint, &context, feature.parts.iter(), place, items, &mut edges)
                }
                Paint::Line(paint) => self.line(
                    paint,
                    &context,
                    feature.parts.iter(),
                    place,
                    gradient.as_ref(),
                    items,
                ),
                Paint::Circle(paint) => {
                    self.circle(paint, &context, feature.parts.iter(), place, &mut circles)
                }
            }
        }
        items.splice(below..below, edges.fringes);
        items.append(&mut edges.outlines);
        items.extend(circles.item());
    }

    /// What the filter lets through, by sort key. The kinds of a mixed collection are filtered and
    /// drawn apart, in an order of their own, so that nothing hangs on which of them lie near the
    /// picture.
    pub(super) fn drawn<'p, 'b>(
        &self,
        layer: &Layer,
        batch: &'p Batch<'b>,
        sort_key: Option<&Property<f64>>,
    ) -> Vec<Parts<'p, 'b>> {
        let mut drawn = Vec::new();
        for feature in batch.parts.chunk_by(|a, b| std::ptr::eq(a.feature, b.feature)) {
            let vertices: usize = feature.iter().map(|part| part.shape.positions()).sum();
            if self.inputs.effort.spend(cost::FEATURE + cost::POSITION * vertices).is_err() {
                break;
            }
            for parts in by_kind(feature) {
                let context = self.context(parts.first().copied());
                if !batch.sifted && !passes(layer, &context) {
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

/// The parts of each kind that a feature has, in the order in which they are drawn.
fn by_kind<'p, 'a>(parts: &'p [Fetched<'a>]) -> impl Iterator<Item = Cow<'p, [Fetched<'a>]>> {
    let kind = |part: &Fetched| part.shape.kind();
    let is_one = parts.windows(2).all(|pair| kind(&pair[0]) == kind(&pair[1]));
    let of_kind = move |wanted: Kind| {
        parts.iter().filter(|part| kind(part) == wanted).copied().collect::<Vec<_>>()
    };
    let whole = is_one.then_some(Cow::Borrowed(parts)).filter(|parts| !parts.is_empty());
    let apart = [Kind::Polygon, Kind::Line, Kind::Point].into_iter().filter(move |_| !is_one);
    let apart = apart.map(of_kind).filter(|parts| !parts.is_empty()).map(Cow::Owned);
    whole.into_iter().chain(apart)
}

pub(super) fn passes(layer: &Layer, context: &Context) -> bool {
    let passed =
        |f: &crate::style::Expr| matches!(f.eval(context), Ok(Datum::Plain(Value::Bool(true))));
    layer.filter.as_ref().is_none_or(passed)
}
