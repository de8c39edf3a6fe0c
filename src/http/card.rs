//! What stands in the viewer's page for readers that run no scripts: a title, and the picture of
//! exactly the view that its address says, for social networks, search engines and `<noscript>`.

use axum::http::Uri;
use serde_json::Value as Json;

use super::ogc::{escaped, segment};
use crate::atlas::{Map, StyledMap};
use crate::feature::Date;

/// CSS px, as social networks cut cards.
const SIZE: &str = "1200x630";

/// Of an address of the viewer: its title, tags of the page's head, and the picture's path within
/// the site.
pub struct Card {
    pub title: String,
    pub tags: String,
    pub picture: String,
}

impl Card {
    /// `url` is how links begin, empty where only the request says it. What an address has of no
    /// sense is left out: the page itself says what it shows.
    pub fn new(map: &Map, url: &str, uri: &Uri) -> Option<Self> {
        let query = uri.query().unwrap_or_default();
        let pairs: Vec<(String, String)> =
            form_urlencoded::parse(query.as_bytes()).into_owned().take(64).collect();
        let asked =
            |name: &str| pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
        let named = asked("style").filter(|id| map.style(id).is_some());
        let preferred = || map.styles().find(|(_, styled)| is_preferred(styled));
        let first = || preferred().or_else(|| map.styles().next()).map(|(id, _)| id);
        let id = named.or_else(first)?.to_string();
        let styled = map.style(&id)?;
        let viewer = |pointer: &str| {
            styled.style.json.pointer(&format!("/metadata/contactline:viewer{pointer}"))
        };
        let opens = viewer("/opens/date").and_then(Json::as_str);
        let mut settings: Vec<(&str, &str)> = ["date", "lang", "worldview"]
            .into_iter()
            .filter_map(|key| {
                // The map's language is the page's, where it is not said.
                let otherwise = match key {
                    "date" => opens,
                    "lang" => asked("ui"),
                    _ => None,
                };
                let is_known = |value: &&str| styled.state([(key, *value)]).is_ok();
                let value = asked(key).filter(is_known).or(otherwise.filter(is_known))?;
                Some((key, value))
            })
            .collect();
        let name = if styled.style.name.is_empty() { &id } else { &styled.style.name };
        let day = settings.iter().find(|(key, _)| *key == "date").map(|(_, day)| *day);
        let since = asked("since").filter(|since| is_day(since));
        let range = since.zip(day).filter(|(since, day)| is_day(day) && since < day);
        let title = match (range, day) {
            (Some((since, day)), _) => format!("{name}, {since} to {day}"),
            (None, Some(day)) => format!("{name}, {day}"),
            (None, None) => name.clone(),
        };
        let mut query = form_urlencoded::Serializer::new(String::new());
        if let Some((since, day)) = range {
            // The days are the range's.
            settings.retain(|(key, _)| *key != "date");
            let kind = if asked("compare").is_some() { "compare" } else { "change" };
            query.append_pair(kind, &format!("{since}/{day}"));
            if kind == "compare" {
                query.append_pair("split", "1");
            }
        }
        query.extend_pairs(&settings).append_pair("furniture", "date,legend,scale,sources");
        let layer = |id: &str| styled.style.layers.iter().any(|layer| layer.id == id);
        if let Some(hide) = asked("hide").filter(|hide| hide.split(',').all(layer)) {
            query.append_pair("hide", hide);
        }
        let place = asked("map").and_then(place).or_else(|| frame(styled))?;
        let path = format!("styles/{}/static/{place}/{SIZE}.png", segment(&id));
        let picture = format!("{path}?{}", query.finish());
        let says = viewer("/opens/says/en").and_then(Json::as_str).unwrap_or(name);
        let mut tags = String::new();
        let mut add = |property: &str, content: &str| {
            let content = escaped(content);
            tags.push_str(&format!("<meta property=\"{property}\" content=\"{content}\">\n"));
        };
        add("og:type", "website");
        add("og:title", &title);
        add("og:description", says);
        if !url.is_empty() {
            add("og:image", &format!("{url}/{picture}"));
            add("og:image:width", "1200");
            add("og:image:height", "630");
            add("og:image:alt", &title);
        }
        tags.push_str("<meta name=\"twitter:card\" content=\"summary_large_image\">\n");
        tags.push_str(&format!("<meta name=\"description\" content=\"{}\">", escaped(says)));
        if !url.is_empty() {
            let page = form_urlencoded::Serializer::new(String::new())
                .append_pair("url", &format!("{url}/?{}", uri.query().unwrap_or_default()))
                .finish();
            tags.push_str(&format!(
                "\n<link rel=\"alternate\" type=\"application/json+oembed\" \
                 href=\"{url}/oembed?{page}\">"
            ));
        }
        Some(Self { title, tags, picture })
    }
}

/// Whether the viewer opens on a style before others.
pub fn is_preferred(styled: &StyledMap) -> bool {
    styled.style.json.pointer("/metadata/contactline:viewer/preferred") == Some(&Json::Bool(true))
}

fn is_day(text: &str) -> bool {
    text.parse::<Date>().is_ok()
}

/// `8/39.75/46.75`, zoom of tiles of 256 px, latitude, longitude, as static maps have it.
fn place(text: &str) -> Option<String> {
    let numbers: Option<Vec<f64>> = text.split('/').map(|n| n.parse().ok()).collect();
    match numbers?.as_slice() {
        [zoom, lat, lon]
            if (0.0..=22.0).contains(zoom) && lat.abs() <= 85.0 && lon.abs() <= 180.0 =>
        {
            Some(format!("{lon},{lat},{}", (zoom - 1.0).max(0.0)))
        }
        _ => None,
    }
}

/// The style's own frame.
fn frame(styled: &StyledMap) -> Option<String> {
    let bounds = styled.frame()?;
    let ((west, north), (east, south)) = (bounds.min.to_degrees(), bounds.max.to_degrees());
    Some(format!("{west:.4},{south:.4},{east:.4},{north:.4}"))
}
