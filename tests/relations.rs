//! Relations between geometries against two other implementations' answers: the `geo` crate's graph
//! of the whole, here, and PostGIS's, in `tests/clients/postgis.py`.

use contactline::cql2::Relation;
use contactline::geo::Effort;
use contactline::geo::relate::Prepared;
use geo::geometry::{
    Coord, Geometry, LineString, MultiLineString, MultiPoint, MultiPolygon, Polygon,
};
use geo::{Area, Relate, Validation};
use proptest::prelude::*;

/// Positions on a coarse grid, so that edges often touch, overlap and share corners.
fn position() -> impl Strategy<Value = Coord<f64>> {
    (0..7i32, 0..7i32).prop_map(|(x, y)| Coord { x: f64::from(x), y: f64::from(y) })
}

/// Positions in general place.
fn anywhere() -> impl Strategy<Value = Coord<f64>> {
    (0.0..7.0f64, 0.0..7.0f64).prop_map(|(x, y)| Coord { x, y })
}

fn line(at: BoxedStrategy<Coord<f64>>) -> impl Strategy<Value = LineString<f64>> {
    prop::collection::vec(at, 2..8)
        .prop_map(LineString)
        .prop_filter("of some length", |l| l.is_valid())
}

fn ring(at: BoxedStrategy<Coord<f64>>) -> impl Strategy<Value = Polygon<f64>> {
    // Around their middle, positions make a ring that does not cross itself, or is left out where
    // they still do.
    let around = |mut all: Vec<Coord<f64>>| {
        let middle = Coord { x: 3.0 + 0.013, y: 3.0 + 0.007 };
        all.sort_by(|a, b| {
            (a.y - middle.y)
                .atan2(a.x - middle.x)
                .total_cmp(&(b.y - middle.y).atan2(b.x - middle.x))
        });
        Polygon::new(LineString(all), Vec::new())
    };
    prop::collection::vec(at, 3..9)
        .prop_map(around)
        .prop_filter("valid", |p| p.is_valid() && p.unsigned_area() > 0.0)
}

fn holed(at: BoxedStrategy<Coord<f64>>) -> impl Strategy<Value = Polygon<f64>> {
    (ring(at.clone()), ring(at))
        .prop_map(|(outer, inner)| {
            let shrunk = inner
                .exterior()
                .0
                .iter()
                .map(|c| Coord { x: 3.0 + (c.x - 3.0) / 4.0, y: 3.0 + (c.y - 3.0) / 4.0 });
            Polygon::new(outer.exterior().clone(), vec![LineString(shrunk.collect())])
        })
        .prop_filter("valid", |p| p.is_valid())
}

fn geometry(at: BoxedStrategy<Coord<f64>>) -> impl Strategy<Value = Geometry<f64>> {
    prop_oneof![
        2 => line(at.clone()).prop_map(Geometry::LineString),
        1 => prop::collection::vec(line(at.clone()), 1..4).prop_map(|all| Geometry::MultiLineString(MultiLineString(all))),
        4 => wide(at),
    ]
}

fn wide(at: BoxedStrategy<Coord<f64>>) -> impl Strategy<Value = Geometry<f64>> {
    prop_oneof![
        at.clone().prop_map(|c| Geometry::Point(c.into())),
        prop::collection::vec(at.clone(), 1..5).prop_map(|all| Geometry::MultiPoint(MultiPoint(
            all.into_iter().map(Into::into).collect()
        ))),
        ring(at.clone()).prop_map(Geometry::Polygon),
        holed(at.clone()).prop_map(Geometry::Polygon),
        prop::collection::vec(ring(at), 1..3)
            .prop_map(|all| Geometry::MultiPolygon(MultiPolygon(all)))
            .prop_filter("valid", |m| m.is_valid()),
    ]
}

fn expected(relation: Relation, a: &Geometry<f64>, b: &Geometry<f64>) -> bool {
    let matrix = a.relate(b);
    match relation {
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

fn holds(relation: Relation, a: &Geometry<f64>, b: &Geometry<f64>) -> bool {
    let effort = Effort::default();
    relation
        .holds(&Prepared::new(a, &effort).unwrap(), &Prepared::new(b, &effort).unwrap(), &effort)
        .unwrap()
}

fn agree(a: &Geometry<f64>, b: &Geometry<f64>) -> Result<(), TestCaseError> {
    for (name, relation) in Relation::ALL {
        let holds = holds(relation, a, b);
        prop_assert_eq!(
            holds,
            expected(relation, a, b),
            "{}: {:?} and {:?}: {:?}",
            name,
            a,
            b,
            a.relate(b)
        );
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), max_global_rejects: 1_000_000, max_local_rejects: 10_000_000, ..ProptestConfig::default() })]

    /// Of areas and points: of lines, the graph rounds where they cross, and then loses that others
    /// run along them.
    #[test]
    fn on_a_grid_they_are_as_the_graph_has_them(a in wide(position().boxed()), b in wide(position().boxed())) {
        agree(&a, &b)?;
    }

    #[test]
    fn on_a_grid_they_do_not_contradict_one_another(
        a in geometry(position().boxed()), b in geometry(position().boxed()),
    ) {
        let holds = |relation: Relation, a, b| holds(relation, a, b);
        let (a, b) = (&a, &b);
        prop_assert_ne!(holds(Relation::Intersects, a, b), holds(Relation::Disjoint, a, b));
        prop_assert_eq!(holds(Relation::Within, a, b), holds(Relation::Contains, b, a));
        let both = holds(Relation::Within, a, b) && holds(Relation::Contains, a, b);
        prop_assert_eq!(holds(Relation::Equals, a, b), both);
        for relation in [Relation::Intersects, Relation::Touches, Relation::Crosses, Relation::Overlaps] {
            prop_assert_eq!(holds(relation, a, b), holds(relation, b, a));
        }
        prop_assert!(holds(Relation::Equals, a, a));
    }

    #[test]
    fn anywhere_they_are_as_the_graph_has_them(a in geometry(anywhere().boxed()), b in geometry(anywhere().boxed())) {
        agree(&a, &b)?;
    }
}

/// More with `RELATIONS=100000`.
fn cases() -> u32 {
    std::env::var("RELATIONS").ok().and_then(|n| n.parse().ok()).unwrap_or(2_000)
}
