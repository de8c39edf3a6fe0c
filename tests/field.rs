//! What users of map servers complain of: an answer or a picture that is silently not what was
//! asked for.

#[path = "app/own.rs"]
mod own;

use std::fs;

use contactline::atlas::{self, Map, Options};
use contactline::geo::Effort;
use contactline::sheet::Spec;
use own::{ask, collection, feature, with};
use serde_json::{Value as Json, json};

fn square(id: &str, [w, s, e, n]: [f64; 4], properties: Json) -> Json {
    let ring = [[w, s], [e, s], [e, n], [w, n], [w, s]];
    feature(id, json!({"type": "Polygon", "coordinates": [ring]}), properties)
}

#[test]
fn a_file_s_whole_name_but_for_its_extension_is_its_collection_s() {
    let one = |id: &str| collection(&[square(id, [10.0, 10.0, 12.0, 12.0], json!({}))]);
    let map = with(&[
        ("places.v2.geojson", one("a")),
        ("front.2024.GEOJSON", one("b")),
        ("линия фронта.Json", one("c")),
        ("a.b.c.json", one("d")),
    ]);
    // The style that shows them draws them, and not the embedded layer whose name is the part
    // before the dot.
    let drawn: Vec<&str> =
        map.style("data").unwrap().source_collections().map(|(_, name)| name).collect();
    for (name, id) in
        [("places.v2", "a"), ("front.2024", "b"), ("линия фронта", "c"), ("a.b.c", "d")]
    {
        assert!(map.catalog().collection(name).unwrap().by_id(id).is_some(), "{name}");
        assert!(drawn.contains(&name), "{name}: {drawn:?}");
        let near =
            ask(&map, json!({"near": format!("{name}/{id}"), "collections": [name]})).unwrap();
        assert_eq!(near["features"][0]["distance_m"], 0.0, "{name}");
    }
}

#[test]
fn a_place_is_never_guessed() {
    let map = with(&[]);
    for name in ["Kyiv", "Ankara", "Sumy", "Gaza", "Stepan", "Lenkoran City Council"] {
        let told =
            ask(&map, json!({"of": name, "distance_m": 1, "collections": "places"})).unwrap_err();
        assert!(told.contains(&format!("nothing is called '{name}'")), "{name}: {told}");
    }
    assert!(
        ask(&map, json!({"near": "Stepan"})).unwrap_err().contains("Stepanakert"),
        "what is alike is suggested"
    );
    let spelled = [
        ("Shusha", "name"),
        ("Шуша", "name"),
        ("Xankendi", "in Latin letters"),
        ("Susha", "in another spelling"),
    ];
    for (name, matched) in spelled {
        let answer = ask(&map, json!({"near": name, "k": 1})).unwrap();
        assert_eq!(answer["place"]["matched"], matched, "{}", answer["place"]);
        assert!(answer["place"]["collection"].is_string() && answer["place"]["id"].is_string());
    }
}

#[test]
fn places_are_read_in_every_form_from_text_too() {
    let map = with(&[]);
    let first = |place: &str| {
        ask(&map, json!({"near": place, "k": 1})).unwrap()["features"][0]["id"].clone()
    };
    let shusha = first("46.7499,39.7601");
    for place in [
        "46.7499 39.7601",
        "[46.7499, 39.7601]",
        r#"{"type": "Point", "coordinates": [46.7499, 39.7601]}"#,
    ] {
        assert_eq!(first(place), shusha, "{place}");
    }
    let within = |place: Json| {
        ask(&map, json!({"intersects": place, "collections": "places"})).unwrap()["numberMatched"]
            .clone()
    };
    assert_eq!(
        within(json!(r#"{"bbox": [46, 39, 47, 40]}"#)),
        within(json!({"bbox": [46, 39, 47, 40]}))
    );
    assert!(ask(&map, json!({"near": "{\"type\""})).unwrap_err().contains("JSON"));
}

#[test]
fn what_changed_hands_is_counted_once() {
    let held = |to: Json, from: Json, control: &str| json!({"valid_from": from, "valid_to": to, "control": control});
    let before = |control| held(json!("2020-11-01"), json!("2020-01-01"), control);
    let map = with(&[(
        "held.geojson",
        collection(&[
            square("n1", [46.0, 39.0, 47.0, 40.0], before("north")),
            square("n2", [46.5, 39.0, 47.5, 40.0], before("north")),
            square("s1", [46.0, 39.0, 47.5, 40.0], held(json!(null), json!("2020-11-01"), "south")),
        ]),
    )]);
    let sums = ask(&map, json!({"between": "2020-10-01/2020-12-01", "collections": "held"}))
        .unwrap()["sums"]
        .clone();
    let all = ask(&map, json!({"filter": "id = 's1'", "collections": "held"})).unwrap();
    let (changed, whole) = (
        sums["total"]["area_km2"].as_f64().unwrap(),
        all["features"][0]["area_km2"].as_f64().unwrap(),
    );
    assert!((changed - whole).abs() < 0.01, "{changed} of {whole}");
}

#[test]
fn sums_are_asked_for_by_themselves_and_count_what_areas_share_once() {
    let of = |side: &str, people: Json| json!({"side": side, "people": people});
    let map = with(&[(
        "held.geojson",
        collection(&[
            square("n1", [46.0, 39.0, 47.0, 40.0], of("north", json!(1200))),
            square("n2", [46.5, 39.0, 47.5, 40.0], of("north", json!(300))),
            square("s1", [47.5, 39.0, 48.5, 40.0], of("south", json!("unknown"))),
        ]),
    )]);
    let answer =
        ask(&map, json!({"collections": "held", "sum_by": "side", "sum": "people"})).unwrap();
    let own: Vec<f64> = answer["features"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| f["area_km2"].as_f64().unwrap())
        .collect();
    let km2 = |sum: &Json| sum["area_km2"].as_f64().unwrap();
    let (total, groups) = (&answer["sums"]["total"], &answer["sums"]["groups"]);
    // The squares of a row are alike, and half of the second lies in the first.
    assert!((km2(&groups["north"]) - 1.5 * own[0]).abs() < 0.01, "{groups}");
    assert!((km2(total) - 2.5 * own[0]).abs() < 0.01, "{total}");
    assert!((km2(&groups["south"]) - own[0]).abs() < 0.01, "{groups}");
    assert_eq!([&total["sum"], &total["summed"], &total["count"]], [1500, 2, 3]);
    assert_eq!([&groups["north"]["sum"], &groups["south"]["summed"]], [1500, 0]);
    let shared =
        [&total["shared_km2"], &groups["north"]["shared_km2"]].map(|n| n.as_f64().unwrap());
    assert!(
        shared.iter().all(|n| (n - 0.5 * own[0]).abs() < 0.01)
            && groups["south"].get("shared_km2").is_none()
    );
    let warnings = answer["warnings"].to_string();
    assert!(warnings.contains("1 of 3 features have no number"), "{warnings}");
    // Also of what lies in a place: here all of the first, and the half of the second that it
    // shares.
    let place = json!({"bbox": [46.0, 39.0, 47.0, 40.0]});
    let inside =
        ask(&map, json!({"intersects": place, "collections": "held"})).unwrap()["sums"]["total"]
            .clone();
    assert!((inside["overlap_km2"].as_f64().unwrap() - own[0]).abs() < 0.01, "{inside}");
    // Nothing is summed that is not there.
    assert!(
        ask(&map, json!({"collections": "held", "sum_by": "sides"}))
            .unwrap_err()
            .contains("did you mean 'side'")
    );
    assert!(
        ask(&map, json!({"collections": "held", "sum": "souls"})).unwrap_err().contains("'souls'")
    );
}

#[test]
fn answers_are_measured_or_refused_never_partly() {
    // A comb of many teeth, asked of many features that it crosses: more than may be overlaid.
    let teeth = 2_400;
    let tooth = |i: i32| {
        let x = 45.0 + 3.0 * f64::from(i) / f64::from(teeth);
        [[x, 38.0], [x + 0.0004, 41.0], [x + 0.0008, 38.0]]
    };
    let mut comb: Vec<[f64; 2]> = (0..teeth).flat_map(tooth).collect();
    comb.extend([[48.1, 38.0], [48.1, 37.9], [45.0, 37.9], [45.0, 38.0]]);
    let features: Vec<Json> = (0..400)
        .map(|i| {
            square(
                &format!("b{i}"),
                [45.0, 38.1 + f64::from(i) * 0.005, 48.0, 38.104 + f64::from(i) * 0.005],
                json!({}),
            )
        })
        .collect();
    let map = with(&[("bands.geojson", collection(&features))]);
    let place = json!({"type": "Polygon", "coordinates": [comb]});
    let told = ask(&map, json!({"intersects": place, "collections": "bands", "limit": 10_000}));
    match told {
        Err(told) => assert!(told.contains("too much work"), "{told}"),
        Ok(answer) => {
            let features = answer["features"].as_array().unwrap();
            assert!(
                features.iter().all(|f| f["overlap_km2"].is_number()) && answer["sums"].is_object()
            );
        }
    }
}

#[test]
fn numbers_that_are_no_degrees_are_refused_by_the_name_of_their_system() {
    let named = |name: &str| {
        let mut collection = collection(&[square("a", [120.0, 60.0, 121.0, 61.0], json!({}))]);
        collection["crs"] = json!({"type": "name", "properties": {"name": name}});
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("local.geojson");
        fs::write(&path, collection.to_string()).unwrap();
        let loaded = atlas::load(&Options { data: vec![path], ..Options::default() });
        let told: Vec<String> = loaded.diagnostics.iter().map(|d| d.to_string()).collect();
        (loaded.value.unwrap().catalog().collection("local").is_some(), told.join("\n"))
    };
    for degrees in ["urn:ogc:def:crs:OGC:1.3:CRS84", "urn:ogc:def:crs:EPSG::4326", "EPSG:4326"] {
        assert_eq!(named(degrees), (true, String::new()), "{degrees}");
    }
    for other in ["EPSG:3857", "urn:ogc:def:crs:EPSG::32638", "EPSG:28191"] {
        let (is_there, told) = named(other);
        assert!(!is_there && told.contains(other) && told.contains("ogr2ogr"), "{other}: {told}");
    }
}

#[test]
fn a_byte_order_mark_is_passed_over_wherever_there_is_json() {
    let marked = |json: Json| format!("\u{feff}{json}");
    let spec = json!({"bbox": [45.4, 38.8, 48.0, 40.6], "width": 100, "height": 100});
    assert!(contactline::sheet::Spec::read(marked(spec).as_bytes()).is_ok());
    let style = json!({"version": 8, "sources": {}, "layers": []});
    assert!(contactline::style::parse(&marked(style)).value.is_some());
}

#[test]
fn areas_that_cross_themselves_are_what_is_painted_of_them() {
    let ring = |corners: &[[f64; 2]]| json!({"type": "Polygon", "coordinates": [corners]});
    let bow = ring(&[[46.0, 39.0], [47.0, 40.0], [47.0, 39.0], [46.0, 40.0], [46.0, 39.0]]);
    // Two lobes that meet where the outline crosses itself, one of each sense.
    let eight = ring(&[
        [48.0, 39.0],
        [50.0, 39.0],
        [50.0, 41.0],
        [49.0, 41.0],
        [49.0, 38.5],
        [48.0, 38.5],
        [48.0, 39.0],
    ]);
    let outer = [[46.0, 39.0], [47.0, 39.0], [47.0, 40.0], [46.0, 40.0], [46.0, 39.0]];
    let hole = [[47.5, 39.2], [47.8, 39.2], [47.8, 39.5], [47.5, 39.5], [47.5, 39.2]];
    let holed = json!({"type": "Polygon", "coordinates": [outer, hole]});
    let half = [[46.5, 39.0], [47.5, 39.0], [47.5, 40.0], [46.5, 40.0], [46.5, 39.0]];
    let two = |a: &Json, b: &Json| json!({"type": "MultiPolygon", "coordinates": [[a], [b]]});
    let (double, overlapping) =
        (two(&json!(outer), &json!(outer)), two(&json!(outer), &json!(half)));
    let shapes = [
        ("bow", &bow),
        ("eight", &eight),
        ("holed", &holed),
        ("double", &double),
        ("parts", &overlapping),
    ];
    let file = collection(&shapes.map(|(id, geometry)| feature(id, geometry.clone(), json!({}))));
    let map = with(&[("shapes.json", file.clone())]);
    let box_km2 = |w: f64, s: f64, e: f64, n: f64| {
        contactline::geo::geodesic::area_m2(&geo::Rect::new((w, s), (e, n)).to_polygon().into())
            / 1e6
    };
    let square = box_km2(46.0, 39.0, 47.0, 40.0);
    let found = ask(&map, json!({"within": {"bbox": [44, 38, 52, 43]}, "collections": ["shapes"]}))
        .unwrap();
    for (id, area) in [
        ("bow", square / 2.0),
        ("eight", box_km2(49.0, 39.0, 50.0, 41.0) + box_km2(48.0, 38.5, 49.0, 39.0)),
        ("holed", square),
        ("double", square),
        ("parts", box_km2(46.0, 39.0, 47.5, 40.0)),
    ] {
        let one = found["features"].as_array().unwrap().iter().find(|f| f["id"] == id).unwrap();
        let (is, share) = (one["area_km2"].as_f64().unwrap(), one["share"].as_f64().unwrap());
        assert!((is / area - 1.0).abs() < 0.005 && share == 1.0, "{id}: {is} {area} {share}");
        assert_eq!(one["overlap_km2"], one["area_km2"], "{id}");
    }
    // Each is told of by its name and its place.
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("shapes.json");
    fs::write(&path, file.to_string()).unwrap();
    let loaded = atlas::load(&Options { data: vec![path], ..Options::default() });
    for (id, told) in [
        ("bow", "near 46.5"),
        ("eight", "near 49.0"),
        ("holed", "at 47.5"),
        ("double", "near"),
        ("parts", "near"),
    ] {
        let named = loaded.diagnostics.iter().any(|d| {
            let text = d.to_string();
            text.contains(&format!("'{id}'")) && text.contains(told)
        });
        assert!(named, "{id}");
    }
}

#[test]
fn whole_numbers_keep_their_digits() {
    let ids =
        ["9007199254740993", "9007199254740992", "1366012299262230533", "18446744073709551615"];
    let point = |i: usize, id: &str| {
        let text = format!(
            "{{\"type\": \"Feature\", \"id\": {id}, \"properties\": {{\"post\": {id}, \"i\": {i}}}, \
             \"geometry\": {{\"type\": \"Point\", \"coordinates\": [{i}, 0]}}}}"
        );
        serde_json::from_str::<Json>(&text).unwrap()
    };
    let features: Vec<Json> = ids.iter().enumerate().map(|(i, id)| point(i, id)).collect();
    let map = with(&[("posts.json", collection(&features))]);
    for (i, id) in ids.iter().enumerate() {
        for filter in [format!("post = {id}"), format!("id = {id}"), format!("post IN ({id})")] {
            let found = ask(&map, json!({"filter": filter, "collections": ["posts"]})).unwrap();
            assert_eq!(found["numberMatched"], 1, "{filter}: {found}");
            let one = &found["features"][0];
            assert_eq!(one["properties"]["post"].to_string(), *id);
            assert_eq!(
                (one["properties"]["i"].as_u64(), one["id"].as_str()),
                (Some(i as u64), Some(*id))
            );
        }
        assert_eq!(map.catalog().collection("posts").unwrap().by_id(id), Some(i as u32));
        let json = json!({"op": "=", "args": [{"property": "post"}, features[i]["id"]]});
        assert_eq!(
            ask(&map, json!({"filter": json, "collections": ["posts"]})).unwrap()["numberMatched"],
            1,
            "{id}"
        );
    }
    let above = json!({"filter": "post > 9007199254740992", "collections": ["posts"]});
    assert_eq!(ask(&map, above).unwrap()["numberMatched"], 3);
    assert_eq!(map.catalog().collection("posts").unwrap().by_id("9007199254740994"), None);
}

#[test]
fn a_file_that_takes_the_place_of_an_embedded_layer_is_told_of() {
    let folder = tempfile::tempdir().unwrap();
    let told = |name: &str| {
        let path = folder.path().join(name);
        fs::write(
            &path,
            collection(&[square("a", [46.0, 39.0, 47.0, 40.0], json!({}))]).to_string(),
        )
        .unwrap();
        let loaded = atlas::load(&Options { data: vec![path], ..Options::default() });
        loaded
            .diagnostics
            .iter()
            .any(|d| d.to_string().contains("takes the place of the embedded collection 'places'"))
    };
    assert!(told("places.geojson"));
    assert!(!told("places-2024.geojson"));
}

fn told_of(map: &Map, style: &str, members: Json) -> Vec<String> {
    let mut spec = json!({"bbox": [45.4, 38.8, 48.0, 41.0], "width": 90, "height": 60});
    spec.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    let spec = Spec::read(spec.to_string().as_bytes()).unwrap();
    spec.picture(map, style, String::new(), &Effort::default()).unwrap().warnings
}

#[test]
fn a_day_on_which_nothing_holds_is_told_with_the_days_of_the_data() {
    let side = |id: &str, dates: Json| square(id, [46.0, 39.0, 47.0, 40.0], dates);
    let front = [
        side("a", json!({"valid_from": "2021-01-01", "valid_to": "2021-02-01"})),
        side("b", json!({"valid_from": "2021-02-01", "valid_to": "2021-03-01"})),
    ];
    let map = with(&[("front.geojson", collection(&front))]);
    let on = |day: &str| told_of(&map, "data", json!({"state": {"date": day}}));
    assert_eq!(on("2021-01-15"), [""; 0]);
    for day in ["1850-01-01", "2020-12-31", "2021-03-01", "2090-01-01"] {
        let expected = format!(
            "nothing of the map's dated data holds on {day}: its dates are from 2021-01-01 to \
             2021-03-01"
        );
        assert_eq!(on(day), [expected]);
    }
    // Elsewhere something holds, but not in the picture.
    let there = square("c", [10.0, 10.0, 11.0, 11.0], json!({"valid_from": "2000-01-01"}));
    let map = with(&[("front.geojson", collection(&[front[0].clone(), front[1].clone(), there]))]);
    let told = told_of(&map, "data", json!({"state": {"date": "2010-01-01"}}));
    assert!(told[0].contains("in the picture holds on 2010-01-01") && told.len() == 1, "{told:?}");
    // Long after the last change.
    let told = told_of(&map, "conflict", json!({"state": {"date": "2090-01-01"}}));
    assert!(
        told.len() == 1 && told[0].contains("the last day on which its data changes"),
        "{told:?}"
    );
    for day in ["1994-05-12", "2020-11-25"] {
        assert_eq!(told_of(&map, "conflict", json!({"state": {"date": day}})), [""; 0], "{day}");
    }
}
