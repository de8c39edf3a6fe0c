//! Source-over blending of ink into premultiplied RGBA pixels, eight bits a channel.

use tiny_skia::Pixmap;

use super::coverage::Span;
use crate::color::Color;
use crate::scene::Ink;
use crate::sprite::Image;

/// The picture being drawn.
pub struct Canvas<'a> {
    pixels: &'a mut [u8],
    width: usize,
    height: usize,
    origin_px: (i64, i64),
}

impl<'a> Canvas<'a> {
    pub fn new(pixmap: &'a mut Pixmap, origin_px: (i64, i64)) -> Self {
        let (width, height) = (pixmap.width() as usize, pixmap.height() as usize);
        Self { pixels: pixmap.data_mut(), width, height, origin_px }
    }

    pub fn width(&self) -> usize {
        self.width
    }

    pub fn height(&self) -> usize {
        self.height
    }

    /// Blends the ink over every pixel.
    pub fn cover(&mut self, ink: &Ink) {
        for y in 0..self.height as u32 {
            self.blend(&Span { y, x: 0, length: self.width as u32, coverage: 255 }, ink);
        }
    }

    /// Blends the ink over one span, thinned by its coverage.
    pub fn blend(&mut self, span: &Span, ink: &Ink) {
        let start = (span.y as usize * self.width + span.x as usize) * 4;
        let pixels = &mut self.pixels[start..start + span.length as usize * 4];
        match ink {
            Ink::Color(color) => blend_color(pixels, color.premultiplied_rgba8(), span.coverage),
            Ink::Pattern { image, opacity } => {
                let alpha = (opacity.clamp(0.0, 1.0) * f64::from(span.coverage)).round() as u8;
                let at = (self.origin_px.0 + i64::from(span.x), self.origin_px.1 + i64::from(span.y));
                blend_pattern(pixels, image, at, alpha);
            }
        }
    }

    /// Blends a colour over a row of pixels from column `x`, each with its own coverage.
    pub fn blend_row(&mut self, x: usize, y: usize, coverages: &[u8], color: Color) {
        let rgba = color.premultiplied_rgba8();
        let start = (y * self.width + x) * 4;
        let pixels = &mut self.pixels[start..start + coverages.len() * 4];
        for (pixel, coverage) in pixels.chunks_exact_mut(4).zip(coverages) {
            if *coverage > 0 {
                blend_color(pixel, rgba, *coverage);
            }
        }
    }

    /// Blends a colour over one pixel with coverage 0..=255.
    pub fn blend_pixel(&mut self, x: usize, y: usize, color: Color, coverage: u8) {
        if coverage > 0 {
            let start = (y * self.width + x) * 4;
            blend_color(&mut self.pixels[start..start + 4], color.premultiplied_rgba8(), coverage);
        }
    }
}

fn blend_color(pixels: &mut [u8], rgba: [u8; 4], coverage: u8) {
    let source = scale(rgba, coverage);
    match source[3] {
        0 => {}
        255 => pixels.chunks_exact_mut(4).for_each(|p| p.copy_from_slice(&source)),
        _ => pixels.chunks_exact_mut(4).for_each(|p| over(p, source)),
    }
}

/// `at` is the first pixel's place in the world, which alone decides the pattern's phase.
fn blend_pattern(pixels: &mut [u8], image: &Image, at: (i64, i64), alpha: u8) {
    let (width, height) = (image.width_px as usize, image.height_px as usize);
    let row = at.1.rem_euclid(height as i64) as usize * width;
    let mut column = at.0.rem_euclid(width as i64) as usize;
    for pixel in pixels.chunks_exact_mut(4) {
        let i = (row + column) * 4;
        let source = scale([image.rgba[i], image.rgba[i + 1], image.rgba[i + 2], image.rgba[i + 3]], alpha);
        if source[3] > 0 {
            over(pixel, source);
        }
        column = if column + 1 == width { 0 } else { column + 1 };
    }
}

fn scale(rgba: [u8; 4], by: u8) -> [u8; 4] {
    if by == 255 { rgba } else { rgba.map(|c| divided_by_255(u32::from(c) * u32::from(by))) }
}

fn over(pixel: &mut [u8], source: [u8; 4]) {
    let keep = u32::from(255 - source[3]);
    for (channel, source) in pixel.iter_mut().zip(source) {
        *channel = source.saturating_add(divided_by_255(u32::from(*channel) * keep));
    }
}

/// Rounded to nearest; exact for 0..=255².
fn divided_by_255(v: u32) -> u8 {
    let v = v + 128;
    ((v + (v >> 8)) >> 8) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dividing_is_exact() {
        for v in 0..=255u32 * 255 {
            assert_eq!(u32::from(divided_by_255(v)), (f64::from(v) / 255.0).round() as u32);
        }
    }

    #[test]
    fn half_of_white_over_black_is_grey() {
        let mut pixel = [0, 0, 0, 255];
        blend_color(&mut pixel, [255, 255, 255, 255], 128);
        assert_eq!(pixel, [128, 128, 128, 255]);
    }
}
