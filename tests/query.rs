//! Questions to `/query`: answers that a reader can check, conditions that hold together, and input
//! that means harm.

mod app;

use std::time::Instant;

use app::{Answer, get, get_as, send};
use axum::body::Body;
use axum::http::Request;
use form_urlencoded::byte_serialize;
use serde_json::{Value as Json, json};

/// Sends JSON, or what pretends to be.
async fn post(path: &str, body: impl Into<Body>) -> Answer {
    let request = Request::post(path)
        .header("host", "maps.example:8080")
        .header("content-type", "application/json");
    send(request.body(body.into()).unwrap()).await
}

async fn ask(question: Json) -> Json {
    let answer = post("/query", question.to_string()).await;
    assert_eq!(answer.status, 200, "{question}: {}", String::from_utf8_lossy(&answer.body));
    answer.json()
}

async fn refused(question: Json) -> String {
    let answer = post("/query", question.to_string()).await;
    assert_eq!(answer.status, 400, "{question}");
    answer.json()["detail"].as_str().unwrap().to_string()
}

fn ids(answer: &Json) -> Vec<&str> {
    answer["features"].as_array().unwrap().iter().map(|f| f["id"].as_str().unwrap()).collect()
}

fn near(json: &Json, expected: f64, within: f64) {
    let n = json.as_f64().unwrap();
    assert!((n - expected).abs() <= within, "{n}, not {expected}");
}

/// The figures are the map's own, and as good as its lines (2-5 km): what is checked is that they
/// do not change unseen.
#[tokio::test]
async fn what_changed_hands_in_autumn_2020_by_district() {
    let answer = ask(
        json!({"between": "2020-09-27/2020-12-01", "split": "districts", "skipGeometry": true}),
    )
    .await;
    let sums = &answer["sums"];
    near(&sums["total"]["area_km2"], 11_758.1, 0.5);
    near(&sums["groups"]["armenian → azerbaijan"]["area_km2"], 8_769.7, 0.5);
    near(&sums["groups"]["armenian → peacekeepers"]["area_km2"], 2_939.2, 0.5);
    near(&sums["groups"]["armenian → corridor"]["area_km2"], 49.2, 0.5);
    // The whole of a territory, as measured by itself, changed hands; and the parts are the whole.
    for (name, id) in [("Qubadli", "qubadli"), ("Zangilan", "zangilan"), ("Lachin", "lachin")] {
        let own = get(&format!("/collections/buffer-territories/items/{id}")).await.json();
        near(
            &sums["parts"][name]["area_km2"],
            own["properties"]["area_km2"].as_f64().unwrap(),
            0.2,
        );
    }
    let parts: f64 =
        sums["parts"].as_object().unwrap().values().map(|p| p["area_km2"].as_f64().unwrap()).sum();
    near(&sums["total"]["area_km2"], parts, 0.01);
    let events: Vec<&str> =
        answer["events"].as_array().unwrap().iter().map(|e| e["date"].as_str().unwrap()).collect();
    assert!(
        events.contains(&"2020-11-10")
            && events.is_sorted()
            && !answer["sources"].as_array().unwrap().is_empty()
    );
    // In one district, and where one town lies.
    let shusha =
        ask(json!({"between": "2020-09-27/2020-12-01", "within": "districts/az-shusha"})).await;
    near(&shusha["sums"]["total"]["area_km2"], 295.7, 0.5);
    let town = ask(json!({"between": "2020-09-27/2020-12-01", "at": [46.7499, 39.7601]})).await;
    assert_eq!(
        (&town["numberMatched"], &town["features"][0]["to"]),
        (&json!(1), &json!("azerbaijan"))
    );
}

#[tokio::test]
async fn settlements_within_5_km_of_the_line_of_1994_and_its_length() {
    let answer =
        ask(json!({"of": "lines/line-of-contact-1994", "distance_m": 5000, "collections": "places", "limit": 1000}))
            .await;
    let found: Vec<(&str, f64)> = answer["features"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| (f["properties"]["name"].as_str().unwrap(), f["distance_m"].as_f64().unwrap()))
        .collect();
    let names: Vec<&str> = found.iter().map(|(name, _)| *name).collect();
    let expected = [
        "Goyarkh / Levonarkh",
        "Seysulan",
        "Qapanli",
        "Yusifjanli",
        "Jojug Marjanli",
        "Mehdili",
        "Tapgaragoyunlu",
        "Talish",
        "Alkhanli",
        "Leninavan / Shikharkh",
        "Marzili",
        "Yukhari Seyidahmadli",
        "Novruzlu",
        "Banovshalar",
        "Madagiz / Sugovushan",
        "Horadiz",
        "Garadaghli",
        "Boyuk Marjanli",
        "Mahrizli",
    ];
    assert_eq!(names, expected);
    assert!(found.iter().all(|(_, d)| *d <= 5000.0) && found.is_sorted_by(|a, b| a.1 <= b.1));
    // The answer is no better than the line.
    assert_eq!(answer["accuracy_m"], 4000.0);
    let front = "/query?collections=lines&filter=kind='line-of-contact'&datetime=";
    let length = async |day: &str| {
        let answer = get(&format!("{front}{day}")).await.json();
        (
            answer["numberMatched"].clone(),
            answer["sums"]["total"]["length_km"].as_f64().unwrap_or_default(),
        )
    };
    let before = length("2019-06-01").await;
    assert!(before.0 == 1 && (before.1 - 222.1).abs() < 0.1, "{before:?}");
    assert_eq!(length("2024-01-01").await, (json!(0), 0.0));
}

#[tokio::test]
async fn what_the_lachin_corridor_crosses() {
    let answer =
        ask(json!({"crosses": "corridors/lachin-corridor-2020", "collections": ["roads", "rivers", "borders"]})).await;
    assert_eq!(
        ids(&answer),
        ["between-districts", "hakari", "road-goris-stepanakert", "road-goris-stepanakert-bypass"]
    );
    near(&answer["features"][1]["length_inside_km"], 6.2, 0.1);
    let held =
        ask(json!({"intersects": "corridors/lachin-corridor-2020", "collections": "districts", "sum_by": "country"}))
            .await;
    // What only touches it has no share of it.
    let shares: Vec<(&str, f64)> = held["features"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| (f["id"].as_str().unwrap(), f["overlap_km2"].as_f64().unwrap()))
        .filter(|(_, km2)| *km2 > 0.01)
        .collect();
    assert_eq!(shares.iter().map(|(id, _)| *id).collect::<Vec<_>>(), ["az-lachin", "az-shusha"]);
    near(&held["sums"]["total"]["overlap_km2"], 125.94, 0.02);
}

#[tokio::test]
async fn sums_are_of_all_that_match_not_of_a_page() {
    let few =
        ask(json!({"intersects": "countries/azerbaijan", "collections": "districts", "limit": 5}))
            .await;
    let all = ask(
        json!({"intersects": "countries/azerbaijan", "collections": "districts", "limit": 1000}),
    )
    .await;
    assert_eq!(few["sums"], all["sums"]);
    assert!(few["numberReturned"] == 5 && few["numberMatched"].as_u64() > Some(5));
    near(&all["sums"]["total"]["overlap_km2"], 86_689.1, 1.0);
}

#[tokio::test]
async fn names_are_found_in_every_language_and_in_their_places() {
    for name in [
        "Xankəndi",
        "Khankendi",
        "khankendi",
        "Ханкенди",
        "Степанакерт",
        "Ստեփանակերտ",
        "სტეფანაკერტი",
        "Stepanak",
    ] {
        let answer = ask(json!({"name": name, "collections": "places"})).await;
        assert_eq!(ids(&answer)[0], "stepanakert-khankendi", "{name}");
    }
    // Nearest first, where a place is given; and those of one collection are not lost behind the
    // others.
    let answer =
        ask(json!({"name": "sh", "near": [46.75, 39.76], "k": 3, "collections": "places"})).await;
    let far: Vec<f64> = answer["features"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| f["distance_m"].as_f64().unwrap())
        .collect();
    assert!(
        ids(&answer)[0].starts_with("shusha") && far.len() == 3 && far.is_sorted(),
        "{:?}",
        ids(&answer)
    );
    let few = ask(json!({"name": "a", "collections": "control", "limit": 5})).await;
    let many = ask(json!({"name": "a", "collections": "control", "limit": 10_000})).await;
    assert_eq!(few["numberMatched"], many["numberMatched"]);
}

#[tokio::test]
async fn nearest_to_a_polygon_and_across_the_antimeridian() {
    let answer =
        ask(json!({"near": "districts/az-shusha", "k": 40, "collections": "districts"})).await;
    let far: Vec<f64> = answer["features"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| f["distance_m"].as_f64().unwrap())
        .collect();
    assert!(far.len() == 40 && far.is_sorted() && far[0] == 0.0 && far[39] > 50_000.0, "{far:?}");
    let of =
        ask(json!({"of": {"type": "Point", "coordinates": [-179.9, 40.0]}, "distance_m": 30_000}))
            .await;
    assert_eq!(of["numberMatched"], 0);
}

#[tokio::test]
async fn an_answer_is_drawn_on_the_map() {
    let answer =
        get("/query?at=46.7499,39.7601&collections=districts&datetime=2020-11-20").await.json();
    let link = answer["links"].as_array().unwrap().iter().find(|l| l["rel"] == "map").unwrap();
    let href = link["href"].as_str().unwrap().strip_prefix("http://maps.example:8080").unwrap();
    let size = |answer: &Answer| {
        let image = image::load_from_memory(&answer.body).unwrap().to_rgb8();
        let violet = image.pixels().filter(|p| p.0 == [0x6a, 0x1b, 0x9a]).count();
        (image.width(), image.height(), violet > 100)
    };
    let picture = get(href).await;
    assert_eq!(
        (picture.status.as_u16(), picture.header("content-type"), size(&picture)),
        (200, "image/png", (800, 600, true))
    );
    let small = post(
        "/query",
        json!({"within": "districts/az-shusha", "collections": "places", "f": "png", "size": "300x200@2x"}).to_string(),
    )
    .await;
    assert_eq!(small.status, 200, "{}", String::from_utf8_lossy(&small.body));
    assert_eq!((size(&small).0, size(&small).1), (600, 400));
    assert_eq!(
        refused(json!({"at": [46, 39], "size": "300x200"})).await,
        "'size' and 'style' are of a picture: ask for it with f=png"
    );
}

#[tokio::test]
async fn what_does_not_go_together_is_refused() {
    for (member, value) in [
        ("near", json!([46, 39])),
        ("name", json!("a")),
        ("filter", json!("TRUE")),
        ("disjoint", json!("districts/az-shusha")),
        ("datetime", json!("2020-01-01")),
    ] {
        let detail = refused(json!({"between": "2020-09-27/2020-12-01", member: value})).await;
        assert!(
            detail.contains("does not go with 'between'") && detail.starts_with(member),
            "{detail}"
        );
    }
    let line = refused(
        json!({"between": "2020-09-27/2020-12-01", "within": "lines/line-of-contact-1994"}),
    )
    .await;
    assert!(line.contains("not along a line"), "{line}");
}

fn encoded(text: &str) -> String {
    byte_serialize(text.as_bytes()).collect()
}

/// Each with a part of the reason that must be given.
fn hostile() -> Vec<(&'static str, String, Option<Vec<u8>>, &'static str)> {
    let items = |what: &str, filter: &str| {
        (format!("/collections/places/items?{what}={}", encoded(filter)), None)
    };
    let query = |what: &str, text: &str| (format!("/query?{what}={}", encoded(text)), None);
    let body = |json: Json| ("/query".to_string(), Some(json.to_string().into_bytes()));
    let raw = |text: String| ("/query".to_string(), Some(text.into_bytes()));
    let ring = |n: usize, r: f64| -> Vec<[f64; 2]> {
        (0..=n)
            .map(|i| (i % n) as f64 / n as f64 * std::f64::consts::TAU)
            .map(|a| [46.0 + r * a.cos(), 40.0 + r * a.sin()])
            .collect()
    };
    let zigzag: Vec<[f64; 2]> = (0..4_000)
        .map(|i| [45.0 + f64::from(i) * 1e-3, if i % 2 == 0 { 39.0 } else { 41.0 }])
        .chain([[45.0, 39.0]])
        .collect();
    let chain = (0..40).fold("1".to_string(), |s, _| format!("({s}{}=1)", "+1".repeat(99)));
    let deep_json = (0..5_000)
        .fold(json!(true).to_string(), |s, _| format!("{{\"op\":\"not\",\"args\":[{s}]}}"));
    let polygon = |rings: Json| json!({"within": {"type": "Polygon", "coordinates": rings}});
    let case = |name, (path, body): (String, Option<Vec<u8>>), part| (name, path, body, part);
    vec![
        case("a ring of 30,000", body(polygon(json!([ring(30_000, 1.0)]))), "positions"),
        case("10,001 rings", body(polygon(json!(vec![ring(4, 1.0); 10_001]))), "positions"),
        case(
            "a multipoint of 50,000",
            body(
                json!({"within": {"type": "MultiPoint", "coordinates": vec![[46.0, 40.0]; 50_000]}}),
            ),
            "positions",
        ),
        case(
            "a bow tie",
            body(polygon(json!([[[46, 39], [47, 40], [47, 39], [46, 40], [46, 39]]]))),
            "crosses itself",
        ),
        case("a zigzag of 4,000", body(polygon(json!([zigzag]))), "crosses itself"),
        case(
            "a bow tie in a filter",
            items("filter", "S_INTERSECTS(geometry,POLYGON((46 39,47 40,47 39,46 40,46 39)))"),
            "crosses itself",
        ),
        case(
            "a bow tie in a question's filter",
            query("filter", "S_INTERSECTS(geometry,POLYGON((46 39,47 40,47 39,46 40,46 39)))"),
            "crosses itself",
        ),
        case("an open ring of two", body(polygon(json!([[[46, 39], [47, 40]]]))), ""),
        case("no coordinates", body(json!({"within": {"type": "Polygon"}})), "GeoJSON"),
        case(
            "empty coordinates",
            body(json!({"within": {"type": "MultiPolygon", "coordinates": []}})),
            "empty",
        ),
        case(
            "text for coordinates",
            body(json!({"within": {"type": "Point", "coordinates": ["46", "39"]}})),
            "GeoJSON",
        ),
        case(
            "nested coordinates",
            raw(format!(
                "{{\"within\":{{\"type\":\"Point\",\"coordinates\":{}1{}}}}}",
                "[".repeat(4_000),
                "]".repeat(4_000)
            )),
            "JSON",
        ),
        case("NaN", query("at", "NaN,NaN"), "at"),
        case("inf", query("near", "inf,-inf"), ""),
        case("1e308", query("at", "1e308,1e308"), "at"),
        case("1e999 in JSON", raw("{\"at\": [1e999, 40]}".into()), "JSON"),
        case("1e308 in JSON", body(json!({"at": [1e308, 1e308]})), "longitude"),
        case(
            "1e308 in a polygon",
            body(polygon(json!([[[1e308, 0], [0, 1e308], [-1e308, 0], [1e308, 0]]]))),
            "no place on the Earth",
        ),
        case("a box of 1e308", items("bbox", "-1e308,-1e308,1e308,1e308"), "bbox"),
        case("a box of NaN", items("bbox", "NaN,NaN,NaN,NaN"), ""),
        case("a box upside down", items("bbox", "46,41,47,39"), "bbox"),
        case("a box of 100 numbers", items("bbox", &vec!["1"; 100].join(",")), ""),
        case(
            "UTM of 1e300",
            (
                format!(
                    "/collections/places/items?bbox=0,0,1e300,1e300&bbox-crs={}",
                    encoded("http://www.opengis.net/def/crs/EPSG/0/32638")
                ),
                None,
            ),
            "bbox",
        ),
        case(
            "parentheses, 5,000 deep",
            items("filter", &format!("{}TRUE{}", "(".repeat(5_000), ")".repeat(5_000))),
            "deep",
        ),
        case("NOT, 5,000 deep", items("filter", &format!("{} TRUE", "NOT ".repeat(5_000))), "deep"),
        case("minus, 5,000 deep", items("filter", &format!("{}1 = 1", "- ".repeat(5_000))), "deep"),
        case("sums within sums", items("filter", &chain), "arithmetic operators"),
        case(
            "powers, 5,000 deep",
            items("filter", &format!("{}1 = 1", "2^".repeat(5_000))),
            "deep",
        ),
        case(
            "calls, 5,000 deep",
            items("filter", &format!("{}name{} = 'a'", "CASEI(".repeat(5_000), ")".repeat(5_000))),
            "deep",
        ),
        case(
            "a list of 100,000",
            body(json!({"filter": format!("population IN ({})", vec!["1"; 100_000].join(","))})),
            "parts",
        ),
        case("JSON 5,000 deep", raw(format!("{{\"filter\": {deep_json}}}")), ""),
        case("10 MB", raw(format!("{{\"name\": \"{}\"}}", "a".repeat(10_000_000))), "bytes"),
        case("10 MB of brackets", raw("[".repeat(10_000_000)), "bytes"),
        case(
            "a name with SQL",
            query("at=46,39&collections", "places'; DROP TABLE places; --"),
            "no collection",
        ),
        case(
            "a property with SQL",
            items("filter", "\"name\"\"; DROP TABLE places; --\" = 'a'"),
            "no property",
        ),
        case(
            "SQL for an id",
            ("/collections/places/items/1'%20OR%20'1'='1".to_string(), None),
            "no feature",
        ),
        case("SQL for a sort key", items("sortby", "name; DROP TABLE places"), "no property"),
        case("a filter that is SQL", items("filter", "1=1; DROP TABLE places"), ""),
        case("a function of the server's", items("filter", "pg_sleep(10) = 1"), "no function"),
        case(
            "a path for a collection",
            ("/collections/..%2F..%2Fetc%2Fpasswd/items".to_string(), None),
            "no collection",
        ),
        case("a null byte", query("name=a&collections", "pla\0ces"), "no collection"),
        case("a member given twice", ("/query?at=46,39&at=47,40".to_string(), None), "twice"),
        case("a limit of 1e99", query("at=46,39&limit", "1e99"), "limit"),
        case("a negative distance", query("of=46,39&distance_m", "-1"), "distance_m"),
        case(
            "a picture of a billion pixels",
            query("at=46,39&f=png&size", "16000x16000@4x"),
            "too large",
        ),
        case("no object", raw("[]".into()), "JSON object"),
        case("half an object", raw("{\"at\": [46".into()), "JSON"),
        case(
            "not UTF-8",
            ("/query".to_string(), Some(vec![b'{', b'"', 0xff, 0xfe, b'"', b'}'])),
            "JSON",
        ),
    ]
}

#[tokio::test]
async fn hostile_input_is_told_what_is_wrong_with_it() {
    let cases = hostile();
    assert!(cases.len() >= 40);
    for (name, path, body, part) in cases {
        let started = Instant::now();
        let answer = match body {
            Some(body) => post(&path, body).await,
            None => get(&path).await,
        };
        let ms = started.elapsed().as_secs_f64() * 1e3;
        let problem = answer.json();
        println!(
            "{ms:7.2} ms  {} {name}: {:.110}",
            answer.status.as_u16(),
            problem["detail"].as_str().unwrap()
        );
        assert!(answer.status.is_client_error(), "{name}: {}", answer.status);
        assert_eq!(answer.header("content-type"), "application/problem+json", "{name}");
        assert!(problem["detail"].as_str().unwrap().contains(part), "{name}: {problem}");
    }
}

/// What is legal, but would keep a thread for minutes, ends in an answer or in a reason.
#[tokio::test]
async fn work_without_end_is_refused() {
    let circle: Vec<[f64; 2]> = (0..=9_000)
        .map(|i| f64::from(i % 9_000) / 9_000.0 * std::f64::consts::TAU)
        .map(|a| [46.5 + 2.0 * a.cos(), 40.0 + 2.0 * a.sin()])
        .collect();
    let polygon = json!({"type": "Polygon", "coordinates": [circle]});
    for question in [
        json!({"near": polygon, "k": 1000, "collections": ["countries", "districts"]}),
        json!({"of": polygon, "distance_m": 20_000_000}),
        json!({"overlaps": polygon}),
        json!({"touches": polygon, "filter": format!("name = {}'é'{}", "ACCENTI(".repeat(20), ")".repeat(20))}),
        json!({"filter": format!("A_CONTAINEDBY(({0}),({0}))", (0..3_000).map(|n| n.to_string()).collect::<Vec<_>>().join(","))}),
    ] {
        let started = Instant::now();
        let answer = post("/query", question.to_string()).await;
        let text = String::from_utf8_lossy(&answer.body).into_owned();
        println!(
            "{:7.0} ms  {} {:.100}",
            started.elapsed().as_secs_f64() * 1e3,
            answer.status.as_u16(),
            text
        );
        assert!(
            answer.status == 200 || answer.status == 422 && text.contains("too much work"),
            "{text:.200}"
        );
    }
}

#[tokio::test]
async fn caches_are_told_what_answers_hang_on() {
    for path in [
        "/",
        "/collections",
        "/collections/places",
        "/conformance",
        "/collections/places/items?limit=1",
        "/api",
    ] {
        let vary: Vec<String> = get_as(path, "application/json")
            .await
            .headers
            .get_all("vary")
            .iter()
            .map(|v| v.to_str().unwrap().to_string())
            .collect();
        assert!(vary.iter().any(|v| v == "accept"), "{path}: {vary:?}");
    }
}

#[tokio::test]
async fn names_that_are_far_off_do_not_match_and_likeness_is_told() {
    for name in ["qqqqqqqq", "Zzzzqq", "qqqqaaaassssdddd"] {
        let answer = ask(json!({"name": name})).await;
        assert_eq!(
            (&answer["numberMatched"], answer["warnings"].is_null()),
            (&json!(0), true),
            "{name}: {answer}"
        );
    }
    // What is only spelt alike is never taken for a place, and told.
    let alike = ask(json!({"name": "Xyzzy", "skipGeometry": true})).await;
    let told = &alike["warnings"][0];
    assert_eq!(told, "nothing is called 'Xyzzy'; these are spelt alike", "{alike}");
    assert_eq!(post("/query", json!({"near": "Xyzzy"}).to_string()).await.status, 404);
    for (name, is_told) in [
        ("Shusha", false),
        ("Susha", false),
        ("Stepan", false),
        ("Stepanakrt", true),
        ("Hadrud", true),
    ] {
        let answer = ask(json!({"name": name, "skipGeometry": true})).await;
        assert!(answer["numberMatched"].as_u64().unwrap() > 0, "{name}");
        assert_eq!(
            answer["warnings"].to_string().contains("spelt alike"),
            is_told,
            "{name}: {}",
            answer["warnings"]
        );
    }
}

#[tokio::test]
async fn what_goes_with_nothing_is_refused_and_slips_are_told_of_changes_too() {
    assert!(refused(json!({"at": [46.75, 39.76], "k": 3})).await.starts_with("near: "));
    for key in ["at", "within"] {
        let place = json!({"type": "Polygon", "coordinates": [[[39.6, 46.6], [39.8, 46.6], [39.8, 46.8], [39.6, 46.6]]]});
        let place = if key == "at" { json!([39.7, 46.7]) } else { place };
        let answer = ask(json!({"between": "2020-09-27/2020-12-01", key: place})).await;
        assert!(
            answer["warnings"][0].as_str().unwrap().contains("did you mean 46."),
            "{}",
            answer["warnings"]
        );
    }
    let right = ask(json!({"between": "2020-09-27/2020-12-01", "at": [46.7, 39.7]})).await;
    assert!(right["warnings"].is_null());
}

#[tokio::test]
async fn well_known_text_with_a_fault_is_no_name() {
    for (text, expected) in [
        ("POLYGON((46 39,47 39,47 40,46 40))", "ends with its first"),
        ("POLYGON((46 39,47 39,47 40,46 39)", "within: no geometry"),
        ("POLIGON((46 39,47 39,47 40,46 39))", "within: no geometry"),
        ("point (46)", "expected a position"),
        ("LINESTRING(46 39)", "a line has at least two positions"),
    ] {
        let told = refused(json!({"within": text})).await;
        assert!(told.starts_with("within: ") && told.contains(expected), "{text}: {told}");
    }
    ask(json!({"within": "POLYGON Z ((46 39 1,47 39 1,47 40 1,46 39 1))", "limit": 1})).await;
    assert_eq!(
        post("/query", json!({"within": "Point (the place)"}).to_string()).await.status,
        400
    );
    assert_eq!(post("/query", json!({"within": "Pointe-Noire"}).to_string()).await.status, 404);
}

#[tokio::test]
async fn what_the_agreement_of_2020_speaks_of_is_found_by_name() {
    for (name, expected) in [
        ("security buffer", "fizuli"),
        ("Seven districts", "kalbajar"),
        ("Minsk Group", "1992-minsk-group"),
        ("cease-fire of 10 October", "2020-ceasefire-moscow"),
        ("Cease-fire of 18 October", "2020-ceasefire-france"),
        ("cease-fire of 26 October", "2020-ceasefire-washington"),
        ("peacekeepers", "2020-peacekeepers"),
        ("Lachin corridor", "lachin-corridor-2020"),
        ("Meghri", "meghri-link-2020"),
        ("Key West", "key-west-2001-armenia-meghri"),
        ("IDPs", "2020-displaced-armenians"),
        ("return of displaced people", "2022-aghali-return"),
        ("statement of 10 November", "2020-statement"),
        ("Trump Route for International Peace and Prosperity", "2025-tripp"),
    ] {
        let name: String = byte_serialize(name.as_bytes()).collect();
        let answer = get(&format!("/query?name={name}&limit=20")).await;
        assert_eq!(answer.status, 200);
        let answer = answer.json();
        assert!(ids(&answer).contains(&expected), "{name}: {:?}", ids(&answer));
    }
}
