//! The display list: everything of one picture, fully resolved, in drawing order. Painters only
//! draw it.
//!
//! Positions are [`Snapped`]: 1/256 device px from the picture's top left corner, y down. Widths
//! and radii are device px. Nothing here refers to styles or features.

mod areas;
mod moved;
mod offset;
mod relief;

use std::sync::Arc;

pub use areas::{AreaLook, AreaOf, Areas};
pub use offset::{MAX_OFFSET_MITER, offset};
pub use relief::{Light, Relief, ReliefInk, Shading, ShadingMethod, Tints};

use smallvec::SmallVec;

use crate::color::Color;
use crate::geo::{Affine, Snapped};
use crate::sprite::Image;
use crate::text::Mark;

/// One picture.
#[derive(Debug, Clone)]
pub struct Scene {
    pub width_px: u32,
    pub height_px: u32,
    /// From picture to world, both in device px: what patterns are anchored to.
    pub to_world_px: Affine,
    /// Device px per CSS px.
    pub ratio: f64,
    /// Lowest first.
    pub layers: Vec<Layer>,
}

/// The id of the layer of what stands beside the map.
pub const FURNITURE: &str = "furniture";

/// What one layer of the style, or one part of the map's furniture, draws.
#[derive(Debug, Clone)]
pub struct Layer {
    pub id: String,
    pub items: Vec<Item>,
}

/// One thing to draw.
#[derive(Debug, Clone)]
pub enum Item {
    /// Covers the whole picture.
    Background(Ink),
    Fill(Fill),
    Areas(Areas),
    Stroke(Stroke),
    Hairline(Hairline),
    Circles(Circles),
    Raster(Raster),
    Relief(Relief),
    Heatmap(Heatmap),
    Icon(Icon),
    Text(Text),
    Group(Group),
}

/// Items drawn by themselves, then as one.
#[derive(Debug, Clone)]
pub struct Group {
    pub items: Vec<Item>,
    /// 0..=1, of the whole.
    pub opacity: f64,
    /// Only pixels with their centre in this convex shape are drawn.
    pub clip: Option<[Snapped; 4]>,
}

/// Mostly one.
pub type Rings = SmallVec<[Vec<Snapped>; 1]>;

/// Mostly one.
pub type Lines = SmallVec<[Line; 1]>;

/// Closed rings, filled by the non-zero rule.
#[derive(Debug, Clone)]
pub struct Fill {
    pub rings: Rings,
    pub ink: Ink,
    /// Whether pixels on the edge are blended by how much of them is covered; or else drawn whole
    /// or not at all.
    pub antialias: bool,
}

/// What a shape is filled with.
#[derive(Debug, Clone)]
pub enum Ink {
    Color(Color),
    Pattern(Pattern),
}

/// An image repeated from the world's origin.
#[derive(Debug, Clone)]
pub struct Pattern {
    pub image: Arc<Image>,
    /// 0..=1.
    pub opacity: f64,
    /// Image px per world device px.
    pub scale: f64,
}

/// Lines of one device px.
#[derive(Debug, Clone)]
pub struct Hairline {
    pub lines: Lines,
    pub color: Color,
    /// Whether it only fills up the pixels on the edge of an area, in the area's own colour, so
    /// that nothing shines through between two of them. Painters that have no pixels leave it out.
    pub fringe: bool,
}

/// The lines of one feature. Where they cross, or fold over at a sharp corner, they are blended
/// again, as MapLibre does.
#[derive(Debug, Clone)]
pub struct Stroke {
    pub lines: Lines,
    pub ink: LineInk,
    pub width_px: f64,
    /// Width of the empty strip along the middle, outside `width_px`; 0 for a line that is one
    /// strip.
    pub gap_px: f64,
    /// Width of the soft edge, inward from half a pixel outside the stroke.
    pub blur_px: f64,
    pub cap: Cap,
    pub join: Join,
    /// Lengths of dash and gap in turn; fewer than two for a solid line. The phase is 0 at a line's
    /// first point.
    pub dashes_px: Vec<f64>,
    /// How far from its end a dash fades.
    pub dash_softness_px: f64,
    /// How long a line is on which dashes have their lengths, where they are stretched and squeezed
    /// with the line.
    pub dash_line_px: Option<f64>,
    /// Device px per CSS px.
    pub ratio: f64,
}

/// What a line is drawn with.
#[derive(Debug, Clone)]
pub enum LineInk {
    Color(Color),
    /// Colours from the line's start to its end, evenly spaced, at least one.
    Gradient {
        colors: Arc<[Color]>,
        opacity: f64,
    },
    /// An image along the line, as high as the line is wide and `length_px` long.
    Pattern {
        image: Arc<Image>,
        opacity: f64,
        length_px: f64,
    },
}

/// Part of a picture, placed in the world.
#[derive(Debug, Clone)]
pub struct Raster {
    pub image: Arc<Image>,
    /// Where the image's corners lie: top left, top right, bottom right, bottom left.
    pub corners: [Snapped; 4],
    /// Which part of the image these corners bound, in its px: left, top, right, bottom.
    pub part: [f64; 4],
    /// Whether a pixel takes the nearest of the image's, not a mix of four.
    pub nearest: bool,
    pub adjustment: Adjustment,
}

/// An image at a point, upright or turned, as large as it is or stretched.
#[derive(Debug, Clone)]
pub struct Icon {
    pub image: Arc<Image>,
    pub anchor: Snapped,
    /// From the anchor to the upper left corner of the part shown, device px.
    pub origin: [f64; 2],
    /// From there to the upper right and to the lower left corner.
    pub right: [f64; 2],
    pub down: [f64; 2],
    /// The part shown, image px: left, top, right, bottom. It may reach beyond the image, where
    /// nothing is.
    pub part: [f64; 4],
    /// Whether a pixel takes the nearest of the image's, not a mix of four.
    pub nearest: bool,
    /// How an image of distances is filled.
    pub ink: FieldInk,
}

/// A label's text, or a part of it.
#[derive(Debug, Clone)]
pub struct Text {
    pub shape: Arc<TextShape>,
    pub ink: FieldInk,
    pub part: TextPart,
}

/// Which part of a text is drawn: halos lie under all the letters of a layer, unless they are too
/// narrow to matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextPart {
    Halo,
    Letters,
    /// Glyph by glyph.
    Both,
}

/// Glyphs in their places.
#[derive(Debug, Clone)]
pub struct TextShape {
    pub anchor: Snapped,
    /// What is written.
    pub text: Arc<str>,
    /// From left to right in each line.
    pub glyphs: Vec<TextGlyph>,
}

/// One glyph of a text.
#[derive(Debug, Clone)]
pub struct TextGlyph {
    pub mark: Mark,
    /// From the anchor to the glyph's own origin on the baseline, or to the corner of its field
    /// with its border; device px.
    pub origin: [f64; 2],
    /// The glyph's own right, 1/24 em long, device px; its down is a quarter turn clockwise of it.
    pub right: [f64; 2],
    /// Instead of the text's.
    pub color: Option<Color>,
    /// The bytes of the text that the glyph, with others of its cluster, stands for.
    pub bytes: (u32, u32),
}

/// How distances to an outline become colour.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FieldInk {
    pub color: Color,
    pub halo_color: Color,
    /// CSS px.
    pub halo_width: f64,
    pub halo_blur: f64,
    /// 0..=1, of all of it.
    pub opacity: f64,
    /// CSS px per unit of the field: of text, per 1/24 em.
    pub scale: f64,
    /// Device px per CSS px.
    pub ratio: f64,
}

/// How a picture's colours are changed: opacity, then hue, saturation, contrast and brightness in
/// turn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Adjustment {
    pub opacity: f64,
    /// Degrees.
    pub hue: f64,
    /// -1..=1.
    pub saturation: f64,
    /// -1..=1.
    pub contrast: f64,
    /// What black and white become, 0..=1.
    pub brightness: [f64; 2],
}

/// How densely points lie, as colour.
#[derive(Debug, Clone)]
pub struct Heatmap {
    pub points: Vec<HeatPoint>,
    /// Colours for densities from 0 to 1, evenly spaced, at least one.
    pub colors: Arc<[Color]>,
    pub opacity: f64,
    /// Where the squares meet in whose middles densities are summed up; between those they are
    /// interpolated.
    pub corner: Snapped,
    /// How many squares there are right and down from there, where there is an end.
    pub squares: Option<[u32; 2]>,
}

/// One point's share: a bell of three standard deviations across its radius, as high as its weight.
#[derive(Debug, Clone, Copy)]
pub struct HeatPoint {
    pub center: Snapped,
    pub radius_px: f64,
    pub weight: f64,
}

/// At least two different points in a row; a closed line does not repeat its first point.
#[derive(Debug, Clone)]
pub struct Line {
    pub points: Vec<Snapped>,
    pub closed: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cap {
    Butt,
    Round,
    Square,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Join {
    /// Bevelled where the mitre would be longer than `limit` half widths.
    Miter {
        limit: f64,
    },
    Bevel,
    /// Mitred where the mitre would be shorter than `limit` half widths, which looks the same.
    Round {
        limit: f64,
    },
}

/// Circles of one layer, the lowest first.
#[derive(Debug, Clone, Default)]
pub struct Circles {
    /// What they look like: few, of many circles.
    pub looks: Vec<CircleLook>,
    pub dots: Vec<Dot>,
}

/// A circle's centre, and the number of its look.
#[derive(Debug, Clone, Copy)]
pub struct Dot {
    pub center: Snapped,
    pub look: u32,
}

/// A disc and the ring around it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CircleLook {
    pub radius_px: f64,
    pub color: Color,
    /// Outside the radius.
    pub stroke_px: f64,
    pub stroke_color: Color,
    /// Width of the soft edge, inward from the outer edge; at least one px of it is drawn.
    pub blur_px: f64,
}

impl Circles {
    /// A single one.
    pub fn one(center: Snapped, look: CircleLook) -> Self {
        Self { looks: vec![look], dots: vec![Dot { center, look: 0 }] }
    }

    /// Each with its look.
    pub fn each(&self) -> impl Iterator<Item = (Snapped, &CircleLook)> {
        let look = |dot: &Dot| self.looks.get(dot.look as usize).map(|look| (dot.center, look));
        self.dots.iter().filter_map(look)
    }
}

impl Heatmap {
    /// Side of the squares, device px.
    pub const SQUARE_PX: i64 = 4;
}

impl HeatPoint {
    /// The height of the normal distribution's bell.
    pub const PEAK: f64 = 0.398_942_280_401_432_7;

    /// What is left of a bell where it is cut off: a sixteenth of what eight bits can show.
    const ZERO: f64 = 1.0 / 255.0 / 16.0;

    /// How far from its point, in radii, across and down, a bell of this weight is still felt.
    pub fn extent(weight: f64) -> f64 {
        (-2.0 * (Self::ZERO / (weight * Self::PEAK)).min(1.0).ln()).sqrt() / 3.0
    }
}

impl Line {
    /// Drops repeated points; `None` where fewer than two are left.
    pub fn new(mut points: Vec<Snapped>, closed: bool) -> Option<Self> {
        points.dedup();
        if closed && points.len() > 1 && points.first() == points.last() {
            points.pop();
        }
        (points.len() > 1).then_some(Self { points, closed })
    }

    /// In 1/256 px.
    pub fn length(&self) -> f64 {
        let along = |a: &Snapped, b: &Snapped| ((b.x - a.x) as f64).hypot((b.y - a.y) as f64);
        let open: f64 = self.points.windows(2).map(|p| along(&p[0], &p[1])).sum();
        match (self.closed, self.points.first(), self.points.last()) {
            (true, Some(first), Some(last)) => open + along(last, first),
            _ => open,
        }
    }
}
