//! Glyphs drawn once and stamped many times: the coverage of an upright glyph at one size and place
//! within its pixel, and its halo.
//!
//! A stamped glyph's origin is rounded to a quarter of a pixel of the world's own grid, so a stamp
//! is the same in every picture. Turned and very large glyphs are drawn from their outlines
//! instead.

use std::sync::Arc;

use moka::sync::Cache;

use super::circle::Discs;
use super::coverage::Coverage;
use super::field::halo_share;
use super::outlines::{Window, rings};
use super::relief::Shaders;
use crate::geo::{SUBPIXELS, Snapped};
use crate::scene::{FieldInk, TextGlyph};
use crate::text::{EM, Face, Mark};

/// Every stamp in use, and what the ground is shaded by.
#[derive(Default)]
pub struct Stamps {
    glyphs: Glyphs,
    pub(super) discs: Discs,
    pub(super) shaders: Shaders,
}

struct Glyphs(Cache<Key, Arc<Stamp>>);

/// Bytes of stamps that are kept.
const KEPT_BYTES: u64 = 48 << 20;

/// Places within a pixel, in each direction.
const PHASES: i64 = 4;

/// Device px of the largest em that is stamped.
const MAX_EM_PX: f64 = 96.0;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Key {
    face: usize,
    glyph: u32,
    size: u64,
    phase: (u8, u8),
    halo: [u64; 3],
}

/// A glyph's pixels.
#[derive(Debug)]
pub struct Stamp {
    /// From the pixel that the origin lies in.
    pub left: i64,
    pub top: i64,
    pub width: usize,
    pub height: usize,
    pub letter: Vec<u8>,
    /// Empty where there is no halo.
    pub halo: Vec<u8>,
}

impl Default for Glyphs {
    fn default() -> Self {
        let weigh =
            |_: &Key, stamp: &Arc<Stamp>| (stamp.letter.len() + stamp.halo.len() + 128) as u32;
        Self(Cache::builder().max_capacity(KEPT_BYTES).weigher(weigh).build())
    }
}

impl Stamps {
    /// The stamp for a glyph, and the pixel that its origin lies in; `None` for one that is not
    /// stamped.
    pub fn of(
        &self,
        glyph: &TextGlyph,
        anchor: Snapped,
        ink: &FieldInk,
    ) -> Option<(Arc<Stamp>, i64, i64)> {
        let Mark::Outline { face, glyph: id } = &glyph.mark else { return None };
        let [size, slant] = glyph.right;
        if slant != 0.0 || size <= 0.0 || size * EM > MAX_EM_PX {
            return None;
        }
        let step = SUBPIXELS / PHASES;
        let place = |at: i64, by: f64| {
            let phases = (at + (by * SUBPIXELS as f64).round() as i64 + step / 2).div_euclid(step);
            (phases.div_euclid(PHASES), phases.rem_euclid(PHASES) as u8)
        };
        let ((x, phase_x), (y, phase_y)) =
            (place(anchor.x, glyph.origin[0]), place(anchor.y, glyph.origin[1]));
        let has_halo = ink.halo_width > 0.0 && ink.halo_color.a > 0.0;
        let key = Key {
            face: Arc::as_ptr(face) as usize,
            glyph: *id,
            size: size.to_bits(),
            phase: (phase_x, phase_y),
            halo: if has_halo {
                [ink.halo_width, ink.halo_blur, ink.ratio].map(f64::to_bits)
            } else {
                [0; 3]
            },
        };
        let stamp = self.glyphs.0.get_with(key, || {
            let at = |phase: u8| f64::from(phase) / PHASES as f64;
            Arc::new(draw(face, *id, size, [at(phase_x), at(phase_y)], has_halo.then_some(ink)))
        });
        Some((stamp, x, y))
    }
}

fn draw(face: &Arc<Face>, id: u32, size: f64, phase: [f64; 2], halo: Option<&FieldInk>) -> Stamp {
    let origin = Snapped { x: 0, y: 0 };
    let mark = Mark::Outline { face: face.clone(), glyph: id };
    let glyph = TextGlyph { mark, origin: phase, right: [size, 0.0], color: None, bytes: (0, 0) };
    let mut rings = rings(face, id, &glyph, origin);
    let reach = halo
        .map_or(0.0, |ink| (ink.halo_width + super::field::halo_fade_px(ink)) * ink.ratio)
        .ceil() as i64
        + 1;
    let bounds = |v: fn(&Snapped) -> i64| {
        let all = || rings.iter().flatten().map(v);
        let low = all().min().unwrap_or(0).div_euclid(SUBPIXELS) - reach;
        (low, all().max().unwrap_or(0).div_euclid(SUBPIXELS) + reach + 1 - low)
    };
    let ((left, width), (top, height)) = (bounds(|p| p.x), bounds(|p| p.y));
    let empty = Stamp { left, top, width: 0, height: 0, letter: Vec::new(), halo: Vec::new() };
    if rings.is_empty() {
        return empty;
    }
    for point in rings.iter_mut().flatten() {
        *point = Snapped { x: point.x - left * SUBPIXELS, y: point.y - top * SUBPIXELS };
    }
    let (width, height) = (width as usize, height as usize);
    let mut coverage = Coverage::new(width as u32, height as u32);
    rings.iter().for_each(|ring| coverage.add_ring(ring));
    let mut letter = vec![0; width * height];
    coverage.spans(|span| {
        let start = span.y as usize * width + span.x as usize;
        letter[start..start + span.length as usize].fill(span.coverage);
    });
    let share = |(i, ink): (usize, &FieldInk), window: &Window| {
        let away = f64::from(window.distances_sq[i]).sqrt() / ink.ratio;
        (halo_share(if letter[i] >= 128 { away } else { -away }, ink) * 255.0).round() as u8
    };
    let halo = halo.map_or(Vec::new(), |ink| {
        let mut window = Window::new(0, 0, width, height);
        window.measure_all(&rings.iter().collect::<Vec<_>>(), reach as f64);
        (0..width * height).map(|i| share((i, ink), &window)).collect()
    });
    Stamp { width, height, letter, halo, ..empty }
}
