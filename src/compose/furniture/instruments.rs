//! The scale bar and the north arrow, as boxes.

use smallvec::smallvec;

use super::boxes::Panel;
use super::scale::{meters_per_px, projected_meters_per_px, round_length};
use super::{CssRect, Furnish, Part, REGULAR};
use crate::color::Color;
use crate::geo::{Projector, Snapped, World};
use crate::scene::{Fill, Ink, Item};

impl Furnish<'_> {
    /// A bar in kilometres over one in miles, true in the middle of the map.
    pub(super) fn scale_box(&self, map: CssRect) -> Option<Panel> {
        if !self.wants(Part::Scale) {
            return None;
        }
        let (camera, ratio, size) =
            (self.inputs.camera, self.pen.ratio, self.sizes.small * self.unit);
        let middle = self.middle(map);
        let world_px = camera.world_px() / ratio;
        let per_px = match self.subject.projector {
            None => meters_per_px(middle.to_degrees().1, world_px),
            Some(projector) => projected_meters_per_px(projector, middle, world_px)?,
        };
        let most = 0.2 * map.width();
        let mut items = Vec::new();
        let bars = [
            (1000.0, self.words.km, 1.0, self.words.m),
            (1609.344, self.words.miles, 0.3048, self.words.feet),
        ];
        let (pad, thick) = (self.sizes.words_pad * self.unit, self.sizes.bar * self.unit);
        let (mut widest, mut y) = (0.0f64, pad);
        for (i, (large, large_name, small, small_name)) in bars.into_iter().enumerate() {
            let (unit, name) =
                if most * per_px >= large { (large, large_name) } else { (small, small_name) };
            let length = round_length(most * per_px / unit);
            let px = length * unit / per_px;
            let figure = if length < 1.0 { format!("{length}") } else { format!("{length:.0}") };
            let label = self.text(
                &format!("{} {name}", self.words.digits(&figure)),
                REGULAR,
                size,
                f64::INFINITY,
                self.palette.ink,
            )?;
            let bar = y + if i == 0 { label.height } else { 0.0 };
            let half = pad + px / 2.0;
            items.extend(self.rectangle(
                CssRect::sized([pad, bar], [px, thick]),
                Some(self.palette.paper),
                Some((self.palette.ink, 0.7)),
            ));
            items.extend(self.rectangle(
                CssRect::sized([if i == 0 { pad } else { half }, bar], [px / 2.0, thick]),
                Some(self.palette.ink),
                None,
            ));
            let label_y = if i == 0 { y } else { bar + thick + 0.1 * size };
            items.push(label.at(pad + px - label.width.min(px), label_y, None));
            widest = widest.max(px.max(label.width));
            y = if i == 0 { bar + thick } else { label_y + label.height };
        }
        Some(Panel { part: Part::Scale, size: [widest + 2.0 * pad, y + 0.6 * pad], items })
    }

    /// An arrow to the north, where it is not up.
    pub(super) fn north_box(&self, map: CssRect) -> Option<Panel> {
        if !self.wants(Part::North) {
            return None;
        }
        let bearing = self.subject.bearing - self.convergence(map);
        if (bearing + 180.0).rem_euclid(360.0) - 180.0 == 0.0 {
            return None;
        }
        let side = self.sizes.north * self.unit;
        let (sin, cos) = (-bearing.to_radians()).sin_cos();
        let turned = |x: f64, y: f64| {
            let (x, y) = (x * side * 0.38, y * side * 0.38);
            self.at([side / 2.0 + x * cos - y * sin, side / 2.0 + x * sin + y * cos])
        };
        let half = |side: f64| vec![turned(0.0, -1.0), turned(side * 0.55, 0.8), turned(0.0, 0.45)];
        let fill = |ring: Vec<Snapped>, color: Color| {
            Item::Fill(Fill { rings: smallvec![ring], ink: Ink::Color(color), antialias: true })
        };
        let mut items =
            vec![fill(half(-1.0), self.palette.ink), fill(half(1.0), self.palette.paper)];
        items.extend(self.line(vec![half(-1.0), half(1.0)], true, self.palette.ink, 0.8));
        Some(Panel { part: Part::North, size: [side; 2], items })
    }

    /// How far north leans to the east from the plane's up in the middle of the map, degrees; less
    /// than half of one is none.
    fn convergence(&self, map: CssRect) -> f64 {
        let middle = self.middle(map);
        let lean = |projector: &Projector| {
            let here = projector.inverse(middle)?;
            let north = projector.forward(World { x: here.x, y: here.y - 1e-5 })?;
            Some((north.x - middle.x).atan2(middle.y - north.y).to_degrees())
        };
        self.subject.projector.and_then(lean).filter(|lean| lean.abs() >= 0.5).unwrap_or(0.0)
    }
}
