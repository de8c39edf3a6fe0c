//! Rows of points as clients send them: CSV, GeoJSON, or a JSON text a line.

use serde_json::{Map as JsonObject, Value as Json};

use crate::catalog::Period;
use crate::diag::without_mark;
use crate::geo::LonLat;
use crate::http::Problem;
use crate::http::request::short;
use crate::source::Table;

/// Rows, columns and cells of a request at the most.
pub const MOST_ROWS: usize = 100_000;
const MOST_COLUMNS: usize = 200;
const MOST_CELLS: usize = 4_000_000;

/// Names of columns that are taken for a position and a day, where a request names no others.
const LON: [&str; 5] = ["lon", "longitude", "lng", "long", "x"];
const LAT: [&str; 3] = ["lat", "latitude", "y"];
const DATE: [&str; 5] = ["date", "datetime", "day", "time", "valid_on"];

/// Points with what was sent of each.
#[derive(Debug, Default)]
pub struct Rows {
    /// The columns, in the order in which they are met.
    pub names: Vec<String>,
    pub rows: Vec<Row>,
}

#[derive(Debug)]
pub struct Row {
    /// The members of a feature beside its properties: its geometry and id, and what is foreign.
    pub feature: Option<JsonObject<String, Json>>,
    /// As many as there are columns, or fewer: the rest are null.
    pub values: Vec<Json>,
    /// Where it is, and its day where it has one; or why that cannot be read.
    pub place: Result<(LonLat, Option<Period>), String>,
}

/// The columns that a request names.
#[derive(Debug, Default)]
pub struct Named {
    pub lon: Option<String>,
    pub lat: Option<String>,
    pub date: Option<String>,
}

/// How the rows are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Csv,
    GeoJson,
    Lines,
}

impl Kind {
    pub const NAMES: [(&str, Kind); 4] = [
        ("csv", Kind::Csv),
        ("geojson", Kind::GeoJson),
        ("ndjson", Kind::Lines),
        ("geojsonseq", Kind::Lines),
    ];

    /// That of a media type; none of what is a question itself.
    pub fn of_media_type(kind: &str) -> Option<Kind> {
        match kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase().as_str() {
            "text/csv" | "text/tab-separated-values" | "application/csv" => Some(Kind::Csv),
            "application/geo+json" | "application/vnd.geo+json" => Some(Kind::GeoJson),
            "application/x-ndjson"
            | "application/jsonl"
            | "application/geo+json-seq"
            | "application/x-jsonlines" => Some(Kind::Lines),
            _ => None,
        }
    }

    pub fn media_type(self) -> &'static str {
        match self {
            Kind::Csv => "text/csv; charset=utf-8",
            Kind::GeoJson => "application/geo+json",
            Kind::Lines => "application/x-ndjson",
        }
    }
}

impl Rows {
    /// # Errors
    /// Where the text is none of its kind, has no columns of positions, or too many rows.
    pub fn read(kind: Kind, text: &[u8], named: &Named) -> Result<Rows, Problem> {
        match kind {
            Kind::Csv => Self::of_table(text, named),
            Kind::GeoJson => {
                let json = serde_json::from_slice(without_mark(text))
                    .map_err(|e| Problem::bad_request(format!("not JSON: {e}")))?;
                Self::of_json(json, named)
            }
            Kind::Lines => {
                let lines = without_mark(text).split(|byte| *byte == b'\n');
                let mut reader = Reader::new(named);
                for (number, line) in lines.enumerate() {
                    // RFC 8142 has a record separator before each text.
                    let line = line.strip_prefix(b"\x1e").unwrap_or(line).trim_ascii();
                    if line.is_empty() {
                        continue;
                    }
                    let json = serde_json::from_slice(line).map_err(|e| {
                        Problem::bad_request(format!("line {}: not JSON: {e}", number + 1))
                    })?;
                    reader.add(json)?;
                }
                Ok(reader.rows)
            }
        }
    }

    fn of_table(text: &[u8], named: &Named) -> Result<Rows, Problem> {
        let table = Table::read(text).map_err(|e| Problem::bad_request(e.to_string()))?;
        if table.misfits > 0 {
            let told = table.skipped().unwrap_or_default();
            return Err(Problem::bad_request(format!("rows that do not fit their head: {told}")));
        }
        let place = |own: &Option<String>, usual: &[&str]| match own {
            Some(name) => table.names.iter().position(|known| known == name),
            None => usual
                .iter()
                .find_map(|usual| table.names.iter().position(|n| n.eq_ignore_ascii_case(usual))),
        };
        let missing = |what: &str, own: &Option<String>, usual: &[&str]| {
            let own = own.as_ref().map_or(usual.join(", "), |own| short(own));
            let known: Vec<String> = table.names.iter().take(40).map(|name| short(name)).collect();
            Problem::bad_request(format!(
                "there is no column of the {what} ({own}); there are: {}; name it by {what}=",
                known.join(", ")
            ))
        };
        let lon = place(&named.lon, &LON).ok_or_else(|| missing("lon", &named.lon, &LON))?;
        let lat = place(&named.lat, &LAT).ok_or_else(|| missing("lat", &named.lat, &LAT))?;
        let date = place(&named.date, &DATE);
        if named.date.is_some() && date.is_none() {
            return Err(missing("date", &named.date, &DATE));
        }
        few_enough(table.rows.len())?;
        let columns = table.names.len();
        fits(columns, columns.saturating_mul(table.rows.len()))?;
        let row = |(_, cells): (usize, Vec<String>)| {
            let number = |i: usize| cells[i].trim().parse::<f64>().ok();
            let said = || format!("'{}', '{}'", short(&cells[lon]), short(&cells[lat]));
            let place = position(number(lon).zip(number(lat)), said)
                .and_then(|at| Ok((at, day(date.map(|i| cells[i].as_str()))?)));
            Row { place, values: cells.into_iter().map(Json::String).collect(), feature: None }
        };
        Ok(Rows { names: table.names, rows: table.rows.into_iter().map(row).collect() })
    }

    /// A FeatureCollection, or an array of positions, objects or features.
    ///
    /// # Errors
    /// Where it is something else, or too much.
    pub fn of_json(json: Json, named: &Named) -> Result<Rows, Problem> {
        let items = match json {
            Json::Array(items) => items,
            Json::Object(mut members) if members.contains_key("features") => {
                match members.remove("features") {
                    Some(Json::Array(items)) => items,
                    _ => return Err(Problem::bad_request("'features' is an array")),
                }
            }
            one @ Json::Object(_) => vec![one],
            _ => {
                return Err(Problem::bad_request(
                    "points are a FeatureCollection, or an array of [lon, lat], [lon, lat, \"date\"] \
                     or {\"lon\": ..., \"lat\": ..., \"date\": ...}",
                ));
            }
        };
        few_enough(items.len())?;
        let mut reader = Reader::new(named);
        items.into_iter().try_for_each(|item| reader.add(item))?;
        Ok(reader.rows)
    }
}

fn few_enough(rows: usize) -> Result<(), Problem> {
    match rows <= MOST_ROWS {
        true => Ok(()),
        false => {
            Err(Problem::too_large(format!("a request has at most {MOST_ROWS} points, not {rows}")))
        }
    }
}

/// Refuses what would be too large a table.
fn fits(columns: usize, cells: usize) -> Result<(), Problem> {
    if columns > MOST_COLUMNS {
        return Err(Problem::too_large(format!(
            "a table has at most {MOST_COLUMNS} columns, not {columns}"
        )));
    }
    match cells <= MOST_CELLS {
        true => Ok(()),
        false => Err(Problem::too_large(format!("a table has at most {MOST_CELLS} cells"))),
    }
}

/// A position by two numbers, if there are two.
fn position(numbers: Option<(f64, f64)>, said: impl Fn() -> String) -> Result<LonLat, String> {
    let at = numbers.and_then(|(lon, lat)| LonLat::new(lon, lat));
    at.ok_or_else(|| format!("no position: {}; longitude -180..180, then latitude -90..90", said()))
}

/// A day or a span of days, if one is said.
fn day(text: Option<&str>) -> Result<Option<Period>, String> {
    match text.map(str::trim).filter(|text| !text.is_empty()) {
        None => Ok(None),
        Some(text) => Period::parse(text)
            .map(Some)
            .ok_or_else(|| format!("no date: '{}'; such as 2020-11-10", short(text))),
    }
}

/// Gathers rows of JSON, and the names of their members.
struct Reader<'n> {
    named: &'n Named,
    places: std::collections::HashMap<String, usize>,
    cells: usize,
    rows: Rows,
}

impl<'n> Reader<'n> {
    fn new(named: &'n Named) -> Self {
        Self { named, places: Default::default(), cells: 0, rows: Rows::default() }
    }

    fn add(&mut self, json: Json) -> Result<(), Problem> {
        few_enough(self.rows.rows.len() + 1)?;
        let row = match json {
            Json::Array(items) => {
                let number = |i: usize| items.get(i).and_then(Json::as_f64);
                let said = || short(&Json::from(items.clone()).to_string());
                let date = match items.get(2) {
                    None | Some(Json::Null) => Ok(None),
                    Some(Json::String(text)) => day(Some(text)),
                    Some(other) => Err(format!("no date: {}", short(&other.to_string()))),
                };
                let place = match items.len() {
                    2 | 3 => position(number(0).zip(number(1)), said),
                    _ => Err(format!("no [lon, lat] or [lon, lat, date]: {}", said())),
                };
                self.row(place.and_then(|at| Ok((at, date?))), JsonObject::new())?
            }
            Json::Object(mut members) if members.get("type").is_some_and(|t| t == "Feature") => {
                let properties = match members.remove("properties") {
                    Some(Json::Object(properties)) => properties,
                    _ => JsonObject::new(),
                };
                let geometry = members.get("geometry");
                let point = geometry.filter(|geometry| geometry["type"] == "Point");
                let number = |i: usize| point?["coordinates"].get(i).and_then(Json::as_f64);
                let said = || "the geometry is no Point".to_string();
                let place = position(number(0).zip(number(1)), said);
                let place = place.and_then(|at| Ok((at, self.day_of(&properties)?)));
                let row = self.row(place, properties)?;
                Row { feature: Some(members), ..row }
            }
            Json::Object(members) => {
                let value = |own: &Option<String>, usual: &[&str]| match own {
                    Some(name) => members.get(name),
                    None => usual.iter().find_map(|name| members.get(*name)),
                };
                let number = |value: Option<&Json>| match value {
                    Some(Json::String(text)) => text.trim().parse().ok(),
                    other => other.and_then(Json::as_f64),
                };
                let (lon, lat) =
                    (number(value(&self.named.lon, &LON)), number(value(&self.named.lat, &LAT)));
                let place = position(lon.zip(lat), || "members lon and lat".to_string());
                self.row(place.and_then(|at| Ok((at, self.day_of(&members)?))), members)?
            }
            _ => self.row(Err("neither an object nor an array".to_string()), JsonObject::new())?,
        };
        self.rows.rows.push(row);
        Ok(())
    }

    fn day_of(&self, members: &JsonObject<String, Json>) -> Result<Option<Period>, String> {
        let value = match &self.named.date {
            Some(name) => members.get(name),
            None => DATE.iter().find_map(|name| members.get(*name)),
        };
        match value {
            None | Some(Json::Null) => Ok(None),
            Some(Json::String(text)) => day(Some(text)),
            Some(other) => day(Some(&other.to_string())),
        }
    }

    fn row(
        &mut self,
        place: Result<(LonLat, Option<Period>), String>,
        members: JsonObject<String, Json>,
    ) -> Result<Row, Problem> {
        let mut values = Vec::new();
        for (name, value) in members {
            let next = self.places.len();
            let place = *self.places.entry(name.clone()).or_insert(next);
            if place == next {
                self.rows.names.push(name);
                fits(self.rows.names.len(), self.cells)?;
            }
            if values.len() <= place {
                values.resize(place + 1, Json::Null);
            }
            values[place] = value;
        }
        // The row itself counts, too.
        self.cells += values.len() + 1;
        fits(self.rows.names.len(), self.cells)?;
        Ok(Row { values, place, feature: None })
    }
}
