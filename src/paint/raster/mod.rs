//! The raster painter: a scene to premultiplied RGBA pixels.
//!
//! **Invariant (seamless).** What a pixel gets depends on the items and on the pixel's place in the
//! world, never on the picture's size or edges. Areas are turned to coverage by [`coverage`] alone,
//! lines to pixels by [`strip`] alone, blending is done pixel by pixel in source order, and every
//! distance is measured from a shape's own points.

mod band;
mod blend;
mod circle;
mod coverage;
mod field;
mod hairline;
mod heat;
mod icon;
mod image;
mod line;
mod outlines;
mod pen;
mod piece;
mod pixel;
mod relief;
mod solid;
mod stamp;
mod strip;
mod text;

use tiny_skia::{IntSize, Pixmap};

use crate::geo::{Affine, Effort, SUBPIXELS, Snapped, Stopped, cost};
use crate::scene::{Areas, Fill, Group, Item, Scene};
use band::Bands;
use blend::{Canvas, Rows};
use coverage::Coverage;
pub(super) use field::limited;
pub use stamp::Stamps;

/// What scenes are drawn with.
#[derive(Clone, Copy)]
pub struct Brush<'a> {
    /// Glyphs kept from earlier pictures.
    pub stamps: &'a Stamps,
    /// What drawing may take.
    pub effort: &'a Effort,
}

/// Why a scene is not drawn to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unfinished {
    /// A picture of its size can't be had in memory.
    Memory,
    /// It takes longer than it may, or nobody waits for it.
    Stopped(Stopped),
}

impl From<Stopped> for Unfinished {
    fn from(why: Stopped) -> Self {
        Self::Stopped(why)
    }
}

/// Draws the scene on a transparent canvas.
///
/// # Errors
/// Where memory runs out, or the brush says stop.
pub fn paint(scene: &Scene, brush: Brush) -> Result<Pixmap, Unfinished> {
    let px = scene.width_px as usize * scene.height_px as usize;
    brush.effort.spend(cost::PX * px)?;
    let mut pixmap = clear(scene.width_px, scene.height_px)?;
    let mut painter = Painter {
        width_px: scene.width_px,
        height_px: scene.height_px,
        to_world_px: scene.to_world_px,
        coverage: Coverage::new(scene.width_px, scene.height_px),
        brush,
        layer: text::Layer::default(),
        bands: Bands::default(),
        spare: Vec::new(),
    };
    let mut canvas =
        Canvas::new(pixmap.data_mut(), scene.width_px, scene.to_world_px).within(brush.effort);
    for layer in &scene.layers {
        painter.draw(&layer.items, &mut canvas)?;
    }
    Ok(pixmap)
}

/// A transparent canvas. Where there is not so much memory, that is an error, and not the end of
/// the program.
fn clear(width_px: u32, height_px: u32) -> Result<Pixmap, Unfinished> {
    let bytes = u64::from(width_px) * u64::from(height_px) * 4;
    let bytes = usize::try_from(bytes).map_err(|_| Unfinished::Memory)?;
    let mut pixels = Vec::new();
    pixels.try_reserve_exact(bytes).map_err(|_| Unfinished::Memory)?;
    pixels.resize(bytes, 0);
    let size = IntSize::from_wh(width_px, height_px).ok_or(Unfinished::Memory)?;
    Pixmap::from_vec(pixels, size).ok_or(Unfinished::Memory)
}

struct Painter<'a> {
    width_px: u32,
    height_px: u32,
    to_world_px: Affine,
    coverage: Coverage,
    brush: Brush<'a>,
    layer: text::Layer,
    bands: Bands,
    /// Transparent pictures for what is drawn apart.
    spare: Vec<Pixmap>,
}

impl Painter<'_> {
    fn draw(&mut self, items: &[Item], canvas: &mut Canvas) -> Result<(), Unfinished> {
        for item in items {
            self.brush.effort.spend(cost::ITEM)?;
            match item {
                Item::Background(ink) => canvas.cover(ink),
                Item::Fill(fill) => self.fill(fill, canvas),
                Item::Areas(areas) => self.areas(areas, canvas)?,
                Item::Stroke(stroke) => line::draw(stroke, &mut self.bands, canvas),
                Item::Hairline(hairline) => hairline::draw(hairline, canvas),
                Item::Circles(circles) => {
                    self.brush.effort.spend(cost::ITEM * circles.dots.len())?;
                    circle::draw(circles, &self.brush.stamps.discs, canvas);
                }
                Item::Raster(raster) => image::draw(raster, canvas),
                Item::Relief(relief) => relief::draw(relief, &self.brush.stamps.shaders, canvas),
                Item::Heatmap(heatmap) => heat::draw(heatmap, canvas).ok_or(Unfinished::Memory)?,
                Item::Icon(icon) => icon::draw(icon, canvas),
                Item::Text(text) => self.text(text, canvas),
                Item::Group(group) => self.group(group, canvas)?,
            }
            // What was broken off is no picture. The clock is asked by what is spent.
            self.brush.effort.over().map_or(Ok(()), Err)?;
        }
        Ok(())
    }

    fn fill(&mut self, fill: &Fill, canvas: &mut Canvas) {
        for ring in &fill.rings {
            self.coverage.add_ring(ring);
        }
        self.coverage.spans(|span| {
            if let Some(span) = span.edged(fill.antialias) {
                canvas.blend(&span, &fill.ink);
            }
        });
    }

    fn areas(&mut self, areas: &Areas, canvas: &mut Canvas) -> Result<(), Unfinished> {
        self.brush.effort.spend(cost::ITEM * areas.len())?;
        let colors: Vec<[u8; 4]> =
            areas.looks.iter().map(|look| look.color.premultiplied_rgba8()).collect();
        let of = |look: usize| colors.get(look).copied().unwrap_or_default();
        for area in areas.each().filter(|area| area.is_fringed) {
            area.rings().for_each(|ring| hairline::ring(ring, of(area.look), canvas));
        }
        for (look, line) in &areas.cut_fringes {
            hairline::line(line, of(*look as usize), canvas);
        }
        for area in areas.each() {
            area.rings().for_each(|ring| self.coverage.add_ring(ring));
            let rgba = of(area.look);
            let antialias = areas.looks.get(area.look).is_some_and(|look| look.antialias);
            self.coverage.spans(|span| {
                if let Some(span) = span.edged(antialias) {
                    canvas.blend_color(&span, rgba);
                }
            });
            self.brush.effort.over().map_or(Ok(()), Err)?;
        }
        Ok(())
    }

    fn group(&mut self, group: &Group, canvas: &mut Canvas) -> Result<(), Unfinished> {
        let outer = canvas
            .clip(group.clip.as_ref().map(|quad| rows_in(quad, self.width_px, self.height_px)));
        if group.opacity >= 1.0 {
            self.draw(&group.items, canvas)?;
        } else {
            let mut apart = match self.spare.pop() {
                Some(spare) => spare,
                None => clear(self.width_px, self.height_px)?,
            };
            let mut inner = Canvas::new(apart.data_mut(), self.width_px, self.to_world_px)
                .within(self.brush.effort)
                .touched();
            inner.clip(canvas.rows().cloned());
            self.draw(&group.items, &mut inner)?;
            if let Some(touched) = inner.into_touched() {
                canvas.blend_apart(apart.data_mut(), &touched, group.opacity);
            }
            self.spare.push(apart);
        }
        canvas.unclip(outer);
        Ok(())
    }
}

/// The pixels of each row whose centre lies in the convex shape. Centres on the left and upper
/// edges belong to it, and an edge crosses a row at one place whichever way round it is walked, so
/// that shapes side by side share no pixel and leave none between them.
fn rows_in(quad: &[Snapped; 4], width_px: u32, height_px: u32) -> Rows {
    let limit = i64::from(width_px);
    // The first pixel whose centre is not left of `x`.
    let first =
        |x: i64| (x - SUBPIXELS / 2 + SUBPIXELS - 1).div_euclid(SUBPIXELS).clamp(0, limit) as u32;
    (0..i64::from(height_px))
        .map(|row| {
            let y = row * SUBPIXELS + SUBPIXELS / 2;
            let (mut left, mut right) = (i64::MAX, i64::MIN);
            for i in 0..4 {
                if let Some(x) = crossing(quad[i], quad[(i + 1) % 4], y) {
                    (left, right) = (left.min(x), right.max(x));
                }
            }
            if left < right { (first(left), first(right)) } else { (0, 0) }
        })
        .collect()
}

/// Where an edge crosses a row: one floor division from its upper end.
fn crossing(a: Snapped, b: Snapped, y: i64) -> Option<i64> {
    let (upper, lower) = if a.y <= b.y { (a, b) } else { (b, a) };
    if y < upper.y || lower.y <= y {
        return None;
    }
    let (run, rise) = (i128::from(lower.x - upper.x), i128::from(lower.y - upper.y));
    Some(upper.x + (run * i128::from(y - upper.y)).div_euclid(rise) as i64)
}
