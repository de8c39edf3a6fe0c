//! The maps of one picture: one, or two of different days side by side or sharing a frame.

use super::Picture;
use super::drawn::Drawn;
use crate::atlas::Room;
use crate::atlas::{PictureError, State, scenes};
use crate::compose::furniture::{self, Area, Bands};
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
    pub fn area(&self, camera: &Camera, bands: Bands) -> Area {
        let ratio = camera.ratio();
        let (width, height) = (f64::from(camera.width_px()), f64::from(camera.height_px()));
        Area {
            left: self.shown[0] * width,
            top: bands.top * ratio,
            right: self.shown[1] * width,
            bottom: height - bands.bottom * ratio,
        }
    }

    /// Where its labels of what lies on top may be.
    pub fn room(&self, camera: &Camera, bands: Bands, taken: &[[f64; 4]]) -> Room {
        let Area { left, top, right, bottom } = self.area(camera, bands);
        let ratio = camera.ratio();
        let by = f64::from(self.left_px) / ratio;
        let taken: Vec<[f64; 4]> = taken
            .iter()
            .map(|[left, top, right, bottom]| [left - by, *top, right - by, *bottom])
            .collect();
        Room::new(camera, [left, top, right, bottom].map(|v| v / ratio), &taken)
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

/// The maps of a page, with the bands of its furniture and what else is taken of it: left, top,
/// right, bottom in CSS px.
///
/// # Errors
/// Where a tile that they show cannot be read.
pub(super) fn composed(
    drawn: &Drawn,
    panes: &[Pane],
    camera: &Camera,
    on_page: &Camera,
    (bands, taken): (Bands, &[[f64; 4]]),
) -> Result<Scene, PictureError> {
    let map = drawn.map();
    if let [only] = panes {
        let room = only.room(camera, bands, taken);
        let scene = scenes::scene(map, only.state, camera, &room)?;
        drawn.cuts(room.cut());
        return Ok(scene);
    }
    let px = |v: f64| (v * SUBPIXELS as f64).round() as i64;
    let mut layers = Vec::new();
    let mut cut = 0;
    for pane in panes {
        let room = pane.room(camera, bands, taken);
        let mut scene = scenes::scene(map, pane.state, camera, &room)?;
        cut += room.cut();
        let area = pane.area(camera, Bands::default());
        furniture::leave_out(&mut scene, |_, label| !area.holds(label));
        let corner = |x: f64, y: f64| Snapped { x: px(x), y: px(y) };
        let (top, bottom) = (0.0, f64::from(camera.height_px()));
        let clip = [
            corner(area.left, top),
            corner(area.right, top),
            corner(area.right, bottom),
            corner(area.left, bottom),
        ];
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
