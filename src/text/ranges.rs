//! Glyph ranges: 256 characters' distance fields in a protobuf, as styles' `glyphs` names them and
//! MapLibre clients ask for them
//! (<https://github.com/mapbox/node-fontnik/blob/master/proto/glyphs.proto>).

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use prost::Message as _;

use super::face::{Face, Outline};
use super::{EM, Stack};

/// Why a glyph range cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum RangeError {
    #[error("it is no glyph range: {0}")]
    Protobuf(#[from] prost::DecodeError),
    #[error("the glyph {0} has a field of the wrong size")]
    Size(u32),
}

/// One character's distance field: a byte a texel, [`SdfGlyph::BORDER`] more of them on every side
/// than the glyph is wide and high. 192 is on the outline; a texel further in is 32 more.
#[derive(Debug, Clone, PartialEq)]
pub struct SdfGlyph {
    pub character: u32,
    /// Texels, without the border.
    pub width: u32,
    pub height: u32,
    /// From the pen to the glyph's left side, and from the ascender up to its top.
    pub left: i32,
    pub top: i32,
    pub advance: u32,
    pub field: Vec<u8>,
}

/// The characters from a multiple of 256 on.
#[derive(Debug, Clone, Default)]
pub struct GlyphRange {
    glyphs: BTreeMap<u32, Arc<SdfGlyph>>,
}

/// Where a style's own glyph ranges come from.
pub trait GlyphRanges: fmt::Debug + Send + Sync {
    /// The range of a font stack that begins with `first`, a multiple of 256.
    fn range(&self, stack: &str, first: u32) -> Option<Arc<GlyphRange>>;
}

#[derive(prost::Message)]
struct Glyphs {
    #[prost(message, repeated, tag = "1")]
    stacks: Vec<FontStack>,
}

#[derive(prost::Message)]
struct FontStack {
    #[prost(string, tag = "1")]
    name: String,
    #[prost(string, tag = "2")]
    range: String,
    #[prost(message, repeated, tag = "3")]
    glyphs: Vec<RawGlyph>,
}

#[derive(prost::Message)]
struct RawGlyph {
    #[prost(uint32, required, tag = "1")]
    id: u32,
    #[prost(bytes = "vec", optional, tag = "2")]
    bitmap: Option<Vec<u8>>,
    #[prost(uint32, required, tag = "3")]
    width: u32,
    #[prost(uint32, required, tag = "4")]
    height: u32,
    #[prost(sint32, required, tag = "5")]
    left: i32,
    #[prost(sint32, required, tag = "6")]
    top: i32,
    #[prost(uint32, required, tag = "7")]
    advance: u32,
}

impl SdfGlyph {
    pub const BORDER: u32 = 3;
    /// The largest glyph that is read, texels.
    const MAX_SIDE: u32 = 1024;
    /// Texels of distance that a field tells of, and the share of them outside the outline.
    const RADIUS: f64 = 8.0;
    const CUTOFF: f64 = 0.25;

    /// A glyph's field at 24 px an em.
    fn of(face: &Face, character: char) -> Option<Self> {
        let id = face.glyph(character)?;
        let edges = edges(face.outline(id));
        let advance = face.advance(id).round().clamp(0.0, 4096.0) as u32;
        let (mut min, mut max) = ([f64::INFINITY; 2], [f64::NEG_INFINITY; 2]);
        for p in edges.iter().flatten() {
            for i in 0..2 {
                (min[i], max[i]) = (min[i].min(p[i]), max[i].max(p[i]));
            }
        }
        let (left, top) = (min[0].floor(), min[1].floor());
        let side =
            |low: f64, high: f64| (high.ceil() - low).clamp(0.0, f64::from(Self::MAX_SIDE)) as u32;
        let (width, height) = match edges.is_empty() {
            true => (0, 0),
            false => (side(left, max[0]), side(top, max[1])),
        };
        let mut glyph = Self {
            character: character.into(),
            width,
            height,
            left: 0,
            top: 0,
            advance,
            field: Vec::new(),
        };
        if width == 0 || height == 0 {
            return Some(glyph);
        }
        glyph.left = left as i32;
        glyph.top = (-top - face.ascender) as i32;
        let border = f64::from(Self::BORDER);
        for row in 0..height + 2 * Self::BORDER {
            for column in 0..width + 2 * Self::BORDER {
                let p =
                    [left - border + f64::from(column) + 0.5, top - border + f64::from(row) + 0.5];
                let inside = signed_distance(&edges, p);
                let value = 255.0 * (inside / Self::RADIUS + 1.0 - Self::CUTOFF);
                glyph.field.push(value.round().clamp(0.0, 255.0) as u8);
            }
        }
        Some(glyph)
    }
}

/// The outline as straight edges, 1/24 em.
fn edges(outline: &Outline) -> Vec<[[f64; 2]; 2]> {
    let mut edges = Vec::new();
    for (start, curves) in &outline.contours {
        let mut at = *start;
        let mut to = |p: [f64; 2], at: &mut [f64; 2]| {
            if p != *at {
                edges.push([at.map(|v| v * EM), p.map(|v| v * EM)]);
                *at = p;
            }
        };
        for curve in curves {
            curve.flattened(at, 8, |p| to(p, &mut at));
        }
        to(*start, &mut at);
    }
    edges
}

/// How far inside the shape (or, below zero, outside) a point lies.
fn signed_distance(edges: &[[[f64; 2]; 2]], p: [f64; 2]) -> f64 {
    let mut nearest = f64::INFINITY;
    let mut winding = 0;
    for [a, b] in edges {
        let (dx, dy) = (b[0] - a[0], b[1] - a[1]);
        let t = (((p[0] - a[0]) * dx + (p[1] - a[1]) * dy) / (dx * dx + dy * dy)).clamp(0.0, 1.0);
        let (x, y) = (a[0] + t * dx - p[0], a[1] + t * dy - p[1]);
        nearest = nearest.min(x * x + y * y);
        if (a[1] <= p[1]) != (b[1] <= p[1]) {
            let x = a[0] + (p[1] - a[1]) / dy * dx;
            if x > p[0] {
                winding += if dy > 0.0 { 1 } else { -1 };
            }
        }
    }
    if winding == 0 { -nearest.sqrt() } else { nearest.sqrt() }
}

impl GlyphRange {
    /// Reads a range. Of several stacks in it the first that has a character counts.
    pub fn decode(bytes: &[u8]) -> Result<Self, RangeError> {
        let mut glyphs = BTreeMap::new();
        for raw in Glyphs::decode(bytes)?.stacks.into_iter().flat_map(|s| s.glyphs) {
            let side = |v: u32| u64::from(v) + 2 * u64::from(SdfGlyph::BORDER);
            let field = raw.bitmap.unwrap_or_default();
            let (width, height) = (raw.width, raw.height);
            let sane = width.max(height) <= SdfGlyph::MAX_SIDE
                && side(width) * side(height) == field.len() as u64;
            let (width, height) = match field.is_empty() {
                true => (0, 0),
                false if sane => (width, height),
                false => return Err(RangeError::Size(raw.id)),
            };
            let limit = |v: i32| v.clamp(-4096, 4096);
            let (left, top) = (limit(raw.left), limit(raw.top));
            let glyph = SdfGlyph {
                character: raw.id,
                width,
                height,
                left,
                top,
                advance: raw.advance.min(4096),
                field,
            };
            glyphs.entry(raw.id).or_insert_with(|| Arc::new(glyph));
        }
        Ok(Self { glyphs })
    }

    /// The range of a stack of faces that begins with `first`, a multiple of 256.
    pub fn of(stack: &Stack, first: u32) -> Self {
        let glyph = |c: u32| {
            let character = char::from_u32(c)?;
            let face = stack.face_for(std::iter::once(character))?;
            Some((c, Arc::new(SdfGlyph::of(face, character)?)))
        };
        Self { glyphs: (first..first + 256).filter_map(glyph).collect() }
    }

    /// The range as a client asks for it.
    pub fn encode(&self, stack: &str, first: u32) -> Vec<u8> {
        let raw = |g: &Arc<SdfGlyph>| RawGlyph {
            id: g.character,
            bitmap: (!g.field.is_empty()).then(|| g.field.clone()),
            width: g.width,
            height: g.height,
            left: g.left,
            top: g.top,
            advance: g.advance,
        };
        let glyphs = self.glyphs.values().map(raw).collect();
        let range = format!("{first}-{}", first + 255);
        Glyphs { stacks: vec![FontStack { name: stack.to_string(), range, glyphs }] }
            .encode_to_vec()
    }

    pub fn glyph(&self, character: u32) -> Option<&Arc<SdfGlyph>> {
        self.glyphs.get(&character)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Fonts;

    #[test]
    fn a_range_survives_the_round_trip() {
        let stack = Fonts::embedded().stack("Noto Sans Regular");
        let range = GlyphRange::of(&stack, 0);
        let read = GlyphRange::decode(&range.encode("Noto Sans Regular", 0)).unwrap();
        let (a, b) = (range.glyph(65).unwrap(), read.glyph(65).unwrap());
        assert_eq!(a, b);
        // As other makers of ranges measure this letter of this font.
        assert_eq!((a.width, a.height, a.left, a.top, a.advance), (16, 18, 0, -8, 15));
        assert_eq!(read.glyph(32).unwrap().advance, 6);
        assert!(GlyphRange::decode(b"\xff\xff").is_err());
    }

    #[test]
    fn a_field_of_the_wrong_size_is_refused() {
        let raw = RawGlyph {
            id: 7,
            bitmap: Some(vec![0; 5]),
            width: 1,
            height: 1,
            left: 0,
            top: 0,
            advance: 1,
        };
        let stacks =
            vec![FontStack { name: String::new(), range: String::new(), glyphs: vec![raw] }];
        assert!(matches!(
            GlyphRange::decode(&Glyphs { stacks }.encode_to_vec()),
            Err(RangeError::Size(7))
        ));
    }
}
