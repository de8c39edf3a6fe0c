//! The ground as light and shade, or its heights as colours.
//!
//! Each pixel's colour hangs on the slopes, or the height, at its own place. The formulas of light
//! and shade are those of <https://maplibre.org/maplibre-style-spec/layers/#hillshade-method>;
//! `basic`, `combined` and `igor` are there said to be GDAL's
//! (<https://gdal.org/en/stable/programs/gdaldem.html#hillshade>).

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use super::blend::Canvas;
use super::image::{RUN, draw_placed};
use crate::color::Color;
use crate::scene::{Light, Relief, ReliefInk, Shading, ShadingMethod, Tints};

/// Shaders, kept from one picture to the next: those that were asked for last.
#[derive(Default)]
pub struct Shaders(Mutex<VecDeque<(Shading, Arc<Shader>)>>);

/// How many are kept: a style has one for each zoom.
const KEPT_SHADERS: usize = 32;

impl Shaders {
    /// `None` without a light.
    fn of(&self, shading: &Shading) -> Option<Arc<Shader>> {
        let kept = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, shader)) = kept().iter().find(|(known, _)| known == shading) {
            return Some(shader.clone());
        }
        let shader = Arc::new(Shader::new(shading)?);
        let mut kept = kept();
        kept.push_front((shading.clone(), shader.clone()));
        kept.truncate(KEPT_SHADERS);
        Some(shader)
    }
}

pub fn draw(relief: &Relief, shaders: &Shaders, canvas: &mut Canvas) {
    let ground = &*relief.ground;
    match &relief.ink {
        ReliefInk::Shading(shading) => {
            let Some(shader) = shaders.of(shading) else { return };
            let slopes = ground.slopes();
            draw_placed(&relief.corners, relief.part, canvas, |xs, ys, run| {
                shader.colors(&slopes.at(xs, ys, relief.nearest), run);
            });
        }
        ReliefInk::Tints(tints) => {
            let Some(colors) = TintColors::new(tints) else { return };
            draw_placed(&relief.corners, relief.part, canvas, |xs, ys, run| {
                let heights = ground.heights_at(xs, ys, relief.nearest);
                for (ink, height) in run.iter_mut().zip(heights) {
                    *ink = bytes(colors.at(f64::from(height)));
                }
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
    rgba.map(|v| byte(v.clamp(0.0, alpha)))
}

/// Of 0..=1, rounded to nearest.
#[inline]
fn byte(share: f32) -> u8 {
    // A number from 2^23 on has no fraction: its last bits are what it is above that.
    (share * 255.0 + 8_388_608.0).to_bits() as u8
}

#[inline]
fn mixed(a: Rgba, b: Rgba, share: f32) -> Rgba {
    std::array::from_fn(|i| a[i] + (b[i] - a[i]) * share)
}

/// Both colours, each by so much.
fn sum(a: Rgba, by_a: f32, b: Rgba, by_b: f32) -> Rgba {
    std::array::from_fn(|i| a[i] * by_a + b[i] * by_b)
}

/// A light ready to shine.
struct Lamp {
    sin_altitude: f32,
    /// How far the light goes to the east and south, level with the ground.
    level: [f32; 2],
    /// To the east and south, to where it shines from.
    from: [f32; 2],
    shadow: Rgba,
    highlight: Rgba,
}

impl Lamp {
    fn new(light: &Light) -> Self {
        let (sin_altitude, cos_altitude) = light.altitude.sin_cos();
        let (sin, cos) = light.azimuth.sin_cos();
        Self {
            sin_altitude: sin_altitude as f32,
            level: [-sin * cos_altitude, cos * cos_altitude].map(|v| v as f32),
            from: [sin, -cos].map(|v| v as f32),
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
    #[inline]
    fn facing(&self, slope: [f32; 2]) -> f32 {
        let [east, south] = self.from;
        let rises = slope[0] * east + slope[1] * south;
        let across = slope[0] * south - slope[1] * east;
        half_turns(across.abs(), rises)
    }
}

/// The angle between what goes to the right and what goes there by `right` and up by `up`, which is
/// not negative: 0..=1. No more than 4e-6 off, and the same on all machines, as that of a machine's
/// own library need not be.
#[inline]
fn half_turns(up: f32, right: f32) -> f32 {
    // Of the arc tangent from 0 to 1: the odd polynomial whose greatest error is the least.
    const ARC: [f32; 5] = [0.318_267_3, -0.105_139_3, 0.057_346_46, -0.027_106_07, 0.006_635_186];
    let level = right.abs();
    let t = up.min(level) / up.max(level).max(f32::MIN_POSITIVE);
    let tt = t * t;
    let arc = t * (ARC[0] + tt * (ARC[1] + tt * (ARC[2] + tt * (ARC[3] + tt * ARC[4]))));
    let arc = if up > level { 0.5 - arc } else { arc };
    if right < 0.0 { 1.0 - arc } else { arc }
}

fn squared(slope: [f32; 2]) -> f32 {
    slope[0] * slope[0] + slope[1] * slope[1]
}

/// A [`Shading`] ready to be applied.
struct Shader {
    method: ShadingMethod,
    lamps: Vec<Lamp>,
    first: Lamp,
    /// How much steeper slopes are to all methods but the standard one.
    steeper: f32,
    /// Those of the standard method.
    shades: Shades,
}

/// How much gentler slopes are to the standard method.
const STANDARD_STEEPNESS: f32 = 0.625;

impl Shader {
    /// `None` without a light.
    fn new(shading: &Shading) -> Option<Self> {
        let first = Lamp::new(shading.lights.first()?);
        let shades = match shading.method {
            ShadingMethod::Standard => Shades::new(shading, &first),
            _ => Shades::default(),
        };
        Some(Self {
            method: shading.method,
            lamps: shading.lights.iter().map(Lamp::new).collect(),
            first,
            steeper: (shading.exaggeration * 2.0) as f32,
            shades,
        })
    }

    /// Premultiplied RGBA of each slope.
    fn colors(&self, slopes: &[[f32; 2]; RUN], run: &mut [[u8; 4]; RUN]) {
        let lamp = &self.first;
        let share = |steeper| 2.0 * half_turns(squared(steeper).sqrt(), 1.0);
        match self.method {
            ShadingMethod::Standard => self.standard(slopes, run),
            ShadingMethod::Basic => self.each(slopes, run, |steeper| lamp.basic(steeper)),
            ShadingMethod::Combined => self.each(slopes, run, |steeper| {
                let (cosine, share) = (lamp.cosine(steeper).clamp(0.0, 1.0), share(steeper));
                let angle = 2.0 * half_turns((1.0 - cosine * cosine).sqrt(), cosine);
                sum(lamp.shadow, angle * share, lamp.highlight, (1.0 - angle) * share)
            }),
            ShadingMethod::Igor => self.each(slopes, run, |steeper| {
                let (facing, share) = (lamp.facing(steeper), share(steeper));
                sum(lamp.shadow, (1.0 - facing) * share, lamp.highlight, facing * share)
            }),
            ShadingMethod::Multidirectional => {
                let share = 1.0 / self.lamps.len() as f32;
                self.each(slopes, run, |steeper| {
                    let all = self.lamps.iter();
                    all.fold([0.0; 4], |all, lamp| sum(all, 1.0, lamp.basic(steeper), share))
                });
            }
        }
    }

    /// The colours that slopes have by what they are to all methods but the standard one.
    fn each(
        &self,
        slopes: &[[f32; 2]; RUN],
        run: &mut [[u8; 4]; RUN],
        color: impl Fn([f32; 2]) -> Rgba,
    ) {
        for (ink, slope) in run.iter_mut().zip(slopes) {
            *ink = bytes(color(slope.map(|s| s * self.steeper)));
        }
    }

    /// Step by step, each for the whole run: then several pixels are computed at once.
    fn standard(&self, slopes: &[[f32; 2]; RUN], run: &mut [[u8; 4]; RUN]) {
        let mut facing = [0.0; RUN];
        let mut steepness = [0.0; RUN];
        for i in 0..RUN {
            let steep = STANDARD_STEEPNESS * squared(slopes[i]).sqrt();
            facing[i] = self.first.facing(slopes[i]);
            steepness[i] = steep / (1.0 + steep);
        }
        for i in 0..RUN {
            run[i] = self.shades.of(steepness[i], facing[i]);
        }
    }
}

/// The shades of the standard method, in steps so small that nobody sees them: what is of one shade
/// over many pixels makes a small file.
#[derive(Default)]
struct Shades {
    /// For evenly spaced steepness from 0 of level ground to 1 of a wall, where its shades begin.
    rows: Vec<u32>,
    /// How many shades there are of each steepness, by how much it faces the light.
    facings: usize,
    shades: Vec<[u8; 4]>,
}

/// From one shade to the next, of a channel: no colour is more than half of it off.
const STEP: f32 = 3.0 / 255.0;

/// How many pieces the steepness of the standard method is looked at in.
const PIECES: usize = 1024;

impl Shades {
    fn new(shading: &Shading, lamp: &Lamp) -> Self {
        let accent = premultiplied(shading.accent);
        let curve = standard_curve(shading.exaggeration);
        // What changes no channel by a step is of one shade. No channel exceeds the opacity.
        let opacities = [accent[3], lamp.shadow[3].max(lamp.highlight[3])];
        let apart = |a: &[f32; 2], b: &[f32; 2]| {
            (0..2).map(|i| (a[i] - b[i]).abs() * opacities[i]).sum::<f32>()
        };
        let strongest = curve.iter().fold(0.0, |most: f32, [_, shade]| most.max(*shade));
        let contrast = (0..4).map(|c| (lamp.highlight[c] - lamp.shadow[c]).abs());
        let contrast = contrast.fold(0.0, f32::max) * strongest;
        let facings = (contrast / STEP).ceil() as usize + 1;
        let (mut rows, mut shades) = (Vec::with_capacity(PIECES), Vec::new());
        let mut rest = &curve[..];
        while let Some(first) = rest.first() {
            // What is level has no shade at all.
            let is_level = rows.is_empty();
            let step = if is_level { STEP / 2.0 } else { STEP };
            let alike = rest.iter().take_while(|next| apart(first, next) <= step).count().max(1);
            let [accented, shaded] = if is_level { [0.0; 2] } else { rest[alike / 2] };
            rest = &rest[alike..];
            rows.extend(std::iter::repeat_n(shades.len() as u32, alike));
            shades.extend((0..facings).map(|i| {
                let facing = i as f32 / (facings - 1).max(1) as f32;
                let shade = mixed(lamp.shadow, lamp.highlight, facing).map(|v| v * shaded);
                bytes(sum(accent, accented * (1.0 - shade[3]), shade, 1.0))
            }));
        }
        Self { rows, facings, shades }
    }

    #[inline]
    fn of(&self, steepness: f32, facing: f32) -> [u8; 4] {
        let row = self.rows[((steepness * PIECES as f32) as usize).min(PIECES - 1)] as usize;
        let column = (facing * (self.facings - 1) as f32 + 0.5) as usize;
        self.shades[row + column.min(self.facings - 1)]
    }
}

/// How much of the accent there is, and of the shade, by steepness: straight at an exaggeration of
/// a half, else an exponential curve from level to upright.
fn standard_curve(exaggeration: f64) -> Vec<[f32; 2]> {
    let upright = std::f64::consts::FRAC_PI_2;
    let base = 1.875 - exaggeration * 1.75;
    let strength = (exaggeration * 2.0).clamp(0.0, 1.0);
    let at = |i: usize| {
        let steepness = (i as f64 + 0.5) / PIECES as f64;
        let angle = (steepness / (1.0 - steepness)).atan();
        let angle = match (exaggeration - 0.5).abs() < 1e-9 {
            true => angle,
            false => (base.powf(angle) - 1.0) / (base.powf(upright) - 1.0) * upright,
        };
        [(1.0 - angle.cos()) * strength, angle.sin() * strength].map(|v| v as f32)
    };
    (0..PIECES).map(at).collect()
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
