//! How two geometries lie to one another: their DE-9IM matrix in the plane of degrees (OGC
//! 06-103r4, 6.1.15.2), or as much of it as a question needs.
//!
//! Facts are gathered where an edge of the one meets an edge of the other, each from given
//! positions only, and so exactly; no graph of the whole is made, and how often a geometry meets
//! itself does not matter (the way of JTS's RelateNG, M. Davis, 2024). The work is bounded by the
//! caller's effort, and ends as soon as the question is settled.

mod edge;
mod layer;
mod lines;
mod matrix;
mod node;
mod prepared;

use std::collections::{HashMap, HashSet};
use std::ops::ControlFlow;

use geo::Intersects as _;
use geo::geometry::{Coord, Rect};

use edge::pairs;
pub use edge::{Edge, Meeting, own_pairs};
pub use layer::{Dimension, Layer, Location};
pub use matrix::{Matrix, Part};
pub use prepared::Prepared;

use super::effort::{Effort, Stopped, cost};
use Part::{Boundary, Exterior, Interior};
use lines::Covered;
use node::{Fan, Side};

/// What asking how two geometries lie costs at the least.
pub const STEPS: usize = 40;

/// Whether a matrix, which can only grow, settles a question.
pub type Settled<'a> = &'a dyn Fn(&Matrix) -> bool;

/// The matrix of two geometries, or as much of it as settles the question.
///
/// # Errors
/// Where the effort ends.
pub fn relate(a: &Layer, b: &Layer, settled: Settled, effort: &Effort) -> Result<Matrix, Stopped> {
    use Dimension::{Areas, Lines, Points};
    if a.dimension() > b.dimension() {
        let turned = |m: &Matrix| settled(&m.transposed());
        return Ok(relate(b, a, &turned, effort)?.transposed());
    }
    let mut found = Matrix::apart(a.dimension(), b.dimension());
    if a.dimension() == Points {
        of_points(a, b, &mut found, effort)?;
        return Ok(found);
    }
    if (a.dimension(), b.dimension()) == (Lines, Lines) {
        // Few lines run along others wherever they go: one edge is soon looked at.
        found.set(Interior, Exterior, lines::uncovered_at_first(a, b, effort)?);
        found.set(Exterior, Interior, lines::uncovered_at_first(b, a, effort)?);
    }
    if settled(&found) {
        return Ok(found);
    }
    let mut meetings = Meetings::new(a, b);
    let (in_a, in_b) = match a.bounds().zip(b.bounds()).and_then(|(a, b)| common(a, b)) {
        Some(window) => (a.edges_in(window, effort)?, b.edges_in(window, effort)?),
        None => (Vec::new(), Vec::new()),
    };
    let mut failed = None;
    pairs(&in_a, &in_b, effort, &mut |i, j| match meetings.take(i, j, &mut found, effort) {
        Ok(Looked::Passed) => ControlFlow::Continue(cost::BOX),
        Ok(Looked::Compared) if settled(&found) => ControlFlow::Break(()),
        Ok(Looked::Compared) => ControlFlow::Continue(cost::EDGES),
        Err(why) => {
            failed = Some(why);
            ControlFlow::Break(())
        }
    })?;
    if let Some(why) = failed {
        return Err(why);
    }
    if settled(&found) {
        return Ok(found);
    }
    match (a.dimension(), b.dimension()) {
        (Lines, Lines) => {
            meetings.lines_and_lines(&mut found, effort)?;
            meetings.covered_a.uncovered(a, &mut found, |m, d| m.set(Interior, Exterior, d));
            meetings.covered_b.uncovered(b, &mut found, |m, d| m.set(Exterior, Interior, d));
        }
        (Lines, Areas) => {
            meetings.lines_and_areas(&mut found, effort)?;
            meetings.covered_b.uncovered(b, &mut found, |m, d| m.set(Exterior, Boundary, d));
        }
        _ => meetings.areas_and_areas(&mut found, effort)?,
    }
    if !settled(&found) {
        of_untouched(&meetings, &mut found, effort)?;
    }
    Ok(found)
}

/// Whether two geometries share a position.
///
/// # Errors
/// Where the effort ends.
pub fn meet(a: &Prepared, b: &Prepared, effort: &Effort) -> Result<bool, Stopped> {
    for one in a.layers() {
        for other in b.layers() {
            if layers_meet(one, other, effort)? {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

fn layers_meet(a: &Layer, b: &Layer, effort: &Effort) -> Result<bool, Stopped> {
    if a.bounds().zip(b.bounds()).and_then(|(a, b)| common(a, b)).is_none() {
        return Ok(false);
    }
    // Most that meet do so where they begin, which is soon seen.
    for (one, other) in [(a, b), (b, a)] {
        if other.dimension() == Dimension::Areas
            && let Some((_, at)) = one.firsts().next()
            && other.locate_in_areas(at, effort)? != Location::Outside
        {
            return Ok(true);
        }
    }
    Ok(relate(a, b, &Matrix::is_meeting, effort)?.is_meeting())
}

fn common(a: Rect<f64>, b: Rect<f64>) -> Option<Rect<f64>> {
    a.intersects(&b).then(|| {
        let low = Coord { x: a.min().x.max(b.min().x), y: a.min().y.max(b.min().y) };
        let high = Coord { x: a.max().x.min(b.max().x), y: a.max().y.min(b.max().y) };
        Rect::new(low, high)
    })
}

/// Points to anything.
fn of_points(a: &Layer, b: &Layer, found: &mut Matrix, effort: &Effort) -> Result<(), Stopped> {
    let keys = |of: &Layer| of.points().iter().map(|at| layer::key(*at)).collect::<HashSet<_>>();
    effort.spend((a.points().len() + b.points().len()) * cost::EDGES)?;
    if b.dimension() == Dimension::Points {
        let (a, b) = (keys(a), keys(b));
        let facts = [
            (Interior, Interior, !a.is_disjoint(&b)),
            (Interior, Exterior, !a.is_subset(&b)),
            (Exterior, Interior, !b.is_subset(&a)),
        ];
        facts
            .iter()
            .filter(|(.., holds)| *holds)
            .for_each(|(of_a, of_b, _)| found.set(*of_a, *of_b, 0));
        return Ok(());
    }
    for at in a.points() {
        found.set(Interior, part_at(b, *at, effort)?, 0);
    }
    if b.dimension() == Dimension::Lines {
        let points = keys(a);
        if b.ends().any(|end| !points.contains(&layer::key(end))) {
            found.set(Exterior, Boundary, 0);
        }
    }
    Ok(())
}

/// Which part of lines or areas holds a position.
fn part_at(of: &Layer, at: Coord<f64>, effort: &Effort) -> Result<Part, Stopped> {
    let location = match of.dimension() {
        Dimension::Areas => of.locate_in_areas(at, effort)?,
        _ => of.locate_on_lines(at, effort)?,
    };
    Ok(match location {
        Location::Inside => Interior,
        Location::Boundary => Boundary,
        Location::Outside => Exterior,
    })
}

/// What whole lines and rings tell that meet nothing of the other, and the ends of lines.
fn of_untouched(meetings: &Meetings, found: &mut Matrix, effort: &Effort) -> Result<(), Stopped> {
    let (a, b) = (meetings.a, meetings.b);
    effort.spend((a.edges().len() + b.edges().len()) * cost::BOX)?;
    let untouched = |of: &Layer, touched: &[bool]| -> Vec<Coord<f64>> {
        of.firsts().filter(|(part, _)| !touched[*part as usize]).map(|(_, at)| at).collect()
    };
    if b.dimension() == Dimension::Areas {
        for at in untouched(a, &meetings.touched_a) {
            match (a.dimension(), b.locate_in_areas(at, effort)?) {
                (Dimension::Areas, Location::Inside) => found.ring_inside(),
                (Dimension::Areas, _) => found.ring_outside(),
                (_, Location::Inside) => found.set(Interior, Interior, 1),
                (_, _) => found.set(Interior, Exterior, 1),
            }
        }
    }
    if a.dimension() == Dimension::Areas {
        let mut turned = found.transposed();
        for at in untouched(b, &meetings.touched_b) {
            match a.locate_in_areas(at, effort)? {
                Location::Inside => turned.ring_inside(),
                _ => turned.ring_outside(),
            }
        }
        *found = turned.transposed();
    }
    for end in a.ends() {
        found.set(Boundary, part_at(b, end, effort)?, 0);
    }
    for end in b.ends() {
        found.set(part_at(a, end, effort)?, Boundary, 0);
    }
    Ok(())
}

/// Where the edges of two geometries meet.
struct Meetings<'a> {
    a: &'a Layer,
    b: &'a Layer,
    nodes: HashMap<[u64; 2], (Coord<f64>, Fan, Fan)>,
    are_lines: bool,
    touched_a: Vec<bool>,
    touched_b: Vec<bool>,
    covered_a: Covered,
    covered_b: Covered,
    held: Vec<super::effort::Held>,
}

/// What was done with a pair of edges.
enum Looked {
    Passed,
    Compared,
}

/// Bytes of a node with an edge of each geometry.
const NODE_BYTES: usize = 320;

impl<'a> Meetings<'a> {
    fn new(a: &'a Layer, b: &'a Layer) -> Self {
        Self {
            a,
            b,
            nodes: HashMap::new(),
            are_lines: a.dimension() == Dimension::Lines && b.dimension() == Dimension::Lines,
            touched_a: vec![false; a.parts()],
            touched_b: vec![false; b.parts()],
            covered_a: Covered::default(),
            covered_b: Covered::default(),
            held: Vec::new(),
        }
    }

    /// Takes a pair of edges whose boxes meet.
    fn take(
        &mut self,
        i: u32,
        j: u32,
        found: &mut Matrix,
        effort: &Effort,
    ) -> Result<Looked, Stopped> {
        let (a, b) = (&self.a.edges()[i as usize], &self.b.edges()[j as usize]);
        // Of lines that are known to meet it is only asked whether they run along one another:
        // their ends are looked up.
        if self.are_lines && found.has(Interior, Interior) && !a.may_lie_along(b) {
            return Ok(Looked::Passed);
        }
        let Some(meeting) = a.meeting(b) else { return Ok(Looked::Compared) };
        self.touched_a[a.part as usize] = true;
        self.touched_b[b.part as usize] = true;
        let is_area = |of: &Layer| of.dimension() == Dimension::Areas;
        match meeting {
            Meeting::Crossing => match (is_area(self.a), is_area(self.b)) {
                (true, true) => found.rings_cross(),
                (false, true) => found.line_crosses_ring(),
                _ => {
                    // Where other lines end in the very place, it is their boundary.
                    let at = a.crossing(b);
                    found.set(part_of_line(self.a, at), part_of_line(self.b, at), 0);
                }
            },
            Meeting::Touch(at) => self.meet_at(at, (i, j), effort)?,
            Meeting::Overlap(from, to) => {
                match (is_area(self.a), is_area(self.b)) {
                    (true, true) => found.set(Boundary, Boundary, 1),
                    (false, true) => found.set(Interior, Boundary, 1),
                    _ => found.set(Interior, Interior, 1),
                }
                self.held.push(effort.hold(2 * Covered::STRETCH_BYTES)?);
                self.covered_a.take(i, a, from, to);
                self.covered_b.take(j, b, from, to);
                self.meet_at(from, (i, j), effort)?;
                self.meet_at(to, (i, j), effort)?;
            }
        }
        Ok(Looked::Compared)
    }

    fn meet_at(
        &mut self,
        at: Coord<f64>,
        (i, j): (u32, u32),
        effort: &Effort,
    ) -> Result<(), Stopped> {
        let node = self
            .nodes
            .entry(layer::key(at))
            .or_insert_with(|| (at, Fan::default(), Fan::default()));
        effort.spend((node.1.len() + node.2.len()) * cost::BOX)?;
        let edges = node.1.len() + node.2.len();
        node.1.take(i, &self.a.edges()[i as usize], at);
        node.2.take(j, &self.b.edges()[j as usize], at);
        if node.1.len() + node.2.len() > edges {
            self.held.push(effort.hold(NODE_BYTES)?);
        }
        Ok(())
    }

    /// The nodes, their rays in order where they are of areas.
    fn nodes(
        &mut self,
        effort: &Effort,
    ) -> Result<impl Iterator<Item = &(Coord<f64>, Fan, Fan)>, Stopped> {
        let is_area = |of: &Layer| of.dimension() == Dimension::Areas;
        let (a, b) = (is_area(self.a), is_area(self.b));
        for (at, of_a, of_b) in self.nodes.values_mut() {
            // Rings of one geometry may touch here, too: all of its edges count, not only those
            // that meet the other's.
            for (is_area, layer, fan) in [(a, self.a, of_a), (b, self.b, of_b)] {
                if is_area {
                    for (number, edge) in layer.edges_in(Rect::new(*at, *at), effort)? {
                        if edge.holds(*at) {
                            fan.take(number, &edge, *at);
                        }
                    }
                    effort.spend(fan.len() * 2 * cost::EDGES)?;
                    fan.order(*at);
                }
            }
        }
        Ok(self.nodes.values())
    }

    fn lines_and_lines(&mut self, found: &mut Matrix, effort: &Effort) -> Result<(), Stopped> {
        let (a, b) = (self.a, self.b);
        for (at, ..) in self.nodes(effort)? {
            found.set(part_of_line(a, *at), part_of_line(b, *at), 0);
        }
        Ok(())
    }

    fn lines_and_areas(&mut self, found: &mut Matrix, effort: &Effort) -> Result<(), Stopped> {
        let a = self.a;
        for (at, line, rings) in self.nodes(effort)? {
            found.set(part_of_line(a, *at), Boundary, 0);
            for ray in line.rays() {
                let part = match rings.side(*at, ray.to) {
                    Side::Inside => Interior,
                    Side::Outside => Exterior,
                    Side::Along(_) => Boundary,
                };
                found.set(Interior, part, 1);
            }
        }
        Ok(())
    }

    fn areas_and_areas(&mut self, found: &mut Matrix, effort: &Effort) -> Result<(), Stopped> {
        for (at, of_a, of_b) in self.nodes(effort)? {
            found.set(Boundary, Boundary, 0);
            for ray in of_a.rays() {
                match of_b.side(*at, ray.to) {
                    Side::Inside => found.ring_inside(),
                    Side::Outside => found.ring_outside(),
                    Side::Along(inside_is_left) => {
                        found.rings_share(ray.inside_is_left == inside_is_left)
                    }
                }
            }
            let mut turned = found.transposed();
            for ray in of_b.rays() {
                match of_a.side(*at, ray.to) {
                    Side::Inside => turned.ring_inside(),
                    Side::Outside => turned.ring_outside(),
                    Side::Along(_) => {}
                }
            }
            *found = turned.transposed();
        }
        Ok(())
    }
}

fn part_of_line(of: &Layer, at: Coord<f64>) -> Part {
    if of.ends_at(at) { Boundary } else { Interior }
}
