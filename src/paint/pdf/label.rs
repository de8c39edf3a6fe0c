//! Labels of a PDF: letters that can be selected, searched and read out.
//!
//! Where a viewer could not put the words together from the letters that are seen (Arabic script,
//! whose dots fonts keep as glyphs of their own), the letters are drawn as shapes and the words lie
//! over them unseen, a glyph for each character, as over a scanned page.

use std::sync::Arc;

use krilla::geom::{PathBuilder, Point as At};
use krilla::num::NormalizedF32;
use krilla::paint::{Fill, LineJoin, Stroke};
use krilla::surface::Surface;
use krilla::tagging::{Artifact, ArtifactType, ContentTag, Node, SpanTag};
use krilla::text::{Font, GlyphId, KrillaGlyph};

use super::Writer;
use super::shapes::{flat, line, transform};
use crate::color::Color;
use crate::paint::vector::{GlyphRun, PlacedGlyph, Point};
use crate::text::{Curve, EM};

/// A label in the tag tree.
pub(super) struct Label {
    pub text: Arc<str>,
    pub node: Node,
}

impl Writer<'_> {
    pub(super) fn label(
        &mut self,
        runs: &[GlyphRun],
        text: &Arc<str>,
        halo: Option<(Color, f64)>,
        letters: bool,
        surface: &mut Surface,
    ) {
        let artifact = || ContentTag::Artifact(Artifact::with_kind(ArtifactType::Other));
        if let Some((color, width)) = halo {
            // A halo is drawn as shapes: the words are in the document once, where the letters are.
            surface.start_tagged(artifact());
            surface.set_fill(Some(flat(&color)));
            let round =
                Stroke { width: 2.0 * width as f32, line_join: LineJoin::Round, ..line(&color) };
            surface.set_stroke(Some(round));
            runs.iter().filter_map(outlines).for_each(|path| surface.draw_path(&path));
            surface.end_tagged();
        }
        if !letters {
            return;
        }
        surface.set_stroke(None);
        let from_right = is_from_right(runs);
        if from_right {
            surface.start_tagged(artifact());
            for run in runs {
                surface.set_fill(Some(flat(&run.color)));
                outlines(run).iter().for_each(|path| surface.draw_path(path));
            }
            surface.end_tagged();
        }
        let span =
            SpanTag::empty().with_actual_text((!from_right && is_scattered(runs)).then_some(text));
        let node = Node::Leaf(surface.start_tagged(ContentTag::Span(span)));
        if from_right {
            surface.set_fill(Some(Fill { opacity: NormalizedF32::ZERO, ..flat(&Color::BLACK) }));
            lines(runs).into_iter().for_each(|line| self.unseen(line, text, surface));
        } else {
            for run in runs {
                surface.set_fill(Some(flat(&run.color)));
                match self.font(&run.face) {
                    Some(font) => draw_run(run, text, font, surface),
                    None => outlines(run).iter().for_each(|path| surface.draw_path(path)),
                }
            }
        }
        surface.end_tagged();
        self.labels.push(Label { text: text.clone(), node });
    }

    /// Writes a line's characters from left to right, each as its font's own glyph, evenly from the
    /// line's start to its end.
    fn unseen(&mut self, runs: &[GlyphRun], text: &str, surface: &mut Surface) {
        let mut pieces: Vec<(Font, f64, Vec<KrillaGlyph>, f64)> = Vec::new();
        for run in runs {
            let Some(font) = self.font(&run.face) else { continue };
            let mut glyphs = Vec::new();
            let mut width = 0.0;
            for bytes in clusters(&run.glyphs) {
                let (from, to) = (bytes.0 as usize, bytes.1 as usize);
                let characters = text.get(from..to).unwrap_or_default().char_indices();
                for (at, character) in characters.rev() {
                    let Some(id) = run.face.glyph(character) else { continue };
                    let advance = run.face.advance(id) / EM;
                    let range = from + at..from + at + character.len_utf8();
                    glyphs.push(KrillaGlyph::new(
                        GlyphId::new(id),
                        advance as f32,
                        0.0,
                        0.0,
                        0.0,
                        range,
                        None,
                    ));
                    width += advance * run.em_px;
                }
            }
            pieces.push((font, run.em_px, glyphs, width));
        }
        let (Some(first), Some(last)) = (runs.first(), runs.last()) else { return };
        let (mut start, end) = (first.start(), last.end());
        let (mut dx, mut dy) = (end[0] - start[0], end[1] - start[1]);
        let length = dx.hypot(dy);
        if is_scattered(runs) {
            // Level, about the middle: viewers take a steep line for several.
            start = [(start[0] + end[0] - length) / 2.0, (start[1] + end[1]) / 2.0];
            (dx, dy) = (length, 0.0);
        }
        let natural: f64 = pieces.iter().map(|(.., width)| width).sum();
        if length <= 0.0 || natural <= 0.0 {
            return;
        }
        let stretch = length / natural;
        let (a, b) = (dx / length, dy / length);
        surface.push_transform(&transform(&[a * stretch, b * stretch, -b, a, start[0], start[1]]));
        let mut x = 0.0;
        for (font, em_px, glyphs, width) in pieces {
            surface.draw_glyphs(
                At::from_xy(x as f32, 0.0),
                &glyphs,
                font,
                text,
                em_px as f32,
                false,
            );
            x += width;
        }
        surface.pop();
    }
}

/// Whether letters of a word are on a bend, so that readers would not put them together.
fn is_scattered(runs: &[GlyphRun]) -> bool {
    runs.iter().any(|r| r.along != runs[0].along)
}

/// Whether a part of the text is written from the right: what comes later in it stands further
/// left.
fn is_from_right(runs: &[GlyphRun]) -> bool {
    runs.iter().any(|r| r.glyphs.windows(2).any(|pair| pair[1].bytes.0 < pair[0].bytes.0))
        || runs.windows(2).any(|pair| match (pair[0].glyphs.last(), pair[1].glyphs.first()) {
            (Some(last), Some(next)) => {
                pair[0].along != pair[1].along && next.bytes.0 < last.bytes.0
            }
            _ => false,
        })
}

/// The runs of each line; what is on a bend is one line.
fn lines(runs: &[GlyphRun]) -> Vec<&[GlyphRun]> {
    if is_scattered(runs) {
        return vec![runs];
    }
    runs.chunk_by(|a, b| {
        a.offset(b.start())[1].abs() < 0.6 * a.em_px && a.offset(b.start())[0] > 0.0
    })
    .collect()
}

/// The clusters of a run, each once, from left to right.
fn clusters(glyphs: &[PlacedGlyph]) -> Vec<(u32, u32)> {
    let mut all: Vec<(u32, u32)> = glyphs.iter().map(|g| g.bytes).collect();
    all.dedup();
    all
}

fn draw_run(run: &GlyphRun, text: &str, font: Font, surface: &mut Surface) {
    let em = run.em_px;
    let places: Vec<Point> = run.glyphs.iter().map(|g| run.offset(g.origin)).collect();
    let glyphs: Vec<KrillaGlyph> = run
        .glyphs
        .iter()
        .enumerate()
        .map(|(i, glyph)| {
            // The pen stays at a cluster's first glyph until its last: dots and marks are put
            // around it.
            let first = (0..=i)
                .rev()
                .take_while(|n| run.glyphs[*n].bytes == glyph.bytes)
                .last()
                .unwrap_or(i);
            let is_last = run.glyphs.get(i + 1).is_none_or(|next| next.bytes != glyph.bytes);
            let own = run.face.advance(glyph.id) / crate::text::EM;
            let advance = match (is_last, places.get(i + 1)) {
                (false, _) => 0.0,
                (true, Some(next)) => (next[0] - places[first][0]) / em,
                (true, None) => own,
            };
            let aside = (places[i][0] - places[first][0]) / em;
            // Offsets are upward, ours are downward.
            let range = glyph.bytes.0 as usize..glyph.bytes.1 as usize;
            let up = (-places[i][1] / em) as f32;
            KrillaGlyph::new(
                GlyphId::new(glyph.id),
                advance as f32,
                aside as f32,
                up,
                0.0,
                range,
                None,
            )
        })
        .collect();
    let [x, y] = run.start();
    let [a, b] = run.along;
    surface.push_transform(&transform(&[a, b, -b, a, x, y]));
    surface.draw_glyphs(At::from_xy(0.0, 0.0), &glyphs, font, text, em as f32, false);
    surface.pop();
}

/// The shapes of a run's glyphs.
fn outlines(run: &GlyphRun) -> Option<krilla::geom::Path> {
    let mut builder = PathBuilder::new();
    let [a, b] = run.along.map(|v| v * run.em_px);
    for glyph in &run.glyphs {
        let place = |p: &[f64; 2]| {
            let (x, y) =
                (glyph.origin[0] + p[0] * a - p[1] * b, glyph.origin[1] + p[0] * b + p[1] * a);
            (x as f32, y as f32)
        };
        for (start, curves) in &run.face.outline(glyph.id).contours {
            let (x, y) = place(start);
            builder.move_to(x, y);
            for curve in curves {
                match curve {
                    Curve::Line(end) => {
                        let (x, y) = place(end);
                        builder.line_to(x, y);
                    }
                    Curve::Quadratic(c, end) => {
                        let ((cx, cy), (x, y)) = (place(c), place(end));
                        builder.quad_to(cx, cy, x, y);
                    }
                    Curve::Cubic(c, d, end) => {
                        let ((cx, cy), (dx, dy), (x, y)) = (place(c), place(d), place(end));
                        builder.cubic_to(cx, cy, dx, dy, x, y);
                    }
                }
            }
            builder.close();
        }
    }
    builder.finish()
}
