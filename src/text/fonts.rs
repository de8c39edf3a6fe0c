//! The fonts there are, and which of them a label's font names mean.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Arc, Mutex, OnceLock};

use rust_embed::RustEmbed;

use super::characters::is_invisible;
use super::face::{Face, FontError};
use super::weight::weight_in;

#[derive(RustEmbed)]
#[folder = "fonts/"]
#[include = "*.ttf"]
struct Embedded;

/// The families that stand in where another lacks a character, in this order.
const FALLBACK: [&str; 4] =
    ["Noto Sans", "Noto Sans Armenian", "Noto Sans Georgian", "Noto Sans Arabic"];

/// Every face that labels can be set in.
#[derive(Clone, Default)]
pub struct Fonts {
    faces: Vec<Arc<Face>>,
    stacks: Arc<Mutex<BTreeMap<Arc<str>, Arc<Stack>>>>,
    /// How often each character was wanted that no face has.
    missing: Arc<Mutex<BTreeMap<char, u64>>>,
    /// The names of fonts that have been told to be none.
    unknown: Arc<Mutex<BTreeSet<Box<str>>>>,
    /// Whether such a character is drawn as the font's glyph for it, and not left out.
    pub draw_missing: bool,
}

/// Characters without a glyph that are counted, each by itself: labels come from data.
const COUNTED_MISSING: usize = 1_000;

/// The fonts of a style that names none: those of the reference, which stand for whatever there is.
const UNNAMED: &str = "Open Sans Regular,Arial Unicode MS Regular";

/// The faces to look for a character in, best first.
#[derive(Debug)]
pub struct Stack {
    pub faces: Vec<Arc<Face>>,
    /// Whether fonts are named, and none of them is here.
    pub is_stand_in: bool,
}

impl fmt::Debug for Fonts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&self.faces).finish()
    }
}

impl Fonts {
    /// The fonts in the binary.
    pub fn embedded() -> Self {
        static FACES: OnceLock<Vec<Arc<Face>>> = OnceLock::new();
        let faces = FACES.get_or_init(|| {
            let read = |path: std::borrow::Cow<'static, str>| match Embedded::get(&path)?.data {
                std::borrow::Cow::Borrowed(data) => {
                    Face::embedded(data).ok().map(|face| vec![face])
                }
                std::borrow::Cow::Owned(data) => Face::read(data).ok(),
            };
            Embedded::iter().filter_map(read).flatten().map(Arc::new).collect()
        });
        Self { faces: faces.clone(), ..Self::default() }
    }

    /// Adds the faces of a font file, to be preferred to those there are; gives them.
    pub fn add(&mut self, data: Vec<u8>) -> Result<Vec<Arc<Face>>, FontError> {
        let faces: Vec<Arc<Face>> = Face::read(data)?.into_iter().map(Arc::new).collect();
        self.faces.splice(0..0, faces.iter().cloned());
        self.stacks = Arc::default();
        Ok(faces)
    }

    /// Counts a character that no face has, and says so the first time.
    pub(super) fn miss(&self, character: char, label: &str) {
        let Ok(mut missing) = self.missing.lock() else { return };
        if let Some(count) = missing.get_mut(&character) {
            *count += 1;
        } else if missing.len() < COUNTED_MISSING {
            missing.insert(character, 1);
            let code = u32::from(character);
            let label: String = label.chars().take(60).collect();
            let done = if self.draw_missing { "drawn as missing" } else { "left out" };
            tracing::warn!(
                "no font has a glyph for '{character}' (U+{code:04X}), {done} in '{label}'; add \
                 one by --fonts"
            );
        }
    }

    /// Notes that none of the fonts is here; whether nobody has been told so far.
    pub fn misses_fonts(&self, names: &str) -> bool {
        let Ok(mut told) = self.unknown.lock() else { return false };
        told.len() < COUNTED_MISSING && told.insert(names.into())
    }

    /// Says so in the log, once.
    pub(super) fn warn_of_fonts(&self, names: &str, stack: &Stack) {
        if self.misses_fonts(names) {
            let names: String = names.chars().take(120).collect();
            let in_place = stack.faces.first().map_or("nothing", |face| &face.name);
            tracing::warn!(
                "no font is called '{names}': '{in_place}' takes its place; add it by --fonts"
            );
        }
    }

    pub fn faces(&self) -> &[Arc<Face>] {
        &self.faces
    }

    /// The face of exactly this name.
    pub fn named(&self, name: &str) -> Option<&Arc<Face>> {
        self.faces.iter().find(|f| f.name.eq_ignore_ascii_case(name))
    }

    /// The stack for font names with commas between. A name that is not here is taken as a wish for
    /// its weight and slant.
    pub fn stack(&self, names: &str) -> Arc<Stack> {
        let kept = |stacks: &BTreeMap<Arc<str>, Arc<Stack>>| stacks.get(names).cloned();
        if let Some(stack) = self.stacks.lock().ok().and_then(|stacks| kept(&stacks)) {
            return stack;
        }
        let stack = Arc::new(self.find(names));
        if let Ok(mut stacks) = self.stacks.lock() {
            // Names come from styles, and through expressions from data.
            if stacks.len() >= 1_000 {
                stacks.clear();
            }
            stacks.insert(names.into(), stack.clone());
        }
        stack
    }

    fn find(&self, names: &str) -> Stack {
        let mut faces: Vec<Arc<Face>> = Vec::new();
        let mut push = |face: &Arc<Face>| {
            if !faces.iter().any(|f| Arc::ptr_eq(f, face)) {
                faces.push(face.clone());
            }
        };
        let is_unnamed = names == UNNAMED;
        let names: Vec<&str> = names.split(',').map(str::trim).filter(|n| !n.is_empty()).collect();
        let mut found = false;
        for name in &names {
            let family = self.faces.iter().filter(|f| belongs(name, &f.family));
            // The longest family name that fits: `Noto Sans Arabic Bold` is not of `Noto Sans`.
            let longest = family.clone().map(|f| f.family.len()).max();
            let family: Vec<&Arc<Face>> =
                family.filter(|f| Some(f.family.len()) == longest).collect();
            if let Some(face) = nearest(&family, wish(name)) {
                push(face);
                found = true;
            }
        }
        let is_stand_in = !found && !names.is_empty() && !is_unnamed;
        let wish = names.first().map_or((400.0, false), |name| wish(name));
        for family in FALLBACK {
            let family: Vec<&Arc<Face>> =
                self.faces.iter().filter(|f| f.family == family).collect();
            if let Some(face) = nearest(&family, wish) {
                push(face);
            }
        }
        self.faces.iter().for_each(push);
        Stack { faces, is_stand_in }
    }
}

impl Stack {
    /// The letters of a text that no face has, each once.
    pub fn lacking(&self, text: &str) -> Vec<char> {
        let mut lacking = Vec::new();
        for c in text.chars() {
            let is_seen = !c.is_whitespace() && !c.is_control() && !is_invisible(c);
            if is_seen
                && !lacking.contains(&c)
                && !self.faces.iter().any(|face| face.glyph(c).is_some())
            {
                lacking.push(c);
            }
        }
        lacking
    }

    /// The first face with a glyph for each of the characters.
    pub(super) fn face_for(
        &self,
        mut characters: impl Iterator<Item = char> + Clone,
    ) -> Option<&Arc<Face>> {
        self.faces.iter().find(|face| characters.clone().all(|c| face.glyph(c).is_some())).or_else(
            || {
                let first = characters.next()?;
                self.faces.iter().find(|face| face.glyph(first).is_some())
            },
        )
    }
}

fn belongs(name: &str, family: &str) -> bool {
    let (name, family) = (name.to_lowercase(), family.to_lowercase());
    name.strip_prefix(&family).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
}

/// The weight and slant that a font's name asks for.
fn wish(name: &str) -> (f64, bool) {
    let lower = name.to_lowercase();
    (weight_in(name).unwrap_or(400.0), lower.contains("italic") || lower.contains("oblique"))
}

/// The face nearest to the wish, of two as near the heavier; slant counts more than any weight.
fn nearest<'a>(faces: &[&'a Arc<Face>], (weight, italic): (f64, bool)) -> Option<&'a Arc<Face>> {
    let off = |f: &Arc<Face>| (f.weight - weight).abs() - if f.weight > weight { 0.5 } else { 0.0 };
    let miss = |f: &Arc<Face>| off(f) + if f.italic == italic { 0.0 } else { 1_000.0 };
    faces.iter().min_by(|a, b| miss(a).total_cmp(&miss(b))).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_to_faces() {
        let fonts = Fonts::embedded();
        assert_eq!(fonts.faces().len(), 15);
        let first = |names: &str| fonts.stack(names).faces[0].name.clone();
        assert_eq!(first("Noto Sans Bold"), "Noto Sans Bold");
        assert_eq!(first("Noto Sans Italic,Arial"), "Noto Sans Italic");
        assert_eq!(first("Noto Sans Arabic Bold"), "Noto Sans Arabic Bold");
        assert_eq!(first("Open Sans Semibold,Arial Unicode MS Bold"), "Noto Sans Bold");
        assert_eq!(first(""), "Noto Sans Regular");
        let armenian = fonts.stack("Noto Sans Bold");
        assert_eq!(armenian.face_for("Ա".chars()).unwrap().name, "Noto Sans Armenian Bold");
        assert!(armenian.face_for("漢".chars()).is_none());
    }

    #[test]
    fn a_file_that_is_no_font_is_refused() {
        assert!(matches!(Fonts::default().add(b"not a font".to_vec()), Err(FontError::Unreadable)));
    }

    #[test]
    fn each_font_of_a_collection_is_a_face() {
        let files = ["NotoSansArmenian-Bold.ttf", "NotoSansArabic-Regular.ttf"];
        let fonts = files.map(|f| Embedded::get(f).unwrap().data.into_owned());
        let faces: Vec<String> = Fonts::embedded()
            .add(collection(&fonts))
            .unwrap()
            .iter()
            .map(|f| f.name.clone())
            .collect();
        assert_eq!(faces, ["Noto Sans Armenian Bold", "Noto Sans Arabic Regular"]);
        let mut fonts = Fonts::default();
        let read =
            fonts.add(collection(&[Embedded::get(files[0]).unwrap().data.into_owned()])).unwrap();
        let glyph = read[0].glyph('Ա').unwrap();
        assert_eq!(
            read[0].outline(glyph),
            Fonts::embedded().named("Noto Sans Armenian Bold").unwrap().outline(glyph)
        );
    }

    /// A font collection: the fonts one after another, their tables found from the start of the
    /// file.
    fn collection(fonts: &[Vec<u8>]) -> Vec<u8> {
        let number =
            |data: &[u8], at: usize| u32::from_be_bytes(data[at..at + 4].try_into().unwrap());
        let header = 12 + 4 * fonts.len();
        let mut out =
            [b"ttcf".to_vec(), vec![0, 1, 0, 0], (fonts.len() as u32).to_be_bytes().to_vec()]
                .concat();
        let mut start = header;
        for font in fonts {
            out.extend((start as u32).to_be_bytes());
            start += font.len();
        }
        for font in fonts {
            let start = out.len();
            out.extend(font);
            let tables = usize::from(u16::from_be_bytes([font[4], font[5]]));
            for at in (0..tables).map(|i| start + 12 + 16 * i + 8) {
                let moved = number(&out, at) + start as u32;
                out[at..at + 4].copy_from_slice(&moved.to_be_bytes());
            }
        }
        out
    }

    #[test]
    fn the_scripts_of_the_caucasus_are_covered() {
        let fonts = Fonts::embedded();
        for (text, family) in [
            ("ƏəŞşĞğİıÇçÖöÜüQqXx", "Noto Sans"),
            ("ԱաՖֆևՈՒ", "Noto Sans Armenian"),
            ("ანჰᲐᲜᲰ", "Noto Sans Georgian"),
            ("پچژگکی۰۱۹", "Noto Sans Arabic"),
            ("ЁёЩщЫыҐґ", "Noto Sans"),
        ] {
            for name in ["Regular", "Medium", "Bold"] {
                let stack = fonts.stack(&format!("Noto Sans {name}"));
                for c in text.chars() {
                    let face = stack.face_for(std::iter::once(c)).unwrap();
                    assert_eq!(face.name, format!("{family} {name}"), "{c}");
                }
            }
        }
    }
}
