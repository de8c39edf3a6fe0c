//! Source-over blending of ink into premultiplied RGBA pixels, eight bits a channel.

use super::coverage::Span;
use super::pixel::{Shares, blend_color, over, over_four, over_scaled, scale};
use crate::geo::{Affine, Effort, cost};
use crate::scene::{Ink, Pattern};
use crate::sprite::Image;

/// For each row of a picture, the columns `[from, to)`.
pub type Rows = Vec<(u32, u32)>;

/// The picture being drawn.
pub struct Canvas<'a> {
    pixels: &'a mut [u8],
    width: usize,
    height: usize,
    to_world_px: Affine,
    clip: Option<Rows>,
    effort: Option<Effort>,
    /// Pixels that were drawn and not yet counted.
    uncounted: usize,
    /// Where it was drawn on, if that is asked for.
    touched: Option<Touched>,
}

/// How many pixels are counted together.
const COUNTED_PX: usize = 1 << 12;

impl<'a> Canvas<'a> {
    pub fn new(pixels: &'a mut [u8], width_px: u32, to_world_px: Affine) -> Self {
        let width = width_px as usize;
        let height = pixels.len() / 4 / width.max(1);
        Self {
            pixels,
            width,
            height,
            to_world_px,
            clip: None,
            effort: None,
            uncounted: 0,
            touched: None,
        }
    }

    /// Has drawing given up when the effort is over.
    pub fn within(mut self, effort: &Effort) -> Self {
        self.effort = Some(effort.clone());
        self
    }

    /// Keeps where it is drawn on, for [`Canvas::blend_apart`].
    pub fn touched(mut self) -> Self {
        self.touched = Some(Touched::new(self.width, self.height));
        self
    }

    /// Where it was drawn on.
    pub fn into_touched(self) -> Option<Touched> {
        self.touched
    }

    /// Counts pixels that are drawn, at a [`cost`] each; whether to go on.
    #[inline]
    pub fn spends(&mut self, px: usize, cost: usize) -> bool {
        self.uncounted += px * cost;
        if self.uncounted < COUNTED_PX {
            return true;
        }
        let steps = std::mem::take(&mut self.uncounted);
        self.effort.as_ref().is_none_or(|effort| effort.spend(steps).is_ok())
    }

    /// Counts a pixel; whether to go on.
    pub fn has_time(&mut self) -> bool {
        self.spends(1, cost::PX)
    }

    pub fn width(&self) -> usize {
        self.width
    }

    pub fn height(&self) -> usize {
        self.height
    }

    /// Draws only in `rows` from now on, where there are any; gives what was before, for
    /// [`Canvas::unclip`].
    pub fn clip(&mut self, rows: Option<Rows>) -> Option<Rows> {
        let before = self.clip.clone();
        if let Some(mut rows) = rows {
            if let Some(outer) = &before {
                for (inner, outer) in rows.iter_mut().zip(outer) {
                    *inner = (inner.0.max(outer.0), inner.1.min(outer.1));
                }
            }
            self.clip = Some(rows);
        }
        before
    }

    pub fn unclip(&mut self, before: Option<Rows>) {
        self.clip = before;
    }

    /// Where drawing is allowed, if not everywhere.
    pub fn rows(&self) -> Option<&Rows> {
        self.clip.as_ref()
    }

    /// The columns of row `y` from `x`, `length` long, that may be drawn.
    #[inline]
    pub fn seen(&self, y: usize, x: usize, length: usize) -> std::ops::Range<usize> {
        match self.clip.as_ref().and_then(|rows| rows.get(y)) {
            None => x..x + length,
            Some((from, to)) => {
                let start = x.max(*from as usize).min(x + length);
                start..(x + length).min(*to as usize).max(start)
            }
        }
    }

    /// Blends the ink over every pixel.
    pub fn cover(&mut self, ink: &Ink) {
        for y in 0..self.height as u32 {
            self.blend(&Span { y, x: 0, length: self.width as u32, coverage: 255 }, ink);
        }
    }

    /// Blends a colour, premultiplied RGBA, over one span, thinned by its coverage.
    pub fn blend_color(&mut self, span: &Span, rgba: [u8; 4]) {
        let columns = self.counted(span);
        blend_color(self.row(span.y as usize, columns), rgba, span.coverage);
    }

    /// The columns of a span that may be drawn, which are counted; none where there is no time.
    fn counted(&mut self, span: &Span) -> std::ops::Range<usize> {
        let columns = self.seen(span.y as usize, span.x as usize, span.length as usize);
        match self.spends(columns.len(), cost::PX) {
            true => columns,
            false => columns.start..columns.start,
        }
    }

    /// A run of a row's pixels.
    #[inline]
    fn row(&mut self, y: usize, columns: std::ops::Range<usize>) -> &mut [u8] {
        if let Some(touched) = &mut self.touched {
            touched.add(y, &columns);
        }
        let row = y * self.width;
        &mut self.pixels[(row + columns.start) * 4..(row + columns.end) * 4]
    }

    /// Blends the ink over one span, thinned by its coverage.
    pub fn blend(&mut self, span: &Span, ink: &Ink) {
        let (y, columns, to_world_px) = (span.y as usize, self.counted(span), self.to_world_px);
        let pixels = self.row(y, columns.clone());
        match ink {
            Ink::Color(color) => blend_color(pixels, color.premultiplied_rgba8(), span.coverage),
            Ink::Pattern(pattern) => {
                let alpha =
                    (pattern.opacity.clamp(0.0, 1.0) * f64::from(span.coverage)).round() as u8;
                match to_world_px.whole_move().filter(|_| pattern.scale == 1.0) {
                    Some((dx, dy)) => {
                        let at = (dx + columns.start as i64, dy + i64::from(span.y));
                        blend_pattern(pixels, &pattern.image, at, alpha);
                    }
                    None => {
                        for (pixel, x) in pixels.chunks_exact_mut(4).zip(columns) {
                            let rgba = pattern_at(pattern, &to_world_px, x, y);
                            over_scaled(pixel, rgba, alpha);
                        }
                    }
                }
            }
        }
    }

    /// Blends premultiplied RGBA over one pixel that [`Canvas::seen`] allows.
    #[inline]
    pub fn blend_pixel(&mut self, x: usize, y: usize, rgba: [u8; 4], coverage: u8) {
        over_scaled(self.row(y, x..x + 1), rgba, coverage);
    }

    /// Blends one colour over the pixels of a row from `x` on, as far as they may be drawn, each
    /// thinned by its own share.
    pub fn blend_shares(&mut self, x: usize, y: usize, alphas: &[u8], shares: &Shares) {
        let columns = self.seen(y, x, alphas.len());
        let alphas = &alphas[columns.start - x..columns.end - x];
        for (pixel, alpha) in self.row(y, columns).chunks_exact_mut(4).zip(alphas) {
            let source = shares.of(*alpha);
            match *pixel == [0; 4] {
                true => pixel.copy_from_slice(&source),
                false => over(pixel, source),
            }
        }
    }

    /// Blends one colour, premultiplied RGBA, over a run of a row's pixels that [`Canvas::seen`]
    /// allows.
    pub fn blend_run(&mut self, y: usize, columns: std::ops::Range<usize>, rgba: [u8; 4]) {
        blend_color(self.row(y, columns), rgba, 255);
    }

    /// Blends premultiplied RGBA over the pixels of a row from `x` on, as far as they are in the
    /// picture and may be drawn.
    pub fn blend_row(&mut self, x: i64, y: i64, rgba: &[[u8; 4]]) {
        let (Ok(row), width) = (usize::try_from(y), self.width as i64) else { return };
        let (from, to) = (x.clamp(0, width), (x + rgba.len() as i64).clamp(0, width));
        if row >= self.height || from >= to {
            return;
        }
        let columns = self.seen(row, from as usize, (to - from) as usize);
        let Some(given) = usize::try_from(columns.start as i64 - x).ok() else { return };
        let given = &rgba[given..given + columns.len()];
        let (four, rest) = self.row(row, columns).as_chunks_mut::<16>();
        let (four_of, rest_of) = given.as_chunks::<4>();
        for (below, source) in four.iter_mut().zip(four_of) {
            over_four(below, bytemuck::cast_ref::<[[u8; 4]; 4], [u8; 16]>(source), 255);
        }
        for (pixel, source) in rest.chunks_exact_mut(4).zip(rest_of) {
            over(pixel, *source);
        }
    }

    /// Blends a picture of the same size, drawn apart, over this one, and leaves it empty.
    pub fn blend_apart(&mut self, apart: &mut [u8], touched: &Touched, opacity: f64) {
        let alpha = (opacity.clamp(0.0, 1.0) * 255.0).round() as u8;
        for (y, columns) in touched.blocks() {
            let start = y * self.width * 4;
            let source = &mut apart[start + columns.start * 4..start + columns.end * 4];
            let below = self.row(y, columns);
            let (four, rest) = below.as_chunks_mut::<16>();
            let (four_of, rest_of) = source.as_chunks::<16>();
            four.iter_mut()
                .zip(four_of)
                .for_each(|(below, source)| over_four(below, source, alpha));
            for (pixel, source) in rest.chunks_exact_mut(4).zip(rest_of.chunks_exact(4)) {
                over_scaled(pixel, [source[0], source[1], source[2], source[3]], alpha);
            }
            source.fill(0);
        }
    }
}

/// Where a picture was drawn on: a bit for each block of a row.
#[derive(Debug)]
pub struct Touched {
    blocks: Vec<u64>,
    words: usize,
    width: usize,
}

/// Pixels of a block.
const BLOCK: usize = 16;

impl Touched {
    fn new(width: usize, height: usize) -> Self {
        let words = width.div_ceil(BLOCK * 64);
        Self { blocks: vec![0; words * height], words, width }
    }

    fn add(&mut self, y: usize, columns: &std::ops::Range<usize>) {
        for block in columns.start / BLOCK..columns.end.div_ceil(BLOCK) {
            self.blocks[y * self.words + block / 64] |= 1 << (block % 64);
        }
    }

    /// Rows with the columns of each of their blocks.
    fn blocks(&self) -> impl Iterator<Item = (usize, std::ops::Range<usize>)> {
        self.blocks.iter().enumerate().filter(|(_, bits)| **bits != 0).flat_map(move |(i, bits)| {
            let (y, first) = (i / self.words, i % self.words * 64);
            (0..64).filter(move |bit| bits >> bit & 1 == 1).map(move |bit| {
                let start = (first + bit) * BLOCK;
                (y, start..(start + BLOCK).min(self.width))
            })
        })
    }
}

/// `at` is the first pixel's place in the world, which alone decides the pattern's phase.
fn blend_pattern(pixels: &mut [u8], image: &Image, at: (i64, i64), alpha: u8) {
    let (width, height) = (image.width_px as usize, image.height_px as usize);
    let row = at.1.rem_euclid(height as i64) as usize * width;
    let mut column = at.0.rem_euclid(width as i64) as usize;
    for pixel in pixels.chunks_exact_mut(4) {
        let i = (row + column) * 4;
        let source =
            scale([image.rgba[i], image.rgba[i + 1], image.rgba[i + 2], image.rgba[i + 3]], alpha);
        if source[3] > 0 {
            over(pixel, source);
        }
        column = if column + 1 == width { 0 } else { column + 1 };
    }
}

/// The pattern's colour at a pixel's centre.
fn pattern_at(pattern: &Pattern, to_world_px: &Affine, x: usize, y: usize) -> [u8; 4] {
    let (wx, wy) = to_world_px.apply(x as f64 + 0.5, y as f64 + 0.5);
    mixed(&pattern.image, wx * pattern.scale, wy * pattern.scale, Edge::Wrap)
}

/// What lies beyond an image's edge.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Edge {
    /// The image again.
    Wrap,
    /// One pixel of the image again, which then goes on.
    Margin,
    /// Its last row or column.
    Clamp,
    /// Nothing.
    Empty,
}

/// The colour at a place of the image (px from its top left corner), mixed of the four pixels
/// around it.
pub fn mixed(image: &Image, x: f64, y: f64, edge: Edge) -> [u8; 4] {
    let (width, height) = (i64::from(image.width_px), i64::from(image.height_px));
    // Far beyond any image, and within whole numbers.
    let sane = |v: f64| if v.is_finite() { (v - 0.5).clamp(-1e12, 1e12) } else { 0.0 };
    let (x, y) = (sane(x), sane(y));
    let (left, top) = (x.floor(), y.floor());
    let (fx, fy) = (x - left, y - top);
    let place = |i: i64, side: i64| match edge {
        Edge::Wrap => i.rem_euclid(side),
        Edge::Margin => i.clamp(-1, side).rem_euclid(side),
        Edge::Clamp | Edge::Empty => i.clamp(0, side - 1),
    };
    // Beyond an empty edge a pixel has no weight.
    let share = |i: i64, side: i64, share: f64| {
        if edge == Edge::Empty && !(0..side).contains(&i) { 0.0 } else { share }
    };
    let (x, y) = (left as i64, top as i64);
    let (x0, x1) = (place(x, width), place(x + 1, width));
    let (y0, y1) = (place(y, height), place(y + 1, height));
    let at = |x: i64, y: i64| ((y * width + x) * 4) as usize;
    let corners = [at(x0, y0), at(x1, y0), at(x0, y1), at(x1, y1)];
    let (w0, w1) = (share(x, width, 1.0 - fx), share(x + 1, width, fx));
    let (h0, h1) = (share(y, height, 1.0 - fy), share(y + 1, height, fy));
    let weights = [w0 * h0, w1 * h0, w0 * h1, w1 * h1];
    std::array::from_fn(|channel| {
        let sum: f64 =
            corners.iter().zip(weights).map(|(i, w)| f64::from(image.rgba[i + channel]) * w).sum();
        (sum + 0.5) as u8
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_drawn_apart_is_blended_wherever_it_was_drawn() {
        const WIDTH: usize = 2_059;
        const WORLD: Affine = Affine { a: 1.0, b: 0.0, c: 0.0, d: 0.0, e: 1.0, f: 0.0 };
        let below: Vec<u8> = (0..WIDTH * 3 * 4).map(|i| (i * 7 % 200) as u8).collect();
        let mut pixels = below.clone();
        let mut apart = vec![0; pixels.len()];
        let mut inner = Canvas::new(&mut apart, WIDTH as u32, WORLD).touched();
        inner.blend_pixel(0, 0, [9, 8, 7, 200], 255);
        inner.blend_run(1, 1_000..1_050, [60, 0, 30, 90]);
        inner.blend_row(WIDTH as i64 - 3, 2, &[[200, 100, 50, 255]; 9]);
        let touched = inner.into_touched().unwrap();
        let drawn = apart.clone();
        Canvas::new(&mut pixels, WIDTH as u32, WORLD).blend_apart(&mut apart, &touched, 0.4);
        assert!(apart.iter().all(|v| *v == 0) && drawn.iter().any(|v| *v > 0));
        let mut wanted = below;
        for (pixel, source) in wanted.chunks_exact_mut(4).zip(drawn.as_chunks::<4>().0) {
            over_scaled(pixel, *source, 102);
        }
        assert!(pixels == wanted);
    }

    #[test]
    fn beyond_a_margin_of_one_pixel_an_image_stays_as_it_is() {
        let image =
            Image::new(3, 1, 1.0, [10, 20, 30].iter().flat_map(|v| [*v, *v, *v, 255]).collect());
        let at = |x: f64, edge| mixed(&image, x, 0.5, edge)[0];
        assert_eq!([-1.5, -0.5, 0.5, 3.5, 4.5].map(|x| at(x, Edge::Margin)), [30, 30, 10, 10, 10]);
        assert_eq!([-1.5, -0.5, 0.5, 3.5, 4.5].map(|x| at(x, Edge::Wrap)), [20, 30, 10, 10, 20]);
    }
}
