//! WMS 1.3.0 (OGC 06-042): what the service says of itself. Its annex A has no tests by
//! requirement: these are those of the CITE team engine by their names, on this map in the place of
//! that engine's data, and clauses of the standard by their numbers.

use usvg::roxmltree::{Document, Node};

use crate::app::{Answer, get};
use crate::report::{Report, all, distinct, kind, ordered, own, text, told, value};

/// Not among them, since the server says that it has none: logos, metadata, data, lists of
/// features, authorities, style sheets, AUTO2, elevations, scales of layers, a limit of layers,
/// opaque layers.
pub const TESTS: [&str; 107] = [
    "basic_elements:negotiate-no-version",
    "basic_elements:negotiate-basic_elements-version",
    "basic_elements:negotiate-higher-version",
    "basic_elements:negotiate-lower-version",
    "basic_elements:escaped-chars",
    "basic_elements:escaped-space",
    "basic_elements:extra-GetCapabilities-param",
    "basic_elements:extra-GetMap-param",
    "basic_elements:extra-GetFeatureInfo-param",
    "getcapabilities:each-format",
    "getcapabilities:no-format",
    "getcapabilities:invalid-format",
    "getcapabilities:updatesequence-current",
    "getcapabilities:updatesequence-lower",
    "getcapabilities:updatesequence-higher",
    "getcapabilities:normative-schema",
    "getcapabilities:validate-using-schemaLocation",
    "getcapabilities:capability-onlineresource",
    "getcapabilities:capability-xml-getcapabilities-format",
    "getcapabilities:capability-xml-exception-format",
    "getcapabilities:bbox-crs-advertised",
    "getcapabilities:bbox-present",
    "getcapabilities:bbox-distinct-crs",
    "getcapabilities:crs-present",
    "getcapabilities:crs-for-all-layers",
    "getcapabilities:ex_geobbox-present",
    "getcapabilities:ex_geobbox-coordinates",
    "getcapabilities:style-unique",
    "getcapabilities:style-legendurls",
    "getcapabilities:dims-time",
    "getcapabilities:dims-no-redeclarations",
    "getmap:bbox-direct",
    "getmap:bbox-inherited",
    "getmap:bbox-exponential",
    "getmap:bbox-pixel-interpretation",
    "getmap:bbox-minx-gt-maxx",
    "getmap:bbox-minx-eq-maxx",
    "getmap:bbox-miny-gt-maxy",
    "getmap:bbox-miny-eq-maxy",
    "getmap:bbox-no-overlap",
    "getmap:bbox-outside-crs",
    "getmap:no-bgcolor",
    "getmap:blue-bgcolor",
    "getmap:crs-direct",
    "getmap:crs-inherited",
    "getmap:invalid-crs",
    "getmap:each-crs",
    "getmap:exceptions-default",
    "getmap:exceptions-xml",
    "getmap:exceptions-inimage-mime",
    "getmap:exceptions-blank-red",
    "getmap:exceptions-blank-transparent",
    "getmap:exceptions-blank-mime",
    "getmap:invalid-format",
    "getmap:each-format",
    "getmap:two-layers",
    "getmap:three-layers",
    "getmap:invalid-layer",
    "getmap:first-layer-invalid",
    "getmap:second-layer-invalid",
    "getmap:each-layer",
    "getmap:styles-direct",
    "getmap:styles-inherited",
    "getmap:two-styles",
    "getmap:three-styles",
    "getmap:invalid-style",
    "getmap:styles-default-single-layer",
    "getmap:styles-default-multiple-layers",
    "getmap:styles-default-commas",
    "getmap:styles-some-default",
    "getmap:first-style-invalid",
    "getmap:second-style-invalid",
    "getmap:each-style",
    "getmap:transparent-default",
    "getmap:transparent-false",
    "getmap:transparent-true",
    "getmap:large-size",
    "getmap:small-size",
    "getfeatureinfo:exceptions-default",
    "getfeatureinfo:exceptions-xml",
    "getfeatureinfo:feature_count-default",
    "getfeatureinfo:feature_count-1",
    "getfeatureinfo:invalid-info_format",
    "getfeatureinfo:each-info_format",
    "getfeatureinfo:invalid-i",
    "getfeatureinfo:invalid-j",
    "getfeatureinfo:two-query_layers",
    "getfeatureinfo:three-query_layers",
    "getfeatureinfo:less-query_layers",
    "getfeatureinfo:invalid-query_layers",
    "getfeatureinfo:query_layers-not-queryable",
    "getfeatureinfo:each-queryable-layer",
    "recommendations:png-getmap-format",
    "recommendations:layer-crs",
    "recommendations:dims-no-whitespace",
    "recommendations:dims-defaults",
    "6.2.4 version negotiation",
    "6.7.3.3 axes of a system",
    "6.8.1 order and case of parameters",
    "6.11 service exceptions",
    "7.2.4.1 names and titles",
    "7.3.3.3 order of layers",
    "7.3.3.8 stretched maps",
    "7.4.3.7 a point of the map",
    "C.3.2 times",
    "C.4.1 wrong values of dimensions",
    "C.4 nearest and default values",
];

pub const CAPABILITIES: &str = "/wms?SeRvIcE=WMS&ReQuEsT=GetCapabilities&VeRsIoN=1.3.0";

/// The map of one layer, 100 by 100 px of two degrees.
pub fn map() -> String {
    "/wms?SeRvIcE=WMS&VeRsIoN=1.3.0&ReQuEsT=GetMap&LaYeRs=conflict&StYlEs=&CrS=CRS:84\
     &BbOx=45,39,47,41&WiDtH=100&HeIgHt=100&FoRmAt=image/png"
        .to_string()
}

/// What is at a pixel near Shusha.
pub fn info() -> String {
    "/wms?SeRvIcE=WMS&VeRsIoN=1.3.0&ReQuEsT=GetFeatureInfo&LaYeRs=conflict:control&StYlEs=\
     &CrS=CRS:84&BbOx=46.25,39.26,47.25,40.26&WiDtH=100&HeIgHt=100&FoRmAt=image/png\
     &QuErY_LaYeRs=conflict:control&InFo_FoRmAt=application/json&I=50&J=50&TiMe=2020-12-15"
        .to_string()
}

/// The code of an answer that is a service exception of this version, in XML.
pub fn code(answer: &Answer) -> Option<String> {
    let xml = text(answer);
    let document = Document::parse(&xml).ok()?;
    let root = document.root_element();
    let is_report = root.tag_name().name() == "ServiceExceptionReport"
        && root.tag_name().namespace() == Some("http://www.opengis.net/ogc")
        && root.attribute("version") == Some("1.3.0")
        && kind(answer) == "text/xml";
    let exception = own(root, "ServiceException").first().copied()?;
    is_report.then(|| exception.attribute("code").unwrap_or_default().to_string())
}

pub async fn run(r: &mut Report) {
    requests(r).await;
    let xml = text(&get(CAPABILITIES).await);
    let document = Document::parse(&xml).unwrap();
    let root = document.root_element();
    metadata(r, root);
}

pub fn is_capabilities(answer: &Answer) -> bool {
    let xml = text(answer);
    Document::parse(&xml).is_ok_and(|document| {
        let root = document.root_element();
        root.tag_name().name() == "WMS_Capabilities"
            && root.tag_name().namespace() == Some("http://www.opengis.net/wms")
            && root.attribute("version") == Some("1.3.0")
    }) && kind(answer) == "text/xml"
}

async fn requests(r: &mut Report) {
    let bare = "/wms?SeRvIcE=WMS&ReQuEsT=GetCapabilities";
    for (test, path) in [
        ("basic_elements:negotiate-no-version", bare.to_string()),
        ("basic_elements:negotiate-basic_elements-version", format!("{bare}&VeRsIoN=1.3.0")),
        ("basic_elements:negotiate-higher-version", format!("{bare}&VeRsIoN=100.0.0")),
        ("basic_elements:negotiate-higher-version", format!("{bare}&VeRsIoN=1.3.1")),
        ("6.2.4 version negotiation", format!("{bare}&VeRsIoN=2.0.0")),
        ("basic_elements:extra-GetCapabilities-param", format!("{bare}&BoGuS=ignored")),
        (
            "basic_elements:escaped-chars",
            bare.replace("GetCapabilities", "%47%65%74%43%61%70%61%62%69%6C%69%74%69%65%73"),
        ),
        ("getcapabilities:each-format", format!("{CAPABILITIES}&FoRmAt=text/xml")),
        ("getcapabilities:no-format", CAPABILITIES.to_string()),
        ("getcapabilities:invalid-format", format!("{CAPABILITIES}&FoRmAt=invalid")),
        ("6.8.1 order and case of parameters", "/wms?request=GetCapabilities&service=WMS".into()),
        ("6.8.1 order and case of parameters", "/wms?&REQUEST=GetCapabilities&SERVICE=WMS&".into()),
    ] {
        let answer = get(&path).await;
        r.check(test, answer.status == 200 && is_capabilities(&answer), told(&path, &answer));
    }
    // A lower version is answered by one that is lower, or by the lowest that there is.
    for (test, version) in [
        ("basic_elements:negotiate-lower-version", "0.0.0"),
        ("basic_elements:negotiate-lower-version", "1.0.0"),
        ("6.2.4 version negotiation", "1.1.1"),
        ("6.2.4 version negotiation", "1.2.0"),
    ] {
        let answer = get(&format!("{bare}&VeRsIoN={version}")).await;
        let older = text(&answer).contains("<WMT_MS_Capabilities version=\"1.1.1\"");
        r.check(test, answer.status == 200 && older, told(version, &answer));
    }
    for (test, path, kind_) in [
        ("basic_elements:extra-GetMap-param", map() + "&BoGuS=ignored", "image/png"),
        ("basic_elements:extra-GetFeatureInfo-param", info() + "&BoGuS=no", "application/json"),
        ("basic_elements:escaped-space", map() + ";+mode=8bit", "image/png"),
    ] {
        let answer = get(&path).await;
        r.check(test, answer.status == 200 && kind(&answer) == kind_, told(&path, &answer));
    }
    let test = "6.11 service exceptions";
    for (path, expected) in [
        ("/wms?SERVICE=WMS&VERSION=1.3.0&REQUEST=GetNothing", "OperationNotSupported"),
        ("/wms?SERVICE=WMS&VERSION=1.3.0&REQUEST=GetMap", "MissingParameterValue"),
        ("/wms?SERVICE=WFS&VERSION=1.3.0&REQUEST=GetMap", "InvalidParameterValue"),
    ] {
        let answer = get(path).await;
        r.check(test, code(&answer).as_deref() == Some(expected), told(path, &answer));
    }
}

fn metadata(r: &mut Report, root: Node) {
    let instance = "http://www.w3.org/2001/XMLSchema-instance";
    let said = root.attribute((instance, "schemaLocation")).unwrap_or_default();
    let normative = "http://www.opengis.net/wms http://schemas.opengis.net/wms/1.3.0/\
        capabilities_1_3_0.xsd";
    r.check("getcapabilities:normative-schema", said == normative, said);
    let test = "getcapabilities:validate-using-schemaLocation";
    for (element, order) in [
        ("WMS_Capabilities", "Service Capability"),
        (
            "Service",
            "Name Title Abstract KeywordList OnlineResource ContactInformation Fees \
             AccessConstraints LayerLimit MaxWidth MaxHeight",
        ),
        ("Capability", "Request Exception Layer"),
        ("Request", "GetCapabilities GetMap GetFeatureInfo"),
        ("GetMap", "Format DCPType"),
        (
            "Layer",
            "Name Title Abstract KeywordList CRS EX_GeographicBoundingBox BoundingBox Dimension \
             Attribution AuthorityURL Identifier MetadataURL DataURL FeatureListURL Style \
             MinScaleDenominator MaxScaleDenominator Layer",
        ),
        ("Style", "Name Title Abstract LegendURL StyleSheetURL StyleURL"),
        (
            "EX_GeographicBoundingBox",
            "westBoundLongitude eastBoundLongitude southBoundLatitude northBoundLatitude",
        ),
    ] {
        let order: Vec<&str> = order.split_whitespace().collect();
        let found = all(root, element);
        r.check(test, !found.is_empty(), element);
        r.check(test, found.into_iter().all(|node| ordered(node, &order)), element);
    }
    let service = own(root, "Service")[0];
    let test = "7.2.4.1 names and titles";
    r.check(test, value(service, "Name") == "WMS", value(service, "Name"));
    r.check(test, all(root, "Layer").iter().all(|l| !value(*l, "Title").is_empty()), "titles");
    let names: Vec<_> = all(root, "Layer").iter().map(|l| value(*l, "Name")).collect();
    r.check(test, distinct(names.iter().filter(|n| !n.is_empty())), "names");
    for request in all(root, "Request")[0].children().filter(Node::is_element) {
        let online = all(request, "OnlineResource");
        let href = online[0].attributes().find(|a| a.name() == "href").map_or("", |a| a.value());
        let prefix = href.contains('?') && href.ends_with(['?', '&']);
        r.check("getcapabilities:capability-onlineresource", prefix, href);
    }
    let formats = |name: &str| -> Vec<&str> {
        own(all(root, name)[0], "Format").iter().filter_map(Node::text).collect()
    };
    let test = "getcapabilities:capability-xml-getcapabilities-format";
    r.check(test, formats("GetCapabilities").contains(&"text/xml"), "text/xml");
    let test = "getcapabilities:capability-xml-exception-format";
    r.check(test, formats("Exception").contains(&"XML"), "XML");
    let test = "recommendations:png-getmap-format";
    r.check(test, formats("GetMap").contains(&"image/png"), "image/png");
}
