//! Features as CSV (RFC 4180): a row each, its geometry as well-known text.

use geo::geometry::{Coord, Geometry, LineString, Polygon};

use super::{Form, free_name};
use crate::feature::{Feature, Value};

#[derive(Debug, thiserror::Error)]
#[error("the table cannot be written: {0}")]
pub struct CsvError(String);

/// Rows of features, each with what it goes by; with a head of names where it is the table's
/// beginning.
pub fn rows<'a>(
    features: impl Iterator<Item = (String, &'a Feature)>,
    columns: &[&str],
    form: &Form,
    head: bool,
) -> Result<Vec<u8>, CsvError> {
    let mut writer =
        csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    let failed = |e: csv::Error| CsvError(e.to_string());
    let own = |name: &str| free_name(name, columns.iter().copied());
    let (id, geometry) = (own("feature_id"), (!form.skip_geometry).then(|| own("geometry")));
    if head {
        let names =
            std::iter::once(id.as_str()).chain(columns.iter().copied()).chain(geometry.as_deref());
        writer.write_record(names).map_err(failed)?;
    }
    for (id, feature) in features {
        let cells =
            columns.iter().map(|name| feature.properties.get(name).map(cell).unwrap_or_default());
        let geometry = geometry
            .as_ref()
            .map(|_| form.rounded_geometry(feature).map(|g| wkt(&g)).unwrap_or_default());
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
    let list = |parts: Vec<String>| {
        if parts.is_empty() { "EMPTY".into() } else { format!("({})", parts.join(",")) }
    };
    let at = |c: &Coord<f64>| format!("{} {}", c.x, c.y);
    let line = |l: &LineString<f64>| list(l.coords().map(at).collect());
    let polygon = |p: &Polygon<f64>| {
        let rings = std::iter::once(p.exterior()).chain(p.interiors());
        list(rings.filter(|r| !r.0.is_empty()).map(line).collect())
    };
    let (kind, body) = match geometry {
        Geometry::Point(p) => ("POINT", list(vec![at(&p.0)])),
        Geometry::Line(l) => ("LINESTRING", list(vec![at(&l.start), at(&l.end)])),
        Geometry::LineString(l) => ("LINESTRING", line(l)),
        Geometry::Polygon(p) => ("POLYGON", polygon(p)),
        Geometry::Rect(r) => ("POLYGON", polygon(&r.to_polygon())),
        Geometry::Triangle(t) => ("POLYGON", polygon(&t.to_polygon())),
        Geometry::MultiPoint(m) => {
            ("MULTIPOINT", list(m.iter().map(|p| list(vec![at(&p.0)])).collect()))
        }
        Geometry::MultiLineString(m) => ("MULTILINESTRING", list(m.iter().map(line).collect())),
        Geometry::MultiPolygon(m) => ("MULTIPOLYGON", list(m.iter().map(polygon).collect())),
        Geometry::GeometryCollection(m) => {
            ("GEOMETRYCOLLECTION", list(m.iter().map(wkt).collect()))
        }
    };
    let space = if body == "EMPTY" { " " } else { "" };
    format!("{kind}{space}{body}")
}

#[cfg(test)]
mod tests {
    use geo::wkt;

    use super::*;

    #[test]
    fn well_known_text_is_that() {
        let nothing = LineString::new(Vec::new());
        for (geometry, expected) in [
            (wkt!(POINT(1.5 2.0)).into(), "POINT(1.5 2)"),
            (wkt!(MULTIPOINT(1.0 2.0,3.0 4.0)).into(), "MULTIPOINT((1 2),(3 4))"),
            (wkt!(LINESTRING(1.0 2.0,3.0 4.0)).into(), "LINESTRING(1 2,3 4)"),
            (Geometry::Polygon(Polygon::new(nothing.clone(), vec![])), "POLYGON EMPTY"),
            (Geometry::LineString(nothing.clone()), "LINESTRING EMPTY"),
            (
                Geometry::MultiLineString(geo::MultiLineString(vec![
                    nothing.clone(),
                    wkt!(LINESTRING(1.0 2.0,3.0 4.0)),
                ])),
                "MULTILINESTRING(EMPTY,(1 2,3 4))",
            ),
            (
                Geometry::MultiPolygon(geo::MultiPolygon(vec![Polygon::new(nothing, vec![])])),
                "MULTIPOLYGON(EMPTY)",
            ),
            (Geometry::MultiPolygon(geo::MultiPolygon(vec![])), "MULTIPOLYGON EMPTY"),
            (Geometry::MultiPoint(geo::MultiPoint(vec![])), "MULTIPOINT EMPTY"),
            (
                Geometry::GeometryCollection(
                    wkt!(GEOMETRYCOLLECTION(POINT(1.0 2.0),POLYGON((0.0 0.0,1.0 0.0,1.0 1.0,0.0 0.0)))),
                ),
                "GEOMETRYCOLLECTION(POINT(1 2),POLYGON((0 0,1 0,1 1,0 0)))",
            ),
        ] {
            assert_eq!(wkt(&geometry), expected);
        }
    }
}
