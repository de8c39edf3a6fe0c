//! The legend of a style's map: of what can be seen in a part of it on a day, as rows for pages
//! (`/styles/{id}/legend.json`) and as a picture (`/styles/{id}/legend.png`).

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value as Json, json};

use super::Problem;
use super::ogc::parameters::corners;
use super::pictures::send;
use super::request::{Asker, JSON, Params, UrlPath, json as answer};
use super::styles::no_style;
use crate::atlas::{Frame, Map, Size};
use crate::geo::{Effort, Limits, Stop};
use crate::service::Lane;
use crate::sheet::{Fit, Furnishing, Output, Picture, Shown};

/// A view where nothing is said, CSS px.
const WIDTH_PX: usize = 1_024;
const HEIGHT_PX: usize = 768;
const MOST_PX: usize = 8_192;
/// Device px a CSS px.
const RATIO: u32 = 2;

/// `/styles/{id}/legend.json?bbox=&width=&height=&date=&lang=`
pub async fn rows(
    Asker(service): Asker,
    UrlPath(id): UrlPath<String>,
    params: Params,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let picture = picture(service.map(), id, params, RATIO, Output::PNG)?;
    let draw = move |map: &Map, stop: &Stop| {
        Ok::<_, Problem>(map.legend(&picture, &Effort::new(Limits::QUESTION, stop.clone()))?)
    };
    let rows = service.run(Lane::Picture, draw).await??;
    let row = |row: crate::sheet::LegendRow| {
        json!({
            "label": row.label,
            "layers": row.layers,
            "swatch": format!("data:image/png;base64,{}", STANDARD.encode(&row.png)),
            "width": row.size[0],
            "height": row.size[1],
        })
    };
    let rows: Vec<Json> = rows.into_iter().map(row).collect();
    Ok(kept(answer(&headers, JSON, &json!({ "rows": rows }))))
}

/// `/styles/{id}/legend.png?bbox=&width=&height=&date=&lang=`: as it is printed.
pub async fn image(
    Asker(service): Asker,
    UrlPath(id): UrlPath<String>,
    params: Params,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let picture = picture(service.map(), id, params, 1, Output::PNG)?;
    send(&service, picture, &headers, false).await
}

fn kept(mut answer: Response) -> Response {
    let value = HeaderValue::from_static("public, max-age=300");
    answer.headers_mut().insert(HeaderName::from_static("cache-control"), value);
    answer
}

/// The picture whose legend it is: what it shows of the style's frame, or of a box in degrees.
fn picture(
    map: &Map,
    style: String,
    mut params: Params,
    ratio: u32,
    output: Output,
) -> Result<Picture, Problem> {
    let styled = map.style(&style).ok_or_else(|| no_style(map, &style))?;
    let side = |params: &mut Params, key: &str, default: usize| {
        params.take_count(key, 1..=MOST_PX).map(|px| px.unwrap_or(default) as u32)
    };
    let width = side(&mut params, "width", WIDTH_PX)?;
    let height = side(&mut params, "height", HEIGHT_PX)?;
    let size = Size::new(width, height, ratio, Limits::PICTURE.px)?;
    let frame = match (params.take("bbox"), styled.frame()) {
        (Some(text), _) => Frame::bounds(corners(&text)?, size)?,
        (None, Some(bounds)) => Frame::around(bounds, 0, Frame::deepest_zoom(&bounds), size),
        (None, None) => Frame::bounds([-180.0, -85.0, 180.0, 85.0], size)?,
    };
    let state = styled.state(params.pairs())?;
    params.refuse_lists()?;
    let furnishing = Furnishing::read(Some("legend"), None, None, None)
        .map_err(|e| Problem::internal(e.to_string()))?;
    let shown = Shown { layers: None, ground: None, fit: Fit::Furniture };
    Ok(Picture { shown, furnishing, ..Picture::plain(style, state, frame, output) })
}
