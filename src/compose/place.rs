//! From world to picture: snapping, with a layer's translation, itself rounded to 1/256 px.

use super::size;
use crate::geo::{Camera, SUBPIXELS, Snapped, World, WorldBox, round};
use crate::style::{Context, Translate};

#[derive(Debug, Clone, Copy)]
pub struct Place {
    camera: Camera,
    shift: Snapped,
    tile: Option<WorldBox>,
}

impl Place {
    pub fn new(camera: Camera) -> Self {
        Self { camera, shift: Snapped { x: 0, y: 0 }, tile: None }
    }

    /// For the features of one tile, where there is one.
    pub fn of_tile(self, tile: Option<WorldBox>) -> Self {
        Self { tile, ..self }
    }

    /// Whether a mark at the point is drawn with this tile: points on its sides are in the next
    /// one, too.
    pub fn owns(&self, point: World) -> bool {
        self.tile.is_none_or(|tile| tile.owns(point))
    }

    pub fn translated(&self, translate: &Translate, context: &Context) -> Self {
        let px = |t: f64| t.signum() * size(t.abs()) * self.camera.ratio() * SUBPIXELS as f64;
        let by = translate.by.eval(context).map(px);
        let (x, y) = match translate.is_of_picture(context) {
            true => (by[0], by[1]),
            false => self.camera.turned((by[0], by[1])),
        };
        Self { shift: Snapped { x: x.round() as i64, y: y.round() as i64 }, ..*self }
    }

    pub fn point(&self, point: World) -> Snapped {
        let at = self.camera.snap(point);
        Snapped { x: at.x + self.shift.x, y: at.y + self.shift.y }
    }

    pub fn points(&self, points: &[World]) -> Vec<Snapped> {
        points.iter().map(|p| self.point(*p)).collect()
    }

    /// A ring's outline in one closed piece, or without the edges at which the world, or its tile,
    /// is cut.
    pub fn outlines(&self, ring: &[World]) -> Vec<(Vec<Snapped>, bool)> {
        match round::uncut(ring, self.tile.as_ref()) {
            None => vec![(self.points(ring), true)],
            Some(stretches) => {
                stretches.iter().map(|stretch| (self.points(stretch), false)).collect()
            }
        }
    }

    /// Top left, top right, bottom right, bottom left.
    pub fn corners(&self, bounds: &WorldBox) -> [Snapped; 4] {
        bounds.corners().map(|c| self.camera.snap(c))
    }
}
