//! The SVG painter: real paths in groups named by layer, patterns from their own drawings, text as
//! outlines or live.
//!
//! The document stands alone: images and, for live text, fonts are inside it. The same scene gives
//! the same bytes.

mod attributes;
mod live;
mod picture;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::Arc;

use base64::Engine as _;

use super::About;
use super::raster::Unfinished;
use super::vector::{GlyphRun, Mark, Paint, Point, marks};
use crate::color::Color;
use crate::geo::{Effort, Held, Stopped, cost};
use crate::scene::Scene;
use crate::sprite::Image;
use crate::text::Face;
use attributes::{circle, escaped, ink, number, outline, path, stroke, transform};
use live::{can_live, joined_halos};
use picture::picture;

/// How letters are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TextAs {
    /// As shapes: the same everywhere.
    #[default]
    Outlines,
    /// As text that can be selected, found and edited, with its fonts; joined scripts, which
    /// viewers set in runs of their own, stay shapes.
    Live,
}

/// Writes the scene.
///
/// # Errors
/// Where it is too much, or nobody waits for it.
pub fn paint(
    scene: &Scene,
    about: &About,
    text: TextAs,
    effort: &Effort,
) -> Result<String, Unfinished> {
    let mut writer = Writer::new(text, effort);
    let mut body = String::new();
    for (id, marks) in marks(scene, effort)? {
        let _ = writeln!(
            body,
            "<g id=\"{}\" data-layer=\"{1}\" inkscape:groupmode=\"layer\" inkscape:label=\"{1}\">",
            writer.name(id),
            escaped(id)
        );
        let marks = if text == TextAs::Live { joined_halos(marks) } else { marks };
        writer.marks(&marks, &mut body)?;
        body.push_str("</g>\n");
    }
    let (width, height) = (f64::from(scene.width_px), f64::from(scene.height_px));
    let language = if about.language.is_empty() {
        String::new()
    } else {
        format!(" xml:lang=\"{}\"", escaped(&about.language))
    };
    // Letters stand where they were placed, not on whole px.
    let rendering =
        if text == TextAs::Live { " text-rendering=\"geometricPrecision\"" } else { "" };
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\" \
         xmlns:inkscape=\"http://www.inkscape.org/namespaces/inkscape\" \
         width=\"{}\" height=\"{}\" viewBox=\"0 0 {} {}\" role=\"img\" \
         aria-labelledby=\"map-title map-description\"{language}{rendering}>\n\
         <title id=\"map-title\">{}</title>\n\
         <desc id=\"map-description\">{}</desc>\n",
        number(width / scene.ratio),
        number(height / scene.ratio),
        number(width),
        number(height),
        escaped(&about.title),
        escaped(&about.alt),
    );
    out.push_str(&metadata(about));
    writer.definitions(&mut out);
    out.push_str(&body);
    out.push_str("</svg>\n");
    Ok(out)
}

/// Dublin Core, as SVG editors read it, and what is needed to make the map again.
fn metadata(about: &About) -> String {
    let mut out = String::from(
        "<metadata>\n<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\" \
         xmlns:dc=\"http://purl.org/dc/elements/1.1/\"><rdf:Description>\n",
    );
    let _ = writeln!(out, "<dc:title>{}</dc:title>", escaped(&about.title));
    for source in &about.sources {
        let _ = writeln!(out, "<dc:source>{}</dc:source>", escaped(source));
    }
    for (name, value) in &about.facts {
        let _ =
            writeln!(out, "<dc:description>{}: {}</dc:description>", escaped(name), escaped(value));
    }
    out.push_str("</rdf:Description></rdf:RDF>\n</metadata>\n");
    out
}

struct Writer {
    text: TextAs,
    /// What writing may take, and the memory that is taken.
    budget: (Effort, Held),
    names: BTreeSet<String>,
    /// Glyphs by face and id, in the order in which they were met.
    glyphs: Vec<(Arc<Face>, u32)>,
    glyph_ids: BTreeMap<(usize, u32), usize>,
    /// Fonts of live text.
    faces: Vec<Arc<Face>>,
    /// Pictures and patterns, by the place of the image in memory.
    images: Vec<Arc<Image>>,
    patterns: Vec<String>,
    clips: Vec<[Point; 4]>,
}

impl Writer {
    fn new(text: TextAs, effort: &Effort) -> Self {
        Self {
            text,
            budget: (effort.clone(), Held::nothing(effort)),
            names: BTreeSet::new(),
            glyphs: Vec::new(),
            glyph_ids: BTreeMap::new(),
            faces: Vec::new(),
            images: Vec::new(),
            patterns: Vec::new(),
            clips: Vec::new(),
        }
    }

    /// A name that no other element has.
    fn name(&mut self, id: &str) -> String {
        let plain: String = id
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' })
            .collect();
        let mut name = format!("layer-{plain}");
        while !self.names.insert(name.clone()) {
            name.push('_');
        }
        name
    }

    fn definitions(&self, out: &mut String) {
        out.push_str("<defs>\n");
        if !self.faces.is_empty() {
            out.push_str("<style>\n");
            for face in &self.faces {
                let Some((file, _)) = &face.file else { continue };
                let data = base64::engine::general_purpose::STANDARD.encode((**file).as_ref());
                let _ = writeln!(
                    out,
                    "@font-face{{font-family:'{}';font-weight:{};font-style:{};\
                     src:url(data:font/ttf;base64,{data})}}",
                    escaped(&face.family),
                    number(face.weight),
                    if face.italic { "italic" } else { "normal" }
                );
            }
            out.push_str("</style>\n");
        }
        for (i, (face, id)) in self.glyphs.iter().enumerate() {
            let _ = writeln!(out, "<path id=\"g{i}\" d=\"{}\"/>", outline(face, *id));
        }
        for (i, image) in self.images.iter().enumerate() {
            let _ = writeln!(out, "{}", picture(image, &format!("i{i}")));
        }
        self.patterns.iter().for_each(|p| out.push_str(p));
        for (i, quad) in self.clips.iter().enumerate() {
            let _ = writeln!(
                out,
                "<clipPath id=\"c{i}\"><path d=\"{}\"/></clipPath>",
                path(quad, true)
            );
        }
        out.push_str("</defs>\n");
    }

    fn marks(&mut self, marks: &[Mark], out: &mut String) -> Result<(), Stopped> {
        for mark in marks {
            let before = out.len();
            self.mark(mark, out)?;
            // What a group holds is counted mark by mark.
            if !matches!(mark, Mark::Group { .. }) {
                self.budget.1.grow(out.len() - before)?;
                self.budget.0.spend(cost::BYTE * (out.len() - before))?;
            }
        }
        Ok(())
    }

    fn mark(&mut self, mark: &Mark, out: &mut String) -> Result<(), Stopped> {
        match mark {
            Mark::Area { rings, paint, crisp } => {
                let d: String = rings.iter().map(|r| path(r, true)).collect();
                let crisp = if *crisp { " shape-rendering=\"crispEdges\"" } else { "" };
                let _ = writeln!(out, "<path d=\"{d}\"{}{crisp}/>", self.fill(paint));
            }
            Mark::Lines(lines) => stroke(lines, out),
            Mark::Disc { center, radius, color } => {
                let _ =
                    writeln!(out, "<circle {}{}/>", circle(center, *radius), ink("fill", color));
            }
            Mark::Rim { center, radius, width, color } => {
                let _ = writeln!(
                    out,
                    "<circle {} fill=\"none\"{} stroke-width=\"{}\"/>",
                    circle(center, *radius),
                    ink("stroke", color),
                    number(*width)
                );
            }
            Mark::Picture { image, matrix, opacity, smooth } => {
                let i = self.image(image);
                let seen = if *opacity < 1.0 {
                    format!(" opacity=\"{}\"", number(*opacity))
                } else {
                    String::new()
                };
                let crisp = if *smooth { "" } else { " image-rendering=\"optimizeSpeed\"" };
                let _ = writeln!(
                    out,
                    "<use href=\"#i{i}\" xlink:href=\"#i{i}\" transform=\"{}\"{seen}{crisp}/>",
                    transform(matrix)
                );
            }
            Mark::Text { runs, text, halo, letters } => {
                self.label(runs, text, *halo, *letters, out)
            }
            Mark::Group { marks, opacity, clip } => {
                let seen = if *opacity < 1.0 {
                    format!(" opacity=\"{}\"", number(*opacity))
                } else {
                    String::new()
                };
                let clip = clip.map_or(String::new(), |quad| {
                    self.clips.push(quad);
                    format!(" clip-path=\"url(#c{})\"", self.clips.len() - 1)
                });
                let _ = writeln!(out, "<g{seen}{clip}>");
                self.marks(marks, out)?;
                out.push_str("</g>\n");
            }
        }
        Ok(())
    }

    fn image(&mut self, image: &Arc<Image>) -> usize {
        let known = self.images.iter().position(|i| Arc::ptr_eq(i, image));
        known.unwrap_or_else(|| {
            self.images.push(image.clone());
            self.images.len() - 1
        })
    }

    fn fill(&mut self, paint: &Paint) -> String {
        match paint {
            Paint::Color(color) => ink("fill", color),
            Paint::Pattern { image, matrix, opacity } => {
                let i = self.image(image);
                let pattern = |id: usize| {
                    format!(
                        "<pattern id=\"p{id}\" patternUnits=\"userSpaceOnUse\" width=\"{}\" \
                         height=\"{}\" patternTransform=\"{}\"><use href=\"#i{i}\" \
                         xlink:href=\"#i{i}\"/></pattern>\n",
                        image.width_px,
                        image.height_px,
                        transform(matrix)
                    )
                };
                let wanted = pattern(0).replacen("p0", "", 1);
                let known = (0..self.patterns.len())
                    .find(|id| self.patterns[*id].replacen(&format!("p{id}"), "", 1) == wanted);
                let id = known.unwrap_or_else(|| {
                    self.patterns.push(pattern(self.patterns.len()));
                    self.patterns.len() - 1
                });
                let seen = if *opacity < 1.0 {
                    format!(" fill-opacity=\"{}\"", number(*opacity))
                } else {
                    String::new()
                };
                format!(" fill=\"url(#p{id})\"{seen}")
            }
        }
    }

    fn label(
        &mut self,
        runs: &[GlyphRun],
        text: &str,
        halo: Option<(Color, f64)>,
        letters: bool,
        out: &mut String,
    ) {
        if self.text == TextAs::Live && can_live(runs, text) {
            for run in runs {
                if !self.faces.iter().any(|f| Arc::ptr_eq(f, &run.face)) {
                    self.faces.push(run.face.clone());
                }
            }
            return live::text(runs, text, halo, letters, out);
        }
        let _ = writeln!(out, "<g aria-label=\"{}\">", escaped(text));
        if let Some((color, width)) = halo {
            for run in runs {
                let width = number(2.0 * width / run.em_px);
                let _ = writeln!(
                    out,
                    "<g{}{} stroke-width=\"{width}\" stroke-linejoin=\"round\">",
                    ink("fill", &color),
                    ink("stroke", &color)
                );
                self.shapes(run, out);
                out.push_str("</g>\n");
            }
        }
        if letters {
            for run in runs {
                let _ = writeln!(out, "<g{}>", ink("fill", &run.color));
                self.shapes(run, out);
                out.push_str("</g>\n");
            }
        }
        out.push_str("</g>\n");
    }

    fn shapes(&mut self, run: &GlyphRun, out: &mut String) {
        for glyph in &run.glyphs {
            if run.face.outline(glyph.id).contours.is_empty() {
                continue;
            }
            let key = (Arc::as_ptr(&run.face) as usize, glyph.id);
            let next = self.glyphs.len();
            let i = *self.glyph_ids.entry(key).or_insert(next);
            if i == next {
                self.glyphs.push((run.face.clone(), glyph.id));
            }
            let [a, b] = run.along.map(|v| v * run.em_px);
            let _ = writeln!(
                out,
                "<use href=\"#g{i}\" xlink:href=\"#g{i}\" transform=\"{}\"/>",
                transform(&[a, b, -b, a, glyph.origin[0], glyph.origin[1]])
            );
        }
    }
}
