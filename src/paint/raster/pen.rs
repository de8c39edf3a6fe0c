//! What draws the pixels of strips: of each triangle, or of straight pieces as a whole.

use crate::geo::{SUBPIXELS, Snapped};

/// A pixel in the strip.
#[derive(Debug, Clone, Copy)]
pub struct Fragment {
    pub x: usize,
    pub y: usize,
    /// From the middle, in half widths of the strip: left of the line above 0, right below.
    pub across: f64,
    /// Beyond the line's end, in half widths; 0 but in round ends.
    pub beyond: f64,
    /// From the line's start, in 1/256 px.
    pub along: f64,
}

/// A vector in half widths, or a direction of length 1.
pub type Vector = (f64, f64);

/// A point of a strip.
#[derive(Debug, Clone, Copy)]
pub struct Corner {
    pub at: Snapped,
    pub across: f64,
    pub beyond: f64,
    pub along: f64,
}

/// What draws a strip's pixels.
pub trait Pen {
    /// Takes a pixel, and says whether there is time for more.
    fn pixel(&mut self, fragment: Fragment) -> bool;

    /// Whether it asks how far along the line its pixels lie.
    fn measures(&self) -> bool {
        true
    }

    /// Takes the straight piece of a strip between two pairs, of a line that has the same colour
    /// and softness all along it; or else it is given as pixels.
    fn straight(&mut self, _piece: &Straight) -> Drawn {
        Drawn::Not
    }

    /// The same of the square beyond a line's end that its round end lies in.
    fn round_end(&mut self, _piece: &Straight) -> Drawn {
        Drawn::Not
    }
}

/// What became of a straight piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Drawn {
    /// It is to be given as pixels.
    Not,
    Whole,
    /// There is no time for more.
    Late,
}

impl<F: FnMut(Fragment) -> bool> Pen for F {
    fn pixel(&mut self, fragment: Fragment) -> bool {
        self(fragment)
    }
}

/// A piece of a strip along one segment.
#[derive(Debug, Clone, Copy)]
pub struct Straight {
    /// In turn around it.
    pub corners: [Snapped; 4],
    /// A point of the segment.
    pub on: Snapped,
    /// Its direction, of length 1.
    pub direction: Vector,
}

/// A side of a triangle or piece, downward.
pub struct Side {
    upper: Snapped,
    end: i64,
    /// How far left it goes in each row of 1/256 px.
    slope: f64,
}

impl Side {
    pub fn new(a: Snapped, b: Snapped) -> Self {
        let (upper, lower) = if a.y <= b.y { (a, b) } else { (b, a) };
        let slope = (upper.x - lower.x) as f64 / (lower.y - upper.y).max(1) as f64;
        Self { upper, end: lower.y, slope }
    }

    /// The first pixel of a row whose centre is not left of the side. What is computed is how far
    /// it is from the side's own end, so that all that lies beside it, in every
    /// picture, finds the same.
    pub fn first(&self, y: i64) -> Option<i64> {
        let Self { upper, end, slope } = self;
        (upper.y <= y && y < *end).then(|| {
            let left = slope * (y - upper.y) as f64;
            let whole = left as i64;
            first_center(upper.x - whole + i64::from(left < whole as f64))
        })
    }
}

/// Gives the pixels whose centre lies in the triangle; those on a left or upper side belong to
/// it. Whether there is time for more.
pub fn triangle(
    [a, b, c]: [Corner; 3],
    (width_px, height_px): (i64, i64),
    pen: &mut impl Pen,
) -> bool {
    let (top, bottom) = (a.at.y.min(b.at.y).min(c.at.y), a.at.y.max(b.at.y).max(c.at.y));
    let (left, right) = (a.at.x.min(b.at.x).min(c.at.x), a.at.x.max(b.at.x).max(c.at.x));
    if right <= 0 || left >= width_px * SUBPIXELS || bottom <= 0 || top >= height_px * SUBPIXELS {
        return true;
    }
    let area = cross(a.at, b.at, c.at);
    if area == 0.0 {
        return true;
    }
    let sides = [Side::new(a.at, b.at), Side::new(b.at, c.at), Side::new(c.at, a.at)];
    let mut has_time = true;
    let rows = first_center(top).max(0)..first_center(bottom).min(height_px);
    for row in rows {
        let y = row * SUBPIXELS + SUBPIXELS / 2;
        let (mut from, mut to) = (i64::MAX, i64::MIN);
        for first in sides.iter().filter_map(|side| side.first(y)) {
            (from, to) = (from.min(first), to.max(first));
        }
        for column in from.max(0)..to.min(width_px) {
            let p = Snapped { x: column * SUBPIXELS + SUBPIXELS / 2, y };
            let (wa, wb) = (cross(p, b.at, c.at) / area, cross(p, c.at, a.at) / area);
            let wc = 1.0 - wa - wb;
            has_time &= pen.pixel(Fragment {
                x: column as usize,
                y: row as usize,
                across: a.across * wa + b.across * wb + c.across * wc,
                beyond: a.beyond * wa + b.beyond * wb + c.beyond * wc,
                along: a.along * wa + b.along * wb + c.along * wc,
            });
        }
    }
    has_time
}

/// Twice the area of a triangle, with its winding as the sign.
fn cross(a: Snapped, b: Snapped, c: Snapped) -> f64 {
    let (bx, by) = ((b.x - a.x) as f64, (b.y - a.y) as f64);
    let (cx, cy) = ((c.x - a.x) as f64, (c.y - a.y) as f64);
    bx * cy - by * cx
}

/// The first pixel whose centre is not before `v`.
pub fn first_center(v: i64) -> i64 {
    (v - SUBPIXELS / 2 + SUBPIXELS - 1).div_euclid(SUBPIXELS)
}
