//! Time as data has it: moments and intervals, dates however they are written, and dated data
//! without a style.

#[path = "app/own.rs"]
mod own;

use contactline::atlas::{self, Map, Options};
use contactline::catalog::{ItemsQuery, SortKey};
use contactline::geo::Effort;
use contactline::sheet::Spec;
use own::{ask, collection, feature, with};
use serde_json::{Value as Json, json};

fn point(id: &str, properties: Json) -> Json {
    feature(id, json!({"type": "Point", "coordinates": [46.5, 39.5]}), properties)
}

fn ids(map: &Map, collection: &str, datetime: &str) -> Vec<String> {
    let found =
        ask(map, json!({"filter": true, "collections": [collection], "datetime": datetime}))
            .unwrap();
    found["features"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| f["id"].as_str().unwrap().to_string())
        .collect()
}

fn with_member(features: &[Json], time: Json) -> Json {
    let mut document = collection(features);
    document["time"] = time;
    document
}

#[test]
fn what_happened_in_a_month_is_of_that_month() {
    let map = atlas::load(&Options::default()).value.unwrap();
    let found = ids(&map, "events", "2020-10-01/2020-10-31");
    let right = json!({"filter": "date BETWEEN DATE('2020-10-01') AND DATE('2020-10-31')", "collections": ["events"]});
    assert_eq!(found.len() as u64, ask(&map, right).unwrap()["numberMatched"].as_u64().unwrap());
    assert_eq!(found.len(), 11);
    assert!(
        ids(&map, "events", "2020-10-02").is_empty()
            && ids(&map, "events", "1987-01-01/1988-02-19").is_empty()
    );
    assert_eq!(ids(&map, "events", "1988-02-20"), ["1988-oblast-vote"]);
}

#[test]
fn a_document_says_what_its_dates_mean() {
    let days = ["2020-10-01", "2020-10-05", "2020-11-01"];
    let own = |key: &str| -> Vec<Json> {
        days.iter().enumerate().map(|(i, day)| point(&i.to_string(), json!({key: day}))).collect()
    };
    for (time, key, october, on_the_third) in [
        (json!("instant"), "valid_from", vec!["0", "1"], vec![]),
        (json!("from-on"), "valid_from", vec!["0", "1"], vec!["0"]),
        (json!("snapshots"), "valid_from", vec!["0", "1"], vec!["0"]),
        (json!("timeless"), "valid_from", vec!["0", "1", "2"], vec!["0", "1", "2"]),
        (json!({"kind": "instant", "from": "when"}), "when", vec!["0", "1"], vec![]),
        (json!({"kind": "interval", "from": "when"}), "when", vec!["0", "1"], vec!["0"]),
    ] {
        let map = with(&[("own.json", with_member(&own(key), time.clone()))]);
        assert_eq!(ids(&map, "own", "2020-10-01/2020-10-31"), october, "{time}");
        assert_eq!(ids(&map, "own", "2020-10-03"), on_the_third, "{time}");
    }
    let map = with(&[("own.json", with_member(&own("valid_from"), json!("snapshots")))]);
    assert_eq!(ids(&map, "own", "2020-12-01"), ["2"]);
    assert_eq!(ids(&map, "own", "2020-10-31"), ["1"]);
    // Where nothing is said, the names of properties tell, and that is told.
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("own.json");
    std::fs::write(&path, collection(&own("event_date")).to_string()).unwrap();
    let loaded = atlas::load(&Options { data: vec![path], ..Options::default() });
    assert!(
        loaded
            .diagnostics
            .iter()
            .any(|d| d.to_string().contains("'event_date', as of kind 'instant'"))
    );
    assert_eq!(ids(&loaded.value.unwrap(), "own", "2020-11-01"), ["2"]);
}

#[test]
fn no_feature_is_lost_for_its_dates() {
    let written = [
        ("open", json!("2020-10-01"), json!("")),
        ("one day", json!("2020-10-01"), json!("2020-10-01")),
        ("timestamp", json!("2020-10-01T08:00:00Z"), Json::Null),
        ("year", json!("1994"), Json::Null),
        ("number", json!(19_940_512), Json::Null),
        ("slashes", json!("2020/10/01"), Json::Null),
        ("month", json!("2020-10"), json!("2020-10")),
        ("far", json!("2020-10-01"), json!("9999-12-31")),
        ("space", json!(" 2020-10-01"), Json::Null),
        ("interval", json!("2020-10-01"), json!("2020-11-01")),
        ("unread", json!("soon"), Json::Null),
        ("backwards", json!("2020-10-01"), json!("2019-10-01")),
    ];
    let features: Vec<Json> = written
        .iter()
        .map(|(id, from, to)| point(id, json!({"valid_from": from, "valid_to": to})))
        .collect();
    let map = with(&[("own.json", collection(&features))]);
    let all = ids(&map, "own", "0001-01-01/9999-12-30");
    assert_eq!(all.len(), written.len());
    let mut before = ids(&map, "own", "1994-06-01");
    before.sort();
    assert_eq!(before, ["backwards", "number", "unread", "year"]);
    let in_december = ids(&map, "own", "2020-12-01");
    for (id, _, _) in &written {
        let ended = ["one day", "month", "interval"].contains(id);
        assert_eq!(!ended, in_december.iter().any(|i| i == id), "{id}");
    }
    assert!(ids(&map, "own", "2020-10-31").iter().any(|id| id == "month"));
    // Days of the month tell which number is the month; where none does, nothing is guessed.
    let slashed = |texts: &[&str]| -> Vec<Json> {
        texts
            .iter()
            .enumerate()
            .map(|(i, t)| point(&i.to_string(), json!({"valid_from": t})))
            .collect()
    };
    let map = with(&[
        ("a.json", collection(&slashed(&["01/02/2013", "15/02/2013"]))),
        ("b.json", collection(&slashed(&["01/02/2013"]))),
    ]);
    assert_eq!(ids(&map, "a", "2013-02-03"), ["0"]);
    assert_eq!(ids(&map, "b", "1900-01-01"), ["0"]);
}

#[test]
fn timestamps_are_compared_and_sorted_as_instants() {
    let at = |id: &str, text: &str| point(id, json!({"seen": text}));
    let map = with(&[(
        "own.json",
        collection(&[
            at("b", "2020-10-01T10:00:00+04:00"),
            at("a", "2020-10-01T05:00:00Z"),
            at("c", "2020-10-01T04:00:00-03:00"),
        ]),
    )]);
    let later = |moment: &str| {
        let filter = format!("seen > TIMESTAMP('{moment}')");
        ask(&map, json!({"filter": filter, "collections": ["own"]})).unwrap()["numberMatched"]
            .as_u64()
            .unwrap()
    };
    // 05:00, 06:00 and 07:00 UTC.
    assert_eq!(
        [
            later("2020-10-01T05:30:00Z"),
            later("2020-10-01T06:30:00Z"),
            later("2020-10-01T07:30:00Z")
        ],
        [2, 1, 0]
    );
    let sort = SortKey { property: "seen".to_string(), descending: false };
    let query = ItemsQuery { sort: vec![sort], limit: 10, ..ItemsQuery::default() };
    let selection = map.catalog().select("own", &query).unwrap();
    let found: Vec<String> = selection
        .found
        .iter()
        .map(|i| map.catalog().collection("own").unwrap().id(*i).to_string())
        .collect();
    assert_eq!(found, ["a", "b", "c"]);
}

fn held(id: &str, [w, e]: [f64; 2], from: &str, to: Option<&str>) -> Json {
    let ring = [[w, 39.0], [e, 39.0], [e, 40.0], [w, 40.0], [w, 39.0]];
    let properties = json!({"control": "occupied", "valid_from": from, "valid_to": to});
    feature(id, json!({"type": "Polygon", "coordinates": [ring]}), properties)
}

fn own_dated() -> Map {
    with(&[(
        "held.json",
        collection(&[
            held("a", [46.0, 47.0], "2024-01-01", Some("2025-01-01")),
            held("b", [46.0, 48.0], "2025-01-01", None),
        ]),
    )])
}

/// Pixels of a map of the data alone, on a day, that are not paper.
fn inked(map: &Map, state: Json) -> usize {
    // The data alone, without the world's land and borders.
    let spec = json!({"width": 400, "height": 300, "bbox": [45.5, 38.5, 48.5, 40.5],
        "state": state, "hide": ["ground:land", "ground:borders"]});
    let spec = Spec::read(spec.to_string().as_bytes()).unwrap();
    let picture = spec.picture(map, "data", String::new(), &Effort::default()).unwrap();
    let picture = image::load_from_memory(&map.draw(&picture).unwrap()).unwrap().to_rgba8();
    picture.pixels().filter(|p| *p != picture.get_pixel(0, 0)).count()
}

#[test]
fn dated_data_without_a_style_is_shown_as_of_a_day() {
    let map = own_dated();
    let (before, first, second) = (
        inked(&map, json!({"date": "2023-12-31"})),
        inked(&map, json!({"date": "2024-06-01"})),
        inked(&map, json!({"date": "2025-06-01"})),
    );
    assert_eq!(before, 0);
    assert!((second as f64 / first as f64 - 2.0).abs() < 0.1, "{first} {second}");
    // The last day on which something began is shown where none is said, once.
    assert_eq!(inked(&map, json!({})), second);
    let style = map.style("data").unwrap();
    assert_eq!(style.default_day().map(|d| d.to_string()).as_deref(), Some("2025-01-01"));
    let changes: Vec<String> = style.changes().iter().map(ToString::to_string).collect();
    assert_eq!(changes, ["2024-01-01", "2025-01-01"]);
    // Data without dates has no day.
    let plain = with(&[("plain.json", collection(&[point("a", json!({}))]))]);
    assert!(plain.style("data").unwrap().default_day().is_none());
}

#[test]
fn a_change_may_be_from_nothing_and_to_nothing() {
    let map = own_dated();
    let changed =
        |between: &str| ask(&map, json!({"between": between, "collections": ["held"]})).unwrap();
    let gained = changed("2024-06-01/2025-06-01");
    assert_eq!(gained["numberMatched"], 1);
    let one = &gained["features"][0];
    assert_eq!((&one["from"], &one["to"]), (&Json::Null, &json!("occupied")));
    let square = contactline::geo::geodesic::area_m2(
        &geo::Rect::new((47.0, 39.0), (48.0, 40.0)).to_polygon().into(),
    );
    assert!((one["area_km2"].as_f64().unwrap() - square / 1e6).abs() < 0.1, "{one}");
    assert!(
        gained["sums"]["groups"]["none → occupied"]["area_km2"].is_number(),
        "{}",
        gained["sums"]
    );
    // From before the data begins, all of it is gained.
    assert!(changed("2023-01-01/2024-06-01")["features"][0]["from"].is_null());
    let lost = with(&[(
        "held.json",
        collection(&[held("a", [46.0, 47.0], "2024-01-01", Some("2025-01-01"))]),
    )]);
    let lost =
        ask(&lost, json!({"between": "2024-06-01/2025-06-01", "collections": ["held"]})).unwrap();
    assert_eq!(
        (&lost["features"][0]["from"], &lost["features"][0]["to"]),
        (&json!("occupied"), &Json::Null)
    );
}

#[test]
fn what_the_map_shows_is_what_datetime_finds() {
    let box_of = |id: &str, x: f64, properties: Json| {
        let ring = [[x, 39.0], [x + 0.5, 39.0], [x + 0.5, 40.0], [x, 40.0], [x, 39.0]];
        feature(id, json!({"type": "Polygon", "coordinates": [ring]}), properties)
    };
    // One day long; in a year that is named; replaced by another; with an end that means nothing.
    let cases = [
        (
            json!(null),
            json!({"valid_from": "2020-05-01", "valid_to": "2020-05-01"}),
            "2020-05-01",
            "2020-05-02",
        ),
        (
            json!(null),
            json!({"valid_from": "2013-01-01", "valid_to": "2013"}),
            "2013-06-01",
            "2014-01-01",
        ),
        (
            json!(null),
            json!({"start_date": "2013", "end_date": "2013"}),
            "2013-12-31",
            "2014-01-01",
        ),
        (
            json!("snapshots"),
            json!({"valid_from": "2013-01-01", "valid_to": "2013-01-05"}),
            "2013-01-09",
            "2012-12-31",
        ),
    ];
    for (time, properties, shown, hidden) in cases {
        let mut document = collection(&[box_of("a", 46.0, properties.clone())]);
        document["time"] = time;
        let map = with(&[("own.json", document)]);
        for (day, expected) in [(shown, true), (hidden, false)] {
            assert_eq!(!ids(&map, "own", day).is_empty(), expected, "{properties} {day}");
            assert_eq!(inked(&map, json!({"date": day})) > 0, expected, "{properties} {day}");
        }
    }
    // A time that is nowhere is an error, and one whose property is called otherwise is found by
    // its name.
    let said = |time: Json| {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("own.json");
        std::fs::write(
            &path,
            with_member(&[point("a", json!({"event_date": "2013-01-01"}))], time).to_string(),
        )
        .unwrap();
        let loaded = atlas::load(&Options { data: vec![path], ..Options::default() });
        loaded.diagnostics.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    };
    assert!(
        said(json!({"kind": "instant", "from": "evnt_date"}))
            .contains("no feature has a date in 'evnt_date'")
    );
    assert!(said(json!({"kind": 5, "from": "event_date"})).contains("'kind' of time is no text"));
    for right in [
        json!("instant"),
        json!({"kind": "instant", "from": "event_date"}),
        json!({"kind": "timeless"}),
    ] {
        assert_eq!(said(right), "");
    }
}

#[test]
fn columns_of_dates_are_found_and_those_not_taken_are_named() {
    let said = |key: &str, dates: &[Json]| {
        let features: Vec<Json> =
            dates.iter().enumerate().map(|(i, d)| point(&i.to_string(), json!({key: d}))).collect();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("own.json");
        std::fs::write(&path, collection(&features).to_string()).unwrap();
        let loaded = atlas::load(&Options { data: vec![path], ..Options::default() });
        loaded.diagnostics.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    };
    let day = |i: usize| json!(format!("2021-01-{:02}", i + 1));
    for (key, kind) in [
        ("Date", "instant"),
        ("DATE", "instant"),
        ("Valid_From", "from-on"),
        ("Start_Date", "from-on"),
    ] {
        let told = said(key, &[day(0), day(1)]);
        assert!(told.contains(&format!("'{key}', as of kind '{kind}'")), "{key}: {told}");
    }
    // Three in four are enough; the others are named.
    let mostly: Vec<Json> = (0..3).map(day).chain([json!("unknown")]).collect();
    let told = said("date", &mostly);
    assert!(
        told.contains("1 values of 'date' are no dates") && told.contains("as of kind 'instant'"),
        "{told}"
    );
    for (dates, words) in [
        (
            vec![day(0), day(1), json!("unknown")],
            "1 of its 3 values are no dates, or may be one of two, such as 'unknown'",
        ),
        (vec![json!("01/02/2013"), json!("03/04/2013")], "2 of its 2 values"),
        (vec![json!(1_609_459_200)], "such as '1609459200'"),
    ] {
        let told = said("date", &dates);
        assert!(
            told.contains("'date' is not taken for the time") && told.contains(words),
            "{told}"
        );
    }
    assert_eq!(
        said("start", &[json!("Shusha"), json!("Lachin")]),
        "",
        "what is no date by its name or its values"
    );
}
