//! Arithmetic of pixels: premultiplied RGBA, eight bits a channel, rounded to nearest.

/// A colour, premultiplied RGBA, thinned by each share from 0 to 255.
pub struct Shares([[u8; 4]; 256]);

impl Shares {
    #[inline]
    pub fn new(rgba: [u8; 4]) -> Self {
        Self(std::array::from_fn(|share| scale(rgba, share as u8)))
    }

    #[inline]
    pub fn of(&self, share: u8) -> [u8; 4] {
        self.0[usize::from(share)]
    }
}

/// Puts ink, thinned by a share, over a pixel.
#[inline]
pub fn over_scaled(pixel: &mut [u8], rgba: [u8; 4], alpha: u8) {
    let source = scale(rgba, alpha);
    if source != [0; 4] {
        over(pixel, source);
    }
}

/// The same of four pixels at once.
#[inline]
pub fn over_four(below: &mut [u8; 16], source: &[u8; 16], alpha: u8) {
    // No product exceeds 255², and what is added keeps it below 2^16.
    let scaled = |channel: u16, by: u16| {
        let v = channel * by + 128;
        (v + (v >> 8)) >> 8
    };
    let source: [u16; 16] = std::array::from_fn(|i| scaled(source[i].into(), alpha.into()));
    *below = std::array::from_fn(|i| {
        let sum = scaled(below[i].into(), 255 - source[i | 3]) + source[i];
        sum.min(255) as u8
    });
}

/// Puts one colour, thinned by its coverage, over a run of pixels.
#[inline]
pub fn blend_color(pixels: &mut [u8], rgba: [u8; 4], coverage: u8) {
    let source = scale(rgba, coverage);
    match source[3] {
        0 => {}
        255 => pixels.chunks_exact_mut(4).for_each(|p| p.copy_from_slice(&source)),
        _ => {
            // Below is mostly one colour for a while.
            let (mut below, mut mixed) = ([0; 4], source);
            for pixel in pixels.chunks_exact_mut(4) {
                if *pixel != below {
                    below.copy_from_slice(pixel);
                    over(pixel, source);
                    mixed.copy_from_slice(pixel);
                } else {
                    pixel.copy_from_slice(&mixed);
                }
            }
        }
    }
}

/// Ink thinned by a share.
#[inline]
pub fn scale(rgba: [u8; 4], by: u8) -> [u8; 4] {
    match by {
        255 => rgba,
        _ => Channels::of(rgba).scaled(by).bytes(),
    }
}

/// Puts ink over a pixel.
#[inline]
pub fn over(pixel: &mut [u8], source: [u8; 4]) {
    if let [r, g, b, a] = pixel {
        let below = Channels::of([*r, *g, *b, *a]).scaled(255 - source[3]);
        pixel.copy_from_slice(&below.plus(Channels::of(source)).bytes());
    }
}

/// The four channels of a pixel, 16 bits each, computed at once.
#[derive(Clone, Copy)]
struct Channels(u64);

impl Channels {
    const LOW_BYTES: u64 = 0x00FF_00FF_00FF_00FF;
    const ONES: u64 = 0x0001_0001_0001_0001;

    #[inline]
    fn of(rgba: [u8; 4]) -> Self {
        let packed = u64::from(u32::from_le_bytes(rgba));
        Self((packed & 0x00FF_00FF) | ((packed & 0xFF00_FF00) << 24))
    }

    #[inline]
    fn bytes(self) -> [u8; 4] {
        let packed = (self.0 & 0x00FF_00FF) | ((self.0 >> 24) & 0xFF00_FF00);
        (packed as u32).to_le_bytes()
    }

    /// Each `by / 255` of what it was, rounded to nearest.
    #[inline]
    fn scaled(self, by: u8) -> Self {
        // No product exceeds 255², and what is added keeps it below 2^16.
        let v = self.0 * u64::from(by) + 128 * Self::ONES;
        Self(((v + ((v >> 8) & Self::LOW_BYTES)) >> 8) & Self::LOW_BYTES)
    }

    /// The sums, 255 at the most.
    #[inline]
    fn plus(self, other: Self) -> Self {
        let sum = self.0 + other.0;
        let full = ((sum >> 8) & Self::ONES) * 255;
        Self((sum | full) & Self::LOW_BYTES)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dividing_is_exact() {
        let rounded = |c: u8, by: u8| (f64::from(c) * f64::from(by) / 255.0).round() as u8;
        for c in 0..=255u8 {
            for by in 0..=255 {
                let rgba = [c, 255 - c, c / 2, 255];
                assert_eq!(scale(rgba, by), rgba.map(|c| rounded(c, by)), "{c} by {by}");
            }
        }
        let sum = Channels::of([250, 3, 0, 255]).plus(Channels::of([6, 4, 255, 255]));
        assert_eq!(sum.bytes(), [255, 7, 255, 255]);
    }

    #[test]
    fn four_at_once_are_as_one_by_one() {
        for i in 0..=255u8 {
            for alpha in [0, 1, 77, 128, 254, 255] {
                let source: [u8; 16] = std::array::from_fn(|k| i.wrapping_mul(k as u8 | 1));
                let below: [u8; 16] = std::array::from_fn(|k| i.wrapping_add(15 * k as u8));
                let (mut four, mut one) = (below, below);
                over_four(&mut four, &source, alpha);
                for (pixel, source) in one.chunks_exact_mut(4).zip(source.as_chunks::<4>().0) {
                    over_scaled(pixel, *source, alpha);
                }
                assert_eq!(four, one, "{source:?} over {below:?} at {alpha}");
            }
        }
    }

    #[test]
    fn half_of_white_over_black_is_grey() {
        let mut pixel = [0, 0, 0, 255];
        blend_color(&mut pixel, [255, 255, 255, 255], 128);
        assert_eq!(pixel, [128, 128, 128, 255]);
    }
}
