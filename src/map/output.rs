//! The formats that pictures are written in.

use super::picture::PictureError;
use crate::encode;
use crate::paint::raster::{self, Stamps};
use crate::paint::svg::TextAs;
use crate::paint::{About, pdf, svg};
use crate::scene::Scene;

/// A format, with what it can be told.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Output {
    Png,
    /// Without loss.
    WebP,
    /// Quality 1 to 100.
    Jpeg(u8),
    Svg(TextAs),
    /// Inches a CSS px.
    Pdf(f64),
}

/// What JPEGs are written with where nothing is said.
const JPEG_QUALITY: u8 = 90;
/// CSS px an inch.
pub(super) const CSS_DPI: f64 = 96.0;

impl Output {
    /// What extensions stand for, without a dot.
    pub const EXTENSIONS: [(&'static str, Output); 6] = [
        ("png", Output::Png),
        ("webp", Output::WebP),
        ("jpg", Output::Jpeg(JPEG_QUALITY)),
        ("jpeg", Output::Jpeg(JPEG_QUALITY)),
        ("svg", Output::Svg(TextAs::Outlines)),
        ("pdf", Output::Pdf(1.0 / CSS_DPI)),
    ];

    pub fn of_extension(extension: &str) -> Option<Output> {
        Self::EXTENSIONS.iter().find(|(known, _)| known.eq_ignore_ascii_case(extension)).map(|(_, output)| *output)
    }

    pub fn media_type(self) -> &'static str {
        match self {
            Output::Png => "image/png",
            Output::WebP => "image/webp",
            Output::Jpeg(_) => "image/jpeg",
            Output::Svg(_) => "image/svg+xml",
            Output::Pdf(_) => "application/pdf",
        }
    }

    pub(super) fn write(self, scene: &Scene, stamps: &Stamps, about: &About) -> Result<Vec<u8>, PictureError> {
        let pixels = || raster::paint(scene, stamps).ok_or(PictureError::Memory);
        let (width, height) = (scene.width_px, scene.height_px);
        Ok(match self {
            Output::Png => encode::png(pixels()?.data(), width, height)?,
            Output::WebP => encode::webp(pixels()?.data(), width, height)?,
            Output::Jpeg(quality) => encode::jpeg(pixels()?.data(), width, height, quality)?,
            Output::Svg(text) => svg::paint(scene, about, text).into_bytes(),
            Output::Pdf(inches_per_px) => pdf::paint(scene, about, inches_per_px)?,
        })
    }
}
