//! What is wrong with a document that asks for a page, and the checks of its numbers and colours.

use super::error::PictureError;
use super::furnishing::FurnishingError;
use crate::atlas::FrameError;
use crate::diag::Diagnostic;
use crate::geo::{LonLat, World};
use crate::style::StateError;

/// Why features cannot be drawn over a map.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{0:#}")]
pub struct OverlayError(Box<Diagnostic>);

impl OverlayError {
    pub(super) fn of(message: impl Into<String>) -> Self {
        Self::from(Diagnostic::error(message))
    }
}

impl From<Diagnostic> for OverlayError {
    fn from(problem: Diagnostic) -> Self {
        Self(Box::new(problem))
    }
}

/// What is wrong with a spec, and where.
#[derive(Debug, thiserror::Error)]
pub enum SpecError {
    #[error("{pointer}: {message}")]
    Member { pointer: String, message: String },
    #[error(transparent)]
    Picture(#[from] PictureError),
    #[error(transparent)]
    Frame(#[from] FrameError),
    #[error("/state: {0}")]
    State(#[from] StateError),
    #[error("{0}")]
    Furnishing(#[from] FurnishingError),
    #[error("{0}")]
    Overlay(#[from] OverlayError),
}

impl SpecError {
    pub(super) fn at(pointer: impl Into<String>, message: impl Into<String>) -> Self {
        Self::Member { pointer: pointer.into(), message: message.into() }
    }
}

/// A position that a spec gives.
pub(super) fn position([lon, lat]: [f64; 2], pointer: &str) -> Result<World, SpecError> {
    LonLat::new(lon, lat).map(|at| World::from_degrees(at.lon(), at.lat())).ok_or_else(|| {
        SpecError::at(
            pointer,
            format!(
                "[{lon:?}, {lat:?}] is no position: longitude -180..180, then latitude -90..90"
            ),
        )
    })
}

/// A colour that a spec gives, as it is written.
pub(super) fn color<'a>(
    text: &'a Option<String>,
    usual: &'a str,
    pointer: &str,
) -> Result<&'a str, SpecError> {
    let text = text.as_deref().unwrap_or(usual);
    match crate::color::Color::parse(text) {
        Some(_) => Ok(text),
        None => Err(SpecError::at(
            pointer,
            format!(
                "'{}' is no CSS colour, such as #c1121f",
                text.chars().take(40).collect::<String>()
            ),
        )),
    }
}

/// A number that a spec gives, within a range.
pub(super) fn within(
    n: f64,
    range: std::ops::RangeInclusive<f64>,
    pointer: &str,
) -> Result<f64, SpecError> {
    match range.contains(&n) {
        true => Ok(n),
        false => Err(SpecError::at(
            pointer,
            format!("{n} is not from {} to {}", range.start(), range.end()),
        )),
    }
}

pub(super) fn wrong(pointer: &str, message: impl Into<String>) -> SpecError {
    SpecError::at(pointer, message)
}
