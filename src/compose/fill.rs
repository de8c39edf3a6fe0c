//! Fill layers.

use smallvec::SmallVec;

use super::place::Place;
use super::{Chain, Composer, Fetched};
use crate::geo::Kind;
use crate::scene::{Fill, Hairline, Ink, Item, Line};
use crate::style::{Context, FillPaint};

/// What a layer's fills have at their edges.
#[derive(Debug, Default)]
pub(super) struct Edges {
    /// Lie below all of the layer's fills: what of them reaches into a neighbour is not seen.
    pub fringes: Vec<Item>,
    /// Lie over all of the layer's fills.
    pub outlines: Vec<Item>,
}

impl Composer<'_> {
    /// Appends the fill, and what is drawn at its edges.
    pub(super) fn fill(
        &self,
        paint: &FillPaint,
        context: &Context,
        parts: &[Fetched],
        place: &Place,
        items: &mut Vec<Item>,
        edges: &mut Edges,
    ) {
        let areas = parts.iter().filter(|part| part.shape.kind() == Kind::Polygon);
        let given: SmallVec<[Chain; 2]> = areas.flat_map(Fetched::chains).collect();
        if given.is_empty() {
            return;
        }
        let hairline = |color, fringe| {
            let outlines = given.iter().flat_map(|ring| place.outlines(ring));
            let lines =
                outlines.filter_map(|(points, is_closed)| Line::new(points, is_closed)).collect();
            Item::Hairline(Hairline { lines, color, fringe })
        };
        let ink = self.ink(context, &paint.color, &paint.opacity, paint.pattern.as_ref());
        // A pattern has no outline of its own, and outlines are drawn only where edges are smooth.
        let antialias = paint.antialias.eval(context);
        if antialias && paint.pattern.is_none() {
            let outline = paint.outline_color.as_ref();
            let outline =
                outline.map(|c| c.eval(context).with_opacity(paint.opacity.eval(context)));
            match (outline, &ink) {
                (Some(color), _) if color.a > 0.0 => edges.outlines.push(hairline(color, false)),
                (None, Some(Ink::Color(color))) if color.a >= 1.0 => {
                    edges.fringes.push(hairline(*color, true))
                }
                // The outline is the fill's own colour where the style gives none, so it is seen
                // through the fill.
                (None, Some(Ink::Color(color))) => edges.outlines.push(hairline(*color, true)),
                _ => {}
            }
        }
        if let Some(ink) = ink {
            let rings = given.iter().map(|ring| place.points(ring)).collect();
            items.push(Item::Fill(Fill { rings, ink, antialias }));
        }
    }
}
