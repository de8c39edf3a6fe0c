//! Boxes and frames on a circle of longitudes.

use geo::BoundingRect;
use geo::geometry::{Geometry, Rect};

use super::wrapped;
use crate::geo::{World, WorldBox};

/// Boxes within -180..=180 that are together one of west, south, east and north in degrees; where
/// its west is past its east, it reaches across the antimeridian.
pub fn boxes([west, south, east, north]: [f64; 4]) -> Vec<Rect<f64>> {
    let rect = |w: f64, e: f64| Rect::new((w, south), (e, north));
    let east = if east < west { east + 360.0 } else { east };
    if east - west >= 360.0 {
        return vec![rect(-180.0, 180.0)];
    }
    let turn = if (-180.0..=180.0).contains(&west) { 0.0 } else { wrapped(west) - west };
    let (west, east) = (west + turn, east + turn);
    if east <= 180.0 {
        vec![rect(west, east)]
    } else {
        vec![rect(west, 180.0), rect(-180.0, east - 360.0)]
    }
}

/// The shortest arc that holds spans of longitude, each west and east within one turn or past its
/// end; in whatever unit `turn` is. It runs past the end of the turn where that is the shorter way.
pub fn arc(
    spans: impl IntoIterator<Item = [f64; 2]>,
    (begin, turn): (f64, f64),
) -> Option<[f64; 2]> {
    let end = begin + turn;
    let parts = spans.into_iter().flat_map(|[west, east]| match east > end {
        true => [Some([west, end]), Some([begin, east - turn])],
        false => [Some([west, east]), None],
    });
    let mut spans: Vec<[f64; 2]> = parts.flatten().collect();
    spans.sort_by(|a, b| a[0].total_cmp(&b[0]));
    let first = spans.first()?[0];
    let last = spans.iter().map(|span| span[1]).fold(first, f64::max);
    let (mut widest, mut found) = (first + turn - last, [first, last]);
    let mut east = first;
    for [w, e] in spans {
        if w - east > widest {
            (widest, found) = (w - east, [w, east + turn]);
        }
        east = east.max(e);
    }
    Some(found)
}

/// West and east of every part of a geometry, degrees.
pub fn spans(geometry: &Geometry<f64>, out: &mut Vec<[f64; 2]>) {
    match geometry {
        Geometry::MultiPoint(all) => out.extend(all.iter().map(|p| [p.x(), p.x()])),
        Geometry::MultiLineString(all) => all.iter().for_each(|l| out.extend(span(l))),
        Geometry::MultiPolygon(all) => all.iter().for_each(|p| out.extend(span(p))),
        Geometry::GeometryCollection(all) => all.iter().for_each(|g| spans(g, out)),
        one => out.extend(span(one)),
    }
}

fn span<G: BoundingRect<f64, Output = R>, R: Into<Option<Rect<f64>>>>(
    geometry: &G,
) -> Option<[f64; 2]> {
    geometry.bounding_rect().into().map(|r| [r.min().x, r.max().x])
}

/// The narrowest box around boxes of one world: it runs past the world's east side where that is
/// the shorter way.
pub fn around(boxes: impl IntoIterator<Item = WorldBox>) -> Option<WorldBox> {
    let boxes: Vec<WorldBox> = boxes.into_iter().collect();
    let whole = WorldBox::around(boxes.iter().flat_map(|b| [&b.min, &b.max]))?;
    let [west, east] = arc(boxes.iter().map(|b| [b.min.x, b.max.x]), (0.0, 1.0))?;
    Some(WorldBox { min: World { x: west, ..whole.min }, max: World { x: east, ..whole.max } })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boxes_and_frames_go_the_short_way() {
        let rect = |w: f64, e: f64| Rect::new((w, 0.0), (e, 1.0));
        assert_eq!(boxes([170.0, 0.0, -170.0, 1.0]), [rect(170.0, 180.0), rect(-180.0, -170.0)]);
        assert_eq!(boxes([170.0, 0.0, 190.0, 1.0]), [rect(170.0, 180.0), rect(-180.0, -170.0)]);
        assert_eq!(boxes([190.0, 0.0, 200.0, 1.0]), [rect(-170.0, -160.0)]);
        assert_eq!(boxes([-200.0, 0.0, 200.0, 1.0]), [rect(-180.0, 180.0)]);
        assert_eq!(boxes([10.0, 0.0, 20.0, 1.0]), [rect(10.0, 20.0)]);
        let world =
            |w: f64, e: f64| WorldBox { min: World { x: w, y: 0.4 }, max: World { x: e, y: 0.6 } };
        assert_eq!(
            around([world(0.0, 0.01), world(0.9, 1.0), world(0.95, 0.97)]),
            Some(world(0.9, 1.01))
        );
        assert_eq!(around([world(0.0, 0.01), world(0.3, 0.4)]), Some(world(0.0, 0.4)));
        assert_eq!(around([world(0.0, 1.0), world(0.3, 0.4)]), Some(world(0.0, 1.0)));
        assert_eq!(around([]), None);
    }
}
