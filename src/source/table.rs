//! Tables: text to rows as long as their head, and rows to points.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;

use serde_json::Value as Json;
use serde_json::value::RawValue;

use super::content::{self, Other};
use super::stream::{Document, Place};
use crate::diag::{Diagnostic, without_mark};

/// Rows of cells, each with the line that it begins on; those that are blank, or shorter or longer than the head, are not
/// among them.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    pub names: Vec<String>,
    pub rows: Vec<(usize, Vec<String>)>,
    /// Line and reason of what was left out.
    skipped: Vec<(usize, String)>,
    delimiter: u8,
}

/// Text that is no table.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct TableError {
    message: String,
    help: &'static str,
}

/// How many of the rows that were left out are named.
const MAX_NAMED: usize = 5;

impl Table {
    /// Reads a table whose first row names its columns, divided by commas, semicolons or tabs.
    pub fn read(bytes: &[u8]) -> Result<Table, TableError> {
        if let Some(Other { what, help }) = content::other(bytes) {
            return Err(TableError { message: format!("this is {what}"), help });
        }
        let text = std::str::from_utf8(without_mark(bytes)).map_err(|e| TableError {
            message: format!("the table is not in UTF-8 (byte {})", e.valid_up_to()),
            help: "save it as CSV in UTF-8",
        })?;
        let head = text.lines().find(|line| !line.is_empty()).unwrap_or_default();
        let count = |mark: u8| head.bytes().filter(|b| *b == mark).count();
        let delimiter = [b',', b';', b'\t'].into_iter().rev().max_by_key(|mark| count(*mark)).unwrap_or(b',');
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(delimiter)
            .flexible(true)
            .has_headers(false)
            .from_reader(text.as_bytes());
        let lines: Vec<&str> = text.lines().collect();
        let mut line = 1;
        let mut table = Table { names: Vec::new(), rows: Vec::new(), skipped: Vec::new(), delimiter };
        for row in reader.records() {
            let row = row.map_err(|e| TableError {
                message: format!("the table cannot be read: {e}"),
                help: "write it as CSV (RFC 4180)",
            })?;
            // The reader passes over empty lines, and a row may run over several.
            while lines.get(line - 1).is_some_and(|text| text.is_empty()) {
                table.skipped.push((line, "is blank".to_string()));
                line += 1;
            }
            table.add(line, row.iter().map(|cell| cell.trim().to_string()).collect());
            line += 1 + row.iter().map(|cell| cell.matches('\n').count()).sum::<usize>();
        }
        Ok(table)
    }

    fn add(&mut self, line: usize, mut cells: Vec<String>) {
        if self.names.is_empty() {
            self.names = cells;
            return;
        }
        let (width, found) = (self.names.len(), cells.len());
        // Cells without a name may be there if nothing is in them.
        if cells.iter().skip(width).all(String::is_empty) {
            cells.truncate(width);
        }
        match () {
            () if cells.iter().all(String::is_empty) => self.skipped.push((line, "is blank".to_string())),
            () if cells.len() != width => {
                let plural = if found == 1 { "" } else { "s" };
                self.skipped.push((line, format!("has {found} cell{plural}, its head {width}")));
            }
            () => self.rows.push((line, cells)),
        }
    }

    /// Which rows were left out, if any were.
    pub fn skipped(&self) -> Option<String> {
        let named = self.skipped.iter().take(MAX_NAMED).map(|(line, why)| format!("line {line} {why}"));
        let named: Vec<String> = named.collect();
        let more = match self.skipped.len().saturating_sub(MAX_NAMED) {
            0 => String::new(),
            n => format!(" (and {n} more)"),
        };
        (!named.is_empty()).then(|| format!("rows are skipped: {}{more}", named.join(", ")))
    }

    /// The first column that goes by one of some names.
    fn column(&self, names: &[&str]) -> Option<usize> {
        names.iter().find_map(|name| self.names.iter().position(|n| n.eq_ignore_ascii_case(name)))
    }
}

/// What columns of positions go by.
const LONGITUDE: [&str; 5] = ["lon", "lng", "long", "longitude", "x"];
const LATITUDE: [&str; 3] = ["lat", "latitude", "y"];

/// Whether a file's name is that of a table.
pub(super) fn is_table(file: &str) -> bool {
    super::extension(Path::new(file)).is_some_and(|x| matches!(&*x, "csv" | "tsv"))
}

/// Reads a table as a document of points: a row each, its other columns properties.
pub(super) fn read(
    file: &str,
    input: impl Read,
    each: &mut dyn FnMut(Place, &RawValue),
) -> Result<Document, Box<Diagnostic>> {
    let failed = |message: String, help: &str| Box::new(Diagnostic::error(message).in_file(file).help(help));
    let mut bytes = Vec::new();
    let read = content::unpacked(input).and_then(|mut input| input.read_to_end(&mut bytes));
    read.map_err(|e| failed(format!("cannot be read: {e}"), "check that the file is whole"))?;
    let table = Table::read(&bytes).map_err(|e| failed(e.message, e.help))?;
    let (Some(x), Some(y)) = (table.column(&LONGITUDE), table.column(&LATITUDE)) else {
        let names: Vec<String> = table.names.iter().take(40).map(|n| format!("'{n}'")).collect();
        let message = format!("the table has no columns of longitude and latitude; it has {}", names.join(", "));
        return Err(failed(message, "call them lon and lat (or lng, long, longitude, x; latitude, y), in degrees"));
    };
    let mut problems: Vec<Diagnostic> = Vec::new();
    problems.extend(
        table
            .skipped()
            .map(|told| Diagnostic::warning(told).in_file(file).help("give every row as many cells as the head")),
    );
    let id = table.column(&["id", "feature_id"]);
    let kinds: Vec<Kind> = (0..table.names.len()).map(|i| Kind::of(table.rows.iter().map(|(_, r)| &*r[i]))).collect();
    let mut placeless = Vec::new();
    for (line, row) in &table.rows {
        let json = |i: usize| kinds[i].json(&row[i]);
        let geometry = match (degrees(&row[x], table.delimiter), degrees(&row[y], table.delimiter)) {
            (Ok(Some(x)), Ok(Some(y))) => serde_json::json!({"type": "Point", "coordinates": [x, y]}),
            (Ok(None), Ok(_)) | (Ok(_), Ok(None)) => {
                placeless.push(*line);
                Json::Null
            }
            (Err(cell), _) | (_, Err(cell)) => {
                let d = Diagnostic::error(format!("skipped, '{cell}' is no longitude or latitude")).in_file(file);
                problems.push(Place::Line(*line).of(d).help("write degrees as decimal numbers: 46.75"));
                continue;
            }
        };
        let is_property = |i: &usize| ![x, y].contains(i) && !table.names[*i].eq_ignore_ascii_case("feature_id");
        let properties: BTreeMap<&str, Box<RawValue>> =
            (0..row.len()).filter(is_property).filter_map(|i| Some((&*table.names[i], json(i)?))).collect();
        let feature = Row { kind: "Feature", id: id.and_then(json), properties, geometry };
        if let Ok(raw) = serde_json::value::to_raw_value(&feature) {
            each(Place::Line(*line), &raw);
        }
    }
    if let Some(first) = placeless.first() {
        let n = placeless.len();
        let d =
            Diagnostic::warning(format!("{n} rows say no position (the first on line {first}): they are on no map"));
        problems.push(d.in_file(file).help("fill in both columns"));
    }
    Ok(Document::of_table(problems))
}

/// A row as GeoJSON.
#[derive(serde::Serialize)]
struct Row<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<Box<RawValue>>,
    properties: BTreeMap<&'a str, Box<RawValue>>,
    geometry: Json,
}

/// A cell as degrees; none where it is blank. Where commas do not divide cells they may stand before decimals.
fn degrees(cell: &str, delimiter: u8) -> Result<Option<f64>, &str> {
    if cell.is_empty() {
        return Ok(None);
    }
    let number = if delimiter == b',' { cell.parse() } else { cell.replacen(',', ".", 1).parse() };
    number.ok().filter(|n: &f64| n.is_finite()).map(Some).ok_or(cell)
}

/// What the cells of a column are, all of them that are not blank.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Number,
    Boolean,
    Text,
}

impl Kind {
    fn of<'a>(cells: impl Iterator<Item = &'a str> + Clone) -> Kind {
        let mut filled = cells.filter(|cell| !cell.is_empty()).peekable();
        if filled.peek().is_none() {
            return Kind::Text;
        }
        // As JSON writes numbers: what has zeros before it, such as a code, is text.
        let all = |is: fn(&str) -> bool| filled.clone().all(is);
        match () {
            () if all(|cell| serde_json::from_str::<serde_json::Number>(cell).is_ok()) => Kind::Number,
            () if all(|cell| cell.eq_ignore_ascii_case("true") || cell.eq_ignore_ascii_case("false")) => Kind::Boolean,
            () => Kind::Text,
        }
    }

    /// A cell as JSON, a number with all its digits; none where it is blank.
    fn json(self, cell: &str) -> Option<Box<RawValue>> {
        match self {
            _ if cell.is_empty() => None,
            Kind::Number => RawValue::from_string(cell.to_string()).ok(),
            Kind::Boolean => RawValue::from_string(cell.to_ascii_lowercase()).ok(),
            Kind::Text => serde_json::value::to_raw_value(cell).ok(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_that_do_not_fit_are_skipped_and_said() {
        let table =
            Table::read("\u{feff}a,b,c\n1,2,3\n\n , ,\n4,5\n6,\"7\n8\",9\n1,2,3,4\n1,2,3,,\n\n\nx,y,z".as_bytes())
                .unwrap();
        let lines: Vec<usize> = table.rows.iter().map(|(line, _)| *line).collect();
        assert_eq!((table.names.join(" ").as_str(), &lines[..]), ("a b c", &[2, 6, 9, 12][..]));
        assert_eq!(table.rows[1].1, ["6", "7\n8", "9"]);
        let told = table.skipped().unwrap();
        for part in ["line 3 is blank", "line 4 is blank", "line 5 has 2 cells, its head 3", "line 8 has 4 cells"] {
            assert!(told.contains(part), "{told}");
        }
        assert!(told.ends_with("(and 1 more)"), "{told}");
        assert_eq!(Table::read(b"a;b\n1;2").unwrap().rows[0].1, ["1", "2"]);
        assert_eq!(Table::read(b"a\tb\n1\t2").unwrap().rows[0].1, ["1", "2"]);
        assert_eq!(Table::read(b"a\n1").unwrap().rows[0].1, ["1"]);
        assert!(Table::read(b"a,b\n\xff,1").unwrap_err().to_string().contains("UTF-8"));
    }

    #[test]
    fn columns_are_numbers_only_where_all_cells_are() {
        let kind = |cells: &[&str]| Kind::of(cells.iter().copied());
        assert_eq!(kind(&["1", "", "-2.5e3", "12345678901234567890"]), Kind::Number);
        assert_eq!(kind(&["1", "x"]), Kind::Text);
        assert_eq!(kind(&["007", "12"]), Kind::Text);
        assert_eq!(kind(&["TRUE", "false", ""]), Kind::Boolean);
        assert_eq!(kind(&["", ""]), Kind::Text);
        assert_eq!(Kind::Number.json("12345678901234567890123").unwrap().get(), "12345678901234567890123");
    }
}
