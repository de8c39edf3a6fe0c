//! The outer structure of a GeoJSON document, read as a stream: `features` are handed on one by one
//! as raw JSON, the other members are kept. A file may also be a sequence of documents, one on each
//! line (newline-delimited JSON) or each after a record separator (RFC 8142).

use std::fmt;
use std::io::{self, BufRead, BufReader, Read};

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use serde_json::{Map, Value as Json};

use super::content::{self, Other};
use super::line_starts::LineStarts;
use super::other_system::OtherSystem;
use crate::diag::Diagnostic;

/// What a document holds besides its features.
pub(super) struct Document {
    members: Map<String, Json>,
    /// The document itself where it is one Feature or one geometry.
    pub single: Option<Box<RawValue>>,
    /// What is wrong with parts of it that are no features.
    pub problems: Vec<Diagnostic>,
}

/// Where a feature stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// Among the members of `features`.
    Member(usize),
    /// On a line of its own, counted from 1.
    Line(usize),
}

impl Place {
    /// A JSON pointer to it in its own text.
    pub fn pointer(self) -> String {
        match self {
            Place::Member(index) => format!("/features/{index}"),
            Place::Line(_) => String::new(),
        }
    }

    /// What is wrong with it, told with its line.
    pub fn of(self, mut problem: Diagnostic) -> Diagnostic {
        if let Place::Line(line) = self {
            problem.line_column = Some((line, 1));
        }
        problem
    }
}

impl Document {
    /// That of a table, whose rows have been handed on.
    pub fn of_table(problems: Vec<Diagnostic>) -> Self {
        Self { members: Map::new(), single: None, problems }
    }

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
    Io(io::Error),
    /// It is no text of data.
    Other(Other),
    Syntax {
        error: serde_json::Error,
        offset: usize,
    },
    /// Something follows the document: its line, column and offset.
    Trailing((usize, usize, usize)),
    /// JSON, but not GeoJSON.
    NotGeoJson(String),
    /// GeoJSON of before RFC 7946, whose numbers are not degrees.
    OtherSystem(OtherSystem),
}

impl StreamError {
    pub fn into_diagnostic(self, file: &str) -> Diagnostic {
        match self {
            StreamError::Io(error) => {
                Diagnostic::error(format!("cannot be read: {error}")).in_file(file)
            }
            StreamError::Other(Other { what, help }) => {
                Diagnostic::error(format!("this is {what}")).in_file(file).help(help)
            }
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
            StreamError::Syntax { error, offset } => {
                Diagnostic::error(format!("not JSON: {error}"))
                    .in_file(file)
                    .on_line(error.line(), error.column(), offset)
                    .help("mend the JSON there; NaN and Infinity are not JSON")
            }
            StreamError::Trailing((line, column, offset)) => Diagnostic::error(
                "not JSON: something follows the end of the document",
            )
            .in_file(file)
            .on_line(line, column, offset)
            .help(
                "take it away; many features stand in one FeatureCollection, or one on each line",
            ),
            StreamError::OtherSystem(system) => Diagnostic::error(system.to_string())
                .in_file(file)
                .at("/crs")
                .help(OtherSystem::HELP),
            StreamError::NotGeoJson(message) => Diagnostic::error(message)
                .in_file(file)
                .at("/type")
                .help("expected a GeoJSON FeatureCollection, Feature or geometry"),
        }
    }
}

const GEOMETRY_TYPES: [&str; 7] = [
    "Point",
    "MultiPoint",
    "LineString",
    "MultiLineString",
    "Polygon",
    "MultiPolygon",
    "GeometryCollection",
];

/// Before each text of a sequence (RFC 8142).
const RECORD_SEPARATOR: u8 = 0x1e;

/// How long one text of a sequence may be.
const MAX_RECORD_BYTES: u64 = 256 << 20;

type Each<'a> = dyn FnMut(Place, &RawValue) + 'a;

/// Reads a whole document, or a sequence of them, calling `each` with the place and the text of
/// each feature.
pub(super) fn read(file: &str, input: impl Read, each: &mut Each) -> Result<Document, StreamError> {
    let mut lines = LineStarts::new(content::unpacked(input).map_err(StreamError::Io)?);
    // The parser reads byte by byte, so the buffer stands before it and the lines are counted a
    // block at a time.
    let mut buffered = BufReader::with_capacity(1 << 16, &mut lines);
    let start = buffered.fill_buf().map_err(StreamError::Io)?;
    if let Some(other) = content::other(start) {
        return Err(StreamError::Other(other));
    }
    // A byte order mark is no JSON, but Windows programs write it.
    if start.starts_with(b"\xef\xbb\xbf") {
        buffered.consume(3);
    }
    skip_space(&mut buffered).map_err(StreamError::Io)?;
    if buffered.buffer().first() == Some(&RECORD_SEPARATOR) {
        return records(file, &mut buffered, RECORD_SEPARATOR, each);
    }
    let first = Place::Line(position(&buffered).0);
    let mut deserializer = serde_json::Deserializer::from_reader(&mut buffered);
    let read = DocumentSeed { each: &mut |i, raw| each(Place::Member(i), raw) }
        .deserialize(&mut deserializer);
    let members = read.map_err(|error| {
        let offset = buffered.get_ref().offset_of(error.line(), error.column());
        StreamError::Syntax { error, offset }
    })?;
    let single = single(&members)?;
    let members = members.json;
    match skip_space(&mut buffered).map_err(StreamError::Io)? {
        None => Ok(Document { members, single, problems: Vec::new() }),
        Some(next) if single.is_some() || next == b'{' => {
            if let Some(raw) = single {
                each(first, &raw);
            }
            records(file, &mut buffered, b'\n', each)
        }
        Some(_) => Err(StreamError::Trailing(position(&buffered))),
    }
}

/// Line and column, from 1, and offset of what is read next.
fn position<R: Read>(input: &BufReader<&mut LineStarts<R>>) -> (usize, usize, usize) {
    let offset = input.get_ref().offset() - input.buffer().len();
    let (line, start) = input.get_ref().line_at(offset);
    (line, offset - start + 1, offset)
}

/// The document's one feature, if it is no collection.
fn single(members: &Members) -> Result<Option<Box<RawValue>>, StreamError> {
    if let Some(system) = members.json.get("crs").and_then(OtherSystem::of) {
        return Err(StreamError::OtherSystem(system));
    }
    let kind = members.json.get("type").and_then(Json::as_str).unwrap_or_default();
    match kind {
        "FeatureCollection" if members.has_features => Ok(None),
        "FeatureCollection" => {
            Err(StreamError::NotGeoJson("a FeatureCollection without an array 'features'".into()))
        }
        "Feature" => Ok(members.written("", "")),
        _ if GEOMETRY_TYPES.contains(&kind) => {
            Ok(members.written("{\"type\": \"Feature\", \"properties\": {}, \"geometry\": ", "}"))
        }
        _ => Err(StreamError::NotGeoJson(format!("'{kind}' is no GeoJSON type"))),
    }
}

/// Passes over white space; gives the byte after it.
fn skip_space(input: &mut impl BufRead) -> io::Result<Option<u8>> {
    loop {
        let block = input.fill_buf()?;
        if block.is_empty() {
            return Ok(None);
        }
        let space = block.iter().take_while(|b| b.is_ascii_whitespace()).count();
        let next = block.get(space).copied();
        input.consume(space);
        if next.is_some() {
            return Ok(next);
        }
    }
}

/// Reads the texts of a sequence, or what is left of them. One that is bad is left out and told.
fn records<R: Read>(
    file: &str,
    input: &mut BufReader<&mut LineStarts<R>>,
    end: u8,
    each: &mut Each,
) -> Result<Document, StreamError> {
    let mut document = Document { members: Map::new(), single: None, problems: Vec::new() };
    let mut text = Vec::new();
    loop {
        let (line, ..) = position(input);
        text.clear();
        if input.take(MAX_RECORD_BYTES).read_until(end, &mut text).map_err(StreamError::Io)? == 0 {
            return Ok(document);
        }
        if text.len() as u64 == MAX_RECORD_BYTES {
            let e = io::Error::other(format!(
                "the text that begins on line {line} is longer than 256 MiB"
            ));
            return Err(StreamError::Io(e));
        }
        let lead = text.iter().take_while(|b| b.is_ascii_whitespace());
        let place = Place::Line(line + lead.filter(|b| **b == b'\n').count());
        text.iter_mut().filter(|b| **b == RECORD_SEPARATOR).for_each(|b| *b = b' ');
        let text = text.trim_ascii();
        if !text.is_empty()
            && let Err(problem) = record(file, text, place, each)
        {
            document.problems.push(place.of(*problem));
        }
    }
}

/// Reads one text of a sequence.
fn record(file: &str, text: &[u8], place: Place, each: &mut Each) -> Result<(), Box<Diagnostic>> {
    let syntax = |e: serde_json::Error| {
        let d = Diagnostic::error(format!("skipped, not JSON: {e}")).in_file(file);
        Box::new(d.help("write one whole GeoJSON Feature on each line"))
    };
    let raw: &RawValue = serde_json::from_slice(text).map_err(syntax)?;
    let mut deserializer = serde_json::Deserializer::from_str(raw.get());
    let read = DocumentSeed { each: &mut |_, raw| each(place, raw) }.deserialize(&mut deserializer);
    let members = read.map_err(syntax)?;
    if let Some(raw) = single(&members).map_err(|e| Box::new(e.into_diagnostic(file)))? {
        each(place, &raw);
    }
    Ok(())
}

/// The members of a document but for its features, as they are written and as they are read.
#[derive(Default)]
struct Members {
    raw: Vec<(String, Box<RawValue>)>,
    json: Map<String, Json>,
    has_features: bool,
}

impl Members {
    /// The object that they make, within other text; numbers have all their digits.
    fn written(&self, before: &str, after: &str) -> Option<Box<RawValue>> {
        let member = |(key, raw): &(String, Box<RawValue>)| {
            format!("{}:{}", Json::from(key.as_str()), raw.get())
        };
        let all: Vec<String> = self.raw.iter().map(member).collect();
        RawValue::from_string(format!("{before}{{{}}}{after}", all.join(","))).ok()
    }
}

struct DocumentSeed<'a> {
    each: &'a mut dyn FnMut(usize, &RawValue),
}

impl<'de> DeserializeSeed<'de> for DocumentSeed<'_> {
    type Value = Members;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for DocumentSeed<'_> {
    type Value = Members;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a GeoJSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Members::default();
        while let Some(key) = map.next_key::<String>()? {
            if key == "features" && members.has_features {
                return Err(serde::de::Error::custom(
                    "a second member 'features'; put all features into one array",
                ));
            }
            if key == "features" {
                map.next_value_seed(FeaturesSeed { each: &mut *self.each })?;
                members.has_features = true;
            } else if members.raw.len() < MAX_MEMBERS {
                let raw: Box<RawValue> = map.next_value()?;
                members.json.insert(
                    key.clone(),
                    serde_json::from_str(raw.get()).map_err(serde::de::Error::custom)?,
                );
                members.raw.push((key, raw));
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(members)
    }
}

/// More foreign members than this are not kept, so that a hostile file can't fill the memory with
/// them.
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
