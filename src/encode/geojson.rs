//! Features as GeoJSON (RFC 7946), in degrees to six decimals (about 0.1 m) unless asked otherwise;
//! written straight to bytes, for answers are made of little else.

use std::io::Write as _;

use geo::MapCoords;
use geo::geometry::{Coord, Geometry, LineString, Polygon};
use serde_json::{Map as JsonObject, Value as Json};

use super::Form;
use crate::feature::{Feature, FeatureId, Value, whole_of};

/// A feature as GeoJSON, with extra members beside its properties.
pub struct FeatureJson<'a> {
    pub feature: &'a Feature,
    /// Foreign members of the Feature object, such as a distance; an `id` among them takes the
    /// place of the feature's.
    pub extra: JsonObject<String, Json>,
    pub form: &'a Form,
}

impl FeatureJson<'_> {
    /// Writes the Feature object.
    pub fn write(&self, out: &mut Vec<u8>) {
        out.extend(b"{\"type\":\"Feature\"");
        if !self.extra.contains_key("id") {
            match &self.feature.id {
                Some(FeatureId::Text(t)) => member("id", out, |out| text(t, out)),
                Some(FeatureId::Number(n)) => member("id", out, |out| number(*n, out)),
                Some(FeatureId::Large(n)) => member("id", out, |out| drop(write!(out, "{n}"))),
                None => {}
            }
        }
        for (key, json) in &self.extra {
            // Writing to memory does not fail.
            member(key, out, |out| drop(serde_json::to_writer(out, json)));
        }
        member("geometry", out, |out| match self.form.geometry(self.feature) {
            Some(geometry) => shape(&geometry, self.form.decimals(), out),
            None => out.extend(b"null"),
        });
        member("properties", out, |out| object(self.form.properties(self.feature), out));
        out.push(b'}');
    }

    pub fn to_json(&self) -> Json {
        let mut out = Vec::new();
        self.write(&mut out);
        serde_json::from_slice(&out).unwrap_or_default()
    }
}

/// A FeatureCollection of features that are written already, with commas between, and its other
/// members.
pub fn feature_collection(features: &[u8], members: &JsonObject<String, Json>) -> Vec<u8> {
    let mut out = Vec::with_capacity(features.len() + 1_000);
    out.extend(b"{\"type\":\"FeatureCollection\"");
    for (key, json) in members {
        member(key, &mut out, |out| drop(serde_json::to_writer(out, json)));
    }
    out.extend(b",\"features\":[");
    out.extend(features);
    out.extend(b"]}");
    out
}

/// A comma, the key, a colon, and what is written.
fn member(key: &str, out: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>)) {
    out.push(b',');
    text(key, out);
    out.push(b':');
    write(out);
}

fn text(text: &str, out: &mut Vec<u8>) {
    drop(serde_json::to_writer(out, text));
}

/// Whole numbers without a fraction.
fn number(n: f64, out: &mut Vec<u8>) {
    match whole_of(n) {
        Some(whole) => drop(write!(out, "{whole}")),
        None => drop(serde_json::to_writer(out, &n)),
    }
}

fn object<'a>(members: impl Iterator<Item = (&'a str, &'a Value)>, out: &mut Vec<u8>) {
    out.push(b'{');
    for (i, (key, member)) in members.enumerate() {
        if i > 0 {
            out.push(b',');
        }
        text(key, out);
        out.push(b':');
        value(member, out);
    }
    out.push(b'}');
}

fn value(value_: &Value, out: &mut Vec<u8>) {
    match value_ {
        Value::Null => out.extend(b"null"),
        Value::Bool(b) => out.extend(if *b { &b"true"[..] } else { &b"false"[..] }),
        Value::Number(n) => number(*n, out),
        Value::Large(n) => drop(write!(out, "{n}")),
        Value::Text(t) => text(t, out),
        Value::Array(items) => listed(items.iter(), out, value),
        Value::Object(members) => object(members.iter().map(|(k, v)| (&**k, v)), out),
    }
}

/// In brackets, with commas between.
fn listed<T>(
    items: impl Iterator<Item = T>,
    out: &mut Vec<u8>,
    mut write: impl FnMut(T, &mut Vec<u8>),
) {
    out.push(b'[');
    for (i, item) in items.enumerate() {
        if i > 0 {
            out.push(b',');
        }
        write(item, out);
    }
    out.push(b']');
}

/// A geometry object, its coordinates to so many decimals.
fn shape(geometry: &Geometry<f64>, decimals: u8, out: &mut Vec<u8>) {
    let at = |c: &Coord<f64>, out: &mut Vec<u8>| {
        out.push(b'[');
        decimal(c.x, decimals, out);
        out.push(b',');
        decimal(c.y, decimals, out);
        out.push(b']');
    };
    let line = |l: &LineString<f64>, out: &mut Vec<u8>| listed(l.0.iter(), out, at);
    // One without a ring has none, not an empty one.
    let polygon = |p: &Polygon<f64>, out: &mut Vec<u8>| {
        let rings = std::iter::once(p.exterior()).chain(p.interiors());
        listed(rings.filter(|r| !r.0.is_empty()), out, line);
    };
    let mut begin = |kind: &str| drop(write!(out, "{{\"type\":\"{kind}\",\"coordinates\":"));
    match geometry {
        Geometry::Point(p) => {
            begin("Point");
            at(&p.0, out);
        }
        Geometry::MultiPoint(m) => {
            begin("MultiPoint");
            listed(m.iter(), out, |p, out| at(&p.0, out));
        }
        Geometry::Line(l) => {
            begin("LineString");
            listed([l.start, l.end].iter(), out, at);
        }
        Geometry::LineString(l) => {
            begin("LineString");
            line(l, out);
        }
        Geometry::MultiLineString(m) => {
            begin("MultiLineString");
            listed(m.iter(), out, line);
        }
        Geometry::Polygon(p) => {
            begin("Polygon");
            polygon(p, out);
        }
        Geometry::Rect(r) => {
            begin("Polygon");
            polygon(&r.to_polygon(), out);
        }
        Geometry::Triangle(t) => {
            begin("Polygon");
            polygon(&t.to_polygon(), out);
        }
        Geometry::MultiPolygon(m) => {
            begin("MultiPolygon");
            listed(m.iter(), out, polygon);
        }
        Geometry::GeometryCollection(all) => {
            out.extend(b"{\"type\":\"GeometryCollection\",\"geometries\":");
            listed(all.iter(), out, |g, out| shape(g, decimals, out));
        }
    }
    out.push(b'}');
}

/// A coordinate rounded to so many decimals, without needless zeros.
fn decimal(v: f64, decimals: u8, out: &mut Vec<u8>) {
    let scale = 10i64.pow(u32::from(decimals));
    let scaled = (v * scale as f64).round();
    if scaled.abs() >= 9.0e15 {
        return number(v, out);
    }
    let scaled = scaled as i64;
    if scaled < 0 {
        out.push(b'-');
    }
    let (whole, mut fraction) = (
        scaled.unsigned_abs() / scale.unsigned_abs(),
        scaled.unsigned_abs() % scale.unsigned_abs(),
    );
    drop(write!(out, "{whole}"));
    if fraction == 0 {
        return;
    }
    let mut width = usize::from(decimals);
    while fraction.is_multiple_of(10) {
        (fraction, width) = (fraction / 10, width - 1);
    }
    drop(write!(out, ".{fraction:0width$}"));
}

/// Moved to the CRS; `None` where it is empty or has no place there.
pub(super) fn placed(geometry: &Geometry<f64>, form: &Form) -> Option<Geometry<f64>> {
    if matches!(geometry, Geometry::GeometryCollection(all) if all.0.is_empty()) {
        return None;
    }
    match form.crs {
        crate::geo::Crs::Crs84 => Some(geometry.clone()),
        crs => geometry.try_map_coords(|c| crs.from_degrees(c).ok_or(())).ok(),
    }
}

/// With coordinates rounded as they are written.
pub(super) fn rounded(geometry: &Geometry<f64>, decimals: u8) -> Geometry<f64> {
    let scale = 10f64.powi(i32::from(decimals));
    geometry.map_coords(|c| Coord {
        x: (c.x * scale).round() / scale,
        y: (c.y * scale).round() / scale,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn coordinates_are_written_as_short_as_they_are() {
        for (v, decimals, expected) in [
            (46.7499, 6, "46.7499"),
            (-0.0000004, 6, "0"),
            (-46.5, 6, "-46.5"),
            (39.123_456_78, 6, "39.123457"),
            (39.000_010_4, 6, "39.00001"),
            (180.0, 6, "180"),
            (0.05, 1, "0.1"),
            (12.345, 0, "12"),
            (5_204_175.062_64, 3, "5204175.063"),
            (1.0e300, 6, "1e+300"),
        ] {
            let mut out = Vec::new();
            decimal(v, decimals, &mut out);
            assert_eq!(String::from_utf8(out).unwrap(), expected);
        }
    }

    #[test]
    fn what_is_written_is_json() {
        let mut feature = Feature::nowhere();
        feature.id = Some(FeatureId::Text("a\"b".into()));
        let json = serde_json::json!({"a": [1, 2.5, null, true, {"b": "ə\n"}], "c": -3});
        feature.properties =
            json.as_object().unwrap().iter().map(|(k, v)| (k.as_str().into(), v.into())).collect();
        feature.geometry = Geometry::GeometryCollection(geo::GeometryCollection(vec![
            geo::Point::new(1.0, 2.0).into(),
            geo::Rect::new((0.0, 0.0), (1.5, 1.0)).to_polygon().into(),
        ]));
        let extra = JsonObject::from_iter([("distance_m".to_string(), Json::from(1.5))]);
        let written = FeatureJson { feature: &feature, extra, form: &Form::PLAIN }.to_json();
        assert_eq!(
            written,
            serde_json::json!({"type": "Feature", "id": "a\"b", "distance_m": 1.5, "properties": json, "geometry": {
                "type": "GeometryCollection", "geometries": [
                    {"type": "Point", "coordinates": [1, 2]},
                    {"type": "Polygon", "coordinates": [[[1.5, 0], [1.5, 1], [0, 1], [0, 0], [1.5, 0]]]}]}})
        );
    }
}
