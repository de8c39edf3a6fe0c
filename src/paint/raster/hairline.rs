//! Outlines of fills: lines of one device px, as graphics hardware draws them.
//!
//! Along its longer direction a segment has one pixel in each column (or row): the one its middle
//! passes through, the fainter the further the pixel's centre is from it. That is one floor
//! division of the segment's own end points, so a hairline is the same in every picture.

use super::blend::Canvas;
use super::coverage::floor_mul_div;
use super::pixel::scale;
use crate::geo::{SUBPIXELS, Snapped};
use crate::scene::{Hairline, Line};

pub fn draw(hairline: &Hairline, canvas: &mut Canvas) {
    let rgba = hairline.color.premultiplied_rgba8();
    hairline.lines.iter().for_each(|l| line(l, rgba, canvas));
}

/// Draws one line.
pub fn line(line: &Line, rgba: [u8; 4], canvas: &mut Canvas) {
    match line.closed {
        true => ring(&line.points, rgba, canvas),
        false => line.points.windows(2).for_each(|p| segment(p[0], p[1], rgba, canvas)),
    }
}

/// Draws a ring, of which the first point may come again at its end.
pub fn ring(points: &[Snapped], rgba: [u8; 4], canvas: &mut Canvas) {
    points.windows(2).for_each(|pair| segment(pair[0], pair[1], rgba, canvas));
    if let (Some(first), Some(last)) = (points.first(), points.last()) {
        segment(*last, *first, rgba, canvas);
    }
}

fn segment(a: Snapped, b: Snapped, rgba: [u8; 4], canvas: &mut Canvas) {
    let steep = (b.y - a.y).abs() > (b.x - a.x).abs();
    // `u` runs along the longer direction.
    let turned = |p: Snapped| if steep { (p.y, p.x) } else { (p.x, p.y) };
    let (mut from, mut to) = (turned(a), turned(b));
    if from.0 > to.0 {
        std::mem::swap(&mut from, &mut to);
    }
    let (long, short) =
        if steep { (canvas.height(), canvas.width()) } else { (canvas.width(), canvas.height()) };
    let first = |v: i64| (v - SUBPIXELS / 2 + SUBPIXELS - 1).div_euclid(SUBPIXELS);
    for at in first(from.0).max(0)..first(to.0).min(long as i64) {
        let u = at * SUBPIXELS + SUBPIXELS / 2;
        let v = from.1 + floor_mul_div(u - from.0, to.1 - from.1, to.0 - from.0);
        let across = v.div_euclid(SUBPIXELS);
        if !(0..short as i64).contains(&across) {
            continue;
        }
        let off = (v - across * SUBPIXELS - SUBPIXELS / 2).abs() as f64 / SUBPIXELS as f64;
        let alpha = ((1.0 - off * off * (3.0 - 2.0 * off)) * 255.0).round() as u8;
        let (x, y) = if steep { (across, at) } else { (at, across) };
        if !canvas.seen(y as usize, x as usize, 1).is_empty() {
            canvas.blend_pixel(x as usize, y as usize, scale(rgba, alpha), 255);
        }
    }
}
