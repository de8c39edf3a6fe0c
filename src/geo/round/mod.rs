//! The round world: the one place that knows that 180° east is 180° west. Geometry of files, of
//! questions and of what is drawn on top, boxes and frames all pass through here.
//!
//! RFC 7946 (3.1.1) draws the straight line between two positions, and asks (3.1.9) that what
//! crosses the antimeridian be cut there; much data is not cut. The rule:
//!
//! - A step of a line that is longer than 180° of longitude goes the other, the short way round.
//! - A step of a ring that is longer than 270° does so; a shorter one is taken as it is written,
//!   however the ring is wound, so that polygons of up to 270° are what they say. A ring from 60°
//!   south to 60° north or more is a frame of the world, and as it is written.
//! - A step from 180° to -180° is no way at all.
//! - Longitudes beyond 180° are those of the next turn, to 360° either way.
//! - A ring that runs round a pole holds the pole that it is nearer to. Where all of it is beyond
//!   60°, that is also told by steps of more than 180°.

mod arc;
mod cut;
mod polygon;
mod step;

use geo::geometry::{Coord, Geometry, LineString, MultiLineString, MultiPolygon, Polygon};
use geo::{CoordsIter, MapCoords};

pub use arc::{arc, around, boxes, spans};
use cut::crossing;
pub use cut::{is_on_cut, uncut};
pub use polygon::polygon;
use step::{LINE_STEP, has_long_step, is_beyond, longest_step, unrolled};

/// The longitudes, in degrees, that a position may have.
pub const MOST_LONGITUDE: f64 = 360.0;

/// What was done to a geometry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// It crosses the antimeridian, and was cut.
    Cut,
    /// It had longitudes beyond 180°.
    Beyond,
    /// It runs round a pole, and was closed along it.
    Pole,
    /// It is as it was, but might be meant the other way round.
    Wide,
}

/// It reaches more than once round the Earth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "the polygon reaches more than once round the Earth; its longitudes may differ by 360 degrees \
     at the most"
)]
pub struct TooWide;

/// A longitude within -180..=180.
pub fn wrapped(lon: f64) -> f64 {
    if lon.abs() <= 180.0 { lon } else { (lon + 180.0).rem_euclid(360.0) - 180.0 }
}

/// A geometry in degrees within -180..=180; `None` where it is there already.
///
/// # Errors
/// Where a polygon reaches more than once round the Earth.
pub fn geometry(given: &Geometry<f64>) -> Result<Option<Geometry<f64>>, TooWide> {
    if !given.coords_iter().all(|c| c.x.abs() <= MOST_LONGITUDE) {
        // No place on the Earth, which is told elsewhere.
        return Ok(None);
    }
    let is_plain =
        |ring: &LineString<f64>, most: f64| !is_beyond(ring) && !has_long_step(ring, most);
    let rings =
        |p: &Polygon<f64>| super::geodesic::rings(p).all(|ring| is_plain(ring, longest_step(ring)));
    let plain = match given {
        Geometry::LineString(line) => is_plain(line, LINE_STEP),
        Geometry::MultiLineString(lines) => lines.iter().all(|line| is_plain(line, LINE_STEP)),
        Geometry::Polygon(polygon) => rings(polygon),
        Geometry::MultiPolygon(all) => all.iter().all(rings),
        Geometry::GeometryCollection(all) => {
            let rounded: Vec<Option<Geometry<f64>>> =
                all.iter().map(geometry).collect::<Result<_, _>>()?;
            if rounded.iter().all(Option::is_none) {
                return Ok(None);
            }
            let all = all
                .iter()
                .zip(rounded)
                .map(|(given, rounded)| rounded.unwrap_or_else(|| given.clone()));
            return Ok(Some(Geometry::GeometryCollection(all.collect::<Vec<_>>().into())));
        }
        other => other.coords_iter().all(|c| c.x.abs() <= 180.0),
    };
    if plain {
        return Ok(None);
    }
    let silent = &mut |_| ();
    Ok(Some(match given.clone() {
        Geometry::LineString(one) => of_lines(line(one, silent)),
        Geometry::MultiLineString(all) => Geometry::MultiLineString(MultiLineString(
            all.into_iter().flat_map(|l| line(l, silent)).collect(),
        )),
        Geometry::Polygon(one) => of_polygons(polygon(one, silent)?),
        Geometry::MultiPolygon(all) => {
            let all: Vec<Vec<Polygon<f64>>> =
                all.into_iter().map(|p| polygon(p, silent)).collect::<Result<_, _>>()?;
            Geometry::MultiPolygon(MultiPolygon(all.concat()))
        }
        other => other.map_coords(|c| Coord { x: wrapped(c.x), y: c.y }),
    }))
}

/// One line as itself, others as several.
pub fn of_lines(mut lines: Vec<LineString<f64>>) -> Geometry<f64> {
    match lines.len() {
        1 => Geometry::LineString(lines.remove(0)),
        _ => Geometry::MultiLineString(MultiLineString(lines)),
    }
}

/// One polygon as itself, others as several.
pub fn of_polygons(mut polygons: Vec<Polygon<f64>>) -> Geometry<f64> {
    match polygons.len() {
        1 => Geometry::Polygon(polygons.remove(0)),
        _ => Geometry::MultiPolygon(MultiPolygon(polygons)),
    }
}

/// The line in pieces that each lie within -180..=180.
pub fn line(line: LineString<f64>, note: &mut dyn FnMut(Turn)) -> Vec<LineString<f64>> {
    let beyond = is_beyond(&line);
    if !beyond && !has_long_step(&line, LINE_STEP) {
        return vec![line];
    }
    if beyond {
        note(Turn::Beyond);
    }
    let line = unrolled(&line, LINE_STEP);
    let Some(first) = line.0.first() else { return vec![line] };
    let mut turn = ((first.x + 180.0) / 360.0).floor();
    let home =
        |c: Coord<f64>, turn: f64| Coord { x: (c.x - 360.0 * turn).clamp(-180.0, 180.0), y: c.y };
    let mut pieces = Vec::new();
    let mut piece = vec![home(*first, turn)];
    for step in line.lines() {
        loop {
            let (west, east) = (360.0 * turn - 180.0, 360.0 * turn + 180.0);
            let (side, by) = match step.end.x {
                x if x > east => (east, 1.0),
                x if x < west => (west, -1.0),
                _ => break,
            };
            let at = crossing(step.start, step.end, side);
            piece.push(home(at, turn));
            turn += by;
            pieces.push(std::mem::replace(&mut piece, vec![home(at, turn)]));
        }
        piece.push(home(step.end, turn));
    }
    pieces.push(piece);
    // One that begins on the antimeridian may begin on its other side.
    pieces.retain(|piece| piece.iter().any(|c| *c != piece[0]));
    if pieces.len() > 1 {
        note(Turn::Cut);
    }
    if pieces.is_empty() { vec![line] } else { pieces.into_iter().map(LineString).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use geo::Area;
    use proptest::prelude::*;

    fn ring(corners: &[(f64, f64)]) -> Polygon<f64> {
        Polygon::new(corners.to_vec().into(), Vec::new())
    }

    fn told(given: Polygon<f64>) -> (Vec<Polygon<f64>>, Vec<Turn>) {
        let mut turns = Vec::new();
        let pieces = polygon(given, &mut |turn| turns.push(turn)).unwrap();
        (pieces, turns)
    }

    fn area(pieces: &[Polygon<f64>]) -> f64 {
        pieces.iter().map(|p| p.unsigned_area()).sum()
    }

    #[test]
    fn what_crosses_comes_apart_whichever_way_it_is_wound() {
        let corners = [(177.0, -19.0), (-178.0, -19.0), (-178.0, -16.0), (177.0, -16.0)];
        let backwards: Vec<(f64, f64)> = corners.into_iter().rev().collect();
        for corners in [&corners[..], &backwards] {
            let (pieces, turns) = told(ring(corners));
            assert_eq!((pieces.len(), &turns[..], area(&pieces)), (2, &[Turn::Cut][..], 15.0));
        }
        let (pieces, turns) =
            told(ring(&[(175.0, -20.0), (185.0, -20.0), (185.0, -10.0), (175.0, -10.0)]));
        assert_eq!(
            (pieces.len(), &turns[..], area(&pieces)),
            (2, &[Turn::Beyond, Turn::Cut][..], 100.0)
        );
        let (pieces, turns) = told(ring(&[(190.0, 0.0), (200.0, 0.0), (200.0, 10.0)]));
        assert_eq!((pieces.len(), &turns[..], area(&pieces)), (1, &[Turn::Beyond][..], 50.0));
        assert_eq!(pieces[0].exterior().0[0].x, -170.0);
    }

    #[test]
    fn holes_and_bays_keep_their_place() {
        // A ring around 180 with a hole across it, one to either side, and a bay that is open to
        // the antimeridian.
        let hole = |w: f64, e: f64, s: f64| {
            LineString::from(vec![(w, s), (w, s + 1.0), (e, s + 1.0), (e, s), (w, s)])
        };
        let outer = LineString::from(vec![
            (170.0, 0.0),
            (-170.0, 0.0),
            (-170.0, 20.0),
            (170.0, 20.0),
            (170.0, 0.0),
        ]);
        let holes =
            vec![hole(179.0, -179.0, 5.0), hole(172.0, 173.0, 5.0), hole(-173.0, -172.0, 5.0)];
        let (pieces, _) = told(Polygon::new(outer, holes));
        assert_eq!(pieces.len(), 2);
        assert!(
            pieces.iter().all(|p| p.interiors().len() == 1 && p.unsigned_area() == 198.0),
            "{pieces:?}"
        );
        // A C whose arms lie across.
        let c = [
            (170.0, 0.0),
            (-170.0, 0.0),
            (-170.0, 2.0),
            (175.0, 2.0),
            (175.0, 8.0),
            (-170.0, 8.0),
            (-170.0, 10.0),
            (170.0, 10.0),
        ];
        let (pieces, _) = told(ring(&c));
        assert_eq!((pieces.len(), area(&pieces)), (3, 110.0));
    }

    #[test]
    fn a_flight_across_is_two_lines() {
        let lines = line(vec![(170.0, 0.0), (-170.0, 10.0)].into(), &mut |_| ());
        assert_eq!(lines[0].0[1], Coord { x: 180.0, y: 5.0 });
        assert_eq!(lines[1].0[0], Coord { x: -180.0, y: 5.0 });
        let along = line(vec![(180.0, 0.0), (170.0, 10.0), (-170.0, 20.0)].into(), &mut |_| ());
        assert_eq!(along.len(), 2);
        let round = line(vec![(-190.0, 0.0), (200.0, 39.0)].into(), &mut |_| ());
        // A step of more than a turn goes the short way, too: from 170 E to 160 W.
        assert_eq!((round.len(), round[1].0[1]), (2, Coord { x: -160.0, y: 39.0 }));
        assert_eq!(line(vec![(-179.0, 0.0), (-60.0, 0.0)].into(), &mut |_| ()).len(), 1);
    }

    #[test]
    fn what_is_wide_or_closed_along_the_antimeridian_stays_whole() {
        // Closed along the pole as RFC 7946 shows.
        let antarctica =
            [(-180.0, -90.0), (180.0, -90.0), (180.0, -70.0), (0.0, -65.0), (-180.0, -70.0)];
        for (whole, turns) in [
            (&antarctica[..], &[][..]),
            (&[(-180.0, -85.0), (180.0, -85.0), (180.0, 85.0), (-180.0, 85.0)], &[]),
            // A frame of the world.
            (&[(-179.9, -85.0), (179.9, -85.0), (179.9, 85.0), (-179.9, 85.0)], &[]),
            (&[(-48.0, -50.0), (170.0, -50.0), (170.0, 35.0), (-48.0, 35.0)], &[Turn::Wide]),
            (&[(-48.0, 35.0), (170.0, 35.0), (170.0, -50.0), (-48.0, -50.0)], &[Turn::Wide]),
        ] {
            let given = ring(whole);
            assert_eq!(told(given.clone()), (vec![given], turns.to_vec()), "{whole:?}");
        }
        let (pieces, _) =
            told(ring(&[(-360.0, -90.0), (360.0, -90.0), (360.0, 90.0), (-360.0, 90.0)]));
        assert_eq!(area(&pieces), 360.0 * 180.0);
        assert_eq!(
            polygon(ring(&[(-200.0, 0.0), (60.0, 0.0), (200.0, 9.0), (0.0, 9.0)]), &mut |_| ()),
            Err(TooWide)
        );
    }

    #[test]
    fn a_ring_round_a_pole_holds_it() {
        let coast: Vec<(f64, f64)> =
            (0..12).map(|i| (f64::from(i) * 30.0 - 170.0, -70.0)).collect();
        let (pieces, turns) = told(ring(&coast));
        assert!(turns.contains(&Turn::Pole));
        let (few, turns) = told(ring(&[(-120.0, 80.0), (0.0, 80.0), (120.0, 80.0)]));
        assert!(turns.contains(&Turn::Pole) && area(&few) == 3600.0, "{few:?}");
        // One piece, whose only upright edges are those at the cut.
        assert!(pieces.len() == 1 && area(&pieces) == 360.0 * 20.0, "{pieces:?}");
        for from in [0, 5, 11] {
            let mut turned = coast.clone();
            turned.rotate_left(from);
            turned.reverse();
            let (pieces, _) = told(ring(&turned));
            assert!(pieces.len() == 1 && area(&pieces) == 360.0 * 20.0, "{pieces:?}");
        }
        assert!(pieces.iter().all(|p| p.exterior().0.iter().all(|c| c.x.abs() <= 180.0)));
    }

    #[test]
    fn corners_on_the_cut_leave_no_trace() {
        // Crosses in one place and touches in another: two lobes, each wound by itself.
        let corners =
            [(179.0, 6.0), (-177.0, 7.0), (179.0, 1.0), (179.0, 5.0), (180.0, 4.0), (179.0, 6.0)];
        let (pieces, _) = told(ring(&corners));
        let straight: Vec<(f64, f64)> =
            corners.iter().map(|(x, y)| (if *x < 0.0 { x + 355.0 } else { x - 5.0 }, *y)).collect();
        assert!((area(&pieces) - ring(&straight).unsigned_area()).abs() < 1e-9, "{pieces:?}");
        // No spike along the cut.
        let ell = [
            (170.0, 0.0),
            (-170.0, 0.0),
            (-170.0, 10.0),
            (180.0, 10.0),
            (180.0, 20.0),
            (170.0, 20.0),
        ];
        let (pieces, _) = told(ring(&ell));
        assert_eq!((pieces.len(), area(&pieces)), (2, 300.0));
        assert!(pieces.iter().all(|p| p.exterior().0.len() == 5), "{pieces:?}");
        // Begun on the antimeridian and run westward round the pole; and to and fro across it.
        let west = [180.0, 120.0, 60.0, 0.0, -60.0, -120.0].map(|x| (x, -70.0));
        assert_eq!(area(&told(ring(&west)).0), 360.0 * 20.0);
        let zigzag = [-179.0, -100.0, 0.0, 100.0, 178.0, -178.0, 179.0].map(|x| (x, -70.0));
        assert!((area(&told(ring(&zigzag)).0) - 360.0 * 20.0).abs() < 1e-6);
    }

    #[test]
    fn frames_of_the_world_have_their_holes() {
        let frame = |w: f64, e: f64, s: f64| {
            LineString::from(vec![(w, -s), (e, -s), (e, s), (w, s), (w, -s)])
        };
        let hole = LineString::from(vec![
            (170.0, -20.0),
            (-170.0, -20.0),
            (-170.0, -10.0),
            (170.0, -10.0),
            (170.0, -20.0),
        ]);
        let (pieces, _) = told(Polygon::new(frame(-180.0, 180.0, 85.0), vec![hole]));
        assert_eq!(area(&pieces), 360.0 * 170.0 - 200.0);
        for (w, e) in [(-190.0, 170.0), (-360.0, 360.0), (0.0, 360.0)] {
            let (pieces, _) = told(Polygon::new(frame(w, e, 85.0), Vec::new()));
            assert_eq!(area(&pieces), 360.0 * 170.0, "{w} {e}");
        }
        assert!(
            told(ring(&[(100.0, 0.0), (340.0, 0.0), (340.0, 9.0), (100.0, 9.0)]))
                .1
                .contains(&Turn::Wide)
        );
    }

    proptest! {
        #[test]
        fn pieces_hold_what_the_polygon_held(
            corners in prop::collection::vec((150.0..210.0f64, -40.0..40.0f64), 3..30),
            x in 150.0..210.0f64, y in -40.0..40.0f64,
        ) {
            // An odd number of edges is east of what is inside.
            let east_of = |polygon: &Polygon<f64>, x: f64| {
                let spans = |l: &geo::Line<f64>| (l.start.y <= y) != (l.end.y <= y);
                let meets = |l: &geo::Line<f64>| {
                    l.start.x + (y - l.start.y) / (l.end.y - l.start.y) * l.dx() > x
                };
                polygon.exterior().lines().filter(|l| spans(l) && meets(l)).count()
            };
            let given = ring(&corners);
            let pieces = polygon(given.clone(), &mut |_| ()).unwrap();
            let edges: usize = pieces.iter().map(|piece| east_of(piece, wrapped(x))).sum();
            // Pieces on the other side lie wholly to the east or the west of it: an even number of
            // edges.
            prop_assert_eq!(edges % 2, east_of(&given, x) % 2);
        }
    }
}
