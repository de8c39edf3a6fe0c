//! The ground seen from above: its light and shade, or its heights as colours.

use std::sync::Arc;

use crate::color::Color;
use crate::geo::Snapped;
use crate::terrain::Ground;

/// Part of a tile of heights, placed in the world.
#[derive(Debug, Clone)]
pub struct Relief {
    pub ground: Arc<Ground>,
    /// Where the tile's corners lie: top left, top right, bottom right, bottom left.
    pub corners: [Snapped; 4],
    /// Which part of the tile these corners bound, counted in heights: left, top, right, bottom.
    pub part: [f64; 4],
    /// Whether a pixel takes the nearest height, not a mix of four.
    pub nearest: bool,
    pub ink: ReliefInk,
}

/// How the ground becomes colour.
#[derive(Debug, Clone)]
pub enum ReliefInk {
    Shading(Shading),
    Tints(Tints),
}

/// Light from the side.
#[derive(Debug, Clone, PartialEq)]
pub struct Shading {
    pub method: ShadingMethod,
    /// At least one; all methods but the last use the first.
    pub lights: Vec<Light>,
    /// What steep slopes are tinted with by the standard method.
    pub accent: Color,
    /// 0..=1.
    pub exaggeration: f64,
}

/// What shadow and highlight hang on:
/// <https://maplibre.org/maplibre-style-spec/layers/#hillshade-method>.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShadingMethod {
    /// Which way the ground falls, and how steep it is, with a colour of its own for that.
    Standard,
    /// The angle between the light and the ground.
    Basic,
    /// The same, and how steep the ground is.
    Combined,
    /// Which way the ground falls, and how steep it is.
    Igor,
    /// The mean of the basic method with each of the lights.
    Multidirectional,
}

/// Where light comes from, and the colours of the slopes away from it and towards it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Light {
    /// Radians clockwise from north.
    pub azimuth: f64,
    /// Radians above the horizon.
    pub altitude: f64,
    pub shadow: Color,
    pub highlight: Color,
}

/// Colours of heights.
#[derive(Debug, Clone)]
pub struct Tints {
    /// Heights in metres, rising, at least one; between two of them colours are mixed.
    pub stops: Vec<(f64, Color)>,
    /// 0..=1.
    pub opacity: f64,
}

impl ReliefInk {
    /// Has every colour that it is made of changed.
    pub fn recolor(&mut self, mut change: impl FnMut(&mut Color)) {
        match self {
            ReliefInk::Shading(shading) => {
                shading.lights.iter_mut().for_each(|light| {
                    change(&mut light.shadow);
                    change(&mut light.highlight);
                });
                change(&mut shading.accent);
            }
            ReliefInk::Tints(tints) => tints.stops.iter_mut().for_each(|(_, color)| change(color)),
        }
    }
}
