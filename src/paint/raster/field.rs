//! From the distance to an outline to colour, as MapLibre's shader for text and one-coloured icons
//! has it.
//!
//! Distances are values of a field, 0..=1: 0.75 on the outline, one more for every 8 units of the
//! field further in.

use crate::color::Color;
use crate::scene::{FieldInk, TextPart};

/// The field's value on the outline.
pub const OUTLINE: f64 = 0.75;
/// Units of a field from 0 to 1.
pub const RANGE: f64 = 8.0;
/// How sharp an edge is, in values of a field at one unit a device px.
const EDGE: f64 = 0.105;
/// Device px on each side of an edge within which it fades.
const FADE: f64 = EDGE * RANGE;
/// How much further a blurred edge fades.
const BLUR: f64 = 1.19;

/// An ink made ready for many pixels.
#[derive(Debug, Clone, Copy)]
pub struct Shader {
    letters: Option<Color>,
    halo: Option<Color>,
    /// In values of the field.
    fade: f64,
    halo_fade: f64,
    halo_edge: f64,
}

impl Shader {
    /// `None` where nothing would be seen.
    pub fn new(ink: &FieldInk, part: TextPart) -> Option<Self> {
        let seen = |color: Color| Some(color.with_opacity(ink.opacity)).filter(|c| c.a > 0.0);
        let letters = if part == TextPart::Halo { None } else { seen(ink.color) };
        let halo = if part == TextPart::Letters || ink.halo_width <= 0.0 {
            None
        } else {
            seen(ink.halo_color)
        };
        if ink.scale <= 0.0 || (letters.is_none() && halo.is_none()) {
            return None;
        }
        let sharp = EDGE / ink.ratio;
        Some(Self {
            letters,
            halo,
            fade: sharp / ink.scale,
            halo_fade: (ink.halo_blur * BLUR / RANGE + sharp) / ink.scale,
            halo_edge: (RANGE * OUTLINE - ink.halo_width / ink.scale) / RANGE,
        })
    }

    /// The same with a halo that ends where the field does: beyond it nothing is known of
    /// distances.
    pub fn within_field(self) -> Self {
        let halo_fade = self.halo_fade.min(OUTLINE / 2.0);
        Self { halo_fade, halo_edge: self.halo_edge.max(halo_fade), ..self }
    }

    /// The least value of the field at which anything is seen.
    pub fn least(&self) -> f64 {
        let letters = if self.letters.is_some() { OUTLINE - self.fade } else { 1.0 };
        let halo = if self.halo.is_some() { self.halo_edge - self.halo_fade } else { 1.0 };
        letters.min(halo)
    }

    /// Premultiplied colour for a value of the field.
    pub fn color(&self, value: f64) -> [u8; 4] {
        let mut out = [0.0; 4];
        if let Some(halo) = &self.halo {
            let outer =
                smoothstep(self.halo_edge - self.halo_fade, self.halo_edge + self.halo_fade, value);
            // Inside, the halo makes room for letters that can be seen through.
            let inner = 1.0 - smoothstep(OUTLINE, OUTLINE + 2.0 * self.halo_fade, value);
            out = premultiplied(halo, outer.min(inner));
        }
        if let Some(letters) = &self.letters {
            let over =
                premultiplied(letters, smoothstep(OUTLINE - self.fade, OUTLINE + self.fade, value));
            out = std::array::from_fn(|i| over[i] + (1.0 - over[3]) * out[i]);
        }
        out.map(|v| (v * 255.0 + 0.5) as u8)
    }
}

/// The ink with a halo no wider than a distance field can hold: a quarter of an em beyond the
/// outline.
pub fn limited(ink: &FieldInk) -> FieldInk {
    let most = ink.scale * RANGE * OUTLINE;
    FieldInk { halo_width: ink.halo_width.min(most), halo_blur: ink.halo_blur.min(most), ..*ink }
}

/// A halo's share at a signed distance (CSS px, positive inside) from an outline known exactly.
pub fn halo_share(inside_px: f64, ink: &FieldInk) -> f64 {
    let fade = halo_fade_px(ink);
    let outer = smoothstep(-fade, fade, inside_px + ink.halo_width);
    outer.min(1.0 - smoothstep(0.0, 2.0 * fade, inside_px))
}

/// How far on each side of its edge a halo fades, CSS px.
pub fn halo_fade_px(ink: &FieldInk) -> f64 {
    ink.halo_blur * BLUR + FADE / ink.ratio
}

fn premultiplied(color: &Color, share: f64) -> [f64; 4] {
    let a = color.a * share;
    [color.r * a, color.g * a, color.b * a, a]
}

fn smoothstep(low: f64, high: f64, v: f64) -> f64 {
    let t = ((v - low) / (high - low)).clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}
