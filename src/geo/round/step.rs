//! Steps from one position to the next: which of them are too long to be meant as they are written,
//! and lines whose longitudes run on.

use geo::geometry::{Coord, LineString};

/// The longest steps, in degrees of longitude, that are taken as they are written.
pub(super) const LINE_STEP: f64 = 180.0;
const RING_STEP: f64 = 270.0;

/// The latitude in degrees beyond which a ring may run round its pole in few steps.
const ARCTIC: f64 = 60.0;

/// The longest step of a ring that is taken as it is written.
pub(super) fn longest_step(ring: &LineString<f64>) -> f64 {
    let is_arctic =
        |south: bool| ring.0.iter().all(|c| if south { c.y <= -ARCTIC } else { c.y >= ARCTIC });
    if has_long_step(ring, LINE_STEP) && (is_arctic(true) || is_arctic(false)) {
        let unrolled = unrolled(ring, LINE_STEP);
        if unrolled.0.first().map(|c| c.x) != unrolled.0.last().map(|c| c.x) {
            return LINE_STEP;
        }
    }
    RING_STEP
}

/// Whether a position is given on another turn than the first.
pub(super) fn is_beyond(line: &LineString<f64>) -> bool {
    line.0.iter().any(|c| c.x.abs() > 180.0)
}

pub(super) fn has_long_step(line: &LineString<f64>, most: f64) -> bool {
    line.0.windows(2).any(|p| is_long(p[0], p[1], most))
}

/// Whether a step is longer, and not along the antimeridian or a pole.
fn is_long(a: Coord<f64>, b: Coord<f64>, most: f64) -> bool {
    let by = (b.x - a.x).abs();
    // A whole turn is the frame of the world.
    by > most
        && by % 360.0 != 0.0
        && !is_along_antimeridian(a, b)
        && !(a.y.abs() == 90.0 && b.y == a.y)
}

fn is_along_antimeridian(a: Coord<f64>, b: Coord<f64>) -> bool {
    a.x.abs() == 180.0 && b.x.abs() == 180.0
}

/// The line with longitudes that run on, long steps taken the short way.
pub(super) fn unrolled(line: &LineString<f64>, most: f64) -> LineString<f64> {
    let mut shift = 0.0;
    let mut out: Vec<Coord<f64>> = Vec::with_capacity(line.0.len());
    let mut last: Option<Coord<f64>> = None;
    for c in &line.0 {
        if let Some(last) = last
            && (is_long(last, *c, most) || (is_along_antimeridian(last, *c) && c.y.abs() != 90.0))
        {
            shift -= ((c.x - last.x) / 360.0).round() * 360.0;
        }
        last = Some(*c);
        out.push(Coord { x: c.x + shift, y: c.y });
    }
    LineString(out)
}
