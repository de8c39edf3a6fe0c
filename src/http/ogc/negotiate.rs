//! Which form of a resource a client wants: by `f`, or by its `Accept` header.

use axum::http::{HeaderMap, header};

use crate::http::Problem;
use crate::http::request::{Params, short};

/// A form that resources come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Json,
    Html,
    GeoJson,
    GeoJsonSeq,
    Csv,
    FlatGeobuf,
}

impl Format {
    /// Of resources that are no features.
    pub const PLAIN: [Format; 2] = [Format::Json, Format::Html];
    /// Of features.
    pub const FEATURES: [Format; 5] =
        [Format::GeoJson, Format::Html, Format::GeoJsonSeq, Format::Csv, Format::FlatGeobuf];

    /// What `f` calls it.
    pub fn name(self) -> &'static str {
        match self {
            Format::Json => "json",
            Format::Html => "html",
            Format::GeoJson => "geojson",
            Format::GeoJsonSeq => "geojsonseq",
            Format::Csv => "csv",
            Format::FlatGeobuf => "fgb",
        }
    }

    pub fn media_type(self) -> &'static str {
        match self {
            Format::Json => "application/json",
            Format::Html => "text/html",
            Format::GeoJson => "application/geo+json",
            Format::GeoJsonSeq => "application/geo+json-seq",
            Format::Csv => "text/csv",
            Format::FlatGeobuf => "application/flatgeobuf",
        }
    }

    /// Takes `f` from the parameters, or else asks the `Accept` header; the first of `offered`
    /// where neither minds.
    pub fn wanted(
        params: &mut Params,
        headers: &HeaderMap,
        offered: &[Format],
    ) -> Result<Format, Problem> {
        if let Some(f) = params.take("f") {
            // Features are JSON, too.
            let name =
                if f == "json" && offered[0] == Format::GeoJson { "geojson" } else { f.as_str() };
            return offered.iter().find(|o| o.name() == name).copied().ok_or_else(|| {
                let known: Vec<&str> = offered.iter().map(|o| o.name()).collect();
                Problem::bad_request(format!(
                    "'{}' is no value for f; there are: {}",
                    short(&f),
                    known.join(", ")
                ))
            });
        }
        Ok(Self::accepted(headers, offered))
    }

    /// The form that the `Accept` header prefers; the first where it prefers none of them.
    pub fn accepted(headers: &HeaderMap, offered: &[Format]) -> Format {
        offered[preferred(headers, offered.iter().map(|format| format.media_type()))]
    }
}

/// Which of some media types the `Accept` header prefers; the first where it prefers none of them.
pub fn preferred<'a>(headers: &HeaderMap, offered: impl Iterator<Item = &'a str>) -> usize {
    let accept = headers.get(header::ACCEPT).and_then(|v| v.to_str().ok()).unwrap_or("*/*");
    let mut best: Option<(f64, usize)> = None;
    for (i, own) in offered.enumerate() {
        let weight = accept.split(',').filter_map(|range| weight(range, own)).reduce(f64::max);
        if let Some(weight) = weight.filter(|w| *w > 0.0 && best.is_none_or(|(b, _)| *w > b)) {
            best = Some((weight, i));
        }
    }
    best.map_or(0, |(_, i)| i)
}

/// How much a media range of the header wants the form; a named type a little more than a wildcard
/// of the same weight.
fn weight(range: &str, own: &str) -> Option<f64> {
    let mut parts = range.split(';').map(str::trim);
    let kind = parts.next()?;
    let q =
        parts.find_map(|p| p.strip_prefix("q=")).map_or(Some(1.0), |q| q.parse::<f64>().ok())?;
    let is_json = own == Format::GeoJson.media_type() && kind == "application/json";
    let group = own.split('/').next().unwrap_or_default();
    let exactness = match kind {
        _ if kind == own || is_json => 0.0,
        "*/*" => 0.002,
        _ if kind.strip_suffix("/*") == Some(group) => 0.001,
        _ => return None,
    };
    Some(q - exactness * q)
}
