//! WMS 1.3.0 (OGC 06-042): maps.

use image::RgbaImage;
use usvg::roxmltree::{Document, Node};

use crate::app::{Answer, get};
use crate::report::{
    Report, all, all_of, apart, begins_as, count, kind, own, picture, size, text, told, value,
};
use crate::wms::{CAPABILITIES, code, map};
use crate::wms_layers::{inherited, named};

const WHITE: [u8; 4] = [255; 4];

pub async fn run(r: &mut Report) {
    let xml = text(&get(CAPABILITIES).await);
    let document = Document::parse(&xml).unwrap();
    let root = document.root_element();
    boxes(r, root).await;
    grounds(r).await;
    systems(r, root).await;
    exceptions(r).await;
    formats(r, root).await;
    layers(r, root).await;
    styles(r, root).await;
    sizes(r).await;
    times(r).await;
}

/// The map with other values of parameters.
fn with(changes: &[(&str, &str)]) -> String {
    let mut path = map();
    for (name, value) in changes {
        let own = path.split('&').find(|pair| pair.starts_with(&format!("{name}=")));
        path = match own.map(str::to_string) {
            Some(pair) => path.replace(&pair, &format!("{name}={value}")),
            None => format!("{path}&{name}={value}"),
        };
    }
    path
}

async fn drawn(changes: &[(&str, &str)]) -> RgbaImage {
    let path = with(changes);
    let answer = get(&path).await;
    picture(&answer).unwrap_or_else(|| panic!("{}", told(&path, &answer)))
}

fn is_map(answer: &Answer) -> bool {
    answer.status == 200 && kind(answer) == "image/png" && begins_as("image/png", &answer.body)
}

async fn boxes(r: &mut Report, root: Node<'_, '_>) {
    for layer in named(root) {
        let name = value(layer, "Name");
        let direct = !own(layer, "BoundingBox").is_empty();
        // One of the layers that inherit is enough.
        if !direct && name != "conflict:lakes" {
            continue;
        }
        let test = if direct { "getmap:bbox-direct" } else { "getmap:bbox-inherited" };
        for bounds in inherited(layer, "BoundingBox") {
            let said = |name: &str| bounds.attribute(name).unwrap_or_default();
            let corners = ["minx", "miny", "maxx", "maxy"].map(said).join(",");
            let place = [("LaYeRs", name), ("CrS", said("CRS")), ("BbOx", corners.as_str())];
            let path = with(&place).replace("=100&", "=200&");
            let answer = get(&path).await;
            r.check(test, is_map(&answer), told(&path, &answer));
            // The world as a stamp.
            let path = with(&place);
            let answer = get(&path).await;
            if said("CRS") == "EPSG:3857" {
                r.wanted(test, is_map(&answer), told(&path, &answer));
            } else {
                r.check(test, is_map(&answer), told(&path, &answer));
            }
        }
    }
    let plain = drawn(&[]).await;
    let exponents = drawn(&[("BbOx", "4.5e1,3.9E%2B1,470e-1,41.0")]).await;
    r.check("getmap:bbox-exponential", plain == exponents, "4.5e1");
    // Corners are those of pixels, not their middles: halves are the whole, side by side.
    let wide = drawn(&[("BbOx", "45,39,49,41"), ("WiDtH", "200")]).await;
    let right = drawn(&[("BbOx", "47,39,49,41")]).await;
    for (x, half) in [(0, &plain), (100, &right)] {
        let part = image::imageops::crop_imm(&wide, x, 0, 100, 100).to_image();
        r.check("getmap:bbox-pixel-interpretation", part == *half, x);
    }
    for (test, corners) in [
        ("getmap:bbox-minx-gt-maxx", "47,39,45,41"),
        ("getmap:bbox-minx-eq-maxx", "45,39,45,41"),
        ("getmap:bbox-miny-gt-maxy", "45,41,47,39"),
        ("getmap:bbox-miny-eq-maxy", "45,39,47,39"),
    ] {
        let answer = get(&with(&[("BbOx", corners)])).await;
        r.check(test, code(&answer).is_some() && answer.status == 400, told(corners, &answer));
    }
    let far = get(&with(&[("LaYeRs", "conflict:roads"), ("BbOx", "0,0,1,1")])).await;
    r.check("getmap:bbox-no-overlap", is_map(&far) && all_of(&far, WHITE), told("far", &far));
    let test = "getmap:bbox-outside-crs";
    for (layer, asserted) in
        [("conflict:lakes", true), ("conflict:roads", true), ("conflict", false)]
    {
        let path = with(&[("LaYeRs", layer), ("BbOx", "-10,90,10,110")]);
        let answer = get(&path).await;
        let empty = is_map(&answer) && all_of(&answer, WHITE);
        if asserted {
            r.check(test, empty, told(&path, &answer));
        } else {
            let own = picture(&answer).map(|image| image.get_pixel(0, 0).0);
            r.wanted(test, empty, format!("{path}: not white, but {own:?}"));
        }
    }
}

async fn grounds(r: &mut Report) {
    let clear = drawn(&[("LaYeRs", "conflict:lakes"), ("TRANSPARENT", "TRUE")]).await;
    let through = count(&clear, |p| p[3] == 0);
    r.check("getmap:transparent-true", through > 1_000 && through < 10_000, through);
    for (test, more, colour) in [
        ("getmap:no-bgcolor", ("LaYeRs", "conflict:lakes"), WHITE),
        ("getmap:blue-bgcolor", ("BGCOLOR", "0x0000FF"), [0, 0, 255, 255]),
        ("getmap:blue-bgcolor", ("bgcolor", "0x0000ff"), [0, 0, 255, 255]),
        ("getmap:transparent-default", ("LaYeRs", "conflict:lakes"), WHITE),
        ("getmap:transparent-false", ("TRANSPARENT", "FALSE"), WHITE),
    ] {
        let image = drawn(&[("LaYeRs", "conflict:lakes"), more]).await;
        let pairs = clear.pixels().zip(image.pixels());
        let right = pairs.into_iter().all(|(a, b)| a[3] != 0 || b.0 == colour);
        r.check(test, right && image.pixels().all(|p| p[3] == 255), more.1);
    }
}

async fn systems(r: &mut Report, root: Node<'_, '_>) {
    let mut known: Vec<&str> = all(root, "CRS").iter().filter_map(Node::text).collect();
    known.sort_unstable();
    known.dedup();
    r.check("getmap:each-crs", known.len() == 6, known.len());
    for crs in known {
        let corners = match crs {
            "CRS:84" => "45,39,47,41",
            "EPSG:4326" => "39,45,41,47",
            "EPSG:32639" => "0,4300000,200000,4500000",
            "EPSG:32638" => "500000,4300000,700000,4500000",
            _ => "5000000,4700000,5200000,4900000",
        };
        let path = with(&[("CrS", crs), ("BbOx", corners)]);
        let answer = get(&path).await;
        r.check("getmap:each-crs", is_map(&answer), told(&path, &answer));
        r.check("getmap:crs-direct", is_map(&answer), told(&path, &answer));
        let path = with(&[("CrS", crs), ("BbOx", corners), ("LaYeRs", "conflict:rivers")]);
        let answer = get(&path).await;
        r.check("getmap:crs-inherited", is_map(&answer), told(&path, &answer));
        // There are rivers in each of these boxes.
        r.check("getmap:crs-inherited", !all_of(&answer, WHITE), &path);
    }
    for wrong in ["EPSG:1", "CRS:1", "invalid", "AUTO2:42001,1,45,40"] {
        let answer = get(&with(&[("CrS", wrong)])).await;
        let right = code(&answer).as_deref() == Some("InvalidCRS");
        r.check("getmap:invalid-crs", right, told(wrong, &answer));
    }
    // Latitudes come first in EPSG:4326, and eastings in UTM.
    let plain = drawn(&[]).await;
    let turned = drawn(&[("CrS", "EPSG:4326"), ("BbOx", "39,45,41,47")]).await;
    let test = "6.7.3.3 axes of a system";
    r.check(test, plain == turned, "EPSG:4326");
    let other = drawn(&[("CrS", "EPSG:4326"), ("BbOx", "45,39,47,41")]).await;
    r.check(test, plain != other, "not as CRS:84 has them");
    let shuffled = "/wms?HEIGHT=100&format=image/png&Bbox=45,39,47,41&crs=CRS:84&styles=\
        &layers=conflict&request=GetMap&version=1.3.0&width=100&service=WMS";
    let shuffled = picture(&get(shuffled).await);
    let test = "6.8.1 order and case of parameters";
    r.check(test, shuffled.is_some_and(|image| image == plain), "another order and case");
    let wrong = get(&with(&[("LaYeRs", "CONFLICT")])).await;
    r.check(test, code(&wrong).as_deref() == Some("LayerNotDefined"), told("values", &wrong));
}

async fn exceptions(r: &mut Report) {
    for (test, format) in [("getmap:exceptions-default", ""), ("getmap:exceptions-xml", "XML")] {
        let mut changes = vec![("LaYeRs", "none")];
        changes.extend((!format.is_empty()).then_some(("EXCEPTIONS", format)));
        let answer = get(&with(&changes)).await;
        let right = code(&answer).as_deref() == Some("LayerNotDefined");
        r.check(test, right, told(format, &answer));
        r.check("6.11 service exceptions", answer.status == 400, told(format, &answer));
    }
    let image = get(&with(&[("LaYeRs", "none"), ("EXCEPTIONS", "INIMAGE")])).await;
    let written = picture(&image).is_some_and(|image| count(&image, |p| p[0] < 100) > 50);
    r.check("getmap:exceptions-inimage-mime", is_map(&image) && written, told("", &image));
    let blank = [("LaYeRs", "none"), ("EXCEPTIONS", "BLANK")];
    let answer = get(&with(&blank)).await;
    let right = is_map(&answer) && all_of(&answer, WHITE) && size(&answer) == Some((100, 100));
    r.check("getmap:exceptions-blank-mime", right, told("BLANK", &answer));
    let answer = get(&with(&[blank[0], blank[1], ("TRANSPARENT", "TRUE")])).await;
    let clear = picture(&answer).is_some_and(|image| image.pixels().all(|p| p[3] == 0));
    r.check("getmap:exceptions-blank-transparent", clear, told("TRUE", &answer));
    let path = with(&[blank[0], blank[1], ("BGCOLOR", "0xFF0000")]);
    let answer = get(&path).await;
    let red = all_of(&answer, [255, 0, 0, 255]);
    let own = picture(&answer).map(|image| image.get_pixel(0, 0).0);
    r.check("getmap:exceptions-blank-red", red, format!("{path}: {own:?}"));
}

async fn formats(r: &mut Report, root: Node<'_, '_>) {
    let found = own(all(root, "GetMap")[0], "Format");
    for format in found.iter().filter_map(Node::text) {
        let encoded = format.replace('+', "%2B").replace("; ", ";%20");
        let answer = get(&with(&[("FoRmAt", &encoded)])).await;
        let plain = format.split(';').next().unwrap();
        let right = kind(&answer) == plain && begins_as(plain, &answer.body);
        r.check("getmap:each-format", right && answer.status == 200, told(format, &answer));
        // Where the box is of another shape than the map, the map is stretched to it.
        let path = with(&[("FoRmAt", &encoded), ("WiDtH", "200")]);
        let answer = get(&path).await;
        let right = answer.status == 200 && kind(&answer) == plain;
        if ["image/svg+xml", "application/pdf"].contains(&plain) {
            r.wanted("7.3.3.8 stretched maps", right, told(&path, &answer));
        } else {
            r.check("7.3.3.8 stretched maps", right, told(&path, &answer));
        }
    }
    let answer = get(&with(&[("FoRmAt", "UnknownFormat")])).await;
    let right = code(&answer).as_deref() == Some("InvalidFormat");
    r.check("getmap:invalid-format", right, told("UnknownFormat", &answer));
}

async fn layers(r: &mut Report, root: Node<'_, '_>) {
    let (two, three) =
        ("conflict:rivers,conflict:roads", "conflict:rivers,conflict:roads,conflict:lakes");
    for (test, list) in [("getmap:two-layers", two), ("getmap:three-layers", three)] {
        let answer = get(&with(&[("LaYeRs", list)])).await;
        r.check(test, is_map(&answer) && !all_of(&answer, WHITE), told(list, &answer));
    }
    let one = drawn(&[("LaYeRs", "conflict:rivers")]).await;
    let both = drawn(&[("LaYeRs", "conflict:control,conflict:rivers")]).await;
    let ink = |image: &RgbaImage| count(image, |p| p != WHITE);
    r.check("getmap:two-layers", ink(&both) > ink(&one), ink(&both));
    for (test, list) in [
        ("getmap:invalid-layer", "NonExistent"),
        ("getmap:first-layer-invalid", "NonExistent,conflict"),
        ("getmap:second-layer-invalid", "conflict,NonExistent"),
    ] {
        let answer = get(&with(&[("LaYeRs", list)])).await;
        let right = code(&answer).as_deref() == Some("LayerNotDefined");
        r.check(test, right, told(list, &answer));
    }
    for layer in named(root) {
        let name = value(layer, "Name");
        let answer = get(&with(&[("LaYeRs", name)])).await;
        r.check("getmap:each-layer", is_map(&answer), told(name, &answer));
    }
    // The first that is named lies under the others: areas named last are over rivers.
    let test = "7.3.3.3 order of layers";
    let over = drawn(&[("LaYeRs", "conflict:control,conflict:rivers")]).await;
    let under = drawn(&[("LaYeRs", "conflict:rivers,conflict:control")]).await;
    r.check(test, over != drawn(&[("LaYeRs", "conflict:control")]).await, "rivers are over areas");
    r.wanted(test, over != under, "LAYERS=conflict:rivers,conflict:control has areas undermost");
}

async fn styles(r: &mut Report, root: Node<'_, '_>) {
    let two = "conflict:rivers,conflict:roads";
    let three = "conflict:rivers,conflict:roads,conflict:lakes";
    for (test, layers, styles) in [
        ("getmap:styles-direct", "conflict", "default"),
        ("getmap:styles-inherited", "conflict:rivers", "default"),
        ("getmap:two-styles", two, "default,default"),
        ("getmap:three-styles", three, "default,default,default"),
        ("getmap:styles-default-single-layer", "conflict", ""),
        ("getmap:styles-default-multiple-layers", two, ""),
        ("getmap:styles-default-commas", two, ","),
        ("getmap:styles-default-commas", three, ",,"),
        ("getmap:styles-some-default", two, "default,"),
        ("getmap:styles-some-default", two, ",default"),
    ] {
        let answer = get(&with(&[("LaYeRs", layers), ("StYlEs", styles)])).await;
        r.check(test, is_map(&answer), told(styles, &answer));
        let plain = get(&with(&[("LaYeRs", layers)])).await;
        r.check(test, plain.body == answer.body, format!("{layers}: {styles} is the default"));
    }
    for (test, layers, styles) in [
        ("getmap:invalid-style", "conflict", "UnknownStyle"),
        ("getmap:first-style-invalid", two, "UnknownStyle,"),
        ("getmap:second-style-invalid", two, ",UnknownStyle"),
    ] {
        let answer = get(&with(&[("LaYeRs", layers), ("StYlEs", styles)])).await;
        let right = code(&answer).as_deref() == Some("StyleNotDefined");
        r.check(test, right, told(styles, &answer));
    }
    for layer in named(root) {
        for style in own(layer, "Style") {
            let (layer, style) = (value(layer, "Name"), value(style, "Name"));
            let answer = get(&with(&[("LaYeRs", layer), ("StYlEs", style)])).await;
            r.check("getmap:each-style", is_map(&answer), told(style, &answer));
        }
    }
}

async fn sizes(r: &mut Report) {
    for (test, width, height) in [
        ("getmap:large-size", "6000", "6000"),
        ("getmap:large-size", "1024", "768"),
        ("getmap:small-size", "8", "5"),
        ("getmap:small-size", "1", "1"),
    ] {
        let changes = [("LaYeRs", "conflict:roads"), ("WiDtH", width), ("HeIgHt", height)];
        let answer = get(&with(&changes)).await;
        let said = (width.parse().unwrap(), height.parse().unwrap());
        r.check(test, size(&answer) == Some(said), told(width, &answer));
    }
    let (square, flat) = (drawn(&[]).await, drawn(&[("HeIgHt", "50")]).await);
    let half = image::imageops::resize(&square, 100, 50, image::imageops::FilterType::Triangle);
    let test = "7.3.3.8 stretched maps";
    r.check(test, apart(&half, &flat) < 12.0, apart(&half, &flat));
}

async fn times(r: &mut Report) {
    let control = ("LaYeRs", "conflict:control");
    let on = async |time: &str| get(&with(&[control, ("TIME", time)])).await;
    let (before, after) = (on("2020-09-01").await, on("2020-12-15").await);
    let test = "C.3.2 times";
    r.check(test, is_map(&before) && before.body != after.body, "two days");
    for (time, same) in [
        ("2020-12-15T10:00:00Z", &after),
        ("2020-09-01/2020-12-15", &after),
        ("2020-08-31", &before),
    ] {
        let answer = on(time).await;
        r.check(test, answer.body == same.body, told(time, &answer));
    }
    let default = get(&with(&[control])).await;
    for time in ["default", "current", "2025-08-08"] {
        r.check(test, on(time).await.body == default.body, time);
    }
    let test = "C.4.1 wrong values of dimensions";
    for (name, wrong) in [
        ("TIME", "yesterday"),
        ("TIME", "2020-13-45"),
        ("TIME", "2020-01-01,2020-12-15"),
        ("DIM_LANG", "xx"),
        ("DIM_WORLDVIEW", "xx"),
    ] {
        let answer = get(&with(&[control, (name, wrong)])).await;
        let right = code(&answer).as_deref() == Some("InvalidDimensionValue");
        r.check(test, right, told(wrong, &answer));
    }
    // A value that is not in the list, and one that is not said, are told of in a header.
    let test = "C.4 nearest and default values";
    let (near, none) = (on("2020-11-26").await, get(&with(&[control])).await);
    r.check(test, is_map(&near) && is_map(&none), told("2020-11-26", &near));
    let said = near.header("warning").starts_with("99 Nearest value used");
    r.wanted(test, said, "TIME=2020-11-26: no Warning: 99 Nearest value used");
    let said = none.header("warning").starts_with("99 Default value used");
    r.wanted(test, said, "without TIME: no Warning: 99 Default value used");
}
