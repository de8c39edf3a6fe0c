//! A scene in the few kinds of marks that pages of vectors have: filled areas, stroked lines,
//! pictures and glyphs.
//!
//! What SVG and PDF have no word for is put in theirs here, once for both: soft bands are strokes
//! inside one another, gaps are two lines side by side, gradients along lines are pieces of one
//! colour. What cannot be said in vectors at all (heatmaps, images along lines, distance fields) is
//! drawn by the raster painter, by itself, and placed as a picture.
//!
//! Positions are device px from the picture's upper left corner, y down.

mod clip;
mod glyphs;
mod pixels;
mod shapes;

use std::sync::Arc;

pub use glyphs::{GlyphRun, PlacedGlyph};

use super::raster::{self, Unfinished};
use crate::color::Color;
use crate::geo::{Effort, SUBPIXELS, Snapped, cost};
use crate::scene::{self, Cap, Item, Join, Scene, TextPart};
use crate::sprite::Image;
use clip::Page;
use shapes::icon_mark;

/// A point, device px.
pub type Point = [f64; 2];
/// `x' = a·x + c·y + e`, `y' = b·x + d·y + f`, as SVG and PDF write it.
pub type Matrix = [f64; 6];

/// Something on a page.
#[derive(Debug, Clone)]
pub enum Mark {
    /// Rings filled by the non-zero rule.
    Area {
        rings: Vec<Vec<Point>>,
        paint: Paint,
        crisp: bool,
    },
    Lines(Lines),
    Disc {
        center: Point,
        radius: f64,
        color: Color,
    },
    /// The middle line of a circle's rim.
    Rim {
        center: Point,
        radius: f64,
        width: f64,
        color: Color,
    },
    Picture {
        image: Arc<Image>,
        matrix: Matrix,
        opacity: f64,
        smooth: bool,
    },
    Text {
        runs: Vec<GlyphRun>,
        text: Arc<str>,
        halo: Option<(Color, f64)>,
        letters: bool,
    },
    Group {
        marks: Vec<Mark>,
        opacity: f64,
        clip: Option<[Point; 4]>,
    },
}

impl Mark {
    /// How many positions and letters it has, and how many marks.
    pub fn weight(&self) -> usize {
        1 + match self {
            Mark::Area { rings, .. } => rings.iter().map(Vec::len).sum(),
            Mark::Lines(lines) => lines.lines.iter().map(|(points, ..)| points.len()).sum(),
            Mark::Disc { .. } | Mark::Rim { .. } => 4,
            Mark::Picture { image, .. } => image.rgba.len() / 4,
            Mark::Text { runs, .. } => runs.iter().map(|run| run.glyphs.len()).sum(),
            Mark::Group { marks, .. } => marks.iter().map(Mark::weight).sum(),
        }
    }
}

/// What an area is filled with.
#[derive(Debug, Clone)]
pub enum Paint {
    Color(Color),
    /// An image repeated; the matrix takes its px to the page's.
    Pattern {
        image: Arc<Image>,
        matrix: Matrix,
        opacity: f64,
    },
}

/// Lines of one look.
#[derive(Debug, Clone)]
pub struct Lines {
    /// Each with whether it is closed, and how far along the dashes it begins.
    pub lines: Vec<(Vec<Point>, bool, f64)>,
    pub color: Color,
    pub width: f64,
    pub cap: Cap,
    pub join: Join,
    pub dashes: Vec<f64>,
}

/// The scene's layers as marks, lowest first.
///
/// # Errors
/// Where it is too much, or nobody waits for it.
pub fn marks<'a>(
    scene: &'a Scene,
    effort: &Effort,
) -> Result<Vec<(&'a str, Vec<Mark>)>, Unfinished> {
    let page = Page::new(scene.width_px, scene.height_px);
    let writer = Writer { scene, page, effort };
    let layers = scene.layers.iter();
    layers.map(|layer| Ok((layer.id.as_str(), writer.items(&layer.items)?))).collect()
}

fn point(p: &Snapped) -> Point {
    [p.x as f64 / SUBPIXELS as f64, p.y as f64 / SUBPIXELS as f64]
}

struct Writer<'a> {
    scene: &'a Scene,
    page: Page,
    effort: &'a Effort,
}

impl Writer<'_> {
    fn items(&self, items: &[Item]) -> Result<Vec<Mark>, Unfinished> {
        let mut out = Vec::new();
        // What only pixels can say, one after the other, is one picture.
        let mut pixels: Vec<Item> = Vec::new();
        for item in items {
            self.effort.spend(cost::ITEM + cost::POSITION * positions(item))?;
            match self.vectors(item)? {
                None => pixels.push(item.clone()),
                Some(marks) if marks.is_empty() => {}
                Some(mut marks) => {
                    out.extend(self.picture(std::mem::take(&mut pixels))?);
                    out.append(&mut marks);
                }
            }
        }
        out.extend(self.picture(pixels)?);
        Ok(out)
    }

    /// An item as marks of vectors; `None` where there are none for it.
    fn vectors(&self, item: &Item) -> Result<Option<Vec<Mark>>, Unfinished> {
        Ok(match item {
            Item::Background(ink) => {
                let (w, h) = (f64::from(self.scene.width_px), f64::from(self.scene.height_px));
                let ring = vec![[0.0, 0.0], [w, 0.0], [w, h], [0.0, h]];
                Some(vec![Mark::Area { rings: vec![ring], paint: self.paint(ink), crisp: true }])
            }
            Item::Fill(fill) => Some(self.fill(fill).into_iter().collect()),
            Item::Areas(areas) => Some(self.areas(areas)),
            Item::Hairline(hairline) if hairline.fringe => Some(Vec::new()),
            Item::Hairline(hairline) => Some(vec![Mark::Lines(Lines {
                lines: self.lines(&hairline.lines, 1.0),
                color: hairline.color,
                width: 1.0,
                cap: Cap::Butt,
                join: Join::Miter { limit: 2.0 },
                dashes: Vec::new(),
            })]),
            Item::Stroke(stroke) => self.stroke(stroke),
            Item::Circles(circles) => {
                Some(circles.each().flat_map(|(at, look)| self.circle(at, look)).collect())
            }
            Item::Icon(icon) if !icon.image.sdf => Some(icon_mark(icon).into_iter().collect()),
            Item::Text(text) => self.text(text).map(|mark| mark.into_iter().collect()),
            Item::Raster(_) | Item::Relief(_) | Item::Heatmap(_) | Item::Icon(_) => None,
            Item::Group(group) => {
                let marks = self.items(&group.items)?;
                let clip = group.clip.as_ref().map(|c| c.each_ref().map(point));
                let group = Mark::Group { marks, opacity: group.opacity, clip };
                let is_empty = matches!(&group, Mark::Group { marks, .. } if marks.is_empty());
                Some(if is_empty { Vec::new() } else { vec![group] })
            }
        })
    }

    fn fill(&self, fill: &scene::Fill) -> Option<Mark> {
        let rings = fill.rings.iter().map(|r| self.page.area(r.iter().map(point)));
        let rings: Vec<Vec<Point>> = rings.filter(|r| r.len() > 2).collect();
        let (paint, crisp) = (self.paint(&fill.ink), !fill.antialias);
        (!rings.is_empty()).then_some(Mark::Area { rings, paint, crisp })
    }

    fn areas(&self, areas: &scene::Areas) -> Vec<Mark> {
        let mark = |area: scene::AreaOf| {
            let look = areas.looks.get(area.look)?;
            let rings = area.rings().map(|ring| ring.to_vec()).collect();
            let (ink, antialias) = (scene::Ink::Color(look.color), look.antialias);
            self.fill(&scene::Fill { rings, ink, antialias })
        };
        areas.each().filter_map(mark).collect()
    }

    /// A text's mark, if it is on the page; `None` where its letters are no outlines.
    fn text(&self, text: &scene::Text) -> Option<Option<Mark>> {
        let runs = glyphs::runs(&text.shape, text.ink.color, text.ink.opacity)?;
        let ink = raster::limited(&text.ink);
        let has_halo =
            text.part != TextPart::Letters && ink.halo_width > 0.0 && ink.halo_color.a > 0.0;
        let halo_color = ink.halo_color.with_opacity(ink.opacity);
        let halo = has_halo.then_some((halo_color, ink.halo_width * ink.ratio));
        let letters = text.part != TextPart::Halo;
        // A label whose room reaches into the page may have no letter on it.
        let on_page =
            |run: &GlyphRun| run.glyphs.iter().any(|g| self.page.meets(g.origin, run.em_px));
        let is_seen = runs.iter().any(on_page) && (letters || halo.is_some());
        let text = text.shape.text.clone();
        Some(is_seen.then_some(Mark::Text { runs, text, halo, letters }))
    }
}

/// How many positions, and letters, it is drawn from.
fn positions(item: &Item) -> usize {
    let of_lines = |lines: &[scene::Line]| lines.iter().map(|line| line.points.len()).sum();
    match item {
        Item::Fill(fill) => fill.rings.iter().map(Vec::len).sum(),
        Item::Areas(areas) => areas.points.len() + cost::ITEM * areas.len(),
        Item::Stroke(stroke) => of_lines(&stroke.lines),
        Item::Hairline(hairline) => of_lines(&hairline.lines),
        Item::Circles(circles) => cost::ITEM * circles.dots.len(),
        Item::Text(text) => cost::ITEM * text.shape.glyphs.len(),
        _ => 0,
    }
}
