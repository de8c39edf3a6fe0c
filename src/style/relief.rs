//! Layers of elevation models: light and shade, and heights as colours.

use std::sync::Arc;

use super::expression::Context;
use super::property::Property;
use super::reader::Reader;
use crate::color::Color;

#[derive(Debug, Clone)]
pub struct HillshadePaint {
    /// Degrees clockwise from north; several for several lights, as the next three.
    pub direction: Property<Vec<f64>>,
    /// Degrees above the horizon.
    pub altitude: Property<Vec<f64>>,
    pub shadow_color: Property<Vec<Color>>,
    pub highlight_color: Property<Vec<Color>>,
    pub accent_color: Property<Color>,
    /// 0..=1.
    pub exaggeration: Property<f64>,
    pub method: Property<Arc<str>>,
    anchor: Property<Arc<str>>,
    resampling: Property<Arc<str>>,
}

impl HillshadePaint {
    pub(super) fn read(r: &mut Reader) -> Self {
        Self {
            direction: r.paint("hillshade-illumination-direction"),
            altitude: r.paint("hillshade-illumination-altitude"),
            shadow_color: r.paint("hillshade-shadow-color"),
            highlight_color: r.paint("hillshade-highlight-color"),
            accent_color: r.paint("hillshade-accent-color"),
            exaggeration: r.paint("hillshade-exaggeration"),
            method: r.paint("hillshade-method"),
            anchor: r.paint("hillshade-illumination-anchor"),
            resampling: r.paint("resampling"),
        }
    }

    pub(super) fn settled(&self, at: &Context) -> Self {
        Self {
            direction: self.direction.settled(at),
            altitude: self.altitude.settled(at),
            shadow_color: self.shadow_color.settled(at),
            highlight_color: self.highlight_color.settled(at),
            accent_color: self.accent_color.settled(at),
            exaggeration: self.exaggeration.settled(at),
            method: self.method.settled(at),
            anchor: self.anchor.settled(at),
            resampling: self.resampling.settled(at),
        }
    }

    /// Whether the light turns with the picture: north is up, whatever its bearing.
    pub fn is_lit_from_picture(&self, context: &Context) -> bool {
        &*self.anchor.eval(context) == "viewport"
    }

    /// Whether a pixel takes the nearest slope, not a mix of four.
    pub fn takes_nearest(&self, context: &Context) -> bool {
        &*self.resampling.eval(context) == "nearest"
    }
}

#[derive(Debug, Clone)]
pub struct ColorReliefPaint {
    pub opacity: Property<f64>,
    /// Colour by `elevation`, metres.
    pub color: Option<Property<Color>>,
    resampling: Property<Arc<str>>,
}

impl ColorReliefPaint {
    pub(super) fn read(r: &mut Reader) -> Self {
        Self {
            opacity: r.paint("color-relief-opacity"),
            color: r.optional_paint("color-relief-color"),
            resampling: r.paint("resampling"),
        }
    }

    pub(super) fn settled(&self, at: &Context) -> Self {
        Self {
            opacity: self.opacity.settled(at),
            color: self.color.as_ref().map(|p| p.settled(at)),
            resampling: self.resampling.settled(at),
        }
    }

    /// Whether a pixel takes the nearest height, not a mix of four.
    pub fn takes_nearest(&self, context: &Context) -> bool {
        &*self.resampling.eval(context) == "nearest"
    }
}
