//! From world to picture: snapping, with a layer's translation, itself rounded to 1/256 px.

use smallvec::{SmallVec, smallvec};

use super::parts::Chain;
use super::size;
use crate::geo::{Camera, Detail, SUBPIXELS, Snapped, World, WorldBox, round};
use crate::index::PIECE;
use crate::style::{Context, Translate};

/// Points, and whether they are a whole ring; mostly one.
type Outlines = SmallVec<[(Vec<Snapped>, bool); 1]>;

#[derive(Debug, Clone, Copy)]
pub struct Place {
    camera: Camera,
    shift: Snapped,
    tile: Option<WorldBox>,
    detail: Detail,
    /// Outside it nothing is drawn.
    near: Option<WorldBox>,
}

impl Place {
    pub fn new(camera: Camera) -> Self {
        Self { camera, shift: Snapped { x: 0, y: 0 }, tile: None, detail: Detail::ALL, near: None }
    }

    /// For the features of one tile, where there is one.
    pub fn of_tile(self, tile: Option<WorldBox>) -> Self {
        Self { tile, ..self }
    }

    /// With no more of lines and rings than matters, and than what is near.
    pub fn within(self, detail: Detail, near: Option<WorldBox>) -> Self {
        Self { detail, near, ..self }
    }

    /// With all of lines and rings that matters, near or not: for what is measured along them.
    pub fn at_length(&self) -> Self {
        Self { near: None, ..*self }
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

    pub fn points(&self, chain: &Chain) -> Vec<Snapped> {
        let mut points = Vec::with_capacity(if self.near.is_none() {
            chain.count(self.detail)
        } else {
            chain.positions.len().min(PIECE)
        });
        self.each(chain, |point| points.push(point));
        points
    }

    /// The same one by one.
    pub fn each(&self, chain: &Chain, mut take: impl FnMut(Snapped)) {
        match &self.near {
            Some(near) => chain.near(self.detail, near, |p| self.point(p), take),
            None => chain.kept(self.detail).for_each(|p| take(self.point(p))),
        }
    }

    /// Whether a ring may have edges at which the world, or its tile, is cut.
    pub fn is_cut(&self, ring: &Chain) -> bool {
        self.tile.is_some() || ring.is_cut(self.detail)
    }

    /// A ring's outline in one closed piece, or without the edges at which the world, or its tile,
    /// is cut.
    pub fn outlines(&self, ring: &Chain) -> Outlines {
        let cut = || {
            let mut kept: Vec<World> = ring.kept(self.detail).collect();
            if let Some(first) = kept.first().copied().filter(|first| kept.last() != Some(first)) {
                kept.push(first);
            }
            round::uncut(&kept, self.tile.as_ref())
        };
        match if self.is_cut(ring) { cut() } else { None } {
            None => smallvec![(self.points(ring), true)],
            Some(stretches) => stretches
                .into_iter()
                .map(|stretch| (stretch.into_iter().map(|p| self.point(p)).collect(), false))
                .collect(),
        }
    }

    /// Top left, top right, bottom right, bottom left.
    pub fn corners(&self, bounds: &WorldBox) -> [Snapped; 4] {
        bounds.corners().map(|c| self.camera.snap(c))
    }
}
