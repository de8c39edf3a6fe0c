//! The scale bar: lengths that are true in one place.

use geo::Point;

use crate::geo::{Projector, World, geodesic};

/// Metres on the ground that a px of the map stands for, eastward at a latitude in degrees, where
/// the world is `world_px` wide.
pub fn meters_per_px(latitude: f64, world_px: f64) -> f64 {
    geodesic::meters_per_turn(latitude) / world_px
}

/// The same where the map is in another projection: the geodesic through `middle` (of the plane,
/// where a world is `world_px` wide) by the px.
pub fn projected_meters_per_px(projector: &Projector, middle: World, world_px: f64) -> Option<f64> {
    const HALF_PX: f64 = 20.0;
    let end = |side: f64| {
        let at = World { x: middle.x + side * HALF_PX / world_px, y: middle.y };
        let (lon, lat) = projector.inverse(at)?.to_degrees();
        Some(Point::new(lon, lat))
    };
    Some(geodesic::distance_m(end(-1.0)?, end(1.0)?) / (2.0 * HALF_PX))
}

/// The longest of 1, 2 or 5 times a power of ten that is no longer than `most`.
pub fn round_length(most: f64) -> f64 {
    if !(most.is_finite() && most > 0.0) {
        return 0.0;
    }
    let power = 10f64.powf(most.log10().floor());
    [5.0, 2.0, 1.0].into_iter().map(|n| n * power).find(|n| *n <= most).unwrap_or(power)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_is_as_long_on_the_ground_as_it_says() {
        for latitude in [0.0, 25.0, 39.8, 60.0, 80.0] {
            let world_px = 512.0 * 2f64.powi(12);
            let per_px = meters_per_px(latitude, world_px);
            let degrees = 100.0 * 360.0 / world_px;
            let on_ground = geodesic::distance_m(
                Point::new(46.0, latitude),
                Point::new(46.0 + degrees, latitude),
            );
            assert!(
                (per_px * 100.0 / on_ground - 1.0).abs() < 1e-6,
                "{latitude}: {} {on_ground}",
                per_px * 100.0
            );
        }
    }

    #[test]
    fn lengths_are_round() {
        assert_eq!([0.7, 1.0, 19.0, 51.0, 999.0].map(round_length), [0.5, 1.0, 10.0, 50.0, 500.0]);
    }
}
