//! The places a text may take around its anchor.

use crate::style::{self, AnchorOffset, Context, SymbolPaint};
use crate::text::{Anchor, EM};

/// From the middle of a line of text to its baseline, 1/24 em.
const BASELINE: f64 = 7.0;

/// The places that a text may take, where it has a choice: the side of its anchor, and how far from
/// it; 1/24 em.
pub fn asides(paint: &SymbolPaint, context: &Context) -> Option<Vec<(Anchor, [f64; 2])>> {
    if let Some(offsets) = paint
        .text_variable_anchor_offset
        .as_ref()
        .map(|o| o.eval(context))
        .filter(|o| !o.is_empty())
    {
        let one = |o: &AnchorOffset| {
            let anchor = sides(o.anchor);
            let [x, y] = o.offset.map(|v| v.clamp(-1_000.0, 1_000.0) * EM);
            (anchor, [x, y + f64::from(anchor.y) * BASELINE])
        };
        return Some(offsets.iter().map(one).collect());
    }
    let anchors =
        paint.text_variable_anchor.as_ref().map(|a| a.eval(context)).filter(|a| !a.is_empty())?;
    let radius = paint.text_radial_offset.as_ref().map(|o| o.eval(context) * EM);
    let offset = paint.text_offset.eval(context).map(|v| v.abs().min(1_000.0) * EM);
    let one = |anchor: &style::Anchor| {
        let anchor = sides(*anchor);
        let away = |side: i8, by: f64| -f64::from(side) * by;
        let by = match radius {
            Some(radius) => radial(anchor, radius),
            None => [
                away(anchor.x, offset[0]),
                away(anchor.y, offset[1]) + f64::from(anchor.y) * BASELINE,
            ],
        };
        (anchor, by)
    };
    Some(anchors.iter().map(one).collect())
}

/// How far a text is moved for its edge to be `radius` from its anchor.
pub fn radial(anchor: Anchor, radius: f64) -> [f64; 2] {
    let radius = radius.clamp(0.0, 1_000.0 * EM);
    let leg =
        if anchor.x != 0 && anchor.y != 0 { radius / std::f64::consts::SQRT_2 } else { radius };
    let (x, y) = (f64::from(anchor.x), f64::from(anchor.y));
    [-x * leg, -y * leg + y * BASELINE]
}

/// The style's anchor as text is laid out by it.
pub fn sides(anchor: style::Anchor) -> Anchor {
    let (x, y) = match anchor {
        style::Anchor::TopLeft => (-1, -1),
        style::Anchor::Top => (0, -1),
        style::Anchor::TopRight => (1, -1),
        style::Anchor::Left => (-1, 0),
        style::Anchor::Center => (0, 0),
        style::Anchor::Right => (1, 0),
        style::Anchor::BottomLeft => (-1, 1),
        style::Anchor::Bottom => (0, 1),
        style::Anchor::BottomRight => (1, 1),
    };
    Anchor { x, y }
}
