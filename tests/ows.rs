//! WMTS as its clients meet it; tests of the standard's own suite are named by their identifiers
//! (OGC 07-057r7, annex A).

mod app;

use app::{Answer, get, get_as};
use axum::http::{StatusCode, header};

const TILE: &str = "/wmts?service=WMTS&request=GetTile&version=1.0.0&layer=conflict&style=default\
    &format=image/png&tilematrixset=WebMercatorQuad&tilematrix=9&tilerow=194&tilecol=322";

fn text(answer: &Answer) -> String {
    String::from_utf8(answer.body.to_vec()).unwrap()
}

/// What stands in each element of a name.
fn texts<'a>(xml: &'a str, name: &str) -> Vec<&'a str> {
    let (start, end) = (format!("<{name}>"), format!("</{name}>"));
    let pieces = xml.split(start.as_str()).skip(1);
    pieces.filter_map(|piece| piece.split_once(end.as_str()).map(|(text, _)| text)).collect()
}

/// A.4.1.2.1, A.4.1.2.2, A.4.1.2.3: the document by pairs, by its path, and by a style's own.
#[tokio::test]
async fn the_capabilities_say_what_there_is() {
    let by_pairs = get("/wmts?SERVICE=WMTS&REQUEST=GetCapabilities").await;
    assert_eq!(by_pairs.header(header::CONTENT_TYPE), "application/xml");
    let xml = text(&by_pairs);
    for other in [
        "/wmts/1.0.0/WMTSCapabilities.xml",
        "/styles/conflict/wmts.xml",
        "/wmts?request=getcapabilities&Service=wmts&AcceptVersions=2.0.0,1.0.0",
    ] {
        assert!(text(&get_as(other, "application/xml").await) == xml, "{other}");
    }
    assert!(texts(&xml, "ows:Identifier").contains(&"conflict"));
    let dimensions = texts(&xml, "Dimension");
    let named: Vec<&str> =
        dimensions.iter().flat_map(|axis| texts(axis, "ows:Identifier")).collect();
    assert_eq!(named, ["Time", "lang", "worldview"]);
    let days = texts(dimensions[0], "Value");
    assert!(days.contains(&"2020-11-10") && days.is_sorted(), "{days:?}");
    assert!(days.contains(&texts(dimensions[0], "Default")[0]));
    let scales = texts(&xml, "ScaleDenominator");
    assert_eq!(scales.len(), 4 * 19 + 2 * 18);
    let scale: f64 = scales[1].parse().unwrap();
    assert!((scale - 279_541_132.014).abs() < 0.01, "{scale}");
    // Links are those of whoever asks.
    assert!(xml.contains("http://maps.example:8080/styles/conflict/wmts/{TileMatrixSet}/"));
}

/// A.4.1.3: GetTile, by pairs in any case and by path, is the tile that the other door gives, on the
/// day and in the language that its dimensions say.
#[tokio::test]
async fn a_tile_is_the_same_by_each_door() {
    for (pairs, settings) in [
        ("", ""),
        ("&TIME=2020-11-25&Lang=hy", "?date=2020-11-25&lang=hy"),
        ("&time=2020-11-25T12:00:00Z", "?date=2020-11-25"),
        ("&time=current&worldview=AZ", "?worldview=AZ"),
    ] {
        let ours = get(&format!("/styles/conflict/9/322/194.png{settings}")).await;
        let theirs = get(&format!("{TILE}{pairs}")).await;
        assert_eq!(theirs.header(header::CONTENT_TYPE), "image/png", "{pairs}");
        assert!(ours.body == theirs.body, "{pairs}");
        let path = "/styles/conflict/wmts/WebMercatorQuad/9/194/322.png";
        let query = pairs.trim_start_matches('&');
        assert!(get(&format!("{path}?{query}")).await.body == ours.body, "{pairs}");
    }
    let fine = TILE.replace("WebMercatorQuad", "WebMercatorQuadx2").replace("/png", "/webp");
    let ours = get("/styles/conflict/9/322/194@2x.webp").await;
    assert!(get(&fine).await.body == ours.body);
    let degrees = TILE.replace("WebMercatorQuad", "WorldCRS84Quad");
    let degrees = degrees.replace("tilerow=194", "tilerow=143").replace("l=322", "l=644");
    let ours = get("/styles/conflict/map/tiles/WorldCRS84Quad/9/143/644").await;
    assert!(ours.body.len() > 1_000 && get(&degrees).await.body == ours.body);
    let told = get(&format!("{TILE}&time=2020-11-10/2020-12-10&tiem=2001-01-01")).await;
    let ours = get("/styles/conflict/9/322/194.png?date=2020-12-10").await;
    assert!(told.body == ours.body);
    let warnings: Vec<_> =
        told.headers.get_all("contactline-warning").iter().map(|v| v.to_str().unwrap()).collect();
    assert!(warnings[0].contains("2020-12-10, the last day of the interval"), "{warnings:?}");
    assert!(warnings[1].contains("TIEM"), "{warnings:?}");
}

/// A.4.1.4: GetFeatureInfo says who held what is at a pixel on the day.
#[tokio::test]
async fn a_pixel_is_what_lies_there_on_the_day() {
    let at = |day: &str, format: &str| {
        let ask = TILE.replace("GetTile", "GetFeatureInfo");
        format!("{ask}&i=122&j=113&infoformat={format}&time={day}")
    };
    let before = get(&at("2020-09-01", "application/geo%2Bjson")).await.json();
    // The same place in degrees.
    let degrees = at("2020-09-01", "application/geo%2Bjson")
        .replace("WebMercatorQuad", "WorldCRS84Quad")
        .replace("tilerow=194&tilecol=322", "tilerow=143&tilecol=644")
        .replace("i=122&j=113", "i=245&j=41");
    let degrees = get(&degrees).await.json();
    assert!(!before["features"].as_array().unwrap().is_empty());
    let names = |answer: &serde_json::Value| -> Vec<String> {
        let features = answer["features"].as_array().unwrap();
        features.iter().map(|f| f["id"].to_string()).collect()
    };
    assert_eq!(names(&degrees), names(&before));
    let after = get(&at("2024-01-01", "application/json")).await.json();
    let holder = |answer: &serde_json::Value| -> String {
        let features = answer["features"].as_array().unwrap();
        let control = features.iter().find(|f| f["collection"] == "control").unwrap();
        control["properties"]["control"].as_str().unwrap().to_string()
    };
    assert_eq!((holder(&before), holder(&after)), ("armenian".into(), "azerbaijan".into()));
    let html = get(&at("2024-01-01", "text/html")).await;
    assert!(html.header(header::CONTENT_TYPE).starts_with("text/html"));
    assert!(text(&html).contains("<tr><th>control</th><td>azerbaijan</td></tr>"));
    assert!(text(&get(&at("2024-01-01", "text/plain")).await).contains("\ncontrol: azerbaijan\n"));
}

#[tokio::test]
async fn what_is_asked_for_wrongly_is_an_exception() {
    let with = |from: &str, to: &str| TILE.replace(from, to);
    let info = with("GetTile", "GetFeatureInfo&i=1&j=1&infoformat=text/html");
    for (path, status, code, locator) in [
        ("/wmts".to_string(), 400, "MissingParameterValue", "SERVICE"),
        ("/wmts?service=WMS&request=GetMap".to_string(), 400, "InvalidParameterValue", "SERVICE"),
        ("/wmts?service=WMTS".to_string(), 400, "MissingParameterValue", "REQUEST"),
        (with("GetTile", "GetMap"), 501, "OperationNotSupported", "REQUEST"),
        (
            "/wmts?service=WMTS&request=GetCapabilities&acceptversions=9".to_string(),
            400,
            "VersionNegotiationFailed",
            "ACCEPTVERSIONS",
        ),
        (with("version=1.0.0", "version=2"), 400, "InvalidParameterValue", "VERSION"),
        (with("&version=1.0.0", ""), 400, "MissingParameterValue", "VERSION"),
        (with("conflict", "none"), 400, "InvalidParameterValue", "LAYER"),
        (with("&layer=conflict", ""), 400, "MissingParameterValue", "LAYER"),
        (with("style=default", "style=dark"), 400, "InvalidParameterValue", "STYLE"),
        (with("image/png", "image/gif"), 400, "InvalidParameterValue", "FORMAT"),
        (with("WebMercatorQuad", "Other"), 400, "InvalidParameterValue", "TILEMATRIXSET"),
        (with("tilematrix=9", "tilematrix=19"), 400, "InvalidParameterValue", "TILEMATRIX"),
        (
            with("tilematrix=9", "tilematrix=EPSG:3857:9"),
            400,
            "InvalidParameterValue",
            "TILEMATRIX",
        ),
        (with("tilerow=194", "tilerow=512"), 400, "TileOutOfRange", "TILEROW"),
        (with("tilecol=322", "tilecol=512"), 400, "TileOutOfRange", "TILECOL"),
        (
            with("WebMercatorQuad", "UTM38WGS84Quad").replace("x=9", "x=0"),
            400,
            "InvalidParameterValue",
            "TILEMATRIX",
        ),
        (
            with("WebMercatorQuad", "UTM38WGS84Quad").replace("col=322", "col=256"),
            400,
            "TileOutOfRange",
            "TILECOL",
        ),
        (with("tilecol=322", "tilecol=-1"), 400, "InvalidParameterValue", "TILECOL"),
        (format!("{TILE}&LAYER=conflict"), 400, "InvalidParameterValue", "LAYER"),
        (format!("{TILE}&time=soon"), 400, "InvalidParameterValue", "TIME"),
        (info.replace("text/html", "text/xml"), 400, "InvalidParameterValue", "INFOFORMAT"),
        (info.replace("i=1&", ""), 400, "MissingParameterValue", "I"),
        (info.replace("j=1&", "j=256&"), 400, "PointIJOutOfRange", "J"),
        (
            "/styles/conflict/wmts/WebMercatorQuad/9/512/322.png".to_string(),
            404,
            "TileOutOfRange",
            "TILEROW",
        ),
        (
            "/styles/conflict/wmts/Other/9/194/322.png".to_string(),
            404,
            "InvalidParameterValue",
            "TILEMATRIXSET",
        ),
        (
            "/styles/conflict/wmts/WebMercatorQuad/9/194/322.bmp".to_string(),
            400,
            "InvalidParameterValue",
            "FORMAT",
        ),
        (with("service=WMTS", "service=WFS"), 400, "InvalidParameterValue", "SERVICE"),
        (with("request=GetTile&", ""), 400, "MissingParameterValue", "REQUEST"),
        (with("request=GetTile", "request="), 400, "MissingParameterValue", "REQUEST"),
        (with("request=GetTile", "request=%00"), 501, "OperationNotSupported", "REQUEST"),
        (with("version=1.0.0", "version=1.0"), 400, "InvalidParameterValue", "VERSION"),
        (with("layer=conflict", "layer="), 400, "MissingParameterValue", "LAYER"),
        (with("layer=conflict", "layer=conflict,conflict"), 400, "InvalidParameterValue", "LAYER"),
        (with("&format=image/png", ""), 400, "MissingParameterValue", "FORMAT"),
        (with("format=image/png", "format=PNG"), 400, "InvalidParameterValue", "FORMAT"),
        (with("&tilematrixset=WebMercatorQuad", ""), 400, "MissingParameterValue", "TILEMATRIXSET"),
        (with("&tilematrix=9", ""), 400, "MissingParameterValue", "TILEMATRIX"),
        (with("tilematrix=9", "tilematrix=-1"), 400, "InvalidParameterValue", "TILEMATRIX"),
        (
            with("tilematrix=9", "tilematrix=99999999999"),
            400,
            "InvalidParameterValue",
            "TILEMATRIX",
        ),
        (with("&tilerow=194", ""), 400, "MissingParameterValue", "TILEROW"),
        (with("tilerow=194", "tilerow=1.5"), 400, "InvalidParameterValue", "TILEROW"),
        (with("tilerow=194", "tilerow=4294967296"), 400, "InvalidParameterValue", "TILEROW"),
        (with("&tilecol=322", ""), 400, "MissingParameterValue", "TILECOL"),
        (format!("{TILE}&time=2020-02-31"), 400, "InvalidParameterValue", "TIME"),
        (info.replace("i=1&", "i=-1&"), 400, "InvalidParameterValue", "I"),
        (info.replace("infoformat=text/html", ""), 400, "MissingParameterValue", "INFOFORMAT"),
    ] {
        let answer = get(&path).await;
        let xml = text(&answer);
        assert_eq!(answer.status.as_u16(), status, "{path}: {xml}");
        assert_eq!(answer.header(header::CONTENT_TYPE), "application/xml", "{path}");
        let said = format!("exceptionCode=\"{code}\" locator=\"{locator}\"");
        assert!(xml.contains(&said), "{path}: {xml}");
    }
    let refused = get(&format!("{TILE}&lang=xx")).await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST);
    assert!(text(&refused).contains("InvalidParameterValue") && text(&refused).contains("xx"));
    let missing = get("/styles/none/wmts.xml").await;
    assert_eq!(missing.status, StatusCode::NOT_FOUND);
}

/// KML 2.3 (OGC 12-007r2): from the map's document down, each tile lies where its link said, and its
/// picture is the tile of WorldCRS84Quad.
#[tokio::test]
async fn a_tree_of_kml_leads_down_to_tiles() {
    let path = |href: &str| href.strip_prefix("http://maps.example:8080").unwrap().to_string();
    let root = get("/styles/conflict/map.kml?date=2020-11-25&lang=hy").await;
    assert_eq!(root.header(header::CONTENT_TYPE), "application/vnd.google-earth.kml+xml");
    let mut document = text(&root);
    assert!(document.contains("2020-11-25") && document.contains("GeoNames"), "{document}");
    for zoom in 0..4 {
        let links = texts(&document, "NetworkLink");
        assert_eq!(links.len(), if zoom == 0 { 2 } else { 4 }, "{zoom}");
        // The one that holds Shusha.
        let holds = |link: &&&str| {
            let side = |name: &str| texts(link, name)[0].parse::<f64>().unwrap();
            (side("west")..side("east")).contains(&46.75)
                && (side("south")..side("north")).contains(&39.76)
        };
        let link = links.iter().find(holds).unwrap();
        let href = texts(link, "href")[0].replace("&amp;", "&");
        let own = text(&get(&path(&href)).await);
        assert_eq!(texts(&own, "north")[0], texts(link, "north")[0]);
        let overlay = texts(&own, "GroundOverlay")[0];
        assert_eq!(texts(overlay, "west"), [texts(link, "west")[0]]);
        let picture = path(&texts(overlay, "href")[0].replace("&amp;", "&"));
        let place = picture.split('?').next().unwrap().rsplit_once("WorldCRS84Quad").unwrap().1;
        let plain = format!("/map/tiles/WorldCRS84Quad{place}?f=png&datetime=2020-11-25&lang=hy");
        let drawn = get(&picture).await;
        assert!(drawn.body.starts_with(b"\x89PNG") && drawn.body == get(&plain).await.body);
        document = own;
    }
    for (path, status) in [
        ("/styles/none/map.kml", 404),
        ("/styles/conflict/map.kml?date=soon", 400),
        ("/styles/conflict/map.kml?nothing=1", 400),
        ("/styles/conflict/kml/0/1/0.kml", 404),
        ("/styles/conflict/kml/22/0/0.kml", 404),
        ("/styles/conflict/kml/1/0/0.kmz", 404),
        ("/styles/conflict/kml/1/0/x.kml", 400),
        ("/styles/conflict/kml/1/0/0.kml?lang=xx", 400),
    ] {
        assert_eq!(get(path).await.status.as_u16(), status, "{path}");
    }
}
