//! What GetMap and the requests that go with it say of a map.

use super::version::{SYSTEMS, Version};
use super::{Exception, FORMATS, Kvp};
use crate::atlas::{Map, Size, StyledMap};
use crate::color::Color;
use crate::geo::numbers;
use crate::http::Problem;
use crate::http::mapped::{MapAsked, layers_of};
use crate::http::ows::dimensions::settings;
use crate::http::request::short;
use crate::service::Service;
use crate::sheet::Output;

/// The map that is asked for, and what is to be told of it.
pub struct Asked {
    pub map: MapAsked,
    /// The sources that LAYERS names; none where it is the whole style.
    pub sources: Option<Vec<String>>,
    pub told: Vec<String>,
}

/// What a px is where nothing is said, px an inch.
const USUAL_DPI: f64 = 96.0;
/// Where pixels are not to be seen through and no colour is said.
const WHITE: &str = "0xFFFFFF";

impl Asked {
    /// Reads a map with what is left of the pairs.
    pub fn read(
        service: &Service,
        version: Version,
        mut pairs: Kvp,
    ) -> Result<(Self, Kvp), Exception> {
        let map = service.map();
        let mut told = Vec::new();
        let list = pairs.need("LAYERS")?;
        let (style, sources) = named(map, &list, "LAYERS")?;
        let styled = style_of(map, &style)?;
        check_styles(&mut pairs, list.split(',').count())?;
        let layers = sources.as_ref().map(|sources| {
            let layers = layers_of(styled, |source| sources.iter().any(|own| own == source));
            if let Some(order) = other_order(styled, sources) {
                told.push(order);
            }
            layers
        });
        let crs_name = version.crs_name();
        let name = pairs.need(crs_name)?;
        let known = SYSTEMS.iter().find(|(known, _)| known.eq_ignore_ascii_case(&name));
        let (_, crs) = *known.ok_or_else(|| {
            let code = if version == Version::V111 { "InvalidSRS" } else { "InvalidCRS" };
            let known = SYSTEMS.map(|(name, _)| name).join(", ");
            Exception::invalid(crs_name, &name, &known).coded(code)
        })?;
        let text = pairs.need("BBOX")?;
        let [a, b, c, d] = numbers::<4>(&text).map_err(|e| Exception::of("BBOX", &e))?;
        let bounds = if version.has_latitudes_first(crs) { [b, a, d, c] } else { [a, b, c, d] };
        let mut side = |name: &str| -> Result<u32, Exception> {
            let px = pairs.number(name)?;
            match (1..=Size::MAX_SIDE_PX).contains(&px) {
                true => Ok(px),
                false => {
                    let range = format!("1 to {}", Size::MAX_SIDE_PX);
                    Err(Exception::invalid(name, &px.to_string(), &range))
                }
            }
        };
        let size_px = (side("WIDTH")?, side("HEIGHT")?);
        let output = output(&pairs.need("FORMAT")?)?;
        let is_transparent = match pairs.take("TRANSPARENT") {
            None => false,
            Some(text) if text.eq_ignore_ascii_case("true") => true,
            Some(text) if text.eq_ignore_ascii_case("false") => false,
            Some(text) => return Err(Exception::invalid("TRANSPARENT", &text, "TRUE or FALSE")),
        };
        let ground = pairs.take("BGCOLOR").unwrap_or_else(|| WHITE.to_string());
        let ground = color(&ground)?;
        let ratio = ratio(&mut pairs, &mut told)?;
        let dimensions = settings(styled, &mut pairs, "DIM_");
        let settings = dimensions.map_err(|e| e.coded("InvalidDimensionValue"))?;
        told.extend(settings.told.clone());
        let state = styled.state(settings.iter()).map_err(Problem::from);
        state.map_err(|e| Exception::from(e).coded("InvalidDimensionValue"))?;
        let asked = MapAsked {
            style,
            layers,
            crs,
            bounds,
            size_px,
            ratio,
            ground: (!is_transparent).then_some(ground),
            output,
            settings: settings.iter().map(|(k, v)| (k.to_string(), v.to_string())).collect(),
        };
        Ok((Self { map: asked, sources, told }, pairs))
    }
}

fn style_of<'a>(map: &'a Map, style: &str) -> Result<&'a StyledMap, Exception> {
    map.style(style).ok_or_else(|| {
        let known: Vec<&str> = map.styles().map(|(id, _)| id).collect();
        let known = format!("{}, each with its sources: {{style}}:{{source}}", known.join(", "));
        Exception::invalid("LAYERS", style, &known).coded("LayerNotDefined")
    })
}

/// The style that a list of layers is of, and those of its sources that it names; none where it names
/// the whole style.
pub fn named(
    map: &Map,
    list: &str,
    parameter: &str,
) -> Result<(String, Option<Vec<String>>), Exception> {
    let mut style: Option<&str> = None;
    let (mut sources, mut is_whole) = (Vec::new(), false);
    for name in list.split(',') {
        // A style's own id may have a colon.
        let (own, source) = match map.style(name) {
            Some(_) => (name, None),
            None => name.rsplit_once(':').map_or((name, None), |(own, s)| (own, Some(s))),
        };
        let styled = style_of(map, own)?;
        if *style.get_or_insert(own) != own {
            let text = "the layers of a map are of one style: ask for another map of the other";
            return Err(Exception::new("LayerNotDefined", parameter, text));
        }
        match source {
            None => is_whole = true,
            Some(source) if drawn(styled).any(|known| known == source) => {
                sources.push(source.to_string());
            }
            Some(source) => {
                let known: Vec<&str> = drawn(styled).collect();
                let known = format!("of {own}: {}", known.join(", "));
                return Err(Exception::invalid(parameter, source, &known).coded("LayerNotDefined"));
            }
        }
    }
    let style = style.unwrap_or_default().to_string();
    Ok((style, (!is_whole).then_some(sources)))
}

/// Whether something can be told of what is drawn from a source: of collections alone.
pub fn is_queryable(map: &Map, styled: &StyledMap, source: &str) -> bool {
    let collection = styled.source_collections().find(|(own, _)| *own == source);
    collection.is_some_and(|(_, id)| map.catalog().collection(id).is_some())
}

/// The sources that a style draws, in the order of the lowest layers of each.
pub fn drawn(styled: &StyledMap) -> impl Iterator<Item = &str> {
    let mut seen = std::collections::BTreeSet::new();
    let sources = styled.style.layers.iter().filter_map(|layer| layer.source.as_deref());
    sources.filter(move |source| seen.insert(*source))
}

/// What is told where the layers are not asked for in the order that the style draws them in.
fn other_order(styled: &StyledMap, sources: &[String]) -> Option<String> {
    let place = |source: &String| drawn(styled).position(|own| own == source);
    let is_other = !sources.iter().map(place).is_sorted();
    is_other.then(|| "the layers are drawn in the order that the style has".to_string())
}

/// Styles, one for each layer: there is one.
fn check_styles(pairs: &mut Kvp, layers: usize) -> Result<(), Exception> {
    let Some(list) = pairs.take("STYLES") else { return Ok(()) };
    if let Some(other) = list.split(',').find(|name| !name.is_empty() && *name != "default") {
        return Err(Exception::invalid("STYLES", other, "default").coded("StyleNotDefined"));
    }
    match list.split(',').count() {
        count if count == layers || count == 1 => Ok(()),
        count => {
            let text = format!("there are {count} styles for {layers} layers");
            Err(Exception::new("StyleNotDefined", "STYLES", text))
        }
    }
}

/// The format of a map by its name.
pub fn output(name: &str) -> Result<Output, Exception> {
    let plain = |text: &str| text.to_lowercase().replace(' ', "");
    let known = FORMATS.iter().find(|(known, _)| plain(known) == plain(name));
    let output = known.and_then(|(_, extension)| Output::of_extension(extension));
    match output {
        Some(Output::Png { dpi, .. }) => {
            Ok(Output::Png { dpi, palette: plain(name).ends_with("mode=8bit") })
        }
        Some(output) => Ok(output),
        None => {
            let known = FORMATS.map(|(known, _)| known).join(", ");
            Err(Exception::invalid("FORMAT", name, &known).coded("InvalidFormat"))
        }
    }
}

/// `0xRRGGBB`, as WMS writes colours.
pub fn color(text: &str) -> Result<Color, Exception> {
    let hex = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"));
    let hex = hex.or_else(|| text.strip_prefix('#')).filter(|hex| hex.len() == 6);
    hex.and_then(|hex| Color::parse(&format!("#{hex}")))
        .ok_or_else(|| Exception::invalid("BGCOLOR", text, "0xRRGGBB"))
}

/// Device px a CSS px, by the px an inch that a client names in one of the ways of other servers:
/// QGIS's DPI, MapServer's MAP_RESOLUTION, GeoServer's FORMAT_OPTIONS=dpi:180.
fn ratio(pairs: &mut Kvp, told: &mut Vec<String>) -> Result<u32, Exception> {
    let options = pairs.take("FORMAT_OPTIONS");
    let option = options.iter().flat_map(|all| all.split(';')).find_map(|option| {
        option.split_once(':').filter(|(key, _)| key.eq_ignore_ascii_case("dpi"))
    });
    let option = option.map(|(_, dpi)| dpi.to_string());
    let (dpi, resolution) = (pairs.take("DPI"), pairs.take("MAP_RESOLUTION"));
    let Some(text) = dpi.or(resolution).or(option) else { return Ok(1) };
    let dpi = text.parse::<f64>().ok().filter(|dpi| (10.0..=4_800.0).contains(dpi));
    let dpi = dpi.ok_or_else(|| Exception::invalid("DPI", &text, "a number from 10 to 4800"))?;
    let ratio = (dpi / USUAL_DPI).round().clamp(1.0, f64::from(Size::MAX_RATIO));
    if (ratio * USUAL_DPI - dpi).abs() > 1.0 {
        told.push(format!(
            "letters and lines are as large as at {} px an inch, not {}",
            ratio * USUAL_DPI,
            short(&text)
        ));
    }
    Ok(ratio as u32)
}
