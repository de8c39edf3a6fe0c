//! How long the texts of a source are, remembered from zoom to zoom: what is far from a picture need
//! not be looked at to know that it does not reach it.

use std::sync::Arc;

use super::SymbolInputs;
use super::sketch::{Bulk, Reach};
use crate::compose::Fetched;
use crate::compose::sieve::MOST_AT_ONCE;
use crate::geo::Detail;
use crate::identity::Identity;
use crate::index::Index;
use crate::label::{CLASSES, class_of};
use crate::style::{Context, Layer, Paint, SymbolPaint, SymbolPlacement};

/// The letters and lines of each part's text; no letters where it is to be shaped at once.
#[derive(Debug)]
pub struct Lengths(Vec<(u16, u16)>);

impl Lengths {
    /// Of a layer's texts for the parts of a source; `None` where there are too many to look at all
    /// of them before a picture.
    pub fn of(inputs: &SymbolInputs, index: &Index, paint: &SymbolPaint) -> Option<Self> {
        let count = index.parts().len();
        if count > MOST_AT_ONCE {
            return None;
        }
        let length = |number: u32| {
            let part = Fetched::of(index, number, Detail::ALL)?;
            let whole = inputs.at_zoom(inputs.whole_zoom(), &inputs.context(part));
            let bulk = Bulk::of(paint, &whole, &paint.text_field.eval(&whole))?;
            // Those of sections that are larger than others are few.
            let fits = bulk.scale == 1.0 && bulk.letters.max(bulk.lines) < f64::from(u16::MAX);
            fits.then_some((bulk.letters as u16, bulk.lines as u16))
        };
        Some(Self((0..count as u32).map(|number| length(number).unwrap_or_default()).collect()))
    }

    /// What the texts of a layer are known by.
    pub fn key(inputs: &SymbolInputs, layer: &Layer) -> Option<u128> {
        let Paint::Symbol(paint) = &layer.paint else { return None };
        let hangs = [paint.text_field.dependence(), paint.text_transform.dependence()];
        let key = Identity::of_kind("lengths").with(&layer.id).with(inputs.state);
        let key = match hangs.iter().any(|hangs| hangs.zoom) {
            true => key.with(&inputs.whole_zoom()),
            false => key,
        };
        Some(key.number128())
    }

    /// Bytes that it holds.
    pub fn size(&self) -> usize {
        self.0.len() * size_of::<(u16, u16)>()
    }

    /// How long a part's text is, if it is known.
    pub(super) fn bulk(&self, part: u32) -> Option<Bulk> {
        let (letters, lines) = *self.0.get(part as usize)?;
        let bulk = Bulk { letters: letters.into(), lines: lines.into(), scale: 1.0 };
        (letters > 0).then_some(bulk)
    }
}

/// How far each of a layer's labels may reach at one zoom.
pub struct Reaches {
    pub(super) reach: Reach,
    lengths: Arc<Lengths>,
    /// The class of each part's label, and how many are of each class.
    classes: Vec<u8>,
    counts: [usize; CLASSES],
}

impl Reaches {
    /// `None` where that is not known before they are shaped.
    pub fn of(
        inputs: &SymbolInputs,
        paint: &SymbolPaint,
        lengths: impl FnOnce() -> Option<Arc<Lengths>>,
    ) -> Option<Self> {
        let none = Context {
            state: inputs.state,
            zoom: inputs.plane.zoom(),
            has_image: Some(inputs),
            ..Context::nowhere()
        };
        let whole = inputs.at_zoom(inputs.whole_zoom(), &none);
        if paint.placement.eval(&whole) != SymbolPlacement::Point || !Reach::is_of_layer(paint) {
            return None;
        }
        let (reach, lengths) = (Reach::of(inputs, paint, &none, &whole)?, lengths()?);
        let class = |part: u32| match lengths.bulk(part) {
            Some(bulk) => class_of(reach.furthest(&bulk)),
            None => CLASSES - 1,
        };
        let (mut classes, mut counts) = (Vec::with_capacity(lengths.0.len()), [0; CLASSES]);
        for class in (0..lengths.0.len() as u32).map(class) {
            counts[class] += 1;
            classes.push(class as u8);
        }
        Some(Self { reach, lengths, classes, counts })
    }

    /// Whether any label is of a class.
    pub fn has(&self, class: usize) -> bool {
        self.counts.get(class).is_some_and(|count| *count > 0)
    }

    /// The class of a part's label.
    pub(super) fn class(&self, part: u32) -> usize {
        self.classes.get(part as usize).map_or(CLASSES - 1, |class| usize::from(*class))
    }

    /// How long its text is, if it is known.
    pub(super) fn bulk(&self, part: u32) -> Option<Bulk> {
        self.lengths.bulk(part)
    }
}
