//! The scale bar: lengths that are true at one latitude.

use std::f64::consts::TAU;

/// WGS84's equatorial radius, m, and the square of its first eccentricity.
const RADIUS_M: f64 = 6_378_137.0;
const ECCENTRICITY_SQ: f64 = 0.006_694_379_990_14;

/// Metres on the ground that a px of the map stands for, eastward at a latitude in degrees, where the world is `world_px`
/// wide: the length of the parallel there, N(φ)·cos φ·2π, by the px.
pub fn meters_per_px(latitude: f64, world_px: f64) -> f64 {
    let (sin, cos) = latitude.to_radians().sin_cos();
    RADIUS_M / (1.0 - ECCENTRICITY_SQ * sin * sin).sqrt() * cos * TAU / world_px
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
    use crate::geo::geodesic;
    use geo::Point;

    #[test]
    fn a_bar_is_as_long_on_the_ground_as_it_says() {
        for latitude in [0.0, 25.0, 39.8, 60.0, 80.0] {
            let world_px = 512.0 * 2f64.powi(12);
            let per_px = meters_per_px(latitude, world_px);
            let degrees = 100.0 * 360.0 / world_px;
            let on_ground = geodesic::distance_m(Point::new(46.0, latitude), Point::new(46.0 + degrees, latitude));
            assert!((per_px * 100.0 / on_ground - 1.0).abs() < 1e-6, "{latitude}: {} {on_ground}", per_px * 100.0);
        }
    }

    #[test]
    fn lengths_are_round() {
        assert_eq!([0.7, 1.0, 19.0, 51.0, 999.0].map(round_length), [0.5, 1.0, 10.0, 50.0, 500.0]);
    }
}
