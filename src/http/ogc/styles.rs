//! OGC API - Styles (OGC 20-009): the styles, each as MapLibre has it, and what is known of it.

use axum::http::HeaderMap;
use axum::response::Response;
use serde_json::{Value as Json, json};

use super::landing::answer;
use super::negotiate::Format;
use super::{link, relations, segment};
use crate::atlas::StyledMap;
use crate::http::Problem;
use crate::http::request::{Asker, JSON, Params, STYLE, UrlPath};
use crate::http::site::PublicUrl;
use crate::http::styles::no_style;
use crate::style::Paint;

const SPECIFICATION: &str = "https://maplibre.org/maplibre-style-spec/";

/// `/styles`
pub async fn list(
    Asker(service): Asker,
    PublicUrl(url): PublicUrl,
    mut params: Params,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let format = Format::wanted(&mut params, &headers, &Format::PLAIN)?;
    params.finish("f")?;
    let styles = service.map().styles().map(
        |(id, styled)| json!({"id": id, "title": title(id, styled), "links": links(id, &url)}),
    );
    let mut out = json!({
        "styles": styles.collect::<Vec<_>>(),
        "links": [link("self", JSON, format!("{url}/styles?f=json"), "The styles")],
    });
    if let Some((id, _)) = service.map().styles().next() {
        out["default"] = json!(id);
    }
    answer(format, &headers, "Styles", out)
}

/// `/styles/{id}/metadata`
pub async fn metadata(
    Asker(service): Asker,
    UrlPath(id): UrlPath<String>,
    PublicUrl(url): PublicUrl,
    mut params: Params,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let format = Format::wanted(&mut params, &headers, &Format::PLAIN)?;
    params.finish("f")?;
    let styled = service.map().style(&id).ok_or_else(|| no_style(service.map(), &id))?;
    let layers = styled.style.layers.iter().filter_map(|layer| {
        let kind = match layer.paint {
            Paint::Fill(_) => "polygon",
            Paint::Line(_) => "line",
            Paint::Circle(_) | Paint::Symbol(_) | Paint::Heatmap(_) => "point",
            _ => return None,
        };
        let source = layer.source.as_deref()?;
        let collection = styled.source_collections().find(|(own, _)| *own == source);
        let mut out = json!({"id": layer.id, "type": kind});
        if let Some((_, collection)) = collection {
            let items = format!("{url}/collections/{}/items", segment(collection));
            out["sampleData"] = link("data", "application/geo+json", items, "The features");
        }
        Some(out)
    });
    let mut state: Vec<Json> = Vec::new();
    for (key, value) in &styled.style.state {
        state.push(json!({"id": key, "default": value.to_json()}));
    }
    let out = json!({
        "id": id,
        "title": title(&id, styled),
        "scope": "style",
        "version": format!("{:016x}", service.map().revision()),
        "stylesheets": [{
            "title": "MapLibre style",
            "version": "8",
            "specification": SPECIFICATION,
            "native": true,
            "link": link("stylesheet", STYLE, sheet(&id, &url), "The style"),
        }],
        "layers": layers.collect::<Vec<_>>(),
        "contactline:state": state,
        "links": links(&id, &url),
    });
    answer(format, &headers, title(&id, styled), out)
}

fn title<'a>(id: &'a str, styled: &'a StyledMap) -> &'a str {
    if styled.style.name.is_empty() { id } else { &styled.style.name }
}

fn sheet(id: &str, url: &str) -> String {
    format!("{url}/styles/{}?f=mapbox", segment(id))
}

fn links(id: &str, url: &str) -> [Json; 4] {
    let here = format!("{url}/styles/{}", segment(id));
    [
        link("stylesheet", STYLE, sheet(id, url), "The style, as MapLibre has it"),
        link("describedby", JSON, format!("{here}/metadata"), "What is known of it"),
        link(relations::MAP, "image/png", format!("{here}/map"), "The map in it"),
        link(relations::MAP_SETS, JSON, format!("{here}/map/tiles"), "The map as tiles"),
    ]
}
