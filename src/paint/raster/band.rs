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

use std::ops::{Add, Mul, Range, Sub};

use super::blend::{Canvas, Shares};
use crate::geo::{SUBPIXELS, Snapped, cost};
use crate::scene::{Cap, Line};

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

/// A segment, or a point with the pixels beyond two segments.
#[derive(Debug, Clone, Copy)]
struct Piece {
    at: Snapped,
    /// Rows of the picture in which it has pixels, from the first to before the last.
    rows: (i64, i64),
    kind: Kind,
    /// Whether its pixels may lie further from its own point than single numbers tell.
    is_far: bool,
}

#[derive(Debug, Clone, Copy)]
enum Kind {
    /// From `at` along `direction`, px, measured `after` px further; `cut` says whether what lies
    /// before its start and beyond its end is no part of the band.
    Segment { direction: (f64, f64), length: f64, after: f64, cut: (bool, bool) },
    /// Beyond the end of one segment and before the start of another, by their directions.
    Point { before: Option<(f64, f64)>, after: Option<(f64, f64)> },
}

impl Bands {
    /// Draws a line as a band.
    pub fn draw(
        &mut self,
        line: &Line,
        profile: &Profile,
        cap: Cap,
        rgba: [u8; 4],
        canvas: &mut Canvas,
    ) {
        let (width, height) = (canvas.width() as i64, canvas.height() as i64);
        self.pieces.clear();
        let near = Near { outset: profile.outset, width, height };
        near.gather(line, cap, &mut self.pieces);
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
        self.measured.resize(window.height as usize, usize::MAX..0);
        for piece in &self.pieces {
            let rows = piece.rows.0.max(window.top)..piece.rows.1.min(window.top + window.height);
            for y in rows {
                let Some(columns) = piece.columns(y, profile.outset, window) else { continue };
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
    fn gather(&self, line: &Line, cap: Cap, pieces: &mut Vec<Piece>) {
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
                self.add(a, a, Kind::Point { before: None, after: Some(along) }, pieces);
            }
            if !is_gentle && !(is_last && is_butt) {
                self.add(b, b, Kind::Point { before: Some(along), after: next }, pieces);
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

impl Piece {
    /// The columns of the window's row `y` in which it is measured: all that it may be nearest to,
    /// and few more.
    fn columns(&self, y: i64, outset: f64, window: &Window) -> Option<Range<usize>> {
        let y = px(y * SUBPIXELS + SUBPIXELS / 2 - self.at.y);
        let mut range = Columns::default();
        match &self.kind {
            Kind::Segment { direction: (ux, uy), length, after, .. } => {
                // |ux y - uy x| <= outset, and 0 <= ux x + uy y <= length.
                range.keep(-uy, ux * y, -outset, outset)?;
                range.keep(*ux, uy * y, 0.0, length + after)?;
            }
            Kind::Point { before, after } => {
                let half_sq = outset * outset - y * y;
                let half = (half_sq >= 0.0).then(|| half_sq.sqrt())?;
                range.keep(1.0, 0.0, -half, half)?;
                if let Some((ux, uy)) = before {
                    range.keep(*ux, uy * y, 0.0, f64::INFINITY)?;
                }
                if let Some((ux, uy)) = after {
                    range.keep(*ux, uy * y, f64::NEG_INFINITY, 0.0)?;
                }
            }
        }
        range.of_window(self.at.x, window)
    }

    /// Takes the pixels of row `y` from `x` on into account.
    fn measure(&self, x: i64, y: i64, distances_sq: &mut [f32]) {
        let from = x * SUBPIXELS + SUBPIXELS / 2 - self.at.x;
        let y = y * SUBPIXELS + SUBPIXELS / 2 - self.at.y;
        for (i, some) in (0..).zip(distances_sq.chunks_mut(COUNTED)) {
            let x = from + i * COUNTED as i64 * SUBPIXELS;
            match self.is_far {
                false => self.measure_in(px(x) as f32, px(y) as f32, |v| v as f32, some),
                true => self.measure_in(px(x), px(y), |v| v, some),
            }
        }
    }

    /// The same in numbers of a size: `x` is the first pixel's, px from the piece's own point.
    #[inline(always)]
    fn measure_in<F: Real>(&self, x: F, y: F, real: fn(f64) -> F, distances_sq: &mut [f32]) {
        let first = x;
        match self.kind {
            Kind::Segment { direction: (ux, uy), length, cut, .. } => {
                let [ux, uy, length, zero] = [ux, uy, length, 0.0].map(real);
                let low = if cut.0 { zero } else { real(f64::NEG_INFINITY) };
                let high = if cut.1 { length } else { real(f64::INFINITY) };
                for (i, least) in (0_u16..).zip(distances_sq) {
                    let x = first + F::from(i);
                    let (along, across) = (ux * x + uy * y, ux * y - uy * x);
                    let beyond = greater(greater(along - length, zero - along), zero);
                    let sq: f32 = (across * across + beyond * beyond).into_single();
                    let is_in = (along >= low) & (along <= high);
                    *least = less(*least, if is_in { sq } else { f32::INFINITY });
                }
            }
            Kind::Point { .. } => {
                for (i, least) in (0_u16..).zip(distances_sq) {
                    let x = first + F::from(i);
                    *least = less(*least, (x * x + y * y).into_single());
                }
            }
        }
    }
}

/// What distances are computed with: single numbers, and double ones for what is far.
trait Real:
    Copy + PartialOrd + From<u16> + Add<Output = Self> + Sub<Output = Self> + Mul<Output = Self>
{
    fn into_single(self) -> f32;
}

impl Real for f32 {
    fn into_single(self) -> f32 {
        self
    }
}

impl Real for f64 {
    fn into_single(self) -> f32 {
        self as f32
    }
}

/// There is no number here that is none, which the usual ones look for.
fn greater<F: Real>(a: F, b: F) -> F {
    if a > b { a } else { b }
}

fn less(a: f32, b: f32) -> f32 {
    if a < b { a } else { b }
}

/// Pixels that are counted from one on.
const COUNTED: usize = 1 << 12;

/// Within this many px single numbers tell places of 1/256 px.
const MOST_SINGLE_PX: f64 = 30_000.0;

/// A run of a row, px from a piece's own point.
struct Columns {
    from: f64,
    to: f64,
}

impl Default for Columns {
    fn default() -> Self {
        Self { from: -FURTHEST_PX, to: FURTHEST_PX }
    }
}

/// Further from its own point no piece is measured: 2^40 px.
const FURTHEST_PX: f64 = 1_099_511_627_776.0;

impl Columns {
    /// Keeps where `low <= slope x + offset <= high`; `None` where nothing is left.
    fn keep(&mut self, slope: f64, offset: f64, low: f64, high: f64) -> Option<()> {
        if slope.abs() < 1e-9 {
            // Level: all of the row, or nothing. A px more is no harm.
            return (low - 1.0 <= offset && offset <= high + 1.0).then_some(());
        }
        let (a, b) = ((low - offset) / slope, (high - offset) / slope);
        (self.from, self.to) = (self.from.max(a.min(b)), self.to.min(a.max(b)));
        (self.from <= self.to + 1.0).then_some(())
    }

    /// As columns of the window, with those beside: `x` is the piece's own point, 1/256 px.
    fn of_window(&self, x: i64, window: &Window) -> Option<Range<usize>> {
        let column = |px: f64| {
            let by = (px * SUBPIXELS as f64).floor() as i64;
            (x + by - SUBPIXELS / 2).div_euclid(SUBPIXELS)
        };
        let from = column(self.from).clamp(0, window.width) as usize;
        let to = (column(self.to) + 2).clamp(0, window.width) as usize;
        (from < to).then_some(from..to)
    }
}

fn px(subpixels: i64) -> f64 {
    subpixels as f64 / SUBPIXELS as f64
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
