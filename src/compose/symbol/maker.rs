//! The candidates of one feature's part: where along its geometry its symbols go.

use std::borrow::Cow;
use std::cell::Cell;
use std::sync::Arc;

use xxhash_rust::xxh3::xxh3_64;

use super::SymbolInputs;
use super::anchors::{self, Spread};
use super::draw::Label;
use super::icon::icon;
use super::join::Joined;
use super::layout::Layout;
use super::path::{Path, Spot, clipped, direction, simplified};
use crate::compose::{Batch, Fetched};
use crate::geo::{Shape, World, WorldBox, pole};
use crate::label::{Area, Candidate, Overlap, REACH, Rank, Repeat, Yields};
use crate::style::{Alignment, Context, SymbolPaint, SymbolPlacement, SymbolZOrder};
use crate::text::EM;

/// Lines are labelled as if they had no bends smaller than this, CSS px.
const SMOOTHNESS: f64 = 0.375;

/// Steps from one side of a tile to the other.
const TILE_GRID: f64 = 8192.0;

/// How near the best place a polygon's label is put, CSS px.
const POLE_PRECISION: f64 = 1.0;

/// The symbols along one line within one area: more would lie over one another.
const MAX_IN_PIECE: usize = 256;

/// Which part of which source a candidate comes from, so that no part is looked at twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PartId {
    pub layer: u32,
    pub tile: u64,
    pub copy: i64,
    pub part: u32,
    /// The corner of the area asked about, where a part is looked at piece by piece: a line may be
    /// long.
    pub piece: Option<(i64, i64)>,
}

/// Makes one part's candidates.
pub(super) struct Maker<'a> {
    pub inputs: &'a SymbolInputs<'a>,
    pub area: &'a Area,
    pub layout: &'a Layout,
    pub part: PartId,
    pub batch: &'a Batch<'a>,
    pub joined: Option<&'a Joined>,
    pub paint: &'a SymbolPaint,
    pub context: &'a Context<'a>,
    /// Set where a label was left out as reaching too far.
    pub too_large: &'a Cell<bool>,
}

/// Where a symbol goes that lies on no line: a point of the world, and where the plane has it.
pub(super) struct Place {
    pub world: World,
    pub at: [f64; 2],
}

impl Place {
    /// Where a part's one symbol goes, in a copy of the world.
    pub fn of(inputs: &SymbolInputs, part: &Fetched, copy: i64) -> Option<Self> {
        let precision = POLE_PRECISION / (512.0 * inputs.whole_zoom().exp2());
        let world = match part.shape {
            Shape::Point(p) => *p,
            Shape::Line(line) => *line.first()?,
            Shape::Polygon(rings) => pole(rings, precision, inputs.effort).ok().flatten()?,
        };
        let at = inputs.plane.at(World { x: world.x + copy as f64, y: world.y });
        Some(Self { world, at })
    }
}

/// The place in the order of the `nth` symbol of a part, at a point of the world.
pub(super) fn rank(
    inputs: &SymbolInputs,
    paint: &SymbolPaint,
    context: &Context,
    (part, world, nth): (PartId, World, u64),
    sort_key: f64,
) -> Rank {
    let key = match paint.z_order.eval(context) {
        // The lowest is drawn uppermost, and placed first.
        SymbolZOrder::ViewportY => -(inputs.plane.at(world)[1] * 16.0).round(),
        SymbolZOrder::Auto | SymbolZOrder::Source => sort_key,
    };
    Rank { layer: part.layer, key: Rank::key(key), tile: part.tile, part: part.part, nth }
}

/// Where a symbol goes: a point of the world, and the line it lies on.
pub(super) struct Site<'a> {
    pub world: World,
    /// On the plane.
    pub at: [f64; 2],
    pub line: Option<(&'a Arc<Path>, Spot)>,
}

impl Maker<'_> {
    pub fn part(&self, part: &Fetched, out: &mut Vec<Candidate<Arc<Label>>>) {
        let mut add = |site: Site, nth: u64| out.extend(self.candidate(&site, nth));
        match self.layout.placement {
            SymbolPlacement::Point => {
                let place = Place::of(self.inputs, part, self.part.copy);
                if let Some(Place { world, at }) = place.filter(|p| self.owns(p.world)) {
                    add(Site { world, at, line: None }, 0);
                }
            }
            // Piece by piece, see [`Maker::along_lines`].
            SymbolPlacement::Line => {}
            SymbolPlacement::LineCenter => {
                for (number, path) in (0u64..).zip(self.lines(part, false)) {
                    let spot = anchors::middle(&path, &self.spread());
                    if let Some(spot) = spot.filter(|s| self.owns(self.world(s.at))) {
                        add(
                            Site {
                                world: self.world(spot.at),
                                at: spot.at,
                                line: Some((&path, spot)),
                            },
                            number,
                        );
                    }
                }
            }
        }
    }

    /// Puts symbols along lines.
    pub fn along_lines(&self, lines: &[Arc<Path>], out: &mut Vec<Candidate<Arc<Label>>>) {
        for (number, path) in (0u64..).zip(lines) {
            for (nth, mut spot) in
                anchors::along(path, &self.spread(), self.area).into_iter().take(MAX_IN_PIECE)
            {
                let world = self.on_grid(self.world(spot.at));
                spot.at = self.on_plane(world);
                let site = Site { world, at: spot.at, line: Some((path, spot)) };
                out.extend(self.candidate(&site, number << 32 | nth));
            }
        }
    }

    /// The lines of a part as labels see them; `cut` at the sides of its tile.
    pub fn lines(&self, part: &Fetched, cut: bool) -> Vec<Arc<Path>> {
        let lines: Vec<Cow<[World]>> = match part.shape {
            Shape::Point(_) => Vec::new(),
            Shape::Line(line) => {
                let joined =
                    self.joined.filter(|_| cut).and_then(|joined| joined.get(&part.number));
                vec![joined.unwrap_or(line).into()]
            }
            Shape::Polygon(rings) => {
                rings.iter().enumerate().map(|(i, ring)| wound(ring, i == 0)).collect()
            }
        };
        lines.iter().flat_map(|line| self.paths(line, cut)).collect()
    }

    /// Points on a tile's sides are in the next one, too.
    fn owns(&self, world: World) -> bool {
        self.batch.clip.is_none_or(|tile| tile.owns(world))
    }

    fn on_plane(&self, world: World) -> [f64; 2] {
        self.inputs.plane.at(World { x: world.x + self.part.copy as f64, y: world.y })
    }

    fn world(&self, at: [f64; 2]) -> World {
        let world = self.inputs.plane.world(at);
        World { x: world.x - self.part.copy as f64, y: world.y }
    }

    /// The nearest place on the grid that tiles have, 1/16 px at their own zoom.
    fn on_grid(&self, world: World) -> World {
        let grid = TILE_GRID * self.inputs.whole_zoom().exp2();
        let on_grid =
            |v: f64| if self.batch.clip.is_some() { (v * grid).round() / grid } else { v };
        World { x: on_grid(world.x), y: on_grid(world.y) }
    }

    /// A line as labels see it: on the plane, within its tile where it has one, otherwise without
    /// bends too small to be seen.
    fn paths(&self, line: &[World], cut: bool) -> Vec<Arc<Path>> {
        let points: Vec<[f64; 2]> = line.iter().map(|w| [w.x, w.y]).collect();
        let points = match self.batch.clip {
            // Tiles come as simple as they are meant to be.
            Some(_) => points,
            None => simplified(&points, SMOOTHNESS / (512.0 * self.inputs.whole_zoom().exp2())),
        };
        let parts = match self.batch.clip.filter(|_| cut) {
            None => vec![points],
            Some(tile) => clipped(&points, [tile.min.x, tile.min.y], [tile.max.x, tile.max.y]),
        };
        let on_side = |p: &[f64; 2]| {
            self.batch.clip.filter(|_| cut).is_some_and(|tile| {
                p[0] == tile.min.x || p[0] == tile.max.x || p[1] == tile.min.y || p[1] == tile.max.y
            })
        };
        let path = |part: Vec<[f64; 2]>| {
            let continued = part.first().is_some_and(on_side);
            let points = part.iter().map(|p| self.on_plane(World { x: p[0], y: p[1] })).collect();
            Path::new(points, continued).map(Arc::new)
        };
        parts.into_iter().filter_map(path).collect()
    }

    fn spread(&self) -> Spread {
        let growth = self.inputs.growth();
        let text = self.layout.text.as_ref();
        let unit = text.map_or(16.0 / EM, |t| t.spread_size / EM) * growth;
        let text_width = text.map_or(0.0, |t| {
            let shaped = t.upright.as_ref().unwrap_or(&t.variants[0].shaped);
            shaped.right - shaped.left
        });
        let icon_width =
            self.layout.icon.as_ref().map_or(0.0, |i| i.icon_box.right - i.icon_box.left);
        Spread {
            spacing: self.layout.spacing * growth,
            max_angle: self.layout.max_angle,
            label_length: text_width.max(icon_width) * unit,
            text_size: text.map_or(0.0, |t| t.spread_size),
            unit,
            overscaling: self.batch.clip.map_or(1.0, |tile| {
                (tile.width() * self.inputs.whole_zoom().exp2()).round().max(1.0)
            }),
        }
    }

    /// `None` where it would reach further than labels may.
    fn candidate(&self, site: &Site, nth: u64) -> Option<Candidate<Arc<Label>>> {
        let layout = self.layout;
        let mut ink = Area::EMPTY;
        // From the segment's start to where the symbol stands, which may be a step of the grid
        // beside the segment.
        let line_angle = site.line.map(|(path, spot)| {
            let (from, to) = (path.points[spot.segment], path.points[spot.segment + 1]);
            direction(from, if spot.at == from { to } else { spot.at })
        });
        let text = layout.text.as_ref().and_then(|text| self.text(text, site, &mut ink));
        let icon = layout.icon.as_ref().and_then(|layout| {
            let along = line_angle.filter(|_| layout.alignment == Alignment::Map);
            let text = text.as_ref().map(|(_, look)| look);
            let at = (site.at, site.line.is_some());
            icon(self.inputs, layout, text, at, along, &mut ink)
        });
        let wanted = layout.text.as_ref().is_some_and(|t| !t.optional);
        if text.is_none() && (wanted || icon.is_none()) {
            return None;
        }
        let place = (self.part, site.world, nth);
        let rank = rank(self.inputs, self.paint, self.context, place, layout.sort_key);
        let repeat = match (&text, layout.placement) {
            (Some((_, look)), SymbolPlacement::Line) => Some(Repeat {
                name: xxh3_64(look.variants[0].0.text.as_bytes()) ^ u64::from(self.part.layer),
                at: site.at,
                distance: (layout.spacing * self.inputs.growth() / 2.0).min(REACH),
            }),
            _ => None,
        };
        let (text_bounds, text_look) = text.map_or((None, None), |(b, l)| (Some(b), Some(l)));
        let (icon_bounds, icon_look) = icon.map_or((None, None), |(b, l)| (Some(b), Some(l)));
        let label = Label {
            layer: self.part.layer,
            order: self.order(site),
            anchor: site.world,
            copy: self.part.copy,
            text: text_look,
            icon: icon_look,
        };
        let (copy, payload) = (label.copy, Arc::new(label));
        let candidate = Candidate {
            rank,
            copy,
            at: site.at,
            text: text_bounds,
            icon: icon_bounds,
            repeat,
            yields: Yields::default(),
            ink,
            payload,
        };
        let reach = Area { min: site.at, max: site.at }.grown(REACH);
        let within =
            |a: &Area| (0..2).all(|i| a.min[i] >= reach.min[i] && a.max[i] <= reach.max[i]);
        let near = candidate.areas().all(|a| within(&a));
        if !near {
            self.too_large.set(true);
        }
        near.then_some(candidate)
    }

    /// What decides which symbol of a layer is drawn over which.
    fn order(&self, site: &Site) -> (u64, i64) {
        let layout = self.layout;
        let z_order = self.paint.z_order.eval(self.context);
        let by_key = self.paint.sort_key.is_some() && z_order != SymbolZOrder::ViewportY;
        let may_overlap = |o: Overlap, blocks: bool| o != Overlap::Never || !blocks;
        let overlaps =
            layout.text.as_ref().is_some_and(|t| may_overlap(t.overlap.into(), t.blocks))
                || layout.icon.as_ref().is_some_and(|i| may_overlap(i.overlap.into(), i.blocks));
        let by_y = !by_key && z_order != SymbolZOrder::Source && overlaps;
        let key = match (by_key, by_y) {
            (true, _) => Rank::key(layout.sort_key),
            (_, true) => Rank::key((site.at[1] * 16.0).round()),
            _ => 0,
        };
        let part = i64::from(self.part.part);
        (key, if by_y { -part } else { part })
    }
}

/// A tile's place in the order of labels, never 0: columns and rows take turns, so that what a
/// label hangs on lies three tiles away at the most, and tiles beside one another are as often as
/// not in MapLibre's order, by column and row.
pub fn tile_rank(bounds: &WorldBox) -> u64 {
    let odd = |at: f64| u64::from((at / bounds.width()).round().rem_euclid(2.0) >= 1.0);
    let place = xxh3_64(format!("{:?}", bounds.min).as_bytes());
    odd(bounds.min.x) << 63 | odd(bounds.min.y) << 62 | place >> 2 | 1
}

/// A polygon's ring as tiles have it, from which MapLibre labels outlines: the exterior clockwise,
/// holes against it.
fn wound(ring: &[World], exterior: bool) -> Cow<'_, [World]> {
    let area: f64 = ring.windows(2).map(|p| p[0].x * p[1].y - p[1].x * p[0].y).sum();
    match (area > 0.0) == exterior {
        true => ring.into(),
        false => ring.iter().rev().copied().collect::<Vec<_>>().into(),
    }
}
