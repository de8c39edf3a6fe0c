//! Heatmaps: a bell of each point's weight, summed up, as colour.
//!
//! The sum at a pixel is taken over the points in their own order, so it is the same in every picture.

use super::blend::Canvas;
use crate::geo::SUBPIXELS;
use crate::scene::{HeatPoint, Heatmap};

/// `None` where there is not enough memory.
pub fn draw(heatmap: &Heatmap, canvas: &mut Canvas) -> Option<()> {
    let (width, height) = (canvas.width(), canvas.height());
    let mut density: Vec<f64> = Vec::new();
    density.try_reserve_exact(width * height).ok()?;
    density.resize(width * height, 0.0);
    for point in &heatmap.points {
        if canvas.check().is_err() {
            break;
        }
        add(point, &mut density, width, height);
    }
    let last = heatmap.colors.len().saturating_sub(1) as f64;
    let colors: Vec<[u8; 4]> =
        heatmap.colors.iter().map(|c| c.with_opacity(heatmap.opacity).premultiplied_rgba8()).collect();
    for y in 0..height {
        for x in canvas.seen(y, 0, width) {
            let at = (density[y * width + x].clamp(0.0, 1.0) * last).round() as usize;
            if let Some(rgba) = colors.get(at).filter(|c| c[3] > 0) {
                canvas.blend_pixel(x, y, *rgba, 255);
            }
        }
    }
    Some(())
}

fn add(point: &HeatPoint, density: &mut [f64], width: usize, height: usize) {
    let px = |v: i64| v as f64 / SUBPIXELS as f64;
    let reach = HeatPoint::extent(point.weight) * point.radius_px;
    let range = |at: f64, limit: usize| {
        let from = (at - reach - 1.0).floor().clamp(0.0, limit as f64) as usize;
        from..(at + reach + 1.0).ceil().clamp(0.0, limit as f64) as usize
    };
    let center = |v: usize| v as i64 * SUBPIXELS + SUBPIXELS / 2;
    for y in range(px(point.center.y), height) {
        let dy = px(center(y) - point.center.y);
        for x in range(px(point.center.x), width) {
            let dx = px(center(x) - point.center.x);
            let distance_sq = dx * dx + dy * dy;
            if distance_sq <= reach * reach {
                let radii_sq = distance_sq / (point.radius_px * point.radius_px);
                density[y * width + x] += point.weight * HeatPoint::PEAK * (-4.5 * radii_sq).exp();
            }
        }
    }
}
