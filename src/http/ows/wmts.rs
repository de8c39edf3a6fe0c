//! WMTS 1.0.0 (OGC 07-057r7): each style as a layer, in tiles of WebMercatorQuad, whose dimensions
//! are the style's own settings: `Time`, `lang`, `worldview`.

use axum::http::{HeaderMap, Uri};
use axum::response::Response;

use super::capabilities;
use super::info::{self, Pixel};
use super::{Exception, Kvp};
use crate::atlas::{Frame, StyledMap};
use crate::cql2::Instant;
use crate::geo::{TileId, World};
use crate::http::Problem;
use crate::http::pictures::{send, warning};
use crate::http::request::{Asker, UrlPath, WARNING, short, tagged};
use crate::http::site::PublicUrl;
use crate::http::styles::no_style;
use crate::service::Service;
use crate::sheet::{Output, Picture};

/// The formats of tiles, with the ends of their names.
pub const FORMATS: [(&str, &str); 3] =
    [("image/png", "png"), ("image/webp", "webp"), ("image/jpeg", "jpg")];
/// The sets of tile matrices, with their px for a CSS px: tiles of 256 CSS px.
pub const MATRIX_SETS: [(&str, u32); 2] = [("WebMercatorQuad", 1), ("WebMercatorQuadx2", 2)];
/// The deepest tile matrix: GoogleMapsCompatible ends there.
pub const DEEPEST: u8 = 18;
/// CSS px of a tile's side.
const TILE_PX: u32 = 256;

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
            Ok(described(&service, None, &url, &headers))
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
    described(&service, None, &url, &headers)
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
    let (settings, told) = settings(styled, &mut pairs)?;
    let own = settings.iter().map(|(key, value)| (key.as_str(), value.as_str()));
    styled.state(own).map_err(Problem::from)?;
    let mut answer = described(&service, Some((&id, &settings)), &url, &headers);
    tell(&mut answer, told, pairs);
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

fn described(
    service: &Service,
    only: Option<(&str, &[(String, String)])>,
    url: &str,
    headers: &HeaderMap,
) -> Response {
    let styles = service.map().styles().filter(|(id, _)| only.is_none_or(|(only, _)| only == *id));
    let defaults = only.map_or(&[][..], |(_, defaults)| defaults);
    tagged(headers, "application/xml", capabilities::wmts(styles, defaults, url).document())
}

/// What both operations on a tile say of it.
struct Asked {
    style: String,
    tile: TileId,
    ratio: u32,
    output: Output,
    /// The style's settings, and what is to be told of them.
    settings: Vec<(String, String)>,
    told: Option<String>,
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
        let (settings, told) = settings(styled, &mut pairs)?;
        Ok((Self { style, tile, ratio, output, settings, told }, pairs))
    }

    fn state(&self) -> impl Iterator<Item = (&str, &str)> {
        self.settings.iter().map(|(key, value)| (key.as_str(), value.as_str()))
    }
}

/// What a dimension is called that is a style's setting.
pub fn dimension(key: &str) -> &str {
    if key == "date" { "Time" } else { key }
}

/// Takes the dimensions that are said, as the style's settings.
pub fn settings(
    styled: &StyledMap,
    pairs: &mut Kvp,
) -> Result<(Vec<(String, String)>, Option<String>), Exception> {
    let (mut settings, mut told) = (Vec::new(), None);
    for key in styled.style.state.keys() {
        let name = dimension(key).to_uppercase();
        let Some(mut value) = pairs.take(&name) else { continue };
        if ["default", "current"].iter().any(|word| value.eq_ignore_ascii_case(word)) {
            continue;
        }
        if key == "date" {
            let (day, said) = day(&value).ok_or_else(|| {
                Exception::invalid(&name, &value, "a day, such as 2020-11-25, or a timestamp")
            })?;
            (value, told) = (day, said);
        }
        settings.push((key.clone(), value));
    }
    Ok((settings, told))
}

/// The day that a time names: of a timestamp its day, of an interval the day on which it begins,
/// which is to be told.
fn day(value: &str) -> Option<(String, Option<String>)> {
    let (from, to) = value.split_once('/').map_or((value, None), |(from, to)| (from, Some(to)));
    Instant::parse_leniently(from)?;
    let day = from.get(..10).filter(|day| from.len() == 10 || day.len() == 10)?.to_string();
    let told = to.map(|_| format!("the map is of {day}, on which the interval begins"));
    Some((day, told))
}

async fn tile(service: &Service, pairs: Kvp, headers: &HeaderMap) -> Result<Response, Exception> {
    let (asked, rest) = Asked::read(service, pairs)?;
    let styled = service.map().style(&asked.style);
    let state = match styled {
        Some(styled) => styled.state(asked.state()).map_err(Problem::from)?,
        None => return Err(no_style(service.map(), &asked.style).into()),
    };
    let frame = Frame::tile(asked.tile, TILE_PX, asked.ratio);
    let picture = Picture::plain(asked.style, state, frame, asked.output);
    let mut answer = send(service, picture, headers, false).await?;
    tell(&mut answer, asked.told, rest);
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
    let day = asked.settings.iter().find(|(key, _)| key == "date").map(|(_, day)| day.clone());
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
    let mut answer =
        info::answer(service, Pixel { style: asked.style, at, side, day, format }, headers).await?;
    tell(&mut answer, asked.told, rest);
    Ok(answer)
}

/// Adds to an answer what is to be told of it, and which pairs were left alone: clients add their
/// own, such as a key, which must be no error (OGC 06-121r3, 11.5.2), but may be slips.
fn tell(answer: &mut Response, told: Option<String>, rest: Kvp) {
    let names: Vec<String> = rest.rest().map(|(name, _)| short(&name)).take(8).collect();
    let unknown = (!names.is_empty())
        .then(|| format!("not known here, and left alone: {}", names.join(", ")));
    for told in [told, unknown].into_iter().flatten().filter_map(|told| warning(&told)) {
        answer.headers_mut().append(WARNING, told);
    }
}
