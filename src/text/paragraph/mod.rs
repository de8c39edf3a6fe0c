//! A whole label: lines of clusters, justified and aligned to its anchor, by the rules of
//! MapLibre's text layout.

mod lines;

use std::sync::Arc;

use lines::Lines;

use super::EM;
use super::breaks::line_ends;
use super::clusters::{Alphabet, Glyphs, Unplaced, clusters};
use super::vertical::verticalized;

/// Which point of a label lies on its position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Anchor {
    /// -1 left, 0 middle, 1 right.
    pub x: i8,
    /// -1 top, 0 middle, 1 bottom.
    pub y: i8,
}

impl Anchor {
    pub const CENTER: Self = Self { x: 0, y: 0 };

    /// The shares of width and height that lie left of and above the position.
    pub fn shares(self) -> (f64, f64) {
        (f64::from(self.x + 1) / 2.0, f64::from(self.y + 1) / 2.0)
    }
}

/// How lines of different lengths lie below one another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Justify {
    Left,
    Center,
    Right,
}

impl Justify {
    fn share(self) -> f64 {
        match self {
            Justify::Left => 0.0,
            Justify::Center => 0.5,
            Justify::Right => 1.0,
        }
    }

    /// The side that the anchor is on.
    pub fn toward(anchor: Anchor) -> Self {
        match anchor.x {
            -1 => Justify::Left,
            1 => Justify::Right,
            _ => Justify::Center,
        }
    }
}

/// Where a smaller section sits in its line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VerticalAlign {
    Bottom,
    Center,
    Top,
}

impl VerticalAlign {
    fn share(self) -> f64 {
        match self {
            VerticalAlign::Top => 0.0,
            VerticalAlign::Center => 0.5,
            VerticalAlign::Bottom => 1.0,
        }
    }
}

/// The direction lines run in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Writing {
    Horizontal,
    /// From the top down: letters of scripts that are written so stand upright. `alone` for a label
    /// at a point, where other letters stand upright, too.
    Vertical {
        alone: bool,
    },
}

/// A run of text in one font, or an image.
#[derive(Debug, Clone)]
pub struct Section {
    pub text: Arc<str>,
    /// Names with commas between.
    pub fonts: Arc<str>,
    /// Times the label's size.
    pub scale: f64,
    pub align: VerticalAlign,
    /// Width and height of the image that stands in place of the text, CSS px.
    pub image_px: Option<[f64; 2]>,
}

/// A label to be laid out.
#[derive(Debug, Clone)]
pub struct Paragraph<'a> {
    pub sections: &'a [Section],
    /// 1/24 em; infinite for one line.
    pub max_width: f64,
    pub line_height: f64,
    pub letter_spacing: f64,
    pub anchor: Anchor,
    pub justify: Justify,
    /// Added to where the anchor puts the label.
    pub offset: [f64; 2],
    pub writing: Writing,
    /// CSS px: what images are measured against, when breaking lines and when placing them.
    pub breaking_size_px: f64,
    pub size_px: f64,
    /// BCP 47, or empty.
    pub language: &'a str,
}

/// A cluster in its place.
#[derive(Debug, Clone)]
pub struct Cluster {
    pub glyphs: Glyphs,
    /// The pen's position, and the top of the glyphs' line.
    pub x: f64,
    pub y: f64,
    /// Without scale.
    pub advance: f64,
    pub scale: f64,
    pub section: usize,
    /// Whether it stands upright in a vertical line.
    pub vertical: bool,
    /// How far a line holding larger sections or images is moved; for vertical lines.
    pub line_offset: f64,
    pub first: char,
    /// In the label's text.
    pub bytes: (u32, u32),
}

/// A label laid out: clusters, and the box of its lines.
#[derive(Debug, Clone)]
pub struct Shaped {
    pub clusters: Vec<Cluster>,
    pub lines: usize,
    pub left: f64,
    pub top: f64,
    pub right: f64,
    pub bottom: f64,
    pub text: Arc<str>,
    /// Whether something stands upright in a vertical line.
    pub upright: bool,
    /// Height of the ascender of the first font, for glyphs with outlines.
    pub ascender: f64,
}

/// An image stands for one character of the private use area.
const IMAGE: char = '\u{E000}';

impl Paragraph<'_> {
    /// Lays the label out; `None` where there is nothing to see.
    pub fn shape(&self, alphabet: Alphabet) -> Option<Shaped> {
        let mut text = String::new();
        let mut ranges = Vec::new();
        for section in self.sections {
            let start = text.len();
            match section.image_px {
                Some(_) => text.push(IMAGE),
                None if self.writing == Writing::Horizontal => text.push_str(&section.text),
                None => text.extend(verticalized(&section.text)),
            }
            ranges.push((start..text.len(), section.image_px.is_none().then_some(&*section.fonts)));
        }
        let mut all = clusters(alphabet, &text, &ranges, self.letter_spacing != 0.0, self.language);
        // Letters of joined scripts are not spaced, nor is a label of glyph ranges that holds any.
        let plain =
            all.iter().flat_map(|c| &c.glyphs).all(|g| matches!(g.mark, super::Mark::Field(_)));
        let torn = plain && all.iter().any(|c| c.joined);
        let spacing = |c: &Unplaced| if c.joined || torn { 0.0 } else { self.letter_spacing };
        for cluster in &mut all {
            if let Some([width, _]) = self.sections[cluster.section].image_px {
                cluster.advance = width;
            }
        }
        let is_image = |c: &Unplaced| self.sections[c.section].image_px.is_some();
        let measured = |c: &Unplaced| {
            let scale = self.sections[c.section].scale;
            match is_image(c) {
                true => c.advance * scale * EM / self.breaking_size_px.max(1e-9) + spacing(c),
                false => c.advance * scale + spacing(c),
            }
        };
        let ends = line_ends(&text, &all, self.max_width, measured, is_image);
        let ascender = self.sections.iter().find(|s| s.image_px.is_none()).map_or(EM, |s| {
            alphabet.fonts.stack(&s.fonts).faces.first().map_or(EM, |f| f.ascender)
        });
        let mut lines = Lines::new(self, &all, &spacing);
        let mut start = 0;
        for end in ends {
            lines.add(&all[start..end]);
            start = end;
        }
        let shaped = lines.anchored(text.into(), ascender);
        shaped
            .clusters
            .iter()
            .any(|c| !c.glyphs.is_empty() || self.sections[c.section].image_px.is_some())
            .then_some(shaped)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::{Fonts, Mark};

    fn shaped(text: &str, max_width_em: f64) -> Shaped {
        tried(text, max_width_em).unwrap()
    }

    fn tried(text: &str, max_width_em: f64) -> Option<Shaped> {
        let fonts = Fonts::embedded();
        let section = Section {
            text: text.into(),
            fonts: "Noto Sans Regular".into(),
            scale: 1.0,
            align: VerticalAlign::Bottom,
            image_px: None,
        };
        let paragraph = Paragraph {
            sections: &[section],
            max_width: max_width_em * EM,
            line_height: 1.2 * EM,
            letter_spacing: 0.0,
            anchor: Anchor::CENTER,
            justify: Justify::Center,
            offset: [0.0; 2],
            writing: Writing::Horizontal,
            breaking_size_px: 16.0,
            size_px: 16.0,
            language: "",
        };
        paragraph.shape(Alphabet { fonts: &fonts, ranges: None })
    }

    #[test]
    fn lines_are_even() {
        assert_eq!(shaped("Nagorno-Karabakh Autonomous Oblast", 10.0).lines, 2);
        assert_eq!(shaped("Shusha", 1.0).lines, 1);
        let three = shaped("one\ntwo\nthree", 100.0);
        assert_eq!(three.lines, 3);
        assert!(
            (three.top + three.bottom).abs() < 1e-9
                && (three.bottom - three.top - 3.0 * 1.2 * EM).abs() < 1e-9
        );
    }

    #[test]
    fn persian_runs_from_the_right_and_is_joined() {
        let persian = shaped("شوشا ۱۹۹۲", 100.0);
        let digits: Vec<f64> =
            persian.clusters.iter().filter(|c| c.first.is_numeric()).map(|c| c.x).collect();
        let letters: Vec<f64> =
            persian.clusters.iter().filter(|c| c.first.is_alphabetic()).map(|c| c.x).collect();
        // The number is read from the left, and lies left of the word.
        assert!(digits.is_sorted() && digits[3] < letters[0]);
        let glyph = |text: &str| match &shaped(text, 100.0).clusters[0].glyphs[0].mark {
            Mark::Outline { glyph, .. } => *glyph,
            Mark::Field(_) => unreachable!(),
        };
        assert_ne!(glyph("ش"), glyph("شو"), "a letter takes another form beside another");
    }

    #[test]
    fn what_no_font_has_is_left_out() {
        assert!(
            shaped("A漢B", 100.0).clusters.iter().filter(|c| !c.glyphs.is_empty()).count() == 2
        );
    }

    #[test]
    fn a_mark_is_not_drawn_without_its_letter() {
        let glyphs = |text: &str| -> usize {
            tried(text, 100.0).map_or(0, |s| s.clusters.iter().map(|c| c.glyphs.len()).sum())
        };
        // No embedded font has these letters; all have the marks.
        for lost in ["漢\u{301}", "か\u{308}", "\u{1F600}\u{301}\u{323}", "ก\u{302}"] {
            assert_eq!(glyphs(lost), 0, "{lost:?}");
            assert_eq!(glyphs(&format!("A{lost}B")), 2, "{lost:?}");
        }
        // Where the letter is there, so are its marks.
        assert!(glyphs("e\u{301}") >= 1 && glyphs("x\u{325}\u{301}") >= 3);
    }

    #[test]
    fn a_line_may_begin_with_a_bracket() {
        let lines = |text: &str| shaped(text, 5.0).lines;
        assert_eq!(lines("Freiburg(Breisgau) HBF"), 3);
        assert_eq!(lines("Sarsang(reservoir)"), 2);
        assert_eq!(lines("Lachin("), 1);
        assert_eq!(lines("Agdam"), 1);
    }

    #[test]
    fn a_paragraph_ends_a_line() {
        let lines = |text: &str| shaped(text, 20.0).lines;
        assert_eq!(lines("Shusha\u{1c}Agdam"), 2);
        assert_eq!(lines("Shusha\u{2029}Agdam\u{85}Lachin"), 3);
        assert_eq!(lines("شوشا\u{1d} Shusha"), 2);
        assert_eq!(lines("Shusha Agdam"), 1);
    }
}
