//! What a map's document may ask for is bounded: what would take for ever is refused or given up,
//! with a reason.

mod app;

use app::{Answer, get, get_as, send};
use axum::body::Body;
use axum::http::Request;
use serde_json::{Value as Json, json};

async fn post(spec: Json) -> Answer {
    send(Request::post("/styles/conflict/static").body(Body::from(spec.to_string())).unwrap()).await
}

fn with(members: Json) -> Json {
    let mut spec = json!({"bbox": [45.4, 38.8, 48.0, 40.6], "width": 1000, "height": 1000});
    spec.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    spec
}

/// So many positions, to and fro.
fn zigzag(count: usize) -> Vec<[f64; 2]> {
    (0..count)
        .map(|i| [if i % 2 == 0 { 30.0 } else { 60.0 }, 39.0 + i as f64 * 1e-4 % 2.0])
        .collect()
}

#[tokio::test]
async fn layers_of_one_s_own_are_no_more_than_can_be_drawn() {
    let points = json!({"type": "MultiPoint", "coordinates": zigzag(19_000)});
    let polygon = json!({"type": "Feature", "properties": {}, "geometry": {"type": "LineString", "coordinates": zigzag(19_000)}});
    let many = |layer: Json, count: usize| Json::Array(vec![layer; count]);
    let doubled = |n: usize| {
        (0..n).fold(json!(["get", "a"]), |e, _| {
            json!(["let", "x", e, ["concat", ["var", "x"], ["var", "x"]]])
        })
    };
    for (geojson, layers, told) in [
        (
            points.clone(),
            json!([{"id": "h", "type": "heatmap", "paint": {"heatmap-radius": 1000}}]),
            "/layers",
        ),
        (
            points.clone(),
            json!([{"id": "c", "type": "circle", "paint": {"circle-radius": 1000}}]),
            "/layers",
        ),
        (
            polygon,
            many(
                json!({"id": "l", "type": "line", "paint": {"line-width": 40, "line-blur": 20}}),
                50,
            ),
            "/layers",
        ),
        (
            json!({"type": "MultiPoint", "coordinates": zigzag(30_000)}),
            json!([{"id": "c", "type": "circle"}]),
            "/geojson",
        ),
        (
            json!({"type": "GeometryCollection", "geometries": [{"type": "MultiPoint", "coordinates": zigzag(30_000)}]}),
            json!([{"id": "c", "type": "circle"}]),
            "/geojson",
        ),
        (
            points,
            json!([{"id": "c", "type": "circle", "filter": ["==", doubled(14), "x"]}]),
            "/layers/0",
        ),
        (
            json!({"type": "Point", "coordinates": [46, 39]}),
            json!([{"id": "c", "type": "circle", "metadata": {"contactline:legend": 5}}]),
            "/layers/0/metadata/contactline:legend",
        ),
    ] {
        let answer = post(with(json!({"geojson": geojson, "layers": layers}))).await;
        let detail = answer.json()["detail"].as_str().unwrap().to_string();
        assert!(
            answer.status.as_u16() == 400 && detail.contains(told),
            "{told}: {} {detail}",
            answer.status
        );
    }
    // Also without layers, whatever its form.
    let collection = json!({"type": "GeometryCollection", "geometries": [{"type": "MultiPoint", "coordinates": zigzag(30_000)}]});
    let answer = post(with(
        json!({"geojson": {"type": "Feature", "properties": {}, "geometry": collection}}),
    ))
    .await;
    assert_eq!(answer.status.as_u16(), 400);
}

#[tokio::test]
async fn edges_are_bent_only_where_they_are_seen() {
    let spec = json!({"center": [46.7, 39.7], "zoom": 22, "width": 100, "height": 100, "ratio": 4, "projection": "lambert",
        "paths": [{"points": zigzag(10_000)}]});
    assert_eq!(post(spec).await.status.as_u16(), 200);
}

#[tokio::test]
async fn mistakes_are_the_asker_s_and_told() {
    for (members, told) in [
        (json!({"width": 16384, "height": 1, "ratio": 4, "format": "gif"}), "/format"),
        (json!({"width": 16384, "height": 1, "ratio": 4, "format": "jpg"}), "/format"),
        (json!({"width": 16384, "height": 1, "ratio": 4, "format": "webp"}), "/format"),
        (json!({"title": "a\u{0}b", "format": "tif"}), "/title"),
        (json!({"callouts": [{"at": [46, 39], "text": "a\u{7}"}]}), "/callouts/0/text"),
        (json!({"split": true}), "/split"),
        (json!({"quality": 5}), "/quality"),
        (json!({"text": "live"}), "/text"),
        (
            json!({"format": "gif", "compare": "2020-09-27,2020-12-01", "animate": {"from": "2020-09-27", "to": "2020-12-01"}}),
            "/animate",
        ),
    ] {
        let answer = post(with(members.clone())).await;
        assert_eq!(answer.header("content-type"), "application/problem+json");
        let detail = answer.json()["detail"].as_str().unwrap().to_string();
        assert!(
            answer.status.as_u16() == 400 && detail.contains(told),
            "{members}: {} {detail}",
            answer.status
        );
    }
}

#[tokio::test]
async fn a_sender_s_token_is_not_in_the_picture() {
    for name in ["access_token", "access%5Ftoken"] {
        let place = "/styles/conflict/static/pin-s-a+f00(46.7,39.7)/46.7,39.7,8,0/300x200@2x";
        let answer = get(&format!("{place}?{name}=pk.SECRET&title=Hi")).await;
        assert_eq!(answer.status.as_u16(), 200);
        let text = String::from_utf8_lossy(&answer.body);
        assert!(text.contains("title=Hi") && !text.contains("SECRET"), "{name}");
    }
    let refused =
        get_as("/styles/conflict/static/pin-s(46.7,39.7)/46.7,39.7,8,NaN/300x200", "*/*").await;
    assert!(
        refused.status.as_u16() == 400
            && refused.json()["detail"].as_str().unwrap().contains("no place")
    );
}

#[tokio::test]
async fn what_lies_across_the_antimeridian_is_where_it_should_be() {
    let spec = json!({"center": [179, 40], "zoom": 4, "width": 600, "height": 400, "format": "svg",
        "furniture": "graticule", "callouts": [{"at": [-179, 40], "text": "Across"}]});
    let answer = post(spec).await;
    let svg = String::from_utf8_lossy(&answer.body);
    assert_eq!(answer.status.as_u16(), 200);
    assert!(svg.contains("aria-label=\"Across\"") && svg.contains("aria-label=\"180°\""));
    assert!(!svg.contains("aria-label=\"185") && !svg.contains("aria-label=\"190"));
}
