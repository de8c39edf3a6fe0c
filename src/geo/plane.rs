//! The whole world at one zoom and bearing, in CSS px: where labels are placed, whatever picture
//! asks.

use super::World;

/// The world's square at a style zoom, turned so that a picture's up is its up. Positions are CSS
/// px from the world's north-west corner, to the right and down.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Plane {
    zoom: f64,
    /// Degrees clockwise from north.
    bearing: f64,
    world_px: f64,
    sin: f64,
    cos: f64,
}

impl Plane {
    pub(super) fn new(zoom: f64, bearing: f64) -> Self {
        let (sin, cos) =
            if bearing == 0.0 { (0.0, 1.0) } else { (-bearing.to_radians()).sin_cos() };
        Self { zoom, bearing, world_px: 512.0 * zoom.exp2(), sin, cos }
    }

    pub fn zoom(&self) -> f64 {
        self.zoom
    }

    /// Degrees.
    pub fn bearing(&self) -> f64 {
        self.bearing
    }

    /// Side of the world's square.
    pub fn world_px(&self) -> f64 {
        self.world_px
    }

    pub fn at(&self, point: World) -> [f64; 2] {
        self.turned([point.x * self.world_px, point.y * self.world_px])
    }

    /// A vector of the map (x east, y south) as one of the plane.
    pub fn turned(&self, [x, y]: [f64; 2]) -> [f64; 2] {
        [x * self.cos - y * self.sin, x * self.sin + y * self.cos]
    }

    pub fn world(&self, [x, y]: [f64; 2]) -> World {
        World {
            x: (x * self.cos + y * self.sin) / self.world_px,
            y: (y * self.cos - x * self.sin) / self.world_px,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_s_own_area_is_found_again() {
        for bearing in [0.0, 30.0, 200.0] {
            let plane = Plane::new(7.5, bearing);
            let at = plane.at(World { x: 0.63, y: 0.37 });
            let camera = plane.camera([at[0] - 100.0, at[1] - 50.0], [at[0] + 100.0, at[1] + 50.0]);
            let (min, max) = camera.on_plane();
            assert!(
                (min[0] - at[0] + 100.0).abs() < 0.01 && (max[1] - at[1] - 50.0).abs() < 0.01,
                "{bearing}"
            );
        }
    }
}
