//! Why there is no picture.

use crate::atlas::{FrameError, SceneError};
use crate::encode::EncodeError;
use crate::geo::{ProjectionError, Stopped};
use crate::paint::pdf::PdfError;
use crate::paint::raster::Unfinished;

/// Why there is no picture.
#[derive(Debug, thiserror::Error)]
pub enum PictureError {
    #[error("there is no style '{0}'")]
    Style(String),
    #[error(transparent)]
    Frame(#[from] FrameError),
    #[error(transparent)]
    Scene(SceneError),
    #[error("the picture does not move, or its format cannot")]
    Still,
    #[error("there is not enough memory for the picture")]
    Memory,
    #[error("{0}; ask for a smaller picture, or for less on top of it")]
    Stopped(#[from] Stopped),
    #[error(transparent)]
    Encode(#[from] EncodeError),
    #[error(transparent)]
    Pdf(PdfError),
}

impl From<SceneError> for PictureError {
    fn from(why: SceneError) -> Self {
        match why {
            SceneError::Stopped(why) => Self::Stopped(why),
            why => Self::Scene(why),
        }
    }
}

impl From<ProjectionError> for PictureError {
    fn from(why: ProjectionError) -> Self {
        Self::Scene(why.into())
    }
}

impl From<Unfinished> for PictureError {
    fn from(why: Unfinished) -> Self {
        match why {
            Unfinished::Memory => Self::Memory,
            Unfinished::Stopped(why) => Self::Stopped(why),
        }
    }
}

impl From<PdfError> for PictureError {
    fn from(why: PdfError) -> Self {
        match why {
            PdfError::Unfinished(why) => why.into(),
            why => Self::Pdf(why),
        }
    }
}
