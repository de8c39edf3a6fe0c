//! Why there is no scene.

use crate::geo::{ProjectionError, Stopped};

/// Why there is no scene.
#[derive(Debug, Clone, thiserror::Error)]
pub enum SceneError {
    #[error(
        "source {0} cannot be read at the moment, so there is no right picture; try again later"
    )]
    Source(String),
    #[error("projection: {0}")]
    Projection(#[from] ProjectionError),
    #[error(
        "projection: source '{0}' is of vector tiles, clusters or a picture in one place, which \
         cannot be drawn in another projection"
    )]
    Unprojectable(String),
    #[error(transparent)]
    Stopped(#[from] Stopped),
}
