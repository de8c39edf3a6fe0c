//! Polygons that reach across the antimeridian or round a pole, in pieces that do not.

use geo::geometry::{Coord, LineString, Polygon, Rect};
use geo::{BoundingRect, MapCoords, Orient};

use super::cut::{crossing, part};
use super::step::{LINE_STEP, has_long_step, is_beyond, longest_step, unrolled};
use super::{TooWide, Turn};
use crate::geo::geodesic::rings;

/// The height in degrees of a ring that is a frame of the world.
const FRAME_HEIGHT: f64 = 120.0;

/// The polygon in pieces that each lie within -180..=180. Where it is cut, or turned round, its
/// rings are wound as RFC 7946 has them.
///
/// # Errors
/// Where it reaches more than once round the Earth, and is no rectangle.
pub fn polygon(
    polygon: Polygon<f64>,
    note: &mut dyn FnMut(Turn),
) -> Result<Vec<Polygon<f64>>, TooWide> {
    let is_beyond = rings(&polygon).any(is_beyond);
    let is_frame = polygon.exterior().bounding_rect().is_some_and(|r| r.height() >= FRAME_HEIGHT);
    let is_turned = |ring: &LineString<f64>| has_long_step(ring, longest_step(ring));
    let is_wide = |ring: &LineString<f64>| has_long_step(ring, LINE_STEP) && !is_turned(ring);
    // A frame is as it is written, but not what is in it.
    let turning = || rings(&polygon).skip(usize::from(is_frame));
    if turning().any(is_wide) {
        note(Turn::Wide);
    }
    if !is_beyond && !turning().any(is_turned) {
        return Ok(vec![polygon]);
    }
    if is_beyond {
        note(Turn::Beyond);
    }
    let unrolled = Unrolled::of(polygon, is_frame);
    if unrolled.is_closed {
        note(Turn::Pole);
    }
    let pieces = match unrolled.exterior.bounding_rect() {
        None => return Ok(vec![Polygon::new(unrolled.exterior, unrolled.holes)]),
        Some(bounds) => unrolled.pieces(bounds)?,
    };
    if pieces.len() > 1 {
        note(Turn::Cut);
    }
    Ok(pieces)
}

/// A polygon's rings with longitudes that run on.
struct Unrolled {
    exterior: LineString<f64>,
    holes: Vec<LineString<f64>>,
    /// Whether it is a frame of the world.
    is_frame: bool,
    /// Whether any ring was closed along a pole.
    is_closed: bool,
}

impl Unrolled {
    fn of(polygon: Polygon<f64>, is_frame: bool) -> Self {
        let mut is_closed = false;
        let mut whole = |ring: &LineString<f64>| {
            let ring = unrolled(ring, longest_step(ring));
            let (ring, is_polar) = round_the_pole(ring);
            is_closed |= is_polar;
            ring
        };
        let (exterior, holes) = polygon.into_inner();
        let exterior = if is_frame { exterior } else { whole(&exterior) };
        let holes = holes.iter().map(whole).collect();
        Self { exterior, holes, is_frame, is_closed }
    }

    /// One polygon for each turn of the world that it reaches into, moved home; `bounds` are those
    /// of its exterior.
    fn pieces(self, bounds: Rect<f64>) -> Result<Vec<Polygon<f64>>, TooWide> {
        let Self { exterior, holes, is_frame, .. } = self;
        let (exterior, bounds) = within_a_turn(exterior, bounds, is_frame)?;
        let holes = holes.iter().map(|hole| beside(hole, &bounds));
        let holes = holes.flat_map(|hole| match is_frame {
            true => in_frame(hole, bounds.max().x),
            false => vec![hole],
        });
        let mut rest = vec![Polygon::new(exterior, holes.collect())];
        let mut pieces = Vec::new();
        let mut turn = ((bounds.min().x + 180.0) / 360.0).floor();
        loop {
            let east = 360.0 * turn + 180.0;
            let is_last = bounds.max().x <= east;
            let on = |is_here: &dyn Fn(Coord<f64>) -> bool| -> Vec<Polygon<f64>> {
                rest.iter().flat_map(|p| part(p, is_here, east)).collect()
            };
            let (here, further) = match is_last {
                true => (rest, Vec::new()),
                false => (on(&|c| c.x < east), on(&|c| c.x >= east)),
            };
            let home =
                |c: Coord<f64>| Coord { x: (c.x - 360.0 * turn).clamp(-180.0, 180.0), y: c.y };
            let home = |p: Polygon<f64>| p.map_coords(home).orient(geo::orient::Direction::Default);
            pieces.extend(here.into_iter().map(home));
            if is_last {
                return Ok(pieces);
            }
            rest = further;
            turn += 1.0;
        }
    }
}

/// An exterior and its bounds; a rectangle that is wider than the world is as wide.
fn within_a_turn(
    exterior: LineString<f64>,
    bounds: Rect<f64>,
    is_frame: bool,
) -> Result<(LineString<f64>, Rect<f64>), TooWide> {
    let is_polar = !is_frame && exterior.0.iter().any(|c| c.y.abs() == 90.0);
    // One that was closed at a pole may run to and fro across the cut.
    if bounds.width() > 360.0 && !is_polar {
        if !is_rectangle(&exterior) {
            return Err(TooWide);
        }
        let bounds = Rect::new((-180.0, bounds.min().y), (180.0, bounds.max().y));
        return Ok((bounds.to_polygon().into_inner().0, bounds));
    }
    Ok((exterior, bounds))
}

/// A hole on the turn of the world on which the bounds of its exterior begin.
fn beside(hole: &LineString<f64>, bounds: &Rect<f64>) -> LineString<f64> {
    let west = hole.bounding_rect().map_or(0.0, |r| r.min().x);
    // A hundred-millionth of a degree is rounding.
    let turns = ((bounds.min().x - west - 1e-8) / 360.0).ceil();
    hole.map_coords(|c| Coord { x: c.x + 360.0 * turns, y: c.y })
}

/// A hole in a frame that ends at `east`; what reaches past that side is at the other.
fn in_frame(hole: LineString<f64>, east: f64) -> Vec<LineString<f64>> {
    if !hole.bounding_rect().is_some_and(|r| r.max().x > east) {
        return vec![hole];
    }
    let hole = Polygon::new(hole, Vec::new());
    let parts = |is_here: &dyn Fn(Coord<f64>) -> bool, by: f64| {
        let moved =
            move |p: Polygon<f64>| p.into_inner().0.map_coords(|c| Coord { x: c.x - by, y: c.y });
        part(&hole, is_here, east).into_iter().map(moved).collect::<Vec<_>>()
    };
    [parts(&|c| c.x < east, 0.0), parts(&|c| c.x >= east, 360.0)].concat()
}

/// An unrolled ring that does not come back to where it began, closed along the pole that it is
/// nearer to: begun where it crosses the antimeridian, so that the way to the pole and back leads
/// along the cut.
fn round_the_pole(ring: LineString<f64>) -> (LineString<f64>, bool) {
    let (Some(first), Some(last)) = (ring.0.first().copied(), ring.0.last().copied()) else {
        return (ring, false);
    };
    let turn = last.x - first.x;
    if turn == 0.0 {
        return (ring, false);
    }
    let mean = ring.0.iter().map(|c| c.y).sum::<f64>() / ring.0.len() as f64;
    let pole = 90.0_f64.copysign(mean);
    let low = first.x.min(last.x);
    let at = ((low + 180.0) / 360.0).ceil() * 360.0 - 180.0;
    let crosses = |step: &geo::Line<f64>| {
        (step.start.x < at) != (step.end.x < at) || step.start.x == at || step.end.x == at
    };
    let Some(n) = ring.lines().position(|step| crosses(&step)) else { return (ring, false) };
    let begin = crossing(ring.0[n], ring.0[n + 1], at);
    let end = Coord { x: at + turn, y: begin.y };
    let mut out = vec![begin];
    out.extend(&ring.0[n + 1..]);
    out.extend(ring.0[1..=n].iter().map(|c| Coord { x: c.x + turn, y: c.y }));
    out.extend([end, Coord { x: end.x, y: pole }, Coord { x: begin.x, y: pole }, begin]);
    out.dedup();
    (LineString(out), true)
}

fn is_rectangle(ring: &LineString<f64>) -> bool {
    ring.0.len() == 5 && ring.lines().all(|l| (l.dx() == 0.0) != (l.dy() == 0.0))
}
