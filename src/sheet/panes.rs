//! The maps of one picture: one, or two of different days side by side or sharing a frame.

use super::Picture;
use super::drawn::Drawn;
use super::error::PictureError;
use crate::atlas::Room;
use crate::atlas::{State, labels, scenes};
use crate::compose::furniture::{Bands, CssRect, Layout, PxRect};
use crate::feature::Date;
use crate::geo::{Camera, SUBPIXELS, Snapped};
use crate::scene::{self, Group, Item, Scene};

/// One of a picture's maps: its state and day, where on the page its frame begins (device px), and
/// what of its frame is shown (left and right, as shares of its width).
pub(super) struct Pane<'a> {
    pub state: &'a State,
    pub day: Option<Date>,
    pub left_px: u32,
    pub shown: [f64; 2],
}

impl Pane<'_> {
    /// What of the pane's frame is shown, device px.
    pub fn area(&self, camera: &Camera, bands: Bands) -> PxRect {
        let ratio = camera.ratio();
        let (width, height) = (f64::from(camera.width_px()), f64::from(camera.height_px()));
        PxRect {
            left: self.shown[0] * width,
            top: bands.top * ratio,
            right: self.shown[1] * width,
            bottom: height - bands.bottom * ratio,
        }
    }

    /// Where its labels may be, beside the furniture.
    fn room(&self, camera: &Camera, bands: Bands, layout: &Layout) -> Room {
        let [left, _] = self.corner(camera);
        let moved = |[x, y]: [f64; 2]| [x - left, y];
        let map = self.area(camera, bands).css(camera.ratio()).sides();
        let boxes = layout.taken().into_iter().map(|taken| taken.moved([-left, 0.0]).sides());
        let leaders = layout.leaders().into_iter().map(|ends| ends.map(moved));
        Room::beside(camera, map, boxes, leaders)
    }

    /// Where on the page its frame begins, CSS px.
    fn corner(&self, camera: &Camera) -> [f64; 2] {
        [f64::from(self.left_px) / camera.ratio(), 0.0]
    }
}

/// A picture's maps, and the width of its page in CSS px where that is not its frame's.
pub(super) fn panes(picture: &Picture) -> (Vec<Pane<'_>>, Option<u32>) {
    let Picture { state, frame, compared, furnishing, .. } = picture;
    let first = Pane { state, day: furnishing.day, left_px: 0, shown: [0.0, 1.0] };
    let Some(compared) = compared else { return (vec![first], None) };
    let second =
        Pane { state: &compared.state, day: Some(compared.day), left_px: 0, shown: [0.0, 1.0] };
    match compared.page_width {
        Some(page) => {
            let camera = frame.camera();
            let left_px = (page * camera.ratio() as u32).saturating_sub(camera.width_px());
            (vec![first, Pane { left_px, ..second }], Some(page))
        }
        None => {
            (vec![Pane { shown: [0.0, 0.5], ..first }, Pane { shown: [0.5, 1.0], ..second }], None)
        }
    }
}

/// The room that the labels of a page's maps take beside its furniture.
///
/// # Errors
/// Where a tile that a label may come from cannot be read.
pub(super) fn labels(
    drawn: &Drawn,
    panes: &[Pane],
    camera: &Camera,
    (bands, layout): (Bands, &Layout),
) -> Result<Vec<CssRect>, PictureError> {
    let mut taken = Vec::new();
    for pane in panes {
        let room = pane.room(camera, bands, layout);
        let of_pane = labels::taken(drawn.map(), pane.state, camera, &room, drawn.effort)?;
        let at = |[left, top, right, bottom]: [f64; 4]| {
            CssRect { left, top, right, bottom }.moved(pane.corner(camera))
        };
        taken.extend(of_pane.into_iter().map(at));
    }
    Ok(taken)
}

/// The maps of a page, whose labels keep clear of its furniture.
///
/// # Errors
/// Where a tile that they show cannot be read.
pub(super) fn composed(
    drawn: &Drawn,
    panes: &[Pane],
    camera: &Camera,
    on_page: &Camera,
    (bands, layout): (Bands, &Layout),
) -> Result<Scene, PictureError> {
    let map = drawn.map();
    if let [only] = panes {
        let room = match layout.is_bare() {
            true => Room::whole(camera),
            false => only.room(camera, bands, layout),
        };
        let scene = scenes::scene(map, only.state, camera, &room, drawn.effort)?;
        drawn.cuts(room.cut());
        return Ok(scene);
    }
    let px = |v: f64| (v * SUBPIXELS as f64).round() as i64;
    let mut layers = Vec::new();
    let mut cut = 0;
    for pane in panes {
        let room = pane.room(camera, bands, layout);
        let scene = scenes::scene(map, pane.state, camera, &room, drawn.effort)?;
        cut += room.cut();
        let PxRect { left, top, right, bottom } = pane.area(camera, Bands::default());
        let corner = |x: f64, y: f64| Snapped { x: px(x), y: px(y) };
        let clip =
            [corner(left, top), corner(right, top), corner(right, bottom), corner(left, bottom)];
        let by = Snapped { x: px(f64::from(pane.left_px)), y: 0 };
        layers.extend(scene.layers.into_iter().map(|layer| {
            let group = Item::Group(Group { items: layer.items, opacity: 1.0, clip: Some(clip) });
            scene::Layer { id: layer.id, items: vec![group.moved(by)] }
        }));
    }
    drawn.cuts(cut);
    Ok(Scene {
        width_px: on_page.width_px(),
        height_px: on_page.height_px(),
        to_world_px: on_page.to_world_px(),
        ratio: on_page.ratio(),
        layers,
    })
}
