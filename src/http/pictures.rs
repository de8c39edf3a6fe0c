//! Static maps, and pictures as answers.

use axum::http::{HeaderMap, HeaderValue, Uri};
use axum::response::Response;

use super::Problem;
use super::body::Document;
use super::picture_name::{picture_name, size};
use super::request::{Asker, Params, UrlPath, WARNING, cached, has_tag, number, short};
use super::warm::Lasting;
use crate::atlas::Map;
use crate::geo::{Effort, Limits, LonLat, NumbersError, Stop};
use crate::service::{Lane, Service};
use crate::sheet::{
    Animate, CalloutSpec, Marker, OnTop, Output, Path, PathLook, Picture, Preset, Spec,
};

/// `/styles/{id}/static/{lon},{lat},{zoom}/{w}x{h}[@{ratio}x].{format}`,
/// `/static/{w},{s},{e},{n}/...`, or `/static/auto/...` around what is drawn on top; in place of
/// the size the name of a preset.
pub async fn picture(
    Asker(service): Asker,
    UrlPath((id, place, file)): UrlPath<(String, String, String)>,
    params: Params,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Problem> {
    let asked = AskedPicture { place, file, params, mapbox: None };
    asked.answer(&service, id, &headers, &uri).await
}

/// The same as Mapbox's static images have it:
/// `/styles/{id}/static/{overlay}/{lon},{lat},{zoom}[,{bearing}]/{w}x{h}[@2x]`,
/// `/[{w},{s},{e},{n}]/` or `/auto/`; PNG without an extension.
pub async fn overlaid_picture(
    Asker(service): Asker,
    UrlPath((id, overlay, place, file)): UrlPath<(String, String, String, String)>,
    mut params: Params,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Problem> {
    let on_top = OnTop::of_mapbox(&overlay)?;
    // Of Mapbox's own, what says nothing of the picture.
    for key in ["access_token", "attribution", "logo"] {
        params.take(key);
    }
    let asked = AskedPicture { place, file, params, mapbox: Some(on_top) };
    asked.answer(&service, id, &headers, &uri).await
}

/// What a URL says of a picture.
struct AskedPicture {
    place: String,
    file: String,
    params: Params,
    /// What is drawn on top, where it is said as Mapbox has it.
    mapbox: Option<OnTop>,
}

impl AskedPicture {
    async fn answer(
        self,
        service: &Service,
        id: String,
        headers: &HeaderMap,
        uri: &Uri,
    ) -> Result<Response, Problem> {
        let spec = self.spec()?;
        let recipe = recipe(uri);
        let geo = spec.geo;
        let read = move |map: &Map, stop: &Stop| {
            spec.picture(map, &id, recipe, &Effort::new(Limits::QUESTION, stop.clone()))
        };
        let picture = service.run(Lane::Picture, read).await??;
        holds_place(geo, picture.output)?;
        send(service, picture, headers, false).await
    }

    /// The picture as a document.
    fn spec(self) -> Result<Spec, Problem> {
        const FORMATS: [&str; 9] =
            ["png", "webp", "jpg", "jpeg", "gif", "tif", "tiff", "svg", "pdf"];
        let Self { place, file, mut params, mapbox } = self;
        let file = if file.contains('.') { file } else { format!("{file}.png") };
        let (stem, ratio, _) = picture_name(&file, &FORMATS)?;
        let mut spec = spec_of(&mut params)?;
        put(&mut spec, &place, mapbox.is_some())?;
        if let Some(on_top) = mapbox {
            spec.markers.extend(on_top.markers);
            spec.paths.extend(on_top.paths);
            spec.geojson = on_top.geojson;
        }
        spec.format = file.rsplit_once('.').map(|(_, extension)| extension.to_string());
        give_size(&mut spec, stem, ratio)?;
        spec.state = params.pairs().map(|(k, v)| (k.to_string(), v.to_string())).collect();
        Ok(spec)
    }
}

/// Gives a map the size that a path says: `{w}x{h}`, or the name of a preset.
fn give_size(spec: &mut Spec, stem: &str, ratio: u32) -> Result<(), Problem> {
    if Preset::named(stem).is_some() {
        if let Some(other) = &spec.preset {
            let told = format!(
                "the size is said twice: as {stem} in the path, and by preset={}",
                short(other)
            );
            return Err(Problem::bad_request(told));
        }
        spec.preset = Some(stem.to_string());
        // A preset has its own; another is refused with the rest of the document.
        spec.ratio = (ratio != 1).then_some(ratio);
        return Ok(());
    }
    let is_size = stem.split_once('x').is_some_and(|(width, height)| {
        [width, height]
            .iter()
            .all(|side| !side.is_empty() && side.bytes().all(|b| b.is_ascii_digit()))
    });
    if !is_size {
        let told = format!("write WIDTHxHEIGHT in CSS px, or a preset: {}", Preset::none_is(stem));
        return Err(Problem::bad_request(told));
    }
    let size = size((stem, ratio))?;
    (spec.width, spec.height, spec.ratio) =
        (Some(size.width()), Some(size.height()), Some(size.ratio()));
    Ok(())
}

/// The request, to be made again by whoever has the picture: without what is its sender's own.
fn recipe(uri: &Uri) -> String {
    // However the name is written.
    let name = |pair: &str| {
        form_urlencoded::parse(pair.as_bytes()).next().map(|(name, _)| name.into_owned())
    };
    let is_secret = |pair: &&str| name(pair).as_deref() == Some("access_token");
    let query: Vec<&str> = uri
        .query()
        .into_iter()
        .flat_map(|q| q.split('&'))
        .filter(|pair| !is_secret(pair))
        .collect();
    match query.is_empty() {
        true => uri.path().to_string(),
        false => format!("{}?{}", uri.path(), query.join("&")),
    }
}

/// Says where a map is: `auto`, `lon,lat,zoom`, `west,south,east,north`, or, as Mapbox has it,
/// `[west,south,east,north]` or `lon,lat,zoom,bearing[,pitch]`.
fn put(spec: &mut Spec, place: &str, is_mapbox: bool) -> Result<(), Problem> {
    let wrong = || {
        let place = short(place);
        Problem::bad_request(format!(
            "'{place}' is no place: lon,lat,zoom or west,south,east,north, or auto"
        ))
    };
    if place == "auto" {
        return Ok(());
    }
    let in_brackets = place.strip_prefix('[').and_then(|p| p.strip_suffix(']'));
    let numbers: Result<Vec<f64>, Problem> =
        in_brackets.unwrap_or(place).split(',').map(|n| number("number", n)).collect();
    let numbers = numbers.ok().filter(|all| all.iter().all(|n| n.is_finite())).ok_or_else(wrong)?;
    match (numbers.as_slice(), in_brackets) {
        ([lon, lat, zoom], None) => {
            let (lon, lat) = (*lon, *lat);
            let center = LonLat::new(lon, lat).ok_or(NumbersError::Position(lon, lat))?;
            (spec.center, spec.zoom) = (Some([center.lon(), center.lat()]), Some(*zoom));
        }
        ([lon, lat, zoom, bearing, pitch @ ..], None) if is_mapbox && pitch.len() < 2 => {
            if pitch.iter().any(|pitch| *pitch != 0.0) {
                return Err(Problem::bad_request("maps are seen from above: the pitch is 0"));
            }
            (spec.center, spec.zoom, spec.bearing) =
                (Some([*lon, *lat]), Some(*zoom), Some(*bearing));
        }
        ([west, south, east, north], _) => spec.bbox = Some([*west, *south, *east, *north]),
        _ => return Err(wrong()),
    }
    Ok(())
}

/// `POST /styles/{id}/static`: a map as a document.
pub async fn of_spec(
    Asker(service): Asker,
    UrlPath(id): UrlPath<String>,
    document: Document,
) -> Result<Response, Problem> {
    let Document { text, lease } = document;
    let recipe = format!(
        "POST /styles/{id}/static {}",
        String::from_utf8_lossy(&text).chars().take(4_000).collect::<String>()
    );
    let draw = move |map: &Map, stop: &Stop| {
        let spec = Spec::read(&text)?;
        let picture =
            spec.picture(map, &id, recipe, &Effort::new(Limits::QUESTION, stop.clone()))?;
        Ok::<_, Problem>((spec.geo, picture, lease))
    };
    let (geo, picture, lease) = service.run(Lane::Long, draw).await??;
    holds_place(geo, picture.output)?;
    // 304 is an answer to GET and HEAD alone (RFC 9110, 13.1.2).
    let answer = send(&service, picture, &HeaderMap::new(), false).await;
    // What was made of the document is gone only now.
    drop(lease);
    answer
}

/// One answer is one file: a world file beside it is for the command line.
fn holds_place(geo: bool, output: Output) -> Result<(), Problem> {
    match geo && !output.holds_place() {
        true => Err(Problem::bad_request(
            "/geo: a file of this format does not say where it lies; use .tif or .pdf",
        )),
        false => Ok(()),
    }
}

/// Takes what parameters say of a map besides its place and the style's own state.
fn spec_of(params: &mut Params) -> Result<Spec, Problem> {
    let number = |text: Option<String>, name: &str| match text {
        None => Ok(None),
        Some(text) => match text.parse::<f64>() {
            Ok(n) if n.is_finite() => Ok(Some(n)),
            _ => Err(Problem::bad_request(format!(
                "'{}' is no value for {name}: a number",
                short(&text)
            ))),
        },
    };
    let look = PathLook {
        stroke: params.take("stroke"),
        width: number(params.take("width"), "width")?,
        fill: params.take("fill"),
    };
    let (mut markers, mut paths) = (Vec::new(), Vec::new());
    for text in params.take_list("marker") {
        markers.extend(Marker::of_url(&text)?);
    }
    for text in params.take_list("path") {
        paths.extend(Path::of_url(&text, &look)?);
    }
    let given = [
        ("stroke", look.stroke.is_some()),
        ("width", look.width.is_some()),
        ("fill", look.fill.is_some()),
    ];
    if let Some((name, _)) = given.iter().find(|(_, given)| *given && paths.is_empty()) {
        return Err(Problem::bad_request(format!(
            "{name}: this is how paths look, and there is none: give path="
        )));
    }
    let callouts = params.take_list("callout");
    let callouts = callouts
        .iter()
        .flat_map(|t| t.split('|'))
        .map(CalloutSpec::of_text)
        .collect::<Result<_, _>>()?;
    let highlight = params
        .take_list("highlight")
        .iter()
        .flat_map(|t| t.split('|'))
        .map(str::to_string)
        .collect();
    let hide = params.take("hide");
    let animate = match (params.take("from"), params.take("to")) {
        (None, None) => None,
        (from, to) => Some(Animate {
            from: from.unwrap_or_default(),
            to: to.unwrap_or_default(),
            step: params.take_count("step", 1..=100_000)?.map(|days| days as u32),
            seconds: number(params.take("seconds"), "seconds")?,
        }),
    };
    Ok(Spec {
        animate,
        dpi: number(params.take("dpi"), "dpi")?,
        bearing: number(params.take("bearing"), "bearing")?,
        maxzoom: number(params.take("maxzoom"), "maxzoom")?,
        quality: params.take_count("quality", 1..=100)?.map(|q| q as u8),
        text: params.take("text"),
        furniture: params.take("furniture"),
        hide: hide.iter().flat_map(|names| names.split(',')).map(str::to_string).collect(),
        preset: params.take("preset"),
        title: params.take("title"),
        subtitle: params.take("subtitle"),
        theme: params.take("theme"),
        change: params.take("change"),
        compare: params.take("compare"),
        split: params.take_flag("split")?,
        projection: params.take("projection"),
        geo: params.take_flag("geo")?,
        palette: params.take_flag("palette")?,
        markers,
        paths,
        callouts,
        highlight,
        ..Spec::default()
    })
}

/// A warning as a header has it: letters of other scripts are left out.
pub fn warning(told: &str) -> Option<HeaderValue> {
    let text: String = told
        .chars()
        .take(300)
        .map(|c| if c.is_ascii_graphic() || c == ' ' { c } else { '?' })
        .collect();
    HeaderValue::from_str(&text).ok()
}

/// Answers with the picture, drawn or kept, or with 304 where the client has it already. It is
/// `lasting` where it hangs on nothing of the request but its URL.
pub async fn send(
    service: &Service,
    picture: Picture,
    headers: &HeaderMap,
    lasting: bool,
) -> Result<Response, Problem> {
    let key = picture.key(service.map());
    let kind = picture.output.media_type();
    let mut warnings: Vec<HeaderValue> =
        picture.warnings.iter().filter_map(|told| warning(told)).collect();
    let mut answer = match has_tag(headers, &format!("\"{key}\"")) {
        true => cached(headers, &key, kind, ()),
        false => {
            let made = service.picture(picture, key.clone()).await?;
            warnings.extend(made.warnings.iter().filter_map(|told| warning(told)));
            let mut answer = cached(headers, &key, kind, made.bytes.clone());
            if lasting {
                answer.extensions_mut().insert(Lasting(made.bytes));
            }
            answer
        }
    };
    for told in warnings {
        answer.headers_mut().append(WARNING, told);
    }
    Ok(answer)
}
