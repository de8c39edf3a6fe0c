//! One layer's features as scene items, in the order they are drawn.

use std::borrow::Cow;

use smallvec::SmallVec;

use super::fill::FillsOf;
use super::place::Place;
use super::{Batch, Composer, Fetched};
use crate::feature::Value;
use crate::geo::{Kind, Stopped, cost};
use crate::scene::Item;
use crate::style::{Context, Datum, Layer, Paint, Property};

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
        match paint {
            Paint::Fill(paint) => {
                let place = place.translated(&paint.translate, &self.context(None));
                let mut fills = FillsOf::default();
                self.each(layer, batch, paint.sort_key.as_ref(), |parts, context| {
                    self.fill(paint, context, parts, &place, &mut fills)
                });
                items.extend(fills.items());
            }
            Paint::Line(paint) => {
                let place = place.translated(&paint.translate, &self.context(None));
                let gradient = self.gradient(paint);
                self.each(layer, batch, paint.sort_key.as_ref(), |parts, context| {
                    self.line(paint, context, parts, &place, gradient.as_ref(), items)
                });
            }
            Paint::Circle(paint) => self.circles(layer, paint, batch, place, items),
            Paint::Background(_)
            | Paint::Raster(_)
            | Paint::Hillshade(_)
            | Paint::ColorRelief(_)
            | Paint::Heatmap(_)
            | Paint::Symbol(_) => {}
        }
    }

    /// Takes what the filter lets through, by sort key, until the effort is over. The kinds of a
    /// mixed collection are filtered and drawn apart, in an order of their own, so that nothing
    /// hangs on which of them lie near the picture.
    pub(super) fn each<'b>(
        &self,
        layer: &Layer,
        batch: &Batch<'b>,
        sort_key: Option<&Property<f64>>,
        mut take: impl FnMut(&[Fetched], &Context),
    ) {
        let mut keyed: Vec<(SmallVec<[Fetched<'b>; 1]>, f64)> = Vec::new();
        let mut take_feature = |feature: &[Fetched<'b>]| {
            let vertices: usize = feature.iter().map(|part| part.shape.positions()).sum();
            self.inputs.effort.spend(2 * (cost::FEATURE + cost::POSITION * vertices))?;
            for parts in by_kind(feature) {
                let context = self.context(parts.first().copied());
                if !batch.sifted && !passes(layer, &context) {
                    continue;
                }
                match sort_key {
                    None => take(&parts, &context),
                    Some(key) => keyed.push((parts.iter().copied().collect(), key.eval(&context))),
                }
            }
            Ok::<(), Stopped>(())
        };
        let mut feature: SmallVec<[Fetched; 8]> = SmallVec::new();
        let outcome: Result<(), Stopped> = batch.parts.try_each(|part| {
            if feature.first().is_some_and(|f| !std::ptr::eq(f.feature, part.feature)) {
                take_feature(&feature)?;
                feature.clear();
            }
            feature.push(part);
            Ok(())
        });
        if outcome.is_err() {
            return;
        }
        if !feature.is_empty() && take_feature(&feature).is_err() {
            return;
        }
        keyed.sort_by(|a, b| a.1.total_cmp(&b.1));
        for (parts, _) in keyed {
            take(&parts, &self.context(parts.first().copied()));
        }
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
