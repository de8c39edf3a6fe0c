//! Positions and boxes in the map's two spaces: degrees and the Web Mercator unit square.

use std::f64::consts::PI;

use super::round;
use crate::identity::identified_by_fields;

/// The latitude, in degrees, at which Web Mercator's square ends.
pub const MAX_LATITUDE: f64 = 85.051_128_779_806_59;

/// A position in degrees, EPSG:4326; longitude -180..=180, latitude -90..=90.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LonLat {
    lon: f64,
    lat: f64,
}

impl LonLat {
    /// A longitude beyond 180° is that of the next turn (see [`round`]). `None` where a coordinate
    /// is not finite or out of range.
    pub fn new(lon: f64, lat: f64) -> Option<Self> {
        let ok = lon.abs() <= round::MOST_LONGITUDE && lat.abs() <= 90.0;
        ok.then(|| Self { lon: round::wrapped(lon), lat })
    }

    /// Reads `lon,lat`; the error says what was expected.
    pub fn parse(text: &str) -> Result<Self, NumbersError> {
        let [lon, lat] = numbers(text)?;
        Self::new(lon, lat).ok_or(NumbersError::Position(lon, lat))
    }

    pub fn lon(self) -> f64 {
        self.lon
    }

    pub fn lat(self) -> f64 {
        self.lat
    }
}

/// Text that is not the numbers that were asked for.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum NumbersError {
    #[error("'{text}' is not {count} numbers with commas between")]
    Count { text: String, count: usize },
    #[error("{0:?},{1:?} is out of range: longitude -180..180 (or to 360 either way), then \
        latitude -90..90{help}", help = swapped(*.0, *.1))]
    Position(f64, f64),
}

/// The position that is meant where latitude is written first, if it is one.
fn swapped(lon: f64, lat: f64) -> String {
    LonLat::new(lat, lon).map_or(String::new(), |_| format!("; did you mean {lat:?},{lon:?}?"))
}

/// `N` finite numbers with commas between.
pub fn numbers<const N: usize>(text: &str) -> Result<[f64; N], NumbersError> {
    let finite = |n: &str| n.trim().parse().ok().filter(|n: &f64| n.is_finite());
    let parsed: Option<Vec<f64>> = text.split(',').map(finite).collect();
    let refuse = || NumbersError::Count { text: text.chars().take(60).collect(), count: N };
    parsed.and_then(|n| n.try_into().ok()).ok_or_else(refuse)
}

/// A position in the Web Mercator unit square: x 0..=1 eastward from 180° W, y 0..=1 southward from
/// 85.05° N.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct World {
    pub x: f64,
    pub y: f64,
}

impl World {
    /// Projects degrees (EPSG:4326) to the unit square; latitudes past ±[`MAX_LATITUDE`] land on
    /// its edge.
    pub fn from_degrees(lon: f64, lat: f64) -> Self {
        let lat = lat.clamp(-MAX_LATITUDE, MAX_LATITUDE).to_radians();
        let y = 0.5 - ((PI / 4.0 + lat / 2.0).tan()).ln() / (2.0 * PI);
        Self { x: lon / 360.0 + 0.5, y }
    }

    /// Longitude and latitude in degrees.
    pub fn to_degrees(self) -> (f64, f64) {
        let lat = (PI * (1.0 - 2.0 * self.y)).sinh().atan().to_degrees();
        ((self.x - 0.5) * 360.0, lat)
    }
}

/// An axis-aligned box in the unit square; `min` is its north-west corner.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WorldBox {
    pub min: World,
    pub max: World,
}

impl WorldBox {
    /// The box around `points`; `None` where there are none.
    pub fn around<'a>(points: impl IntoIterator<Item = &'a World>) -> Option<Self> {
        let mut points = points.into_iter();
        let first = *points.next()?;
        let mut bbox = Self { min: first, max: first };
        for p in points {
            bbox.min = World { x: bbox.min.x.min(p.x), y: bbox.min.y.min(p.y) };
            bbox.max = World { x: bbox.max.x.max(p.x), y: bbox.max.y.max(p.y) };
        }
        Some(bbox)
    }

    /// From west, south, east, north in degrees.
    pub fn from_degrees([west, south, east, north]: [f64; 4]) -> Self {
        Self { min: World::from_degrees(west, north), max: World::from_degrees(east, south) }
    }

    pub fn width(&self) -> f64 {
        self.max.x - self.min.x
    }

    pub fn height(&self) -> f64 {
        self.max.y - self.min.y
    }

    pub fn center(&self) -> World {
        World { x: (self.min.x + self.max.x) / 2.0, y: (self.min.y + self.max.y) / 2.0 }
    }

    /// North-west, north-east, south-east, south-west.
    pub fn corners(&self) -> [World; 4] {
        let (min, max) = (self.min, self.max);
        [min, World { x: max.x, y: min.y }, max, World { x: min.x, y: max.y }]
    }

    /// Whether no part of the other box lies outside.
    pub fn holds(&self, other: &Self) -> bool {
        self.min.x <= other.min.x
            && self.min.y <= other.min.y
            && self.max.x >= other.max.x
            && self.max.y >= other.max.y
    }

    /// Whether the point lies in the box; its east and south sides belong to its neighbours.
    pub fn owns(&self, p: World) -> bool {
        (self.min.x..self.max.x).contains(&p.x) && (self.min.y..self.max.y).contains(&p.y)
    }

    /// The box `worlds` worlds to the east.
    pub fn moved(&self, worlds: f64) -> Self {
        let by = |p: World| World { x: p.x + worlds, y: p.y };
        Self { min: by(self.min), max: by(self.max) }
    }

    /// Grown by `by` (unit square) on every side.
    pub fn grown(&self, by: f64) -> Self {
        Self {
            min: World { x: self.min.x - by, y: self.min.y - by },
            max: World { x: self.max.x + by, y: self.max.y + by },
        }
    }

    /// Whether the boxes share a point; touching counts.
    pub fn meets(&self, other: &Self) -> bool {
        self.min.x <= other.max.x
            && other.min.x <= self.max.x
            && self.min.y <= other.max.y
            && other.min.y <= self.max.y
    }
}

identified_by_fields!(World { x, y });
identified_by_fields!(WorldBox { min, max });

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_square_has_its_corners_where_web_mercator_says() {
        let nw = World::from_degrees(-180.0, MAX_LATITUDE);
        assert!(nw.x.abs() < 1e-12 && nw.y.abs() < 1e-12);
        let se = World::from_degrees(180.0, -MAX_LATITUDE);
        assert!((se.x - 1.0).abs() < 1e-12 && (se.y - 1.0).abs() < 1e-12);
    }

    #[test]
    fn degrees_survive_the_round_trip() {
        for (lon, lat) in [(46.7499, 39.7601), (-179.9, -84.0), (0.0, 0.0)] {
            let (x, y) = World::from_degrees(lon, lat).to_degrees();
            assert!((x - lon).abs() < 1e-9 && (y - lat).abs() < 1e-9);
        }
    }

    #[test]
    fn out_of_range_degrees_are_refused() {
        assert!(LonLat::new(361.0, 0.0).is_none());
        assert_eq!(LonLat::new(190.0, 0.0), LonLat::new(-170.0, 0.0));
        assert!(LonLat::new(0.0, f64::NAN).is_none());
    }
}
