//! What the features of a collection are made of, found by looking at all of them.

use std::collections::BTreeMap;
use std::sync::Arc;

use geo::geometry::Geometry;

use crate::cql2::{Instant, Kind, Queryables};
use crate::feature::{Collection, FeatureId, Value};
use crate::geo::round;

/// The properties and geometry of a collection's features.
#[derive(Debug, Clone)]
pub struct Schema {
    pub properties: Queryables,
    /// As JSON Schema's format for geometries has it: `point`, `multipolygon`, `any`.
    pub geometry: &'static str,
    /// What ids are, where any feature has one.
    pub ids: Option<Kind>,
    /// West, south, east, north in degrees; west is past east where it reaches across the
    /// antimeridian.
    pub extent: Option<[f64; 4]>,
}

impl Schema {
    pub fn of(collection: &Collection) -> Schema {
        let mut properties: BTreeMap<Arc<str>, Option<Kind>> = BTreeMap::new();
        let mut geometry: Option<&'static str> = None;
        let mut extent: Option<geo::Rect<f64>> = None;
        let mut spans = Vec::new();
        let mut ids = None;
        for feature in &collection.features {
            ids = match (ids, &feature.id) {
                (None | Some(Kind::Number), Some(FeatureId::Number(_) | FeatureId::Large(_))) => {
                    Some(Kind::Number)
                }
                (_, Some(_)) => Some(Kind::Text),
                (ids, None) => ids,
            };
            for (name, value) in &feature.properties {
                let seen = match properties.get_mut(name) {
                    Some(seen) => seen,
                    None => properties.entry(name.clone()).or_insert(None),
                };
                *seen = joined(*seen, value);
            }
            let kind = kind_of(&feature.geometry);
            geometry = match (geometry, kind) {
                (None, kind) => kind,
                (same, None) => same,
                (Some(a), Some(b)) => Some(widened(a, b)),
            };
            round::spans(&feature.geometry, &mut spans);
            if let Some(b) = geo::BoundingRect::bounding_rect(&feature.geometry) {
                extent = Some(extent.map_or(b, |a| {
                    let (min, max) = ((a.min(), b.min()), (a.max(), b.max()));
                    let low = (min.0.x.min(min.1.x), min.0.y.min(min.1.y));
                    geo::Rect::new(low, (max.0.x.max(max.1.x), max.0.y.max(max.1.y)))
                }));
            }
        }
        Schema {
            properties: properties
                .into_iter()
                .map(|(name, kind)| (name, kind.unwrap_or(Kind::Any)))
                .collect(),
            geometry: geometry.unwrap_or("any"),
            ids,
            extent: extent.zip(round::arc(spans, (-180.0, 360.0))).map(|(r, [west, east])| {
                [west, r.min().y, if east > 180.0 { east - 360.0 } else { east }, r.max().y]
            }),
        }
    }
}

/// The kind of a property that is of one kind so far and now has this value.
fn joined(seen: Option<Kind>, value: &Value) -> Option<Kind> {
    let kind = match value {
        Value::Null => return seen,
        Value::Bool(_) => Kind::Boolean,
        Value::Number(_) | Value::Large(_) => Kind::Number,
        // Once text, no longer a time.
        Value::Text(_) if seen == Some(Kind::Text) => Kind::Text,
        Value::Text(t) if Instant::parse_leniently(t).is_some() => Kind::Temporal,
        Value::Text(_) => Kind::Text,
        Value::Array(_) => Kind::Array,
        Value::Object(_) => Kind::Object,
    };
    Some(match seen {
        None => kind,
        Some(seen) if seen == kind => kind,
        Some(Kind::Text | Kind::Temporal) if matches!(kind, Kind::Text | Kind::Temporal) => {
            Kind::Text
        }
        _ => Kind::Any,
    })
}

fn kind_of(geometry: &Geometry<f64>) -> Option<&'static str> {
    Some(match geometry {
        Geometry::Point(_) => "point",
        Geometry::MultiPoint(_) => "multipoint",
        Geometry::Line(_) | Geometry::LineString(_) => "linestring",
        Geometry::MultiLineString(_) => "multilinestring",
        Geometry::Polygon(_) | Geometry::Rect(_) | Geometry::Triangle(_) => "polygon",
        Geometry::MultiPolygon(_) => "multipolygon",
        Geometry::GeometryCollection(all) if all.0.is_empty() => return None,
        Geometry::GeometryCollection(_) => "any",
    })
}

/// The format that fits both.
fn widened(a: &'static str, b: &'static str) -> &'static str {
    const PAIRS: [(&str, &str, &str); 3] = [
        ("point", "multipoint", "point-or-multipoint"),
        ("linestring", "multilinestring", "linestring-or-multilinestring"),
        ("polygon", "multipolygon", "polygon-or-multipolygon"),
    ];
    if a == b {
        return a;
    }
    let fits = |(one, many, both): &(&str, &str, &str)| {
        [a, b].iter().all(|k| k == one || k == many || k == both)
    };
    PAIRS.iter().find(|p| fits(p)).map_or("any", |(_, _, both)| both)
}
