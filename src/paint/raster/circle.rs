//! Discs with an optional ring: opacity by the distance of the pixel's centre from the circle's.
//!
//! Small circles are stamped: their centres are moved to the nearest 1/16 px (by no more than
//! 1/32 px), wherever they lie and whatever lies beside them, so that all circles of one look have
//! no more than 256 stamps between them, kept from picture to picture, and a hundred thousand of
//! them cost their pixels alone.

use std::sync::{Arc, OnceLock};

use moka::sync::Cache;

use super::blend::Canvas;
use crate::color::Color;
use crate::geo::{SUBPIXELS, Snapped, cost};
use crate::scene::Circle;

/// Places in a pixel that small circles may have, along each side.
const PLACES: i64 = 16;
/// Larger circles than this, device px, are drawn where they are.
const MAX_STAMPED_PX: f64 = 16.0;
/// Bytes of stamps that are kept.
const KEPT_BYTES: u64 = 24 << 20;

/// The stamps of the looks that pictures have, kept from one to the next.
pub struct Discs(Cache<Key, Arc<OfLook>>);

/// A look, bit by bit.
type Key = [u64; 12];

/// By place in a pixel, made when first needed.
type OfLook = [OnceLock<Stamp>; (PLACES * PLACES) as usize];

impl Default for Discs {
    fn default() -> Self {
        // As if all of them were made.
        let weigh = |key: &Key, stamps: &Arc<OfLook>| {
            let side = 2.0 * f64::from_bits(key[1]) + 3.0;
            (side * side * 4.0) as u32 * stamps.len() as u32
        };
        Self(Cache::builder().max_capacity(KEPT_BYTES).weigher(weigh).build())
    }
}

impl Discs {
    fn of(&self, look: &Look) -> Arc<OfLook> {
        let make = || Arc::new(std::array::from_fn(|_| OnceLock::new()));
        self.0.get_with(look.key(), make)
    }
}

/// Draws the circles of one picture; the look of the last is at hand.
#[derive(Default)]
pub struct DiscPainter(Option<(Look, Arc<OfLook>)>);

/// All of a circle but its place. Lengths are device px.
#[derive(Clone, Copy, PartialEq)]
struct Look {
    radius: f64,
    outer: f64,
    /// The soft edge is at least a pixel wide, and lies inside.
    softness: f64,
    fill: [f64; 4],
    ring: [f64; 4],
    has_ring: bool,
}

/// A circle's pixels, from the pixel that its centre lies in.
struct Stamp {
    top: i64,
    rows: Vec<Row>,
    rgba: Vec<[u8; 4]>,
}

/// The pixels of one row, from the first to the last that is not clear.
struct Row {
    left: i64,
    from: usize,
    count: usize,
}

impl DiscPainter {
    pub fn draw(&mut self, circle: &Circle, discs: &Discs, canvas: &mut Canvas) {
        let look = Look::of(circle);
        if look.outer > MAX_STAMPED_PX {
            return look.draw(circle.center, canvas);
        }
        let step = SUBPIXELS / PLACES;
        let place = |v: i64| (v + step / 2).div_euclid(step);
        let (x, y) = (place(circle.center.x), place(circle.center.y));
        let at = (x.div_euclid(PLACES), y.div_euclid(PLACES));
        let (x, y) = (x.rem_euclid(PLACES), y.rem_euclid(PLACES));
        let stamps = match &self.0 {
            Some((last, stamps)) if *last == look => stamps,
            _ => &self.0.insert((look, discs.of(&look))).1,
        };
        let center = Snapped { x: x * step, y: y * step };
        let stamp = stamps[(y * PLACES + x) as usize].get_or_init(|| Stamp::new(&look, center));
        stamp.draw(at, canvas);
    }
}

impl Stamp {
    /// `center` in the first pixel.
    fn new(look: &Look, center: Snapped) -> Self {
        let reach = look.outer.ceil() as i64 + 1;
        let mut stamp = Self { top: -reach, rows: Vec::new(), rgba: Vec::new() };
        for y in -reach..=reach {
            let row: Vec<[u8; 4]> = (-reach..=reach).map(|x| look.at(center, x, y)).collect();
            let is_seen = |rgba: &[u8; 4]| rgba[3] > 0;
            let first = row.iter().position(is_seen).unwrap_or(row.len());
            let end = row.iter().rposition(is_seen).map_or(first, |last| last + 1);
            let from = stamp.rgba.len();
            stamp.rgba.extend(&row[first..end]);
            stamp.rows.push(Row { left: first as i64 - reach, from, count: end - first });
        }
        stamp
    }

    fn draw(&self, (x, y): (i64, i64), canvas: &mut Canvas) {
        if !canvas.spends(self.rgba.len(), cost::PX) {
            return;
        }
        for (row, y) in self.rows.iter().zip(y + self.top..) {
            canvas.blend_row(x + row.left, y, &self.rgba[row.from..row.from + row.count]);
        }
    }
}

impl Look {
    fn of(circle: &Circle) -> Self {
        Self {
            radius: circle.radius_px,
            outer: circle.radius_px + circle.stroke_px,
            softness: circle.blur_px.max(1.0),
            fill: premultiplied(circle.color),
            ring: premultiplied(circle.stroke_color),
            has_ring: circle.stroke_px > 0.0,
        }
    }

    fn key(&self) -> Key {
        let [a, b, c, d] = self.fill;
        let [e, f, g, h] = self.ring;
        let all = [self.radius, self.outer, self.softness, a, b, c, d, e, f, g, h];
        let bit = |i: usize| all.get(i).map_or(u64::from(self.has_ring), |v| v.to_bits());
        std::array::from_fn(bit)
    }

    /// The colour of a pixel, premultiplied.
    fn at(&self, center: Snapped, x: i64, y: i64) -> [u8; 4] {
        let middle = |v: i64| v * SUBPIXELS + SUBPIXELS / 2;
        let px = |v: i64| v as f64 / SUBPIXELS as f64;
        let (dx, dy) = (px(middle(x) - center.x), px(middle(y) - center.y));
        // A square root is rounded alike on every machine; `hypot` is not.
        let distance = (dx * dx + dy * dy).sqrt();
        let opacity = 1.0 - smoothstep(self.outer - self.softness, self.outer, distance);
        let ringed = match self.has_ring {
            true => smoothstep(self.radius - self.softness, self.radius, distance),
            false => 0.0,
        };
        let channel = |i: usize| self.fill[i] + (self.ring[i] - self.fill[i]) * ringed;
        std::array::from_fn(|i| (channel(i) * opacity * 255.0 + 0.5) as u8)
    }

    /// Draws a large circle.
    fn draw(&self, center: Snapped, canvas: &mut Canvas) {
        let px = |v: i64| v as f64 / SUBPIXELS as f64;
        let range = |at: i64, limit: usize| {
            let from = (px(at) - self.outer - 1.0).floor().clamp(0.0, limit as f64) as usize;
            from..(px(at) + self.outer + 1.0).ceil().clamp(0.0, limit as f64) as usize
        };
        let columns = range(center.x, canvas.width());
        for y in range(center.y, canvas.height()) {
            if !canvas.spends(columns.len(), cost::PX) {
                return;
            }
            for x in canvas.seen(y, columns.start, columns.len()) {
                canvas.blend_pixel(x, y, self.at(center, x as i64, y as i64), 255);
            }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geo::Affine;

    const WORLD: Affine = Affine { a: 1.0, b: 0.0, c: 0.0, d: 0.0, e: 1.0, f: 0.0 };

    fn circle(x: i64, y: i64, radius_px: f64) -> Circle {
        Circle {
            center: Snapped { x, y },
            radius_px,
            color: Color::new(0.2, 0.4, 0.6, 0.9),
            stroke_px: 1.5,
            stroke_color: Color::new(1.0, 1.0, 1.0, 1.0),
            blur_px: 0.0,
        }
    }

    fn drawn(circle: &Circle, by: (i64, i64), size: u32) -> Vec<u8> {
        let mut pixels = vec![0; (size * size * 4) as usize];
        let mut canvas = Canvas::new(&mut pixels, size, WORLD);
        let center = Snapped {
            x: circle.center.x + by.0 * SUBPIXELS,
            y: circle.center.y + by.1 * SUBPIXELS,
        };
        let moved = Circle { center, ..circle.clone() };
        DiscPainter::default().draw(&moved, &Discs::default(), &mut canvas);
        pixels
    }

    #[test]
    fn a_stamp_is_the_same_wherever_it_is_cut() {
        for (x, y) in [(4_000, 4_100), (4_003, 4_089), (-300, 7_000), (8_100, -900)] {
            let circle = circle(x, y, 5.3);
            let whole = drawn(&circle, (32, 32), 96);
            let cut = drawn(&circle, (0, 0), 32);
            for row in 0..32usize {
                let from = ((row + 32) * 96 + 32) * 4;
                assert_eq!(cut[row * 128..row * 128 + 128], whole[from..from + 128], "{x}, {y}");
            }
        }
    }

    #[test]
    fn a_stamp_is_near_the_circle_that_it_stands_for() {
        for (x, y) in [(4_000, 4_100), (4_003, 4_089), (3_999, 4_007)] {
            let circle = circle(x, y, 4.0);
            let mut exact = vec![0; 32 * 32 * 4];
            let mut canvas = Canvas::new(&mut exact, 32, WORLD);
            Look::of(&circle).draw(circle.center, &mut canvas);
            let stamped = drawn(&circle, (0, 0), 32);
            let furthest = exact.iter().zip(&stamped).map(|(a, b)| a.abs_diff(*b)).max();
            // 1/32 px of an edge that is one px wide, at its steepest.
            assert!(furthest < Some(20), "{furthest:?}");
        }
    }
}
