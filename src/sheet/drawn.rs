//! A styled map as one picture draws it: with what lies on top, in the picture's projection.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};

use super::error::PictureError;
use super::picture::Picture;
use crate::atlas::StyledMap;
use crate::geo::{Effort, Projector};

/// A styled map as one picture draws it.
pub(super) struct Drawn<'a> {
    pub plain: Cow<'a, StyledMap>,
    /// What drawing it may take.
    pub effort: &'a Effort,
    /// In the picture's projection, where it is not Web Mercator.
    projected: Option<StyledMap>,
    /// Parts of its furniture that it has no room for.
    without_room: RefCell<Vec<String>>,
    /// Labels of what lies on top that it has no room for.
    cut: Cell<usize>,
}

impl<'a> Drawn<'a> {
    pub fn new(
        styled: &'a StyledMap,
        picture: &Picture,
        effort: &'a Effort,
    ) -> Result<Self, PictureError> {
        let overlay = picture.overlay.as_ref();
        let layers = picture.shown.layers.as_ref();
        let mut plain =
            layers.map_or(Cow::Borrowed(styled), |layers| Cow::Owned(styled.only(layers)));
        if let Some(overlay) = overlay {
            plain = Cow::Owned(plain.overlaid(overlay));
        }
        if picture.output.is_scaled() {
            plain = Cow::Owned(plain.in_full());
        }
        let frame = &picture.frame;
        let projected = match frame.projection() {
            None => None,
            Some(projection) => Some(plain.projected(projection.projector()?, frame.camera())?),
        };
        Ok(Self { plain, effort, projected, without_room: RefCell::default(), cut: Cell::new(0) })
    }

    /// Notes the parts of its furniture that one of its maps has no room for.
    pub fn lacks_room(&self, parts: &[&str]) {
        let mut known = self.without_room.borrow_mut();
        for part in parts {
            if !known.iter().any(|known| known == part) {
                known.push((*part).to_string());
            }
        }
    }

    /// Notes how many labels of what lies on top one of its pictures has no room for.
    pub fn cuts(&self, labels: usize) {
        self.cut.set(self.cut.get().max(labels));
    }

    /// What is told of it when it is drawn.
    pub fn warnings(&self) -> Vec<String> {
        let mut told = Vec::new();
        let parts = self.without_room.borrow();
        if !parts.is_empty() {
            let parts = parts.join(", ");
            told.push(format!(
                "the picture has no room for all of its furniture; left out: {parts}"
            ));
        }
        match self.cut.get() {
            0 => {}
            n => told.push(format!(
                "labels left out that the picture's edge or its furniture would cut: {n}"
            )),
        }
        told
    }

    pub fn map(&self) -> &StyledMap {
        self.projected.as_ref().unwrap_or(&self.plain)
    }

    pub fn projector(&self) -> Option<&Projector> {
        self.projected.as_ref()?.projector()
    }
}
