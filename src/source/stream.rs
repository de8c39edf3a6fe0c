//! The outer structure of a GeoJSON document: `features` are handed on one by one as they are
//! written, the other members are kept. A file may also be a sequence of documents, one on each
//! line (newline-delimited JSON) or each after a record separator (RFC 8142).

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use memchr::{memchr, memchr_iter};
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value as Json;
use serde_json::value::RawValue;

use super::content::{self, Other};
use super::other_system::OtherSystem;
use crate::diag::Diagnostic;

/// What a document holds besides its features.
pub(super) struct Document {
    members: BTreeMap<String, Box<RawValue>>,
    /// Whether it is one Feature or one geometry.
    pub is_single: bool,
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
    /// It is the whole document.
    Whole,
}

impl Place {
    /// A JSON pointer to it in its own text.
    pub fn pointer(self) -> String {
        match self {
            Place::Member(index) => format!("/features/{index}"),
            Place::Line(_) | Place::Whole => String::new(),
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
    /// That of a table or a sequence, whose features have been handed on.
    pub fn of_many(problems: Vec<Diagnostic>) -> Self {
        Self { members: BTreeMap::new(), is_single: false, problems }
    }

    pub fn text(&self, member: &str) -> Option<String> {
        serde_json::from_str(self.members.get(member)?.get()).ok()
    }

    pub fn member(&self, member: &str) -> Option<Json> {
        serde_json::from_str(self.members.get(member)?.get()).ok()
    }

    pub fn is_true(&self, member: &str) -> bool {
        self.member(member) == Some(Json::Bool(true))
    }
}

/// Why a document can't be read at all.
pub(super) enum StreamError {
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
            StreamError::Other(Other { what, help }) => {
                Diagnostic::error(format!("this is {what}")).in_file(file).help(help)
            }
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

/// Takes the place and the text of each feature.
pub(super) type Each<'a, 't> = dyn FnMut(Place, Cow<'t, RawValue>) + 'a;

/// Reads a whole document, or a sequence of them, calling `each` with the place and the text of
/// each feature.
pub(super) fn read<'t>(
    file: &str,
    text: &'t [u8],
    each: &mut Each<'_, 't>,
) -> Result<Document, StreamError> {
    if let Some(other) = content::other(text.get(..content::BEGINNING as usize).unwrap_or(text)) {
        return Err(StreamError::Other(other));
    }
    // A byte order mark is no JSON, but Windows programs write it.
    let given = text.len();
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    let mark = given - text.len();
    let start = text.iter().take_while(|b| b.is_ascii_whitespace()).count();
    if text.get(start) == Some(&RECORD_SEPARATOR) {
        return Ok(records(file, text, start, RECORD_SEPARATOR, each));
    }
    let mut deserializer = serde_json::Deserializer::from_slice(text);
    let read = DocumentSeed { each: &mut |i, raw| each(Place::Member(i), Cow::Borrowed(raw)) }
        .deserialize(&mut deserializer);
    let members = read.map_err(|error| {
        let offset = mark + offset_of(text, error.line(), error.column());
        StreamError::Syntax { error, offset }
    })?;
    let following = deserializer.end().err().map(|e| (e.line(), e.column()));
    let end = following.map_or(text.len(), |(line, column)| offset_of(text, line, column));
    let single = single(&members, &text[start..end])?;
    let is_single = single.is_some();
    match following {
        Some((line, column)) if !is_single && text.get(end) != Some(&b'{') => {
            Err(StreamError::Trailing((line, column, mark + end)))
        }
        following => {
            if let Some(raw) = single {
                let line = 1 + memchr_iter(b'\n', &text[..start]).count();
                let place = if following.is_some() { Place::Line(line) } else { Place::Whole };
                each(place, raw);
            }
            if following.is_some() {
                return Ok(records(file, text, end, b'\n', each));
            }
            Ok(Document { members: members.kept(), is_single, problems: Vec::new() })
        }
    }
}

/// The offset of a place; `line` and `column` are one-based, as serde_json counts them.
fn offset_of(text: &[u8], line: usize, column: usize) -> usize {
    let before = line.checked_sub(2).and_then(|nth| memchr_iter(b'\n', text).nth(nth));
    (before.map_or(0, |at| at + 1) + column.saturating_sub(1)).min(text.len())
}

/// The document's one feature, if it is no collection.
fn single<'t>(
    members: &Members<'t>,
    text: &'t [u8],
) -> Result<Option<Cow<'t, RawValue>>, StreamError> {
    if let Some(system) = members.json("crs").as_ref().and_then(OtherSystem::of) {
        return Err(StreamError::OtherSystem(system));
    }
    let kind = members.json("type").and_then(|kind| Some(kind.as_str()?.to_string()));
    let kind = kind.unwrap_or_default();
    match &*kind {
        "FeatureCollection" if members.has_features => Ok(None),
        "FeatureCollection" => {
            Err(StreamError::NotGeoJson("a FeatureCollection without an array 'features'".into()))
        }
        "Feature" => Ok(serde_json::from_slice(text).ok().map(Cow::Borrowed)),
        _ if GEOMETRY_TYPES.contains(&&*kind) => {
            let text = String::from_utf8_lossy(text);
            let feature =
                format!("{{\"type\": \"Feature\", \"properties\": {{}}, \"geometry\": {text}}}");
            Ok(RawValue::from_string(feature).ok().map(Cow::Owned))
        }
        _ => Err(StreamError::NotGeoJson(format!("'{kind}' is no GeoJSON type"))),
    }
}

/// Reads the texts of a sequence, or what is left of them from `start` on. One that is bad is left
/// out and told.
fn records<'t>(
    file: &str,
    text: &'t [u8],
    start: usize,
    end: u8,
    each: &mut Each<'_, 't>,
) -> Document {
    let mut problems = Vec::new();
    let mut line = 1 + memchr_iter(b'\n', &text[..start]).count();
    let mut left = &text[start..];
    let is_between = |b: &u8| b.is_ascii_whitespace() || *b == RECORD_SEPARATOR;
    while !left.is_empty() {
        let (one, rest) = left.split_at(memchr(end, left).map_or(left.len(), |at| at + 1));
        left = rest;
        let lead = one.iter().take_while(|b| is_between(b)).count();
        let place = Place::Line(line + memchr_iter(b'\n', &one[..lead]).count());
        line += memchr_iter(b'\n', one).count();
        let trail = one[lead..].iter().rev().take_while(|b| is_between(b)).count();
        let one = &one[lead..one.len() - trail];
        if !one.is_empty()
            && let Err(problem) = record(file, one, place, each)
        {
            problems.push(place.of(*problem));
        }
    }
    Document::of_many(problems)
}

/// Reads one text of a sequence.
fn record<'t>(
    file: &str,
    text: &'t [u8],
    place: Place,
    each: &mut Each<'_, 't>,
) -> Result<(), Box<Diagnostic>> {
    let syntax = |e: serde_json::Error| {
        let d = Diagnostic::error(format!("skipped, not JSON: {e}")).in_file(file);
        Box::new(d.help("write one whole GeoJSON Feature on each line"))
    };
    let raw: &RawValue = serde_json::from_slice(text).map_err(syntax)?;
    let mut deserializer = serde_json::Deserializer::from_str(raw.get());
    let read = DocumentSeed { each: &mut |_, raw| each(place, Cow::Borrowed(raw)) }
        .deserialize(&mut deserializer);
    let members = read.map_err(syntax)?;
    if let Some(raw) = single(&members, text).map_err(|e| Box::new(e.into_diagnostic(file)))? {
        each(place, raw);
    }
    Ok(())
}

/// The members of a document but for its features.
#[derive(Default)]
struct Members<'t> {
    raw: Vec<(String, &'t RawValue)>,
    has_features: bool,
}

impl Members<'_> {
    /// A member, of several the last.
    fn json(&self, name: &str) -> Option<Json> {
        let (_, raw) = self.raw.iter().rev().find(|(key, _)| key == name)?;
        serde_json::from_str(raw.get()).ok()
    }

    fn kept(self) -> BTreeMap<String, Box<RawValue>> {
        self.raw.into_iter().map(|(key, raw)| (key, raw.to_owned())).collect()
    }
}

struct DocumentSeed<'a, 't> {
    each: &'a mut dyn FnMut(usize, &'t RawValue),
}

impl<'t> DeserializeSeed<'t> for DocumentSeed<'_, 't> {
    type Value = Members<'t>;

    fn deserialize<D: Deserializer<'t>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'t> Visitor<'t> for DocumentSeed<'_, 't> {
    type Value = Members<'t>;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a GeoJSON object")
    }

    fn visit_map<A: MapAccess<'t>>(self, mut map: A) -> Result<Self::Value, A::Error> {
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
                members.raw.push((key, map.next_value()?));
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

struct FeaturesSeed<'a, 't> {
    each: &'a mut dyn FnMut(usize, &'t RawValue),
}

impl<'t> DeserializeSeed<'t> for FeaturesSeed<'_, 't> {
    type Value = ();

    fn deserialize<D: Deserializer<'t>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'t> Visitor<'t> for FeaturesSeed<'_, 't> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("an array of features")
    }

    fn visit_seq<A: SeqAccess<'t>>(self, mut seq: A) -> Result<(), A::Error> {
        let mut index = 0;
        while let Some(raw) = seq.next_element::<&RawValue>()? {
            (self.each)(index, raw);
            index += 1;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_is_told_by_its_line_column_and_offset_with_a_mark_or_without() {
        let document = "{\n  \"type\": \"FeatureCollection\",\n  \"features\": [}\n]}";
        let twice = "{\"type\": \"FeatureCollection\", \"features\": []}\n ]";
        for mark in ["", "\u{feff}"] {
            let told = |text: &str| {
                let text = format!("{mark}{text}");
                let read = read("a.geojson", text.as_bytes(), &mut |_, _| ());
                let problem = read.err().unwrap().into_diagnostic("a.geojson");
                (problem.line_column, problem.offset, text)
            };
            let (at, offset, text) = told(document);
            assert_eq!((at, offset), (Some((3, 16)), text.find('}')), "{mark:?}");
            let (at, offset, text) = told(twice);
            assert_eq!((at, offset), (Some((2, 2)), text.rfind(']')), "{mark:?}");
        }
    }
}
