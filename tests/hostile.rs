//! What a reader who means ill may send, and a style that says more than it should: the server
//! answers plainly, and says nothing about itself that is nobody's matter.

mod app;

use std::fs;
use std::path::PathBuf;

use app::{Answer, app, get, get_as, send, send_to};
use axum::body::Body;
use axum::http::{Request, StatusCode, Version};
use contactline::atlas::{self, Options};
use contactline::http::{Site, router};
use contactline::service::Service;
use serde_json::{Value as Json, json};
use tower::ServiceExt;

fn folder(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("hostile").join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

async fn post(path: &str, json: &Json) -> Answer {
    let request = Request::post(path).header("content-type", "application/json");
    send(request.body(Body::from(json.to_string())).unwrap()).await
}

#[tokio::test]
async fn a_position_of_one_number_is_told_at_every_door() {
    let line = json!({"type": "LineString", "coordinates": [[46, 39], [1]]});
    let feature = json!({"type": "Feature", "properties": {}, "geometry": line});
    let filter = json!({"op": "s_intersects", "args": [{"property": "geometry"}, line]});
    let within =
        json!(["within", {"type": "Polygon", "coordinates": [[[0, 0], [1], [1, 1], [0, 0]]]}]);
    let picture = |members: Json| {
        let mut spec = json!({"width": 64, "height": 64, "bbox": [45, 38, 48, 41]});
        spec.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        spec
    };
    let layer = json!({"id": "a", "type": "line", "filter": within});
    let good = json!({"type": "Feature", "properties": {}, "geometry": {"type": "Point", "coordinates": [46, 39]}});
    for (path, question) in [
        ("/query", json!({"intersects": line})),
        ("/query", json!({"near": feature})),
        ("/query", json!({"filter": filter})),
        ("/styles/conflict/static", picture(json!({"geojson": feature}))),
        (
            "/styles/conflict/static",
            picture(json!({"geojson": feature, "layers": [{"id": "a", "type": "line"}]})),
        ),
        ("/styles/conflict/static", picture(json!({"geojson": good, "layers": [layer]}))),
    ] {
        let answer = post(path, &question).await;
        assert_eq!(
            answer.status,
            StatusCode::BAD_REQUEST,
            "{question}: {:?}",
            String::from_utf8_lossy(&answer.body)
        );
    }
    let told = post("/query", &json!({"filter": filter})).await.json()["detail"]
        .as_str()
        .unwrap()
        .to_string();
    assert!(
        told.contains(
            "at /args/1 of the filter: /coordinates/1: a position has at least two numbers"
        ),
        "{told}"
    );
    let told = post("/query", &json!({"intersects": line})).await.json()["detail"]
        .as_str()
        .unwrap()
        .to_string();
    assert!(
        told.contains("intersects: /coordinates/1: a position has at least two numbers"),
        "{told}"
    );
    let query = form_urlencoded::Serializer::new(String::new())
        .append_pair("filter-lang", "cql2-json")
        .append_pair("filter", &filter.to_string())
        .finish();
    assert_eq!(
        get(&format!("/collections/places/items?{query}")).await.status,
        StatusCode::BAD_REQUEST
    );
}

#[tokio::test]
async fn every_answer_keeps_browsers_from_guessing() {
    for path in [
        "/",
        "/health",
        "/nowhere",
        "/query",
        "/collections?f=html",
        "/styles/conflict/7/80/48.png",
        "/assets/viewer.js",
    ] {
        let answer = get(path).await;
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("referrer-policy"), "strict-origin-when-cross-origin", "{path}");
    }
    for path in
        ["/?f=html", "/collections?f=html", "/collections/places/items?f=html&limit=3", "/api.html"]
    {
        let page = get(path).await;
        let policy = page.header("content-security-policy");
        for part in [
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
        ] {
            assert!(policy.contains(part), "{path}: {policy}");
        }
        assert!(!policy.contains("unsafe"), "{policy}");
        assert_eq!(page.header("x-frame-options"), "DENY", "{path}");
        // Nothing inline, which the policy would keep from working.
        let html = String::from_utf8(page.body).unwrap();
        for inline in ["<style", " style=", " onclick", " onload", "<script>"] {
            assert!(!html.contains(inline), "{path} has {inline}");
        }
    }
    let drawing = get("/styles/conflict/static/46.5,39.8,6/64x64.svg").await;
    let policy = drawing.header("content-security-policy");
    assert!(policy.contains("default-src 'none'") && policy.contains("sandbox"), "{policy}");
}

#[tokio::test]
async fn links_begin_where_the_server_knows_itself_to_be() {
    let tiles = |answer: Answer| answer.json()["tiles"][0].as_str().unwrap().to_string();
    let asked = |host: &str| {
        Request::get("/styles/conflict.json").header("host", host).body(Body::empty()).unwrap()
    };
    let evil = send(asked("evil.example")).await;
    assert!(
        evil.headers.get_all("vary").iter().any(|v| v == "host, x-forwarded-proto"),
        "{:?}",
        evil.headers
    );
    assert_eq!(tiles(evil), "/styles/conflict/{z}/{x}/{y}.png");
    assert!(
        tiles(send(asked("127.0.0.1:8080")).await).starts_with("http://127.0.0.1:8080/styles/")
    );
    assert!(tiles(send(asked("localhost")).await).starts_with("http://localhost/styles/"));

    let service = Service::new(atlas::load(&Options::default()).value.unwrap(), 1).unwrap();
    let site = Site {
        public_url: Some("https://maps.example.org/karabakh/".parse().unwrap()),
        hosts: Vec::new(),
    };
    let answer = send_to(router(service, site), asked("evil.example")).await;
    assert!(!answer.headers.get_all("vary").iter().any(|v| v.to_str().unwrap().contains("host")));
    assert!(tiles(answer).starts_with("https://maps.example.org/karabakh/styles/"));
    // What is negotiated says so.
    let page = get_as("/collections", "text/html").await;
    assert!(page.headers.get_all("vary").iter().any(|v| v == "accept"));
}

#[tokio::test]
async fn a_request_names_one_host() {
    let status = |request: Request<Body>| async move {
        app().oneshot(request).await.unwrap().status().as_u16()
    };
    let request = || Request::get("/health");
    assert_eq!(status(request().body(Body::empty()).unwrap()).await, 400);
    let twice = request().header("host", "a.example").header("host", "b.example");
    assert_eq!(status(twice.body(Body::empty()).unwrap()).await, 400);
    assert_eq!(status(request().header("host", "").body(Body::empty()).unwrap()).await, 400);
    assert_eq!(status(request().header("host", "a b").body(Body::empty()).unwrap()).await, 400);
    assert_eq!(status(request().version(Version::HTTP_10).body(Body::empty()).unwrap()).await, 200);
    assert_eq!(
        status(request().header("host", "a.example").body(Body::empty()).unwrap()).await,
        200
    );
}

#[tokio::test]
async fn the_link_header_is_short_whatever_was_asked() {
    let long =
        "name <> 'x'".to_string() + &" AND name <> 'a long name that is not there'".repeat(20);
    let query =
        form_urlencoded::Serializer::new(String::new()).append_pair("filter", &long).finish();
    let answer = get(&format!("/collections/places/items?limit=2&{query}")).await;
    let link = answer.header("link");
    assert!(
        answer.status == 200 && link.len() <= 2_048 && link.contains("queryables"),
        "{} {link}",
        answer.status
    );
    assert!(answer.json()["links"].as_array().unwrap().iter().any(|l| l["rel"] == "next"));
    let short = get("/collections/places/items?limit=2").await;
    assert!(short.header("link").contains("rel=\"next\""));
}

#[tokio::test]
async fn a_style_is_published_without_the_paths_of_its_files() {
    let folder = folder("published");
    let point = |lon: f64| json!({"type": "Feature", "properties": {"n": lon}, "geometry": {"type": "Point", "coordinates": [lon, 1]}});
    let data = json!({"type": "FeatureCollection", "features": [point(1.0), point(1.1)]});
    fs::write(folder.join("points.geojson"), data.to_string()).unwrap();
    fs::create_dir_all(folder.join("tiles")).unwrap();
    fs::create_dir_all(folder.join("icons")).unwrap();
    let path = |name: &str| folder.join(name).display().to_string();
    let attribution = "<img src=x onerror=alert(1)> <a href=\"https://a.example\">A</a> <a \
        href=\"javascript:alert(1)\">B";
    let style = json!({
        "version": 8, "name": "Own", "sprite": path("icons"), "glyphs": path("glyphs/{fontstack}/{range}.pbf"),
        "metadata": {"contactline:attribution": attribution},
        "sources": {
            "points": {"type": "geojson", "data": path("points.geojson"), "attribution": attribution},
            "groups": {"type": "geojson", "data": path("points.geojson"), "cluster": true},
            "tiles": {"type": "vector", "tiles": [path("tiles/{z}/{x}/{y}.pbf")]},
            "archive": {"type": "raster", "url": path("missing.mbtiles")},
            "elsewhere": {"type": "raster", "tiles": ["https://tiles.example/{z}/{x}/{y}.png"]},
            "gone": {"type": "geojson", "data": path("gone.geojson")},
        },
        "layers": [
            {"id": "dots", "type": "circle", "source": "points"},
            {"id": "groups", "type": "circle", "source": "groups"},
            {"id": "roads", "type": "line", "source": "tiles", "source-layer": "roads"},
            {"id": "paper", "type": "background"},
        ],
    });
    fs::write(folder.join("own.json"), style.to_string()).unwrap();
    let loaded =
        atlas::load(&Options { styles: vec![folder.join("own.json")], ..Options::default() });
    let app = router(Service::new(loaded.value.unwrap(), 1).unwrap(), Site::default());
    let ask = |path: &str| {
        let request = Request::get(path).header("host", "127.0.0.1").body(Body::empty()).unwrap();
        send_to(app.clone(), request)
    };
    let secret = folder.display().to_string();
    for path in [
        "/styles/own/style.json",
        "/styles/own.json",
        "/styles.json",
        "/health",
        "/collections",
        "/styles/own/sprite.json",
        "/fonts.json",
        "/api",
    ] {
        let answer = ask(path).await;
        let text = String::from_utf8_lossy(&answer.body).into_owned();
        assert!(!text.contains(&secret), "{path}: {text}");
    }
    let tiled = ask("/styles/own/style.json").await.json();
    let features = &tiled["sources"]["features"];
    assert_eq!(features["url"], "http://127.0.0.1/styles/own/vector.json");
    let published = ask("/styles/own/style.json?sources=geojson").await.json();
    let sources = published["sources"].as_object().unwrap();
    assert_eq!(sources.keys().collect::<Vec<_>>(), ["elsewhere", "groups", "points", "tiles"]);
    let tiles = "http://127.0.0.1/styles/own/sources/tiles/{z}/{x}/{y}";
    assert_eq!(sources["tiles"]["tiles"], json!([tiles]));
    assert_eq!(sources["points"]["data"], "http://127.0.0.1/collections/points/items?limit=100000");
    assert_eq!(sources["groups"]["data"], sources["points"]["data"]);
    assert_eq!(published["metadata"]["contactline:left-out"], json!(["archive", "gone"]));
    assert_eq!(published["layers"].as_array().unwrap().len(), 4);
    assert!(published.get("sprite").is_none() && published.get("glyphs").is_none(), "{published}");
    let clean = "&lt;img src=x onerror=alert(1)&gt; <a href=\"https://a.example\" rel=\"noopener noreferrer\">A</a> \
                 &lt;a href=&quot;javascript:alert(1)&quot;&gt;B";
    assert_eq!(published["metadata"]["contactline:attribution"], clean);
    assert_eq!(sources["points"]["attribution"], clean);
    assert_eq!(features["attribution"], clean);
    assert_eq!(ask("/styles/own.json").await.json()["attribution"], clean);
    let health = ask("/health").await.json();
    assert_eq!(
        health["faults"],
        json!(
            ["archive", "elsewhere", "gone"].map(|id| format!("source own/{id} could not be read"))
        )
    );
}

/// What a file says is words on a page, and nothing else.
#[tokio::test]
async fn features_are_text_in_pages() {
    let folder = folder("pages");
    let path = folder.join("evil.geojson");
    let feature = json!({"type": "Feature", "id": "\"><script>alert(1)</script>",
        "properties": {"<b>name</b>": "<img src=x onerror=alert(1)>"},
        "geometry": {"type": "Point", "coordinates": [46.5, 39.5]}});
    let json = json!({"type": "FeatureCollection", "title": "<i>t</i>", "features": [feature]});
    fs::write(&path, json.to_string()).unwrap();
    let map = atlas::load(&Options { data: vec![path], ..Options::default() }).value.unwrap();
    let app = router(Service::new(map, 1).unwrap(), Site::default());
    let id = "%22%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E";
    for path in [
        "/collections?f=html".to_string(),
        "/collections/evil?f=html".to_string(),
        "/collections/evil/items?f=html".to_string(),
        format!("/collections/evil/items/{id}?f=html"),
        "/collections/evil/queryables?f=html".to_string(),
    ] {
        let request = Request::get(&path).header("host", "localhost").body(Body::empty()).unwrap();
        let answer = send_to(app.clone(), request).await;
        let page = String::from_utf8(answer.body.to_vec()).unwrap();
        assert_eq!(answer.status, StatusCode::OK, "{path}: {page:.300}");
        for raw in ["<script>alert", "<img src", "<b>name", "<i>t"] {
            assert!(!page.contains(raw), "{path}: {raw}");
        }
        if path.contains("/items") {
            assert!(page.contains("&lt;img"), "{path}: {page}");
        }
    }
}
