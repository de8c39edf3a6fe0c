//! What of a style a picture shows, and on what: for clients that ask for a map's layers one by one,
//! for pixels that are no squares, and for the legend alone.

use crate::color::Color;
use crate::identity::{Identified, Identity, identified_by_fields};

/// What of a style a picture shows, and on what; by itself all of it, as it is.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Shown {
    /// Only these layers of the style.
    pub layers: Option<Vec<String>>,
    /// A colour under the map.
    pub ground: Option<Color>,
    pub fit: Fit,
}

/// What becomes of a picture's pixels when it is drawn.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Fit {
    #[default]
    AsDrawn,
    /// They are brought to a width and height, device px.
    Stretched(u32, u32),
    /// Of its furniture alone, without what is empty around it.
    Furniture,
}

identified_by_fields!(Shown { layers, ground, fit });

impl Identified for Fit {
    fn identify(&self, to: &mut Identity) {
        match self {
            Fit::AsDrawn => 0u8.identify(to),
            Fit::Stretched(width, height) => (1u8, *width, *height).identify(to),
            Fit::Furniture => 2u8.identify(to),
        }
    }
}

impl Identified for Color {
    fn identify(&self, to: &mut Identity) {
        let Color { r, g, b, a } = *self;
        ((r, g), (b, a)).identify(to);
    }
}
