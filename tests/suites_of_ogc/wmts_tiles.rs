//! WMTS 1.0.0 (OGC 07-057r7), annex A.3: tile matrices, tiles, and features at a pixel.

use usvg::roxmltree::{Document, Node};

use crate::app::get;
use crate::report::{
    Report, all, begins_as, distinct, kind, number, own, path, picture, size, text, told, value,
};
use crate::wmts::{CAPABILITIES, code, info, tile};

/// The largest scale of each well-known set of scales, each other one half of the one before.
const LARGEST: f64 = 559_082_264.028_717_8;

pub async fn run(r: &mut Report) {
    let xml = text(&get(CAPABILITIES).await);
    let document = Document::parse(&xml).unwrap();
    matrices(r, document.root_element());
    tiles(r, document.root_element()).await;
    templates(r, document.root_element()).await;
    wrong_tiles(r).await;
    features(r, document.root_element()).await;
}

/// The sets themselves, not the links of layers to them.
fn sets<'a, 'i>(root: Node<'a, 'i>) -> Vec<Node<'a, 'i>> {
    own(own(root, "Contents")[0], "TileMatrixSet")
}

fn matrices(r: &mut Report, root: Node) {
    let sets = sets(root);
    let names: Vec<&str> = sets.iter().map(|s| value(*s, "Identifier")).collect();
    r.check("A.3.4.13", !names.is_empty() && distinct(&names), format!("{names:?}"));
    for link in all(root, "TileMatrixSetLink") {
        let name = value(link, "TileMatrixSet");
        r.check("A.3.4.12", names.contains(&name), name);
    }
    for set in sets {
        let name = value(set, "Identifier");
        let matrices = own(set, "TileMatrix");
        r.check("A.3.4.14", !matrices.is_empty(), name);
        r.check("A.3.4.14", distinct(matrices.iter().map(|m| value(*m, "Identifier"))), name);
        let scales: Vec<f64> = matrices.iter().map(|m| number(*m, "ScaleDenominator")).collect();
        let falling = scales.windows(2).all(|pair| pair[0] > pair[1]);
        r.check("A.3.4.15", falling && scales.iter().all(|s| *s > 0.0), name);
        let known = value(set, "WellKnownScaleSet");
        if known.is_empty() {
            continue;
        }
        let halved = scales.windows(2).all(|pair| (pair[0] / pair[1] - 2.0).abs() < 1e-9);
        r.check("A.3.4.16", halved, name);
        let from_the_top = (scales[0] / LARGEST - 1.0).abs() < 1e-9;
        let about = format!("{name}: {known} has 1:{LARGEST}, and the first here is {}", scales[0]);
        if known.ends_with("GoogleCRS84Quad") {
            r.wanted("A.3.4.16", from_the_top, about);
        } else {
            r.check("A.3.4.16", from_the_top, about);
        }
    }
}

async fn tiles(r: &mut Report, root: Node<'_, '_>) {
    let plain = get(&tile()).await;
    for set in sets(root) {
        let name = value(set, "Identifier");
        let matrix = own(set, "TileMatrix")[1];
        let path = tile()
            .replace("WebMercatorQuad", name)
            .replace("tilematrix=9", &format!("tilematrix={}", value(matrix, "Identifier")))
            .replace("tilerow=194&tilecol=322", "tilerow=0&tilecol=0");
        let answer = get(&path).await;
        let said = (number(matrix, "TileWidth") as u32, number(matrix, "TileHeight") as u32);
        r.check("A.3.5.11", size(&answer) == Some(said), told(&path, &answer));
        r.check("A.3.5.3", answer.status == 200, told(&path, &answer));
    }
    for layer in all(root, "Layer") {
        for format in own(layer, "Format").iter().filter_map(Node::text) {
            let answer = get(&tile().replace("image/png", format)).await;
            let right = kind(&answer) == format && begins_as(format, &answer.body);
            r.check("A.3.5.10", right, told(format, &answer));
        }
        let mut every = tile();
        for dimension in own(layer, "Dimension") {
            let (name, default) = (value(dimension, "Identifier"), value(dimension, "Default"));
            for said in ["default", default] {
                let answer = get(&format!("{}&{name}={said}", tile())).await;
                r.check("A.3.5.8", answer.body == plain.body, told(name, &answer));
            }
            let values = own(dimension, "Value");
            let first = values.first().and_then(Node::text).unwrap();
            every += &format!("&{name}={first}");
            let answer = get(&format!("{}&{name}={first}", tile())).await;
            r.check("A.3.5.7", answer.status == 200, told(first, &answer));
        }
        let answer = get(&format!("{}&time=current", tile())).await;
        r.check("A.3.5.8", answer.body == plain.body, told("current", &answer));
        let answer = get(&every).await;
        let right = answer.status == 200 && answer.body != plain.body;
        r.check("Server.KVP.GET.GetTile.Optional", right, told(&every, &answer));
    }
    // Beyond 85.05 degrees there is no data.
    let place = tile().replace("WebMercatorQuad", "WorldCRS84Quad");
    let place = place.replace("tilematrix=9", "tilematrix=0");
    let place = place.replace("tilerow=194&tilecol=322", "tilerow=0&tilecol=0");
    let answer = get(&place).await;
    r.check("A.3.5.12", picture(&answer).is_some(), told(&place, &answer));
    let corner = picture(&answer).unwrap().get_pixel(128, 0).0;
    r.wanted("A.3.5.12", corner[3] == 0, format!("{place}: at the pole {corner:?}"));
}

async fn templates(r: &mut Report, root: Node<'_, '_>) {
    let found = all(root, "ResourceURL");
    r.check("A.3.5.2", !found.is_empty(), found.len());
    for template in found {
        let format = template.attribute("format").unwrap_or_default();
        r.check("A.3.5.2", template.attribute("resourceType") == Some("tile"), format);
        let mut place = path(template.attribute("template").unwrap()).to_string();
        for (name, value) in [
            ("TileMatrixSet", "WebMercatorQuad"),
            ("TileMatrix", "9"),
            ("TileRow", "194"),
            ("TileCol", "322"),
            ("Time", "2020-11-25"),
            ("lang", "hy"),
            ("worldview", "AZ"),
        ] {
            let variable = format!("{{{name}}}");
            r.check("A.3.5.2", place.contains(&variable), format!("{format} {name}"));
            place = place.replace(&variable, value);
        }
        r.check("A.3.5.2", !place.contains('{'), &place);
        let answer = get(&place).await;
        let pairs = tile().replace("image/png", format) + "&time=2020-11-25&lang=hy&worldview=AZ";
        let other = get(&pairs).await;
        r.check("A.3.1.5", answer.status == 200 && kind(&answer) == format, told(&place, &answer));
        r.check("A.3.5.2", answer.body == other.body, &place);
    }
}

async fn wrong_tiles(r: &mut Report) {
    let rest = "/styles/conflict/wmts/WebMercatorQuad/9/194/322.png";
    for (test, from, to, expected, (from_path, to_path)) in [
        ("A.3.5.1", "=conflict", "=none", "InvalidParameterValue", ("/conflict/", "/none/")),
        ("A.3.5.3", "=WebMercatorQuad", "=no", "InvalidParameterValue", ("WebMercatorQuad", "no")),
        ("A.3.5.4", "matrix=9", "matrix=99", "InvalidParameterValue", ("/9/", "/99/")),
        ("A.3.5.5", "row=194", "row=512", "TileOutOfRange", ("/194/", "/512/")),
        ("A.3.5.5", "col=322", "col=512", "TileOutOfRange", ("/322", "/512")),
        ("A.3.5.6", "style=default", "style=no", "InvalidParameterValue", ("", "")),
        ("A.3.5.7", "322", "322&time=soon", "InvalidParameterValue", (".png", ".png?Time=soon")),
        ("A.3.5.7", "322", "322&lang=xx", "InvalidParameterValue", (".png", ".png?lang=xx")),
        ("A.3.5.9", "image/png", "image/gif", "InvalidParameterValue", ("", "")),
    ] {
        let wrong = tile().replace(from, to);
        let answer = get(&wrong).await;
        r.check(test, code(&answer).as_deref() == Some(expected), told(&wrong, &answer));
        r.check("A.3.1.6", code(&answer).is_some(), told(&wrong, &answer));
        if from_path.is_empty() {
            continue;
        }
        let wrong = rest.replace(from_path, to_path);
        let answer = get(&wrong).await;
        r.check(test, answer.status.is_client_error(), told(&wrong, &answer));
        // By path it is a resource that is not there. Of layers annex A says nothing; dimensions are
        // no part of the path here.
        match test {
            "A.3.5.1" => {}
            "A.3.5.7" => r.wanted(test, answer.status == 404, told(&wrong, &answer)),
            _ => r.check(test, answer.status == 404, told(&wrong, &answer)),
        }
    }
    for name in ["version", "layer", "style", "format", "tilematrixset", "tilematrix", "tilerow"] {
        let answer = get(&without(&tile(), name)).await;
        let right = code(&answer).as_deref() == Some("MissingParameterValue");
        // Where there is one style, it may be left out.
        let right = right || (name == "style" && answer.status == 200);
        r.check("Server.KVP.GET.GetTile.Missing", right, told(name, &answer));
    }
}

/// A request less one of its parameters.
fn without(request: &str, name: &str) -> String {
    let (before, query) = request.split_once('?').unwrap();
    let own = |pair: &&str| !pair.starts_with(&format!("{name}="));
    format!("{before}?{}", query.split('&').filter(own).collect::<Vec<_>>().join("&"))
}

async fn features(r: &mut Report, root: Node<'_, '_>) {
    let plain = get(&info()).await;
    let json = plain.json();
    let mandatory = "Server.KVP.GET.GetFeatureInfo.Mandatory";
    r.check(mandatory, plain.status == 200, told("info", &plain));
    r.check(mandatory, json["features"].as_array().is_some_and(|f| !f.is_empty()), &json["type"]);
    let then = get(&format!("{}&time=2020-09-01&lang=hy&worldview=AZ", info())).await;
    let optional = "Server.KVP.GET.GetFeatureInfo.Optional";
    r.check(optional, then.status == 200 && then.body != plain.body, told("then", &then));
    for (test, more) in [
        ("Server.KVP.GET.GetFeatureInfo.Default.SampleDimension", "time=default"),
        ("Server.KVP.GET.GetFeatureInfo.Default.SampleDimension", "lang=default"),
        ("Server.KVP.GET.GetFeatureInfo.Default.SampleDimension", "worldview=default"),
        ("Server.KVP.GET.GetFeatureInfo.Current.SampleDimension", "time=current"),
    ] {
        let answer = get(&format!("{}&{more}", info())).await;
        r.check(test, answer.status == 200 && answer.body == plain.body, told(more, &answer));
    }
    for format in all(root, "InfoFormat").iter().filter_map(Node::text) {
        let encoded = format.replace('+', "%2B");
        let answer = get(&info().replace("application/json", &encoded)).await;
        let right = answer.status == 200 && kind(&answer) == format;
        r.check("Server.KVP.GET.GetFeatureInfo.Valid.InfoFormat", right, told(format, &answer));
    }
    for name in ["version", "layer", "format", "tilematrixset", "tilematrix", "tilerow", "tilecol"]
    {
        let answer = get(&without(&info(), name)).await;
        let right = code(&answer).as_deref() == Some("MissingParameterValue");
        r.check("Server.KVP.GET.GetFeatureInfo.Missing", right, told(name, &answer));
    }
    for name in ["i", "j", "infoformat"] {
        let answer = get(&without(&info(), name)).await;
        let right = code(&answer).as_deref() == Some("MissingParameterValue");
        r.check("Server.KVP.GET.GetFeatureInfo.Missing", right, told(name, &answer));
    }
    for (test, from, to, expected) in [
        ("Invalid.Layer", "=conflict", "=none", "InvalidParameterValue"),
        ("Invalid.TileMatrixSet", "=WebMercatorQuad", "=no", "InvalidParameterValue"),
        ("Invalid.TileMatrix", "matrix=9", "matrix=99", "InvalidParameterValue"),
        ("Invalid.Tile.Row.No.TileMatrixSetLimits", "row=194", "row=512", "TileOutOfRange"),
        ("Invalid.Tile.Col.No.TileMatrixSetLimits", "col=322", "col=512", "TileOutOfRange"),
        ("Invalid.Tile.Style", "style=default", "style=no", "InvalidParameterValue"),
        ("Invalid.SampleDimension.Value", "&i=", "&time=soon&i=", "InvalidParameterValue"),
        ("Invalid.InfoFormat", "application/json", "text/no", "InvalidParameterValue"),
        ("Invalid.Pixel.Row.J", "j=113", "j=256", "PointIJOutOfRange"),
        ("Invalid.Pixel.Col.I", "i=122", "i=256", "PointIJOutOfRange"),
    ] {
        let full = format!("Server.KVP.GET.GetFeatureInfo.{test}");
        let test = crate::wmts::TESTS.iter().find(|t| **t == full).unwrap();
        let wrong = info().replace(from, to);
        let answer = get(&wrong).await;
        r.check(test, code(&answer).as_deref() == Some(expected), told(&wrong, &answer));
        r.check("A.3.1.6", code(&answer).is_some(), told(&wrong, &answer));
    }
}
