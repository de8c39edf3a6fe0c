//! Callouts: words beside the map's matter, each with a line that leads to its place.

use super::{Furnish, Items, REGULAR};
use crate::geo::{SUBPIXELS, Snapped, World};
use crate::identity::identified_by_fields;
use crate::scene::{Circle, Item};

/// Words about a place.
#[derive(Debug, Clone, PartialEq)]
pub struct Callout {
    /// In Web Mercator's square.
    pub at: World,
    pub text: String,
}

/// Directions that a callout may lie in from its place, and distances, in units of the furniture's
/// text.
const DIRECTIONS: u32 = 24;
const DISTANCES: [f64; 5] = [2.0, 3.5, 6.0, 9.0, 13.0];

impl Furnish<'_> {
    /// Every callout where it hides least of what the legend tells of and of the map's labels, none
    /// over another box or another's place. Those whose place is not on the map are left out. Their
    /// lines are told, too.
    pub(super) fn callouts(
        &self,
        map: [f64; 4],
        taken: &mut Vec<[f64; 4]>,
        labels: &[[f64; 4]],
    ) -> (Vec<Items>, Vec<[[f64; 2]; 2]>) {
        let within =
            |[x, y]: [f64; 2]| (map[0]..map[2]).contains(&x) && (map[1]..map[3]).contains(&y);
        let placed: Vec<([f64; 2], &Callout)> = self
            .subject
            .callouts
            .iter()
            .filter_map(|callout| Some((self.on_page(callout.at).filter(|p| within(*p))?, callout)))
            .collect();
        let points: Vec<[f64; 2]> = placed.iter().map(|(point, _)| *point).collect();
        let mut leaders: Vec<[[f64; 2]; 2]> = Vec::new();
        let mut out = Vec::new();
        for (point, callout) in &placed {
            let pad = 0.5 * self.unit;
            let most = (17.0 * self.unit).min(0.4 * self.width);
            let Some(block) = self.text(&callout.text, REGULAR, self.unit, most, self.palette.ink)
            else {
                continue;
            };
            let size = [block.width + 2.0 * pad, block.height + 1.2 * pad];
            let boxes = DISTANCES.into_iter().flat_map(|distance| {
                (0..DIRECTIONS).map(move |i| {
                    let turn = f64::from(i) / f64::from(DIRECTIONS) * std::f64::consts::TAU;
                    (distance, turn)
                })
            });
            // Which is nearest weighs less than what would be hidden; one that meets nothing comes
            // before all that do.
            let weigh = |(distance, turn): (f64, f64)| {
                let place = beside(*point, size, distance * self.unit, turn);
                let leader = [*point, nearest(&place, *point)];
                let is_inside = place[0] >= map[0]
                    && place[1] >= map[1]
                    && place[2] <= map[2]
                    && place[3] <= map[3];
                let gap = 0.3 * self.unit;
                let meets = taken
                    .iter()
                    .filter(|t| overlap(t, &place, gap) || crosses(&leader, t))
                    .count()
                    + leaders.iter().filter(|l| crosses(l, &place) || cross(l, &leader)).count()
                    + points.iter().filter(|p| covers(&place, **p, 0.6 * self.unit)).count();
                is_inside.then(|| {
                    let cut = labels
                        .iter()
                        .filter(|l| crosses(&leader, l) || overlap(l, &place, 0.0))
                        .count();
                    let cost =
                        (meets, self.hidden(&place) as f64 + 3.0 * cut as f64 + 1.5 * distance);
                    (cost, place, leader)
                })
            };
            let best = boxes
                .filter_map(weigh)
                .min_by(|(a, ..), (b, ..)| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
            let Some((_, place, leader)) = best else { continue };
            taken.push(place);
            leaders.push(leader);
            let [from, to] = leader.map(|[x, y]| self.at(x, y));
            let mut items: Items = Vec::new();
            items.extend(self.line(vec![vec![from, to]], false, self.palette.paper, 3.2));
            items.extend(self.line(vec![vec![from, to]], false, self.palette.ink, 1.2));
            items.push(Item::Circle(Circle {
                center: from,
                radius_px: 0.24 * self.unit * self.pen.ratio,
                color: self.palette.ink,
                stroke_px: 1.2 * self.pen.ratio,
                stroke_color: self.palette.paper,
                blur_px: 0.0,
            }));
            let paper = self.palette.paper.with_opacity(self.palette.box_opacity);
            items.extend(self.rectangle(place, Some(paper), Some((self.palette.ink, 0.8))));
            items.push(block.at(place[0] + pad, place[1] + 0.6 * pad, None));
            out.push(items);
        }
        (out, leaders)
    }

    /// Where a place of the world lies on the page, CSS px.
    pub(super) fn on_page(&self, world: World) -> Option<[f64; 2]> {
        let world = match self.subject.projector {
            Some(projector) => projector.forward(world)?,
            // In the copy of the world that is in the middle.
            None => World {
                x: world.x + (self.world(self.width / 2.0, 0.0).x - world.x).round(),
                ..world
            },
        };
        let Snapped { x, y } = self.inputs.camera.snap(world);
        Some([x, y].map(|v| v as f64 / SUBPIXELS as f64 / self.pen.ratio))
    }
}

/// A box of a size, so far from a point in a direction that it just does not reach it.
fn beside([x, y]: [f64; 2], [width, height]: [f64; 2], distance: f64, turn: f64) -> [f64; 4] {
    let (sin, cos) = turn.sin_cos();
    let (left, top) = (
        x + distance * cos + width / 2.0 * (cos - 1.0),
        y + distance * sin + height / 2.0 * (sin - 1.0),
    );
    [left, top, left + width, top + height]
}

/// The point of a box that is nearest to another.
fn nearest(place: &[f64; 4], [x, y]: [f64; 2]) -> [f64; 2] {
    [x.clamp(place[0], place[2]), y.clamp(place[1], place[3])]
}

fn overlap(a: &[f64; 4], b: &[f64; 4], gap: f64) -> bool {
    a[0] < b[2] + gap && b[0] < a[2] + gap && a[1] < b[3] + gap && b[1] < a[3] + gap
}

fn covers(place: &[f64; 4], [x, y]: [f64; 2], gap: f64) -> bool {
    overlap(place, &[x, y, x, y], gap)
}

fn crosses([a, b]: &[[f64; 2]; 2], place: &[f64; 4]) -> bool {
    use geo::Intersects;
    let rect = geo::Rect::new((place[0], place[1]), (place[2], place[3]));
    geo::Line::new((a[0], a[1]), (b[0], b[1])).intersects(&rect)
}

fn cross([a, b]: &[[f64; 2]; 2], [c, d]: &[[f64; 2]; 2]) -> bool {
    use geo::Intersects;
    geo::Line::new((a[0], a[1]), (b[0], b[1]))
        .intersects(&geo::Line::new((c[0], c[1]), (d[0], d[1])))
}

identified_by_fields!(Callout { at, text });
