//! What users of map servers complain of: an answer or a picture that is silently not what was asked for.

use std::fs;
use std::path::PathBuf;

use contactline::geo::Effort;
use contactline::map::{self, Map, Options, Question};
use serde_json::{Value as Json, json};

/// A map with files of these names and texts as its data, beside the embedded one.
fn with(files: &[(&str, Json)]) -> Map {
    let folder = tempfile::tempdir().unwrap();
    let paths: Vec<PathBuf> = files
        .iter()
        .map(|(name, json)| {
            let path = folder.path().join(name);
            fs::write(&path, json.to_string()).unwrap();
            path
        })
        .collect();
    map::load(&Options { data: paths, ..Options::default() }).value.unwrap()
}

fn ask(map: &Map, question: Json) -> Result<Json, String> {
    let effort = Effort::default();
    let question = Question::read(question.as_object().unwrap(), &effort).map_err(|e| e.to_string())?;
    map.ask(&question, &effort).map(|answer| answer.to_json()).map_err(|e| e.to_string())
}

fn square(id: &str, [w, s, e, n]: [f64; 4], properties: Json) -> Json {
    json!({"type": "Feature", "id": id, "properties": properties,
        "geometry": {"type": "Polygon", "coordinates": [[[w, s], [e, s], [e, n], [w, n], [w, s]]]}})
}

fn collection(features: &[Json]) -> Json {
    json!({"type": "FeatureCollection", "features": features})
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
    // The style that shows them draws them, and not the embedded layer whose name is the part before the dot.
    let drawn: Vec<&str> = map.style("data").unwrap().source_collections().map(|(_, name)| name).collect();
    for (name, id) in [("places.v2", "a"), ("front.2024", "b"), ("линия фронта", "c"), ("a.b.c", "d")] {
        assert!(map.collection(name).unwrap().by_id(id).is_some(), "{name}");
        assert!(drawn.contains(&name), "{name}: {drawn:?}");
        let near = ask(&map, json!({"near": format!("{name}/{id}"), "collections": [name]})).unwrap();
        assert_eq!(near["features"][0]["distance_m"], 0.0, "{name}");
    }
}

#[test]
fn a_place_is_never_guessed() {
    let map = with(&[]);
    for name in ["Kyiv", "Ankara", "Sumy", "Gaza", "Stepan", "Lenkoran City Council"] {
        let told = ask(&map, json!({"of": name, "distance_m": 1, "collections": "places"})).unwrap_err();
        assert!(told.contains(&format!("nothing is called '{name}'")), "{name}: {told}");
    }
    assert!(ask(&map, json!({"near": "Stepan"})).unwrap_err().contains("Stepanakert"), "what is alike is suggested");
    let spelled =
        [("Shusha", "name"), ("Шуша", "name"), ("Xankendi", "in Latin letters"), ("Susha", "in another spelling")];
    for (name, matched) in spelled {
        let answer = ask(&map, json!({"near": name, "k": 1})).unwrap();
        assert_eq!(answer["place"]["matched"], matched, "{}", answer["place"]);
        assert!(answer["place"]["collection"].is_string() && answer["place"]["id"].is_string());
    }
}

#[test]
fn places_are_read_in_every_form_from_text_too() {
    let map = with(&[]);
    let first = |place: &str| ask(&map, json!({"near": place, "k": 1})).unwrap()["features"][0]["id"].clone();
    let shusha = first("46.7499,39.7601");
    for place in ["46.7499 39.7601", "[46.7499, 39.7601]", r#"{"type": "Point", "coordinates": [46.7499, 39.7601]}"#] {
        assert_eq!(first(place), shusha, "{place}");
    }
    let within = |place: Json| {
        ask(&map, json!({"intersects": place, "collections": "places"})).unwrap()["numberMatched"].clone()
    };
    assert_eq!(within(json!(r#"{"bbox": [46, 39, 47, 40]}"#)), within(json!({"bbox": [46, 39, 47, 40]})));
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
    let sums = ask(&map, json!({"between": "2020-10-01/2020-12-01", "collections": "held"})).unwrap()["sums"].clone();
    let all = ask(&map, json!({"filter": "id = 's1'", "collections": "held"})).unwrap();
    let (changed, whole) =
        (sums["total"]["area_km2"].as_f64().unwrap(), all["features"][0]["area_km2"].as_f64().unwrap());
    assert!((changed - whole).abs() < 0.01, "{changed} of {whole}");
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
            assert!(features.iter().all(|f| f["overlap_km2"].is_number()) && answer["sums"].is_object());
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
        let loaded = map::load(&Options { data: vec![path], ..Options::default() });
        let told: Vec<String> = loaded.diagnostics.iter().map(|d| d.to_string()).collect();
        (loaded.value.unwrap().collection("local").is_some(), told.join("\n"))
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
    assert!(contactline::map::Spec::read(marked(spec).as_bytes()).is_ok());
    let style = json!({"version": 8, "sources": {}, "layers": []});
    assert!(contactline::style::parse(&marked(style)).value.is_some());
}
