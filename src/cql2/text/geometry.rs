//! Geometries in CQL2 text: well-known text, heights left out.

use geo::geometry as g;
use geo::geometry::{Coord, Geometry, LineString, Polygon};

use super::Parser;
use crate::cql2::lexer::Token;
use crate::cql2::{FilterError, MAX_POSITIONS};

/// The words that geometries begin with, in small letters.
pub const KEYWORDS: [&str; 7] = [
    "point",
    "linestring",
    "polygon",
    "multipoint",
    "multilinestring",
    "multipolygon",
    "geometrycollection",
];

pub(super) fn is_keyword(lower: &str) -> bool {
    KEYWORDS.contains(&lower)
}

/// Coordinates within parentheses within parentheses.
enum Nested {
    Position(Coord<f64>),
    All(Vec<Nested>),
}

/// A geometry after its keyword.
pub(super) fn geometry(p: &mut Parser, keyword: &str) -> Result<Geometry<f64>, FilterError> {
    let _ = ["z", "m", "zm"].iter().any(|marker| p.word(marker));
    if keyword == "geometrycollection" {
        let mut all = Vec::new();
        if !p.word("empty") {
            p.expect("(")?;
            loop {
                let inner = match p.peek() {
                    Some(Token::Word(w)) => w.to_ascii_lowercase(),
                    _ => String::new(),
                };
                if !is_keyword(&inner) || inner == keyword {
                    return Err(p.error("expected a geometry that is no collection"));
                }
                p.word(&inner);
                all.push(geometry(p, &inner)?);
                if !p.sign(",") {
                    break;
                }
            }
            p.expect(")")?;
        }
        return Ok(Geometry::GeometryCollection(g::GeometryCollection(all)));
    }
    let nested = if p.word("empty") {
        Nested::All(Vec::new())
    } else {
        p.expect("(")?;
        nested(p, &mut 0, 0)?
    };
    let help = match keyword {
        "polygon" | "multipolygon" => {
            ": a ring has at least four positions, and ends with its first"
        }
        "linestring" | "multilinestring" => ": a line has at least two positions",
        _ => "",
    };
    made(keyword, nested).ok_or_else(|| {
        p.error(format!("these are not the coordinates of a {}{help}", keyword.to_uppercase()))
    })
}

/// What stands within parentheses, the first already taken.
fn nested(p: &mut Parser, count: &mut usize, depth: usize) -> Result<Nested, FilterError> {
    let mut all = Vec::new();
    loop {
        if depth < 3 && p.sign("(") {
            all.push(nested(p, count, depth + 1)?);
        } else {
            let mut numbers = Vec::new();
            while let Some(n) = number(p) {
                numbers.push(n);
            }
            if !(2..=4).contains(&numbers.len()) {
                return Err(
                    p.error("expected a position: longitude and latitude with a space between")
                );
            }
            *count += 1;
            if *count > MAX_POSITIONS {
                return Err(
                    p.error(format!("the geometry has more than {MAX_POSITIONS} positions"))
                );
            }
            all.push(Nested::Position(Coord { x: numbers[0], y: numbers[1] }));
        }
        if !p.sign(",") {
            p.expect(")")?;
            return Ok(Nested::All(all));
        }
    }
}

fn number(p: &mut Parser) -> Option<f64> {
    let negative = p.sign("-");
    let n = p.number()?;
    Some(if negative { -n } else { n })
}

fn made(keyword: &str, nested: Nested) -> Option<Geometry<f64>> {
    let Nested::All(all) = nested else { return None };
    let single = |n: &Nested| match n {
        Nested::Position(c) => Some(g::Point(*c)),
        Nested::All(inner) => match inner.as_slice() {
            [Nested::Position(c)] => Some(g::Point(*c)),
            _ => None,
        },
    };
    Some(match keyword {
        "point" => match all.as_slice() {
            [Nested::Position(c)] => Geometry::Point(g::Point(*c)),
            [] => Geometry::GeometryCollection(g::GeometryCollection::default()),
            _ => return None,
        },
        "multipoint" => {
            Geometry::MultiPoint(g::MultiPoint(all.iter().map(single).collect::<Option<_>>()?))
        }
        "linestring" => Geometry::LineString(line(&all)?),
        "polygon" => Geometry::Polygon(polygon(&all)?),
        "multilinestring" => {
            let lines = all.iter().map(|n| if let Nested::All(l) = n { line(l) } else { None });
            Geometry::MultiLineString(g::MultiLineString(lines.collect::<Option<_>>()?))
        }
        _ => {
            let polygons =
                all.iter().map(|n| if let Nested::All(rings) = n { polygon(rings) } else { None });
            Geometry::MultiPolygon(g::MultiPolygon(polygons.collect::<Option<_>>()?))
        }
    })
}

fn line(all: &[Nested]) -> Option<LineString<f64>> {
    let positions = all.iter().map(|n| if let Nested::Position(c) = n { Some(*c) } else { None });
    let line = LineString(positions.collect::<Option<Vec<_>>>()?);
    (line.0.len() != 1).then_some(line)
}

fn polygon(rings: &[Nested]) -> Option<Polygon<f64>> {
    let mut rings = rings.iter().map(|n| match n {
        Nested::All(ring) => line(ring).filter(|l| l.0.len() > 3 && l.is_closed()),
        Nested::Position(_) => None,
    });
    let Some(exterior) = rings.next() else {
        return Some(Polygon::new(LineString(Vec::new()), Vec::new()));
    };
    Some(Polygon::new(exterior?, rings.collect::<Option<_>>()?))
}
