//! What the services have, as they describe it.

use super::dimensions::{DEEPEST, FORMATS, Settings, dimension, listed, matrix_sets};
use super::info;
use super::xml::Element;
use crate::atlas::StyledMap;
use crate::feature::Value;
use crate::geo::Crs;
use crate::http::matrix::{Matrix, MatrixSet, TILE_PX};
use crate::http::ogc::segment;

/// WMTS 1.0.0's, of some styles, with other defaults of their settings.
pub fn wmts<'a>(
    styles: impl Iterator<Item = (&'a str, &'a StyledMap)>,
    defaults: &Settings,
    url: &str,
) -> Element {
    let identification = Element::new("ows:ServiceIdentification")
        .child(Element::of("ows:Title", "contactline"))
        .child(Element::of(
            "ows:Abstract",
            "Maps as of any day: the dimension Time has the days of change",
        ))
        .child(Element::of("ows:ServiceType", "OGC WMTS"))
        .child(Element::of("ows:ServiceTypeVersion", "1.0.0"))
        .child(Element::of("ows:Fees", "NONE"))
        .child(Element::of("ows:AccessConstraints", "NONE"));
    let operation = |name: &str| {
        let encoding = Element::new("ows:Constraint")
            .attribute("name", "GetEncoding")
            .child(Element::new("ows:AllowedValues").child(Element::of("ows:Value", "KVP")));
        let get = Element::new("ows:Get").attribute("xlink:href", format!("{url}/wmts?"));
        let http = Element::new("ows:HTTP").child(get.child(encoding));
        Element::new("ows:Operation")
            .attribute("name", name)
            .child(Element::new("ows:DCP").child(http))
    };
    let operations = Element::new("ows:OperationsMetadata")
        .children(["GetCapabilities", "GetTile", "GetFeatureInfo"].map(operation));
    let contents = Element::new("Contents")
        .children(styles.map(|(id, styled)| layer(id, styled, defaults, url)))
        .children(matrix_sets().map(matrix_set));
    let place = format!("{url}/wmts/1.0.0/WMTSCapabilities.xml");
    Element::new("Capabilities")
        .attribute("xmlns", "http://www.opengis.net/wmts/1.0")
        .attribute("xmlns:ows", "http://www.opengis.net/ows/1.1")
        .attribute("xmlns:xlink", "http://www.w3.org/1999/xlink")
        .attribute("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance")
        .attribute(
            "xsi:schemaLocation",
            "http://www.opengis.net/wmts/1.0 \
             http://schemas.opengis.net/wmts/1.0/wmtsGetCapabilities_response.xsd",
        )
        .attribute("version", "1.0.0")
        .child(identification)
        .child(operations)
        .child(contents)
        .child(Element::new("ServiceMetadataURL").attribute("xlink:href", place))
}

fn layer(id: &str, styled: &StyledMap, defaults: &Settings, url: &str) -> Element {
    let corners = styled.bounds().map_or([-180.0, -85.051_129, 180.0, 85.051_129], |b| {
        let ((west, north), (east, south)) = (b.min.to_degrees(), b.max.to_degrees());
        [west, south, east, north].map(|v| (v * 1e6).round() / 1e6)
    });
    let bounds = Element::new("ows:WGS84BoundingBox")
        .child(Element::of("ows:LowerCorner", format!("{} {}", corners[0], corners[1])))
        .child(Element::of("ows:UpperCorner", format!("{} {}", corners[2], corners[3])));
    let title = if styled.style.name.is_empty() { id } else { &styled.style.name };
    let style = Element::new("Style")
        .attribute("isDefault", "true")
        .child(Element::of("ows:Title", "As the style has it"))
        .child(Element::of("ows:Identifier", "default"));
    let link = |(set, ..): (String, _, _)| {
        Element::new("TileMatrixSetLink").child(Element::of("TileMatrixSet", set))
    };
    Element::new("Layer")
        .child(Element::of("ows:Title", title))
        .child(bounds)
        .child(Element::of("ows:Identifier", id))
        .child(style)
        .children(FORMATS.map(|(kind, _)| Element::of("Format", kind)))
        .children(info::FORMATS.map(|kind| Element::of("InfoFormat", kind)))
        .children(
            styled
                .style
                .state
                .iter()
                .filter_map(|(key, value)| axis(styled, key, value, defaults.get(key))),
        )
        .children(matrix_sets().map(link))
        .children(FORMATS.map(|(kind, extension)| template(id, styled, (kind, extension), url)))
}

/// A setting as a dimension: the days on which the map changes, or the values that the style names.
fn axis(styled: &StyledMap, key: &str, default: &Value, said: Option<&str>) -> Option<Element> {
    let (values, default) = listed(styled, key, default)?;
    let unit = (key == "date").then(|| Element::of("ows:UOM", "ISO8601"));
    Some(
        Element::new("Dimension")
            .child(Element::of("ows:Identifier", dimension(key)))
            .children(unit)
            .child(Element::of("Default", said.map_or(default, str::to_string)))
            .child(Element::of("Current", "false"))
            .children(values.iter().map(|value| Element::of("Value", value))),
    )
}

/// The tiles' URLs, with the dimensions as their parameters.
fn template(id: &str, styled: &StyledMap, (kind, extension): (&str, &str), url: &str) -> Element {
    let keys = styled.style.state.iter();
    let named = keys.filter_map(|(key, value)| axis(styled, key, value, None).map(|_| key));
    let pairs: Vec<String> = named.map(|key| format!("{0}={{{0}}}", dimension(key))).collect();
    let query = if pairs.is_empty() { String::new() } else { format!("?{}", pairs.join("&")) };
    let id = segment(id);
    let place = "{TileMatrixSet}/{TileMatrix}/{TileRow}/{TileCol}";
    Element::new("ResourceURL")
        .attribute("format", kind)
        .attribute("resourceType", "tile")
        .attribute("template", format!("{url}/styles/{id}/wmts/{place}.{extension}{query}"))
}

fn matrix_set((name, set, ratio): (String, &MatrixSet, u32)) -> Element {
    let [x, y] = set.origin;
    let matrix = |matrix: Matrix| {
        Element::new("TileMatrix")
            .child(Element::of("ows:Identifier", matrix.zoom))
            .child(Element::of("ScaleDenominator", matrix.scale / f64::from(ratio)))
            .child(Element::of("TopLeftCorner", format!("{x} {y}")))
            .child(Element::of("TileWidth", TILE_PX * ratio))
            .child(Element::of("TileHeight", TILE_PX * ratio))
            .child(Element::of("MatrixWidth", matrix.columns))
            .child(Element::of("MatrixHeight", matrix.rows))
    };
    let known = set.scale_set.filter(|_| ratio == 1).map(|scales| {
        Element::of("WellKnownScaleSet", format!("urn:ogc:def:wkss:OGC:1.0:{scales}"))
    });
    Element::new("TileMatrixSet")
        .child(Element::of("ows:Identifier", name))
        .child(Element::of("ows:SupportedCRS", urn(set.crs)))
        .children(known)
        .children(set.matrices().filter(|matrix| matrix.zoom <= DEEPEST).map(matrix))
}

/// A system's name as OWS 1.1 has it.
fn urn(crs: Crs) -> String {
    match crs.uri().rsplit('/').next() {
        Some("CRS84") | None => "urn:ogc:def:crs:OGC:1.3:CRS84".to_string(),
        Some(code) => format!("urn:ogc:def:crs:EPSG::{code}"),
    }
}
