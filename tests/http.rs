//! What a client sees: the routes of the README, caching headers, and errors that say what to do.

mod app;

use app::{get, get_as, send};
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use serde_json::Value as Json;

fn size(png: &[u8]) -> (u32, u32) {
    let image = image::load_from_memory(png).unwrap();
    (image.width(), image.height())
}

#[tokio::test]
async fn the_heights_and_the_backdrop_of_the_map_are_served() {
    let source = get("/styles/conflict/style.json").await.json()["sources"]["relief"].clone();
    let tiles = source["tiles"][0].as_str().unwrap();
    let (_, path) = tiles.split_once("/styles/").unwrap();
    let at = |place: &str| format!("/styles/{path}").replace("{z}/{x}/{y}", place);
    assert_eq!((source["minzoom"].as_u64(), source["maxzoom"].as_u64()), (Some(5), Some(7)));
    let tile = get(&at("7/80/48")).await;
    assert_eq!((tile.status.as_u16(), tile.header("content-type")), (200, "image/webp"));
    let heights = image::load_from_memory(&tile.body).unwrap().to_rgb8();
    let metres = heights.pixels().map(|p| i32::from(p[0]) * 256 + i32::from(p[1]) - 32_768);
    // From the Aras to the mountains of Karabakh.
    let (least, most) = (metres.clone().min(), metres.max());
    assert!(least >= Some(0) && most > Some(2_000) && most < Some(4_000), "{least:?} {most:?}");
    for (place, status) in [("7/0/0", 404), ("4/9/6", 404), ("7/128/3", 404), ("7/a/3", 400)] {
        assert_eq!(get(&at(place)).await.status.as_u16(), status, "{place}");
    }
    // What lies behind the map is no collection, and is served all the same.
    let style = get("/styles/conflict/style.json?sources=geojson").await.json();
    let (_, land) =
        style["sources"]["world-land"]["data"].as_str().unwrap().split_once("/st").unwrap();
    let land = get(&format!("/st{land}")).await;
    assert_eq!((land.status.as_u16(), land.header("content-type")), (200, "application/geo+json"));
    assert!(land.json()["features"][0]["geometry"]["coordinates"].as_array().unwrap().len() > 300);
    for other in ["/collections/world-land", "/styles/conflict/sources/places"] {
        assert_eq!(get(other).await.status.as_u16(), 404, "{other}");
    }
    let found = get("/query?name=Paraguay").await.json();
    assert_eq!(found["features"].as_array().unwrap().len(), 0);
    for other in ["/styles/conflict/sources/places/7/80/48", "/styles/x/sources/relief/7/80/48"] {
        assert_eq!(get(other).await.status.as_u16(), 404, "{other}");
    }
}

#[tokio::test]
async fn the_urls_of_other_static_maps_are_understood() {
    let base = "/styles/conflict/static";
    let same = |a: String, b: String| async move {
        let (first, second) = (get(&a).await, get(&b).await);
        assert_eq!((first.status.as_u16(), second.status.as_u16()), (200, 200), "{a} {b}");
        assert!(first.body == second.body, "{a} is not {b}");
    };
    // TileServer GL's paths and ours, one or many, plain or encoded.
    let ours = format!("{base}/auto/300x200.png?path=46,39%2047,40%2047.5,39.5");
    same(ours.clone(), format!("{base}/auto/300x200.png?path=46,39|47,40|47.5,39.5")).await;
    same(
        ours.clone(),
        format!("{base}/auto/300x200.png?path=enc:_e%60mF_kwwG_ibE_ibE~s%60B_t%60B"),
    )
    .await;
    let two = format!(
        "{base}/auto/300x200.png?path=46,39%2047,40|46,40%2047,39&marker=46.5,39.5|46.6,39.6"
    );
    same(two, format!("{base}/auto/300x200.png?path=46,39|47,40&path=46,40|47,39&marker=46.5,39.5&marker=46.6,39.6"))
        .await;
    // Mapbox's, with its own parameters.
    let pin = format!("{base}/46.75,39.76,7/300x200@2x.png");
    let mapbox = get(&format!(
        "{base}/pin-l-a+f00(46.75,39.76)/46.75,39.76,7,0/300x200@2x?access_token=pk.x"
    ))
    .await;
    assert_eq!((mapbox.status.as_u16(), mapbox.header("content-type")), (200, "image/png"));
    assert_ne!(mapbox.body, get(&pin).await.body);
    let boxed = format!(
        "{base}/path-3+b3123b(_e%60mF_kwwG_ibE_ibE~s%60B_t%60B)/[45.4,38.8,48,40.6]/300x200.png"
    );
    same(boxed, format!("{base}/45.4,38.8,48,40.6/300x200.png?path=46,39%2047,40%2047.5,39.5"))
        .await;
}

#[tokio::test]
async fn tiles_have_a_palette_where_it_is_asked_for() {
    let tile = "/styles/conflict/512/8/161/97";
    let kind = |png: &[u8]| {
        let reader = png::Decoder::new(std::io::Cursor::new(png.to_vec())).read_info().unwrap();
        reader.info().color_type
    };
    let (plain, few) =
        (get(&format!("{tile}.png")).await, get(&format!("{tile}.png?palette=1")).await);
    assert_eq!(
        (kind(&plain.body), kind(&few.body)),
        (png::ColorType::Rgb, png::ColorType::Indexed)
    );
    assert!(few.body.len() < plain.body.len() && few.header("etag") != plain.header("etag"));
    assert_eq!(get(&format!("{tile}.png?palette=0")).await.body, plain.body);
    for (url, part) in [(".webp?palette=1", "only .png"), (".png?palette=2", "no value")] {
        let refused = get(&format!("{tile}{url}")).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST);
        assert!(String::from_utf8_lossy(&refused.body).contains(part), "{url}");
    }
}

#[tokio::test]
async fn tiles_are_numbered_as_others_number_them() {
    for (theirs, ours) in [
        ("tms/9/322/317.png?date=2020-11-25", "9/322/194.png?date=2020-11-25"),
        ("tms/9/322/317@2x.webp", "9/322/194@2x.webp"),
        ("quadkey/123000030.png?lang=hy", "9/322/194.png?lang=hy"),
        ("quadkey/1.jpg", "1/1/0.jpg"),
    ] {
        let [theirs, ours] = [theirs, ours].map(|path| format!("/styles/conflict/{path}"));
        let (theirs_, ours_) = (get(&theirs).await, get(&ours).await);
        assert_eq!((theirs_.status, ours_.status), (StatusCode::OK, StatusCode::OK), "{theirs}");
        assert!(theirs_.body == ours_.body, "{theirs}");
    }
    for (wrong, status) in [
        ("tms/3/1/8.png", 404),
        ("tms/40/1/1.png", 404),
        ("tms/3/1/-1.png", 400),
        ("quadkey/4.png", 400),
        ("quadkey/01230123012301230123012.png", 400),
        ("quadkey/0.gif", 404),
    ] {
        assert_eq!(
            get(&format!("/styles/conflict/{wrong}")).await.status.as_u16(),
            status,
            "{wrong}"
        );
    }
}

#[tokio::test]
async fn pictures_have_the_size_that_was_asked_for() {
    for (path, expected) in [
        ("/styles/conflict/9/322/194.png", (256, 256)),
        ("/styles/conflict/9/322/194@2x.png?date=2020-11-25&lang=hy", (512, 512)),
        ("/styles/conflict/512/8/161/97@3x.png", (1536, 1536)),
        ("/styles/conflict/256/0/0/0@4x.png", (1024, 1024)),
        ("/styles/conflict/static/46.75,39.76,8.5/300x200.png", (300, 200)),
        ("/styles/conflict/static/45.4,38.8,48.0,40.6/400x300@2x.png", (800, 600)),
        ("/styles/conflict/22/2641974/1589641.png", (256, 256)),
    ] {
        let answer = get(path).await;
        assert_eq!(answer.status, 200, "{path}: {}", String::from_utf8_lossy(&answer.body));
        assert_eq!(answer.header(header::CONTENT_TYPE), "image/png");
        assert_eq!(size(&answer.body), expected, "{path}");
    }
}

#[tokio::test]
async fn an_unchanged_picture_is_not_sent_again() {
    let first = get("/styles/conflict/7/80/48.png").await;
    let etag = first.header(header::ETAG).to_string();
    assert!(etag.starts_with('"') && first.header(header::CACHE_CONTROL).contains("max-age"));
    let again = Request::get("/styles/conflict/7/80/48.png")
        .header("if-none-match", format!("\"x\", W/{etag}"));
    let again = send(again.body(Body::empty()).unwrap()).await;
    assert_eq!(
        (again.status, again.body.len(), again.header(header::ETAG)),
        (StatusCode::NOT_MODIFIED, 0, etag.as_str())
    );
    let json = get("/styles/conflict.json").await;
    let etag = json.header(header::ETAG).to_string();
    let again = Request::get("/styles/conflict.json")
        .header("host", "maps.example:8080")
        .header("if-none-match", &etag);
    assert_eq!(send(again.body(Body::empty()).unwrap()).await.status, StatusCode::NOT_MODIFIED);
    // Days with the same map share a picture; days with another do not.
    let tag = async |date: &str| {
        get(&format!("/styles/conflict/7/80/48.png?date={date}"))
            .await
            .header(header::ETAG)
            .to_string()
    };
    assert_eq!(tag("2020-11-21").await, tag("2020-11-23").await);
    assert_ne!(tag("2020-11-24").await, tag("2020-11-25").await);
}

#[tokio::test]
async fn styles_describe_themselves_with_absolute_urls() {
    let list = get("/styles.json").await.json();
    assert_eq!(list[0]["id"], "conflict");
    assert!(list[0]["dates"].as_array().unwrap().iter().any(|d| d == "2020-11-25"));
    let tilejson = get("/styles/conflict.json").await.json();
    assert_eq!(tilejson["tilejson"], "3.0.0");
    assert_eq!(tilejson["tiles"][0], "http://maps.example:8080/styles/conflict/{z}/{x}/{y}.png");
    // A header that any client may send must not decide what others get from a cache.
    let forwarded = Request::get("/styles/conflict.json")
        .header("host", "10.0.0.1")
        .header("x-forwarded-host", "evil.example");
    let forwarded = send(forwarded.body(Body::empty()).unwrap()).await.json();
    assert!(forwarded["tiles"][0].as_str().unwrap().starts_with("http://10.0.0.1/"));
    assert!(tilejson["attribution"].as_str().unwrap().contains("GeoNames"));
    let style = get("/styles/conflict/style.json?sources=geojson").await.json();
    assert_eq!(style["sprite"], "http://maps.example:8080/styles/conflict/sprite");
    let data = style["sources"]["control"]["data"].as_str().unwrap();
    let items = get(data.strip_prefix("http://maps.example:8080").unwrap()).await;
    assert_eq!(items.json()["type"], "FeatureCollection");
    assert_eq!(items.header(header::CONTENT_TYPE), "application/geo+json");
    let sheet = get("/styles/conflict/sprite@2x.json").await.json();
    let png = get("/styles/conflict/sprite@2x.png").await;
    let (width, height) = size(&png.body);
    for image in sheet.as_object().unwrap().values() {
        let bottom = image["y"].as_u64().unwrap() + image["height"].as_u64().unwrap();
        assert!(
            bottom <= u64::from(height) && image["width"].as_u64().unwrap() <= u64::from(width)
        );
    }
}

#[tokio::test]
async fn shusha_the_day_after_it_was_taken() {
    let answer = get("/query?at=46.7499,39.7601&datetime=2020-11-09").await.json();
    let all = answer["features"].as_array().unwrap();
    let of = |collection: &str| {
        all.iter().filter(|f| f["collection"] == collection).collect::<Vec<&Json>>()
    };
    assert!(of("cities").iter().any(|c| c["properties"]["name"] == "Shusha / Shushi"
        && c["properties"]["holder"].as_str().unwrap().starts_with("Azerbaijan")));
    assert!(
        of("nagorno-karabakh")
            .iter()
            .any(|o| o["properties"]["name"] == "Former Nagorno-Karabakh Autonomous Oblast"
                && o["area_km2"].as_f64().unwrap() > 4_000.0)
    );
    let control = of("control");
    assert_eq!(control.len(), 1);
    assert_eq!(control[0]["properties"]["control"], "azerbaijan");
    assert!(!answer["sources"].as_array().unwrap().is_empty());
    // The day before the attack on the town was decided, and the day after.
    let holder = async |day: &str| {
        let path = format!("/query?at=46.7499,39.7601&collections=cities&datetime={day}");
        get(&path).await.json()["features"][0]["properties"]["holder"].as_str().unwrap().to_string()
    };
    assert!(holder("2020-11-07").await.contains("Armenian forces"));
    assert!(holder("1985-01-01").await.contains("Azerbaijan SSR"));
}

#[tokio::test]
async fn the_nearest_places_come_nearest_first() {
    let answer = get("/query?near=46.7528,39.8177&k=3").await.json();
    let features = answer["features"].as_array().unwrap();
    assert_eq!(features.len(), 3);
    assert_eq!(features[0]["properties"]["name"], "Khankendi / Stepanakert");
    assert_eq!(features[0]["distance_m"], 0.0);
    let distances: Vec<f64> = features.iter().map(|f| f["distance_m"].as_f64().unwrap()).collect();
    assert!(distances.is_sorted());
    let line =
        get("/query?near=46.7528,39.8177&collections=lines&datetime=2021-01-01").await.json();
    assert_eq!(line["features"][0]["collection"], "lines");
}

#[tokio::test]
async fn items_are_cut_by_box_date_and_limit() {
    let all = get("/collections/control/items").await.json();
    let today = get("/collections/control/items?datetime=2020-11-25").await.json();
    assert!(today["numberMatched"].as_u64() < all["numberMatched"].as_u64());
    let boxed = get("/collections/places/items?bbox=46.7,39.7,46.8,39.9&limit=2").await.json();
    assert_eq!(boxed["numberReturned"], 2);
    assert!(boxed["numberMatched"].as_u64().unwrap() >= 3);
    let ids: Vec<Json> = get("/collections").await.json()["collections"]
        .as_array()
        .unwrap()
        .iter()
        .map(|c| c["id"].clone())
        .collect();
    assert!(ids.contains(&"control".into()) && ids.contains(&"places".into()));
}

#[tokio::test]
async fn json_is_compressed_and_open_to_other_origins() {
    for encoding in ["gzip", "br"] {
        let request = Request::get("/collections/places/items")
            .header("accept-encoding", encoding)
            .header("origin", "https://news.example");
        let answer = send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(answer.header(header::CONTENT_ENCODING), encoding);
        assert_eq!(answer.header(header::ACCESS_CONTROL_ALLOW_ORIGIN), "*");
    }
    let png = Request::get("/styles/conflict/7/80/48.png").header("accept-encoding", "gzip");
    assert_eq!(send(png.body(Body::empty()).unwrap()).await.header(header::CONTENT_ENCODING), "");
}

#[tokio::test]
async fn the_page_and_its_assets_are_there() {
    assert_eq!(get("/health").await.json()["status"], "ok");
    let page = get_as("/", "text/html,application/xhtml+xml,*/*;q=0.8").await;
    let page = String::from_utf8(page.body).unwrap();
    assert!(
        page.contains("leaflet") && page.contains("id=\"date\"") && page.contains("id=\"lang\"")
    );
    for (asset, kind) in
        [("viewer.js", "text/javascript"), ("viewer.css", "text/css"), ("resource.css", "text/css")]
    {
        assert!(
            get(&format!("/assets/{asset}")).await.header(header::CONTENT_TYPE).starts_with(kind)
        );
    }
}

/// Path, status, and a part of what the answer must say.
const BAD_REQUESTS: &[(&str, u16, &str)] = &[
    ("/nothing/here", 404, "there is nothing at /nothing/here"),
    ("/styles/nope/1/0/0.png", 404, "no style 'nope'"),
    ("/styles/nope.json", 404, "there are: conflict"),
    ("/styles/nope", 404, "there is no style 'nope'"),
    ("/styles/conflict/3/8/0.png", 404, "both run from 0 to 7"),
    ("/styles/conflict/23/0/0.png", 404, "past the last tile zoom, 22"),
    ("/styles/conflict/a/0/0.png", 400, "'a' is no zoom"),
    ("/styles/conflict/1/-1/0.png", 400, "'-1' is no tile column"),
    ("/styles/conflict/1/0/0.gif", 404, "pictures are .png"),
    ("/styles/conflict/1/0/0@9x.png", 400, "of tiles 1 to 4"),
    ("/styles/conflict/1024/1/0/0.png", 404, "256 or 512"),
    ("/styles/conflict/1/0/0.png?date=2020-13-45", 400, "expected a date, YYYY-MM-DD"),
    ("/styles/conflict/1/0/0.png?lang=xx", 400, "expected one of en, az, hy"),
    ("/styles/conflict/1/0/0.png?nope=1", 400, "the style has no state 'nope'"),
    ("/styles/conflict/1/0/0.png?date=2020-11-10&date=2020-11-11", 400, "given twice"),
    ("/styles/conflict/static/46,39,8/0x100.png", 400, "from 1 to 16384"),
    ("/styles/conflict/static/46,39,8/99999x99999.png", 400, "no size"),
    ("/styles/conflict/static/46,39,8/9000x9000.png", 422, "too large"),
    ("/styles/conflict/static/46,39,99/100x100.png", 400, "zoom 99 is out of range"),
    ("/styles/conflict/static/46,139,8/100x100.png", 400, "latitude -90..90"),
    ("/styles/conflict/static/46,39/100x100.png", 400, "lon,lat,zoom or west,south,east,north"),
    ("/styles/conflict/static/48,38,45,40/100x100.png", 400, "west below east"),
    ("/styles/conflict/static/46,39,46.0000000001,39.0000000001/100x100.png", 400, "are too small"),
    ("/styles/conflict/static/NaN,39,8/100x100.png", 400, "is no place"),
    ("/styles/conflict/static/pin-x(46,39)/auto/100x100.png", 400, "/overlay"),
    ("/styles/conflict/static/pin-s(46,39)/46,39,8,0,60/100x100.png", 400, "pitch"),
    ("/styles/conflict/static/auto/100x100.png?path=enc:%01", 400, "/paths"),
    ("/styles/conflict/static/auto/100x100.png?path=1,2|3,4&width=x", 400, "width"),
    ("/styles/conflict/sprite@9x.png", 404, "there is no 'sprite@9x.png'"),
    ("/query", 400, "ask something: at=lon,lat"),
    ("/query?near=46,39&distance_m=5", 400, "of: say what distance_m is measured from"),
    ("/query?within=nope/1", 404, "there is no collection 'nope'"),
    ("/query?within=districts/nope", 404, "it has no feature 'nope'"),
    ("/query?within=Qwertyuiop", 404, "nothing is called 'Qwertyuiop'"),
    ("/query?within=POLYGON((0%200,1%201,1%200,0%201,0%200))", 400, "crosses itself near 0.5"),
    ("/query?between=2020-12-01/2020-09-27", 400, "the earlier first"),
    ("/query?between=2020-09-27/2020-12-01&property=nope", 404, "no collection asked has 'nope'"),
    ("/query?property=control", 400, "go with 'between'"),
    ("/query?filter=nmae='a'&collections=places", 400, "there is no property 'nmae'"),
    ("/query?at=somewhere", 400, "is not 2 numbers with commas"),
    ("/query?at=400,10", 400, "longitude -180..180"),
    ("/query?at=1e309,10", 400, "is not 2 numbers"),
    ("/query?at=46,39&datetime=yesterday", 400, "YYYY-MM-DD"),
    ("/query?at=46,39&colour=red", 400, "colour: there is no such member; there are: at, near"),
    ("/query?near=46,39&k=0", 400, "from 1 to 1000"),
    ("/query?near=46,39&collections=nope", 404, "no collection 'nope'"),
    ("/collections/nope/items", 404, "there are: "),
    ("/collections/places/items?bbox=1,2,3", 400, "is not 4 numbers"),
    ("/collections/places/items?bbox=45,40,48,38", 400, "is no bbox in"),
    ("/collections/places/items?bbox=45,38,48,140", 400, "west,south,east,north"),
    (
        "/collections/places/items?bbox-crs=EPSG:27700",
        400,
        "no value for bbox-crs; there are: http",
    ),
    ("/collections/places/items?crs=nowhere", 400, "no value for crs"),
    ("/collections/places/items?limit=0", 400, "from 1"),
    ("/collections/places/items?limit=-5", 400, "from 1"),
    ("/collections/places/items?datetime=yesterday", 400, "such as 2020-11-10, or an interval"),
    ("/collections/places/items?datetime=2020-11-10/2020-09-27", 400, "no value for datetime"),
    ("/collections/places/items?filter=nmae='a'", 400, "there is no property 'nmae'; there are: "),
    ("/collections/places/items?filter=name%20LIKE", 400, "at the end of the filter: expected"),
    (
        "/collections/places/items?filter=S_INTERSECTS(geometry,BBOX(1000000,1000000,2000000,2000000))",
        400,
        "lies outside",
    ),
    (
        "/collections/places/items?filter=S_INTERSECTS(geometry,POLYGON((0%200,1%201,1%200,0%201,0%200)))",
        400,
        "crosses itself near 0.5",
    ),
    ("/collections/places/items?filter=%7B%22op%22:&filter-lang=cql2-json", 400, "not JSON"),
    (
        "/collections/places/items?filter=colour='red'",
        400,
        "there is no property 'colour'; there are: geometry, id, accuracy_m",
    ),
    ("/collections/places/items?filter-lang=sql", 400, "cql2-text or cql2-json"),
    ("/collections/places/items?sortby=nope", 400, "sortby: there is no property 'nope'"),
    ("/collections/places/items?properties=nope", 400, "properties: there is no property 'nope'"),
    ("/collections/places/items?cursor=nope", 400, "the cursor cannot be read"),
    ("/collections/places/items?f=xml", 400, "geojson, html, geojsonseq, csv, fgb"),
    ("/collections/places/items?nope=1", 400, "unknown parameter 'nope'"),
    ("/collections/places/items/nope", 404, "'places' has no feature 'nope'"),
    ("/collections/nope", 404, "there is no collection 'nope'; there are: "),
    ("/collections/nope/queryables", 404, "there is no collection 'nope'"),
    ("/conformance?f=xml", 400, "there are: json, html"),
    ("/query?at=%FF%FE", 400, "is not 2 numbers"),
    ("/styles/%FF/1/0/0.png", 400, "the path cannot be read"),
    ("/collections/%FF/items", 400, "the path cannot be read"),
    ("/query?at=46,39&datetime=2020-11-10Tnonsense", 400, "YYYY-MM-DD"),
    ("/assets/passwd", 404, "no asset 'passwd'"),
];

#[tokio::test]
async fn bad_requests_are_told_what_is_wrong() {
    for (path, status, part) in BAD_REQUESTS {
        let answer = get(path).await;
        assert_eq!(
            answer.header(header::CONTENT_TYPE),
            "application/problem+json",
            "{path} {}",
            answer.status
        );
        let problem = answer.json();
        println!("{path} -> {} {}", answer.status.as_u16(), problem["detail"].as_str().unwrap());
        assert_eq!(answer.status.as_u16(), *status, "{path}: {problem}");
        assert_eq!(problem["status"], *status);
        assert!(problem["detail"].as_str().unwrap().contains(part), "{path}: {problem}");
    }
    let post = send(Request::post("/collections").body(Body::empty()).unwrap()).await;
    assert_eq!(post.status, 405);
    assert_eq!(post.header(header::CONTENT_TYPE), "application/problem+json");
}

proptest::proptest! {
    /// Whatever is asked, the server answers, and never with its own failure.
    #[test]
    fn no_request_breaks_the_server(path in "/(styles/conflict|query|collections|styles)(/([0-9a-z.,@x-]|%[0-9A-F]{2}){0,12}){0,5}(\\?[a-z]{1,5}=[0-9a-zA-Z.,%-]{0,12})?") {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        if let Ok(request) = Request::get(&path).body(Body::empty()) {
            let answer = runtime.block_on(send(request));
            proptest::prop_assert!(answer.status.as_u16() < 500, "{}: {}", path, answer.status);
            if answer.status.is_client_error() {
                proptest::prop_assert_eq!(answer.header(header::CONTENT_TYPE), "application/problem+json", "{}", path);
            }
        }
    }
}

#[tokio::test]
async fn glyph_ranges_are_served_from_our_faces() {
    let names: serde_json::Value = serde_json::from_slice(&get("/fonts.json").await.body).unwrap();
    assert!(names.as_array().unwrap().contains(&"Noto Sans Armenian Bold".into()));
    let answer = get("/fonts/Noto%20Sans%20Regular/1280-1535.pbf").await;
    assert_eq!(answer.status, 200);
    let range = contactline::text::GlyphRange::decode(&answer.body).unwrap();
    // Ա, from the sister face.
    assert!(range.glyph(0x531).is_some_and(|g| g.width > 8 && !g.field.is_empty()));
    for bad in [
        "/fonts/Comic%20Sans/0-255.pbf",
        "/fonts/Noto%20Sans%20Regular/1-256.pbf",
        "/fonts/Noto%20Sans%20Regular/0-255.png",
    ] {
        assert_eq!(get(bad).await.status, 404, "{bad}");
    }
}

#[tokio::test]
async fn a_resolved_style_has_nothing_that_clients_must_know() {
    let url = "/styles/conflict/style.json?date=2020-11-22&lang=hy";
    let style = get(url).await.json();
    let text = style.to_string();
    assert!(!text.contains("global-state") && !text.contains("line-layer-opacity"), "{text}");
    assert!(style.get("state").is_none());
    let said = &style["metadata"]["contactline:resolved"];
    assert!(said["date"] == "2020-11-22" && said["lang"] == "hy", "{said}");
    let whole = get("/styles/conflict/style.json").await.json();
    assert_eq!(style["sources"], whole["sources"]);
    assert_eq!(
        style["layers"].as_array().unwrap().len(),
        whole["layers"].as_array().unwrap().len()
    );
    for (wrong, words) in [("date=yesterday", "a date"), ("size=3", "date")] {
        let refused = get(&format!("/styles/conflict/style.json?{wrong}")).await;
        assert_eq!(refused.status, 400);
        assert!(refused.json()["detail"].as_str().unwrap().contains(words));
    }
}
