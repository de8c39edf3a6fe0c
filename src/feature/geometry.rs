//! The one way from GeoJSON to geometry, total for any JSON: files are held to RFC 7946 and mended
//! where that takes no guessing; geometry in requests and styles, which may be in any plane, is
//! held to its form alone.

use geo::Winding;
use geo::geometry::{Coord, Geometry, LineString, Point, Polygon};
use geojson::GeometryValue;
use serde::Deserialize as _;
use serde_json::Value as Json;

use super::coordinates::{Coordinates, Numbers, in_degrees};
use crate::geo::round::{self, TooWide, Turn};

/// Why a geometry is refused, with the rest of the JSON pointer below it.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{pointer}{}{message}; {help}", if pointer.is_empty() { "" } else { ": " })]
pub struct GeometryError {
    pub pointer: String,
    pub message: String,
    pub help: &'static str,
}

/// What was mended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mended {
    Unclosed,
    Winding,
    Turned(Turn),
    /// Numbers after longitude and latitude.
    Heights,
}

impl Mended {
    pub fn describe(self) -> &'static str {
        match self {
            Mended::Unclosed => "a ring did not end where it began; it was closed",
            Mended::Winding => {
                "a ring was wound against the right-hand rule (RFC 7946, 3.1.6); it was turned \
                 round"
            }
            Mended::Turned(Turn::Cut) => {
                "a geometry crosses the antimeridian; it was cut there (RFC 7946, 3.1.9)"
            }
            Mended::Turned(Turn::Beyond) => {
                "longitudes beyond 180 were taken as those of the next turn"
            }
            Mended::Turned(Turn::Pole) => {
                "a ring runs round a pole; it was closed along the one that it is nearer to"
            }
            Mended::Turned(Turn::Wide) => {
                "a side of a polygon is longer than 180 degrees of longitude, and was taken as it \
                 is written; where the other, shorter way is meant, cut the polygon at the \
                 antimeridian (RFC 7946, 3.1.9)"
            }
            Mended::Heights => {
                "positions have heights, or other numbers after longitude and latitude, which are \
                 not kept"
            }
        }
    }
}

/// Deeper nesting of geometry collections than any client writes.
const MAX_DEPTH: usize = 8;

/// The geometry in degrees as RFC 7946 has it: rings closed, exteriors counterclockwise, holes
/// clockwise, nothing across 180°.
///
/// # Errors
/// Where that would take guessing.
pub fn mended(
    value: GeometryValue,
    mended: &mut Vec<Mended>,
) -> Result<Geometry<f64>, GeometryError> {
    Reader { mended: Some(mended), most: usize::MAX }.geometry(value, "", 0)
}

/// The same of coordinates that are two numbers each.
///
/// # Errors
/// Where that would take guessing.
pub fn mended_coordinates(
    coordinates: Coordinates<[f64; 2]>,
    mended: &mut Vec<Mended>,
) -> Result<Geometry<f64>, GeometryError> {
    Reader { mended: Some(mended), most: usize::MAX }.coordinates(coordinates, "/coordinates")
}

/// The geometry in whatever plane it is given, of at most `most` positions; rings are closed, and
/// nothing else is changed.
///
/// # Errors
/// Where it is no GeoJSON geometry, nested too deep or too large.
pub fn as_given(json: &Json, most: usize) -> Result<Geometry<f64>, GeometryError> {
    if is_deep(json, 0) {
        return Err(too_deep(""));
    }
    let value = GeometryValue::deserialize(json).map_err(|e| {
        let pointer = misplaced(json, "").unwrap_or_default();
        problem(&pointer, format!("no GeoJSON geometry: {e}"), "see RFC 7946, section 3.1")
    })?;
    Reader { mended: None, most }.geometry(value, "", 0)
}

/// Whether arrays and objects are nested deeper than those of any geometry that is read.
fn is_deep(json: &Json, depth: usize) -> bool {
    // Of each collection its object and its array, then the coordinates of a multipolygon.
    const MOST: usize = 2 * (MAX_DEPTH + 1) + 5;
    match json {
        _ if depth > MOST => true,
        Json::Array(items) => items.iter().any(|item| is_deep(item, depth + 1)),
        Json::Object(members) => members.values().any(|member| is_deep(member, depth + 1)),
        _ => false,
    }
}

/// The pointer of the first thing in a geometry that is not what should stand there.
fn misplaced(json: &Json, at: &str) -> Option<String> {
    let levels = match json.get("type").and_then(Json::as_str)? {
        "Point" => 0,
        "MultiPoint" | "LineString" => 1,
        "MultiLineString" | "Polygon" => 2,
        "MultiPolygon" => 3,
        "GeometryCollection" => {
            let at = format!("{at}/geometries");
            let Some(all) = json.get("geometries").and_then(Json::as_array) else {
                return Some(at);
            };
            return all
                .iter()
                .enumerate()
                .find_map(|(i, one)| misplaced(one, &format!("{at}/{i}")));
        }
        _ => return Some(format!("{at}/type")),
    };
    fn nested(json: &Json, levels: usize, at: String) -> Option<String> {
        let Some(items) = json.as_array() else { return Some(at) };
        let wrong = |(i, item): (usize, &Json)| match levels {
            0 => (!item.is_number()).then(|| format!("{at}/{i}")),
            _ => nested(item, levels - 1, format!("{at}/{i}")),
        };
        items.iter().enumerate().find_map(wrong)
    }
    nested(json.get("coordinates").unwrap_or(&Json::Null), levels, format!("{at}/coordinates"))
}

struct Reader<'a> {
    /// None where geometry is taken as it is given.
    mended: Option<&'a mut Vec<Mended>>,
    /// Positions that there may still be.
    most: usize,
}

impl Reader<'_> {
    fn geometry(
        &mut self,
        value: GeometryValue,
        pointer: &str,
        depth: usize,
    ) -> Result<Geometry<f64>, GeometryError> {
        let coordinates = match value {
            GeometryValue::Point { coordinates } if coordinates.is_empty() => {
                return Ok(Geometry::GeometryCollection(Default::default()));
            }
            GeometryValue::GeometryCollection { .. } if depth >= MAX_DEPTH => {
                return Err(too_deep(pointer));
            }
            GeometryValue::GeometryCollection { geometries } => {
                let pointer = format!("{pointer}/geometries");
                let all =
                    indexed(geometries, &pointer, |g, at| self.geometry(g.value, at, depth + 1))?;
                return Ok(Geometry::GeometryCollection(geo::GeometryCollection(all)));
            }
            GeometryValue::Point { coordinates } => Coordinates::Point(coordinates),
            GeometryValue::MultiPoint { coordinates } => Coordinates::MultiPoint(coordinates),
            GeometryValue::LineString { coordinates } => Coordinates::LineString(coordinates),
            GeometryValue::MultiLineString { coordinates } => {
                Coordinates::MultiLineString(coordinates)
            }
            GeometryValue::Polygon { coordinates } => Coordinates::Polygon(coordinates),
            GeometryValue::MultiPolygon { coordinates } => Coordinates::MultiPolygon(coordinates),
        };
        self.coordinates(coordinates, &format!("{pointer}/coordinates"))
    }

    fn coordinates<P: Numbers>(
        &mut self,
        coordinates: Coordinates<P>,
        at: &str,
    ) -> Result<Geometry<f64>, GeometryError> {
        Ok(match coordinates {
            Coordinates::Point(position) => {
                let at = self.position(&position, at)?;
                Geometry::Point(Point(self.home(at)))
            }
            Coordinates::MultiPoint(positions) => {
                let positions = self.positions(&positions, at)?;
                let points: Vec<Point> =
                    positions.into_iter().map(|c| Point(self.home(c))).collect();
                Geometry::MultiPoint(points.into())
            }
            Coordinates::LineString(line) => round::of_lines(self.line(line, at)?),
            Coordinates::MultiLineString(lines) => {
                let lines = indexed(lines, at, |l, at| self.line(l, at))?;
                Geometry::MultiLineString(geo::MultiLineString(
                    lines.into_iter().flatten().collect(),
                ))
            }
            Coordinates::Polygon(rings) => round::of_polygons(self.polygon(rings, at)?),
            Coordinates::MultiPolygon(polygons) => {
                let polygons = indexed(polygons, at, |p, at| self.polygon(p, at))?;
                Geometry::MultiPolygon(geo::MultiPolygon(polygons.into_iter().flatten().collect()))
            }
        })
    }

    /// One polygon, or its pieces on either side of the antimeridian.
    fn polygon<P: Numbers>(
        &mut self,
        rings: Vec<Vec<P>>,
        at: &str,
    ) -> Result<Vec<Polygon<f64>>, GeometryError> {
        let mut rings = indexed(rings, at, |ring, at| self.ring(ring, at))?.into_iter();
        let exterior = rings.next().unwrap_or_else(|| LineString(Vec::new()));
        let given = Polygon::new(exterior, rings.collect());
        if self.mended.is_none() {
            return Ok(vec![given]);
        }
        let too_wide = |_: TooWide| {
            let message = "the polygon reaches more than once round the Earth".to_string();
            problem(at, message, "its longitudes may differ by 360 degrees at the most")
        };
        let mut pieces =
            round::polygon(given, &mut |turn| self.note(Mended::Turned(turn))).map_err(too_wide)?;
        let mut turned = false;
        for piece in &mut pieces {
            piece.exterior_mut(|ring| {
                turned |= ring.is_cw();
                ring.make_ccw_winding();
            });
            piece.interiors_mut(|holes| {
                turned |= holes.iter().any(|hole| hole.is_ccw());
                holes.iter_mut().for_each(LineString::make_cw_winding);
            });
        }
        if turned {
            self.note(Mended::Winding);
        }
        Ok(pieces)
    }

    /// One line, or its pieces on either side of the antimeridian.
    fn line<P: Numbers>(
        &mut self,
        coordinates: Vec<P>,
        at: &str,
    ) -> Result<Vec<LineString<f64>>, GeometryError> {
        let line = LineString(self.positions(&coordinates, at)?);
        if line.0.len() == 1 {
            let help = "a line has at least two; one position is a Point";
            return Err(problem(at, "the line has only one position".into(), help));
        }
        match self.mended.is_none() {
            true => Ok(vec![line]),
            false => Ok(round::line(line, &mut |turn| self.note(Mended::Turned(turn)))),
        }
    }

    fn ring<P: Numbers>(
        &mut self,
        ring: Vec<P>,
        at: &str,
    ) -> Result<LineString<f64>, GeometryError> {
        let mut points = self.positions(&ring, at)?;
        if points.is_empty() {
            return Ok(LineString(points));
        }
        if points.first() != points.last() {
            points.extend(points.first().copied());
            self.note(Mended::Unclosed);
        }
        if points.len() < 4 {
            let message =
                format!("the ring has {} positions; a closed ring has at least 4", points.len());
            return Err(problem(
                at,
                message,
                "give at least three different corners and repeat the first",
            ));
        }
        Ok(LineString(points))
    }

    fn positions<P: Numbers>(
        &mut self,
        coordinates: &[P],
        at: &str,
    ) -> Result<Vec<Coord<f64>>, GeometryError> {
        let mut points = Vec::with_capacity(coordinates.len());
        for (i, p) in coordinates.iter().enumerate() {
            points.push(match self.taken(p) {
                Some(c) => c,
                None => self.position(p, &format!("{at}/{i}"))?,
            });
        }
        Ok(points)
    }

    /// A position that is nothing but right.
    fn taken(&mut self, p: &impl Numbers) -> Option<Coord<f64>> {
        self.most = self.most.checked_sub(1)?;
        if p.numbers().len() > 2 {
            self.note(Mended::Heights);
        }
        match (p.numbers(), &self.mended) {
            (p, Some(_)) => in_degrees(p),
            ([x, y, ..], None) => {
                (x.is_finite() && y.is_finite()).then_some(Coord { x: *x, y: *y })
            }
            _ => None,
        }
    }

    fn position(&mut self, p: &impl Numbers, at: &str) -> Result<Coord<f64>, GeometryError> {
        if self.most == 0 {
            return Err(problem(
                at,
                "the geometry has more positions than it may".into(),
                "simplify it",
            ));
        }
        self.taken(p).ok_or_else(|| match *p.numbers() {
            [x, y, ..] if x.abs() <= 90.0 && y.abs() <= 180.0 => problem(
                at,
                format!(
                    "[{x}, {y}] is out of range: longitude -180..180 comes first, then \
                    latitude -90..90"
                ),
                "swap the two numbers if they are latitude and longitude",
            ),
            [x, y, ..] => problem(
                at,
                format!(
                    "[{x}, {y}] is out of range: longitude -180..180 comes first, then \
                    latitude -90..90"
                ),
                "GeoJSON is always in degrees (WGS84); reproject data in metres first",
            ),
            _ => problem(
                at,
                "a position has at least two numbers".into(),
                "write [longitude, latitude]",
            ),
        })
    }

    /// A place of its own, on the first turn.
    fn home(&mut self, c: Coord<f64>) -> Coord<f64> {
        if self.mended.is_none() || c.x.abs() <= 180.0 {
            return c;
        }
        self.note(Mended::Turned(Turn::Beyond));
        Coord { x: round::wrapped(c.x), y: c.y }
    }

    fn note(&mut self, kind: Mended) {
        if let Some(mended) = self.mended.as_mut().filter(|mended| !mended.contains(&kind)) {
            mended.push(kind);
        }
    }
}

fn problem(pointer: &str, message: String, help: &'static str) -> GeometryError {
    GeometryError { pointer: pointer.to_string(), message, help }
}

fn too_deep(pointer: &str) -> GeometryError {
    let message = format!("geometry collections nested more than {MAX_DEPTH} deep");
    problem(pointer, message, "flatten the collection")
}

/// Maps each item with its pointer.
fn indexed<T, U>(
    items: Vec<T>,
    at: &str,
    mut f: impl FnMut(T, &str) -> Result<U, GeometryError>,
) -> Result<Vec<U>, GeometryError> {
    items.into_iter().enumerate().map(|(i, item)| f(item, &format!("{at}/{i}"))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn what_is_wrong_is_told_with_its_pointer() {
        let told = |json: Json| as_given(&json, 4).unwrap_err();
        for (json, pointer, message) in [
            (
                json!({"type": "LineString", "coordinates": [[0, 0], [1]]}),
                "/coordinates/1",
                "at least two numbers",
            ),
            (json!({"type": "Point", "coordinates": [1]}), "/coordinates", "at least two numbers"),
            (
                json!({"type": "Polygon", "coordinates": [[[0, 0], [1, "a"]]]}),
                "/coordinates/0/1/1",
                "no GeoJSON",
            ),
            (
                json!({"type": "Polygon", "coordinates": [[[0, 0], [1, 1]]]}),
                "/coordinates/0",
                "at least 4",
            ),
            (
                json!({"type": "LineString", "coordinates": [[0, 0]]}),
                "/coordinates",
                "only one position",
            ),
            (json!({"type": "Blob", "coordinates": []}), "/type", "no GeoJSON"),
            (json!({"type": "Polygon"}), "/coordinates", "no GeoJSON"),
            (
                json!({"type": "MultiPoint", "coordinates": vec![[0, 0]; 5]}),
                "/coordinates/4",
                "more positions",
            ),
            (
                json!({
                    "type": "GeometryCollection",
                    "geometries": [{"type": "Point", "coordinates": [true]}]
                }),
                "/geometries/0/coordinates/0",
                "no GeoJSON",
            ),
        ] {
            let error = told(json.clone());
            assert!(
                error.pointer == pointer && error.message.contains(message),
                "{json}: {error:?}"
            );
        }
        let deep = |n: usize| {
            (0..n).fold(
                json!({"type": "Point", "coordinates": [0, 0]}),
                |g, _| json!({"type": "GeometryCollection", "geometries": [g]}),
            )
        };
        assert!(as_given(&deep(8), 1).is_ok());
        assert!(as_given(&deep(9), 1).unwrap_err().message.contains("nested"));
        assert!(as_given(&deep(1_000), 1).unwrap_err().message.contains("nested"));
    }

    const KINDS: [&str; 8] = [
        "Point",
        "MultiPoint",
        "LineString",
        "MultiLineString",
        "Polygon",
        "MultiPolygon",
        "GeometryCollection",
        "Feature",
    ];

    /// JSON that looks like a geometry more often than not.
    fn shaped() -> impl Strategy<Value = Json> {
        let leaf = prop_oneof![
            8 => (-200.0..200.0f64).prop_map(|n| json!(n)),
            1 => Just(json!(1e308)),
            1 => Just(Json::Null),
            1 => Just(json!("a")),
        ];
        let coordinates = leaf.prop_recursive(4, 60, 5, |inner| {
            prop::collection::vec(inner, 0..5).prop_map(Json::Array)
        });
        let one = (prop::sample::select(&KINDS[..]), coordinates)
            .prop_map(|(kind, c)| json!({"type": kind, "coordinates": c}));
        one.prop_recursive(3, 12, 3, |inner| {
            prop::collection::vec(inner, 0..3)
                .prop_map(|all| json!({"type": "GeometryCollection", "geometries": all}))
        })
    }

    proptest! {
        #[test]
        fn any_json_is_read_or_refused(json in shaped()) {
            let _ = as_given(&json, 100);
            if let Ok(value) = GeometryValue::deserialize(&json) {
                let _ = mended(value, &mut Vec::new());
            }
        }
    }
}
