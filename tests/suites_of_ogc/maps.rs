//! OGC API - Maps Part 1 (OGC 20-058), annex A, in the classes that are declared: resources, what
//! is said of them, and what is drawn.

use std::io::Cursor;

use serde_json::Value as Json;
use usvg::roxmltree::Document;

use crate::app::{get, get_as};
use crate::report::{
    Report, all_of, apart, begins_as, count, declared, kind, links, parameters, path, picture,
    refused, rel, text, told,
};

pub const TESTS: [&str; 45] = [
    "/conf/core/map-op",
    "/conf/core/map-response",
    "/conf/core/conformance-success",
    "/conf/background/bgcolor-definition",
    "/conf/background/transparent-definition",
    "/conf/background/void-color-definition",
    "/conf/background/void-transparent-definition",
    "/conf/background/map-success",
    "/conf/collections-selection/collections-parameter",
    "/conf/collections-selection/collections-response",
    "/conf/scaling/width-definition",
    "/conf/scaling/height-definition",
    "/conf/scaling/scale-denominator-definition",
    "/conf/spatial-subsetting/bbox-crs",
    "/conf/spatial-subsetting/subset-crs",
    "/conf/spatial-subsetting/center-crs",
    "/conf/spatial-subsetting/bbox-definition",
    "/conf/spatial-subsetting/subset-definition",
    "/conf/spatial-subsetting/subset-response",
    "/conf/spatial-subsetting/center-definition",
    "/conf/spatial-subsetting/width-height",
    "/conf/spatial-subsetting/map-success",
    "/conf/datetime/datetime-definition",
    "/conf/datetime/datetime-response",
    "/conf/datetime/subset-definition",
    "/conf/datetime/subset-response",
    "/conf/datetime/axis",
    "/conf/datetime/map-success",
    "/conf/crs/crs-definition",
    "/conf/crs/map-success",
    "/conf/collection-map/desc-links",
    "/conf/collection-map/desc-crs",
    "/conf/collection-map/map-operation",
    "/conf/dataset-map/landingpage",
    "/conf/dataset-map/desc-extent",
    "/conf/dataset-map/desc-crs",
    "/conf/dataset-map/operation",
    "/conf/styled-map/desc-links",
    "/conf/styled-map/map-operation",
    "/conf/png/content",
    "/conf/jpeg/content",
    "/conf/tiff/content",
    "/conf/svg/content",
    "/conf/api-operations/completeness",
    "/conf/api-operations/operation-id",
];

/// A place where much is, 300 by 200 px.
pub const PLACE: &str = "bbox=45,39,48,41&width=300";

pub async fn run(r: &mut Report) {
    core(r).await;
    resources(r).await;
    definition(r).await;
    background(r).await;
    selection(r).await;
    formats(r).await;
}

async fn core(r: &mut Report) {
    let conformance = get("/conformance").await.json();
    let mut classes: Vec<&str> = TESTS.iter().filter_map(|t| t.split('/').nth(2)).collect();
    classes.dedup();
    let test = "/conf/core/conformance-success";
    for class in classes {
        r.check(test, declared(&conformance, &format!("ogcapi-maps-1/1.0/conf/{class}")), class);
    }
    let test = "/conf/core/map-response";
    for resource in ["/map", "/styles/conflict/map", "/collections/control/map"] {
        let answer = get_as(resource, "image/png,image/jpeg").await;
        r.check("/conf/core/map-op", answer.status == 200, told(resource, &answer));
        r.check(test, kind(&answer) == "image/png", told(resource, &answer));
        let corners: Result<Vec<f64>, _> =
            answer.header("content-bbox").split(',').map(str::parse).collect();
        let right = corners.is_ok_and(|c| c.len() == 4 && c[0] < c[2] && c[1] < c[3]);
        r.check(test, right, answer.header("content-bbox"));
        r.check(test, answer.header("content-crs").ends_with("/OGC/1.3/CRS84>"), resource);
        r.check(test, picture(&answer).is_some_and(|p| p.width() > 100), resource);
        // There is a temporal extent: a map is of some day.
        let day = answer.header("content-datetime");
        r.check(test, !day.is_empty(), format!("{resource}: no Content-Datetime"));
    }
    for day in ["2020-11-25", "2020-11-25T10:00:00Z", "2020-11-20/2020-11-25", "../2020-11-25"] {
        let answer = get(&format!("/map?{PLACE}&datetime={day}")).await;
        let own = answer.header("content-datetime");
        let said = day.trim_start_matches("../");
        r.check(test, answer.status == 200 && own == said, told(day, &answer));
        let about = format!("datetime={day}: Content-Datetime {own} is no pair of instants");
        r.check(test, !own.contains(".."), about);
    }
    for (accept, kind_) in
        [("image/jpeg", "image/jpeg"), ("image/webp", "image/webp"), ("image/tiff", "image/tiff")]
    {
        let answer = get_as(&format!("/map?{PLACE}"), accept).await;
        r.check(test, kind(&answer) == kind_ && begins_as(kind_, &answer.body), accept);
    }
}

async fn resources(r: &mut Report) {
    let landing = get("/?f=json").await.json();
    let own = links(&landing, &rel("map"));
    r.check("/conf/dataset-map/landingpage", own.len() == 1 && path(own[0]) == "/map", "/");
    let extent = "/conf/dataset-map/desc-extent";
    r.check(extent, landing["extent"]["spatial"]["bbox"].is_array(), "/: no extent");
    let known = landing["crs"].as_array().is_some_and(|all| !all.is_empty());
    r.check("/conf/dataset-map/desc-crs", known, "/: no crs");
    let map = get(&format!("/map?{PLACE}")).await;
    let drawn = map.status == 200 && picture(&map).is_some();
    r.check("/conf/dataset-map/operation", drawn, told("/map", &map));
    let default = get(&format!("/styles/conflict/map?{PLACE}")).await;
    r.check("/conf/dataset-map/operation", default.body == map.body, "the default style");

    let collections = get("/collections?f=json").await.json();
    let mut with_maps = 0;
    for collection in collections["collections"].as_array().unwrap() {
        let id = collection["id"].as_str().unwrap();
        let systems = collection["crs"].as_array();
        let right =
            |c: &Json| c.as_str().is_some_and(|c| c.starts_with("http://www.opengis.net/def/crs/"));
        let known = systems.is_some_and(|all| !all.is_empty() && all.iter().all(right));
        r.check("/conf/collection-map/desc-crs", known, id);
        let stored = collection["storageCrs"].as_str().unwrap_or_default();
        r.check("/conf/collection-map/desc-crs", stored.ends_with("/OGC/1.3/CRS84"), stored);
        let own = format!("/collections/{id}/map");
        let answer = get(&format!("{own}?{PLACE}")).await;
        let test = "/conf/collection-map/desc-links";
        match links(collection, &rel("map"))[..] {
            [href] => {
                with_maps += 1;
                r.check(test, path(href) == own, href);
                let drawn = answer.status == 200 && picture(&answer).is_some();
                r.check("/conf/collection-map/map-operation", drawn, told(&own, &answer));
            }
            // A collection that no style draws has no map, and no link to one.
            _ => r.check(test, answer.status == 404, told(&own, &answer)),
        }
    }
    r.check("/conf/collection-map/desc-links", with_maps > 10, with_maps);
    let styles = get("/styles?f=json").await.json();
    for style in styles["styles"].as_array().unwrap() {
        let own = format!("/styles/{}/map", style["id"].as_str().unwrap());
        let links = links(style, &rel("map"));
        r.check("/conf/styled-map/desc-links", links.len() == 1 && path(links[0]) == own, &own);
        let answer = get(&format!("{own}?{PLACE}")).await;
        let drawn = answer.status == 200 && picture(&answer).is_some();
        r.check("/conf/styled-map/map-operation", drawn, told(&own, &answer));
    }
    let none = get("/styles/none/map").await;
    r.check("/conf/styled-map/map-operation", none.status == 404, told("none", &none));
}

async fn definition(r: &mut Report) {
    let api = get("/api").await.json();
    let test = "/conf/api-operations/completeness";
    for path in ["/map", "/collections/{collectionId}/map", "/styles/{styleId}/map"] {
        let own = parameters(&api, path);
        let has = |name: &str| own.iter().any(|p| p["name"] == name);
        for name in ["bbox", "bbox-crs", "subset", "subset-crs", "center", "center-crs", "crs"] {
            r.check(test, has(name), format!("{path} {name}"));
        }
        for name in ["width", "height", "scale-denominator", "datetime", "transparent", "bgcolor"] {
            r.check(test, has(name), format!("{path} {name}"));
        }
        r.check(test, has("collections") || path.starts_with("/collections"), path);
        for name in ["void-color", "void-transparent"] {
            r.wanted(test, has(name), format!("{path}: no {name}"));
        }
        let answers = &api["paths"][path]["get"]["responses"]["200"]["content"];
        for kind in ["image/png", "image/jpeg", "image/tiff", "image/svg+xml"] {
            r.check(test, answers[kind].is_object(), format!("{path} {kind}"));
        }
        let id = api["paths"][path]["get"]["operationId"].as_str().unwrap_or_default();
        r.check("/conf/api-operations/operation-id", !id.is_empty(), path);
        let about = format!("{path}: {id}, no .getMap at its end");
        r.check("/conf/api-operations/operation-id", id.ends_with(".getMap"), about);
    }
}

async fn background(r: &mut Report) {
    let place = format!("/collections/places/map?{PLACE}&f=png");
    let plain = picture(&get(&place).await).unwrap();
    let clear = count(&plain, |p| p[3] == 0);
    r.check("/conf/background/transparent-definition", clear > 20_000, clear);
    let test = "/conf/background/bgcolor-definition";
    for (given, colour) in [
        ("0x00FF00", [0, 255, 0, 255]),
        ("0x336699", [0x33, 0x66, 0x99, 255]),
        ("0xff0000", [255, 0, 0, 255]),
        ("red", [255, 0, 0, 255]),
        ("RED", [255, 0, 0, 255]),
        ("LightSkyBlue", [135, 206, 250, 255]),
    ] {
        let image = picture(&get(&format!("{place}&bgcolor={given}")).await).unwrap();
        let filled = count(&image, |p| p == colour);
        r.check(test, filled >= clear && filled < clear + 100, format!("{given} {filled}"));
        let success = "/conf/background/map-success";
        let right = plain.pixels().zip(image.pixels()).all(|(a, b)| a[3] != 0 || b.0 == colour);
        r.check(success, right, given);
        // Beyond the valid area it is the same colour, where no other is said.
        let beyond = format!("/collections/places/map?bbox=0,84,20,90&width=60&bgcolor={given}");
        let beyond = get(&beyond).await;
        r.check(success, all_of(&beyond, colour), given);
        r.check("/conf/background/void-color-definition", all_of(&beyond, colour), given);
    }
    let wrong = get(&format!("{place}&bgcolor=nocolour")).await;
    r.check(test, wrong.status == 400, told("nocolour", &wrong));
    let style = "/styles/conflict/map?bbox=45,39,48,41&width=300&f=png&transparent=false";
    let opaque = picture(&get(&format!("{style}&collections=places")).await).unwrap();
    let under = [205, 220, 226, 255];
    let filled = count(&opaque, |p| p == under);
    let about = format!("transparent=false: {filled} px of the style's background, of {clear}");
    r.wanted(test, filled >= clear, about);
    let test = "/conf/background/transparent-definition";
    for (more, through) in [
        ("", true),
        ("&transparent=true", true),
        ("&transparent=false", false),
        ("&bgcolor=red", false),
        ("&bgcolor=red&transparent=true", true),
        ("&bgcolor=red&transparent=false", false),
    ] {
        let image = picture(&get(&format!("{place}{more}")).await).unwrap();
        let own = count(&image, |p| p[3] == 0);
        let right = if through { own == clear } else { image.pixels().all(|p| p[3] == 255) };
        r.check(test, right, format!("{more} {own}"));
        r.check("/conf/background/map-success", right, format!("{more} {own}"));
        let beyond = format!("/collections/places/map?bbox=0,84,20,90&width=60{more}");
        let image = picture(&get(&beyond).await).unwrap();
        let right = image.pixels().all(|p| (p[3] == 0) == through);
        r.check("/conf/background/void-transparent-definition", right, &beyond);
    }
    for (test, more) in [
        ("/conf/background/void-color-definition", "void-color=red"),
        ("/conf/background/void-color-definition", "void-color=0x00FF00"),
        ("/conf/background/void-transparent-definition", "void-transparent=false"),
        ("/conf/background/map-success", "void-color=red&void-transparent=false"),
    ] {
        let path = format!("/collections/places/map?bbox=0,84,20,90&width=60&{more}");
        let answer = get(&path).await;
        r.wanted(test, answer.status == 200, told(&path, &answer));
    }
}

async fn selection(r: &mut Report) {
    let (parameter, response) = (
        "/conf/collections-selection/collections-parameter",
        "/conf/collections-selection/collections-response",
    );
    let of = async |list: &str| get(&format!("/map?{PLACE}&f=png&collections={list}")).await;
    let drawn = |image: &image::RgbaImage| count(image, |p| p[3] != 0);
    let whole = picture(&get(&format!("/map?{PLACE}&f=png")).await).unwrap();
    let mut alone = Vec::new();
    for id in ["places", "rivers", "control"] {
        let answer = of(id).await;
        r.check(parameter, answer.status == 200, told(id, &answer));
        let own = get(&format!("/collections/{id}/map?{PLACE}&f=png")).await;
        r.check(response, own.body == answer.body, id);
        let image = picture(&answer).unwrap();
        r.check(response, image != whole, id);
        alone.push(image);
    }
    let both = of("places,rivers").await;
    r.check(parameter, both.status == 200, told("places,rivers", &both));
    let both = picture(&both).unwrap();
    // What neither draws is not there; what either draws is.
    let (a, b) = (&alone[0], &alone[1]);
    let mut off = 0;
    for (x, y, p) in both.enumerate_pixels() {
        let either = a.get_pixel(x, y)[3] != 0 || b.get_pixel(x, y)[3] != 0;
        off += usize::from(either != (p[3] != 0));
    }
    r.check(response, off < 600 && drawn(&both) > drawn(b), off);
    let none = of("places,nowhere").await;
    r.check(parameter, refused(&none), told("nowhere", &none));
    let url = "http://maps.example:8080/collections/places";
    let answer = of(url).await;
    r.check(parameter, answer.status == 200, told(url, &answer));
}

async fn formats(r: &mut Report) {
    let place = format!("/map?{PLACE}");
    let png = get_as(&place, "image/png").await;
    let one = picture(&png).unwrap();
    let jpeg = get_as(&place, "image/jpeg").await;
    for (test, answer, kind_) in
        [("/conf/png/content", &png, "image/png"), ("/conf/jpeg/content", &jpeg, "image/jpeg")]
    {
        r.check(test, kind(answer) == kind_ && begins_as(kind_, &answer.body), kind_);
        let image = picture(answer).unwrap();
        r.check(test, image.dimensions() == (300, 200), kind_);
        r.check(test, apart(&image, &one) < 12.0, apart(&image, &one));
        // A part of it by the same rules: all but letters are where they were.
        let part = get_as("/map?bbox=45,39,46.5,40&width=150", kind_).await;
        let part = picture(&part).unwrap();
        let own = image::imageops::crop_imm(&one, 0, 100, 150, 100).to_image();
        r.check(test, apart(&part, &own) < 24.0, apart(&part, &own));
    }
    let clear = picture(&get_as(&format!("{place}&collections=places"), "image/png").await);
    let part = count(&clear.unwrap(), |p| p[3] != 0 && p[3] != 255);
    r.check("/conf/png/content", part > 100, part);
    for accept in ["image/tiff", "image/tiff; application=geotiff"] {
        let answer = get_as(&place, accept).await;
        let test = "/conf/tiff/content";
        let right = kind(&answer) == "image/tiff" && begins_as("image/tiff", &answer.body);
        r.check(test, right, told(accept, &answer));
        let mut file = tiff::decoder::Decoder::new(Cursor::new(answer.body)).unwrap();
        r.check(test, file.dimensions().unwrap() == (300, 200), accept);
        let colours = matches!(
            file.colortype().unwrap(),
            tiff::ColorType::RGB(8) | tiff::ColorType::RGBA(8) | tiff::ColorType::Palette(8)
        );
        r.check(test, colours && !file.more_images(), accept);
    }
    let svg = get_as(&place, "image/svg+xml").await;
    let test = "/conf/svg/content";
    r.check(test, svg.status == 200 && kind(&svg) == "image/svg+xml", told("svg", &svg));
    let svg = text(&svg);
    let document = Document::parse(&svg).unwrap();
    let root = document.root_element();
    let said = |name: &str| root.attribute(name).unwrap_or_default();
    r.check(test, root.tag_name().name() == "svg", root.tag_name().name());
    r.check(test, (said("width"), said("height")) == ("300", "200"), said("width"));
    r.check(test, said("viewBox") == "0 0 300 200", said("viewBox"));
}
