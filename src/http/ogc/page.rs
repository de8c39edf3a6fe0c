//! A page of a collection's features, and its text, whole or piece by piece.

use std::fs::File;

use serde_json::{Map as JsonObject, Value as Json, json};

use super::collections::{QUERYABLES, SCHEMA_JSON, SORTABLES, unknown};
use super::negotiate::Format;
use super::small_map::small_map;
use super::when::day_of;
use super::{link, parameters, segment};
use crate::atlas::Map;
use crate::catalog::{Cursor, Selection};
use crate::cql2::Kind;
use crate::encode::{Column, FeatureJson, Form, flatgeobuf, rows};
use crate::feature::{Feature, Value};
use crate::geo::{Effort, Limits, Stop, numbers};
use crate::http::Problem;
use crate::http::request::Params;

/// Bytes of the Link header: proxies take few kilobytes of headers in all.
const MAX_LINK_HEADER: usize = 2_048;
/// Features in one piece of an answer.
pub const PIECE: usize = 500;
/// Features on a page for people.
const MAX_HTML: usize = 1_000;

/// Everything that an answer is written from.
pub struct Page {
    pub id: String,
    here: String,
    pub format: Format,
    pub form: Form,
    pub selection: Selection,
    links: Vec<Json>,
    /// How links begin, and the day that a small map is of.
    url: String,
    day: Option<String>,
    columns: Vec<(String, Kind)>,
    /// What whoever asks should know, where nothing is found.
    pub warnings: Vec<String>,
}

impl Page {
    /// The page of a collection that a query asks for; `asked` is all of it, and `url` how links
    /// begin.
    pub fn make(
        map: &Map,
        id: String,
        mut params: Params,
        format: Format,
        (asked, url): (&[(String, String)], &str),
        stop: &Stop,
    ) -> Result<Page, Problem> {
        let schema = map.catalog().schema(&id).ok_or_else(|| unknown(map, &id))?;
        let mut query = parameters::items_query(
            &mut params,
            schema,
            &Effort::new(Limits::QUESTION, stop.clone()),
        )?;
        let form = parameters::form(&mut params, Some(schema))?;
        params.finish(
            "f, limit, bbox, bbox-crs, crs, datetime, filter, filter-lang, filter-crs, \
            sortby, properties, skipGeometry, precision, cursor, and the collection's queryables",
        )?;
        if format == Format::Html {
            query.limit = query.limit.min(MAX_HTML);
        }
        let selection = map.catalog().select(&id, &query)?;
        // In degrees, unless another system is named.
        let named =
            |key: &str| asked.iter().find(|(k, _)| k == key).map(|(_, value)| value.as_str());
        let bounds = named("bbox")
            .filter(|_| named("bbox-crs").is_none())
            .and_then(|text| numbers::<4>(text).ok());
        let swapped = bounds
            .filter(|_| selection.matched == 0)
            .and_then(|bounds| map.catalog().swapped(bounds));
        let warnings = swapped.into_iter().collect();
        let day = named("datetime").and_then(|time| day_of(time, None).ok());
        let url = url.to_string();
        let here = format!("{url}/collections/{}", segment(&id));
        let links = links(&here, format, asked, &selection);
        let wanted =
            |name: &str| form.only.as_ref().is_none_or(|only| only.iter().any(|o| o == name));
        let columns = schema
            .properties
            .iter()
            .filter(|(name, _)| wanted(name))
            .map(|(n, k)| (n.to_string(), *k))
            .collect();
        Ok(Page { id, here, format, form, selection, links, url, day, columns, warnings })
    }

    /// How many features it holds.
    pub fn count(&self) -> usize {
        self.selection.found.len()
    }

    /// Links as a header, for forms that have no place for them (RFC 8288): those to other pages
    /// first, and of those that repeat a long query only what proxies let through.
    pub fn link_header(&self) -> String {
        let text = |link: &Json, key: &str| link[key].as_str().unwrap_or_default().to_string();
        let mut all = vec![
            format!("<{}/queryables>; rel=\"{QUERYABLES}\"; type=\"{SCHEMA_JSON}\"", self.here),
            format!("<{}/sortables>; rel=\"{SORTABLES}\"; type=\"{SCHEMA_JSON}\"", self.here),
        ];
        let mut length: usize = all.iter().map(|link| link.len() + 2).sum();
        let (pages, others): (Vec<_>, Vec<_>) =
            self.links.iter().partition(|l| l["rel"] == "next" || l["rel"] == "prev");
        for link in pages.into_iter().chain(others) {
            let link = format!(
                "<{}>; rel=\"{}\"; type=\"{}\"",
                text(link, "href"),
                text(link, "rel"),
                text(link, "type")
            );
            if length + link.len() + 2 <= MAX_LINK_HEADER {
                length += link.len() + 2;
                all.push(link);
            }
        }
        all.join(", ")
    }

    fn feature(&self, i: u32) -> (String, &Feature) {
        self.selection.feature(i)
    }

    fn head(&self) -> Json {
        let mut head = json!({
            "type": "FeatureCollection",
            "numberMatched": self.selection.matched,
            "numberReturned": self.count(),
            "links": self.links,
        });
        if !self.warnings.is_empty() {
            head["warnings"] = json!(self.warnings);
        }
        head
    }

    /// The whole answer as JSON for people: each feature with a link to itself, and a small map.
    pub fn whole(&self) -> Json {
        let features = self.selection.found.iter().map(|i| {
            let mut json = feature_json(self.feature(*i), &self.form).to_json();
            let href = format!("{}/items/{}?f=html", self.here, segment(&self.feature(*i).0));
            json["links"] = json!([link("self", "text/html", href, "This feature")]);
            json
        });
        let mut out = self.head();
        out["features"] = features.collect();
        let found = self.selection.found.iter().map(|i| self.feature(*i).1);
        if let Some(map) = small_map(&self.url, found, self.day.as_deref())
            && let Some(links) = out["links"].as_array_mut()
        {
            links.push(map);
        }
        out
    }

    /// The features from one to another of the page as text, with what belongs before the first and
    /// after the last.
    pub fn piece(&self, from: usize, to: usize) -> Result<Vec<u8>, Problem> {
        let found = &self.selection.found[from..to];
        let mut out = Vec::new();
        match self.format {
            Format::Csv => {
                let columns: Vec<&str> =
                    self.columns.iter().map(|(name, _)| name.as_str()).collect();
                let features = found.iter().map(|i| self.feature(*i));
                out = rows(features, &columns, &self.form, from == 0)
                    .map_err(|e| Problem::internal(e.to_string()))?;
            }
            Format::GeoJsonSeq => {
                for i in found {
                    // RFC 8142: each text between a record separator and a line feed.
                    out.push(0x1e);
                    feature_json(self.feature(*i), &self.form).write(&mut out);
                    out.push(b'\n');
                }
            }
            _ => {
                if from == 0 {
                    let head = self.head().to_string();
                    out.extend(head[..head.len() - 1].bytes().chain(*b",\"features\":["));
                }
                for (n, i) in found.iter().enumerate() {
                    if from + n > 0 {
                        out.push(b',');
                    }
                    feature_json(self.feature(*i), &self.form).write(&mut out);
                }
                if to == self.count() {
                    out.extend(b"]}");
                }
            }
        }
        Ok(out)
    }

    fn column(&self, name: &str, kind: Kind) -> Column {
        let is_large =
            |i: &u32| matches!(self.feature(*i).1.properties.get(name), Some(Value::Large(_)));
        match kind {
            // A column of doubles would lose digits.
            Kind::Number if !self.selection.found.iter().any(is_large) => Column::Number,
            Kind::Boolean => Column::Boolean,
            _ => Column::Text,
        }
    }

    /// The page as a file of FlatGeobuf; refused where the work is to end before.
    pub fn file(&self, stop: &Stop) -> Result<File, Problem> {
        let columns: Vec<(&str, Column)> = self
            .columns
            .iter()
            .map(|(name, kind)| (name.as_str(), self.column(name, *kind)))
            .collect();
        // Looked at now and then: who waits for it may have gone.
        let mut ended = None;
        let found = self.selection.found.iter().enumerate();
        let features = found.map_while(|(n, i)| {
            ended = if n.is_multiple_of(PIECE) { stop.check().err() } else { None };
            ended.is_none().then(|| self.feature(*i))
        });
        let file = flatgeobuf(&self.id, features, &columns, &self.form)?;
        match ended {
            None => Ok(file),
            Some(why) => {
                Err(Problem::bad_request(format!("{why}; ask for fewer features at a time")))
            }
        }
    }
}

/// A feature with its id, in the form that is asked for.
pub fn feature_json<'a>((id, feature): (String, &'a Feature), form: &'a Form) -> FeatureJson<'a> {
    let mut extra = JsonObject::new();
    if feature.id.is_none() {
        extra.insert("id".to_string(), json!(id));
    }
    FeatureJson { feature, extra, form }
}

/// Links to the answer itself, its other forms, and the pages beside it.
fn links(
    here: &str,
    format: Format,
    asked: &[(String, String)],
    selection: &Selection,
) -> Vec<Json> {
    let url = |format: Format, cursor: Option<Option<&Cursor>>| {
        let mut query = form_urlencoded::Serializer::new(String::new());
        let kept = asked.iter().filter(|(k, _)| k != "f" && (cursor.is_none() || k != "cursor"));
        kept.for_each(|(k, v)| {
            query.append_pair(k, v);
        });
        if let Some(cursor) = cursor.flatten() {
            query.append_pair("cursor", &cursor.to_text());
        }
        query.append_pair("f", format.name());
        format!("{here}/items?{}", query.finish())
    };
    let mut out = vec![link("self", format.media_type(), url(format, None), "This answer")];
    for other in Format::FEATURES.into_iter().filter(|f| *f != format) {
        out.push(link(
            "alternate",
            other.media_type(),
            url(other, None),
            "This answer in another form",
        ));
    }
    if let Some(next) = &selection.next {
        out.push(link("next", format.media_type(), url(format, Some(Some(next))), "The next page"));
    }
    if let Some(prev) = &selection.prev {
        out.push(link(
            "prev",
            format.media_type(),
            url(format, Some(prev.as_ref())),
            "The page before",
        ));
    }
    out.push(link("collection", "application/json", here, "The collection"));
    out
}
