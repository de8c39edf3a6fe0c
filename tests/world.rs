//! Countries on both sides of the antimeridian, and round a pole: framed, drawn, found and
//! measured, as data and in questions, however their files are written.

#[path = "app/own.rs"]
mod own;

use contactline::atlas::Map;
use contactline::geo::{Effort, geodesic};
use contactline::sheet::Spec;
use own::{ask, collection, feature, with};
use serde_json::{Value as Json, json};

/// West, south, east, north in degrees.
type Box4 = [f64; 4];

/// The rough shape of a country.
struct Country {
    name: &'static str,
    geometry: Json,
    /// The same as boxes that nobody could take the long way round.
    boxes: Vec<Box4>,
    inside: Vec<[f64; 2]>,
    /// Where it would be if it were.
    outside: [f64; 2],
    /// West and east of its frame.
    frame: [f64; 2],
}

fn ring([w, s, e, n]: Box4) -> Json {
    json!([[w, s], [e, s], [e, n], [w, n], [w, s]])
}

fn polygon(rings: &[Json]) -> Json {
    json!({"type": "Polygon", "coordinates": rings})
}

fn polygons(boxes: &[Box4]) -> Json {
    json!({"type": "MultiPolygon", "coordinates": boxes.iter().map(|b| [ring(*b)]).collect::<Vec<_>>()})
}

fn countries() -> Vec<Country> {
    let fiji = [[177.0, -19.0, 180.0, -16.0], [-180.0, -19.0, -178.0, -16.0]];
    let kiribati =
        [[172.9, -2.7, 177.0, 3.4], [-174.6, -4.7, -170.7, -2.6], [-160.4, -11.5, -150.1, 4.8]];
    let usa =
        [[172.4, 51.0, 180.0, 53.0], [-180.0, 51.0, -130.0, 71.0], [-124.7, 25.0, -67.0, 49.0]];
    // One ring from 27 E over 180 to 169 W, clockwise, a position every few degrees.
    let along = |from: i32, to: i32, lat: f64| -> Vec<[f64; 2]> {
        let lons = (0..=40).map(|i| f64::from(from) + f64::from(to - from) * f64::from(i) / 40.0);
        lons.map(|lon| [if lon > 180.0 { lon - 360.0 } else { lon }, lat]).collect()
    };
    let mut russia = along(27, 191, 77.0);
    russia.extend(along(191, 27, 60.0));
    russia.push(russia[0]);
    let mut antarctica = along(-170, 170, -70.0);
    antarctica.push(antarctica[0]);
    vec![
        Country {
            name: "fiji",
            // As it lies, uncut.
            geometry: polygon(&[ring([177.0, -19.0, -178.0, -16.0])]),
            boxes: fiji.to_vec(),
            inside: vec![[178.4, -18.1], [-179.0, -17.0]],
            outside: [0.0, -18.0],
            frame: [177.0, 182.0],
        },
        Country {
            name: "kiribati",
            geometry: polygons(&kiribati),
            boxes: kiribati.to_vec(),
            inside: vec![[173.0, 1.4], [-157.4, 1.9]],
            outside: [0.0, 1.0],
            frame: [172.9, 209.9],
        },
        Country {
            name: "russia",
            geometry: polygon(&[json!(russia)]),
            boxes: vec![[27.0, 60.0, 180.0, 77.0], [-180.0, 60.0, -169.0, 77.0]],
            inside: vec![[100.0, 65.0], [-175.0, 66.0]],
            outside: [-100.0, 65.0],
            frame: [27.0, 191.0],
        },
        Country {
            name: "new zealand",
            // Longitudes that run on.
            geometry: polygons(&[[166.4, -47.3, 178.6, -34.4], [183.1, -44.4, 183.9, -43.7]]),
            boxes: vec![[166.4, -47.3, 178.6, -34.4], [-176.9, -44.4, -176.1, -43.7]],
            inside: vec![[174.8, -41.3], [-176.5, -44.0]],
            outside: [0.0, -44.0],
            frame: [166.4, 183.9],
        },
        Country {
            name: "usa",
            geometry: polygons(&usa),
            boxes: usa.to_vec(),
            inside: vec![[-100.0, 40.0], [173.0, 52.0]],
            outside: [100.0, 52.0],
            frame: [172.4, 293.0],
        },
        Country {
            name: "antarctica",
            geometry: polygon(&[json!(antarctica)]),
            boxes: vec![[-180.0, -90.0, 180.0, -70.0]],
            inside: vec![[0.0, -80.0], [179.9999, -75.0], [-179.9, -89.0]],
            outside: [0.0, -60.0],
            frame: [-180.0, 180.0],
        },
    ]
}

fn map_of(country: &Country) -> Map {
    with(&[(
        "land.geojson",
        collection(&[feature(country.name, country.geometry.clone(), json!({}))]),
    )])
}

fn ids(answer: &Json) -> Vec<&str> {
    answer["features"].as_array().unwrap().iter().filter_map(|f| f["id"].as_str()).collect()
}

#[test]
fn they_are_found_where_they_are() {
    for country in countries() {
        let map = map_of(&country);
        let asked = |question: Json| {
            let mut question = question;
            question["collections"] = json!(["land"]);
            ask(&map, question).unwrap_or_else(|e| panic!("{}: {e}", country.name))
        };
        for at in &country.inside {
            assert_eq!(ids(&asked(json!({"at": at}))), [country.name], "{at:?}");
            // As some clients count: past 180.
            if at[0] < 0.0 {
                assert_eq!(
                    ids(&asked(json!({"at": [at[0] + 360.0, at[1]]}))),
                    [country.name],
                    "{at:?}"
                );
            }
            let [lon, lat] = *at;
            let filter = format!("S_INTERSECTS(geometry, POINT({lon} {lat}))");
            assert_eq!(ids(&asked(json!({"filter": filter}))), [country.name], "{filter}");
            // A degree around a place of it, across 180 where that is so.
            let around = [lon - 1.0, (lat - 1.0).max(-90.0), lon + 1.0, lat + 1.0];
            assert_eq!(
                ids(&asked(json!({"intersects": {"bbox": around}}))),
                [country.name],
                "{around:?}"
            );
        }
        assert!(ids(&asked(json!({"at": country.outside}))).is_empty(), "{}", country.name);
    }
}

#[test]
fn a_question_goes_round_as_data_does() {
    for country in countries() {
        let places: Vec<Json> = country
            .inside
            .iter()
            .enumerate()
            .map(|(i, at)| {
                feature(&format!("in{i}"), json!({"type": "Point", "coordinates": at}), json!({}))
            })
            .chain([feature(
                "out",
                json!({"type": "Point", "coordinates": country.outside}),
                json!({}),
            )])
            .collect();
        let land = collection(&[feature("land", country.geometry.clone(), json!({}))]);
        let map = with(&[("places.json", collection(&places)), ("land.json", land)]);
        let inside: Vec<String> = (0..country.inside.len()).map(|i| format!("in{i}")).collect();
        for member in ["within", "intersects"] {
            let found =
                ask(&map, json!({member: country.geometry, "collections": ["places"]})).unwrap();
            assert_eq!(ids(&found), inside, "{} {member}", country.name);
        }
        let filter =
            json!({"op": "s_within", "args": [{"property": "geometry"}, country.geometry]});
        let found = ask(&map, json!({"filter": filter, "collections": ["places"]})).unwrap();
        assert_eq!(ids(&found), inside, "{} CQL2", country.name);
        // Of itself it holds all.
        let found =
            ask(&map, json!({"intersects": country.geometry, "collections": ["land"]})).unwrap();
        assert_eq!(
            found["features"][0]["share"], 1.0,
            "{}: {}",
            country.name, found["features"][0]
        );
        // Nearest across 180: what lies in it is at no distance, in either direction.
        let near = ask(&map, json!({"near": country.geometry, "k": 10, "collections": ["places"]}))
            .unwrap();
        assert!(
            near["features"][inside.len() - 1]["distance_m"] == 0.0,
            "{}: {near}",
            country.name
        );
    }
}

#[test]
fn distances_go_the_short_way() {
    let place = |id: &str, lon: f64| {
        feature(id, json!({"type": "Point", "coordinates": [lon, -16.5]}), json!({}))
    };
    let map = with(&[("isles.json", collection(&[place("w", 179.9), place("e", -179.9)]))]);
    let line = json!({"type": "LineString", "coordinates": [[179.5, -16.6], [-179.5, -16.4]]});
    let found =
        ask(&map, json!({"of": line, "distance_m": 50_000, "collections": ["isles"]})).unwrap();
    // The line passes both, 0.02 degrees of latitude away, at a slant.
    for isle in found["features"].as_array().unwrap() {
        assert!((isle["distance_m"].as_f64().unwrap() - 2_170.0).abs() < 40.0, "{isle}");
    }
    assert_eq!(ids(&found).len(), 2);
    let circle =
        ask(&map, json!({"of": "180,-16.5", "distance_m": 12_000, "collections": ["isles"]}))
            .unwrap();
    assert_eq!(ids(&circle).len(), 2);
}

#[test]
fn they_are_as_large_as_they_are() {
    for country in countries() {
        let area_m2 = |[w, s, e, n]: Box4| {
            geodesic::area_m2(&geo::Rect::new((w, s), (e, n)).to_polygon().into())
        };
        let right: f64 = country.boxes.iter().map(|b| area_m2(*b) / 1e6).sum();
        let found =
            ask(&map_of(&country), json!({"at": country.inside[0], "collections": ["land"]}))
                .unwrap();
        let measured = found["features"][0]["area_km2"].as_f64().unwrap();
        assert!((measured / right - 1.0).abs() < 1e-5, "{}: {measured} {right}", country.name);
    }
}

#[test]
fn their_extent_is_the_shortest() {
    for country in countries() {
        let extent = map_of(&country).catalog().schema("land").unwrap().extent.unwrap();
        let [west, mut east] = country.frame;
        if east > 180.0 {
            east -= 360.0;
        }
        assert!(
            (extent[0] - west).abs() < 1e-9 && (extent[2] - east).abs() < 1e-9,
            "{}: {extent:?}",
            country.name
        );
    }
}

/// A picture of 600 x 360 px as a spec asks for it.
fn drawn(map: &Map, members: Json) -> image::RgbaImage {
    // The data alone, without the world's land and borders.
    let hide = ["ground:land", "ground:borders"];
    let mut spec = json!({"width": 600, "height": 360, "hide": hide});
    spec.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    let spec = Spec::read(spec.to_string().as_bytes()).unwrap();
    let picture = spec.picture(map, "data", String::new(), &Effort::default()).unwrap();
    image::load_from_memory(&map.draw(&picture).unwrap()).unwrap().to_rgba8()
}

/// West, north, east, south of the pixels that are not of the colour of the first one.
fn painted(picture: &image::RgbaImage) -> [u32; 4] {
    let ground = picture.get_pixel(0, 0);
    let seen = picture.enumerate_pixels().filter(|(_, _, p)| *p != ground);
    seen.fold([u32::MAX, u32::MAX, 0, 0], |[w, n, e, s], (x, y, _)| {
        [w.min(x), n.min(y), e.max(x), s.max(y)]
    })
}

#[test]
fn they_fill_their_frame() {
    for country in countries().iter().filter(|c| c.name != "antarctica") {
        let picture = drawn(&map_of(country), json!({}));
        let [west, north, east, south] = painted(&picture);
        let fills = east - west > 400 || south - north > 200;
        let is_whole = west > 5 && north > 5 && east < 594 && south < 354;
        assert!(fills && is_whole, "{}: {west} {north} {east} {south}", country.name);
    }
    let pole = drawn(&map_of(&countries()[5]), json!({"center": [0, -75], "zoom": 0}));
    assert!(
        (0..600).all(|x| pole.get_pixel(x, 200) == pole.get_pixel(300, 200)),
        "it runs all round"
    );
}

#[test]
fn a_frame_across_180_is_the_same_whoever_asks() {
    let map = map_of(&countries()[0]);
    let first = drawn(&map, json!({"bbox": [175, -22, -175, -14]}));
    assert_eq!(first, drawn(&map, json!({"bbox": [175, -22, 185, -14]})));
    assert_eq!(first, drawn(&map, json!({"bbox": [-185, -22, -175, -14]})));
    // In the middle, where it was cut, runs no line.
    let [west, north, east, south] = painted(&first);
    assert!(west > 100 && east < 500, "{west} {east}");
    let middle = (north + south) / 2;
    let colors: std::collections::BTreeSet<[u8; 4]> =
        (west + 10..east - 10).map(|x| first.get_pixel(x, middle).0).collect();
    assert_eq!(colors.len(), 1, "{colors:?}");
    assert!(Spec::read(br#"{"bbox": [10, 0, 10, 5], "width": 9, "height": 9}"#).is_ok_and(
        |spec| { spec.picture(&map, "data", String::new(), &Effort::default()).is_err() }
    ));
}

#[test]
fn what_lies_on_top_across_180_is_in_the_picture() {
    let map = with(&[("none.json", collection(&[]))]);
    for on_top in [
        json!({"markers": [{"at": [179, -10]}, {"at": [-179, -9]}]}),
        json!({"markers": [{"at": [179, -10]}, {"at": [181, -9]}]}),
        json!({"paths": [{"points": [[175, -10], [-175, -9]]}]}),
        json!({"paths": [{"points": [[175, -10], [185, -9]]}]}),
        json!({"circles": [{"at": [179.5, -17], "radius_km": 300}]}),
        json!({"geojson": {"type": "LineString", "coordinates": [[175, -10], [-175, -9]]}}),
    ] {
        let [west, north, east, south] = painted(&drawn(&map, on_top.clone()));
        let seen = east.saturating_sub(west) > 200 || south.saturating_sub(north) > 150;
        assert!(seen && west > 5 && east < 594, "{on_top}: {west} {north} {east} {south}");
    }
    // A circle over the pole is a cap: no line runs down from it.
    let cap = drawn(
        &map,
        json!({"center": [90, 80], "zoom": 1, "circles": [{"at": [10, 88], "radius_km": 900, "color": "#ff0000"}]}),
    );
    let red = |x: u32, y: u32| cap.get_pixel(x, y).0[0] > 180 && cap.get_pixel(x, y).0[1] < 120;
    let longest = (0..600).map(|x| (0..360).filter(|y| red(x, *y)).count()).max().unwrap();
    assert!(longest > 0 && longest < 20, "{longest}");
}
