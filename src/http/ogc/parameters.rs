//! What a request for features says: from query parameters to a query and the form of its answer.

use std::sync::Arc;

use geo::geometry::{Coord, Geometry, LineString, Polygon};

use crate::catalog::{Cursor, ItemsQuery, Period, Schema, SortKey, areas_of};
use crate::cql2::{self, Comparison, Expr, Filter, FilterError, Kind};
use crate::encode::Form;
use crate::feature::Value;
use crate::geo::round::MOST_LONGITUDE;
use crate::geo::{Crs, Effort, numbers};
use crate::http::Problem;
use crate::http::request::{Params, short};

pub const DEFAULT_LIMIT: usize = 100;
/// A larger limit is taken for this one (OGC 17-069r4, 7.15.2).
pub const MAX_LIMIT: usize = 10_000_000;
/// Characters of a filter.
const MAX_FILTER: usize = 1_000_000;

/// Parameters with a meaning of their own: a property of such a name is asked for by a filter.
pub const RESERVED: [&str; 15] = [
    "f",
    "limit",
    "cursor",
    "bbox",
    "bbox-crs",
    "crs",
    "datetime",
    "filter",
    "filter-lang",
    "filter-crs",
    "sortby",
    "properties",
    "skipGeometry",
    "precision",
    "offset",
];

/// Takes everything that the query of a collection's features may say.
pub fn items_query(
    params: &mut Params,
    schema: &Schema,
    effort: &Effort,
) -> Result<ItemsQuery, Problem> {
    let crs = params
        .take("bbox-crs")
        .map(|name| crs("bbox-crs", &name))
        .transpose()?
        .unwrap_or(Crs::Crs84);
    let areas = params.take("bbox").map(|text| bbox(&text, crs)).transpose()?;
    let during = params.take("datetime").map(|text| period(&text)).transpose()?;
    let mut filters = Vec::new();
    if let Some(filter) = filter(params, schema, effort)? {
        filters.push(filter);
    }
    let sort =
        params.take("sortby").map(|text| sort(&text, schema)).transpose()?.unwrap_or_default();
    let unreadable =
        || Problem::bad_request("the cursor cannot be read; follow the links of an answer");
    let after = params
        .take("cursor")
        .map(|text| Cursor::parse(&text).ok_or_else(unreadable))
        .transpose()?;
    let limit = match params.take("limit") {
        None => DEFAULT_LIMIT,
        // Digits without end are a large number, too.
        Some(text) if text.len() > 18 && text.bytes().all(|b| b.is_ascii_digit()) => MAX_LIMIT,
        Some(text) => match text.parse::<usize>() {
            Ok(n) if n > 0 => n.min(MAX_LIMIT),
            _ => {
                return Err(Problem::bad_request(format!(
                    "'{}' is no value for limit: a whole number from 1",
                    short(&text)
                )));
            }
        },
    };
    let id = schema
        .ids
        .map(|kind| (Arc::from("id"), kind))
        .filter(|_| !schema.properties.contains_key("id"));
    for (name, kind) in schema.properties.iter().map(|(n, k)| (n.clone(), *k)).chain(id) {
        if RESERVED.contains(&&*name) {
            continue;
        }
        if let Some(text) = params.take(&name) {
            let property = Box::new(Expr::Property(name.clone()));
            let expr =
                Expr::Compare(Comparison::Equal, property, Box::new(literal(&name, &text, kind)?));
            filters.push(Filter::new(expr, &schema.properties, effort).map_err(problem)?);
        }
    }
    Ok(ItemsQuery { areas, during, filters, sort, after, limit, effort: effort.clone() })
}

/// Takes how features are to be written.
pub fn form(params: &mut Params, schema: Option<&Schema>) -> Result<Form, Problem> {
    let crs = params.take("crs").map(|name| crs("crs", &name)).transpose()?.unwrap_or(Crs::Crs84);
    let precision = params.take_count("precision", 0..=12)?.map(|n| n as u8);
    let skip_geometry = match params.take("skipGeometry").as_deref() {
        None | Some("false") => false,
        Some("true") => true,
        Some(other) => {
            return Err(Problem::bad_request(format!(
                "'{}' is no value for skipGeometry: true or false",
                short(other)
            )));
        }
    };
    let names = |text: String| {
        text.split(',').map(str::to_string).filter(|n| !n.is_empty()).collect::<Vec<String>>()
    };
    let only = params.take("properties").map(names);
    for name in only.iter().flatten() {
        let known = |s: &Schema| {
            s.properties.contains_key(name.as_str()) || name == "id" || name == "geometry"
        };
        if schema.is_some_and(|s| !known(s)) {
            return Err(no_property("properties", name, schema));
        }
    }
    Ok(Form { crs, precision, only, skip_geometry })
}

fn no_property(parameter: &str, name: &str, schema: Option<&Schema>) -> Problem {
    let known: Vec<&str> =
        schema.iter().flat_map(|s| s.properties.keys()).map(|k| &**k).take(60).collect();
    Problem::bad_request(format!(
        "{parameter}: there is no property '{}'; there are: {}",
        short(name),
        known.join(", ")
    ))
}

pub fn crs(parameter: &str, name: &str) -> Result<Crs, Problem> {
    Crs::named(name).ok_or_else(|| {
        let known = Crs::ALL.map(Crs::uri).join(", ");
        Problem::bad_request(format!(
            "'{}' is no value for {parameter}; there are: {known}",
            short(name)
        ))
    })
}

/// Both corners of a box: four numbers, or six with heights, which are left out.
pub fn corners(text: &str) -> Result<[f64; 4], Problem> {
    Ok(match text.split(',').count() {
        6 => numbers::<6>(text).map(|[a, b, _, c, d, _]| [a, b, c, d])?,
        _ => numbers::<4>(text)?,
    })
}

/// A box in the CRS, as areas in degrees.
fn bbox(text: &str, crs: Crs) -> Result<Vec<Geometry<f64>>, Problem> {
    let [a, b, c, d] = corners(text)?;
    let corner = |x: f64, y: f64| {
        let at = crs.to_degrees(Coord { x, y })?;
        (at.x.abs() <= MOST_LONGITUDE && at.y.abs() <= 90.0).then_some(at)
    };
    let area = || {
        if crs.has_straight_parallels() {
            let (low, high) = corner(a, b).zip(corner(c, d))?;
            return (low.y <= high.y).then(|| areas_of([low.x, low.y, high.x, high.y]));
        }
        if a > c || b > d {
            return None;
        }
        // The sides of the box are no straight lines in degrees.
        const STEPS: u32 = 32;
        let along = |from: (f64, f64), to: (f64, f64)| {
            (0..STEPS).map(move |i| {
                let t = f64::from(i) / f64::from(STEPS);
                (from.0 + (to.0 - from.0) * t, from.1 + (to.1 - from.1) * t)
            })
        };
        let corners = [(a, b), (c, b), (c, d), (a, d)];
        let ring: Option<Vec<Coord<f64>>> = (0..4)
            .flat_map(|i| along(corners[i], corners[(i + 1) % 4]))
            .map(|(x, y)| corner(x, y))
            .collect();
        Some(vec![Polygon::new(LineString(ring?), Vec::new()).into()])
    };
    area().ok_or_else(|| {
        let order =
            if crs == Crs::Epsg4326 { "south,west,north,east" } else { "west,south,east,north" };
        Problem::bad_request(format!(
            "{} is no bbox in {}: {order}, within its range",
            short(text),
            crs.uri()
        ))
    })
}

pub fn period(text: &str) -> Result<Period, Problem> {
    Period::parse(text).ok_or_else(|| {
        let help = "a date or timestamp, such as 2020-11-10, or an interval, such as \
             2020-09-27/2020-12-01 or 2020-09-27/..";
        Problem::bad_request(format!("'{}' is no value for datetime: {help}", short(text)))
    })
}

/// `filter` with its language and CRS.
pub fn filter(
    params: &mut Params,
    schema: &Schema,
    effort: &Effort,
) -> Result<Option<Filter>, Problem> {
    let language = params.take("filter-lang");
    let crs = params
        .take("filter-crs")
        .map(|name| crs("filter-crs", &name))
        .transpose()?
        .unwrap_or(Crs::Crs84);
    let read = match language.as_deref() {
        None | Some("cql2-text") => cql2::from_text,
        Some("cql2-json") => json_text,
        Some(other) => {
            let message =
                format!("'{}' is no value for filter-lang: cql2-text or cql2-json", short(other));
            return Err(Problem::bad_request(message));
        }
    };
    let Some(text) = params.take("filter") else { return Ok(None) };
    if text.len() > MAX_FILTER {
        return Err(Problem::bad_request(format!("the filter is longer than {MAX_FILTER} bytes")));
    }
    let outside = || {
        let message = format!(
            "a geometry of the filter lies outside {}; filter-crs says what it is in",
            crs.uri()
        );
        Problem::bad_request(message)
    };
    let expr =
        read(&text).map_err(problem)?.in_degrees(&|c| crs.to_degrees(c)).ok_or_else(outside)?;
    expr.sound(effort)
        .and_then(|expr| Filter::new(expr, &schema.properties, effort))
        .map_err(problem)
        .map(Some)
}

fn json_text(text: &str) -> Result<Expr, FilterError> {
    let json: serde_json::Value =
        serde_json::from_str(text).map_err(|e| FilterError::new(format!("not JSON: {e}")))?;
    cql2::from_json(&json)
}

/// `name,-population`; each may begin with `+` or `-`.
fn sort(text: &str, schema: &Schema) -> Result<Vec<SortKey>, Problem> {
    let key = |one: &str| {
        let descending = one.starts_with('-');
        // A bare plus in a query string is a space.
        let name = one.strip_prefix(['-', '+', ' ']).unwrap_or(one);
        let sortable = |k: &Kind| !matches!(k, Kind::Array | Kind::Object | Kind::Geometry);
        match schema.properties.get(name) {
            Some(kind) if sortable(kind) => Ok(SortKey { property: name.to_string(), descending }),
            Some(_) => Err(Problem::bad_request(format!("sortby: '{}' has no order", short(name)))),
            None if name == "id" && schema.ids.is_some() => {
                Ok(SortKey { property: name.to_string(), descending })
            }
            None => Err(no_property("sortby", name, Some(schema))),
        }
    };
    text.split(',').map(key).collect()
}

/// A property's value as a query parameter gives it.
fn literal(name: &str, text: &str, kind: Kind) -> Result<Expr, Problem> {
    let wrong = |what: &str| {
        Problem::bad_request(format!("'{}' is no value for {name}: {what}", short(text)))
    };
    match kind {
        Kind::Number => match text.parse::<f64>() {
            Ok(_) if let Ok(Value::Large(n)) = text.parse().map(Value::whole) => {
                Ok(Expr::Large(n.get()))
            }
            Ok(n) if n.is_finite() => Ok(Expr::Number(n)),
            _ => Err(wrong("a number")),
        },
        Kind::Boolean => text.parse().map(Expr::Bool).map_err(|_| wrong("true or false")),
        Kind::Array | Kind::Object | Kind::Geometry => Err(wrong("ask for it with a filter")),
        Kind::Text | Kind::Temporal | Kind::Any => Ok(Expr::Text(text.into())),
    }
}

pub fn problem(error: FilterError) -> Problem {
    Problem::bad_request(error.to_string())
}
