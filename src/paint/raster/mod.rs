//! The raster painter: a scene to premultiplied RGBA pixels.
//!
//! **Invariant (seamless).** What a pixel gets depends on the items and on the pixel's place in the world, never on the
//! picture's size or edges. Shapes are turned to coverage by [`coverage`] alone, blending is done pixel by pixel in
//! source order, and every distance is measured from a shape's own points.

mod blend;
mod circle;
mod coverage;
mod dash;
mod soft;
mod stroke;

use tiny_skia::Pixmap;

use crate::scene::{Item, Scene};
use blend::Canvas;
use coverage::Coverage;
use soft::SoftPen;

/// Draws the scene on a transparent canvas; `None` where a picture of that size can't be had in memory.
pub fn paint(scene: &Scene) -> Option<Pixmap> {
    let mut pixmap = Pixmap::new(scene.width_px, scene.height_px)?;
    let mut canvas = Canvas::new(&mut pixmap, scene.origin_px);
    let mut coverage = Coverage::new(scene.width_px, scene.height_px);
    let mut soft = SoftPen::default();
    for item in &scene.items {
        match item {
            Item::Background(ink) => canvas.cover(ink),
            Item::Fill { rings, ink } => {
                for ring in rings {
                    coverage.add_ring(ring);
                }
                coverage.spans(|span| canvas.blend(&span, ink));
            }
            Item::Stroke(stroke) if stroke.blur_px > 0.0 => soft.draw(stroke, &mut canvas),
            Item::Stroke(stroke) => {
                stroke::outline(stroke, &mut coverage);
                let ink = crate::scene::Ink::Color(stroke.color);
                coverage.spans(|span| canvas.blend(&span, &ink));
            }
            Item::Circle(circle) => circle::draw(circle, &mut canvas),
        }
    }
    Some(pixmap)
}
