//! Reading what a request says: query parameters, numbers in paths, conditional headers, the public URL.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::str::FromStr;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::Problem;
use crate::feature::Date;
use crate::geo::{LonLat, MAX_LATITUDE};

/// The query string, each parameter once.
#[derive(Debug)]
pub struct Params(BTreeMap<String, String>);

impl<S: Send + Sync> FromRequestParts<S> for Params {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let pairs = axum::extract::Query::<Vec<(String, String)>>::try_from_uri(&parts.uri)
            .map_err(|_| Problem::bad_request("the query string cannot be read; percent-encode it as UTF-8"))?;
        let mut params = BTreeMap::new();
        for (key, value) in pairs.0 {
            if let Some(first) = params.insert(key.clone(), value) {
                return Err(Problem::bad_request(format!(
                    "the parameter '{}' is given twice (first as '{}')",
                    short(&key),
                    short(&first)
                )));
            }
        }
        Ok(Self(params))
    }
}

impl Params {
    /// Takes a parameter out.
    pub fn take(&mut self, key: &str) -> Option<String> {
        self.0.remove(key)
    }

    /// Takes and parses a whole number within a range.
    pub fn take_count(&mut self, key: &str, range: std::ops::RangeInclusive<usize>) -> Result<Option<usize>, Problem> {
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

    /// Takes `datetime`, a date.
    pub fn take_date(&mut self) -> Result<Option<Date>, Problem> {
        let Some(text) = self.take("datetime") else { return Ok(None) };
        // A full timestamp is taken by its day.
        let day = text.split_once('T').map_or(text.as_str(), |(day, _)| day);
        day.parse().map(Some).map_err(|e: crate::feature::DateError| Problem::bad_request(format!("datetime: {e}")))
    }

    /// Whatever was not taken is a mistake.
    pub fn finish(self, known: &str) -> Result<(), Problem> {
        match self.0.keys().next() {
            None => Ok(()),
            Some(key) => Err(Problem::bad_request(format!("unknown parameter '{}'; there are: {known}", short(key)))),
        }
    }

    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(k, v)| (k.as_str(), v.as_str()))
    }
}

/// Enough of a client's text to recognise it by.
pub fn short(text: &str) -> String {
    text.chars().take(60).collect()
}

/// A number in a path.
pub fn number<T: FromStr>(what: &str, text: &str) -> Result<T, Problem> {
    text.parse().map_err(|_| Problem::bad_request(format!("'{}' is no {what}", short(text))))
}

/// `n` finite numbers, comma-separated.
fn numbers<const N: usize>(what: &str, text: &str) -> Result<[f64; N], Problem> {
    let parsed: Option<Vec<f64>> =
        text.split(',').map(|n| n.trim().parse().ok().filter(|n: &f64| n.is_finite())).collect();
    parsed
        .and_then(|n| n.try_into().ok())
        .ok_or_else(|| Problem::bad_request(format!("'{}' is no {what}: {N} numbers with commas between", short(text))))
}

/// `lon,lat` in degrees.
pub fn position(text: &str) -> Result<LonLat, Problem> {
    let [lon, lat] = numbers("position", text)?;
    LonLat::new(lon, lat).ok_or_else(|| {
        Problem::bad_request(format!("{lon},{lat} is out of range: longitude -180..180, then latitude -90..90"))
    })
}

/// `west,south,east,north` in degrees; a box may be a point or a line, but not inside out.
pub fn bbox(text: &str) -> Result<[f64; 4], Problem> {
    let [w, s, e, n] = numbers("bbox", text)?;
    let in_range = LonLat::new(w, s).is_some() && LonLat::new(e, n).is_some();
    if !in_range || s > n || w > e {
        return Err(Problem::bad_request(format!(
            "{w},{s},{e},{n} is no bbox: west,south,east,north in degrees, west not past east"
        )));
    }
    Ok([w, s.max(-MAX_LATITUDE), e, n.min(MAX_LATITUDE)])
}

/// Where the client reached the server, for the absolute URLs in answers.
pub struct PublicUrl(pub String);

impl<S: Send + Sync> FromRequestParts<S> for PublicUrl {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let header = |name: &str| parts.headers.get(name).and_then(|v| v.to_str().ok());
        let scheme = match header("x-forwarded-proto") {
            Some("https") => "https",
            _ => "http",
        };
        let host = header("host").filter(|h| is_host(h)).unwrap_or("localhost");
        Ok(Self(format!("{scheme}://{host}")))
    }
}

fn is_host(text: &str) -> bool {
    text.len() < 256 && text.chars().all(|c| c.is_ascii_alphanumeric() || ".-:[]_".contains(c))
}

/// Answers with the bytes, or with 304 where the client has them already.
pub fn cached(headers: &HeaderMap, tag: &str, content_type: &'static str, body: impl IntoResponse) -> Response {
    let etag = format!("\"{tag}\"");
    let common =
        [(header::ETAG, etag.as_str()), (header::CACHE_CONTROL, "public, max-age=300, stale-while-revalidate=86400")];
    if has_tag(headers, &etag) {
        return (StatusCode::NOT_MODIFIED, common).into_response();
    }
    (common, [(header::CONTENT_TYPE, content_type)], body).into_response()
}

/// Answers with JSON, tagged by its bytes.
pub fn json(headers: &HeaderMap, content_type: &'static str, value: &serde_json::Value) -> Response {
    let body = value.to_string();
    let tag = format!("{:032x}", xxhash_rust::xxh3::xxh3_128(body.as_bytes()));
    cached(headers, &tag, content_type, body)
}

pub const JSON: &str = "application/json";
pub const GEOJSON: &str = "application/geo+json";

/// Whether `If-None-Match` names the tag (weak comparison, RFC 9110, 13.1.2).
pub fn has_tag(headers: &HeaderMap, etag: &str) -> bool {
    let lists = headers.get_all(header::IF_NONE_MATCH).into_iter().filter_map(|v| v.to_str().ok());
    lists.flat_map(|l| l.split(',')).map(str::trim).any(|t| t == "*" || t.trim_start_matches("W/") == etag)
}
