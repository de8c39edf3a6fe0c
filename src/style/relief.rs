//! Layers of elevation models: light and shade, and heights as colours.

use super::expression::Context;
use super::keyword::{HillshadeMethod, IlluminationAnchor, Resampling};
use super::layer_type::layer_type;
use super::property::Property;
use crate::color::Color;

layer_type! {
    /// The ground's light and shade.
    pub struct HillshadePaint {
        /// Degrees clockwise from north; several for several lights, as the next three.
        pub direction: Property<Vec<f64>> = paint "hillshade-illumination-direction",
        /// Degrees above the horizon.
        pub altitude: Property<Vec<f64>> = paint "hillshade-illumination-altitude",
        pub shadow_color: Property<Vec<Color>> = paint "hillshade-shadow-color",
        pub highlight_color: Property<Vec<Color>> = paint "hillshade-highlight-color",
        pub accent_color: Property<Color> = paint "hillshade-accent-color",
        /// 0..=1.
        pub exaggeration: Property<f64> = paint "hillshade-exaggeration",
        pub method: Property<HillshadeMethod> = paint "hillshade-method",
        anchor: Property<IlluminationAnchor> = paint "hillshade-illumination-anchor",
        resampling: Property<Resampling> = paint "resampling",
    }
}

impl HillshadePaint {
    /// Whether the light turns with the picture: north is up, whatever its bearing.
    pub fn is_lit_from_picture(&self, context: &Context) -> bool {
        self.anchor.eval(context) == IlluminationAnchor::Viewport
    }

    /// Whether a pixel takes the nearest slope, not a mix of four.
    pub fn takes_nearest(&self, context: &Context) -> bool {
        self.resampling.eval(context) == Resampling::Nearest
    }
}

layer_type! {
    /// The ground's heights as colours.
    pub struct ColorReliefPaint {
        pub opacity: Property<f64> = paint "color-relief-opacity",
        /// Colour by `elevation`, metres.
        pub color: Option<Property<Color>> = paint "color-relief-color",
        resampling: Property<Resampling> = paint "resampling",
    }
}

impl ColorReliefPaint {
    /// Whether a pixel takes the nearest height, not a mix of four.
    pub fn takes_nearest(&self, context: &Context) -> bool {
        self.resampling.eval(context) == Resampling::Nearest
    }
}
