//! Fill layers.

use super::place::Place;
use super::{Composer, Fetched};
use crate::geo::Kind;
use crate::scene::{AreaLook, Areas, Fill, Hairline, Ink, Item, Line};
use crate::style::{Context, FillPaint};

/// A layer's fills, as they come.
#[derive(Debug, Default)]
pub(super) struct FillsOf {
    areas: Areas,
    /// Filled with patterns.
    patterns: Vec<Item>,
    /// Lie over all of the layer's fills.
    outlines: Vec<Item>,
}

impl FillsOf {
    /// Them as items.
    pub fn items(self) -> impl Iterator<Item = Item> {
        let areas = (!self.areas.is_empty()).then_some(Item::Areas(self.areas));
        areas.into_iter().chain(self.patterns).chain(self.outlines)
    }
}

impl Composer<'_> {
    /// Adds the fill, and what is drawn at its edges.
    pub(super) fn fill(
        &self,
        paint: &FillPaint,
        context: &Context,
        parts: &[Fetched],
        place: &Place,
        fills: &mut FillsOf,
    ) {
        let areas = parts.iter().filter(|part| part.shape.kind() == Kind::Polygon);
        let given = areas.flat_map(Fetched::chains);
        if given.clone().next().is_none() {
            return;
        }
        let hairline = |color, fringe| {
            let outlines = given.clone().flat_map(|ring| place.outlines(&ring));
            let lines =
                outlines.filter_map(|(points, is_closed)| Line::new(points, is_closed)).collect();
            Item::Hairline(Hairline { lines, color, fringe })
        };
        let ink = self.ink(context, &paint.color, &paint.opacity, paint.pattern.as_ref());
        // A pattern has no outline of its own, and outlines are drawn only where edges are smooth.
        let antialias = paint.antialias.eval(context);
        let mut is_fringed = false;
        if antialias && paint.pattern.is_none() {
            let outline = paint.outline_color.as_ref();
            let outline =
                outline.map(|c| c.eval(context).with_opacity(paint.opacity.eval(context)));
            match (outline, &ink) {
                (Some(color), _) if color.a > 0.0 => fills.outlines.push(hairline(color, false)),
                // What of the outline reaches into a neighbour is not seen.
                (None, Some(Ink::Color(color))) if color.a >= 1.0 => is_fringed = true,
                // The outline is the fill's own colour where the style gives none, so it is seen
                // through the fill.
                (None, Some(Ink::Color(color))) => fills.outlines.push(hairline(*color, true)),
                _ => {}
            }
        }
        match ink {
            None => {}
            Some(Ink::Color(color)) => {
                let areas = &mut fills.areas;
                let look = areas.look(AreaLook { color, antialias });
                let cut = given.clone().any(|ring| is_fringed && place.is_cut(&ring));
                if cut {
                    let outlines = given.clone().flat_map(|ring| place.outlines(&ring));
                    let lines = outlines.filter_map(|(points, closed)| Line::new(points, closed));
                    areas.cut_fringes.extend(lines.map(|line| (look, line)));
                }
                given.for_each(|ring| {
                    areas.add_ring(|points| place.each(&ring, |p| points.push(p)))
                });
                areas.end(look, is_fringed && !cut);
            }
            Some(ink) => {
                let rings = given.map(|ring| place.points(&ring)).collect();
                fills.patterns.push(Item::Fill(Fill { rings, ink, antialias }));
            }
        }
    }
}
