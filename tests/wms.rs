//! WMS 1.3.0 and 1.1.1 as their clients meet them, by the sections of OGC 06-042 and 01-068r3.

mod app;

use app::{Answer, get, get_as};
use axum::http::{StatusCode, header};
use image::RgbaImage;
use serde_json::Value as Json;

/// The sides of tile 9/322/194 and of its neighbours to the east and south, EPSG:3857.
const TILE: [f64; 4] = [5165920.11962739, 4774562.534805257, 5244191.636584078, 4852834.051761946];

fn text(answer: &Answer) -> String {
    String::from_utf8(answer.body.to_vec()).unwrap()
}

fn texts<'a>(xml: &'a str, name: &str) -> Vec<&'a str> {
    let (start, end) = (format!("<{name}"), format!("</{name}>"));
    let pieces = xml.split(start.as_str()).skip(1);
    let pieces = pieces.filter_map(|piece| piece.split_once('>')?.1.split_once(end.as_str()));
    pieces.map(|(text, _)| text).collect()
}

fn boxed(bounds: [f64; 4]) -> String {
    bounds.map(|v| v.to_string()).join(",")
}

/// GetMap of the whole style.
fn map(crs: &str, bounds: &str, size: (u32, u32), more: &str) -> String {
    format!(
        "/wms?SERVICE=WMS&VERSION=1.3.0&REQUEST=GetMap&LAYERS=conflict&STYLES=&CRS={crs}\
         &BBOX={bounds}&WIDTH={}&HEIGHT={}&FORMAT=image/png{more}",
        size.0, size.1
    )
}

async fn pixels(path: &str) -> RgbaImage {
    let answer = get(path).await;
    assert_eq!(answer.status, StatusCode::OK, "{path}: {:?}", text_of(&answer));
    image::load_from_memory(&answer.body).unwrap().to_rgba8()
}

fn text_of(answer: &Answer) -> String {
    String::from_utf8_lossy(&answer.body).chars().take(400).collect()
}

/// 6.2.4: what is said is answered by the highest version that is no higher, or by the lowest; where
/// nothing is said by the highest.
#[tokio::test]
async fn versions_are_agreed_on() {
    for (said, version) in [
        ("", "1.3.0"),
        ("&VERSION=1.3.0", "1.3.0"),
        ("&VERSION=2.0.0", "1.3.0"),
        ("&version=1.2.0", "1.1.1"),
        ("&VERSION=1.1.1", "1.1.1"),
        ("&VERSION=1.0.0", "1.1.1"),
        ("&WMTVER=1.1.0", "1.1.1"),
        ("&VERSION=0.9", "1.1.1"),
    ] {
        let answer = get(&format!("/wms?SERVICE=WMS&request=GetCapabilities{said}")).await;
        let xml = text(&answer);
        let root = if version == "1.3.0" { "WMS_Capabilities" } else { "WMT_MS_Capabilities" };
        assert!(xml.contains(&format!("<{root} version=\"{version}\"")), "{said} {xml:.300}");
        let kind = if version == "1.3.0" { "text/xml" } else { "application/vnd.ogc.wms_xml" };
        assert_eq!(answer.header(header::CONTENT_TYPE), kind, "{said}");
    }
}

/// 7.2.4: the service's metadata.
#[tokio::test]
async fn the_capabilities_say_what_there_is() {
    // Whatever a browser says it would rather have.
    let path = "/wms?SERVICE=WMS&REQUEST=GetCapabilities";
    let xml = text(&get_as(path, "text/html,*/*;q=0.8").await);
    for part in [
        "<Name>WMS</Name>",
        "<Format>XML</Format><Format>INIMAGE</Format><Format>BLANK</Format>",
        "<CRS>CRS:84</CRS>",
        "<CRS>EPSG:32638</CRS>",
        "<Name>conflict</Name>",
        "<Name>conflict:control</Name>",
        "<EX_GeographicBoundingBox>",
        "http://maps.example:8080/wms?",
        "<Dimension name=\"time\" units=\"ISO8601\" default=\"2025-08-08\" nearestValue=\"1\">",
        "<Dimension name=\"lang\" units=\"\" default=\"en\">",
    ] {
        assert!(xml.contains(part), "{part}");
    }
    let days = texts(&xml, "Dimension")[0];
    assert!(days.split(',').any(|day| day == "2020-11-10") && days.split(',').is_sorted());
    // 7.2.4.6.6: latitudes come first in EPSG:4326.
    let bounds = xml.split("<BoundingBox CRS=\"EPSG:4326\"").nth(1).unwrap();
    assert!(bounds.starts_with(" minx=\"-8") || bounds.starts_with(" minx=\"-9"), "{bounds:.80}");
    // 7.2.3.5: a client that has it is told so.
    let sequence = xml.split("updateSequence=\"").nth(1).unwrap().split('"').next().unwrap();
    let again =
        get(&format!("/wms?SERVICE=WMS&REQUEST=GetCapabilities&UPDATESEQUENCE={sequence}")).await;
    assert!(text(&again).contains("code=\"CurrentUpdateSequence\""));
    // The legend is as large as is said.
    let legend = xml.split("<LegendURL ").nth(1).unwrap();
    let side = |name: &str| -> u32 {
        legend
            .split(&format!("{name}=\""))
            .nth(1)
            .unwrap()
            .split('"')
            .next()
            .unwrap()
            .parse()
            .unwrap()
    };
    let place = legend.split("xlink:href=\"").nth(1).unwrap().split('"').next().unwrap();
    let place = place.strip_prefix("http://maps.example:8080").unwrap().replace("&amp;", "&");
    let drawn = pixels(&place).await;
    assert_eq!(drawn.dimensions(), (side("width"), side("height")));
    assert!(drawn.width() > 100 && drawn.height() > 100, "{:?}", drawn.dimensions());
}

/// A map is the tile, the mosaic of tiles, the static map and the map of OGC API - Maps.
#[tokio::test]
async fn a_map_is_the_same_by_each_door() {
    let tile = get("/styles/conflict/9/322/194.png?date=2020-11-25&lang=hy").await;
    let more = "&TIME=2020-11-25&DIM_LANG=hy";
    let own = get(&map("EPSG:3857", &boxed(TILE), (256, 256), more)).await;
    assert!(own.body == tile.body, "{}", text_of(&own));
    let api = format!(
        "/map?crs=EPSG:3857&bbox-crs=EPSG:3857&bbox={}&width=256&height=256&f=png\
         &datetime=2020-11-25&lang=hy",
        boxed(TILE)
    );
    assert!(get(&api).await.body == tile.body, "{}", text_of(&get(&api).await));
    // Two by two tiles as one map, and as a static map of the same box.
    let side = TILE[2] - TILE[0];
    let four = [TILE[0], TILE[1] - side, TILE[2] + side, TILE[3]];
    let whole = get(&map("EPSG:3857", &boxed(four), (512, 512), "")).await;
    let image = image::load_from_memory(&whole.body).unwrap().to_rgba8();
    for (x, y) in [(0, 0), (1, 0), (0, 1), (1, 1)] {
        let tile = pixels(&format!("/styles/conflict/9/{}/{}.png", 322 + x, 194 + y)).await;
        let part = image::imageops::crop_imm(&image, x * 256, y * 256, 256, 256).to_image();
        assert!(part == tile, "{x} {y}");
    }
    let degrees = |x: f64, y: f64| {
        let (x, y) = (x / 6_378_137.0, y / 6_378_137.0);
        (x.to_degrees(), y.sinh().atan().to_degrees())
    };
    let ((west, south), (east, north)) = (degrees(four[0], four[1]), degrees(four[2], four[3]));
    let fixed =
        get(&format!("/styles/conflict/static/{west},{south},{east},{north}/512x512.png")).await;
    assert!(fixed.body == whole.body);
}

/// 6.7.4, 7.3.3.6: the order of the axes is the system's own in 1.3.0, longitudes first in 1.1.1.
#[tokio::test]
async fn axes_are_in_the_order_of_the_version() {
    let size = (300, 200);
    let own = pixels(&map("EPSG:4326", "39,45,41,48", size, "")).await;
    let plain = pixels(&map("CRS:84", "45,39,48,41", size, "")).await;
    assert!(own == plain);
    let older = "/wms?SERVICE=WMS&VERSION=1.1.1&REQUEST=GetMap&LAYERS=conflict&STYLES=\
        &SRS=EPSG:4326&BBOX=45,39,48,41&WIDTH=300&HEIGHT=200&FORMAT=image/png";
    assert!(pixels(older).await == own);
    // It is the same place as in Web Mercator: what is at Shusha is there in all of them.
    let place = |lon: f64, lat: f64| {
        (((lon - 45.0) / 3.0 * 300.0) as u32, ((41.0 - lat) / 2.0 * 200.0) as u32)
    };
    let (x, y) = place(47.4, 39.6);
    let there = own.get_pixel(x, y);
    let mercator = pixels("/styles/conflict/static/47.4,39.6,7/9x9.png").await;
    let other = mercator.get_pixel(4, 4);
    let off = (0..3).map(|i| there[i].abs_diff(other[i])).max().unwrap();
    assert!(off < 24, "{there:?} {other:?}");
}

/// Maps side by side are the single picture of the same area, in every system.
#[tokio::test]
async fn maps_have_no_seams_in_any_system() {
    // The lower left corner, how large a px is, and px across and down.
    let world = std::f64::consts::PI * 6_378_137.0;
    for (crs, [west, south], unit, (width, height)) in [
        ("CRS:84", [45.0, 39.0], 3.0 / 768.0, (768, 512)),
        ("CRS:84", [-180.0, -90.0], 360.0 / 512.0, (512, 256)),
        ("CRS:84", [-180.0, 50.0], 0.05, (400, 400)),
        ("CRS:84", [160.0, 55.0], 0.05, (400, 400)),
        ("EPSG:32638", [500e3, 4300e3], 312.5, (768, 512)),
        ("EPSG:32638", [-2_924_469.0, 2_538_553.0], 13_695.0, (512, 512)),
        ("EPSG:3395", [5.0e6, 4.7e6], 390.625, (768, 512)),
        ("EPSG:3395", [-world, -world], world / 256.0, (512, 512)),
        ("EPSG:3857", [5.0e6, 4.7e6], 390.625, (768, 512)),
    ] {
        let of = |x: u32, y: u32, w: u32, h: u32| {
            let (left, top) = (west + f64::from(x) * unit, south + f64::from(height - y) * unit);
            [left, top - f64::from(h) * unit, left + f64::from(w) * unit, top]
        };
        let all = map(crs, &boxed(of(0, 0, width, height)), (width, height), "");
        let all = pixels(&all).await;
        let (w, h) = (width / 2, height / 2);
        for (x, y) in [(0, 0), (w, 0), (0, h), (w, h)] {
            let quarter = pixels(&map(crs, &boxed(of(x, y, w, h)), (w, h), "")).await;
            let part = image::imageops::crop_imm(&all, x, y, w, h).to_image();
            let other = part.pixels().zip(quarter.pixels()).filter(|(a, b)| a != b).count();
            assert_eq!(other, 0, "{crs} {west},{south} by {unit}, from {x},{y}");
        }
    }
}

/// 7.3.3.8: where the pixels are no squares the map is stretched to them.
#[tokio::test]
async fn a_map_fills_what_it_is_asked_for() {
    let square = pixels(&map("EPSG:3857", &boxed(TILE), (256, 256), "")).await;
    let flat = pixels(&map("EPSG:3857", &boxed(TILE), (256, 128), "")).await;
    let way = image::imageops::FilterType::Triangle;
    assert!(image::imageops::resize(&square, 256, 128, way) == flat);
    let refused =
        get(&map("EPSG:3857", &boxed(TILE), (256, 128), "&x=1")
            .replace("image/png", "image/svg%2Bxml"))
        .await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST);
    // A file that says where it lies says so of the pixels that it has.
    let path = map("EPSG:4326", "39,45,41,47", (400, 300), "").replace("image/png", "image/tiff");
    let tiff = get(&path).await.body.to_vec();
    let mut tiff = tiff::decoder::Decoder::new(std::io::Cursor::new(tiff)).unwrap();
    let scale = tiff.get_tag_f64_vec(tiff::tags::Tag::ModelPixelScaleTag).unwrap();
    assert!((scale[0] - 0.005).abs() < 1e-9 && (scale[1] - 2.0 / 300.0).abs() < 1e-9, "{scale:?}");
    let tie = tiff.get_tag_f64_vec(tiff::tags::Tag::ModelTiepointTag).unwrap();
    assert!((tie[3] - 45.0).abs() < 1e-4 && (tie[4] - 41.0).abs() < 1e-4, "{tie:?}");
}

/// 7.3.3.9, 7.3.3.10: what is not drawn is seen through, or of the colour that is said.
#[tokio::test]
async fn layers_are_drawn_alone_over_what_is_asked_for() {
    let one = map("EPSG:3857", &boxed(TILE), (256, 256), "&TRANSPARENT=TRUE")
        .replace("LAYERS=conflict", "LAYERS=conflict:places");
    let own = pixels(&one).await;
    let clear = own.pixels().filter(|p| p[3] == 0).count();
    assert!(clear > 30_000 && clear < 65_536, "{clear}");
    let coloured = one.replace("TRANSPARENT=TRUE", "BGCOLOR=0x00FF00");
    let coloured = pixels(&coloured).await;
    for (a, b) in own.pixels().zip(coloured.pixels()) {
        assert!(a[3] != 0 || *b == image::Rgba([0, 255, 0, 255]), "{a:?} {b:?}");
    }
    let white = pixels(&one.replace("&TRANSPARENT=TRUE", "")).await;
    assert!(white.pixels().any(|p| *p == image::Rgba([255, 255, 255, 255])));
    // In whatever order they are named, which is told.
    let turned = one.replace("conflict:places", "conflict:places,conflict:rivers");
    let plain = one.replace("conflict:places", "conflict:rivers,conflict:places");
    let (turned, plain) = (get(&turned).await, get(&plain).await);
    assert!(turned.body == plain.body);
    assert!(turned.header("contactline-warning").contains("order"));
    assert!(plain.headers.get("contactline-warning").is_none());
    // Twice as many px an inch: letters are twice as large.
    let fine = get(&map("EPSG:3857", &boxed(TILE), (512, 512), "&DPI=192")).await;
    assert!(fine.body == get("/styles/conflict/9/322/194@2x.png").await.body);
}

/// 7.3.3.12, annex C and D: any day is answered by the map of that day.
#[tokio::test]
async fn every_day_has_its_map() {
    let on = async |time: &str| pixels(&map("EPSG:3857", &boxed(TILE), (256, 256), time)).await;
    let before = on("&TIME=2020-09-01").await;
    let after = on("&TIME=2020-12-15").await;
    assert!(before != after);
    // Between two days of change, by a timestamp, and by the end of an interval.
    assert!(on("&TIME=2020-08-31T10:00:00Z").await == before);
    assert!(on("&time=2020-01-01/2020-12-15").await == after);
    assert!(on("").await == on("&TIME=current").await);
}

/// 7.4: what lies at a pixel is the same in every system and both versions.
#[tokio::test]
async fn features_are_told_of() {
    let info = |path: &str, i: u32, j: u32| {
        format!(
            "{path}&QUERY_LAYERS=conflict:control&INFO_FORMAT=application/geo%2Bjson&FEATURE_COUNT=9\
             &I={i}&J={j}"
        )
        .replace("REQUEST=GetMap", "REQUEST=GetFeatureInfo")
    };
    let ids = async |path: &str| -> Vec<String> {
        let json: Json = get(path).await.json();
        let features = json["features"].as_array().unwrap_or_else(|| panic!("{path} {json}"));
        features.iter().map(|f| f["properties"]["id"].to_string() + &f["id"].to_string()).collect()
    };
    // Shusha (46.75, 39.76) in the middle of each.
    let day = "&TIME=2020-12-15";
    let geographic =
        ids(&info(&map("EPSG:4326", "39.26,46.25,40.26,47.25", (100, 100), day), 50, 50)).await;
    assert!(!geographic.is_empty());
    let utm = map("EPSG:32638", "599896,4352595,699896,4452595", (100, 100), day);
    assert_eq!(ids(&info(&utm, 50, 50)).await, geographic);
    let mercator = map("EPSG:3857", "5154175,4781141,5254175,4881141", (100, 100), day);
    assert_eq!(ids(&info(&mercator, 50, 50)).await, geographic);
    let older = "/wms?SERVICE=WMS&VERSION=1.1.1&REQUEST=GetFeatureInfo&LAYERS=conflict&STYLES=\
        &SRS=EPSG:4326&BBOX=46.25,39.26,47.25,40.26&WIDTH=100&HEIGHT=100&TIME=2020-12-15\
        &QUERY_LAYERS=conflict:control&INFO_FORMAT=application/geo%2Bjson&FEATURE_COUNT=9&X=50&Y=50";
    assert_eq!(ids(older).await, geographic);
    // At the end of the world.
    let end = map("EPSG:4326", "60,178,62,180", (200, 200), "");
    let answer = get(&info(&end, 199, 100)).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", text_of(&answer));
    // 7.4.3.6: one feature where no count is said.
    let one = info(&mercator, 50, 50).replace("&FEATURE_COUNT=9", "");
    assert!(
        ids(&one.replace("QUERY_LAYERS=conflict:control", "QUERY_LAYERS=conflict")).await.len()
            == 1
    );
    let html = one.replace("application/geo%2Bjson", "text/html");
    assert!(get(&html).await.header(header::CONTENT_TYPE).starts_with("text/html"));
}

/// 7.3.3.11: errors in XML, in the picture, or as an empty picture.
#[tokio::test]
async fn errors_are_told_as_is_asked_for() {
    let wrong = map("EPSG:3857", &boxed(TILE), (320, 200), "&BGCOLOR=red");
    let xml = get(&wrong).await;
    assert_eq!(xml.header(header::CONTENT_TYPE), "text/xml");
    let said = text(&xml);
    assert!(said.contains(
        "<ServiceExceptionReport version=\"1.3.0\" xmlns=\"http://www.opengis.net/ogc\">"
    ));
    let older = get(&wrong.replace("1.3.0", "1.1.1").replace("CRS=", "SRS=")).await;
    assert_eq!(older.header(header::CONTENT_TYPE), "application/vnd.ogc.se_xml");
    let inside = pixels(&format!("{wrong}&EXCEPTIONS=INIMAGE")).await;
    assert_eq!(inside.dimensions(), (320, 200));
    let ink = inside.pixels().filter(|p| p[0] < 100 && p[3] > 200).count();
    assert!(ink > 200, "{ink}");
    let blank = pixels(&format!("{wrong}&EXCEPTIONS=BLANK")).await;
    assert!(blank.pixels().all(|p| *p == image::Rgba([255, 255, 255, 255])));
    let clear = pixels(&format!("{wrong}&EXCEPTIONS=BLANK&TRANSPARENT=TRUE")).await;
    assert!(clear.dimensions() == (320, 200) && clear.pixels().all(|p| p[3] == 0));
}

/// What cannot be answered is refused by the codes of annex E.
#[tokio::test]
async fn what_is_wrong_is_told_by_its_code() {
    let good = map("EPSG:3857", &boxed(TILE), (256, 256), "");
    let without = |name: &str| -> String {
        let (path, query) = good.split_once('?').unwrap();
        let pairs: Vec<&str> =
            query.split('&').filter(|pair| !pair.starts_with(&format!("{name}="))).collect();
        format!("{path}?{}", pairs.join("&"))
    };
    let with = |name: &str, value: &str| format!("{}&{name}={value}", without(name));
    let info = with("REQUEST", "GetFeatureInfo") + "&INFO_FORMAT=text/plain";
    let legend = "/wms?SERVICE=WMS&VERSION=1.3.0&REQUEST=GetLegendGraphic";
    let cases = [
        (without("REQUEST"), "MissingParameterValue"),
        (with("REQUEST", "GetMapp"), "OperationNotSupported"),
        (with("SERVICE", "WFS"), "InvalidParameterValue"),
        (without("LAYERS"), "MissingParameterValue"),
        (with("LAYERS", ""), "MissingParameterValue"),
        (with("LAYERS", "nowhere"), "LayerNotDefined"),
        (with("LAYERS", "conflict,nowhere"), "LayerNotDefined"),
        (with("LAYERS", "conflict:nowhere"), "LayerNotDefined"),
        (with("LAYERS", "conflict,,conflict"), "LayerNotDefined"),
        (with("STYLES", "red"), "StyleNotDefined"),
        (with("STYLES", "default,default"), "StyleNotDefined"),
        (without("CRS"), "MissingParameterValue"),
        (with("CRS", "EPSG:1"), "InvalidCRS"),
        (with("CRS", "EPSG:3857x"), "InvalidCRS"),
        (with("VERSION", "1.1.1") + "&SRS=EPSG:1", "InvalidSRS"),
        (without("BBOX"), "MissingParameterValue"),
        (with("BBOX", "1,2,3"), "InvalidParameterValue"),
        (with("BBOX", "1,2,3,a"), "InvalidParameterValue"),
        (with("BBOX", "1,2,NaN,4"), "InvalidParameterValue"),
        (with("BBOX", "3,4,1,2"), "InvalidParameterValue"),
        (with("BBOX", "1,2,1,2"), "InvalidParameterValue"),
        (with("BBOX", "-1e300,0,1e300,1"), "InvalidParameterValue"),
        (with("BBOX", "0,0,1e-9,1e-9"), "InvalidParameterValue"),
        (with("BBOX", "0,0,1e8,1e-3"), "InvalidParameterValue"),
        (with("BBOX", "-1e12,-1e12,1e12,1e12"), "InvalidParameterValue"),
        (without("WIDTH"), "MissingParameterValue"),
        (with("WIDTH", "0"), "InvalidParameterValue"),
        (with("WIDTH", "-5"), "InvalidParameterValue"),
        (with("WIDTH", "2.5"), "InvalidParameterValue"),
        (with("HEIGHT", "99999999999"), "InvalidParameterValue"),
        (with("WIDTH", "16000"), "InvalidParameterValue"),
        (good.replace("=256", "=16384"), "InvalidParameterValue"),
        (without("FORMAT"), "MissingParameterValue"),
        (with("FORMAT", "image/bmp"), "InvalidFormat"),
        (with("TRANSPARENT", "yes"), "InvalidParameterValue"),
        (with("BGCOLOR", "0xGG0000"), "InvalidParameterValue"),
        (with("BGCOLOR", "0xFFF"), "InvalidParameterValue"),
        (with("TIME", "yesterday"), "InvalidDimensionValue"),
        (with("TIME", "2020-13-45"), "InvalidDimensionValue"),
        (with("DIM_LANG", "xx"), "InvalidDimensionValue"),
        (with("DPI", "a"), "InvalidParameterValue"),
        (with("DPI", "1e9"), "InvalidParameterValue"),
        (good.clone() + "&LAYERS=conflict", "InvalidParameterValue"),
        (info.clone() + "&I=1&J=1", "MissingParameterValue"),
        (info.clone() + "&QUERY_LAYERS=conflict&J=1", "MissingParameterValue"),
        (info.clone() + "&QUERY_LAYERS=conflict&I=256&J=1", "InvalidPoint"),
        (info.clone() + "&QUERY_LAYERS=nowhere&I=1&J=1", "LayerNotDefined"),
        (
            info.replace("LAYERS=conflict", "LAYERS=conflict:places")
                + "&QUERY_LAYERS=conflict:control&I=1&J=1",
            "LayerNotDefined",
        ),
        (info.clone() + "&QUERY_LAYERS=conflict&I=a&J=1", "InvalidParameterValue"),
        (info.clone() + "&QUERY_LAYERS=conflict&I=1&J=1&FEATURE_COUNT=0", "InvalidParameterValue"),
        (
            info.replace("text/plain", "text/rtf") + "&QUERY_LAYERS=conflict&I=1&J=1",
            "InvalidFormat",
        ),
        (legend.to_string(), "MissingParameterValue"),
        (format!("{legend}&LAYER=nowhere"), "LayerNotDefined"),
        (format!("{legend}&LAYER=conflict&FORMAT=image/svg%2Bxml"), "InvalidFormat"),
    ];
    for (path, code) in cases {
        let answer = get(&path).await;
        let said = text_of(&answer);
        assert!(said.contains(&format!("code=\"{code}\"")), "{path}\n{code}\n{said}");
        assert!(answer.status.is_client_error() || code == "OperationNotSupported", "{path}");
    }
}
