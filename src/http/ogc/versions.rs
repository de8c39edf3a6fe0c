//! A feature through time, by Memento (RFC 7089) with the links of RFC 5829. The time is that which
//! the data tells of: from when to when a version holds.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::Response;
use serde_json::{Value as Json, json};

use super::collections::unknown;
use super::negotiate::Format;
use super::page::feature_json;
use super::when::day_of;
use super::{html, link, parameters, segment};
use crate::atlas::Map;
use crate::catalog::{Period, Versions};
use crate::feature::{Date, Feature};
use crate::http::Problem;
use crate::http::request::{Asker, Params, UrlPath, json as json_answer, short};
use crate::http::site::PublicUrl;
use crate::index::Index;
use crate::service::Lane;

const MEMENTO: HeaderName = HeaderName::from_static("memento-datetime");
const ACCEPT: HeaderName = HeaderName::from_static("accept-datetime");

/// A version of a thing, and what there is of it besides.
pub struct Version<'a> {
    index: &'a Index,
    versions: Versions,
    /// Its position in the collection.
    pub position: u32,
}

impl<'a> Version<'a> {
    /// The feature of an id: itself, or the version of its thing that holds on a day; of a thing by
    /// its own id, and without a day, the last one.
    ///
    /// # Errors
    /// Where there is no such feature, or no version of it holds on a day that is asked for outright.
    pub fn of(map: &'a Map, (collection, id): (&str, &str), when: When) -> Result<Self, Problem> {
        let index = map.catalog().collection(collection).ok_or_else(|| unknown(map, collection))?;
        let missing = || {
            Problem::not_found(format!("'{}' has no feature '{}'", short(collection), short(id)))
        };
        let versions = Versions::of(index, id).ok_or_else(missing)?;
        let position = match when {
            When::On(day) => versions.on(index, day).ok_or_else(|| {
                Problem::not_found(format!(
                    "no version of '{}' holds on {day}; there are: {}",
                    short(&versions.thing),
                    spans(index, &versions)
                ))
            }),
            // What names a version is that version, and the nearest in time is better than none
            // (RFC 7089, 4.5.3).
            When::About(day) if versions.thing == id => {
                versions.about(index, day).ok_or_else(missing)
            }
            When::About(_) | When::Any => {
                index.by_id(id).or(versions.all.last().copied()).ok_or_else(missing)
            }
        };
        Ok(Self { index, position: position?, versions })
    }

    pub fn feature(&self) -> &'a Feature {
        &self.index.collection().features[self.position as usize]
    }

    pub fn id(&self) -> String {
        self.index.id(self.position).to_string()
    }

    /// Links to the other versions, where there are any; `items` is the URL of the collection's.
    pub fn links(&self, items: &str) -> Vec<Json> {
        if self.versions.all.len() < 2 {
            return Vec::new();
        }
        let at = |i: u32| format!("{items}/{}", segment(&self.index.id(i).to_string()));
        let to = |rel: &str, i: Option<&u32>, title: &str| {
            i.map(|i| link(rel, Format::GeoJson.media_type(), at(*i), title))
        };
        let all = &self.versions.all;
        let own = all.iter().position(|i| *i == self.position).unwrap_or_default();
        let here = format!("{items}/{}/versions", segment(&self.versions.thing));
        [
            Some(link("version-history", Format::GeoJson.media_type(), here, "All versions")),
            to(
                "predecessor-version",
                own.checked_sub(1).and_then(|i| all.get(i)),
                "The one before",
            ),
            to("successor-version", all.get(own + 1), "The one after"),
            to("latest-version", all.last(), "The last one"),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    /// Where the thing, its versions and its first and last one are, as a header has it.
    pub fn link_header(&self, items: &str) -> Option<String> {
        if self.versions.all.len() < 2 {
            return None;
        }
        let thing = format!("{items}/{}", segment(&self.versions.thing));
        let memento = |i: Option<&u32>, rel: &str| {
            let i = *i?;
            let at = format!("{items}/{}", segment(&self.index.id(i).to_string()));
            let from = self.index.collection().features[i as usize].validity.from();
            let from =
                from.map_or(String::new(), |day| format!("; datetime=\"{}\"", http_date(day)));
            Some(format!("<{at}>; rel=\"{rel}\"{from}"))
        };
        let kind = Format::GeoJson.media_type();
        let all = [
            Some(format!("<{thing}>; rel=\"original timegate\"")),
            Some(format!("<{thing}/versions>; rel=\"timemap\"; type=\"{kind}\"")),
            memento(self.versions.all.first(), "first memento"),
            memento(self.versions.all.last(), "last memento"),
        ];
        Some(all.into_iter().flatten().collect::<Vec<_>>().join(", "))
    }

    /// The day from which it holds, as Memento has it.
    pub fn memento(&self) -> Option<String> {
        self.feature().validity.from().map(http_date)
    }
}

/// From when to when versions hold.
fn spans(index: &Index, versions: &Versions) -> String {
    let text = |day: Option<Date>| day.map_or("..".to_string(), |day| day.to_string());
    let span = |i: &u32| {
        let validity = index.collection().features[*i as usize].validity;
        format!("{}/{}", text(validity.from()), text(validity.to()))
    };
    versions.all.iter().take(30).map(span).collect::<Vec<_>>().join(", ")
}

/// The time that a request asks for.
#[derive(Debug, Clone, Copy)]
pub enum When {
    Any,
    /// By `datetime`.
    On(Date),
    /// By the header of Memento.
    About(Date),
}

impl When {
    /// # Errors
    /// Where what is said is no day.
    pub fn of(params: &mut Params, headers: &HeaderMap) -> Result<Self, Problem> {
        if let Some(text) = params.take("datetime") {
            let day = day_of(&text, None)?;
            return day.parse().map(Self::On).map_err(|_| {
                let text = short(&text);
                Problem::bad_request(format!("'{text}' is no value for datetime: a day"))
            });
        }
        let Some(said) = headers.get(ACCEPT).and_then(|value| value.to_str().ok()) else {
            return Ok(Self::Any);
        };
        of_http_date(said).map(Self::About).ok_or_else(|| {
            let said = short(said);
            Problem::bad_request(format!(
                "Accept-Datetime: '{said}' is no date of HTTP, such as Tue, 10 Nov 2020 00:00:00 GMT"
            ))
        })
    }
}

/// `Tue, 10 Nov 2020 00:00:00 GMT` (RFC 9110, 5.6.7), of any year.
fn http_date(day: Date) -> String {
    let (year, month, of_month) = day.parts();
    // 1970-01-01 was a Thursday.
    let weekday = WEEKDAYS[(day.days_since_1970() + 3).rem_euclid(7) as usize];
    let month = MONTHS[usize::from(month).saturating_sub(1) % 12];
    format!("{weekday}, {of_month:02} {month} {year:04} 00:00:00 GMT")
}

const WEEKDAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

fn of_http_date(text: &str) -> Option<Date> {
    let parts: Vec<&str> = text.split_ascii_whitespace().collect();
    let [_, day, month, year, _, "GMT"] = parts.as_slice() else { return None };
    let month = MONTHS.iter().position(|known| known.eq_ignore_ascii_case(month))? + 1;
    format!("{year:0>4}-{month:02}-{day:0>2}").parse().ok()
}

/// Says in an answer of which time its feature is.
pub fn told(answer: &mut Response, memento: Option<String>, links: Option<String>) {
    let headers = answer.headers_mut();
    headers.append(header::VARY, HeaderValue::from_static("accept-datetime"));
    for (name, text) in [(MEMENTO, memento), (header::LINK, links)] {
        if let Some(value) = text.and_then(|text| HeaderValue::from_str(&text).ok()) {
            headers.insert(name, value);
        }
    }
}

/// `/collections/{id}/items/{feature}/versions`
pub async fn all(
    Asker(service): Asker,
    UrlPath((id, wanted)): UrlPath<(String, String)>,
    PublicUrl(url): PublicUrl,
    mut params: Params,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let format = Format::wanted(&mut params, &headers, &[Format::GeoJson, Format::Html])?;
    let title = format!("Versions of {}", short(&wanted));
    let json = service
        .run(Lane::Question, move |map, _| {
            let version = Version::of(map, (&id, &wanted), When::Any)?;
            let during = params.take("datetime").map(|text| parameters::period(&text));
            let during = during.transpose()?;
            let form = parameters::form(&mut params, map.catalog().schema(&id))?;
            params.finish("f, datetime, crs, properties, skipGeometry, precision")?;
            let items = format!("{url}/collections/{}/items", segment(&id));
            let features = &version.index.collection().features;
            let meets = |i: &&u32| {
                during.is_none_or(|period: Period| period.meets(&features[**i as usize]))
            };
            let all: Vec<Json> = version
                .versions
                .all
                .iter()
                .filter(meets)
                .map(|i| {
                    let (own, feature) = (version.index.id(*i).to_string(), &features[*i as usize]);
                    let here = format!("{items}/{}", segment(&own));
                    let mut json = feature_json((own, feature), &form).to_json();
                    let kind = Format::GeoJson.media_type();
                    json["links"] = json!([link("self", kind, here, "This version")]);
                    json["time"] = json!({"interval": interval(feature)});
                    json
                })
                .collect();
            let here = format!("{items}/{}", segment(&version.versions.thing));
            let kind = Format::GeoJson.media_type();
            Ok::<_, Problem>(json!({
                "type": "FeatureCollection",
                "numberMatched": all.len(),
                "numberReturned": all.len(),
                "features": all,
                "links": [
                    link("self", kind, format!("{here}/versions"), "These versions"),
                    link("latest-version", kind, here, "The last one"),
                    link("collection", "application/json",
                        format!("{url}/collections/{}", segment(&id)), "The collection"),
                ],
            }))
        })
        .await??;
    Ok(match format {
        Format::Html => html::page(&headers, &title, &json),
        _ => json_answer(&headers, format.media_type(), &json),
    })
}

/// From when to when a feature holds, as JSON-FG has it (OGC 21-045, 7.6).
fn interval(feature: &Feature) -> [String; 2] {
    let text = |day: Option<Date>| day.map_or("..".to_string(), |day| day.to_string());
    [text(feature.validity.from()), text(feature.validity.to())]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_written_as_http_has_them_and_read_again() {
        for (day, text) in [
            ("2020-11-10", "Tue, 10 Nov 2020 00:00:00 GMT"),
            ("1923-07-07", "Sat, 07 Jul 1923 00:00:00 GMT"),
            ("1970-01-01", "Thu, 01 Jan 1970 00:00:00 GMT"),
        ] {
            assert_eq!(http_date(day.parse().unwrap()), text);
            assert_eq!(of_http_date(text), day.parse().ok());
        }
        assert_eq!(of_http_date("2020-11-10"), None);
    }
}
