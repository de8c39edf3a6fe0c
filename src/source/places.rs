//! A table's rows as features: each where its columns of longitude and latitude, or one of
//! well-known text, say that it is, its other columns properties.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::Path;

use serde_json::value::RawValue;

use super::columns::{Kind, unclear};
use super::stream::{Document, Each, Place};
use super::table::{Table, TableError};
use super::{rows, wkt};
use crate::diag::{Diagnostic, without_mark};

/// What columns of positions go by.
const LONGITUDE: [&str; 5] = ["lon", "lng", "long", "longitude", "x"];
const LATITUDE: [&str; 3] = ["lat", "latitude", "y"];
/// What a column of geometry in well-known text goes by.
const GEOMETRY: [&str; 4] = ["wkt", "geometry", "geom", "the_geom"];

/// Whether a file's name is that of a table.
pub(super) fn is_table(file: &str) -> bool {
    super::extension(Path::new(file)).is_some_and(|x| matches!(&*x, "csv" | "tsv"))
}

/// Where a row is.
enum Columns {
    Degrees(usize, usize),
    Text(usize),
}

impl Columns {
    /// A column of well-known text, or else those of longitude and latitude, or else one with some
    /// well-known text.
    fn of(table: &Table) -> Option<Self> {
        let filled = |i: usize| table.cells(i).filter(|cell| !cell.is_empty());
        let some = |i: &usize| filled(*i).any(wkt::is_geometry);
        let all = |i: &usize| some(i) && filled(*i).all(wkt::is_geometry);
        let mut called = GEOMETRY.iter().filter_map(|name| table.column(&[name]));
        let text = called.clone().find(all).map(Self::Text);
        let degrees = || Some(Self::Degrees(table.column(&LONGITUDE)?, table.column(&LATITUDE)?));
        text.or_else(degrees).or_else(|| called.find(some).map(Self::Text))
    }

    fn are(&self, column: usize) -> bool {
        match self {
            Self::Degrees(x, y) => [*x, *y].contains(&column),
            Self::Text(text) => *text == column,
        }
    }

    /// A row's geometry as GeoJSON; `None` where the row does not say it.
    fn geometry<'a>(
        &self,
        row: &'a [String],
        delimiter: u8,
    ) -> Result<Option<String>, Unplaced<'a>> {
        match self {
            Self::Degrees(x, y) => {
                match (degrees(&row[*x], delimiter)?, degrees(&row[*y], delimiter)?) {
                    (Some(x), Some(y)) => {
                        Ok(Some(format!("{{\"type\":\"Point\",\"coordinates\":[{x:?},{y:?}]}}")))
                    }
                    _ => Ok(None),
                }
            }
            Self::Text(text) => match &*row[*text] {
                "" => Ok(None),
                text => wkt::geojson(text).map(Some).ok_or(Unplaced::Text(text)),
            },
        }
    }
}

/// A cell that says no place.
enum Unplaced<'a> {
    Degrees(&'a str),
    Text(&'a str),
}

impl Unplaced<'_> {
    fn told(&self) -> Diagnostic {
        match self {
            Self::Degrees(cell) => {
                Diagnostic::error(format!("skipped, '{cell}' is no longitude or latitude"))
                    .help("write degrees as decimal numbers: 46.75")
            }
            Self::Text(cell) => {
                let cell: String = cell.chars().take(60).collect();
                let d = Diagnostic::error(format!(
                    "skipped, '{cell}' is no geometry in degrees (well-known text)"
                ));
                d.help("write it as POINT(46.75 39.76), in longitude and latitude (EPSG:4326)")
            }
        }
    }
}

/// Reads a table as a document of features, a row each.
pub(super) fn read(file: &str, bytes: &[u8], each: &mut Each) -> Result<Document, Box<Diagnostic>> {
    let (table, columns) = table_with_places(file, bytes)?;
    let mut problems: Vec<Diagnostic> = Vec::new();
    problems.extend(table.skipped().map(|told| {
        Diagnostic::warning(told).in_file(file).help("give every row as many cells as the head")
    }));
    let kinds = kinds(&table, &columns, file, &mut problems);
    if let (Columns::Text(text), Some(_)) =
        (&columns, table.column(&LONGITUDE).zip(table.column(&LATITUDE)))
    {
        let d = Diagnostic::warning(format!("places are those of column '{}'", table.names[*text]))
            .in_file(file);
        problems.push(d.help("take that column away to have those of longitude and latitude"));
    }
    let features = Features::new(&table, &columns, &kinds);
    let mut placeless = Vec::new();
    for (line, row) in &table.rows {
        let geometry = match columns.geometry(row, table.delimiter) {
            Ok(geometry) => geometry,
            Err(unplaced) => {
                problems.push(Place::Line(*line).of(unplaced.told().in_file(file)));
                continue;
            }
        };
        if geometry.is_none() {
            placeless.push(*line);
        }
        if let Some(feature) = features.of_row(row, geometry) {
            each(Place::Line(*line), Cow::Owned(feature));
        }
    }
    if let Some(first) = placeless.first() {
        let n = placeless.len();
        let d = Diagnostic::warning(format!(
            "{n} rows say no position (the first on line {first}): they are on no map"
        ));
        let help = if let Columns::Degrees(..) = columns {
            "fill in both columns"
        } else {
            "fill in the column"
        };
        problems.push(d.in_file(file).help(help));
    }
    Ok(Document::of_many(problems))
}

/// A file's table, and which of its columns say where a row is.
fn table_with_places(file: &str, bytes: &[u8]) -> Result<(Table, Columns), Box<Diagnostic>> {
    let failed =
        |message: String, help: &str| Box::new(Diagnostic::error(message).in_file(file).help(help));
    let table = Table::read(bytes);
    let columns = table.as_ref().ok().and_then(Columns::of);
    if columns.is_none()
        && let Some(line) = head_line(bytes)
    {
        let message = format!("the columns are named on line {line}, not in the first row");
        return Err(failed(message, "take away what stands before that line"));
    }
    let table = table.map_err(|TableError { message, help }| failed(message, help))?;
    let Some(columns) = columns else {
        let names: Vec<String> = table.names.iter().take(40).map(|n| format!("'{n}'")).collect();
        let message = format!(
            "the table has no columns of longitude and latitude; it has {}",
            names.join(", ")
        );
        let help = "call them lon and lat (or lng, long, longitude, x; latitude, y), in degrees; \
            or give well-known text in a column wkt";
        return Err(failed(message, help));
    };
    Ok((table, columns))
}

/// What each column is; tells of those that may have been meant as numbers.
fn kinds(
    table: &Table,
    columns: &Columns,
    file: &str,
    problems: &mut Vec<Diagnostic>,
) -> Vec<Kind> {
    let has_comma =
        |i: usize| table.delimiter != b',' && table.cells(i).any(|cell| cell.contains(','));
    let commas =
        if let Columns::Degrees(x, y) = columns { has_comma(*x) || has_comma(*y) } else { false };
    let kind = |i: usize| {
        let kind = Kind::of(table.cells(i), commas);
        if let Some(cell) =
            unclear(table.cells(i)).filter(|_| kind == Kind::Text && !columns.are(i))
        {
            let d = Diagnostic::warning(format!(
                "column '{}' is text, not numbers: '{cell}'",
                table.names[i]
            ));
            problems.push(d.in_file(file).help("where they are numbers, write them as 1234.5"));
        }
        kind
    };
    (0..table.names.len()).map(kind).collect()
}

/// The line on which a table's columns of longitude and latitude are named, where something stands
/// before it.
fn head_line(bytes: &[u8]) -> Option<usize> {
    const LOOKED_AT: usize = 20;
    let text = std::str::from_utf8(without_mark(bytes)).ok()?;
    let names_both = |line: &str| {
        let mark = char::from(rows::delimiter(line));
        let names: Vec<&str> =
            line.split(mark).map(|name| name.trim().trim_matches('"').trim()).collect();
        let has =
            |known: &[&str]| names.iter().any(|n| known.iter().any(|k| n.eq_ignore_ascii_case(k)));
        has(&LONGITUDE) && has(&LATITUDE)
    };
    let found = text.lines().take(LOOKED_AT).position(names_both)?;
    (found > 0).then_some(found + 1)
}

/// Makes features of a table's rows.
struct Features<'a> {
    table: &'a Table,
    columns: &'a Columns,
    kinds: &'a [Kind],
    /// The column of their ids.
    id: Option<usize>,
}

impl<'a> Features<'a> {
    fn new(table: &'a Table, columns: &'a Columns, kinds: &'a [Kind]) -> Self {
        Self { table, columns, kinds, id: table.column(&["id", "feature_id"]) }
    }

    /// A row with its geometry as a feature of GeoJSON.
    fn of_row(&self, row: &[String], geometry: Option<String>) -> Option<Box<RawValue>> {
        let json = |i: usize| self.kinds[i].json(&row[i]);
        let properties: BTreeMap<&str, Box<RawValue>> = (0..row.len())
            .filter(|i| self.is_property(*i))
            .filter_map(|i| Some((&*self.table.names[i], json(i)?)))
            .collect();
        let geometry = RawValue::from_string(geometry.unwrap_or_else(|| "null".to_string()))
            .unwrap_or_default();
        let row = Row { kind: "Feature", id: self.id.and_then(json), properties, geometry };
        serde_json::value::to_raw_value(&row).ok()
    }

    /// A column `id` is a property, too; what other programs wrote for want of one is none.
    fn is_property(&self, column: usize) -> bool {
        let is_id_alone =
            self.id == Some(column) && !self.table.names[column].eq_ignore_ascii_case("id");
        !self.columns.are(column) && !is_id_alone
    }
}

/// A row as GeoJSON.
#[derive(serde::Serialize)]
struct Row<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<Box<RawValue>>,
    properties: BTreeMap<&'a str, Box<RawValue>>,
    geometry: Box<RawValue>,
}

/// A cell as degrees; none where it is blank. Where commas do not divide cells they may stand
/// before decimals.
fn degrees(cell: &str, delimiter: u8) -> Result<Option<f64>, Unplaced<'_>> {
    let number = cell.trim();
    if number.is_empty() {
        return Ok(None);
    }
    let number = if delimiter == b',' {
        Cow::Borrowed(number)
    } else {
        Cow::Owned(number.replacen(',', ".", 1))
    };
    number.parse().ok().filter(|n: &f64| n.is_finite()).map(Some).ok_or(Unplaced::Degrees(cell))
}
