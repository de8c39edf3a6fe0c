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
