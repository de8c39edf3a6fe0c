//! Symbol layers: every layout and paint property of text and icons.

use std::sync::Arc;

use super::expression::{AnchorOffset, Context, Formatted};
use super::from_datum::ImageName;
use super::keyword::{
    Anchor, IconTextFit, Overlap, RotationAlignment, SymbolPlacement, SymbolZOrder, TextJustify,
    TextTransform, WritingMode,
};
use super::layer_type::layer_type;
use super::property::Property;
use super::translate::Translate;
use crate::color::Color;

// A symbol's layout is computed at several zooms (see `compose::symbol`).
layer_type! {
    /// Text and icons. Lengths are CSS px, those of text layout ems, angles degrees.
    pub struct SymbolPaint, never settled {
        pub placement: Property<SymbolPlacement> = layout "symbol-placement",
        pub spacing: Property<f64> = layout "symbol-spacing",
        pub sort_key: Option<Property<f64>> = layout "symbol-sort-key",
        pub z_order: Property<SymbolZOrder> = layout "symbol-z-order",
        icon_allow_overlap: Property<bool> = layout "icon-allow-overlap",
        icon_overlap: Property<Option<Overlap>> = layout "icon-overlap",
        pub icon_ignore_placement: Property<bool> = layout "icon-ignore-placement",
        pub icon_optional: Property<bool> = layout "icon-optional",
        icon_rotation_alignment: Property<RotationAlignment> = layout "icon-rotation-alignment",
        pub icon_size: Property<f64> = layout "icon-size",
        pub icon_text_fit: Property<IconTextFit> = layout "icon-text-fit",
        pub icon_text_fit_padding: Property<[f64; 4]> = layout "icon-text-fit-padding",
        pub icon_image: Option<Property<ImageName>> = layout "icon-image",
        pub icon_rotate: Property<f64> = layout "icon-rotate",
        pub icon_padding: Property<[f64; 4]> = layout "icon-padding",
        pub icon_keep_upright: Property<bool> = layout "icon-keep-upright",
        pub icon_offset: Property<[f64; 2]> = layout "icon-offset",
        pub icon_anchor: Property<Anchor> = layout "icon-anchor",
        text_rotation_alignment: Property<RotationAlignment> = layout "text-rotation-alignment",
        pub text_field: Property<Arc<Formatted>> = layout "text-field",
        pub text_font: Property<Vec<Arc<str>>> = layout "text-font",
        pub text_size: Property<f64> = layout "text-size",
        pub text_max_width: Property<f64> = layout "text-max-width",
        pub text_line_height: Property<f64> = layout "text-line-height",
        pub text_letter_spacing: Property<f64> = layout "text-letter-spacing",
        pub text_justify: Property<TextJustify> = layout "text-justify",
        pub text_radial_offset: Option<Property<f64>> = layout "text-radial-offset",
        pub text_variable_anchor: Option<Property<Vec<Anchor>>> = layout "text-variable-anchor",
        pub text_variable_anchor_offset: Option<Property<Arc<[AnchorOffset]>>> =
            layout "text-variable-anchor-offset",
        pub text_anchor: Property<Anchor> = layout "text-anchor",
        pub text_max_angle: Property<f64> = layout "text-max-angle",
        pub text_writing_mode: Option<Property<Vec<WritingMode>>> = layout "text-writing-mode",
        pub text_rotate: Property<f64> = layout "text-rotate",
        pub text_padding: Property<f64> = layout "text-padding",
        pub text_keep_upright: Property<bool> = layout "text-keep-upright",
        pub text_transform: Property<TextTransform> = layout "text-transform",
        pub text_offset: Property<[f64; 2]> = layout "text-offset",
        text_allow_overlap: Property<bool> = layout "text-allow-overlap",
        text_overlap: Property<Option<Overlap>> = layout "text-overlap",
        pub text_ignore_placement: Property<bool> = layout "text-ignore-placement",
        pub text_optional: Property<bool> = layout "text-optional",
        pub icon_opacity: Property<f64> = paint "icon-opacity",
        pub icon_color: Property<Color> = paint "icon-color",
        pub icon_halo_color: Property<Color> = paint "icon-halo-color",
        pub icon_halo_width: Property<f64> = paint "icon-halo-width",
        pub icon_halo_blur: Property<f64> = paint "icon-halo-blur",
        pub icon_translate: Translate = paint "icon-translate",
        pub text_opacity: Property<f64> = paint "text-opacity",
        pub text_color: Property<Color> = paint "text-color",
        pub text_halo_color: Property<Color> = paint "text-halo-color",
        pub text_halo_width: Property<f64> = paint "text-halo-width",
        pub text_halo_blur: Property<f64> = paint "text-halo-blur",
        pub text_translate: Translate = paint "text-translate",
    }
}

impl SymbolPaint {
    pub fn text_overlap(&self, context: &Context) -> Overlap {
        overlap(&self.text_overlap, &self.text_allow_overlap, context)
    }

    pub fn icon_overlap(&self, context: &Context) -> Overlap {
        overlap(&self.icon_overlap, &self.icon_allow_overlap, context)
    }

    /// Whether text keeps to the picture's own directions: the alignment, and whether only its
    /// glyphs do, along lines.
    pub fn text_alignment(&self, context: &Context) -> Alignment {
        alignment(&self.text_rotation_alignment, self.placement.eval(context), context)
    }

    pub fn icon_alignment(&self, context: &Context) -> Alignment {
        alignment(&self.icon_rotation_alignment, self.placement.eval(context), context)
    }
}

/// What a symbol's own directions are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Alignment {
    /// The map's: east is right, or the line's direction.
    Map,
    /// The picture's.
    Viewport,
    /// The line's for the label, the picture's for each of its glyphs.
    ViewportGlyph,
}

fn alignment(
    property: &Property<RotationAlignment>,
    placement: SymbolPlacement,
    context: &Context,
) -> Alignment {
    use SymbolPlacement::{Line, LineCenter, Point};
    match (property.eval(context), placement) {
        (RotationAlignment::Map, _) => Alignment::Map,
        (RotationAlignment::Viewport, _) => Alignment::Viewport,
        (RotationAlignment::Auto, Line | LineCenter) => Alignment::Map,
        (RotationAlignment::ViewportGlyph, Line | LineCenter) => Alignment::ViewportGlyph,
        (RotationAlignment::Auto | RotationAlignment::ViewportGlyph, Point) => Alignment::Viewport,
    }
}

/// `allowed` is the older property, which holds where `mode` says nothing.
fn overlap(
    mode: &Property<Option<Overlap>>,
    allowed: &Property<bool>,
    context: &Context,
) -> Overlap {
    match mode.eval(context) {
        Some(mode) => mode,
        None if allowed.eval(context) => Overlap::Always,
        None => Overlap::Never,
    }
}
