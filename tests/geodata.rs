//! The map's geography against the figures it is checked by: areas, towns, the partition of
//! control, the corridor.

use std::path::Path;

use contactline::ask::Question;
use contactline::atlas::{self, Map, Options};
use contactline::feature::{Date, Feature};
use contactline::geo::{Effort, distance_to_m, geodesic};
use contactline::index::Index;
use geo::geometry::{Geometry, LineString, MultiPolygon, Point};
use geo::{Bearing, BooleanOps, Contains, Destination, Geodesic, InterpolateLine, Length};
use serde_json::{Value as Json, json};

fn map() -> Map {
    let loaded = atlas::load(&Options::default());
    assert!(loaded.diagnostics.is_empty(), "{:#?}", loaded.diagnostics);
    loaded.value.unwrap()
}

fn date(text: &str) -> Date {
    text.parse().unwrap()
}

fn polygons(geometry: &Geometry<f64>) -> MultiPolygon<f64> {
    match geometry {
        Geometry::Polygon(p) => MultiPolygon(vec![p.clone()]),
        Geometry::MultiPolygon(m) => m.clone(),
        other => panic!("not a polygon: {other:?}"),
    }
}

fn km2(polygons: &MultiPolygon<f64>) -> f64 {
    geodesic::area_m2(&Geometry::MultiPolygon(polygons.clone())) / 1e6
}

fn named<'a>(index: &'a Index, id: &str) -> &'a Feature {
    let found = index.collection().features.iter().find(|f| f.text("id") == Some(id));
    found.unwrap_or_else(|| panic!("no {id}"))
}

/// Official areas in km² (geodata/SOURCES.md), and how far ours may be from them today, in per
/// cent. Only ever lowered.
const AREAS: &[(&str, f64, f64)] = &[
    ("kalbajar", 1936.0, 3.0),
    ("lachin", 1835.0, 0.5),
    ("qubadli", 802.0, 4.5),
    ("zangilan", 707.0, 1.6),
    ("jabrayil", 1050.0, 1.7),
    ("fizuli", 1386.0, 6.0),
    ("agdam", 1094.0, 2.5),
];

#[test]
fn areas_are_near_the_official_ones() {
    let map = map();
    let seven = map.catalog().collection("buffer-territories").unwrap();
    let mut sums = (0.0, 0.0);
    println!("| district | ours km2 | official | difference |");
    for (id, official, allowed) in AREAS {
        let ours = geodesic::area_m2(&named(seven, id).geometry) / 1e6;
        let percent = 100.0 * (ours / official - 1.0);
        println!("| {id} | {ours:.1} | {official} | {percent:+.1}% |");
        assert!(percent.abs() <= *allowed, "{id}: {percent:.2}%");
        sums = (sums.0 + ours, sums.1 + official);
    }
    let percent = 100.0 * (sums.0 / sums.1 - 1.0);
    println!("| seven | {:.1} | {} | {percent:+.1}% |", sums.0, sums.1);
    assert!(percent.abs() <= 0.6, "{percent}");
    let oblast = geodesic::area_m2(
        &named(map.catalog().collection("nagorno-karabakh").unwrap(), "nkao").geometry,
    ) / 1e6;
    println!("| oblast | {oblast:.1} | 4388 | {:+.1}% |", 100.0 * (oblast / 4388.0 - 1.0));
    assert!((oblast / 4388.0 - 1.0).abs() <= 0.025);
}

#[test]
fn stated_areas_are_the_geodesic_ones() {
    let map = map();
    for (name, index) in map.catalog().collections() {
        for feature in &index.collection().features {
            if let Some(stated) = feature.number("area_km2") {
                let measured = geodesic::area_m2(&feature.geometry) / 1e6;
                assert!(
                    (stated - measured).abs() <= 0.06 + measured * 1e-4,
                    "{name} {:?}: {stated} {measured}",
                    feature.text("id")
                );
            }
        }
    }
}

/// Town, longitude, latitude, the collection and the id of the polygon it must lie in.
const TOWNS: &[(&str, f64, f64, &str, &str)] = &[
    ("Stepanakert", 46.7528, 39.8177, "nagorno-karabakh", "nkao"),
    ("Shusha", 46.7499, 39.7601, "nagorno-karabakh", "nkao"),
    ("Agdam", 46.9274, 39.9910, "buffer-territories", "agdam"),
    ("Fizuli", 47.1453, 39.6009, "buffer-territories", "fizuli"),
    ("Jabrayil", 47.0284, 39.3992, "buffer-territories", "jabrayil"),
    ("Zangilan", 46.6599, 39.0837, "buffer-territories", "zangilan"),
    ("Qubadli", 46.5818, 39.3444, "buffer-territories", "qubadli"),
    ("Lachin", 46.5498, 39.6374, "buffer-territories", "lachin"),
    ("Kalbajar", 46.0445, 40.1098, "buffer-territories", "kalbajar"),
    ("Khojaly", 46.7921, 39.9136, "nagorno-karabakh", "nkao"),
    ("Khojavend", 47.1117, 39.7950, "nagorno-karabakh", "nkao"),
    ("Askeran", 46.8316, 39.9391, "nagorno-karabakh", "nkao"),
    ("Tartar", 46.9316, 40.3420, "districts", "az-tartar"),
    ("Horadiz", 47.3350, 39.4502, "buffer-territories", "fizuli"),
    ("Mincivan", 46.7233, 39.0302, "buffer-territories", "zangilan"),
    ("Meghri", 46.2431, 38.9012, "districts", "am-syunik"),
    ("Ordubad", 46.0227, 38.9096, "districts", "az-ordubad"),
    ("Goris", 46.3417, 39.5111, "districts", "am-syunik"),
    ("Kapan", 46.4068, 39.2076, "districts", "am-syunik"),
    ("Goranboy", 46.7897, 40.6103, "districts", "az-goranboy"),
    ("Martakert", 46.8128, 40.2153, "nagorno-karabakh", "nkao"),
    ("Hadrut", 47.0300, 39.5170, "nagorno-karabakh", "nkao"),
];

#[test]
fn towns_lie_in_their_polygons() {
    let map = map();
    for (town, lon, lat, collection, id) in TOWNS {
        let at = |collection: &str| -> Vec<String> {
            let members = json!({"at": [lon, lat], "collections": collection});
            let effort = Effort::default();
            let question = Question::read(members.as_object().unwrap(), &effort).unwrap();
            let answer = question.ask(map.catalog(), &effort).unwrap().to_json();
            answer["features"]
                .as_array()
                .unwrap()
                .iter()
                .map(|f| f["id"].as_str().unwrap().to_string())
                .collect()
        };
        let ids = at(collection);
        assert!(ids.iter().any(|i| i == id), "{town} lies in {ids:?}, not in {collection}/{id}");
        let outside = if *collection == "districts" { Some("nagorno-karabakh") } else { None };
        for other in outside
            .into_iter()
            .chain((*collection == "nagorno-karabakh").then_some("buffer-territories"))
        {
            assert!(at(other).is_empty(), "{town} also lies in {other}");
        }
    }
}

/// The area in km² that two layers of polygons share, summed over all pairs.
fn largest_overlap(features: &[&Feature]) -> (f64, String) {
    let shapes: Vec<MultiPolygon<f64>> = features.iter().map(|f| polygons(&f.geometry)).collect();
    let mut worst = (0.0, String::new());
    for i in 0..shapes.len() {
        for j in i + 1..shapes.len() {
            let overlap = km2(&shapes[i].intersection(&shapes[j]));
            if overlap > worst.0 {
                worst = (
                    overlap,
                    format!("{:?} and {:?}", features[i].text("id"), features[j].text("id")),
                );
            }
        }
    }
    worst
}

#[test]
fn no_two_districts_overlap() {
    let map = map();
    for collection in ["districts", "buffer-territories", "countries"] {
        let features: Vec<&Feature> =
            map.catalog().collection(collection).unwrap().collection().features.iter().collect();
        let (worst, which) = largest_overlap(&features);
        println!("{collection}: {} features, largest overlap {worst:.6} km2", features.len());
        assert!(worst < 0.01, "{collection}: {which} share {worst} km2");
    }
}

#[test]
fn control_divides_the_area_of_conflict_on_every_day() {
    let map = map();
    let control = map.catalog().collection("control").unwrap();
    let all =
        ["nagorno-karabakh", "buffer-territories"].map(|c| map.catalog().collection(c).unwrap());
    let parts = all
        .iter()
        .flat_map(|i| &i.collection().features)
        .filter(|f| f.text("id") != Some("nkao-former"));
    let area = parts.map(|f| polygons(&f.geometry)).reduce(|a, b| a.union(&b)).unwrap();
    let changes = control.change_dates();
    let expected = [
        "1994-05-12",
        "2020-09-27",
        // Towns that were announced as taken.
        "2020-10-03",
        "2020-10-04",
        "2020-10-09",
        "2020-10-17",
        "2020-10-20",
        "2020-10-25",
        "2020-11-08",
        "2020-11-10",
        "2020-11-20",
        "2020-11-25",
        "2020-12-01",
        "2022-08-26",
        "2023-09-20",
    ];
    assert_eq!(changes, expected.map(date));
    for day in changes.iter().copied().chain([date("2020-11-09"), date("2024-06-01")]) {
        let all = control.collection().features.iter();
        let held: Vec<&Feature> = all.filter(|f| f.validity.holds_on(day)).collect();
        let (overlap, which) = largest_overlap(&held);
        assert!(overlap < 0.1, "{day}: {which} share {overlap} km2");
        let union = held.iter().map(|f| polygons(&f.geometry)).reduce(|a, b| a.union(&b)).unwrap();
        let (gap, excess) = (km2(&area.difference(&union)), km2(&union.difference(&area)));
        println!(
            "{day}: {} holders, overlap {overlap:.5}, gap {gap:.5}, excess {excess:.5} km2",
            held.len()
        );
        assert!(gap < 0.1 && excess < 0.1, "{day}: gap {gap}, excess {excess}");
    }
}

#[test]
fn the_corridor_is_five_kilometres_wide() {
    let map = map();
    let corridors = map.catalog().collection("corridors").unwrap();
    for course in ["lachin-corridor-2020", "lachin-corridor-2022"] {
        let strip = polygons(&named(corridors, course).geometry);
        let Geometry::LineString(line) =
            &named(corridors, &format!("{course}-centreline")).geometry
        else {
            panic!()
        };
        let widths: Vec<f64> =
            (0..50).map(|i| width_m(&strip, line, 0.14 + 0.84 * f64::from(i) / 49.0)).collect();
        let (least, most) =
            widths.iter().fold((f64::MAX, 0f64), |(a, b), w| (a.min(*w), b.max(*w)));
        println!("{course}: 50 cross-sections, {least:.0} to {most:.0} m");
        assert!(least >= 4_900.0 && most <= 5_100.0, "{course}: {least} to {most}");
    }
}

/// The strip's width in m across its centre line, at a fraction of its length.
fn width_m(strip: &MultiPolygon<f64>, line: &LineString<f64>, fraction: f64) -> f64 {
    let at = |f: f64| geo::Euclidean.point_at_ratio_from_start(line, f).unwrap();
    let (here, before, after) = (at(fraction), at(fraction - 0.004), at(fraction + 0.004));
    let across = Geodesic.bearing(before, after) + 90.0;
    let end = |side: f64| -> Point<f64> { Geodesic.destination(here, across, side * 4_000.0) };
    let section = LineString::from(vec![end(-1.0), here, end(1.0)]);
    let inside = strip.clip(&geo::MultiLineString(vec![section]), false);
    inside.iter().map(|l| Geodesic.length(l)).sum()
}

#[test]
fn names_are_given_where_they_must_be() {
    let map = map();
    let languages = ["name:en", "name:hy", "name:az", "name:ru"];
    for collection in
        ["districts", "countries", "buffer-territories", "nagorno-karabakh", "cities", "control"]
    {
        for feature in &map.catalog().collection(collection).unwrap().collection().features {
            // Georgia's regions have what a source has.
            for key in languages.iter().filter(|_| feature.text("country") != Some("GEO")) {
                assert!(
                    feature.text(key).is_some(),
                    "{collection} {:?} has no {key}",
                    feature.text("id")
                );
            }
        }
    }
    let conflict =
        ["nagorno-karabakh", "buffer-territories"].map(|c| map.catalog().collection(c).unwrap());
    for place in &map.catalog().collection("places").unwrap().collection().features {
        let Geometry::Point(p) = &place.geometry else { panic!() };
        let beside = |i: &&Index| {
            i.collection().features.iter().any(|f| {
                distance_to_m(*p, &f.geometry, &Effort::default()).unwrap().unwrap() < 15_000.0
            })
        };
        let large = place.number("population").unwrap_or(0.0) > 10_000.0;
        let near = conflict.iter().any(beside);
        let wanted = languages
            .iter()
            .filter(|_| near)
            .chain(["name:ka", "name:fa"].iter().filter(|_| large));
        for key in wanted {
            assert!(place.text(key).is_some(), "{:?} has no {key}", place.text("id"));
        }
    }
}

#[test]
fn the_binary_holds_what_the_folder_holds() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("geodata");
    let files = std::fs::read_dir(folder).unwrap().filter_map(|e| {
        e.unwrap().path().file_name()?.to_str()?.strip_suffix(".geojson").map(str::to_string)
    });
    let map = map();
    let mut count = 0;
    for name in files {
        // What lies behind the map is no collection.
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("geodata/{name}.geojson"));
        let is_backdrop = std::fs::read_to_string(path).unwrap().contains("\"backdrop\":true");
        assert_eq!(map.catalog().collection(&name).is_none(), is_backdrop, "{name}");
        count += usize::from(!is_backdrop);
    }
    assert_eq!(count, map.catalog().collections().count());
}

/// 'A line that is known to 4 km is drawn as a soft band 4 km wide.'
#[test]
fn a_band_is_as_wide_as_its_line_is_uncertain() {
    let style: Json = serde_json::from_str(include_str!("../styles/conflict.json")).unwrap();
    let layers = style["layers"].as_array().unwrap();
    let width = |layer: &Json| layer["paint"]["line-width"].clone();
    let is_band = |layer: &&Json| width(layer).to_string().contains("accuracy_m");
    let bands: Vec<&Json> = layers.iter().filter(is_band).collect();
    assert!(bands.len() >= 8, "{}", bands.len());
    // Px at style zoom 0 for a metre of the ground, in the middle of the map.
    let per_m = 512.0 / geodesic::meters_per_turn(39.8);
    for layer in bands {
        // Exponential by 2 from zoom to zoom: the ground's own scale.
        let width = width(layer);
        assert_eq!((&width[1], &width[2]), (&json!(["exponential", 2]), &json!(["zoom"])));
        for stop in [3, 5] {
            let zoom = width[stop].as_f64().unwrap();
            assert_eq!(width[stop + 1][1], json!(["get", "accuracy_m"]), "{layer}");
            let factor = width[stop + 1][2].as_f64().unwrap();
            let share = factor / (per_m * zoom.exp2());
            assert!((share - 1.0).abs() < 0.02, "{}: zoom {zoom}: {share}", layer["id"]);
        }
    }
}

#[test]
fn conflict_files_name_their_schema() {
    for name in [
        "buffer-territories",
        "cities",
        "control",
        "corridors",
        "events",
        "lines",
        "nagorno-karabakh",
        "roads",
    ] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("geodata/{name}.geojson"));
        let json: Json = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        assert_eq!(json["$schema"], "schema/conflict.json", "{name}");
    }
}

#[test]
fn places_lie_in_their_countries() {
    let map = map();
    let features = |name| &map.catalog().collection(name).unwrap().collection().features;
    let countries: Vec<(&Feature, MultiPolygon<f64>)> =
        features("countries").iter().map(|f| (f, polygons(&f.geometry))).collect();
    let mut astray = Vec::new();
    for place in features("places") {
        let Geometry::Point(at) = place.geometry else { panic!("{:?} is no point", place.id) };
        let id = place.text("id").unwrap();
        let around: Vec<&Feature> =
            countries.iter().filter(|(_, area)| area.contains(&at)).map(|(f, _)| *f).collect();
        match around[..] {
            [one] if one.text("country") == place.text("country") => {}
            [one] => astray.push((id, one.text("id").unwrap())),
            [] => astray.push((id, "")),
            _ => panic!("{id} lies in several countries"),
        }
    }
    assert!(astray.is_empty(), "{astray:?}");
}

/// Settlements by the side that they were on before 27 September 2020, beside those that the line
/// of contact was laid between (`geodata/build/settlements.py`): name, longitude, latitude, who
/// held them.
const SIDES: &[(&str, f64, f64, &str)] = &[
    ("Talish", 46.7408, 40.3814, "armenian"),
    ("Tapgaragoyunlu", 46.7706, 40.4283, "azerbaijan"),
    ("Madagiz", 46.7502, 40.3259, "armenian"),
    ("Maragha (Shikharkh)", 46.9056, 40.3217, "azerbaijan"),
    ("Qapanli", 46.9680, 40.2580, "azerbaijan"),
    ("Dordyol-1", 47.0750, 40.2392, "azerbaijan"),
    ("Banovshalar", 47.0802, 40.1265, "azerbaijan"),
    ("Guzanli", 47.1653, 40.1591, "azerbaijan"),
    ("Hindarkh", 47.2058, 40.0675, "azerbaijan"),
    ("Aliaghali", 46.7761, 40.0383, "armenian"),
    ("Giyasli", 46.9153, 40.0264, "armenian"),
    ("Mahrizli", 47.0600, 40.0414, "azerbaijan"),
    ("Garadaghli", 47.0692, 40.0292, "azerbaijan"),
    ("Novruzlu", 47.0217, 39.9625, "armenian"),
    ("Yusifjanli", 47.0556, 39.9753, "armenian"),
    ("Marzili", 47.0617, 39.9325, "armenian"),
    ("Abdal", 46.9208, 39.8650, "armenian"),
    ("Dilagarda", 47.1422, 39.6739, "armenian"),
    ("Yukhari Seyidahmadli", 47.2608, 39.5778, "armenian"),
    ("Alkhanli", 47.3642, 39.5964, "azerbaijan"),
    ("Zobujug-3", 47.3890, 39.5707, "azerbaijan"),
    ("Kurdlar", 47.2011, 39.5414, "armenian"),
    ("Horadiz village", 47.2403, 39.4514, "armenian"),
    ("Nuzgar", 47.2236, 39.4167, "armenian"),
    ("Boyuk Marjanli", 47.2469, 39.3611, "armenian"),
    ("Mehdili", 47.2753, 39.3808, "armenian"),
    ("Lalatapa hill", 47.2687, 39.4085, "armenian"),
    ("Jojug Marjanli", 47.2967, 39.3925, "azerbaijan"),
    ("Karkhulu", 47.1964, 39.3436, "armenian"),
    ("Fuganli", 47.0872, 39.3578, "armenian"),
    ("Juvarli", 47.1053, 39.5664, "armenian"),
    ("Shikhaliagali", 47.1225, 39.3097, "armenian"),
    ("Darzili", 46.8733, 39.1644, "armenian"),
    ("Agali II", 46.7592, 39.1803, "armenian"),
    ("Muradkhanli", 46.6264, 39.4544, "armenian"),
    ("Avdur", 46.9394, 39.8439, "armenian"),
    ("Agjakend", 46.8783, 39.4969, "armenian"),
    ("Dudukchu", 47.0514, 39.5744, "armenian"),
    ("Umudlu", 46.5944, 40.1967, "armenian"),
    ("Quzumkend", 46.9936, 39.7431, "armenian"),
];

#[test]
fn settlements_are_on_their_side_on_every_date() {
    let map = map();
    let control = map.catalog().collection("control").unwrap();
    let holders = |at: Point<f64>, day: &str| -> Vec<String> {
        let day = date(day);
        let held = control.collection().features.iter().filter(|f| f.validity.holds_on(day));
        held.filter(|f| polygons(&f.geometry).contains(&at))
            .filter_map(|f| Some(f.text("control")?.to_string()))
            .collect()
    };
    for (name, lon, lat, side) in SIDES {
        let at = Point::new(*lon, *lat);
        for day in ["1994-05-12", "2016-04-10", "2020-09-26"] {
            // Outside of the oblast and the seven nothing is said.
            let found = holders(at, day);
            let is_right = found == [*side] || (found.is_empty() && *side == "azerbaijan");
            assert!(is_right, "{name} on {day}: {found:?}");
        }
        let after = holders(at, "2023-09-20");
        assert!(after.is_empty() || after == ["azerbaijan"], "{name}: {after:?}");
    }
    let table = include_str!("../geodata/build/tables/settlements-2020.csv");
    let mut rows = csv::Reader::from_reader(table.as_bytes());
    let names = rows.headers().unwrap().clone();
    let mut looked_at = 0;
    for row in rows.records() {
        let row = row.unwrap();
        let of = |name: &str| row.get(names.iter().position(|n| n == name).unwrap()).unwrap();
        let (Ok(lon), Ok(lat)) = (of("lon").parse(), of("lat").parse()) else { continue };
        let found = holders(Point::new(lon, lat), "2022-09-01");
        let wanted = match of("side_in_check") {
            "held" => "peacekeepers",
            "lost" | "out" => "azerbaijan",
            _ => continue,
        };
        looked_at += 1;
        assert_eq!(found, [wanted], "{}", of("id"));
    }
    assert!(looked_at > 40, "{looked_at}");
}
