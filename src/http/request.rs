//! Reading what a request says: query parameters, numbers in paths, conditional headers.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::str::FromStr;

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::Problem;
use crate::service::{Client, Service};

/// The service, for whoever asks.
pub struct Asker(pub Service);

impl FromRequestParts<Service> for Asker {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, service: &Service) -> Result<Self, Infallible> {
        let client = parts.extensions.get::<Client>().copied().unwrap_or_default();
        Ok(Self(service.for_client(client)))
    }
}

/// The parameters of a path, or a problem where they are not UTF-8.
pub struct UrlPath<T>(pub T);

impl<T: serde::de::DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for UrlPath<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match Path::<T>::from_request_parts(parts, state).await {
            Ok(Path(value)) => Ok(Self(value)),
            Err(e) => {
                Err(Problem::bad_request(format!("the path cannot be read: {}", e.body_text())))
            }
        }
    }
}

/// The query string: its parameters in the order of their names, each once but for lists, which
/// keep the order of their values.
#[derive(Debug)]
pub struct Params(Vec<(String, String)>);

/// Parameters that may be repeated.
const LISTS: [&str; 6] = ["marker", "path", "circle", "callout", "highlight", "subset"];

impl<S: Send + Sync> FromRequestParts<S> for Params {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let pairs = axum::extract::Query::<Vec<(String, String)>>::try_from_uri(&parts.uri)
            .map_err(|_| {
                Problem::bad_request("the query string cannot be read; percent-encode it as UTF-8")
            })?;
        let mut seen: BTreeMap<&str, &str> = BTreeMap::new();
        for (key, value) in pairs.iter().filter(|(key, _)| !LISTS.contains(&key.as_str())) {
            if let Some(first) = seen.insert(key, value) {
                return Err(given_twice(key, first));
            }
        }
        let mut pairs = pairs.0;
        pairs.sort_by(|(a, _), (b, _)| a.cmp(b));
        Ok(Self(pairs))
    }
}

fn given_twice(key: &str, first: &str) -> Problem {
    Problem::bad_request(format!(
        "the parameter '{}' is given twice (first as '{}')",
        short(key),
        short(first)
    ))
}

impl Params {
    /// Some parameters, of which none is given twice.
    pub fn of(pairs: impl IntoIterator<Item = (String, String)>) -> Self {
        Self(pairs.into_iter().collect())
    }

    /// Puts a parameter in.
    ///
    /// # Errors
    /// Where it is there.
    pub fn put(&mut self, key: &str, value: &str) -> Result<(), Problem> {
        if let Some((key, first)) = self.0.iter().find(|(own, _)| own == key) {
            return Err(given_twice(key, first));
        }
        self.0.push((key.to_string(), value.to_string()));
        self.0.sort_by(|(a, _), (b, _)| a.cmp(b));
        Ok(())
    }

    /// Takes a parameter out.
    pub fn take(&mut self, key: &str) -> Option<String> {
        let place = self.0.iter().position(|(name, _)| name == key)?;
        Some(self.0.remove(place).1)
    }

    /// Takes the values of a parameter that may be repeated.
    pub fn take_list(&mut self, key: &str) -> Vec<String> {
        let taken = self.0.extract_if(.., |(name, _)| name == key);
        taken.map(|(_, value)| value).collect()
    }

    /// Takes a yes or no: `1` or `true`, `0` or `false`.
    pub fn take_flag(&mut self, key: &str) -> Result<bool, Problem> {
        match self.take(key).as_deref() {
            Some("1" | "true") => Ok(true),
            None | Some("0" | "false") => Ok(false),
            Some(other) => Err(Problem::bad_request(format!(
                "'{}' is no value for {key}: 1 or 0",
                short(other)
            ))),
        }
    }

    /// Takes and parses a whole number within a range.
    pub fn take_count(
        &mut self,
        key: &str,
        range: std::ops::RangeInclusive<usize>,
    ) -> Result<Option<usize>, Problem> {
        let Some(text) = self.take(key) else { return Ok(None) };
        match text.parse() {
            Ok(n) if range.contains(&n) => Ok(Some(n)),
            _ => Err(Problem::bad_request(format!(
                "'{}' is no value for {key}: a whole number from {} to {}",
                short(&text),
                range.start(),
                range.end()
            ))),
        }
    }

    /// Whatever was not taken is a mistake.
    pub fn finish(self, known: &str) -> Result<(), Problem> {
        match self.0.first() {
            None => Ok(()),
            Some((key, _)) => Err(Problem::bad_request(format!(
                "unknown parameter '{}'; there are: {known}",
                short(key)
            ))),
        }
    }

    /// Refuses lists, which mean nothing to whoever reads each parameter once.
    pub fn refuse_lists(&self) -> Result<(), Problem> {
        match self.0.windows(2).find(|pair| pair[0].0 == pair[1].0) {
            None => Ok(()),
            Some(pair) => Err(given_twice(&pair[0].0, &pair[0].1)),
        }
    }

    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(k, v)| (k.as_str(), v.as_str()))
    }
}

/// The header that says what whoever asks should know, once for each warning.
pub const WARNING: HeaderName = HeaderName::from_static("contactline-warning");

/// Enough of a client's text to recognise it by.
pub fn short(text: &str) -> String {
    text.chars().take(60).collect()
}

/// A number in a path.
pub fn number<T: FromStr>(what: &str, text: &str) -> Result<T, Problem> {
    text.parse().map_err(|_| Problem::bad_request(format!("'{}' is no {what}", short(text))))
}

/// Answers with the bytes, or with 304 where the client has them already.
pub fn cached(
    headers: &HeaderMap,
    tag: &str,
    content_type: &'static str,
    body: impl IntoResponse,
) -> Response {
    answer(headers, format!("\"{tag}\""), content_type, body)
}

/// Answers with the bytes under a tag written as in headers, or with 304 where the client has them
/// already.
pub fn answer(
    headers: &HeaderMap,
    etag: String,
    content_type: &'static str,
    body: impl IntoResponse,
) -> Response {
    let common = [
        (header::ETAG, etag.as_str()),
        (header::CACHE_CONTROL, "public, max-age=300, stale-while-revalidate=86400"),
    ];
    if has_tag(headers, etag.trim_start_matches("W/")) {
        return (StatusCode::NOT_MODIFIED, common).into_response();
    }
    (common, [(header::CONTENT_TYPE, content_type)], body).into_response()
}

/// Answers with JSON, tagged by its bytes.
pub fn json(
    headers: &HeaderMap,
    content_type: &'static str,
    value: &serde_json::Value,
) -> Response {
    tagged(headers, content_type, value.to_string().into_bytes())
}

/// Answers with bytes, tagged by them; weakly, since they may be compressed on the way.
pub fn tagged(headers: &HeaderMap, content_type: &'static str, body: Vec<u8>) -> Response {
    let etag = format!("W/\"{:032x}\"", xxhash_rust::xxh3::xxh3_128(&body));
    answer(headers, etag, content_type, body)
}

pub const JSON: &str = "application/json";
pub const GEOJSON: &str = "application/geo+json";
/// A style document of Mapbox's or MapLibre's (OGC 20-009, 8).
pub const STYLE: &str = "application/vnd.mapbox.style+json";

/// Whether `If-None-Match` names the tag (weak comparison, RFC 9110, 13.1.2).
pub fn has_tag(headers: &HeaderMap, etag: &str) -> bool {
    let lists = headers.get_all(header::IF_NONE_MATCH).into_iter().filter_map(|v| v.to_str().ok());
    lists
        .flat_map(|l| l.split(','))
        .map(str::trim)
        .any(|t| t == "*" || t.trim_start_matches("W/") == etag)
}
