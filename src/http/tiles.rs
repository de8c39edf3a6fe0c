//! Raster tiles.

use axum::http::HeaderMap;
use axum::response::Response;

use super::Problem;
use super::picture_name::picture_name;
use super::pictures::send;
use super::request::{Asker, Params, UrlPath, number, short};
use crate::atlas::{Frame, FrameError, Size};
use crate::geo::TileId;
use crate::service::Service;
use crate::sheet::{Output, Picture, PictureError};

/// `/styles/{id}/{z}/{x}/{y}[@{ratio}x].png`, 256 CSS px.
pub async fn tile(
    Asker(service): Asker,
    UrlPath((id, z, x, file)): UrlPath<(String, String, String, String)>,
    params: Params,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (frame, output) = tile_frame(256, &z, &x, &file)?;
    draw(&service, id, frame, output, params, &headers).await
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
    draw(&service, id, frame, output, params, &headers).await
}

fn tile_frame(size: u32, z: &str, x: &str, file: &str) -> Result<(Frame, Output), Problem> {
    let (y, ratio, output) = picture_name(file, &["png", "webp", "jpg", "jpeg"])?;
    if ratio > Size::MAX_TILE_RATIO {
        return Err(FrameError::Ratio(format!("@{ratio}x")).into());
    }
    let tile = TileId::new(number("zoom", z)?, number("tile column", x)?, number("tile row", y)?)
        .map_err(|e| Problem::not_found(e.to_string()))?;
    Ok((Frame::tile(tile, size, ratio), output))
}

async fn draw(
    service: &Service,
    style: String,
    frame: Frame,
    output: Output,
    mut params: Params,
    headers: &HeaderMap,
) -> Result<Response, Problem> {
    let styled = service.map().style(&style).ok_or_else(|| PictureError::Style(short(&style)))?;
    let output = match (params.take_flag("palette")?, output) {
        (false, output) => output,
        (true, Output::Png { dpi, .. }) => Output::Png { dpi, palette: true },
        (true, _) => return Err(Problem::bad_request("only .png tiles have a palette")),
    };
    let state = styled.state(params.pairs())?;
    params.refuse_lists()?;
    let picture = Picture::plain(style, state, frame, output);
    send(service, picture, headers, true).await
}
