//! WMS 1.3.0 (OGC 06-042) and 1.1.1 (01-068r3): each style as a layer, and what it draws from each
//! of its sources as layers below that; as of any day, in any of the coordinate reference systems.

mod asked;
mod capabilities;
mod fault;
mod legend;
mod version;

use asked::{Asked, is_queryable};
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use fault::Fault;
use version::Version;

use super::info::{self, Pixel};
use super::wmts::tell;
use super::{Exception, Kvp};
use crate::http::pictures::send;
use crate::http::request::{Asker, short, tagged};
use crate::http::site::PublicUrl;
use crate::http::styles::no_style;
use crate::service::Service;

/// The formats of maps: what they are called, and the ends of their files' names.
const FORMATS: [(&str, &str); 7] = [
    ("image/png", "png"),
    ("image/png; mode=8bit", "png"),
    ("image/jpeg", "jpg"),
    ("image/webp", "webp"),
    ("image/tiff", "tif"),
    ("image/svg+xml", "svg"),
    ("application/pdf", "pdf"),
];

/// `/wms?SERVICE=WMS&REQUEST=...`
pub async fn by_pairs(
    Asker(service): Asker,
    PublicUrl(url): PublicUrl,
    headers: HeaderMap,
    uri: Uri,
) -> Response {
    let mut pairs = match Kvp::of(&uri) {
        Ok(pairs) => pairs,
        Err(e) => return Fault::plain(Version::V130).answer(&service, e).await,
    };
    let version = Version::taken(&mut pairs);
    let fault = Fault::taken(version, &mut pairs);
    match answered(&service, version, pairs, (&url, &headers)).await {
        Ok(answer) => answer,
        Err(e) => fault.answer(&service, e).await,
    }
}

async fn answered(
    service: &Service,
    version: Version,
    mut pairs: Kvp,
    (url, headers): (&str, &HeaderMap),
) -> Result<Response, Exception> {
    let asked = pairs.take("SERVICE");
    if let Some(other) = asked.filter(|asked| !asked.eq_ignore_ascii_case("WMS")) {
        return Err(Exception::invalid("SERVICE", &other, "WMS"));
    }
    let request = pairs.need("REQUEST")?;
    match request.to_lowercase().as_str() {
        "getcapabilities" | "capabilities" => {
            let sequence = format!("{:016x}", service.map().revision());
            if pairs.take("UPDATESEQUENCE").as_deref() == Some(&sequence) {
                let text = "the capabilities are those that you have";
                return Err(Exception::new("CurrentUpdateSequence", "UPDATESEQUENCE", text));
            }
            let legends = legend::sizes(service).await;
            let document = capabilities::wms(service.map(), version, (url, &sequence), &legends);
            Ok(tagged(headers, version.capabilities_type(), document.document()))
        }
        "getmap" | "map" => {
            let (asked, rest) = Asked::read(service, version, pairs)?;
            let mut answer =
                send(service, asked.map.picture(service.map())?, headers, false).await?;
            tell(&mut answer, asked.told, rest);
            Ok(answer)
        }
        "getfeatureinfo" | "feature_info" => feature_info(service, version, pairs, headers).await,
        "getlegendgraphic" => legend::answer(service, pairs, headers).await,
        _ => {
            let text = format!(
                "there is no operation '{}': GetCapabilities, GetMap, GetFeatureInfo, \
                 GetLegendGraphic",
                short(&request)
            );
            Err(Exception::new("OperationNotSupported", "REQUEST", text))
        }
    }
}

async fn feature_info(
    service: &Service,
    version: Version,
    mut pairs: Kvp,
    headers: &HeaderMap,
) -> Result<Response, Exception> {
    let format = pairs.take("INFO_FORMAT").unwrap_or_else(|| "text/plain".to_string());
    let format = info::FORMATS.into_iter().find(|known| *known == format).ok_or_else(|| {
        Exception::invalid("INFO_FORMAT", &format, &info::FORMATS.join(", ")).coded("InvalidFormat")
    })?;
    let queried = pairs.need("QUERY_LAYERS")?;
    let (column, row) = version.pixel_names();
    let (i, j) = (pairs.number(column)?, pairs.number(row)?);
    let most = pairs.take("FEATURE_COUNT").map(|text| match text.parse::<usize>() {
        Ok(n) if n > 0 => Ok(n),
        _ => Err(Exception::invalid("FEATURE_COUNT", &text, "a whole number from 1")),
    });
    let most = most.transpose()?.unwrap_or(1);
    // A map's format is not asked of whoever asks what lies on it.
    pairs.put_missing("FORMAT", FORMATS[0].0);
    let (asked, rest) = Asked::read(service, version, pairs)?;
    let styled = service.map().style(&asked.map.style);
    let styled = styled.ok_or_else(|| no_style(service.map(), &asked.map.style))?;
    let (style, sources) = asked::named(service.map(), &queried, "QUERY_LAYERS")?;
    let is_told = |source: &String| is_queryable(service.map(), styled, source);
    if let Some(other) = sources.iter().flatten().find(|source| !is_told(source)) {
        let text = format!("there is nothing to be told of the layer '{}'", short(other));
        return Err(Exception::new("LayerNotQueryable", "QUERY_LAYERS", text));
    }
    let is_within = match (&asked.sources, &sources) {
        (None, _) => true,
        (Some(_), None) => false,
        (Some(shown), Some(queried)) => queried.iter().all(|source| shown.contains(source)),
    };
    if style != asked.map.style || !is_within {
        let text = "QUERY_LAYERS are among LAYERS, the layers of the map";
        return Err(Exception::new("LayerNotDefined", "QUERY_LAYERS", text));
    }
    for (name, value, side) in [(column, i, asked.map.size_px.0), (row, j, asked.map.size_px.1)] {
        if value >= side {
            let text = format!("{name} is {value}, of a map of {side} px");
            return Err(Exception::new("InvalidPoint", name, text));
        }
    }
    let Some((at, side)) = asked.map.pixel(styled, (i, j))? else {
        return Err(Exception::new("InvalidPoint", column, "there is no place at this pixel"));
    };
    let default = || styled.default_day().map(|day| day.to_string());
    let day = asked.map.settings.iter().find(|(key, _)| key == "date").map(|(_, day)| day.clone());
    let pixel = Pixel {
        style,
        only: sources,
        at,
        side,
        day: day.or_else(default),
        format,
        most: most.min(info::MOST),
    };
    let mut answer = info::answer(service, pixel, headers).await?;
    tell(&mut answer, asked.told, rest);
    Ok(answer)
}
