//! Text: fonts, itemisation by direction, script and face, shaping, line breaking, glyph outlines
//! and signed distance fields. Where a label goes is decided elsewhere; this module only says what
//! it looks like.
//!
//! Lengths are in 1/24 em, the unit that MapLibre lays text out in ([`EM`]), x to the right and y
//! down, unless said otherwise. A label's glyphs come from a font's outlines ([`Fonts`]), or from
//! the ready-made distance fields of a style's `glyphs` ([`GlyphRanges`]).

mod breaks;
mod casing;
mod characters;
mod clusters;
mod face;
mod fonts;
mod paragraph;
mod presentation;
mod ranges;
mod vertical;
mod weight;

pub use casing::{Case, cased};
pub use characters::{is_invisible, is_plain};
pub use clusters::{Alphabet, Glyph, Mark};
pub use face::{Curve, Face, FontError, FontFile, Outline};
pub use fonts::{Fonts, Stack};
pub use paragraph::{Anchor, Cluster, Justify, Paragraph, Section, Shaped, VerticalAlign, Writing};
pub use ranges::{GlyphRange, GlyphRanges, RangeError, SdfGlyph};
pub use vertical::is_upright;

/// How many units an em has.
pub const EM: f64 = 24.0;

/// Where a line's glyphs are measured from, below the middle of the line: the reference's own
/// offset.
pub const LINE_TOP: f64 = -17.0;
