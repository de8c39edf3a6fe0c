//! What lies at a pixel (GetFeatureInfo): the answer of `/query` around it.

use axum::http::HeaderMap;
use axum::response::Response;
use serde_json::{Map as JsonObject, Value as Json, json};

use super::Exception;
use crate::ask::Question;
use crate::atlas::Map;
use crate::geo::{Effort, Limits, Stop, World};
use crate::http::Problem;
use crate::http::request::{GEOJSON, JSON, tagged};
use crate::service::{Lane, Service};

/// The media types of answers.
pub const FORMATS: [&str; 4] = [GEOJSON, JSON, "text/html", "text/plain"];

/// How far from the middle of the pixel features may be, px.
const REACH_PX: f64 = 4.0;
/// An answer of no features.
const NOTHING: &[u8] = br#"{"type":"FeatureCollection","features":[],"numberMatched":0}"#;
/// Features of an answer.
pub const MOST: usize = 50;

/// A pixel that is asked about.
pub struct Pixel {
    pub style: String,
    /// Only what is drawn from these of its sources.
    pub only: Option<Vec<String>>,
    pub at: World,
    /// The side of a pixel, unit square.
    pub side: f64,
    pub day: Option<String>,
    pub format: &'static str,
    /// Features that are told of.
    pub most: usize,
}

/// Answers with what lies at a pixel.
pub async fn answer(
    service: &Service,
    pixel: Pixel,
    headers: &HeaderMap,
) -> Result<Response, Exception> {
    let format = pixel.format;
    let ask = move |map: &Map, stop: &Stop| {
        let effort = Effort::new(Limits::QUESTION, stop.clone());
        let members = members(map, &pixel);
        // A style without collections shows none, where a question without any asks for all.
        if members["collections"].as_array().is_none_or(Vec::is_empty) {
            return Ok(NOTHING.to_vec());
        }
        let question = Question::read(&members, &effort)?;
        let answer = question.ask(map.catalog(), &effort)?;
        Ok::<_, Problem>(answer.geojson(JsonObject::new()))
    };
    let bytes = service.run(Lane::Question, ask).await.map_err(Problem::from)??;
    let bytes = match format {
        "text/html" => html(&bytes),
        "text/plain" => plain(&bytes),
        _ => bytes,
    };
    let kind = if format == "text/html" { "text/html; charset=utf-8" } else { format };
    let kind = if format == "text/plain" { "text/plain; charset=utf-8" } else { kind };
    Ok(tagged(headers, kind, bytes))
}

fn members(map: &Map, pixel: &Pixel) -> JsonObject<String, Json> {
    let (lon, lat) = pixel.at.to_degrees();
    // The girth of the Earth at the latitude, m (WGS84).
    let girth = 40_075_016.686 * lat.to_radians().cos();
    let collections: Vec<&str> = map
        .style(&pixel.style)
        .into_iter()
        .flat_map(|styled| styled.source_collections())
        .filter(|(source, _)| {
            pixel.only.as_ref().is_none_or(|only| only.iter().any(|o| o == source))
        })
        .map(|(_, collection)| collection)
        .filter(|collection| map.catalog().collection(collection).is_some())
        .collect();
    let mut members = JsonObject::from_iter([
        ("of".to_string(), json!([lon, lat])),
        ("distance_m".to_string(), json!(pixel.side * girth * REACH_PX)),
        ("collections".to_string(), json!(collections)),
        ("limit".to_string(), json!(pixel.most)),
    ]);
    if let Some(day) = &pixel.day {
        members.insert("datetime".to_string(), json!(day));
    }
    if !pixel.format.ends_with("json") {
        members.insert("skipGeometry".to_string(), json!(true));
    }
    members
}

/// A feature as it is listed: its collection, and its properties by name.
type Listed = (String, Vec<(String, String)>);

/// How many features of how many there are, and each of them.
fn listed(answer: &[u8]) -> (String, Vec<Listed>) {
    let json: Json = serde_json::from_slice(answer).unwrap_or_default();
    let text = |value: &Json| match value {
        Json::String(text) => text.clone(),
        other => other.to_string(),
    };
    let features = json["features"].as_array().cloned().unwrap_or_default();
    let feature = |feature: &Json| {
        let properties = feature["properties"].as_object().into_iter().flatten();
        let listed = properties.map(|(name, value)| (name.clone(), text(value))).collect();
        (text(&feature["collection"]), listed)
    };
    let count = format!("{} of {} features", features.len(), json["numberMatched"]);
    (count, features.iter().map(feature).collect())
}

fn plain(answer: &[u8]) -> Vec<u8> {
    let (count, features) = listed(answer);
    let mut out = format!("{count}\n\n");
    for (collection, properties) in features {
        out.push_str(&format!("[{collection}]\n"));
        for (name, value) in properties {
            out.push_str(&format!("{name}: {}\n", value.replace('\n', " ")));
        }
        out.push('\n');
    }
    out.into_bytes()
}

fn html(answer: &[u8]) -> Vec<u8> {
    let escaped = |text: &str| {
        let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        text.replace('"', "&quot;")
    };
    let (count, features) = listed(answer);
    let head = "<!doctype html><meta charset=\"utf-8\"><title>Features</title>";
    let mut out = format!("{head}\n<p>{}</p>\n", escaped(&count));
    for (collection, properties) in features {
        out.push_str(&format!("<h2>{}</h2>\n<table>\n", escaped(&collection)));
        for (name, value) in properties {
            let (name, value) = (escaped(&name), escaped(&value));
            out.push_str(&format!("<tr><th>{name}</th><td>{value}</td></tr>\n"));
        }
        out.push_str("</table>\n");
    }
    out.into_bytes()
}
