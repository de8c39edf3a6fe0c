//! A small globe: where on the Earth a map is, in orthographic projection about its middle.

use std::f64::consts::PI;
use std::sync::OnceLock;

use serde::Deserialize;

use super::boxes::Panel;
use super::{CssRect, Furnish, Items, Part};
use crate::color::Color;
use crate::geo::{Snapped, World};
use crate::scene::{CircleLook, Circles, Fill, Group, Ink, Item, Rings};

/// The world's land, Natural Earth 1:110m.
const LAND: &str = include_str!("../../../geodata/globe/land.json");

#[derive(Deserialize)]
struct Land {
    /// Exteriors counterclockwise, then their holes, degrees.
    polygons: Vec<Vec<Vec<[f64; 2]>>>,
}

/// Longest piece of an edge, degrees.
const PIECE: f64 = 3.0;
/// Pieces of the Earth's edge.
const LIMB: u32 = 120;

fn land() -> &'static [Vec<Vec<[f64; 2]>>] {
    static READ: OnceLock<Vec<Vec<Vec<[f64; 2]>>>> = OnceLock::new();
    READ.get_or_init(|| {
        serde_json::from_str::<Land>(LAND).map(|land| land.polygons).unwrap_or_default()
    })
}

/// A view of the Earth from far above a place.
struct View {
    lon: f64,
    sin: f64,
    cos: f64,
}

impl View {
    fn of(lon: f64, lat: f64) -> Self {
        let (sin, cos) = lat.to_radians().sin_cos();
        Self { lon, sin, cos }
    }

    /// Right, up and toward the eye, in radii of the Earth.
    fn at(&self, [lon, lat]: [f64; 2]) -> [f64; 3] {
        let (sin, cos) = lat.to_radians().sin_cos();
        let (east, turned) = (lon - self.lon).to_radians().sin_cos();
        [
            cos * east,
            self.cos * sin - self.sin * cos * turned,
            self.sin * sin + self.cos * cos * turned,
        ]
    }

    /// A ring, what is behind the Earth drawn up to its edge; none where all of it is behind.
    fn ring(&self, ring: &[[f64; 2]]) -> Option<Vec<[f64; 2]>> {
        let mut out: Vec<[f64; 2]> = Vec::new();
        let mut is_seen = false;
        // Where on the edge the point before is drawn, if it is.
        let mut before: Option<f64> = None;
        for pair in ring.windows(2) {
            let [a, b] = [pair[0], pair[1]];
            let pieces = ((b[0] - a[0]).abs().max((b[1] - a[1]).abs()) / PIECE).ceil().max(1.0);
            for i in 0..pieces as u32 {
                let t = f64::from(i) / pieces;
                let [x, y, z] = self.at([a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t]);
                if z > 0.0 {
                    (is_seen, before) = (true, None);
                    out.push([x, y]);
                    continue;
                }
                // Along the edge, not across the disc.
                let turn = y.atan2(x);
                if let Some(from) = before {
                    let by = (turn - from + PI).rem_euclid(2.0 * PI) - PI;
                    let steps = (by.abs() / PIECE.to_radians()).ceil().max(1.0);
                    let between = (1..steps as u32).map(|k| from + by * f64::from(k) / steps);
                    out.extend(between.map(|turn| [turn.cos(), turn.sin()]));
                }
                before = Some(turn);
                out.push([turn.cos(), turn.sin()]);
            }
        }
        is_seen.then_some(out)
    }
}

/// Twice the area that a ring goes round, counterclockwise.
fn area(ring: &[[f64; 2]]) -> f64 {
    let next = ring.iter().cycle().skip(1);
    ring.iter().zip(next).map(|(a, b)| a[0] * b[1] - a[1] * b[0]).sum()
}

fn limb() -> Vec<[f64; 2]> {
    (0..LIMB)
        .map(|i| (f64::from(i) / f64::from(LIMB) * 2.0 * PI).sin_cos())
        .map(|(sin, cos)| [cos, sin])
        .collect()
}

/// The rings of a polygon as they are seen. One that goes round the point opposite the eye goes
/// once too often, or too seldom, round the disc when it is drawn up to the edge, and is put right
/// by the whole disc.
fn seen(view: &View, polygon: &[Vec<[f64; 2]>]) -> Vec<Vec<[f64; 2]>> {
    let mut rings: Vec<Vec<[f64; 2]>> = Vec::new();
    for (i, ring) in polygon.iter().enumerate() {
        let Some(ring) = view.ring(ring) else { continue };
        // Twice the disc is 2π.
        match area(&ring) {
            twice if i == 0 && twice < 0.0 => rings.push(limb()),
            twice if i == 0 && twice > 2.0 * PI => rings.push(limb().into_iter().rev().collect()),
            _ => {}
        }
        rings.push(ring);
    }
    rings
}

impl Furnish<'_> {
    pub(super) fn globe_box(&self, map: CssRect) -> Option<Panel> {
        if !self.wants(Part::Globe) {
            return None;
        }
        let middle: World = self.middle(map);
        let middle =
            self.subject.projector.map_or(Some(middle), |projector| projector.inverse(middle))?;
        let (lon, lat) = middle.to_degrees();
        let view = View::of(lon, lat);
        let (pad, radius) = (self.sizes.sign_pad * self.unit, self.sizes.globe * self.unit);
        let side = 2.0 * (radius + pad);
        let at = |[x, y]: [f64; 2]| self.at([side / 2.0 + x * radius, side / 2.0 - y * radius]);
        let center = at([0.0, 0.0]);
        let disc = |color: Color, stroke_px: f64, stroke_color: Color| {
            let radius_px = radius * self.pen.ratio;
            let look = CircleLook { radius_px, color, stroke_px, stroke_color, blur_px: 0.0 };
            Item::Circles(Circles::one(center, look))
        };
        let mut items: Items = vec![disc(SEA, 0.0, SEA)];
        for polygon in land() {
            let rings: Rings = seen(&view, polygon)
                .iter()
                .map(|ring| ring.iter().map(|p| at(*p)).collect())
                .collect();
            if !rings.is_empty() {
                items.push(Item::Fill(Fill { rings, ink: Ink::Color(GROUND), antialias: true }));
            }
        }
        let circles = (-5..=6)
            .map(|i| (0..=60).map(|k| [f64::from(i) * 30.0, f64::from(k) * 3.0 - 90.0]).collect());
        let parallels = (-2..=2)
            .map(|i| (0..=120).map(|k| [f64::from(k) * 3.0, f64::from(i) * 30.0]).collect());
        let lines = circles.chain(parallels).flat_map(|line: Vec<[f64; 2]>| {
            let placed: Vec<[f64; 3]> = line.iter().map(|p| view.at(*p)).collect();
            let runs = placed.chunk_by(|a, b| a[2] > 0.0 && b[2] > 0.0).filter(|run| run.len() > 1);
            runs.map(|run| run.iter().map(|[x, y, _]| at([*x, *y])).collect::<Vec<Snapped>>())
                .collect::<Vec<_>>()
        });
        items.extend(self.line(lines.collect(), false, LINE, 0.4));
        items.push(disc(Color::TRANSPARENT, 0.8 * self.pen.ratio, self.palette.ink));
        // The map, never so small that it can't be found.
        let right = f64::from(self.subject.map_width_px) / self.pen.ratio;
        let corners: Vec<[f64; 2]> = CssRect { right, ..map }
            .corners()
            .into_iter()
            .filter_map(|at| self.degrees(at))
            .map(|p| view.at(p))
            .map(|[x, y, _]| [x, y])
            .collect();
        let reach = corners.iter().map(|c| c[0].abs().max(c[1].abs())).fold(0.0, f64::max);
        let grow =
            (0.9 * self.sizes.least_mark * self.unit / radius / reach.max(f64::MIN_POSITIVE))
                .max(1.0);
        let ring: Vec<Snapped> = corners.iter().map(|[x, y]| at([x * grow, y * grow])).collect();
        items.extend(self.mark(ring, 0.25));
        let whole = Item::Group(Group { items, opacity: 1.0, clip: None });
        Some(Panel { part: Part::Globe, size: [side; 2], items: vec![whole] })
    }
}

const SEA: Color = Color::new(0.79, 0.86, 0.9, 1.0);
const GROUND: Color = Color::new(0.95, 0.93, 0.88, 1.0);
const LINE: Color = Color::new(0.45, 0.5, 0.55, 0.45);

#[cfg(test)]
mod tests {
    use super::*;

    /// How often the seen land goes round a point of the disc.
    fn winding(view: &View, [x, y]: [f64; 2]) -> i32 {
        let mut turns = 0;
        for ring in land().iter().flat_map(|polygon| seen(view, polygon)) {
            for (a, b) in ring.iter().zip(ring.iter().cycle().skip(1)) {
                let side = (b[0] - a[0]) * (y - a[1]) - (b[1] - a[1]) * (x - a[0]);
                if a[1] <= y && b[1] > y && side > 0.0 {
                    turns += 1;
                } else if a[1] > y && b[1] <= y && side < 0.0 {
                    turns -= 1;
                }
            }
        }
        turns
    }

    #[test]
    fn land_is_where_it_is_from_wherever_it_is_seen() {
        let land_at = [
            [46.0, 40.0],
            [-100.0, 40.0],
            [20.0, 5.0],
            [135.0, -25.0],
            [-60.0, -15.0],
            [0.0, -80.0],
            [100.0, 60.0],
        ];
        let sea_at = [
            [-30.0, 30.0],
            [-140.0, 0.0],
            [75.0, -20.0],
            [51.0, 40.0],
            [160.0, 20.0],
            [-20.0, -50.0],
        ];
        for (lon, lat) in [
            (46.75, 39.8),
            (-60.0, -30.0),
            (0.0, 85.0),
            (170.0, -45.0),
            (-100.0, 40.0),
            (80.0, -60.0),
            (-45.0, -35.0),
        ] {
            let view = View::of(lon, lat);
            for (places, expected) in [(land_at.as_slice(), true), (sea_at.as_slice(), false)] {
                for place in places {
                    let [x, y, z] = view.at(*place);
                    if z > 0.1 {
                        assert_eq!(
                            winding(&view, [x, y]) != 0,
                            expected,
                            "{place:?} from {lon}, {lat}"
                        );
                    }
                }
            }
        }
    }
}
