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

use std::sync::Arc;

use tiny_skia::Pixmap;

pub use glyphs::{GlyphRun, PlacedGlyph};

use super::raster::{self, Brush, Stamps, Unfinished};
use crate::color::Color;
use crate::geo::{Effort, SUBPIXELS, Snapped, cost};
use crate::scene::{self, Cap, Item, Join, LineInk, Scene, TextPart, offset};
use crate::sprite::Image;
use clip::Page;

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
        for item in items {
            self.effort.spend(cost::ITEM + cost::POSITION * positions(item))?;
            match item {
                Item::Background(ink) => {
                    let (w, h) = (f64::from(self.scene.width_px), f64::from(self.scene.height_px));
                    let ring = vec![[0.0, 0.0], [w, 0.0], [w, h], [0.0, h]];
                    out.push(Mark::Area { rings: vec![ring], paint: self.paint(ink), crisp: true });
                }
                Item::Fill(fill) => {
                    let rings = fill.rings.iter().map(|r| self.page.area(r.iter().map(point)));
                    let rings: Vec<Vec<Point>> = rings.filter(|r| r.len() > 2).collect();
                    if !rings.is_empty() {
                        out.push(Mark::Area {
                            rings,
                            paint: self.paint(&fill.ink),
                            crisp: !fill.antialias,
                        });
                    }
                }
                Item::Hairline(hairline) if hairline.fringe => {}
                Item::Hairline(hairline) => {
                    let lines = self.lines(&hairline.lines, 1.0);
                    let (cap, join) = (Cap::Butt, Join::Miter { limit: 2.0 });
                    out.push(Mark::Lines(Lines {
                        lines,
                        color: hairline.color,
                        width: 1.0,
                        cap,
                        join,
                        dashes: Vec::new(),
                    }));
                }
                Item::Stroke(stroke) => self.stroke(stroke, &mut out)?,
                Item::Circle(circle) => self.circle(circle, &mut out),
                Item::Icon(icon) if !icon.image.sdf => out.extend(icon_mark(icon)),
                Item::Text(text) => {
                    match glyphs::runs(&text.shape, text.ink.color, text.ink.opacity) {
                        Some(runs) => {
                            let ink = raster::limited(&text.ink);
                            let halo = (text.part != TextPart::Letters
                                && ink.halo_width > 0.0
                                && ink.halo_color.a > 0.0)
                                .then(|| {
                                    (
                                        ink.halo_color.with_opacity(ink.opacity),
                                        ink.halo_width * ink.ratio,
                                    )
                                });
                            let letters = text.part != TextPart::Halo;
                            // A label whose room reaches into the page may have no letter on it.
                            let on_page = |run: &GlyphRun| {
                                run.glyphs.iter().any(|g| self.page.meets(g.origin, run.em_px))
                            };
                            if runs.iter().any(on_page) && (letters || halo.is_some()) {
                                out.push(Mark::Text {
                                    runs,
                                    text: text.shape.text.clone(),
                                    halo,
                                    letters,
                                });
                            }
                        }
                        None => out.extend(self.drawn(item)?),
                    }
                }
                Item::Raster(_) | Item::Relief(_) | Item::Heatmap(_) | Item::Icon(_) => {
                    out.extend(self.drawn(item)?)
                }
                Item::Group(group) => {
                    let marks = self.items(&group.items)?;
                    if !marks.is_empty() {
                        let clip = group.clip.as_ref().map(|c| c.each_ref().map(point));
                        out.push(Mark::Group { marks, opacity: group.opacity, clip });
                    }
                }
            }
        }
        Ok(out)
    }

    fn paint(&self, ink: &scene::Ink) -> Paint {
        match ink {
            scene::Ink::Color(color) => Paint::Color(*color),
            scene::Ink::Pattern(pattern) => {
                // World px are pattern px divided by its scale; the page's are the world's turned
                // back.
                let w = self.scene.to_world_px;
                let determinant = w.a * w.e - w.b * w.d;
                let (ia, ib) = (w.e / determinant, -w.b / determinant);
                let (ic, id) = (-w.d / determinant, w.a / determinant);
                let s = 1.0 / pattern.scale.max(1e-9);
                let (e, f) = (-(ia * w.c + ib * w.f), -(ic * w.c + id * w.f));
                // Whole repetitions are taken off, so that the numbers stay small.
                let upright = (w.b, w.d) == (0.0, 0.0);
                let near = |v: f64, period: f64| if upright { v.rem_euclid(period) } else { v };
                let period = |side: u32| f64::from(side) * s;
                let (e, f) = (
                    near(e, period(pattern.image.width_px)),
                    near(f, period(pattern.image.height_px)),
                );
                Paint::Pattern {
                    image: pattern.image.clone(),
                    matrix: [ia * s, ic * s, ib * s, id * s, e, f],
                    opacity: pattern.opacity.clamp(0.0, 1.0),
                }
            }
        }
    }

    /// What of the lines can be seen.
    fn lines(&self, lines: &[scene::Line], width: f64) -> Vec<(Vec<Point>, bool, f64)> {
        lines
            .iter()
            .flat_map(|l| self.page.line(l.points.iter().map(point).collect(), l.closed, width))
            .collect()
    }

    fn stroke(&self, stroke: &scene::Stroke, out: &mut Vec<Mark>) -> Result<(), Unfinished> {
        if matches!(stroke.ink, LineInk::Pattern { .. }) {
            out.extend(self.drawn(&Item::Stroke(stroke.clone()))?);
            return Ok(());
        }
        // Beside a gap there are two lines.
        let aside = (stroke.gap_px + stroke.width_px) / 2.0 * SUBPIXELS as f64;
        let sides: Vec<scene::Line> = match stroke.gap_px > 0.0 {
            false => stroke.lines.clone(),
            true => stroke
                .lines
                .iter()
                .flat_map(|l| [offset(l, aside), offset(l, -aside)])
                .flatten()
                .collect(),
        };
        let lines = self.lines(&sides, stroke.width_px + stroke.blur_px);
        if lines.is_empty() {
            return Ok(());
        }
        let look = |color: Color, width: f64| Lines {
            lines: lines.clone(),
            color,
            width,
            cap: stroke.cap,
            join: stroke.join,
            dashes: stroke.dashes_px.clone(),
        };
        match &stroke.ink {
            LineInk::Color(color) if stroke.blur_px > 0.5 => {
                // From the widest in: each adds an equal share of what shows in the middle.
                let outset = stroke.width_px / 2.0 + 0.5;
                let softness = stroke.blur_px + 1.0;
                let steps = (softness / 1.5).ceil().clamp(3.0, 14.0);
                let mut below = 0.0;
                for step in 1..=steps as u32 {
                    let width = 2.0 * (outset - softness * (f64::from(step) - 0.5) / steps);
                    if width <= 0.0 {
                        break;
                    }
                    let so_far = color.a * f64::from(step) / steps;
                    let alpha = 1.0 - (1.0 - so_far) / (1.0 - below);
                    below = so_far;
                    out.push(Mark::Lines(look(Color { a: alpha, ..*color }, width)));
                    if so_far >= 1.0 {
                        break;
                    }
                }
            }
            LineInk::Color(color) => out.push(Mark::Lines(look(*color, stroke.width_px))),
            LineInk::Gradient { colors, opacity } => {
                for line in &lines {
                    for (piece, share) in clip::pieces(line, 48) {
                        let color = colors[((share * (colors.len() - 1) as f64).round() as usize)
                            .min(colors.len() - 1)];
                        let lines = vec![(piece, false, 0.0)];
                        let color = color.with_opacity(*opacity);
                        out.push(Mark::Lines(Lines {
                            lines,
                            cap: Cap::Butt,
                            ..look(color, stroke.width_px)
                        }));
                    }
                }
            }
            LineInk::Pattern { .. } => {}
        }
        Ok(())
    }

    fn circle(&self, circle: &scene::Circle, out: &mut Vec<Mark>) {
        let center = point(&circle.center);
        let outer = circle.radius_px + circle.stroke_px;
        if !self.page.meets(center, outer) {
            return;
        }
        if circle.blur_px > 1.5 {
            let steps = (circle.blur_px / 1.5).ceil().clamp(3.0, 14.0);
            let mut below = 0.0;
            for step in 1..=steps as u32 {
                let radius = outer - circle.blur_px * (f64::from(step) - 0.5) / steps;
                let so_far = circle.color.a * f64::from(step) / steps;
                let color = Color { a: 1.0 - (1.0 - so_far) / (1.0 - below), ..circle.color };
                below = so_far;
                if radius <= 0.0 || color.a <= 0.0 {
                    break;
                }
                out.push(Mark::Disc { center, radius, color });
                if so_far >= 1.0 {
                    break;
                }
            }
            return;
        }
        if circle.color.a > 0.0 && circle.radius_px > 0.0 {
            out.push(Mark::Disc { center, radius: circle.radius_px, color: circle.color });
        }
        if circle.stroke_px > 0.0 && circle.stroke_color.a > 0.0 {
            let radius = circle.radius_px + circle.stroke_px / 2.0;
            out.push(Mark::Rim {
                center,
                radius,
                width: circle.stroke_px,
                color: circle.stroke_color,
            });
        }
    }

    /// An item drawn to pixels, cut to what it covers.
    fn drawn(&self, item: &Item) -> Result<Option<Mark>, Unfinished> {
        let layer = scene::Layer { id: String::new(), items: vec![item.clone()] };
        let Scene { width_px, height_px, to_world_px, ratio, .. } = *self.scene;
        let alone = Scene { width_px, height_px, to_world_px, ratio, layers: vec![layer] };
        let brush = Brush { stamps: &Stamps::default(), effort: self.effort };
        let pixmap = raster::paint(&alone, brush)?;
        Ok(self.cut(&pixmap))
    }

    /// What is drawn of a picture, as a mark; none where nothing is.
    fn cut(&self, pixmap: &Pixmap) -> Option<Mark> {
        let (width, height) = (pixmap.width() as usize, pixmap.height() as usize);
        let data = pixmap.data();
        let seen = |x: usize, y: usize| data[(y * width + x) * 4 + 3] > 0;
        let rows: Vec<usize> = (0..height).filter(|y| (0..width).any(|x| seen(x, *y))).collect();
        let (top, bottom) = (*rows.first()?, *rows.last()? + 1);
        let columns: Vec<usize> =
            (0..width).filter(|x| (top..bottom).any(|y| seen(*x, y))).collect();
        let (left, right) = (*columns.first()?, *columns.last()? + 1);
        let cut = (top..bottom)
            .flat_map(|y| data[(y * width + left) * 4..(y * width + right) * 4].iter().copied());
        let image = Image::new(
            (right - left) as u32,
            (bottom - top) as u32,
            self.scene.ratio,
            cut.collect(),
        );
        let matrix = [1.0, 0.0, 0.0, 1.0, left as f64, top as f64];
        Some(Mark::Picture { image: Arc::new(image), matrix, opacity: 1.0, smooth: false })
    }
}

/// How many positions, and letters, it is drawn from.
fn positions(item: &Item) -> usize {
    let of_lines = |lines: &[scene::Line]| lines.iter().map(|line| line.points.len()).sum();
    match item {
        Item::Fill(fill) => fill.rings.iter().map(Vec::len).sum(),
        Item::Stroke(stroke) => of_lines(&stroke.lines),
        Item::Hairline(hairline) => of_lines(&hairline.lines),
        Item::Text(text) => cost::ITEM * text.shape.glyphs.len(),
        _ => 0,
    }
}

fn icon_mark(icon: &scene::Icon) -> Option<Mark> {
    let [left, top, right, bottom] = icon.part;
    let (width, height) = (right - left, bottom - top);
    let (a, b) = (icon.right[0] / width, icon.right[1] / width);
    let (c, d) = (icon.down[0] / height, icon.down[1] / height);
    let at = point(&icon.anchor);
    let (x, y) = (at[0] + icon.origin[0], at[1] + icon.origin[1]);
    // The image's own corner, left of and above the part shown.
    let (e, f) = (x - a * left - c * top, y - b * left - d * top);
    let opacity = icon.ink.opacity.clamp(0.0, 1.0);
    let seen = opacity > 0.0 && (a * d - b * c).abs() > 1e-9;
    seen.then(|| Mark::Picture {
        image: icon.image.clone(),
        matrix: [a, b, c, d, e, f],
        opacity,
        smooth: !icon.nearest,
    })
}
