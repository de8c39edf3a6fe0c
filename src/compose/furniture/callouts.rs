//! Callouts: words beside the map's matter, each with a line that leads to its place.

use super::write::Block;
use super::{CssRect, Furnish, Items, REGULAR};
use crate::geo::World;
use crate::identity::identified_by_fields;
use crate::scene::{CircleLook, Circles, Item};

/// Words about a place.
#[derive(Debug, Clone, PartialEq)]
pub struct Callout {
    /// In Web Mercator's square.
    pub at: World,
    pub text: String,
}

/// A callout in its place on the page, CSS px.
pub(super) struct Placed {
    pub place: CssRect,
    /// From its place on the map to the box.
    pub leader: [[f64; 2]; 2],
    words: Block,
}

/// Directions that a callout may lie in from its place, and distances, in units of the furniture's
/// text.
const DIRECTIONS: u32 = 24;
const DISTANCES: [f64; 5] = [2.0, 3.5, 6.0, 9.0, 13.0];

/// The share of the page's width that a line of a callout may take.
const MOST_OF_WIDTH: f64 = 0.4;

/// What a label that it would cut weighs, and a unit of distance, beside a point of the map's
/// matter that it would hide.
const LABEL: f64 = 3.0;
const DISTANCE: f64 = 1.5;

/// What is on the page already, in the way of a callout.
struct InWay<'a> {
    taken: &'a [CssRect],
    placed: &'a [Placed],
    /// The places of all callouts.
    points: &'a [[f64; 2]],
    labels: &'a [CssRect],
}

impl Furnish<'_> {
    /// Every callout where it hides least of what the legend tells of and of the map's labels, none
    /// over another box or another's place. Those whose place is not on the map are left out.
    pub(super) fn callouts(
        &self,
        map: CssRect,
        taken: &[CssRect],
        labels: &[CssRect],
    ) -> Vec<Placed> {
        let on_map = |callout| self.on_page(callout).filter(|at| map.owns(*at));
        let callouts: Vec<([f64; 2], &Callout)> = self
            .subject
            .callouts
            .iter()
            .filter_map(|callout| Some((on_map(callout.at)?, callout)))
            .collect();
        let points: Vec<[f64; 2]> = callouts.iter().map(|(point, _)| *point).collect();
        let mut placed: Vec<Placed> = Vec::new();
        for (point, callout) in callouts {
            let most = (self.sizes.callout * self.unit).min(MOST_OF_WIDTH * self.page.width());
            let words = self.text(&callout.text, REGULAR, self.unit, most, self.palette.ink);
            let in_way = InWay { taken, placed: &placed, points: &points, labels };
            let found = words.and_then(|words| self.beside(point, words, map, &in_way));
            placed.extend(found);
        }
        placed
    }

    /// The best place for words beside a point.
    fn beside(
        &self,
        point: [f64; 2],
        words: Block,
        map: CssRect,
        in_way: &InWay,
    ) -> Option<Placed> {
        let pad = self.sizes.words_pad * self.unit;
        let size = [words.width + 2.0 * pad, words.height + 1.2 * pad];
        let tries = DISTANCES.into_iter().flat_map(|distance| {
            (0..DIRECTIONS).map(move |i| {
                let turn = f64::from(i) / f64::from(DIRECTIONS) * std::f64::consts::TAU;
                (distance, turn)
            })
        });
        // Which is nearest weighs less than what would be hidden; one that meets nothing comes
        // before all that do.
        let weighed = tries.filter_map(|(distance, turn)| {
            let place = toward(point, size, distance * self.unit, turn);
            let leader = [point, place.nearest(point)];
            let cut = |label: &&CssRect| label.is_crossed(leader) || label.meets(&place);
            let cut = in_way.labels.iter().filter(cut).count() as f64;
            map.holds(&place).then(|| {
                let cost = self.hidden(&place) as f64 + LABEL * cut + DISTANCE * distance;
                (self.meets(&place, leader, in_way), cost, place, leader)
            })
        });
        let (.., place, leader) =
            weighed.min_by(|(m, a, ..), (n, b, ..)| m.cmp(n).then(a.total_cmp(b)))?;
        Some(Placed { place, leader, words })
    }

    /// How much of what is on the page a callout would lie over, or its line would cross.
    fn meets(&self, place: &CssRect, leader: [[f64; 2]; 2], in_way: &InWay) -> usize {
        let (gap, clear) =
            (self.sizes.callout_gap * self.unit, self.sizes.callout_clearance * self.unit);
        let placed = || in_way.placed.iter();
        let boxes = in_way.taken.iter().chain(placed().map(|other| &other.place));
        let boxes = boxes.filter(|other| other.is_near(place, gap) || other.is_crossed(leader));
        let leaders =
            placed().filter(|o| place.is_crossed(o.leader) || cross(o.leader, leader)).count();
        let point = |at: &&[f64; 2]| place.is_near(&CssRect::sized(**at, [0.0; 2]), clear);
        boxes.count() + leaders + in_way.points.iter().filter(point).count()
    }

    /// Its line, the dot at its place, and the words on their paper.
    pub(super) fn painted_callout(&self, Placed { place, leader, words }: Placed) -> Items {
        let (palette, sizes, ratio) = (&self.palette, self.sizes, self.pen.ratio);
        let ends = leader.map(|at| self.at(at));
        let leader = |color, width| self.line(vec![ends.to_vec()], false, color, width);
        let mut items: Items = Vec::new();
        items.extend(leader(palette.paper, sizes.leader_halo));
        items.extend(leader(palette.ink, sizes.leader_line));
        let dot = CircleLook {
            radius_px: sizes.callout_dot * self.unit * ratio,
            color: palette.ink,
            stroke_px: sizes.leader_line * ratio,
            stroke_color: palette.paper,
            blur_px: 0.0,
        };
        items.push(Item::Circles(Circles::one(ends[0], dot)));
        let paper = palette.paper.with_opacity(palette.box_opacity);
        items.extend(self.rectangle(place, Some(paper), Some((palette.ink, sizes.inset_line))));
        let pad = sizes.words_pad * self.unit;
        items.push(words.at(place.left + pad, place.top + 0.6 * pad, None));
        items
    }
}

/// A box of a size, so far from a point in a direction that it just does not reach it.
fn toward([x, y]: [f64; 2], [width, height]: [f64; 2], distance: f64, turn: f64) -> CssRect {
    let (sin, cos) = turn.sin_cos();
    let left = x + distance * cos + width / 2.0 * (cos - 1.0);
    let top = y + distance * sin + height / 2.0 * (sin - 1.0);
    CssRect::sized([left, top], [width, height])
}

fn cross([a, b]: [[f64; 2]; 2], [c, d]: [[f64; 2]; 2]) -> bool {
    use geo::Intersects;
    geo::Line::new(a, b).intersects(&geo::Line::new(c, d))
}

identified_by_fields!(Callout { at, text });
