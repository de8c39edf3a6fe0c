//! One feature's text, set: its sections, and each of the ways in which they may stand around the
//! anchor.

use std::sync::Arc;

use super::SymbolInputs;
use super::asides::{asides, radial, sides};
use crate::color::Color;
use crate::compose::size;
use crate::style::{
    self, Context, SymbolPaint, SymbolPlacement, TextJustify, TextTransform, WritingMode,
};
use crate::text::{
    self, Anchor, Case, EM, Justify, Paragraph, Section, Shaped, VerticalAlign, Writing,
};

/// The characters of a label that are set.
const MAX_CHARACTERS: usize = 10_000;

/// The largest text and icon that are drawn, as in MapLibre: CSS px, and times an icon's own size.
const MAX_SIZE: f64 = 255.0;

/// One of the places a text may take around its anchor.
#[derive(Clone)]
pub struct Variant {
    pub shaped: Arc<Shaped>,
    /// The side of the anchor it is on, where there is a choice, and how far from it: 1/24 em.
    pub aside: Option<(Anchor, [f64; 2])>,
    /// Lines from the top down.
    pub vertical: bool,
}

/// The size that the reference draws: small units of 1/128 px, up to 255 px.
pub(super) fn limited(n: f64) -> f64 {
    n.clamp(0.0, MAX_SIZE)
}

/// A label's sections, each with its own colour and image, if it has one.
pub(super) struct Sections {
    pub sections: Vec<Section>,
    pub colors: Vec<Option<Color>>,
    pub images: Vec<Option<Arc<str>>>,
}

impl Sections {
    /// `None` where there is nothing to be set.
    pub fn of(inputs: &SymbolInputs, paint: &SymbolPaint, whole: &Context) -> Option<Self> {
        let field = paint.text_field.eval(whole);
        if field.sections.iter().all(|s| s.text.is_empty() && s.image.is_none()) {
            return None;
        }
        let case = match paint.text_transform.eval(whole) {
            TextTransform::None => None,
            TextTransform::Uppercase => Some(Case::Upper),
            TextTransform::Lowercase => Some(Case::Lower),
        };
        let fonts = paint.text_font.eval(whole).join(",");
        let mut left = MAX_CHARACTERS;
        let mut out = Self { sections: Vec::new(), colors: Vec::new(), images: Vec::new() };
        for section in &field.sections {
            let image = match &section.image {
                Some(image) => match inputs.sprite.drawn(&image.name, 1) {
                    Some(found) => Some((image.name.clone(), found.size())),
                    None => continue,
                },
                None => None,
            };
            let text: String = section.text.chars().take(left).collect();
            left -= text.chars().count();
            let text = match case {
                Some(case) => text::cased(&text, case, inputs.language()).into_owned(),
                None => text,
            };
            out.sections.push(Section {
                text: text.into(),
                fonts: section.fonts.clone().unwrap_or_else(|| fonts.as_str().into()),
                scale: match image {
                    Some(_) => 1.0,
                    None => section.scale.filter(|s| *s > 0.0).unwrap_or(1.0).min(100.0),
                },
                align: vertical_align(section.vertical_align.unwrap_or_default()),
                image_px: image.as_ref().map(|(_, size)| *size),
            });
            out.colors.push(section.color);
            out.images.push(image.map(|(name, _)| name));
        }
        Some(out)
    }
}

/// How far a text without a choice of places is moved from where its anchor has it, 1/24 em.
pub(super) fn text_offset(paint: &SymbolPaint, whole: &Context, anchor: Anchor) -> [f64; 2] {
    let radius = paint.text_radial_offset.as_ref().map(|o| o.eval(whole));
    match radius.filter(|radius| *radius != 0.0) {
        Some(radius) => radial(anchor, radius * EM),
        None => paint.text_offset.eval(whole).map(|v| v.clamp(-1_000.0, 1_000.0) * EM),
    }
}

/// How a text is set. Lengths are 1/24 em.
pub(super) struct Setting<'a> {
    inputs: &'a SymbolInputs<'a>,
    paint: &'a SymbolPaint,
    whole: &'a Context<'a>,
    sections: &'a [Section],
    placement: SymbolPlacement,
    along_line: bool,
    room_size: f64,
    anchor: Anchor,
    /// The sides of the anchor that it may be on, and how far from it, where there is a choice.
    asides: Option<Vec<(Anchor, [f64; 2])>>,
    pub offset: [f64; 2],
    /// `None` where it hangs on the side of the anchor.
    justify: Option<Justify>,
}

impl<'a> Setting<'a> {
    pub fn new(
        inputs: &'a SymbolInputs,
        paint: &'a SymbolPaint,
        whole: &'a Context,
        (placement, along_line): (SymbolPlacement, bool),
        (sections, room_size): (&'a [Section], f64),
    ) -> Self {
        let anchor = sides(paint.text_anchor.eval(whole));
        let asides = asides(paint, whole);
        let offset = if asides.is_some() { [0.0; 2] } else { text_offset(paint, whole, anchor) };
        let justify = match paint.text_justify.eval(whole) {
            _ if along_line => Some(Justify::Center),
            TextJustify::Auto => None,
            TextJustify::Left => Some(Justify::Left),
            TextJustify::Center => Some(Justify::Center),
            TextJustify::Right => Some(Justify::Right),
        };
        Self {
            inputs,
            paint,
            whole,
            sections,
            placement,
            along_line,
            room_size,
            anchor,
            asides: asides.filter(|_| !along_line),
            offset,
            justify,
        }
    }

    /// Each way in which it may stand, in order of preference; at least one.
    pub fn variants(&self) -> Option<Vec<Variant>> {
        let mut variants = Vec::new();
        let modes: Vec<WritingMode> = match (&self.paint.text_writing_mode, self.placement) {
            (Some(modes), SymbolPlacement::Point) => modes.eval(self.whole).to_vec(),
            _ => vec![WritingMode::Horizontal],
        };
        for mode in modes {
            match mode {
                WritingMode::Horizontal => variants.extend(self.sides(false)?),
                WritingMode::Vertical if self.has_upright() => variants.extend(self.sides(true)?),
                WritingMode::Vertical => {}
            }
        }
        if variants.is_empty() {
            let justify = self.justify.unwrap_or_else(|| Justify::toward(self.anchor));
            let shaped = self.shape(self.anchor, justify, Writing::Horizontal)?;
            variants.push(Variant { shaped, aside: None, vertical: false });
        }
        Some(variants)
    }

    /// One variant for each side of the anchor that it may be on.
    fn sides(&self, vertical: bool) -> Option<Vec<Variant>> {
        let choices: Vec<Option<(Anchor, [f64; 2])>> = match &self.asides {
            Some(asides) => asides.iter().map(|a| Some(*a)).collect(),
            None => vec![None],
        };
        let mut by_justify: Vec<(Justify, Arc<Shaped>)> = Vec::new();
        let mut variants = Vec::new();
        for aside in choices {
            let side = aside.map_or(self.anchor, |(side, _)| side);
            let own = if aside.is_some() { Anchor::CENTER } else { self.anchor };
            let (anchor, justify, writing) = match vertical {
                true => (self.anchor, Justify::Left, Writing::Vertical { alone: true }),
                false => (
                    own,
                    self.justify.unwrap_or_else(|| Justify::toward(side)),
                    Writing::Horizontal,
                ),
            };
            let shaped = match by_justify.iter().find(|(j, _)| *j == justify) {
                Some((_, shaped)) => shaped.clone(),
                None => {
                    let shaped = self.shape(anchor, justify, writing)?;
                    by_justify.push((justify, shaped.clone()));
                    shaped
                }
            };
            variants.push(Variant { shaped, aside, vertical });
        }
        Some(variants)
    }

    /// Lines from the top down, for a label along a line that runs so.
    pub fn upright(&self) -> Option<Arc<Shaped>> {
        let wanted = self.has_upright() && self.along_line;
        let writing = Writing::Vertical { alone: false };
        if wanted { self.shape(self.anchor, Justify::Center, writing) } else { None }
    }

    fn has_upright(&self) -> bool {
        self.sections.iter().any(|s| s.text.chars().any(text::is_upright))
    }

    fn shape(&self, anchor: Anchor, justify: Justify, writing: Writing) -> Option<Arc<Shaped>> {
        let (paint, whole) = (self.paint, self.whole);
        let paragraph = Paragraph {
            sections: self.sections,
            max_width: match self.placement {
                SymbolPlacement::Point => size(paint.text_max_width.eval(whole)) * EM,
                _ => f64::INFINITY,
            },
            line_height: paint.text_line_height.eval(whole).clamp(-100.0, 100.0) * EM,
            letter_spacing: paint.text_letter_spacing.eval(whole).clamp(-100.0, 100.0) * EM,
            anchor,
            justify,
            offset: self.offset,
            writing,
            breaking_size_px: self.room_size,
            size_px: limited(paint.text_size.eval(whole)),
            language: self.inputs.language(),
        };
        paragraph.shape(self.inputs.alphabet).map(Arc::new)
    }
}

fn vertical_align(align: style::VerticalAlign) -> VerticalAlign {
    match align {
        style::VerticalAlign::Bottom => VerticalAlign::Bottom,
        style::VerticalAlign::Center => VerticalAlign::Center,
        style::VerticalAlign::Top => VerticalAlign::Top,
    }
}
