//! A mosaic of tiles beside the single picture of the same area.

use contactline::atlas::{Frame, Map, Size};
use contactline::geo::{LonLat, TileId, World};

use crate::random::Random;

impl Random {
    pub fn range(&mut self, low: f64, high: f64) -> f64 {
        low + self.unit() * (high - low)
    }

    pub fn whole(&mut self, low: u32, high: u32) -> u32 {
        self.range(f64::from(low), f64::from(high) + 1.0).floor() as u32
    }

    /// A size between the two, each magnitude as likely as the next.
    pub fn magnitude(&mut self, low: f64, high: f64) -> f64 {
        (self.range(low.ln(), high.ln())).exp()
    }
}

pub fn pixels(png: &[u8]) -> image::RgbaImage {
    image::load_from_memory(png).unwrap().to_rgba8()
}

/// Counts the pixels in which a 4 x 4 mosaic of tiles differs from the static picture of the same
/// area.
pub fn differences(
    map: &Map,
    style: &str,
    at: World,
    z: u8,
    size: u32,
    ratio: u32,
    settings: &[(&str, &str)],
) -> usize {
    let state = map.style(style).unwrap().state(settings.iter().copied()).unwrap();
    let n = 1u32 << z;
    let count = 4.min(n);
    let home = TileId::containing(at, z).unwrap();
    let (x0, y0) = (home.x().min(n - count), home.y().min(n - count));
    let middle = |v: u32| (f64::from(v) + f64::from(count) / 2.0) / f64::from(n);
    let (lon, lat) = World { x: middle(x0), y: middle(y0) }.to_degrees();
    let picture = Size::new(count * size, count * size, ratio, u64::MAX).unwrap();
    let zoom = f64::from(z) + f64::from(size).log2() - 9.0;
    let whole = Frame::centered(LonLat::new(lon, lat).unwrap(), zoom, picture).unwrap();
    let whole = pixels(&map.png(style, &state, &whole).unwrap());
    let side = size * ratio;
    let mut wrong = 0;
    for dy in 0..count {
        for dx in 0..count {
            let tile = TileId::new(u32::from(z), x0 + dx, y0 + dy).unwrap();
            let tile = pixels(&map.png(style, &state, &Frame::tile(tile, size, ratio)).unwrap());
            wrong += tile
                .enumerate_pixels()
                .filter(|(x, y, p)| whole.get_pixel(dx * side + x, dy * side + y) != *p)
                .count();
        }
    }
    wrong
}
