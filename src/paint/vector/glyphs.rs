//! Glyphs of a text as runs: of one face, size, colour and baseline.

use std::sync::Arc;

use super::{Point, point};
use crate::color::Color;
use crate::scene::TextShape;
use crate::text::{EM, Face, Mark};

/// Glyphs that follow one another on a straight baseline.
#[derive(Debug, Clone)]
pub struct GlyphRun {
    pub face: Arc<Face>,
    pub em_px: f64,
    pub color: Color,
    /// The baseline's direction, of length 1.
    pub along: Point,
    pub glyphs: Vec<PlacedGlyph>,
}

/// A glyph with its origin, and the bytes of the text that its cluster stands for.
#[derive(Debug, Clone, Copy)]
pub struct PlacedGlyph {
    pub id: u32,
    pub origin: Point,
    pub bytes: (u32, u32),
}

impl GlyphRun {
    /// The first glyph's origin.
    pub fn start(&self) -> Point {
        self.glyphs.first().map_or([0.0; 2], |g| g.origin)
    }

    /// Where the pen is after the last glyph.
    pub fn end(&self) -> Point {
        let reach =
            |g: &PlacedGlyph| self.offset(g.origin)[0] + self.face.advance(g.id) / EM * self.em_px;
        let along = self.glyphs.iter().map(reach).fold(0.0, f64::max);
        let [x, y] = self.start();
        [x + along * self.along[0], y + along * self.along[1]]
    }

    /// How far along and below the first glyph's origin another point lies, px.
    pub fn offset(&self, at: Point) -> Point {
        let start = self.start();
        let (x, y) = (at[0] - start[0], at[1] - start[1]);
        [x * self.along[0] + y * self.along[1], y * self.along[0] - x * self.along[1]]
    }
}

/// The runs of a text; `None` where it is of distance fields. `color` is for glyphs without one of
/// their own.
pub fn runs(shape: &TextShape, color: Color, opacity: f64) -> Option<Vec<GlyphRun>> {
    let anchor = point(&shape.anchor);
    let mut out: Vec<GlyphRun> = Vec::new();
    for glyph in &shape.glyphs {
        let Mark::Outline { face, glyph: id } = &glyph.mark else { return None };
        let length = glyph.right[0].hypot(glyph.right[1]);
        if length <= 0.0 {
            continue;
        }
        let along = glyph.right.map(|v| v / length);
        let em_px = length * EM;
        let color = glyph.color.unwrap_or(color).with_opacity(opacity);
        let origin = [anchor[0] + glyph.origin[0], anchor[1] + glyph.origin[1]];
        let placed = PlacedGlyph { id: *id, origin, bytes: glyph.bytes };
        let fits = |run: &&mut GlyphRun| {
            let same = Arc::ptr_eq(&run.face, face)
                && run.em_px == em_px
                && run.color == color
                && run.along == along;
            // A mark above a letter is on its baseline, too; the next line is not.
            let [x, y] = run.offset(origin);
            same && y.abs() < 0.6 * em_px && x > -0.6 * em_px
        };
        match out.last_mut().filter(fits) {
            Some(run) => run.glyphs.push(placed),
            None => {
                out.push(GlyphRun { face: face.clone(), em_px, color, along, glyphs: vec![placed] })
            }
        }
    }
    Some(out)
}
