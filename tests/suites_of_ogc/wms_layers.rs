//! WMS 1.3.0 (OGC 06-042): layers in the capabilities, and features at a pixel.

use usvg::roxmltree::{Document, Node};

use crate::app::get;
use crate::report::{Report, all, distinct, kind, number, own, path, size, text, told, value};
use crate::wms::{CAPABILITIES, code, info, is_capabilities};

pub async fn run(r: &mut Report) {
    let xml = text(&get(CAPABILITIES).await);
    let document = Document::parse(&xml).unwrap();
    let root = document.root_element();
    layers(r, root);
    dimensions(r, root);
    sequences(r, root).await;
    legends(r, root).await;
    features(r, root).await;
    points(r).await;
}

/// The layers that can be asked for.
pub fn named<'a, 'i>(root: Node<'a, 'i>) -> Vec<Node<'a, 'i>> {
    let layers = all(root, "Layer").into_iter();
    layers.filter(|layer| !value(*layer, "Name").is_empty()).collect()
}

/// What a layer has of a name, of its own or of the layers that it lies in.
pub fn inherited<'a, 'i>(layer: Node<'a, 'i>, name: &str) -> Vec<Node<'a, 'i>> {
    let holders = layer.ancestors().filter(|n| n.tag_name().name() == "Layer");
    holders.flat_map(|holder| own(holder, name)).collect()
}

fn layers(r: &mut Report, root: Node) {
    let top = own(all(root, "Capability")[0], "Layer")[0];
    let common: Vec<_> = own(top, "CRS").iter().filter_map(Node::text).collect();
    for layer in named(root) {
        let name = value(layer, "Name");
        let systems: Vec<_> = inherited(layer, "CRS").iter().filter_map(Node::text).collect();
        r.check("getcapabilities:crs-present", !systems.is_empty(), name);
        r.check("recommendations:layer-crs", systems.contains(&"CRS:84"), name);
        let test = "getcapabilities:crs-for-all-layers";
        r.check(test, systems.iter().all(|crs| common.contains(crs)), name);
        let boxes = inherited(layer, "BoundingBox");
        r.check("getcapabilities:bbox-present", !boxes.is_empty(), name);
        let own_systems = own(layer, "BoundingBox");
        let distinct_systems = distinct(own_systems.iter().filter_map(|b| b.attribute("CRS")));
        r.check("getcapabilities:bbox-distinct-crs", distinct_systems, name);
        for bounds in boxes {
            let crs = bounds.attribute("CRS").unwrap_or_default();
            r.check("getcapabilities:bbox-crs-advertised", systems.contains(&crs), crs);
        }
        let geographic = inherited(layer, "EX_GeographicBoundingBox");
        r.check("getcapabilities:ex_geobbox-present", !geographic.is_empty(), name);
        for bounds in geographic {
            let side = |name: &str| number(bounds, name);
            let right = side("westBoundLongitude") < side("eastBoundLongitude")
                && side("southBoundLatitude") < side("northBoundLatitude");
            r.check("getcapabilities:ex_geobbox-coordinates", right, name);
        }
        let styles = inherited(layer, "Style");
        let once = distinct(styles.iter().map(|style| value(*style, "Name")));
        r.check("getcapabilities:style-unique", once, name);
    }
}

fn dimensions(r: &mut Report, root: Node) {
    let found = all(root, "Dimension");
    let times = found.iter().filter(|d| d.attribute("name") == Some("time")).count();
    r.check("getcapabilities:dims-time", times > 0, times);
    for dimension in found {
        let said = |name: &str| dimension.attribute(name).unwrap_or_default();
        let name = said("name");
        if name == "time" {
            r.check("getcapabilities:dims-time", said("units") == "ISO8601", said("units"));
        }
        r.check("recommendations:dims-no-whitespace", !name.contains(char::is_whitespace), name);
        let extent = dimension.text().unwrap_or_default();
        let is_one = extent.split(',').any(|value| value == said("default"));
        r.check("recommendations:dims-defaults", is_one, name);
    }
    for layer in named(root) {
        let own = inherited(layer, "Dimension");
        let once = distinct(own.iter().filter_map(|d| d.attribute("name")));
        r.check("getcapabilities:dims-no-redeclarations", once, value(layer, "Name"));
    }
}

async fn sequences(r: &mut Report, root: Node<'_, '_>) {
    let sequence = root.attribute("updateSequence").unwrap_or_default();
    let test = "getcapabilities:updatesequence-current";
    let answer = get(&format!("{CAPABILITIES}&UpDaTeSeQuEnCe={sequence}")).await;
    r.check(test, !sequence.is_empty(), "there is one");
    r.check(test, code(&answer).as_deref() == Some("CurrentUpdateSequence"), told("", &answer));
    let test = "getcapabilities:updatesequence-lower";
    let answer = get(&format!("{CAPABILITIES}&UpDaTeSeQuEnCe=0")).await;
    r.check(test, is_capabilities(&answer), told("0", &answer));
    let test = "getcapabilities:updatesequence-higher";
    for higher in ["zzzzzzzzzzzzzzzz".to_string(), format!("{sequence}1")] {
        let answer = get(&format!("{CAPABILITIES}&UpDaTeSeQuEnCe={higher}")).await;
        let right = code(&answer).as_deref() == Some("InvalidUpdateSequence");
        r.wanted(test, right, told(&format!("UPDATESEQUENCE={higher}"), &answer));
    }
}

async fn legends(r: &mut Report, root: Node<'_, '_>) {
    let test = "getcapabilities:style-legendurls";
    let found = all(root, "LegendURL");
    r.check(test, !found.is_empty(), found.len());
    for legend in found {
        let link = own(legend, "OnlineResource")[0];
        let href = link.attributes().find(|a| a.name() == "href").map_or("", |a| a.value());
        let answer = get(path(href)).await;
        r.check(test, kind(&answer) == value(legend, "Format"), told(href, &answer));
        let side = |name: &str| legend.attribute(name).and_then(|v| v.parse::<u32>().ok());
        let said = side("width").zip(side("height"));
        r.check(test, said.is_some() && size(&answer) == said, format!("{said:?}"));
    }
}

async fn features(r: &mut Report, root: Node<'_, '_>) {
    for (test, from, to, expected) in [
        ("getfeatureinfo:exceptions-default", "conflict:control", "none", "LayerNotDefined"),
        (
            "getfeatureinfo:exceptions-xml",
            "&LaYeRs=conflict:control",
            "&ExCePtIoNs=XML&LaYeRs=none",
            "LayerNotDefined",
        ),
        ("getfeatureinfo:invalid-info_format", "application/json", "no", "InvalidFormat"),
        ("getfeatureinfo:invalid-i", "I=50", "I=100", "InvalidPoint"),
        ("getfeatureinfo:invalid-j", "J=50", "J=100", "InvalidPoint"),
        ("7.4.3.7 a point of the map", "I=50", "I=100000", "InvalidPoint"),
        (
            "getfeatureinfo:invalid-query_layers",
            "QuErY_LaYeRs=conflict:control",
            "QuErY_LaYeRs=none",
            "LayerNotDefined",
        ),
    ] {
        let wrong = info().replace(from, to);
        let answer = get(&wrong).await;
        r.check(test, code(&answer).as_deref() == Some(expected), told(&wrong, &answer));
    }
    let formats = all(root, "GetFeatureInfo");
    for format in own(formats[0], "Format").iter().filter_map(Node::text) {
        let answer = get(&info().replace("application/json", &format.replace('+', "%2B"))).await;
        let right = answer.status == 200 && kind(&answer) == format;
        r.check("getfeatureinfo:each-info_format", right, told(format, &answer));
    }
    let whole = info().replace("conflict:control", "conflict");
    let some = async |more: &str| {
        let answer = get(&format!("{whole}{more}")).await;
        answer.json()["features"].as_array().map_or(0, Vec::len)
    };
    let (none, one, two) =
        (some("").await, some("&FeAtUrE_CoUnT=1").await, some("&FEATURE_COUNT=2").await);
    r.check("getfeatureinfo:feature_count-default", (none, two) == (1, 2), format!("{none} {two}"));
    r.check("getfeatureinfo:feature_count-1", (one, two) == (1, 2), format!("{one} {two}"));
    let (two, three) = (
        "conflict:countries,conflict:control",
        "conflict:countries,conflict:lakes,conflict:control",
    );
    for (test, drawn, asked) in [
        ("getfeatureinfo:two-query_layers", two, two),
        ("getfeatureinfo:three-query_layers", three, three),
        ("getfeatureinfo:less-query_layers", three, two),
    ] {
        let path = info()
            .replace("&LaYeRs=conflict:control", &format!("&LaYeRs={drawn}"))
            .replace("QuErY_LaYeRs=conflict:control", &format!("QuErY_LaYeRs={asked}"));
        let answer = get(&(path.clone() + "&FEATURE_COUNT=9")).await;
        let found = answer.status == 200 && kind(&answer) == "application/json";
        r.check(test, found, told(&path, &answer));
        let found = answer.json()["features"].as_array().map_or(0, Vec::len);
        r.check(test, found > 1, found);
    }
    for layer in named(root) {
        let path = info().replace("conflict:control", value(layer, "Name"));
        let answer = get(&path).await;
        if layer.attribute("queryable") == Some("1") {
            let right = answer.status == 200 && kind(&answer) == "application/json";
            r.check("getfeatureinfo:each-queryable-layer", right, told(&path, &answer));
        } else {
            let right = code(&answer).as_deref() == Some("LayerNotQueryable");
            r.check("getfeatureinfo:query_layers-not-queryable", right, told(&path, &answer));
        }
    }
}

/// I goes right and J down from the upper left pixel.
async fn points(r: &mut Report) {
    let info = || info().replace("conflict:control", "conflict:districts");
    let at = async |i: u32, j: u32| {
        let path = info().replace("I=50&J=50", &format!("I={i}&J={j}"));
        get(&path).await.json()["features"].to_string()
    };
    let middle = at(50, 50).await;
    let moved = info()
        .replace("BbOx=46.25,39.26,47.25,40.26", "BbOx=46.65,39.46,47.65,40.46")
        .replace("I=50&J=50", "I=10&J=70");
    let moved = get(&moved).await.json()["features"].to_string();
    let test = "7.4.3.7 a point of the map";
    r.check(test, moved == middle, "a place is the same place in another box");
    r.check(test, at(0, 0).await != middle, "another place is another");
}
