//! Which positions of lines and rings matter at which scale, so that a map of the world does not
//! draw every bend of a border that is known to the metre.
//!
//! Chains are cut into arcs where they meet others, and each arc is thinned by itself and always in
//! the same direction, by the method of Douglas and Peucker (1973): so both neighbours of a border
//! keep the same of its positions, and no gap opens between them. What a position is worth is the
//! square of how far the arc would be from it without it, and no more than what the one is worth
//! that made it matter; so a scale keeps what a larger one does, and more.

use std::collections::HashMap;

use super::Part;
use crate::geo::{Detail, Shape, World, WorldBox};

/// Chains of no more positions are kept as they are.
const FEW: usize = 8;
/// An arc is halved no oftener; what is left then is worth as much as its neighbours. That bounds
/// the work.
const MOST_HALVINGS: u32 = 48;
/// Bits for each position in the table that says which may come twice, and of all of it at the most
/// and the least.
const BITS_EACH: usize = 8;
const MOST_BITS: usize = 1 << 24;
const LEAST_BITS: usize = 1 << 10;

/// What the positions of each part are worth.
#[derive(Debug, Clone, Default)]
pub struct Worths {
    /// Where each part's begin, and where the last one's end.
    starts: Vec<u32>,
    worths: Vec<Detail>,
    /// The parts whose chains are boxed piece by piece, in order, and where their boxes end.
    boxed: Vec<(u32, u32)>,
    boxes: Vec<PieceBox>,
}

/// How many positions of a long chain are boxed together.
pub const PIECE: usize = 64;
/// Parts of fewer positions are looked at as a whole.
const BOXED: usize = 4 * PIECE;

/// The envelope of a piece of a chain, unit square; rounded outward.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PieceBox {
    min: [f32; 2],
    max: [f32; 2],
}

impl PieceBox {
    fn around(positions: &[World]) -> Self {
        let bounds = WorldBox::around(positions);
        let [low, high] = bounds.map_or([World { x: 0.0, y: 0.0 }; 2], |b| [b.min, b.max]);
        Self {
            min: [low.x, low.y].map(|v| (v as f32).next_down()),
            max: [high.x, high.y].map(|v| (v as f32).next_up()),
        }
    }

    /// Whether all of it lies on one side of a box, outside.
    pub fn is_beside(&self, other: &WorldBox) -> bool {
        f64::from(self.max[0]) < other.min.x
            || f64::from(self.min[0]) > other.max.x
            || f64::from(self.max[1]) < other.min.y
            || f64::from(self.min[1]) > other.max.y
    }

    /// Whether it may have positions at which the world is cut.
    pub fn is_on_cut(&self) -> bool {
        // More than what f32 is rounded by.
        let margin = 1e-6;
        let all = [self.min, self.max];
        all.iter().flatten().any(|v| !(margin..=1.0 - margin).contains(v))
    }
}

impl Worths {
    /// Weighs the positions of all parts.
    pub fn of(parts: &[Part]) -> Self {
        let total: usize = parts.iter().map(|part| part.shape.positions()).sum();
        // Parts of a few positions alone, and what cannot be counted, are kept whole.
        let is_long = |part: &Part| part.shape.chains().any(|chain| chain.len() > FEW);
        if u32::try_from(total).is_err() || !parts.iter().any(is_long) {
            return Self::default();
        }
        let junctions = Junctions::of(parts);
        let (mut boxed, mut boxes) = (Vec::new(), Vec::new());
        let mut worths = Vec::new();
        let mut starts = vec![0];
        let mut scratch = Scratch::default();
        for part in parts {
            if is_long(part) {
                let is_closed = matches!(part.shape, Shape::Polygon(_));
                for chain in part.shape.chains() {
                    let from = worths.len();
                    worths.resize(from + chain.len(), Detail::ALWAYS);
                    if chain.len() > FEW {
                        weigh(chain, is_closed, &junctions, &mut worths[from..], &mut scratch);
                    }
                }
            }
            starts.push(worths.len() as u32);
            if part.shape.positions() >= BOXED {
                let pieces = part.shape.chains().flat_map(|chain| chain.chunks(PIECE));
                boxes.extend(pieces.map(PieceBox::around));
                boxed.push((part.number, boxes.len() as u32));
            }
        }
        worths.shrink_to_fit();
        Self { starts, worths, boxed, boxes }
    }

    /// The boxes of the pieces of a part's chains, chain after chain; empty where it is short.
    pub fn pieces(&self, number: u32) -> &[PieceBox] {
        match self.boxed.binary_search_by_key(&number, |(part, _)| *part) {
            Err(_) => &[],
            Ok(at) => {
                let from = at.checked_sub(1).map_or(0, |before| self.boxed[before].1);
                &self.boxes[from as usize..self.boxed[at].1 as usize]
            }
        }
    }

    /// What the positions of a part are worth, chain after chain; `None` where all are kept.
    pub fn of_part(&self, number: u32) -> Option<&[Detail]> {
        let at = number as usize;
        let (from, to) = (*self.starts.get(at)?, *self.starts.get(at + 1)?);
        (from < to).then(|| &self.worths[from as usize..to as usize])
    }
}

/// A position, as it is compared.
type Key = (u64, u64);

fn key(p: World) -> Key {
    // 0 and -0 are one.
    ((p.x + 0.0).to_bits(), (p.y + 0.0).to_bits())
}

/// Positions at which chains meet or part, or end beside another.
struct Junctions {
    /// For what comes more than once: its neighbours, until it is known to be a junction.
    met: HashMap<Key, Option<[Key; 2]>>,
}

impl Junctions {
    fn of(parts: &[Part]) -> Self {
        // Most positions come once, and a table of bits is enough to say so.
        let total: usize = parts.iter().map(|part| part.shape.positions()).sum();
        let bits = total.saturating_mul(BITS_EACH).clamp(LEAST_BITS, MOST_BITS).next_power_of_two();
        let mut once = vec![0u64; bits / 64];
        let mut twice = once.clone();
        let slot = |at: Key| slot(at, bits.trailing_zeros());
        each_position(parts, |at, _| {
            let (word, bit) = slot(at);
            twice[word] |= once[word] & bit;
            once[word] |= bit;
        });
        let mut met: HashMap<Key, Option<[Key; 2]>> = HashMap::new();
        each_position(parts, |at, beside| {
            let (word, bit) = slot(at);
            if twice[word] & bit != 0 {
                let known = met.entry(at).or_insert(beside);
                if *known != beside {
                    *known = None;
                }
            }
        });
        Self { met }
    }

    fn has(&self, p: World) -> bool {
        self.met.get(&key(p)).is_some_and(Option::is_none)
    }
}

/// A position's word and bit in a table of 2 to the `shift` bits.
fn slot((x, y): Key, shift: u32) -> (usize, u64) {
    let mixed = (x ^ y.rotate_left(32)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let slot = mixed >> (64 - shift);
    ((slot >> 6) as usize, 1 << (slot & 63))
}

/// Gives every position of lines and rings with its two neighbours, in order; the ends of lines
/// have none.
fn each_position(parts: &[Part], mut take: impl FnMut(Key, Option<[Key; 2]>)) {
    let sorted = |a: Key, b: Key| if a <= b { [a, b] } else { [b, a] };
    for part in parts {
        let is_closed = matches!(part.shape, Shape::Polygon(_));
        for chain in part.shape.chains() {
            for (i, p) in chain.iter().enumerate().skip(usize::from(is_closed)) {
                let before = i.checked_sub(1).map(|i| chain[i]);
                // The first of a ring comes again at its end.
                let after = if is_closed && i + 1 == chain.len() {
                    chain.get(1).copied()
                } else {
                    chain.get(i + 1).copied()
                };
                let beside = before.zip(after).map(|(a, b)| sorted(key(a), key(b)));
                take(key(*p), beside);
            }
        }
    }
}

/// Memory that is used for one chain after the other.
#[derive(Default)]
struct Scratch {
    pinned: Vec<usize>,
    arc: Vec<World>,
    squares: Vec<f64>,
    stack: Vec<(usize, usize, f64, u32)>,
}

/// Weighs the positions of a chain; the first of a ring comes twice.
fn weigh(
    chain: &[World],
    is_closed: bool,
    junctions: &Junctions,
    out: &mut [Detail],
    scratch: &mut Scratch,
) {
    let count = if is_closed { chain.len() - 1 } else { chain.len() };
    let mut pinned = std::mem::take(&mut scratch.pinned);
    pinned.clear();
    let ends = |i: usize| !is_closed && (i == 0 || i + 1 == count);
    pinned.extend((0..count).filter(|i| ends(*i) || junctions.has(chain[*i])));
    if pinned.is_empty() {
        pinned.extend(far_apart(&chain[..count]));
    }
    let arcs = if is_closed { pinned.len() } else { pinned.len().saturating_sub(1) };
    for a in 0..arcs {
        let (from, to) = (pinned[a], pinned[(a + 1) % pinned.len()]);
        let steps = if to > from { to - from } else { to + count - from };
        let place = |k: usize| (from + k) % count;
        scratch.arc.clear();
        scratch.arc.extend((0..=steps).map(|k| chain[place(k)]));
        let is_turned = is_backward(&scratch.arc);
        if is_turned {
            scratch.arc.reverse();
        }
        thin(scratch);
        for k in 1..steps {
            let at = if is_turned { steps - k } else { k };
            out[place(k)] = Detail::of_square(scratch.squares[at]);
        }
    }
    if is_closed {
        out[count] = out[0];
    }
    scratch.pinned = pinned;
}

/// Two positions of a ring that hang on its shape alone, in order: the first from the west, and
/// the one that is the furthest from it.
fn far_apart(ring: &[World]) -> [usize; 2] {
    let before = |a: &World, b: &World| a.x.total_cmp(&b.x).then(a.y.total_cmp(&b.y));
    let first = (0..ring.len()).min_by(|i, j| before(&ring[*i], &ring[*j])).unwrap_or(0);
    let off = |i: usize| square(ring[i].x - ring[first].x, ring[i].y - ring[first].y);
    let further = |i: &usize, j: &usize| {
        off(*i).total_cmp(&off(*j)).then_with(|| before(&ring[*i], &ring[*j]))
    };
    let last = (0..ring.len()).max_by(further).unwrap_or(0);
    if first <= last { [first, last] } else { [last, first] }
}

/// Whether the other direction of an arc is the one that all of its chains thin it in.
fn is_backward(arc: &[World]) -> bool {
    let pairs = arc.iter().zip(arc.iter().rev());
    let first = pairs.map(|(a, b)| key(*a).cmp(&key(*b))).find(|order| order.is_ne());
    first.is_some_and(|order| order.is_gt())
}

/// What each position of the scratch arc is worth, as the square of a distance (unit square).
fn thin(scratch: &mut Scratch) {
    let Scratch { arc, squares, stack, .. } = scratch;
    squares.clear();
    squares.resize(arc.len(), f64::INFINITY);
    stack.clear();
    stack.push((0, arc.len() - 1, f64::INFINITY, 0));
    while let Some((from, to, most, halvings)) = stack.pop() {
        if to - from < 2 {
            continue;
        }
        if halvings == MOST_HALVINGS {
            squares[from + 1..to].fill(most);
            continue;
        }
        let (mut furthest, mut at) = (-1.0, from + 1);
        for i in from + 1..to {
            let off = square_from_segment(arc[i], arc[from], arc[to]);
            if off > furthest {
                (furthest, at) = (off, i);
            }
        }
        let worth = furthest.min(most);
        squares[at] = worth;
        stack.push((from, at, worth, halvings + 1));
        stack.push((at, to, worth, halvings + 1));
    }
}

fn square(x: f64, y: f64) -> f64 {
    x * x + y * y
}

/// The square of how far a position is from a segment.
fn square_from_segment(p: World, a: World, b: World) -> f64 {
    let (dx, dy) = (b.x - a.x, b.y - a.y);
    let (px, py) = (p.x - a.x, p.y - a.y);
    let length = square(dx, dy);
    let t = if length > 0.0 { ((px * dx + py * dy) / length).clamp(0.0, 1.0) } else { 0.0 };
    square(px - t * dx, py - t * dy)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(number: u32, shape: Shape) -> Part {
        Part { feature: number, number, shape }
    }

    /// A wiggly way from one end to the other.
    fn wiggles(seed: u64, count: usize) -> Vec<World> {
        let mut state = seed;
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (state >> 40) as f64 / f64::from(1 << 24)
        };
        (0..count)
            .map(|i| World { x: 0.3 + i as f64 * 1e-4, y: 0.5 + (next() - 0.5) * 3e-4 })
            .collect()
    }

    fn kept(worths: &Worths, part: &Part, least: Detail) -> Vec<World> {
        let all: Vec<World> = part.shape.vertices().collect();
        match worths.of_part(part.number) {
            None => all,
            Some(own) => {
                all.into_iter().zip(own).filter(|(_, w)| **w >= least).map(|(p, _)| p).collect()
            }
        }
    }

    #[test]
    fn neighbours_keep_the_same_of_their_border() {
        let border = wiggles(7, 200);
        let (first, last) = (border[0], border[199]);
        let upper = |from: usize| {
            let mut ring = border.clone();
            ring.push(World { x: last.x, y: 0.2 });
            ring.push(World { x: first.x, y: 0.2 });
            // It may begin anywhere.
            ring.rotate_left(from);
            ring.push(ring[0]);
            ring
        };
        let mut lower: Vec<World> = border.iter().rev().copied().collect();
        lower.push(World { x: first.x, y: 0.8 });
        lower.push(World { x: last.x, y: 0.8 });
        lower.push(lower[0]);
        for from in [0, 57, 150] {
            let parts = [
                part(0, Shape::Polygon(vec![upper(from)])),
                part(1, Shape::Polygon(vec![lower.clone()])),
            ];
            let worths = Worths::of(&parts);
            for tolerance in [1e-5, 5e-5, 1e-4] {
                let least = Detail::of_square(tolerance * tolerance);
                let on_border = |part: &Part| {
                    let mut own = kept(&worths, part, least);
                    own.retain(|p| border.contains(p));
                    own.sort_by(|a, b| a.x.total_cmp(&b.x));
                    own.dedup();
                    own
                };
                let (a, b) = (on_border(&parts[0]), on_border(&parts[1]));
                assert_eq!(a, b);
                assert!(a.len() > 2 && a.len() < 200, "{} kept at {tolerance}", a.len());
            }
        }
    }

    #[test]
    fn nothing_that_is_left_out_is_further_off_than_the_tolerance() {
        let line = wiggles(3, 300);
        let parts = [part(0, Shape::Line(line.clone()))];
        let worths = Worths::of(&parts);
        for tolerance in [1e-6, 3e-5, 1e-4] {
            let own = kept(&worths, &parts[0], Detail::of_square(tolerance * tolerance));
            assert!(own.first() == line.first() && own.last() == line.last());
            for p in &line {
                let off = own.windows(2).map(|s| square_from_segment(*p, s[0], s[1]));
                let nearest = off.fold(f64::INFINITY, f64::min).sqrt();
                assert!(nearest <= tolerance, "{nearest} at {tolerance}");
            }
        }
        assert_eq!(kept(&worths, &parts[0], Detail::of_square(0.0)).len(), line.len());
    }

    #[test]
    fn where_lines_meet_they_still_meet() {
        let mut way = wiggles(11, 100);
        let crossing = way[41];
        let other =
            vec![World { x: crossing.x, y: 0.1 }, crossing, World { x: crossing.x, y: 0.9 }];
        way.push(World { x: 0.4, y: 0.5 });
        let parts = [part(0, Shape::Line(way)), part(1, Shape::Line(other))];
        let worths = Worths::of(&parts);
        let coarse = kept(&worths, &parts[0], Detail::of_square(1.0));
        assert!(coarse.contains(&crossing), "{coarse:?}");
        assert_eq!(coarse.len(), 3);
    }

    #[test]
    fn a_spiral_is_weighed_in_good_time() {
        let spiral = |i: usize| {
            let t = i as f64 / 3_000.0;
            World { x: 0.5 + t * 0.01 * t.cos(), y: 0.5 + t * 0.01 * t.sin() }
        };
        let parts = [part(0, Shape::Line((0..60_000).map(spiral).collect()))];
        assert!(Worths::of(&parts).of_part(0).is_some());
    }
}
