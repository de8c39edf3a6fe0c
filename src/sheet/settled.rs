//! A picture's frame, when its furniture has its bands.

use super::drawn::Drawn;
use super::error::PictureError;
use super::panes::Pane;
use super::picture::Picture;
use super::subject::{captions, subject};
use crate::atlas::{Frame, Held};
use crate::compose::Inputs;
use crate::compose::furniture::{self, Bands, Furniture};
use crate::geo::Camera;

/// A picture's frame with room for the bands of its furniture.
pub(super) struct Settled {
    pub furniture: Furniture,
    pub frame: Frame,
    pub bands: Bands,
}

impl Settled {
    /// The bands hang on what is seen, which hangs on the bands; and whether the legend is in one,
    /// on what it would hide of the map. They are measured for the whole picture, then for what
    /// they leave of it, where the legend's place is decided, and for what is left then.
    pub fn new(
        drawn: &Drawn,
        picture: &Picture,
        panes: &[Pane],
        page_of: &dyn Fn(&Camera) -> Camera,
    ) -> Result<Self, PictureError> {
        let Picture { state, frame, furnishing: wanted, .. } = picture;
        let held = Held::default();
        let furniture = wanted.furniture.clone().unwrap_or_default();
        let measured = |frame: &Frame, bands: Bands| {
            let camera = frame.camera();
            let on_page = page_of(camera);
            let inputs = Inputs {
                camera: &on_page,
                state,
                sprite: &drawn.map().sprite,
                effort: drawn.effort,
            };
            let mut subject = subject(drawn, panes, camera, &held, wanted, bands);
            if picture.compared.is_some() {
                subject.captions = captions(panes, camera);
            }
            furniture::bands(&furniture, &subject, &inputs)
        };
        let beside = |bands: Bands| frame.leaving(bands.top, bands.bottom);
        let first = Bands { strip: false, ..measured(frame, Bands::default()) };
        let second = measured(&beside(first), first).over(first);
        let third = match second == first {
            true => second,
            false => measured(&beside(second), second).over(second),
        };
        held.whole()?;
        let bands = Bands { strip: second.strip, ..third };
        Ok(Self { furniture, frame: beside(bands), bands })
    }
}
