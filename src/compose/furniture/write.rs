//! Text of the furniture: set in the embedded fonts, in the language's own direction, broken to a
//! width.

use std::sync::Arc;

use crate::color::Color;
use crate::geo::{SUBPIXELS, Snapped};
use crate::scene::{FieldInk, Item, Text, TextGlyph, TextPart, TextShape};
use crate::text::{
    Alphabet, Anchor, EM, Fonts, Justify, Paragraph, Section, Shaped, VerticalAlign, Writing,
};

/// A hand to write with.
#[derive(Clone, Copy)]
pub struct Pen<'a> {
    pub fonts: &'a Fonts,
    pub language: &'a str,
    /// Device px per CSS px.
    pub ratio: f64,
}

/// A block of text, its size known and its place not yet; CSS px.
pub struct Block {
    shaped: Arc<Shaped>,
    size_px: f64,
    color: Color,
    ratio: f64,
    pub width: f64,
    pub height: f64,
}

impl Pen<'_> {
    /// Sets text of `size_px`, at most `max_width` wide; nothing of it where it has no letters.
    ///
    /// Lines are balanced, and may then be a little too long: the text is set narrower until they
    /// are not.
    pub fn block(
        &self,
        text: &str,
        font: &str,
        size_px: f64,
        max_width: f64,
        justify: Justify,
        color: Color,
    ) -> Option<Block> {
        let sections = [Section {
            text: text.into(),
            fonts: font.into(),
            scale: 1.0,
            align: VerticalAlign::Bottom,
            image_px: None,
        }];
        let set = |most: f64| {
            let paragraph = Paragraph {
                sections: &sections,
                max_width: (most / size_px * EM).max(EM),
                line_height: 1.3 * EM,
                letter_spacing: 0.0,
                anchor: Anchor { x: -1, y: -1 },
                justify,
                offset: [0.0; 2],
                writing: Writing::Horizontal,
                breaking_size_px: size_px,
                size_px,
                language: self.language,
            };
            paragraph.shape(Alphabet { fonts: self.fonts, ranges: None })
        };
        let mut most = max_width;
        let mut shaped = set(most)?;
        for _ in 0..12 {
            if (shaped.right - shaped.left) * size_px / EM <= max_width {
                break;
            }
            most *= 0.93;
            shaped = set(most)?;
        }
        let unit = size_px / EM;
        let (width, height) =
            ((shaped.right - shaped.left) * unit, (shaped.bottom - shaped.top) * unit);
        Some(Block { shaped: Arc::new(shaped), size_px, color, ratio: self.ratio, width, height })
    }
}

impl Block {
    /// The text with its upper left corner at a place, CSS px; around it a halo `halo` CSS px wide,
    /// if there is one.
    pub fn at(&self, x: f64, y: f64, halo: Option<(Color, f64)>) -> Item {
        let unit = self.size_px / EM * self.ratio;
        let snap = |v: f64| (v * self.ratio * SUBPIXELS as f64).round() as i64;
        let mut glyphs = Vec::new();
        for cluster in &self.shaped.clusters {
            for glyph in &cluster.glyphs {
                let (x, y) = (cluster.x + glyph.x, cluster.y + glyph.y + self.shaped.ascender);
                glyphs.push(TextGlyph {
                    mark: glyph.mark.clone(),
                    origin: [(x - self.shaped.left) * unit, (y - self.shaped.top) * unit],
                    right: [unit, 0.0],
                    color: None,
                    bytes: cluster.bytes,
                });
            }
        }
        let anchor = Snapped { x: snap(x), y: snap(y) };
        let shape = Arc::new(TextShape { anchor, text: self.shaped.text.clone(), glyphs });
        let (halo_color, halo_width) = halo.unwrap_or((Color::TRANSPARENT, 0.0));
        let ink = FieldInk {
            color: self.color,
            halo_color,
            halo_width,
            halo_blur: 0.0,
            opacity: 1.0,
            scale: self.size_px / EM,
            ratio: self.ratio,
        };
        Item::Text(Text { shape, ink, part: TextPart::Both })
    }
}
