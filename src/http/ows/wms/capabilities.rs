//! What WMS has, as it describes it.

use std::collections::BTreeMap;

use super::asked::{drawn, is_queryable};
use super::version::{SYSTEMS, Version};
use super::{FORMATS, info};
use crate::atlas::{Map, StyledMap};
use crate::geo::{Crs, MAX_LATITUDE};
use crate::http::attribution;
use crate::http::ows::dimensions::{dimension, listed};
use crate::http::ows::xml::Element;

/// Sides of a map whose px are squares that are always drawn, px: larger ones may be, too.
const SIDE_PX: u32 = 6_000;
/// The formats of legends.
const OF_LEGENDS: [&str; 3] = ["image/png", "image/jpeg", "image/webp"];

/// The capabilities; `legends` has width and height of the styles' legends, px.
pub fn wms(
    map: &Map,
    version: Version,
    (url, sequence): (&str, &str),
    legends: &BTreeMap<String, (u32, u32)>,
) -> Element {
    let here = || format!("{url}/wms?");
    let service = Element::new("Service")
        .child(Element::of("Name", if version == Version::V130 { "WMS" } else { "OGC:WMS" }))
        .child(Element::of("Title", "contactline"))
        .child(Element::of(
            "Abstract",
            "Maps as of any day: the dimension time has the days of change, and any other day is \
             answered, too",
        ))
        .child(online(&here()))
        .child(Element::of("Fees", "none"))
        .child(Element::of("AccessConstraints", "none"));
    let service = match version {
        Version::V111 => service,
        Version::V130 => {
            service.child(Element::of("MaxWidth", SIDE_PX)).child(Element::of("MaxHeight", SIDE_PX))
        }
    };
    let operation = |name: &'static str, formats: &[&str]| {
        let get = Element::new("Get").child(online(&here()));
        let http = Element::new("HTTP").child(get);
        Element::new(name)
            .children(formats.iter().map(|format| Element::of("Format", format)))
            .child(Element::new("DCPType").child(http))
    };
    let request = Element::new("Request")
        .child(operation("GetCapabilities", &[version.capabilities_type()]))
        .child(operation("GetMap", &FORMATS.map(|(kind, _)| kind)))
        .child(operation("GetFeatureInfo", &info::FORMATS));
    let request = match version {
        Version::V111 => request.child(operation("GetLegendGraphic", &OF_LEGENDS)),
        // It is no operation of 1.3.0's own; layers say where their legends are.
        Version::V130 => request,
    };
    let exception = Element::new("Exception")
        .children(version.exception_names().map(|name| Element::of("Format", name)));
    let root = Element::new("Layer").child(Element::of("Title", "contactline"));
    let layers = map.styles().map(|(id, styled)| {
        style_layer(map, (id, styled), version, (url, legends.get(id).copied()))
    });
    let capability = Element::new("Capability")
        .child(request)
        .child(exception)
        .child(systems(root, version).children(layers));
    let name = match version {
        Version::V111 => "WMT_MS_Capabilities",
        Version::V130 => "WMS_Capabilities",
    };
    let mut out = Element::new(name)
        .attribute("version", version.name())
        .attribute("updateSequence", sequence);
    if version == Version::V130 {
        let schema = "http://schemas.opengis.net/wms/1.3.0/capabilities_1_3_0.xsd";
        out = out
            .attribute("xmlns", "http://www.opengis.net/wms")
            .attribute("xmlns:xlink", XLINK)
            .attribute("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance")
            .attribute("xsi:schemaLocation", format!("http://www.opengis.net/wms {schema}"));
    }
    out.child(service).child(capability)
}

const XLINK: &str = "http://www.w3.org/1999/xlink";

fn online(href: &str) -> Element {
    Element::new("OnlineResource")
        .attribute("xmlns:xlink", XLINK)
        .attribute("xlink:type", "simple")
        .attribute("xlink:href", href)
}

fn systems(layer: Element, version: Version) -> Element {
    layer.children(SYSTEMS.map(|(name, _)| Element::of(version.crs_name(), name)))
}

fn style_layer(
    map: &Map,
    (id, styled): (&str, &StyledMap),
    version: Version,
    (url, legend): (&str, Option<(u32, u32)>),
) -> Element {
    let title = if styled.style.name.is_empty() { id } else { &styled.style.name };
    let layer = Element::new("Layer")
        .attribute("queryable", "1")
        .attribute("opaque", "0")
        .child(Element::of("Name", id))
        .child(Element::of("Title", title));
    let layer = systems(layer, version);
    let said = styled.style.json.pointer("/metadata/contactline:attribution");
    let said = said.and_then(serde_json::Value::as_str).map(attribution::cleaned);
    let said = said.map(|text| Element::new("Attribution").child(Element::of("Title", text)));
    let style = Element::new("Style")
        .child(Element::of("Name", "default"))
        .child(Element::of("Title", "As the style has it"))
        .children(legend.map(|size| legend_url(id, size, url)));
    let sources = drawn(styled).map(|source| {
        let has_features = is_queryable(map, styled, source);
        Element::new("Layer")
            .attribute("queryable", u8::from(has_features))
            .child(Element::of("Name", format!("{id}:{source}")))
            .child(Element::of("Title", format!("{title}: {source}")))
    });
    layer
        .children(boxes(styled, version))
        .children(dimensions(styled, version))
        .children(said)
        .child(style)
        .children(sources)
}

fn legend_url(id: &str, (width, height): (u32, u32), url: &str) -> Element {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query
        .append_pair("SERVICE", "WMS")
        .append_pair("VERSION", "1.3.0")
        .append_pair("REQUEST", "GetLegendGraphic")
        .append_pair("FORMAT", "image/png")
        .append_pair("LAYER", id);
    Element::new("LegendURL")
        .attribute("width", width)
        .attribute("height", height)
        .child(Element::of("Format", "image/png"))
        .child(online(&format!("{url}/wms?{}", query.finish())))
}

/// Where a style's map is, in degrees and in Web Mercator.
fn boxes(styled: &StyledMap, version: Version) -> Vec<Element> {
    let world = [-180.0, -MAX_LATITUDE, 180.0, MAX_LATITUDE];
    let degrees = styled.bounds().map_or(world, |b| {
        let ((west, north), (east, south)) = (b.min.to_degrees(), b.max.to_degrees());
        [west.max(-180.0), south, east.min(180.0), north].map(|v| (v * 1e6).round() / 1e6)
    });
    let [west, south, east, north] = degrees;
    let names = ["minx", "miny", "maxx", "maxy"];
    let geographic = match version {
        Version::V111 => names
            .into_iter()
            .zip(degrees)
            .fold(Element::new("LatLonBoundingBox"), |out, (name, v)| out.attribute(name, v)),
        Version::V130 => Element::new("EX_GeographicBoundingBox")
            .child(Element::of("westBoundLongitude", west))
            .child(Element::of("eastBoundLongitude", east))
            .child(Element::of("southBoundLatitude", south))
            .child(Element::of("northBoundLatitude", north)),
    };
    let bounding = |(system, crs): (&str, Crs)| {
        let metres = |lon: f64, lat: f64| crs.from_degrees(geo::Coord { x: lon, y: lat });
        let corners = match crs {
            Crs::Crs84 => Some(degrees),
            Crs::Epsg4326 if version.has_latitudes_first(crs) => Some([south, west, north, east]),
            Crs::Epsg4326 => Some(degrees),
            Crs::WebMercator => metres(west, south)
                .zip(metres(east, north))
                .map(|(low, high)| [low.x, low.y, high.x, high.y].map(|v| (v * 1e3).round() / 1e3)),
            _ => None,
        };
        let out = Element::new("BoundingBox").attribute(version.crs_name(), system);
        let with = |corners: [f64; 4]| {
            names.into_iter().zip(corners).fold(out, |out, (name, v)| out.attribute(name, v))
        };
        corners.map(with)
    };
    std::iter::once(geographic).chain(SYSTEMS.into_iter().filter_map(bounding)).collect()
}

/// The style's settings: the days on which the map changes, and the values that the style names.
fn dimensions(styled: &StyledMap, version: Version) -> Vec<Element> {
    let (mut axes, mut extents) = (Vec::new(), Vec::new());
    for (key, default) in &styled.style.state {
        let Some((values, default)) = listed(styled, key, default) else { continue };
        let (name, units) = match key.as_str() {
            "date" => (dimension(key).to_lowercase(), "ISO8601"),
            key => (key.to_string(), ""),
        };
        let values = values.join(",");
        let axis = |tag: &'static str| Element::new(tag).attribute("name", &name);
        let said = |element: Element| {
            // Between two days of change the map is that of the earlier one.
            let element = element.attribute("default", &default);
            if units.is_empty() { element } else { element.attribute("nearestValue", "1") }
        };
        match version {
            Version::V111 => {
                axes.push(axis("Dimension").attribute("units", units));
                extents.push(said(Element::of("Extent", values).attribute("name", &name)));
            }
            Version::V130 => axes.push(said(
                Element::of("Dimension", values).attribute("name", &name).attribute("units", units),
            )),
        }
    }
    axes.into_iter().chain(extents).collect()
}
