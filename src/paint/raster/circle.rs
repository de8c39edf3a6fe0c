//! Discs with an optional ring: opacity by the distance of the pixel's centre from the circle's.

use super::blend::Canvas;
use crate::color::Color;
use crate::geo::{SUBPIXELS, cost};
use crate::scene::Circle;

pub fn draw(circle: &Circle, canvas: &mut Canvas) {
    let outer = circle.radius_px + circle.stroke_px;
    // The soft edge is at least a pixel wide, and lies inside.
    let softness = circle.blur_px.max(1.0);
    let reach = outer;
    let center = |v: i64| v as f64 / SUBPIXELS as f64;
    let range = |at: f64, limit: usize| {
        let from = (at - reach - 1.0).floor().clamp(0.0, limit as f64) as usize;
        let to = (at + reach + 1.0).ceil().clamp(0.0, limit as f64) as usize;
        from..to
    };
    let fill = premultiplied(circle.color);
    let ring = premultiplied(circle.stroke_color);
    let columns = range(center(circle.center.x), canvas.width());
    for y in range(center(circle.center.y), canvas.height()) {
        let dy = center(y as i64 * SUBPIXELS + SUBPIXELS / 2 - circle.center.y);
        if !canvas.spends(columns.len(), cost::PX) {
            return;
        }
        for x in canvas.seen(y, columns.start, columns.len()) {
            let dx = center(x as i64 * SUBPIXELS + SUBPIXELS / 2 - circle.center.x);
            let distance = dx.hypot(dy);
            let opacity = 1.0 - smoothstep(outer - softness, outer, distance);
            if opacity <= 0.0 {
                continue;
            }
            let ringed = match circle.stroke_px > 0.0 {
                true => smoothstep(circle.radius_px - softness, circle.radius_px, distance),
                false => 0.0,
            };
            let rgba = std::array::from_fn(|i| {
                ((fill[i] + (ring[i] - fill[i]) * ringed) * opacity * 255.0 + 0.5) as u8
            });
            canvas.blend_pixel(x, y, rgba, 255);
        }
    }
}

fn premultiplied(c: Color) -> [f64; 4] {
    [c.r * c.a, c.g * c.a, c.b * c.a, c.a]
}

/// 0 at `from` and before, 1 at `to` and after, smooth between.
fn smoothstep(from: f64, to: f64, at: f64) -> f64 {
    let t = ((at - from) / (to - from)).clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}
