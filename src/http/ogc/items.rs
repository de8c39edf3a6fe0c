//! The features of a collection, and one of them.
//!
//! A page of a few features is made at once. A larger answer leaves in pieces, each made when the
//! one before it is gone, so that a million features are never held as text.

use std::fs::File;
use std::io::Read as _;
use std::sync::Arc;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Uri, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::stream;
use serde_json::{Map as JsonObject, Value as Json, json};

use super::collections::{QUERYABLES, SCHEMA_JSON, SORTABLES, unknown};
use super::negotiate::Format;
use super::{html, link, parameters, segment};
use crate::atlas::Map;
use crate::catalog::{Cursor, Selection};
use crate::cql2::Kind;
use crate::encode::{Column, FeatureJson, Form, flatgeobuf, rows};
use crate::feature::{Feature, Value};
use crate::geo::{Effort, Limits, Stop, numbers};
use crate::http::Problem;
use crate::http::request::{
    Asker, Params, UrlPath, WARNING, answer, has_tag, json as json_answer, short,
};
use crate::http::site::PublicUrl;
use crate::service::{Lane, Service};

/// Bytes of the Link header: proxies take few kilobytes of headers in all.
const MAX_LINK_HEADER: usize = 2_048;
/// Features in one piece of an answer.
const PIECE: usize = 500;
/// Features on a page for people.
const MAX_HTML: usize = 1_000;

/// `/collections/{id}/items`
pub async fn items(
    Asker(service): Asker,
    UrlPath(id): UrlPath<String>,
    PublicUrl(url): PublicUrl,
    mut params: Params,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Problem> {
    let asked: Vec<(String, String)> =
        params.pairs().map(|(k, v)| (k.to_string(), v.to_string())).collect();
    let format = Format::wanted(&mut params, &headers, &Format::FEATURES)?;
    let tag = format!("{:016x}-{:?}-{url}-{uri}", service.map().revision(), format);
    let tag = format!("W/\"{:032x}\"", xxhash_rust::xxh3::xxh3_128(tag.as_bytes()));
    let page = {
        let make =
            move |map: &Map, stop: &Stop| Page::make(map, id, params, format, (&asked, &url), stop);
        service.run(Lane::Question, make).await??
    };
    if has_tag(&headers, tag.trim_start_matches("W/")) {
        return Ok(answer(&headers, tag, format.media_type(), ()));
    }
    let mut response = page.response(&service).await?;
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    Ok(response)
}

/// Everything that an answer is written from.
struct Page {
    id: String,
    here: String,
    format: Format,
    form: Form,
    selection: Selection,
    links: Vec<Json>,
    columns: Vec<(String, Kind)>,
    /// What whoever asks should know, where nothing is found.
    warnings: Vec<String>,
}

impl Page {
    fn make(
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
        Ok(Page { id, here, format, form, selection, links, columns, warnings })
    }

    async fn response(self, service: &Service) -> Result<Response, Problem> {
        let found = self.selection.found.len();
        let crs = self.form.crs;
        let mut out = HeaderMap::new();
        for (name, value) in [
            (header::CONTENT_TYPE, self.format.media_type().to_string()),
            (
                header::CACHE_CONTROL,
                "public, max-age=300, stale-while-revalidate=86400".to_string(),
            ),
            (header::HeaderName::from_static("content-crs"), format!("<{}>", crs.uri())),
            (
                header::HeaderName::from_static("ogc-numbermatched"),
                self.selection.matched.to_string(),
            ),
            (header::HeaderName::from_static("ogc-numberreturned"), found.to_string()),
            (header::LINK, self.link_header()),
            (WARNING, self.warnings.join("; ")),
        ] {
            if value.is_empty() {
                continue;
            }
            if let Ok(value) = HeaderValue::from_str(&value) {
                out.insert(name, value);
            }
        }
        let file = match self.format {
            Format::Csv => Some("csv"),
            Format::FlatGeobuf => Some("fgb"),
            _ => None,
        };
        if let Some(extension) = file
            && let Ok(value) = HeaderValue::from_str(&format!(
                "attachment; filename=\"{}.{extension}\"",
                plain(&self.id)
            ))
        {
            out.insert(header::CONTENT_DISPOSITION, value);
        }
        let body = match self.format {
            Format::Html => {
                let mut page = html::page(&format!("Features of {}", self.id), &self.whole());
                page.headers_mut().extend(out);
                page.headers_mut().insert(
                    header::CONTENT_TYPE,
                    HeaderValue::from_static("text/html; charset=utf-8"),
                );
                return Ok(page);
            }
            Format::FlatGeobuf => {
                streamed_file(service.run(Lane::Export, move |_, stop| self.file(stop)).await??)
            }
            _ if found <= PIECE => {
                Body::from(service.run(Lane::Question, move |_, _| self.piece(0, found)).await??)
            }
            _ => streamed(Arc::new(self), service.clone()),
        };
        Ok((out, body).into_response())
    }

    /// Links as a header, for forms that have no place for them (RFC 8288): those to other pages
    /// first, and of those that repeat a long query only what proxies let through.
    fn link_header(&self) -> String {
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
            "numberReturned": self.selection.found.len(),
            "links": self.links,
        });
        if !self.warnings.is_empty() {
            head["warnings"] = json!(self.warnings);
        }
        head
    }

    /// The whole answer as JSON, each feature with a link to itself.
    fn whole(&self) -> Json {
        let features = self.selection.found.iter().map(|i| {
            let mut json = feature_json(self.feature(*i), &self.form).to_json();
            let href = format!("{}/items/{}?f=html", self.here, segment(&self.feature(*i).0));
            json["links"] = json!([link("self", "text/html", href, "This feature")]);
            json
        });
        let mut out = self.head();
        out["features"] = features.collect();
        out
    }

    /// The features from one to another of the page as text, with what belongs before the first and
    /// after the last.
    fn piece(&self, from: usize, to: usize) -> Result<Vec<u8>, Problem> {
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
                if to == self.selection.found.len() {
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

    fn file(&self, stop: &Stop) -> Result<File, Problem> {
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

fn feature_json<'a>((id, feature): (String, &'a Feature), form: &'a Form) -> FeatureJson<'a> {
    let mut extra = JsonObject::new();
    if feature.id.is_none() {
        extra.insert("id".to_string(), json!(id));
    }
    FeatureJson { feature, extra, form }
}

/// An answer that leaves piece by piece.
fn streamed(page: Arc<Page>, service: Service) -> Body {
    Body::from_stream(stream::try_unfold(0, move |from| {
        let (page, service) = (page.clone(), service.clone());
        async move {
            let count = page.selection.found.len();
            if from >= count {
                return Ok::<_, std::io::Error>(None);
            }
            let to = (from + PIECE).min(count);
            let piece = service.run(Lane::Export, move |_, _| page.piece(from, to)).await;
            let piece = piece
                .map_err(std::io::Error::other)?
                .map_err(|_| std::io::Error::other("a feature could not be written"))?;
            Ok(Some((Bytes::from(piece), to)))
        }
    }))
}

fn streamed_file(file: File) -> Body {
    Body::from_stream(stream::try_unfold(file, |mut file| async move {
        let read = tokio::task::spawn_blocking(move || {
            let mut piece = vec![0; 1 << 17];
            let length = file.read(&mut piece)?;
            piece.truncate(length);
            Ok::<_, std::io::Error>((piece, file))
        });
        let (piece, file) = read.await.map_err(std::io::Error::other)??;
        Ok::<_, std::io::Error>((!piece.is_empty()).then(|| (Bytes::from(piece), file)))
    }))
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

/// `/collections/{id}/items/{feature}`
pub async fn item(
    Asker(service): Asker,
    UrlPath((id, wanted)): UrlPath<(String, String)>,
    PublicUrl(url): PublicUrl,
    mut params: Params,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let format = Format::wanted(&mut params, &headers, &[Format::GeoJson, Format::Html])?;
    let (json, crs) = service
        .run(Lane::Question, move |map, _| {
            let index = map.catalog().collection(&id).ok_or_else(|| unknown(map, &id))?;
            let form = parameters::form(&mut params, map.catalog().schema(&id))?;
            params.finish("f, crs, properties, skipGeometry, precision")?;
            let missing = || {
                Problem::not_found(format!("'{}' has no feature '{}'", short(&id), short(&wanted)))
            };
            let feature = index.by_id(&wanted).ok_or_else(missing)?;
            let feature = &index.collection().features[feature as usize];
            let mut json = feature_json((wanted.clone(), feature), &form).to_json();
            let collection = format!("{url}/collections/{}", segment(&id));
            let here = format!("{collection}/items/{}", segment(&wanted));
            json["links"] = json!([
                link(
                    "self",
                    format.media_type(),
                    format!("{here}?f={}", format.name()),
                    "This feature"
                ),
                match format {
                    Format::Html => link(
                        "alternate",
                        Format::GeoJson.media_type(),
                        format!("{here}?f=geojson"),
                        "As GeoJSON"
                    ),
                    _ => link("alternate", "text/html", format!("{here}?f=html"), "As a page"),
                },
                link("collection", "application/json", collection, "The collection"),
            ]);
            Ok::<_, Problem>((json, form.crs))
        })
        .await??;
    let mut response = match format {
        Format::Html => html::page(&json["id"].to_string().replace('"', ""), &json),
        _ => json_answer(&headers, format.media_type(), &json),
    };
    let headers = response.headers_mut();
    if let Ok(value) = HeaderValue::from_str(&format!("<{}>", crs.uri())) {
        headers.insert(header::HeaderName::from_static("content-crs"), value);
    }
    Ok(response)
}

/// A name that is safe in a header.
fn plain(name: &str) -> String {
    name.chars()
        .map(|c| if c.is_ascii_alphanumeric() || "-_.".contains(c) { c } else { '_' })
        .collect()
}
