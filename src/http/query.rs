//! `/query`: questions to the map, short ones as a query string, any as JSON.

use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, header};
use axum::response::Response;
use serde_json::{Map as JsonObject, Value as Json, json};

use super::batch::{self, Points, Wants};
use super::body::Document;
use super::request::{Asker, GEOJSON, Params, short, tagged};
use super::site::PublicUrl;
use super::{Problem, picture_name, pictures};
use crate::ask::{Question, Results};
use crate::atlas::{Frame, Map, Size};
use crate::diag::without_mark;
use crate::geo::{Effort, Limits, Stop};
use crate::service::{Lane, Service};
use crate::sheet::{Output, Overlay, Picture, PictureError};

/// `GET /query?at=lon,lat&datetime=...`
pub async fn get(
    Asker(service): Asker,
    PublicUrl(url): PublicUrl,
    params: Params,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let members: JsonObject<String, Json> =
        params.pairs().map(|(k, v)| (k.to_string(), Json::from(v))).collect();
    let query = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(params.pairs().filter(|(k, _)| *k != "f"))
        .append_pair("f", "png")
        .finish();
    let map = json!({
        "rel": "map",
        "type": "image/png",
        "href": format!("{url}/query?{query}"),
        "title": "The answer on the map",
    });
    // A series is no map.
    let map = Some(map).filter(|_| !members.contains_key("over"));
    let links = map.into_iter().chain([about(&url)]).collect();
    answer(&service, members, links, &headers).await
}

/// `POST /query`, the question a JSON object, or a table of points.
pub async fn post(
    Asker(service): Asker,
    PublicUrl(url): PublicUrl,
    params: Params,
    headers: HeaderMap,
    request: Request,
) -> Result<Response, Problem> {
    let kind = headers
        .get(header::CONTENT_TYPE)
        .and_then(|v| v.to_str().ok())
        .unwrap_or("application/json");
    if let Some(kind) = batch::Kind::of_media_type(kind) {
        let wants = Wants::of_params(params)?;
        let document = Document::of_table(request, &service).await?;
        return batch::answer(&service, wants, Points::Text(kind), document).await;
    }
    // What is asked stands in the document alone.
    params.finish("none beside a document")?;
    let document = Document::from_request(request, &service).await?;
    if !kind.split(';').next().is_some_and(|k| k.trim().ends_with("json")) {
        return Err(Problem::unsupported_media_type("send the question as application/json"));
    }
    let json: Json = serde_json::from_slice(without_mark(&document.text))
        .map_err(|e| Problem::bad_request(format!("not JSON: {e}")))?;
    match json {
        Json::Object(mut members) if members.contains_key("points") => {
            let points = Points::Json(members.remove("points").unwrap_or_default());
            batch::answer(&service, Wants::of_members(members)?, points, document).await
        }
        Json::Object(members) => answer(&service, members, vec![about(&url)], &headers).await,
        _ => Err(Problem::bad_request(
            "a question is a JSON object, such as {\"at\": [46.75, 39.76]}",
        )),
    }
}

fn about(url: &str) -> Json {
    json!({
        "rel": "service-doc",
        "type": "text/html",
        "href": format!("{url}/api.html"),
        "title": "What can be asked",
    })
}

async fn answer(
    service: &Service,
    mut members: JsonObject<String, Json>,
    links: Vec<Json>,
    headers: &HeaderMap,
) -> Result<Response, Problem> {
    let drawing = Drawing::take(&mut members)?;
    match drawing {
        None => {
            let ask = move |map: &Map, stop: &Stop| {
                let effort = Effort::new(Limits::QUESTION, stop.clone());
                let question = Question::read(&members, &effort)?;
                let answer = question.ask(map.catalog(), &effort)?;
                let beside = JsonObject::from_iter([
                    ("question".to_string(), Json::Object(members)),
                    ("links".to_string(), Json::Array(links)),
                ]);
                Ok::<_, Problem>(answer.geojson(beside))
            };
            let bytes = service.run(Lane::Question, ask).await??;
            Ok(tagged(headers, GEOJSON, bytes))
        }
        Some(drawing) => {
            let picture = {
                let draw = move |map: &Map, stop: &Stop| {
                    drawing.picture(map, &members, &Effort::new(Limits::QUESTION, stop.clone()))
                };
                service.run(Lane::Question, draw).await??
            };
            pictures::send(service, picture, headers, false).await
        }
    }
}

/// How an answer is to be drawn.
struct Drawing {
    style: Option<String>,
    size: Size,
}

/// CSS px around the features of an answer.
const PADDING_PX: u32 = 40;

impl Drawing {
    /// Takes the members that say how the answer is wanted; `None` where it is wanted as GeoJSON.
    fn take(members: &mut JsonObject<String, Json>) -> Result<Option<Drawing>, Problem> {
        let mut text = |key: &str| match members.remove(key) {
            None => Ok(None),
            Some(Json::String(text)) => Ok(Some(text)),
            Some(_) => Err(Problem::bad_request(format!("{key}: this must be text"))),
        };
        let (form, size, style) = (text("f")?, text("size")?, text("style")?);
        match form.as_deref() {
            Some("png") => {
                let size = picture_name::size_with_ratio(size.as_deref().unwrap_or("800x600"))?;
                Ok(Some(Drawing { style, size }))
            }
            None | Some("geojson" | "json") if size.is_some() || style.is_some() => Err(
                Problem::bad_request("'size' and 'style' are of a picture: ask for it with f=png"),
            ),
            None | Some("geojson" | "json") => Ok(None),
            Some(other) => Err(Problem::bad_request(format!(
                "'{}' is no value for f: geojson or png",
                short(other)
            ))),
        }
    }

    fn picture(
        self,
        map: &Map,
        members: &JsonObject<String, Json>,
        effort: &Effort,
    ) -> Result<Picture, Problem> {
        let question = Question::read(members, effort)?.with_geometry();
        let answer = question.ask(map.catalog(), effort)?;
        if matches!(answer.results, Results::Series(_)) {
            let told = "f: a series of sums is no map; ask for one day by datetime";
            return Err(Problem::bad_request(told));
        }
        let overlay = Overlay::of_answer(&answer).map_err(|e| Problem::internal(e.to_string()))?;
        let id =
            self.style.or_else(|| Some(map.styles().next()?.0.to_string())).unwrap_or_default();
        let styled = map.style(&id).ok_or_else(|| PictureError::Style(short(&id)))?;
        let day = question
            .day()
            .filter(|_| styled.style.state.contains_key("date"))
            .map(|d| d.to_string());
        let state = styled.state(day.iter().map(|day| ("date", day.as_str())))?;
        let bounds = overlay.frame().or_else(|| styled.frame()).ok_or_else(|| {
            Problem::bad_request(
                "there is nothing to draw: neither the answer nor the style has features",
            )
        })?;
        let frame = Frame::around(bounds, PADDING_PX, Frame::deepest_zoom(&bounds), self.size);
        Ok(Picture {
            overlay: Some(overlay),
            warnings: answer.warnings,
            ..Picture::plain(id, state, frame, Output::PNG)
        })
    }
}
