//! Raster tiles and static maps.

use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use axum::response::Response;

use super::Problem;
use super::request::{Params, UrlPath, cached, has_tag, number, short};
use crate::geo::{LonLat, TileId};
use crate::map::{Frame, Furnishing, Output, Picture, PictureError, Service, Size, TextAs};

/// Device px of a picture over HTTP: 36 megapixels, some 300 MB while it is drawn and encoded.
const MAX_PX: u64 = 36_000_000;

/// `/styles/{id}/{z}/{x}/{y}[@{ratio}x].png`, 256 CSS px.
pub async fn tile(
    State(service): State<Service>,
    UrlPath((id, z, x, file)): UrlPath<(String, String, String, String)>,
    params: Params,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (frame, output) = tile_frame(256, &z, &x, &file)?;
    draw(&service, id, frame, output, &params, &headers).await
}

/// `/styles/{id}/{256,512}/{z}/{x}/{y}[@{ratio}x].png`.
pub async fn sized_tile(
    State(service): State<Service>,
    UrlPath((id, size, z, x, file)): UrlPath<(String, String, String, String, String)>,
    params: Params,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let size = match size.as_str() {
        "256" => 256,
        "512" => 512,
        other => return Err(Problem::not_found(format!("tiles are 256 or 512 px, not '{}'", short(other)))),
    };
    let (frame, output) = tile_frame(size, &z, &x, &file)?;
    draw(&service, id, frame, output, &params, &headers).await
}

/// `/styles/{id}/static/{lon},{lat},{zoom}/{w}x{h}[@{ratio}x].png` or `/static/{w},{s},{e},{n}/...`.
pub async fn picture(
    State(service): State<Service>,
    UrlPath((id, place, file)): UrlPath<(String, String, String)>,
    mut params: Params,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Problem> {
    let (stem, ratio, output) = picture_name(&file, &["png", "webp", "jpg", "jpeg", "svg", "pdf"])?;
    let size = size((stem, ratio))?;
    let frame = match place.matches(',').count() {
        2 => {
            let (center, zoom) = place.rsplit_once(',').unwrap_or_default();
            Frame::centered(LonLat::parse(center)?, number("zoom", zoom)?, size)?
        }
        3 => {
            let degrees: Result<Vec<f64>, Problem> = place.split(',').map(|n| number("number of degrees", n)).collect();
            let bounds = degrees?.try_into().map_err(|_| PictureError::Bounds(short(&place)))?;
            Frame::bounds(bounds, size)?
        }
        _ => {
            return Err(Problem::bad_request(format!(
                "'{}' is no place: lon,lat,zoom or west,south,east,north",
                short(&place)
            )));
        }
    };
    let output = told(output, &mut params)?;
    let (title, subtitle) = (params.take("title"), params.take("subtitle"));
    let (furniture, theme) = (params.take("furniture"), params.take("theme"));
    let mut furnishing = Furnishing::read(furniture.as_deref(), title, subtitle, theme.as_deref())
        .map_err(|e| Problem::bad_request(e.to_string()))?;
    let styled = service.map().style(&id).ok_or_else(|| PictureError::Style(short(&id)))?;
    let state = styled.state(params.pairs())?;
    if let Some(wanted) = &mut furnishing {
        let date = params.pairs().find(|(k, _)| *k == "date").and_then(|(_, v)| v.parse().ok());
        wanted.day = date.or_else(|| styled.default_day());
        wanted.recipe = uri.to_string();
    }
    let picture = Picture { style: id, state, frame, overlay: None, output, furnishing };
    send(&service, picture, &headers).await
}

/// The format with all that the parameters say of it.
fn told(output: Output, params: &mut Params) -> Result<Output, Problem> {
    let wrong = |name: &str, text: &str, expected: &str| {
        Problem::bad_request(format!("'{}' is no value for {name}: {expected}", short(text)))
    };
    let dpi = match params.take("dpi") {
        None => None,
        Some(text) => match text.parse::<f64>() {
            Ok(dpi) if (10.0..=4_800.0).contains(&dpi) => Some(dpi),
            _ => return Err(wrong("dpi", &text, "a number from 10 to 4800")),
        },
    };
    let quality = params.take_count("quality", 1..=100)?;
    let text = match params.take("text").as_deref() {
        None | Some("outline") => TextAs::Outlines,
        Some("live") => TextAs::Live,
        Some(other) => return Err(wrong("text", other, "outline or live")),
    };
    Ok(match output {
        Output::Png(_) => Output::Png(dpi),
        Output::Pdf(_) => Output::Pdf(dpi),
        Output::Svg(_) => Output::Svg(text),
        Output::Jpeg(usual) => Output::Jpeg(quality.map_or(usual, |q| q as u8)),
        Output::WebP => Output::WebP,
    })
}

/// `WIDTHxHEIGHT` in CSS px, within what may be drawn.
fn size((text, ratio): (&str, u32)) -> Result<Size, Problem> {
    let (width, height) = text.split_once('x').ok_or_else(|| PictureError::Size(short(text)))?;
    let side = |side: &str| side.parse().map_err(|_| PictureError::Size(short(text)));
    Ok(Size::new(side(width)?, side(height)?, ratio, MAX_PX)?)
}

/// `WIDTHxHEIGHT[@{1..4}x]`.
pub fn size_with_ratio(text: &str) -> Result<Size, Problem> {
    size(with_ratio(text)?)
}

fn tile_frame(size: u32, z: &str, x: &str, file: &str) -> Result<(Frame, Output), Problem> {
    let (y, ratio, output) = picture_name(file, &["png", "webp", "jpg", "jpeg"])?;
    let tile = TileId::new(number("zoom", z)?, number("tile column", x)?, number("tile row", y)?)
        .map_err(|e| Problem::not_found(e.to_string()))?;
    Ok((Frame::tile(tile, size, ratio), output))
}

/// The stem, ratio and format of `stem[@{1..4}x].extension`.
fn picture_name<'a>(file: &'a str, offered: &[&str]) -> Result<(&'a str, u32, Output), Problem> {
    let (stem, extension) = file.rsplit_once('.').unwrap_or((file, ""));
    let output = Output::of_extension(extension).filter(|_| offered.contains(&extension)).ok_or_else(|| {
        Problem::not_found(format!("'{}' is not served; pictures are .{}", short(file), offered.join(", .")))
    })?;
    let (stem, ratio) = with_ratio(stem)?;
    Ok((stem, ratio, output))
}

/// The stem and ratio of `stem[@{1..4}x]`.
fn with_ratio(stem: &str) -> Result<(&str, u32), Problem> {
    let Some((stem, ratio)) = stem.split_once('@') else { return Ok((stem, 1)) };
    match ratio {
        "1x" => Ok((stem, 1)),
        "2x" => Ok((stem, 2)),
        "3x" => Ok((stem, 3)),
        "4x" => Ok((stem, 4)),
        other => Err(PictureError::Ratio(format!("@{}", short(other))).into()),
    }
}

async fn draw(
    service: &Service,
    style: String,
    frame: Frame,
    output: Output,
    params: &Params,
    headers: &HeaderMap,
) -> Result<Response, Problem> {
    let styled = service.map().style(&style).ok_or_else(|| PictureError::Style(short(&style)))?;
    let state = styled.state(params.pairs())?;
    send(service, Picture { style, state, frame, overlay: None, output, furnishing: None }, headers).await
}

/// Answers with the picture, drawn or kept, or with 304 where the client has it already.
pub async fn send(service: &Service, picture: Picture, headers: &HeaderMap) -> Result<Response, Problem> {
    let key = picture.key(service.map());
    let kind = picture.output.media_type();
    if has_tag(headers, &format!("\"{key}\"")) {
        return Ok(cached(headers, &key, kind, ()));
    }
    let bytes = service.picture(picture, key.clone()).await?;
    Ok(cached(headers, &key, kind, bytes))
}
