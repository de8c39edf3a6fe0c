//! Items in another place of the picture: what furniture is made of, and pictures drawn in bands.

use super::{Item, Line, Scene, Text, TextShape};
use crate::geo::{SUBPIXELS, Snapped};

impl Item {
    /// The item elsewhere in the picture.
    pub fn moved(self, by: Snapped) -> Item {
        let point = |p: Snapped| Snapped { x: p.x + by.x, y: p.y + by.y };
        let line =
            |l: Line| Line { points: l.points.into_iter().map(point).collect(), closed: l.closed };
        match self {
            Item::Background(ink) => Item::Background(ink),
            Item::Fill(mut fill) => {
                fill.rings.iter_mut().flatten().for_each(|p| *p = point(*p));
                Item::Fill(fill)
            }
            Item::Areas(mut areas) => {
                areas.points.iter_mut().for_each(|p| *p = point(*p));
                for (_, fringe) in &mut areas.cut_fringes {
                    fringe.points.iter_mut().for_each(|p| *p = point(*p));
                }
                Item::Areas(areas)
            }
            Item::Stroke(mut stroke) => {
                stroke.lines = stroke.lines.into_iter().map(line).collect();
                Item::Stroke(stroke)
            }
            Item::Hairline(mut hairline) => {
                hairline.lines = hairline.lines.into_iter().map(line).collect();
                Item::Hairline(hairline)
            }
            Item::Circles(mut circles) => {
                circles.dots.iter_mut().for_each(|dot| dot.center = point(dot.center));
                Item::Circles(circles)
            }
            Item::Raster(mut raster) => {
                raster.corners = raster.corners.map(point);
                Item::Raster(raster)
            }
            Item::Relief(mut relief) => {
                relief.corners = relief.corners.map(point);
                Item::Relief(relief)
            }
            Item::Heatmap(mut heatmap) => {
                heatmap.points.iter_mut().for_each(|p| p.center = point(p.center));
                heatmap.corner = point(heatmap.corner);
                Item::Heatmap(heatmap)
            }
            Item::Icon(mut icon) => {
                icon.anchor = point(icon.anchor);
                Item::Icon(icon)
            }
            Item::Text(text) => {
                let shape = TextShape { anchor: point(text.shape.anchor), ..(*text.shape).clone() };
                Item::Text(Text { shape: shape.into(), ..text })
            }
            Item::Group(mut group) => {
                group.items = group.items.into_iter().map(|item| item.moved(by)).collect();
                group.clip = group.clip.map(|quad| quad.map(point));
                Item::Group(group)
            }
        }
    }
}

impl Scene {
    /// A band of the scene: `height_px` rows from the row `top_px`. Its pixels are those of the
    /// whole.
    pub fn band(&self, top_px: u32, height_px: u32) -> Scene {
        let by = Snapped { x: 0, y: -i64::from(top_px) * SUBPIXELS };
        let mut to_world_px = self.to_world_px;
        let (c, f) = to_world_px.apply(0.0, f64::from(top_px));
        (to_world_px.c, to_world_px.f) = (c, f);
        let layer = |layer: &super::Layer| super::Layer {
            id: layer.id.clone(),
            items: layer.items.iter().cloned().map(|item| item.moved(by)).collect(),
        };
        Scene { height_px, to_world_px, layers: self.layers.iter().map(layer).collect(), ..*self }
    }
}
