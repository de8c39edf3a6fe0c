//! Discs with an optional ring: opacity by the distance of the pixel's centre from the circle's.
//!
//! Small circles are stamped: their centres are moved to the nearest 1/16 px (by no more than
//! 1/32 px), wherever they lie and whatever lies beside them, so that all circles of one look have
//! no more than 256 stamps between them, kept from picture to picture, and a hundred thousand of
//! them cost their pixels alone. Those of which nothing is seen are not drawn: what lies below a
//! pixel that is drawn with full opacity leaves nothing of itself there, whatever it is.

use std::sync::{Arc, OnceLock};

use moka::sync::Cache;

use super::blend::Canvas;
use crate::color::Color;
use crate::geo::{SUBPIXELS, Snapped, cost};
use crate::scene::{CircleLook, Circles, Dot};

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

/// What there is of one look.
struct OfLook {
    /// By place in a pixel, made when first needed.
    stamps: [OnceLock<Stamp>; PLACES_IN_PX],
    /// Of each place in turn, as many rows as the look has.
    masks: OnceLock<Box<[Mask]>>,
}

/// Which pixels of a stamp's row from its left side on are not clear, and which are opaque; the
/// first is the lowest bit.
#[derive(Clone, Copy)]
struct Mask {
    seen: u32,
    full: u32,
}

const PLACES_IN_PX: usize = (PLACES * PLACES) as usize;

impl Default for Discs {
    fn default() -> Self {
        // As if all of them were made.
        let weigh = |key: &Key, stamps: &Arc<OfLook>| {
            let side = 2.0 * f64::from_bits(key[1]) + 3.0;
            (side * side * 4.0) as u32 * stamps.stamps.len() as u32
        };
        Self(Cache::builder().max_capacity(KEPT_BYTES).weigher(weigh).build())
    }
}

impl Discs {
    fn of(&self, look: &Look) -> Arc<OfLook> {
        let make = || {
            let stamps = std::array::from_fn(|_| OnceLock::new());
            Arc::new(OfLook { stamps, masks: OnceLock::new() })
        };
        self.0.get_with(look.key(), make)
    }
}

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
    /// How far it reaches to each side of that, px.
    reach: i64,
    rows: Vec<Row>,
    rgba: Vec<[u8; 4]>,
}

/// The pixels of one row, from the first to the last that is not clear.
struct Row {
    left: i64,
    from: usize,
    count: usize,
}

/// Where a circle is stamped.
#[derive(Clone, Copy)]
struct Place {
    /// The pixel that its centre lies in.
    at: (i64, i64),
    /// The place in that pixel.
    number: usize,
}

impl Place {
    fn of(center: Snapped) -> Self {
        let step = SUBPIXELS / PLACES;
        let place = |v: i64| (v + step / 2).div_euclid(step);
        let (x, y) = (place(center.x), place(center.y));
        let number = y.rem_euclid(PLACES) * PLACES + x.rem_euclid(PLACES);
        let at = (x.div_euclid(PLACES), y.div_euclid(PLACES));
        Self { at, number: number as usize }
    }

    /// A place's centre in the first pixel.
    fn center(number: usize) -> Snapped {
        let (x, y) = (number as i64 % PLACES, number as i64 / PLACES);
        let step = SUBPIXELS / PLACES;
        Snapped { x: x * step, y: y * step }
    }
}

/// Draws the circles, the first lowest.
pub fn draw(circles: &Circles, discs: &Discs, canvas: &mut Canvas) {
    let looks: Vec<Look> = circles.looks.iter().map(Look::of).collect();
    let stamps = |look: &Look| (look.outer <= MAX_STAMPED_PX).then(|| discs.of(look));
    let stamps: Vec<Option<Arc<OfLook>>> = looks.iter().map(stamps).collect();
    let mut counts = vec![0; looks.len()];
    for dot in &circles.dots {
        counts.get_mut(dot.look as usize).into_iter().for_each(|count| *count += 1);
    }
    let mut hidden = Hidden::new((canvas.width(), canvas.height()), &looks, &counts, &stamps);
    // From the highest down.
    let places = circles.dots.iter().rev().map(|dot| (dot, Place::of(dot.center)));
    let mut seen: Vec<(&Dot, Place)> =
        places.filter(|(dot, place)| hidden.adds(dot.look, place)).collect();
    seen.reverse();
    for (dot, place) in seen {
        let Some(look) = looks.get(dot.look as usize) else { continue };
        let stamp = stamps[dot.look as usize].as_ref().and_then(|all| all.stamps.get(place.number));
        match stamp {
            Some(stamp) => {
                let stamp = stamp.get_or_init(|| Stamp::new(look, Place::center(place.number)));
                stamp.draw(place.at, canvas);
            }
            None => look.draw(dot.center, canvas),
        }
    }
}

/// The pixels of a picture of which nothing below is seen.
struct Hidden<'a> {
    /// Bytes of a row: the picture's, and eight at each side.
    stride: usize,
    height: i64,
    /// A bit for each pixel, the first of a byte the lowest.
    bits: Vec<u8>,
    /// How far each look reaches from its pixel, and its masks; looks of the same shape share
    /// them. Large ones hide nothing, and neither do looks of fewer circles than have places in a
    /// pixel: making their masks would cost more than drawing them.
    shapes: Vec<Option<(i64, &'a [Mask])>>,
}

/// Pixels beside the picture that there are bits for.
const BESIDE: i64 = 64;

impl<'a> Hidden<'a> {
    fn new(
        (width, height): (usize, usize),
        looks: &[Look],
        counts: &[usize],
        all: &'a [Option<Arc<OfLook>>],
    ) -> Self {
        let beside = BESIDE as usize / 8;
        // Beside the picture nothing is seen.
        let mut row = vec![u8::MAX; width.div_ceil(8) + 2 * beside];
        row[beside..beside + width / 8].fill(0);
        if width % 8 > 0 {
            row[beside + width / 8] = u8::MAX << (width % 8);
        }
        let mut shapes: Vec<Option<(i64, &[Mask])>> = Vec::new();
        // The numbers of looks that have masks.
        let mut masked: Vec<usize> = Vec::new();
        for (i, (look, of_look)) in looks.iter().zip(all).enumerate() {
            let is_worth_it = counts[i] >= PLACES_IN_PX && look.reach() <= MAX_MASKED;
            let Some(of_look) = of_look.as_ref().filter(|_| is_worth_it) else {
                shapes.push(None);
                continue;
            };
            let same = masked.iter().find(|other| looks[**other].has_shape_of(look));
            shapes.push(match same {
                Some(same) => shapes[*same],
                None => Some((look.reach(), of_look.masks.get_or_init(|| look.masks()))),
            });
            if same.is_none() {
                masked.push(i);
            }
        }
        Self { stride: row.len(), height: height as i64, bits: row.repeat(height), shapes }
    }

    /// Adds a circle's opaque pixels; whether anything of it is seen.
    fn adds(&mut self, look: u32, place: &Place) -> bool {
        let Some(Some((reach, masks))) = self.shapes.get(look as usize) else { return true };
        let (rows, (x, y)) = (2 * *reach as usize + 1, place.at);
        let (left, top) = (x - reach + BESIDE, y - reach);
        let within = |byte: &usize| byte + 8 <= self.stride;
        let Some(byte) = usize::try_from(left >> 3).ok().filter(within) else { return false };
        let Some(masks) = masks.get(place.number * rows..(place.number + 1) * rows) else {
            return true;
        };
        let shift = left & 7;
        let mut is_seen = false;
        for (Mask { seen, full }, y) in masks.iter().zip(top..) {
            if !(0..self.height).contains(&y) {
                continue;
            }
            let at = y as usize * self.stride + byte;
            let Some(bytes) = self.bits.get_mut(at..).and_then(|b| b.first_chunk_mut::<8>()) else {
                continue;
            };
            let hidden = u64::from_le_bytes(*bytes);
            is_seen |= (u64::from(*seen) << shift) & !hidden != 0;
            *bytes = (hidden | u64::from(*full) << shift).to_le_bytes();
        }
        is_seen
    }
}

/// The furthest that a look with masks reaches from its pixel: 32 bits hold its rows.
const MAX_MASKED: i64 = 15;

impl Stamp {
    /// `center` in the first pixel.
    fn new(look: &Look, center: Snapped) -> Self {
        let reach = look.reach();
        let (mut rows, mut pixels) = (Vec::new(), Vec::new());
        for y in -reach..=reach {
            let row: Vec<[u8; 4]> = (-reach..=reach).map(|x| look.at(center, x, y)).collect();
            let is_seen: fn(&[u8; 4]) -> bool = |rgba| rgba[3] > 0;
            let first = row.iter().position(is_seen).unwrap_or(row.len());
            let end = row.iter().rposition(is_seen).map_or(first, |last| last + 1);
            let from = pixels.len();
            pixels.extend(&row[first..end]);
            rows.push(Row { left: first as i64 - reach, from, count: end - first });
        }
        Self { reach, rows, rgba: pixels }
    }

    fn draw(&self, (x, y): (i64, i64), canvas: &mut Canvas) {
        if !canvas.spends(self.rgba.len(), cost::PX) {
            return;
        }
        for (row, y) in self.rows.iter().zip(y - self.reach..) {
            canvas.blend_row(x + row.left, y, &self.rgba[row.from..row.from + row.count]);
        }
    }
}

impl Look {
    fn of(circle: &CircleLook) -> Self {
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

    /// How far it reaches to each side of the pixel that its centre lies in, px.
    fn reach(&self) -> i64 {
        self.outer.ceil() as i64 + 1
    }

    /// Whether the same pixels are clear, and opaque.
    fn has_shape_of(&self, other: &Self) -> bool {
        let shape = |look: &Self| {
            let alphas = (look.fill[3], look.ring[3], look.has_ring);
            (look.radius, look.outer, look.softness, alphas)
        };
        shape(self) == shape(other)
    }

    /// The masks of all places in a pixel.
    fn masks(&self) -> Box<[Mask]> {
        let reach = self.reach();
        let row = |(center, y): (Snapped, i64)| {
            let mut mask = Mask { seen: 0, full: 0 };
            for (bit, x) in (0..).zip(-reach..=reach) {
                let alpha = self.at(center, x, y)[3];
                mask.seen |= u32::from(alpha > 0) << bit;
                mask.full |= u32::from(alpha == 255) << bit;
            }
            mask
        };
        let centers = (0..PLACES_IN_PX).map(Place::center);
        centers.flat_map(|center| (-reach..=reach).map(move |y| (center, y))).map(row).collect()
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

    fn look(radius_px: f64) -> CircleLook {
        CircleLook {
            radius_px,
            color: Color::new(0.2, 0.4, 0.6, 0.9),
            stroke_px: 1.5,
            stroke_color: Color::new(1.0, 1.0, 1.0, 1.0),
            blur_px: 0.0,
        }
    }

    fn drawn(circles: &Circles, by: (i64, i64), size: u32) -> Vec<u8> {
        let mut pixels = vec![0; (size * size * 4) as usize];
        let mut canvas = Canvas::new(&mut pixels, size, WORLD);
        let mut moved = circles.clone();
        for dot in &mut moved.dots {
            dot.center.x += by.0 * SUBPIXELS;
            dot.center.y += by.1 * SUBPIXELS;
        }
        draw(&moved, &Discs::default(), &mut canvas);
        pixels
    }

    #[test]
    fn what_is_hidden_is_left_out_unseen() {
        // Many more than there is room for, of three looks, one of them clear.
        let mut looks = vec![look(4.0), look(2.5), look(7.0)];
        looks[1].color.a = 1.0;
        let mut state = 5u64;
        let mut next = |below: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (state >> 33) % below
        };
        let dots = (0..3_000).map(|_| Dot {
            center: Snapped { x: next(80 * 256) as i64 - 1_000, y: next(80 * 256) as i64 - 1_000 },
            look: next(3) as u32,
        });
        let circles = Circles { looks, dots: dots.collect() };
        let mut all = vec![0; 70 * 70 * 4];
        let mut canvas = Canvas::new(&mut all, 70, WORLD);
        for (center, look) in circles.each() {
            draw(&Circles::one(center, *look), &Discs::default(), &mut canvas);
        }
        assert_eq!(drawn(&circles, (0, 0), 70), all);
    }

    #[test]
    fn a_stamp_is_the_same_wherever_it_is_cut() {
        for (x, y) in [(4_000, 4_100), (4_003, 4_089), (-300, 7_000), (8_100, -900)] {
            let circle = Circles::one(Snapped { x, y }, look(5.3));
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
            let center = Snapped { x, y };
            let circle = Circles::one(center, look(4.0));
            let mut exact = vec![0; 32 * 32 * 4];
            let mut canvas = Canvas::new(&mut exact, 32, WORLD);
            Look::of(&look(4.0)).draw(center, &mut canvas);
            let stamped = drawn(&circle, (0, 0), 32);
            let furthest = exact.iter().zip(&stamped).map(|(a, b)| a.abs_diff(*b)).max();
            // 1/32 px of an edge that is one px wide, at its steepest.
            assert!(furthest < Some(20), "{furthest:?}");
        }
    }
}
