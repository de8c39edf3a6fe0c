//! Boxes as geometries.

use geo::geometry::{Geometry, Rect};

use crate::geo::round;

/// A box of four numbers, or six with heights; one that reaches across the antimeridian is two.
pub(super) fn of_numbers(numbers: &[f64]) -> Option<Geometry<f64>> {
    let [w, s, e, n] = match *numbers {
        [w, s, e, n] | [w, s, _, e, n, _] => [w, s, e, n],
        _ => return None,
    };
    // Where a west is past its east the numbers are degrees; others may be of any plane, and go
    // round later.
    let is_turned = w > e && w.abs().max(e.abs()) <= round::MOST_LONGITUDE;
    let rects = match is_turned {
        true => round::boxes([w, s, e, n]),
        false => vec![Rect::new((w, s), (e, n))],
    };
    let of_rects = || round::of_polygons(rects.iter().map(|rect| rect.to_polygon()).collect());
    (s <= n && (w <= e || is_turned)).then(of_rects)
}
