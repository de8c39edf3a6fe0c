//! Painters: a scene to pixels, SVG or PDF. Each painter draws every kind of scene item and decides
//! nothing.

pub mod pdf;
pub mod raster;
pub mod svg;
mod vector;

use crate::geo::Georeference;

/// What a document says of itself, beside what it shows.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct About {
    pub title: String,
    /// What is to be seen, for those who can't see it.
    pub alt: String,
    /// BCP 47.
    pub language: String,
    /// Where it is from.
    pub sources: Vec<String>,
    /// Year, month and day that PDF/A wants: the map's own date, so that the same map is the same
    /// file.
    pub day: Option<(u16, u8, u8)>,
    /// Names and values: the map's date, hashes of style and data, how to make it again.
    pub facts: Vec<(String, String)>,
    /// Where it lies on the Earth.
    pub place: Option<Georeference>,
}
