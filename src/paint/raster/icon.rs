//! Icons: images at points, mixed from the image's pixels or taken one for one; images of distances
//! in any colour.
//!
//! A pixel's place in the image comes from its centre's offset to the anchor, in whole 1/256 px, so
//! it is the same in every picture.

use super::blend::{Canvas, Edge, mixed};
use super::field::Shader;
use crate::geo::{SUBPIXELS, Snapped};
use crate::scene::{Icon, TextPart};
use crate::sprite::Image;

pub fn draw(icon: &Icon, canvas: &mut Canvas) {
    let [left, top, right, bottom] = icon.part;
    let opacity = (icon.ink.opacity.clamp(0.0, 1.0) * 255.0).round() as u8;
    let shader =
        Shader::new(&icon.ink, TextPart::Both).filter(|_| icon.image.sdf).map(Shader::within_field);
    if opacity == 0 || (icon.image.sdf && shader.is_none()) {
        return;
    }
    let tie = |side: [f64; 2], part: f64| TIE_PX * part / side[0].hypot(side[1]);
    let (tie_u, tie_v) = (tie(icon.right, right - left), tie(icon.down, bottom - top));
    each_pixel(icon.anchor, icon.origin, icon.right, icon.down, canvas, |canvas, x, y, u, v| {
        let (u, v) = (left + u * (right - left), top + v * (bottom - top));
        let rgba = match icon.nearest {
            true => nearest(&icon.image, u - tie_u, v - tie_v),
            false => mixed(&icon.image, u, v, Edge::Empty),
        };
        match &shader {
            Some(shader) => canvas.blend_pixel(x, y, shader.color(f64::from(rgba[3]) / 255.0), 255),
            None => canvas.blend_pixel(x, y, rgba, opacity),
        }
    });
}

fn nearest(image: &Image, x: f64, y: f64) -> [u8; 4] {
    let (x, y) = (x.floor(), y.floor());
    if x < 0.0 || y < 0.0 || x >= f64::from(image.width_px) || y >= f64::from(image.height_px) {
        return [0; 4];
    }
    let i = (y as usize * image.width_px as usize + x as usize) * 4;
    [image.rgba[i], image.rgba[i + 1], image.rgba[i + 2], image.rgba[i + 3]]
}

/// A pixel's middle on the border of two pixels of an icon, to within so many device px, shows the
/// one before, as in MapLibre: what lies on half px is drawn half a px further right and down.
const TIE_PX: f64 = 1e-6;

/// Calls `draw` for every pixel with its centre in a parallelogram, with the centre's place in it,
/// 0..1 along each side.
pub fn each_pixel(
    anchor: Snapped,
    origin: [f64; 2],
    right: [f64; 2],
    down: [f64; 2],
    canvas: &mut Canvas,
    mut draw: impl FnMut(&mut Canvas, usize, usize, f64, f64),
) {
    let determinant = right[0] * down[1] - right[1] * down[0];
    let corner = |i: usize| {
        let ends = [0.0, right[i], down[i], right[i] + down[i]];
        let (low, high) = ends
            .iter()
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| (l.min(*v), h.max(*v)));
        (origin[i] + low, origin[i] + high)
    };
    if determinant.abs() < 1e-9 || !determinant.is_finite() {
        return;
    }
    let px = |v: i64| v as f64 / SUBPIXELS as f64;
    let range = |i: usize, at: i64, size: usize| {
        let (low, high) = corner(i);
        let first = (px(at) + low - 0.5).floor().clamp(0.0, size as f64) as usize;
        let end = (px(at) + high + 0.5).ceil().clamp(first as f64, size as f64) as usize;
        first..end
    };
    let (columns, rows) = (range(0, anchor.x, canvas.width()), range(1, anchor.y, canvas.height()));
    for y in rows {
        for x in canvas.seen(y, columns.start, columns.len()) {
            // Exact: whole 1/256 px.
            let from = |v: usize, at: i64| px(v as i64 * SUBPIXELS + SUBPIXELS / 2 - at);
            let (dx, dy) = (from(x, anchor.x) - origin[0], from(y, anchor.y) - origin[1]);
            let u = (dx * down[1] - dy * down[0]) / determinant;
            let v = (dy * right[0] - dx * right[1]) / determinant;
            if (0.0..1.0).contains(&u) && (0.0..1.0).contains(&v) {
                draw(canvas, x, y, u, v);
            }
        }
    }
}
