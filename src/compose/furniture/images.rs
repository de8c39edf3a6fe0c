//! Boxes that hold a picture: a logo, and an inset that shows where the map lies.

use smallvec::smallvec;

use super::boxes::Panel;
use super::sizes::body_text;
use super::{CssRect, Furnish, Items, MARK, Part};
use crate::color::Color;
use crate::geo::{Camera, Snapped};
use crate::scene::{FieldInk, Fill, Group, Icon, Ink, Item};

/// The share of the picture's width that a logo may take.
const MOST_OF_WIDTH: f64 = 0.2;

/// How wide and high a logo may be in a picture, device px.
pub fn logo_room(camera: &Camera, theme: super::Theme) -> (f64, f64) {
    let (width, height) = (f64::from(camera.width_px()), f64::from(camera.height_px()));
    let unit = body_text([width / camera.ratio(), height / camera.ratio()]);
    (MOST_OF_WIDTH * width, theme.sizes().logo * unit * camera.ratio())
}

impl Furnish<'_> {
    /// A publisher's logo.
    pub(super) fn logo_box(&self) -> Option<Panel> {
        let image = self.subject.logo.as_ref().filter(|_| self.wants(Part::Logo))?;
        let ratio = self.pen.ratio;
        let (width_px, height_px) = (f64::from(image.width_px), f64::from(image.height_px));
        let pad = self.sizes.sign_pad * self.unit;
        let sign = Item::Icon(Icon {
            image: image.clone(),
            anchor: self.at([pad, pad]),
            origin: [0.0, 0.0],
            right: [width_px, 0.0],
            down: [0.0, height_px],
            part: [0.0, 0.0, width_px, height_px],
            nearest: false,
            ink: FieldInk {
                color: self.palette.ink,
                halo_color: Color::TRANSPARENT,
                halo_width: 0.0,
                halo_blur: 0.0,
                opacity: 1.0,
                scale: 1.0,
                ratio,
            },
        });
        let size = [width_px, height_px].map(|px| px / ratio + 2.0 * pad);
        Some(Panel { part: Part::Logo, size, items: vec![sign] })
    }

    /// Where the picture lies in what is around it.
    pub(super) fn inset_box(&self) -> Option<Panel> {
        let (scene, corners) = self.subject.inset.as_ref().filter(|_| self.wants(Part::Inset))?;
        let size = [scene.width_px, scene.height_px].map(|px| f64::from(px) / self.pen.ratio);
        let all: Items = scene.layers.iter().flat_map(|l| l.items.iter().cloned()).collect();
        let clip = CssRect::sized([0.0; 2], size).corners().map(|at| self.at(at));
        let mut items = vec![Item::Group(Group { items: all, opacity: 1.0, clip: Some(clip) })];
        let at = corners.map(|[x, y]| [x * size[0], y * size[1]]);
        let middle = [0, 1].map(|i| at.iter().map(|c| c[i]).sum::<f64>() / 4.0);
        let reach = at.iter().flat_map(|c| [0, 1].map(|i| (c[i] - middle[i]).abs()));
        let reach = reach.fold(f64::MIN_POSITIVE, f64::max);
        // Never so small that it can't be found.
        let grow = (self.sizes.least_mark * self.unit / 2.0 / reach).max(1.0);
        let ring = at.map(|c| {
            let grown = |i: usize| (middle[i] + (c[i] - middle[i]) * grow).clamp(0.0, size[i]);
            self.at([grown(0), grown(1)])
        });
        items.extend(self.mark(ring.to_vec(), 0.12));
        Some(Panel { part: Part::Inset, size, items })
    }

    /// What shows where the map is, in a small map of more.
    pub(super) fn mark(&self, ring: Vec<Snapped>, veil: f64) -> Items {
        let veil = Ink::Color(MARK.with_opacity(veil));
        let mut items =
            vec![Item::Fill(Fill { rings: smallvec![ring.clone()], ink: veil, antialias: true })];
        items.extend(self.line(vec![ring], true, MARK, self.sizes.mark_line));
        items
    }
}
