//! Heatmaps: a bell of each point's weight, summed up, as colour.
//!
//! Densities are summed up in the middles of squares of a few px and interpolated between them, as
//! MapLibre does it. The sum is taken over the points in their own order and the squares are the
//! world's, so it is the same in every picture.

use super::blend::Canvas;
use crate::geo::{SUBPIXELS, cost};
use crate::scene::{HeatPoint, Heatmap};

/// `None` where there is not enough memory.
pub fn draw(heatmap: &Heatmap, canvas: &mut Canvas) -> Option<()> {
    let (width, height) = (canvas.width(), canvas.height());
    let limit = |axis: usize| heatmap.squares.map(|n| i64::from(n[axis].max(1)));
    let columns = Axis::new(heatmap.corner.x, width, limit(0));
    let rows = Axis::new(heatmap.corner.y, height, limit(1));
    let mut density: Vec<f64> = Vec::new();
    density.try_reserve_exact(columns.count * rows.count).ok()?;
    density.resize(columns.count * rows.count, 0.0);
    for point in &heatmap.points {
        let squares = add(point, &mut density, &columns, &rows);
        if !canvas.spends(squares, cost::HEAT) {
            break;
        }
    }
    let colors: Vec<[f64; 4]> = heatmap
        .colors
        .iter()
        .map(|c| {
            let a = c.a * heatmap.opacity;
            [c.r * a, c.g * a, c.b * a, a].map(|v| v * 255.0)
        })
        .collect();
    for y in 0..height {
        let (upper, lower, down) = rows.around(y);
        for x in canvas.seen(y, 0, width) {
            let (left, right, along) = columns.around(x);
            let row = |row: usize| {
                mixed(
                    density[row * columns.count + left],
                    density[row * columns.count + right],
                    along,
                )
            };
            let rgba = color(&colors, mixed(row(upper), row(lower), down));
            if rgba[3] > 0 {
                canvas.blend_pixel(x, y, rgba, 255);
            }
        }
    }
    Some(())
}

/// The squares that a picture's pixels need, across or down.
struct Axis {
    /// Where the first one's middle lies, 1/256 px.
    first: i64,
    count: usize,
}

impl Axis {
    /// Squares that meet at `corner` and, where `limit` says so, begin there and end that many
    /// later.
    fn new(corner: i64, length_px: usize, limit: Option<i64>) -> Self {
        let side = Heatmap::SQUARE_PX * SUBPIXELS;
        let middle = corner + side / 2;
        let before = |px: i64| (px * SUBPIXELS + SUBPIXELS / 2 - middle).div_euclid(side);
        let (first, last) = (before(0), before(length_px as i64 - 1) + 1);
        let clamp = |n: i64| limit.map_or(n, |limit| n.clamp(0, limit - 1));
        let (first, last) = (clamp(first), clamp(last));
        Self { first: middle + first * side, count: usize::try_from(last - first + 1).unwrap_or(1) }
    }

    /// The squares before and after a pixel's middle, and its share of the way between their
    /// middles.
    fn around(&self, px: usize) -> (usize, usize, f64) {
        let side = Heatmap::SQUARE_PX * SUBPIXELS;
        let at = px as i64 * SUBPIXELS + SUBPIXELS / 2 - self.first;
        let last = self.count as i64 - 1;
        let before = at.div_euclid(side);
        let share = at.rem_euclid(side) as f64 / side as f64;
        (before.clamp(0, last) as usize, (before + 1).clamp(0, last) as usize, share)
    }

    /// The squares whose middles lie within `reach` px of `at`, with their distances.
    fn within(&self, at: i64, reach: f64) -> impl Iterator<Item = (usize, f64)> {
        let side = (Heatmap::SQUARE_PX * SUBPIXELS) as f64;
        let reach = reach * SUBPIXELS as f64;
        let off = (at - self.first) as f64;
        let end = |v: f64| v.clamp(0.0, self.count as f64) as usize;
        let squares = end(((off - reach) / side).ceil())..end(((off + reach) / side).floor() + 1.0);
        let distance = move |i: usize| (i as f64 * side - off) / SUBPIXELS as f64;
        squares.map(move |i| (i, distance(i)))
    }
}

fn mixed(a: f64, b: f64, share: f64) -> f64 {
    a + (b - a) * share
}

/// The colour of a density, interpolated between the middles of the ramp's steps.
fn color(colors: &[[f64; 4]], density: f64) -> [u8; 4] {
    let last = colors.len().saturating_sub(1) as f64;
    let at = (density * colors.len() as f64 - 0.5).clamp(0.0, last);
    let before = at.floor();
    match (colors.get(before as usize), colors.get((before + 1.0).min(last) as usize)) {
        (Some(a), Some(b)) => std::array::from_fn(|i| mixed(a[i], b[i], at - before).round() as u8),
        _ => [0; 4],
    }
}

/// Adds a point's bell; gives how many squares it lies over.
fn add(point: &HeatPoint, density: &mut [f64], columns: &Axis, rows: &Axis) -> usize {
    let reach = HeatPoint::extent(point.weight) * point.radius_px;
    let mut squares = 1;
    for (row, dy) in rows.within(point.center.y, reach) {
        for (column, dx) in columns.within(point.center.x, reach) {
            let radii_sq = (dx * dx + dy * dy) / (point.radius_px * point.radius_px);
            density[row * columns.count + column] +=
                point.weight * HeatPoint::PEAK * (-4.5 * radii_sq).exp();
            squares += 1;
        }
    }
    squares
}
