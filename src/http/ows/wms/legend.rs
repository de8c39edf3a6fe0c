//! Legends (OGC 05-078r4, GetLegendGraphic): what stands in the legend of a style's map, or of some
//! of its layers, as a picture of its own.

use std::collections::BTreeMap;

use axum::http::HeaderMap;
use axum::response::Response;

use super::asked::{named, output};
use super::{Exception, FORMATS, Kvp};
use crate::atlas::{Frame, Size};
use crate::geo::{Limits, LonLat};
use crate::http::Problem;
use crate::http::mapped::layers_of;
use crate::http::ows::dimensions::settings;
use crate::http::ows::wmts::tell;
use crate::http::pictures::send;
use crate::http::styles::no_style;
use crate::service::Service;
use crate::sheet::{Fit, Furnishing, Output, Picture, Shown};

/// A map that has room for any legend, CSS px.
const SIDE_PX: u32 = 1_200;
/// The zoom where the map of a style without a frame is looked at.
const ANY_ZOOM: f64 = 2.0;

/// Width and height of the legend of each style that has one, px. Of a map that cannot be drawn now
/// there is none: what else there is is told all the same.
pub async fn sizes(service: &Service) -> BTreeMap<String, (u32, u32)> {
    let mut sizes = BTreeMap::new();
    let with_legends = service.map().styles().filter(|(_, styled)| !styled.style.legend.is_empty());
    let styles: Vec<String> = with_legends.map(|(id, _)| id.to_string()).collect();
    for style in styles {
        let Ok(picture) = picture(service, (&style, None), &[], Output::PNG) else { continue };
        let key = picture.key(service.map());
        let Ok(made) = service.picture(picture, key).await else { continue };
        let reader = image::ImageReader::new(std::io::Cursor::new(&made.bytes[..]));
        let size = reader.with_guessed_format().ok().and_then(|png| png.into_dimensions().ok());
        sizes.extend(size.map(|size| (style, size)));
    }
    sizes
}

/// GetLegendGraphic.
pub async fn answer(
    service: &Service,
    mut pairs: Kvp,
    headers: &HeaderMap,
) -> Result<Response, Exception> {
    let (style, sources) = named(service.map(), &pairs.need("LAYER")?, "LAYER")?;
    let styled = service.map().style(&style).ok_or_else(|| no_style(service.map(), &style))?;
    let format = pairs.take("FORMAT").unwrap_or_else(|| FORMATS[0].0.to_string());
    let output = output(&format)?;
    if matches!(output, Output::Svg(_) | Output::Pdf { .. } | Output::GeoTiff(_)) {
        let known = "image/png, image/jpeg, image/webp";
        return Err(Exception::invalid("FORMAT", &format, known).coded("InvalidFormat"));
    }
    let settings =
        settings(styled, &mut pairs, "DIM_").map_err(|e| e.coded("InvalidDimensionValue"))?;
    let said: Vec<(&str, &str)> = settings.iter().collect();
    let picture = picture(service, (&style, sources), &said, output)?;
    let mut answer = send(service, picture, headers, false).await?;
    tell(&mut answer, settings.told.clone(), pairs);
    Ok(answer)
}

fn picture(
    service: &Service,
    (style, sources): (&str, Option<Vec<String>>),
    settings: &[(&str, &str)],
    output: Output,
) -> Result<Picture, Exception> {
    let styled = service.map().style(style).ok_or_else(|| no_style(service.map(), style))?;
    let state = styled.state(settings.iter().copied()).map_err(Problem::from)?;
    let size = Size::new(SIDE_PX, SIDE_PX, 1, Limits::PICTURE.px).map_err(Problem::from)?;
    let center = LonLat::new(0.0, 0.0).ok_or_else(|| no_style(service.map(), style))?;
    let frame = match styled.frame() {
        Some(bounds) => Frame::around(bounds, 0, Frame::deepest_zoom(&bounds), size),
        None => Frame::centered(center, ANY_ZOOM, size).map_err(Problem::from)?,
    };
    let layers =
        sources.map(|sources| layers_of(styled, |source| sources.iter().any(|own| own == source)));
    let furnishing = Furnishing::read(Some("legend"), None, None, None)
        .map_err(|e| Exception::from(Problem::internal(e.to_string())))?;
    let shown = Shown { layers, ground: None, fit: Fit::Furniture };
    let plain = Picture::plain(style.to_string(), state, frame, output);
    Ok(Picture { shown, furnishing, ..plain })
}
