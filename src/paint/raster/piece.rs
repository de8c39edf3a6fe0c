//! Pieces of a band: what of its line pixels are measured from.

use std::ops::{Add, Mul, Range, Sub};

use crate::geo::{SUBPIXELS, Snapped};
use crate::scene::Join;

/// A segment, or a point with the pixels beyond two segments.
#[derive(Debug, Clone, Copy)]
pub struct Piece {
    pub at: Snapped,
    /// Rows of the picture in which it has pixels, from the first to before the last.
    pub rows: (i64, i64),
    pub kind: Kind,
    /// Whether its pixels may lie further from its own point than single numbers tell.
    pub is_far: bool,
}

#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// From `at` along `direction`, px, measured `after` px further; `cut` says whether what lies
    /// before its start and beyond its end is no part of the band.
    Segment { direction: (f64, f64), length: f64, after: f64, cut: (bool, bool) },
    /// Beyond the end of one segment and before the start of another, by their directions, and
    /// within a bevel.
    Point { before: Option<(f64, f64)>, after: Option<(f64, f64)>, bevel: Bevel },
}

/// The straight side of a corner that is not round: the direction out of the corner, and how far
/// along it the side lies, px; infinitely far where there is none.
#[derive(Debug, Clone, Copy)]
pub struct Bevel {
    out: (f64, f64),
    depth: f64,
}

impl Bevel {
    pub const NONE: Self = Self { out: (0.0, 0.0), depth: f64::INFINITY };

    /// That of the corner between two directions.
    pub fn of(join: Join, a: (f64, f64), b: (f64, f64), outset: f64) -> Self {
        // Out of the corner is against the turn.
        let out = (a.0 - b.0, a.1 - b.1);
        let length = (out.0 * out.0 + out.1 * out.1).sqrt();
        // Half the turn's sine is half of that.
        let cosine = (1.0 - length * length / 4.0).max(0.0).sqrt();
        let is_round = match join {
            Join::Round { .. } => true,
            Join::Miter { limit } => limit * cosine >= 1.0,
            Join::Bevel => false,
        };
        match is_round || length == 0.0 {
            true => Self::NONE,
            false => Self { out: (out.0 / length, out.1 / length), depth: outset * cosine },
        }
    }
}

impl Piece {
    /// The columns of row `y` in which it is measured: all that it may be nearest to,
    /// and few more.
    pub fn columns(&self, y: i64, outset: f64, width: i64) -> Option<Range<usize>> {
        let y = px(y * SUBPIXELS + SUBPIXELS / 2 - self.at.y);
        let mut range = Columns::default();
        match &self.kind {
            Kind::Segment { direction: (ux, uy), length, after, .. } => {
                // |ux y - uy x| <= outset, and 0 <= ux x + uy y <= length.
                range.keep(-uy, ux * y, -outset, outset)?;
                range.keep(*ux, uy * y, 0.0, length + after)?;
            }
            Kind::Point { before, after, .. } => {
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
        range.of_row(self.at.x, width)
    }

    /// Takes the pixels of row `y` from `x` on into account.
    pub fn measure(&self, x: i64, y: i64, distances_sq: &mut [f32]) {
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
            Kind::Point { bevel, .. } => {
                let [ux, uy, depth] = [bevel.out.0, bevel.out.1, bevel.depth].map(real);
                for (i, least) in (0_u16..).zip(distances_sq) {
                    let x = first + F::from(i);
                    let sq = (x * x + y * y).into_single();
                    let is_in = ux * x + uy * y <= depth;
                    *least = less(*least, if is_in { sq } else { f32::INFINITY });
                }
            }
        }
    }
}

/// What distances are computed with: single numbers, and double ones for what is far.
pub trait Real:
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
pub fn greater<F: Real>(a: F, b: F) -> F {
    if a > b { a } else { b }
}

pub fn less(a: f32, b: f32) -> f32 {
    if a < b { a } else { b }
}

/// Pixels that are counted from one on.
const COUNTED: usize = 1 << 12;

/// Within this many px single numbers tell places of 1/256 px.
pub const MOST_SINGLE_PX: f64 = 30_000.0;

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

    /// As columns of a row that is so wide, with those beside: `x` is the piece's own point,
    /// 1/256 px.
    fn of_row(&self, x: i64, width: i64) -> Option<Range<usize>> {
        let column = |px: f64| {
            let by = (px * SUBPIXELS as f64).floor() as i64;
            (x + by - SUBPIXELS / 2).div_euclid(SUBPIXELS)
        };
        let from = column(self.from).clamp(0, width) as usize;
        let to = (column(self.to) + 2).clamp(0, width) as usize;
        (from < to).then_some(from..to)
    }
}

/// Whole steps as px.
pub fn px(subpixels: i64) -> f64 {
    subpixels as f64 / SUBPIXELS as f64
}
