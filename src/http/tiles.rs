//! Raster tiles.

use axum::http::HeaderMap;
use axum::response::Response;

use super::Problem;
use super::picture_name::picture_name;
use super::pictures::send;
use super::request::{Asker, Params, UrlPath, number, short};
use crate::atlas::{Frame, FrameError, Size, StyledMap};
use crate::geo::TileId;
use crate::service::Service;
use crate::sheet::{Output, Picture, PictureError, Shown};

/// `/styles/{id}/{z}/{x}/{y}[@{ratio}x].png`, 256 CSS px.
pub async fn tile(
    Asker(service): Asker,
    UrlPath((id, z, x, file)): UrlPath<(String, String, String, String)>,
    params: Params,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (frame, output) = tile_frame(256, &z, &x, &file)?;
    draw(&service, (id, frame, output), params, &headers, true).await
}

/// `/styles/{id}/{256,512}/{z}/{x}/{y}[@{ratio}x].png`.
pub async fn sized_tile(
    Asker(service): Asker,
    UrlPath((id, size, z, x, file)): UrlPath<(String, String, String, String, String)>,
    params: Params,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let size = match size.as_str() {
        "256" => 256,
        "512" => 512,
        other => {
            return Err(Problem::not_found(format!(
                "tiles are 256 or 512 px, not '{}'",
                short(other)
            )));
        }
    };
    let (frame, output) = tile_frame(size, &z, &x, &file)?;
    draw(&service, (id, frame, output), params, &headers, true).await
}

/// `/styles/{id}/tms/{z}/{x}/{y}[@{ratio}x].png`: row 0 in the south, as TMS and MBTiles have it.
pub async fn tms_tile(
    Asker(service): Asker,
    UrlPath((id, z, x, file)): UrlPath<(String, String, String, String)>,
    params: Params,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (row, rest) = split_row(&file);
    let turned = tile_of(&z, &x, row)?;
    let row = (1_u32 << turned.z()) - 1 - turned.y();
    let (frame, output) = tile_frame(256, &z, &x, &format!("{row}{rest}"))?;
    draw(&service, (id, frame, output), params, &headers, true).await
}

/// `/styles/{id}/quadkey/{quadkey}[@{ratio}x].png`, as Bing Maps numbers tiles: a digit for each zoom.
pub async fn quadkey_tile(
    Asker(service): Asker,
    UrlPath((id, file)): UrlPath<(String, String)>,
    params: Params,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (key, rest) = split_row(&file);
    let is_key = key.bytes().all(|digit| (b'0'..=b'3').contains(&digit));
    if !is_key || key.len() > usize::from(TileId::MAX_ZOOM) {
        return Err(Problem::bad_request(format!(
            "'{}' is no quadkey: up to {} digits from 0 to 3",
            short(key),
            TileId::MAX_ZOOM
        )));
    }
    let (x, y) = key.bytes().fold((0_u32, 0_u32), |(x, y), digit| {
        let digit = u32::from(digit - b'0');
        (x * 2 + (digit & 1), y * 2 + (digit >> 1))
    });
    let (z, x) = (key.len().to_string(), x.to_string());
    let (frame, output) = tile_frame(256, &z, &x, &format!("{y}{rest}"))?;
    draw(&service, (id, frame, output), params, &headers, true).await
}

/// A file's name up to its ratio or its end, and the rest of it.
fn split_row(file: &str) -> (&str, &str) {
    file.split_at(file.find(['@', '.']).unwrap_or(file.len()))
}

fn tile_frame(size: u32, z: &str, x: &str, file: &str) -> Result<(Frame, Output), Problem> {
    let (y, ratio, output) = picture_name(file, &["png", "webp", "jpg", "jpeg"])?;
    if ratio > Size::MAX_TILE_RATIO {
        return Err(FrameError::Ratio(format!("@{ratio}x")).into());
    }
    Ok((Frame::tile(tile_of(z, x, y)?, size, ratio), output))
}

/// The tile of three numbers.
pub fn tile_of(z: &str, x: &str, y: &str) -> Result<TileId, Problem> {
    TileId::new(number("zoom", z)?, number("tile column", x)?, number("tile row", y)?)
        .map_err(|e| Problem::not_found(e.to_string()))
}

/// The output with a palette, where parameters ask for one.
///
/// # Errors
/// Where it can have none.
pub fn with_palette(params: &mut Params, output: Output) -> Result<Output, Problem> {
    match (params.take_flag("palette")?, output) {
        (false, output) => Ok(output),
        (true, Output::Png { dpi, .. }) => Ok(Output::Png { dpi, palette: true }),
        (true, _) => Err(Problem::bad_request("only .png tiles have a palette")),
    }
}

/// The layers that are drawn where `hide` names some that are not; none where it does not.
///
/// # Errors
/// Where the style has no such layer.
pub fn shown_layers(
    styled: &StyledMap,
    params: &mut Params,
) -> Result<Option<Vec<String>>, Problem> {
    let Some(hidden) = params.take("hide") else { return Ok(None) };
    let hidden: Vec<&str> = hidden.split(',').collect();
    let layers = || styled.style.layers.iter().map(|layer| &layer.id);
    if let Some(other) = hidden.iter().find(|name| !layers().any(|layer| layer == *name)) {
        let told = format!("hide: the style has no layer '{}'", short(other));
        return Err(Problem::bad_request(told));
    }
    Ok(Some(layers().filter(|layer| !hidden.contains(&layer.as_str())).cloned().collect()))
}

/// Answers with a tile of a style, as parameters say; it is `lasting` where it hangs on nothing of
/// the request but its URL.
pub async fn draw(
    service: &Service,
    (style, frame, output): (String, Frame, Output),
    mut params: Params,
    headers: &HeaderMap,
    lasting: bool,
) -> Result<Response, Problem> {
    let styled = service.map().style(&style).ok_or_else(|| PictureError::Style(short(&style)))?;
    let output = with_palette(&mut params, output)?;
    let layers = shown_layers(styled, &mut params)?;
    let state = styled.state(params.pairs())?;
    params.refuse_lists()?;
    let plain = Picture::plain(style, state, frame, output);
    let picture = Picture { shown: Shown { layers, ..Shown::default() }, ..plain };
    send(service, picture, headers, lasting).await
}
