//! Pictures placed in the world: each pixel takes its colour from the place of the image that it
//! shows.
//!
//! The place comes from the pixel's own position relative to the image's corners, all in whole
//! 1/256 px, so it is the same in every picture.

use super::blend::{Canvas, Edge, mixed};
use super::rows_in;
use crate::geo::{SUBPIXELS, Snapped, cost};
use crate::scene::{Adjustment, Raster};
use crate::sprite::Image;

pub fn draw(raster: &Raster, canvas: &mut Canvas) {
    let Some(colors) = Colors::new(&raster.adjustment) else { return };
    let image = &*raster.image;
    draw_placed(&raster.corners, raster.part, canvas, |xs, ys, run| {
        for (ink, (x, y)) in run.iter_mut().zip(xs.iter().zip(ys)) {
            let rgba = match raster.nearest {
                true => nearest(image, *x, *y),
                false => mixed(image, *x, *y, Edge::Clamp),
            };
            *ink = if rgba[3] > 0 { colors.apply(rgba) } else { [0; 4] };
        }
    });
}

/// How many pixels are drawn together.
pub const RUN: usize = 32;

/// Blends the colour (premultiplied RGBA) that each pixel's place in a picture has over it, a run
/// of a row at a time; `corners` bound the `part` of the picture, in its own units: left, top,
/// right, bottom. At the end of a row the colours of a run's last places are not asked for.
pub fn draw_placed(
    corners: &[Snapped; 4],
    part: [f64; 4],
    canvas: &mut Canvas,
    color: impl Fn(&[f64; RUN], &[f64; RUN], &mut [[u8; 4]; RUN]),
) {
    let Some(map) = Projective::onto_square(corners) else { return };
    let [left, top, right, bottom] = part;
    let outer = canvas.clip(Some(rows_in(corners, canvas.width() as u32, canvas.height() as u32)));
    let (mut xs, mut ys, mut run) = ([0.0; RUN], [0.0; RUN], [[0; 4]; RUN]);
    for y in 0..canvas.height() {
        let columns = canvas.seen(y, 0, canvas.width());
        if !canvas.spends(columns.len(), cost::PLACED_PX) {
            break;
        }
        let at = |v: usize| v as i64 * SUBPIXELS + SUBPIXELS / 2;
        for first in columns.clone().step_by(RUN) {
            for i in 0..RUN {
                let x = at(first + i) - corners[0].x;
                let (u, v) = map.apply(x as f64, (at(y) - corners[0].y) as f64);
                xs[i] = left + u * (right - left);
                ys[i] = top + v * (bottom - top);
            }
            color(&xs, &ys, &mut run);
            canvas.blend_row(first as i64, y as i64, &run[..RUN.min(columns.end - first)]);
        }
    }
    canvas.unclip(outer);
}

fn nearest(image: &Image, x: f64, y: f64) -> [u8; 4] {
    let place = |v: f64, size: u32| (v.floor().max(0.0) as usize).min(size as usize - 1);
    let i = (place(y, image.height_px) * image.width_px as usize + place(x, image.width_px)) * 4;
    [image.rgba[i], image.rgba[i + 1], image.rgba[i + 2], image.rgba[i + 3]]
}

/// The projective map of a quadrilateral onto the unit square (P. Heckbert, "Fundamentals of
/// Texture Mapping and Image Warping", 1989, 2.2.3); its first corner is the origin of both.
struct Projective([f64; 9]);

impl Projective {
    /// `None` where the corners do not bound an area.
    fn onto_square(corners: &[Snapped; 4]) -> Option<Self> {
        let p = corners.map(|c| ((c.x - corners[0].x) as f64, (c.y - corners[0].y) as f64));
        let (dx1, dy1) = (p[1].0 - p[2].0, p[1].1 - p[2].1);
        let (dx2, dy2) = (p[3].0 - p[2].0, p[3].1 - p[2].1);
        let (sx, sy) = (p[0].0 - p[1].0 + p[2].0 - p[3].0, p[0].1 - p[1].1 + p[2].1 - p[3].1);
        let determinant = dx1 * dy2 - dx2 * dy1;
        if determinant == 0.0 {
            return None;
        }
        let (g, h) = ((sx * dy2 - dx2 * sy) / determinant, (dx1 * sy - sx * dy1) / determinant);
        let (a, b) = (p[1].0 - p[0].0 + g * p[1].0, p[3].0 - p[0].0 + h * p[3].0);
        let (d, e) = (p[1].1 - p[0].1 + g * p[1].1, p[3].1 - p[0].1 + h * p[3].1);
        // The adjugate of [a b 0; d e 0; g h 1], the map of the square onto the corners.
        Some(Self([e, -b, 0.0, -d, a, 0.0, d * h - e * g, b * g - a * h, a * e - b * d]))
    }

    #[inline]
    fn apply(&self, x: f64, y: f64) -> (f64, f64) {
        let m = &self.0;
        let w = m[6] * x + m[7] * y + m[8];
        ((m[0] * x + m[1] * y) / w, (m[3] * x + m[4] * y) / w)
    }
}

/// An [`Adjustment`] ready to be applied, as MapLibre's raster layers define it.
struct Colors {
    opacity: f64,
    spin: [f64; 3],
    saturation: f64,
    contrast: f64,
    brightness: [f64; 2],
    plain: bool,
}

impl Colors {
    /// `None` where nothing would be seen.
    fn new(a: &Adjustment) -> Option<Self> {
        let (sin, cos) = a.hue.to_radians().sin_cos();
        let root = 3f64.sqrt();
        let saturation =
            if a.saturation > 0.0 { 1.0 - 1.0 / (1.001 - a.saturation) } else { -a.saturation };
        let contrast =
            if a.contrast > 0.0 { 1.0 / (1.0 - a.contrast).max(1e-6) } else { 1.0 + a.contrast };
        let plain =
            a.hue == 0.0 && a.saturation == 0.0 && a.contrast == 0.0 && a.brightness == [0.0, 1.0];
        (a.opacity > 0.0).then_some(Self {
            opacity: a.opacity.min(1.0),
            spin: [
                (2.0 * cos + 1.0) / 3.0,
                (-root * sin - cos + 1.0) / 3.0,
                (root * sin - cos + 1.0) / 3.0,
            ],
            saturation,
            contrast,
            brightness: a.brightness,
            plain,
        })
    }

    /// Premultiplied in, premultiplied out.
    fn apply(&self, rgba: [u8; 4]) -> [u8; 4] {
        let byte = |v: f64| (v.clamp(0.0, 1.0) * 255.0 + 0.5) as u8;
        if self.plain {
            return rgba.map(|c| byte(f64::from(c) / 255.0 * self.opacity));
        }
        let alpha = f64::from(rgba[3]);
        let straight: [f64; 3] = std::array::from_fn(|i| f64::from(rgba[i]) / alpha);
        let [r, g, b] = straight;
        let [s, t, u] = self.spin;
        let spun = [r * s + g * t + b * u, r * u + g * s + b * t, r * t + g * u + b * s];
        let average = (r + g + b) / 3.0;
        let [low, high] = self.brightness;
        let alpha = alpha / 255.0 * self.opacity;
        let channel = |v: f64| {
            let v = v + (average - v) * self.saturation;
            let v = (v - 0.5) * self.contrast + 0.5;
            byte((low + (high - low) * v).clamp(0.0, 1.0) * alpha)
        };
        [channel(spun[0]), channel(spun[1]), channel(spun[2]), byte(alpha)]
    }
}
