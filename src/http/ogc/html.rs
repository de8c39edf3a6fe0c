//! Resources as pages for people: plain HTML made from the same JSON that programs get.

use axum::http::HeaderMap;
use axum::response::Response;
use serde_json::Value as Json;

use super::relations::MAP;
use crate::http::request::tagged;

/// A resource as a page, tagged by its bytes.
pub fn page(headers: &HeaderMap, title: &str, json: &Json) -> Response {
    tagged(headers, HTML, document(title, json).into_bytes())
}

/// A resource as an HTML document.
pub fn document(title: &str, json: &Json) -> String {
    let mut body = String::new();
    let mut links = json["links"].as_array().into_iter().flatten();
    if let Some(place) = links
        .find(|link| link["rel"] == MAP && link["type"] == "image/png" && is_link(&link["href"]))
        .and_then(|link| link["href"].as_str())
    {
        let place = escaped(place);
        body.push_str(&format!(
            "<p><a href=\"{place}\"><img class=\"map\" src=\"{place}\" alt=\"The map\"></a></p>\n"
        ));
    }
    write(json, 0, &mut body);
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title}</title>\n<link rel=\"stylesheet\" href=\"/assets/resource.css\">\n</head>\n\
         <body>\n<header><a href=\"/\">contactline</a> · \
         <a href=\"/collections?f=html\">collections</a> · \
         <a href=\"/api.html\">API</a></header>\n\
         <main>\n<h1>{title}</h1>\n{body}</main>\n</body>\n</html>\n",
        title = escaped(title)
    )
}

/// The type of pages.
pub const HTML: &str = "text/html; charset=utf-8";

/// Whether it leads to a page, and does nothing else.
fn is_link(href: &Json) -> bool {
    href.as_str()
        .is_some_and(|h| ["http://", "https://", "/"].iter().any(|start| h.starts_with(start)))
}

/// Deeper than this is written as JSON.
const MAX_DEPTH: usize = 6;

fn write(json: &Json, depth: usize, out: &mut String) {
    match json {
        Json::Object(object) if depth < MAX_DEPTH && object.get("href").is_some_and(is_link) => {
            anchor(json, out)
        }
        Json::Object(object)
            if depth < MAX_DEPTH
                && object.get("type").is_some_and(|t| t == "FeatureCollection") =>
        {
            object
                .iter()
                .filter(|(k, _)| !["type", "features"].contains(&k.as_str()))
                .for_each(|(k, v)| term(k, v, depth, out));
            table(object.get("features").and_then(Json::as_array).map_or(&[], Vec::as_slice), out);
        }
        Json::Object(object) if depth < MAX_DEPTH && !object.contains_key("coordinates") => {
            out.push_str("<dl>\n");
            object.iter().for_each(|(k, v)| term(k, v, depth, out));
            out.push_str("</dl>\n");
        }
        Json::Array(items)
            if depth < MAX_DEPTH && items.iter().any(|i| i.is_object() || i.is_array()) =>
        {
            out.push_str("<ul>\n");
            for item in items {
                out.push_str("<li>");
                write(item, depth + 1, out);
                out.push_str("</li>\n");
            }
            out.push_str("</ul>\n");
        }
        Json::String(text) if text.starts_with("http://") || text.starts_with("https://") => {
            out.push_str(&format!("<a href=\"{0}\">{0}</a>", escaped(text)));
        }
        Json::String(text) => out.push_str(&escaped(text)),
        other => {
            let text = other.to_string();
            let short: String = text.chars().take(200).collect();
            out.push_str(&escaped(&short));
            if short.len() < text.len() {
                out.push('…');
            }
        }
    }
}

fn term(key: &str, value: &Json, depth: usize, out: &mut String) {
    out.push_str(&format!("<dt>{}</dt><dd>", escaped(key)));
    write(value, depth + 1, out);
    out.push_str("</dd>\n");
}

fn anchor(link: &Json, out: &mut String) {
    let text = |key: &str| link.get(key).and_then(Json::as_str).unwrap_or_default();
    let name = if text("title").is_empty() { text("href") } else { text("title") };
    out.push_str(&format!(
        "<a href=\"{}\">{}</a> ({})",
        escaped(text("href")),
        escaped(name),
        escaped(text("type"))
    ));
}

/// Features as a table of their properties.
fn table(features: &[Json], out: &mut String) {
    let mut columns: Vec<&str> = Vec::new();
    for key in features.iter().filter_map(|f| f["properties"].as_object()).flat_map(|p| p.keys()) {
        if !columns.contains(&key.as_str()) {
            columns.push(key);
        }
    }
    out.push_str("<table>\n<tr><th>id</th>");
    columns.iter().for_each(|c| out.push_str(&format!("<th>{}</th>", escaped(c))));
    out.push_str("</tr>\n");
    for feature in features {
        out.push_str("<tr><td>");
        match feature["links"].as_array().and_then(|l| l.first()).and_then(|l| l["href"].as_str()) {
            Some(href) => out.push_str(&format!(
                "<a href=\"{}\">{}</a>",
                escaped(href),
                escaped(&plain(&feature["id"]))
            )),
            None => out.push_str(&escaped(&plain(&feature["id"]))),
        }
        out.push_str("</td>");
        columns.iter().for_each(|c| {
            out.push_str(&format!("<td>{}</td>", escaped(&plain(&feature["properties"][*c]))))
        });
        out.push_str("</tr>\n");
    }
    out.push_str("</table>\n");
}

fn plain(json: &Json) -> String {
    match json {
        Json::Null => String::new(),
        Json::String(t) => t.clone(),
        other => other.to_string(),
    }
}

/// As text of a page, or as the value of an attribute.
pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
