//! Features as CSV (RFC 4180): a row each, its geometry as well-known text.

use std::fmt::Write as _;

use geo::geometry::{Coord, Geometry, LineString, Polygon};

use super::Form;
use crate::feature::{Feature, Value};

#[derive(Debug, thiserror::Error)]
#[error("the table cannot be written: {0}")]
pub struct CsvError(String);

/// Rows of features, each with what it goes by; with a head of names where it is the table's beginning.
pub fn rows<'a>(
    features: impl Iterator<Item = (String, &'a Feature)>,
    columns: &[&str],
    form: &Form,
    head: bool,
) -> Result<Vec<u8>, CsvError> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    let failed = |e: csv::Error| CsvError(e.to_string());
    let geometry = (!form.skip_geometry).then_some("geometry");
    if head {
        writer.write_record(["feature_id"].iter().chain(columns).copied().chain(geometry)).map_err(failed)?;
    }
    for (id, feature) in features {
        let cells = columns.iter().map(|name| feature.properties.get(*name).map(cell).unwrap_or_default());
        let geometry = geometry.map(|_| form.rounded_geometry(feature).map(|g| wkt(&g)).unwrap_or_default());
        writer.write_record(std::iter::once(id).chain(cells).chain(geometry)).map_err(failed)?;
    }
    writer.into_inner().map_err(|e| CsvError(e.to_string()))
}

/// Text as it is, null as nothing, the rest as JSON.
pub(super) fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Text(t) => t.to_string(),
        other => other.to_json().to_string(),
    }
}

/// Well-known text (OGC 06-103r4, 7).
fn wkt(geometry: &Geometry<f64>) -> String {
    let mut out = String::new();
    write_wkt(geometry, &mut out);
    out
}

fn write_wkt(geometry: &Geometry<f64>, out: &mut String) {
    let at = |c: &Coord<f64>| format!("{} {}", c.x, c.y);
    let line = |l: &LineString<f64>| format!("({})", l.coords().map(at).collect::<Vec<_>>().join(","));
    let polygon = |p: &Polygon<f64>| {
        let rings: Vec<String> = std::iter::once(p.exterior()).chain(p.interiors()).map(line).collect();
        format!("({})", rings.join(","))
    };
    let all =
        |parts: Vec<String>| if parts.is_empty() { " EMPTY".to_string() } else { format!("({})", parts.join(",")) };
    let _ = match geometry {
        Geometry::Point(p) => write!(out, "POINT({})", at(&p.0)),
        Geometry::Line(l) => write!(out, "LINESTRING({},{})", at(&l.start), at(&l.end)),
        Geometry::LineString(l) => write!(out, "LINESTRING{}", line(l)),
        Geometry::Polygon(p) => write!(out, "POLYGON{}", polygon(p)),
        Geometry::MultiPoint(m) => {
            write!(out, "MULTIPOINT{}", all(m.iter().map(|p| format!("({})", at(&p.0))).collect()))
        }
        Geometry::MultiLineString(m) => write!(out, "MULTILINESTRING{}", all(m.iter().map(line).collect())),
        Geometry::MultiPolygon(m) => write!(out, "MULTIPOLYGON{}", all(m.iter().map(polygon).collect())),
        Geometry::Rect(r) => write!(out, "POLYGON{}", polygon(&r.to_polygon())),
        Geometry::Triangle(t) => write!(out, "POLYGON{}", polygon(&t.to_polygon())),
        Geometry::GeometryCollection(m) => write!(out, "GEOMETRYCOLLECTION{}", all(m.iter().map(wkt).collect())),
    };
}
