//! Fill layers.

use super::Composer;
use super::place::Place;
use crate::geo::{Shape, World};
use crate::scene::{Fill, Hairline, Item, Line};
use crate::style::{Context, FillPaint};

impl Composer<'_> {
    /// Appends the fill; gives its outline.
    pub(super) fn fill<'b>(
        &self,
        paint: &FillPaint,
        context: &Context,
        shapes: impl Iterator<Item = &'b Shape>,
        place: &Place,
        items: &mut Vec<Item>,
    ) -> Option<Item> {
        let place = place.translated(&paint.translate, context);
        let given: Vec<&Vec<World>> =
            shapes.filter_map(|s| if let Shape::Polygon(rings) = s { Some(rings) } else { None }).flatten().collect();
        if given.is_empty() {
            return None;
        }
        let antialias = paint.antialias.eval(context);
        // A pattern has no outline of its own, and outlines are drawn only where edges are smooth.
        let outline = paint.outline_color.as_ref().filter(|_| antialias && paint.pattern.is_none());
        let outline = outline.map(|c| c.eval(context).with_opacity(paint.opacity.eval(context)));
        let outline = outline.filter(|color| color.a > 0.0).map(|color| {
            let outlines = given.iter().flat_map(|ring| place.outlines(ring));
            let lines = outlines.filter_map(|(points, is_closed)| Line::new(points, is_closed)).collect();
            Item::Hairline(Hairline { lines, color })
        });
        if let Some(ink) = self.ink(context, &paint.color, &paint.opacity, paint.pattern.as_ref()) {
            let rings = given.iter().map(|ring| place.points(ring)).collect();
            items.push(Item::Fill(Fill { rings, ink, antialias }));
        }
        outline
    }
}
