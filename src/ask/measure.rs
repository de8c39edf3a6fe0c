//! What is measured of features.

use geo::CoordsIter;
use geo::geometry::{Geometry, MultiLineString, MultiPolygon};

use crate::feature::{Feature, Value};
use crate::geo::{Effort, Stopped, cost, geodesic, overlay};

/// Geodesic measures of a feature, or of many together; each where there is anything to measure.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Measures {
    pub area_km2: Option<f64>,
    /// Of the area, what lies in the question's.
    pub overlap_km2: Option<f64>,
    pub length_km: Option<f64>,
    /// Of the length, what lies in the question's area.
    pub length_inside_km: Option<f64>,
}

impl Measures {
    pub(super) fn of_area(area_km2: f64) -> Self {
        Self { area_km2: Some(area_km2), ..Self::default() }
    }

    /// Measures of a feature, and of what of it lies in a polygon.
    ///
    /// # Errors
    /// Where the effort ends.
    pub(super) fn of(
        feature: &Feature,
        operand: Option<&MultiPolygon<f64>>,
        effort: &Effort,
    ) -> Result<Measures, Stopped> {
        let geometry = &feature.geometry;
        if !matches!(geometry, Geometry::Point(_) | Geometry::MultiPoint(_)) {
            effort.spend(geometry.coords_count() * cost::MEASURE)?;
        }
        let mut out = Measures::default();
        let (area, length) = (geodesic::area_m2(geometry), geodesic::length_m(geometry));
        if area > 0.0 {
            out.area_km2 = Some(area / 1e6);
            if let Some(operand) = operand {
                let common = overlay::common(&overlay::polygons(geometry), operand, effort)?;
                let common_m2 = geodesic::area_m2(&Geometry::MultiPolygon(common));
                out.overlap_km2 = Some(common_m2 / 1e6);
            }
        }
        if length > 0.0 {
            out.length_km = Some(length / 1e3);
            if let Some(operand) = operand
                && let Some(lines) = lines(geometry)
            {
                let inside = overlay::clipped(&lines, operand, effort)?;
                let inside_m = geodesic::length_m(&Geometry::MultiLineString(inside));
                out.length_inside_km = Some(inside_m / 1e3);
            }
        }
        Ok(out)
    }

    /// How much of a feature lies in the polygon, 0..=1, to 0.0001.
    pub(super) fn share(&self) -> Option<f64> {
        let of = |part: Option<f64>, whole: Option<f64>| Some(part? / whole?);
        of(self.overlap_km2, self.area_km2)
            .or_else(|| of(self.length_inside_km, self.length_km))
            .map(|share| rounded(share, 10_000.0))
    }

    pub(super) fn add(&mut self, other: &Measures) {
        let add = |sum: &mut Option<f64>, more: Option<f64>| {
            if let Some(more) = more {
                *sum.get_or_insert(0.0) += more;
            }
        };
        add(&mut self.area_km2, other.area_km2);
        add(&mut self.overlap_km2, other.overlap_km2);
        add(&mut self.length_km, other.length_km);
        add(&mut self.length_inside_km, other.length_inside_km);
    }

    /// To 0.001 km² and to a metre.
    pub(super) fn rounded(self) -> Self {
        let rounded = |measure: Option<f64>| measure.map(|n| rounded(n, PER_KM));
        Self {
            area_km2: rounded(self.area_km2),
            overlap_km2: rounded(self.overlap_km2),
            length_km: rounded(self.length_km),
            length_inside_km: rounded(self.length_inside_km),
        }
    }
}

/// Steps to which measures are rounded, per km or km².
pub(super) const PER_KM: f64 = 1_000.0;

/// A property's value as a name of a group.
pub(super) fn text_of(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => "none".to_string(),
        Some(Value::Text(t)) => t.to_string(),
        Some(other) => other.to_json().to_string(),
    }
}

/// The lines of a geometry that is of lines.
fn lines(geometry: &Geometry<f64>) -> Option<MultiLineString<f64>> {
    match geometry {
        Geometry::LineString(l) => Some(MultiLineString(vec![l.clone()])),
        Geometry::MultiLineString(m) => Some(m.clone()),
        _ => None,
    }
}

/// `per_unit` steps per unit.
pub(super) fn rounded(value: f64, per_unit: f64) -> f64 {
    // Adding nothing takes the sign off nothing.
    (value * per_unit).round() / per_unit + 0.0
}
