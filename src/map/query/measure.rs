//! What is measured of features and summed up, and what an answer rests on.

use std::collections::BTreeMap;

use geo::BooleanOps;
use geo::geometry::Geometry;
use serde_json::{Value as Json, json};

use super::Answer;
use crate::feature::{Feature, Value};
use crate::geo::geodesic;

/// Measures by what they are called.
pub(super) type Measures = Vec<(&'static str, f64)>;

/// Measures of many features together: of all of them, and of those that share a group.
#[derive(Debug, Default)]
pub(super) struct Sums {
    total: Sum,
    groups: BTreeMap<String, Sum>,
}

#[derive(Debug, Default, Clone)]
struct Sum {
    count: usize,
    measures: BTreeMap<&'static str, f64>,
}

impl Sums {
    /// Adds one feature's measures to the total, and to those of each group that it is in.
    pub fn add<'a>(&mut self, groups: impl IntoIterator<Item = &'a str>, measures: &[(&'static str, f64)]) {
        self.total.add(measures);
        for group in groups {
            self.groups.entry(group.to_string()).or_default().add(measures);
        }
    }

    pub fn to_json(&self) -> Json {
        let groups: serde_json::Map<String, Json> =
            self.groups.iter().map(|(name, sum)| (name.clone(), sum.to_json())).collect();
        json!({"total": self.total.to_json(), "groups": groups})
    }
}

impl Sum {
    fn add(&mut self, measures: &[(&'static str, f64)]) {
        self.count += 1;
        measures.iter().for_each(|(name, n)| *self.measures.entry(name).or_default() += n);
    }

    fn to_json(&self) -> Json {
        let mut out = json!({"count": self.count});
        self.measures.iter().for_each(|(name, n)| out[name] = json!(rounded(*n, 1000.0)));
        out
    }
}

/// A property's value as a name of a group.
pub(super) fn text_of(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => "none".to_string(),
        Some(Value::Text(t)) => t.to_string(),
        Some(other) => other.to_json().to_string(),
    }
}

/// Geodesic measures of a feature, and of what of it lies in a polygon.
pub(super) fn measures(feature: &Feature, operand: Option<&Geometry<f64>>) -> Measures {
    let mut out = Vec::new();
    let (area, length) = (geodesic::area_m2(&feature.geometry), geodesic::length_m(&feature.geometry));
    if area > 0.0 {
        out.push(("area_km2", area / 1e6));
        if let Some(common) = operand.and_then(|o| common_area(&feature.geometry, o)) {
            out.push(("overlap_km2", geodesic::area_m2(&common) / 1e6));
        }
    }
    if length > 0.0 {
        out.push(("length_km", length / 1e3));
        if let Some(inside) = operand.and_then(|o| inside(&feature.geometry, o)) {
            out.push(("length_inside_km", geodesic::length_m(&inside) / 1e3));
        }
    }
    out
}

/// How much of a feature lies in the polygon, 0..=1.
pub(super) fn share(measures: &[(&'static str, f64)]) -> Option<f64> {
    let get = |name: &str| measures.iter().find(|(k, _)| *k == name).map(|(_, v)| *v);
    let of = |part: &str, whole: &str| Some(get(part)? / get(whole)?);
    of("overlap_km2", "area_km2").or_else(|| of("length_inside_km", "length_km"))
}

/// The polygons of a geometry.
pub(super) fn polygons(geometry: &Geometry<f64>) -> geo::MultiPolygon<f64> {
    match geometry {
        Geometry::Polygon(p) => geo::MultiPolygon(vec![p.clone()]),
        Geometry::MultiPolygon(m) => m.clone(),
        Geometry::Rect(r) => geo::MultiPolygon(vec![r.to_polygon()]),
        Geometry::GeometryCollection(all) => geo::MultiPolygon(all.iter().flat_map(|g| polygons(g).0).collect()),
        _ => geo::MultiPolygon(Vec::new()),
    }
}

/// What two geometries have in common, as areas; `None` where one has none.
pub(super) fn common_area(a: &Geometry<f64>, b: &Geometry<f64>) -> Option<Geometry<f64>> {
    let (a, b) = (polygons(a), polygons(b));
    (!a.0.is_empty() && !b.0.is_empty()).then(|| Geometry::MultiPolygon(a.intersection(&b)))
}

/// What of a line lies in an area.
fn inside(line: &Geometry<f64>, area: &Geometry<f64>) -> Option<Geometry<f64>> {
    let area = polygons(area);
    let lines = match line {
        Geometry::LineString(l) => geo::MultiLineString(vec![l.clone()]),
        Geometry::MultiLineString(m) => m.clone(),
        _ => return None,
    };
    (!area.0.is_empty()).then(|| Geometry::MultiLineString(area.clip(&lines, false)))
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
