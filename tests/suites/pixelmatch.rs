//! The comparison that the render suite is judged by: pixelmatch 7
//! (<https://github.com/mapbox/pixelmatch>), written anew. Two pixels differ where their distance
//! in YIQ space (Kotsarenko and Ramos, "Measuring perceived color difference using YIQ NTSC
//! transmission color space in mobile applications", 2010) is above the threshold and neither looks
//! anti-aliased (Vyšniauskas, "Anti-aliased pixel and intensity slope detector", 2009).

use image::{Rgba, RgbaImage};

/// The largest distance there is: between black and white.
const WIDEST: f64 = 35_215.0;

/// Which pixels differ, row by row.
pub fn differences(a: &RgbaImage, b: &RgbaImage, threshold: f64) -> Vec<bool> {
    let limit = WIDEST * threshold * threshold;
    let (width, height) = a.dimensions();
    let mut different = Vec::with_capacity((width * height) as usize);
    for y in 0..height {
        for x in 0..width {
            let at = u64::from(y * width + x) * 4;
            let delta = distance(a.get_pixel(x, y), b.get_pixel(x, y), at);
            different.push(delta > limit && !smooth(a, b, x, y) && !smooth(b, a, x, y));
        }
    }
    different
}

/// The difference of two pixels over the backdrop that translucent ones are seen against at `at`:
/// red, green, blue.
fn difference(a: &Rgba<u8>, b: &Rgba<u8>, at: u64) -> [f64; 3] {
    let [r1, g1, b1, a1] = a.0.map(f64::from);
    let [r2, g2, b2, a2] = b.0.map(f64::from);
    if a1 == 255.0 && a2 == 255.0 {
        return [r1 - r2, g1 - g2, b1 - b2];
    }
    let golden = (1.0 + 5f64.sqrt()) / 2.0;
    let backdrop = |step: f64| 48.0 + 159.0 * (((at as f64 / step) as u64) % 2) as f64;
    let over = |c1: f64, c2: f64, behind: f64| (c1 * a1 - c2 * a2 - behind * (a1 - a2)) / 255.0;
    [
        over(r1, r2, backdrop(1.0)),
        over(g1, g2, backdrop(golden)),
        over(b1, b2, backdrop(golden + 1.0)),
    ]
}

fn brightness([r, g, b]: [f64; 3]) -> f64 {
    r * 0.298_895_31 + g * 0.586_622_47 + b * 0.114_482_23
}

fn distance(a: &Rgba<u8>, b: &Rgba<u8>, at: u64) -> f64 {
    if a == b {
        return 0.0;
    }
    let [r, g, bl] = difference(a, b, at);
    let y = brightness([r, g, bl]);
    let i = r * 0.595_977_99 - g * 0.274_176_1 - bl * 0.321_801_89;
    let q = r * 0.211_470_17 - g * 0.522_617_11 + bl * 0.311_146_94;
    0.5053 * y * y + 0.299 * i * i + 0.1957 * q * q
}

/// The pixels around one, and whether it lies on the picture's edge.
fn around(image: &RgbaImage, x: u32, y: u32) -> (impl Iterator<Item = (u32, u32)>, bool) {
    let (width, height) = image.dimensions();
    let (x0, x2) = (x.saturating_sub(1), (x + 1).min(width - 1));
    let (y0, y2) = (y.saturating_sub(1), (y + 1).min(height - 1));
    let edge = x == x0 || x == x2 || y == y0 || y == y2;
    let all =
        (x0..=x2).flat_map(move |i| (y0..=y2).map(move |j| (i, j))).filter(move |p| *p != (x, y));
    (all, edge)
}

/// Whether the pixel of `image` looks anti-aliased: between a darker and a brighter one, one of
/// which has neighbours of its own colour in both pictures.
fn smooth(image: &RgbaImage, other: &RgbaImage, x: u32, y: u32) -> bool {
    let at = u64::from(y * image.width() + x) * 4;
    let (neighbours, edge) = around(image, x, y);
    let mut same = u32::from(edge);
    let (mut darkest, mut brightest) = ((0.0, (0, 0)), (0.0, (0, 0)));
    for (i, j) in neighbours {
        let (a, b) = (image.get_pixel(x, y), image.get_pixel(i, j));
        let delta = if a == b { 0.0 } else { brightness(difference(a, b, at)) };
        if delta == 0.0 {
            same += 1;
            if same > 2 {
                return false;
            }
        } else if delta < darkest.0 {
            darkest = (delta, (i, j));
        } else if delta > brightest.0 {
            brightest = (delta, (i, j));
        }
    }
    if darkest.0 == 0.0 || brightest.0 == 0.0 {
        return false;
    }
    let flat = |(i, j): (u32, u32)| has_siblings(image, i, j) && has_siblings(other, i, j);
    flat(darkest.1) || flat(brightest.1)
}

fn has_siblings(image: &RgbaImage, x: u32, y: u32) -> bool {
    let (neighbours, edge) = around(image, x, y);
    let own = image.get_pixel(x, y);
    neighbours.filter(|(i, j)| image.get_pixel(*i, *j) == own).count() + usize::from(edge) > 2
}
