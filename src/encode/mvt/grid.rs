//! A tile's own grid: world positions in 1/256 of its unit, and what of lines and rings is near it.
//!
//! All is counted in whole numbers from the world's corner and moved by whole tiles, so that two
//! tiles, and two neighbours of a border, get the same of what they share.

use crate::geo::{Detail, TileId, World, WorldBox};

/// A position in 1/256 of a unit, from the tile's upper left corner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fine {
    pub x: i64,
    pub y: i64,
}

/// A position in units, from the tile's upper left corner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Unit {
    pub x: i64,
    pub y: i64,
}

/// Parts of a unit that positions are known to before they are rounded.
pub const FINE: i64 = 256;

impl Fine {
    pub fn rounded(self) -> Unit {
        let unit = |v: i64| (v + FINE / 2).div_euclid(FINE);
        Unit { x: unit(self.x), y: unit(self.y) }
    }
}

/// What a tile is cut and rounded to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grid {
    pub tile: TileId,
    /// Units of a side.
    pub extent: u32,
    /// Units beyond each side that are in the tile, too.
    pub buffer: u32,
}

/// How far lines may be from where they are, of a tile of 4096 units: a quarter of a CSS px of 512.
const TOLERANCE: f64 = 2.0 / 4096.0;

impl Grid {
    /// The deepest zoom that clients need ask for: its tiles have all of each line, to 0.6 m at the
    /// equator.
    pub const DEEPEST: u8 = 14;

    /// What lies in it, unit square; perhaps beyond its ends.
    pub fn reach(&self) -> WorldBox {
        let bounds = self.tile.bounds();
        bounds.grown(bounds.width() * (f64::from(self.buffer) + 1.0) / f64::from(self.extent))
    }

    /// What matters of lines and rings.
    pub fn detail(&self) -> Detail {
        if self.tile.z() >= Self::DEEPEST {
            return Detail::ALL;
        }
        let tolerance = TOLERANCE * self.tile.bounds().width();
        Detail::of_square(tolerance * tolerance)
    }

    /// A position of the world's copy so many worlds to the east.
    pub fn place(&self, p: World, copy: i64) -> Fine {
        let side = i64::from(self.extent) * FINE;
        let world = side << self.tile.z();
        let at = |v: f64, tile: u32| (v * world as f64).round() as i64 - i64::from(tile) * side;
        Fine { x: at(p.x, self.tile.x()) + copy * world, y: at(p.y, self.tile.y()) }
    }

    /// The first and the last unit, both ways, that are in the tile.
    pub fn window(&self) -> (i64, i64) {
        let (extent, buffer) = (i64::from(self.extent), i64::from(self.buffer));
        (-buffer, extent + buffer)
    }

    /// Whether a position is in the tile or its buffer, and not on the buffer's outer side.
    pub fn is_inside(&self, at: Unit) -> bool {
        let (low, high) = self.window();
        [at.x, at.y].iter().all(|v| (low + 1..high).contains(v))
    }

    /// A line with positions where it crosses the tile's sides, however long these are: its
    /// neighbours have them, too, and both go on from there.
    pub fn with_crossings(&self, line: impl Iterator<Item = Fine>) -> Vec<Fine> {
        let side = i64::from(self.extent) * FINE;
        let mut out: Vec<Fine> = Vec::new();
        for b in line {
            if let Some(a) = out.last().copied() {
                if a == b {
                    continue;
                }
                let first = out.len();
                for edge in [0, side] {
                    out.extend(crossing((a.x, a.y), (b.x, b.y), edge).map(|(x, y)| Fine { x, y }));
                    out.extend(crossing((a.y, a.x), (b.y, b.x), edge).map(|(y, x)| Fine { x, y }));
                }
                out[first..].sort_by_key(|p| (p.x - a.x).abs() + (p.y - a.y).abs());
            }
            out.push(b);
        }
        out.dedup();
        out
    }
}

/// Where a segment passes `at` in its first coordinate, between its ends: the same whichever end it
/// begins at, and however far it is moved.
pub fn crossing(a: (i64, i64), b: (i64, i64), at: i64) -> Option<(i64, i64)> {
    let (a, b) = (a.min(b), a.max(b));
    if at <= a.0 || at >= b.0 {
        return None;
    }
    let rise = i128::from(b.1 - a.1) * i128::from(at - a.0);
    Some((at, a.1 + rise.div_euclid(i128::from(b.0 - a.0)) as i64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_cross_their_side_at_one_place() {
        let grid =
            |x: u32| Grid { tile: TileId::new(9, x, 194).unwrap(), extent: 4096, buffer: 64 };
        let line = [(46.2, 39.7), (46.62, 39.911), (46.9, 39.71)];
        let worlds = line.map(|(lon, lat)| World::from_degrees(lon, lat));
        let cut = |grid: Grid| grid.with_crossings(worlds.iter().map(|p| grid.place(*p, 0)));
        let (west, east) = (cut(grid(321)), cut(grid(322)));
        let side = 4096 * FINE;
        let ys = |line: &[Fine], x: i64| -> Vec<i64> {
            line.iter().filter(|p| p.x == x).map(|p| p.y).collect()
        };
        assert_eq!(ys(&west, side), ys(&east, 0));
        assert_eq!(ys(&west, side).len(), 1, "{west:?}");
    }

    #[test]
    fn the_world_goes_on_east_of_its_end() {
        let grid = Grid { tile: TileId::new(2, 3, 1).unwrap(), extent: 4096, buffer: 64 };
        let start = World { x: 0.001, y: 0.3 };
        assert_eq!(grid.place(start, 1).rounded(), Unit { x: 4112, y: 819 });
    }
}
