//! The ground as light and shade, or its heights as colours.
//!
//! Each pixel's colour hangs on the slopes, or the height, at its own place. The formulas of light
//! and shade are those of <https://maplibre.org/maplibre-style-spec/layers/#hillshade-method>;
//! `basic`, `combined` and `igor` are there said to be GDAL's
//! (<https://gdal.org/en/stable/programs/gdaldem.html#hillshade>).

use std::f32::consts::{FRAC_PI_2, PI};

use super::blend::Canvas;
use super::image::draw_placed;
use crate::color::Color;
use crate::scene::{Light, Relief, ReliefInk, Shading, ShadingMethod, Tints};

pub fn draw(relief: &Relief, canvas: &mut Canvas) {
    let ground = &*relief.ground;
    match &relief.ink {
        ReliefInk::Shading(shading) => {
            let Some(shader) = Shader::new(shading) else { return };
            let slopes = ground.slopes();
            draw_placed(&relief.corners, relief.part, canvas, |x, y| {
                bytes(shader.color(slopes.at(x, y, relief.nearest)))
            });
        }
        ReliefInk::Tints(tints) => {
            let Some(colors) = TintColors::new(tints) else { return };
            draw_placed(&relief.corners, relief.part, canvas, |x, y| {
                bytes(colors.at(f64::from(ground.height(x, y, relief.nearest))))
            });
        }
    }
}

/// Premultiplied, 0..=1.
type Rgba = [f32; 4];

fn premultiplied(c: Color) -> Rgba {
    [c.r * c.a, c.g * c.a, c.b * c.a, c.a].map(|v| v as f32)
}

fn bytes(rgba: Rgba) -> [u8; 4] {
    let alpha = rgba[3].clamp(0.0, 1.0);
    rgba.map(|v| (v.clamp(0.0, alpha) * 255.0 + 0.5) as u8)
}

fn mixed(a: Rgba, b: Rgba, share: f32) -> Rgba {
    std::array::from_fn(|i| a[i] + (b[i] - a[i]) * share)
}

/// Both colours, each by so much.
fn sum(a: Rgba, by_a: f32, b: Rgba, by_b: f32) -> Rgba {
    std::array::from_fn(|i| a[i] * by_a + b[i] * by_b)
}

/// A light ready to shine.
struct Lamp {
    /// What the ground's aspect is turned by, 0..2, half turns.
    turn: f32,
    sin_altitude: f32,
    /// How far the light goes to the east and south, level with the ground.
    level: [f32; 2],
    shadow: Rgba,
    highlight: Rgba,
}

impl Lamp {
    fn new(light: &Light) -> Self {
        let (sin_altitude, cos_altitude) = light.altitude.sin_cos();
        let (sin, cos) = light.azimuth.sin_cos();
        Self {
            turn: (light.azimuth / std::f64::consts::PI + 1.5).rem_euclid(2.0) as f32,
            sin_altitude: sin_altitude as f32,
            level: [-sin * cos_altitude, cos * cos_altitude].map(|v| v as f32),
            shadow: premultiplied(light.shadow),
            highlight: premultiplied(light.highlight),
        }
    }

    /// Cosine of the angle between the light and what stands upright on the ground.
    fn cosine(&self, slope: [f32; 2]) -> f32 {
        let along = self.level[0] * slope[0] + self.level[1] * slope[1];
        (self.sin_altitude + along) / (1.0 + squared(slope)).sqrt()
    }

    /// Highlight where more than half of the light falls, shadow where less.
    fn basic(&self, slope: [f32; 2]) -> Rgba {
        let shade = self.cosine(slope).clamp(0.0, 1.0);
        match shade > 0.5 {
            true => self.highlight.map(|v| v * (2.0 * shade - 1.0)),
            false => self.shadow.map(|v| v * (1.0 - 2.0 * shade)),
        }
    }

    /// 0 where the ground falls away from the light, 1 where it falls towards it.
    fn facing(&self, slope: [f32; 2]) -> f32 {
        let [east, south] = slope;
        let aspect = match east == 0.0 {
            true => FRAC_PI_2.copysign(if south > 0.0 { 1.0 } else { -1.0 }),
            false => south.atan2(-east),
        };
        // In half turns, from -1 to below 3.
        let turned = aspect / PI + self.turn;
        let around = match turned {
            t if t < 0.0 => t + 2.0,
            t if t >= 2.0 => t - 2.0,
            t => t,
        };
        (around - 1.0).abs()
    }
}

fn squared(slope: [f32; 2]) -> f32 {
    slope[0] * slope[0] + slope[1] * slope[1]
}

/// A [`Shading`] ready to be applied.
struct Shader {
    method: ShadingMethod,
    lamps: Vec<Lamp>,
    first: Lamp,
    accent: Rgba,
    /// How much steeper slopes are to all methods but the standard one.
    steeper: f32,
    /// Of the standard method, by [`Shader::steepness`], evenly spaced: how much of the accent
    /// there is, and of the shade.
    curve: Vec<[f32; 2]>,
}

/// How much gentler slopes are to the standard method.
const STANDARD_STEEPNESS: f32 = 0.625;

/// How many pieces the standard method's curve has.
const PIECES: usize = 1024;

impl Shader {
    /// `None` without a light.
    fn new(shading: &Shading) -> Option<Self> {
        let curve = match shading.method {
            ShadingMethod::Standard => standard_curve(shading.exaggeration),
            _ => Vec::new(),
        };
        Some(Self {
            method: shading.method,
            lamps: shading.lights.iter().map(Lamp::new).collect(),
            first: Lamp::new(shading.lights.first()?),
            accent: premultiplied(shading.accent),
            steeper: (shading.exaggeration * 2.0) as f32,
            curve,
        })
    }

    fn color(&self, slope: [f32; 2]) -> Rgba {
        let lamp = &self.first;
        let steeper = slope.map(|s| s * self.steeper);
        let share = || squared(steeper).sqrt().atan() / FRAC_PI_2;
        match self.method {
            ShadingMethod::Standard => self.standard(slope),
            ShadingMethod::Basic => lamp.basic(steeper),
            ShadingMethod::Combined => {
                let angle = lamp.cosine(steeper).clamp(0.0, 1.0).acos() / FRAC_PI_2;
                sum(lamp.shadow, angle * share(), lamp.highlight, (1.0 - angle) * share())
            }
            ShadingMethod::Igor => {
                let (facing, share) = (lamp.facing(steeper), share());
                sum(lamp.shadow, (1.0 - facing) * share, lamp.highlight, facing * share)
            }
            ShadingMethod::Multidirectional => {
                let share = 1.0 / self.lamps.len() as f32;
                self.lamps
                    .iter()
                    .fold([0.0; 4], |all, lamp| sum(all, 1.0, lamp.basic(steeper), share))
            }
        }
    }

    fn standard(&self, slope: [f32; 2]) -> Rgba {
        let lamp = &self.first;
        let steep = STANDARD_STEEPNESS * squared(slope).sqrt();
        let at = Self::steepness(steep) * PIECES as f32;
        let before = (at as usize).min(PIECES - 1);
        let along = at - before as f32;
        let [accent, strength] = std::array::from_fn(|i| {
            self.curve[before][i] + (self.curve[before + 1][i] - self.curve[before][i]) * along
        });
        let shade = mixed(lamp.shadow, lamp.highlight, lamp.facing(slope)).map(|v| v * strength);
        sum(self.accent, accent * (1.0 - shade[3]), shade, 1.0)
    }

    /// From 0 of level ground to 1 of a wall.
    fn steepness(steep: f32) -> f32 {
        steep / (1.0 + steep)
    }
}

/// Straight at an exaggeration of a half, else an exponential curve from level to upright.
fn standard_curve(exaggeration: f64) -> Vec<[f32; 2]> {
    let upright = std::f64::consts::FRAC_PI_2;
    let base = 1.875 - exaggeration * 1.75;
    let strength = (exaggeration * 2.0).clamp(0.0, 1.0);
    let at = |i: usize| {
        let steepness = i as f64 / PIECES as f64;
        let angle = if i == PIECES { upright } else { (steepness / (1.0 - steepness)).atan() };
        let angle = match (exaggeration - 0.5).abs() < 1e-9 {
            true => angle,
            false => (base.powf(angle) - 1.0) / (base.powf(upright) - 1.0) * upright,
        };
        [(1.0 - angle.cos()) * strength, angle.sin() * strength].map(|v| v as f32)
    };
    (0..=PIECES).map(at).collect()
}

/// [`Tints`] ready to be applied.
struct TintColors(Vec<(f64, Rgba)>);

impl TintColors {
    /// `None` where nothing would be seen.
    fn new(tints: &Tints) -> Option<Self> {
        let color = |c: Color| premultiplied(c).map(|v| v * tints.opacity as f32);
        let stops: Vec<_> = tints.stops.iter().map(|(height, c)| (*height, color(*c))).collect();
        (tints.opacity > 0.0 && !stops.is_empty()).then_some(Self(stops))
    }

    fn at(&self, height: f64) -> Rgba {
        let next = self.0.partition_point(|(stop, _)| *stop <= height);
        match (next.checked_sub(1).and_then(|i| self.0.get(i)), self.0.get(next)) {
            (Some((low, a)), Some((high, b))) => {
                mixed(*a, *b, ((height - low) / (high - low)) as f32)
            }
            (Some((_, only)), None) | (None, Some((_, only))) => *only,
            (None, None) => [0.0; 4],
        }
    }
}
