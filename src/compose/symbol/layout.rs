//! One feature's text and icon, laid out: what is the same wherever along its geometry they are
//! put.

use std::sync::Arc;

use super::SymbolInputs;
use super::asides::{asides, sides};
use super::fit::{Follows, IconBox, around_text};
use super::setting::{Sections, Setting, Variant, limited};
use crate::compose::size;
use crate::scene::FieldInk;
use crate::sprite::Image;
use crate::style::{
    Alignment, Context, Overlap, SymbolPaint, SymbolPlacement, SymbolZOrder, Translate,
};
use crate::text::{EM, Shaped};

/// A halo wider than this, CSS px, would lie over the letters beside it.
const NARROW_HALO: f64 = 1.0;

/// A feature's symbols, laid out.
pub struct Layout {
    pub text: Option<TextLayout>,
    pub icon: Option<IconLayout>,
    pub placement: SymbolPlacement,
    /// CSS px between symbols along a line.
    pub spacing: f64,
    /// Radians.
    pub max_angle: f64,
    pub sort_key: f64,
}

/// What a label's halo lies under.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HaloOrder {
    /// Its own letters, one by one: it is too narrow to reach the letters beside them.
    Glyphs,
    /// The label's letters: labels lie over one another in an order that is asked for.
    Label,
    /// All letters of the layer.
    Layer,
}

pub struct TextLayout {
    /// In order of preference; at least one.
    pub variants: Vec<Variant>,
    /// Lines from the top down, for a label along a line that runs so.
    pub upright: Option<Arc<Shaped>>,
    pub offset: [f64; 2],
    /// CSS px: as drawn; as room is kept for it; and the largest that the layer's text gets, for
    /// spreading along lines.
    pub size: f64,
    pub room_size: f64,
    pub spread_size: f64,
    /// CSS px.
    pub padding: f64,
    /// Radians.
    pub rotate: f64,
    pub alignment: Alignment,
    pub keep_upright: bool,
    pub overlap: Overlap,
    pub blocks: bool,
    pub optional: bool,
    /// Instead of the ink's, by section.
    pub colors: Vec<Option<crate::color::Color>>,
    /// The names and images of sections that are images.
    pub images: Vec<Option<Arc<str>>>,
    /// Their sizes, CSS px.
    pub image_sizes: Vec<Option<[f64; 2]>>,
    pub ink: FieldInk,
    /// Where its halo lies.
    pub halo: HaloOrder,
    /// CSS px, in the plane's directions.
    pub translate: [f64; 2],
}

pub struct IconLayout {
    pub name: Arc<str>,
    pub image: Arc<Image>,
    pub icon_box: IconBox,
    /// Around the text that runs from the top down.
    pub vertical_box: Option<IconBox>,
    pub fits: bool,
    /// Whether it is drawn only around a text that is shown: one that has a choice of places.
    pub only_with_text: bool,
    /// Whether every icon of the layer has its own size and stands straight: its pixels are taken
    /// as they are.
    pub crisp: bool,
    pub size: f64,
    pub room_size: f64,
    /// Top, right, bottom, left; CSS px.
    pub padding: [f64; 4],
    pub rotate: f64,
    pub alignment: Alignment,
    pub keep_upright: bool,
    pub overlap: Overlap,
    pub blocks: bool,
    pub optional: bool,
    pub ink: FieldInk,
    pub translate: [f64; 2],
}

/// Lays a feature's symbols out; `None` where it has none. `context` is the feature's at the
/// picture's zoom.
pub fn layout(inputs: &SymbolInputs, paint: &SymbolPaint, context: &Context) -> Option<Layout> {
    let whole = inputs.at_zoom(inputs.whole_zoom(), context);
    let placement = paint.placement.eval(&whole);
    let text = text_layout(inputs, paint, placement, context, &whole);
    let icon = icon_layout(inputs, paint, text.as_ref(), context, &whole);
    if text.is_none() && icon.is_none() {
        return None;
    }
    Some(Layout {
        text,
        icon,
        placement,
        spacing: size(paint.spacing.eval(&whole)),
        max_angle: paint.text_max_angle.eval(&whole).to_radians(),
        sort_key: paint.sort_key.as_ref().map_or(0.0, |key| key.eval(&whole)),
    })
}

fn text_layout(
    inputs: &SymbolInputs,
    paint: &SymbolPaint,
    placement: SymbolPlacement,
    context: &Context,
    whole: &Context,
) -> Option<TextLayout> {
    let Sections { sections, colors, images } = Sections::of(inputs, paint, whole)?;
    let drawn_size = limited(paint.text_size.eval(context));
    let room_context = inputs.at_zoom(inputs.whole_zoom() + 1.0, context);
    let room_size = limited(paint.text_size.eval(&room_context));
    let alignment = paint.text_alignment(whole);
    let along_line = placement != SymbolPlacement::Point && alignment != Alignment::Viewport;
    let keep_upright = paint.text_keep_upright.eval(whole);
    let setting =
        Setting::new(inputs, paint, whole, (placement, along_line), (&sections, room_size));
    let variants = setting.variants()?;
    let upright = if keep_upright { setting.upright() } else { None };
    Some(TextLayout {
        variants,
        upright,
        offset: setting.offset,
        size: drawn_size,
        room_size,
        spread_size: limited(paint.text_size.eval(&inputs.at_zoom(18.0, context))),
        padding: size(paint.text_padding.eval(whole)).min(1_000.0),
        rotate: paint.text_rotate.eval(whole).to_radians(),
        alignment,
        keep_upright,
        overlap: paint.text_overlap(whole),
        blocks: !paint.text_ignore_placement.eval(whole),
        optional: paint.text_optional.eval(whole),
        image_sizes: sections.iter().map(|s| s.image_px).collect(),
        colors,
        images,
        ink: FieldInk {
            color: paint.text_color.eval(context),
            halo_color: paint.text_halo_color.eval(context),
            halo_width: size(paint.text_halo_width.eval(context)).min(100.0),
            halo_blur: size(paint.text_halo_blur.eval(context)).min(100.0),
            opacity: paint.text_opacity.eval(context).clamp(0.0, 1.0),
            scale: drawn_size / EM,
            ratio: 1.0,
        },
        halo: halo_order(paint, context, whole),
        translate: translation(inputs, &paint.text_translate, context),
    })
}

/// The same for every feature of a layer, so that it hangs on no picture.
fn halo_order(paint: &SymbolPaint, context: &Context, whole: &Context) -> HaloOrder {
    let halo = &paint.text_halo_width;
    let spacing = &paint.text_letter_spacing;
    let apart = halo.dependence().feature
        || halo.eval(context) > NARROW_HALO
        || (!spacing.dependence().feature && spacing.eval(whole) < 0.0);
    let by_key = paint.sort_key.as_ref().is_some_and(|key| key.dependence().feature)
        && paint.z_order.eval(whole) != SymbolZOrder::ViewportY
        && (paint.text_overlap(whole) != Overlap::Never || paint.text_ignore_placement.eval(whole));
    match (apart, by_key) {
        (false, _) => HaloOrder::Glyphs,
        (true, true) => HaloOrder::Label,
        (true, false) => HaloOrder::Layer,
    }
}

pub(super) fn translation(
    inputs: &SymbolInputs,
    translate: &Translate,
    context: &Context,
) -> [f64; 2] {
    let by = translate.by.eval(context).map(|v| v.clamp(-1_000.0, 1_000.0));
    if translate.is_of_picture(context) { by } else { inputs.plane.turned(by) }
}

pub(super) fn icon_layout(
    inputs: &SymbolInputs,
    paint: &SymbolPaint,
    text: Option<&TextLayout>,
    context: &Context,
    whole: &Context,
) -> Option<IconLayout> {
    let name = paint.icon_image.as_ref()?.eval(whole).0?;
    let image = inputs.sprite.drawn(&name, 1)?.clone();
    let room_size =
        limited(paint.icon_size.eval(&inputs.at_zoom(inputs.whole_zoom() + 1.0, context)));
    let offset = paint.icon_offset.eval(whole).map(|v| v.clamp(-10_000.0, 10_000.0));
    let anchor = sides(paint.icon_anchor.eval(whole));
    let [width, height] = image.size();
    let (across, down) = anchor.shares();
    let (left, top) = (offset[0] - width * across, offset[1] - height * down);
    let own = IconBox { left, top, right: left + width, bottom: top + height, padding: None };
    let follows = Follows::of(paint.icon_text_fit.eval(whole));
    let fitted = |vertical: bool| {
        let text = text?;
        let variant = text.variants.iter().find(|v| v.vertical == vertical)?;
        let padding = paint.icon_text_fit_padding.eval(whole);
        Some(around_text(&image, &variant.shaped, follows?, padding, offset, text.room_size / EM))
    };
    let size = limited(paint.icon_size.eval(context));
    Some(IconLayout {
        icon_box: fitted(false).unwrap_or(own),
        vertical_box: fitted(true),
        fits: follows.is_some(),
        only_with_text: follows.is_some() && asides(paint, whole).is_some(),
        crisp: paint.icon_size.as_constant() == Some(&1.0)
            && paint.icon_rotate.as_constant() == Some(&0.0)
            && paint.icon_alignment(whole) != Alignment::Map,
        size,
        room_size,
        padding: paint.icon_padding.eval(whole).map(|v| v.clamp(-1_000.0, 1_000.0)),
        rotate: paint.icon_rotate.eval(whole).to_radians(),
        alignment: paint.icon_alignment(whole),
        keep_upright: paint.icon_keep_upright.eval(whole),
        overlap: paint.icon_overlap(whole),
        blocks: !paint.icon_ignore_placement.eval(whole),
        optional: paint.icon_optional.eval(whole),
        ink: FieldInk {
            color: paint.icon_color.eval(context),
            halo_color: paint.icon_halo_color.eval(context),
            halo_width: crate::compose::size(paint.icon_halo_width.eval(context)).min(100.0),
            halo_blur: crate::compose::size(paint.icon_halo_blur.eval(context)).min(100.0),
            opacity: paint.icon_opacity.eval(context).clamp(0.0, 1.0),
            scale: size,
            ratio: 1.0,
        },
        translate: translation(inputs, &paint.icon_translate, context),
        name,
        image,
    })
}
