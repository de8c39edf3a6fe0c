//! Pictures of at most 256 colours: a map's own flat colours stay what they are, the mixed ones of
//! its edges share the rest.

use color_quant::NeuQuant;
use foldhash::HashMap;

use crate::color::straight;

/// A picture of numbered colours.
pub struct Indexed {
    /// Straight RGBA, at most 256.
    pub colors: Vec<[u8; 4]>,
    /// A number for each pixel.
    pub pixels: Vec<u8>,
}

/// Colours that are kept as they are, the most frequent.
const KEPT: usize = 208;
const MOST: usize = 256;
/// How carefully the others are mixed: 1 best, 30 fastest.
const SAMPLING: i32 = 5;

/// Premultiplied RGBA pixels by their colours, where these are no more than 256.
pub fn exact(premultiplied: &[u8]) -> Option<Indexed> {
    let (pixels, _) = premultiplied.as_chunks::<4>();
    let mut known = Known { slots: [None; SLOTS], colors: Vec::new() };
    let mut numbers = Vec::with_capacity(pixels.len());
    let mut last = *pixels.first()?;
    let mut number = known.number(last)?;
    // Most pixels are as those before.
    for some in pixels.chunks(8) {
        if some == [last; 8] {
            numbers.extend_from_slice(&[number; 8]);
            continue;
        }
        for pixel in some {
            if *pixel != last {
                last = *pixel;
                number = known.number(last)?;
            }
            numbers.push(number);
        }
    }
    Some(Indexed { colors: known.colors, pixels: numbers })
}

/// Slots for colours, of which a quarter is taken at most.
const SLOTS: usize = 1_024;

/// Colours with their numbers, each in the first free slot from that of its hash on.
struct Known {
    slots: [Option<([u8; 4], u8)>; SLOTS],
    /// Straight.
    colors: Vec<[u8; 4]>,
}

impl Known {
    /// The number of a premultiplied colour; none where there would be more than 256.
    fn number(&mut self, color: [u8; 4]) -> Option<u8> {
        let mut slot = (u32::from_le_bytes(color).wrapping_mul(0x9E37_79B1) >> 22) as usize;
        loop {
            match self.slots[slot] {
                Some((known, number)) if known == color => return Some(number),
                Some(_) => slot = (slot + 1) % SLOTS,
                None => break,
            }
        }
        let number = u8::try_from(self.colors.len()).ok()?;
        self.slots[slot] = Some((color, number));
        self.colors.push(straight(&color));
        Some(number)
    }
}

/// Gathers the colours of premultiplied RGBA pixels.
pub fn indexed(premultiplied: &[u8]) -> Indexed {
    gathered(premultiplied, straight)
}

/// The same on white.
pub fn indexed_on_white(premultiplied: &[u8]) -> Indexed {
    gathered(premultiplied, |p| {
        let [r, g, b] = [p[0], p[1], p[2]].map(|c| c.saturating_add(255 - p[3]));
        [r, g, b, 255]
    })
}

fn gathered(premultiplied: &[u8], color: impl Fn(&[u8]) -> [u8; 4]) -> Indexed {
    let plain = || premultiplied.chunks_exact(4).map(&color);
    let mut counts: HashMap<[u8; 4], u32> = HashMap::default();
    plain().for_each(|p| *counts.entry(p).or_default() += 1);
    let mut by_count: Vec<([u8; 4], u32)> = counts.into_iter().collect();
    by_count.sort_unstable_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
    let kept = if by_count.len() <= MOST { MOST } else { KEPT };
    let (first, rest) = by_count.split_at(kept.min(by_count.len()));
    let mut colors: Vec<[u8; 4]> = first.iter().map(|(color, _)| *color).collect();
    if !rest.is_empty() {
        let samples: Vec<u8> = rest.iter().flat_map(|(color, _)| *color).collect();
        let mixed = NeuQuant::new(SAMPLING, MOST - KEPT, &samples).color_map_rgba();
        colors.extend(mixed.chunks_exact(4).map(|c| [c[0], c[1], c[2], c[3]]));
    }
    let off = |a: &[u8; 4], b: &[u8; 4]| {
        (0..4).map(|i| (i32::from(a[i]) - i32::from(b[i])).pow(2)).sum::<i32>()
    };
    let nearest = |color: &[u8; 4]| {
        (0u8..=255).zip(&colors).min_by_key(|(_, c)| off(c, color)).map_or(0, |(i, _)| i)
    };
    let numbers: HashMap<[u8; 4], u8> =
        by_count.iter().map(|(color, _)| (*color, nearest(color))).collect();
    let pixels = plain().map(|p| numbers.get(&p).copied().unwrap_or_default()).collect();
    Indexed { colors, pixels }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_colours_are_kept_exactly() {
        let pixels: Vec<u8> = (0..=255u8).flat_map(|i| [i, 255 - i, 7, 255]).collect();
        let Indexed { colors, pixels: numbers } = indexed(&pixels);
        let back: Vec<u8> = numbers.iter().flat_map(|n| colors[usize::from(*n)]).collect();
        assert_eq!(back, pixels);
    }

    #[test]
    fn of_many_the_frequent_are_exact_and_the_others_near() {
        // A flat colour, and a ramp of more than can be kept.
        let flat = [200u8, 10, 30, 255].repeat(5_000);
        let ramp: Vec<u8> =
            (0..4_000u32).flat_map(|i| [(i % 256) as u8, (i / 16) as u8, 90, 255]).collect();
        let Indexed { colors, pixels } = indexed(&[flat, ramp.clone()].concat());
        assert!(colors.len() <= 256);
        assert_eq!(colors[usize::from(pixels[0])], [200, 10, 30, 255]);
        let off = |a: &[u8], b: &[u8]| {
            (0..3).map(|i| (i32::from(a[i]) - i32::from(b[i])).abs()).max().unwrap()
        };
        let worst = ramp
            .chunks(4)
            .zip(&pixels[5_000..])
            .map(|(p, n)| off(p, &colors[usize::from(*n)]))
            .max()
            .unwrap();
        assert!(worst < 40, "{worst}");
    }
}
