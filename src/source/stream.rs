//! The outer structure of a GeoJSON document, read as a stream: `features` are handed on one by one as raw JSON, the
//! other members are kept.

use std::collections::VecDeque;
use std::fmt;
use std::io::{self, BufRead, BufReader, Read};

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use serde_json::{Map, Value as Json};

use crate::diag::Diagnostic;

/// What a document holds besides its features.
pub(super) struct Document {
    members: Map<String, Json>,
    /// The document itself where it is one Feature or one geometry.
    pub single: Option<Json>,
}

impl Document {
    pub fn text(&self, member: &str) -> Option<&str> {
        self.members.get(member)?.as_str()
    }

    pub fn member(&self, member: &str) -> Option<&Json> {
        self.members.get(member)
    }

    pub fn is_true(&self, member: &str) -> bool {
        self.members.get(member) == Some(&Json::Bool(true))
    }
}

/// Why a document can't be read at all.
pub(super) enum StreamError {
    Syntax {
        error: serde_json::Error,
        offset: usize,
    },
    /// JSON, but not GeoJSON.
    NotGeoJson(String),
    /// GeoJSON of before RFC 7946, whose numbers are not degrees.
    OtherSystem(String),
}

impl StreamError {
    pub fn into_diagnostic(self, file: &str) -> Diagnostic {
        match self {
            StreamError::Syntax { error, offset } if error.is_io() => Diagnostic::error(format!(
                "cannot be read: {error}"
            ))
            .in_file(file)
            .on_line(error.line(), error.column(), offset),
            StreamError::Syntax { error, offset } if error.is_data() => {
                Diagnostic::error(format!("not GeoJSON: {error}"))
                    .in_file(file)
                    .on_line(error.line(), error.column(), offset)
                    .help("expected a GeoJSON FeatureCollection, Feature or geometry")
            }
            StreamError::Syntax { error, offset } => Diagnostic::error(format!("not JSON: {error}"))
                .in_file(file)
                .on_line(error.line(), error.column(), offset)
                .help("mend the JSON there; NaN and Infinity are not JSON"),
            StreamError::OtherSystem(name) => {
                Diagnostic::error(format!("its positions are in '{name}', not in degrees"))
                    .in_file(file)
                    .at("/crs")
                    .help(
                        "reproject it to longitude and latitude (EPSG:4326): ogr2ogr -t_srs EPSG:4326 -lco RFC7946=YES",
                    )
            }
            StreamError::NotGeoJson(message) => Diagnostic::error(message)
                .in_file(file)
                .at("/type")
                .help("expected a GeoJSON FeatureCollection, Feature or geometry"),
        }
    }
}

const GEOMETRY_TYPES: [&str; 7] =
    ["Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon", "GeometryCollection"];

/// Reads a whole document, calling `each` with the index and the text of each member of `features`.
pub(super) fn read(input: impl Read, each: &mut dyn FnMut(usize, &RawValue)) -> Result<Document, StreamError> {
    let mut lines = LineStarts::new(input);
    // The parser reads byte by byte, so the buffer stands before it and the lines are counted a block at a time.
    let mut buffered = BufReader::with_capacity(1 << 16, &mut lines);
    // A byte order mark is no JSON, but Windows programs write it.
    if buffered.fill_buf().is_ok_and(|start| start.starts_with(b"\xef\xbb\xbf")) {
        buffered.consume(3);
    }
    let mut deserializer = serde_json::Deserializer::from_reader(buffered);
    let outcome = DocumentSeed { each }.deserialize(&mut deserializer).and_then(|d| deserializer.end().map(|()| d));
    let (members, has_features) = outcome.map_err(|error| {
        let offset = lines.offset_of(error.line(), error.column());
        StreamError::Syntax { error, offset }
    })?;
    if let Some(name) = members.get("crs").and_then(other_system) {
        return Err(StreamError::OtherSystem(name));
    }
    let kind = members.get("type").and_then(Json::as_str).unwrap_or_default();
    let single = match kind {
        "FeatureCollection" if has_features => None,
        "FeatureCollection" => {
            return Err(StreamError::NotGeoJson("a FeatureCollection without an array 'features'".into()));
        }
        "Feature" => Some(Json::Object(members.clone())),
        _ if GEOMETRY_TYPES.contains(&kind) => {
            Some(serde_json::json!({"type": "Feature", "properties": {}, "geometry": members}))
        }
        _ => return Err(StreamError::NotGeoJson(format!("'{kind}' is no GeoJSON type"))),
    };
    Ok(Document { members, single })
}

/// The system that a `crs` member names (GeoJSON 2008, 3), where it is not longitude and latitude on WGS84.
fn other_system(crs: &Json) -> Option<String> {
    let properties = crs.get("properties")?;
    let name = properties.get("name").or_else(|| properties.get("href"))?.as_str()?;
    let code = name.rsplit([':', '/']).next().unwrap_or_default();
    let is_degrees = matches!(code, "CRS84" | "CRS84h" | "4326" | "4979");
    (!is_degrees).then(|| name.chars().take(100).collect())
}

struct DocumentSeed<'a> {
    each: &'a mut dyn FnMut(usize, &RawValue),
}

impl<'de> DeserializeSeed<'de> for DocumentSeed<'_> {
    type Value = (Map<String, Json>, bool);

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for DocumentSeed<'_> {
    type Value = (Map<String, Json>, bool);

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a GeoJSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Map::new();
        let mut has_features = false;
        while let Some(key) = map.next_key::<String>()? {
            if key == "features" && !has_features {
                map.next_value_seed(FeaturesSeed { each: &mut *self.each })?;
                has_features = true;
            } else if members.len() < MAX_MEMBERS {
                members.insert(key, map.next_value()?);
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok((members, has_features))
    }
}

/// More foreign members than this are not kept, so that a hostile file can't fill the memory with them.
const MAX_MEMBERS: usize = 1_000;

struct FeaturesSeed<'a> {
    each: &'a mut dyn FnMut(usize, &RawValue),
}

impl<'de> DeserializeSeed<'de> for FeaturesSeed<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for FeaturesSeed<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("an array of features")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let mut index = 0;
        while let Some(raw) = seq.next_element::<Box<RawValue>>()? {
            (self.each)(index, &raw);
            index += 1;
        }
        Ok(())
    }
}

/// A reader that remembers where the last lines began, to turn an error's line and column into an offset.
struct LineStarts<R> {
    inner: R,
    offset: usize,
    line: usize,
    /// (line number, offset of its first byte), the latest last.
    starts: VecDeque<(usize, usize)>,
}

/// The parser never reads further ahead than this many lines.
const LINES_KEPT: usize = 1 << 17;

impl<R: Read> LineStarts<R> {
    fn new(inner: R) -> Self {
        Self { inner, offset: 0, line: 1, starts: VecDeque::from([(1, 0)]) }
    }

    /// `line` and `column` are one-based, as serde_json counts them.
    fn offset_of(&self, line: usize, column: usize) -> usize {
        let start = self.starts.iter().rev().find(|(l, _)| *l <= line).map_or(0, |(_, offset)| *offset);
        start + column.saturating_sub(1)
    }
}

impl<R: Read> Read for LineStarts<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        for (i, _) in buffer[..count].iter().enumerate().filter(|(_, b)| **b == b'\n') {
            self.line += 1;
            self.starts.push_back((self.line, self.offset + i + 1));
            if self.starts.len() > LINES_KEPT {
                self.starts.pop_front();
            }
        }
        self.offset += count;
        Ok(count)
    }
}
