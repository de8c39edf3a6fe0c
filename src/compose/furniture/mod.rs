//! What stands beside the map: title, date, legend, scale bar, inset, sources, graticule, frame. It
//! is laid out for one picture, in the picture's language and direction, as items of the scene like
//! any others: every painter draws it.
//!
//! Bands above and below the map hold the words that belong to all of it; boxes in the corners of
//! the map hold the rest, each in the corner where it hides least. Labels of the map that a box
//! would cut are left out.

mod about;
mod bands;
mod boxes;
mod callouts;
mod globe;
mod graticule;
mod grey;
mod instruments;
mod legend;
mod parts;
mod scale;
mod words;
mod write;
mod yielding;

use std::sync::Arc;

pub use about::{all_sources, alternative};
pub use callouts::Callout;
pub use legend::{Seen, belongs, seen};
pub use parts::{Corner, Furniture, Part, Theme};
pub use words::Words;

use geo::Intersects as _;

use super::Inputs;
use crate::color::Color;
use crate::geo::{Camera, Projector, SUBPIXELS, Shape, Snapped};
use crate::scene::{Cap, FURNITURE, Fill, Ink, Item, Join, Layer, Line, LineInk, Scene, Stroke};
use crate::sprite::Image;
use crate::style::LegendEntry;
use crate::text::{Fonts, Justify};
use boxes::Boxes;
use parts::Palette;
use write::{Block, Pen};

/// A part of the picture, device px.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Area {
    pub left: f64,
    pub top: f64,
    pub right: f64,
    pub bottom: f64,
}

/// What the furniture is about.
pub struct Subject<'a> {
    pub fonts: &'a Fonts,
    pub language: &'a str,
    /// What is not on the map of such a day, in words.
    pub notes: Vec<String>,
    /// Year, month and day that the map is of.
    pub day: Option<(i32, u8, u8)>,
    /// The day since when it tells of changes.
    pub since: Option<(i32, u8, u8)>,
    /// Legend entries, each with its layers and what of them is seen.
    pub entries: Vec<(&'a LegendEntry, Vec<&'a crate::style::Layer>, Vec<Seen<'a>>)>,
    pub attribution: &'a str,
    /// Where the map is, drawn small, and where in it the picture's corners lie: as shares of its
    /// sides.
    pub inset: Option<(Scene, [[f64; 2]; 4])>,
    /// Whether the legend stands below the map.
    pub strip: bool,
    /// What a user put on the map, in the map's plane.
    pub on_top: Vec<&'a Shape>,
    /// The layers that draw it.
    pub layers_on_top: Vec<&'a str>,
    /// Degrees clockwise from north that are up.
    pub bearing: f64,
    /// Where the map is not in Web Mercator.
    pub projector: Option<&'a Projector>,
    pub callouts: &'a [Callout],
    /// A house's own sign, at its size.
    pub logo: Option<Arc<Image>>,
    /// How wide the map is; the first, where there are several; device px.
    pub map_width_px: u32,
    /// Of several maps in one picture: their days, and where they begin, device px.
    pub captions: Vec<((i32, u8, u8), f64)>,
}

impl Subject<'_> {
    /// Whether a box, in CSS px of the page, lies over a point that a user put on the map, or over
    /// the pin that stands on it.
    fn hides(&self, [left, top, right, bottom]: &[f64; 4], shape: &Shape, camera: &Camera) -> bool {
        const PIN: [f64; 2] = [10.0, 28.0];
        let Shape::Point(point) = shape else { return false };
        (-1..=1).any(|copy| {
            let at = camera.in_copy(copy).snap(*point);
            let [x, y] = [at.x, at.y].map(|v| v as f64 / SUBPIXELS as f64 / camera.ratio());
            left - PIN[0] <= x && x <= right + PIN[0] && *top <= y && y <= bottom + PIN[1]
        })
    }

    /// How many of the points that a user put on the map lie under boxes.
    pub fn hidden(&self, boxes: &[[f64; 4]], camera: &Camera) -> usize {
        self.on_top
            .iter()
            .filter(|shape| boxes.iter().any(|one| self.hides(one, shape, camera)))
            .count()
    }
}

/// Heights of the bands above and below the map, CSS px.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Bands {
    pub top: f64,
    pub bottom: f64,
    /// Whether the legend stands in the lower one.
    pub strip: bool,
}

/// Furniture being laid out.
pub(super) struct Furnish<'a> {
    wanted: &'a Furniture,
    subject: &'a Subject<'a>,
    inputs: &'a Inputs<'a>,
    words: Words,
    palette: Palette,
    pen: Pen<'a>,
    /// Size of the body's text, CSS px; all else is in proportion.
    unit: f64,
    width: f64,
    height: f64,
    /// How many lines of the bands have given way.
    gone: usize,
}

/// A band above or below the map: what is in it, its height in CSS px, and what it has no room for.
#[derive(Default)]
struct Band {
    items: Items,
    height: f64,
    left_out: Vec<&'static str>,
}

const REGULAR: &str = "Noto Sans Regular";
const BOLD: &str = "Noto Sans Bold";
/// More sources are counted, not named; all of them are in the picture's metadata.
const MAX_SOURCES: usize = 7;

/// Text that can be read in print: 6 points.
const LEAST_UNIT: f64 = 8.0;

/// The size of the furniture's text in a picture, CSS px.
fn unit_of(camera: &Camera) -> f64 {
    let (width, height) = (
        f64::from(camera.width_px()) / camera.ratio(),
        f64::from(camera.height_px()) / camera.ratio(),
    );
    (12.0 * (width.min(1.3 * height) / 900.0).powf(0.7)).clamp(LEAST_UNIT, 60.0)
}

/// The room for a sign in a picture, device px.
pub fn logo_room(camera: &Camera) -> (f64, f64) {
    (0.2 * f64::from(camera.width_px()), 3.2 * unit_of(camera) * camera.ratio())
}

/// The bands that a picture needs, before its camera is settled.
pub fn bands(wanted: &Furniture, subject: &Subject, inputs: &Inputs) -> Bands {
    let furnish = Furnish::new(wanted, subject, inputs).yielded();
    let (top, bottom) = (furnish.head().height, furnish.foot().height);
    let map = [0.0, top, furnish.width, furnish.height - bottom];
    Bands { top, bottom, strip: subject.strip || furnish.needs_legend_strip(map) }
}

/// Adds the furniture to a scene whose map leaves room for the bands; gives the names of what there
/// is no room for.
pub fn furnish(
    scene: &mut Scene,
    wanted: &Furniture,
    subject: &Subject,
    inputs: &Inputs,
) -> Vec<&'static str> {
    let furnish = Furnish::new(wanted, subject, inputs).yielded();
    let (head, foot) = (furnish.head(), furnish.foot());
    let (top, bottom) = (head.height, foot.height);
    let map = [0.0, top, furnish.width, furnish.height - bottom];
    let Boxes { items: boxes, mut taken, left_out: without_box } = furnish.boxes(map);
    let ratio = inputs.camera.ratio();
    let labels: Vec<[f64; 4]> = labels_of(scene)
        .map(|Area { left, top, right, bottom }| [left, top, right, bottom].map(|v| v / ratio))
        .collect();
    let (callouts, leaders) = furnish.callouts(map, &mut taken, &labels);
    let mut left_out = [head.left_out, foot.left_out, without_box].concat();
    if callouts.len() < subject.callouts.len() {
        left_out.push("callout");
    }
    left_out.dedup();
    // Labels that the furniture or the page's edge would cut are left out.
    let mut covered: Vec<Area> = taken.iter().map(|b| area(*b, ratio)).collect();
    for (wanted, band) in [
        (top > 0.0, [0.0, 0.0, furnish.width, top]),
        (bottom > 0.0, [0.0, map[3], furnish.width, furnish.height]),
    ] {
        if wanted {
            covered.push(area(band, ratio));
        }
    }
    // Where nothing of it is drawn, the map is as bare as without.
    let is_drawn = !covered.is_empty() || !wanted.parts.is_empty() || subject.captions.len() > 1;
    let page = area([0.0, 0.0, furnish.width, furnish.height], ratio);
    let px = |[x, y]: [f64; 2]| geo::Coord { x: x * ratio, y: y * ratio };
    let leaders: Vec<geo::Line<f64>> =
        leaders.iter().map(|[from, to]| geo::Line::new(px(*from), px(*to))).collect();
    leave_out(scene, |layer, label| {
        let is_user_s = subject.layers_on_top.contains(&layer);
        let rect = geo::Rect::new((label.left, label.top), (label.right, label.bottom));
        let struck = leaders.iter().any(|leader| leader.intersects(&rect));
        // What a user puts on the map stays.
        !is_user_s
            && (struck || is_drawn && !page.holds(label) || covered.iter().any(|c| c.meets(label)))
    });
    let mut items = Vec::new();
    if wanted.parts.contains_key(&Part::Graticule) {
        items.extend(furnish.graticule(map, &taken));
    }
    items.push(furnish.dividers(map));
    items.extend(callouts);
    items.extend(boxes);
    items.push(head.items);
    items.push(foot.items);
    if wanted.parts.contains_key(&Part::Frame) {
        items.push(furnish.rectangle(map, None, Some((furnish.palette.ink, 1.0))));
    }
    scene
        .layers
        .push(Layer { id: FURNITURE.to_string(), items: items.into_iter().flatten().collect() });
    if wanted.theme == Theme::PrintGrey {
        grey::apply(scene);
    }
    left_out
}

/// What of a picture's map its boxes take: left, top, right, bottom in CSS px.
pub fn taken(wanted: &Furniture, subject: &Subject, inputs: &Inputs) -> Vec<[f64; 4]> {
    let furnish = Furnish::new(wanted, subject, inputs).yielded();
    let map = [0.0, furnish.head().height, furnish.width, furnish.height - furnish.foot().height];
    furnish.boxes(map).taken
}

/// The room that each label of a scene takes.
fn labels_of(scene: &Scene) -> impl Iterator<Item = Area> {
    let inner = |item: &Item| match item {
        Item::Group(group) => group.items.iter().filter_map(boxes::extent).collect(),
        item => boxes::extent(item).into_iter().collect::<Vec<Area>>(),
    };
    scene.layers.iter().flat_map(|layer| &layer.items).flat_map(inner)
}

/// Takes labels out of a scene, by their layer and the room that they take.
pub fn leave_out(scene: &mut Scene, out: impl Fn(&str, &Area) -> bool) {
    for layer in &mut scene.layers {
        let id = &layer.id;
        let keep = |item: &Item| boxes::extent(item).is_none_or(|label| !out(id, &label));
        layer.items.retain(keep);
        // The maps of a picture with several are groups.
        for item in &mut layer.items {
            if let Item::Group(group) = item {
                group.items.retain(keep);
            }
        }
    }
}

fn area([left, top, right, bottom]: [f64; 4], ratio: f64) -> Area {
    Area { left: left * ratio, top: top * ratio, right: right * ratio, bottom: bottom * ratio }
}

impl Area {
    /// Whether all of another lies in it.
    pub fn holds(&self, other: &Area) -> bool {
        self.left <= other.left
            && self.top <= other.top
            && other.right <= self.right
            && other.bottom <= self.bottom
    }

    fn meets(&self, other: &Area) -> bool {
        self.left < other.right
            && other.left < self.right
            && self.top < other.bottom
            && other.top < self.bottom
    }
}

/// What is drawn together.
type Items = Vec<Item>;

impl<'a> Furnish<'a> {
    fn new(wanted: &'a Furniture, subject: &'a Subject<'a>, inputs: &'a Inputs<'a>) -> Self {
        let ratio = inputs.camera.ratio();
        let (width, height) = (
            f64::from(inputs.camera.width_px()) / ratio,
            f64::from(inputs.camera.height_px()) / ratio,
        );
        let words = Words::of(subject.language);
        let pen = Pen { fonts: subject.fonts, language: words.language, ratio };
        let unit = unit_of(inputs.camera);
        Self {
            wanted,
            subject,
            inputs,
            words,
            palette: wanted.theme.palette(),
            pen,
            unit,
            width,
            height,
            gone: 0,
        }
    }

    fn pad(&self) -> f64 {
        1.1 * self.unit
    }

    fn wants(&self, part: Part) -> bool {
        self.wanted.parts.contains_key(&part)
    }

    fn justify(&self) -> Justify {
        if self.words.is_rtl() { Justify::Right } else { Justify::Left }
    }

    fn text(&self, text: &str, font: &str, size: f64, width: f64, color: Color) -> Option<Block> {
        self.pen.block(text, font, size, width, self.justify(), color)
    }

    /// Where a block begins that is set from the line's start, in a strip from `left` to `right`.
    fn start(&self, block: &Block, left: f64, right: f64) -> f64 {
        if self.words.is_rtl() { right - block.width } else { left }
    }

    /// A rectangle from left, top to right, bottom, CSS px.
    fn rectangle(
        &self,
        [left, top, right, bottom]: [f64; 4],
        fill: Option<Color>,
        line: Option<(Color, f64)>,
    ) -> Items {
        let at = |x: f64, y: f64| self.at(x, y);
        let ring = vec![at(left, top), at(right, top), at(right, bottom), at(left, bottom)];
        let mut items = Vec::new();
        if let Some(color) = fill {
            items.push(Item::Fill(Fill {
                rings: vec![ring.clone()],
                ink: Ink::Color(color),
                antialias: true,
            }));
        }
        if let Some((color, width)) = line {
            items.extend(self.line(vec![ring], true, color, width));
        }
        items
    }

    fn at(&self, x: f64, y: f64) -> Snapped {
        let px = |v: f64| (v * self.pen.ratio * SUBPIXELS as f64).round() as i64;
        Snapped { x: px(x), y: px(y) }
    }

    fn line(
        &self,
        lines: Vec<Vec<Snapped>>,
        closed: bool,
        color: Color,
        width: f64,
    ) -> Option<Item> {
        let lines: Vec<Line> = lines.into_iter().filter_map(|l| Line::new(l, closed)).collect();
        let ratio = self.pen.ratio;
        (!lines.is_empty()).then(|| {
            Item::Stroke(Stroke {
                lines,
                ink: LineInk::Color(color),
                width_px: width * ratio,
                gap_px: 0.0,
                blur_px: 0.0,
                cap: Cap::Butt,
                join: Join::Miter { limit: 2.0 },
                dashes_px: Vec::new(),
                dash_softness_px: 1.0,
                dash_line_px: None,
                ratio,
            })
        })
    }
}
