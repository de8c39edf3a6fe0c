//! How steep the ground is, by Horn's formula (B. Horn, "Hill shading and the reflectance map",
//! Proceedings of the IEEE 69, 1981), exaggerated at small scales as MapLibre does.

use super::Ground;
use super::grid::Grid;
use crate::geo::World;

/// Slopes of a tile and of one row and column around it: how far the ground rises for each metre to
/// the east and to the south.
#[derive(Debug)]
pub struct Slopes(Grid<2>);

/// Around the equator, metres (EPSG:3857).
const EQUATOR_M: f64 = 40_075_016.685_578_5;

/// Zooms below this one show slopes steeper than they are.
const TRUE_ZOOM: f64 = 15.0;

/// Slopes beyond it are as steep.
const STEEPEST: f64 = 4.0;

impl Slopes {
    pub(super) fn of(ground: &Ground) -> Self {
        let side = ground.side() as f64;
        let zoom = f64::from(ground.id.z());
        let metres_per_height = EQUATOR_M / (side * zoom.exp2());
        // Eight times the distance of two heights is what the differences are of.
        let scale = exaggeration(zoom) / (8.0 * metres_per_height);
        let bounds = ground.id.bounds();
        let slope = |(x, y): (i64, i64)| {
            let (x, y) = ground.known(x, y);
            let at = |dx: i64, dy: i64| f64::from(ground.at(x + dx, y + dy));
            let east =
                at(1, -1) + 2.0 * at(1, 0) + at(1, 1) - at(-1, -1) - 2.0 * at(-1, 0) - at(-1, 1);
            let south =
                at(-1, 1) + 2.0 * at(0, 1) + at(1, 1) - at(-1, -1) - 2.0 * at(0, -1) - at(1, -1);
            // A metre of the map is shorter on the ground, away from the equator.
            let down = (y as f64 + 0.5) / side;
            let middle = World { x: 0.5, y: bounds.min.y + (bounds.max.y - bounds.min.y) * down };
            let shrunk = middle.to_degrees().1.to_radians().cos();
            [east, south].map(|d| ((d * scale).clamp(-STEEPEST, STEEPEST) / shrunk) as f32)
        };
        Self(Grid::new(ground.side(), 1, slope))
    }

    /// The slopes to the east and to the south at places, counted in heights from the tile's upper
    /// left corner: each those of the nearest height, or a mix of the four around it.
    pub fn at<const R: usize>(&self, xs: &[f64; R], ys: &[f64; R], nearest: bool) -> [[f32; 2]; R] {
        self.0.values_at(xs, ys, nearest)
    }
}

/// How many times steeper slopes are shown: gently hilly ground would be flat at small scales.
fn exaggeration(zoom: f64) -> f64 {
    let factor = match zoom {
        z if z < 2.0 => 0.4,
        z if z < 4.5 => 0.35,
        _ => 0.3,
    };
    ((TRUE_ZOOM - zoom).max(0.0) * factor).exp2()
}
