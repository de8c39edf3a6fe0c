//! Live text: what is written by runs, in fonts as CSS names them, so that browsers and editors
//! have words and not letters.

use std::fmt::Write as _;
use std::sync::Arc;

use super::attributes::{escaped, ink, number, transform};
use crate::color::Color;
use crate::paint::vector::{GlyphRun, Mark, PlacedGlyph, Point};
use crate::text::{EM, is_invisible};

/// Writes a label's letters, its halo, or both as one.
pub(super) fn text(
    runs: &[GlyphRun],
    text: &str,
    halo: Option<(Color, f64)>,
    letters: bool,
    out: &mut String,
) {
    let look = |run: &GlyphRun| match (letters, halo) {
        (true, None) => Some(ink("fill", &run.color)),
        (true, Some((color, width))) => Some(format!(
            "{}{} stroke-width=\"{}\" stroke-linejoin=\"round\" paint-order=\"stroke\"",
            ink("fill", &run.color),
            ink("stroke", &color),
            number(2.0 * width)
        )),
        (false, Some((color, width))) => Some(format!(
            "{}{} stroke-width=\"{}\" stroke-linejoin=\"round\" aria-hidden=\"true\"",
            ink("fill", &color),
            ink("stroke", &color),
            number(2.0 * width)
        )),
        (false, None) => None,
    };
    // Letters along a bent line are one text, each turned in its place.
    if let Some(turned) = turned(runs, text)
        && let [first, ..] = runs
        && let Some(look) = look(first)
    {
        let part = written(runs, text);
        let _ = writeln!(out, "<text {turned} {}{look}>{}</text>", font(first), escaped(&part));
        return;
    }
    for run in runs {
        let Some(look) = look(run) else { continue };
        let part = written(std::slice::from_ref(run), text);
        let [x, y] = run.start();
        let [a, b] = run.along;
        let mut font = font(run);
        let gaps = gaps(run);
        let spacing = gaps.get(gaps.len() / 2).copied().unwrap_or(0.0);
        let even = gaps.iter().all(|gap| (gap - spacing).abs() < MOST_KERNING * run.em_px);
        // As the font has it; letters that stand further apart go where they were placed, each by
        // itself.
        let alone =
            part.chars().count() == run.glyphs.len() && run.glyphs.is_sorted_by_key(|g| g.bytes.0);
        if !even && alone {
            let at: Vec<String> =
                run.glyphs.iter().map(|g| number(run.offset(g.origin)[0])).collect();
            let _ = write!(font, " x=\"{}\"", at.join(" "));
        } else if spacing.abs() > LEAST_SPACING * run.em_px {
            let _ = write!(font, " letter-spacing=\"{}\"", number(spacing));
        }
        let transform = transform(&[a, b, -b, a, x, y]);
        let _ =
            writeln!(out, "<text transform=\"{transform}\" {font}{look}>{}</text>", escaped(&part));
    }
}

/// The part of a label that runs stand for, without the letters that are drawn by none of them;
/// spaces stay.
fn written(runs: &[GlyphRun], text: &str) -> String {
    let mut drawn: Vec<(u32, u32)> = runs.iter().flat_map(|r| &r.glyphs).map(|g| g.bytes).collect();
    drawn.sort_unstable();
    let mut out = String::new();
    let mut end = drawn.first().map_or(0, |(start, _)| *start);
    let part = |from: u32, to: u32| text.get(from as usize..to as usize).unwrap_or_default();
    for (from, to) in drawn {
        let between = part(end, from.max(end));
        out.extend(between.chars().filter(|c| c.is_whitespace() || is_invisible(*c)));
        out.push_str(part(from.max(end), to));
        end = end.max(to);
    }
    out
}

/// A run's font as CSS names it.
fn font(run: &GlyphRun) -> String {
    let mut font = format!(
        "font-family=\"'{}'\" font-size=\"{}\"",
        escaped(&run.face.family),
        number(run.em_px)
    );
    if run.face.weight != 400.0 {
        let _ = write!(font, " font-weight=\"{}\"", number(run.face.weight));
    }
    if run.face.italic {
        font.push_str(" font-style=\"italic\"");
    }
    font.push_str(" xml:space=\"preserve\"");
    font
}

/// Where each letter of a text goes and how it is turned, where each is a run by itself, and they
/// have one font.
fn turned(runs: &[GlyphRun], text: &str) -> Option<String> {
    let [first, _, ..] = runs else { return None };
    let mut next = first.glyphs.first()?.bytes.0;
    let (mut x, mut y, mut turns) = (Vec::new(), Vec::new(), Vec::new());
    for run in runs {
        let [glyph] = run.glyphs[..] else { return None };
        let same = Arc::ptr_eq(&run.face, &first.face)
            && run.em_px == first.em_px
            && run.color == first.color;
        // One after the other, each of one character, none left out.
        let (from, to) = glyph.bytes;
        let one =
            text.get(from as usize..to as usize).is_some_and(|part| part.chars().count() == 1);
        if !same || !one || from != next {
            return None;
        }
        next = to;
        x.push(number(glyph.origin[0]));
        y.push(number(glyph.origin[1]));
        turns.push(number(run.along[1].atan2(run.along[0]).to_degrees()));
    }
    Some(format!("x=\"{}\" y=\"{}\" rotate=\"{}\"", x.join(" "), y.join(" "), turns.join(" ")))
}

/// Less than this between letters, in ems, is nothing that a reader sees.
const LEAST_SPACING: f64 = 0.005;

/// By how much the distances between letters differ for no other reason than that pairs are kerned,
/// in ems.
const MOST_KERNING: f64 = 0.3;

/// What stands between letters beside their own widths, px, the least first.
fn gaps(run: &GlyphRun) -> Vec<f64> {
    let along = |g: &PlacedGlyph| run.offset(g.origin)[0];
    let gap = |pair: &[PlacedGlyph]| {
        along(&pair[1]) - along(&pair[0]) - run.face.advance(pair[0].id) / EM * run.em_px
    };
    // Marks stand on the letter before them.
    let apart = run.glyphs.windows(2).filter(|pair| pair[0].bytes != pair[1].bytes);
    let mut gaps: Vec<f64> = apart.map(gap).collect();
    gaps.sort_by(f64::total_cmp);
    gaps
}

/// Whether a label can be written as text: its faces are files of one font, and viewers set it as
/// it was set here.
pub(super) fn can_live(runs: &[GlyphRun], text: &str) -> bool {
    runs.iter().all(|r| r.face.file.as_ref().is_some_and(|(_, index)| *index == 0))
        && !is_joined(text)
}

/// Marks in which a halo is that of its letters, so that an editor has one text of both. Halos that
/// lay below all the letters of a layer lie below their own then.
pub(super) fn joined_halos(marks: Vec<Mark>) -> Vec<Mark> {
    let place = |runs: &[GlyphRun]| runs.first().map(GlyphRun::start);
    let mut out: Vec<Mark> = Vec::with_capacity(marks.len());
    let mut halos: Vec<(Arc<str>, Option<Point>, usize)> = Vec::new();
    for mark in marks {
        match mark {
            Mark::Text { runs, text, halo, letters: false } if can_live(&runs, &text) => {
                halos.push((text.clone(), place(&runs), out.len()));
                out.push(Mark::Text { runs, text, halo, letters: false });
            }
            Mark::Text { runs, text, halo: None, letters: true } => {
                let own = halos.iter().position(|(of, at, _)| *of == text && *at == place(&runs));
                let below = own.map(|i| halos.swap_remove(i).2);
                let halo = match below.and_then(|i| out.get_mut(i)) {
                    // What is left of it draws nothing.
                    Some(Mark::Text { runs, halo, .. }) => {
                        runs.clear();
                        halo.take()
                    }
                    _ => None,
                };
                out.push(Mark::Text { runs, text, halo, letters: true });
            }
            Mark::Group { marks, opacity, clip } => {
                out.push(Mark::Group { marks: joined_halos(marks), opacity, clip });
            }
            other => out.push(other),
        }
    }
    out.retain(|mark| !matches!(mark, Mark::Text { runs, .. } if runs.is_empty()));
    out
}

/// Whether letters of it are joined to one another.
fn is_joined(text: &str) -> bool {
    text.chars().any(
        |c| matches!(c, '\u{600}'..='\u{8ff}' | '\u{fb50}'..='\u{fdff}' | '\u{fe70}'..='\u{fefe}'),
    )
}
