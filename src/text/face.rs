//! One face of a font: its names, metrics, and the outlines of its glyphs.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, OnceLock};

use elsa::sync::FrozenMap;
use harfrust::font::attribute::Style;
use harfrust::font::glyph::outline::{DrawMemory, DrawOptions, PathElement};
use harfrust::font::name::NameId;
use harfrust::{Font, GlyphId, ShapePlan};

use super::EM;
use super::weight::weight_in;

/// Why a font cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FontError {
    #[error("it holds no TrueType or OpenType font")]
    Unreadable,
    #[error("the font '{0}' has no outlines, only pictures of its glyphs")]
    NoOutlines(String),
}

/// A piece of a glyph's outline, in ems, y down from the baseline.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Curve {
    Line([f64; 2]),
    Quadratic([f64; 2], [f64; 2]),
    Cubic([f64; 2], [f64; 2], [f64; 2]),
}

/// Closed contours, each a start and the pieces from there, filled by the non-zero rule.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Outline {
    pub contours: Vec<([f64; 2], Vec<Curve>)>,
}

/// A face, with its outlines as they are asked for.
pub struct Face {
    pub(super) font: Font,
    /// Family and style, as style documents name it: `Noto Sans Bold`.
    pub name: String,
    pub family: String,
    /// 100..=900.
    pub weight: f64,
    pub italic: bool,
    units_per_em: f64,
    /// Height of the ascender, 1/24 em, rounded up as glyph ranges have it.
    pub ascender: f64,
    /// Whether the font would draw some glyphs in several colours, which are drawn in one here.
    pub colored: bool,
    /// The file it is of and which of the file's fonts, for documents that embed it; none for an
    /// instance of a variable font, which no file holds as it is.
    pub file: Option<(FontFile, u32)>,
    /// The glyphs of the characters below [`FIRST`], 0 where it has none.
    first: OnceLock<Box<[u32]>>,
    outlines: FrozenMap<u32, Box<Outline>>,
    plans: Mutex<HashMap<PlanKey, Arc<ShapePlan>>>,
}

/// Characters that a face's glyphs of are listed: up to Georgian, which most labels are in.
const FIRST: u32 = 0x1100;

/// The bytes of a font file.
pub type FontFile = Arc<dyn AsRef<[u8]> + Send + Sync>;

/// What a shaping plan is for: script, whether from the right, whether letters stand apart,
/// language.
type PlanKey = (&'static str, bool, bool, String);

/// Plans that are kept: languages come from requests.
const KEPT_PLANS: usize = 200;

impl fmt::Debug for Face {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Face({})", self.name)
    }
}

impl Face {
    /// The faces in a file: several in a collection, and each named instance of a variable font.
    pub fn read(data: Vec<u8>) -> Result<Vec<Face>, FontError> {
        let data: FontFile = Arc::new(data);
        let mut faces = Vec::new();
        for index in 0.. {
            let Some(font) = Font::new(data.clone(), index) else { break };
            faces
                .push(Face { file: Some((data.clone(), index)), ..Face::new(font.clone(), None)? });
            for instance in font.named_instances().iter() {
                let varied = font.instance_builder().named_instance(instance.index()).build();
                faces.push(Face::new(varied, Some(instance.subfamily_name()))?);
            }
            if index > 1_000 {
                break;
            }
        }
        if faces.is_empty() { Err(FontError::Unreadable) } else { Ok(faces) }
    }

    /// A face that lives as long as the program.
    pub(super) fn embedded(data: &'static [u8]) -> Result<Face, FontError> {
        let face = Face::new(Font::new(data, 0).ok_or(FontError::Unreadable)?, None)?;
        Ok(Face { file: Some((Arc::new(data), 0)), ..face })
    }

    fn new(font: Font, instance: Option<NameId>) -> Result<Face, FontError> {
        let named = |id: NameId| -> Option<String> {
            Some(font.names().get(id)?.english_or_first()?.name().chars().collect())
        };
        let family = named(NameId::TYPOGRAPHIC_FAMILY_NAME).or_else(|| named(NameId::FAMILY_NAME));
        let style = instance
            .and_then(named)
            .or_else(|| named(NameId::TYPOGRAPHIC_SUBFAMILY_NAME))
            .or_else(|| named(NameId::SUBFAMILY_NAME));
        let family = family.unwrap_or_else(|| "Unnamed".to_string());
        let name = format!("{family} {}", style.as_deref().unwrap_or("Regular"));
        if font.outline_glyphs().is_empty() {
            return Err(FontError::NoOutlines(name));
        }
        let attributes = font.default_attributes();
        let metrics = font.metrics();
        let units_per_em = f64::from(font.units_per_em().max(1));
        let ascender = metrics.h_line().map_or(units_per_em, |line| line.ascender.to_f64());
        let weight =
            style.as_deref().and_then(weight_in).unwrap_or(f64::from(attributes.weight.value()));
        let italic = attributes.style != Style::Normal;
        let colored = !font.color_glyphs().is_empty();
        let ascender = (ascender / units_per_em * EM).ceil();
        let (first, outlines, plans) = (OnceLock::new(), FrozenMap::new(), Mutex::default());
        let file = None;
        Ok(Self {
            font,
            name,
            family,
            weight,
            italic,
            units_per_em,
            ascender,
            colored,
            file,
            first,
            outlines,
            plans,
        })
    }

    /// The plan to shape such text with, made once.
    pub(super) fn plan(
        &self,
        script: &'static str,
        rtl: bool,
        apart: bool,
        language: &str,
        make: impl FnOnce() -> ShapePlan,
    ) -> Arc<ShapePlan> {
        let key = (script, rtl, apart, language.to_string());
        let Ok(mut plans) = self.plans.lock() else { return Arc::new(make()) };
        if plans.len() >= KEPT_PLANS {
            plans.clear();
        }
        plans.entry(key).or_insert_with(|| Arc::new(make())).clone()
    }

    /// The glyph of a character by itself.
    pub fn glyph(&self, character: char) -> Option<u32> {
        let charmap = || self.font.charmap();
        if u32::from(character) >= FIRST {
            return charmap().map_unicode(character).map(GlyphId::to_u32);
        }
        let first = self.first.get_or_init(|| {
            let charmap = charmap();
            (0..FIRST).map(|c| charmap.map_unicode(c).map_or(0, GlyphId::to_u32)).collect()
        });
        first.get(u32::from(character) as usize).copied().filter(|glyph| *glyph != 0)
    }

    /// Width of a glyph, 1/24 em.
    pub fn advance(&self, glyph: u32) -> f64 {
        self.units(f64::from(self.font.glyph_metrics().h_advance(GlyphId::new(glyph))))
    }

    /// A length in font units, in 1/24 em.
    pub(super) fn units(&self, length: f64) -> f64 {
        length / self.units_per_em * EM
    }

    /// A glyph's outline; empty for a space, and for a glyph that is not there or is broken.
    pub fn outline(&self, glyph: u32) -> &Outline {
        match self.outlines.get(&glyph) {
            Some(outline) => outline,
            None => self.outlines.insert(glyph, Box::new(self.draw(glyph))),
        }
    }

    fn draw(&self, glyph: u32) -> Outline {
        let mut path: Vec<PathElement> = Vec::new();
        let options = DrawOptions::new();
        if let Some(glyph) = self.font.outline_glyphs().get(GlyphId::new(glyph))
            && glyph.draw(&options, DrawMemory::Scratch, &mut path).is_err()
        {
            path.clear();
        }
        let at =
            |x: f32, y: f32| [f64::from(x) / self.units_per_em, -f64::from(y) / self.units_per_em];
        let mut outline = Outline::default();
        for element in path {
            let curve = match element {
                PathElement::MoveTo { x, y } => {
                    outline.contours.push((at(x, y), Vec::new()));
                    continue;
                }
                PathElement::LineTo { x, y } => Curve::Line(at(x, y)),
                PathElement::QuadTo { cx0, cy0, x, y } => Curve::Quadratic(at(cx0, cy0), at(x, y)),
                PathElement::CurveTo { cx0, cy0, cx1, cy1, x, y } => {
                    Curve::Cubic(at(cx0, cy0), at(cx1, cy1), at(x, y))
                }
                PathElement::Close => continue,
            };
            if let Some((_, curves)) = outline.contours.last_mut() {
                curves.push(curve);
            }
        }
        outline
    }
}

impl Curve {
    /// Calls `to` with points along the curve from `from`, its end the last; `steps` of them where
    /// it bends.
    pub fn flattened(&self, from: [f64; 2], steps: u32, mut to: impl FnMut([f64; 2])) {
        let mut each = |at: &dyn Fn(f64, f64, usize) -> f64| {
            for i in 1..=steps {
                let t = f64::from(i) / f64::from(steps);
                to([at(t, 1.0 - t, 0), at(t, 1.0 - t, 1)]);
            }
        };
        match self {
            Curve::Line(end) => to(*end),
            Curve::Quadratic(c, end) => {
                each(&|t, s, i| s * s * from[i] + 2.0 * s * t * c[i] + t * t * end[i]);
            }
            Curve::Cubic(c, d, end) => each(&|t, s, i| {
                s * s * s * from[i]
                    + 3.0 * s * s * t * c[i]
                    + 3.0 * s * t * t * d[i]
                    + t * t * t * end[i]
            }),
        }
    }

    pub fn end(&self) -> [f64; 2] {
        match self {
            Curve::Line(end) | Curve::Quadratic(_, end) | Curve::Cubic(_, _, end) => *end,
        }
    }

    /// How many straight pieces stay within `tolerance` px of the curve where an em is `em_px` px.
    pub fn steps(&self, from: [f64; 2], em_px: f64, tolerance: f64) -> u32 {
        let bend = |a: [f64; 2], b: [f64; 2], c: [f64; 2]| {
            (a[0] - 2.0 * b[0] + c[0]).hypot(a[1] - 2.0 * b[1] + c[1])
        };
        let (bend, order) = match self {
            Curve::Line(_) => return 1,
            Curve::Quadratic(c, end) => (bend(from, *c, *end), 0.25),
            Curve::Cubic(c, d, end) => (bend(from, *c, *d).max(bend(*c, *d, *end)), 0.75),
        };
        (bend * em_px * order / tolerance).sqrt().ceil().clamp(1.0, 64.0) as u32
    }
}
