//! What stands beside the map: title, date, legend, scale bar, inset, sources, graticule, frame. It
//! is laid out for one picture, in the picture's language and direction, and painted as items of
//! the scene like any others: every painter draws it.
//!
//! Bands above and below the map hold the words that belong to all of it; boxes in the corners of
//! the map hold the rest, each in the corner where it hides least. A [`Layout`] has each part
//! measured and in its place before any label of the map is: labels move aside from it, or leave
//! their room to others.

mod about;
mod bands;
mod boxes;
mod callouts;
mod globe;
mod graticule;
mod grey;
mod hiding;
mod images;
mod instruments;
mod layout;
mod legend;
mod page;
mod parts;
mod rect;
mod scale;
mod sizes;
mod words;
mod write;
mod yielding;

use std::sync::Arc;

pub use about::{all_sources, alternative};
pub use callouts::Callout;
pub use images::logo_room;
pub use layout::{Bands, Layout, bands};
pub use legend::{Piece, Seen, belongs, seen};
pub use parts::{Corner, Furniture, Part, Theme};
pub use rect::{CssRect, PxRect};
pub use words::Words;

use std::cell::OnceCell;

use smallvec::smallvec;

use super::Inputs;
use crate::color::Color;
use crate::geo::{Camera, Projector, SUBPIXELS, Shape, Snapped};
use crate::scene::{Cap, Fill, Ink, Item, Join, Line, LineInk, Lines, Scene, Stroke};
use crate::sprite::Image;
use crate::style::LegendEntry;
use crate::text::{Fonts, Justify};
use hiding::Piece as Hideable;
use parts::Palette;
use sizes::{Sizes, body_text};
use write::{Block, Pen};

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
    /// Degrees clockwise from north that point up.
    pub bearing: f64,
    /// Where the map is not in Web Mercator.
    pub projector: Option<&'a Projector>,
    pub callouts: &'a [Callout],
    /// A logo, at its size.
    pub logo: Option<Arc<Image>>,
    /// How wide the map is; the first, where there are several; device px.
    pub map_width_px: u32,
    /// Of several maps in one picture: their days, and where they begin, device px.
    pub captions: Vec<((i32, u8, u8), f64)>,
}

impl Subject<'_> {
    /// Whether a box, in CSS px of the page, lies over a point that a user put on the map, or over
    /// the pin that stands on it.
    fn hides(&self, place: &CssRect, shape: &Shape, camera: &Camera) -> bool {
        /// Half its width, and its height.
        const PIN: [f64; 2] = [10.0, 28.0];
        let [left, top, right, bottom] = place.sides();
        let Shape::Point(point) = shape else { return false };
        (-1..=1).any(|copy| {
            let at = camera.in_copy(copy).snap(*point);
            let [x, y] = [at.x, at.y].map(|v| v as f64 / SUBPIXELS as f64 / camera.ratio());
            left - PIN[0] <= x && x <= right + PIN[0] && top <= y && y <= bottom + PIN[1]
        })
    }

    /// How many of the points that a user put on the map lie under boxes.
    pub fn hidden(&self, boxes: &[CssRect], camera: &Camera) -> usize {
        self.on_top
            .iter()
            .filter(|shape| boxes.iter().any(|one| self.hides(one, shape, camera)))
            .count()
    }
}

/// Furniture being laid out.
pub(super) struct Furnish<'a> {
    wanted: &'a Furniture,
    subject: &'a Subject<'a>,
    inputs: &'a Inputs<'a>,
    words: Words,
    palette: Palette,
    sizes: &'static Sizes,
    pen: Pen<'a>,
    /// Size of the body's text, CSS px; all else is in proportion.
    unit: f64,
    /// All of the picture.
    page: CssRect,
    /// What of the map boxes should not hide, found when the first is placed.
    pieces: OnceCell<Vec<Hideable>>,
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

/// What shows where a map is, in a small map of more.
const MARK: Color = Color::new(0.78, 0.1, 0.12, 1.0);

/// What is drawn together.
type Items = Vec<Item>;

impl<'a> Furnish<'a> {
    fn new(wanted: &'a Furniture, subject: &'a Subject<'a>, inputs: &'a Inputs<'a>) -> Self {
        let ratio = inputs.camera.ratio();
        let size = [inputs.camera.width_px(), inputs.camera.height_px()];
        let page = CssRect::sized([0.0; 2], size.map(|px| f64::from(px) / ratio));
        let words = Words::of(subject.language);
        let pen = Pen { fonts: subject.fonts, language: words.language, ratio };
        Self {
            wanted,
            subject,
            inputs,
            words,
            palette: wanted.theme.palette(),
            sizes: wanted.theme.sizes(),
            pen,
            unit: body_text([page.width(), page.height()]),
            page,
            pieces: OnceCell::new(),
            gone: 0,
        }
    }

    /// From the page's edge to what is in a band.
    fn pad(&self) -> f64 {
        self.sizes.band_pad * self.unit
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

    /// A rectangle, filled and with a line around it, CSS px wide.
    fn rectangle(&self, rect: CssRect, fill: Option<Color>, line: Option<(Color, f64)>) -> Items {
        let ring = rect.corners().map(|at| self.at(at)).to_vec();
        let mut items = Vec::new();
        if let Some(color) = fill {
            items.push(Item::Fill(Fill {
                rings: smallvec![ring.clone()],
                ink: Ink::Color(color),
                antialias: true,
            }));
        }
        if let Some((color, width)) = line {
            items.extend(self.line(vec![ring], true, color, width));
        }
        items
    }

    fn line(
        &self,
        lines: Vec<Vec<Snapped>>,
        closed: bool,
        color: Color,
        width: f64,
    ) -> Option<Item> {
        let lines: Lines = lines.into_iter().filter_map(|l| Line::new(l, closed)).collect();
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
