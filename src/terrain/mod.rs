//! The ground: heights of the tiles of an elevation model, and the slopes between them.
//!
//! A tile of heights is looked at together with those around it, so that slopes at its edges are
//! what they would be in one large tile. Where there is no neighbour the ground goes on as it ends.

mod grid;
mod slope;

use std::sync::{Arc, OnceLock};

pub use slope::Slopes;

use crate::geo::TileId;
use grid::Grid;

/// The heights of one tile, metres: rows from the north, each from the west.
#[derive(Debug, Clone, PartialEq)]
pub struct Heights {
    side: usize,
    metres: Vec<f32>,
}

impl Heights {
    /// `None` where there are not `side` rows of `side` heights.
    pub fn new(side: usize, metres: Vec<f32>) -> Option<Self> {
        (side > 0 && side.checked_mul(side) == Some(metres.len())).then_some(Self { side, metres })
    }
}

/// The eight tiles around one, and itself: rows from the north, each from the west.
pub type Around = [Option<Arc<Heights>>; 9];

/// A tile of heights with the edges of its neighbours.
#[derive(Debug)]
pub struct Ground {
    id: TileId,
    metres: Grid<1>,
    /// Which of the nine tiles there are.
    there: [bool; 9],
    slopes: OnceLock<Slopes>,
}

/// How many rows and columns of the neighbours a tile is looked at with.
const MARGIN: usize = 2;

impl Ground {
    /// `None` where the tile in the middle is not there. Neighbours of another size are taken as
    /// missing.
    pub fn new(id: TileId, around: &Around) -> Option<Self> {
        let middle = around[4].as_deref()?;
        let side = middle.side as i64;
        let there =
            std::array::from_fn(|i| around[i].as_ref().is_some_and(|t| t.side == middle.side));
        let height = |(x, y): (i64, i64)| {
            let tile = tile_of(x, y, side);
            match around[tile].as_deref().filter(|_| there[tile]) {
                Some(tile) => {
                    [tile.metres[(y.rem_euclid(side) * side + x.rem_euclid(side)) as usize]]
                }
                None => {
                    [middle.metres[(y.clamp(0, side - 1) * side + x.clamp(0, side - 1)) as usize]]
                }
            }
        };
        let metres = Grid::new(middle.side, MARGIN, height);
        Some(Self { id, metres, there, slopes: OnceLock::new() })
    }

    /// Heights along each side of the tile.
    pub fn side(&self) -> usize {
        self.metres.side()
    }

    /// How steep the ground is.
    pub fn slopes(&self) -> &Slopes {
        self.slopes.get_or_init(|| Slopes::of(self))
    }

    /// The heights at places, counted in heights from the tile's upper left corner, metres: each
    /// that of the nearest, or a mix of the four around it.
    pub fn heights_at<const R: usize>(
        &self,
        xs: &[f64; R],
        ys: &[f64; R],
        nearest: bool,
    ) -> [f32; R] {
        self.metres.values_at(xs, ys, nearest).map(|[height]| height)
    }

    /// Bytes that it takes up, slopes included.
    pub fn bytes(&self) -> usize {
        self.metres.bytes() * 3
    }

    /// The height in a column and row, which may lie in the margin.
    fn at(&self, x: i64, y: i64) -> f32 {
        let [height] = self.metres.at(x, y);
        height
    }

    /// The same column and row, or where their tile is not there the nearest that is.
    fn known(&self, x: i64, y: i64) -> (i64, i64) {
        let side = self.side() as i64;
        if self.there[tile_of(x, y, side)] {
            (x, y)
        } else {
            (x.clamp(0, side - 1), y.clamp(0, side - 1))
        }
    }
}

/// Which of the nine tiles a column and row lie in.
fn tile_of(x: i64, y: i64, side: i64) -> usize {
    let third = |v: i64| (v.div_euclid(side) + 1).clamp(0, 2) as usize;
    third(y) * 3 + third(x)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plane(side: usize, column: usize, row: usize) -> Arc<Heights> {
        let height =
            |i: usize| ((column * side + i % side) * 3 + (row * side + i / side) * 5) as f32;
        Arc::new(Heights::new(side, (0..side * side).map(height).collect()).unwrap())
    }

    fn height(ground: &Ground, x: f64, y: f64, nearest: bool) -> f32 {
        let [height] = ground.heights_at(&[x], &[y], nearest);
        height
    }

    fn slope(ground: &Ground, x: f64, y: f64) -> [f32; 2] {
        let [slope] = ground.slopes().at(&[x], &[y], false);
        slope
    }

    #[test]
    fn a_plane_goes_on_over_the_edges_of_its_tiles() {
        let around: Around = std::array::from_fn(|i| Some(plane(4, i % 3, i / 3)));
        let ground = Ground::new(TileId::new(9, 20, 256).unwrap(), &around).unwrap();
        for (x, y) in [(0.0, 0.0), (0.5, 0.5), (3.9, 4.0), (2.25, 1.75)] {
            let expected = (4.0 + x - 0.5) * 3.0 + (4.0 + y - 0.5) * 5.0;
            assert!((f64::from(height(&ground, x, y, false)) - expected).abs() < 1e-4, "{x} {y}");
        }
        let [east, south] = slope(&ground, 2.0, 2.0);
        assert!((south / east - 5.0 / 3.0).abs() < 1e-5);
        // The latitude's share apart, it is as steep everywhere.
        for (x, y) in [(0.0, 0.0), (4.0, 0.0), (0.0, 4.0), (4.0, 4.0)] {
            let [at_edge, _] = slope(&ground, x, y);
            assert!((at_edge / east - 1.0).abs() < 1e-3, "{x} {y}");
        }
    }

    #[test]
    fn without_neighbours_the_ground_goes_on_as_it_ends() {
        let mut around: Around = Default::default();
        around[4] = Some(plane(4, 0, 0));
        let ground = Ground::new(TileId::new(9, 20, 256).unwrap(), &around).unwrap();
        assert_eq!(height(&ground, 0.0, 0.5, false), 0.0);
        assert_eq!(slope(&ground, 0.0, 0.5), slope(&ground, 0.5, 0.5));
        around[4] = None;
        assert!(Ground::new(TileId::new(9, 20, 256).unwrap(), &around).is_none());
    }

    #[test]
    fn a_place_beyond_the_tile_is_on_its_edge() {
        let mut around: Around = Default::default();
        around[4] = Some(plane(4, 0, 0));
        let ground = Ground::new(TileId::new(0, 0, 0).unwrap(), &around).unwrap();
        assert_eq!(height(&ground, f64::NAN, f64::INFINITY, true), 3.0 * 5.0);
        assert_eq!(height(&ground, 1e300, 1e300, true), 3.0 * 3.0 + 3.0 * 5.0);
    }

    #[test]
    fn places_in_one_row_are_as_each_by_itself() {
        let around: Around = std::array::from_fn(|i| Some(plane(7, i % 3, i / 3)));
        let ground = Ground::new(TileId::new(9, 20, 256).unwrap(), &around).unwrap();
        for step in [0.0, 0.07, 0.31, 0.9, -0.2] {
            let xs: [f64; 8] = std::array::from_fn(|i| 2.1 + step * i as f64);
            let level = ground.slopes().at(&xs, &[4.3; 8], false);
            let alone: [_; 8] = std::array::from_fn(|i| slope(&ground, xs[i], 4.3));
            assert_eq!(level, alone, "{step}");
        }
    }
}
