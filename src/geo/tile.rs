//! Tile addresses of the Web Mercator quad (XYZ, row 0 in the north).

use super::{World, WorldBox};

/// A tile that exists: `z` 0..=[`TileId::MAX_ZOOM`], `x` and `y` below 2^z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TileId {
    z: u8,
    x: u32,
    y: u32,
}

/// Why three numbers are no tile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TileError {
    #[error("zoom {0} is past the last tile zoom, {max}", max = TileId::MAX_ZOOM)]
    Zoom(u32),
    #[error("tile {x}/{y} does not exist at zoom {z}: both run from 0 to {}", (1u64 << z) - 1)]
    OutOfRange { z: u8, x: u32, y: u32 },
}

impl TileId {
    /// The deepest zoom served: at 4x its pixels are still far above the precision of the snapped
    /// coordinates.
    pub const MAX_ZOOM: u8 = 22;

    pub fn new(z: u32, x: u32, y: u32) -> Result<Self, TileError> {
        let z8 = u8::try_from(z).ok().filter(|z| *z <= Self::MAX_ZOOM).ok_or(TileError::Zoom(z))?;
        if u64::from(x.max(y)) >> z8 > 0 {
            return Err(TileError::OutOfRange { z: z8, x, y });
        }
        Ok(Self { z: z8, x, y })
    }

    /// The tile of zoom `z` that holds `at`.
    pub fn containing(at: World, z: u8) -> Option<Self> {
        let n = f64::from(1u32 << z.min(Self::MAX_ZOOM));
        let cell = |v: f64| (v * n).floor().clamp(0.0, n - 1.0) as u32;
        Self::new(u32::from(z), cell(at.x), cell(at.y)).ok()
    }

    pub fn z(self) -> u8 {
        self.z
    }

    pub fn x(self) -> u32 {
        self.x
    }

    pub fn y(self) -> u32 {
        self.y
    }

    pub fn bounds(self) -> WorldBox {
        let n = f64::from(1u32 << self.z);
        WorldBox {
            min: World { x: f64::from(self.x) / n, y: f64::from(self.y) / n },
            max: World { x: f64::from(self.x + 1) / n, y: f64::from(self.y + 1) / n },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_tiles_that_exist() {
        assert!(TileId::new(0, 0, 0).is_ok());
        assert!(TileId::new(0, 1, 0).is_err());
        assert!(TileId::new(22, (1 << 22) - 1, 0).is_ok());
        assert_eq!(TileId::new(23, 0, 0), Err(TileError::Zoom(23)));
        assert!(TileId::new(3, 8, 0).unwrap_err().to_string().contains("0 to 7"));
    }

    #[test]
    fn shusha_is_in_its_tile() {
        let shusha = World::from_degrees(46.7499, 39.7601);
        let tile = TileId::containing(shusha, 9).unwrap();
        assert_eq!((tile.x(), tile.y()), (322, 194));
        assert!(tile.bounds().meets(&WorldBox { min: shusha, max: shusha }));
    }
}
