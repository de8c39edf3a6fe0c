//! Edges of geometries, how two of them meet, and the pairs of edges whose boxes do. Every
//! comparison is exact: it looks at given positions only, never at computed ones (J. R. Shewchuk's
//! predicates, through the `geo` crate).

use std::ops::ControlFlow;

use geo::geometry::Coord;
use geo::{GeoNum, Kernel, Orientation};

use super::super::effort::{Effort, Stopped, cost};

/// An edge between two positions that differ, degrees. The edges of areas have the inside on their
/// left.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Edge {
    pub from: Coord<f64>,
    pub to: Coord<f64>,
    /// The line or ring that it is of.
    pub part: u32,
}

/// Where two edges meet.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Meeting {
    /// In a position inside of both, and each goes on to the other side. Its place is computed, and
    /// so only nearly right.
    Crossing,
    /// In one position, an end of at least one of them.
    Touch(Coord<f64>),
    /// Along a stretch, each of whose ends is an end of one of them.
    Overlap(Coord<f64>, Coord<f64>),
}

/// On which side of the line from `a` to `b` a position lies.
pub fn side(a: Coord<f64>, b: Coord<f64>, c: Coord<f64>) -> Orientation {
    <f64 as GeoNum>::Ker::orient2d(a, b, c)
}

impl Edge {
    /// West, south, east, north.
    pub fn bounds(&self) -> [f64; 4] {
        let (a, b) = (self.from, self.to);
        [a.x.min(b.x), a.y.min(b.y), a.x.max(b.x), a.y.max(b.y)]
    }

    /// Whether a position is on it.
    pub fn holds(&self, at: Coord<f64>) -> bool {
        self.spans(at) && side(self.from, self.to, at) == Orientation::Collinear
    }

    /// Whether a position is in its box.
    fn spans(&self, at: Coord<f64>) -> bool {
        let [w, s, e, n] = self.bounds();
        w <= at.x && at.x <= e && s <= at.y && at.y <= n
    }

    /// Where a position of the edge's own line lies along it: by the longer of its two extents.
    pub fn along(&self, at: Coord<f64>) -> f64 {
        let is_wide = (self.to.x - self.from.x).abs() >= (self.to.y - self.from.y).abs();
        if is_wide { at.x } else { at.y }
    }

    /// Whether two edges have so nearly one direction that they may be of one line.
    pub fn may_lie_along(&self, other: &Edge) -> bool {
        let (a, b) = (self.to - self.from, other.to - other.from);
        let (across, along) = (a.x * b.y - a.y * b.x, a.x * b.x + a.y * b.y);
        across.abs() <= 1e-6 * along.abs()
    }

    /// How it meets another.
    pub fn meeting(&self, other: &Edge) -> Option<Meeting> {
        use Orientation::Collinear;
        let (from, to) = (side(self.from, self.to, other.from), side(self.from, self.to, other.to));
        if from == to {
            return if from == Collinear { self.stretch(other) } else { None };
        }
        let (other_from, other_to) =
            (side(other.from, other.to, self.from), side(other.from, other.to, self.to));
        if other_from == other_to {
            return None;
        }
        let ends = [
            (from, self, other.from),
            (to, self, other.to),
            (other_from, other, self.from),
            (other_to, other, self.to),
        ];
        let mut is_crossing = true;
        for (side, edge, end) in ends {
            if side == Collinear {
                is_crossing = false;
                if edge.spans(end) {
                    return Some(Meeting::Touch(end));
                }
            }
        }
        is_crossing.then_some(Meeting::Crossing)
    }

    /// What two edges of one line have in common.
    fn stretch(&self, other: &Edge) -> Option<Meeting> {
        let ordered = |e: &Edge| {
            let (a, b) = ((self.along(e.from), e.from), (self.along(e.to), e.to));
            if a.0 <= b.0 { (a, b) } else { (b, a) }
        };
        let ((a, b), (c, d)) = (ordered(self), ordered(other));
        let low = if a.0 >= c.0 { a } else { c };
        let high = if b.0 <= d.0 { b } else { d };
        match low.0.partial_cmp(&high.0)? {
            std::cmp::Ordering::Less => Some(Meeting::Overlap(low.1, high.1)),
            std::cmp::Ordering::Equal => Some(Meeting::Touch(low.1)),
            std::cmp::Ordering::Greater => None,
        }
    }

    /// About where two edges that cross do so.
    pub fn crossing(&self, other: &Edge) -> Coord<f64> {
        let (p, r, q, s) = (self.from, self.to - self.from, other.from, other.to - other.from);
        let t = ((q.x - p.x) * s.y - (q.y - p.y) * s.x) / (r.x * s.y - r.y * s.x);
        Coord { x: p.x + t * r.x, y: p.y + t * r.y }
    }
}

/// An edge by its number, with its box turned so that the sweep goes along the first axis.
#[derive(Debug, Clone, Copy)]
struct Boxed {
    first: [f64; 2],
    second: [f64; 2],
    number: u32,
}

/// Calls `visit` with the numbers of each pair, one of each, whose boxes meet; it says what looking
/// at the pair cost, or ends the search.
///
/// A forward sweep along the axis on which boxes overlap less (L. Arge et al., "Scalable
/// Sweeping-Based Spatial Join", VLDB 1998): each box is held against those of the other side that
/// begin before it ends.
///
/// # Errors
/// Where the effort ends.
pub fn pairs(
    a: &[(u32, Edge)],
    b: &[(u32, Edge)],
    effort: &Effort,
    visit: &mut dyn FnMut(u32, u32) -> ControlFlow<(), usize>,
) -> Result<(), Stopped> {
    let _held = effort.hold((a.len() + b.len()) * size_of::<Boxed>())?;
    effort.spend((a.len() + b.len()) * cost::EDGES)?;
    let axis = narrower(a, b);
    let (a, b) = (boxed(a, axis), boxed(b, axis));
    let (mut i, mut j) = (0, 0);
    while i < a.len() && j < b.len() {
        let is_a_s = a[i].first[0] <= b[j].first[0];
        let (one, others) = if is_a_s { (a[i], &b[j..]) } else { (b[j], &a[i..]) };
        let mut looked = 1;
        for other in others.iter().take_while(|o| o.first[0] <= one.first[1]) {
            looked += cost::BOX;
            if other.second[0] <= one.second[1] && one.second[0] <= other.second[1] {
                let (i, j) =
                    if is_a_s { (one.number, other.number) } else { (other.number, one.number) };
                match visit(i, j) {
                    ControlFlow::Continue(steps) => looked += steps,
                    ControlFlow::Break(()) => return Ok(()),
                }
            }
        }
        effort.spend(looked)?;
        if is_a_s {
            i += 1;
        } else {
            j += 1;
        }
    }
    Ok(())
}

/// The same for the pairs of one set, each once.
///
/// # Errors
/// Where the effort ends.
pub fn own_pairs(
    edges: &[(u32, Edge)],
    effort: &Effort,
    visit: &mut dyn FnMut(u32, u32) -> ControlFlow<(), usize>,
) -> Result<(), Stopped> {
    let _held = effort.hold(edges.len() * size_of::<Boxed>())?;
    effort.spend(edges.len() * cost::EDGES)?;
    let boxes = boxed(edges, narrower(edges, &[]));
    for (i, one) in boxes.iter().enumerate() {
        let mut looked = 1;
        for other in boxes[i + 1..].iter().take_while(|o| o.first[0] <= one.first[1]) {
            looked += cost::BOX;
            if other.second[0] <= one.second[1] && one.second[0] <= other.second[1] {
                match visit(one.number, other.number) {
                    ControlFlow::Continue(steps) => looked += steps,
                    ControlFlow::Break(()) => return Ok(()),
                }
            }
        }
        effort.spend(looked)?;
    }
    Ok(())
}

/// The axis along which edges reach less far, of all that they span: 0 for longitude, 1 for
/// latitude.
fn narrower(a: &[(u32, Edge)], b: &[(u32, Edge)]) -> usize {
    let mut reach = [0.0; 2];
    let mut span = [[f64::INFINITY, f64::NEG_INFINITY]; 2];
    for (_, edge) in a.iter().chain(b) {
        let bounds = edge.bounds();
        for axis in 0..2 {
            let (low, high) = (bounds[axis], bounds[axis + 2]);
            reach[axis] += high - low;
            span[axis] = [span[axis][0].min(low), span[axis][1].max(high)];
        }
    }
    let share = |axis: usize| reach[axis] / (span[axis][1] - span[axis][0]).max(f64::MIN_POSITIVE);
    usize::from(share(1) < share(0))
}

fn boxed(edges: &[(u32, Edge)], axis: usize) -> Vec<Boxed> {
    let one = |(number, edge): &(u32, Edge)| {
        let b = edge.bounds();
        Boxed { first: [b[axis], b[axis + 2]], second: [b[1 - axis], b[3 - axis]], number: *number }
    };
    let mut out: Vec<Boxed> = edges.iter().map(one).collect();
    out.sort_unstable_by(|a, b| a.first[0].total_cmp(&b.first[0]));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edge(a: (f64, f64), b: (f64, f64)) -> Edge {
        Edge { from: a.into(), to: b.into(), part: 0 }
    }

    #[test]
    fn meetings_are_told_apart() {
        let base = edge((0.0, 0.0), (4.0, 0.0));
        let cases = [
            (edge((1.0, -1.0), (3.0, 1.0)), Some(Meeting::Crossing)),
            (edge((1.0, 0.0), (3.0, 1.0)), Some(Meeting::Touch((1.0, 0.0).into()))),
            (edge((4.0, 0.0), (5.0, 1.0)), Some(Meeting::Touch((4.0, 0.0).into()))),
            (
                edge((2.0, 0.0), (9.0, 0.0)),
                Some(Meeting::Overlap((2.0, 0.0).into(), (4.0, 0.0).into())),
            ),
            (edge((4.0, 0.0), (9.0, 0.0)), Some(Meeting::Touch((4.0, 0.0).into()))),
            (edge((5.0, 0.0), (9.0, 0.0)), None),
            (edge((5.0, -1.0), (5.0, 1.0)), None),
            (edge((0.0, 1.0), (4.0, 1.0)), None),
        ];
        for (other, expected) in cases {
            assert_eq!(base.meeting(&other), expected, "{other:?}");
            assert_eq!(other.meeting(&base), expected, "{other:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn the_sweep_finds_the_pairs_that_looking_at_all_finds(
            a in proptest::collection::vec((0..20i32, 0..20i32, 0..9i32, 0..9i32), 0..40),
            b in proptest::collection::vec((0..20i32, 0..20i32, 0..9i32, 0..9i32), 0..40),
        ) {
            let edges = |all: &[(i32, i32, i32, i32)]| -> Vec<(u32, Edge)> {
                let at = |x: i32, y: i32| (f64::from(x), f64::from(y));
                let edges = all.iter().map(|(x, y, w, h)| edge(at(*x, *y), at(x + w, y + h)));
                (0..).zip(edges).collect()
            };
            let (a, b) = (edges(&a), edges(&b));
            let meets = |a: &Edge, b: &Edge| {
                let (a, b) = (a.bounds(), b.bounds());
                a[0] <= b[2] && b[0] <= a[2] && a[1] <= b[3] && b[1] <= a[3]
            };
            let mut all = Vec::new();
            for (i, one) in &a {
                all.extend(b.iter().filter(|(_, other)| meets(one, other)).map(|(j, _)| (*i, *j)));
            }
            let mut found = Vec::new();
            let visit = &mut |i, j| { found.push((i, j)); ControlFlow::Continue(1) };
            pairs(&a, &b, &Effort::default(), visit).unwrap();
            found.sort_unstable();
            proptest::prop_assert_eq!(found, all);
            let (mut own, mut of_all) = (Vec::new(), Vec::new());
            own_pairs(&a, &Effort::default(), &mut |i, j| {
                own.push((i.min(j), i.max(j)));
                ControlFlow::Continue(1)
            })
            .unwrap();
            for (i, one) in &a {
                let after = a.iter().filter(|(j, other)| j > i && meets(one, other));
                of_all.extend(after.map(|(j, _)| (*i, *j)));
            }
            own.sort_unstable();
            proptest::prop_assert_eq!(own, of_all);
        }
    }
}
