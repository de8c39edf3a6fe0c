//! Which features of a source look alike in a layer, remembered from picture to picture: what a
//! style says of a feature's data mostly does not hang on the picture.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};

use super::sieve::MOST_AT_ONCE;
use super::{Composer, Fetched, Images, Inputs};
use crate::geo::Detail;
use crate::identity::Identity;
use crate::index::Index;
use crate::style::{CirclePaint, Dependence, Layer, Paint};

/// The looks of the parts of a source, numbered from 1, as far as they have been asked.
#[derive(Debug)]
pub struct Classes {
    of: Vec<AtomicU32>,
    numbers: Mutex<HashMap<Look, u32>>,
}

/// All values that hang on a feature, bit by bit.
pub type Look = [u64; 13];

impl Classes {
    /// More looks than this are not numbered: where hardly any two features look alike it is
    /// quicker to ask.
    const MOST: usize = 4_096;

    /// Of a layer's circles for the parts of a source: all of them are asked, or, where they are
    /// many, none as yet.
    pub fn of(index: &Index, layer: &Layer, inputs: &Inputs) -> Self {
        let count = index.parts().len();
        let of = std::iter::repeat_with(AtomicU32::default).take(count).collect();
        let classes = Self { of, numbers: Mutex::default() };
        if let Paint::Circle(paint) = &layer.paint {
            let images = Images(inputs.sprite);
            let composer = Composer { inputs, images: &images };
            let all = (0..count as u32).filter(|_| count <= MOST_AT_ONCE);
            for part in all.filter_map(|number| Fetched::of(index, number, Detail::ALL)) {
                if classes.number(part.number, || composer.data_of(paint, part)).is_none() {
                    break;
                }
            }
        }
        classes
    }

    /// Bytes that it holds.
    pub fn size(&self) -> usize {
        self.of.len() * size_of::<u32>() + Self::MOST * size_of::<(Look, u32)>()
    }

    /// What the looks of a layer's features are known by: in the same state they are the same.
    /// `None` where they hang on the picture, or are all one.
    pub fn key(layer: &Layer, inputs: &Inputs) -> Option<u128> {
        let Paint::Circle(paint) = &layer.paint else { return None };
        let key = || Identity::of_kind("classes").with(&layer.id).with(inputs.state);
        is_of_feature_alone(paint).then(|| key().number128())
    }

    /// The number of a part's look; `None` where there are too many looks.
    pub fn number(&self, part: u32, look: impl FnOnce() -> Look) -> Option<u32> {
        let known = self.of.get(part as usize)?;
        match known.load(Ordering::Relaxed) {
            0 => {
                let look = look();
                let mut numbers = self.numbers.lock().unwrap_or_else(PoisonError::into_inner);
                let next = numbers.len() as u32 + 1;
                if next as usize > Self::MOST && !numbers.contains_key(&look) {
                    return None;
                }
                let number = *numbers.entry(look).or_insert(next);
                known.store(number, Ordering::Relaxed);
                Some(number)
            }
            number => Some(number),
        }
    }
}

/// Whether what decides the look of a feature's circles, beside what is the same for all of them,
/// is the feature and nothing of the picture.
fn is_of_feature_alone(paint: &CirclePaint) -> bool {
    let numbers =
        [&paint.radius, &paint.opacity, &paint.blur, &paint.stroke_width, &paint.stroke_opacity];
    let hangs = numbers.iter().map(|p| p.dependence());
    let hangs: Vec<Dependence> =
        hangs.chain([paint.color.dependence(), paint.stroke_color.dependence()]).collect();
    let of_feature = hangs.iter().filter(|hangs| hangs.feature);
    let is_alone = |hangs: &Dependence| !hangs.zoom && !hangs.progress && !hangs.other;
    paint.sort_key.is_none()
        && of_feature.clone().next().is_some()
        && of_feature.into_iter().all(is_alone)
}
