//! From characters to clusters of glyphs: by script and face and direction, shaped where fonts have
//! outlines.
//!
//! A cluster is what a line may be broken beside and what moves as one along a curve: one character
//! or several, with its glyphs. They come in the text's own order; each line is put in its visual
//! order later.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use harfrust::{
    Buffer, Direction, Feature, Script as ShapingScript, ShapeOptions, ShapePlan, ShaperFont, Tag,
};
use smallvec::SmallVec;
use unicode_bidi::BidiInfo;
use unicode_script::Script;

use super::characters::{continues, is_invisible, is_joined, mirrored, script};
use super::face::Face;
use super::fonts::{Fonts, Stack};
use super::presentation::presented;
use super::ranges::{GlyphRanges, SdfGlyph};

/// What is turned off in text whose letters stand apart: ligatures.
fn features(apart: bool) -> &'static [Feature] {
    static APART: OnceLock<[Feature; 2]> = OnceLock::new();
    let off = |tag: &[u8; 4]| Feature::new(Tag::new(tag), 0, ..);
    if apart { APART.get_or_init(|| [off(b"liga"), off(b"clig")]) } else { &[] }
}

/// Where a label's glyphs come from.
#[derive(Debug, Clone, Copy)]
pub struct Alphabet<'a> {
    pub fonts: &'a Fonts,
    /// The style's own glyph ranges, used in place of fonts for the stacks they have.
    pub ranges: Option<&'a dyn GlyphRanges>,
}

/// What a glyph looks like.
#[derive(Debug, Clone)]
pub enum Mark {
    /// A glyph of a face, its origin on the baseline.
    Outline { face: Arc<Face>, glyph: u32 },
    /// A distance field.
    Field(Arc<SdfGlyph>),
}

/// A glyph of a cluster, moved from the cluster's own pen position: 1/24 em.
#[derive(Debug, Clone)]
pub struct Glyph {
    pub mark: Mark,
    pub x: f64,
    pub y: f64,
}

/// The glyphs of a cluster, mostly one.
pub type Glyphs = SmallVec<[Glyph; 1]>;

/// A cluster, its place not known yet.
#[derive(Debug, Clone)]
pub(super) struct Unplaced {
    /// In the text.
    pub bytes: Range<usize>,
    pub first: char,
    pub glyphs: Glyphs,
    pub advance: f64,
    /// Even from left to right, odd from right to left.
    pub level: u8,
    /// Whether its letters are joined to their neighbours.
    pub joined: bool,
    pub section: usize,
}

/// Shapes `text`, whose `sections` are ranges of bytes with the names of their fonts; a section
/// without fonts is one image. With `spaced` letters no ligatures are made.
pub(super) fn clusters(
    alphabet: Alphabet,
    text: &str,
    sections: &[(Range<usize>, Option<&str>)],
    spaced: bool,
    language: &str,
) -> Vec<Unplaced> {
    // Below U+0590 all letters run from left to right, and what stands beside them follows (UAX #9).
    let bidi = text.chars().any(|c| c >= '\u{590}').then(|| BidiInfo::new(text, None));
    let scripts = scripts(text);
    let mut out = Vec::new();
    for (section, (range, fonts)) in sections.iter().enumerate() {
        let level = |at: usize| {
            bidi.as_ref().and_then(|bidi| bidi.levels.get(at)).map_or(0, |l| l.number())
        };
        let Some(fonts) = fonts else {
            out.push(Unplaced {
                bytes: range.clone(),
                first: text[range.clone()].chars().next().unwrap_or_default(),
                glyphs: Glyphs::new(),
                advance: 0.0,
                level: level(range.start),
                joined: false,
                section,
            });
            continue;
        };
        let from_ranges = alphabet.ranges.and_then(|ranges| {
            let first = |r: &Range<usize>| {
                text[r.clone()].chars().next().map_or(0, |c| u32::from(c) & !255)
            };
            ranges.range(fonts, 0).or_else(|| ranges.range(fonts, first(range))).map(|_| ranges)
        });
        if let Some(ranges) = from_ranges {
            out.extend(fields(ranges, fonts, text, range.clone(), section, level));
            continue;
        }
        let stack = alphabet.fonts.stack(fonts);
        if stack.is_stand_in {
            alphabet.fonts.warn_of_fonts(fonts, &stack);
        }
        for run in runs(alphabet.fonts, &stack, text, range.clone(), &scripts, level) {
            shape(&run, text, section, spaced, language, &mut out);
        }
    }
    out
}

/// Each character's own glyph from the ranges, Arabic letters in the forms that they take beside
/// one another.
fn fields(
    ranges: &dyn GlyphRanges,
    stack: &str,
    text: &str,
    range: Range<usize>,
    section: usize,
    level: impl Fn(usize) -> u8,
) -> Vec<Unplaced> {
    let start = range.start;
    // A mark goes with its letter, and is not drawn without.
    let mut letter_missing = false;
    let cluster = |(at, length, c): (usize, usize, char)| {
        let shown = if level(start + at) % 2 == 1 { mirrored(c) } else { c };
        let code = u32::from(shown);
        let glyph = ranges.range(stack, code & !255).and_then(|r| r.glyph(code).cloned());
        let is_mark = continues(c) && !is_invisible(c);
        if !is_mark {
            letter_missing = glyph.is_none() && !c.is_whitespace() && !is_invisible(c);
        }
        let glyph = glyph.filter(|_| !(is_mark && letter_missing));
        let advance = glyph.as_ref().map_or(0.0, |g| f64::from(g.advance));
        Unplaced {
            bytes: start + at..start + at + length,
            first: c,
            glyphs: glyph
                .map(|g| Glyph { mark: Mark::Field(g), x: 0.0, y: 0.0 })
                .into_iter()
                .collect(),
            advance,
            level: level(start + at),
            joined: is_joined(script(c)),
            section,
        }
    };
    presented(&text[range]).into_iter().map(cluster).collect()
}

/// Each byte's script; marks, digits and punctuation are of the script before them, or after at the
/// start.
fn scripts(text: &str) -> Vec<Script> {
    let mut scripts = vec![Script::Common; text.len()];
    let mut current = text.chars().map(script).find(|s| is_real(*s)).unwrap_or(Script::Common);
    for (at, c) in text.char_indices() {
        let own = script(c);
        if is_real(own) {
            current = own;
        }
        scripts[at] = current;
    }
    scripts
}

fn is_real(script: Script) -> bool {
    !matches!(script, Script::Common | Script::Inherited | Script::Unknown)
}

/// Characters of one face, script and direction.
struct Run {
    bytes: Range<usize>,
    face: Arc<Face>,
    script: Script,
    level: u8,
    /// Whether characters that the face does not have are drawn as its glyph for them.
    missing: bool,
}

fn runs(
    fonts: &Fonts,
    stack: &Stack,
    text: &str,
    range: Range<usize>,
    scripts: &[Script],
    level: impl Fn(usize) -> u8,
) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    let whole = &text[range.clone()];
    let starts: Vec<usize> =
        whole.char_indices().filter(|(i, c)| *i == 0 || !continues(*c)).map(|(i, _)| i).collect();
    for (n, start) in starts.iter().enumerate() {
        let end = starts.get(n + 1).copied().unwrap_or(whole.len());
        let seen = whole[*start..end].chars().filter(|c| !is_invisible(*c));
        let face = match seen.clone().next() {
            Some(_) => stack.face_for(seen.clone()),
            None => runs.last().map(|r| &r.face),
        };
        if let (None, Some(first)) =
            (face, seen.clone().find(|c| !c.is_whitespace() && !c.is_control()))
        {
            fonts.miss(first, text);
        }
        // What no face has is shaped all the same, as the first face's missing glyph, and as a rule
        // left out.
        let Some(face) = face.or(stack.faces.first()).cloned() else { continue };
        let (start, end) = (range.start + start, range.start + end);
        let (script, level) = (scripts[start], level(start));
        match runs.last_mut() {
            Some(run)
                if Arc::ptr_eq(&run.face, &face) && run.script == script && run.level == level =>
            {
                run.bytes.end = end;
            }
            _ => runs.push(Run {
                bytes: start..end,
                face,
                script,
                level,
                missing: fonts.draw_missing,
            }),
        }
    }
    runs
}

fn shape(
    run: &Run,
    text: &str,
    section: usize,
    spaced: bool,
    language: &str,
    out: &mut Vec<Unplaced>,
) {
    let rtl = run.level % 2 == 1;
    let mut buffer = Buffer::new();
    let part = &text[run.bytes.clone()];
    buffer.set_pre_context(&text[..run.bytes.start]);
    buffer.push_str(part);
    buffer.set_post_context(&text[run.bytes.end..]);
    buffer.set_direction(if rtl { Direction::RightToLeft } else { Direction::LeftToRight });
    let tag = Tag::new_checked(run.script.short_name().as_bytes()).ok();
    buffer.set_script(tag.and_then(ShapingScript::from_iso15924_tag));
    buffer.set_language(harfrust::Language::new(language));
    let joined = is_joined(run.script);
    let (font, features) = (ShaperFont::new(&run.face.font), features(spaced && !joined));
    let plan = run.face.plan(run.script.short_name(), rtl, spaced && !joined, language, || {
        let direction = buffer.direction();
        ShapePlan::new(&run.face.font, direction, buffer.script(), buffer.language(), features)
    });
    if harfrust::shape(&font, &mut buffer, ShapeOptions::new().plan(Some(&plan)).features(features))
        .is_err()
    {
        return;
    }
    // A letter's marks are not drawn without it.
    let lost = |at: usize| {
        let first = text[at..].chars().next();
        !run.missing && first.is_some_and(|c| !is_invisible(c) && run.face.glyph(c).is_none())
    };
    let starts = buffer.glyph_infos().iter().filter(|info| info.glyph_id == 0);
    let without_letter: HashSet<usize> =
        starts.map(|info| run.bytes.start + info.cluster as usize).filter(|at| lost(*at)).collect();
    let mut made: Vec<Unplaced> = Vec::new();
    let mut last = None;
    for (info, position) in buffer.glyph_infos().iter().zip(buffer.glyph_positions()) {
        let at = run.bytes.start + info.cluster as usize;
        if last != Some(at) {
            let first = text[at..].chars().next().unwrap_or_default();
            made.push(Unplaced {
                bytes: at..run.bytes.end,
                first,
                glyphs: Glyphs::new(),
                advance: 0.0,
                level: run.level,
                joined,
                section,
            });
            last = Some(at);
        }
        let Some(cluster) = made.last_mut() else { continue };
        if (info.glyph_id != 0 && !without_letter.contains(&at)) || run.missing {
            cluster.glyphs.push(Glyph {
                mark: Mark::Outline { face: run.face.clone(), glyph: info.glyph_id },
                x: cluster.advance + run.face.units(f64::from(position.x_offset)),
                y: -run.face.units(f64::from(position.y_offset)),
            });
            cluster.advance += run.face.units(f64::from(position.x_advance));
        }
    }
    if rtl {
        made.reverse();
    }
    for i in 1..made.len() {
        made[i - 1].bytes.end = made[i].bytes.start;
    }
    out.append(&mut made);
}
