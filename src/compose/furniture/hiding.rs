//! How much of the map a box would hide.

use geo::{Contains, Coord, Intersects, LineString, Polygon, Rect};

use super::{CssRect, Furnish, Subject};
use crate::geo::{Camera, Kind, SUBPIXELS, Shape, Snapped, World};

/// Points of a grid in a box, along each of its sides.
const STEPS: u32 = 8;

/// What a piece of what is seen weighs, in points of the grid: a point that the legend tells of; a
/// line of it, by the length of a cell.
const POINT: f64 = 4.0;
const LINE: f64 = 0.5;
/// What a user put on the map weighs many times as much, and a point of it more than a box can hide
/// of anything else.
const OF_USER: f64 = 12.0;
const POINT_OF_USER: f64 = 1_000.0;

/// What a box should not hide: where it lies on the page, device px, and how much it weighs.
pub(super) struct Piece {
    sight: Sight,
    weight: f64,
}

enum Sight {
    Point(Coord<f64>),
    Lines(Vec<LineString<f64>>),
    Area(Polygon<f64>),
}

impl Furnish<'_> {
    /// How much a box would hide: of areas that the legend tells of, points of a grid in it; of
    /// lines, their length by that of a cell; of what a user put on the map, many times as much.
    pub(super) fn hidden(&self, place: &CssRect) -> usize {
        let (subject, camera) = (self.subject, self.inputs.camera);
        let px = place.px(camera.ratio());
        let rect = Rect::new([px.left, px.top], [px.right, px.bottom]);
        let pieces = self.pieces.get_or_init(|| pieces(subject, camera));
        let seen: f64 = pieces.iter().map(|piece| piece.weight * piece.sight.within(&rect)).sum();
        let on_top = subject.on_top.iter().filter(|shape| subject.hides(place, shape, camera));
        let callouts = subject.callouts.iter().filter_map(|callout| self.on_page(callout.at));
        let callouts = callouts.filter(|at| place.nearest(*at) == *at);
        let points = on_top.count() + callouts.count();
        (seen + POINT_OF_USER * points as f64).round() as usize
    }
}

fn pieces(subject: &Subject, camera: &Camera) -> Vec<Piece> {
    let seen = subject.entries.iter().flat_map(|(.., seen)| seen).map(|seen| Piece {
        sight: sight(seen.part.shape, seen.outline, &camera.in_copy(seen.copy), seen.left_px),
        weight: 1.0,
    });
    // Points of a user's are counted by their pins.
    let on_top = subject.on_top.iter().filter(|shape| shape.kind() != Kind::Point);
    let on_top =
        on_top.map(|shape| Piece { sight: sight(shape, true, camera, 0), weight: OF_USER });
    seen.chain(on_top).collect()
}

/// How a shape, or its outline, lies on the page.
fn sight(shape: &Shape, outline: bool, camera: &Camera, left_px: u32) -> Sight {
    let at = |p: &World| {
        let Snapped { x, y } = camera.snap(*p);
        Coord {
            x: x as f64 / SUBPIXELS as f64 + f64::from(left_px),
            y: y as f64 / SUBPIXELS as f64,
        }
    };
    let line = |line: &[World]| LineString(line.iter().map(at).collect());
    match shape {
        Shape::Point(p) => Sight::Point(at(p)),
        Shape::Line(points) => Sight::Lines(vec![line(points)]),
        Shape::Polygon(rings) if outline => {
            Sight::Lines(rings.iter().map(|ring| line(ring)).collect())
        }
        Shape::Polygon(rings) => Sight::Area(Polygon::new(
            rings.first().map_or_else(LineString::empty, |r| line(r)),
            vec![],
        )),
    }
}

impl Sight {
    /// How much of it lies in a box, in points of the box's grid.
    fn within(&self, rect: &Rect<f64>) -> f64 {
        match self {
            Sight::Point(at) => POINT * f64::from(u8::from(rect.intersects(at))),
            Sight::Lines(lines) => {
                let cell = (rect.width() + rect.height()) / 2.0 / f64::from(STEPS);
                let inside = |line: &LineString<f64>| -> f64 {
                    line.lines().map(|piece| length_within(&piece, rect)).sum::<f64>() / cell
                };
                LINE * lines.iter().map(inside).sum::<f64>()
            }
            Sight::Area(polygon) if polygon.intersects(rect) => {
                grid(rect).filter(|at| polygon.contains(at)).count() as f64
            }
            Sight::Area(_) => 0.0,
        }
    }
}

/// The middles of a box's cells.
fn grid(rect: &Rect<f64>) -> impl Iterator<Item = Coord<f64>> + use<> {
    let (min, width, height) = (rect.min(), rect.width(), rect.height());
    let share = |n: u32| (f64::from(n) + 0.5) / f64::from(STEPS);
    (0..STEPS * STEPS).map(move |i| Coord {
        x: min.x + share(i % STEPS) * width,
        y: min.y + share(i / STEPS) * height,
    })
}

/// The length of a piece of line within a box.
fn length_within(piece: &geo::Line<f64>, rect: &Rect<f64>) -> f64 {
    let (a, step) = (piece.start, piece.delta());
    let (mut from, mut to) = (0.0f64, 1.0f64);
    // Liang and Barsky's clipping.
    for (start, step, low, high) in
        [(a.x, step.x, rect.min().x, rect.max().x), (a.y, step.y, rect.min().y, rect.max().y)]
    {
        if step == 0.0 {
            if start < low || start > high {
                return 0.0;
            }
            continue;
        }
        let (first, last) = ((low - start) / step, (high - start) / step);
        (from, to) = (from.max(first.min(last)), to.min(first.max(last)));
    }
    (to - from).max(0.0) * step.x.hypot(step.y)
}
