//! OGC API - Maps as its clients meet it; tests are named by those of the standard's own suite (OGC
//! 20-058, annex A).

mod app;

use app::{Answer, get, get_as};
use axum::http::{StatusCode, header};

fn text_of(answer: &Answer) -> String {
    String::from_utf8_lossy(&answer.body).chars().take(400).collect()
}

async fn drawn(path: &str) -> (Answer, image::RgbaImage) {
    let answer = get(path).await;
    assert_eq!(answer.status, StatusCode::OK, "{path}: {}", text_of(&answer));
    let image = image::load_from_memory(&answer.body).unwrap().to_rgba8();
    (answer, image)
}

/// /conf/core/map-op, /conf/core/map-success, /conf/core/content-negotiation.
#[tokio::test]
async fn a_map_is_given_where_nothing_is_said() {
    // /conf/core/conformance, and the link to it.
    let classes = get("/conformance").await.json()["conformsTo"].to_string();
    for class in ["core", "spatial-subsetting", "scaling", "crs", "datetime", "collection-map"] {
        assert!(classes.contains(&format!("ogcapi-maps-1/1.0/conf/{class}\"")), "{class}");
    }
    let landing = get("/?f=json").await.json()["links"].to_string();
    assert!(landing.contains("http://www.opengis.net/def/rel/ogc/1.0/map\""));
    for path in ["/map", "/styles/conflict/map", "/collections/control/map"] {
        let (answer, image) = drawn(path).await;
        assert_eq!(answer.header(header::CONTENT_TYPE), "image/png");
        assert_eq!(image.width().max(image.height()), 1_024, "{path}");
        assert_eq!(
            answer.header("content-crs"),
            "<http://www.opengis.net/def/crs/OGC/1.3/CRS84>",
            "{path}"
        );
        let bounds: Vec<f64> =
            answer.header("content-bbox").split(',').map(|v| v.parse().unwrap()).collect();
        let proportion = (bounds[2] - bounds[0]) / (bounds[3] - bounds[1]);
        let own = f64::from(image.width()) / f64::from(image.height());
        assert!((proportion / own - 1.0).abs() < 0.002, "{proportion} {own}");
    }
    for (accept, kind) in [
        ("image/webp", "image/webp"),
        ("image/jpeg, image/png;q=0", "image/jpeg"),
        ("text/html, image/webp;q=0.9, */*;q=0.5", "image/webp"),
    ] {
        assert_eq!(get_as("/map?width=100", accept).await.header(header::CONTENT_TYPE), kind);
    }
    for (f, kind) in [("tiff", "image/tiff"), ("svg", "image/svg+xml"), ("webp", "image/webp")] {
        let answer = get(&format!("/map?width=100&f={f}")).await;
        assert_eq!(answer.header(header::CONTENT_TYPE), kind);
    }
}

/// /conf/spatial-subsetting/bbox-definition, .../subset-definition, .../center-definition,
/// /conf/scaling/width-definition, .../height-definition, .../scale-denominator-definition,
/// /conf/crs/crs-parameter.
#[tokio::test]
async fn a_place_is_said_in_several_ways() {
    let box_of = "bbox=45,39,48,41&width=300&height=200";
    let (answer, own) = drawn(&format!("/map?{box_of}")).await;
    assert_eq!((own.dimensions(), answer.header("content-bbox")), ((300, 200), "45,39,48,41"));
    for other in [
        "bbox=45,39,48,41&width=300",
        "bbox=45,39,48,41&height=200",
        "bbox=45,39,0,48,41,0&width=300",
        "subset=Lat(39:41),Lon(45:48)&width=300",
        "bbox-crs=http://www.opengis.net/def/crs/EPSG/0/4326&bbox=39,45,41,48&width=300",
        // 0.01 degrees a px, on the equator 1,113.19 m: of px of 0.28 mm.
        "bbox=45,39,48,41&scale-denominator=3975696.1",
        "bbox=45,39,48,41&scale-denominator=1113194.9&mm-per-pixel=1",
        "center=46.5,40&scale-denominator=3975696.0927&width=300&height=200",
    ] {
        let (_, image) = drawn(&format!("/map?{other}")).await;
        assert_eq!(image.dimensions(), (300, 200), "{other}");
        let off = image.pixels().zip(own.pixels()).filter(|(a, b)| a != b).count();
        // A scale that is written with some digits is another by a fraction of a px.
        assert!(off == 0 || (other.contains("scale") && off < 3_000), "{other} {off}");
    }
    let (answer, image) = drawn("/map?crs=EPSG:4326&bbox=45,39,48,41&width=300&height=200").await;
    assert!(image == own);
    assert_eq!(answer.header("content-bbox"), "39,45,41,48");
    let (answer, _) = drawn("/map?crs=EPSG:32638&bbox=45,39,48,41&width=300").await;
    assert!(answer.header("content-bbox").starts_with("500000,431"), "{:?}", answer.headers);
}

/// /conf/datetime/datetime-parameter, /conf/datetime/datetime-response.
#[tokio::test]
async fn a_map_is_of_the_day_that_is_asked_for() {
    let place = "/map?bbox=45,39,48,41&width=300";
    let (answer, before) = drawn(&format!("{place}&datetime=2020-09-01")).await;
    assert_eq!(answer.header("content-datetime"), "2020-09-01");
    let (_, after) = drawn(&format!("{place}&datetime=2020-11-01T00:00:00Z/2020-12-15")).await;
    assert!(before != after);
    assert!(drawn(&format!("{place}&date=2020-12-15")).await.1 == after);
}

/// /conf/background/bgcolor, .../transparent; /conf/collection-map; /conf/dataset-map;
/// /conf/collections-selection.
#[tokio::test]
async fn collections_are_drawn_alone() {
    let place = "bbox=45,39,48,41&width=300";
    let (_, own) = drawn(&format!("/collections/places/map?{place}")).await;
    let clear = own.pixels().filter(|p| p[3] == 0).count();
    assert!(clear > 20_000 && clear < 60_000, "{clear}");
    assert!(drawn(&format!("/map?collections=places&{place}")).await.1 == own);
    let (_, green) = drawn(&format!("/collections/places/map?{place}&bgcolor=0x00ff00")).await;
    let is_green = |p: &image::Rgba<u8>| *p == image::Rgba([0, 255, 0, 255]);
    assert_eq!(green.pixels().filter(|p| is_green(p)).count(), clear);
    let (_, white) = drawn(&format!("/collections/places/map?{place}&transparent=false")).await;
    assert!(white.pixels().all(|p| p[3] == 255));
    let (_, both) = drawn(&format!("/map?collections=places,control&{place}")).await;
    assert!(both.pixels().filter(|p| p[3] == 0).count() < clear);
}

#[tokio::test]
async fn what_is_no_map_is_refused() {
    for (query, status) in [
        ("/map?bbox=1,2,3", 400),
        ("/map?bbox=3,4,1,2", 400),
        ("/map?bbox=1,2,1,2", 400),
        ("/map?bbox=a,b,c,d", 400),
        ("/map?bbox=1,2,3,inf", 400),
        ("/map?bbox=1,2,3,4&subset=Lat(1:2),Lon(3:4)", 400),
        ("/map?subset=Lat(1:2)", 400),
        ("/map?subset=Lat(1:2),Lat(3:4)", 400),
        ("/map?subset=Lat(1:2),Lon(3)", 400),
        ("/map?subset=h(1:2),Lon(3:4)", 400),
        ("/map?subset=((((", 400),
        ("/map?center=1,2", 400),
        ("/map?center=1&scale-denominator=1000000", 400),
        ("/map?center=1,2&scale-denominator=0", 400),
        ("/map?center=1,2&scale-denominator=-1", 400),
        ("/map?center=1,2&scale-denominator=1e-30", 400),
        ("/map?center=1,2&bbox=1,2,3,4&scale-denominator=1000000", 400),
        ("/map?bbox=1,2,3,4&scale-denominator=1", 400),
        ("/map?bbox=1,2,3,4&scale-denominator=1000000&width=100", 400),
        ("/map?width=0", 400),
        ("/map?width=20000", 400),
        ("/map?width=16000&height=16000", 422),
        ("/map?bbox=45,39,47,41&width=16000&height=16000&f=webp&collections=places", 422),
        ("/map?bbox=45,39,45.0001,41&width=1", 400),
        ("/map?width=a", 400),
        ("/map?mm-per-pixel=0", 400),
        ("/map?crs=EPSG:1", 400),
        ("/map?bbox-crs=moon", 400),
        ("/map?crs=EPSG:32638&bbox=-170,-80,170,80", 400),
        ("/map?f=bmp", 400),
        ("/map?datetime=yesterday", 400),
        ("/map?datetime=2021-01-01/2020-01-01", 400),
        ("/map?datetime=2020-01-01&date=2020-01-01", 400),
        ("/map?transparent=1", 400),
        ("/map?bgcolor=nocolour", 400),
        ("/map?collections=nowhere", 404),
        ("/map?nonsense=1", 400),
        ("/map?lang=xx", 400),
        ("/styles/nowhere/map", 404),
        ("/collections/nowhere/map", 404),
        ("/map?bbox=1,2,3,4&bbox=1,2,3,4", 400),
        ("/map?width=10&width=20", 400),
        ("/map?bbox=0,0,180,1&width=10&height=9000", 422),
    ] {
        let answer = get(query).await;
        assert_eq!(answer.status.as_u16(), status, "{query}: {}", text_of(&answer));
        assert_eq!(answer.header(header::CONTENT_TYPE), "application/problem+json", "{query}");
    }
}
