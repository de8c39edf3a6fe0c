//! OGC API - Maps, Part 1 (OGC 20-058): maps of the styles and of collections, as of any day, by a
//! box in any of the coordinate reference systems.

mod place;

use axum::Router;
use axum::extract::{FromRequestParts, MatchedPath, RawPathParams};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::response::Response;
use axum::routing::get;

use super::collections::unknown;
use super::negotiate::preferred;
use super::when::{day_of, take_time};
use crate::atlas::{Map, StyledMap};
use crate::color::Color;
use crate::geo::Crs;
use crate::http::mapped::{MapAsked, layers_of};
use crate::http::pictures::send;
use crate::http::request::{Asker, Params, short};
use crate::http::styles::{no_style, style_or_first};
use crate::http::{Problem, vector};
use crate::service::Service;
use crate::sheet::Output;
use place::Place;

/// The formats of maps, by what `f` calls them; the first where nothing is said.
pub const FORMATS: [(&str, &str); 5] = [
    ("image/png", "png"),
    ("image/webp", "webp"),
    ("image/jpeg", "jpeg"),
    ("image/tiff", "tiff"),
    ("image/svg+xml", "svg"),
];

const KNOWN: &str = "bbox, bbox-crs, crs, center, center-crs, scale-denominator, mm-per-pixel, \
    width, height, subset, subset-crs, datetime, collections, transparent, bgcolor, f, and the \
    style's own settings";

pub fn routes() -> Router<Service> {
    Router::new()
        .route("/map", get(map))
        .route("/styles/{id}/map", get(map))
        .route("/collections/{id}/map", get(map))
}

/// Whose map a path names.
enum Subject {
    /// A style, the first where none is named.
    Style(Option<String>),
    Collection(String),
}

impl FromRequestParts<Service> for Subject {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, service: &Service) -> Result<Self, Problem> {
        let params = RawPathParams::from_request_parts(parts, service).await.map_err(|e| {
            Problem::bad_request(format!("the path cannot be read: {}", e.body_text()))
        })?;
        let id = params.iter().next().map(|(_, id)| id.to_string());
        let path = parts.extensions.get::<MatchedPath>().map_or("", MatchedPath::as_str);
        Ok(match id {
            Some(id) if path.starts_with("/collections/") => Self::Collection(id),
            id => Self::Style(id),
        })
    }
}

/// A map.
async fn map(
    subject: Subject,
    Asker(service): Asker,
    mut params: Params,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let map = service.map();
    let named = params.take("f");
    let is_named = named.is_some();
    let output = output(named, &headers)?;
    let time = take_time(&mut params)?;
    let (style, layers) = match &subject {
        Subject::Style(style) => {
            let style = style_or_first(map, style.as_deref())?;
            let collections = params.take("collections");
            let layers = match (collections, map.style(&style)) {
                (Some(names), Some(styled)) => {
                    Some(drawn_by(map, styled, &vector::collections(map, &names))?)
                }
                _ => None,
            };
            (style, layers)
        }
        Subject::Collection(id) => {
            let (style, layers) = layers_of_collection(map, id)?;
            (style, Some(layers))
        }
    };
    let styled = map.style(&style).ok_or_else(|| no_style(map, &style))?;
    if let Some(time) = &time {
        params.put("date", &day_of(time, Some(styled))?)?;
    }
    let place = Place::take(&mut params, styled)?;
    let is_transparent = match params.take("transparent").as_deref() {
        None => None,
        Some("true") => Some(true),
        Some("false") => Some(false),
        Some(other) => {
            let told = format!("'{}' is no value for transparent: true or false", short(other));
            return Err(Problem::bad_request(told));
        }
    };
    let ground = params.take("bgcolor").map(|text| color(&text)).transpose()?;
    let ground = match is_transparent {
        Some(true) => ground.filter(|_| false),
        Some(false) => Some(ground.unwrap_or(WHITE)),
        None => ground,
    };
    let known = |key: &str| styled.style.state.contains_key(key);
    if let Some((key, _)) = params.pairs().find(|(key, _)| !known(key)) {
        let told = format!("unknown parameter '{}'; there are: {KNOWN}", short(key));
        return Err(Problem::bad_request(told));
    }
    let day = drawn_day(styled, &params, time.as_deref());
    let settings = params.pairs().map(|(k, v)| (k.to_string(), v.to_string())).collect();
    let Place { crs, bounds, size_px } = place;
    let asked =
        MapAsked { style, layers, crs, bounds, size_px, ratio: 1, ground, output, settings };
    let picture = asked.picture(map)?;
    let mut answer = send(&service, picture, &headers, is_named).await?;
    let [west, south, east, north] = bounds;
    let own = match crs {
        Crs::Epsg4326 => [south, west, north, east],
        _ => bounds,
    };
    let told = [
        ("content-crs", Some(format!("<{}>", crs.uri()))),
        ("content-bbox", Some(own.map(|v| v.to_string()).join(","))),
        ("content-datetime", day),
    ];
    for (name, value) in told {
        if let Some(value) = value.and_then(|value| HeaderValue::from_str(&value).ok()) {
            answer.headers_mut().insert(HeaderName::from_static(name), value);
        }
    }
    Ok(answer)
}

/// What is under a map that is not to be seen through.
const WHITE: Color = Color::new(1.0, 1.0, 1.0, 1.0);

/// The time that an answer says it is of: as it was asked for, or the day that is drawn, where it was
/// not or is an interval without an end; none of a style that has no time.
pub fn drawn_day(styled: &StyledMap, params: &Params, time: Option<&str>) -> Option<String> {
    let whole = time.filter(|time| !time.split('/').any(|end| end.is_empty() || end == ".."));
    let said = || params.pairs().find(|(key, _)| *key == "date").map(|(_, day)| day.to_string());
    let default = || styled.default_day().map(|day| day.to_string());
    whole.map(str::to_string).or_else(said).or_else(default)
}

/// The format that is named, or that is accepted.
fn output(named: Option<String>, headers: &HeaderMap) -> Result<Output, Problem> {
    let name = named.unwrap_or_else(|| {
        FORMATS[preferred(headers, FORMATS.iter().map(|(kind, _)| *kind))].1.to_string()
    });
    let known = FORMATS.iter().any(|(_, known)| *known == name);
    Output::of_extension(&name).filter(|_| known).ok_or_else(|| {
        let known = FORMATS.map(|(_, name)| name).join(", ");
        Problem::bad_request(format!("'{}' is no value for f: {known}", short(&name)))
    })
}

/// A colour of CSS, or `0xRRGGBB`.
fn color(text: &str) -> Result<Color, Problem> {
    let css = text.strip_prefix("0x").map_or_else(|| text.to_string(), |hex| format!("#{hex}"));
    Color::parse(&css).ok_or_else(|| {
        let told = format!("'{}' is no value for bgcolor: 0xRRGGBB or a CSS colour", short(text));
        Problem::bad_request(told)
    })
}

/// The first style, and its layers that draw a collection.
///
/// # Errors
/// Where there is no such collection, or the style does not draw it.
pub fn layers_of_collection(map: &Map, id: &str) -> Result<(String, Vec<String>), Problem> {
    let style = style_or_first(map, None)?;
    let styled = map.style(&style).ok_or_else(|| no_style(map, &style))?;
    let layers = drawn_by(map, styled, &[id.to_string()])?;
    Ok((style, layers))
}

/// The layers of a style that draw some collections.
fn drawn_by(map: &Map, styled: &StyledMap, names: &[String]) -> Result<Vec<String>, Problem> {
    let mut sources = Vec::new();
    for name in names {
        map.catalog().collection(name).ok_or_else(|| unknown(map, name))?;
        let before = sources.len();
        let own = styled.source_collections().filter(|(_, collection)| collection == name);
        sources.extend(own.map(|(source, _)| source));
        if sources.len() == before {
            let told = format!(
                "the style '{}' does not draw the collection '{}'",
                styled.style.name,
                short(name)
            );
            return Err(Problem::not_found(told));
        }
    }
    Ok(layers_of(styled, |source| sources.contains(&source)))
}
