//! The frame of one picture, and the one place where geometry meets the pixel grid.
//!
//! **Invariant (seamless).** A point is snapped in the zoom's *world* pixel space and only then moved by the picture's
//! whole-pixel origin, so two pictures of one scale give the same point the same sub-pixel position. Anything drawn
//! must come through [`Camera::snap`].

use super::{TileId, World, WorldBox};

/// Steps per device pixel: coordinates are 24.8 fixed point.
pub const SUBPIXELS: i64 = 256;

/// A point of the picture in 1/256 device px, x right, y down, from the picture's top left corner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Snapped {
    pub x: i64,
    pub y: i64,
}

/// Where a picture lies in the world and how finely it is drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Camera {
    /// Style zoom: log2(world size in CSS px / 512).
    zoom: f64,
    /// Device px per CSS px.
    ratio: f64,
    /// Side of the world's square in device px.
    world_px: f64,
    /// World position of the picture's top left corner, in 1/256 device px.
    origin: Snapped,
    width_px: u32,
    height_px: u32,
}

impl Camera {
    /// The picture of one tile, `size_px` CSS px wide (256 or 512), at `ratio` device px per CSS px.
    pub fn of_tile(tile: TileId, size_px: u32, ratio: u32) -> Self {
        let side = size_px * ratio;
        let step = i64::from(side) * SUBPIXELS;
        Self {
            zoom: f64::from(tile.z()) + f64::from(size_px).log2() - 9.0,
            ratio: f64::from(ratio),
            world_px: f64::from(1u32 << tile.z()) * f64::from(side),
            origin: Snapped { x: i64::from(tile.x()) * step, y: i64::from(tile.y()) * step },
            width_px: side,
            height_px: side,
        }
    }

    /// A picture of `size` CSS px around `center` at style `zoom`; its corner is moved to the nearest whole device px.
    pub fn centered(center: World, zoom: f64, size: (u32, u32), ratio: u32) -> Self {
        let world_px = 512.0 * zoom.exp2() * f64::from(ratio);
        let (width_px, height_px) = (size.0 * ratio, size.1 * ratio);
        let corner = |c: f64, extent: u32| (c * world_px - f64::from(extent) / 2.0).round() as i64 * SUBPIXELS;
        Self {
            zoom,
            ratio: f64::from(ratio),
            world_px,
            origin: Snapped { x: corner(center.x, width_px), y: corner(center.y, height_px) },
            width_px,
            height_px,
        }
    }

    /// The largest picture of `bounds` that fits `size` CSS px, centred; drawn to exactly the bounds (within 1/256 px)
    /// where the aspects agree.
    pub fn fitted(bounds: WorldBox, size: (u32, u32), ratio: u32) -> Self {
        let (width_px, height_px) = (size.0 * ratio, size.1 * ratio);
        let world_px = (f64::from(width_px) / bounds.width()).min(f64::from(height_px) / bounds.height());
        let center = bounds.center();
        let corner = |c: f64, extent: u32| ((c * world_px - f64::from(extent) / 2.0) * SUBPIXELS as f64).round() as i64;
        Self {
            zoom: (world_px / f64::from(ratio) / 512.0).log2(),
            ratio: f64::from(ratio),
            world_px,
            origin: Snapped { x: corner(center.x, width_px), y: corner(center.y, height_px) },
            width_px,
            height_px,
        }
    }

    pub fn zoom(&self) -> f64 {
        self.zoom
    }

    pub fn ratio(&self) -> f64 {
        self.ratio
    }

    /// Device px.
    pub fn width_px(&self) -> u32 {
        self.width_px
    }

    /// Device px.
    pub fn height_px(&self) -> u32 {
        self.height_px
    }

    /// World position of the top left corner in whole device px, rounded down: the phase of patterns.
    pub fn origin_px(&self) -> (i64, i64) {
        (self.origin.x.div_euclid(SUBPIXELS), self.origin.y.div_euclid(SUBPIXELS))
    }

    /// The position of `point` in the picture: snapped to 1/256 px of world pixel space, then moved.
    pub fn snap(&self, point: World) -> Snapped {
        let grid = self.world_px * SUBPIXELS as f64;
        Snapped {
            x: (point.x * grid).round() as i64 - self.origin.x,
            y: (point.y * grid).round() as i64 - self.origin.y,
        }
    }

    /// The part of the world within `reach_px` device px of the picture.
    pub fn bounds(&self, reach_px: f64) -> WorldBox {
        let unit = |v: i64, extent: u32| (v as f64 / SUBPIXELS as f64 + f64::from(extent)) / self.world_px;
        WorldBox {
            min: World { x: unit(self.origin.x, 0), y: unit(self.origin.y, 0) },
            max: World { x: unit(self.origin.x, self.width_px), y: unit(self.origin.y, self.height_px) },
        }
        .grown((reach_px + 1.0) / self.world_px)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn style_zoom_is_counted_in_512_px_worlds() {
        let tile = TileId::new(9, 322, 193).unwrap();
        assert_eq!(Camera::of_tile(tile, 256, 2).zoom(), 8.0);
        assert_eq!(Camera::of_tile(tile, 512, 1).zoom(), 9.0);
    }

    #[test]
    fn neighbouring_tiles_see_one_point_a_whole_tile_apart() {
        let p = World::from_degrees(46.75, 39.76);
        let a = Camera::of_tile(TileId::new(9, 322, 193).unwrap(), 256, 3).snap(p);
        let b = Camera::of_tile(TileId::new(9, 323, 194).unwrap(), 256, 3).snap(p);
        assert_eq!((a.x - b.x, a.y - b.y), (768 * 256, 768 * 256));
    }

    #[test]
    fn fitted_bounds_touch_the_picture_s_edges() {
        let bounds = WorldBox::from_degrees([45.4, 38.8, 48.0, 40.6]);
        let height = (1600.0 * bounds.height() / bounds.width()).round() as u32;
        let camera = Camera::fitted(bounds, (1600, height), 1);
        let nw = camera.snap(bounds.min);
        assert!(nw.x.abs() <= 256 && nw.y.abs() <= 256, "{nw:?}");
    }
}
