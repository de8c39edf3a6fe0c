//! Validation of one GeoJSON geometry against RFC 7946, mending what can be mended without guessing.

use geo::Winding;
use geo::geometry::{Coord, Geometry, LineString, Point, Polygon};
use geojson::{GeometryValue, Position};

use super::antimeridian::{self, Crossing};

/// Why a geometry is refused, with the rest of the JSON pointer below `geometry`.
#[derive(Debug)]
pub(super) struct Problem {
    pub pointer: String,
    pub message: String,
    pub help: &'static str,
}

/// What was mended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mended {
    Unclosed,
    Winding,
    Antimeridian,
}

impl Mended {
    pub fn describe(self) -> &'static str {
        match self {
            Mended::Unclosed => "a ring did not end where it began; it was closed",
            Mended::Winding => "a ring was wound against the right-hand rule (RFC 7946, 3.1.6); it was turned round",
            Mended::Antimeridian => "a geometry crosses the antimeridian; it was cut there (RFC 7946, 3.1.9)",
        }
    }
}

/// Deeper nesting of geometry collections than any client writes.
const MAX_DEPTH: usize = 8;

/// The geometry as valid geo types: rings closed, exteriors counterclockwise, holes clockwise, nothing across 180°.
pub(super) fn validate(value: GeometryValue, mended: &mut Vec<Mended>) -> Result<Geometry<f64>, Problem> {
    Validator { mended }.geometry(value, "", 0)
}

struct Validator<'a> {
    mended: &'a mut Vec<Mended>,
}

impl Validator<'_> {
    fn geometry(&mut self, value: GeometryValue, pointer: &str, depth: usize) -> Result<Geometry<f64>, Problem> {
        let at = format!("{pointer}/coordinates");
        Ok(match value {
            GeometryValue::Point { coordinates } if coordinates.is_empty() => {
                Geometry::GeometryCollection(Default::default())
            }
            GeometryValue::Point { coordinates } => Geometry::Point(Point(position(&coordinates, &at)?)),
            GeometryValue::MultiPoint { coordinates } => {
                let points: Result<Vec<Point>, _> = indexed(coordinates, &at, |p, at| position(&p, at).map(Point));
                Geometry::MultiPoint(points?.into())
            }
            GeometryValue::LineString { coordinates } => {
                let mut pieces = self.line(coordinates, &at)?;
                match pieces.len() {
                    1 => Geometry::LineString(pieces.remove(0)),
                    _ => Geometry::MultiLineString(geo::MultiLineString(pieces)),
                }
            }
            GeometryValue::MultiLineString { coordinates } => {
                let lines = indexed(coordinates, &at, |l, at| self.line(l, at))?;
                Geometry::MultiLineString(geo::MultiLineString(lines.into_iter().flatten().collect()))
            }
            GeometryValue::Polygon { coordinates } => {
                let mut pieces = self.polygon(coordinates, &at)?;
                match pieces.len() {
                    1 => Geometry::Polygon(pieces.remove(0)),
                    _ => Geometry::MultiPolygon(geo::MultiPolygon(pieces)),
                }
            }
            GeometryValue::MultiPolygon { coordinates } => {
                let polygons = indexed(coordinates, &at, |p, at| self.polygon(p, at))?;
                Geometry::MultiPolygon(geo::MultiPolygon(polygons.into_iter().flatten().collect()))
            }
            GeometryValue::GeometryCollection { .. } if depth >= MAX_DEPTH => {
                return Err(problem(
                    pointer,
                    format!("geometry collections nested more than {MAX_DEPTH} deep"),
                    "flatten the collection",
                ));
            }
            GeometryValue::GeometryCollection { geometries } => {
                let pointer = format!("{pointer}/geometries");
                let all = indexed(geometries, &pointer, |g, at| self.geometry(g.value, at, depth + 1))?;
                Geometry::GeometryCollection(geo::GeometryCollection(all))
            }
        })
    }

    /// One polygon, or its pieces on either side of the antimeridian.
    fn polygon(&mut self, rings: Vec<Vec<Position>>, at: &str) -> Result<Vec<Polygon<f64>>, Problem> {
        let mut rings = indexed(rings, at, |ring, at| self.ring(ring, at))?.into_iter();
        let mut exterior = rings.next().unwrap_or_else(|| LineString(Vec::new()));
        let mut holes: Vec<LineString<f64>> = rings.collect();
        let pole = || {
            let help = "cut it at the antimeridian and close it along the pole, as RFC 7946 section 3.1.9 shows";
            problem(at, "the polygon runs round a pole, which a flat map can't show".into(), help)
        };
        match antimeridian::ring_crosses(&exterior) {
            Crossing::No => {}
            Crossing::Pole => return Err(pole()),
            Crossing::Yes => {
                self.note(Mended::Antimeridian);
                return antimeridian::cut_polygon(&Polygon::new(exterior, holes)).ok_or_else(pole);
            }
        }
        let mut turned = false;
        if exterior.is_cw() {
            exterior.make_ccw_winding();
            turned = true;
        }
        for hole in holes.iter_mut().filter(|h| h.is_ccw()) {
            hole.make_cw_winding();
            turned = true;
        }
        if turned {
            self.note(Mended::Winding);
        }
        Ok(vec![Polygon::new(exterior, holes)])
    }

    /// One line, or its pieces on either side of the antimeridian.
    fn line(&mut self, coordinates: Vec<Position>, at: &str) -> Result<Vec<LineString<f64>>, Problem> {
        let line = line(coordinates, at)?;
        if !antimeridian::line_crosses(&line) {
            return Ok(vec![line]);
        }
        self.note(Mended::Antimeridian);
        Ok(antimeridian::cut_line(&line))
    }

    fn ring(&mut self, ring: Vec<Position>, at: &str) -> Result<LineString<f64>, Problem> {
        let mut points = positions(ring, at)?;
        if points.is_empty() {
            return Ok(LineString(points));
        }
        if points.first() != points.last() {
            points.extend(points.first().copied());
            self.note(Mended::Unclosed);
        }
        if points.len() < 4 {
            let message = format!("the ring has {} positions; a closed ring has at least 4", points.len());
            return Err(problem(at, message, "give at least three different corners and repeat the first"));
        }
        Ok(LineString(points))
    }

    fn note(&mut self, mended: Mended) {
        if !self.mended.contains(&mended) {
            self.mended.push(mended);
        }
    }
}

fn line(coordinates: Vec<Position>, at: &str) -> Result<LineString<f64>, Problem> {
    let points = positions(coordinates, at)?;
    match points.len() {
        1 => Err(problem(
            at,
            "the line has only one position".into(),
            "a line has at least two; one position is a Point",
        )),
        _ => Ok(LineString(points)),
    }
}

fn positions(coordinates: Vec<Position>, at: &str) -> Result<Vec<Coord<f64>>, Problem> {
    let mut points = Vec::with_capacity(coordinates.len());
    for (i, p) in coordinates.iter().enumerate() {
        match checked(p.as_slice()) {
            Some(c) => points.push(c),
            None => points.push(position(p, &format!("{at}/{i}"))?),
        }
    }
    Ok(points)
}

/// Degrees that arithmetic may have moved a position by.
const ROUNDING: f64 = 1e-9;

fn checked(p: &[f64]) -> Option<Coord<f64>> {
    let [x, y, ..] = *p else { return None };
    // Rounding leaves places on the antimeridian and the poles a little off them.
    let settled = |v: f64, end: f64| if (v.abs() - end).abs() < ROUNDING { end.copysign(v) } else { v };
    let (x, y) = (settled(x, 180.0), settled(y, 90.0));
    ((-180.0..=180.0).contains(&x) && (-90.0..=90.0).contains(&y)).then_some(Coord { x, y })
}

fn position(p: &Position, at: &str) -> Result<Coord<f64>, Problem> {
    checked(p.as_slice()).ok_or_else(|| match *p.as_slice() {
        [x, y, ..] if (-90.0..=90.0).contains(&x) && (-180.0..=180.0).contains(&y) => problem(
            at,
            format!("[{x}, {y}] is out of range: longitude -180..180 comes first, then latitude -90..90"),
            "swap the two numbers if they are latitude and longitude",
        ),
        [x, y, ..] => problem(
            at,
            format!("[{x}, {y}] is out of range: longitude -180..180 comes first, then latitude -90..90"),
            "GeoJSON is always in degrees (WGS84); reproject data in metres first",
        ),
        _ => problem(at, "a position has at least two numbers".into(), "write [longitude, latitude]"),
    })
}

fn problem(pointer: &str, message: String, help: &'static str) -> Problem {
    Problem { pointer: pointer.to_string(), message, help }
}

/// Maps each item with its pointer.
fn indexed<T, U>(items: Vec<T>, at: &str, mut f: impl FnMut(T, &str) -> Result<U, Problem>) -> Result<Vec<U>, Problem> {
    items.into_iter().enumerate().map(|(i, item)| f(item, &format!("{at}/{i}"))).collect()
}
