//! The graticule: meridians and parallels at round degrees, named along the map's sides.

use super::write::Block;
use super::{CssRect, Furnish, Items, Part, REGULAR};
use crate::color::Color;
use crate::geo::World;
use crate::scene::{Group, Item};

/// Lines to either side of the map, at most.
const MOST_LINES: f64 = 6.0;
/// Pieces of a line that is not straight.
const PIECES: u32 = 96;
/// Degrees between two lines.
const STEPS: [f64; 12] = [0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 30.0];
/// From a line to its degrees along the map's side, and across from that side, CSS px.
const BESIDE: f64 = 2.0;
const BELOW: f64 = 1.0;
/// What is left between degrees and the next side of the map, CSS px.
const CLEARANCE: f64 = 2.0;
const OPACITY: f64 = 0.28;
const HALO_OPACITY: f64 = 0.85;
const HALO: f64 = 1.2;

/// Lines in their place, and their degrees where nothing else is.
pub(super) struct Graticule {
    lines: Item,
    degrees: Vec<(Block, CssRect)>,
    halo: (Color, f64),
}

impl Graticule {
    /// The room that its degrees take.
    pub fn taken(&self) -> impl Iterator<Item = CssRect> {
        self.degrees.iter().map(|(_, place)| *place)
    }

    pub fn painted(self) -> Items {
        let degrees = self.degrees.iter();
        let degrees = degrees.map(|(block, at)| block.at(at.left, at.top, Some(self.halo)));
        std::iter::once(self.lines.clone()).chain(degrees).collect()
    }
}

impl Furnish<'_> {
    /// The lines of the map, and their degrees where no box is in the way.
    pub(super) fn graticule(&self, map: CssRect, taken: &[CssRect]) -> Option<Graticule> {
        if !self.wants(Part::Graticule) {
            return None;
        }
        let [west, south, east, north] = self.extent(map)?;
        let step = STEPS.into_iter().find(|step| (east - west) / step <= MOST_LINES)?;
        let round = |from: f64, to: f64| {
            ((from / step).ceil() as i64..=(to / step).floor() as i64).map(move |i| i as f64 * step)
        };
        let pieces = if self.subject.projector.is_none() { 1 } else { PIECES };
        let between = move |from: f64, to: f64| {
            (0..=pieces).map(move |i| from + (to - from) * f64::from(i) / f64::from(pieces))
        };
        let on_page = |(lon, lat)| self.on_page(World::from_degrees(lon, lat));
        let meridians = round(west, east).map(|lon| {
            let line: Vec<_> =
                between(south, north).filter_map(|lat| on_page((lon, lat))).collect();
            (self.meridian_degree(lon, step, &line, map), line)
        });
        let parallels = round(south, north).map(|lat| {
            let line: Vec<_> = between(west, east).filter_map(|lon| on_page((lon, lat))).collect();
            (self.parallel_degree(lat, step, &line, map), line)
        });
        let (degrees, lines): (Vec<_>, Vec<_>) = meridians.chain(parallels).unzip();
        let is_free = |(_, place): &(Block, CssRect)| !taken.iter().any(|t| t.meets(place));
        let degrees = degrees.into_iter().flatten().filter(is_free).collect();
        let snapped = |line: Vec<[f64; 2]>| line.into_iter().map(|at| self.at(at)).collect();
        let lines = lines.into_iter().map(snapped).collect();
        let color = self.palette.ink.with_opacity(OPACITY);
        let items = self.line(lines, false, color, self.sizes.graticule_line).into_iter().collect();
        let clip = Some(map.corners().map(|at| self.at(at)));
        Some(Graticule {
            lines: Item::Group(Group { items, opacity: 1.0, clip }),
            degrees,
            halo: (self.palette.paper.with_opacity(HALO_OPACITY), HALO),
        })
    }

    /// A meridian's degrees, along the map's upper side.
    fn meridian_degree(
        &self,
        lon: f64,
        step: f64,
        line: &[[f64; 2]],
        map: CssRect,
    ) -> Option<(Block, CssRect)> {
        let x = crossing(line, [1, 0], map.top)?;
        let block = self.degree(lon, step, "E", "W")?;
        let at = [x + BESIDE, map.top + BELOW];
        let place = CssRect::sized(at, [block.width, block.height]);
        (map.left <= x && place.right + CLEARANCE < map.right).then_some((block, place))
    }

    /// A parallel's degrees, along the map's left side.
    fn parallel_degree(
        &self,
        lat: f64,
        step: f64,
        line: &[[f64; 2]],
        map: CssRect,
    ) -> Option<(Block, CssRect)> {
        let y = crossing(line, [0, 1], map.left)?;
        let block = self.degree(lat, step, "N", "S")?;
        let at = [map.left + BESIDE, y - block.height];
        let place = CssRect::sized(at, [block.width, block.height]);
        (place.top > map.top && y < map.bottom).then_some((block, place))
    }

    /// West, south, east, north of the map, degrees.
    fn extent(&self, CssRect { left, top, right, bottom }: CssRect) -> Option<[f64; 4]> {
        let sides = (0..=16).map(|i| f64::from(i) / 16.0).flat_map(|t| {
            let (x, y) = (left + t * (right - left), top + t * (bottom - top));
            [[x, top], [x, bottom], [left, y], [right, y]]
        });
        sides
            .filter_map(|at| self.degrees(at))
            .map(|[lon, lat]| [lon, lat, lon, lat])
            .reduce(|a, b| [a[0].min(b[0]), a[1].min(b[1]), a[2].max(b[2]), a[3].max(b[3])])
    }

    fn degree(&self, degrees: f64, step: f64, plus: &str, minus: &str) -> Option<Block> {
        let degrees = if degrees.abs() > 180.0 {
            (degrees + 180.0).rem_euclid(360.0) - 180.0
        } else {
            degrees
        };
        let side = match degrees {
            d if d == 0.0 || d.abs() == 180.0 => "",
            d if d > 0.0 => plus,
            _ => minus,
        };
        let decimals =
            (0..2).find(|d| (step * 10f64.powi(*d)).fract() < 1e-9).unwrap_or(2) as usize;
        let figure = self.words.digits(&format!("{:.decimals$}°", degrees.abs()));
        self.text(
            &format!("{figure}{side}"),
            REGULAR,
            self.sizes.degree * self.unit,
            f64::INFINITY,
            self.palette.soft,
        )
    }
}

/// Where a line first has a value on an axis: the other axis' value there.
fn crossing(line: &[[f64; 2]], [along, across]: [usize; 2], value: f64) -> Option<f64> {
    line.windows(2).find_map(|pair| {
        let (a, b) = (pair[0][along], pair[1][along]);
        let between =
            (a - 0.01..=b + 0.01).contains(&value) || (b - 0.01..=a + 0.01).contains(&value);
        let share = if a == b { 0.0 } else { ((value - a) / (b - a)).clamp(0.0, 1.0) };
        between.then(|| pair[0][across] + (pair[1][across] - pair[0][across]) * share)
    })
}
