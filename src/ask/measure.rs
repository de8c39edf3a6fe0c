//! What is measured of features, and what an answer rests on.

use geo::CoordsIter;
use geo::geometry::{Geometry, MultiLineString, MultiPolygon};
use serde_json::json;

use super::Answer;
use crate::feature::{Feature, Value};
use crate::geo::{Effort, Stopped, cost, geodesic, overlay};

/// Measures by what they are called.
pub(super) type Measures = Vec<(&'static str, f64)>;

/// A property's value as a name of a group.
pub(super) fn text_of(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => "none".to_string(),
        Some(Value::Text(t)) => t.to_string(),
        Some(other) => other.to_json().to_string(),
    }
}

/// Geodesic measures of a feature, and of what of it lies in a polygon.
///
/// # Errors
/// Where the effort ends.
pub(super) fn measures(
    feature: &Feature,
    operand: Option<&MultiPolygon<f64>>,
    effort: &Effort,
) -> Result<Measures, Stopped> {
    let geometry = &feature.geometry;
    if !matches!(geometry, Geometry::Point(_) | Geometry::MultiPoint(_)) {
        effort.spend(geometry.coords_count() * cost::MEASURE)?;
    }
    let mut out = Vec::new();
    let (area, length) = (geodesic::area_m2(geometry), geodesic::length_m(geometry));
    if area > 0.0 {
        out.push(("area_km2", area / 1e6));
        if let Some(operand) = operand {
            let common = overlay::common(&overlay::polygons(geometry), operand, effort)?;
            out.push(("overlap_km2", geodesic::area_m2(&Geometry::MultiPolygon(common)) / 1e6));
        }
    }
    if length > 0.0 {
        out.push(("length_km", length / 1e3));
        if let Some(operand) = operand
            && let Some(lines) = lines(geometry)
        {
            let inside = overlay::clipped(&lines, operand, effort)?;
            out.push((
                "length_inside_km",
                geodesic::length_m(&Geometry::MultiLineString(inside)) / 1e3,
            ));
        }
    }
    Ok(out)
}

/// How much of a feature lies in the polygon, 0..=1.
pub(super) fn share(measures: &[(&'static str, f64)]) -> Option<f64> {
    let get = |name: &str| measures.iter().find(|(k, _)| *k == name).map(|(_, v)| *v);
    let of = |part: &str, whole: &str| Some(get(part)? / get(whole)?);
    of("overlap_km2", "area_km2").or_else(|| of("length_inside_km", "length_km"))
}

/// The lines of a geometry that is of lines.
fn lines(geometry: &Geometry<f64>) -> Option<MultiLineString<f64>> {
    match geometry {
        Geometry::LineString(l) => Some(MultiLineString(vec![l.clone()])),
        Geometry::MultiLineString(m) => Some(m.clone()),
        _ => None,
    }
}

/// What an answer rests on.
#[derive(Debug, Default)]
pub(super) struct Credits {
    sources: Vec<String>,
    accuracy_m: Option<f64>,
}

impl Credits {
    pub fn note(&mut self, feature: &Feature) {
        if let Some(source) = feature.text("source")
            && !self.sources.iter().any(|s| s == source)
        {
            self.sources.push(source.to_string());
        }
        if let Some(accuracy) = feature.number("accuracy_m") {
            self.accuracy_m = Some(self.accuracy_m.map_or(accuracy, |a| a.max(accuracy)));
        }
    }

    /// Adds `sources` and `accuracy_m`, that of the least accurate feature.
    pub fn write(self, out: &mut Answer) {
        out.members.insert("sources".to_string(), json!(self.sources));
        out.members.insert("accuracy_m".to_string(), json!(self.accuracy_m));
    }
}

/// `per_unit` steps per unit.
pub(super) fn rounded(value: f64, per_unit: f64) -> f64 {
    // Adding nothing takes the sign off nothing.
    (value * per_unit).round() / per_unit + 0.0
}
