//! WMTS 1.0.0 (OGC 07-057r7): each style as a layer, in tiles of WebMercatorQuad, whose dimensions
//! are the style's own settings: `Time`, `lang`, `worldview`.

use axum::http::{HeaderMap, Uri};
use axum::response::Response;

use super::capabilities;
use super::dimensions::{DEEPEST, FORMATS, MATRIX_SETS, Settings, settings};
use super::info::{self, Pixel};
use super::{Exception, Kvp};
use crate::atlas::Frame;
use crate::geo::{TileId, World};
use crate::http::Problem;
use crate::http::matrix::TILE_PX;
use crate::http::pictures::{send, warning};
use crate::http::request::{Asker, UrlPath, WARNING, short, tagged};
use crate::http::site::PublicUrl;
use crate::http::styles::no_style;
use crate::service::Service;
use crate::sheet::{Output, Picture};

/// `/wmts?SERVICE=WMTS&REQUEST=...`
pub async fn by_pairs(
    Asker(service): Asker,
    PublicUrl(url): PublicUrl,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Exception> {
    let mut pairs = Kvp::of(&uri)?;
    let asked = pairs.need("SERVICE")?;
    if !asked.eq_ignore_ascii_case("WMTS") {
        return Err(Exception::invalid("SERVICE", &asked, "WMTS"));
    }
    let request = pairs.need("REQUEST")?;
    match request.to_lowercase().as_str() {
        "getcapabilities" => {
            let accepted = pairs.take("ACCEPTVERSIONS");
            if accepted.is_some_and(|list| !list.split(',').any(|version| version == "1.0.0")) {
                let text = "the version is 1.0.0";
                return Err(Exception::new("VersionNegotiationFailed", "ACCEPTVERSIONS", text));
            }
            Ok(described(&service, None, &Settings::default(), (&url, &headers)))
        }
        "gettile" => tile(&service, pairs, &headers).await,
        "getfeatureinfo" => feature_info(&service, pairs, &headers).await,
        _ => {
            let text = format!(
                "there is no operation '{}': GetCapabilities, GetTile, GetFeatureInfo",
                short(&request)
            );
            Err(Exception::new("OperationNotSupported", "REQUEST", text))
        }
    }
}

/// `/wmts/1.0.0/WMTSCapabilities.xml`
pub async fn capabilities(
    Asker(service): Asker,
    PublicUrl(url): PublicUrl,
    headers: HeaderMap,
) -> Response {
    described(&service, None, &Settings::default(), (&url, &headers))
}

/// `/styles/{id}/wmts.xml?Time=...`: the same with this style alone, whose defaults are what is
/// said, for clients that leave dimensions as they are.
pub async fn capabilities_of_style(
    Asker(service): Asker,
    UrlPath(id): UrlPath<String>,
    PublicUrl(url): PublicUrl,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Exception> {
    let styled = service.map().style(&id).ok_or_else(|| no_style(service.map(), &id))?;
    let mut pairs = Kvp::of(&uri)?;
    let settings = settings(styled, &mut pairs, "")?;
    styled.state(settings.iter()).map_err(Problem::from)?;
    let mut answer = described(&service, Some(&id), &settings, (&url, &headers));
    tell(&mut answer, settings.told, pairs);
    Ok(answer)
}

/// `/styles/{id}/wmts/{TileMatrixSet}/{TileMatrix}/{TileRow}/{TileCol}.png?Time=...`: GetTile.
pub async fn by_path(
    Asker(service): Asker,
    UrlPath((id, set, matrix, row, file)): UrlPath<(String, String, String, String, String)>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Exception> {
    let (column, extension) = file.rsplit_once('.').unwrap_or((&file, ""));
    let format = FORMATS.iter().find(|(_, known)| *known == extension).map(|(kind, _)| *kind);
    let mut pairs = Kvp::of(&uri)?;
    for (name, value) in [
        ("VERSION", "1.0.0"),
        ("LAYER", &id),
        ("FORMAT", format.unwrap_or(extension)),
        ("TILEMATRIXSET", &set),
        ("TILEMATRIX", &matrix),
        ("TILEROW", &row),
        ("TILECOL", column),
    ] {
        pairs.put(name, value);
    }
    tile(&service, pairs, &headers).await
}

/// The capabilities, with a style's own settings as their defaults where only that is meant.
fn described(
    service: &Service,
    only: Option<&str>,
    defaults: &Settings,
    (url, headers): (&str, &HeaderMap),
) -> Response {
    let styles = service.map().styles().filter(|(id, _)| only.is_none_or(|only| only == *id));
    tagged(headers, "application/xml", capabilities::wmts(styles, defaults, url).document())
}

/// What both operations on a tile say of it.
struct Asked {
    style: String,
    tile: TileId,
    ratio: u32,
    output: Output,
    settings: Settings,
}

impl Asked {
    fn read(service: &Service, mut pairs: Kvp) -> Result<(Self, Kvp), Exception> {
        let version = pairs.need("VERSION")?;
        if version != "1.0.0" {
            return Err(Exception::invalid("VERSION", &version, "1.0.0"));
        }
        let style = pairs.need("LAYER")?;
        let styled = service.map().style(&style).ok_or_else(|| {
            let known: Vec<&str> = service.map().styles().map(|(id, _)| id).collect();
            Exception::invalid("LAYER", &style, &known.join(", "))
        })?;
        if let Some(named) = pairs.take("STYLE").filter(|named| named != "default") {
            return Err(Exception::invalid("STYLE", &named, "default"));
        }
        let format = pairs.need("FORMAT")?;
        let known = || FORMATS.map(|(kind, _)| kind).join(", ");
        let output = FORMATS
            .iter()
            .find(|(kind, _)| *kind == format)
            .and_then(|(_, extension)| Output::of_extension(extension))
            .ok_or_else(|| Exception::invalid("FORMAT", &format, &known()))?;
        let set = pairs.need("TILEMATRIXSET")?;
        let known = || MATRIX_SETS.map(|(set, _)| set).join(", ");
        let (_, ratio) = MATRIX_SETS
            .into_iter()
            .find(|(known, _)| *known == set)
            .ok_or_else(|| Exception::invalid("TILEMATRIXSET", &set, &known()))?;
        let matrix = pairs.need("TILEMATRIX")?;
        let z = matrix.parse().ok().filter(|z| *z <= u32::from(DEEPEST));
        let z = z.ok_or_else(|| Exception::invalid("TILEMATRIX", &matrix, "0 to 18"))?;
        let (row, column) = (pairs.number("TILEROW")?, pairs.number("TILECOL")?);
        let tile = TileId::new(z, column, row).map_err(|e| {
            let locator = if u64::from(row) >> z > 0 { "TILEROW" } else { "TILECOL" };
            Exception::new("TileOutOfRange", locator, e.to_string())
        })?;
        let settings = settings(styled, &mut pairs, "")?;
        Ok((Self { style, tile, ratio, output, settings }, pairs))
    }
}

async fn tile(service: &Service, pairs: Kvp, headers: &HeaderMap) -> Result<Response, Exception> {
    let (asked, rest) = Asked::read(service, pairs)?;
    let styled = service.map().style(&asked.style);
    let state = match styled {
        Some(styled) => styled.state(asked.settings.iter()).map_err(Problem::from)?,
        None => return Err(no_style(service.map(), &asked.style).into()),
    };
    let frame = Frame::tile(asked.tile, TILE_PX, asked.ratio);
    let picture = Picture::plain(asked.style, state, frame, asked.output);
    let mut answer = send(service, picture, headers, false).await?;
    tell(&mut answer, asked.settings.told, rest);
    Ok(answer)
}

async fn feature_info(
    service: &Service,
    mut pairs: Kvp,
    headers: &HeaderMap,
) -> Result<Response, Exception> {
    let format = pairs.need("INFOFORMAT")?;
    let format = info::FORMATS
        .into_iter()
        .find(|known| *known == format)
        .ok_or_else(|| Exception::invalid("INFOFORMAT", &format, &info::FORMATS.join(", ")))?;
    let (i, j) = (pairs.number("I")?, pairs.number("J")?);
    let (asked, rest) = Asked::read(service, pairs)?;
    let side_px = TILE_PX * asked.ratio;
    for (name, value) in [("I", i), ("J", j)] {
        if value >= side_px {
            let text = format!("{name} is {value}, of a tile of {side_px} px");
            return Err(Exception::new("PointIJOutOfRange", name, text));
        }
    }
    let day = asked.settings.get("date").map(str::to_string);
    let default = || service.map().style(&asked.style)?.default_day().map(|day| day.to_string());
    let bounds = asked.tile.bounds();
    let side = bounds.width() / f64::from(side_px);
    let at = World {
        x: bounds.min.x + (f64::from(i) + 0.5) * side,
        y: bounds.min.y + (f64::from(j) + 0.5) * side,
    };
    let day = day.or_else(default);
    // As large as it is on a screen.
    let side = side * f64::from(asked.ratio);
    let (style, most) = (asked.style, info::MOST);
    let pixel = Pixel { style, only: None, at, side, day, format, most };
    let mut answer = info::answer(service, pixel, headers).await?;
    tell(&mut answer, asked.settings.told, rest);
    Ok(answer)
}

/// Adds to an answer what is to be told of it, and which pairs were left alone: clients add their
/// own, such as a key, which must be no error (OGC 06-121r3, 11.5.2), but may be slips.
pub fn tell(answer: &mut Response, told: impl IntoIterator<Item = String>, rest: Kvp) {
    let names: Vec<String> = rest.rest().map(|(name, _)| short(&name)).take(8).collect();
    let unknown = (!names.is_empty())
        .then(|| format!("not known here, and left alone: {}", names.join(", ")));
    for told in told.into_iter().chain(unknown).filter_map(|told| warning(&told)) {
        answer.headers_mut().append(WARNING, told);
    }
}
