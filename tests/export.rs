//! Maps ready to print: every format holds what it should, legends tell of what is to be seen,
//! specs are told what is wrong with them. What viewers make of SVG and PDF is compared in
//! `tests/clients/print.py`.

mod app;
#[path = "app/drawing.rs"]
mod drawing;

use std::collections::BTreeSet;

use app::{Answer, get, get_as, send};
use axum::body::Body;
use axum::http::Request;
use contactline::atlas::{Frame, Size};
use contactline::sheet::{Furnishing, Output, Picture, TextAs};
use drawing::embedded;
use geo::Intersects;
use serde_json::{Value as Json, json};

fn picture(spec: &Json) -> Picture {
    drawing::picture(embedded(), "conflict", spec).unwrap()
}

fn drawn(spec: &Json) -> Vec<u8> {
    embedded().draw(&picture(spec)).unwrap()
}

async fn post(body: impl Into<Body>) -> Answer {
    send(
        Request::post("/styles/conflict/static")
            .header("host", "maps.example:8080")
            .body(body.into())
            .unwrap(),
    )
    .await
}

fn furnished() -> Json {
    json!({"bbox": [45.4, 38.8, 48.0, 40.6], "width": 700, "height": 560, "title": "A <title> & \"more\"", "subtitle": "Степанакерт, Ստեփանակերտ",
        "furniture": "all,graticule,globe", "state": {"date": "2020-11-25"},
        "markers": [{"at": [46.75, 39.76], "label": "Shusha <&>", "symbol": "1"}],
        "paths": [{"points": [[46.0, 39.0], [46.5, 39.5]], "arrow": true, "dashed": true}],
        "circles": [{"at": [46.55, 39.64], "radius_km": 8}]})
}

fn with(mut spec: Json, members: Json) -> Json {
    spec.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    spec
}

#[tokio::test]
async fn every_format_is_what_it_says_and_the_same_twice() {
    for (format, kind, start) in [
        ("png", "image/png", &b"\x89PNG\r\n"[..]),
        ("webp", "image/webp", b"RIFF"),
        ("jpg", "image/jpeg", b"\xff\xd8\xff"),
        ("tif", "image/tiff", b"II*\0"),
        ("svg", "image/svg+xml", b"<svg "),
        ("pdf", "application/pdf", b"%PDF-1.7"),
    ] {
        let spec = with(furnished(), json!({"format": format}));
        let answer = post(spec.to_string()).await;
        assert_eq!(
            (answer.status.as_u16(), answer.header("content-type")),
            (200, kind),
            "{}",
            String::from_utf8_lossy(&answer.body)
        );
        assert!(answer.body.starts_with(start), "{format}");
        let url = format!(
            "/styles/conflict/static/45.4,38.8,48.0,40.6/300x240.{format}?title=A%20map&date=2020-11-25"
        );
        let (one, two) = (get(&url).await, get_as(&url, kind).await);
        assert_eq!((one.status.as_u16(), one.body == two.body), (200, true), "{url}");
        assert_eq!(drawn(&spec), drawn(&spec), "{format}");
    }
}

#[test]
fn an_svg_is_well_formed_and_holds_its_words() {
    for text in ["outline", "live"] {
        let svg =
            String::from_utf8(drawn(&with(furnished(), json!({"format": "svg", "text": text}))))
                .unwrap();
        let tree = resvg::usvg::Tree::from_str(&svg, &resvg::usvg::Options::default()).unwrap();
        assert_eq!((tree.size().width(), tree.size().height()), (700.0, 560.0));
        assert!(
            svg.contains("<title id=\"map-title\">A &lt;title&gt; &amp; &quot;more&quot;</title>")
        );
        assert!(
            svg.contains("data-layer=\"control-azerbaijan\"")
                && svg.contains("data-layer=\"furniture\"")
        );
        for label in ["Shusha &lt;&amp;&gt;", "Kapan", "Ստեփանակերտ", "As of 25 November 2020"]
        {
            let written = match text {
                "live" => label.split(' ').all(|word| svg.contains(word)),
                _ => svg.contains(&format!("aria-label=\"{label}")) || svg.contains(label),
            };
            assert!(written, "{text}: {label}");
        }
        assert_eq!(svg.contains("@font-face"), text == "live");
    }
}

#[test]
fn a_png_says_what_it_is() {
    let png = drawn(&with(furnished(), json!({"dpi": 300})));
    let reader = png::Decoder::new(std::io::Cursor::new(&png)).read_info().unwrap();
    let info = reader.info();
    assert_eq!(info.pixel_dims.unwrap().xppu, 11_811);
    assert!(info.srgb.is_some());
    let texts: Vec<(String, String)> =
        info.utf8_text.iter().map(|t| (t.keyword.clone(), t.get_text().unwrap())).collect();
    let of = |name: &str| {
        texts.iter().find(|(n, _)| n == name).map(|(_, t)| t.as_str()).unwrap_or_default()
    };
    assert!(
        of("Title").starts_with("A <title>")
            && of("Description").contains("Held by Armenian forces")
    );
    assert!(
        of("Source").contains("Security Council")
            && of("Date of the map") == "2020-11-25"
            && of("Made by") == "a test"
    );
    // A tile is no document, and says nothing.
    let tile = embedded()
        .png("conflict", &picture(&furnished()).state, &picture(&furnished()).frame)
        .unwrap();
    assert!(
        png::Decoder::new(std::io::Cursor::new(&tile))
            .read_info()
            .unwrap()
            .info()
            .utf8_text
            .is_empty()
    );
}

/// A large picture is drawn in bands: its pixels are those of smaller pictures of the same place.
#[test]
fn bands_make_the_picture() {
    let state = embedded().style("conflict").unwrap().state([("date", "2020-11-25")]).unwrap();
    let center = contactline::geo::LonLat::new(46.75, 39.75).unwrap();
    let draw = |center, width, height| {
        let frame =
            Frame::centered(center, 11.0, Size::new(width, height, 2, u64::MAX).unwrap()).unwrap();
        let png = embedded().png("conflict", &state, &frame).unwrap();
        image::load_from_memory(&png).unwrap().to_rgb8()
    };
    let large = draw(center, 2500, 2600);
    let small = draw(center, 600, 2000);
    let (dx, dy) = ((large.width() - small.width()) / 2, (large.height() - small.height()) / 2);
    let wrong =
        small.enumerate_pixels().filter(|(x, y, p)| large.get_pixel(x + dx, y + dy) != *p).count();
    assert_eq!((large.width() * large.height() > 24_000_000, wrong), (true, 0));
}

/// What the legend must tell of, found from the data alone.
fn expected(entry: &Json, day: &str, view: &geo::Rect<f64>, zoom: f64, style: &Json) -> bool {
    let layers: Vec<&Json> = entry["layers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|id| style["layers"].as_array().unwrap().iter().find(|l| l["id"] == *id).unwrap())
        .collect();
    layers.iter().any(|layer| {
        if zoom < layer["minzoom"].as_f64().unwrap_or(0.0) {
            return false;
        }
        let source = layer["source"].as_str().unwrap();
        let collection = style["sources"][source]["data"].as_str().unwrap();
        let collection = collection.rsplit('/').next().unwrap().trim_end_matches(".geojson");
        embedded().catalog().collection(collection).unwrap().collection().features.iter().any(|f| {
            let text = |key: &str| f.text(key).unwrap_or_default();
            let holds = f.text("valid_from").is_none_or(|d| d <= day)
                && f.text("valid_to").is_none_or(|d| day < d);
            // The filters of this style's layers and entries, said again.
            let of_layer = match layer["id"].as_str().unwrap() {
                "control-armenian" => text("control") == "armenian",
                "control-azerbaijan" => text("control") == "azerbaijan",
                "control-hatched" => text("control") == entry["filter"][2],
                "corridor" => text("kind") == "corridor",
                "link-agreed" => text("kind") == "transport-link" && text("status") == "agreed",
                "link-proposed" => text("kind") == "transport-link" && text("status") == "proposed",
                "key-west" => text("kind") == "proposal" && text("account") == entry["filter"][2],
                "former-districts" => text("kind") == "former-district",
                _ => true,
            };
            holds && of_layer && f.geometry.intersects(view)
        })
    })
}

#[test]
fn the_legend_tells_of_what_is_to_be_seen_and_of_nothing_else() {
    let style: Json =
        serde_json::from_slice(&std::fs::read("styles/conflict.json").unwrap()).unwrap();
    let mut told = 0;
    for i in 0..30 {
        let day =
            ["1995-01-01", "2001-04-10", "2020-10-15", "2020-11-15", "2021-01-01", "2024-01-01"]
                [i % 6];
        let zoom = [6.0, 7.5, 9.0, 10.5, 12.0][i % 5];
        let (lon, lat) = (45.6 + (i * 7 % 30) as f64 * 0.07, 38.9 + (i * 11 % 30) as f64 * 0.05);
        let spec = json!({"center": [lon, lat], "zoom": zoom, "width": 500, "height": 400, "furniture": "legend", "state": {"date": day}, "format": "svg"});
        let svg = String::from_utf8(drawn(&spec)).unwrap();
        let world = 512.0 * f64::exp2(zoom);
        let y = |lat: f64| {
            (0.5 - (lat.to_radians() / 2.0 + std::f64::consts::FRAC_PI_4).tan().ln()
                / std::f64::consts::TAU)
                * world
        };
        let lat_at = |y: f64| {
            (2.0 * ((0.5 - y / world) * std::f64::consts::TAU).exp().atan()
                - std::f64::consts::FRAC_PI_2)
                .to_degrees()
        };
        let half = 250.0 / world * 360.0;
        // What only the picture's outermost pixel has may be told of or not.
        let px = half / 250.0;
        let view = |within: f64| {
            geo::Rect::new(
                (lon - half + within * px, lat_at(y(lat) + 200.0 - within)),
                (lon + half - within * px, lat_at(y(lat) - 200.0 + within)),
            )
        };
        let furniture = svg.split("data-layer=\"furniture\"").nth(1).unwrap_or_default();
        for entry in style["metadata"]["contactline:legend"].as_array().unwrap() {
            let label = entry["label"]["en"].as_str().unwrap();
            let there = furniture.contains(&format!("aria-label=\"{label}\""));
            let [all, inner] =
                [0.0, 1.0].map(|within| expected(entry, day, &view(within), zoom, &style));
            assert!(
                (all || !there) && (there || !inner),
                "{lon},{lat} at {zoom} on {day}: {label}: {there}"
            );
            told += usize::from(there);
        }
    }
    assert!(told > 60, "{told}");
}

#[test]
fn alternative_text_is_in_the_map_s_language() {
    for (language, words) in [
        ("en", "As of 25 November 2020"),
        ("ru", "По состоянию на 25 ноября 2020"),
        ("hy", "նոյեմբերի 25"),
        ("fa", "۲۵ نوامبر ۲۰۲۰"),
        ("az", "25 noyabr 2020"),
        ("ka", "25 ნოემბერი"),
    ] {
        let spec = with(furnished(), json!({"state": {"date": "2020-11-25", "lang": language}}));
        let text = embedded().alternative(&picture(&spec)).unwrap();
        assert!(text.contains(words), "{language}: {text}");
    }
}

/// Each with a part of what is said of it: 25 and more.
const WRONG: &[(&str, &str)] = &[
    ("width=300&height=200", "not JSON"),
    ("", "EOF"),
    ("[]", "/"),
    ("{\"bbox\": [1, 2, 3]}", "/bbox"),
    ("{\"bbox\": [48, 38, 45, 40], \"width\": 100, \"height\": 100}", "west below east"),
    ("{\"bbox\": \"here\"}", "/bbox"),
    ("{\"center\": [46, 39], \"width\": 100, \"height\": 100}", "/zoom"),
    ("{\"zoom\": 3, \"width\": 100, \"height\": 100}", "/center"),
    ("{\"center\": [46, 139], \"zoom\": 3, \"width\": 100, \"height\": 100}", "/center"),
    ("{\"center\": [46, 39], \"zoom\": 99, \"width\": 100, \"height\": 100}", "zoom 99"),
    (
        "{\"bbox\": [45, 38, 48, 40], \"center\": [46, 39], \"zoom\": 3, \"width\": 9, \
         \"height\": 9}",
        "/center",
    ),
    ("{\"width\": 100}", "/height"),
    ("{\"width\": 0, \"height\": 100}", "0x100"),
    ("{\"width\": 16000, \"height\": 16000}", "too large"),
    ("{\"width\": 100, \"height\": 100, \"ratio\": 11}", "ratio"),
    ("{\"preset\": \"a9\"}", "/preset"),
    ("{\"preset\": \"web-1200\", \"width\": 3}", "/preset"),
    ("{\"width\": 100, \"height\": 100, \"dpi\": 0}", "/dpi"),
    ("{\"width\": 100, \"height\": 100, \"format\": \"bmp\"}", "/format"),
    ("{\"width\": 100, \"height\": 100, \"text\": \"bold\"}", "/text"),
    ("{\"width\": 100, \"height\": 100, \"quality\": 0}", "/quality"),
    ("{\"width\": 100, \"height\": 100, \"colour\": \"red\"}", "colour"),
    ("{\"width\": 100, \"height\": 100, \"state\": {\"mood\": \"bad\"}}", "/state"),
    ("{\"width\": 100, \"height\": 100, \"state\": {\"date\": \"yesterday\"}}", "YYYY-MM-DD"),
    ("{\"width\": 100, \"height\": 100, \"furniture\": \"sofa\"}", "'sofa' is no part"),
    (
        "{\"width\": 100, \"height\": 100, \"furniture\": \"legend:middle\"}",
        "'middle' is no corner",
    ),
    ("{\"width\": 100, \"height\": 100, \"theme\": \"pink\"}", "'pink' is no theme"),
    ("{\"width\": 100, \"height\": 100, \"change\": \"2020\"}", "/change"),
    ("{\"width\": 100, \"height\": 100, \"change\": \"2021-01-01/2020-01-01\"}", "/change"),
    (
        "{\"width\": 100, \"height\": 100, \"markers\": [{\"at\": [46, 39]}, {\"at\": [46, 390]}]}",
        "/markers/1/at",
    ),
    (
        "{\"width\": 100, \"height\": 100, \"markers\": [{\"at\": [46, 39], \"color\": \
         \"reddish\"}]}",
        "/markers/0/color",
    ),
    (
        "{\"width\": 100, \"height\": 100, \"markers\": [{\"at\": [46, 39], \"symbol\": \
         \"1234\"}]}",
        "/markers/0/symbol",
    ),
    ("{\"width\": 100, \"height\": 100, \"markers\": [{\"at\": [46]}]}", "/markers/0/at"),
    ("{\"width\": 100, \"height\": 100, \"paths\": [{\"points\": [[46, 39]]}]}", "/paths/0/points"),
    (
        "{\"width\": 100, \"height\": 100, \"paths\": [{\"points\": [[46, 39], [46, 99]]}]}",
        "/paths/0/points/1",
    ),
    (
        "{\"width\": 100, \"height\": 100, \"circles\": [{\"at\": [46, 39], \"radius_km\": -1}]}",
        "/circles/0/radius_km",
    ),
    ("{\"width\": 100, \"height\": 100, \"highlight\": [\"districts/atlantis\"]}", "/highlight/0"),
    ("{\"width\": 100, \"height\": 100, \"geojson\": {\"type\": \"Topology\"}}", "/geojson"),
    ("{\"width\": 100, \"height\": 100, \"bbox\": [45, 38, 48, 40], \"bearing\": 3}", "/bearing"),
    (
        "{\"width\": 100, \"height\": 100, \"bbox\": [45, 38, 48, 40], \"padding\": 4000000000}",
        "/padding",
    ),
    ("{\"preset\": \"web-1200\", \"dpi\": -5}", "/dpi"),
    (
        "{\"width\": 100, \"height\": 100, \"change\": \"2020-09-27/2020-12-01\", \"state\": \
         {\"date\": \"1995-01-01\"}}",
        "/state/date",
    ),
    (
        "{\"width\": 100, \"height\": 100, \"change\": \"2020-09-27/2020-12-01\", \"markers\": \
         [{\"at\": [46, 39]}]}",
        "/markers",
    ),
    (
        "{\"width\": 100, \"height\": 100, \"geojson\": {\"type\": \"Feature\", \"properties\": \
         {\"stroke-width\": 1000000}, \"geometry\": {\"type\": \"LineString\", \"coordinates\": \
         [[45, 39], [46, 39]]}}}",
        "/geojson/properties/stroke-width",
    ),
    (
        "{\"width\": 100, \"height\": 100, \"geojson\": {\"type\": \"Feature\", \"properties\": \
         {}, \"geometry\": {\"type\": \"Point\", \"coordinates\": [\"a\", 1]}}}",
        "/geojson",
    ),
    (
        r#"{"bbox": [45, 39, 47, 40], "width": 100, "height": 100, "projection": "peters"}"#,
        "/projection: 'peters'",
    ),
    (
        r#"{"bbox": [0, 39, 90, 60], "width": 100, "height": 100, "projection": "utm"}"#,
        "/projection: utm is for 12",
    ),
    (
        r#"{"bbox": [40, -9, 50, 9], "width": 100, "height": 100, "projection": "lambert"}"#,
        "one side of the equator",
    ),
    (
        r#"{"bbox": [45, 39, 47, 40], "width": 100, "height": 100, "format": "jpg", "palette": true}"#,
        "/palette: only PNG",
    ),
    (
        r#"{"bbox": [45, 39, 47, 40], "width": 100, "height": 100, "geo": true}"#,
        "/geo: a file of this format",
    ),
    (
        r#"{"bbox": [45, 39, 47, 40], "width": 100, "height": 100, "compare": "2020-12-01,2020-09-27"}"#,
        "/compare",
    ),
    (
        r#"{"bbox": [45, 39, 47, 40], "width": 100, "height": 100, "compare": "2020-09-27,2020-12-01", "state": {"date": "2020-11-25"}}"#,
        "/state/date",
    ),
    (
        r#"{"bbox": [45, 39, 47, 40], "width": 100, "height": 100, "compare": "2020-09-27,2020-12-01", "change": "2020-09-27/2020-12-01"}"#,
        "/",
    ),
    (
        r#"{"center": [46, 39], "zoom": 6, "bearing": 20, "width": 100, "height": 100, "compare": "2020-09-27,2020-12-01"}"#,
        "/bearing",
    ),
    (
        r#"{"bbox": [45, 39, 47, 40], "width": 100, "height": 100, "change": "2020-09-28/2020-09-29"}"#,
        "no change between",
    ),
];

#[tokio::test]
async fn wrong_specs_are_told_where() {
    assert!(WRONG.len() >= 25);
    for (spec, part) in WRONG {
        let answer = post(*spec).await;
        let problem = answer.json();
        println!("{} {spec}: {}", answer.status.as_u16(), problem["detail"].as_str().unwrap());
        let status = if *part == "too large" { 422 } else { 400 };
        assert_eq!(
            (answer.status.as_u16(), answer.header("content-type")),
            (status, "application/problem+json"),
            "{spec}"
        );
        assert!(problem["detail"].as_str().unwrap().contains(part), "{spec}: {problem}");
    }
    let missing = send(
        Request::post("/styles/nope/static")
            .body(Body::from("{\"width\": 10, \"height\": 10}"))
            .unwrap(),
    )
    .await;
    assert_eq!(missing.status, 404);
}

#[test]
fn furniture_stays_within_pages_of_any_shape() {
    let sizes: BTreeSet<(u32, u32)> =
        [(40, 40), (100, 900), (1800, 120), (177, 236), (3000, 2000)].into();
    for (width, height) in sizes {
        for language in ["en", "fa"] {
            let spec = with(
                furnished(),
                json!({"width": width, "height": height, "state": {"lang": language}}),
            );
            let image = image::load_from_memory(&drawn(&spec)).unwrap();
            assert_eq!((image.width(), image.height()), (width, height));
        }
    }
}

#[tokio::test]
async fn pictures_say_where_they_lie_where_their_format_can() {
    let url = |extension: &str| {
        format!("/styles/conflict/static/45.4,38.8,48,40.6/200x150.{extension}?geo=1")
    };
    let pdf = get(&url("pdf")).await;
    let text = String::from_utf8_lossy(&pdf.body);
    assert!(text.contains("/Subtype/GEO") && text.contains("/GPTS"));
    let tif = get(&url("tif")).await;
    assert_eq!((tif.status.as_u16(), tif.header("content-type")), (200, "image/tiff"));
    let mut read = tiff::decoder::Decoder::new(std::io::Cursor::new(&tif.body)).unwrap();
    let scale = read.get_tag_f64_vec(tiff::tags::Tag::ModelPixelScaleTag).unwrap();
    // 2.6 degrees or more on 200 px, in the equator's metres.
    assert!(
        scale[0] > 111_319.0 * 2.6 / 200.0 && (scale[0] / scale[1] - 1.0).abs() < 1e-9,
        "{scale:?}"
    );
    let keys = read.get_tag_u16_vec(tiff::tags::Tag::GeoKeyDirectoryTag).unwrap();
    assert!(keys.chunks(4).any(|key| key == [3072, 0, 1, 3857]));
    let refused = get(&url("png")).await;
    assert!(
        refused.status.as_u16() == 400
            && refused.json()["detail"].as_str().unwrap().starts_with("/geo")
    );
}

/// What the map says in its alternative text.
fn said(spec: &Json) -> String {
    embedded().alternative(&picture(spec)).unwrap()
}

#[test]
fn a_map_of_changes_says_its_days_its_areas_and_how_good_they_are() {
    let spec = json!({"bbox": [46.85, 39.25, 46.95, 39.32], "width": 600, "height": 400, "title": "Changes", "change": "2020-09-27/2020-12-01", "format": "svg"});
    let text = said(&spec);
    assert!(text.contains("Changes from 27 September 2020 to 1 December 2020"), "{text}");
    assert!(
        text.contains("Armenian forces › Azerbaijan: 8770 km²") && !text.contains("Held by"),
        "{text}"
    );
    let svg = String::from_utf8(drawn(&spec)).unwrap();
    assert!(svg.contains("Lines and areas are approximate"));
}

#[test]
fn two_days_are_two_maps_in_one_picture() {
    let spec = |members: Json| {
        with(
            json!({"bbox": [45.4, 38.8, 48.0, 40.6], "width": 900, "height": 500, "title": "Two", "compare": "2020-09-26,2020-12-01"}),
            members,
        )
    };
    let image = image::load_from_memory(&drawn(&spec(json!({})))).unwrap().to_rgb8();
    // Agdam, in either half: held by Armenian forces, then by Azerbaijan.
    let svg = String::from_utf8(drawn(&spec(json!({"format": "svg"})))).unwrap();
    for day in ["As of 26 September 2020", "As of 1 December 2020"] {
        assert!(
            svg.contains(&format!("aria-label=\"{day}\"")) && said(&spec(json!({}))).contains(day),
            "{day}"
        );
    }
    // What only one of them shows is in the legend, too, with a piece of it.
    assert!(svg.contains("aria-label=\"Russian peacekeeping zone\""));
    let mean = |left: u32| {
        let pixels = (left..left + 450).flat_map(|x| (60..300).map(move |y| (x, y)));
        pixels
            .map(|(x, y)| {
                i64::from(image.get_pixel(x, y).0[0]) - i64::from(image.get_pixel(x, y).0[2])
            })
            .sum::<i64>()
    };
    assert!(mean(0) > 2 * mean(450).abs(), "{} {}", mean(0), mean(450));
    // Each half of a shared frame is the half of its day's map, but for the labels near the border,
    // which move aside from it.
    let bare = json!({"title": null, "furniture": "frame", "split": true});
    let both = image::load_from_memory(&drawn(&with(spec(json!({})), bare))).unwrap().to_rgb8();
    for (day, from) in [("2020-09-26", 0), ("2020-12-01", 450)] {
        let one = json!({"bbox": [45.4, 38.8, 48.0, 40.6], "width": 900, "height": 500, "furniture": "frame", "state": {"date": day}});
        let one = image::load_from_memory(&drawn(&one)).unwrap().to_rgb8();
        let unlike = (from..from + 450)
            .flat_map(|x| (0..500).map(move |y| (x, y)))
            .filter(|(x, y)| one.get_pixel(*x, *y) != both.get_pixel(*x, *y));
        let furthest = unlike.map(|(x, _)| x.abs_diff(450)).max();
        assert!(furthest.is_some_and(|px| px < 150), "{day}: {furthest:?} px from the border");
    }
}

#[test]
fn a_lone_marker_is_shown_with_what_lies_around_it() {
    let spec = json!({"width": 600, "height": 400, "title": "L", "markers": [{"at": [46.75, 39.81]}], "format": "svg"});
    let svg = String::from_utf8(drawn(&spec)).unwrap();
    assert!(svg.contains(" km\"") && !svg.contains(" m\""));
}

#[test]
fn documents_without_furniture_have_words_all_the_same() {
    let spec = json!({"bbox": [45.4, 38.8, 48.0, 40.6], "width": 400, "height": 300, "format": "svg", "state": {"date": "2020-11-26"}});
    let svg = String::from_utf8(drawn(&spec)).unwrap();
    // Of the day that was asked for, also where the map has not changed on it.
    assert!(
        svg.contains("As of 26 November 2020") && said(&spec).contains("As of 26 November 2020")
    );
    assert!(
        svg.contains("<title id=\"map-title\">Nagorno-Karabakh conflict</title>")
            && svg.contains("Places: ")
    );
}

#[test]
fn features_on_top_are_drawn_whatever_form_they_have() {
    let plain = drawn(&json!({"bbox": [45.0, 39.0, 47.0, 40.0], "width": 400, "height": 300}));
    for geojson in [
        json!({"type": "Feature", "properties": null, "geometry": {"type": "Point", "coordinates": [46, 39.5]}}),
        json!({"type": "Feature", "properties": {"stroke": "#f00"}, "geometry": {"type": "MultiPoint", "coordinates": [[46, 39.5], [46.2, 39.6]]}}),
        json!({"type": "LineString", "coordinates": [[45.5, 39.2], [46.5, 39.8]]}),
    ] {
        assert_ne!(
            drawn(
                &json!({"bbox": [45.0, 39.0, 47.0, 40.0], "width": 400, "height": 300, "geojson": geojson})
            ),
            plain,
            "{geojson}"
        );
    }
}

#[test]
fn outputs_and_furnishing_are_read_from_words() {
    assert_eq!(Output::of_extension("SVG"), Some(Output::Svg(TextAs::Outlines)));
    let read = |parts| Furnishing::read(parts, None, None, None).unwrap();
    assert!(read(None).furniture.is_none() && read(Some("")).furniture.is_none());
    assert_eq!(read(Some("legend:top-left,scale")).furniture.unwrap().parts.len(), 2);
}
