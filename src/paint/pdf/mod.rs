//! The PDF painter: vectors, text that can be selected and searched in every script, tagged for
//! readers of screens.
//!
//! Documents are PDF/A-2a and PDF/UA-1 where their fonts allow: the title is a heading, the map a
//! figure with its alternative text and its labels inside, the words beside it are paragraphs. The
//! same scene gives the same bytes: nothing of the clock is written.

mod finish;
mod label;
mod shapes;
mod tiles;

use std::collections::HashMap;
use std::num::NonZeroU16;
use std::sync::Arc;

use krilla::configure::{Accessibility, Archival, Configuration, ConfigurationBuilder};
use krilla::destination::XyzDestination;
use krilla::geom::{Point as At, Size, Transform};
use krilla::image::Image as PdfImage;
use krilla::metadata::{DateTime, Metadata};
use krilla::outline::{Outline, OutlineNode};
use krilla::page::PageSettings;
use krilla::paint::{Fill, FillRule, Pattern, Stroke};
use krilla::surface::Surface;
use krilla::tagging::{ArtifactType, ContentTag, Node, Tag, TagGroup, TagTree};
use krilla::text::Font;
use krilla::{Document, SerializeSettings};

use super::About;
use super::raster::Unfinished;
use super::vector::{Mark, Matrix, Paint, Point, marks};
use crate::color::straight;
use crate::geo::{Effort, Stopped, cost};
use crate::scene::{FURNITURE, Scene};
use crate::sprite::Image;
use crate::text::Face;
use finish::Additions;
use label::Label;
use shapes::{circle, draw_lines, flat, line, path, share, transform};
use tiles::{Drawing, MAX_TILES, TILES_A_SIDE, cells};

/// Why there is no PDF.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PdfError {
    #[error("the PDF could not be written: {0}")]
    Refused(String),
    #[error("the PDF is not finished: {0:?}")]
    Unfinished(Unfinished),
}

impl From<Unfinished> for PdfError {
    fn from(why: Unfinished) -> Self {
        Self::Unfinished(why)
    }
}

impl From<Stopped> for PdfError {
    fn from(why: Stopped) -> Self {
        Self::Unfinished(why.into())
    }
}

/// Writes the scene on a page of `inches_per_px` inches a CSS px (1/96 as CSS has it), with its
/// place on the Earth where that is wanted and known.
///
/// # Errors
/// Where the page is too large or too small for PDF, the writer refuses the document, or it is too
/// much.
pub fn paint(
    scene: &Scene,
    about: &About,
    inches_per_px: f64,
    geo: bool,
    effort: &Effort,
) -> Result<Vec<u8>, PdfError> {
    let to_points = inches_per_px * 72.0 / scene.ratio;
    let (width, height) =
        (f64::from(scene.width_px) * to_points, f64::from(scene.height_px) * to_points);
    let failed = PdfError::Refused;
    // PDF/A, as PDF 1.7 does, ends at 14,400 points a side.
    if !(3.0..=14_400.0).contains(&width) || !(3.0..=14_400.0).contains(&height) {
        return Err(failed(format!(
            "a page of {width:.0} x {height:.0} points; sides are 3 to 14,400: use another dpi"
        )));
    }
    // What a font of the user's lacks may keep a document from the stricter standards.
    let accessible = ConfigurationBuilder::new()
        .with_archival_validator(Archival::A2_A)
        .with_accessibility_validator(Accessibility::UA1);
    let archival = ConfigurationBuilder::new().with_archival_validator(Archival::A2_B);
    let page = Page {
        about,
        to_points: to_points as f32,
        width: width as f32,
        height: height as f32,
        layers: marks(scene, effort)?,
        effort,
    };
    let mut last = String::new();
    for configuration in [accessible, archival, ConfigurationBuilder::new()] {
        let configured = configuration.finish().map_err(|e| failed(format!("{e:?}")));
        match configured.and_then(|c| page.write(c)) {
            Ok(bytes) => {
                let layers: Vec<&str> =
                    scene.layers.iter().map(|layer| layer.id.as_str()).collect();
                let place = about
                    .place
                    .as_ref()
                    .filter(|_| geo)
                    .map(|place| (place, (scene.width_px, scene.height_px)));
                let additions = Additions { layers: &layers, place };
                return finish::finished(&bytes, &additions).map_err(|e| failed(e.to_string()));
            }
            Err(PdfError::Refused(why)) => last = why,
            Err(unfinished) => return Err(unfinished),
        }
    }
    Err(failed(last))
}

/// The one page of a document; lengths in points.
struct Page<'a> {
    layers: Vec<(&'a str, Vec<Mark>)>,
    effort: &'a Effort,
    about: &'a About,
    /// Points a device px.
    to_points: f32,
    width: f32,
    height: f32,
}

impl Page<'_> {
    fn write(&self, configuration: Configuration) -> Result<Vec<u8>, PdfError> {
        let about = self.about;
        let settings = SerializeSettings {
            enable_tagging: true,
            configuration,
            ..SerializeSettings::default()
        };
        let mut document = Document::new_with(settings);
        let mut writer = Writer {
            fonts: HashMap::new(),
            images: HashMap::new(),
            labels: Vec::new(),
            effort: self.effort,
        };
        let page = PageSettings::from_wh(self.width, self.height)
            .ok_or_else(|| PdfError::Refused("the page has no size".to_string()))?;
        let mut page = document.start_page_with(page);
        let mut surface = page.surface();
        surface.push_transform(&Transform::from_scale(self.to_points, self.to_points));
        let (mut on_map, mut beside) = (Vec::new(), Vec::new());
        for (layer, marks) in &self.layers {
            begin_layer(&mut surface);
            marks.iter().for_each(|mark| writer.mark(mark, &mut surface));
            let labels = if *layer == FURNITURE { &mut beside } else { &mut on_map };
            labels.append(&mut writer.labels);
        }
        begin_layer(&mut surface);
        surface.pop();
        surface.finish();
        page.finish();
        // What was broken off is no page. The surface is left whole all the same: its writer panics
        // where something is still pushed.
        self.effort.check()?;
        let mut outline = Outline::new();
        outline.push_child(OutlineNode::new(
            about.title.clone(),
            XyzDestination::new(0, At::from_xy(0.0, 0.0)),
        ));
        document.set_outline(outline);
        document.set_tag_tree(
            TagTree::from(tags(about, on_map, beside)).with_lang(Some(about.language.clone())),
        );
        document.set_metadata(metadata(about));
        document.finish().map_err(|e| PdfError::Refused(format!("{e:?}")))
    }
}

/// Writes [`finish::MARK`], where a layer begins or the last ends.
fn begin_layer(surface: &mut Surface) {
    surface.start_tagged(ContentTag::Artifact(krilla::tagging::Artifact::with_kind(
        ArtifactType::Page,
    )));
    surface.end_tagged();
}

/// What is read out: the title, the map with its labels, and the words beside it.
fn tags(about: &About, on_map: Vec<Label>, beside: Vec<Label>) -> Vec<Node> {
    let (title, rest): (Vec<Label>, Vec<Label>) =
        beside.into_iter().partition(|l| *l.text == *about.title);
    let labels = on_map.into_iter().map(|l| l.node).collect();
    let figure = TagGroup::with_children(Tag::Figure(Some(about.alt.clone())), labels);
    let heading = |label: Label| {
        TagGroup::with_children(
            Tag::Hn(NonZeroU16::MIN, Some(about.title.clone())),
            vec![label.node],
        )
    };
    let paragraph = |label: Label| TagGroup::with_children(Tag::P, vec![label.node]);
    let parts =
        title.into_iter().map(heading).chain([figure]).chain(rest.into_iter().map(paragraph));
    parts.map(Node::Group).collect()
}

fn metadata(about: &About) -> Metadata {
    let facts = about.facts.iter().map(|(name, value)| format!("{name}: {value}"));
    let sources = about.sources.iter().map(|s| format!("source: {s}"));
    let (year, month, day) = about.day.unwrap_or((2000, 1, 1));
    Metadata::new()
        .creation_date(DateTime::new(year).month(month).day(day))
        .title(about.title.clone())
        .description(about.alt.clone())
        .keywords(facts.chain(sources).collect())
        .language(about.language.clone())
        .creator(concat!("contactline ", env!("CARGO_PKG_VERSION")).to_string())
}

struct Writer<'a> {
    /// What writing may take. Where it ends, nothing more is written.
    effort: &'a Effort,
    /// By the face's place in memory; none for one that a PDF cannot hold.
    fonts: HashMap<usize, Option<Font>>,
    images: HashMap<usize, PdfImage>,
    /// Labels in the order they are drawn, for the tag tree.
    labels: Vec<Label>,
}

impl Writer<'_> {
    fn mark(&mut self, mark: &Mark, surface: &mut Surface) {
        let own = if matches!(mark, Mark::Group { .. }) { 1 } else { mark.weight() };
        if self.effort.spend(cost::PDF * own).is_err() {
            return;
        }
        if let Mark::Group { marks, opacity, clip } = mark {
            let mut pushed = 0;
            if let Some(path) = clip.as_ref().and_then(|quad| path(&[(quad.as_slice(), true)])) {
                surface.push_clip_path(&path, &FillRule::NonZero);
                pushed += 1;
            }
            if *opacity < 1.0 {
                surface.push_opacity(share(*opacity));
                pushed += 1;
            }
            marks.iter().for_each(|mark| self.mark(mark, surface));
            (0..pushed).for_each(|_| surface.pop());
            return;
        }
        if let Mark::Text { runs, text, halo, letters } = mark {
            return self.label(runs, text, *halo, *letters, surface);
        }
        surface.start_tagged(ContentTag::Artifact(krilla::tagging::Artifact::with_kind(
            ArtifactType::Other,
        )));
        self.shape(mark, surface);
        surface.end_tagged();
    }

    fn shape(&mut self, mark: &Mark, surface: &mut Surface) {
        match mark {
            Mark::Area { rings, paint, .. } => {
                let closed: Vec<(&[Point], bool)> =
                    rings.iter().map(|r| (r.as_slice(), true)).collect();
                let Some(path) = path(&closed) else { return };
                surface.set_stroke(None);
                match paint {
                    Paint::Color(color) => {
                        surface.set_fill(Some(flat(color)));
                        surface.draw_path(&path);
                    }
                    Paint::Pattern { image, matrix, opacity } => {
                        surface.push_clip_path(&path, &FillRule::NonZero);
                        surface.push_opacity(share(*opacity));
                        self.tiles(rings, image, matrix, surface);
                        surface.pop();
                        surface.pop();
                    }
                }
            }
            Mark::Lines(lines) => draw_lines(lines, surface),
            Mark::Disc { center, radius, color } => {
                if let Some(path) = circle(center, *radius) {
                    surface.set_stroke(None);
                    surface.set_fill(Some(flat(color)));
                    surface.draw_path(&path);
                }
            }
            Mark::Rim { center, radius, width, color } => {
                if let Some(path) = circle(center, *radius) {
                    surface.set_fill(None);
                    surface.set_stroke(Some(Stroke { width: *width as f32, ..line(color) }));
                    surface.draw_path(&path);
                }
            }
            Mark::Picture { image, matrix, opacity, .. } => {
                let Some(size) = Size::from_wh(image.width_px as f32, image.height_px as f32)
                else {
                    return;
                };
                surface.push_transform(&transform(matrix));
                surface.push_opacity(share(*opacity));
                match Drawing::of(image) {
                    Some(drawing) => drawing.draw([0, 0, 1, 1], surface),
                    None => {
                        let picture = self.image(image);
                        surface.draw_image(picture, size);
                    }
                }
                surface.pop();
                surface.pop();
            }
            Mark::Text { .. } | Mark::Group { .. } => {}
        }
    }

    fn image(&mut self, image: &Arc<Image>) -> PdfImage {
        let made = self.images.entry(Arc::as_ptr(image) as usize).or_insert_with(|| {
            let pixels = image.rgba.chunks_exact(4).flat_map(straight).collect();
            PdfImage::from_rgba8(pixels, image.width_px, image.height_px)
        });
        made.clone()
    }

    /// Covers rings with an image repeated. Drawings are repeated as paths, each shape one path of
    /// all its copies: viewers leave hairlines between the cells of a pattern, and between shapes
    /// side by side.
    fn tiles(
        &mut self,
        rings: &[Vec<Point>],
        image: &Arc<Image>,
        matrix: &Matrix,
        surface: &mut Surface,
    ) {
        let Some([left, top, right, bottom]) = cells(rings, image, matrix) else { return };
        let (width, height) = (image.width_px as f32, image.height_px as f32);
        let drawing = Drawing::of(image);
        let copies = usize::try_from((right - left) * (bottom - top)).unwrap_or(usize::MAX);
        if self.effort.spend(cost::PDF.saturating_mul(copies.min(MAX_TILES as usize))).is_err() {
            return;
        }
        match &drawing {
            Some(drawing) if (right - left) * (bottom - top) <= MAX_TILES => {
                surface.push_transform(&transform(matrix));
                drawing.draw([left, top, right, bottom], surface);
                surface.pop();
            }
            _ => {
                // A cell of many tiles, so that there are few seams.
                let side = if drawing.is_some() { TILES_A_SIDE } else { 1 };
                let picture = self.image(image);
                let mut stream = surface.stream_builder();
                let mut inner = stream.surface();
                match (&drawing, Size::from_wh(width, height)) {
                    (Some(drawing), _) => drawing.draw([0, 0, side, side], &mut inner),
                    (None, Some(size)) => inner.draw_image(picture, size),
                    (None, None) => {}
                }
                inner.finish();
                let (stream, transform) = (stream.finish(), transform(matrix));
                let pattern = Pattern {
                    stream,
                    transform,
                    width: width * side as f32,
                    height: height * side as f32,
                };
                surface.set_fill(Some(Fill {
                    paint: pattern.into(),
                    opacity: share(1.0),
                    rule: FillRule::NonZero,
                }));
                let closed: Vec<(&[Point], bool)> =
                    rings.iter().map(|r| (r.as_slice(), true)).collect();
                path(&closed).iter().for_each(|path| surface.draw_path(path));
            }
        }
    }

    fn font(&mut self, face: &Arc<Face>) -> Option<Font> {
        let made = self.fonts.entry(Arc::as_ptr(face) as usize).or_insert_with(|| {
            let (file, index) = face.file.clone()?;
            Font::new(file.into(), index)
        });
        made.clone()
    }
}
