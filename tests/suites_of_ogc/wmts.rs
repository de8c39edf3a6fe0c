//! WMTS 1.0.0 (OGC 07-057r7), annex A.3, of servers, by pairs and by path. Of GetFeatureInfo and of
//! what annex A says in general, the tests are those of the CITE team engine.

use usvg::roxmltree::{Document, Node};

use crate::app::{Answer, get, get_as};
use crate::report::{Report, all, distinct, kind, ordered, own, text, told, value};

/// Not among them: SOAP (A.3.1.4), POST (A.3.4.7), legends (A.3.4.9 to 11) and themes (A.3.4.17),
/// none of which the server says that it has.
pub const TESTS: [&str; 60] = [
    "A.3.1.2",
    "A.3.1.3",
    "A.3.1.5",
    "A.3.1.6",
    "A.3.2.1",
    "A.3.2.2",
    "A.3.2.3",
    "A.3.2.4",
    "A.3.2.5",
    "A.3.2.6",
    "A.3.3.1",
    "A.3.4.1",
    "A.3.4.2",
    "A.3.4.3",
    "A.3.4.4",
    "A.3.4.5",
    "A.3.4.6",
    "A.3.4.8",
    "A.3.4.12",
    "A.3.4.13",
    "A.3.4.14",
    "A.3.4.15",
    "A.3.4.16",
    "A.3.5.1",
    "A.3.5.2",
    "A.3.5.3",
    "A.3.5.4",
    "A.3.5.5",
    "A.3.5.6",
    "A.3.5.7",
    "A.3.5.8",
    "A.3.5.9",
    "A.3.5.10",
    "A.3.5.11",
    "A.3.5.12",
    "Server.KVP.GET.InvalidQueryString",
    "Server.KVP.GET.InvalidService",
    "Server.KVP.GET.InvalidRequest",
    "Server.KVP.GET.GetCapabilities.Request.NoService",
    "Server.KVP.GET.GetCapabilities.Request.CaseInsensitive.KVP.Names",
    "Server.KVP.GET.GetCapabilities.Response.Style.Identifiers.Unique",
    "Server.KVP.GET.GetCapabilities.Response.Dimension.Identifiers.Unique",
    "Server.KVP.GET.GetTile.Missing",
    "Server.KVP.GET.GetTile.Optional",
    "Server.KVP.GET.GetFeatureInfo.Mandatory",
    "Server.KVP.GET.GetFeatureInfo.Optional",
    "Server.KVP.GET.GetFeatureInfo.Missing",
    "Server.KVP.GET.GetFeatureInfo.Invalid.Layer",
    "Server.KVP.GET.GetFeatureInfo.Invalid.TileMatrixSet",
    "Server.KVP.GET.GetFeatureInfo.Invalid.TileMatrix",
    "Server.KVP.GET.GetFeatureInfo.Invalid.Tile.Row.No.TileMatrixSetLimits",
    "Server.KVP.GET.GetFeatureInfo.Invalid.Tile.Col.No.TileMatrixSetLimits",
    "Server.KVP.GET.GetFeatureInfo.Invalid.Tile.Style",
    "Server.KVP.GET.GetFeatureInfo.Invalid.SampleDimension.Value",
    "Server.KVP.GET.GetFeatureInfo.Default.SampleDimension",
    "Server.KVP.GET.GetFeatureInfo.Current.SampleDimension",
    "Server.KVP.GET.GetFeatureInfo.Valid.InfoFormat",
    "Server.KVP.GET.GetFeatureInfo.Invalid.InfoFormat",
    "Server.KVP.GET.GetFeatureInfo.Invalid.Pixel.Row.J",
    "Server.KVP.GET.GetFeatureInfo.Invalid.Pixel.Col.I",
];

pub const CAPABILITIES: &str = "/wmts?service=WMTS&request=GetCapabilities";
const PLACE: &str = "version=1.0.0&layer=conflict&style=default&format=image/png\
    &tilematrixset=WebMercatorQuad&tilematrix=9&tilerow=194&tilecol=322";

pub async fn run(r: &mut Report) {
    let answer = get(CAPABILITIES).await;
    let xml = text(&answer);
    let parsed = Document::parse(&xml);
    r.check("A.3.4.1", parsed.is_ok(), "the document");
    let document = parsed.unwrap();
    requests(r, &xml).await;
    metadata(r, document.root_element());
}

pub fn tile() -> String {
    format!("/wmts?service=WMTS&request=GetTile&{PLACE}")
}

pub fn info() -> String {
    let pixel = "i=122&j=113&infoformat=application/json";
    format!("/wmts?service=WMTS&request=GetFeatureInfo&{PLACE}&{pixel}")
}

/// The code of an answer that is a report of exceptions with a status of errors.
pub fn code(answer: &Answer) -> Option<String> {
    let xml = text(answer);
    let document = Document::parse(&xml).ok()?;
    let root = document.root_element();
    let ows = root.tag_name().namespace() == Some("http://www.opengis.net/ows/1.1");
    let is_report = root.tag_name().name() == "ExceptionReport" && ows;
    let is_report = is_report && root.attribute("version") == Some("1.1.0");
    let error = answer.status.is_client_error() || answer.status.is_server_error();
    let exception = own(root, "Exception").first().copied()?;
    let code = exception.attribute("exceptionCode")?.to_string();
    (is_report && error && kind(answer) == "application/xml").then_some(code)
}

async fn requests(r: &mut Report, xml: &str) {
    for (path, kind_) in [
        (CAPABILITIES.to_string(), "application/xml"),
        (tile(), "image/png"),
        (info(), "application/json"),
    ] {
        let answer = get(&path).await;
        let right = answer.status == 200 && kind(&answer) == kind_;
        r.check("A.3.1.2", right, told(&path, &answer));
        r.check("A.3.1.3", right, told(&path, &answer));
        // Names of parameters are of any case, and come in any order.
        let (before, query) = path.split_once('?').unwrap();
        let mut pairs: Vec<String> = query
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .map(|(name, value)| format!("{}={value}", name.to_uppercase()))
            .collect();
        pairs.reverse();
        let turned = get(&format!("{before}?{}", pairs.join("&"))).await;
        r.check("A.3.1.3", turned.body == answer.body, &path);
        let test = "Server.KVP.GET.GetCapabilities.Request.CaseInsensitive.KVP.Names";
        r.check(test, turned.body == answer.body, &path);
    }
    for path in ["/wmts/1.0.0/WMTSCapabilities.xml", "/styles/conflict/wmts.xml"] {
        let answer = get_as(path, "application/xml").await;
        r.check("A.3.4.5", kind(&answer) == "application/xml", told(path, &answer));
        r.check("A.3.3.1", answer.status == 200 && text(&answer) == xml, told(path, &answer));
        r.check("A.3.1.5", answer.status == 200, told(path, &answer));
    }
    // Sections, formats and sequences are no parameters here: the whole document comes.
    for (test, more) in [
        ("A.3.2.1", ""),
        ("A.3.2.2", "&version=1.0.0"),
        ("A.3.2.3", "&acceptversions=1.0.0"),
        ("A.3.2.3", "&acceptversions=2.0.0,1.0.0"),
        ("A.3.2.3", "&acceptversions=0.9.0,1.0.0"),
        ("A.3.2.4", "&acceptformats=application/xml"),
        ("A.3.2.4", "&acceptformats=text/nothing"),
        ("A.3.2.5", "&updatesequence=1"),
        ("A.3.2.6", "&sections=All"),
        ("A.3.2.6", "&sections=Contents,OperationsMetadata"),
    ] {
        let answer = get(&format!("{CAPABILITIES}{more}")).await;
        let right = answer.status == 200 && kind(&answer) == "application/xml";
        r.check(test, right && text(&answer) == xml, told(more, &answer));
        r.check("A.3.2.2", right, told(more, &answer));
    }
    for versions in ["2.0.0", "0.9.0", "1.1.0,1.2.0"] {
        let answer = get(&format!("{CAPABILITIES}&acceptversions={versions}")).await;
        let right = code(&answer).as_deref() == Some("VersionNegotiationFailed");
        r.check("A.3.2.3", right, told(versions, &answer));
    }
    for (test, path, expected) in [
        ("Server.KVP.GET.InvalidQueryString", "/wmts?bogus", "MissingParameterValue"),
        (
            "Server.KVP.GET.InvalidService",
            "/wmts?service=no&request=GetTile",
            "InvalidParameterValue",
        ),
        ("Server.KVP.GET.InvalidRequest", "/wmts?service=WMTS&request=no", "OperationNotSupported"),
        (
            "Server.KVP.GET.GetCapabilities.Request.NoService",
            "/wmts?request=GetCapabilities",
            "MissingParameterValue",
        ),
    ] {
        let answer = get(path).await;
        r.check(test, code(&answer).as_deref() == Some(expected), told(path, &answer));
        r.check("A.3.1.6", code(&answer).is_some(), told(path, &answer));
    }
}

fn metadata(r: &mut Report, root: Node) {
    let name = root.tag_name();
    r.check("A.3.4.1", name.name() == "Capabilities", name.name());
    r.check("A.3.4.1", root.attribute("version") == Some("1.0.0"), "version");
    r.check("A.3.4.2", name.namespace() == Some("http://www.opengis.net/wmts/1.0"), "namespace");
    let instance = "http://www.w3.org/2001/XMLSchema-instance";
    let said = root.attribute((instance, "schemaLocation")).unwrap_or_default();
    let normative = "http://schemas.opengis.net/wmts/1.0/wmtsGetCapabilities_response.xsd";
    r.check("A.3.4.2", said.contains(normative), "no schemaLocation");
    let test = "A.3.4.3";
    for (element, order) in [
        (
            "Capabilities",
            "ServiceIdentification ServiceProvider OperationsMetadata Contents Themes \
            WSDL ServiceMetadataURL",
        ),
        (
            "ServiceIdentification",
            "Title Abstract Keywords ServiceType ServiceTypeVersion Profile \
            Fees AccessConstraints",
        ),
        ("Operation", "DCP Parameter Constraint Metadata"),
        ("Contents", "Layer TileMatrixSet"),
        (
            "Layer",
            "Title Abstract Keywords WGS84BoundingBox Identifier BoundingBox Metadata \
            DatasetDescriptionSummary Style Format InfoFormat Dimension TileMatrixSetLink \
            ResourceURL",
        ),
        ("Style", "Title Abstract Keywords Identifier LegendURL"),
        ("Dimension", "Title Abstract Keywords Identifier UOM UnitSymbol Default Current Value"),
        ("TileMatrixSetLink", "TileMatrixSet TileMatrixSetLimits"),
        (
            "TileMatrix",
            "Title Abstract Keywords Identifier ScaleDenominator TopLeftCorner TileWidth \
            TileHeight MatrixWidth MatrixHeight",
        ),
    ] {
        let order: Vec<&str> = order.split_whitespace().collect();
        let found = all(root, element);
        r.check(test, !found.is_empty(), element);
        r.check(test, found.into_iter().all(|node| ordered(node, &order)), element);
    }
    let operations = all(root, "Operation");
    let named: Vec<_> = operations.iter().filter_map(|o| o.attribute("name")).collect();
    r.check(test, named == ["GetCapabilities", "GetTile", "GetFeatureInfo"], format!("{named:?}"));
    for get in all(root, "Get") {
        let href = get.attributes().find(|a| a.name() == "href").map_or("", |a| a.value());
        r.check("A.3.4.4", href.contains('?') && href.ends_with(['?', '&']), href);
        let constraint = own(get, "Constraint");
        let right = constraint.iter().any(|c| c.attribute("name") == Some("GetEncoding"));
        r.check("A.3.4.6", right, href);
        let values: Vec<_> = all(get, "Value").iter().filter_map(|v| v.text()).collect();
        let known = !values.is_empty() && values.iter().all(|v| ["KVP", "RESTful"].contains(v));
        r.check("A.3.4.6", known, format!("{values:?}"));
    }
    r.check("A.3.4.6", all(root, "Post").is_empty(), "POST is none of its ways");
    let parameter = operations[0].children().find(|n| n.attribute("name") == Some("AcceptFormats"));
    let formats = parameter.map(|p| all(p, "Value").iter().filter_map(|v| v.text()).collect());
    let formats: Vec<&str> = formats.unwrap_or_default();
    r.wanted("A.3.4.5", formats.contains(&"application/xml"), "no AcceptFormats is advertised");
    let layers = all(root, "Layer");
    r.check("A.3.4.8", !layers.is_empty(), layers.len());
    r.check("A.3.4.8", distinct(layers.iter().map(|l| value(*l, "Identifier"))), "layers");
    for layer in layers {
        let styles = own(layer, "Style");
        let test = "Server.KVP.GET.GetCapabilities.Response.Style.Identifiers.Unique";
        r.check(test, distinct(styles.iter().map(|s| value(*s, "Identifier"))), "styles");
        let default = styles.iter().filter(|s| s.attribute("isDefault") == Some("true")).count();
        r.check(test, default == 1, default);
        let test = "Server.KVP.GET.GetCapabilities.Response.Dimension.Identifiers.Unique";
        let dimensions = own(layer, "Dimension");
        r.check(test, distinct(dimensions.iter().map(|d| value(*d, "Identifier"))), "dimensions");
        for dimension in dimensions {
            let values: Vec<_> = all(dimension, "Value").iter().filter_map(|v| v.text()).collect();
            r.check(test, values.contains(&value(dimension, "Default")), "the default is a value");
        }
    }
}
