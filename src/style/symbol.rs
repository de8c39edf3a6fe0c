//! Symbol layers: every layout and paint property of text and icons.
//!
//! None of them is settled per picture: a symbol's layout is computed at several zooms (see
//! `compose::symbol`).

use std::sync::Arc;

use super::expression::{AnchorOffset, Context, Formatted};
use super::layer::Translate;
use super::property::{ImageName, Property};
use super::reader::Reader;
use crate::color::Color;

/// The properties of a symbol layer. Lengths are CSS px, those of text layout ems, angles degrees.
#[derive(Debug, Clone)]
pub struct SymbolPaint {
    placement: Property<Arc<str>>,
    pub spacing: Property<f64>,
    pub sort_key: Option<Property<f64>>,
    pub z_order: Property<Arc<str>>,
    icon_allow_overlap: Property<bool>,
    icon_overlap: Option<Property<Arc<str>>>,
    pub icon_ignore_placement: Property<bool>,
    pub icon_optional: Property<bool>,
    icon_rotation_alignment: Property<Arc<str>>,
    pub icon_size: Property<f64>,
    pub icon_text_fit: Property<Arc<str>>,
    pub icon_text_fit_padding: Property<[f64; 4]>,
    pub icon_image: Option<Property<ImageName>>,
    pub icon_rotate: Property<f64>,
    pub icon_padding: Property<[f64; 4]>,
    pub icon_keep_upright: Property<bool>,
    pub icon_offset: Property<[f64; 2]>,
    pub icon_anchor: Property<Arc<str>>,
    text_rotation_alignment: Property<Arc<str>>,
    pub text_field: Property<Arc<Formatted>>,
    pub text_font: Property<Vec<Arc<str>>>,
    pub text_size: Property<f64>,
    pub text_max_width: Property<f64>,
    pub text_line_height: Property<f64>,
    pub text_letter_spacing: Property<f64>,
    pub text_justify: Property<Arc<str>>,
    pub text_radial_offset: Option<Property<f64>>,
    pub text_variable_anchor: Option<Property<Vec<Arc<str>>>>,
    pub text_variable_anchor_offset: Option<Property<Arc<[AnchorOffset]>>>,
    pub text_anchor: Property<Arc<str>>,
    pub text_max_angle: Property<f64>,
    pub text_writing_mode: Option<Property<Vec<Arc<str>>>>,
    pub text_rotate: Property<f64>,
    pub text_padding: Property<f64>,
    pub text_keep_upright: Property<bool>,
    pub text_transform: Property<Arc<str>>,
    pub text_offset: Property<[f64; 2]>,
    text_allow_overlap: Property<bool>,
    text_overlap: Option<Property<Arc<str>>>,
    pub text_ignore_placement: Property<bool>,
    pub text_optional: Property<bool>,
    pub icon_opacity: Property<f64>,
    pub icon_color: Property<Color>,
    pub icon_halo_color: Property<Color>,
    pub icon_halo_width: Property<f64>,
    pub icon_halo_blur: Property<f64>,
    pub icon_translate: Translate,
    pub text_opacity: Property<f64>,
    pub text_color: Property<Color>,
    pub text_halo_color: Property<Color>,
    pub text_halo_width: Property<f64>,
    pub text_halo_blur: Property<f64>,
    pub text_translate: Translate,
}

/// Where a feature's symbols are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SymbolPlacement {
    /// At points, at the start of lines, in the middle of polygons.
    Point,
    /// Along lines, again and again.
    Line,
    /// In the middle of lines.
    LineCenter,
}

/// What a symbol may lie over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Overlap {
    Never,
    Always,
    /// Others that are not `Never`.
    Cooperative,
}

impl SymbolPaint {
    pub(super) fn read(r: &mut Reader) -> Self {
        Self {
            placement: r.layout("symbol-placement"),
            spacing: r.layout("symbol-spacing"),
            sort_key: r.optional_layout("symbol-sort-key"),
            z_order: r.layout("symbol-z-order"),
            icon_allow_overlap: r.layout("icon-allow-overlap"),
            icon_overlap: r.optional_layout("icon-overlap"),
            icon_ignore_placement: r.layout("icon-ignore-placement"),
            icon_optional: r.layout("icon-optional"),
            icon_rotation_alignment: r.layout("icon-rotation-alignment"),
            icon_size: r.layout("icon-size"),
            icon_text_fit: r.layout("icon-text-fit"),
            icon_text_fit_padding: r.layout("icon-text-fit-padding"),
            icon_image: r.optional_layout("icon-image"),
            icon_rotate: r.layout("icon-rotate"),
            icon_padding: r.layout("icon-padding"),
            icon_keep_upright: r.layout("icon-keep-upright"),
            icon_offset: r.layout("icon-offset"),
            icon_anchor: r.layout("icon-anchor"),
            text_rotation_alignment: r.layout("text-rotation-alignment"),
            text_field: r.layout("text-field"),
            text_font: r.layout("text-font"),
            text_size: r.layout("text-size"),
            text_max_width: r.layout("text-max-width"),
            text_line_height: r.layout("text-line-height"),
            text_letter_spacing: r.layout("text-letter-spacing"),
            text_justify: r.layout("text-justify"),
            text_radial_offset: r.optional_layout("text-radial-offset"),
            text_variable_anchor: r.optional_layout("text-variable-anchor"),
            text_variable_anchor_offset: r.optional_layout("text-variable-anchor-offset"),
            text_anchor: r.layout("text-anchor"),
            text_max_angle: r.layout("text-max-angle"),
            text_writing_mode: r.optional_layout("text-writing-mode"),
            text_rotate: r.layout("text-rotate"),
            text_padding: r.layout("text-padding"),
            text_keep_upright: r.layout("text-keep-upright"),
            text_transform: r.layout("text-transform"),
            text_offset: r.layout("text-offset"),
            text_allow_overlap: r.layout("text-allow-overlap"),
            text_overlap: r.optional_layout("text-overlap"),
            text_ignore_placement: r.layout("text-ignore-placement"),
            text_optional: r.layout("text-optional"),
            icon_opacity: r.paint("icon-opacity"),
            icon_color: r.paint("icon-color"),
            icon_halo_color: r.paint("icon-halo-color"),
            icon_halo_width: r.paint("icon-halo-width"),
            icon_halo_blur: r.paint("icon-halo-blur"),
            icon_translate: Translate {
                by: r.paint("icon-translate"),
                anchor: r.paint("icon-translate-anchor"),
            },
            text_opacity: r.paint("text-opacity"),
            text_color: r.paint("text-color"),
            text_halo_color: r.paint("text-halo-color"),
            text_halo_width: r.paint("text-halo-width"),
            text_halo_blur: r.paint("text-halo-blur"),
            text_translate: Translate {
                by: r.paint("text-translate"),
                anchor: r.paint("text-translate-anchor"),
            },
        }
    }

    pub fn placement(&self, context: &Context) -> SymbolPlacement {
        match &*self.placement.eval(context) {
            "line" => SymbolPlacement::Line,
            "line-center" => SymbolPlacement::LineCenter,
            _ => SymbolPlacement::Point,
        }
    }

    pub fn text_overlap(&self, context: &Context) -> Overlap {
        overlap(self.text_overlap.as_ref(), &self.text_allow_overlap, context)
    }

    pub fn icon_overlap(&self, context: &Context) -> Overlap {
        overlap(self.icon_overlap.as_ref(), &self.icon_allow_overlap, context)
    }

    /// Whether text keeps to the picture's own directions: the alignment, and whether only its
    /// glyphs do, along lines.
    pub fn text_alignment(&self, context: &Context) -> Alignment {
        alignment(&self.text_rotation_alignment, self.placement(context), context)
    }

    pub fn icon_alignment(&self, context: &Context) -> Alignment {
        alignment(&self.icon_rotation_alignment, self.placement(context), context)
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
    property: &Property<Arc<str>>,
    placement: SymbolPlacement,
    context: &Context,
) -> Alignment {
    match (&*property.eval(context), placement) {
        ("map", _) => Alignment::Map,
        ("viewport", _) => Alignment::Viewport,
        ("viewport-glyph", SymbolPlacement::Point) => Alignment::Viewport,
        ("viewport-glyph", _) => Alignment::ViewportGlyph,
        (_, SymbolPlacement::Point) => Alignment::Viewport,
        _ => Alignment::Map,
    }
}

fn overlap(
    mode: Option<&Property<Arc<str>>>,
    allowed: &Property<bool>,
    context: &Context,
) -> Overlap {
    match mode.map(|m| m.eval(context)).as_deref() {
        Some("always") => Overlap::Always,
        Some("cooperative") => Overlap::Cooperative,
        Some("never") => Overlap::Never,
        _ if allowed.eval(context) => Overlap::Always,
        _ => Overlap::Never,
    }
}
