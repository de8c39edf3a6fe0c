//! What vectors have no word for, drawn to pixels.

use std::sync::Arc;

use tiny_skia::Pixmap;

use super::{Mark, Writer};
use crate::paint::raster::{self, Brush, Stamps, Unfinished};
use crate::scene::{self, Item, Scene};
use crate::sprite::Image;

impl Writer<'_> {
    /// Items drawn to pixels, cut to what they cover.
    pub(super) fn picture(&self, items: Vec<Item>) -> Result<Option<Mark>, Unfinished> {
        if items.is_empty() {
            return Ok(None);
        }
        let layer = scene::Layer { id: String::new(), items };
        let Scene { width_px, height_px, to_world_px, ratio, .. } = *self.scene;
        let alone = Scene { width_px, height_px, to_world_px, ratio, layers: vec![layer] };
        let brush = Brush { stamps: &Stamps::default(), effort: self.effort };
        let is_ground = alone.layers.iter().flat_map(|layer| &layer.items).all(is_ground);
        let pixmap = raster::paint(&alone, brush)?;
        let every = if is_ground { coarseness(ratio) } else { 1 };
        Ok(self.cut(&pixmap, every))
    }

    /// What is drawn of a picture, as a mark of every `every`-th pixel; none where nothing is.
    fn cut(&self, pixmap: &Pixmap, every: usize) -> Option<Mark> {
        let (width, height) = (pixmap.width() as usize, pixmap.height() as usize);
        let data = pixmap.data();
        let pixel = |x: usize, y: usize| &data[(y * width + x) * 4..][..4];
        let seen = |x: usize, y: usize| pixel(x, y)[3] > 0;
        let rows: Vec<usize> = (0..height).filter(|y| (0..width).any(|x| seen(x, *y))).collect();
        let (top, bottom) = (*rows.first()?, *rows.last()? + 1);
        let columns: Vec<usize> =
            (0..width).filter(|x| (top..bottom).any(|y| seen(*x, y))).collect();
        let (left, right) = (*columns.first()?, *columns.last()? + 1);
        // The middle one of each cell of them.
        let middle = |first: usize, end: usize| {
            (first..end).step_by(every).map(move |at| (at + every / 2).min(end - 1))
        };
        let cut = middle(top, bottom)
            .flat_map(|y| middle(left, right).flat_map(move |x| pixel(x, y).iter().copied()));
        let image = Image::new(
            (right - left).div_ceil(every) as u32,
            (bottom - top).div_ceil(every) as u32,
            self.scene.ratio / every as f64,
            cut.collect(),
        );
        let size = every as f64;
        // A pixel stands for what is round its middle.
        let shift = (every / 2) as f64 + 0.5 - size / 2.0;
        let matrix = [size, 0.0, 0.0, size, left as f64 + shift, top as f64 + shift];
        Some(Mark::Picture { image: Arc::new(image), matrix, opacity: 1.0, smooth: every > 1 })
    }
}

/// Whether it is light and shade, or heights as colours: these change slowly.
fn is_ground(item: &Item) -> bool {
    match item {
        Item::Relief(_) => true,
        Item::Group(group) => group.items.iter().all(is_ground),
        _ => false,
    }
}

/// How many device px the side of a pixel of the ground is: a power of two, so that there are one
/// to two of them a CSS px (96 to 192 an inch). More would make documents ten times as large, and
/// show nothing: heights lie hundreds of metres apart.
fn coarseness(ratio: f64) -> usize {
    let mut every = 1;
    while ratio / f64::from(2 * every) >= 1.0 {
        every *= 2;
    }
    every as usize
}
