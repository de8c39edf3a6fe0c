//! Soft bands: lines that are mostly softness, and whose opacity hangs on how far a pixel is from
//! the line.
//!
//! Where a strip is wider than its segments are long it is folded over itself, and what lies across
//! one fold is not across the line. So each pixel's true distance is found: the nearest point of a
//! line lies within a segment, where the pixel is beside it, or is a point of the line, where the
//! pixel is beyond the segments on both sides. Each segment is measured for the pixels beside it
//! and each point for those beyond, which are hardly more than the band has; the least counts.
//!
//! **Invariant (seamless).** Which pixels are measured, and what is found, hangs on whole
//! differences between a pixel's centre and the line's own points.

use std::ops::Range;

use super::blend::Canvas;
use super::piece::{Bevel, Kind, MOST_SINGLE_PX, Piece, greater, less, px};
use super::pixel::Shares;
use crate::geo::{SUBPIXELS, Snapped, cost};
use crate::scene::{Cap, Join, Line};

/// How opaque a band is at a distance from its middle, px.
#[derive(Debug, Clone, Copy)]
pub struct Profile {
    /// Half its width.
    pub outset: f64,
    /// Where it begins, counted from the middle.
    pub inset: f64,
    pub softness: f64,
}

/// Rows are taken some at a time, so that no more distances than this are held.
const MOST_HELD: usize = 1 << 20;

/// Beyond a point where a line turns no further than this many px, at the band's edge, the segment
/// before it is measured on.
const GENTLE_PX: f64 = 4.0;

/// Single numbers from here on to twice as large are whole.
const WHOLE: f32 = 8_388_608.0;

/// No column.
const NOTHING: Range<usize> = Range { start: usize::MAX, end: 0 };

/// Draws bands. Kept from one to the next for its memory.
#[derive(Debug, Default)]
pub struct Bands {
    /// Of each pixel of some rows, squared, px; infinite where nothing is near, and after use.
    distances_sq: Vec<f32>,
    /// For each of these rows the columns that were measured.
    measured: Vec<Range<usize>>,
    alphas: Vec<u8>,
    pieces: Vec<Piece>,
}

/// The rows of the picture whose distances are held.
#[derive(Debug, Clone, Copy)]
struct Window {
    top: i64,
    width: i64,
    height: i64,
}

impl Bands {
    /// Draws a line as a band.
    pub fn draw(
        &mut self,
        line: &Line,
        profile: &Profile,
        (cap, join): (Cap, Join),
        rgba: [u8; 4],
        canvas: &mut Canvas,
    ) {
        let (width, height) = (canvas.width() as i64, canvas.height() as i64);
        self.pieces.clear();
        let near = Near { outset: profile.outset, width, height };
        near.gather(line, (cap, join), &mut self.pieces);
        let Some(top) = self.pieces.iter().map(|p| p.rows.0).min() else { return };
        let bottom = self.pieces.iter().map(|p| p.rows.1).max().unwrap_or(top);
        let shares = Shares::new(rgba);
        let most = (MOST_HELD as i64 / width.max(1)).max(1);
        for top in (top..bottom).step_by(most as usize) {
            let window = Window { top, width, height: most.min(bottom - top) };
            if !self.measure(&window, profile, canvas) {
                return self.forget();
            }
            self.paint(&window, profile, &shares, canvas);
        }
    }

    /// Measures all pieces in the window; whether there is time for more.
    fn measure(&mut self, window: &Window, profile: &Profile, canvas: &mut Canvas) -> bool {
        let count = (window.width * window.height) as usize;
        if self.distances_sq.len() < count {
            self.distances_sq.resize(count, f32::INFINITY);
        }
        self.measured.clear();
        self.measured.resize(window.height as usize, NOTHING);
        for piece in &self.pieces {
            let rows = piece.rows.0.max(window.top)..piece.rows.1.min(window.top + window.height);
            for y in rows {
                let Some(columns) = piece.columns(y, profile.outset, window.width) else {
                    continue;
                };
                let row = (y - window.top) as usize;
                let seen = &mut self.measured[row];
                *seen = seen.start.min(columns.start)..seen.end.max(columns.end);
                if !canvas.spends(columns.len(), cost::PX) {
                    return false;
                }
                let start = row * window.width as usize;
                let distances = &mut self.distances_sq[start + columns.start..start + columns.end];
                piece.measure(columns.start as i64, y, distances);
            }
        }
        true
    }

    fn paint(&mut self, window: &Window, profile: &Profile, shares: &Shares, canvas: &mut Canvas) {
        let [outset, inner, per_px] =
            [profile.outset, profile.inset - profile.softness, 255.0 / profile.softness]
                .map(|v| v as f32);
        for (row, measured) in self.measured.iter().enumerate().filter(|(_, m)| !m.is_empty()) {
            let start = row * window.width as usize;
            let distances = &mut self.distances_sq[start + measured.start..start + measured.end];
            self.alphas.clear();
            self.alphas.extend(distances.iter().map(|d| {
                let distance = d.sqrt();
                let inward = less(distance - inner, outset - distance) * per_px;
                // Added to so large a number, it is rounded to a whole one in the low bits.
                let share = less(greater(inward, 0.0), 255.0) + WHOLE;
                share.to_bits() as u8
            }));
            distances.fill(f32::INFINITY);
            let y = window.top as usize + row;
            canvas.blend_shares(measured.start, y, &self.alphas, shares);
        }
    }

    /// Leaves nothing of a line that is given up.
    fn forget(&mut self) {
        self.distances_sq.clear();
    }
}

/// Which pieces of a line have pixels in the picture.
struct Near {
    outset: f64,
    width: i64,
    height: i64,
}

impl Near {
    fn gather(&self, line: &Line, (cap, join): (Cap, Join), pieces: &mut Vec<Piece>) {
        let points = &line.points;
        let count = points.len();
        if count < 2 {
            return;
        }
        let segments = if line.closed { count } else { count - 1 };
        let at = |i: usize| points[i % count];
        let is_butt = cap == Cap::Butt && !line.closed;
        for i in 0..segments {
            let (a, b) = (at(i), at(i + 1));
            // What is nearest to one of its points is near, too.
            if !self.is_near(a, b) {
                continue;
            }
            let (along, length) = direction(a, b);
            let (is_first, is_last) = (i == 0 && !line.closed, i + 1 == segments && !line.closed);
            let next = (!is_last).then(|| direction(b, at(i + 2)).0);
            let turn = next.map_or(f64::INFINITY, |next| self.outset * turn(along, next));
            let is_gentle = turn <= GENTLE_PX;
            let kind = Kind::Segment {
                direction: along,
                length,
                after: if is_gentle { turn } else { 0.0 },
                cut: (is_butt && is_first, is_butt && is_last),
            };
            self.add(a, b, kind, pieces);
            if is_first && !is_butt {
                self.add(
                    a,
                    a,
                    Kind::Point { before: None, after: Some(along), bevel: Bevel::NONE },
                    pieces,
                );
            }
            let is_cut = is_last && is_butt;
            if !(is_gentle || is_cut) {
                let bevel =
                    next.map_or(Bevel::NONE, |next| Bevel::of(join, along, next, self.outset));
                self.add(b, b, Kind::Point { before: Some(along), after: next, bevel }, pieces);
            }
        }
    }

    /// Whether a segment may be measured for pixels of the picture.
    fn is_near(&self, a: Snapped, b: Snapped) -> bool {
        let reach = (self.outset + GENTLE_PX + 2.0) as i64 * SUBPIXELS;
        let within =
            |a: i64, b: i64, size: i64| a.max(b) >= -reach && a.min(b) <= size * SUBPIXELS + reach;
        within(a.x, b.x, self.width) && within(a.y, b.y, self.height)
    }

    fn add(&self, at: Snapped, to: Snapped, kind: Kind, pieces: &mut Vec<Piece>) {
        let reach = ((self.outset + GENTLE_PX + 1.0) * SUBPIXELS as f64).ceil() as i64;
        let (top, bottom) = (at.y.min(to.y), at.y.max(to.y));
        let first = (top - reach).div_euclid(SUBPIXELS).max(0);
        let end = (bottom + reach).div_euclid(SUBPIXELS).saturating_add(1).min(self.height);
        if first < end {
            let length = if let Kind::Segment { length, .. } = kind { length } else { 0.0 };
            let is_far = self.outset + length > MOST_SINGLE_PX;
            pieces.push(Piece { at, rows: (first, end), kind, is_far });
        }
    }
}

/// From one point to another: a direction of length 1, and the length in px.
fn direction(a: Snapped, b: Snapped) -> ((f64, f64), f64) {
    let (dx, dy) = (px(b.x - a.x), px(b.y - a.y));
    let length = (dx * dx + dy * dy).sqrt().max(f64::MIN_POSITIVE);
    ((dx / length, dy / length), length)
}

/// The sine of the turn from one direction to another; infinite from a right angle on.
fn turn(a: (f64, f64), b: (f64, f64)) -> f64 {
    match a.0 * b.0 + a.1 * b.1 > 0.0 {
        true => (a.0 * b.1 - a.1 * b.0).abs(),
        false => f64::INFINITY,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::geo::Affine;

    const WORLD: Affine = Affine { a: 1.0, b: 0.0, c: 0.0, d: 0.0, e: 1.0, f: 0.0 };
    const SIDE: usize = 48;

    /// The opacity of each pixel of a picture with one band, moved by whole pixels.
    fn drawn(line: &Line, profile: &Profile, ends: (Cap, Join), by: i64) -> Vec<u8> {
        let moved = |p: &Snapped| Snapped { x: p.x + by * SUBPIXELS, y: p.y - by * SUBPIXELS };
        let points = line.points.iter().map(moved).collect();
        let mut pixels = vec![0; SIDE * SIDE * 4];
        let mut canvas = Canvas::new(&mut pixels, SIDE as u32, WORLD);
        let line = Line { points, closed: line.closed };
        Bands::default().draw(&line, profile, ends, [0, 0, 0, 255], &mut canvas);
        pixels.chunks_exact(4).map(|p| p[3]).collect()
    }

    /// How far a pixel's centre is from a segment, px.
    fn distance(x: usize, y: usize, a: &Snapped, b: &Snapped) -> f64 {
        let center = |v: usize| v as f64 + 0.5;
        let (ax, ay, bx, by) = (px(a.x), px(a.y), px(b.x), px(b.y));
        let (dx, dy) = (bx - ax, by - ay);
        let along = (center(x) - ax) * dx + (center(y) - ay) * dy;
        let t = (along / (dx * dx + dy * dy)).clamp(0.0, 1.0);
        (center(x) - ax - t * dx).hypot(center(y) - ay - t * dy)
    }

    fn lines() -> impl Strategy<Value = Line> {
        let point = (-8_000i64..20_000, -8_000i64..20_000);
        let far = (-20_000_000i64..20_000_000, -20_000_000i64..20_000_000);
        let points = prop::collection::vec(prop_oneof![9 => point, 1 => far], 2..9);
        (points, any::<bool>()).prop_filter_map("a line has two points", |(points, closed)| {
            Line::new(points.into_iter().map(|(x, y)| Snapped { x, y }).collect(), closed)
        })
    }

    proptest! {
        #[test]
        fn a_pixel_is_as_opaque_as_it_is_near(line in lines(), outset in 1.0..30.0f64) {
            let profile = Profile { outset, inset: 0.0, softness: outset };
            let ends = (Cap::Round, Join::Round { limit: 1.05 });
            let drawn = drawn(&line, &profile, ends, 0);
            let mut points = line.points.clone();
            points.extend(line.points.first().filter(|_| line.closed));
            for (i, alpha) in drawn.iter().enumerate() {
                let near = |pair: &[Snapped]| distance(i % SIDE, i / SIDE, &pair[0], &pair[1]);
                let least = points.windows(2).map(near).fold(f64::INFINITY, f64::min);
                let wanted = (1.0 - least / outset).max(0.0) * 255.0;
                prop_assert!((f64::from(*alpha) - wanted).abs() < 1.0, "{i}: {alpha}, {wanted}");
            }
        }

        #[test]
        fn a_band_is_the_same_wherever_its_picture_begins(
            line in lines(),
            outset in 1.0..30.0f64,
            by in 1i64..20,
            (cap, bevel) in (0..3usize, any::<bool>()),
        ) {
            let profile = Profile { outset, inset: outset / 3.0, softness: outset / 2.0 };
            let cap = [Cap::Butt, Cap::Round, Cap::Square][cap];
            let ends = (cap, if bevel { Join::Bevel } else { Join::Miter { limit: 2.0 } });
            let (here, there) =
                (drawn(&line, &profile, ends, 0), drawn(&line, &profile, ends, by));
            let by = by as usize;
            for y in 0..SIDE - by {
                let from = (y + by) * SIDE;
                prop_assert_eq!(
                    &here[from..from + SIDE - by],
                    &there[y * SIDE + by..(y + 1) * SIDE],
                    "row {}", y
                );
            }
        }
    }

    #[test]
    fn butt_ends_and_bevels_cut_a_band() {
        let at = |x: i64, y: i64| Snapped { x: x * SUBPIXELS, y: y * SUBPIXELS };
        let line = Line::new(vec![at(10, 10), at(30, 10), at(30, 30)], false).unwrap();
        let profile = Profile { outset: 8.0, inset: 0.0, softness: 8.0 };
        let of = |cap, join| {
            let drawn = drawn(&line, &profile, (cap, join), 0);
            move |x: usize, y: usize| drawn[y * SIDE + x] > 0
        };
        let round = of(Cap::Round, Join::Round { limit: 1.05 });
        assert!(round(5, 10) && round(30, 35) && round(34, 5));
        let cut = of(Cap::Butt, Join::Bevel);
        assert!(!cut(9, 10) && cut(10, 10) && !cut(30, 30) && cut(30, 29));
        assert!(!cut(34, 5) && cut(32, 7));
    }
}
