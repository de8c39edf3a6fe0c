//! The graticule: meridians and parallels at round degrees, named along the map's sides.

use super::{Furnish, Items, REGULAR};
use crate::geo::World;
use crate::scene::{Group, Item};

/// Lines to either side of the map, at most.
const MOST_LINES: f64 = 6.0;
/// Pieces of a line that is not straight.
const PIECES: u32 = 96;

impl Furnish<'_> {
    /// The lines, and their names where no box is in the way.
    pub(super) fn graticule(&self, map: [f64; 4], taken: &[[f64; 4]]) -> Option<Items> {
        let [west, south, east, north] = self.degrees(map)?;
        let steps = [30.0, 20.0, 10.0, 5.0, 2.0, 1.0, 0.5, 0.25, 0.1, 0.05, 0.02, 0.01];
        let step = steps.into_iter().rev().find(|s| (east - west) / s <= MOST_LINES)?;
        let color = self.palette.ink.with_opacity(0.28);
        let halo = Some((self.palette.paper.with_opacity(0.85), 1.2));
        let round = |from: f64, to: f64| {
            ((from / step).ceil() as i64..=(to / step).floor() as i64).map(move |i| i as f64 * step)
        };
        let (mut lines, mut names) = (Vec::new(), Vec::new());
        let is_free = |x: f64, y: f64, label: &super::write::Block| {
            let (right, bottom) = (x + label.width, y + label.height);
            !taken.iter().any(|t| x < t[2] && t[0] < right && y < t[3] && t[1] < bottom)
        };
        let straight = self.subject.projector.is_none();
        let pieces = if straight { 1 } else { PIECES };
        let share =
            |i: u32, from: f64, to: f64| from + (to - from) * f64::from(i) / f64::from(pieces);
        for lon in round(west, east) {
            let line: Vec<[f64; 2]> = (0..=pieces)
                .filter_map(|i| self.on_page(World::from_degrees(lon, share(i, south, north))))
                .collect();
            if let Some(x) = crossing(&line, [1, 0], map[1])
                && let Some(label) = self.degree(lon, step, "E", "W")
                && (map[0]..map[2]).contains(&x)
                && x + label.width + 4.0 < map[2]
                && is_free(x + 2.0, map[1] + 1.0, &label)
            {
                names.push(label.at(x + 2.0, map[1] + 1.0, halo));
            }
            lines.push(line);
        }
        for lat in round(south, north) {
            let line: Vec<[f64; 2]> = (0..=pieces)
                .filter_map(|i| self.on_page(World::from_degrees(share(i, west, east), lat)))
                .collect();
            if let Some(y) = crossing(&line, [0, 1], map[0])
                && let Some(label) = self.degree(lat, step, "N", "S")
                && y - label.height > map[1]
                && y < map[3]
                && is_free(map[0] + 2.0, y - label.height, &label)
            {
                names.push(label.at(map[0] + 2.0, y - label.height, halo));
            }
            lines.push(line);
        }
        let lines = lines
            .into_iter()
            .map(|l| l.into_iter().map(|[x, y]| self.at(x, y)).collect())
            .collect();
        let clip = [[map[0], map[1]], [map[2], map[1]], [map[2], map[3]], [map[0], map[3]]]
            .map(|[x, y]| self.at(x, y));
        let drawn = self.line(lines, false, color, 0.6).into_iter().collect();
        let group = Item::Group(Group { items: drawn, opacity: 1.0, clip: Some(clip) });
        Some(std::iter::once(group).chain(names).collect())
    }

    /// West, south, east, north of the map.
    fn degrees(&self, [left, top, right, bottom]: [f64; 4]) -> Option<[f64; 4]> {
        let sides = (0..=16).map(|i| f64::from(i) / 16.0).flat_map(|t| {
            let (x, y) = (left + t * (right - left), top + t * (bottom - top));
            [[x, top], [x, bottom], [left, y], [right, y]]
        });
        let place = |[x, y]: [f64; 2]| {
            let world = self.world(x, y);
            let world =
                self.subject.projector.map_or(Some(world), |projector| projector.inverse(world))?;
            Some(world.to_degrees())
        };
        sides
            .filter_map(place)
            .map(|(lon, lat)| [lon, lat, lon, lat])
            .reduce(|a, b| [a[0].min(b[0]), a[1].min(b[1]), a[2].max(b[2]), a[3].max(b[3])])
    }

    fn degree(
        &self,
        degrees: f64,
        step: f64,
        plus: &str,
        minus: &str,
    ) -> Option<super::write::Block> {
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
            0.75 * self.unit,
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
