//! The places that questions are about: positions, shapes, features, names.

use geo::BoundingRect as _;
use geo::geometry::{Geometry, Point};
use serde_json::Value as Json;

use super::QuestionError;
use crate::catalog::Catalog;
use crate::catalog::Named;
use crate::cql2::{Expr, GEOMETRIES, MAX_POSITIONS};
use crate::diag::meant;
use crate::feature::Feature;
use crate::geo::{Effort, LonLat, fault, round};

/// A place as a question gives it.
#[derive(Debug, Clone, PartialEq)]
pub enum Place {
    Geometry(Geometry<f64>),
    Feature { collection: String, id: String },
    Name(String),
}

/// What a place turns out to be.
pub struct Found<'a> {
    pub geometry: std::borrow::Cow<'a, Geometry<f64>>,
    pub feature: Option<(&'a str, &'a Feature)>,
    /// Where it was asked for by name.
    pub named: Option<Named<'a>>,
}

/// A place is taken for the one that is asked for by a name in other letters or another spelling,
/// but not by a beginning or a likeness.
const LEAST_SCORE: f64 = 0.9;
/// Names that are suggested where there is no such place.
const SUGGESTED: usize = 3;

impl Found<'_> {
    /// A warning where a place that is given by its numbers has them swapped.
    pub fn swapped(&self, catalog: &Catalog) -> Option<String> {
        let bounds = self.geometry.bounding_rect().filter(|_| self.feature.is_none())?;
        let (min, max) = (bounds.min(), bounds.max());
        catalog.swapped([min.x, min.y, max.x, max.y])
    }
}

impl Place {
    /// `lon,lat`, `collection/feature`, a name, `[lon, lat]`, a GeoJSON geometry or Feature, or
    /// `{"bbox": [...]}`.
    pub(super) fn read(member: &str, json: &Json, effort: &Effort) -> Result<Place, QuestionError> {
        let wrong = |message: String| QuestionError::member(member, message);
        let geometry = match json {
            Json::String(text) => return Place::from_text(member, text, effort),
            Json::Array(_) => {
                let position = json.as_array().and_then(|a| match a.as_slice() {
                    [lon, lat] => LonLat::new(lon.as_f64()?, lat.as_f64()?),
                    _ => None,
                });
                let help = "a position is [longitude, latitude] in degrees: longitude -180..180, \
                    then latitude -90..90";
                let at = position.ok_or_else(|| wrong(help.to_string()))?;
                Geometry::Point(Point::new(at.lon(), at.lat()))
            }
            Json::Object(object) => {
                let inner = if object.get("type").is_some_and(|t| t == "Feature") {
                    object.get("geometry")
                } else {
                    None
                };
                match crate::cql2::from_json(inner.unwrap_or(json)) {
                    Ok(Expr::Geometry(g)) => (*g).clone(),
                    Ok(_) => {
                        return Err(wrong(
                            "no place: a position, a GeoJSON geometry, or {\"bbox\": [...]}".into(),
                        ));
                    }
                    Err(e) => return Err(wrong(e.message)),
                }
            }
            _ => {
                return Err(wrong(
                    "no place: 'lon,lat', 'collection/feature', a name, or GeoJSON".into(),
                ));
            }
        };
        Place::sound(member, geometry, effort)
    }

    fn from_text(member: &str, text: &str, effort: &Effort) -> Result<Place, QuestionError> {
        if text.trim_start().starts_with(['{', '[']) {
            let json: Json = serde_json::from_str(text).map_err(|e| {
                QuestionError::member(member, format!("neither a place nor JSON: {e}"))
            })?;
            return Place::read(member, &json, effort);
        }
        let is_numbers = text.trim().contains([',', ' '])
            && text.chars().all(|c| c.is_ascii_digit() || "+-.eE, ".contains(c));
        if is_numbers || member == "at" {
            let text = match text.contains(',') {
                true => text.to_string(),
                false => text.split_whitespace().collect::<Vec<_>>().join(","),
            };
            let at =
                LonLat::parse(&text).map_err(|e| QuestionError::member(member, e.to_string()))?;
            return Ok(Place::Geometry(Geometry::Point(Point::new(at.lon(), at.lat()))));
        }
        match crate::cql2::from_text(text) {
            Ok(Expr::Geometry(g)) => return Place::sound(member, (*g).clone(), effort),
            Err(e) if is_wkt(text) => {
                let message = format!("no geometry, {}: {}", e.place.of_text(), e.message);
                return Err(QuestionError::member(member, message));
            }
            _ => {}
        }
        match text.split_once('/') {
            // Both names of a contested place stand beside a slash with spaces around.
            Some((collection, id)) if !collection.is_empty() && !text.contains(" / ") => {
                Ok(Place::Feature { collection: collection.to_string(), id: id.to_string() })
            }
            _ if text.trim().is_empty() => Err(QuestionError::member(
                member,
                "no place: 'lon,lat', 'collection/feature', a name, or GeoJSON",
            )),
            _ => Ok(Place::Name(text.to_string())),
        }
    }

    fn sound(
        member: &str,
        geometry: Geometry<f64>,
        effort: &Effort,
    ) -> Result<Place, QuestionError> {
        use geo::CoordsIter;
        if geometry.coords_count() > MAX_POSITIONS {
            return Err(QuestionError::member(
                member,
                format!("a place has at most {MAX_POSITIONS} positions"),
            ));
        }
        if geometry.coords_count() == 0 {
            return Err(QuestionError::member(member, "the geometry is empty"));
        }
        let rounded =
            round::geometry(&geometry).map_err(|e| QuestionError::member(member, e.to_string()))?;
        let geometry = rounded.unwrap_or(geometry);
        match fault(&geometry, effort)? {
            Some(fault) => Err(QuestionError::member(member, fault.to_string())),
            None => Ok(Place::Geometry(geometry)),
        }
    }

    /// The place's geometry among the collections.
    pub(super) fn find<'a>(&'a self, catalog: &'a Catalog) -> Result<Found<'a>, QuestionError> {
        use std::borrow::Cow;
        match self {
            Place::Geometry(g) => {
                Ok(Found { geometry: Cow::Borrowed(g), feature: None, named: None })
            }
            Place::Feature { collection, id } => {
                let index = catalog
                    .collection(collection)
                    .ok_or_else(|| catalog.no_collection(collection))?;
                let short: String = id.chars().take(60).collect();
                let missing =
                    || QuestionError::missing(collection, format!("it has no feature '{short}'"));
                let feature =
                    &index.collection().features[index.by_id(id).ok_or_else(missing)? as usize];
                Ok(Found {
                    geometry: Cow::Borrowed(&feature.geometry),
                    feature: Some((collection, feature)),
                    named: None,
                })
            }
            Place::Name(name) => {
                let short: String = name.chars().take(60).collect();
                let found = catalog.named(name, SUGGESTED, &|_, _| true);
                let near: Vec<String> = found
                    .iter()
                    .map(|n| format!("{} ({}/{})", n.name, n.collection, n.id(catalog)))
                    .collect();
                let nearest = if near.is_empty() {
                    String::new()
                } else {
                    format!("; alike: {}", near.join(", "))
                };
                let missing = || {
                    QuestionError::missing("place", format!("nothing is called '{short}'{nearest}"))
                };
                let found = found
                    .into_iter()
                    .next()
                    .filter(|n| n.score >= LEAST_SCORE)
                    .ok_or_else(missing)?;
                let feature = Some((found.collection, found.feature));
                Ok(Found {
                    geometry: Cow::Borrowed(&found.feature.geometry),
                    feature,
                    named: Some(found),
                })
            }
        }
    }
}

/// Whether a text is meant as well-known text, right or wrong: it begins with the word of a
/// geometry and parentheses.
fn is_wkt(text: &str) -> bool {
    let word: String = text.trim_start().chars().take_while(char::is_ascii_alphabetic).collect();
    let rest = text.trim_start()[word.len()..].trim_start();
    let rest = ["ZM", "Z", "M"]
        .iter()
        .find_map(|marker| rest.strip_prefix(marker))
        .unwrap_or(rest)
        .trim_start();
    let lower = word.to_ascii_lowercase();
    let is_named = GEOMETRIES.contains(&lower.as_str()) || meant(&lower, GEOMETRIES).is_some();
    is_named && (rest.starts_with('(') || rest.eq_ignore_ascii_case("empty"))
}
