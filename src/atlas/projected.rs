//! A styled map in the plane of a projection, for one picture.

use std::sync::Arc;

use super::sources::Source;
use super::{SceneError, Sourced, StyledMap};
use crate::geo::{Camera, Projector, WorldBox};

/// What is bent around a picture at the least, CSS px.
const LEAST_AROUND: f64 = 2_048.0;
/// How far an edge may be from where it should be, device px.
const TOLERANCE_PX: f64 = 0.1;

impl StyledMap {
    /// The map with its features within a picture and a picture's size around it in the
    /// projection's plane.
    ///
    /// # Errors
    /// Where the style draws what cannot be bent: vector tiles, pictures in one place, clusters.
    pub(crate) fn projected(
        &self,
        projector: Projector,
        camera: &Camera,
    ) -> Result<StyledMap, SceneError> {
        if let Some(id) = self.unprojectable() {
            return Err(SceneError::Unprojectable(id.to_string()));
        }
        // Labels hang on others that are as far away (see `label::supply`).
        let side = f64::from(camera.width_px().max(camera.height_px()));
        let side = side.max(LEAST_AROUND * camera.ratio());
        let tolerance = TOLERANCE_PX / camera.world_px();
        let shown = projector.around_inverse(&camera.bounds(side));
        let near = overlap(&shown, projector.domain());
        let bent = |sourced: &Sourced| match &*sourced.source {
            Source::Features(index) => {
                let index = Arc::new(index.projected(&projector, &near, tolerance));
                Sourced { source: Arc::new(Source::Features(index)), ..*sourced }
            }
            _ => sourced.clone(),
        };
        let sources =
            self.sources.iter().map(|(id, sourced)| (id.clone(), bent(sourced))).collect();
        let (boards, known) = Default::default();
        let projector = Some(Arc::new(projector));
        Ok(StyledMap { sources, boards, known, projector, ..self.clone() })
    }

    /// A source that a layer draws and that no projection can bend.
    fn unprojectable(&self) -> Option<&str> {
        let is_bent = |id: &&str| {
            let sourced = self.sources.get(*id);
            sourced.is_none_or(|sourced| {
                let source = &*sourced.source;
                matches!(source, Source::Features(_) | Source::Raster(_) | Source::Dem(_))
            })
        };
        let mut drawn = self.style.layers.iter().filter_map(|l| l.source.as_deref());
        drawn.find(|id| !is_bent(id))
    }
}

fn overlap(a: &WorldBox, b: &WorldBox) -> WorldBox {
    let mut both = *a;
    (both.min.x, both.min.y) = (a.min.x.max(b.min.x), a.min.y.max(b.min.y));
    (both.max.x, both.max.y) = (a.max.x.min(b.max.x), a.max.y.min(b.max.y));
    both
}
