//! Points by the table: `POST /query` with CSV, GeoJSON or a JSON text a line, answered row by row
//! with what lies there on its day and what is nearest, piece by piece.

mod rows;

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use futures_util::{StreamExt as _, stream};
pub use rows::Kind;
use rows::{Named, Row, Rows};
use serde_json::{Map as JsonObject, Value as Json, json};

use super::Problem;
use super::body::Document;
use super::ogc::parameters;
use super::request::{Params, short};
use crate::ask::{Join, Joined};
use crate::atlas::Map;
use crate::catalog::Period;
use crate::encode::free_name;
use crate::geo::{Effort, Limits, LonLat, Stop};
use crate::service::{Lane, Lease, Service};

/// Rows in one piece of an answer, and pieces that are made at a time.
const PIECE: usize = 250;
const AT_ONCE: usize = 2;
/// What is joined where nothing is said, of the collections that there are.
const USUAL_INSIDE: [&str; 2] = ["control", "districts"];
const USUAL_NEAR: [&str; 2] = ["lines", "places"];
/// The properties that are told where none is said, of those that there are.
const TOLD_INSIDE: [&str; 2] = ["control", "name"];
const TOLD_NEAR: [&str; 1] = ["name"];

/// What a request wants of its points.
#[derive(Debug, Default)]
pub struct Wants {
    inside: Option<Vec<String>>,
    near: Option<Vec<String>>,
    day: Option<Period>,
    form: Option<Kind>,
    named: Named,
}

impl Wants {
    /// Takes what parameters say.
    ///
    /// # Errors
    /// Where one is not known, or has no such value.
    pub fn of_params(mut params: Params) -> Result<Self, Problem> {
        let wants = Self::of(&mut |name| params.take(name))?;
        params.finish("in, near, datetime, f, lon, lat, date")?;
        Ok(wants)
    }

    /// Takes what members of a question say beside its `points`.
    ///
    /// # Errors
    /// Where one is not known, or has no such value.
    pub fn of_members(mut members: JsonObject<String, Json>) -> Result<Self, Problem> {
        let is_text = |value: &Json| match value {
            Json::Array(items) => items.iter().all(Json::is_string),
            other => other.is_string(),
        };
        if let Some((name, _)) = members.iter().find(|(_, value)| !is_text(value)) {
            return Err(Problem::bad_request(format!("{}: this must be text", short(name))));
        }
        let text = |value: Json| match value {
            Json::Array(items) => {
                items.iter().filter_map(Json::as_str).collect::<Vec<_>>().join(",")
            }
            other => other.as_str().unwrap_or_default().to_string(),
        };
        let wants = Self::of(&mut |name| members.remove(name).map(text))?;
        match members.keys().next() {
            None => Ok(wants),
            Some(name) => Err(Problem::bad_request(format!(
                "unknown member '{}' beside points; there are: in, near, datetime, f, lon, lat, \
                 date",
                short(name)
            ))),
        }
    }

    fn of(take: &mut dyn FnMut(&str) -> Option<String>) -> Result<Self, Problem> {
        let mut list = |name: &str| {
            let names = take(name)?;
            Some(names.split(',').filter(|n| !n.is_empty()).map(str::to_string).collect())
        };
        let (inside, near) = (list("in"), list("near"));
        let day = take("datetime").map(|text| parameters::period(&text)).transpose()?;
        let form = take("f").map(|name| {
            let known = Kind::NAMES.iter().find(|(known, _)| *known == name);
            known.map(|(_, kind)| *kind).ok_or_else(|| {
                let known = Kind::NAMES.map(|(known, _)| known).join(", ");
                Problem::bad_request(format!("'{}' is no value for f: {known}", short(&name)))
            })
        });
        let named = Named { lon: take("lon"), lat: take("lat"), date: take("date") };
        Ok(Self { inside, near, day, form: form.transpose()?, named })
    }

    fn join(&self, map: &Map) -> Result<Join, Problem> {
        let catalog = map.catalog();
        let there = |names: &[&str]| -> Vec<String> {
            let known = names.iter().filter(|name| catalog.collection(name).is_some());
            known.map(|name| name.to_string()).collect()
        };
        let is_said = self.inside.is_some() || self.near.is_some();
        let or = |said: &Option<Vec<String>>, usual: &[&str]| match said {
            Some(said) => said.clone(),
            None if is_said => Vec::new(),
            None => there(usual),
        };
        let (inside, near) = (or(&self.inside, &USUAL_INSIDE), or(&self.near, &USUAL_NEAR));
        if inside.is_empty() && near.is_empty() {
            return Err(Problem::bad_request(
                "say what is joined: in=control,districts for areas that points lie in, \
                 near=lines,places for what is nearest; collection:property names properties",
            ));
        }
        let read = |member: &str, names: &[String], usual: &[&str]| {
            let read = names.iter().map(|name| Joined::read(member, name, usual, catalog));
            read.collect::<Result<Vec<_>, _>>()
        };
        // No client is asked about here: each piece is.
        let effort = Effort::new(Limits::TABLE, Stop::never());
        let inside = read("in", &inside, &TOLD_INSIDE)?;
        let near = read("near", &near, &TOLD_NEAR)?;
        Ok(Join::new(catalog, inside, near, effort)?)
    }
}

/// The points of a request, in whatever way they are sent.
pub enum Points {
    Text(Kind),
    Json(Json),
}

/// An answer in the making.
struct Table {
    join: Join,
    rows: Rows,
    /// What its own columns are called.
    columns: Vec<String>,
    error: String,
    form: Kind,
    day: Option<Period>,
    /// Held as long as the rows are.
    _lease: Lease,
}

/// Answers with what is joined to points.
///
/// # Errors
/// Where they or what is wanted of them cannot be read.
pub async fn answer(
    service: &Service,
    wants: Wants,
    points: Points,
    document: Document,
) -> Result<Response, Problem> {
    let read = move |map: &Map, _: &Stop| {
        let Document { text, lease } = document;
        let (sent, rows) = match points {
            Points::Text(kind) => (kind, Rows::read(kind, &text, &wants.named)?),
            Points::Json(json) => (Kind::GeoJson, Rows::of_json(json, &wants.named)?),
        };
        let join = wants.join(map)?;
        let has_day = |row: &Row| matches!(row.place, Ok((_, Some(_))));
        if wants.day.is_none() && !rows.rows.is_empty() && !rows.rows.iter().any(has_day) {
            return Err(Problem::bad_request(
                "no point has a day: give each one in a column 'date', or one for all by datetime=",
            ));
        }
        let taken = || rows.names.iter().map(String::as_str);
        let columns = join.columns().iter().map(|name| free_name(name, taken())).collect();
        let error = free_name("error", taken());
        let form = wants.form.unwrap_or(sent);
        Ok(Table { join, columns, error, form, day: wants.day, rows, _lease: lease })
    };
    let table = Arc::new(service.run(Lane::Long, read).await??);
    // What is wrong with the first piece is told by the status.
    let first = piece(service, &table, 0).await?;
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(table.form.media_type()));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    let count = HeaderValue::from(table.rows.rows.len());
    headers.insert(HeaderName::from_static("ogc-numberreturned"), count);
    let service = service.clone();
    let starts = (PIECE..table.rows.rows.len()).step_by(PIECE);
    let others = stream::iter(starts).map(move |from| {
        let (table, service) = (table.clone(), service.clone());
        async move {
            let made = piece(&service, &table, from).await;
            made.map_err(|e| std::io::Error::other(e.detail().to_string()))
        }
    });
    let first = stream::once(async { Ok(first) });
    let pieces = first.chain(others.buffered(AT_ONCE));
    Ok((headers, Body::from_stream(pieces)).into_response())
}

/// The rows from one on, as text.
async fn piece(service: &Service, table: &Arc<Table>, from: usize) -> Result<Bytes, Problem> {
    let table = table.clone();
    let work = move |_: &Map, stop: &Stop| table.piece(from, stop);
    Ok(service.run(Lane::Export, work).await??.into())
}

impl Table {
    fn piece(&self, from: usize, stop: &Stop) -> Result<Vec<u8>, Problem> {
        let all = self.rows.rows.len();
        let rows = &self.rows.rows[from.min(all)..(from + PIECE).min(all)];
        let mut out = Vec::new();
        let (is_first, is_last) = (from == 0, from + PIECE >= all);
        if is_first {
            match self.form {
                Kind::Csv => {
                    let names = self.rows.names.iter().chain(&self.columns);
                    csv_row(&mut out, names.chain(std::iter::once(&self.error)))?;
                }
                Kind::GeoJson => out.extend(br#"{"type":"FeatureCollection","features":["#),
                Kind::Lines => {}
            }
        }
        for (number, row) in rows.iter().enumerate() {
            stop.check().map_err(|why| Problem::unavailable(why.to_string()))?;
            let answer = self.row(row)?;
            match self.form {
                Kind::Csv => self.csv(&mut out, row, &answer)?,
                Kind::GeoJson => {
                    if from + number > 0 {
                        out.push(b',');
                    }
                    out.extend(self.feature(row, answer).to_string().bytes());
                }
                Kind::Lines => {
                    out.extend(Json::Object(self.members(row, answer)).to_string().bytes());
                    out.push(b'\n');
                }
            }
        }
        if is_last && self.form == Kind::GeoJson {
            out.extend(b"]}");
        }
        Ok(out)
    }

    /// The values that are joined to a row, or why there are none.
    fn row(&self, row: &Row) -> Result<Result<Vec<Json>, String>, Problem> {
        let (at, day) = match &row.place {
            Ok((at, day)) => (at, day.or(self.day)),
            Err(why) => return Ok(Err(why.clone())),
        };
        if day.is_none() {
            return Ok(Err("no date".to_string()));
        }
        match self.join.answer(*at, day) {
            Ok(values) => Ok(Ok(values)),
            Err(why) => Err(Problem::bad_request(format!("{why}; ask for fewer points at a time"))),
        }
    }

    fn csv(
        &self,
        out: &mut Vec<u8>,
        row: &Row,
        answer: &Result<Vec<Json>, String>,
    ) -> Result<(), Problem> {
        let cell = |value: &Json| match value {
            Json::Null => String::new(),
            Json::String(text) => text.clone(),
            other => other.to_string(),
        };
        let sent =
            (0..self.rows.names.len()).map(|i| row.values.get(i).map_or_else(String::new, cell));
        let joined = (0..self.columns.len()).map(|i| {
            answer.as_ref().ok().and_then(|all| all.get(i)).map_or_else(String::new, cell)
        });
        let error = answer.as_ref().err().cloned().unwrap_or_default();
        csv_row(out, sent.chain(joined).chain(std::iter::once(error)))
    }

    fn members(&self, row: &Row, answer: Result<Vec<Json>, String>) -> JsonObject<String, Json> {
        let sent = self.rows.names.iter().cloned().zip(row.values.iter().cloned());
        let mut out: JsonObject<String, Json> = sent.collect();
        if let Ok((at, _)) = &row.place
            && self.form == Kind::Lines
        {
            for (name, value) in [("lon", at.lon()), ("lat", at.lat())] {
                out.entry(name).or_insert_with(|| json!(value));
            }
        }
        match answer {
            Ok(values) => out.extend(self.columns.iter().cloned().zip(values)),
            Err(why) => drop(out.insert(self.error.clone(), json!(why))),
        }
        out
    }

    /// The row as a feature: as it was sent, if it was one, with what is joined to it.
    fn feature(&self, row: &Row, answer: Result<Vec<Json>, String>) -> Json {
        let mut out = row.feature.clone().unwrap_or_else(|| {
            let point = |at: &LonLat| json!({"type": "Point", "coordinates": [at.lon(), at.lat()]});
            let geometry = row.place.as_ref().ok().map(|(at, _)| point(at));
            JsonObject::from_iter([
                ("type".to_string(), json!("Feature")),
                ("geometry".to_string(), json!(geometry)),
            ])
        });
        out.insert("properties".to_string(), Json::Object(self.members(row, answer)));
        Json::Object(out)
    }
}

fn csv_row(
    out: &mut Vec<u8>,
    cells: impl Iterator<Item = impl AsRef<[u8]>>,
) -> Result<(), Problem> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(out);
    writer.write_record(cells).map_err(|e| Problem::internal(e.to_string()))
}
