//! Where on a page places of the world lie.

use super::{CssRect, Furnish};
use crate::geo::{SUBPIXELS, Snapped, World};

impl Furnish<'_> {
    /// Where a place of the world lies on the page, CSS px.
    pub(super) fn on_page(&self, world: World) -> Option<[f64; 2]> {
        let world = match self.subject.projector {
            Some(projector) => projector.forward(world)?,
            // In the copy of the world that is in the middle.
            None => World {
                x: world.x + (self.world([self.page.width() / 2.0, 0.0]).x - world.x).round(),
                ..world
            },
        };
        let Snapped { x, y } = self.inputs.camera.snap(world);
        Some([x, y].map(|v| v as f64 / SUBPIXELS as f64 / self.pen.ratio))
    }

    /// Where in the world's plane a place of the page lies.
    pub(super) fn world(&self, [x, y]: [f64; 2]) -> World {
        let (camera, ratio) = (self.inputs.camera, self.pen.ratio);
        let (x, y) = camera.to_world_px().apply(x * ratio, y * ratio);
        World { x: x / camera.world_px(), y: y / camera.world_px() }
    }

    /// Longitude and latitude of a place of the page, degrees.
    pub(super) fn degrees(&self, at: [f64; 2]) -> Option<[f64; 2]> {
        let world = self.world(at);
        let world =
            self.subject.projector.map_or(Some(world), |projector| projector.inverse(world))?;
        let (lon, lat) = world.to_degrees();
        Some([lon, lat])
    }

    /// The middle of the map (of the first, where there are several), in the world's plane.
    pub(super) fn middle(&self, map: CssRect) -> World {
        let width = f64::from(self.subject.map_width_px) / self.pen.ratio;
        self.world([width / 2.0, (map.top + map.bottom) / 2.0])
    }

    /// A place of the page, snapped.
    pub(super) fn at(&self, [x, y]: [f64; 2]) -> Snapped {
        let px = |v: f64| (v * self.pen.ratio * SUBPIXELS as f64).round() as i64;
        Snapped { x: px(x), y: px(y) }
    }
}
