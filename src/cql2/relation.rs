//! How two geometries lie to one another: the Simple Features relations, by their DE-9IM matrix in the plane of degrees.

use geo::geometry::Geometry;
use geo::{BoundingRect, HasDimensions, Intersects, Relate};

use crate::geo::meet;

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
    pub fn holds(self, a: &Geometry<f64>, b: &Geometry<f64>) -> bool {
        if a.is_empty() || b.is_empty() {
            return self == Relation::Disjoint;
        }
        let apart = match (a.bounding_rect(), b.bounding_rect()) {
            (Some(a), Some(b)) => !a.intersects(&b),
            _ => true,
        };
        if apart {
            return self == Relation::Disjoint;
        }
        // The usual question is answered without the matrix.
        if self == Relation::Intersects {
            return meet(a, b);
        }
        let matrix = a.relate(b);
        match self {
            Relation::Intersects => matrix.is_intersects(),
            Relation::Equals => matrix.is_equal_topo(),
            Relation::Disjoint => matrix.is_disjoint(),
            Relation::Touches => matrix.is_touches(),
            Relation::Within => matrix.is_within(),
            Relation::Overlaps => matrix.is_overlaps(),
            Relation::Crosses => matrix.is_crosses(),
            Relation::Contains => matrix.is_contains(),
        }
    }
}
