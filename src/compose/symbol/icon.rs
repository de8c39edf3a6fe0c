//! The room that icons take, and what they are drawn from.

use std::sync::Arc;

use super::SymbolInputs;
use super::draw::{IconLook, TextLook};
use super::fit::{IconBox, pieces};
use super::layout::IconLayout;
use super::turn::{map_angle, rotated, turned_area};
use crate::label::{Area, Bound, Icon};
use crate::style::Alignment;
use crate::text::Shaped;

/// An icon's room, and what it is drawn from; `ink` grows by all that it may paint.
pub(super) fn icon(
    inputs: &SymbolInputs,
    icon: &IconLayout,
    text: Option<&TextLook>,
    (at, is_on_line): ([f64; 2], bool),
    line_angle: Option<f64>,
    ink: &mut Area,
) -> Option<(Icon, IconLook)> {
    let mut turn = match line_angle {
        Some(angle) => angle,
        None if icon.alignment == Alignment::Map && !is_on_line => map_angle(inputs),
        None => 0.0,
    };
    if line_angle.is_some() && icon.keep_upright && turn.cos() < 0.0 {
        turn += std::f64::consts::PI;
    }
    let at = [at[0] + icon.translate[0], at[1] + icon.translate[1]];
    // Icons along lines keep the room that they would take upright, as in MapLibre.
    let tilt = if !is_on_line { turn } else { 0.0 };
    let bounds = |shift: [f64; 2], vertical: bool| {
        let area = turned_area(icon_area(icon, vertical), tilt);
        vec![Bound::Box(area.moved([at[0] + shift[0], at[1] + shift[1]]))]
    };
    let with_text: Vec<Vec<Bound>> = match text {
        Some(text) => {
            let one = |(_, shift, vertical): &(Arc<Shaped>, [f64; 2], bool)| {
                bounds(if icon.fits { *shift } else { [0.0; 2] }, *vertical)
            };
            text.variants.iter().map(one).collect()
        }
        None => Vec::new(),
    };
    let own = bounds([0.0; 2], false);
    let drawn = |b: &IconBox| pieces(&icon.image, b, icon.size, icon.fits);
    let look = IconLook {
        name: icon.name.clone(),
        icon_box: icon.icon_box,
        vertical_box: icon.vertical_box,
        fits: icon.fits,
        only_with_text: icon.only_with_text,
        crisp: icon.crisp,
        size: icon.size,
        rotate: icon.rotate,
        turn,
        ink: icon.ink,
        translate: icon.translate,
    };
    let mut furthest = 0.0f64;
    for piece in drawn(&icon.icon_box)
        .iter()
        .chain(icon.vertical_box.iter().flat_map(&drawn).collect::<Vec<_>>().iter())
    {
        for p in [piece.min, piece.max, [piece.min[0], piece.max[1]], [piece.max[0], piece.min[1]]]
        {
            furthest = furthest.max(p[0].hypot(p[1]));
        }
    }
    let shifts = text
        .map_or(0.0, |t| t.variants.iter().map(|(_, s, _)| s[0].hypot(s[1])).fold(0.0, f64::max));
    let spread = furthest + if icon.fits { shifts } else { 0.0 } + 2.0;
    *ink = ink.union(&Area { min: at, max: at }.grown(spread));
    let icon = Icon {
        bounds: own,
        with_text,
        overlap: icon.overlap.into(),
        blocks: icon.blocks,
        optional: icon.optional,
    };
    Some((icon, look))
}

/// All that an icon of its own size may touch, and all that it may paint, around its place.
pub(super) fn icon_reach(inputs: &SymbolInputs, layout: &IconLayout) -> (Area, Area) {
    let mut ink = Area::EMPTY;
    let placed = icon(inputs, layout, None, ([0.0; 2], false), None, &mut ink);
    let bounds = placed.into_iter().flat_map(|(icon, _)| icon.bounds);
    (bounds.fold(Area::EMPTY, |all, bound| all.union(&bound.area())), ink)
}

/// The room of an icon around its anchor, CSS px.
pub(super) fn icon_area(icon: &IconLayout, vertical: bool) -> Area {
    let own = icon.vertical_box.filter(|_| vertical).unwrap_or(icon.icon_box);
    let b = own.proportioned(&icon.image);
    let [top, right, bottom, left] = icon.padding;
    let size = icon.room_size;
    let mut sides = [
        b.left * size - left,
        b.top * size - top,
        b.right * size + right,
        b.bottom * size + bottom,
    ];
    if let Some(padding) = b.padding {
        for (i, side) in sides.iter_mut().enumerate() {
            *side += padding[i] * size * if i < 2 { -1.0 } else { 1.0 };
        }
    }
    let quarter = if vertical { std::f64::consts::FRAC_PI_2 } else { 0.0 };
    rotated(sides, icon.rotate + quarter)
}
