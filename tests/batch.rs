//! Points by the table, series of sums, and features through time.

mod app;

use app::{Answer, get, get_as, send};
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use serde_json::{Value as Json, json};

async fn post(path: &str, kind: &str, body: impl Into<Body>) -> Answer {
    let request =
        Request::post(path).header("host", "maps.example:8080").header("content-type", kind);
    send(request.body(body.into()).unwrap()).await
}

fn text(answer: &Answer) -> String {
    String::from_utf8(answer.body.to_vec()).unwrap()
}

const TABLE: &str = "name,lon,lat,date\n\
    before,46.7499,39.7601,2020-09-01\n\
    after,46.7499,39.7601,2020-12-15\n\
    far,0.5,0.5,2020-12-15\n\
    bad day,46,39,yesterday\n\
    nowhere,4x,39,2020-12-15\n\
    \"no, day\",46,39,\n";

fn rows(csv: &str) -> Vec<std::collections::BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let names: Vec<String> = reader.headers().unwrap().iter().map(str::to_string).collect();
    let row = |row: Result<csv::StringRecord, csv::Error>| {
        names.iter().cloned().zip(row.unwrap().iter().map(str::to_string)).collect()
    };
    reader.records().map(row).collect()
}

/// Each row has its own day; what cannot be read of one is told in it, and the others are answered.
#[tokio::test]
async fn each_point_is_answered_for_its_day() {
    let answer = post("/query", "text/csv", TABLE).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", text(&answer));
    assert!(answer.header(header::CONTENT_TYPE).starts_with("text/csv"));
    let all = rows(&text(&answer));
    let of = |name: &str, column: &str| -> String {
        all.iter().find(|row| row["name"] == name).unwrap()[column].clone()
    };
    assert_eq!(of("before", "control.control"), "armenian");
    assert_eq!(of("after", "control.control"), "azerbaijan");
    assert_eq!(of("after", "districts.name"), "Shusha");
    assert_eq!(of("after", "places.id"), "shusha-shushi");
    assert!(of("after", "places.distance_m").parse::<f64>().unwrap() < 1_000.0);
    assert_eq!(of("before", "lines.id"), "line-of-contact-1994");
    assert_eq!((of("far", "control.id"), of("far", "error")), (String::new(), String::new()));
    assert_eq!(of("bad day", "error"), "no date: 'yesterday'; such as 2020-11-10");
    assert!(of("nowhere", "error").starts_with("no position: '4x', '39'"));
    assert_eq!(of("no, day", "error"), "no date");
    // One day for all that have none.
    let answer = post("/query?datetime=2005-05-05&in=districts:name", "text/csv", TABLE).await;
    let all = rows(&text(&answer));
    assert_eq!(all[5]["error"], "");
    assert!(!all[0].contains_key("places.id") && all[0]["districts.name"] == "Shusha");
}

/// The same answers in every form, sent as every form, and as the question's own.
#[tokio::test]
async fn points_are_sent_and_answered_in_several_forms() {
    let point = |lon: f64, lat: f64, date: &str| {
        json!({"type": "Feature", "geometry": {"type": "Point", "coordinates": [lon, lat]},
            "properties": {"date": date}})
    };
    let all = json!({"type": "FeatureCollection", "features": [
        point(46.7499, 39.7601, "2020-09-01"), point(46.7499, 39.7601, "2020-12-15")]});
    let as_is = post("/query", "application/geo+json", all.to_string()).await;
    let features = as_is.json()["features"].as_array().unwrap().clone();
    let control = |feature: &Json| feature["properties"]["control.control"].clone();
    assert_eq!(features.iter().map(control).collect::<Vec<_>>(), ["armenian", "azerbaijan"]);
    let member = post("/query", "application/json", json!({"points": all}).to_string()).await;
    assert_eq!(member.json(), as_is.json());
    let plain = json!({"points": [[46.7499, 39.7601, "2020-09-01"], [46.7499, 39.7601, "2020-12-15"]],
        "in": ["control"], "f": "ndjson"});
    let lines = text(&post("/query", "application/json", plain.to_string()).await);
    let lines: Vec<Json> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines[1]["control.control"], "azerbaijan");
    assert_eq!(lines[0]["lon"], 46.7499);
    let sent = "{\"lon\":46.7499,\"lat\":39.7601,\"day\":\"2020-09-01\"}\n\n\
        {\"lon\":\"46.7499\",\"lat\":39.7601,\"day\":\"2020-12-15\"}\n";
    let answer = post("/query?f=csv&in=control", "application/x-ndjson", sent).await;
    let found: Vec<String> =
        rows(&text(&answer)).iter().map(|row| row["control.control"].clone()).collect();
    assert_eq!(found, ["armenian", "azerbaijan"]);
    // A feature comes back as it was sent, and a row that cannot be read says so.
    let sent = json!({"type": "FeatureCollection", "features": [
        {"type": "Feature", "id": 7, "bbox": [1, 2, 3, 4], "properties": {"date": "2020-12-15"},
            "geometry": {"type": "Point", "coordinates": [46.7499, 39.7601, 1400]}},
        {"type": "Feature", "properties": {"date": "2020-12-15"},
            "geometry": {"type": "LineString", "coordinates": [[46, 39], [47, 39]]}}]});
    let answer = post("/query?in=control", "application/geo+json", sent.to_string()).await.json();
    for i in 0..2 {
        for member in ["id", "bbox", "geometry"] {
            let (own, sent) = (&answer["features"][i], &sent["features"][i]);
            assert_eq!(own.get(member), sent.get(member), "{own}");
        }
    }
    let error = answer["features"][1]["properties"]["error"].as_str().unwrap();
    assert!(error.starts_with("no position: the geometry is no Point"), "{error}");
    let dated = json!({"points": [[46.75, 39.76, 19_921_231]], "datetime": "2020-12-15"});
    let answer = post("/query", "application/json", dated.to_string()).await.json();
    assert_eq!(answer["features"][0]["properties"]["error"], "no date: 19921231");
    // Columns by names of one's own, and divided by semicolons.
    let table = "ort;laenge;breite;tag\nx;46,7499;39.7601;2020-12-15\n";
    let named = "/query?lon=laenge&lat=breite&date=tag&in=control";
    let answer = post(named, "text/csv", table.replace("46,7499", "46.7499")).await;
    assert_eq!(rows(&text(&answer))[0]["control.control"], "azerbaijan");
}

/// A table answers as the question of each of its rows does.
#[tokio::test]
async fn a_row_is_answered_as_a_question_is() {
    let mut table = "lon,lat,date\n".to_string();
    let mut points = Vec::new();
    for i in 0..60 {
        let (x, y) = (f64::from(i * 7 % 60) / 60.0, f64::from(i * 13 % 60) / 60.0);
        let (lon, lat) = (45.6 + x * 2.2, 38.9 + y * 1.6);
        let day = ["1994-06-01", "2020-10-20", "2020-12-15"][i as usize % 3];
        table += &format!("{lon},{lat},{day}\n");
        points.push((lon, lat, day));
    }
    let all = rows(&text(&post("/query", "text/csv", table).await));
    for ((lon, lat, day), row) in points.into_iter().zip(all) {
        let at = |collection: &str| {
            format!(
                "/query?at={lon},{lat}&datetime={day}&collections={collection}&skipGeometry=true"
            )
        };
        for collection in ["control", "districts"] {
            let answer = get(&at(collection)).await.json();
            let features = answer["features"].as_array().unwrap();
            let mut ids: Vec<&str> = features.iter().map(|f| f["id"].as_str().unwrap()).collect();
            let mut own: Vec<&str> = row[&format!("{collection}.id")].split("; ").collect();
            own.retain(|id| !id.is_empty());
            ids.sort_unstable();
            own.sort_unstable();
            assert_eq!(own, ids, "{lon},{lat} {day} {collection}");
        }
        for collection in ["lines", "places"] {
            let near = format!("/query?near={lon},{lat}&datetime={day}&collections={collection}");
            let answer = get(&format!("{near}&skipGeometry=true")).await.json();
            let nearest = &answer["features"][0];
            let told = &row[&format!("{collection}.distance_m")];
            assert_eq!(told.parse().ok(), nearest["distance_m"].as_f64(), "{near}");
            assert_eq!(row[&format!("{collection}.id")], nearest["id"].as_str().unwrap_or(""));
        }
    }
}

#[tokio::test]
async fn tables_that_cannot_be_answered_are_refused() {
    let good = "lon,lat,date\n46,39,2020-01-01\n";
    for (path, kind, body, told) in [
        ("/query", "text/csv", "a,b\n1,2\n", "no column of the lon"),
        ("/query", "text/csv", "lon,b\n1,2\n", "no column of the lat"),
        ("/query", "text/csv", "lon,lat\n1,2\n", "no point has a day"),
        ("/query", "text/csv", "lon,lat,date\n1,2\n", "do not fit"),
        ("/query", "text/csv", "lon,lat,lon\n1,2,3\n", "both called"),
        ("/query", "text/csv", "lon,lat\n\"1,2\n", "not closed"),
        ("/query?lon=x", "text/csv", good, "no column of the lon (x)"),
        ("/query?date=x", "text/csv", good, "no column of the date"),
        ("/query?in=nowhere", "text/csv", good, "nowhere"),
        ("/query?in=control:nothing", "text/csv", good, "no property 'nothing'"),
        ("/query?near=", "text/csv", good, "say what is joined"),
        ("/query?f=xlsx", "text/csv", good, "xlsx"),
        ("/query?nonsense=1", "text/csv", good, "nonsense"),
        ("/query?datetime=later", "text/csv", good, "later"),
        ("/query", "application/x-ndjson", "{\"lon\":1}\n{", "line 2"),
        ("/query", "application/geo+json", "[1", "not JSON"),
        ("/query", "application/geo+json", "7", "FeatureCollection"),
        ("/query", "application/json", "{\"points\": 7}", "FeatureCollection"),
        ("/query", "application/json", "{\"points\": [], \"at\": \"1,2\"}", "unknown member 'at'"),
        ("/query", "application/json", "{\"points\": [], \"f\": 7}", "f: this must be text"),
        ("/query", "application/json", "{\"points\": [], \"in\": [\"control\", 5]}", "in: this"),
        ("/query?in=control", "application/json", "{\"points\": []}", "unknown parameter 'in'"),
    ] {
        let answer = post(path, kind, body).await;
        assert!(answer.status.is_client_error(), "{path} {body}: {}", text(&answer));
        let said = answer.json()["detail"].to_string();
        assert!(said.contains(told), "{path} {body}: {said}");
    }
    let many = format!("lon,lat,date\n{}", "46,39,2020-01-01\n".repeat(100_001));
    assert_eq!(post("/query", "text/csv", many).await.status, StatusCode::PAYLOAD_TOO_LARGE);
    // What would be more in memory than it is as text.
    let mut wide = String::new();
    for i in 0..6_000 {
        wide += &format!("{{\"a{i}\":1,\"lon\":46,\"lat\":39,\"date\":\"2020-01-01\"}}\n");
    }
    let answer = post("/query", "application/x-ndjson", wide).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE, "{}", text(&answer));
    let head: Vec<String> = (0..200).map(|i| format!("c{i}")).collect();
    let row = ",".repeat(200);
    let wide = format!("lon,lat,date,{}\n1,2,2020-01-01{row}\n", head.join(","));
    assert_eq!(post("/query", "text/csv", wide).await.status, StatusCode::PAYLOAD_TOO_LARGE);
    let large = format!("lon,lat,date,note\n46,39,2020-01-01,{}\n", "x".repeat(17 << 20));
    assert_eq!(post("/query", "text/csv", large).await.status, StatusCode::PAYLOAD_TOO_LARGE);
}

/// What each day of change adds up to is what the question of that day says.
#[tokio::test]
async fn a_series_is_the_sums_of_its_days() {
    let question = "collections=control&sum_by=control&skipGeometry=true";
    let series = get(&format!("/query?over=2020-09-01/2020-12-31&{question}")).await.json();
    let days = series["series"].as_array().unwrap();
    let named: Vec<&str> = days.iter().map(|day| day["date"].as_str().unwrap()).collect();
    assert!(named.is_sorted() && named[0] == "2020-09-01" && named.contains(&"2020-11-20"));
    for (i, day) in days.iter().enumerate() {
        let date = named[i];
        let own = get(&format!("/query?datetime={date}&{question}")).await.json();
        assert_eq!(own["sums"]["groups"], day["groups"], "{date}");
        assert_eq!(own["sums"]["total"], day["total"], "{date}");
        assert_eq!(day["until"].as_str(), named.get(i + 1).copied());
    }
    // Between two of its days, too; of moments, which hold for a day.
    let by_kind = "collections=events&sum_by=kind";
    let series = get(&format!("/query?over=2020-09-20/2020-10-12&{by_kind}")).await.json();
    assert!(!series["links"].to_string().contains("f=png"));
    let mut checked = 0;
    for day in series["series"].as_array().unwrap() {
        for date in (20..=30).map(|n| format!("2020-09-{n:02}")) {
            let until = day["until"].as_str().unwrap_or("9");
            if day["date"].as_str().unwrap() <= date.as_str() && date.as_str() < until {
                let own = get(&format!("/query?datetime={date}&{by_kind}")).await.json();
                assert_eq!(own["sums"]["total"], day["total"], "{date}");
                checked += 1;
            }
        }
    }
    assert_eq!(checked, 11);
    let whole = get(&format!("/query?over=../..&{question}")).await;
    assert_eq!(whole.status, StatusCode::BAD_REQUEST);
    let open = get(&format!("/query?over=1990-01-01/..&{question}")).await.json();
    assert!(open["series"].as_array().unwrap().len() > days.len());
    for wrong in [
        "over=2020-09-01/2020-12-31&datetime=2020-10-01",
        "over=soon",
        "over=2020-01-01/2021-01-01&f=png&x=1",
    ] {
        let answer = get(&format!("/query?{wrong}&{question}")).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{wrong}");
    }
    let drawn = get("/query?over=2020-09-01/2020-12-31&collections=control&f=png").await;
    assert_eq!(drawn.status, StatusCode::BAD_REQUEST);
}

/// RFC 7089 and RFC 5829: a feature's versions, and the one that holds on a day.
#[tokio::test]
async fn a_feature_has_its_versions_through_time() {
    let items = "/collections/cities/items";
    let history = get(&format!("{items}/shusha/versions")).await.json();
    let ids: Vec<&str> = history["features"]
        .as_array()
        .unwrap()
        .iter()
        .map(|feature| feature["id"].as_str().unwrap())
        .collect();
    assert_eq!(ids.len(), 4);
    assert!(ids[0] == "shusha-1923-07-07" && ids.is_sorted(), "{ids:?}");
    assert_eq!(history["features"][0]["time"]["interval"], json!(["1923-07-07", "1991-11-26"]));
    let one = get(&format!("{items}/{}/versions", ids[1])).await.json();
    assert_eq!(one["features"], history["features"]);
    // By a day, by the thing's own id or that of any of its versions.
    for id in ["shusha", ids[0], ids[3]] {
        let answer = get(&format!("{items}/{id}?datetime=1995-01-01")).await;
        let json = answer.json();
        assert_eq!(json["id"], ids[2], "{id}");
        let from = json["properties"]["valid_from"].as_str().unwrap();
        let memento = answer.header("memento-datetime");
        assert!(memento.contains(&from[..4]) && memento.ends_with("00:00:00 GMT"), "{memento}");
        let links = json["links"].as_array().unwrap();
        let to =
            |rel: &str| links.iter().find(|link| link["rel"] == rel).map(|l| l["href"].clone());
        assert!(to("predecessor-version").unwrap().as_str().unwrap().ends_with(ids[1]));
        assert!(to("successor-version").unwrap().as_str().unwrap().ends_with(ids[3]));
        assert!(to("version-history").unwrap().as_str().unwrap().ends_with("shusha/versions"));
    }
    let request = Request::get(format!("{items}/shusha"))
        .header("host", "maps.example:8080")
        .header("accept-datetime", "Sun, 01 Jan 1995 00:00:00 GMT");
    let by_header = send(request.body(Body::empty()).unwrap()).await;
    assert_eq!(by_header.json()["id"], ids[2]);
    assert!(by_header.headers.get_all("vary").iter().any(|v| v == "accept-datetime"));
    // RFC 7089: where all of it is, as a header; the nearest where nothing holds; a version is itself.
    let links = by_header.header("link").to_string();
    for rel in ["original timegate", "timemap", "first memento", "last memento"] {
        assert!(links.contains(&format!("rel=\"{rel}\"")), "{links}");
    }
    for (id, day, found) in [
        ("shusha", "Mon, 01 Jan 1900 00:00:00 GMT", ids[0]),
        (ids[3], "Sun, 01 Jan 1995 00:00:00 GMT", ids[3]),
    ] {
        let request = Request::get(format!("{items}/{id}")).header("host", "maps.example:8080");
        let request = request.header("accept-datetime", day).body(Body::empty()).unwrap();
        assert_eq!(send(request).await.json()["id"], found, "{id}");
    }
    // Without a day: the feature itself, and of the thing the last version.
    assert_eq!(get(&format!("{items}/{}", ids[0])).await.json()["id"], ids[0]);
    assert_eq!(get(&format!("{items}/shusha")).await.json()["id"], ids[3]);
    for (path, status) in [
        (format!("{items}/shusha?datetime=1900-01-01"), 404),
        (format!("{items}/shusha?datetime=then"), 400),
        (format!("{items}/shusha?datetime=1995-01-01garbage"), 400),
        (format!("{items}/nothing/versions"), 404),
        (format!("{items}/nothing?datetime=2020-01-01"), 404),
        (format!("{items}/shusha/versions?datetime=then"), 400),
        (format!("{items}/shusha/versions?nonsense=1"), 400),
    ] {
        let answer = get(&path).await;
        assert_eq!(answer.status.as_u16(), status, "{path}");
    }
    let page = get_as(&format!("{items}/shusha/versions"), "text/html").await;
    assert!(page.header(header::CONTENT_TYPE).starts_with("text/html"));
    let during =
        get(&format!("{items}/shusha/versions?datetime=1992-01-01/1993-01-01")).await.json();
    assert_eq!(during["numberMatched"], 2);
}

/// OGC API - Styles: the list leads to each style as MapLibre has it and to what is known of it.
#[tokio::test]
async fn styles_are_listed_and_described() {
    let list = get("/styles").await.json();
    assert_eq!(list["default"], "conflict");
    let path = |href: &Json| {
        href.as_str().unwrap().strip_prefix("http://maps.example:8080").unwrap().to_string()
    };
    for style in list["styles"].as_array().unwrap() {
        let to = |rel: &str| {
            let links = style["links"].as_array().unwrap();
            path(&links.iter().find(|link| link["rel"] == rel).unwrap()["href"])
        };
        let sheet = get(&to("stylesheet")).await;
        assert_eq!(sheet.header(header::CONTENT_TYPE), "application/vnd.mapbox.style+json");
        let id = style["id"].as_str().unwrap();
        assert_eq!(sheet.json(), get(&format!("/styles/{id}/style.json")).await.json());
        let about = get(&to("describedby")).await.json();
        assert_eq!(about["id"], style["id"]);
        assert!(about["layers"].as_array().unwrap().len() > 10);
        let layers = about["layers"].as_array().unwrap();
        let sample = layers.iter().find(|layer| layer["sampleData"].is_object()).unwrap();
        let sample = path(&sample["sampleData"]["href"]);
        assert_eq!(get(&format!("{sample}?limit=1")).await.status, StatusCode::OK, "{sample}");
    }
    for (wrong, status) in [
        ("/styles/nothing", 404),
        ("/styles/nothing/metadata", 404),
        ("/styles/conflict?f=sld", 400),
    ] {
        assert_eq!(get(wrong).await.status.as_u16(), status, "{wrong}");
    }
}
