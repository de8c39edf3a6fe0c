//! Pictures of tiles in the plane of a projection: cut into pieces so small that each is drawn as a
//! quadrilateral.

use crate::compose::Placed;
use crate::geo::{Camera, Projector, World, WorldBox};

/// How far a place of a piece may be from where it should be, device px.
const TOLERANCE_PX: f64 = 0.25;

/// How many pieces a tile's side is cut into at the most.
const MOST_PIECES: usize = 32;

/// The pieces that a picture shows, of tiles that meet a part of Web Mercator's square. All tiles are
/// cut into as many, so that pieces side by side have their corners in common.
pub fn bent<T>(
    placed: &[Placed<T>],
    shown: &WorldBox,
    projector: &Projector,
    camera: &Camera,
) -> Vec<Placed<T>> {
    let tolerance = TOLERANCE_PX / camera.world_px();
    let seen = camera.bounds(0.0);
    let cut = |pieces: usize| {
        let (mut fits, mut all) = (true, Vec::new());
        for placed in placed {
            for (column, row) in (0..pieces).flat_map(|x| (0..pieces).map(move |y| (x, y))) {
                let cell = Cell { placed, pieces, at: [column, row] };
                let meets = |part: &WorldBox| cell.bounds().meets(part);
                if !meets(shown) || !meets(projector.domain()) {
                    continue;
                }
                let Some((piece, error)) = cell.bent(projector) else {
                    // Smaller ones may lie within what can be projected.
                    fits = false;
                    continue;
                };
                if WorldBox::around(&piece.corners).is_some_and(|around| around.meets(&seen)) {
                    fits &= error <= tolerance;
                    all.push(piece);
                }
            }
        }
        (fits || pieces >= MOST_PIECES).then_some(all)
    };
    (0..).find_map(|halvings| cut(1 << halvings)).unwrap_or_default()
}

/// A piece of a tile, by its column and row.
struct Cell<'a, T> {
    placed: &'a Placed<T>,
    /// Of a side.
    pieces: usize,
    at: [usize; 2],
}

impl<T> Cell<'_, T> {
    /// A place in it, 0..=1 from its upper left corner, in the world.
    fn world(&self, x: f64, y: f64) -> World {
        let [upper_left, _, lower_right, _] = self.placed.corners;
        World {
            x: self.between(0, x, upper_left.x, lower_right.x) + self.placed.copy as f64,
            y: self.between(1, y, upper_left.y, lower_right.y),
        }
    }

    /// What is so far along an axis of the piece, where the tile goes from `low` to `high`.
    fn between(&self, axis: usize, along: f64, low: f64, high: f64) -> f64 {
        low + (high - low) * (self.at[axis] as f64 + along) / self.pieces as f64
    }

    fn bounds(&self) -> WorldBox {
        WorldBox { min: self.world(0.0, 0.0), max: self.world(1.0, 1.0) }
    }

    /// The piece in the plane, and how far the middles of its sides are from where they should be;
    /// none where not all of it can be projected. (That of the whole says nothing: between two
    /// conformal projections it is the mean of the corners, nearly, however bent the sides are.)
    fn bent(&self, projector: &Projector) -> Option<(Placed<T>, f64)> {
        let forward = |x: f64, y: f64| {
            let place = self.world(x, y);
            projector.domain().owns(place).then(|| projector.forward(place))?
        };
        let corners =
            [forward(0.0, 0.0)?, forward(1.0, 0.0)?, forward(1.0, 1.0)?, forward(0.0, 1.0)?];
        let middles =
            [forward(0.5, 0.0)?, forward(1.0, 0.5)?, forward(0.5, 1.0)?, forward(0.0, 0.5)?];
        let off = |side: usize| {
            let (from, to, middle) = (corners[side], corners[(side + 1) % 4], middles[side]);
            ((from.x + to.x) / 2.0 - middle.x).hypot((from.y + to.y) / 2.0 - middle.y)
        };
        let error = (0..4).map(off).fold(0.0, f64::max);
        let [left, top, right, bottom] = self.placed.part;
        let part = [
            self.between(0, 0.0, left, right),
            self.between(1, 0.0, top, bottom),
            self.between(0, 1.0, left, right),
            self.between(1, 1.0, top, bottom),
        ];
        Some((Placed { what: self.placed.what.clone(), corners, part, copy: 0 }, error))
    }
}
