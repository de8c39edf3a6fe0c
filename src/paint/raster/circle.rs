//! Discs with an optional ring: opacity by the distance of the pixel's centre from the circle's.

use super::blend::Canvas;
use crate::geo::SUBPIXELS;
use crate::scene::Circle;

pub fn draw(circle: &Circle, canvas: &mut Canvas) {
    let outer = circle.radius_px + circle.stroke_px;
    let reach = outer + 1.0;
    let center = |v: i64| v as f64 / SUBPIXELS as f64;
    let range = |at: f64, limit: usize| {
        let from = (at - reach).floor().clamp(0.0, limit as f64) as usize;
        let to = (at + reach).ceil().clamp(0.0, limit as f64) as usize;
        from..to
    };
    let softness = circle.blur_px.max(0.0) + 1.0;
    for y in range(center(circle.center.y), canvas.height()) {
        let dy = center(y as i64 * SUBPIXELS + SUBPIXELS / 2 - circle.center.y);
        for x in range(center(circle.center.x), canvas.width()) {
            let dx = center(x as i64 * SUBPIXELS + SUBPIXELS / 2 - circle.center.x);
            let distance = dx.hypot(dy);
            let whole = ((outer + 0.5 - distance) / softness).clamp(0.0, 1.0);
            let disc = if circle.stroke_px > 0.0 {
                (circle.radius_px + 0.5 - distance).clamp(0.0, 1.0).min(whole)
            } else {
                whole
            };
            let byte = |v: f64| (v * 255.0).round() as u8;
            if whole > disc {
                // The ring's part of a pixel that the disc shares: source-over of the disc would thin it twice.
                canvas.blend_pixel(x, y, circle.stroke_color, byte((whole - disc) / (1.0 - disc)));
            }
            canvas.blend_pixel(x, y, circle.color, byte(disc));
        }
    }
}
