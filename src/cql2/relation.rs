//! How two geometries lie to one another: the Simple Features relations, by their DE-9IM matrix in
//! the plane of degrees.

use std::ops::ControlFlow;

use geo::{Intersects, Relate};

use crate::geo::relate::{self, Dimension, Layer, Matrix, Meeting, Part, Prepared};
use crate::geo::{Effort, Stopped, cost};

/// A Simple Features relation (OGC 06-103r4, 6.1.15).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relation {
    Intersects,
    Equals,
    Disjoint,
    Touches,
    Within,
    Overlaps,
    Crosses,
    Contains,
}

impl Relation {
    pub const ALL: [(&'static str, Relation); 8] = [
        ("intersects", Relation::Intersects),
        ("equals", Relation::Equals),
        ("disjoint", Relation::Disjoint),
        ("touches", Relation::Touches),
        ("within", Relation::Within),
        ("overlaps", Relation::Overlaps),
        ("crosses", Relation::Crosses),
        ("contains", Relation::Contains),
    ];

    /// By the name it has in CQL2 after `s_`.
    pub fn named(name: &str) -> Option<Relation> {
        Self::ALL.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, r)| *r)
    }

    /// Whether `a` lies so to `b`; an empty geometry is disjoint from everything.
    ///
    /// # Errors
    /// Where the effort ends.
    pub fn holds(self, a: &Prepared, b: &Prepared, effort: &Effort) -> Result<bool, Stopped> {
        effort.spend(relate::STEPS)?;
        let apart = a.bounds().zip(b.bounds()).is_none_or(|(a, b)| !a.intersects(&b));
        if apart {
            return Ok(self == Relation::Disjoint);
        }
        match (self, a.only(), b.only()) {
            (Relation::Intersects, ..) => relate::meet(a, b, effort),
            (Relation::Disjoint, ..) => relate::meet(a, b, effort).map(|meet| !meet),
            (_, Some(a), Some(b)) => self.holds_of(a, b, effort),
            _ => self.holds_of_mixed(a, b, effort),
        }
    }

    fn holds_of(self, a: &Layer, b: &Layer, effort: &Effort) -> Result<bool, Stopped> {
        let of = (a.dimension(), b.dimension());
        let matrix = relate::relate(a, b, &|matrix| self.is_settled(matrix, of), effort)?;
        Ok(self.is_so(&matrix, of))
    }

    /// Whether no more facts can change the answer: facts are only ever added.
    fn is_settled(self, matrix: &Matrix, of: (Dimension, Dimension)) -> bool {
        use Part::{Boundary, Exterior, Interior};
        let goes_out = matrix.has(Interior, Exterior) || matrix.has(Boundary, Exterior);
        let is_left = matrix.has(Exterior, Interior) || matrix.has(Exterior, Boundary);
        match self {
            Relation::Intersects | Relation::Disjoint => matrix.is_meeting(),
            Relation::Equals => of.0 != of.1 || goes_out || is_left,
            Relation::Touches => matrix.has(Interior, Interior),
            Relation::Within => goes_out,
            Relation::Contains => is_left,
            Relation::Crosses if of == (Dimension::Lines, Dimension::Lines) => {
                matrix.get(Interior, Interior) > 0
            }
            Relation::Crosses | Relation::Overlaps
                if (of.0 == of.1) == (self == Relation::Crosses) =>
            {
                true
            }
            Relation::Crosses | Relation::Overlaps => self.is_so(matrix, of),
        }
    }

    fn is_so(self, matrix: &Matrix, of: (Dimension, Dimension)) -> bool {
        use Part::{Boundary, Exterior, Interior};
        let has = |a, b| matrix.has(a, b);
        let is_in = has(Interior, Interior) && !has(Interior, Exterior) && !has(Boundary, Exterior);
        let holds = has(Interior, Interior) && !has(Exterior, Interior) && !has(Exterior, Boundary);
        match self {
            Relation::Intersects => matrix.is_meeting(),
            Relation::Disjoint => !matrix.is_meeting(),
            Relation::Equals => is_in && holds,
            Relation::Touches => matrix.is_meeting() && !has(Interior, Interior),
            Relation::Within => is_in,
            Relation::Contains => holds,
            Relation::Crosses => match of {
                (Dimension::Lines, Dimension::Lines) => matrix.get(Interior, Interior) == 0,
                (a, b) if a < b => has(Interior, Interior) && has(Interior, Exterior),
                (a, b) if a > b => has(Interior, Interior) && has(Exterior, Interior),
                _ => false,
            },
            Relation::Overlaps => {
                let shares = match of {
                    (Dimension::Lines, Dimension::Lines) => matrix.get(Interior, Interior) == 1,
                    (a, b) => a == b && has(Interior, Interior),
                };
                shares && has(Interior, Exterior) && has(Exterior, Interior)
            }
        }
    }

    /// Of collections of points, lines and areas together: by the `geo` crate's graph of the whole,
    /// which cannot be ended once begun and whose cost grows with the square of the meetings. So
    /// those are counted first.
    fn holds_of_mixed(self, a: &Prepared, b: &Prepared, effort: &Effort) -> Result<bool, Stopped> {
        /// Meetings beyond those of each edge with the next.
        const MOST_MEETINGS: usize = 1_000;
        let all =
            || a.layers().iter().chain(b.layers()).flat_map(|layer| layer.edges().iter().copied());
        let edges: Vec<(u32, relate::Edge)> = (0..).zip(all()).collect();
        // The graph looks from each point, line and ring at the whole of the other geometry.
        let size = |of: &Prepared| {
            let layers = of.layers().iter();
            layers.fold((0, 0), |(pieces, edges), l| {
                (pieces + l.points().len() + l.parts(), edges + l.edges().len())
            })
        };
        let ((pieces_a, edges_a), (pieces_b, edges_b)) = (size(a), size(b));
        let looks = pieces_a
            .saturating_mul(edges_b + pieces_b)
            .saturating_add(pieces_b.saturating_mul(edges_a));
        effort.spend(looks.saturating_mul(cost::POSITION))?;
        let _held = effort.hold((edges.len() + pieces_a + pieces_b) * 400)?;
        let most = edges.len() + MOST_MEETINGS;
        let mut count = 0;
        relate::own_pairs(&edges, effort, &mut |i, j| {
            let meeting: Option<Meeting> = edges[i as usize].1.meeting(&edges[j as usize].1);
            count += usize::from(meeting.is_some());
            if count > most { ControlFlow::Break(()) } else { ControlFlow::Continue(cost::EDGES) }
        })?;
        if count > most {
            return Err(effort.end(Stopped::Spent));
        }
        effort.spend(most * relate::STEPS)?;
        let matrix = a.geometry().relate(b.geometry());
        Ok(match self {
            Relation::Intersects => matrix.is_intersects(),
            Relation::Equals => matrix.is_equal_topo(),
            Relation::Disjoint => matrix.is_disjoint(),
            Relation::Touches => matrix.is_touches(),
            Relation::Within => matrix.is_within(),
            Relation::Overlaps => matrix.is_overlaps(),
            Relation::Crosses => matrix.is_crosses(),
            Relation::Contains => matrix.is_contains(),
        })
    }
}
