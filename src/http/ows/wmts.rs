//! WMTS 1.0.0 (OGC 07-057r7): each style as a layer, in the sets of tile matrices, whose dimensions
//! are the style's own settings: `Time`, `lang`, `worldview`.

use axum::http::{HeaderMap, Uri};
use axum::response::Response;

use super::capabilities;
use super::dimensions::{DEEPEST, FORMATS, Settings, matrix_sets, settings};
use super::info::{self, Pixel};
use super::{Exception, Kvp};
use crate::atlas::{Frame, StyledMap};
use crate::http::Problem;
use crate::http::mapped::MapAsked;
use crate::http::matrix::{MissingTile, SetTile, TILE_PX};
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
    // What a path names and is not there is not found (07-057r7, A.3.5); of its query it is wrong.
    let named = ["LAYER", "TILEMATRIXSET", "TILEMATRIX", "TILEROW", "TILECOL"];
    tile(&service, pairs, &headers).await.map_err(|exception| match &exception.locator {
        Some(locator) if named.contains(&locator.as_str()) => exception.not_found(),
        _ => exception,
    })
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
    tile: SetTile,
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
        let known = || matrix_sets().map(|(known, ..)| known).collect::<Vec<_>>().join(", ");
        let (_, set, ratio) = matrix_sets()
            .find(|(known, ..)| *known == set)
            .ok_or_else(|| Exception::invalid("TILEMATRIXSET", &set, &known()))?;
        let matrix = pairs.need("TILEMATRIX")?;
        let zooms = u32::from(set.zooms.0)..=u32::from(DEEPEST);
        let z = matrix.parse().ok().filter(|z| zooms.contains(z)).ok_or_else(|| {
            let known = format!("{} to {}", zooms.start(), zooms.end());
            Exception::invalid("TILEMATRIX", &matrix, &known)
        })?;
        let (row, column) = (pairs.number("TILEROW")?, pairs.number("TILECOL")?);
        let tile = set.tile(z, column, row).map_err(|missing| {
            let locator =
                if matches!(missing, MissingTile::Row { .. }) { "TILEROW" } else { "TILECOL" };
            Exception::new("TileOutOfRange", locator, missing.to_string())
        })?;
        let settings = settings(styled, &mut pairs, "")?;
        Ok((Self { style, tile, ratio, output, settings }, pairs))
    }

    fn styled<'a>(&self, service: &'a Service) -> Result<&'a StyledMap, Exception> {
        let styled = service.map().style(&self.style);
        styled.ok_or_else(|| no_style(service.map(), &self.style).into())
    }

    /// As the map of its box.
    fn mapped(&self) -> MapAsked {
        let settings = self.settings.iter().map(|(k, v)| (k.to_string(), v.to_string()));
        MapAsked::tile(self.style.clone(), &self.tile, (self.output, self.ratio), settings)
    }
}

async fn tile(service: &Service, pairs: Kvp, headers: &HeaderMap) -> Result<Response, Exception> {
    let (asked, rest) = Asked::read(service, pairs)?;
    let picture = match asked.tile.quad {
        Some(quad) => {
            let state = asked.styled(service)?.state(asked.settings.iter());
            let state = state.map_err(Problem::from)?;
            let frame = Frame::tile(quad, TILE_PX, asked.ratio);
            Picture::plain(asked.style, state, frame, asked.output)
        }
        None => asked.mapped().picture(service.map())?,
    };
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
    let styled = asked.styled(service)?;
    let Some((at, side)) = asked.mapped().pixel(styled, (i, j))? else {
        return Err(Exception::new("PointIJOutOfRange", "I", "there is no place at this pixel"));
    };
    let day = asked.settings.get("date").map(str::to_string);
    let day = day.or_else(|| styled.default_day().map(|day| day.to_string()));
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
